"""Reactions as rows: one for each user and message, and the statement that others sum up their marks with."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Text, bindparam, func, select

from canopy.log.db import prepare, projected

MARK_BYTES = 5
"""So small that the sum of millions is still a number that SQLite can hold."""

reactions = projected(
    "messages",
    "reactions",
    Column("object", LargeBinary, primary_key=True),
    Column("message", Text, nullable=False),
    Column("time", BigInteger, nullable=False),
    Column("reaction", Text, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("mark", BigInteger, nullable=False, comment="of the event that counts, so that a sum tells a change"),
)
Index(
    "reactions_message",
    reactions.c.message,
    reactions.c.time,
    reactions.c.object,
    reactions.c.reaction,
    reactions.c.user_id,
    reactions.c.mark,
)

REACTED = prepare(
    select(func.coalesce(func.sum(reactions.c.mark), 0)).where(reactions.c.message == bindparam("message"))
)
"""What `messages.reacted` holds."""
