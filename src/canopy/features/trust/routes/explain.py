"""Why something is shown or not, and how far each peer is: for the owner, never with content."""

from typing import Any

import msgspec
from starlette.responses import Response

from canopy.edge.ask import Ask
from canopy.edge.route import ANY, get
from canopy.features.trust import tables
from canopy.features.trust.routes.mesh import Mesh, at_or_none, mesh_of, progress_of, state_of
from canopy.features.trust.tables import Found, Known
from canopy.ground.errors import InvalidParameter
from canopy.ground.ids import EVENT_BYTES, NodeId, ScopeId, UserKey
from canopy.ground.instants import instant, instant_of
from canopy.log import scope, store
from canopy.log.db import Read
from canopy.log.shown import channel_id, peer_id, user_id
from canopy.mesh import peerbook

SHORTEST = 8
HEX = frozenset("0123456789abcdef")
NOTHING = "Nothing needs to be done."

SENTENCES: dict[tuple[str, str], tuple[str, str]] = {
    ("done", ""): ("It is held here and counts.", NOTHING),
    ("done", "deleted"): ("Its author deleted it; only its header is kept.", "It does not come back."),
    ("done", "expired"): ("Its time is over; only its header is kept.", "It does not come back."),
    ("hidden", "malformed"): (
        "Its content has not the form of its kind.",
        "A later version may be able to read it; else its author has to write it again.",
    ),
    ("hidden", "forked"): (
        "Its author's node wrote two different events at one place, so what follows there is not shown.",
        "The author has to write it again; nodes that were copied or restored heal by themselves.",
    ),
    ("hidden", "deleted"): ("It changes something that was deleted.", "It does not come back."),
    ("hidden", "expired"): ("It changes something whose time is over.", "It does not come back."),
    ("hidden", "not_author"): ("It changes what somebody else wrote, which only its author may.", NOTHING),
    ("hidden", "no_user"): ("It says something for a user and names none.", "Its author's node has to be repaired."),
    ("hidden", "wrong_scope"): ("It stands in a place where its kind does not belong.", NOTHING),
    ("hidden", "wrong_target"): ("It changes something that cannot be changed so.", NOTHING),
    ("waiting", "kind"): ("This version does not know what kind of event it is.", "Update Canopy on this node."),
    ("waiting", "body"): (
        "Its header is here, its content is not.",
        "It is asked for on every link with a peer that holds it.",
    ),
    ("waiting", "target"): (
        "It changes something that is not held here yet.",
        "It counts as soon as that arrives from a peer.",
    ),
    ("waiting", "channel"): (
        "It belongs to a channel that this node does not know yet.",
        "It counts as soon as the channel is known here.",
    ),
    ("waiting", "clock"): (
        "The clock of its author's node is more than 5 minutes ahead of this one.",
        "It counts when its time has come. Check the clocks of both nodes.",
    ),
    ("waiting", "projector"): (
        "This node could not work out what it changes. That is a bug.",
        "Please report it; the next version tries again.",
    ),
    ("parked", "predecessor"): (
        "What its author wrote just before it has not come yet.",
        "It is taken as soon as that arrives from a peer.",
    ),
    ("parked", "body"): (
        "It came without its content.",
        "It is taken as soon as a peer sends the content, or the deletion of it.",
    ),
    ("parked", "version"): ("It was written by a newer Canopy.", "Update Canopy on this node."),
    ("unknown", ""): (
        "Nothing with this id was ever taken here.",
        "If a peer holds it, it comes when that peer is trusted and linked, and both share its place.",
    ),
}
OTHER = ("It is held here, but its kind does not let it count.", "Its author has to write it again.")


class Holder(msgspec.Struct, kw_only=True):
    """A trusted peer, and whether it holds the event; null where that is not known."""

    peer_id: str
    display_name: str
    holds: bool | None


class Author(msgspec.Struct, kw_only=True):
    """Who wrote it; a node itself has no user."""

    peer_id: str
    user_id: str | None


class Explanation(msgspec.Struct, kw_only=True):
    """What this node knows of one event."""

    id: str
    held: bool
    fate: str
    reason: str
    kind: str | None
    author: Author | None
    scope: str | None
    time: str | None
    position: int | None
    gone: str | None
    due: str | None
    expires: str | None
    why: str
    cure: str
    holders: list[Holder]


class SyncPeer(msgspec.Struct, kw_only=True):
    """How far a peer and this node are."""

    peer_id: str
    display_name: str
    level: str
    state: str
    level_with_us: bool
    progress: dict[str, int] | None
    open_channels: str
    last_seen: str | None
    next_try: str | None
    refused: dict[str, int]
    waiting: dict[str, int]


