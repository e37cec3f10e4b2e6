"""Mentions of the caller, and whom one may mention (agents' contract 4.3, REST row 120)."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Annotated

import msgspec
from starlette.responses import Response

from canopy.edge.ask import Ask, found
from canopy.edge.principal import Permission, Principal
from canopy.edge.route import Page, get, post
from canopy.features.channels.tables import Channel, admins_of, find_channel
from canopy.features.mentions.actions import Acknowledging, acknowledge
from canopy.features.mentions.shown import MentionJson, mention_json, source_of
from canopy.features.mentions.tables.rows import Mention, list_mentions, suggest
from canopy.features.messages.tables import Message
from canopy.features.people.shown import avatar_url, flat, presence_of
from canopy.features.people.tables import Card, find_card
from canopy.ground.errors import InvalidParameter
from canopy.ground.ids import EventId
from canopy.log.db import Read
from canopy.log.shown import handle_here, peer_id

MISSING_CHANNEL = "There is no such channel, or you are not a member."
NEWEST = 2**63 - 1
AT_ONCE = 1_000
SLICE = 100
"""Mentions looked at in one step, until a page of readable ones is full."""


class MentionPage(Page, kw_only=True):
    """Which mentions: made here at `since` (ISO 8601 or Unix seconds) or later; acknowledged ones too."""

    since: str = ""
    include_acknowledged: bool = False


class Mentions(msgspec.Struct, kw_only=True):
    """Mentions of the caller, newest first."""

    mentions: list[MentionJson]
    count: int
    next_cursor: str | None
    has_more: bool


class AckWish(msgspec.Struct, kw_only=True):
    """Mentions that are dealt with."""

    mention_ids: Annotated[list[str], msgspec.Meta(max_length=AT_ONCE)]


class Acknowledged(msgspec.Struct, kw_only=True):
    """How many of them were new."""

    acknowledged: int
    success: bool = True


class SuggestionPage(Page, kw_only=True):
    """Whom: members of a channel with `q` in handle or name."""

    channel_id: str = ""
    q: str = ""


class Suggestion(msgspec.Struct, kw_only=True):
    """A user who can be mentioned; `handle` is what to write after the `@`."""

    user_id: str
    username: str
    display_name: str
    handle: str
    avatar_url: str | None
    account_type: str
    is_remote: bool
    origin_peer: str
    presence_state: str
    presence_label: str
    presence_color: str
    presence_age_seconds: int | None
    presence_age_text: str | None
    last_check_in_at: str | None
    last_check_in_source: str | None


class Suggestions(msgspec.Struct, kw_only=True):
    """Users, best first; `everyone` are the words by which the caller may call all of them."""

    users: list[Suggestion]
    count: int
    next_cursor: str | None
    has_more: bool
    channel_id: str
    everyone: list[str]


# The caller's mentions.


def get_mentions(ask: Ask) -> Response:
    """Mentions of the caller that stand where the caller may read, newest first."""
    limit, since = ask.limit(50), ask.since()
    acknowledged = ask.flag("include_acknowledged")
    before = ask.place() or NEWEST
    with ask.reading() as tx:
        # One more than the page is looked for: what may not be read must not show in whether there is a next one.
        page = list(islice(_readable(tx, ask.principal, before, since, acknowledged), limit + 1))
        shown = [mention_json(row, message) for row, message in page[:limit]]
    return ask.listing("mentions", shown, str(page[limit - 1][0].seq) if len(page) > limit else None)


def _readable(
    tx: Read, principal: Principal, before: int, since: int, acknowledged: bool
) -> Iterator[tuple[Mention, Message | None]]:
    """Mentions whose place is open to the user, each with its message; what is gone only if all were asked for."""
    while rows := list_mentions(tx, principal.user_id, before, SLICE, since=since, acknowledged=acknowledged):
        for row in rows:
            visible, message = source_of(tx, principal, row)
            if visible and (message is not None or acknowledged):
                yield row, message
        before = rows[-1].seq


async def acknowledge_some(ask: Ask) -> Response:
    """Acknowledge mentions; others' and unknown ones are passed over."""
    wish = Acknowledging(mention_ids=ask.decode(AckWish).mention_ids)

    def answer(tx: Read, principal: Principal, ids: Sequence[EventId]) -> Acknowledged:
        return Acknowledged(acknowledged=wish.acknowledged)

    return await ask.perform(acknowledge, wish, answer, status=200)


# Whom one may mention.


def get_suggestions(ask: Ask) -> Response:
    """Members of a channel whose handle or name holds `q`, those that begin with it first."""
    limit, q = ask.limit(50), ask.query("q")
    skipped = ask.place()
    with ask.reading() as tx:
        channel = _channel(ask, tx)
        users = suggest(tx, channel, q, skipped, limit + 1)
        cards = [card for card in (find_card(tx, user) for user in users[:limit]) if card is not None]
        shown = [_suggestion(ask, tx, card) for card in cards]
        admin = ask.principal.user_id in admins_of(tx, channel)
    everyone = ["channel", "here"] if admin else []
    cursor = str(skipped + limit) if len(users) > limit else None
    return ask.listing("users", shown, cursor, channel_id=channel.id, everyone=everyone)


def _channel(ask: Ask, tx: Read) -> Channel:
    identity = ask.query("channel_id")
    if not identity:
        raise InvalidParameter("Say in channel_id where the mention is to stand.", parameter="channel_id")
    return found(find_channel(tx, ask.principal, identity), MISSING_CHANNEL, "channel_not_found")


def _suggestion(ask: Ask, tx: Read, card: Card) -> Suggestion:
    here = ask.principal.node
    remote = card.node != here
    seen = None if remote else ask.core.check_ins.last(tx, card.user)
    presence = presence_of(card, remote=remote, last_ms=seen[0] if seen else None, now_ms=tx.now_ms)
    handle = handle_here(card.handle, card.node, here)
    return Suggestion(
        user_id=card.user_id,
        username=handle,
        display_name=card.name,
        handle=handle,
        avatar_url=avatar_url(card.avatar),
        account_type=card.account_type,
        is_remote=remote,
        origin_peer=peer_id(card.node),
        **flat(presence, seen[1] if seen else None),
    )


_FEED = Permission.READ_FEED
_ACKS = ("/mentions/ack", "/mentions/acknowledge", "/mentions/acknoledge", "/ack", "/acknowledge", "/acknoledge")
"""One route under all the names that agents know."""
ROUTES = [
    get("/mentions", get_mentions, _FEED, "Mentions of the caller", Mentions, query=MentionPage),
    *(post(path, acknowledge_some, _FEED, "Acknowledge mentions", AckWish, Acknowledged) for path in _ACKS),
    get(
        "/mention-suggestions",
        get_suggestions,
        _FEED,
        "Whom one may mention in a channel",
        Suggestions,
        query=SuggestionPage,
    ),
]
