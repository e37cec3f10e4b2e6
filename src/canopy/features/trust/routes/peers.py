"""Peers: who is known, linked, discovered, introduced; and what a person decides about them (decisions 6 and 31)."""

from typing import Any, Literal

import msgspec
from starlette.responses import Response

from canopy.edge.ask import Ask, found
from canopy.edge.principal import Permission
from canopy.edge.route import ANY, NOBODY, get, post, remove
from canopy.edge.routes.system import network
from canopy.features.trust import actions
from canopy.features.trust.actions import Change, get_peer
from canopy.features.trust.routes.mesh import (
    AttemptJson,
    Mesh,
    at_or_none,
    attempts_json,
    mesh_of,
    progress_of,
    state_of,
)
from canopy.features.trust.tables import Known, get_known, list_known, name_of, words_for
from canopy.ground.ids import NodeId
from canopy.ground.instants import instant
from canopy.log.db import Read, Tx
from canopy.log.shown import peer_id
from canopy.mesh import peerbook
from canopy.mesh.view import Discovered, LinkView


class LinkJson(msgspec.Struct, kw_only=True):
    """A link that stands."""

    address: str
    direction: Literal["out", "in"]
    since: str


class MergeJson(msgspec.Struct, kw_only=True):
    """What the peer would see of this side if open channels flowed; counted only where a person still has to say so."""

    needed: bool
    nodes: int
    messages: int


class PeerJson(msgspec.Struct, kw_only=True):
    """A peer."""

    peer_id: str
    display_name: str
    words: list[str]
    level: str
    state: str
    last_seen: str | None
    refused: dict[str, int]
    waiting: dict[str, int]
    link: LinkJson | None
    level_with_us: bool
    progress: dict[str, int] | None
    attempts: list[AttemptJson]
    next_try: str | None
    open_channels: Literal["merged", "apart"]
    merge: MergeJson
    introduced_by: list[str]


class DiscoveredJson(msgspec.Struct, kw_only=True):
    """A node that announces itself on this network; its id is known once a handshake has proven it."""

    key: str
    peer_id: str | None
    address: str
    port: int
    discovered_at: str
    connected: bool


class PeerList(msgspec.Struct, kw_only=True):
    """All peers by name, and who else is near."""

    peers: list[PeerJson]
    discovered_peers: list[DiscoveredJson]
    connected_peers: list[str]
    total_discovered: int
    total_connected: int


class KnownPeer(msgspec.Struct, kw_only=True):
    """A peer and where it may be found."""

    peer_id: str
    display_name: str
    endpoints: list[str]
    connected: bool


class KnownPeers(msgspec.Struct, kw_only=True):
    """Peers that this node met or was given an invite of."""

    known_peers: list[KnownPeer]


class IntroducedPeer(msgspec.Struct, kw_only=True):
    """An author whom peers forward."""

    peer_id: str
    display_name: str
    endpoints: list[str]
    introduced_by: str
    introduced_via: list[str]


class IntroducedPeers(msgspec.Struct, kw_only=True):
    """Authors whom peers forward."""

    introduced_peers: list[IntroducedPeer]


class OnePeer(msgspec.Struct, kw_only=True):
    """The peer as it is now."""

    peer: PeerJson
    success: bool = True


class Forget(msgspec.Struct, kw_only=True):
    """Whom to forget, and whether with those whom nobody else introduced."""

    peer_id: str
    remove_introduced: bool = True


class Forgotten(msgspec.Struct, kw_only=True):
    """What was done."""

    status: Literal["forgotten", "not_found"]
    peer_id: str
    success: bool = True


# What is there.


def get_status(ask: Ask) -> Response:
    """Whether the mesh runs; with a key, who is linked."""
    figures = network(ask.core)
    if ask.someone is None:
        return ask.answer({"running": figures["running"]})
    with ask.reading() as tx:
        known = [{"peer_id": k.peer.peer_id, "display_name": k.name, "level": _level(k)} for k in list_known(tx)]
    linked = set(figures["connected_peers_list"])
    peers = [{**peer, "connected": peer["peer_id"] in linked} for peer in known]
    return ask.answer({**figures, "peers": peers})


def list_peers(ask: Ask) -> Response:
    """All peers, and who announces itself on this network."""
    mesh = mesh_of(ask)
    with ask.reading() as tx:
        peers = [peer_json(known, mesh) for known in list_known(tx)]
    linked = {link.node for link in mesh.links()}
    near = [_discovered(item, linked) for item in mesh.discovered() if item.node != ask.core.node]
    connected = sorted(peer_id(node) for node in linked)
    return ask.answer(
        PeerList(
            peers=peers,
            discovered_peers=near,
            connected_peers=connected,
            total_discovered=len(near),
            total_connected=len(connected),
        )
    )


def list_known_peers(ask: Ask) -> Response:
    """Peers with the addresses at which they may be found."""
    mesh = mesh_of(ask)
    with ask.reading() as tx:
        known = [_known_peer(tx, mesh, peer) for peer in list_known(tx)]
    return ask.answer(KnownPeers(known_peers=known))


def list_introduced(ask: Ask) -> Response:
    """Authors whom peers forward, with those who do."""
    with ask.reading() as tx:
        authors = [_introduced(tx, node, vias) for node, vias in peerbook.list_introduced(tx).items()]
    return ask.answer(IntroducedPeers(introduced_peers=authors))


def _level(known: Known) -> str:
    return known.peer.level.name.lower()


def _addresses(tx: Read, node: NodeId) -> list[str]:
    return [endpoint.address for endpoint in peerbook.endpoints_of(tx, node)]


