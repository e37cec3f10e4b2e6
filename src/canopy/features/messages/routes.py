"""Messages of channels as JSON (REST section 3): post, list with cursors, get."""

import base64
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Literal

import msgspec
from starlette.responses import Response

from canopy.edge.ask import Ask, check_text, found, invalid
from canopy.edge.principal import Permission, Principal
from canopy.edge.route import Page, get, post
from canopy.features.channels.tables import find_channel
from canopy.features.messages.actions import Post, post_message
from canopy.features.messages.events import CONTENT_LENGTH
from canopy.features.messages.tables import Message, find_anywhere, find_message, list_page
from canopy.ground.codec import to_json
from canopy.ground.errors import InvalidParameter, InvalidRequest, NotAvailable
from canopy.ground.ids import EventId, NodeId, ScopeId
from canopy.ground.instants import instant, instant_of, parse_instant
from canopy.ground.text import is_token
from canopy.log import store
from canopy.log.catalog import Draft
from canopy.log.db import Read, Tx
from canopy.log.event import header_of
from canopy.log.journal import Line
from canopy.log.shown import channel_id, handle_here, message_id, peer_id

DAY_MS = 24 * 3600 * 1000
DEFAULT_MS = 90 * DAY_MS
LONGEST_MS = 730 * DAY_MS
COERCED_MS = 365 * DAY_MS
MISSING_CHANNEL = "There is no such channel, or you are not a member."
MISSING = "There is no such message here."
NEWEST = (2**63 - 1, "~")


class PostWish(msgspec.Struct, kw_only=True):
    """A message to post. `reply_to` is another name of `parent_message_id`."""

    channel_id: str
    content: str = ""
    parent_message_id: str | None = None
    reply_to: str | None = None
    expires_at: str | None = None
    ttl_seconds: int | None = None
    ttl_mode: Literal["none", "no_expiry", "immortal"] | None = None
    client_id: str | None = None
    attachments: list[Any] = []
    security: dict[str, Any] | None = None


class MessagePage(Page, kw_only=True):
    """Which messages of a channel: the newest, or those before, after or around one."""

    before: str = ""
    after: str = ""
    around: str = ""
    order: Literal["activity", "created"] = "activity"
    root_only: bool = False


class MessageJson(msgspec.Struct, kw_only=True):
    """A message as its readers see it."""

    id: str
    channel_id: str
    user_id: str
    username: str
    display_name: str
    account_type: str
    content: str
    type: str
    created_at: str
    edited_at: str | None
    expires_at: str | None
    thread_id: str
    parent_message_id: str | None
    reply_to: str | None
    reply_count: int
    last_activity_at: str
    reactions: dict[str, list[str]]
    like_counts: dict[str, int]
    attachments: list[Any]
    security: dict[str, Any]
    origin_peer: str
    client_id: str | None
    deleted: bool
    deleted_at: str | None


class Posted(msgspec.Struct, kw_only=True):
    """The message as it is stored."""

    message: MessageJson
    success: bool = True


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


async def post_one(ask: Ask) -> Response:
    """Post a message."""
    wish = ask.decode(PostWish)
    _refuse_later_fields(wish)
    if not is_token(wish.channel_id):
        raise invalid("channel_id", "invalid", "channel_id has characters that no id has.")
    content = check_text(wish.content.strip(), "content", CONTENT_LENGTH)
    if not content:
        raise invalid("content", "required", "A message needs some text.")
    until, span = _until(wish), _span(wish)
    request = Post(
        channel_id=wish.channel_id, content=content, expires=0, parent_id=_parent(wish), client_id=wish.client_id or ""
    )

    def act(tx: Tx, principal: Principal, request: Post) -> Sequence[Draft]:
        # Only here is it known that this is no repetition, whose time may be over by now.
        expires = _expiry(until, span, tx.now_ms)
        return post_message(tx, principal, msgspec.structs.replace(request, expires=expires))

    return await ask.perform(act, request, _posted, client_id=wish.client_id)


def _refuse_later_fields(wish: PostWish) -> None:
    for field in ("attachments", "security"):
        if getattr(wish, field):
            raise NotAvailable(
                f"{field} are not available yet.", errors=[{"field": field, "code": "not_available"}], allowed=[]
            )


