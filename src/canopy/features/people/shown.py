"""A user as others see one, for this room's routes and for rooms above."""

from typing import Any

import msgspec

from canopy.features.people.tables import Card
from canopy.ground.instants import instant

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


_HUMAN = Presence(state="human", label="Human", color="secondary")
_REMOTE = Presence(state="remote_unknown", label="Remote", color="dark")
_NEVER = Presence(state="no_checkin", label="No check-in", color="secondary")
_BY_AGE = (
    (ONLINE_MS, "online", "Online", "success"),
    (RECENT_MS, "recent", "Recent", "info"),
    (IDLE_MS, "idle", "Idle", "warning"),
)


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
