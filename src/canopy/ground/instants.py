"""The one spelling of instants (REST section 0.4): `YYYY-MM-DDTHH:MM:SS.ffffff+00:00`."""

from datetime import UTC, datetime, timedelta

from canopy.ground.clock import COUNTER_LIMIT, counter_of, milliseconds_of

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def instant(milliseconds: int, microseconds: int = 0) -> str:
    """Spell Unix milliseconds as the API does; `microseconds` (0..999) are the last three digits."""
    moment = _EPOCH + timedelta(milliseconds=milliseconds, microseconds=microseconds)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond:06d}+00:00"


def instant_of(time: int) -> str:
    """Spell a hybrid stamp: its counter becomes the microseconds, so text order is log order."""
    return instant(milliseconds_of(time), min(counter_of(time), COUNTER_LIMIT - 1))


def parse_instant(text: str) -> int:
    """Unix milliseconds of an ISO 8601 text; naive means UTC. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - _EPOCH) // timedelta(milliseconds=1)
