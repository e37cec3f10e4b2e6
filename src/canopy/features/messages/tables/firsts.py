"""The first message of each foreign node in each channel, as far as this node ever held it: local rows.

No projection: a first message stays the first when it has expired or was deleted, or the line that names a new node
would stand above another one of its messages each time. So it is a delivery, and replay leaves it alone.
"""

from sqlalchemy import BigInteger, Column, LargeBinary, PrimaryKeyConstraint, Text, bindparam, insert, select

from canopy.features.messages.tables.rows import Message
from canopy.ground.ids import NodeId
from canopy.log.catalog import Entry
from canopy.log.db import Read, Tx, prepare, row_of
from canopy.log.local import local
from canopy.log.shown import channel_id, message_id

first_messages = local(
    "first_messages",
    Column("channel", Text, nullable=False),
    Column("node", LargeBinary, nullable=False),
    Column("time", BigInteger, nullable=False),
    Column("message", Text, nullable=False),
    PrimaryKeyConstraint("channel", "node"),
)

_FIND = prepare(
    select(first_messages.c.time, first_messages.c.message).where(
        first_messages.c.channel == bindparam("channel"), first_messages.c.node == bindparam("node")
    )
)
_SET = prepare(insert(first_messages).prefix_with("OR REPLACE").values(row_of(first_messages)))


def deliver(tx: Tx, entry: Entry, here: NodeId) -> None:
    """Remember a message that is older than all that were held of its node in its channel."""
    if entry.node == here:
        return
    channel, identity = channel_id(entry.scope), message_id(entry.id)
    known = _FIND.row(tx, channel=channel, node=entry.node)
    # Runs of one node may come in any order: only the place in the channel counts, as everywhere (house law L8).
    if known is None or (entry.time, identity) < known:
        _SET.run(tx, channel=channel, node=entry.node, time=entry.time, message=identity)


def is_first(tx: Read, message: Message, here: NodeId) -> bool:
    """Whether a message is the first that came of its node in its channel; for our own words nothing is asked."""
    if message.node == here:
        return False
    known = _FIND.row(tx, channel=message.channel, node=message.node)
    return known is not None and known[1] == message.id
