"""The peer book: which nodes this node knows, what a person allowed them, and where they may be found.

Local rows, written in the transaction of whoever asks. A level is raised by a person, by an invite that a person
made, or from unknown to introduced; never by what a peer says of itself. Every list is bounded where a peer fills it.
"""

from collections.abc import Sequence
from enum import IntEnum
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import bindparam, delete, func, insert, select, text, update

from canopy.ground.ids import NodeId
from canopy.ground.text import clean_name
from canopy.log.catalog import Notice
from canopy.log.db import Read, Tx, prepare, row_of
from canopy.log.journal import write_notice
from canopy.log.shown import peer_id
from canopy.mesh.booktables import endpoints, introductions, joins, peers
from canopy.mesh.invite import InviteCode, invite_id

MOST_ENDPOINTS = 16
NAME_LENGTH = 80
VERSION_LENGTH = 40
PEER_CHANGED = "peer.changed"
"""The notice that something about a peer changed; who cares reads the peer anew."""


class Level(IntEnum):
    """What a peer may do here. Nothing but its own card flows before trusted."""

    BLOCKED = 0
    UNKNOWN = 1
    INTRODUCED = 2
    TRUSTED = 3


class Peer(msgspec.Struct, frozen=True):
    """One row of `peers`."""

    node: NodeId
    peer_id: str
    level: Level
    name: str
    version: str
    merged: bool
    first_seen: int
    last_seen: int | None
    changed: int


class Endpoint(msgspec.Struct, frozen=True):
    """One row of `endpoints`."""

    node: NodeId
    address: str
    source: str
    worked_at: int | None
    seen: int


class Ticket(NamedTuple):
    """What to show a node whose invite was imported here. Never prints its secret."""

    invite: bytes
    secret: bytes
    expires: int

    def __repr__(self) -> str:
        return "Ticket(hidden)"


_PEER = [peers.c[name] for name in Peer.__struct_fields__]
_FIND = prepare(select(*_PEER).where(peers.c.node == bindparam("node")))
_BY_SHOWN = prepare(select(*_PEER).where(peers.c.peer_id == bindparam("shown")))
_ALL = prepare(select(*_PEER).order_by(peers.c.first_seen, peers.c.peer_id))
_INSERT = prepare(insert(peers).values(row_of(peers)))
_SET_LEVEL = prepare(
    update(peers).where(peers.c.node == bindparam("which")).values(level=bindparam("new"), changed=bindparam("now"))
)
_SET_MERGED = prepare(
    update(peers).where(peers.c.node == bindparam("which")).values(merged=bindparam("new"), changed=bindparam("now"))
)
_SET_CARD = prepare(
    update(peers)
    .where(peers.c.node == bindparam("which"))
    .values(name=bindparam("new_name"), version=bindparam("new_version"))
)
_TOUCH = prepare(update(peers).where(peers.c.node == bindparam("which")).values(last_seen=bindparam("now")))
_TRUSTED = prepare(select(peers.c.node).where(peers.c.level == int(Level.TRUSTED)).order_by(peers.c.node))
_DELETE = prepare(delete(peers).where(peers.c.node == bindparam("which")))

_ENDPOINTS = prepare(
    select(*endpoints.c)
    .where(endpoints.c.node == bindparam("node"))
    .order_by(endpoints.c.worked_at.desc(), endpoints.c.seen.desc(), text("rowid"))
)
_REMEMBER = prepare(
    text(
        "INSERT INTO endpoints (node, address, source, worked_at, seen) "
        "VALUES (:node, :address, :source, :worked_at, :seen) ON CONFLICT (node, address) DO UPDATE "
        "SET source = :source, worked_at = coalesce(:worked_at, worked_at), seen = :seen"
    )
)
# What never worked goes first, the oldest of it; the one that was just told stays, or a new address would never
# enter a full list.
_TRIM = prepare(
    text(
        "DELETE FROM endpoints WHERE node = :node AND address IN (SELECT address FROM endpoints "
        "WHERE node = :node AND address <> :address "
        "ORDER BY worked_at DESC, seen DESC, rowid DESC LIMIT -1 OFFSET :most)"
    )
)
_DELETE_ENDPOINTS = prepare(delete(endpoints).where(endpoints.c.node == bindparam("which")))

