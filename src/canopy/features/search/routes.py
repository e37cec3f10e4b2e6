"""Searching a channel (REST row 48)."""

from typing import Literal

import msgspec
from starlette.responses import Response

from canopy.edge.ask import Ask, found
from canopy.edge.principal import Permission
from canopy.edge.route import RenderedPage, get
from canopy.features.channels.tables import find_channel
from canopy.features.messages.shown import MessageJson, message_bytes
from canopy.features.messages.tables import find_some
from canopy.features.search.tables import END, TERMS, count_terms, find_best, find_recent, words_wanted
from canopy.ground.errors import InvalidParameter
from canopy.log.db import Read

MISSING_CHANNEL = "There is no such channel, or you are not a member."
LENGTH = 500
ORDERS = ("recent", "best")


class SearchPage(RenderedPage, kw_only=True):
    """Words that must all occur, "quoted ones" side by side, the last one by its beginning; in which order."""

    q: str = ""
    order: Literal["recent", "best"] = "recent"


class Hits(msgspec.Struct, kw_only=True):
    """Messages with the words asked for."""

    messages: list[MessageJson]
    query: str
    channel_id: str
    count: int
    next_cursor: str | None
    has_more: bool


def search(ask: Ask) -> Response:
    """Messages of a channel with certain words."""
    channel_id, limit, asked = ask.token("channel_id"), ask.limit(50), _asked(ask)
    order = ask.query("order", "recent")
    if order not in ORDERS:
        raise InvalidParameter("order is recent or best.", parameter="order", allowed=list(ORDERS))
    after = _cursor(ask.query("cursor"), order)
    words = words_wanted(asked)
    with ask.reading() as tx:
        channel = found(find_channel(tx, ask.principal, channel_id), MISSING_CHANNEL, "channel_not_found")
        find = find_recent if order == "recent" else find_best
        hits = find(tx, channel.id, words, after, limit + 1) if words else []
        shown = _shown(ask, tx, channel.id, [identity for identity, _ in hits[:limit]])
    cursor = f"{order}-{hits[limit - 1][1]}" if len(hits) > limit else None
    return ask.listing("messages", shown, cursor, query=asked, channel_id=channel.id)


def _asked(ask: Ask) -> str:
    """What to look for. Raises InvalidParameter for nothing, and for more than a person would write."""
    asked = ask.query("q").strip()
    if not asked:
        raise InvalidParameter("Say what to search for in q.", parameter="q")
    if len(asked) > LENGTH:
        raise InvalidParameter(f"Search for at most {LENGTH} characters.", parameter="q")
    if count_terms(asked) > TERMS:
        raise InvalidParameter(f"Search for at most {TERMS} words at once.", parameter="q")
    return asked


def _cursor(cursor: str, order: str) -> int:
    """Where the page begins. Raises InvalidParameter."""
    if not cursor:
        return END if order == "recent" else 0
    named, _, place = cursor.partition("-")
    if named != order or not (place.isascii() and place.isdigit()) or int(place[:20]) > END:
        raise InvalidParameter("This cursor is not one of ours.", parameter="cursor")
    return int(place)


def _shown(ask: Ask, tx: Read, channel: str, identities: list[str]) -> list[msgspec.Raw]:
    here, rendered = ask.principal.node, ask.rendered()
    return [message_bytes(tx, one, here, rendered=rendered) for one in find_some(tx, channel, identities)]


ROUTES = [
    get(
        "/channels/{channel_id}/search",
        search,
        Permission.READ_CHANNELS,
        "Messages of a channel with certain words",
        Hits,
        query=SearchPage,
        rate="search",
    )
]
