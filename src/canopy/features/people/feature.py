"""What the room adds: cards of users, their directory, and the routes by which accounts come to be."""

from typing import Any

from canopy.edge.principal import Principal
from canopy.edge.rooms import Completion, Room
from canopy.features.people import tables
from canopy.features.people.events import NodeCarded, UserCarded, UserRetired
from canopy.features.people.routes import ROUTES
from canopy.ground.ids import EventId, NodeId, UserKey
from canopy.log.catalog import Kind, Projection
from canopy.log.db import Read
from canopy.log.event import Header


def _user_of(header: Header, event_id: EventId, body: Any) -> bytes:
    return tables.card_object(NodeId(header.node), UserKey(header.user))


def _node_of(header: Header, event_id: EventId, body: Any) -> bytes:
    return header.node


def _display_name(tx: Read, principal: Principal, user_id: str) -> dict[str, Any]:
    card = tables.find_card(tx, user_id)
    return {} if card is None else {"display_name": card.name, "bio": card.bio}


FEATURE = Room(
    name="people",
    kinds=(
        Kind(body=UserCarded, object_of=_user_of, admit=tables.admit, only_ends=True),
        Kind(body=UserRetired, object_of=_user_of, admit=tables.admit, only_ends=True),
        Kind(body=NodeCarded, object_of=_node_of, admit=tables.admit_node, only_ends=True),
    ),
    projections=(
        Projection(room="people", number=2, kinds=("user.carded", "user.retired"), project=tables.project_card),
        Projection(room="people", number=2, kinds=("node.carded",), project=tables.project_node),
    ),
    routes=ROUTES,
    completions=(Completion(thing="user", adds=_display_name),),
)
