"""API keys (REST 12-15): made for the caller, never wider than the caller, shown once, revoked at once.

A key that is rotated gets a successor that may do the same; the old one works on for a while, so that whatever uses
it can change over without a gap.
"""

from typing import Annotated, Any

import msgspec
from starlette.responses import Response

from canopy.edge import accounts
from canopy.edge.accounts import ApiKey
from canopy.edge.ask import Ask, check_name, found, invalid
from canopy.edge.principal import CONSERVATIVE, UNLIMITED, Permission, Principal, listed, with_implied
from canopy.edge.route import LongPage, get, patch, post, remove
from canopy.ground.codec import Secret
from canopy.ground.errors import Conflict, Forbidden
from canopy.ground.instants import instant
from canopy.log.db import Read, Tx

DAY_MS = 24 * 3600 * 1000
LONGEST_DAYS = 3650
NAME_LENGTH = 64
MOST_CHANNELS = 1024
OVERLAP_SECONDS = 24 * 3600
LONGEST_OVERLAP = 30 * 24 * 3600


Channels = Annotated[list[str], msgspec.Meta(min_length=1, max_length=MOST_CHANNELS)]


class NewKey(msgspec.Struct, kw_only=True):
    """What a key may do, for how long, and what it is called. No list: the conservative default set."""

    permissions: list[str] | str | None = None
    expires_days: Annotated[int, msgspec.Meta(ge=1, le=LONGEST_DAYS)] | None = None
    name: str = ""
    ip_allow: list[str] | None = None
    channel_ids: Channels | None = None
    """The only channels that the key may see and act in; left out, all of its holder's."""


class KeyChange(msgspec.Struct, kw_only=True):
    """A new name, fewer permissions, or fewer channels."""

    name: str | None = None
    permissions: list[str] | None = None
    channel_ids: Channels | None = None


class Rotation(msgspec.Struct, kw_only=True):
    """For how long the old key works beside the new one; 0 ends it at once."""

    overlap_seconds: Annotated[int, msgspec.Meta(ge=0, le=LONGEST_OVERLAP)] = OVERLAP_SECONDS


class KeyJson(msgspec.Struct, kw_only=True):
    """A key without its text."""

    id: str
    user_id: str
    name: str
    prefix: str
    permissions: list[str]
    created_at: str
    expires_at: str | None
    revoked: bool
    last_used_at: str | None
    successor_id: str | None
    channel_ids: list[str] | None


class MadeKey(Secret, kw_only=True):
    """A new key; `api_key` is never shown again."""

    api_key: str
    id: str
    user_id: str
    name: str
    prefix: str
    permissions: list[str]
    expires_days: int | None
    expires_at: str | None
    channel_ids: list[str] | None


class RotatedKey(MadeKey, kw_only=True):
    """The successor of a key, and when the one that it replaces ends by itself."""

    replaces: str
    old_expires_at: str


class KeyList(msgspec.Struct, kw_only=True):
    """The caller's keys."""

    keys: list[KeyJson]
    count: int
    next_cursor: str | None
    has_more: bool


class OneKey(msgspec.Struct, kw_only=True):
    """One key."""

    key: KeyJson
    success: bool = True


class Revoked(msgspec.Struct, kw_only=True):
    """The key is revoked."""

    message: str
    success: bool = True


async def create_key(ask: Ask) -> Response:
    """Make a key for the caller."""
    wish = ask.decode(NewKey)
    names = wanted(wish.permissions)
    check_grant(ask.principal, names)
    if wish.ip_allow is not None:
        raise invalid(
            "ip_allow", "not_available", "Keys bound to addresses are not available yet.", code="not_available"
        )
    name = check_name(wish.name, "name", NAME_LENGTH)
    made: list[MadeKey] = []

    def make(tx: Tx, principal: Principal, _: NewKey) -> list[Any]:
        limit = limit_of(ask, tx, principal, wish.channel_ids, names)
        made.append(make_key(tx, principal, names, name, wish.expires_days, limit))
        return []

    return await ask.perform(make, wish, lambda tx, principal, ids: made[0], shown_once=True)


def make_key(
    tx: Tx, principal: Principal, granted: frozenset[str], name: str, days: int | None, limit: frozenset[str] | None
) -> MadeKey:
    """Store a key and return what its owner is told once."""
    expires = tx.now_ms + days * DAY_MS if days else None
    token, key = accounts.create_key(tx, principal.user, granted, name, expires, limit)
    return MadeKey(
        api_key=token,
        id=key.key_id,
        user_id=principal.user_id,
        name=name,
        prefix=key.prefix,
        permissions=listed(granted),
        expires_days=days,
        expires_at=instant(expires) if expires else None,
        channel_ids=sorted(limit) if limit is not None else None,
    )


def list_keys(ask: Ask) -> Response:
    """The caller's keys, revoked ones too."""
    with ask.reading() as tx:
        keys = [key_json(ask, key, ask.principal.user_id) for key in accounts.list_keys(tx, ask.principal.user)]
    return ask.sliced("keys", keys)


async def revoke_key(ask: Ask) -> Response:
    """Revoke one of the caller's keys; streams that it holds end."""
    key_id, user = ask.token("key_id"), ask.principal.user
    known = await ask.core.writer.write(lambda tx: accounts.revoke_key(tx, user, key_id))
    found(known or None, "You have no such key.", "key_not_found")
    ask.hang_up(key_id)
    return ask.answer(Revoked(message="revoked"))


