"""Reading a channel (REST section 3): lists with cursors, one message."""

import base64
from collections.abc import Sequence
from typing import Literal

import msgspec
from starlette.responses import Response

from canopy.edge.ask import Ask, found
from canopy.edge.principal import Permission
from canopy.edge.route import RenderedPage, Rendering, get
from canopy.features.messages.actions import MISSING, get_channel
from canopy.features.messages.shown import MessageJson, message_bytes, message_json, version_of
from canopy.features.messages.tables import Message, find_message, list_page
from canopy.ground.clock import COUNTER_BITS
from canopy.ground.codec import to_json
from canopy.ground.errors import InvalidParameter
from canopy.ground.text import is_token
from canopy.log.db import Read

LATEST = (2**63 - 1) >> COUNTER_BITS
NEWEST = (2**63 - 1, "~")


class MessagePage(RenderedPage, kw_only=True):
    """Which messages of a channel: the newest, those before, after or around one, or those from a time on.

    `since` is ISO 8601 or Unix seconds, and its page is in the order in which messages were written."""

    before: str = ""
    after: str = ""
    around: str = ""
    since: str = ""
    order: Literal["activity", "created"] = "activity"
    root_only: bool = False


class OneMessage(msgspec.Struct, kw_only=True):
    """One message."""

    message: MessageJson


class Messages(msgspec.Struct, kw_only=True):
    """A page of messages, oldest first; the cursor leads to older ones."""

    messages: list[MessageJson]
    channel_id: str
    count: int
    next_cursor: str | None
    has_more: bool


def get_one(ask: Ask) -> Response:
    """One message."""
    channel_id, identity = ask.token("channel_id"), ask.token("message_id")
    with ask.reading() as tx:
        channel = get_channel(tx, ask.principal, channel_id)
        message = found(find_message(tx, channel.id, identity), MISSING, "message_not_found")
        shown = message_json(tx, message, ask.principal.node, rendered=ask.rendered())
        version = version_of(tx, message, ask.principal.node)
    return ask.item(OneMessage(message=shown), version)


class Window(msgspec.Struct, frozen=True):
    """Which part of a channel a list shows."""

    place: tuple[int, str]
    newer: bool
    by_activity: bool
    roots: bool


def get_page(ask: Ask) -> Response:
    """Messages of a channel: the newest, or those before, after or around one, or beyond a cursor."""
    limit = ask.limit(50)
    order = ask.query("order", "activity")
    if order not in ("activity", "created"):
        raise InvalidParameter("order is activity or created.", parameter="order", allowed=["activity", "created"])
    channel_id = ask.token("channel_id")
    check_places(ask, ("before", "after", "around", "since"))
    with ask.reading() as tx:
        channel = get_channel(tx, ask.principal, channel_id)
        if around := ask.query("around"):
            return _around(ask, tx, channel.id, around, limit)
        window = _window(ask, tx, channel.id, order == "activity")
        rows = _read(tx, channel.id, window, limit + 1)
        more = len(rows) > limit
        rows = rows[:limit]
        cursor = write_cursor(window, rows[-1]) if more else None
        return _answer(ask, tx, channel.id, rows if window.newer else rows[::-1], cursor)


def check_places(ask: Ask, names: Sequence[str]) -> None:
    """Raise InvalidParameter where several places are named at which the page is to lie."""
    named = [name for name in names if ask.query(name)]
    if len(named) > 1:
        raise InvalidParameter(f"Give one of {' and '.join(named)}, not both.", parameter=named[1])


def _around(ask: Ask, tx: Read, channel: str, identity: str, limit: int) -> Response:
    """Half of the page before a message, itself, and half after; among roots, its root."""
    roots = ask.flag("root_only")
    here = _known(tx, channel, identity)
    here = _known(tx, channel, here.root) if roots else here
    window = Window((here.time, here.id), False, False, roots)
    older = _read(tx, channel, window, limit // 2 + 1)
    newer = _read(tx, channel, msgspec.structs.replace(window, newer=True), limit - limit // 2 - 1)
    shown = [here, *older[: limit // 2]]
    cursor = write_cursor(window, shown[-1]) if len(older) > limit // 2 else None
    return _answer(ask, tx, channel, [*shown[::-1], *newer], cursor)


def _answer(ask: Ask, tx: Read, channel: str, rows: Sequence[Message], cursor: str | None) -> Response:
    rendered = ask.rendered()
    shown = [message_bytes(tx, row, ask.principal.node, rendered=rendered) for row in rows]
    return ask.listing("messages", shown, cursor, channel_id=channel)


def _read(tx: Read, channel: str, window: Window, most: int) -> list[Message]:
    return list_page(
        tx, channel, window.place, most, by_activity=window.by_activity, newer=window.newer, roots=window.roots
    )


def _window(ask: Ask, tx: Read, channel: str, by_activity: bool) -> Window:
    if cursor := ask.query("cursor"):
        return read_cursor(cursor)
    if ask.query("since"):
        return Window((_stamp_of(ask.since()), ""), True, False, ask.flag("root_only"))
    newer = bool(ask.query("after"))
    named = ask.query("after") or ask.query("before")
    return Window(place_of(tx, channel, named, by_activity), newer, by_activity, ask.flag("root_only"))


def _stamp_of(milliseconds: int) -> int:
    """Below every message of that time; any time that somebody names lies within what a stamp can hold."""
    return max(0, min(milliseconds, LATEST)) << COUNTER_BITS


def place_of(tx: Read, channel: str, identity: str, by_activity: bool = False) -> tuple[int, str]:
    """The place of a message in an order; the end when none is named. Raises InvalidParameter for an unknown one."""
    if not identity:
        return NEWEST
    message = _known(tx, channel, identity)
    return (message.activity if by_activity else message.time), message.id


def _known(tx: Read, channel: str, identity: str) -> Message:
    """A message that a parameter names. Raises InvalidParameter for an unknown one."""
    message = find_message(tx, channel, identity) if is_token(identity) else None
    if message is None:
        raise InvalidParameter("There is no such message in this channel.", code="unknown_message")
    return message


def write_cursor(window: Window, last: Message) -> str:
    """What leads to the page beyond the last row of this one."""
    place = (last.activity if window.by_activity else last.time), last.id
    packed = to_json([place[0], place[1], window.newer, window.by_activity, window.roots])
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def read_cursor(text: str) -> Window:
    """The window that a cursor stands for. Raises InvalidParameter."""
    try:
        data = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
        stamp, identity, *rest = msgspec.json.decode(data, type=tuple[int, str, bool, bool, bool])
        if not -(2**63) <= stamp < 2**63:
            raise ValueError("out of range")
        return Window((stamp, identity), *rest)
    except (ValueError, msgspec.MsgspecError) as error:
        raise InvalidParameter("This cursor is not one of ours.", parameter="cursor") from error


_R = Permission.READ_CHANNELS
_PATH = "/channels/{channel_id}/messages"
ROUTES = [
    get(_PATH, get_page, _R, "Messages of a channel", Messages, query=MessagePage),
    get(f"{_PATH}/{{message_id}}", get_one, _R, "One message", OneMessage, query=Rendering, also=(304,)),
]
