"""How far one has read (REST row 33)."""

from collections.abc import Sequence
from functools import partial

import msgspec
from starlette.responses import Response

from canopy.edge.ask import Ask, invalid
from canopy.edge.principal import Permission, Principal
from canopy.edge.route import post
from canopy.features.messages.actions import Reading, mark_read
from canopy.ground.ids import EventId
from canopy.ground.text import is_token
from canopy.log.db import Read


class ReadWish(msgspec.Struct, kw_only=True):
    """The last message that was read; left out, all are."""

    up_to_message_id: str | None = None


class Marked(msgspec.Struct, kw_only=True):
    """What is still unread, and how much was marked."""

    unread_count: int
    marked_read: int
    success: bool = True


async def mark(ask: Ask) -> Response:
    """Mark messages as read; never as unread again."""
    up_to = ask.decode(ReadWish).up_to_message_id
    if up_to is not None and not is_token(up_to):
        raise invalid("up_to_message_id", "invalid", "up_to_message_id has characters that no id has.")
    reading = Reading(channel_id=ask.token("channel_id"), up_to=up_to)
    return await ask.perform(mark_read, reading, partial(_marked, reading), status=200)


def _marked(reading: Reading, tx: Read, principal: Principal, ids: Sequence[EventId]) -> Marked:
    return Marked(unread_count=reading.unread, marked_read=reading.marked)


ROUTES = [
    post("/channels/{channel_id}/read", mark, Permission.READ_CHANNELS, "Mark messages as read", ReadWish, Marked)
]
