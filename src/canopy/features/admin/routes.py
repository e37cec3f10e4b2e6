"""Accounts and their keys, for the owner (decision 48)."""

import msgspec
from starlette.responses import Response

from canopy.edge import accounts
from canopy.edge.accounts import Account
from canopy.edge.ask import Ask, check_name, found
from canopy.edge.principal import ALL, Principal, Status
from canopy.edge.route import ANY, LongPage, get, post, remove
from canopy.edge.routes.keys import (
    NAME_LENGTH,
    KeyList,
    MadeKey,
    NewKey,
    Revoked,
    check_grant,
    key_json,
    make_key,
    wanted,
)
from canopy.features.admin.actions import find_account, set_status
from canopy.ground.instants import instant
from canopy.log.catalog import Draft
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


async def create_key(ask: Ask) -> Response:
    """Make a key for an account."""
    principal, shown_id = ask.principal, ask.token("user_id")
    principal.require_owner()
    wish = ask.decode(NewKey)
    names = frozenset(p.value for p in ALL) if wish.permissions == "all" else wanted(wish.permissions)
    check_grant(principal, names)
    name = check_name(wish.name, "name", NAME_LENGTH)

    made: list[MadeKey] = []

    def make(tx: Tx, owner: Principal, _: NewKey) -> list[Draft]:
        account = find_account(tx, owner, shown_id)
        holder = accounts.principal_of(owner.node, account, frozenset(), "")
        made.append(make_key(tx, holder, names, name, wish.expires_days))
        return []

    return await ask.perform(make, wish, lambda tx, owner, ids: made[0])


def list_keys(ask: Ask) -> Response:
    """An account's keys."""
    ask.principal.require_owner()
    with ask.reading() as tx:
        account = find_account(tx, ask.principal, ask.token("user_id"))
        keys = [key_json(ask, key, ask.token("user_id")) for key in accounts.list_keys(tx, account.user)]
    return ask.sliced("keys", keys)


async def revoke_key(ask: Ask) -> Response:
    """Revoke a key of an account."""
    principal, shown_id, key_id = ask.principal, ask.token("user_id"), ask.token("key_id")
    principal.require_owner()

    def revoke(tx: Tx) -> bool:
        return accounts.revoke_key(tx, find_account(tx, principal, shown_id).user, key_id)

    known = await ask.core.writer.write(revoke)
    found(known or None, "There is no such key.", "key_not_found")
    ask.hang_up(key_id)
    return ask.answer(Revoked(message="revoked"))


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
    get("/admin/users/{user_id}/keys", list_keys, ANY, "An account's keys", KeyList, query=LongPage),
    post("/admin/users/{user_id}/keys", create_key, ANY, "Make a key for an account", NewKey, MadeKey, status=201),
    remove("/admin/users/{user_id}/keys/{key_id}", revoke_key, ANY, "Revoke a key of an account", Revoked),
]
