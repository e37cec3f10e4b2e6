"""Instants: one spelling, in which the order of texts is the order of the log."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canopy.ground.clock import COUNTER_LIMIT, milliseconds_of
from canopy.ground.instants import instant, instant_of, parse_instant

LATEST = "9999-12-31T23:59:59.999000+00:00"
STAMPS = st.builds(lambda ms, counter: ms << 16 | counter, st.integers(0, 2**47 - 1), st.integers(0, COUNTER_LIMIT - 1))


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [
        (0, "1970-01-01T00:00:00.000000+00:00"),
        (1, "1970-01-01T00:00:00.001000+00:00"),
        (951_782_400_000, "2000-02-29T00:00:00.000000+00:00"),
        (1_700_000_000_123, "2023-11-14T22:13:20.123000+00:00"),
        (253_402_300_799_999, LATEST),
        (253_402_300_800_000, LATEST),
        (2**63 - 1, LATEST),
    ],
)
def test_known_instants(milliseconds: int, text: str) -> None:
    assert instant(milliseconds) == text


def test_the_counter_is_the_last_three_digits() -> None:
    assert instant_of((1_700_000_000_123 << 16) + 7) == "2023-11-14T22:13:20.123007+00:00"
    assert instant_of((1_700_000_000_123 << 16) + 999) == "2023-11-14T22:13:20.123999+00:00"


@given(one=STAMPS, two=STAMPS)
def test_the_order_of_texts_is_the_order_of_stamps(one: int, two: int) -> None:
    assert (one < two) == (instant_of(one) < instant_of(two))
    assert (one == two) == (instant_of(one) == instant_of(two))


@given(milliseconds=st.integers(0, 2**47 - 1), microseconds=st.integers(0, 999))
def test_what_is_spelled_can_be_read(milliseconds: int, microseconds: int) -> None:
    text = instant(milliseconds, microseconds)
    assert len(text) == len(LATEST)
    assert parse_instant(text) == milliseconds


@given(time=st.integers(0, 2**63 - 1))
def test_no_stamp_of_a_stranger_is_unspeakable(time: int) -> None:
    assert parse_instant(instant_of(time)) == milliseconds_of(time)
    assert instant(time) <= LATEST


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("1970-01-01", 0),
        ("1970-01-01T00:00:01", 1000),
        ("1970-01-01T00:00:01Z", 1000),
        ("1970-01-01T01:00:01+01:00", 1000),
        ("1969-12-31T23:00:01.5-01:00", 1500),
        ("1970-01-01T00:00:00.000999+00:00", 0),
        ("1969-12-31T23:59:59.999000+00:00", -1),
        ("9999-12-31T23:59:59.999-23:59", 253_402_387_139_999),
    ],
)
def test_other_spellings_are_read(text: str, milliseconds: int) -> None:
    assert parse_instant(text) == milliseconds


@pytest.mark.parametrize("text", ["", "yesterday", "1970-13-01", "1970-01-01T25:00:00Z", "0", "1700000000", "\u0661"])
def test_what_is_no_instant_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_instant(text)
