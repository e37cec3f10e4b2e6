"""How callers say how long a message lives (REST section 0.8)."""

from typing import Literal

import msgspec

from canopy.edge.ask import invalid
from canopy.features.messages.actions import DAY_MS, LONGEST_MS, Lifespan
from canopy.ground.errors import InvalidRequest
from canopy.ground.instants import parse_instant

DEFAULT_MS = 90 * DAY_MS
COERCED_MS = 365 * DAY_MS


class LifespanWish(msgspec.Struct, kw_only=True):
    """An instant, a number of seconds after the message was made, or a word for "as long as possible"."""

    expires_at: str | None = None
    ttl_seconds: int | None = None
    ttl_mode: Literal["none", "no_expiry", "immortal"] | None = None


def says_lifespan(wish: LifespanWish) -> bool:
    """Whether anything was said about it."""
    return (wish.expires_at, wish.ttl_seconds, wish.ttl_mode) != (None, None, None)


def lifespan_of(wish: LifespanWish) -> Lifespan:
    """What was asked for; 90 days without a word. Raises InvalidRequest."""
    return Lifespan(_until(wish), _span(wish))


def _until(wish: LifespanWish) -> int | None:
    if wish.expires_at is None:
        return None
    try:
        return parse_instant(wish.expires_at)
    except (ValueError, OverflowError) as error:
        raise invalid("expires_at", "invalid_parameter", "expires_at is not an ISO 8601 instant.") from error


def _span(wish: LifespanWish) -> int:
    if wish.ttl_seconds is None:
        return COERCED_MS if wish.ttl_mode else DEFAULT_MS
    if wish.ttl_seconds <= 0 and wish.expires_at is None:
        raise InvalidRequest("ttl_seconds must be greater than 0.", code="invalid_ttl")
    return min(wish.ttl_seconds * 1000, LONGEST_MS)
