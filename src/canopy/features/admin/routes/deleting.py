"""Deleting an account."""

from collections.abc import Sequence

import msgspec
from starlette.responses import Response

from canopy.edge.ask import Ask, found
from canopy.edge.principal import Principal
from canopy.edge.route import ANY, remove
from canopy.features.admin.actions import delete_account, find_account
from canopy.features.people.tables import find_card
from canopy.ground.ids import EventId, UserKey
from canopy.log.catalog import Draft
from canopy.log.db import Read, Tx


class Deleted(msgspec.Struct, kw_only=True):
    """Which account is gone. What it said stays, under its last card."""

    user_id: str
    username: str
    success: bool = True


async def delete(ask: Ask) -> Response:
    """Delete an account. Raises NotFound, and InvalidRequest for the owner's."""
    shown_id = ask.token("user_id")
    ask.principal.require_owner()
    gone: list[UserKey] = []

    def act(tx: Tx, principal: Principal, _: None) -> list[Draft]:
        account = find_account(tx, principal, shown_id)
        drafts = delete_account(tx, principal, account)
        ask.core.rooms.forget(tx, account.user)
        gone.append(account.user)
        return drafts

    def answer(tx: Read, principal: Principal, ids: Sequence[EventId]) -> Deleted:
        card = found(find_card(tx, shown_id))
        return Deleted(user_id=shown_id, username=card.handle)

    response = await ask.perform(act, None, answer, status=200)
    for user in gone:
        ask.core.check_ins.forget(user)
        ask.hang_up(user)
    return response


ROUTES = [
    remove("/admin/users/{user_id}", delete, ANY, "Delete an account", Deleted),
]
