"""How far one has read (REST row 33)."""

from collections.abc import Sequence
from functools import partial

import msgspec
from starlette.responses import Response

from canopy.edge.ask import Ask, invalid
from canopy.edge.principal import Permission, Principal
from canopy.edge.route import post
from canopy.features.messages.actions import Reading, mark_read, mark_unread
from canopy.ground.ids import EventId
from canopy.ground.text import is_token
from canopy.log.db import Read


class ReadWish(msgspec.Struct, kw_only=True):
    """The last message that was read; left out, all are."""

    up_to_message_id: str | None = None


class UnreadWish(msgspec.Struct, kw_only=True):
    """The message from which on everything is to be unread again."""

    from_message_id: str


class Unmarked(msgspec.Struct, kw_only=True):
    """What is unread now."""

    unread_count: int
    success: bool = True


class Marked(msgspec.Struct, kw_only=True):
    """What is still unread, and how much was marked."""

    unread_count: int
    marked_read: int
    success: bool = True


async def mark(ask: Ask) -> Response:
    """Mark messages as read."""
    up_to = ask.decode(ReadWish).up_to_message_id
    if up_to is not None:
        _check("up_to_message_id", up_to)
    reading = Reading(channel_id=ask.token("channel_id"), up_to=up_to)
    return await ask.perform(mark_read, reading, partial(_marked, reading), status=200)


def _marked(reading: Reading, tx: Read, principal: Principal, ids: Sequence[EventId]) -> Marked:
    return Marked(unread_count=reading.unread, marked_read=reading.marked)


async def unmark(ask: Ask) -> Response:
    """Mark a message and what follows it as unread."""
    since = _check("from_message_id", ask.decode(UnreadWish).from_message_id)
    reading = Reading(channel_id=ask.token("channel_id"), up_to=since)
    return await ask.perform(mark_unread, reading, partial(_unmarked, reading), status=200)


def _unmarked(reading: Reading, tx: Read, principal: Principal, ids: Sequence[EventId]) -> Unmarked:
    return Unmarked(unread_count=reading.unread)


def _check(field: str, identity: str) -> str:
    """Raises InvalidRequest for what is no id."""
    if not is_token(identity):
        raise invalid(field, "invalid", f"{field} has characters that no id has.")
    return identity


_R = Permission.READ_CHANNELS
ROUTES = [
    post("/channels/{channel_id}/read", mark, _R, "Mark messages as read", ReadWish, Marked),
    post("/channels/{channel_id}/unread", unmark, _R, "Mark messages as unread", UnreadWish, Unmarked),
]
