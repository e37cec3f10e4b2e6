"""Accounts, for the owner (decision 48): who there is, letting in, shutting out."""

import msgspec
from starlette.responses import Response

from canopy.edge import accounts
from canopy.edge.accounts import Account
from canopy.edge.ask import Ask
from canopy.edge.principal import Principal, Status
from canopy.edge.route import ANY, LongPage, get, post
from canopy.features.admin.actions import set_status
from canopy.ground.instants import instant
from canopy.log.db import Tx
from canopy.log.shown import user_id


class AccountJson(msgspec.Struct, kw_only=True):
    """An account of this node."""

    user_id: str
    username: str
    account_type: str
    status: str
    is_owner: bool
    created_at: str


class Accounts(msgspec.Struct, kw_only=True):
    """All accounts of this node."""

    users: list[AccountJson]
    count: int
    next_cursor: str | None
    has_more: bool


class OneAccount(msgspec.Struct, kw_only=True):
    """One account."""

    user: AccountJson
    success: bool = True


def list_accounts(ask: Ask) -> Response:
    """All accounts, oldest first."""
    ask.principal.require_owner()
    with ask.reading() as tx:
        users = [account_json(ask.principal, account) for account in accounts.list_accounts(tx)]
    return ask.sliced("users", users)


async def approve(ask: Ask) -> Response:
    """Let a waiting or suspended account in."""
    return await _set_status(ask, "active")


async def suspend(ask: Ask) -> Response:
    """Shut an account out: keys, sessions and streams stop at once."""
    return await _set_status(ask, "suspended")


async def _set_status(ask: Ask, status: Status) -> Response:
    principal, shown_id = ask.principal, ask.token("user_id")
    principal.require_owner()

    def change(tx: Tx) -> Account:
        return set_status(tx, principal, shown_id, status)

    account = await ask.core.writer.write(change)
    if status == "suspended":
        ask.hang_up(account.user)
    return ask.answer(OneAccount(user=account_json(principal, account)))


def account_json(principal: Principal, account: Account) -> AccountJson:
    """An account without its secrets."""
    return AccountJson(
        user_id=user_id(principal.node, account.user),
        username=account.username,
        account_type=account.account_type,
        status=account.status,
        is_owner=account.owner,
        created_at=instant(account.created),
    )


ROUTES = [
    get("/admin/users", list_accounts, ANY, "Accounts of this node", Accounts, query=LongPage),
    post("/admin/users/{user_id}/approve", approve, ANY, "Let an account in", None, OneAccount),
    post("/admin/users/{user_id}/suspend", suspend, ANY, "Shut an account out", None, OneAccount),
]
