"""Which channels there are and who may read and write in them: the question that every other room asks."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Text, bindparam, delete, insert, select, text

from canopy.crypto.sealing import digest
from canopy.edge.principal import Principal
from canopy.features.channels.charter import ChannelState as ChannelState
from canopy.features.channels.events import ChannelLeft, ChannelOpened
from canopy.ground.ids import NodeId, ScopeId
from canopy.log import scope
from canopy.log.catalog import DONE, Entry, Verdict, hidden, waiting
from canopy.log.db import Read, Tx, prepare, projected, row_of
from canopy.log.event import Header
from canopy.log.scope import GENERAL
from canopy.log.shown import GENERAL_ID, channel_id, user_id

channels = projected(
    "channels",
    "channels",
    Column("scope", LargeBinary, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("folded", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("node", LargeBinary, nullable=False, comment="the authority"),
    Column("creator", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("changed", BigInteger, nullable=False, comment="stamp of the newest authority event that counts"),
    Column("archived", BigInteger),
    Column("reason", Text, nullable=False),
    Column("ttl_days", Integer, nullable=False),
    Column("preserved", Integer, nullable=False),
    Column("continues", LargeBinary, comment="the scope whose history goes on here"),
    Column("deleted", BigInteger, comment="it is kept so that others learn of it"),
)
Index("channels_continues", channels.c.continues, sqlite_where=channels.c.continues.is_not(None))
Index("channels_folded", channels.c.folded)

channel_admins = projected(
    "channels",
    "channel_admins",
    Column("scope", LargeBinary, nullable=False),
    Column("user_id", Text, nullable=False),
)
Index("channel_admins_scope", channel_admins.c.scope, channel_admins.c.user_id)

channel_absences = projected(
    "channels",
    "channel_absences",
    Column("object", LargeBinary, primary_key=True),
    Column("scope", LargeBinary, nullable=False),
    Column("user_id", Text, nullable=False),
)
Index("channel_absences_user", channel_absences.c.user_id, channel_absences.c.scope)


class Channel(msgspec.Struct, frozen=True):
    """A channel as this node knows it."""

    id: str
    scope: ScopeId
    name: str
    type: str = "public"
    privacy_mode: str = "open"
    description: str = ""
    topic: str = ""
    node: NodeId | None = None
    """Its authority; #general has none."""
    creator: str | None = None
    created: int = 0
    changed: int = 0
    archived: int | None = None
    reason: str = ""
    ttl_days: int = 0
    preserved: bool = True
    continues: ScopeId | None = None


_GENERAL = Channel(GENERAL_ID, GENERAL, "general", "general")
RESERVED = frozenset({"general"})

_COLUMNS = [
    channels.c[name]
    for name in (
        "id",
        "scope",
        "name",
        "description",
        "topic",
        "node",
        "creator",
        "created",
        "changed",
        "archived",
        "reason",
        "ttl_days",
        "preserved",
        "continues",
    )
]
_LIVES = channels.c.deleted.is_(None)
_AWAY = "EXISTS (SELECT 1 FROM channel_absences AS gone WHERE gone.scope = channels.scope AND gone.user_id = :user_id)"
_MINE = text(f"NOT {_AWAY}")
_DELETE = prepare(delete(channels).where(channels.c.scope == bindparam("which")))
_INSERT = prepare(insert(channels).values(row_of(channels)))
_DELETE_ADMINS = prepare(delete(channel_admins).where(channel_admins.c.scope == bindparam("which")))
_INSERT_ADMIN = prepare(insert(channel_admins).values(row_of(channel_admins)))
_DELETE_ABSENCE = prepare(delete(channel_absences).where(channel_absences.c.object == bindparam("which")))
_INSERT_ABSENCE = prepare(insert(channel_absences).values(row_of(channel_absences)))
_LIST = prepare(select(*_COLUMNS).where(_LIVES, _MINE).order_by(channels.c.folded, channels.c.id))
_LEFT = prepare(select(*_COLUMNS).where(_LIVES, text(_AWAY)).order_by(channels.c.folded, channels.c.id))
_FIND = prepare(select(*_COLUMNS).where(channels.c.id == bindparam("id"), _LIVES, _MINE))
_ANY = prepare(select(*_COLUMNS).where(channels.c.id == bindparam("id"), _LIVES))
_BY_SCOPE = prepare(select(*_COLUMNS).where(channels.c.scope == bindparam("scope"), _LIVES))
_BY_NAME = prepare(select(channels.c.id).where(channels.c.folded == bindparam("folded"), _LIVES))
_CONTINUATIONS = prepare(
    select(channels.c.id).where(channels.c.continues == bindparam("continues"), _LIVES).order_by(channels.c.id)
)
_DELETED = prepare(select(channels.c.scope).where(channels.c.id == bindparam("id"), channels.c.deleted.is_not(None)))
_OPEN = prepare(select(channels.c.scope))
_ADMINS = prepare(select(channel_admins.c.user_id).where(channel_admins.c.scope == bindparam("scope")))
_RUN = prepare(
    select(*_COLUMNS)
    .join(channel_admins, channel_admins.c.scope == channels.c.scope)
    .where(channel_admins.c.user_id == bindparam("user_id"), channels.c.node == bindparam("node"), _LIVES)
    .order_by(channels.c.id)
)
_ABSENT = prepare(select(channel_absences.c.user_id).where(channel_absences.c.scope == bindparam("scope")))