_INTRODUCE = prepare(insert(introductions).prefix_with("OR IGNORE").values(row_of(introductions)).returning(text("1")))
_COUNT_VIA = prepare(select(func.count()).select_from(introductions).where(introductions.c.via == bindparam("via")))
_VIAS = prepare(
    select(introductions.c.via)
    .where(introductions.c.author == bindparam("author"))
    .order_by(introductions.c.first_seen, introductions.c.via)
)
_INTRODUCED = prepare(
    select(introductions.c.author, introductions.c.via).order_by(introductions.c.first_seen, introductions.c.author)
)
_AUTHORS_VIA = prepare(select(introductions.c.author).where(introductions.c.via == bindparam("via")))
_DELETE_VIA = prepare(delete(introductions).where(introductions.c.via == bindparam("which")))
_DELETE_AUTHOR = prepare(delete(introductions).where(introductions.c.author == bindparam("which")))

_DROP_INTRODUCTION = prepare(
    delete(introductions).where(
        introductions.c.author == bindparam("which"), introductions.c.via == bindparam("through")
    )
)
_STRANGERS = prepare(
    select(peers.c.node)
    .where(peers.c.level == int(Level.UNKNOWN))
    .order_by(func.coalesce(peers.c.last_seen, peers.c.first_seen).desc())
    .limit(-1)
    .offset(bindparam("most"))
)

_SET_JOIN = prepare(insert(joins).prefix_with("OR REPLACE").values(row_of(joins)))
_FIND_JOIN = prepare(
    select(joins.c.invite, joins.c.secret, joins.c.expires).where(
        joins.c.node == bindparam("node"), joins.c.expires > bindparam("now")
    )
)
_DROP_JOIN = prepare(delete(joins).where(joins.c.node == bindparam("which")))


# Peers.


def find_peer(tx: Read, node: NodeId) -> Peer | None:
    """What is known of a node."""
    return _found(_FIND.row(tx, node=node))


def find_by_shown(tx: Read, shown: str) -> Peer | None:
    """The peer that outsiders call so."""
    return _found(_BY_SHOWN.row(tx, shown=shown))


def list_peers(tx: Read) -> list[Peer]:
    """All peers, the longest known first."""
    return [_peer(row) for row in _ALL.rows(tx)]


def meet(tx: Tx, node: NodeId) -> Peer:
    """The peer; a node that nobody knew yet is unknown. Never changes a level."""
    return find_peer(tx, node) or _write_down(tx, node)


def set_level(tx: Tx, node: NodeId, level: Level) -> Peer:
    """Let a peer do more or less. What is no longer trusted has to be merged anew."""
    before = meet(tx, node)
    if before.level is level:
        return before
    _SET_LEVEL.run(tx, which=node, new=int(level), now=tx.now_ms)
    if level is not Level.TRUSTED:
        _SET_MERGED.run(tx, which=node, new=0, now=tx.now_ms)
    announce(tx, node)
    return meet(tx, node)


def set_card(tx: Tx, node: NodeId, name: str, version: str) -> None:
    """Note what a peer says of itself on a link, as clean text of bounded length."""
    clean = clean_name(name[: 4 * NAME_LENGTH])[:NAME_LENGTH].strip()
    _SET_CARD.run(tx, which=node, new_name=clean, new_version=clean_name(version[:VERSION_LENGTH]))


def touch(tx: Tx, node: NodeId) -> None:
    """A link with this peer stands now."""
    _TOUCH.run(tx, which=node, now=tx.now_ms)


def set_merged(tx: Tx, node: NodeId, merged: bool) -> None:
    """Let open channels flow on links with this peer, or keep them apart."""
    if meet(tx, node).merged is not merged:
        _SET_MERGED.run(tx, which=node, new=int(merged), now=tx.now_ms)
        announce(tx, node)


def is_trusted(tx: Read, node: NodeId) -> bool:
    """Whether events may flow to and from this node."""
    peer = find_peer(tx, node)
    return peer is not None and peer.level is Level.TRUSTED


def trusted(tx: Read) -> list[NodeId]:
    """All nodes that are trusted."""
    return [NodeId(row[0]) for row in _TRUSTED.rows(tx)]


def is_alone(tx: Read, besides: NodeId) -> bool:
    """Whether no other peer is trusted, so that linking with this one joins nobody else's channels."""
    return not set(trusted(tx)) - {besides}


def forget(tx: Tx, node: NodeId, introduced: bool) -> bool:
    """Delete what is known of a peer; False when that was nothing. What it wrote stays.

    With `introduced`, those whom nobody else introduced are forgotten with it.
    """
    known = find_peer(tx, node) is not None
    authors = [NodeId(row[0]) for row in _AUTHORS_VIA.rows(tx, via=node)] if introduced else []
    _erase(tx, node)
    if introduced:
        _DELETE_VIA.run(tx, which=node)
        for author in authors:
            _lose_introducer(tx, author)
    if known:
        announce(tx, node)
    return known


