"""Editing, deleting, and what a message said before (REST section 3.2)."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import msgspec
from starlette.responses import Response

from canopy.edge.ask import Ask, found
from canopy.edge.principal import Permission, Principal
from canopy.edge.route import Page, Rendering, get, patch, put, remove
from canopy.features.messages.actions import (
    MISSING,
    Change,
    Edit,
    asks_elsewhere,
    delete_message,
    edit_message,
    get_channel,
)
from canopy.features.messages.routes.lifespan import LifespanWish, lifespan_of, says_lifespan
from canopy.features.messages.routes.posting import content_of, refuse_later
from canopy.features.messages.shown import MessageJson, message_json
from canopy.features.messages.tables import find_message, list_versions
from canopy.ground.errors import InvalidParameter
from canopy.ground.ids import EventId
from canopy.ground.instants import instant, instant_of
from canopy.log.db import Read


class EditWish(LifespanWish, kw_only=True):
    """What is to be other than it is; what is left out stays."""

    content: str | None = None
    attachments: list[Any] | None = None


class Edited(msgspec.Struct, kw_only=True):
    """The message as it is now; null when its time came meanwhile."""

    message: MessageJson | None
    success: bool = True


class Deleted(msgspec.Struct, kw_only=True):
    """The message is gone, now or before; `pending` when the channel's authority on another node was asked."""

    message_id: str
    pending: bool
    success: bool = True


class Version(msgspec.Struct, kw_only=True):
    """What a message said from an instant on."""

    content: str
    created_at: str
    expires_at: str | None


class History(msgspec.Struct, kw_only=True):
    """The versions of a message, oldest first."""

    message_id: str
    versions: list[Version]
    count: int
    next_cursor: str | None
    has_more: bool


def _change_of(ask: Ask) -> Change:
    return Change(channel_id=ask.token("channel_id"), message_id=ask.token("message_id"), expected=ask.expected())


async def edit_one(ask: Ask) -> Response:
    """Edit one's own message."""
    wish = ask.decode(EditWish)
    refuse_later("attachments", wish.attachments)
    change = _change_of(ask)
    edit = Edit(
        channel_id=change.channel_id,
        message_id=change.message_id,
        expected=change.expected,
        content=None if wish.content is None else content_of(wish.content),
        lifespan=lifespan_of(wish) if says_lifespan(wish) else None,
    )
    answer = partial(_edited, change.channel_id, change.message_id, ask.rendered())
    return await ask.perform(edit_message, edit, answer, status=200)


def _edited(
    channel: str, identity: str, rendered: bool, tx: Read, principal: Principal, ids: Sequence[EventId]
) -> Edited:
    message = find_message(tx, channel, identity)
    shown = None if message is None else message_json(tx, message, principal.node, rendered=rendered)
    return Edited(message=shown)


async def delete_one(ask: Ask) -> Response:
    """Delete a message; doing it again changes nothing."""
    change = _change_of(ask)
    with ask.reading() as tx:
        pending = asks_elsewhere(tx, ask.principal, change)
    answer = partial(_deleted, change.message_id, pending)
    return await ask.perform(delete_message, change, answer, status=202 if pending else 200)


def _deleted(identity: str, pending: bool, tx: Read, principal: Principal, ids: Sequence[EventId]) -> Deleted:
    return Deleted(message_id=identity, pending=pending)


def get_history(ask: Ask) -> Response:
    """What a message said at first and after each edit, as far as the words are still held."""
    channel_id, identity, limit = ask.token("channel_id"), ask.token("message_id"), ask.limit(50)
    after = _place(ask.query("cursor"))
    with ask.reading() as tx:
        channel = get_channel(tx, ask.principal, channel_id)
        message = found(find_message(tx, channel.id, identity), MISSING, "message_not_found")
        gone = message.deleted is not None
        entries = [] if gone else list_versions(tx, ask.core.door.catalog, message.event, after, limit + 1)
    versions = [
        Version(
            content=entry.body.content,
            created_at=instant_of(entry.time),
            expires_at=instant(entry.header.expires) if entry.header.expires else None,
        )
        for entry in entries[:limit]
    ]
    last = entries[limit - 1] if len(entries) > limit else None
    return ask.listing("versions", versions, f"{last.time}-{last.id.hex()}" if last else None, message_id=identity)


def _place(cursor: str) -> tuple[int, bytes]:
    """The place after which a page of versions begins. Raises InvalidParameter."""
    if not cursor:
        return -1, b""
    stamp, _, identity = cursor.partition("-")
    try:
        if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 19):
            raise ValueError("no stamp")
        return int(stamp), bytes.fromhex(identity)
    except ValueError as error:
        raise InvalidParameter("This cursor is not one of ours.", parameter="cursor") from error


_PATH = "/channels/{channel_id}/messages/{message_id}"
_W = Permission.WRITE_CHANNELS
ROUTES = [
    patch(_PATH, edit_one, _W, "Edit a message", EditWish, Edited, query=Rendering),
    put(_PATH, edit_one, _W, "Edit a message, as PATCH does", EditWish, Edited, query=Rendering),
    remove(_PATH, delete_one, _W, "Delete a message", Deleted, also=(202,)),
    get(_PATH + "/history", get_history, Permission.READ_CHANNELS, "Versions of a message", History, query=Page),
]
