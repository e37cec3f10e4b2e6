"""Invites: this node's own code, and the codes of others (REST section 12, P3 and P4; decisions 4 and 32)."""

import asyncio
from functools import lru_cache
from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType
from starlette.responses import Response

from canopy.edge.ask import Ask, check_name, invalid
from canopy.edge.guard import is_loopback
from canopy.edge.principal import Principal
from canopy.edge.route import ANY, get, post
from canopy.features.trust import actions, tables
from canopy.features.trust.actions import InviteWish, take_invite
from canopy.features.trust.routes.mesh import AttemptJson, Mesh, at_or_none, attempts_json, may_manage, mesh_of
from canopy.features.trust.tables import name_of, words_for
from canopy.ground.errors import BadInvite, InvalidParameter
from canopy.ground.instants import instant
from canopy.log.catalog import Draft
from canopy.log.db import Read, Tx
from canopy.log.shown import peer_id
from canopy.mesh import peerbook
from canopy.mesh.invite import MOST_ENDPOINTS, NAME_LENGTH, InviteCode, as_json, decode, endpoint
from canopy.mesh.invites import LIFETIME_MS, LONGEST_MS, SHORTEST_MS, Invitation
from canopy.mesh.peerbook import Level
from canopy.mesh.view import Reach

QUIET = 4
"""Modules of white around a QR code."""
RANKS = {"configured": 0, "lan": 1, "loopback": 2}
"""Which of our addresses is dialled first."""
QR_MOST = 2_900
"""Characters that a QR code surely holds."""


class ReachJson(msgspec.Struct, kw_only=True):
    """An address of this node, and what makes it one: `configured`, `lan`, `loopback`."""

    address: str
    kind: str


class QrJson(msgspec.Struct, kw_only=True):
    """A QR code: an SVG path of its dark modules, each one unit wide, in a square of `size` units."""

    size: int
    path: str


class InviteQuery(msgspec.Struct, kw_only=True):
    """An address to put first from now on; an empty one takes it away."""

    public_host: str = ""
    public_port: int = 0
    external_endpoint: str = ""


class InviteJson(msgspec.Struct, kw_only=True):
    """A code of this node. Whoever holds one with `one_time` is trusted, if they are the first."""

    invite_code: str
    peer_id: str
    name: str
    words: list[str]
    endpoints: list[str]
    reach: list[ReachJson]
    expires_at: str
    one_time: bool
    qr: QrJson | None
    raw: dict[str, Any]


class NewInvite(msgspec.Struct, kw_only=True):
    """How long another code shall live, in seconds, and how the node calls itself in it."""

    expires_in: int | None = None
    name: str = ""


class Import(msgspec.Struct, kw_only=True):
    """A code of another node; with `dry_run` it is only read."""

    invite_code: str
    dry_run: bool = False


class Remark(msgspec.Struct, kw_only=True):
    """Something to know before connecting."""

    code: str
    sentence: str


class Imported(msgspec.Struct, kw_only=True):
    """What a code says, and what became of it."""

    status: Literal["reviewed", "connected", "imported_not_connected"]
    peer_id: str
    name: str
    words: list[str]
    endpoints: list[str]
    expires_at: str | None
    one_time: bool
    warnings: list[Remark] | UnsetType = UNSET
    attempts: list[AttemptJson] | UnsetType = UNSET
    next_try: str | UnsetType | None = UNSET
    connected_endpoint: str | UnsetType = UNSET
    message: str | UnsetType = UNSET


# Our own code.


async def get_invite(ask: Ask) -> Response:
    """The newest code that nobody spent. Who may not manage the node gets one without a secret."""
    mesh, principal, asked = mesh_of(ask), ask.principal, _asked_public(ask)
    manages = may_manage(principal)

    def turn(tx: Tx) -> tuple[Invitation, list[Reach]]:
        if asked is not None and manages:
            actions.remember_public(tx, asked)
        reach = _reach(ask, mesh, tables.public_endpoint(tx) if asked is None else asked)
        wish = _wish(mesh, reach)
        if manages:
            return actions.current_invite(tx, principal, wish), reach
        return actions.make_invite(tx, principal, wish, with_secret=False), reach

    made, reach = await ask.core.writer.write(turn)
    return ask.answer(await asyncio.to_thread(_invite_json, made, reach))


