"""What the owner does to accounts. They concern this node alone, so only the end of one is told to others."""

import msgspec

from canopy.edge import accounts, resets
from canopy.edge.accounts import Account
from canopy.edge.ask import found, invalid
from canopy.edge.leaving import forget_account
from canopy.edge.principal import Permission, Principal, Status
from canopy.features.channels.events import RoleSet
from canopy.features.channels.tables import Channel, admins_of, run_by
from canopy.features.people.events import UserRetired
from canopy.ground.errors import Conflict, Forbidden, InvalidRequest, NotFound
from canopy.ground.ids import UserKey
from canopy.ground.text import fold_handle
from canopy.log import scope
from canopy.log.catalog import Draft
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


def find_opened(tx: Read, principal: Principal, shown_id: str) -> Account:
    """An account that somebody is given the means to act for. Raises NotFound, and Forbidden for the owner's.

    Whoever acts for the owner is the owner, with a narrow key too: `manage_node` alone does not lead there.
    """
    account = find_account(tx, principal, shown_id)
    if account.owner and not principal.owner:
        raise Forbidden("Only the owner of this node may do that.", code="owner_required")
    return account


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
    # Who owned the node may have made one, and would own it again by it.
    resets.drop_reset(tx, account.user)
    _take_node_from_keys(tx, owner.user)
    return find_account(tx, principal, wish.user_id)


def delete_account(tx: Tx, principal: Principal, account: Account) -> list[Draft]:
    """Retire an account and forget what is its own; its words stay. Raises InvalidRequest for the owner's.

    A channel of this node that nobody else runs goes to the owner: else nobody could change it any more.
    """
    if account.owner:
        raise InvalidRequest("The owner of the node cannot be deleted; hand it over first.", code="owner_account")
    ran = run_by(tx, user_id(principal.node, account.user), principal.node)
    drafts = [draft for channel in ran for draft in _leave(tx, account, channel)]
    forget_account(tx, account.user)
    return [*drafts, Draft(scope=scope.of_node(principal.node), user=account.user, body=UserRetired())]


def _leave(tx: Read, account: Account, channel: Channel) -> list[Draft]:
    """What the authority rules when an admin of a channel is gone."""
    owner, here = found(accounts.find_owner(tx)), found(channel.node)
    others = admins_of(tx, channel) - {user_id(here, account.user)}
    roles = [RoleSet(node=here, user=account.user, role="member")]
    if not others:
        roles.insert(0, RoleSet(node=here, user=owner.user, role="admin"))
    return [Draft(scope=channel.scope, user=owner.user, body=role) for role in roles]


def _take_node_from_keys(tx: Tx, user: UserKey) -> None:
    """A key may only do what its holder may."""
    for key in accounts.list_keys(tx, user):
        left = key.names - {Permission.MANAGE_NODE}
        if left != key.names:
            accounts.change_key(tx, key.key_id, key.name, left or key.names, key.limit)
        if not left:
            accounts.revoke_key(tx, user, key.key_id)
