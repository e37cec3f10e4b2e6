"""How far each user of this node has read: local rows, and the count of what stands above them.

Unread is what lies above the marker in the order (time, id), by others, and can still be read. What arrives late and
sorts before the marker is not: the marker says "I have seen this place", and a place does not become unseen.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    PrimaryKeyConstraint,
    Text,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    or_,
    select,
    tuple_,
)

from canopy.edge import accounts
from canopy.edge.principal import Principal
from canopy.features.messages.tables.rows import messages
from canopy.ground.clock import COUNTER_BITS
from canopy.ground.ids import NodeId, UserKey
from canopy.log.db import Read, Tx, prepare, row_of
from canopy.log.local import local
from canopy.log.shown import user_id

Place = tuple[int, str]
"""Where a message stands in its channel: (time, id)."""

read_markers = local(
    "read_markers",
    Column("user_id", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("time", BigInteger, nullable=False),
    Column("message", Text, nullable=False),
    PrimaryKeyConstraint("user_id", "channel"),
)

_MARKER = prepare(
    select(read_markers.c.time, read_markers.c.message).where(
        read_markers.c.user_id == bindparam("user_id"), read_markers.c.channel == bindparam("channel")
    )
)
_SET = prepare(insert(read_markers).prefix_with("OR REPLACE").values(row_of(read_markers)))
_FORGET = prepare(delete(read_markers).where(read_markers.c.user_id == bindparam("who")))
_COUNT = prepare(
    select(func.count()).where(
        messages.c.channel == bindparam("channel"),
        tuple_(messages.c.time, messages.c.id) > tuple_(bindparam("stamp"), bindparam("beyond")),
        messages.c.author != bindparam("reader"),
        messages.c.deleted.is_(None),
        or_(messages.c.expires == literal_column("0"), messages.c.expires > bindparam("now")),
    )
)
_FIRST = prepare(
    select(messages.c.id)
    .where(
        messages.c.channel == bindparam("channel"),
        tuple_(messages.c.time, messages.c.id) > tuple_(bindparam("stamp"), bindparam("beyond")),
        messages.c.author != bindparam("reader"),
        messages.c.deleted.is_(None),
        or_(messages.c.expires == literal_column("0"), messages.c.expires > bindparam("now")),
    )
    .order_by(messages.c.time, messages.c.id)
    .limit(literal_column("1"))
)
_NEWEST = prepare(
    select(messages.c.time, messages.c.id)
    .where(messages.c.channel == bindparam("channel"))
    .order_by(messages.c.time.desc(), messages.c.id.desc())
    .limit(literal_column("1"))
)


def forget_user(tx: Tx, here: NodeId, user: UserKey) -> None:
    """Drop how far a user of this node has read."""
    _FORGET.run(tx, who=user_id(here, user))


def marker_of(tx: Read, principal: Principal, channel: str) -> Place:
    """How far a user has read. Who never said has read what was there before the account was made."""
    row = _MARKER.row(tx, user_id=principal.user_id, channel=channel)
    if row is not None:
        return row[0], row[1]
    account = accounts.find_account(tx, principal.user)
    return ((tx.now_ms if account is None else account.created) << COUNTER_BITS), ""


def count_unread(tx: Read, principal: Principal, channel: str, beyond: Place | None = None) -> int:
    """How many messages of a channel a user has not read, or would not have with another marker."""
    stamp, identity = beyond or marker_of(tx, principal, channel)
    count: int = _COUNT.value(
        tx, channel=channel, stamp=stamp, beyond=identity, reader=principal.user_id, now=tx.now_ms
    )
    return count


def first_unread(tx: Read, principal: Principal, channel: str) -> str | None:
    """The id of the oldest message of a channel that a user has not read."""
    stamp, identity = marker_of(tx, principal, channel)
    found: str | None = _FIRST.value(
        tx, channel=channel, stamp=stamp, beyond=identity, reader=principal.user_id, now=tx.now_ms
    )
    return found


def newest_place(tx: Read, channel: str) -> Place | None:
    """The end of a channel."""
    row = _NEWEST.row(tx, channel=channel)
    return None if row is None else (row[0], row[1])


def set_marker(tx: Tx, principal: Principal, channel: str, place: Place) -> None:
    """Remember how far a user has read."""
    _SET.run(tx, user_id=principal.user_id, channel=channel, time=place[0], message=place[1])
