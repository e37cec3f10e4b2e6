"""What this node's tables say of peers and of single events; reads only."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import bindparam, distinct, func, select, text

from canopy.crypto.sealing import digest
from canopy.features.people.tables import find_node
from canopy.ground.ids import EVENT_BYTES, EventId, NodeId
from canopy.ground.words import words_of
from canopy.log import store
from canopy.log.catalog import Fate
from canopy.log.db import Read, prepare
from canopy.log.event import Header, header_of
from canopy.log.local import get_fact
from canopy.log.scope import GENERAL
from canopy.log.shown import device_id
from canopy.mesh import peerbook
from canopy.mesh.peerbook import Level, Peer

PUBLIC = "public endpoint"
"""The fact that holds the address which a person added to the invites of this node."""
MOST_COUNTED = 100_000
"""A preview of messages counts no further."""
NOT_REFUSED = {"parked", "postponed"}
"""What is counted by source beside refusals."""

_PARKED = prepare(select(store.parked.c.source, func.count()).group_by(store.parked.c.source))
_NODES = prepare(
    select(func.count(distinct(store.chains.c.node))).where(
        store.chains.c.scope == bindparam("scope"), store.chains.c.node != bindparam("peer")
    )
)
_MESSAGES = prepare(
    text(
        "SELECT count(*) FROM (SELECT 1 FROM chains JOIN events ON events.chain = chains.chain "
        "WHERE chains.scope = :scope AND chains.node <> :peer AND events.kind = 'message.posted' "
        "AND events.fate = 0 AND events.gone = '' LIMIT :most)"
    )
)
_EVENTS_LIKE = prepare(
    select(
        store.events.c.id,
        store.events.c.header,
        store.events.c.position,
        store.events.c.fate,
        store.events.c.reason,
        store.events.c.gone,
        store.events.c.due,
    )
    .where(store.events.c.id.between(bindparam("least"), bindparam("most")))
    .order_by(store.events.c.id)
    .limit(2)
)
_PARKED_LIKE = prepare(
    select(store.parked.c.id, store.parked.c.header, store.parked.c.awaits)
    .where(store.parked.c.id.between(bindparam("least"), bindparam("most")))
    .order_by(store.parked.c.id)
    .limit(2)
)


class Preview(msgspec.Struct, frozen=True):
    """What a peer would see of this side if open channels flowed."""

    needed: bool
    nodes: int = 0
    messages: int = 0


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """One peer with everything that the tables know of it."""

    peer: Peer
    name: str
    refused: dict[str, int]
    waiting: dict[str, int]
    introducers: list[NodeId]
    preview: Preview


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """An event that is held, or parked until what it needs is held."""

    id: EventId
    header: Header
    position: int | None = None
    fate: str
    reason: str = ""
    gone: str = ""
    due: int | None = None


def name_of(tx: Read, node: NodeId, said: str = "") -> str:
    """What a node calls itself: on a link, on its card, or by the neutral name that it has before it has a card."""
    if said:
        return said
    card = find_node(tx, node)
    return card.name if card is not None else f"node-{device_id(node)}"


def words_for(node: NodeId) -> list[str]:
    """The six words of a node."""
    return list(words_of(digest(node)))


def level_of(tx: Read, shown: str) -> str | None:
    """The level of a peer by its shown id."""
    peer = peerbook.find_by_shown(tx, shown)
    return None if peer is None else peer.level.name.lower()


def list_known(tx: Read) -> list[Known]:
    """All peers, by name."""
    refused, waiting, introduced = _refused(tx), _waiting(tx), peerbook.list_introduced(tx)
    found = [_known(tx, peer, refused, waiting, introduced.get(peer.node, [])) for peer in peerbook.list_peers(tx)]
    return sorted(found, key=lambda known: (known.name.casefold(), known.peer.peer_id))


def get_known(tx: Read, peer: Peer) -> Known:
    """One peer."""
    return _known(tx, peer, _refused(tx), _waiting(tx), peerbook.introducers_of(tx, peer.node))


def _known(
    tx: Read,
    peer: Peer,
    refused: dict[str, dict[str, int]],
    waiting: dict[str, dict[str, int]],
    introducers: list[NodeId],
) -> Known:
    source = peer.node.hex()
    return Known(
        peer=peer,
        name=name_of(tx, peer.node, peer.name),
        refused=refused.get(source, {}),
        waiting=waiting.get(source, {}),
        introducers=introducers,
        preview=_preview(tx, peer),
    )


def _preview(tx: Read, peer: Peer) -> Preview:
    if peer.level is not Level.TRUSTED or peer.merged:
        return Preview(False)
    messages = _MESSAGES.value(tx, scope=GENERAL, peer=peer.node, most=MOST_COUNTED)
    return Preview(True, int(_NODES.value(tx, scope=GENERAL, peer=peer.node)), int(messages))


def _refused(tx: Read) -> dict[str, dict[str, int]]:
    """What was refused, by source and code."""
    found: dict[str, dict[str, int]] = {}
    for source, reason, count in store.LIST_SOURCES.rows(tx):
        if reason not in NOT_REFUSED:
            found.setdefault(source, {})[reason] = count
    return found


def _waiting(tx: Read) -> dict[str, dict[str, int]]:
    """What was let go to be asked for again, and what is parked now (not what ever was)."""
    found: dict[str, dict[str, int]] = {}
    for source, reason, count in store.LIST_SOURCES.rows(tx):
        if reason == "postponed":
            found.setdefault(source, {})[reason] = count
    for source, count in _PARKED.rows(tx):
        found.setdefault(source, {})["parked"] = count
    return found


def count_parked(tx: Read) -> int:
    """How many events wait for what came before them."""
    return sum(count for _, count in _PARKED.rows(tx))


def public_endpoint(tx: Read) -> str:
    """The address that a person added; empty if none."""
    return (get_fact(tx, PUBLIC) or b"").decode()


def find_events(tx: Read, beginning: str) -> list[Found]:
    """The events, at most two, whose id in hex begins so."""
    span = {"least": bytes.fromhex(beginning.ljust(2 * EVENT_BYTES, "0"))}
    span["most"] = bytes.fromhex(beginning.ljust(2 * EVENT_BYTES, "f"))
    held = [_held(row) for row in _EVENTS_LIKE.rows(tx, **span)]
    return [*held, *(_parked(row) for row in _PARKED_LIKE.rows(tx, **span))][:2]


def _held(row: Sequence[Any]) -> Found:
    event_id, header, position, fate, reason, gone, due = row
    return Found(
        id=EventId(event_id),
        header=header_of(header),
        position=position,
        fate=Fate(fate).name.lower(),
        reason=reason,
        gone=gone,
        due=due,
    )


def _parked(row: Sequence[Any]) -> Found:
    event_id, header, awaits = row
    reason = {event_id: "body", b"version": "version"}.get(awaits, "predecessor")
    return Found(id=EventId(event_id), header=header_of(header), fate="parked", reason=reason)
