"""Hybrid stamps: they grow, they stay legal, and they are the clock's whenever the clock is ahead."""

from hypothesis import given
from hypothesis import strategies as st

from canopy.ground.clock import (
    COUNTER_BITS,
    COUNTER_LIMIT,
    ManualClock,
    counter_of,
    milliseconds_of,
    stamp_after,
)

MS = st.integers(0, 2**47 - 1)
LEGAL = st.builds(lambda ms, counter: ms << COUNTER_BITS | counter, MS, st.integers(0, COUNTER_LIMIT - 1))
ANY = st.integers(0, 2**63 - 1)
NOW = 1_700_000_000_000


def test_known_stamps() -> None:
    assert stamp_after(0, NOW) == 111_411_200_000_000_000 == NOW << 16
    assert stamp_after(NOW << 16, NOW) == (NOW << 16) + 1
    assert stamp_after((NOW << 16) + 998, NOW) == (NOW << 16) + 999
    assert stamp_after((NOW << 16) + 999, NOW) == (NOW + 1) << 16
    assert stamp_after((NOW << 16) + 999, NOW + 1) == (NOW + 1) << 16
    assert stamp_after((NOW + 5) << 16, NOW) == ((NOW + 5) << 16) + 1


@given(previous=ANY, now=MS)
def test_a_stamp_is_later_and_legal(previous: int, now: int) -> None:
    stamp = stamp_after(previous, now)
    assert stamp > previous
    assert stamp >= now << COUNTER_BITS
    assert counter_of(stamp) < COUNTER_LIMIT


@given(previous=LEGAL, now=MS)
def test_a_clock_that_is_ahead_is_taken_as_it_is(previous: int, now: int) -> None:
    stamp = stamp_after(previous, now)
    if now > milliseconds_of(previous):
        assert (milliseconds_of(stamp), counter_of(stamp)) == (now, 0)
    else:
        assert milliseconds_of(stamp) <= milliseconds_of(previous) + 1


@given(start=LEGAL, clocks=st.lists(MS, max_size=20))
def test_a_chain_of_stamps_grows_whatever_the_clock_does(start: int, clocks: list[int]) -> None:
    stamps = [start]
    for now in clocks:
        stamps.append(stamp_after(stamps[-1], now))
    assert stamps == sorted(set(stamps))


def test_many_stamps_in_one_millisecond_raise_it() -> None:
    stamp = stamp_after(0, NOW)
    for _ in range(2 * COUNTER_LIMIT):
        stamp = stamp_after(stamp, NOW)
    assert (milliseconds_of(stamp), counter_of(stamp)) == (NOW + 2, 0)


@given(ms=MS, counter=st.integers(0, 2**COUNTER_BITS - 1))
def test_a_stamp_comes_apart_again(ms: int, counter: int) -> None:
    assert (milliseconds_of(ms << 16 | counter), counter_of(ms << 16 | counter)) == (ms, counter)


def test_a_manual_clock_moves_when_told() -> None:
    clock = ManualClock(NOW)
    clock.advance(1.5)
    assert (clock.now_ms(), clock.monotonic()) == (NOW + 1500, 1.5)
    clock.set_back(60)
    assert (clock.now_ms(), clock.monotonic()) == (NOW - 58_500, 1.5)
