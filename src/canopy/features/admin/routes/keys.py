"""Keys of others than oneself, for the owner (decision 48)."""

from starlette.responses import Response

from canopy.edge import accounts
from canopy.edge.ask import Ask, check_name, found
from canopy.edge.principal import ALL, Principal
from canopy.edge.route import ANY, LongPage, get, post, remove
from canopy.edge.routes.keys import (
    NAME_LENGTH,
    KeyList,
    MadeKey,
    NewKey,
    Revoked,
    check_grant,
    key_json,
    limit_of,
    make_key,
    wanted,
)
from canopy.features.admin.actions import find_account, find_opened
from canopy.log.catalog import Draft
from canopy.log.db import Tx


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
        account = find_opened(tx, owner, shown_id)
        holder = accounts.principal_of(owner.node, account, frozenset(), "")
        limit = limit_of(ask, tx, holder, wish.channel_ids, names)
        made.append(make_key(tx, holder, names, name, wish.expires_days, limit))
        return []

    return await ask.perform(make, wish, lambda tx, owner, ids: made[0], shown_once=True)


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


ROUTES = [
    get("/admin/users/{user_id}/keys", list_keys, ANY, "An account's keys", KeyList, query=LongPage),
    post("/admin/users/{user_id}/keys", create_key, ANY, "Make a key for an account", NewKey, MadeKey, status=201),
    remove("/admin/users/{user_id}/keys/{key_id}", revoke_key, ANY, "Revoke a key of an account", Revoked),
]
