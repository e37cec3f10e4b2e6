"""What people do to accounts and cards. Actions read, make local rows through `edge.accounts`, and return drafts."""

from collections.abc import Sequence

import msgspec

from canopy.edge import accounts
from canopy.edge.principal import ALL, CONSERVATIVE, AccountType, Principal, Status
from canopy.features.people.events import NodeCarded, UserCarded
from canopy.features.people.tables import find_avatar, find_card, is_gone
from canopy.ground.errors import Conflict, NotFound
from canopy.ground.ids import NodeId, UserKey
from canopy.log import scope
from canopy.log.catalog import Draft
from canopy.log.db import Tx
from canopy.log.shown import user_id


class NewAccount(msgspec.Struct, kw_only=True):
    """An account to make; `password` is a hash already. The action fills in what it made."""

    username: str
    display_name: str
    account_type: AccountType
    status: Status
    password: str | None
    owner: bool = False
    node_name: str = ""
    user_id: str = ""
    api_key: str = ""
    permissions: list[str] = []

    def __repr__(self) -> str:
        return f"NewAccount({self.username}, secrets hidden)"


class ProfileChange(msgspec.Struct, kw_only=True):
    """New words on one's own card; None keeps the old ones."""

    display_name: str | None = None
    bio: str | None = None
    avatar: bytes | None = None


def open_account(tx: Tx, principal: Principal, wish: NewAccount) -> Sequence[Draft]:
    """Make the account with its first key, and return its card, for the owner the node's too. Raises Conflict."""
    if wish.owner and accounts.any_account(tx):
        raise Conflict("This node is set up already.", code="already_set_up")
    if is_gone(tx, wish.username, principal.node):
        raise Conflict("Somebody bore that username whose words are still here; take another.", field="username")
    account = accounts.create_account(
        tx, wish.username, wish.password, wish.account_type, wish.status, owner=wish.owner
    )
    granted = ALL if wish.owner else CONSERVATIVE
    wish.api_key, _ = accounts.create_key(tx, account.user, frozenset(p.value for p in granted), "first key")
    wish.permissions = [p.value for p in granted]
    wish.user_id = user_id(principal.node, account.user)
    body = UserCarded(handle=wish.username, name=wish.display_name, account_type=wish.account_type)
    drafts = [_card(principal.node, account.user, body)]
    if wish.node_name:
        drafts.append(Draft(scope=scope.of_node(principal.node), body=NodeCarded(name=wish.node_name)))
    return drafts


def change_profile(tx: Tx, principal: Principal, wish: ProfileChange) -> Sequence[Draft]:
    """Write a new card for oneself, unless it would say the same as the old one. Raises NotFound for who has none."""
    card = find_card(tx, principal.user_id)
    if card is None:
        raise NotFound("You have no card yet.")
    before = (find_avatar(tx, card.avatar) or b"") if card.avatar else b""
    body = UserCarded(
        handle=card.handle,
        name=card.name if wish.display_name is None else (wish.display_name or card.handle),
        account_type=principal.account_type,
        bio=card.bio if wish.bio is None else wish.bio,
        avatar=before if wish.avatar is None else wish.avatar,
    )
    same = (body.name, body.account_type, body.bio, body.avatar) == (card.name, card.account_type, card.bio, before)
    return [] if same else [_card(principal.node, principal.user, body)]


def _card(node: NodeId, user: UserKey, body: UserCarded) -> Draft:
    return Draft(scope=scope.of_node(node), user=user, body=body)
