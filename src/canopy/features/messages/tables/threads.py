"""Which threads a user follows, and which messages this node must end itself: local rows."""

from typing import Literal

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Text,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    or_,
    select,
)

from canopy.edge.principal import Principal
from canopy.features.messages.tables.called import pack_pairs, unpack_pairs
from canopy.features.messages.tables.rows import messages
from canopy.ground.ids import EventId, NodeId, UserKey
from canopy.log.db import Read, Tx, prepare, row_of
from canopy.log.local import local

Reason = Literal["started", "replied", "mentioned"]
"""Why a user follows a thread without having said so."""

subscriptions = local(
    "thread_subscriptions",
    Column("user", Text, nullable=False),
    Column("root", Text, nullable=False),
    Column("subscribed", Integer, nullable=False),
    PrimaryKeyConstraint("user", "root"),
)
endings = local(
    "message_endings",
    Column("event", LargeBinary, primary_key=True),
    Column("user", Text, nullable=False),
    Column("due", BigInteger, nullable=False, comment="when the shortened life of the message ends, Unix ms"),
)
Index("message_endings_due", endings.c.due)

_FIND = prepare(
    select(subscriptions.c.subscribed).where(
        subscriptions.c.user == bindparam("user"), subscriptions.c.root == bindparam("root")
    )
)
_SET = prepare(insert(subscriptions).prefix_with("OR REPLACE").values(row_of(subscriptions)))
_FORGET = prepare(
    delete(subscriptions).where(subscriptions.c.user == bindparam("who"), subscriptions.c.root == bindparam("which"))
)
_FORGET_USER = prepare(delete(subscriptions).where(subscriptions.c.user == bindparam("who")))
_OF_THREAD = [
    messages.c.root == bindparam("root"),
    messages.c.deleted.is_(None),
    or_(messages.c.expires == literal_column("0"), messages.c.expires > bindparam("now")),
]
_REPLY = prepare(
    select(messages.c.id)
    .where(*_OF_THREAD, messages.c.id != bindparam("root"), messages.c.author == bindparam("author"))
    .limit(literal_column("1"))
)
_CALLING = prepare(
    select(messages.c.mentions).where(*_OF_THREAD, func.instr(messages.c.mentions, bindparam("pair")) > 0)
)
_ENDING = prepare(select(endings.c.due).where(endings.c.event == bindparam("event")))
_SET_ENDING = prepare(insert(endings).prefix_with("OR REPLACE").values(row_of(endings)))
_DUE = prepare(
    select(endings.c.event, endings.c.user)
    .where(endings.c.due <= bindparam("now"))
    .order_by(endings.c.due)
    .limit(bindparam("most"))
)
_DROP_ENDING = prepare(delete(endings).where(endings.c.event == bindparam("which")))


def find_subscription(tx: Read, user: UserKey, root: str) -> bool | None:
    """What a user said about following a thread; None for nothing."""
    said = _FIND.value(tx, user=user, root=root)
    return None if said is None else bool(said)


def set_subscription(tx: Tx, user: UserKey, root: str, subscribed: bool | None) -> None:
    """Follow a thread, or do not; None takes back what was said."""
    if subscribed is None:
        _FORGET.run(tx, who=user, which=root)
        return
    _SET.run(tx, user=user, root=root, subscribed=int(subscribed))


def forget_user(tx: Tx, here: NodeId, user: UserKey) -> None:
    """Drop which threads an account follows. Lives that it shortened still end in time: it promised that to others."""
    _FORGET_USER.run(tx, who=user)


def reason_to_follow(tx: Read, principal: Principal, root: str, author: str | None) -> Reason | None:
    """Why somebody follows a thread who says nothing about it. What began as an agent's own is all that wakes it."""
    if author == principal.user_id:
        return "started"
    if principal.account_type == "agent":
        return None
    if _REPLY.value(tx, root=root, now=tx.now_ms, author=principal.user_id) is not None:
        return "replied"
    return "mentioned" if _is_called(tx, principal, root) else None


def _is_called(tx: Read, principal: Principal, root: str) -> bool:
    pair = principal.node, principal.user
    rows = _CALLING.rows(tx, root=root, now=tx.now_ms, pair=pack_pairs([pair]))
    # The same bytes may stand across two others.
    return any(pair in unpack_pairs(row[0]) for row in rows)


def has_ending(tx: Read, event: EventId) -> bool:
    """Whether the life of a message was shortened once."""
    return _ENDING.value(tx, event=event) is not None


def set_ending(tx: Tx, event: EventId, user: UserKey, due: int) -> None:
    """Remember when to delete a message, because words of it that live longer are held elsewhere."""
    _SET_ENDING.run(tx, event=event, user=user, due=due)


def take_endings(tx: Tx, most: int) -> list[tuple[EventId, UserKey]]:
    """Up to `most` messages that are to be deleted now; they are not told again."""
    rows = _DUE.rows(tx, now=tx.now_ms, most=most)
    for event, _ in rows:
        _DROP_ENDING.run(tx, which=event)
    return [(EventId(event), UserKey(user)) for event, user in rows]
