"""What the owner does to accounts. Nothing here is an event: accounts concern this node alone."""

import msgspec

from canopy.edge import accounts
from canopy.edge.accounts import Account
from canopy.edge.ask import invalid
from canopy.edge.principal import Permission, Principal, Status
from canopy.ground.errors import Conflict, Forbidden, NotFound
from canopy.ground.ids import UserKey
from canopy.ground.text import fold_handle
from canopy.log.db import Read, Tx
from canopy.log.shown import user_id


class HandOver(msgspec.Struct, frozen=True, kw_only=True):
    """Who shall own the node; the handle is typed once more, so that it is nobody else by mistake."""

    user_id: str
    handle: str


def find_account(tx: Read, principal: Principal, shown_id: str) -> Account:
    """An account of this node by its shown id. Raises NotFound."""
    for account in accounts.list_accounts(tx):
        if user_id(principal.node, account.user) == shown_id:
            return account
    raise NotFound("This node has no such account.", code="user_not_found")


def set_status(tx: Tx, principal: Principal, shown_id: str, status: Status) -> Account:
    """Approve or suspend. Raises Conflict for the owner, who can be neither."""
    account = find_account(tx, principal, shown_id)
    if account.owner:
        raise Conflict("The owner of the node cannot be suspended.", code="owner_account")
    accounts.set_status(tx, account.user, status)
    return find_account(tx, principal, shown_id)


def hand_over(tx: Tx, principal: Principal, wish: HandOver) -> Account:
    """Make another account the owner. Raises Forbidden, NotFound, InvalidRequest, Conflict."""
    owner = accounts.find_owner(tx)
    # Asked again in the writer's turn: of two who hand over at once, one is not the owner any more.
    if owner is None or owner.user != principal.user:
        raise Forbidden("Only the owner of this node may do that.", code="owner_required")
    account = find_account(tx, principal, wish.user_id)
    if fold_handle(wish.handle.strip().removeprefix("@")) != fold_handle(account.username):
        raise invalid("handle", "wrong", "This is not the handle of that account.", code="wrong_handle")
    if account.owner:
        raise Conflict("This account owns the node already.", code="owner_account")
    if account.account_type != "human" or account.status != "active":
        raise Conflict("Only a person whose account is active can own a node.", code="cannot_own")
    accounts.set_owner(tx, account.user)
    _take_node_from_keys(tx, owner.user)
    return find_account(tx, principal, wish.user_id)


def _take_node_from_keys(tx: Tx, user: UserKey) -> None:
    """A key may only do what its holder may."""
    for key in accounts.list_keys(tx, user):
        left = key.names - {Permission.MANAGE_NODE}
        if left != key.names:
            accounts.change_key(tx, key.key_id, key.name, left or key.names)
        if not left:
            accounts.revoke_key(tx, user, key.key_id)