def _parent(wish: PostWish) -> str | None:
    names = {name for name in (wish.parent_message_id, wish.reply_to) if name is not None}
    if len(names) > 1:
        raise invalid("reply_to", "conflict", "parent_message_id and reply_to name different messages.")
    parent = names.pop() if names else None
    if parent is not None and not is_token(parent):
        raise invalid("parent_message_id", "invalid", "parent_message_id has characters that no id has.")
    return parent


def _until(wish: PostWish) -> int | None:
    """The instant that was asked for, in Unix milliseconds. Raises InvalidRequest."""
    if wish.expires_at is None:
        return None
    try:
        return parse_instant(wish.expires_at)
    except (ValueError, OverflowError) as error:
        raise invalid("expires_at", "invalid_parameter", "expires_at is not an ISO 8601 instant.") from error


def _span(wish: PostWish) -> int:
    """How long the message lives if no instant was asked for, in milliseconds. Raises InvalidRequest."""
    if wish.ttl_seconds is None:
        return COERCED_MS if wish.ttl_mode else DEFAULT_MS
    if wish.ttl_seconds <= 0 and wish.expires_at is None:
        raise InvalidRequest("ttl_seconds must be greater than 0.", code="invalid_ttl")
    return min(wish.ttl_seconds * 1000, LONGEST_MS)


def _expiry(until: int | None, span: int, now_ms: int) -> int:
    """When the message expires, in Unix milliseconds (REST section 0.8)."""
    if until is None:
        return now_ms + span
    if until <= now_ms:
        raise InvalidRequest("expires_at lies in the past.", code="expired_on_arrival")
    return min(until, now_ms + LONGEST_MS)


def _posted(tx: Read, principal: Principal, ids: Sequence[EventId]) -> Posted:
    message = find_anywhere(tx, message_id(ids[0]))
    if message is None:
        return Posted(message=_tombstone(tx, principal, ids[0]))
    return Posted(message=message_json(message, principal.node))


def _tombstone(tx: Read, principal: Principal, event_id: EventId) -> MessageJson:
    """The caller's message that has expired or was deleted since, for who repeats the posting of it."""
    header = header_of(found(store.FIND_PLACE.row(tx, id=event_id), MISSING, "message_not_found")[3])
    identity = message_id(event_id)
    message = Message(
        id=identity,
        event=event_id,
        channel=channel_id(ScopeId(header.scope)),
        node=principal.node,
        author=principal.user_id,
        time=header.time,
        content="",
        parent=None,
        root=identity,
        client_id="",
        edited=None,
        expires=header.expires,
        deleted=None,
        activity=header.time,
        replies=0,
        handle=principal.username,
        name=principal.username,
        account_type=principal.account_type,
    )
    ended = instant(header.expires) if 0 < header.expires <= tx.now_ms else None
    return msgspec.structs.replace(message_json(message, principal.node), deleted=True, deleted_at=ended)


def get_one(ask: Ask) -> Response:
    """One message."""
    with ask.reading() as tx:
        channel = found(find_channel(tx, ask.principal, ask.token("channel_id")), MISSING_CHANNEL, "channel_not_found")
        message = found(find_message(tx, channel.id, ask.token("message_id")), MISSING, "message_not_found")
    shown = message_json(message, ask.principal.node)
    return ask.item(OneMessage(message=shown), _version(message))


def _version(message: Message) -> str:
    return f"{message.id}-{message.edited or 0}-{message.deleted or 0}-{message.replies}"


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
    with ask.reading() as tx:
        channel = found(find_channel(tx, ask.principal, channel_id), MISSING_CHANNEL, "channel_not_found")
        if around := ask.query("around"):
            return _around(ask, tx, channel.id, around, limit)
        window = _window(ask, tx, channel.id, order == "activity")
        rows = _read(tx, channel.id, window, limit + 1)
    more = len(rows) > limit
    rows = rows[:limit]
    cursor = _cursor(window, rows[-1]) if more else None
    return _answer(ask, channel.id, rows if window.newer else rows[::-1], cursor)