class SyncStatus(msgspec.Struct, kw_only=True):
    """How far this node is with each of its peers."""

    peers: list[SyncPeer]
    events: int
    waiting: dict[str, int]
    parked: int


def get_sync(ask: Ask) -> Response:
    """How far this node is with each of its peers."""
    mesh = mesh_of(ask)
    with ask.reading() as tx:
        status = SyncStatus(
            peers=[_sync_peer(known, mesh) for known in tables.list_known(tx)],
            events=store.COUNT_EVENTS.value(tx),
            waiting=dict(store.COUNT_WAITING.rows(tx)),
            parked=tables.count_parked(tx),
        )
    return ask.answer(status)


def _sync_peer(known: Known, mesh: Mesh) -> SyncPeer:
    peer, link = known.peer, mesh.link(known.peer.node)
    return SyncPeer(
        peer_id=peer.peer_id,
        display_name=known.name,
        level=peer.level.name.lower(),
        state=state_of(link),
        level_with_us=link is not None and link.level,
        progress=progress_of(link),
        open_channels="merged" if peer.merged else "apart",
        last_seen=at_or_none(peer.last_seen),
        next_try=at_or_none(mesh.next_try(peer.node)),
        refused=known.refused,
        waiting=known.waiting,
    )


def explain(ask: Ask) -> Response:
    """What this node knows of a message or event, why it is so, and what will change it."""
    ask.principal.require_owner()
    mesh, identity = mesh_of(ask), ask.token("id")
    beginning = _beginning(identity)
    with ask.reading() as tx:
        found = tables.find_events(tx, beginning)
    if len(found) > 1:
        raise InvalidParameter("Several events begin like this; give more of the id.", code="ambiguous_id")
    event = found[0] if found else None
    # The mesh reads for itself, and nobody reads twice at once.
    known = {} if event is None else mesh.holders(event.id)
    with ask.reading() as tx:
        holders = _holders(tx, known)
    return ask.answer(_unknown(identity, holders) if event is None else _explained(event, holders))


def _beginning(identity: str) -> str:
    """The beginning of an event's id in hex, out of a message id or of itself. Raises InvalidParameter."""
    plain = identity.removeprefix("M").lower()
    if not SHORTEST <= len(plain) <= 2 * EVENT_BYTES or not set(plain) <= HEX:
        raise InvalidParameter(f"Give a message id, or at least {SHORTEST} hex characters of an event's id.")
    return plain


def _holders(tx: Read, known: dict[NodeId, bool]) -> list[Holder]:
    nodes = dict.fromkeys((*peerbook.trusted(tx), *known))
    peers = ((node, peerbook.find_peer(tx, node)) for node in nodes)
    return [
        Holder(
            peer_id=peer_id(node),
            display_name=tables.name_of(tx, node, peer.name if peer else ""),
            holds=known.get(node),
        )
        for node, peer in peers
    ]


def _explained(event: Found, holders: list[Holder]) -> Explanation:
    header = event.header
    author, user = NodeId(header.node), UserKey(header.user)
    why, cure = SENTENCES.get((event.fate, event.reason or event.gone), OTHER)
    return Explanation(
        id=event.id.hex(),
        held=event.position is not None,
        fate=event.fate,
        reason=event.reason,
        kind=header.kind,
        author=Author(peer_id=peer_id(author), user_id=user_id(author, user) if user else None),
        scope=_place(author, ScopeId(header.scope)),
        time=instant_of(header.time),
        position=event.position,
        gone=event.gone or None,
        due=at_or_none(event.due),
        expires=instant(header.expires) if header.expires else None,
        why=why,
        cure=cure,
        holders=holders,
    )


def _place(author: NodeId, where: ScopeId) -> str:
    """The channel, or `node` for what a node says of itself and its users."""
    return "node" if where == scope.of_node(author) else channel_id(where)


def _unknown(identity: str, holders: list[Holder]) -> Explanation:
    why, cure = SENTENCES["unknown", ""]
    nothing: dict[str, Any] = dict.fromkeys(("kind", "author", "scope", "time", "position", "gone", "due", "expires"))
    return Explanation(
        id=identity, held=False, fate="unknown", reason="", why=why, cure=cure, holders=holders, **nothing
    )


ROUTES = [
    get("/p2p/sync", get_sync, ANY, "How far each peer is", SyncStatus),
    get("/p2p/explain/{id}", explain, ANY, "Why an event is shown or not", Explanation),
]