async def change_key(ask: Ask) -> Response:
    """Rename a key or take permissions from it. Raises Conflict when it would get wider."""
    wish = ask.decode(KeyChange)
    key_id, principal = ask.token("key_id"), ask.principal

    def change(tx: Tx) -> ApiKey:
        key = found(_own_key(tx, principal, key_id), "You have no such key.", "key_not_found")
        names = key.names if wish.permissions is None else wanted(wish.permissions)
        limit = key.limit if wish.channel_ids is None else limit_of(ask, tx, principal, wish.channel_ids, names)
        if not names <= with_implied(key.names) or not (key.limit is None or (limit or frozenset()) <= key.limit):
            raise Conflict("A key can only be narrowed; make a new one for more.", code="key_widening")
        name = key.name if wish.name is None else check_name(wish.name, "name", NAME_LENGTH)
        accounts.change_key(tx, key_id, name, names, limit)
        return found(_own_key(tx, principal, key_id))

    changed = await ask.core.writer.write(change)
    ask.hang_up(key_id)
    return ask.answer(OneKey(key=key_json(ask, changed, ask.principal.user_id)))


async def rotate_key(ask: Ask) -> Response:
    """Make a successor that may do the same for as long. Raises Conflict for a key that ended or has one already."""
    wish, key_id = ask.decode(Rotation), ask.token("key_id")
    made: list[RotatedKey] = []

    def rotate(tx: Tx, principal: Principal, wish: Rotation) -> list[Any]:
        key = found(_own_key(tx, principal, key_id), "You have no such key.", "key_not_found")
        check_grant(principal, key.names)
        _check_living(tx, key)
        made.append(_replace(tx, principal, key, wish.overlap_seconds))
        return []

    response = await ask.perform(rotate, wish, lambda tx, principal, ids: made[0], shown_once=True)
    # Open streams know the old end of the key; whoever holds one comes again and is asked anew.
    ask.hang_up(key_id)
    return response


def _check_living(tx: Tx, key: ApiKey) -> None:
    if key.revoked:
        raise Conflict("This key is revoked; make a new one.", code="key_revoked")
    if key.expires is not None and key.expires <= tx.now_ms:
        raise Conflict("This key has expired; make a new one.", code="key_expired")
    if key.successor is not None:
        raise Conflict(
            "This key has a successor already; rotate that one.", code="key_rotated", successor_id=key.successor
        )


def _replace(tx: Tx, principal: Principal, key: ApiKey, overlap_seconds: int) -> RotatedKey:
    # Rounded up: no days at all would mean no end.
    days = None if key.expires is None else -((key.created - key.expires) // DAY_MS)
    new = make_key(tx, principal, key.names, key.name, days, key.limit)
    ends = tx.now_ms + overlap_seconds * 1000
    if key.expires is not None:
        ends = min(ends, key.expires)
    accounts.retire_key(tx, key.key_id, new.id, ends)
    return RotatedKey(**msgspec.structs.asdict(new), replaces=key.key_id, old_expires_at=instant(ends))


def _own_key(tx: Tx, principal: Principal, key_id: str) -> ApiKey | None:
    return next((key for key in accounts.list_keys(tx, principal.user) if key.key_id == key_id), None)


def wanted(asked: list[str] | str | None) -> frozenset[str]:
    """The permissions that were asked for, or the conservative set. Raises InvalidRequest."""
    if asked is None:
        return frozenset(p.value for p in CONSERVATIVE)
    names = [asked] if isinstance(asked, str) else asked
    unknown = [name for name in names if name not in set(Permission)]
    if unknown or not names:
        raise invalid(
            "permissions",
            "unknown_permission",
            f"Unknown permission {unknown[0]!r}." if unknown else "Name at least one permission.",
            code="unknown_permission",
            allowed=[p.value for p in Permission],
        )
    return frozenset(names)


def limit_of(
    ask: Ask, tx: Read, holder: Principal, asked: list[str] | None, names: frozenset[str]
) -> frozenset[str] | None:
    """The channels that a key is limited to, all of which its holder knows. Raises InvalidRequest."""
    if asked is None:
        return None
    if names & UNLIMITED:
        raise invalid(
            "permissions",
            "limited_key",
            "A key that is limited to channels can manage neither keys nor the node.",
            code="limited_key",
        )
    unknown = [channel for channel in asked if not ask.core.rooms.knows(tx, holder, channel)]
    if unknown:
        raise invalid("channel_ids", "unknown_channel", "There is no such channel.", code="unknown_channel")
    return frozenset(asked)


def check_grant(principal: Principal, wanted: frozenset[str]) -> None:
    """Raise Forbidden where a key would grant what its maker does not hold."""
    missing = wanted - principal.permissions
    if missing:
        raise Forbidden("A key may only grant permissions that its maker holds.", missing=sorted(missing))


def key_json(ask: Ask, key: ApiKey, holder: str) -> KeyJson:
    """A key without its text."""
    used = ask.core.used_keys.get(key.key_id) or key.last_used
    return KeyJson(
        id=key.key_id,
        user_id=holder,
        name=key.name,
        prefix=key.prefix,
        permissions=listed(key.names),
        created_at=instant(key.created),
        expires_at=instant(key.expires) if key.expires else None,
        revoked=bool(key.revoked),
        last_used_at=instant(used) if used else None,
        successor_id=key.successor,
        channel_ids=sorted(key.limit) if key.limit is not None else None,
    )


_M = Permission.MANAGE_KEYS
ROUTES = [
    post("/keys", create_key, _M, "Make a key", NewKey, MadeKey, status=201, rate="register"),
    get("/keys", list_keys, _M, "The caller's keys", KeyList, query=LongPage),
    remove("/keys/{key_id}", revoke_key, _M, "Revoke a key", Revoked),
    post("/keys/{key_id}/rotate", rotate_key, _M, "Replace a key", Rotation, RotatedKey, status=201, rate="register"),
    patch("/keys/{key_id}", change_key, _M, "Rename or narrow a key", KeyChange, OneKey),
]
