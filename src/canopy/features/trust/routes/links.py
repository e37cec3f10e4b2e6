"""Links: dial, hang up, what happened lately, and how the mesh is (REST section 12, P8-P10, P15, P17, P18)."""

from typing import Any

import msgspec
from starlette.responses import Response

from canopy.edge.ask import LIMIT_LONG, Ask, found
from canopy.edge.route import ANY, get, post
from canopy.features.trust import tables
from canopy.features.trust.actions import BLOCKED
from canopy.features.trust.routes.mesh import AttemptJson, Mesh, at_or_none, attempts_json, mesh_of, progress_of
from canopy.ground.errors import Conflict, InvalidParameter, InvalidRequest, PeerUnreachable
from canopy.ground.ids import NodeId
from canopy.ground.instants import instant
from canopy.log.shown import peer_id
from canopy.mesh import peerbook
from canopy.mesh.peerbook import Level
from canopy.mesh.view import Attempt, Happening, LinkView

KINDS = ("connection",)
RECENT = 20
SECURITY = {"allow_unverified_relay_messages": False}
RELAY = {"relay_policy": "off", "active_relays": {}, "routing_table": {}}


class WhichPeer(msgspec.Struct, kw_only=True):
    """A peer."""

    peer_id: str


class Reconnected(msgspec.Struct, kw_only=True):
    """A link stands; what became of each address that was dialled."""

    status: str
    peer_id: str | None
    endpoint: str
    attempts: list[AttemptJson]


class Scheduled(msgspec.Struct, kw_only=True):
    """How many peers are dialled."""

    status: str
    peers: int


class Disconnected(msgspec.Struct, kw_only=True):
    """`disconnected` or `not_connected`."""

    status: str
    peer_id: str


class ActivityPage(msgspec.Struct, kw_only=True):
    """From when (Unix seconds), how many, of which kind."""

    since: float = 0
    limit: int = 100
    kind: str = ""


class Resync(msgspec.Struct, kw_only=True):
    """Whether peers without a link are dialled as well."""

    include_reconnect: bool = True


class Resynced(msgspec.Struct, kw_only=True):
    """How many links compare anew, and how many peers are dialled."""

    resynced: int
    reconnecting: int
    success: bool = True


async def reconnect(ask: Ask) -> Response:
    """Dial a peer now. Raises InvalidRequest without an address, PeerUnreachable when none answered."""
    ask.principal.require_owner()
    mesh, wish = mesh_of(ask), ask.decode(WhichPeer)
    with ask.reading() as tx:
        peer = peerbook.find_by_shown(tx, wish.peer_id)
        addresses = [] if peer is None else [e.address for e in peerbook.endpoints_of(tx, peer.node)]
    if peer is None or not addresses:
        raise InvalidRequest("No address of this peer is known. Import its invite.", code="no_endpoints")
    if peer.level is Level.BLOCKED:
        raise Conflict(BLOCKED, code="peer_blocked")
    attempts = await mesh.connect(peer.node, addresses)
    return _linked(ask, mesh, peer.node, attempts)


async def connect_discovered(ask: Ask) -> Response:
    """Dial a node that announces itself here; nobody is approved by that."""
    ask.principal.require_owner()
    mesh, key = mesh_of(ask), ask.token("key")
    known = {item.key for item in mesh.discovered()}
    found(key if key in known else None, "Nobody announces that on this network now.", "not_discovered")
    attempts = await mesh.connect_discovered(key)
    node = next((item.node for item in mesh.discovered() if item.key == key), None)
    return _linked(ask, mesh, node, attempts)


def _linked(ask: Ask, mesh: Mesh, node: NodeId | None, attempts: list[Attempt]) -> Response:
    shown = None if node is None else peer_id(node)
    link = None if node is None else mesh.link(node)
    if link is None:
        next_try = None if node is None else at_or_none(mesh.next_try(node))
        raise PeerUnreachable(peer_id=shown, attempts=attempts_json(attempts), next_try=next_try)
    return ask.answer(
        Reconnected(status="connected", peer_id=shown, endpoint=link.address, attempts=attempts_json(attempts))
    )


def reconnect_all(ask: Ask) -> Response:
    """Dial all peers that have no link."""
    ask.principal.require_owner()
    return ask.answer(Scheduled(status="scheduled", peers=mesh_of(ask).reconnect_all()), 202)


def disconnect(ask: Ask) -> Response:
    """Hang up, until somebody reconnects or the node restarts."""
    ask.principal.require_owner()
    mesh, wish = mesh_of(ask), ask.decode(WhichPeer)
    with ask.reading() as tx:
        peer = peerbook.find_by_shown(tx, wish.peer_id)
    done = peer is not None and mesh.disconnect(peer.node)
    return ask.answer(Disconnected(status="disconnected" if done else "not_connected", peer_id=wish.peer_id))


