"""Time as an argument: what a clock is, and the hybrid logical stamps of the log (protocol section 2).

The real clock is made in `node.py`; nothing here reads the machine's time, so that a simulator can run
hours of mesh in a second.
"""

from typing import Protocol

COUNTER_BITS = 16
COUNTER_LIMIT = 1000
"""The counter runs 0..999, so that shown microseconds sort exactly as the log does."""
FUTURE_TOLERANCE_MS = 5 * 60 * 1000
"""An event whose stamp is further ahead than this waits until its time has come."""


class Clock(Protocol):
    """What the program may know of time."""

    def now_ms(self) -> int:
        """Unix time in milliseconds; may jump."""
        ...

    def monotonic(self) -> float:
        """Seconds since an arbitrary instant; never goes back."""
        ...


class ManualClock:
    """A clock that moves only when told to; for tests and simulations."""

    def __init__(self, now_ms: int = 1_700_000_000_000) -> None:
        self._now_ms = now_ms
        self._elapsed = 0.0

    def now_ms(self) -> int:
        return self._now_ms

    def monotonic(self) -> float:
        return self._elapsed

    def advance(self, seconds: float) -> None:
        """Let time pass for both readings."""
        self._now_ms += round(seconds * 1000)
        self._elapsed += seconds

    def set_back(self, seconds: float) -> None:
        """Jump the wall clock back, as an administrator or a bad battery does."""
        self._now_ms -= round(seconds * 1000)


def stamp_after(previous: int, now_ms: int) -> int:
    """The next hybrid stamp: the clock's milliseconds, or just after `previous` when that is later.

    A full counter raises the milliseconds by one.
    """
    fresh = now_ms << COUNTER_BITS
    if fresh > previous:
        return fresh
    if counter_of(previous) + 1 < COUNTER_LIMIT:
        return previous + 1
    return (milliseconds_of(previous) + 1) << COUNTER_BITS


def milliseconds_of(time: int) -> int:
    """Unix milliseconds of a hybrid stamp."""
    return time >> COUNTER_BITS


def counter_of(time: int) -> int:
    """The counter of a hybrid stamp; 1000 and above is not a legal stamp."""
    return time & ((1 << COUNTER_BITS) - 1)
