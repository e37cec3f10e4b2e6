"""What the room adds: cards of users, their directory, and the routes by which accounts come to be."""

from collections.abc import Iterable
from typing import Any

from canopy.edge.principal import Permission, Principal
from canopy.edge.rooms import Completion, EventType, Room
from canopy.features.people import tables
from canopy.features.people.events import NodeCarded, UserCarded, UserRetired
from canopy.features.people.routes import ROUTES
from canopy.features.people.shown import avatar_url
from canopy.ground.ids import EventId, NodeId, UserKey
from canopy.log.catalog import Entry, Kind, Notice, Projection
from canopy.log.db import Read
from canopy.log.event import Header
from canopy.log.journal import Line
from canopy.log.shown import user_id

UPDATED = "profile.updated"


def _user_of(header: Header, event_id: EventId, body: Any) -> bytes:
    return tables.card_object(NodeId(header.node), UserKey(header.user))


def _node_of(header: Header, event_id: EventId, body: Any) -> bytes:
    return header.node


def announce_card(tx: Read, entry: Entry) -> Iterable[Notice]:
    """A user looks otherwise than before: pages that show the user ask again."""
    user = user_id(entry.node, entry.user)
    card = tables.find_card(tx, user)
    if card is None or card.created == entry.time:
        return []
    return [
        Notice(
            event_type=UPDATED,
            visibility="user",
            actor_user_id=user,
            payload={"user_id": user},
            dedupe_key=f"{UPDATED}:{entry.id.hex()}",
        )
    ]


def _everybody(tx: Read, principal: Principal, line: Line) -> bool:
    return True


def _display_name(tx: Read, principal: Principal, user_id: str) -> dict[str, Any]:
    card = tables.find_card(tx, user_id)
    if card is None:
        return {}
    return {"display_name": card.name, "bio": card.bio, "avatar_url": avatar_url(card.avatar)}


FEATURE = Room(
    name="people",
    kinds=(
        Kind(body=UserCarded, object_of=_user_of, admit=tables.admit, announce=announce_card, only_ends=True),
        Kind(body=UserRetired, object_of=_user_of, admit=tables.admit, announce=announce_card, only_ends=True),
        Kind(body=NodeCarded, object_of=_node_of, admit=tables.admit_node, only_ends=True),
    ),
    projections=(
        Projection(room="people", number=4, kinds=("user.carded", "user.retired"), project=tables.project_card),
        Projection(room="people", number=4, kinds=("node.carded",), project=tables.project_node),
    ),
    routes=ROUTES,
    event_types=(EventType(name=UPDATED, permission=Permission.READ_FEED, sees=_everybody),),
    completions=(Completion(thing="user", adds=_display_name),),
)
