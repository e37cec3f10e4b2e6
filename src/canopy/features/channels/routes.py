"""Channels and their members as JSON (REST section 2)."""

import msgspec
from starlette.responses import Response

from canopy.edge.ask import Ask, found
from canopy.edge.principal import Permission, Principal
from canopy.edge.route import Page, Route, get
from canopy.features.channels.tables import Channel, find_channel, list_channels
from canopy.features.people.tables import Card, count_cards, list_cards
from canopy.ground.errors import InvalidParameter
from canopy.ground.instants import instant_of
from canopy.log.db import Read
from canopy.log.shown import GENERAL_ID, handle_here, peer_id

MISSING = "There is no such channel, or you are not a member."


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
    lifecycle_status: str
    archived_at: str | None


class Channels(msgspec.Struct, kw_only=True):
    """The caller's channels."""

    channels: list[ChannelJson]
    count: int
    next_cursor: str | None
    has_more: bool


class ChannelPage(Page, kw_only=True):
    """Which channels: by a part of the name; archived ones instead of active ones."""

    q: str = ""
    archived: bool = False


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
    origin_peer: str
    is_approved_poster: bool


class Members(msgspec.Struct, kw_only=True):
    """A page of a channel's members."""

    members: list[Member]
    count: int
    next_cursor: str | None
    has_more: bool


def get_channels(ask: Ask) -> Response:
    """The channels that the caller belongs to."""
    q = ask.query("q").casefold().lstrip("#")
    archived = ask.flag("archived")
    limit = ask.limit(100)
    if ask.query("cursor"):
        raise InvalidParameter("This cursor is not one of ours.", parameter="cursor")
    with ask.reading() as tx:
        channels = [] if archived else list_channels(tx, ask.principal)
        shown = [channel_json(ask, tx, channel) for channel in channels if q in channel.name][:limit]
    return ask.listing("channels", shown, None)


def get_channel(ask: Ask) -> Response:
    """One channel."""
    with ask.reading() as tx:
        channel = found(find_channel(tx, ask.principal, ask.token("channel_id")), MISSING, "channel_not_found")
        shown = channel_json(ask, tx, channel)
    return ask.item(OneChannel(channel=shown), f"{channel.id}-{shown.member_count}-{shown.last_activity_at}")


def get_members(ask: Ask) -> Response:
    """Who belongs to a channel; everybody known, for an open one."""
    limit = ask.limit(100)
    after = ask.query("cursor").partition(",")
    with ask.reading() as tx:
        found(find_channel(tx, ask.principal, ask.token("channel_id")), MISSING, "channel_not_found")
        cards = list_cards(tx, after=(after[0], after[2]), most=limit + 1)
    members = [_member(card, ask.principal) for card in cards[:limit]]
    last = cards[limit - 1] if len(cards) > limit else None
    return ask.listing("members", members, f"{last.handle.casefold()},{last.user_id}" if last else None)


def channel_json(ask: Ask, tx: Read, channel: Channel) -> ChannelJson:
    """A channel, completed by the rooms above."""
    more = ask.core.rooms.complete(tx, ask.principal, "channel", channel.id)
    return ChannelJson(
        id=channel.id,
        name=channel.name,
        type=channel.type,
        description="",
        topic="",
        created_by=None,
        created_at=more.get("created_at"),
        member_count=count_cards(tx),
        unread_count=more.get("unread_count", 0),
        last_message_at=more.get("last_message_at"),
        last_activity_at=more.get("last_message_at"),
        origin_peer=None if channel.id == GENERAL_ID else peer_id(ask.core.node),
        privacy_mode=channel.privacy_mode,
        crypto_mode="legacy_plaintext",
        post_policy="open",
        allow_member_replies=True,
        can_post_top_level=True,
        can_reply=True,
        user_role="member",
        notifications_enabled=True,
        lifecycle_status="preserved",
        archived_at=None,
    )


def _member(card: Card, principal: Principal) -> Member:
    return Member(
        user_id=card.user_id,
        username=handle_here(card.handle, card.node, principal.node),
        display_name=card.name,
        role="member",
        joined_at=instant_of(card.created),
        account_type=card.account_type,
        origin_peer=peer_id(card.node),
        is_approved_poster=True,
    )


_R = Permission.READ_CHANNELS
ROUTES: list[Route] = [
    get("/channels", get_channels, _R, "The caller's channels", Channels, query=ChannelPage),
    get("/channels/{channel_id}", get_channel, _R, "One channel", OneChannel, also=(304,)),
    get("/channels/{channel_id}/members", get_members, _R, "Members of a channel", Members, query=Page),
]