def resync(ask: Ask) -> Response:
    """Compare with all linked peers again."""
    ask.principal.require_owner()
    mesh, wish = mesh_of(ask), ask.decode(Resync)
    compared = mesh.resync()
    return ask.answer(Resynced(resynced=compared, reconnecting=mesh.reconnect_all() if wish.include_reconnect else 0))


# What happened.


def get_activity(ask: Ask) -> Response:
    """The history of links since an instant, kept in memory alone."""
    mesh, since, limit = mesh_of(ask), _since(ask), ask.limit(100, LIMIT_LONG)
    kind = ask.query("kind")
    if kind not in ("", *KINDS):
        raise InvalidParameter(f"The kind must be one of: {', '.join(KINDS)}.", parameter="kind", allowed=list(KINDS))
    happened = mesh.happenings(since, limit)
    failed = sum(1 for one in happened if one.status == "failed")
    return ask.answer(
        {
            "server_time": ask.core.clock.now_ms() / 1000,
            "peers": {peer_id(link.node): _activity(link) for link in mesh.links()},
            "events": [_event(one) for one in happened],
            "relay_status": RELAY,
            "validation": {"forced_failover_events": 0, "broker_events": 0, "failed_connection_events": failed},
        }
    )


def _since(ask: Ask) -> int:
    """Unix milliseconds of the parameter `since`, which counts seconds. Raises InvalidParameter."""
    said = ask.query("since", "0")
    try:
        return min(max(int(float(said) * 1000), 0), 2**62)
    except (ValueError, OverflowError) as error:
        raise InvalidParameter("since must be a number of Unix seconds.", parameter="since") from error


def _activity(link: LinkView) -> dict[str, float]:
    return {
        "connected_at": link.since / 1000,
        "last_activity": max(link.last_in, link.last_out) / 1000,
        "last_inbound_activity": link.last_in / 1000,
        "last_outbound_activity": link.last_out / 1000,
    }


def _event(one: Happening) -> dict[str, Any]:
    return {
        "id": str(one.number),
        "peer_id": None if one.node is None else peer_id(one.node),
        "kind": "connection",
        "status": one.status,
        "detail": one.detail,
        "endpoint": one.address or None,
        "via_peer": None,
        "timestamp": one.at / 1000,
        "at": instant(one.at),
    }


def get_diagnostics(ask: Ask) -> Response:
    """How the mesh is: who is linked, who is dialled again and when, what failed, what catches up."""
    mesh = mesh_of(ask)
    with ask.reading() as tx:
        peers, parked = peerbook.list_peers(tx), tables.count_parked(tx)
    redials = {peer.peer_id: at for peer in peers if (at := at_or_none(mesh.next_try(peer.node))) is not None}
    happened = sorted(mesh.happenings(0, LIMIT_LONG), key=lambda one: one.number)
    failures = [_event(one) for one in happened if one.status == "failed"]
    return ask.answer(
        {
            "connected_peers": sorted(peer_id(link.node) for link in mesh.links()),
            "known_peers_count": len(peers),
            # Nothing is queued for a peer: what it lacks is read from the log when its link has room.
            "pending_messages": {"total": 0, "by_peer": {}},
            "reconnect_tasks": {"count": len(redials), "by_peer": redials},
            "recent_failures": failures[-RECENT:],
            "security": SECURITY,
            "sync": {"active_catchups": _catch_ups(mesh), "queue_depth": parked, "startup_grace": False},
            "timestamp": instant(ask.core.clock.now_ms()),
        }
    )


def _catch_ups(mesh: Mesh) -> list[dict[str, Any]]:
    moving = ((link, progress_of(link)) for link in mesh.links())
    return [{"peer_id": peer_id(link.node), **progress} for link, progress in moving if progress is not None]


ROUTES = [
    post("/p2p/reconnect", reconnect, ANY, "Dial a peer now", WhichPeer, Reconnected),
    post("/p2p/reconnect_all", reconnect_all, ANY, "Dial all peers", None, Scheduled, status=202),
    post("/p2p/disconnect", disconnect, ANY, "Hang up", WhichPeer, Disconnected),
    post("/p2p/discovered/{key}/connect", connect_discovered, ANY, "Dial a node found here", None, Reconnected),
    get("/p2p/activity", get_activity, ANY, "What happened to links", dict[str, Any], query=ActivityPage),
    get("/p2p/diagnostics", get_diagnostics, ANY, "How the mesh is", dict[str, Any]),
    post("/p2p/resync", resync, ANY, "Compare with all peers again", Resync, Resynced),
]
