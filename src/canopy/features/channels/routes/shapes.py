"""Channels and their members as JSON (REST section 2)."""

import hashlib
from typing import Any, Literal

import msgspec

from canopy.edge.ask import Ask
from canopy.edge.principal import Principal
from canopy.edge.route import Page
from canopy.features.channels.shown import Life, Status, life_of
from canopy.features.channels.tables import (
    Channel,
    absent_from,
    admins_of,
    continuations_of,
)
from canopy.features.channels.tables.preferences import preferences_of
from canopy.features.people.shown import avatar_url
from canopy.features.people.tables import Card, count_cards
from canopy.ground.codec import to_json
from canopy.ground.instants import instant_of
from canopy.log.db import Read
from canopy.log.shown import GENERAL_ID, channel_id, handle_here, peer_id


class ChannelJson(msgspec.Struct, kw_only=True):
    """A channel as its members see it; upper rooms fill in counts and last activity."""

    id: str
    name: str
    type: str
    description: str
    topic: str
    created_by: str | None
    created_at: str | None
    member_count: int
    unread_count: int
    first_unread_id: str | None
    unread_mentions: int
    last_message_at: str | None
    last_activity_at: str | None
    origin_peer: str | None
    privacy_mode: str
    crypto_mode: str
    post_policy: str
    allow_member_replies: bool
    can_post_top_level: bool
    can_reply: bool
    user_role: str
    notifications_enabled: bool
    starred: bool
    lifecycle_status: Status
    days_until_archive: int | None
    archived_at: str | None
    archive_reason: str | None
    lifecycle_ttl_days: int | None
    lifecycle_preserved: bool
    continues: str | None
    continued_by: list[str]


class Channels(msgspec.Struct, kw_only=True):
    """The caller's channels."""

    channels: list[ChannelJson]
    count: int
    next_cursor: str | None
    has_more: bool


class ChannelPage(Page, kw_only=True):
    """Which channels: by a part of the name; archived ones instead of active ones; those that the caller left. Or, by
    `named`, those of exactly that name, archived or not; when none bears it now, those that bore it once."""

    q: str = ""
    named: str = ""
    archived: bool = False
    left: bool = False


class DeleteScope(msgspec.Struct, kw_only=True):
    """Where the channel is to end: `mesh` is everywhere."""

    scope: str = "mesh"


class OneChannel(msgspec.Struct, kw_only=True):
    """One channel."""

    channel: ChannelJson


class Member(msgspec.Struct, kw_only=True):
    """A user in a channel."""

    user_id: str
    username: str
    display_name: str
    role: str
    joined_at: str
    account_type: str
    avatar_url: str | None
    origin_peer: str
    is_approved_poster: bool


class Members(msgspec.Struct, kw_only=True):
    """A page of a channel's members."""

    members: list[Member]
    count: int
    next_cursor: str | None
    has_more: bool


class ChannelNew(msgspec.Struct, kw_only=True):
    """A channel to found."""

    name: str
    description: str = ""
    topic: str = ""
    type: str = "public"
    privacy_mode: str = "open"
    post_policy: str = "open"
    allow_member_replies: bool = True
    crypto_mode: str = ""
    continues: str | None = None


class ChannelPatch(msgspec.Struct, kw_only=True):
    """What of a channel shall change. `notifications_enabled` and `starred` concern the caller alone: every member may
    set them, and no other member hears of it."""

    name: str | None = None
    description: str | None = None
    topic: str | None = None
    privacy_mode: str | None = None
    notifications_enabled: bool | None = None
    starred: bool | None = None


class Lifecycle(msgspec.Struct, kw_only=True):
    """How long a channel lives on in silence, and whether it is put away."""

    ttl_days: int | None = None
    preserved: bool | None = None
    archived: bool | None = None
    reason: str = ""


class MemberNew(msgspec.Struct, kw_only=True):
    """Who shall come into a channel."""

    user_id: str
    role: Literal["member", "admin"] = "member"


class RoleNew(msgspec.Struct, kw_only=True):
    """What a member shall be."""

    role: Literal["member", "admin"]