def _around(ask: Ask, tx: Read, channel: str, identity: str, limit: int) -> Response:
    """Half of the page before a message, itself, and half after; among roots, its root."""
    roots = ask.flag("root_only")
    here = _known(tx, channel, identity)
    here = _known(tx, channel, here.root) if roots else here
    window = Window((here.time, here.id), False, False, roots)
    older = _read(tx, channel, window, limit // 2 + 1)
    newer = _read(tx, channel, msgspec.structs.replace(window, newer=True), limit - limit // 2 - 1)
    shown = [here, *older[: limit // 2]]
    cursor = _cursor(window, shown[-1]) if len(older) > limit // 2 else None
    return _answer(ask, channel, [*shown[::-1], *newer], cursor)


def _answer(ask: Ask, channel: str, rows: Sequence[Message], cursor: str | None) -> Response:
    shown = [message_bytes(row, ask.principal.node) for row in rows]
    return ask.listing("messages", shown, cursor, channel_id=channel)


def _read(tx: Read, channel: str, window: Window, most: int) -> list[Message]:
    return list_page(
        tx, channel, window.place, most, by_activity=window.by_activity, newer=window.newer, roots=window.roots
    )


def _window(ask: Ask, tx: Read, channel: str, by_activity: bool) -> Window:
    if cursor := ask.query("cursor"):
        return _read_cursor(cursor)
    roots = ask.flag("root_only")
    if after := ask.query("after"):
        return Window(_place(tx, channel, after, by_activity), True, by_activity, roots)
    if before := ask.query("before"):
        return Window(_place(tx, channel, before, by_activity), False, by_activity, roots)
    return Window(NEWEST, False, by_activity, roots)


def _place(tx: Read, channel: str, identity: str, by_activity: bool) -> tuple[int, str]:
    """The place of a message in an order. Raises InvalidParameter for an unknown one."""
    message = _known(tx, channel, identity)
    return (message.activity if by_activity else message.time), message.id


def _known(tx: Read, channel: str, identity: str) -> Message:
    """A message that a parameter names. Raises InvalidParameter for an unknown one."""
    message = find_message(tx, channel, identity) if is_token(identity) else None
    if message is None:
        raise InvalidParameter("There is no such message in this channel.", code="unknown_message")
    return message


def _cursor(window: Window, last: Message) -> str:
    place = (last.activity if window.by_activity else last.time), last.id
    packed = to_json([place[0], place[1], window.newer, window.by_activity, window.roots])
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def _read_cursor(text: str) -> Window:
    try:
        data = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
        stamp, identity, *rest = msgspec.json.decode(data, type=tuple[int, str, bool, bool, bool])
        if not -(2**63) <= stamp < 2**63:
            raise ValueError("out of range")
        return Window((stamp, identity), *rest)
    except (ValueError, msgspec.MsgspecError) as error:
        raise InvalidParameter("This cursor is not one of ours.", parameter="cursor") from error


@lru_cache(maxsize=2_048)
def message_bytes(message: Message, here: NodeId) -> msgspec.Raw:
    """A message as encoded JSON; most readers of a channel read the same newest ones."""
    return msgspec.Raw(to_json(message_json(message, here)))


def message_json(message: Message, here: NodeId) -> MessageJson:
    """A message as JSON, seen from this node."""
    parent = message.parent
    created = instant_of(message.time)
    return MessageJson(
        id=message.id,
        channel_id=message.channel,
        user_id=message.author,
        username=handle_here(message.handle or "unknown", message.node, here),
        display_name=message.name or "Unknown",
        account_type=message.account_type or "human",
        content=message.content,
        type="text",
        created_at=created,
        edited_at=None if message.edited is None else instant_of(message.edited),
        expires_at=instant(message.expires) if message.expires else None,
        thread_id=message.root,
        parent_message_id=parent,
        reply_to=parent,
        reply_count=message.replies,
        last_activity_at=created if message.activity == message.time else instant_of(message.activity),
        reactions={},
        like_counts={},
        attachments=[],
        security={},
        origin_peer=peer_id(message.node),
        client_id=message.client_id or None,
        deleted=message.deleted is not None,
        deleted_at=None if message.deleted is None else instant_of(message.deleted),
    )


def detail(tx: Read, line: Line, here: NodeId) -> dict[str, Any]:
    """What goes with a live notice: the message itself, read now."""
    message = find_anywhere(tx, line.message_id or "")
    return {} if message is None else {"message": message_json(message, here)}


ROUTES = [
    post(
        "/channels/messages",
        post_one,
        Permission.WRITE_CHANNELS,
        "Post a message",
        PostWish,
        Posted,
        status=201,
        also=(200,),
    ),
    get(
        "/channels/{channel_id}/messages",
        get_page,
        Permission.READ_CHANNELS,
        "Messages of a channel",
        Messages,
        query=MessagePage,
    ),
    get(
        "/channels/{channel_id}/messages/{message_id}",
        get_one,
        Permission.READ_CHANNELS,
        "One message",
        OneMessage,
        also=(304,),
    ),
]
