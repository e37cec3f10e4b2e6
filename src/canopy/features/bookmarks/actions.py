"""What people and agents save to come back to."""

from collections.abc import Sequence

import msgspec

from canopy.edge.ask import found
from canopy.edge.principal import Principal
from canopy.features.bookmarks.tables import (
    Bookmark,
    count_bookmarks,
    drop_bookmark,
    find_bookmark,
    find_of_source,
    new_bookmark_id,
    store_bookmark,
)
from canopy.features.channels.tables import find_channel
from canopy.features.messages.tables import Message, find_anywhere
from canopy.ground.errors import Conflict
from canopy.log.catalog import Draft, Notice
from canopy.log.db import Read, Tx
from canopy.log.journal import write_notice

CHANGED = "bookmark.changed"
"""The notice that tells all tabs of a user that something was saved or is no longer."""
MOST = 5_000
"""Bookmarks of one user."""
MISSING = "You have no such bookmark."
MISSING_SOURCE = "There is no such message here."


class Saving(msgspec.Struct, kw_only=True):
    """A message to save. The action fills in what it came to."""

    source_type: str
    source_id: str
    note: str = ""
    tags: Sequence[str] = ()
    kept: Bookmark | None = None


class Change(msgspec.Struct, kw_only=True):
    """What of a bookmark shall change; None stays."""

    bookmark_id: str
    note: str | None = None
    tags: Sequence[str] | None = None
    archived: bool | None = None
    kept: Bookmark | None = None


def readable(tx: Read, principal: Principal, message_id: str) -> Message | None:
    """The message that a bookmark points at, for who may read it now."""
    message = find_anywhere(tx, message_id)
    if message is None or message.deleted is not None or find_channel(tx, principal, message.channel) is None:
        return None
    return message


def save(tx: Tx, principal: Principal, wish: Saving) -> Sequence[Draft]:
    """Save a message; one that is saved stays as it is. Raises NotFound for what one may not read, Conflict."""
    found(readable(tx, principal, wish.source_id), MISSING_SOURCE, "message_not_found")
    before = find_of_source(tx, principal.user, wish.source_type, wish.source_id)
    wish.kept = before
    if before is not None:
        return []
    if count_bookmarks(tx, principal.user) >= MOST:
        raise Conflict(f"You have {MOST} bookmarks, and more are not kept. Delete some.", code="too_many_bookmarks")
    wish.kept = Bookmark(
        id=new_bookmark_id(),
        user=principal.user,
        source_type=wish.source_type,
        source_id=wish.source_id,
        note=wish.note,
        tags=tuple(dict.fromkeys(wish.tags)),
        archived=False,
        created=tx.now_ms,
        updated=tx.now_ms,
    )
    _keep(tx, principal, wish.kept)
    return []


def change(tx: Tx, principal: Principal, wish: Change) -> Sequence[Draft]:
    """Change a bookmark's note or tags, or put it away. Raises NotFound."""
    before = found(find_bookmark(tx, principal.user, wish.bookmark_id), MISSING, "bookmark_not_found")
    wish.kept = msgspec.structs.replace(
        before,
        note=before.note if wish.note is None else wish.note,
        tags=before.tags if wish.tags is None else tuple(dict.fromkeys(wish.tags)),
        archived=before.archived if wish.archived is None else wish.archived,
        updated=tx.now_ms,
    )
    _keep(tx, principal, wish.kept)
    return []


def forget(tx: Tx, principal: Principal, bookmark_id: str) -> Sequence[Draft]:
    """Forget a bookmark. Raises NotFound."""
    kept = found(find_bookmark(tx, principal.user, bookmark_id), MISSING, "bookmark_not_found")
    if principal.channels is not None:
        found(readable(tx, principal, kept.source_id), MISSING, "bookmark_not_found")
    source = found(drop_bookmark(tx, principal.user, bookmark_id), MISSING, "bookmark_not_found")
    write_notice(tx, _changed(principal, source))
    return []


def _keep(tx: Tx, principal: Principal, kept: Bookmark) -> None:
    store_bookmark(tx, kept)
    write_notice(tx, _changed(principal, kept.source_id))


def _changed(principal: Principal, source_id: str) -> Notice:
    return Notice(
        event_type=CHANGED,
        visibility="user",
        actor_user_id=principal.user_id,
        target_user_id=principal.user_id,
        message_id=source_id,
    )