def _known_peer(tx: Read, mesh: Mesh, known: Known) -> KnownPeer:
    node = known.peer.node
    return KnownPeer(
        peer_id=known.peer.peer_id,
        display_name=known.name,
        endpoints=_addresses(tx, node),
        connected=mesh.link(node) is not None,
    )


def _introduced(tx: Read, node: NodeId, vias: list[NodeId]) -> IntroducedPeer:
    peer = peerbook.find_peer(tx, node)
    return IntroducedPeer(
        peer_id=peer_id(node),
        display_name=name_of(tx, node, peer.name if peer else ""),
        endpoints=_addresses(tx, node),
        introduced_by=peer_id(vias[0]),
        introduced_via=[peer_id(via) for via in vias],
    )


def _discovered(item: Discovered, linked: set[NodeId]) -> DiscoveredJson:
    return DiscoveredJson(
        key=item.key,
        peer_id=None if item.node is None else peer_id(item.node),
        address=item.address,
        port=item.port,
        discovered_at=instant(item.seen),
        connected=item.node in linked,
    )


def _link(link: LinkView | None) -> LinkJson | None:
    if link is None:
        return None
    return LinkJson(address=link.address, direction="out" if link.outward else "in", since=instant(link.since))


def peer_json(known: Known, mesh: Mesh) -> PeerJson:
    """A peer as the tables and the mesh know it together."""
    peer, link, preview = known.peer, mesh.link(known.peer.node), known.preview
    return PeerJson(
        peer_id=peer.peer_id,
        display_name=known.name,
        words=words_for(peer.node),
        level=_level(known),
        state=state_of(link),
        last_seen=at_or_none(peer.last_seen),
        refused=known.refused,
        waiting=known.waiting,
        link=_link(link),
        level_with_us=link is not None and link.level,
        progress=progress_of(link),
        attempts=attempts_json(mesh.attempts(peer.node)),
        next_try=at_or_none(mesh.next_try(peer.node)),
        open_channels="merged" if peer.merged else "apart",
        merge=MergeJson(needed=preview.needed, nodes=preview.nodes, messages=preview.messages),
        introduced_by=[peer_id(via) for via in known.introducers],
    )


# What a person decides.


async def approve(ask: Ask) -> Response:
    """Exchange events with a peer."""
    return await _change(ask, actions.approve)


async def block(ask: Ask) -> Response:
    """Exchange nothing with a peer."""
    return await _change(ask, actions.block)


async def unblock(ask: Ask) -> Response:
    """Forget the judgement about a blocked peer."""
    return await _change(ask, actions.unblock)


async def merge(ask: Ask) -> Response:
    """Let open channels flow on the link with a peer."""
    return await _change(ask, actions.merge)


async def _change(ask: Ask, change: Change) -> Response:
    ask.principal.require_owner()
    mesh, shown = mesh_of(ask), ask.token("peer_id")

    def turn(tx: Tx) -> NodeId:
        peer = get_peer(tx, shown)
        change(tx, peer)
        return peer.node

    node = await ask.core.writer.write(turn)
    mesh.level_changed(node)
    with ask.reading() as tx:
        known = get_known(tx, get_peer(tx, shown))
    return ask.answer(OnePeer(peer=peer_json(known, mesh)))


async def forget_peer(ask: Ask) -> Response:
    """Forget a peer; what it wrote stays. For old clients: a key needs delete_data as well."""
    if not ask.principal.by_session:
        ask.principal.require(Permission.DELETE_DATA)
    wish = ask.decode(Forget)
    known = await _forget(ask, wish.peer_id, wish.remove_introduced)
    return ask.answer(Forgotten(status="forgotten" if known else "not_found", peer_id=wish.peer_id))


async def delete_peer(ask: Ask) -> Response:
    """Forget a peer; what it wrote stays."""
    shown = ask.token("peer_id")
    known = await _forget(ask, shown, ask.flag("remove_introduced", True))
    found(known or None, actions.MISSING, "peer_not_found")
    return ask.answer(Forgotten(status="forgotten", peer_id=shown))


async def _forget(ask: Ask, shown: str, introduced: bool) -> bool:
    ask.principal.require_owner()
    mesh = mesh_of(ask)

    def turn(tx: Tx) -> NodeId | None:
        peer = peerbook.find_by_shown(tx, shown)
        return peer.node if peer is not None and peerbook.forget(tx, peer.node, introduced) else None

    node = await ask.core.writer.write(turn)
    if node is not None:
        mesh.forgotten(node)
    return node is not None


class RemoveIntroduced(msgspec.Struct, kw_only=True):
    """Whether those whom nobody else introduced are forgotten with the peer."""

    remove_introduced: bool = True


ROUTES = [
    get("/p2p/status", get_status, NOBODY, "Whether the mesh runs, and who is linked", dict[str, Any]),
    get("/p2p/peers", list_peers, ANY, "Peers, and nodes found on this network", PeerList),
    get("/p2p/known_peers", list_known_peers, ANY, "Peers with their addresses", KnownPeers),
    get("/p2p/introduced", list_introduced, ANY, "Authors whom peers forward", IntroducedPeers),
    post("/p2p/peers/{peer_id}/approve", approve, ANY, "Trust a peer", None, OnePeer),
    post("/p2p/peers/{peer_id}/block", block, ANY, "Block a peer", None, OnePeer),
    post("/p2p/peers/{peer_id}/unblock", unblock, ANY, "Unblock a peer", None, OnePeer),
    post("/p2p/peers/{peer_id}/merge", merge, ANY, "Let open channels flow to and from a peer", None, OnePeer),
    remove("/p2p/peers/{peer_id}", delete_peer, ANY, "Forget a peer", Forgotten, query=RemoveIntroduced),
    post("/p2p/forget", forget_peer, ANY, "Forget a peer, as older clients ask it", Forget, Forgotten),
]
