"""Founding channels, changing them, coming and going."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from starlette.responses import Response

from canopy.edge.ask import Ask, check_name, check_text, check_version, found, invalid
from canopy.edge.principal import Principal
from canopy.features.channels.actions import (
    MISSING,
    ChannelWish,
    Coming,
    NewChannel,
    PreferenceWish,
    RoleWish,
    administered,
    change_channel,
    come_or_go,
    delete_channel,
    ended,
    open_channel,
    prefer,
    set_role,
)
from canopy.features.channels.events import LONGEST_TTL_DAYS, NAME_LENGTH, REASON_LENGTH, TEXT_LENGTH
from canopy.features.channels.routes.shapes import (
    ChannelEnded,
    ChannelMade,
    ChannelNew,
    ChannelPatch,
    ChannelPatched,
    Done,
    Lifecycle,
    MemberNew,
    RoleNew,
    channel_json,
    lifecycle_json,
    version_of,
)
from canopy.features.channels.tables import (
    Channel,
    find_by_scope,
    find_channel,
    find_joinable,
)
from canopy.features.people.tables import find_card
from canopy.ground.errors import Forbidden, NotAvailable
from canopy.ground.ids import EventId, ScopeId
from canopy.log import store
from canopy.log.db import Read
from canopy.log.event import header_of
from canopy.log.shown import GENERAL_ID


async def post_channel(ask: Ask) -> Response:
    """Found a channel."""
    wish = ask.decode(ChannelNew)
    for field, value, allowed in (
        ("type", wish.type, ["public"]),
        ("privacy_mode", wish.privacy_mode, ["open"]),
        ("post_policy", wish.post_policy, ["open"]),
        ("crypto_mode", wish.crypto_mode or "legacy_plaintext", ["legacy_plaintext"]),
    ):
        _only(field, value, allowed)
    new = NewChannel(
        name=_name(wish.name),
        description=check_text(wish.description, "description", TEXT_LENGTH),
        topic=check_text(wish.topic, "topic", TEXT_LENGTH),
        continues=wish.continues,
    )

    def answer(tx: Read, principal: Principal, ids: Sequence[EventId]) -> ChannelMade:
        return ChannelMade(channel=channel_json(ask, tx, _founded(tx, ids[0])))

    return await ask.perform(open_channel, new, answer)


def _founded(tx: Read, event: EventId) -> Channel:
    place: Any = store.FIND_PLACE.row(tx, id=event)
    return found(find_by_scope(tx, ScopeId(header_of(place[3]).scope)))


async def patch_channel(ask: Ask) -> Response:
    """Change the words of a channel."""
    wish = ask.decode(ChannelPatch)
    if wish.privacy_mode is not None:
        _only("privacy_mode", wish.privacy_mode, ["open"])
    own = _own_wish(ask, wish)
    if own is not None and wish.name is wish.description is wish.topic is wish.privacy_mode is None:
        return await ask.perform(prefer, own, partial(_patched, ask, own.channel_id, False), status=200)
    change = ChannelWish(
        channel_id=ask.token("channel_id"),
        name=None if wish.name is None else _name(wish.name),
        description=None if wish.description is None else check_text(wish.description, "description", TEXT_LENGTH),
        topic=None if wish.topic is None else check_text(wish.topic, "topic", TEXT_LENGTH),
        own=own,
    )
    return await _change(ask, change)


def _own_wish(ask: Ask, wish: ChannelPatch) -> PreferenceWish | None:
    """What of it concerns the caller alone."""
    if wish.notifications_enabled is None and wish.starred is None:
        return None
    muted = None if wish.notifications_enabled is None else not wish.notifications_enabled
    return PreferenceWish(channel_id=ask.token("channel_id"), muted=muted, starred=wish.starred)


def _patched(
    ask: Ask, channel_id: str, pending: bool, tx: Read, principal: Principal, ids: Sequence[EventId]
) -> ChannelPatched:
    shown = channel_json(ask, tx, found(find_channel(tx, principal, channel_id)))
    return ChannelPatched(
        channel=shown, privacy_mode=shown.privacy_mode, lifecycle=lifecycle_json(shown), pending=pending
    )


async def patch_lifecycle(ask: Ask) -> Response:
    """Archive a channel or take it out again, and set how long it lives in silence."""
    wish = ask.decode(Lifecycle)
    if wish.ttl_days is None and wish.preserved is None and wish.archived is None:
        raise invalid("ttl_days", "required", "Give ttl_days, preserved or archived.")
    if wish.ttl_days is not None and not 1 <= wish.ttl_days <= LONGEST_TTL_DAYS:
        raise invalid(
            "ttl_days", "out_of_range", f"ttl_days lies between 1 and {LONGEST_TTL_DAYS}.", code="invalid_parameter"
        )
    change = ChannelWish(
        channel_id=ask.token("channel_id"),
        ttl_days=wish.ttl_days,
        preserved=wish.preserved,
        archived=wish.archived,
        reason=check_text(wish.reason, "reason", REASON_LENGTH),
    )
    return await _change(ask, change)


async def _change(ask: Ask, change: ChannelWish) -> Response:
    with ask.reading() as tx:
        channel = administered(tx, ask.principal, change.channel_id)
        if (expected := ask.expected()) is not None:
            check_version(expected, version_of(channel_json(ask, tx, channel)))
    pending = channel.node != ask.core.node
    answer = partial(_patched, ask, change.channel_id, pending)
    return await ask.perform(change_channel, change, answer, status=202 if pending else 200)


async def delete_one(ask: Ask) -> Response:
    """End a channel on all nodes; one's own copy alone cannot be let go of yet."""
    _only("scope", ask.query("scope") or "mesh", ["mesh"])
    channel_id = ask.token("channel_id")
    with ask.reading() as tx:
        pending = ended(tx, ask.principal, channel_id).node != ask.core.node
    return await ask.perform(delete_channel, channel_id, partial(_ended, pending), status=202 if pending else 200)


