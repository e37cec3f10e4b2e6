"""Answers that are given again to the same Idempotency-Key: local rows of this node, kept for a day."""

import msgspec
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
    text,
)

from canopy.ground.ids import UserKey
from canopy.log.db import Read, Tx, prepare, row_of
from canopy.log.local import local

ANSWERS_MS = 24 * 3600 * 1000
"""How long an Idempotency-Key is remembered (REST section 0.7)."""

answers = local(
    "answers",
    Column("user", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", LargeBinary, comment="null where the answer is made again from its events"),
    Column("event_ids", LargeBinary),
    Column("created", BigInteger, nullable=False),
    PrimaryKeyConstraint("user", "key"),
)
Index("answers_created", answers.c.created)


class Answer(msgspec.Struct, frozen=True):
    """What was answered before."""

    fingerprint: bytes
    status: int
    body: bytes | None
    event_ids: bytes | None


_FIND_ANSWER = prepare(
    select(answers.c.fingerprint, answers.c.status, answers.c.body, answers.c.event_ids).where(
        answers.c.user == bindparam("user"), answers.c.key == bindparam("key"), answers.c.created > bindparam("since")
    )
)
_STORE_ANSWER = prepare(insert(answers).prefix_with("OR REPLACE").values(row_of(answers)))
_FORGET_USER = prepare(delete(answers).where(answers.c.user == bindparam("who")))
_FORGET_ANSWERS = prepare(
    text(
        "DELETE FROM answers WHERE (user, key) IN "
        "(SELECT user, key FROM answers WHERE created <= :before ORDER BY created LIMIT :most)"
    )
)


def find_answer(tx: Read, user: str, key: str) -> Answer | None:
    """The answer given to this key within the last day."""
    row = _FIND_ANSWER.row(tx, user=user, key=key, since=tx.now_ms - ANSWERS_MS)
    return Answer(*row) if row else None


def store_answer(tx: Tx, user: str, key: str, answer: Answer) -> None:
    """Remember an answer, in the savepoint of what it answers."""
    _STORE_ANSWER.run(tx, user=user, key=key, created=tx.now_ms, **msgspec.structs.asdict(answer))


def forget_old(tx: Tx, most: int) -> None:
    """Drop answers whose time is over, in slices."""
    _FORGET_ANSWERS.run(tx, before=tx.now_ms - ANSWERS_MS, most=most)


def forget_user(tx: Tx, user: UserKey) -> None:
    """Drop what an account was answered."""
    _FORGET_USER.run(tx, who=user)