class ChannelMade(msgspec.Struct, kw_only=True):
    """The channel as it is now."""

    channel: ChannelJson
    success: bool = True


class ChannelPatched(msgspec.Struct, kw_only=True):
    """The channel as it is now; `pending` when its authority on another node was asked."""

    channel: ChannelJson
    privacy_mode: str
    lifecycle: dict[str, Any]
    pending: bool
    success: bool = True


class ChannelEnded(msgspec.Struct, kw_only=True):
    """The channel is no more; `pending` when its authority on another node was asked."""

    pending: bool
    local_only: bool = False
    success: bool = True


class Done(msgspec.Struct, kw_only=True):
    """It is so."""

    success: bool
    role: str
    pending: bool


def channel_json(ask: Ask, tx: Read, channel: Channel) -> ChannelJson:
    """A channel, completed by the rooms above."""
    more = ask.core.rooms.complete(tx, ask.principal, "channel", channel.id)
    general = channel.id == GENERAL_ID
    chosen = preferences_of(tx, ask.principal.user, channel.id)
    life = life_now(tx, channel, more.get("newest_stamp"))
    before = [] if channel.continues is None else [channel_id(channel.continues)]
    return ChannelJson(
        id=channel.id,
        name=channel.name,
        type=channel.type,
        description=channel.description,
        topic=channel.topic,
        created_by=channel.creator,
        created_at=more.get("created_at") if general else instant_of(channel.created),
        member_count=count_cards(tx) - len(absent_from(tx, channel)),
        unread_count=more.get("unread_count", 0),
        first_unread_id=more.get("first_unread_id"),
        unread_mentions=more.get("unread_mentions", 0),
        last_message_at=more.get("last_message_at"),
        last_activity_at=more.get("last_message_at"),
        origin_peer=None if channel.node is None else peer_id(channel.node),
        privacy_mode=channel.privacy_mode,
        crypto_mode="legacy_plaintext",
        post_policy="open",
        allow_member_replies=True,
        can_post_top_level=True,
        can_reply=True,
        user_role="admin" if ask.principal.user_id in admins_of(tx, channel) else "member",
        notifications_enabled=not chosen.muted,
        starred=chosen.starred,
        lifecycle_status=life.status,
        days_until_archive=life.days_left,
        archived_at=None if life.archived is None else instant_of(life.archived),
        archive_reason=channel.reason or None if life.archived is not None else None,
        lifecycle_ttl_days=channel.ttl_days or None,
        lifecycle_preserved=channel.preserved,
        continues=next(filter(ask.principal.reaches, before), None),
        continued_by=list(filter(ask.principal.reaches, continuations_of(tx, channel))),
    )


def version_of(shown: ChannelJson) -> str:
    """Another for whatever the reader may see of a channel: its ETag."""
    return f"{shown.id}-{hashlib.sha256(to_json(shown)).hexdigest()[:16]}"


def life_now(tx: Read, channel: Channel, newest: int | None) -> Life:
    """Where a channel stands in its life; `newest` is the stamp of its newest message."""
    return life_of(
        ttl_days=channel.ttl_days,
        preserved=channel.preserved,
        changed=channel.changed,
        archived=channel.archived,
        newest=newest,
        now_ms=tx.now_ms,
    )


def lifecycle_json(shown: ChannelJson) -> dict[str, Any]:
    """The life of a channel (row 25)."""
    return {
        "status": shown.lifecycle_status,
        "ttl_days": shown.lifecycle_ttl_days,
        "preserved": shown.lifecycle_preserved,
        "archived_at": shown.archived_at,
        "archive_reason": shown.archive_reason,
        "days_until_archive": shown.days_until_archive,
    }


def member_json(card: Card, principal: Principal, admins: frozenset[str]) -> Member:
    return Member(
        user_id=card.user_id,
        username=handle_here(card.handle, card.node, principal.node),
        display_name=card.name,
        role="admin" if card.user_id in admins else "member",
        joined_at=instant_of(card.created),
        account_type=card.account_type,
        avatar_url=avatar_url(card.avatar),
        origin_peer=peer_id(card.node),
        is_approved_poster=True,
    )