# What the log asks.


def founds(header: Header, body: ChannelOpened) -> bool:
    """Whether a founding event stands in the scope that its author and its nonce make."""
    return header.scope == scope.of_channel(NodeId(header.node), body.nonce)


def admit_ruling(tx: Read, entry: Entry, state: ChannelState | None) -> Verdict:
    """The word of the authority counts in a channel that is opened; it is opened once."""
    opens = isinstance(entry.body, ChannelOpened)
    if opens and not founds(entry.header, entry.body):
        return hidden("wrong_scope")
    if state is None:
        return hidden("no_authority") if entry.scope == GENERAL else waiting("channel", awaits=entry.scope)
    if opens and not entry.user:
        return hidden("no_user")
    return DONE if opens is not state.opened else hidden("conflict" if opens else "no_channel")


def admit_wish(tx: Read, entry: Entry, state: ChannelState | None) -> Verdict:
    """Admins may ask."""
    if state is None:
        return hidden("no_authority") if entry.scope == GENERAL else waiting("channel", awaits=entry.scope)
    return DONE if (entry.node, entry.user) in state.admins else hidden("no_admin")


def admit_coming(tx: Read, entry: Entry, state: ChannelState | None) -> Verdict:
    """Everybody may come and go in an open channel; nobody leaves #general."""
    if not entry.user:
        return hidden("no_user")
    if state is None:
        return hidden("wrong_scope") if entry.scope == GENERAL else waiting("channel", awaits=entry.scope)
    return DONE if state.opened else hidden("no_channel")


def coming_object(header: Header) -> bytes:
    """One user in one channel."""
    return digest(b"canopy-coming-1", header.scope, header.node, header.user.encode())


def may_speak(state: ChannelState) -> bool:
    """Whether everybody may post, under a state of the channel."""
    return state.opened and state.deleted is None


def project_channel(tx: Tx, key: bytes, history: Sequence[Entry], state: ChannelState | None) -> None:
    """The row of a channel, from the end of its line."""
    _DELETE.run(tx, which=key)
    _DELETE_ADMINS.run(tx, which=key)
    if state is None or state.founder is None:
        return
    identity = channel_id(ScopeId(key))
    _INSERT.run(
        tx,
        scope=key,
        id=identity,
        name=state.name,
        folded=fold_name(state.name),
        description=state.description,
        topic=state.topic,
        node=state.founder[0],
        creator=user_id(*state.founder),
        created=state.created,
        changed=state.changed,
        archived=state.archived,
        reason=state.reason,
        ttl_days=state.ttl_days,
        preserved=int(state.preserved),
        continues=state.continues,
        deleted=state.deleted,
    )
    for node, user in sorted(state.admins):
        _INSERT_ADMIN.run(tx, scope=key, user_id=user_id(node, user))


def project_coming(tx: Tx, key: bytes, history: Sequence[Entry]) -> None:
    """Whether a user is away: the newest word counts."""
    _DELETE_ABSENCE.run(tx, which=key)
    if history and isinstance(history[-1].body, ChannelLeft):
        last = history[-1]
        _INSERT_ABSENCE.run(tx, object=key, scope=last.scope, user_id=user_id(last.node, last.user))


# What others ask.


def fold_name(name: str) -> str:
    """By which names are equal."""
    return name.casefold()


