"""When whom to dial: waits that double, are spread, and are forgotten where somebody asks."""

import pytest

from canopy.ground.clock import ManualClock
from canopy.ground.ids import NodeId
from canopy.mesh.dialing import FIRST_WAIT, LONGEST_WAIT, TURNED_AWAY_WAIT, Schedule

A, B, C = (NodeId(bytes([number]) * 32) for number in range(3))


def nobody(_: NodeId) -> bool:
    return False


def schedule(clock: ManualClock, spread: float = 1.0) -> Schedule:
    return Schedule(clock, lambda: spread)


def waits(clock: ManualClock, one: Schedule, count: int) -> list[float]:
    """How long each wait is, when dialling fails so often."""
    found = []
    for _ in range(count):
        one.failed(A)
        wait = one.next_in(nobody)
        assert wait is not None
        found.append(wait)
        clock.advance(wait)
        assert one.take_due(nobody, 8) == [A]
        one.done(A)
    return found


def test_whoever_is_wanted_is_due_at_once_and_dialled_once_at_a_time() -> None:
    one = schedule(ManualClock())
    one.want(A)
    one.want(B)
    assert one.next_in(nobody) == 0.0
    assert one.take_due(nobody, 1) == [A]
    assert one.take_due(nobody, 8) == [B]
    assert one.take_due(nobody, 8) == []
    assert one.next_in(nobody) is None
    one.done(A)
    one.done(C)
    assert one.take_due(nobody, 8) == [A]
    assert one.wanted() == [A, B]


def test_linked_nodes_are_not_due() -> None:
    one = schedule(ManualClock())
    one.want(A)
    assert one.take_due(lambda node: node == A, 8) == []
    assert one.next_in(lambda node: node == A) is None


def test_waits_double_up_to_a_minute() -> None:
    clock = ManualClock()
    one = schedule(clock)
    one.want(A)
    assert waits(clock, one, 10) == pytest.approx([0.5, 1, 2, 4, 8, 16, 32, 60, 60, 60])
    assert (FIRST_WAIT, LONGEST_WAIT) == (0.5, 60.0)


def test_waits_are_spread_over_their_second_half() -> None:
    clock = ManualClock()
    one = schedule(clock, spread=0.0)
    one.want(A)
    assert waits(clock, one, 3) == pytest.approx([0.25, 0.5, 1])


def test_very_many_failures_are_no_larger_number() -> None:
    clock = ManualClock()
    one = schedule(clock)
    one.want(A)
    assert waits(clock, one, 2_000)[-1] == pytest.approx(LONGEST_WAIT)


def test_a_lost_link_is_dialled_again_soon() -> None:
    clock = ManualClock()
    one = schedule(clock)
    one.want(A)
    waits(clock, one, 8)
    one.lost(A)
    assert one.next_in(nobody) == pytest.approx(FIRST_WAIT)


def test_whoever_turned_us_away_is_left_alone_for_long() -> None:
    one = schedule(ManualClock())
    one.want(A)
    one.failed(A, turned_away=True)
    assert one.next_in(nobody) == pytest.approx(TURNED_AWAY_WAIT)


def test_a_person_who_asks_need_not_wait() -> None:
    one = schedule(ManualClock())
    one.want(A)
    one.failed(A, turned_away=True)
    one.off.add(A)
    assert one.take_due(nobody, 8) == []
    assert one.next_in(nobody) is None
    assert one.next_try(A) is None
    one.want(A)
    assert one.take_due(nobody, 8) == [A]
    assert A not in one.off


def test_nobody_dials_whom_no_one_wants() -> None:
    one = schedule(ManualClock())
    one.failed(A)
    one.lost(A)
    one.done(A)
    assert one.next_in(nobody) is None
    one.want(A)
    one.drop(A)
    one.drop(A)
    assert one.take_due(nobody, 8) == []
    assert one.next_try(A) is None


def test_the_next_try_is_told_as_an_instant() -> None:
    clock = ManualClock()
    one = schedule(clock)
    one.want(A)
    assert one.next_try(A) == clock.now_ms()
    one.failed(A)
    assert one.next_try(A) == clock.now_ms() + 500
    clock.advance(10.0)
    assert one.next_try(A) == clock.now_ms()
