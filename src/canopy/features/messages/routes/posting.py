"""Posting in a channel (REST section 3.1)."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import msgspec
from starlette.responses import Response

from canopy.edge.ask import Ask, check_text, found, invalid
from canopy.edge.principal import Permission, Principal
from canopy.edge.route import Rendering, post
from canopy.features.messages.actions import MISSING, Post, post_message
from canopy.features.messages.events import CONTENT_LENGTH
from canopy.features.messages.routes.lifespan import LifespanWish, lifespan_of
from canopy.features.messages.shown import MessageJson, message_json
from canopy.features.messages.tables import Message, find_anywhere
from canopy.ground.errors import NotAvailable
from canopy.ground.ids import EventId, ScopeId
from canopy.ground.instants import instant
from canopy.ground.text import is_token
from canopy.log import store
from canopy.log.db import Read
from canopy.log.event import header_of
from canopy.log.shown import channel_id, message_id


class PostWish(LifespanWish, kw_only=True):
    """A message to post. `reply_to` is another name of `parent_message_id`."""

    channel_id: str
    content: str = ""
    parent_message_id: str | None = None
    reply_to: str | None = None
    client_id: str | None = None
    attachments: list[Any] = []
    security: dict[str, Any] | None = None


class Posted(msgspec.Struct, kw_only=True):
    """The message as it is stored."""

    message: MessageJson
    success: bool = True


async def post_one(ask: Ask) -> Response:
    """Post a message."""
    wish = ask.decode(PostWish)
    refuse_later("attachments", wish.attachments)
    refuse_later("security", wish.security)
    if not is_token(wish.channel_id):
        raise invalid("channel_id", "invalid", "channel_id has characters that no id has.")
    request = Post(
        channel_id=wish.channel_id,
        content=content_of(wish.content),
        lifespan=lifespan_of(wish),
        parent_id=_parent(wish),
        client_id=wish.client_id or "",
    )
    answer = partial(_posted, ask.rendered())
    return await ask.perform(post_message, request, answer, client_id=wish.client_id)


def refuse_later(field: str, value: object) -> None:
    """Raise NotAvailable for a field of a later version (decision 36)."""
    if value:
        raise NotAvailable(
            f"{field} are not available yet.", errors=[{"field": field, "code": "not_available"}], allowed=[]
        )


def content_of(text: str) -> str:
    """The words of a message. Raises InvalidRequest when there are none, ContentTooLarge."""
    content = check_text(text.strip(), "content", CONTENT_LENGTH)
    if not content:
        raise invalid("content", "required", "A message needs some text.")
    return content


def _parent(wish: PostWish) -> str | None:
    names = {name for name in (wish.parent_message_id, wish.reply_to) if name is not None}
    if len(names) > 1:
        raise invalid("reply_to", "conflict", "parent_message_id and reply_to name different messages.")
    parent = names.pop() if names else None
    if parent is not None and not is_token(parent):
        raise invalid("parent_message_id", "invalid", "parent_message_id has characters that no id has.")
    return parent


def _posted(rendered: bool, tx: Read, principal: Principal, ids: Sequence[EventId]) -> Posted:
    message = find_anywhere(tx, message_id(ids[0]))
    if message is None:
        return Posted(message=_tombstone(tx, principal, ids[0]))
    return Posted(message=message_json(tx, message, principal.node, rendered=rendered))


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
        moderated=False,
        activity=header.time,
        reacted=0,
        mentions=b"",
        everyone="",
        via="",
        replies=0,
        handle=principal.username,
        name=principal.username,
        account_type=principal.account_type,
        avatar=None,
    )
    ended = instant(header.expires) if 0 < header.expires <= tx.now_ms else None
    return msgspec.structs.replace(message_json(tx, message, principal.node), deleted=True, deleted_at=ended)


ROUTES = [
    post(
        "/channels/messages",
        post_one,
        Permission.WRITE_CHANNELS,
        "Post a message",
        PostWish,
        Posted,
        query=Rendering,
        status=201,
        also=(200,),
    ),
]
