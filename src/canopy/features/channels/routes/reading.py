"""Which channels there are, and who is in them."""

from starlette.responses import Response

from canopy.edge.ask import Ask, found
from canopy.features.channels.actions import (
    MISSING,
)
from canopy.features.channels.routes.shapes import (
    ChannelJson,
    OneChannel,
    channel_json,
    member_json,
    version_of,
)
from canopy.features.channels.tables import (
    Channel,
    absent_from,
    admins_of,
    find_channel,
    list_channels,
    list_left,
)
from canopy.features.channels.tables.names import list_named
from canopy.features.people.tables import list_cards
from canopy.ground.errors import InvalidParameter
from canopy.ground.text import is_token
from canopy.log.db import Read


def get_channels(ask: Ask) -> Response:
    """The channels that the caller belongs to, or those that they left, or those of one name."""
    named = ask.query("named")
    q = ask.query("q").casefold().lstrip("#")
    archived = ask.flag("archived")
    limit = ask.limit(100)
    after = ask.query("cursor")
    with ask.reading() as tx:
        known = _known(ask, tx, named)
        listed = [channel_json(ask, tx, channel) for channel in known if q in channel.name.casefold()]
    mine = [shown for shown in listed if named or (shown.lifecycle_status == "archived") is archived]
    start = _after(mine, after)
    page = mine[start : start + limit]
    more = len(mine) > start + limit
    return ask.listing("channels", page, page[-1].id if more else None)


def _known(ask: Ask, tx: Read, named: str) -> list[Channel]:
    if named:
        return list_named(tx, ask.principal, named)
    return list_left(tx, ask.principal) if ask.flag("left") else list_channels(tx, ask.principal)


def _after(channels: list[ChannelJson], cursor: str) -> int:
    if not cursor:
        return 0
    for place, channel in enumerate(channels):
        if channel.id == cursor:
            return place + 1
    raise InvalidParameter("This cursor is not one of ours.", parameter="cursor")


def get_channel(ask: Ask) -> Response:
    """One channel."""
    with ask.reading() as tx:
        channel = found(find_channel(tx, ask.principal, ask.token("channel_id")), MISSING, "channel_not_found")
        shown = channel_json(ask, tx, channel)
    return ask.item(OneChannel(channel=shown), version_of(shown))


def get_members(ask: Ask) -> Response:
    """Who belongs to a channel; everybody known who did not leave, for an open one."""
    limit = ask.limit(100)
    after = ask.query("cursor").rpartition(",")
    if ask.query("cursor") and not (after[1] and is_token(after[2])):
        raise InvalidParameter("This cursor is not one of ours.", parameter="cursor")
    with ask.reading() as tx:
        channel = found(find_channel(tx, ask.principal, ask.token("channel_id")), MISSING, "channel_not_found")
        cards = list_cards(tx, after=(after[0], after[2]), most=limit + 1)
        absent, admins = absent_from(tx, channel), admins_of(tx, channel)
    members = [member_json(card, ask.principal, admins) for card in cards[:limit] if card.user_id not in absent]
    last = cards[limit - 1] if len(cards) > limit else None
    return ask.listing("members", members, f"{last.handle.casefold()},{last.user_id}" if last else None)
