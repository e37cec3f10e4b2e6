"""Bookmarks (REST section 20): private to their owner; what they point at is shown to who may read it now."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Annotated

import msgspec
from starlette.responses import Response

from canopy.edge.ask import Ask, check_name, check_text, found, invalid
from canopy.edge.principal import Permission, Principal
from canopy.edge.route import RenderedPage, Rendering, get, patch, post, remove
from canopy.features.bookmarks.actions import MISSING, Change, Saving, change, forget, readable, save
from canopy.features.bookmarks.tables import END, Bookmark, find_bookmark, find_of_source, list_bookmarks
from canopy.features.messages.shown import MessageJson, message_json
from canopy.features.messages.tables import Message
from canopy.ground.errors import InvalidParameter, NotAvailable
from canopy.ground.ids import EventId
from canopy.ground.instants import instant
from canopy.ground.text import is_token
from canopy.log.db import Read

MESSAGE = "channel_message"
NOTE_LENGTH = 2_000
TAG_LENGTH = 40
TAGS = 20
SLICE = 100
"""Bookmarks looked at in one step, until a page of readable ones is full."""

Tags = Annotated[list[str], msgspec.Meta(max_length=TAGS)]


class BookmarkNew(msgspec.Struct, kw_only=True):
    """What to save, and what to remember of it."""

    source_type: str
    source_id: str
    note: str = ""
    tags: Tags = msgspec.field(default_factory=list)


class BookmarkChange(msgspec.Struct, kw_only=True):
    """What of a bookmark shall change."""

    note: str | None = None
    tags: Tags | None = None
    archived: bool | None = None


class BookmarkPage(RenderedPage, kw_only=True):
    """Which bookmarks: of one thing (`source_id`), archived ones too."""

    source_type: str = ""
    source_id: str = ""
    include_archived: bool = False


class BookmarkJson(msgspec.Struct, kw_only=True):
    """A bookmark with the message that it points at."""

    id: str
    source_type: str
    source_id: str
    channel_id: str
    note: str
    tags: list[str]
    archived: bool
    created_at: str
    updated_at: str
    message: MessageJson


class Bookmarks(msgspec.Struct, kw_only=True):
    """The caller's bookmarks, the newest first."""

    bookmarks: list[BookmarkJson]
    count: int
    next_cursor: str | None
    has_more: bool


class OneBookmark(msgspec.Struct, kw_only=True):
    """The bookmark as it is now."""

    bookmark: BookmarkJson
    success: bool = True


class Forgotten(msgspec.Struct, kw_only=True):
    """The bookmark is gone."""

    success: bool = True


def get_bookmarks(ask: Ask) -> Response:
    """The caller's bookmarks of what they may read now; nobody else sees them."""
    if source_type := ask.query("source_type"):
        _check_type(source_type)
    limit, after, source = ask.limit(50), _cursor(ask.query("cursor")), ask.query("source_id")
    with ask.reading() as tx:
        if source:
            one = find_of_source(tx, ask.principal.user, MESSAGE, source)
            rows = [_json(ask, tx, *pair) for pair in _readable(tx, ask.principal, [one] if one else [])]
            return ask.listing("bookmarks", rows, None)
        walk = _walk(tx, ask.principal, after, archived=ask.flag("include_archived"))
        page = list(islice(_readable(tx, ask.principal, walk), limit + 1))
        rows = [_json(ask, tx, *pair) for pair in page[:limit]]
    last = page[limit - 1][0] if len(page) > limit else None
    return ask.listing("bookmarks", rows, None if last is None else f"{last.created}-{last.id}")


def _walk(tx: Read, principal: Principal, after: tuple[int, str], *, archived: bool) -> Iterator[Bookmark]:
    while kept := list_bookmarks(tx, principal.user, after, SLICE, archived=archived):
        yield from kept
        after = (kept[-1].created, kept[-1].id)


def get_bookmark(ask: Ask) -> Response:
    """One bookmark."""
    with ask.reading() as tx:
        kept = found(find_bookmark(tx, ask.principal.user, ask.token("bookmark_id")), MISSING, "bookmark_not_found")
        return ask.answer(OneBookmark(bookmark=_one(ask, tx, kept)))


