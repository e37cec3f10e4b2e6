"""What the owner does to accounts. Nothing here is an event: accounts concern this node alone."""

from canopy.edge import accounts
from canopy.edge.accounts import Account
from canopy.edge.principal import Principal, Status
from canopy.ground.errors import Conflict, NotFound
from canopy.log.db import Read, Tx
from canopy.log.shown import user_id


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
