"""Two nodes that trust each other come to hold the same, whatever each missed."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from canopy.ground.clock import ManualClock
from tests.mesh.meeting import End, Member, shake, talk

Make = Callable[[int], Member]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def make(tmp_path: Path, clock: ManualClock) -> Iterator[Make]:
    members: list[Member] = []

    def one(number: int) -> Member:
        folder = tmp_path / str(number)
        folder.mkdir()
        members.append(Member(folder, clock, number))
        return members[-1]

    yield one
    for member in members:
        member.close()


def settle(one: End, other: End, clock: ManualClock) -> None:
    """Let them talk, and time pass, until they are level."""
    for _ in range(8):
        talk(one, other)
        if one.pump.session.sync.level and other.pump.session.sync.level:
            return
        clock.advance(2.0)
    raise AssertionError("they do not agree that they hold the same")


def test_each_gets_what_the_other_said_before_they_met(make: Make, clock: ManualClock) -> None:
    one, two = make(1), make(2)
    one.post("from one")
    two.post("from two")
    one.trust(two)
    two.trust(one)
    settle(*shake(one, two), clock)
    assert sorted(one.words()) == ["from one", "from two"]
    assert one.words() == two.words()


def test_what_is_said_on_a_link_crosses_at_once(make: Make, clock: ManualClock) -> None:
    one, two = make(1), make(2)
    one.trust(two)
    two.trust(one)
    ends = shake(one, two)
    settle(*ends, clock)
    one.post("hello")
    clock.advance(1.0)
    two.post("hi")
    assert talk(*ends) == 2
    assert one.words() == two.words() == ["hello", "hi"]


def test_nothing_flows_to_whom_one_side_does_not_trust(make: Make, clock: ManualClock) -> None:
    one, two = make(1), make(2)
    one.post("not for strangers")
    one.trust(two)
    ends = shake(one, two)
    talk(*ends)
    assert two.words() == []
    two.trust(one)
    two.run(ends[1].pump.trust_changed())
    settle(*ends, clock)
    assert two.words() == ["not for strangers"]


def test_a_long_absence_is_made_up(make: Make, clock: ManualClock) -> None:
    one, two = make(1), make(2)
    one.trust(two)
    two.trust(one)
    settle(*shake(one, two), clock)
    for number in range(300):
        one.post(f"message {number}")
    two.post("meanwhile")
    settle(*shake(two, one), clock)
    assert len(two.words()) == 301
    assert one.words() == two.words()


def test_a_third_node_gets_everything_through_the_second(make: Make, clock: ManualClock) -> None:
    one, two, three = make(1), make(2), make(3)
    one.trust(two)
    two.trust(one, three)
    three.trust(two)
    left = shake(one, two)
    right = shake(three, two)
    for _ in range(3):
        settle(*left, clock)
        settle(*right, clock)
    one.post("from afar")
    talk(*left)
    talk(*right)
    assert three.words() == ["from afar"]