async def make_bookmark(ask: Ask) -> Response:
    """Save a message. What is saved already stays as it is."""
    wish = ask.decode(BookmarkNew)
    _check_type(wish.source_type)
    if not is_token(wish.source_id):
        raise invalid("source_id", "invalid", "source_id has characters that no id has.")
    saving = Saving(
        source_type=wish.source_type,
        source_id=wish.source_id,
        note=check_text(wish.note, "note", NOTE_LENGTH),
        tags=_clean(wish.tags),
    )

    def answer(tx: Read, principal: Principal, ids: Sequence[EventId]) -> OneBookmark:
        return OneBookmark(bookmark=_one(ask, tx, found(saving.kept)))

    return await ask.perform(save, saving, answer)


async def change_bookmark(ask: Ask) -> Response:
    """Change a bookmark's note or tags, or put it away."""
    wish = ask.decode(BookmarkChange)
    if wish.note is None and wish.tags is None and wish.archived is None:
        raise invalid("note", "required", "Give note, tags or archived.")
    changing = Change(
        bookmark_id=ask.token("bookmark_id"),
        note=None if wish.note is None else check_text(wish.note, "note", NOTE_LENGTH),
        tags=None if wish.tags is None else _clean(wish.tags),
        archived=wish.archived,
    )

    def answer(tx: Read, principal: Principal, ids: Sequence[EventId]) -> OneBookmark:
        return OneBookmark(bookmark=_one(ask, tx, found(changing.kept)))

    return await ask.perform(change, changing, answer, status=200)


async def remove_bookmark(ask: Ask) -> Response:
    """Forget a bookmark; the message stays."""
    return await ask.perform(forget, ask.token("bookmark_id"), lambda tx, principal, ids: Forgotten(), status=200)


def _check_type(source_type: str) -> None:
    if source_type != MESSAGE:
        raise NotAvailable("Only messages of channels can be saved yet.", allowed=[MESSAGE])


def _clean(tags: Sequence[str]) -> list[str]:
    return [tag for tag in (check_name(tag, "tags", TAG_LENGTH) for tag in tags) if tag]


def _cursor(cursor: str) -> tuple[int, str]:
    created, _, identity = cursor.partition("-")
    if not cursor:
        return END, ""
    if not (created.isascii() and created.isdigit() and len(created) < 19 and is_token(identity)):
        raise InvalidParameter("This cursor is not one of ours.", parameter="cursor")
    return int(created), identity


def _readable(tx: Read, principal: Principal, kept: Iterable[Bookmark]) -> Iterator[tuple[Bookmark, Message]]:
    """The bookmarks of what the caller may read now, each with its message."""
    for one in kept:
        if (message := readable(tx, principal, one.source_id)) is not None:
            yield one, message


def _one(ask: Ask, tx: Read, kept: Bookmark) -> BookmarkJson:
    message = found(readable(tx, ask.principal, kept.source_id), MISSING, "bookmark_not_found")
    return _json(ask, tx, kept, message)


def _json(ask: Ask, tx: Read, kept: Bookmark, message: Message) -> BookmarkJson:
    return BookmarkJson(
        id=kept.id,
        source_type=kept.source_type,
        source_id=kept.source_id,
        channel_id=message.channel,
        note=kept.note,
        tags=list(kept.tags),
        archived=kept.archived,
        created_at=instant(kept.created),
        updated_at=instant(kept.updated),
        message=message_json(tx, message, ask.principal.node, rendered=ask.rendered()),
    )


_R = Permission.READ_FEED
ROUTES = [
    get("/bookmarks", get_bookmarks, _R, "What the caller saved", Bookmarks, query=BookmarkPage),
    post("/bookmarks", make_bookmark, _R, "Save a message", BookmarkNew, OneBookmark, status=201, query=Rendering),
    get("/bookmarks/{bookmark_id}", get_bookmark, _R, "One bookmark", OneBookmark, query=Rendering),
    patch("/bookmarks/{bookmark_id}", change_bookmark, _R, "Change a bookmark", BookmarkChange, OneBookmark),
    remove("/bookmarks/{bookmark_id}", remove_bookmark, _R, "Forget a bookmark", Forgotten),
]
