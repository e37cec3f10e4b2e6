"""What the room adds: the kinds of messages, their rows, their notices, and what channels show of them."""

from collections.abc import Iterable
from typing import Any

import msgspec

from canopy.edge.principal import Permission, Principal
from canopy.edge.rooms import Completion, EventType, Room
from canopy.features.channels.events import MessageRemoved
from canopy.features.channels.tables import find_channel
from canopy.features.messages import tables
from canopy.features.messages.actions import READ, end_shortened
from canopy.features.messages.events import MessageDeleted, MessageEdited, MessagePosted, ReactionSet
from canopy.features.messages.routes import ROUTES
from canopy.features.messages.shown import message_json
from canopy.features.messages.tables import firsts, threads, unread
from canopy.features.messages.tables.reactions import admit_reaction, project_reaction, reaction_object
from canopy.features.messages.tables.rows import admit_change, admit_posted
from canopy.features.messages.tables.unread import count_unread, first_unread
from canopy.ground.ids import EventId, NodeId, UserKey
from canopy.ground.instants import instant_of
from canopy.log import store
from canopy.log.catalog import Delivery, Entry, Kind, Notice, Projection
from canopy.log.db import Read
from canopy.log.event import Header, header_of
from canopy.log.journal import Line
from canopy.log.shown import channel_id, message_id, user_id

CREATED, EDITED, DELETED = (f"channel.message.{word}" for word in ("created", "edited", "deleted"))
STATE = "channel.state.updated"


def _itself(header: Header, event_id: EventId, body: Any) -> bytes:
    return event_id


def _target(body: Any) -> bytes:
    target: bytes = body.message
    return target


def _object_of_change(header: Header, event_id: EventId, body: Any) -> bytes | None:
    return None if body is None else _target(body)


def _object_of_reaction(header: Header, event_id: EventId, body: Any) -> bytes | None:
    return None if body is None else reaction_object(_target(body), NodeId(header.node), UserKey(header.user))


def _notice(event_type: str, entry: Entry, message: EventId, *, once: str, **payload: Any) -> Notice:
    return Notice(
        event_type=event_type,
        visibility="channel",
        actor_user_id=user_id(entry.node, entry.user) if entry.user else None,
        channel_id=channel_id(entry.scope),
        message_id=message_id(message),
        payload=payload,
        dedupe_key=f"{event_type}:{once}",
    )


def announce_posted(tx: Read, entry: Entry) -> Iterable[Notice]:
    """A new message."""
    return [_notice(CREATED, entry, entry.id, once=message_id(entry.id))]


def announce_edited(tx: Read, entry: Entry) -> Iterable[Notice]:
    """New words."""
    return [_notice(EDITED, entry, entry.body.message, once=entry.id.hex())]


def announce_deleted(tx: Read, entry: Entry) -> Iterable[Notice]:
    """Words that are gone; says so when it was not their author who took them back."""
    place = store.FIND_PLACE.row(tx, id=entry.body.message)
    foreign = place is not None and header_of(place[3]).user != entry.user
    payload = {"by_moderator": True} if foreign else {}
    return [_notice(DELETED, entry, entry.body.message, once=message_id(entry.body.message), **payload)]


def announce_removed(tx: Read, entry: Entry) -> Iterable[Notice]:
    """Words that a moderator took away."""
    return [_notice(DELETED, entry, entry.body.message, once=message_id(entry.body.message), by_moderator=True)]


def announce_reaction(tx: Read, entry: Entry) -> Iterable[Notice]:
    """Somebody reacts otherwise than before: pages that show the message show it anew. It is no mention."""
    return [_notice(STATE, entry, entry.body.message, once=entry.id.hex(), reason="reaction")]


def announce_expired(tx: Read, entry: Entry) -> Iterable[Notice]:
    """A message whose time is over, unless an edit gave it more."""
    message = entry.id if entry.kind == MessagePosted.KIND else entry.body.message
    if tables.find_anywhere(tx, message_id(message)) is not None:
        return []
    return [_notice(DELETED, entry, message, once=message_id(message))]


def _sees(tx: Read, principal: Principal, line: Line) -> bool:
    return find_channel(tx, principal, line.channel_id or "") is not None


def _sees_own(tx: Read, principal: Principal, line: Line) -> bool:
    return line.target_user_id == principal.user_id and _sees(tx, principal, line)


def _message(tx: Read, line: Line, here: NodeId) -> dict[str, Any]:
    """The message itself, read now."""
    message = tables.find_anywhere(tx, line.message_id) if line.message_id else None
    return {} if message is None else {"message": message_json(tx, message, here)}


def _rendered(tx: Read, line: Line, here: NodeId) -> dict[str, Any]:
    """The same with its text as HTML."""
    message = tables.find_anywhere(tx, line.message_id) if line.message_id else None
    return {} if message is None else {"message": message_json(tx, message, here, rendered=True)}


def _of_channel(tx: Read, principal: Principal, channel: str) -> dict[str, Any]:
    oldest, newest = tables.times_of(tx, channel)
    return {
        "created_at": None if oldest is None else instant_of(oldest),
        "last_message_at": None if newest is None else instant_of(newest),
        "newest_stamp": newest,
        "unread_count": count_unread(tx, principal, channel),
        "first_unread_id": first_unread(tx, principal, channel),
    }


def _is_of_message(line: Line) -> bool:
    """Whether a change of a channel's state is one of a message: the room of channels tells the others."""
    return line.message_id is not None


def _event_type(name: str) -> EventType:
    return EventType(name=name, permission=Permission.READ_MESSAGES, sees=_sees, detail=_message, rendered=_rendered)


FEATURE = Room(
    name="messages",
    kinds=(
        Kind(
            body=MessagePosted,
            object_of=_itself,
            admit=admit_posted,
            announce=announce_posted,
            announce_expired=announce_expired,
        ),
        Kind(
            body=MessageEdited,
            object_of=_object_of_change,
            admit=admit_change,
            announce=announce_edited,
            announce_expired=announce_expired,
            target=_target,
            only_ends=True,
        ),
        Kind(
            body=MessageDeleted,
            object_of=_object_of_change,
            admit=admit_change,
            announce=announce_deleted,
            target=_target,
            deletes=True,
            only_ends=True,
        ),
        Kind(
            body=MessageRemoved,
            object_of=_object_of_change,
            admit=admit_change,
            announce=announce_removed,
            target=_target,
            removes=True,
        ),
        Kind(
            body=ReactionSet,
            object_of=_object_of_reaction,
            admit=admit_reaction,
            announce=announce_reaction,
            target=_target,
            only_ends=True,
        ),
    ),
    projections=(
        Projection(
            room="messages",
            number=6,
            kinds=("message.posted", "message.edited", "message.deleted", "message.removed"),
            project=tables.project_message,
        ),
        Projection(room="messages", number=6, kinds=("reaction.set",), project=project_reaction),
    ),
    deliveries=(Delivery(kinds=(MessagePosted.KIND,), make=firsts.deliver),),
    routes=ROUTES,
    event_types=(
        *(_event_type(name) for name in (CREATED, EDITED, DELETED)),
        msgspec.structs.replace(_event_type(STATE), owns=_is_of_message),
        EventType(name=READ, permission=Permission.READ_MESSAGES, sees=_sees_own),
    ),
    completions=(Completion(thing="channel", adds=_of_channel),),
    upkeep=(end_shortened,),
    forgets=(threads.forget_user, unread.forget_user),
)