async def make_invite(ask: Ask) -> Response:
    """Another one-time code; the ones before it stay valid."""
    ask.principal.require_owner()
    mesh, wish = mesh_of(ask), ask.decode(NewInvite)
    lifetime = LIFETIME_MS if wish.expires_in is None else _lifetime(wish.expires_in)
    name = check_name(wish.name, "name", NAME_LENGTH)
    made: list[tuple[Invitation, list[Reach]]] = []

    def make(tx: Tx, principal: Principal, _: NewInvite) -> list[Draft]:
        reach = _reach(ask, mesh, tables.public_endpoint(tx))
        wanted = msgspec.structs.replace(_wish(mesh, reach), name=name, lifetime_ms=lifetime)
        made.append((actions.make_invite(tx, principal, wanted, with_secret=True), reach))
        return []

    return await ask.perform(make, wish, lambda tx, principal, ids: _invite_json(*made[0]))


def _lifetime(seconds: int) -> int:
    if not SHORTEST_MS <= seconds * 1000 <= LONGEST_MS:
        sentence = f"expires_in must lie between {SHORTEST_MS // 1000} and {LONGEST_MS // 1000} seconds."
        raise invalid("expires_in", "invalid_parameter", sentence, code="invalid_parameter")
    return seconds * 1000


def _asked_public(ask: Ask) -> str | None:
    """The public address in the query: None if it says nothing, empty to take it away. Raises InvalidParameter."""
    given = ask.request.query_params
    if "external_endpoint" in given:
        spelled = ask.query("external_endpoint").strip()
        return _checked(spelled if "://" in spelled or not spelled else f"ws://{spelled}", "external_endpoint")
    if "public_host" not in given:
        if "public_port" in given:
            raise InvalidParameter("Give public_host with public_port.", parameter="public_host")
        return None
    host = ask.query("public_host").strip()
    port = ask.number("public_port", ask.core.ports()[1], least=1, most=65_536)
    bracketed = f"[{host}]" if ":" in host and not host.startswith("[") else host
    return _checked(f"ws://{bracketed}:{port}" if host else "", "public_host")


def _checked(address: str, parameter: str) -> str:
    try:
        return endpoint(address) if address else ""
    except BadInvite as error:
        sentence = f"This address cannot stand in an invite: {error.sentence}"
        raise InvalidParameter(sentence, parameter=parameter) from error


def _reach(ask: Ask, mesh: Mesh, public: str) -> list[Reach]:
    """Where this node can be reached: public first, then the local network; itself only if it is alone."""
    said = [Reach(address=public, kind="configured")] if public else []
    usable = [one for one in (*said, *mesh.reach()) if _is_usable(one.address)]
    ranked = sorted(usable, key=lambda one: RANKS.get(one.kind, len(RANKS)))
    elsewhere = [one for one in ranked if one.kind != "loopback"]
    settings = ask.core.settings
    chosen = ranked if not elsewhere or is_loopback(settings.mesh_host or settings.host) else elsewhere
    once: dict[str, Reach] = {}
    for one in chosen:
        once.setdefault(one.address, one)
    return list(once.values())[:MOST_ENDPOINTS]


def _is_usable(address: str) -> bool:
    """Whether an address can stand in a code; one of a single interface, as `fe80::1%eth0`, cannot."""
    try:
        return endpoint(address) == address
    except BadInvite:
        return False


def _wish(mesh: Mesh, reach: list[Reach]) -> InviteWish:
    return InviteWish(key=mesh.key, static=mesh.static_public, endpoints=tuple(one.address for one in reach))


def _invite_json(made: Invitation, reach: list[Reach]) -> InviteJson:
    raw = as_json(made.code)
    code = decode(made.code, made.made)
    return InviteJson(
        invite_code=made.code,
        peer_id=peer_id(code.node),
        name=code.name,
        words=words_for(code.node),
        endpoints=list(code.endpoints),
        reach=[ReachJson(address=one.address, kind=one.kind) for one in reach],
        expires_at=instant(made.expires),
        one_time=made.one_time,
        qr=_qr(made.code) if len(made.code) <= QR_MOST else None,
        raw=raw,
    )


