"""The browsers in which a person is signed in, and the password that lets them in.

Both are worth as much as any key, so a key needs `manage_keys`; a browser has it.
"""

import asyncio
from typing import Annotated

import msgspec
from starlette.responses import Response

from canopy.crypto.passwords import LONGEST, hash_password, verify_password
from canopy.edge import accounts, resets, sessions
from canopy.edge.ask import Ask, check_password, found, invalid
from canopy.edge.principal import Permission, Principal
from canopy.edge.route import LongPage, get, post, remove
from canopy.edge.sessions import OpenSession
from canopy.ground.codec import Secret
from canopy.ground.errors import InvalidRequest
from canopy.ground.instants import instant
from canopy.log.db import Tx

Text = Annotated[str, msgspec.Meta(max_length=LONGEST)]


class SessionJson(msgspec.Struct, kw_only=True):
    """A browser that is signed in. `current` is the one that asks; `user_agent` is what it calls itself."""

    id: str
    current: bool
    user_agent: str | None
    created_at: str
    last_seen_at: str
    expires_at: str


class SessionList(msgspec.Struct, kw_only=True):
    """The caller's browsers, the last used first."""

    sessions: list[SessionJson]
    count: int
    next_cursor: str | None
    has_more: bool


class Ended(msgspec.Struct, kw_only=True):
    """How many browsers were signed out."""

    ended: int
    success: bool = True


class PasswordChange(Secret, kw_only=True):
    """The password of now and the one from now on."""

    current_password: Text
    new_password: Text


def list_sessions(ask: Ask) -> Response:
    """In which browsers the caller is signed in."""
    with ask.reading() as tx:
        rows = [_json(ask, session) for session in sessions.list_sessions(tx, ask.principal.user)]
    return ask.sliced("sessions", rows)


async def end_session(ask: Ask) -> Response:
    """Sign one of the caller's browsers out."""
    session_id, user = ask.token("session_id"), ask.principal.user
    known = await ask.core.writer.write(lambda tx: sessions.end_own_session(tx, user, session_id))
    found(known or None, "You are not signed in there.", "session_not_found")
    ask.hang_up(session_id)
    return ask.answer(Ended(ended=1))


async def end_others(ask: Ask) -> Response:
    """Sign all of the caller's browsers out but the one that asks."""
    user, here = ask.principal.user, ask.principal.credential
    ended = await ask.core.writer.write(lambda tx: sessions.end_other_sessions(tx, user, here))
    ask.hang_up(*ended)
    return ask.answer(Ended(ended=len(ended)))


async def change_password(ask: Ask) -> Response:
    """Take another password. All other browsers are signed out; API keys stay. Raises InvalidRequest."""
    wish, principal = ask.decode(PasswordChange), ask.principal
    name = principal.username.casefold()
    ask.core.limits.count_guess(name, ask.address)
    with ask.reading() as tx:
        account = accounts.find_account(tx, principal.user)
    stored = account.password if account else None
    if not await asyncio.to_thread(verify_password, stored, wish.current_password):
        raise _wrong()
    ask.core.limits.guessed_right(name)
    check_password(wish.new_password, principal.username, "new_password")
    hashed = await asyncio.to_thread(hash_password, wish.new_password)
    ended = await ask.core.writer.write(lambda tx: _replace(tx, principal, stored, hashed))
    ask.hang_up(*ended)
    return ask.answer(Ended(ended=len(ended)))


def _wrong() -> InvalidRequest:
    return invalid("current_password", "wrong", "This is not your current password.", code="wrong_current_password")


def _replace(tx: Tx, principal: Principal, before: str | None, hashed: str) -> list[str]:
    # Comparing takes its time: who knew the password of before must not undo what took its place meanwhile.
    account = accounts.find_account(tx, principal.user)
    if account is None or account.password != before:
        raise _wrong()
    accounts.set_password(tx, principal.user, hashed)
    resets.drop_reset(tx, principal.user)
    return sessions.end_other_sessions(tx, principal.user, principal.credential)


def _json(ask: Ask, session: OpenSession) -> SessionJson:
    return SessionJson(
        id=session.session_id,
        current=session.session_id == ask.principal.credential,
        user_agent=session.agent,
        created_at=instant(session.created),
        last_seen_at=instant(session.last_seen),
        expires_at=instant(session.ends),
    )


_K = Permission.MANAGE_KEYS
ROUTES = [
    get("/sessions", list_sessions, _K, "Browsers in which the caller is signed in", SessionList, query=LongPage),
    remove("/sessions", end_others, _K, "Sign all other browsers out", Ended),
    remove("/sessions/{session_id}", end_session, _K, "Sign a browser out", Ended),
    post("/password", change_password, _K, "Take another password", PasswordChange, Ended, rate="login"),
]
