"""Threads: their replies, and who follows them (REST section 3.3)."""

from collections.abc import Sequence
from functools import partial

import msgspec
from starlette.responses import Response

from canopy.edge.ask import Ask, found, invalid
from canopy.edge.principal import Permission, Principal
from canopy.edge.route import RenderedPage, get, post
from canopy.features.messages.actions import MISSING, Following, follow_thread, get_channel, thread_of
from canopy.features.messages.routes.reading import Window, check_places, place_of, read_cursor, write_cursor
from canopy.features.messages.shown import MessageJson, message_bytes
from canopy.features.messages.tables import find_message, list_thread
from canopy.features.messages.tables.threads import Reason
from canopy.ground.ids import EventId
from canopy.ground.text import is_token
from canopy.log.db import Read


class ReplyPage(RenderedPage, kw_only=True):
    """Which replies: the newest, or those before or after one."""

    before: str = ""
    after: str = ""


class Replies(msgspec.Struct, kw_only=True):
    """A page of a thread, oldest first; the cursor leads to older ones."""

    root: MessageJson | None
    messages: list[MessageJson]
    channel_id: str
    count: int
    next_cursor: str | None
    has_more: bool


class WhichThread(msgspec.Struct, kw_only=True):
    """Any message of a thread."""

    channel_id: str = ""
    message_id: str = ""


class FollowWish(WhichThread, kw_only=True):
    """Whether to follow it; null as if nothing was said, left out the other than now."""

    subscribed: bool | msgspec.UnsetType | None = msgspec.UNSET


class Subscription(msgspec.Struct, kw_only=True):
    """How the caller stands to a thread. `reason` is why it is followed by whoever says nothing; an explicit choice
    stands above it."""

    channel_id: str
    message_id: str
    thread_root_message_id: str
    root_author_id: str | None
    is_root_author: bool
    explicit_subscribed: bool | None
    auto_subscribe_own_threads: bool
    subscribed: bool
    reason: Reason | None
    success: bool = True


def get_replies(ask: Ask) -> Response:
    """The thread of a message: its root and its replies in the order in which they were written."""
    channel_id, identity, limit = ask.token("channel_id"), ask.token("message_id"), ask.limit(50)
    check_places(ask, ("before", "after"))
    with ask.reading() as tx:
        channel = get_channel(tx, ask.principal, channel_id)
        message = found(find_message(tx, channel.id, identity), MISSING, "message_not_found")
        root = find_message(tx, channel.id, message.root)
        window = _window(ask, tx, channel.id)
        rows = list_thread(tx, channel.id, message.root, window.place, limit + 1, newer=window.newer)
        cursor = write_cursor(window, rows[limit - 1]) if len(rows) > limit else None
        rows = rows[:limit] if window.newer else rows[:limit][::-1]
        rendered = ask.rendered()
        shown = [message_bytes(tx, row, ask.principal.node, rendered=rendered) for row in rows]
        top = None if root is None else message_bytes(tx, root, ask.principal.node, rendered=rendered)
    return ask.listing("messages", shown, cursor, root=top, channel_id=channel.id)


def _window(ask: Ask, tx: Read, channel: str) -> Window:
    if cursor := ask.query("cursor"):
        return read_cursor(cursor)
    newer = bool(ask.query("after"))
    named = ask.query("after") or ask.query("before")
    return Window(place_of(tx, channel, named), newer, False, False)


def _which(channel_id: str, message_id: str) -> None:
    for field, value in (("channel_id", channel_id), ("message_id", message_id)):
        if not is_token(value):
            raise invalid(field, "required" if not value else "invalid", f"Name the thread by {field}.")


def get_subscription(ask: Ask) -> Response:
    """Whether the caller follows a thread."""
    channel_id, message_id = ask.query("channel_id"), ask.query("message_id")
    _which(channel_id, message_id)
    with ask.reading() as tx:
        return ask.answer(_subscription(channel_id, message_id, tx, ask.principal, []))


async def set_subscription(ask: Ask) -> Response:
    """Follow a thread, or do not."""
    wish = ask.decode(FollowWish)
    _which(wish.channel_id, wish.message_id)
    following = Following(channel_id=wish.channel_id, message_id=wish.message_id, subscribed=wish.subscribed)
    answer = partial(_subscription, wish.channel_id, wish.message_id)
    return await ask.perform(follow_thread, following, answer, status=200)


def _subscription(
    channel_id: str, message_id: str, tx: Read, principal: Principal, ids: Sequence[EventId]
) -> Subscription:
    thread = thread_of(tx, principal, channel_id, message_id)
    return Subscription(
        channel_id=channel_id,
        message_id=message_id,
        thread_root_message_id=thread.root,
        root_author_id=thread.author,
        is_root_author=thread.author == principal.user_id,
        explicit_subscribed=thread.explicit,
        auto_subscribe_own_threads=True,
        subscribed=thread.subscribed,
        reason=thread.reason,
    )


_R = Permission.READ_CHANNELS
_FOLLOW = "/channels/threads/subscription"
ROUTES = [
    get(
        "/channels/{channel_id}/messages/{message_id}/replies",
        get_replies,
        _R,
        "The thread of a message",
        Replies,
        query=ReplyPage,
    ),
    get(_FOLLOW, get_subscription, _R, "Whether the caller follows a thread", Subscription, query=WhichThread),
    post(_FOLLOW, set_subscription, Permission.WRITE_CHANNELS, "Follow a thread or not", FollowWish, Subscription),
]
