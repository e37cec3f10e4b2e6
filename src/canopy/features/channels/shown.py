"""How long a channel lives in silence, and whether it is put away (REST sections 2 and 2.2). Pure.

Nothing is written when a channel falls silent: its state follows from its card, its newest message and the hour, so
every node that holds the same shows the same. Any new message brings it back.
"""

from typing import Literal

import msgspec

from canopy.ground.clock import COUNTER_BITS, milliseconds_of

DAY_MS = 24 * 3600 * 1000
COOLING_DAYS = 14

Status = Literal["active", "cooling", "archived", "preserved"]


class Life(msgspec.Struct, frozen=True):
    """Where a channel stands in its life; `archived` is the stamp from which on it is put away."""

    status: Status
    days_left: int | None = None
    archived: int | None = None


def life_of(
    *, ttl_days: int, preserved: bool, changed: int, archived: int | None, newest: int | None, now_ms: int
) -> Life:
    """The life of a channel; `changed`, `archived` and `newest` (of its messages) are stamps."""
    if archived is not None and (newest is None or newest <= archived):
        return Life("archived", archived=archived)
    if preserved or not ttl_days:
        return Life("preserved")
    end_ms = milliseconds_of(max(changed, newest or 0)) + ttl_days * DAY_MS
    if end_ms <= now_ms:
        return Life("archived", archived=end_ms << COUNTER_BITS)
    left = -((now_ms - end_ms) // DAY_MS)
    return Life("cooling" if left <= COOLING_DAYS else "active", left)
