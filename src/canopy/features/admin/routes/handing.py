"""The node gets another owner."""

import asyncio
from typing import Annotated

import msgspec
from starlette.responses import Response

from canopy.crypto.passwords import LONGEST, verify_password
from canopy.edge import accounts
from canopy.edge.ask import Ask, invalid
from canopy.edge.guard import COMMAND_LINE
from canopy.edge.route import ANY, post
from canopy.features.admin.actions import HandOver, hand_over
from canopy.features.admin.routes.accounts import OneAccount, account_json
from canopy.ground.codec import Secret
from canopy.ground.errors import Forbidden

Text = Annotated[str, msgspec.Meta(max_length=LONGEST)]


class Transfer(Secret, kw_only=True):
    """Who shall own the node, with their handle typed once more, and the password of who owns it now."""

    user_id: Text
    handle: Text
    password: Text = ""


async def transfer(ask: Ask) -> Response:
    """Make somebody else the owner. Raises Forbidden, NotFound, InvalidRequest, Conflict."""
    principal = ask.principal
    if not principal.owner:
        raise Forbidden("Only the owner of this node may do that.", code="owner_required")
    wish = ask.decode(Transfer)
    to = HandOver(user_id=wish.user_id, handle=wish.handle)
    # Who runs the command line can read the folder of the node, which proves more than a password.
    if principal.credential != COMMAND_LINE:
        await _check_password(ask, wish.password)
    account = await ask.core.writer.write(lambda tx: hand_over(tx, principal, to))
    ask.hang_up(principal.user, account.user)
    return ask.answer(OneAccount(user=account_json(principal, account)))


async def _check_password(ask: Ask, password: str) -> None:
    name = ask.principal.username.casefold()
    ask.core.limits.count_guess(name, ask.address)
    with ask.reading() as tx:
        owner = accounts.find_account(tx, ask.principal.user)
    if not await asyncio.to_thread(verify_password, owner.password if owner else None, password):
        raise invalid("password", "wrong", "This is not your current password.", code="wrong_current_password")
    ask.core.limits.guessed_right(name)


ROUTES = [
    post("/admin/transfer", transfer, ANY, "Hand the node over", Transfer, OneAccount, rate="login"),
]
