"""Mentions of this node's users: deliveries, made once when a message or an edit first becomes done (house law L11).

A row holds no text: what was said is read from the message each time, so a deletion leaves no copy here.
"""

from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    Text,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    or_,
    select,
    text,
    tuple_,
    update,
)

from canopy.crypto.sealing import digest
from canopy.edge import accounts
from canopy.edge.presence import HERE_MS, seen_since
from canopy.edge.principal import Principal
from canopy.features.channels.tables import Channel, absent_from, find_open
from canopy.features.messages.events import MessageEdited
from canopy.features.messages.tables import Message, find_anywhere, messages
from canopy.features.messages.tables.called import calls_everyone, unpack_pairs
from canopy.features.messages.tables.unread import marker_of
from canopy.features.people.tables import user_cards
from canopy.ground.ids import EventId, NodeId, UserKey, shown
from canopy.ground.mentions import spell
from canopy.ground.text import fold_handle
from canopy.log.catalog import Entry, Notice
from canopy.log.db import Read, Tx, prepare, row_of
from canopy.log.journal import CATCH_UP, write_notice
from canopy.log.local import local
from canopy.log.shown import message_id, user_id

CREATED, ACKNOWLEDGED = "mention.created", "mention.acknowledged"

mentions = local(
    "mentions",
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("user_id", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("created", BigInteger, nullable=False, comment="when it was made here, Unix ms"),
    Column("old", Integer, nullable=False, comment="whether it came while this node caught up"),
    Column("acknowledged", BigInteger),
    Column("removed", BigInteger, comment="when an edit called the user no more"),
)
Index("mentions_user", mentions.c.user_id, mentions.c.seq)
Index("mentions_message", mentions.c.message)
Index("mentions_channel", mentions.c.user_id, mentions.c.channel)


class Mention(msgspec.Struct, frozen=True):
    """One row; `seq` grows in the order in which mentions were made here."""

    seq: int
    id: str
    user_id: str
    message: str
    channel: str
    created: int
    old: int
    acknowledged: int | None
    removed: int | None


_INSERT = prepare(insert(mentions).prefix_with("OR IGNORE").values(row_of(mentions, "seq")))
_OF_MESSAGE = prepare(select(mentions).where(mentions.c.message == bindparam("message")))
_SET_REMOVED = prepare(update(mentions).where(mentions.c.id == bindparam("which")).values(removed=bindparam("when")))
_FORGET = prepare(delete(mentions).where(mentions.c.user_id == bindparam("who")))
_PAGE = prepare(
    select(mentions)
    .where(
        mentions.c.user_id == bindparam("user_id"),
        mentions.c.created >= bindparam("since"),
        mentions.c.seq < bindparam("before"),
        or_(mentions.c.acknowledged.is_(None), literal_column("1") == bindparam("all")),
    )
    .order_by(mentions.c.seq.desc())
    .limit(bindparam("most"))
)
_NEW = prepare(
    select(mentions)
    .where(
        mentions.c.user_id == bindparam("user_id"),
        mentions.c.seq > bindparam("after"),
        mentions.c.created >= bindparam("since"),
        mentions.c.acknowledged.is_(None),
    )
    .order_by(mentions.c.seq)
    .limit(bindparam("most"))
)
_FIND = prepare(select(mentions).where(mentions.c.id == bindparam("id")))
_ACKNOWLEDGE = prepare(
    update(mentions)
    .where(
        mentions.c.id == bindparam("which"), mentions.c.user_id == bindparam("who"), mentions.c.acknowledged.is_(None)
    )
    .values(acknowledged=bindparam("when"))
    .returning(mentions.c.id)
)
_COUNT_UNREAD = prepare(
    select(func.count())
    .select_from(mentions.join(messages, messages.c.id == mentions.c.message))
    .where(
        mentions.c.user_id == bindparam("user_id"),
        mentions.c.channel == bindparam("channel"),
        mentions.c.removed.is_(None),
        messages.c.deleted.is_(None),
        or_(messages.c.expires == literal_column("0"), messages.c.expires > bindparam("now")),
        tuple_(messages.c.time, messages.c.id) > tuple_(bindparam("stamp"), bindparam("beyond")),
    )
)
_COUNT_NEW = prepare(
    select(func.count())
    .select_from(mentions.join(messages, messages.c.id == mentions.c.message))
    .where(
        mentions.c.user_id == bindparam("user_id"),
        mentions.c.acknowledged.is_(None),
        messages.c.deleted.is_(None),
        or_(messages.c.expires == literal_column("0"), messages.c.expires > bindparam("now")),
        mentions.c.channel.like(bindparam("channel")),
    )
)
_COUNT_ALL_NEW = prepare(select(func.count()).where(mentions.c.acknowledged.is_(None)))
_SUGGEST = prepare(
    select(user_cards.c.user_id)
    .where(
        user_cards.c.retired == 0,
        text(
            "NOT EXISTS (SELECT 1 FROM channel_absences AS gone "
            "WHERE gone.scope = :scope AND gone.user_id = user_cards.user_id)"
        ),
        or_(func.instr(user_cards.c.folded, bindparam("q")) > 0, func.instr(user_cards.c.spelled, bindparam("q")) > 0),
    )
    .order_by(text("(instr(folded, :q) = 1 OR instr(spelled, :q) = 1) DESC"), user_cards.c.folded, user_cards.c.user_id)
    .limit(bindparam("most"))
    .offset(bindparam("skipped"))
)


# Deliveries.


def deliver(tx: Tx, entry: Entry, here: NodeId) -> None:
    """Make a row for each user of this node whom a message calls now, and mark those whom it calls no more."""
    body = entry.body
    edits = isinstance(body, MessageEdited)
    if not (edits or body.mentions or body.everyone):
        return
    message = find_anywhere(tx, message_id(EventId(body.message) if edits else entry.id))
    if message is None or message.deleted is not None:
        return
    called = set(_called_here(tx, message, here))
    have = {row.user_id: row for row in (Mention(*found) for found in _OF_MESSAGE.rows(tx, message=message.id))}
    for user in sorted(called - have.keys()):
        _make(tx, message, user)
    for user, row in have.items():
        if (row.removed is None) is not (user in called):
            _SET_REMOVED.run(tx, which=row.id, when=None if user in called else tx.now_ms)


def _called_here(tx: Read, message: Message, here: NodeId) -> Iterable[str]:
    """The user ids of this node's accounts whom a message calls, but for its author."""
    by_name = [
        user for node, user in unpack_pairs(message.mentions) if node == here and accounts.find_account(tx, user)
    ]
    users = {user_id(here, user) for user in by_name}
    channel = find_open(tx, message.channel) if calls_everyone(tx, message) else None
    if channel is not None:
        users |= _everyone_here(tx, channel, here, present=message.everyone == "here")
    return users - {message.author}


def _everyone_here(tx: Read, channel: Channel, here: NodeId, *, present: bool) -> set[str]:
    """This node's members of a channel; only those who are there, if so asked."""
    active = [account.user for account in accounts.list_accounts(tx) if account.status == "active"]
    if present:
        seen = seen_since(tx, tx.now_ms - HERE_MS)
        active = [user for user in active if user in seen]
    return {user_id(here, user) for user in active} - absent_from(tx, channel)


def mention_id(message: EventId, user: str) -> str:
    """`MN` + 16 hex: it follows from the message and the user."""
    return shown("MN", digest(b"canopy-mention-1", message, user.encode()), 16)


def _make(tx: Tx, message: Message, user: str) -> None:
    identity = mention_id(message.event, user)
    _INSERT.run(
        tx,
        id=identity,
        user_id=user,
        message=message.id,
        channel=message.channel,
        created=tx.now_ms,
        old=int(bool(tx.memory.get(CATCH_UP))),
        acknowledged=None,
        removed=None,
    )
    row = Mention(0, identity, user, message.id, message.channel, tx.now_ms, 0, None, None)
    write_notice(tx, notice_of(CREATED, row, message.author))


def notice_of(event_type: str, row: Mention, actor: str) -> Notice:
    """What the mentioned user is told; nobody else is."""
    return Notice(
        event_type=event_type,
        visibility="user",
        actor_user_id=actor,
        target_user_id=row.user_id,
        channel_id=row.channel,
        message_id=row.message,
        payload={"mention_id": row.id, "source_type": "channel_message", "source_id": row.message},
        dedupe_key=f"{event_type}:{row.id}",
    )


# What others ask.


def list_mentions(tx: Read, user: str, before: int, most: int, *, since: int, acknowledged: bool) -> Sequence[Mention]:
    """Up to `most` mentions of a user below a seq, newest first."""
    rows = _PAGE.rows(tx, user_id=user, before=before, most=most, since=since, all=int(acknowledged))
    return [Mention(*row) for row in rows]


def list_new(tx: Read, user: str, after: int, since: int, most: int) -> Sequence[Mention]:
    """Up to `most` mentions of a user that are not acknowledged, above a seq, oldest first."""
    rows = _NEW.rows(tx, user_id=user, after=after, since=since, most=most)
    return [Mention(*row) for row in rows]


def find_mention(tx: Read, identity: str) -> Mention | None:
    """One mention, whoever it is of."""
    row = _FIND.row(tx, id=identity)
    return Mention(*row) if row else None


def set_acknowledged(tx: Tx, user: str, identity: str) -> bool:
    """Acknowledge a mention of a user; False for another's, an unknown one, and one that was before."""
    return _ACKNOWLEDGE.row(tx, which=identity, who=user, when=tx.now_ms) is not None


def count_unread_mentions(tx: Read, principal: Principal, channel: str) -> int:
    """How many messages of a channel that a user has not read call that user."""
    stamp, beyond = marker_of(tx, principal, channel)
    count: int = _COUNT_UNREAD.value(
        tx, user_id=principal.user_id, channel=channel, stamp=stamp, beyond=beyond, now=tx.now_ms
    )
    return count


def count_new(tx: Read, user: str, channels: frozenset[str] | None) -> int:
    """How many mentions of a user, in some channels or all, are not acknowledged and still point at something."""
    wanted = ["%"] if channels is None else sorted(channels)
    return sum(int(_COUNT_NEW.value(tx, user_id=user, now=tx.now_ms, channel=channel)) for channel in wanted)


def count_all_new(tx: Read) -> int:
    """How many mentions of this node's users are not acknowledged."""
    count: int = _COUNT_ALL_NEW.value(tx)
    return count


def suggest(tx: Read, channel: Channel, q: str, skipped: int, most: int) -> list[str]:
    """User ids of members of a channel whose handle or name holds `q`; those that begin with it first."""
    wanted = fold_handle(spell(q.removeprefix("@")))
    return [row[0] for row in _SUGGEST.rows(tx, scope=channel.scope, q=wanted, skipped=skipped, most=most)]


def forget_user(tx: Tx, here: NodeId, user: UserKey) -> None:
    """Drop the rows of a user of this node."""
    _FORGET.run(tx, who=user_id(here, user))
