"""The one spelling of instants (REST section 0.4): `YYYY-MM-DDTHH:MM:SS.ffffff+00:00`."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache

from canopy.ground.clock import COUNTER_LIMIT, counter_of, milliseconds_of

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = 253_402_300_799_999
"""The last millisecond of the year 9999: what a stranger's event says lies beyond is spelled as this."""


@lru_cache(maxsize=4_096)
def _second(seconds: int) -> str:
    # Messages that are read together share most of their seconds; strftime costs more than the rest of a row.
    return (_EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S")


def instant(milliseconds: int, microseconds: int = 0) -> str:
    """Spell Unix milliseconds as the API does; `microseconds` (0..999) are the last three digits."""
    seconds, rest = divmod(min(milliseconds, _LATEST), 1000)
    return f"{_second(seconds)}.{rest:03d}{microseconds:03d}+00:00"


def instant_of(time: int) -> str:
    """Spell a hybrid stamp: its counter becomes the microseconds, so text order is log order."""
    return instant(milliseconds_of(time), min(counter_of(time), COUNTER_LIMIT - 1))


def parse_instant(text: str) -> int:
    """Unix milliseconds of an ISO 8601 text; naive means UTC. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - _EPOCH) // timedelta(milliseconds=1)
