"""A message as its readers see it, for this room's routes and for rooms above."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import msgspec

from canopy.edge.markup import to_html
from canopy.features.messages.tables import Message
from canopy.features.messages.tables.called import calls_everyone, unpack_pairs
from canopy.features.messages.tables.firsts import is_first
from canopy.features.messages.tables.reactions import Reactions, reactions_of
from canopy.features.people.shown import avatar_url
from canopy.features.people.tables import Card, find_card
from canopy.ground.codec import to_json
from canopy.ground.ids import NodeId
from canopy.ground.instants import instant, instant_of
from canopy.log.db import Read
from canopy.log.shown import handle_here, peer_id, user_id

NOTHING = Reactions()
KEPT = 2_048
_known: dict[tuple[str, int], Reactions] = {}
"""Reactions that were read lately. The sum of their marks is in the key, so an entry is right for ever."""


class MentionedJson(msgspec.Struct, frozen=True, kw_only=True):
    """A user whom a message calls."""

    user_id: str
    handle: str
    display_name: str


class MessageJson(msgspec.Struct, kw_only=True):
    """A message as its readers see it."""

    id: str
    channel_id: str
    user_id: str
    username: str
    display_name: str
    account_type: str
    avatar_url: str | None
    content: str
    html: str | msgspec.UnsetType = msgspec.UNSET
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
    mentions: list[MentionedJson]
    mentions_everyone: str | None
    attachments: list[Any]
    security: dict[str, Any]
    origin_peer: str
    first_from_peer: bool
    client_id: str | None
    deleted: bool
    deleted_at: str | None
    by_moderator: bool
    via_api_key: str | None


CalledJson = tuple[tuple[MentionedJson, ...], str | None]
NOBODY: CalledJson = (), None


class Beside(msgspec.Struct, frozen=True):
    """What a message is shown with that does not stand in its row."""

    reactions: Reactions
    called: CalledJson
    first: bool


def version_of(tx: Read, message: Message, here: NodeId) -> str:
    """Another for whatever a reader may see of a message: its ETag."""
    first = "-first" if is_first(tx, message, here) else ""
    return f"{message.id}-{message.edited or 0}-{message.deleted or 0}-{message.replies}-{message.reacted:x}{first}"


def known_reactions(tx: Read, message: Message) -> Reactions:
    """The reactions to a message; a deleted one shows none."""
    if not message.reacted or message.deleted is not None:
        return NOTHING
    key = message.id, message.reacted
    found = _known.get(key)
    if found is None:
        if len(_known) >= KEPT:
            _known.clear()
        found = _known[key] = reactions_of(tx, message.id)
    return found


def message_bytes(tx: Read, message: Message, here: NodeId, *, rendered: bool = False) -> msgspec.Raw:
    """A message as encoded JSON; most readers of a channel read the same newest ones."""
    return _encoded(message, _beside(tx, message, here), here, rendered)


def _beside(tx: Read, message: Message, here: NodeId) -> Beside:
    return Beside(known_reactions(tx, message), called_of(tx, message, here), is_first(tx, message, here))


def called_of(tx: Read, message: Message, here: NodeId) -> CalledJson:
    """Whom a message calls, by the names that they bear now; everybody only when an admin said so."""
    if not message.mentions and not message.everyone:
        return NOBODY
    cards = [find_card(tx, user_id(*pair)) for pair in unpack_pairs(message.mentions)]
    mentioned = tuple(_mentioned(card, here) for card in cards if card is not None)
    return mentioned, message.everyone if calls_everyone(tx, message) else None


def _mentioned(card: Card, here: NodeId) -> MentionedJson:
    handle = handle_here(card.handle, card.node, here)
    return MentionedJson(user_id=card.user_id, handle=handle, display_name=card.name)


@lru_cache(maxsize=KEPT)
def _encoded(message: Message, beside: Beside, here: NodeId, rendered: bool) -> msgspec.Raw:
    return msgspec.Raw(to_json(_json(message, beside, here, rendered)))


def message_json(tx: Read, message: Message, here: NodeId, *, rendered: bool = False) -> MessageJson:
    """A message as JSON, seen from this node, with its text as HTML too where that is wanted."""
    return _json(message, _beside(tx, message, here), here, rendered)


def _names(called: CalledJson) -> Iterator[tuple[str, str]]:
    """How somebody who is called may be written, as (name, user id): REST section 8.4."""
    for one in called[0]:
        own = one.handle.rpartition(".")[0]
        for name in (one.handle, own, one.display_name.replace(" ", "_"), one.user_id):
            if name:
                yield name, one.user_id
    if called[1]:
        yield called[1], called[1]


def _json(message: Message, beside: Beside, here: NodeId, rendered: bool) -> MessageJson:
    reactions, called = beside.reactions, beside.called
    parent = message.parent
    created = instant_of(message.time)
    return MessageJson(
        id=message.id,
        channel_id=message.channel,
        user_id=message.author,
        username=handle_here(message.handle or "unknown", message.node, here),
        display_name=message.name or "Unknown",
        account_type=message.account_type or "human",
        avatar_url=avatar_url(message.avatar or ""),
        content=message.content,
        html=to_html(message.content, tuple(_names(called))) if rendered else msgspec.UNSET,
        type="text",
        created_at=created,
        edited_at=None if message.edited is None else instant_of(message.edited),
        expires_at=instant(message.expires) if message.expires else None,
        thread_id=message.root,
        parent_message_id=parent,
        reply_to=parent,
        reply_count=message.replies,
        last_activity_at=created if message.activity == message.time else instant_of(message.activity),
        reactions={reaction: list(users) for reaction, users in reactions.users},
        like_counts=dict(reactions.counts),
        mentions=list(called[0]),
        mentions_everyone=called[1],
        attachments=[],
        security={},
        origin_peer=peer_id(message.node),
        first_from_peer=beside.first,
        client_id=message.client_id or None,
        deleted=message.deleted is not None,
        deleted_at=None if message.deleted is None else instant_of(message.deleted),
        by_moderator=bool(message.moderated),
        via_api_key=message.via or None,
    )