def list_channels(tx: Read, principal: Principal) -> list[Channel]:
    """The channels that the caller belongs to, #general first."""
    known = [_GENERAL, *(_channel(row) for row in _LIST.rows(tx, user_id=principal.user_id))]
    return [channel for channel in known if principal.reaches(channel.id)]


def list_left(tx: Read, principal: Principal) -> list[Channel]:
    """The open channels that the caller went out of and may come back to."""
    left = [_channel(row) for row in _LEFT.rows(tx, user_id=principal.user_id)]
    return [channel for channel in left if principal.reaches(channel.id)]


def find_channel(tx: Read, principal: Principal, channel_id: str) -> Channel | None:
    """A channel that the caller belongs to, or None: the same for hidden and absent ones.

    What a key may do there is the route's question: one that may only write needs no leave to read. Whether there is
    such a channel for a key that is limited to some is asked here, and so wherever else anybody asks for a channel.
    """
    if not principal.reaches(channel_id):
        return None
    if channel_id == GENERAL_ID:
        return _GENERAL
    row = _FIND.row(tx, id=channel_id, user_id=principal.user_id)
    return None if row is None else _channel(row)


def is_deleted(tx: Read, channel_id: str) -> bool:
    """Whether there was an open channel of this id, which everybody may learn the end of."""
    return _DELETED.row(tx, id=channel_id) is not None


def find_joinable(tx: Read, principal: Principal, channel_id: str) -> Channel | None:
    """An open channel that the caller may come into, is in, or went out of."""
    return find_open(tx, channel_id) if principal.reaches(channel_id) else None


def find_open(tx: Read, channel_id: str) -> Channel | None:
    """An open channel, whether the caller is in it or not: what may be joined."""
    row = _ANY.row(tx, id=channel_id)
    return None if row is None else _channel(row)


def find_by_scope(tx: Read, scope_id: ScopeId) -> Channel | None:
    """The channel that a scope belongs to."""
    if scope_id == GENERAL:
        return _GENERAL
    row = _BY_SCOPE.row(tx, scope=scope_id)
    return None if row is None else _channel(row)


def is_taken(tx: Read, name: str) -> bool:
    """Whether a channel of this node bears the name, or it is reserved."""
    folded = fold_name(name)
    return folded in RESERVED or _BY_NAME.row(tx, folded=folded) is not None


def open_scopes(tx: Read) -> frozenset[bytes]:
    """The scopes of all open channels, which flow to every peer that open channels flow to."""
    return frozenset(row[0] for row in _OPEN.rows(tx))


def continuations_of(tx: Read, channel: Channel) -> list[str]:
    """The ids of the channels in which its history goes on; when people disagree there are several."""
    return [row[0] for row in _CONTINUATIONS.rows(tx, continues=channel.scope)]


def admins_of(tx: Read, channel: Channel) -> frozenset[str]:
    """The user ids of its admins."""
    return frozenset(row[0] for row in _ADMINS.rows(tx, scope=channel.scope))


def knows(tx: Read, principal: Principal, channel_id: str) -> bool:
    """Whether the caller may know of a channel."""
    return find_channel(tx, principal, channel_id) is not None


def run_by(tx: Read, user_id: str, node: NodeId) -> list[Channel]:
    """The channels under the authority of a node that somebody is an admin of."""
    return [_channel(row) for row in _RUN.rows(tx, user_id=user_id, node=node)]


def moderates(tx: Read, principal: Principal, channel: Channel) -> bool:
    """Whether the caller may take away what others said there; #general has no moderators."""
    return channel.id != GENERAL_ID and principal.user_id in admins_of(tx, channel)


def absent_from(tx: Read, channel: Channel) -> frozenset[str]:
    """The user ids of those who left."""
    return frozenset(row[0] for row in _ABSENT.rows(tx, scope=channel.scope))


def _channel(row: Sequence[Any]) -> Channel:
    identity, scope_id, name, description, topic, node, creator, *rest = row
    created, changed, archived, reason, ttl_days, preserved, continues = rest
    return Channel(
        id=identity,
        scope=ScopeId(scope_id),
        name=name,
        description=description,
        topic=topic,
        node=NodeId(node),
        creator=creator,
        created=created,
        changed=changed,
        archived=archived,
        reason=reason,
        ttl_days=ttl_days,
        preserved=bool(preserved),
        continues=None if continues is None else ScopeId(continues),
    )
