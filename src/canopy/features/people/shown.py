"""A user as others see one, for this room's routes and for rooms above."""

from typing import Any

import msgspec

from canopy.edge.presence import CheckIn
from canopy.features.people.tables import Card
from canopy.ground.ids import NodeId
from canopy.ground.instants import instant, instant_of
from canopy.ground.mentions import spell
from canopy.ground.text import is_handle
from canopy.log.shown import handle_here, peer_id

ONLINE_MS = 120 * 1000
RECENT_MS = 15 * 60 * 1000
IDLE_MS = 60 * 60 * 1000
_UNITS = ((86_400, "d"), (3_600, "h"), (60, "m"))


class Presence(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of whether somebody is there."""

    state: str
    label: str
    color: str
    age_seconds: int | None = None
    age_text: str | None = None
    last_check_in_at: str | None = None


class UserJson(msgspec.Struct, kw_only=True):
    """A user as the directory shows one."""

    user_id: str
    username: str
    display_name: str
    account_type: str
    status: str
    bio: str
    stable_handle: str
    mention_handles: list[str]
    is_remote: bool
    origin_peer: str
    avatar_file_id: str | None
    avatar_url: str | None
    created_at: str
    capabilities: list[str]
    skills: list[str]
    skill_count: int
    presence: Presence
    presence_state: str
    presence_label: str
    presence_color: str
    presence_age_seconds: int | None
    presence_age_text: str | None
    last_check_in_at: str | None
    last_check_in_source: str | None


_HUMAN = Presence(state="human", label="Human", color="secondary")
_REMOTE = Presence(state="remote_unknown", label="Remote", color="dark")
_NEVER = Presence(state="no_checkin", label="No check-in", color="secondary")
_BY_AGE = (
    (ONLINE_MS, "online", "Online", "success"),
    (RECENT_MS, "recent", "Recent", "info"),
    (IDLE_MS, "idle", "Idle", "warning"),
)


def user_json(card: Card, here: NodeId, status: str | None, seen: CheckIn | None, now_ms: int) -> UserJson:
    """A card as JSON, seen from this node, which knows the status of its own accounts alone."""
    remote = card.node != here
    handles = handles_of(card, here)
    presence = presence_of(card, remote=remote, last_ms=seen[0] if seen else None, now_ms=now_ms)
    return UserJson(
        user_id=card.user_id,
        username=handle_here(card.handle, card.node, here),
        display_name=card.name,
        account_type=card.account_type,
        status="retired" if card.retired else status or "active",
        bio=card.bio,
        stable_handle=handles[0],
        mention_handles=handles,
        is_remote=remote,
        origin_peer=peer_id(card.node),
        avatar_file_id=None,
        avatar_url=avatar_url(card.avatar),
        created_at=instant_of(card.created),
        capabilities=[],
        skills=[],
        skill_count=0,
        presence=presence,
        **flat(presence, seen[1] if seen else None),
    )


def handles_of(card: Card, here: NodeId) -> list[str]:
    """What may stand after an `@` for this user here; the first one means nobody else."""
    spelled = spell(card.name)
    names = [handle_here(card.handle, card.node, here), card.handle, spelled, card.user_id]
    return [name for name in dict.fromkeys(names) if is_handle(name)]


def avatar_url(digest: str) -> str | None:
    """Where a picture is."""
    return f"/api/v1/avatars/{digest}" if digest else None


def presence_of(card: Card, *, remote: bool, last_ms: int | None, now_ms: int) -> Presence:
    """The presence of a user from the newest check-in, if any is known here (agents' contract 3.2)."""
    if card.account_type != "agent":
        return _HUMAN
    if remote:
        return _REMOTE
    if last_ms is None:
        return _NEVER
    age = max(0, now_ms - last_ms)
    state, label, color = next((row[1:] for row in _BY_AGE if age <= row[0]), ("offline", "Offline", "secondary"))
    return Presence(
        state=state,
        label=label,
        color=color,
        age_seconds=age // 1000,
        age_text=_age_text(age // 1000),
        last_check_in_at=instant(last_ms),
    )


def flat(presence: Presence, source: str | None) -> dict[str, Any]:
    """The copies of a presence that older clients read."""
    return {
        "presence_state": presence.state,
        "presence_label": presence.label,
        "presence_color": presence.color,
        "presence_age_seconds": presence.age_seconds,
        "presence_age_text": presence.age_text,
        "last_check_in_at": presence.last_check_in_at,
        "last_check_in_source": source,
    }


def _age_text(seconds: int) -> str:
    """The largest whole unit: `45s 12m 3h 2d`."""
    size, unit = next(((size, unit) for size, unit in _UNITS if seconds >= size), (1, "s"))
    return f"{seconds // size}{unit}"
