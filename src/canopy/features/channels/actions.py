"""What people do to channels. On the authority's node it is ruled at once; elsewhere an admin asks."""

from collections.abc import Sequence
from secrets import token_bytes
from typing import Any

import msgspec

from canopy.edge.ask import found
from canopy.edge.principal import Principal
from canopy.features.channels.charter import ChannelState, Pair
from canopy.features.channels.events import (
    ChannelArchived,
    ChannelAsked,
    ChannelChanged,
    ChannelDeleted,
    ChannelJoined,
    ChannelLeft,
    ChannelOpened,
    MessageRemoved,
    Role,
    RoleSet,
)
from canopy.features.channels.tables import (
    Channel,
    absent_from,
    admins_of,
    find_channel,
    find_joinable,
    fold_name,
    is_taken,
)
from canopy.features.channels.tables.preferences import Preferences, preferences_of, store_preferences
from canopy.features.people.tables import find_card
from canopy.ground.errors import Conflict, Forbidden, NotFound
from canopy.ground.ids import NodeId, ScopeId
from canopy.log import scope
from canopy.log.catalog import Body, Draft, Entry, Notice
from canopy.log.db import Read, Tx
from canopy.log.journal import write_notice
from canopy.log.scope import NONCE_BYTES
from canopy.log.shown import GENERAL_ID

UPDATED = "channel.state.updated"
MISSING = "There is no such channel, or you are not a member."


class NewChannel(msgspec.Struct, frozen=True, kw_only=True):
    """A channel to found."""

    name: str
    description: str = ""
    topic: str = ""
    continues: str | None = None


class PreferenceWish(msgspec.Struct, frozen=True, kw_only=True):
    """How a channel shall behave towards the caller alone; None stays."""

    channel_id: str
    muted: bool | None = None
    starred: bool | None = None


class ChannelWish(msgspec.Struct, frozen=True, kw_only=True):
    """What of a channel shall change; None stays."""

    channel_id: str
    own: PreferenceWish | None = None
    name: str | None = None
    description: str | None = None
    topic: str | None = None
    ttl_days: int | None = None
    preserved: bool | None = None
    archived: bool | None = None
    reason: str = ""


class RoleWish(msgspec.Struct, frozen=True, kw_only=True):
    """Who shall be what."""

    channel_id: str
    user_id: str
    role: Role


class Coming(msgspec.Struct, frozen=True, kw_only=True):
    """One's own coming or going."""

    channel_id: str
    stays: bool


def open_channel(tx: Tx, principal: Principal, wish: NewChannel) -> Sequence[Draft]:
    """Found a channel, perhaps one that continues another and may bear its name. Raises Conflict, NotFound."""
    if principal.channels is not None:
        raise Forbidden("This key is limited to some channels and opens no others.", code="channel_limit")
    before = None if wish.continues is None else _continued(tx, principal, wish.continues)
    if is_taken(tx, wish.name) and (before is None or fold_name(before.name) != fold_name(wish.name)):
        raise Conflict("A channel of this name exists already.")
    nonce = token_bytes(NONCE_BYTES)
    body = ChannelOpened(
        nonce=nonce,
        name=wish.name,
        description=wish.description,
        topic=wish.topic,
        continues=None if before is None else before.scope,
    )
    return [Draft(scope=scope.of_channel(principal.node, nonce), user=principal.user, body=body)]


def _continued(tx: Read, principal: Principal, channel_id: str) -> Channel:
    channel = found(find_channel(tx, principal, channel_id), MISSING, "channel_not_found")
    if channel.id == GENERAL_ID:
        raise Forbidden("#general goes on by itself.", code="general")
    return channel


def change_channel(tx: Tx, principal: Principal, wish: ChannelWish) -> Sequence[Draft]:
    """Change words or life span. Raises NotFound, Forbidden, Conflict."""
    channel = administered(tx, principal, wish.channel_id)
    if wish.name is not None and wish.name.casefold() != channel.name.casefold() and is_taken(tx, wish.name):
        raise Conflict("A channel of this name exists already.")
    if wish.own is not None:
        prefer(tx, principal, wish.own)
    if channel.node != principal.node:
        return [_asking(principal, channel, {k: v for k, v in msgspec.structs.asdict(wish).items() if k in _ASKED})]
    return [_ruling(principal, channel, body) for body in rulings_of(wish)]


def prefer(tx: Tx, principal: Principal, wish: PreferenceWish) -> Sequence[Draft]:
    """Keep how a channel shall behave towards the caller, and tell their other tabs. Raises NotFound."""
    channel = found(find_channel(tx, principal, wish.channel_id), MISSING, "channel_not_found")
    before = preferences_of(tx, principal.user, channel.id)
    muted = before.muted if wish.muted is None else wish.muted
    starred = before.starred if wish.starred is None else wish.starred
    store_preferences(tx, principal.user, channel.id, Preferences(muted, starred))
    write_notice(tx, _preferred(principal, channel))
    return []


