"""Browsers that are signed in: local rows of this node, never events. Their secrets are stored as digests."""

import secrets
from collections.abc import Iterable

import msgspec
from sqlalchemy import BigInteger, Column, Index, LargeBinary, Text, bindparam, delete, insert, select, text, update

from canopy.crypto.sealing import token_digest
from canopy.edge.accounts import ACCOUNT, Account, account_of, accounts, new_token
from canopy.ground.ids import UserKey
from canopy.log.db import Read, Tx, prepare, row_of
from canopy.log.local import local

IDLE_MS = 12 * 3600 * 1000
REMEMBERED_MS = 30 * 24 * 3600 * 1000

sessions = local(
    "sessions",
    Column("session_id", Text, primary_key=True),
    Column("user", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("csrf", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("last_seen", BigInteger, nullable=False),
    Column("idle", BigInteger, nullable=False),
    Column("agent", Text, comment="what the browser calls itself"),
)
Index("sessions_user", sessions.c.user)


class OpenSession(msgspec.Struct, frozen=True):
    """A browser that is signed in, without its secrets."""

    session_id: str
    created: int
    last_seen: int
    idle: int
    agent: str | None

    @property
    def ends(self) -> int:
        """When it ends unless it is used, in Unix milliseconds."""
        return min(self.last_seen + self.idle, self.created + REMEMBERED_MS)


_INSERT_SESSION = prepare(insert(sessions).values(row_of(sessions)))
_BY_SESSION = prepare(
    select(sessions.c.session_id, sessions.c.csrf, sessions.c.created, sessions.c.last_seen, sessions.c.idle, *ACCOUNT)
    .join_from(sessions, accounts, accounts.c.user == sessions.c.user)
    .where(sessions.c.digest == bindparam("digest"))
)
_SESSIONS_OF = prepare(
    select(sessions.c.session_id, sessions.c.created, sessions.c.last_seen, sessions.c.idle, sessions.c.agent)
    .where(sessions.c.user == bindparam("user"))
    .order_by(sessions.c.last_seen.desc(), text("rowid"))
)
_END_OWN_SESSION = prepare(
    delete(sessions)
    .where(sessions.c.session_id == bindparam("which"), sessions.c.user == bindparam("who"))
    .returning(sessions.c.session_id)
)
_END_OTHER_SESSIONS = prepare(
    delete(sessions)
    .where(sessions.c.user == bindparam("who"), sessions.c.session_id != bindparam("but"))
    .returning(sessions.c.session_id)
)
_SEEN = prepare(update(sessions).where(sessions.c.session_id == bindparam("which")).values(last_seen=bindparam("at")))
_END_SESSION = prepare(delete(sessions).where(sessions.c.session_id == bindparam("which")))
_END_OLD_SESSIONS = prepare(text("DELETE FROM sessions WHERE last_seen + idle < :now OR created + :longest < :now"))


def open_session(tx: Tx, user: UserKey, *, remember: bool, agent: str | None = None) -> tuple[str, str]:
    """A new browser session: its cookie text and its CSRF token. `agent` is what the browser calls itself."""
    token, csrf = new_token(), new_token()
    _INSERT_SESSION.run(
        tx,
        session_id=secrets.token_hex(16),
        user=user,
        digest=token_digest(token),
        csrf=csrf,
        created=tx.now_ms,
        last_seen=tx.now_ms,
        idle=REMEMBERED_MS if remember else IDLE_MS,
        agent=agent,
    )
    return token, csrf


def find_session(tx: Read, token: str) -> tuple[str, str, Account] | None:
    """A live session: its id, CSRF token, and account."""
    row = _BY_SESSION.row(tx, digest=token_digest(token))
    if row is None:
        return None
    session_id, csrf, created, last_seen, idle = row[:5]
    if last_seen + idle < tx.now_ms or created + REMEMBERED_MS < tx.now_ms:
        return None
    return session_id, csrf, account_of(row[5:])


def list_sessions(tx: Read, user: UserKey) -> list[OpenSession]:
    """The live sessions of one account, the last used first."""
    found = (OpenSession(*row) for row in _SESSIONS_OF.rows(tx, user=user))
    return [session for session in found if session.ends >= tx.now_ms]


def end_own_session(tx: Tx, user: UserKey, session_id: str) -> bool:
    """Sign one browser of an account out; False when it has no such session."""
    return _END_OWN_SESSION.row(tx, which=session_id, who=user) is not None


def end_other_sessions(tx: Tx, user: UserKey, but: str) -> list[str]:
    """Sign all browsers of an account out but one; the ids of the sessions that ended."""
    return [str(row[0]) for row in _END_OTHER_SESSIONS.rows(tx, who=user, but=but)]


def touch_sessions(tx: Tx, used: Iterable[str]) -> None:
    """Sessions were used: their idle time begins anew."""
    for session_id in used:
        _SEEN.run(tx, which=session_id, at=tx.now_ms)


def end_session(tx: Tx, session_id: str) -> None:
    """Sign out."""
    _END_SESSION.run(tx, which=session_id)


def forget_ended(tx: Tx) -> None:
    """Drop the sessions whose time is over."""
    _END_OLD_SESSIONS.run(tx, now=tx.now_ms, longest=REMEMBERED_MS)
