"""What the owner does to the node's card."""

from collections.abc import Sequence

import msgspec

from canopy.edge.principal import Principal
from canopy.features.people.events import NodeCarded
from canopy.features.people.tables import NodeCard, find_node
from canopy.log import scope
from canopy.log.catalog import Draft
from canopy.log.db import Read, Tx
from canopy.log.shown import device_id


class CardChange(msgspec.Struct, frozen=True, kw_only=True):
    """New words on the node's card; None keeps the old ones."""

    name: str | None
    description: str | None


def current_card(tx: Read, principal: Principal) -> NodeCard:
    """The node's card. Without one it has a neutral name: host names tell strangers too much."""
    return find_node(tx, principal.node) or NodeCard(f"node-{device_id(principal.node)}", "")


def change_card(tx: Tx, principal: Principal, wish: CardChange) -> Sequence[Draft]:
    """Write a new card for this node."""
    before = current_card(tx, principal)
    body = NodeCarded(
        name=before.name if wish.name is None else wish.name,
        description=before.description if wish.description is None else wish.description,
    )
    return [Draft(scope=scope.of_node(principal.node), body=body)]
