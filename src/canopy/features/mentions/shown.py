"""A mention as its user sees it: the words are read from the message, now."""

from typing import Any

import msgspec

from canopy.edge.principal import Principal
from canopy.features.channels.tables import find_channel
from canopy.features.mentions.tables.rows import Mention
from canopy.features.messages.tables import Message, find_message
from canopy.ground.instants import instant, instant_of
from canopy.log.db import Read
from canopy.log.shown import peer_id

PREVIEW = 120


class MentionJson(msgspec.Struct, kw_only=True):
    """A mention (agents' contract 4.3). `withdrawn` when what it points at is gone: then it says nothing of it."""

    id: str
    user_id: str
    source_type: str
    source_id: str
    author_id: str | None
    origin_peer: str | None
    channel_id: str
    preview: str
    content: str | None
    metadata: dict[str, Any]
    created_at: str
    acknowledged_at: str | None
    status: str
    claim: dict[str, Any] | None
    inbox_id: str | None
    edited_at: str | None
    still_mentioned: bool
    mention_removed_at: str | None
    withdrawn: bool
    catch_up: bool


def source_of(tx: Read, principal: Principal, row: Mention) -> tuple[bool, Message | None]:
    """Whether the user may read the place of a mention now, and the message if it is still there."""
    channel = find_channel(tx, principal, row.channel)
    message = None if channel is None else find_message(tx, channel.id, row.message)
    return channel is not None, message if message is not None and message.deleted is None else None


def mention_json(row: Mention, message: Message | None) -> MentionJson:
    """A mention as JSON."""
    edited = message.edited if message else None
    return MentionJson(
        id=row.id,
        user_id=row.user_id,
        source_type="channel_message",
        source_id=row.message,
        author_id=message.author if message else None,
        origin_peer=peer_id(message.node) if message else None,
        channel_id=row.channel,
        preview=preview_of(message),
        content=message.content if message else None,
        metadata={},
        created_at=instant(row.created),
        acknowledged_at=None if row.acknowledged is None else instant(row.acknowledged),
        status="new" if row.acknowledged is None else "acknowledged",
        claim=None,
        inbox_id=None,
        edited_at=None if edited is None else instant_of(edited),
        still_mentioned=message is not None and row.removed is None,
        mention_removed_at=None if row.removed is None else instant(row.removed),
        withdrawn=message is None,
        catch_up=bool(row.old),
    )


def preview_of(message: Message | None) -> str:
    """The beginning of what was said, on one line."""
    if message is None:
        return ""
    line = " ".join(message.content[: 4 * PREVIEW].split())
    return line if len(line) <= PREVIEW else line[: PREVIEW - 1] + "…"