def _ended(pending: bool, tx: Read, principal: Principal, ids: Sequence[EventId]) -> ChannelEnded:
    return ChannelEnded(pending=pending)


async def put_role(ask: Ask) -> Response:
    """Make a member an admin, or the reverse."""
    role = ask.decode(RoleNew).role
    wish = RoleWish(channel_id=ask.token("channel_id"), user_id=ask.token("user_id"), role=role)
    with ask.reading() as tx:
        pending = administered(tx, ask.principal, wish.channel_id).node != ask.core.node

    def answer(tx: Read, principal: Principal, ids: Sequence[EventId]) -> Done:
        return Done(success=True, role=role, pending=pending)

    return await ask.perform(set_role, wish, answer, status=202 if pending else 200)


async def add_member(ask: Ask) -> Response:
    """Come back into an open channel; for anybody else it changes nothing, since everybody is in it."""
    wish = ask.decode(MemberNew)
    with ask.reading() as tx:
        where = ask.token("channel_id")
        channel = find_joinable(tx, ask.principal, where) if where != GENERAL_ID else None
        if channel is None:
            found(find_channel(tx, ask.principal, where), MISSING, "channel_not_found")
        found(find_card(tx, wish.user_id), "There is no such user here.", "user_not_found")
    if wish.user_id != ask.principal.user_id:
        return ask.answer(Done(success=True, role="member", pending=False))
    coming = Coming(channel_id=ask.token("channel_id"), stays=True)
    return await ask.perform(come_or_go, coming, _done_as_member, status=200)


async def remove_member(ask: Ask) -> Response:
    """Leave a channel. Nobody is removed from an open one: everybody belongs there."""
    if ask.token("user_id") != ask.principal.user_id:
        with ask.reading() as tx:
            administered(tx, ask.principal, ask.token("channel_id"))
        raise Forbidden("Everybody belongs to an open channel; people leave it themselves.", code="open_channel")
    coming = Coming(channel_id=ask.token("channel_id"), stays=False)
    return await ask.perform(come_or_go, coming, _done_as_member, status=200)


def _done_as_member(tx: Read, principal: Principal, ids: Sequence[EventId]) -> Done:
    return Done(success=True, role="member", pending=False)


def _name(value: str) -> str:
    """A channel's name without its `#`. Raises InvalidRequest."""
    name = check_name(value.strip().lstrip("#"), "name", NAME_LENGTH).lstrip("#")
    if not name:
        raise invalid("name", "required", "A channel needs a name.")
    return name


def _only(field: str, value: str, allowed: list[str]) -> None:
    if value not in allowed:
        raise NotAvailable(f"{field} {value!r} is not available yet.", field=field, allowed=allowed)
