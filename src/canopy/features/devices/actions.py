"""What the owner does to the node's card."""

from collections.abc import Sequence

import msgspec

from canopy.edge.principal import Principal
from canopy.features.people.events import NodeCarded
from canopy.features.people.tables import NodeCard, card_of
from canopy.log import scope
from canopy.log.catalog import Draft
from canopy.log.db import Read, Tx


class CardChange(msgspec.Struct, frozen=True, kw_only=True):
    """New words on the node's card; None keeps the old ones."""

    name: str | None
    description: str | None


def current_card(tx: Read, principal: Principal) -> NodeCard:
    """The card of this node."""
    return card_of(tx, principal.node)


def change_card(tx: Tx, principal: Principal, wish: CardChange) -> Sequence[Draft]:
    """Write a new card for this node."""
    before = current_card(tx, principal)
    body = NodeCarded(
        name=before.name if wish.name is None else wish.name,
        description=before.description if wish.description is None else wish.description,
    )
    return [Draft(scope=scope.of_node(principal.node), body=body)]