def announce(tx: Tx, node: NodeId, state: str | None = None) -> None:
    """Tell all who look at peers; `state` is what the link with it became, where the caller knows."""
    payload = {"peer_id": peer_id(node)} | ({"state": state} if state else {})
    write_notice(tx, Notice(event_type=PEER_CHANGED, visibility="node", payload=payload))


def _write_down(tx: Tx, node: NodeId) -> Peer:
    now = tx.now_ms
    peer = Peer(node, peer_id(node), Level.UNKNOWN, "", "", False, now, None, now)
    _INSERT.run(tx, **msgspec.structs.asdict(peer))
    return peer


def _erase(tx: Tx, node: NodeId) -> None:
    for statement in (_DELETE, _DELETE_ENDPOINTS, _DROP_JOIN, _DELETE_AUTHOR):
        statement.run(tx, which=node)


def _peer(row: Sequence[Any]) -> Peer:
    node, shown, level, name, version, merged, first_seen, last_seen, changed = row
    return Peer(NodeId(node), shown, Level(level), name, version, bool(merged), first_seen, last_seen, changed)


def _found(row: Sequence[Any] | None) -> Peer | None:
    return None if row is None else _peer(row)


# Where peers may be found.


def remember_endpoint(tx: Tx, node: NodeId, address: str, source: str, worked: bool = False) -> None:
    """Note an address of a node, as `invite.endpoint` spells it; at most MOST_ENDPOINTS stay."""
    at = tx.now_ms if worked else None
    _REMEMBER.run(tx, node=node, address=address, source=source, worked_at=at, seen=tx.now_ms)
    _TRIM.run(tx, node=node, address=address, most=MOST_ENDPOINTS - 1)


def endpoints_of(tx: Read, node: NodeId) -> list[Endpoint]:
    """Where to dial a node: what worked last first, then what was told last."""
    return [Endpoint(*row) for row in _ENDPOINTS.rows(tx, node=node)]


# Authors whom a trusted peer forwards.


def introduce(tx: Tx, author: NodeId, via: NodeId) -> bool:
    """Note that `via` forwards an author whom we do not trust ourselves. True when that is new."""
    if is_trusted(tx, author):
        return False
    if _INTRODUCE.row(tx, author=author, via=via, first_seen=tx.now_ms) is None:
        return False
    if meet(tx, author).level is Level.UNKNOWN:
        set_level(tx, author, Level.INTRODUCED)
    return True


def drop_introduction(tx: Tx, author: NodeId, via: NodeId) -> None:
    """Take an introduction back: `via` has introduced as many as it may."""
    _DROP_INTRODUCTION.run(tx, which=author, through=via)
    _lose_introducer(tx, author)


def forget_strangers(tx: Tx, most: int) -> None:
    """Nodes that nobody ever let do anything fill the book only so far; those seen longest ago go."""
    for (node,) in _STRANGERS.rows(tx, most=most):
        _erase(tx, NodeId(node))


def count_introduced(tx: Read, via: NodeId) -> int:
    """How many authors a peer introduced."""
    return int(_COUNT_VIA.value(tx, via=via))


def introducers_of(tx: Read, author: NodeId) -> list[NodeId]:
    """The peers that forward an author, the first one first."""
    return [NodeId(row[0]) for row in _VIAS.rows(tx, author=author)]


def list_introduced(tx: Read) -> dict[NodeId, list[NodeId]]:
    """All introduced authors with those who introduced them."""
    found: dict[NodeId, list[NodeId]] = {}
    for author, via in _INTRODUCED.rows(tx):
        found.setdefault(NodeId(author), []).append(NodeId(via))
    return found


def _lose_introducer(tx: Tx, author: NodeId) -> None:
    """An introducer is gone; without another, an author is unknown, and forgotten if no link ever stood."""
    peer = find_peer(tx, author)
    if peer is None or peer.level is not Level.INTRODUCED or introducers_of(tx, author):
        return
    if peer.last_seen is None:
        _erase(tx, author)
        announce(tx, author)
    else:
        set_level(tx, author, Level.UNKNOWN)


# What to show to a node whose invite was imported.


def remember_join(tx: Tx, node: NodeId, invite: InviteCode) -> None:
    """Keep the secret of an imported invite for the next link with its maker; a code without one changes nothing."""
    if invite.secret:
        expires = invite.expires * 1000
        _SET_JOIN.run(tx, node=node, invite=invite_id(invite.secret), secret=invite.secret, expires=expires)


def find_join(tx: Read, node: NodeId) -> Ticket | None:
    """What to show this node when it is dialled."""
    row = _FIND_JOIN.row(tx, node=node, now=tx.now_ms)
    return None if row is None else Ticket(*row)


def drop_join(tx: Tx, node: NodeId) -> None:
    """The secret has done its work."""
    _DROP_JOIN.run(tx, which=node)
