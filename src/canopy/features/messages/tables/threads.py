"""Which threads a user follows, and which messages this node must end itself: local rows."""

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
    insert,
    select,
)

from canopy.ground.ids import EventId, UserKey
from canopy.log.db import Read, Tx, prepare, row_of
from canopy.log.local import local

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


def set_subscription(tx: Tx, user: UserKey, root: str, subscribed: bool) -> None:
    """Follow a thread, or do not."""
    _SET.run(tx, user=user, root=root, subscribed=int(subscribed))


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
