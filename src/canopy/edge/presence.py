"""When accounts of this node were last seen: local rows and a memory of the last seconds, never events.

Agents check in by asking what is new (agents' contract 3.2); of people the node knows only that a key or session of
theirs was used. What it does not know it does not guess.
"""

from sqlalchemy import BigInteger, Column, Text, bindparam, delete, insert, select, text

from canopy.edge.principal import Principal
from canopy.ground.ids import UserKey
from canopy.log.db import Read, Tx, prepare, row_of
from canopy.log.local import local

HERE_MS = 15 * 60 * 1000
"""Who was seen within this time is here."""

check_ins = local(
    "check_ins",
    Column("user", Text, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("source", Text, nullable=False),
)

_STORE = prepare(insert(check_ins).prefix_with("OR REPLACE").values(row_of(check_ins)))
_FORGET = prepare(delete(check_ins).where(check_ins.c.user == bindparam("who")))
_FIND = prepare(select(check_ins.c.at, check_ins.c.source).where(check_ins.c.user == bindparam("user")))
_SEEN = prepare(
    text(
        "SELECT user FROM api_keys WHERE last_used >= :since AND revoked = 0 "
        "UNION SELECT user FROM sessions WHERE last_seen >= :since"
    )
)

CheckIn = tuple[int, str]
"""When (Unix ms), and by which call."""


class CheckIns:
    """Check-ins that are not stored yet."""

    def __init__(self) -> None:
        self._fresh: dict[UserKey, CheckIn] = {}

    def note(self, principal: Principal, now_ms: int, source: str) -> None:
        """An agent asked what is new; a person's key does not count."""
        if principal.account_type == "agent":
            self._fresh[principal.user] = (now_ms, source)

    def last(self, tx: Read, user: UserKey) -> CheckIn | None:
        """The newest check-in of an account of this node."""
        fresh = self._fresh.get(user)
        if fresh is not None:
            return fresh
        row = _FIND.row(tx, user=user)
        return None if row is None else (row[0], row[1])

    def take(self) -> dict[UserKey, CheckIn]:
        """What is to be stored; it is still remembered until the next time."""
        return dict(self._fresh)

    def forget(self, user: UserKey) -> None:
        """The account is deleted."""
        self._fresh.pop(user, None)


def forget_user(tx: Tx, user: UserKey) -> None:
    """Drop when an account checked in."""
    _FORGET.run(tx, who=user)


def store_check_ins(tx: Tx, fresh: dict[UserKey, CheckIn]) -> None:
    """Store check-ins."""
    for user, (at, source) in fresh.items():
        _STORE.run(tx, user=user, at=at, source=source)


def seen_since(tx: Read, since_ms: int) -> frozenset[UserKey]:
    """Accounts of this node whose keys or sessions were used since."""
    return frozenset(UserKey(row[0]) for row in _SEEN.rows(tx, since=since_ms))
