"""What the room adds: rows for whoever is called by name, their routes, and the counts that channels show."""

from collections.abc import Mapping
from typing import Any

from canopy.edge.principal import Permission, Principal
from canopy.edge.rooms import Completion, EventType, Room
from canopy.features.channels.tables import find_channel
from canopy.features.mentions.routes import ROUTES
from canopy.features.mentions.shown import preview_of
from canopy.features.mentions.tables import lists
from canopy.features.mentions.tables import rows as tables
from canopy.features.messages.events import MessageEdited, MessagePosted
from canopy.features.messages.tables import find_anywhere
from canopy.ground.ids import NodeId
from canopy.log.catalog import Delivery
from canopy.log.db import Read
from canopy.log.journal import Line


def _sees(tx: Read, principal: Principal, line: Line) -> bool:
    own = line.target_user_id == principal.user_id
    return own and find_channel(tx, principal, line.channel_id or "") is not None


def _preview(tx: Read, line: Line, here: NodeId) -> Mapping[str, Any]:
    message = find_anywhere(tx, line.message_id) if line.message_id else None
    return {"preview": preview_of(message)}


def _of_channel(tx: Read, principal: Principal, channel: str) -> dict[str, Any]:
    return {"unread_mentions": tables.count_unread_mentions(tx, principal, channel)}


def _counters(tx: Read, principal: Principal, user: str) -> dict[str, Any]:
    return {"unacked_mentions": tables.count_new(tx, user, principal.channels)}


def _event_type(name: str) -> EventType:
    return EventType(name=name, permission=Permission.READ_FEED, sees=_sees, detail=_preview)


FEATURE = Room(
    name="mentions",
    deliveries=(Delivery(kinds=(MessagePosted.KIND, MessageEdited.KIND), make=tables.deliver),),
    routes=ROUTES,
    event_types=tuple(_event_type(name) for name in (tables.CREATED, tables.ACKNOWLEDGED)),
    completions=(Completion(thing="channel", adds=_of_channel), Completion(thing="counters", adds=_counters)),
    forgets=(tables.forget_user, lists.forget_user),
)
