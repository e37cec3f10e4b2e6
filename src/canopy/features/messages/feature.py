"""What the room adds: the kinds of messages, their rows, their notices, and the last activity of channels."""

from collections.abc import Iterable
from typing import Any

from canopy.edge.principal import Permission, Principal
from canopy.edge.rooms import Completion, EventType, Room
from canopy.features.channels.tables import find_channel
from canopy.features.messages import tables
from canopy.features.messages.events import MessageDeleted, MessageEdited, MessagePosted
from canopy.features.messages.routes import ROUTES, detail
from canopy.ground.ids import EventId
from canopy.ground.instants import instant_of
from canopy.log.catalog import Entry, Kind, Notice, Projection
from canopy.log.db import Read
from canopy.log.event import Header
from canopy.log.journal import Line
from canopy.log.shown import channel_id, message_id, user_id

CREATED, EDITED, DELETED = (f"channel.message.{word}" for word in ("created", "edited", "deleted"))


def _itself(header: Header, event_id: EventId, body: Any) -> bytes:
    return event_id


def _target(body: Any) -> bytes:
    target: bytes = body.message
    return target


def _object_of_change(header: Header, event_id: EventId, body: Any) -> bytes | None:
    return None if body is None else _target(body)


def _notice(event_type: str, entry: Entry, message: EventId, *, once: str) -> Notice:
    return Notice(
        event_type=event_type,
        visibility="channel",
        actor_user_id=user_id(entry.node, entry.user),
        channel_id=channel_id(entry.scope),
        message_id=message_id(message),
        dedupe_key=f"{event_type}:{once}",
    )


def announce_posted(tx: Read, entry: Entry) -> Iterable[Notice]:
    """A new message."""
    return [_notice(CREATED, entry, entry.id, once=message_id(entry.id))]


def announce_edited(tx: Read, entry: Entry) -> Iterable[Notice]:
    """New words."""
    return [_notice(EDITED, entry, entry.body.message, once=entry.id.hex())]


def announce_deleted(tx: Read, entry: Entry) -> Iterable[Notice]:
    """Words that are gone."""
    return [_notice(DELETED, entry, entry.body.message, once=message_id(entry.body.message))]


def announce_expired(tx: Read, entry: Entry) -> Iterable[Notice]:
    """A message whose time is over."""
    return [_notice(DELETED, entry, entry.id, once=message_id(entry.id))]


def _sees(tx: Read, principal: Principal, line: Line) -> bool:
    return find_channel(tx, principal, line.channel_id or "") is not None


def _activity(tx: Read, principal: Principal, channel: str) -> dict[str, Any]:
    oldest, newest = tables.times_of(tx, channel)
    return {
        "created_at": None if oldest is None else instant_of(oldest),
        "last_message_at": None if newest is None else instant_of(newest),
    }


def _event_type(name: str) -> EventType:
    return EventType(name=name, permission=Permission.READ_MESSAGES, sees=_sees, detail=detail)


FEATURE = Room(
    name="messages",
    kinds=(
        Kind(
            body=MessagePosted,
            object_of=_itself,
            admit=tables.admit_posted,
            announce=announce_posted,
            announce_expired=announce_expired,
        ),
        Kind(
            body=MessageEdited,
            object_of=_object_of_change,
            admit=tables.admit_change,
            announce=announce_edited,
            target=_target,
            only_ends=True,
        ),
        Kind(
            body=MessageDeleted,
            object_of=_object_of_change,
            admit=tables.admit_change,
            announce=announce_deleted,
            target=_target,
            deletes=True,
            only_ends=True,
        ),
    ),
    projections=(
        Projection(
            room="messages",
            number=1,
            kinds=("message.posted", "message.edited", "message.deleted"),
            project=tables.project_message,
        ),
    ),
    routes=ROUTES,
    event_types=tuple(_event_type(name) for name in (CREATED, EDITED, DELETED)),
    completions=(Completion(thing="channel", adds=_activity),),
)
