"""Signing in and out in a browser, and what a key or session may do (REST 5, decision 23)."""

import asyncio
from typing import Annotated, Any

import msgspec
from starlette.responses import Response

from canopy.crypto.passwords import LONGEST, verify_password
from canopy.edge import accounts, sessions
from canopy.edge.ask import Ask
from canopy.edge.identify import cookie_name, of_session
from canopy.edge.principal import Principal, listed
from canopy.edge.route import NOBODY, PENDING, get, post, remove
from canopy.ground.codec import Secret
from canopy.ground.errors import Forbidden, Unauthenticated
from canopy.ground.instants import instant
from canopy.ground.text import clean_name
from canopy.log.db import Read, Tx

AGENT_LENGTH = 300
"""What is kept of the name that a browser gives itself."""


class SignIn(Secret, kw_only=True):
    """Who signs in. `remember` keeps the session for 30 days instead of 12 idle hours."""

    username: Annotated[str, msgspec.Meta(max_length=200)]
    password: Annotated[str, msgspec.Meta(max_length=LONGEST)]
    remember: bool = False


class Session(Secret, kw_only=True):
    """A browser session: its user, the token for X-CSRFToken, its permissions."""

    user: dict[str, Any]
    csrf_token: str
    permissions: list[str]


class AuthStatus(msgspec.Struct, kw_only=True):
    """What the caller's key or session is."""

    user_id: str
    username: str
    display_name: str
    account_type: str
    status: str
    permissions: list[str]
    key_id: str | None
    expires_at: str | None


class Success(msgspec.Struct):
    """It is done."""

    success: bool = True


async def sign_in(ask: Ask) -> Response:
    """Open a session and set its cookie."""
    wish = ask.decode(SignIn)
    address = ask.address
    ask.core.limits.count_guess(wish.username.casefold(), address)
    with ask.reading() as tx:
        account = accounts.find_by_name(tx, wish.username)
    stored = account.password if account else None
    if not await asyncio.to_thread(verify_password, stored, wish.password) or account is None:
        raise _refused()
    ask.core.limits.guessed_right(wish.username.casefold())
    if account.status == "suspended":
        raise Forbidden("This account is suspended.", code="account_suspended")
    agent = clean_name(ask.header("user-agent") or "")[:AGENT_LENGTH] or None

    def open_one(tx: Tx) -> tuple[str, str]:
        # Comparing takes its time: a session by a password that was changed meanwhile would outlive the change.
        now = accounts.find_account(tx, account.user)
        if now is None or now.password != stored:
            raise _refused()
        return sessions.open_session(tx, account.user, remember=wish.remember, agent=agent)

    token, csrf = await ask.core.writer.write(open_one)
    principal = accounts.principal_of(ask.core.node, account, of_session(account), "")
    with ask.reading() as tx:
        response = ask.answer(_session(ask, tx, principal, csrf))
    response.set_cookie(
        cookie_name(ask.core),
        token,
        max_age=sessions.REMEMBERED_MS // 1000 if wish.remember else None,
        path="/",
        httponly=True,
        samesite="lax",
        secure=ask.core.settings.secure_cookies or ask.request.url.scheme == "https",
    )
    return response


def _refused() -> Unauthenticated:
    return Unauthenticated("The username or the password is wrong.", code="wrong_password")


def get_session(ask: Ask) -> Response:
    """The session at hand. Raises Unauthenticated without one."""
    if ask.someone is None or not ask.someone.by_session:
        raise Unauthenticated("You are not signed in.")
    with ask.reading() as tx:
        return ask.answer(_session(ask, tx, ask.someone, ask.someone.csrf))


async def sign_out(ask: Ask) -> Response:
    """End the session at hand and forget its cookie."""
    principal = ask.principal
    if principal.by_session:
        await ask.core.writer.write(lambda tx: sessions.end_session(tx, principal.credential))
        ask.hang_up(principal.credential)
    response = ask.answer(Success())
    response.delete_cookie(cookie_name(ask.core), path="/", httponly=True, samesite="lax")
    return response


def get_status(ask: Ask) -> Response:
    """Who the caller is; the one question that a pending account may ask."""
    principal = ask.principal
    with ask.reading() as tx:
        user = user_json(ask, tx, principal)
    status = AuthStatus(
        user_id=principal.user_id,
        username=principal.username,
        display_name=user["display_name"],
        account_type=principal.account_type,
        status=principal.status,
        permissions=listed(principal.granted),
        key_id=None if principal.by_session else principal.credential,
        expires_at=instant(principal.key_expires) if principal.key_expires else None,
    )
    return ask.answer(status)


def user_json(ask: Ask, tx: Read, principal: Principal) -> dict[str, Any]:
    """The caller as JSON: the account's own fields, completed by the rooms (display name, avatar)."""
    return {
        "user_id": principal.user_id,
        "username": principal.username,
        "display_name": principal.username,
        "account_type": principal.account_type,
        "status": principal.status,
        "is_owner": principal.owner,
        **ask.core.rooms.complete(tx, principal, "user", principal.user_id),
    }


def _session(ask: Ask, tx: Read, principal: Principal, csrf: str) -> Session:
    return Session(user=user_json(ask, tx, principal), csrf_token=csrf, permissions=listed(principal.permissions))


ROUTES = [
    post("/session", sign_in, NOBODY, "Sign in", SignIn, Session, rate="login"),
    get("/session", get_session, NOBODY, "The session at hand", Session),
    remove("/session", sign_out, PENDING, "Sign out", Success),
    get("/auth/status", get_status, PENDING, "Who the caller is and may do", AuthStatus),
]
