"""Taking another password by a link from the owner of the node, instead of the old password."""

import asyncio
from typing import Annotated

import msgspec
from starlette.responses import Response

from canopy.crypto.passwords import LONGEST, hash_password
from canopy.edge import accounts, resets, sessions
from canopy.edge.accounts import Account
from canopy.edge.ask import Ask, check_password
from canopy.edge.route import NOBODY, post
from canopy.ground.codec import Secret
from canopy.ground.errors import Forbidden
from canopy.ground.instants import instant
from canopy.log.db import Read, Tx

Text = Annotated[str, msgspec.Meta(max_length=LONGEST)]


class ResetCode(Secret, kw_only=True):
    """What stands behind the `#` of a link."""

    code: Text


class ResetState(msgspec.Struct, kw_only=True):
    """Whose link it is, and how long it is good."""

    username: str
    expires_at: str


class Reset(Secret, kw_only=True):
    """The link and the password from now on."""

    code: Text
    password: Text


class ResetDone(msgspec.Struct, kw_only=True):
    """Whose password it is now, and how many browsers were signed out."""

    username: str
    ended: int
    success: bool = True


def check_reset(ask: Ask) -> Response:
    """Whose link it is. Raises Forbidden for one that is good no more."""
    wish = ask.decode(ResetCode)
    with ask.reading() as tx:
        account, expires = _found(tx, wish.code)
    return ask.answer(ResetState(username=account.username, expires_at=instant(expires)))


async def reset(ask: Ask) -> Response:
    """Take another password; the link is spent, all browsers are signed out, API keys stay."""
    wish = ask.decode(Reset)
    with ask.reading() as tx:
        account, _ = _found(tx, wish.code)
    check_password(wish.password, account.username, "password")
    hashed = await asyncio.to_thread(hash_password, wish.password)
    ended = await ask.core.writer.write(lambda tx: _spend(tx, wish.code, hashed))
    ask.core.limits.forgive(account.username.casefold())
    ask.hang_up(*ended)
    return ask.answer(ResetDone(username=account.username, ended=len(ended)))


def _spend(tx: Tx, code: str, hashed: str) -> list[str]:
    # Asked again in the writer's turn: of two who use a link at once, one is too late.
    account, _ = _found(tx, code)
    resets.drop_reset(tx, account.user)
    accounts.set_password(tx, account.user, hashed)
    return sessions.end_other_sessions(tx, account.user, but="")


def _found(tx: Read, code: str) -> tuple[Account, int]:
    found = resets.find_reset(tx, code)
    if found is None:
        raise Forbidden("This link is not valid any more. Ask for another one.", code="bad_reset_link")
    return found


ROUTES = [
    post("/reset/check", check_reset, NOBODY, "Whose reset link it is", ResetCode, ResetState, rate="login"),
    post("/reset", reset, NOBODY, "Take another password by a link", Reset, ResetDone, rate="login"),
]