def _preferred(principal: Principal, channel: Channel) -> Notice:
    return Notice(
        event_type=UPDATED,
        visibility="user",
        actor_user_id=principal.user_id,
        target_user_id=principal.user_id,
        channel_id=channel.id,
        payload={"change": "preferences"},
    )


def rulings_of(wish: "ChannelWish | ChannelAsked") -> list[Body]:
    """The authority events that a wish leads to."""
    bodies: list[Body] = []
    words = {name: getattr(wish, name) for name in ("name", "description", "topic", "ttl_days", "preserved")}
    if any(value is not None for value in words.values()):
        bodies.append(ChannelChanged(**words))
    if wish.archived is not None:
        bodies.append(ChannelArchived(archived=wish.archived, reason=wish.reason))
    return bodies


def delete_channel(tx: Tx, principal: Principal, channel_id: str) -> Sequence[Draft]:
    """End a channel for everybody. Raises NotFound, Forbidden."""
    channel = ended(tx, principal, channel_id)
    if channel.node != principal.node:
        return [_asking(principal, channel, {"deleted": True})]
    return [_ruling(principal, channel, ChannelDeleted())]


def set_role(tx: Tx, principal: Principal, wish: RoleWish) -> Sequence[Draft]:
    """Make a member an admin or the reverse. Raises NotFound, Forbidden, Conflict `last_admin`."""
    channel = administered(tx, principal, wish.channel_id)
    card = find_card(tx, wish.user_id)
    if card is None or card.retired or card.user_id in absent_from(tx, channel):
        raise NotFound("There is no such member.", code="user_not_found")
    if (wish.role == "admin") is (wish.user_id in admins_of(tx, channel)):
        return []
    if wish.role == "member" and admins_of(tx, channel) == {wish.user_id}:
        raise Conflict("A channel needs an admin; make somebody else one first.", code="last_admin")
    if channel.node != principal.node:
        return [_asking(principal, channel, {"node": card.node, "user": card.user, "role": wish.role})]
    return [_ruling(principal, channel, RoleSet(node=card.node, user=card.user, role=wish.role))]


def come_or_go(tx: Tx, principal: Principal, wish: Coming) -> Sequence[Draft]:
    """Join an open channel, or leave one. Raises NotFound, Forbidden for #general, Conflict for the last admin."""
    channel = find_joinable(tx, principal, wish.channel_id)
    if wish.channel_id == GENERAL_ID and principal.reaches(GENERAL_ID):
        if wish.stays:
            return []
        raise Forbidden("Everybody is in #general, always.", code="general")
    if channel is None:
        raise NotFound(MISSING, code="channel_not_found")
    away = principal.user_id in absent_from(tx, channel)
    if away is not wish.stays:
        return []
    if not wish.stays and admins_of(tx, channel) == {principal.user_id}:
        raise Conflict("A channel needs an admin; make somebody else one first.", code="last_admin")
    return [Draft(scope=channel.scope, user=principal.user, body=ChannelJoined() if wish.stays else ChannelLeft())]


def answer_wish(tx: Read, entry: Entry, state: ChannelState) -> Sequence[Draft]:
    """As the authority: what an admin elsewhere asked for, in our words."""
    asked: ChannelAsked = entry.body
    bodies = rulings_of(asked)
    if asked.node is not None and asked.user is not None and asked.role is not None:
        pair: Pair = (NodeId(asked.node), asked.user)  # type: ignore[assignment]
        if asked.role == "admin" or state.admins - {pair}:
            bodies.append(RoleSet(node=asked.node, user=asked.user, role=asked.role))
    if asked.message is not None:
        bodies.append(MessageRemoved(message=asked.message))
    if asked.deleted:
        bodies.append(ChannelDeleted())
    return [Draft(scope=entry.scope, body=body, cause=entry.id) for body in bodies]


def ended(tx: Read, principal: Principal, channel_id: str) -> Channel:
    """A channel that the caller may end: an admin, or the owner of the node that is its authority.

    Raises NotFound, Forbidden.
    """
    channel = find_channel(tx, principal, channel_id)
    if channel is not None and principal.owner and channel.node == principal.node:
        return channel
    return administered(tx, principal, channel_id)


def administered(tx: Read, principal: Principal, channel_id: str) -> Channel:
    """A channel that the caller may administer. Raises NotFound, Forbidden."""
    channel = found(find_channel(tx, principal, channel_id), MISSING, "channel_not_found")
    if channel.id == GENERAL_ID:
        raise Forbidden("#general has no admins and stays as it is.", code="general")
    if principal.user_id not in admins_of(tx, channel):
        raise Forbidden("Only admins of the channel may do that.", code="not_admin")
    return channel


def _ruling(principal: Principal, channel: Channel, body: Body) -> Draft:
    return Draft(scope=channel.scope, user=principal.user, body=body)


def _asking(principal: Principal, channel: Channel, fields: dict[str, Any]) -> Draft:
    return Draft(scope=ScopeId(channel.scope), user=principal.user, body=ChannelAsked(**fields))


_ASKED = ("name", "description", "topic", "ttl_days", "preserved", "archived", "reason")