@lru_cache(maxsize=8)
def _qr(text: str) -> QrJson:
    import segno  # noqa: PLC0415 - start-up time: only when somebody looks at an invite

    code = segno.make_qr(text, error="l", boost_error=False)
    path = "".join(_runs(y + QUIET, bytes(row)) for y, row in enumerate(code.matrix))
    return QrJson(size=len(code.matrix) + 2 * QUIET, path=path)


def _runs(y: int, row: bytes) -> str:
    """The dark runs of one row as rectangles one unit high."""
    found, start = [], None
    for x, dark in enumerate((*row, 0)):
        if dark and start is None:
            start = x
        elif not dark and start is not None:
            found.append(f"M{start + QUIET} {y}h{x - start}v1h{start - x}z")
            start = None
    return "".join(found)


# The codes of others.


async def import_invite(ask: Ask) -> Response:
    """Trust the maker of a code and dial it; with `dry_run`, only say what the code says."""
    wish = ask.decode(Import)
    code = decode(wish.invite_code, ask.core.clock.now_ms(), ask.core.node)
    if wish.dry_run:
        with ask.reading() as tx:
            return ask.answer(_reviewed(tx, code))
    ask.principal.require_owner()
    mesh = mesh_of(ask)
    await ask.core.writer.write(lambda tx: take_invite(tx, code))
    mesh.level_changed(code.node)
    # A link that stands without syncing came about without this code; only a new one can show its secret.
    link = mesh.link(code.node)
    attempts = [] if link is not None and link.syncing else await mesh.connect(code.node, list(code.endpoints))
    with ask.reading() as tx:
        review = _reviewed(tx, code)
    return ask.answer(_outcome(mesh, code, msgspec.structs.replace(review, attempts=attempts_json(attempts))))


def _reviewed(tx: Read, code: InviteCode) -> Imported:
    return Imported(
        status="reviewed",
        peer_id=peer_id(code.node),
        name=code.name or name_of(tx, code.node),
        words=words_for(code.node),
        endpoints=list(code.endpoints),
        expires_at=instant(code.expires * 1000) if code.expires else None,
        one_time=bool(code.secret),
        warnings=[Remark(code=key, sentence=sentence) for key, sentence in _warnings(tx, code)],
    )


def _warnings(tx: Read, code: InviteCode) -> list[tuple[str, str]]:
    peer = peerbook.find_peer(tx, code.node)
    found = []
    if peer is not None and peer.level is Level.BLOCKED:
        found.append(("peer_blocked", "You have blocked this node. Unblock it before you connect."))
    if peer is not None and peer.level is Level.TRUSTED:
        found.append(("already_trusted", "You trust this node already; its addresses are refreshed."))
    if not code.endpoints:
        found.append(("no_endpoints", "This invite names no address: their node has to dial yours."))
    if not code.signed:
        found.append(("unsigned", "This code is not signed: its addresses may have been altered, its key not."))
    if not code.secret:
        found.append(("no_secret", "This code approves nobody: a person on the other side has to."))
    if code.endpoints and all(_is_local(address) for address in code.endpoints):
        found.append(("loopback_only", "Its only addresses are of the machine that it was made on."))
    return found


def _is_local(address: str) -> bool:
    host = address.partition("://")[2].rpartition(":")[0].strip("[]")
    return host == "localhost" or is_loopback(host)


def _outcome(mesh: Mesh, code: InviteCode, review: Imported) -> Imported:
    """What became of dialling the maker of a code."""
    link = mesh.link(code.node)
    changed = msgspec.structs.replace(
        review,
        status="imported_not_connected" if link is None else "connected",
        warnings=UNSET,
        next_try=None if link is not None else at_or_none(mesh.next_try(code.node)),
        message=_message(link is not None, link is not None and link.syncing),
    )
    return changed if link is None else msgspec.structs.replace(changed, connected_endpoint=link.address)


def _message(linked: bool, syncing: bool) -> str:
    if syncing:
        return "Connected and syncing."
    if linked:
        return "Connected. Nothing is exchanged before the other side approves this node."
    return "Saved. No address answered yet; this node goes on trying."


ROUTES = [
    get("/p2p/invite", get_invite, ANY, "This node's invite code", InviteJson, query=InviteQuery),
    post("/p2p/invite", make_invite, ANY, "Make another invite code", NewInvite, InviteJson, status=201),
    post("/p2p/invite/import", import_invite, ANY, "Import an invite code", Import, Imported),
]
