"""Two sync machines over shelves in memory: all histories come together, with few words, and no peer makes us busy."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from canopy.ground.errors import Overstepped
from canopy.mesh import syncing
from canopy.mesh.contents import Bodies, Events, Heads, Later, Level, Want, read, seal
from canopy.mesh.syncing import Sync
from canopy.mesh.wire import LEAST_COST, Class
from tests.mesh.shelves import ROOM, Memory, Side, Talk, Told, chain, line, name

A, B, C = chain(1), chain(2), chain(3)


def talk(ours: list[Told], theirs: list[Told]) -> Talk:
    return Talk(Side(Memory(ours), run=1), Side(Memory(theirs), run=2))


def settled(one: Talk) -> None:
    one.pass_time(2_000.0)
    assert one.same
    assert one.level


def test_two_who_hold_the_same_say_so_in_one_frame_each() -> None:
    same = line(A, 1, 5)
    both = talk(same, same)
    both.settle()
    assert both.one.said == both.two.said == [Events(5, [])]
    assert both.level and both.one.sync.caught_up


def test_two_who_hold_nothing_are_level() -> None:
    both = talk([], [])
    both.settle()
    assert both.level and both.one.said == [Events(0, [])]


def test_without_a_cursor_whole_vectors_are_compared() -> None:
    both = talk([*line(A, 1, 40), *line(B, 1, 3)], [*line(A, 1, 2), *line(C, 1, 30)])
    both.pass_time(5.0)
    assert both.same and both.level
    assert both.one.twice == both.two.twice == 0
    heads = [content for content in both.one.said if isinstance(content, Heads)]
    assert [(one.whole, one.last, len(one.chains)) for one in heads] == [(True, True, 2)]


def test_with_a_cursor_only_what_changed_is_spoken_of() -> None:
    shared = [event for author in range(1, 30) for event in line(chain(author), 1, 4)]
    both = talk(shared, shared)
    both.settle()
    both.one.shelf.take_all(line(A, 5, 9))
    both.two.shelf.take_all([*line(B, 5, 6), *line(chain(77), 1, 2)])
    for side, other in ((both.one, both.two), (both.two, both.one)):
        side.sync, side.said = Sync(), []
        side.cursor = (other.run, len(shared))
    both.again()
    both.pass_time(5.0)
    assert both.same and both.level
    assert both.one.twice == both.two.twice == 0
    heads = [content for side in (both.one, both.two) for content in side.said if isinstance(content, Heads)]
    assert [(one.whole, len(one.chains)) for one in heads] == [(False, 1), (False, 2)]


@pytest.mark.parametrize("cursor", [(9, 3), (2, 400), (2, 0)], ids=["other database", "ahead of us", "nothing yet"])
def test_a_cursor_that_means_nothing_is_not_used(cursor: tuple[int, int]) -> None:
    one, two = Side(Memory(line(A, 1, 9)), run=1), Side(Memory([*line(A, 1, 4), *line(B, 1, 2)]), run=2)
    one.cursor, two.cursor = cursor, (1, 4)
    both = Talk(one, two)
    settled(both)
    assert next(content for content in one.said if isinstance(content, Heads)).whole


def test_a_cursor_far_behind_is_slower_than_a_whole_comparison(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(syncing, "MOST_CHANGES", 10)
    one, two = Side(Memory(line(A, 1, 40)), run=1), Side(Memory(line(A, 1, 4)), run=2)
    one.cursor, two.cursor = (2, 4), (1, 4)
    both = Talk(one, two)
    settled(both)
    assert next(content for content in one.said if isinstance(content, Heads)).whole
    assert not next(content for content in two.said if isinstance(content, Heads)).whole


def test_a_wrong_cursor_costs_a_comparison_and_no_event() -> None:
    """As after two copies of one folder took turns: the peer believes that it holds what another copy had there."""
    one = Side(Memory([*line(A, 1, 4), *line(B, 1, 5)]), run=1)
    two = Side(Memory(line(A, 1, 4)), run=2)
    one.cursor, two.cursor = (2, 4), (1, 9)
    both = Talk(one, two)
    both.pass_time(30.0)
    assert both.same and both.level


def test_what_is_new_crosses_at_once_in_one_frame() -> None:
    both = talk(line(A, 1, 3), line(A, 1, 3))
    both.settle()
    both.one.shelf.take_all(line(A, 4, 4))
    both.settle()
    assert both.one.said[-1] == Events(4, [line(A, 4, 4)[0].item()])
    both.two.shelf.take_all(line(B, 1, 1))
    both.settle()
    assert both.same
    assert len(both.one.said) == len(both.two.said) == 2


def test_what_is_new_is_live_and_what_is_old_is_not() -> None:
    both = talk(line(A, 1, 3), [])
    for _ in range(3):
        both.step()
    both.one.shelf.take_all(line(B, 1, 1))
    (envelope,) = both.one.speak(0.0)
    assert (envelope.kind, envelope.of) == ("events", Class.LIVE)


def test_while_old_things_flow_new_ones_come_too_and_none_twice() -> None:
    both = talk(line(A, 1, 400), [])
    both.one.at_once = both.two.at_once = 1
    for number in range(1, 41):
        both.step()
        both.one.shelf.take_all([*line(A, 400 + number, 400 + number), *line(B, number, number)])
    assert 0 < len(both.two.shelf.held) < 480, "the old had not all gone when the new came"
    both.settle()
    assert both.same
    assert both.two.twice == 0
    both.pass_time(5.0)
    assert both.level


def test_a_postponed_chain_stops_and_comes_when_it_is_wanted() -> None:
    both = talk([*line(A, 1, 100), *line(B, 1, 5)], [])
    both.two.refuses = {A}
    both.one.at_once = 1
    both.settle()
    assert set(both.two.shelf.held.values()) == set(line(B, 1, 5))
    assert both.two.count(Later) >= 1
    sent = sum(len(content.items) for content in both.one.said if isinstance(content, Events))
    assert sent < 60, "it went on sending what the peer put off"
    both.one.shelf.take_all(line(A, 101, 101))
    both.settle()
    assert sum(len(content.items) for content in both.one.said if isinstance(content, Events)) == sent
    both.two.refuses = set()
    both.two.sync.resume([A], both.two.shelf)
    settled(both)
    assert both.two.count(Want) == 1


def test_a_want_for_what_nobody_has_is_passed_over() -> None:
    both = talk(line(A, 1, 3), line(A, 1, 3))
    both.settle()
    both.one.sync.receive(Want(C, []), both.one.shelf, 0.0)
    assert both.one.speak(0.0) == []


def test_forked_chains_come_together_with_all_their_branches() -> None:
    trunk = line(A, 1, 10)
    left, right = line(A, 11, 15, branch="left"), line(A, 11, 13, branch="right")
    left = [left[0]._replace(prev=name(A, 10)), *left[1:]]
    both = talk([*trunk, *left], [*trunk, *right])
    both.settle()
    assert both.same, "no second comparison is needed"
    assert len(both.one.shelf.held) == 18
    settled(both)


def test_a_fork_below_what_both_hold_is_found() -> None:
    ours = [*line(A, 1, 3), *line(A, 4, 30, branch="x", after=name(A, 3))]
    theirs = [*line(A, 1, 3), *line(A, 4, 6, branch="y", after=name(A, 3))]
    both = talk(ours, theirs)
    settled(both)


def test_a_peer_that_is_further_behind_than_it_seemed_gets_what_lies_between() -> None:
    both = talk(line(A, 1, 9), line(A, 1, 9))
    both.settle()
    for event in line(A, 4, 9):
        both.two.shelf.held.pop(event.id)
        both.two.shelf.log.remove(event)
    both.one.sync._theirs[A] = 3
    both.one.shelf.take_all(line(A, 10, 10))
    both.settle()
    assert both.same


def test_bodies_that_are_missing_are_asked_for() -> None:
    both = talk(line(A, 1, 3), [*line(A, 1, 3), *line(B, 1, 1)])
    both.one.shelf.missing = [name(A, 2), name(C, 1)]
    both.one.sync, both.two.sync = Sync(), Sync()
    both.again()
    both.settle()
    assert Bodies([name(A, 2), name(C, 1)]) in both.one.said
    assert Events(0, [line(A, 2, 2)[0].item()]) in both.two.said


def test_bodies_are_asked_for_where_digests_are_equal() -> None:
    both = talk(line(A, 1, 3), line(A, 1, 3))
    both.one.shelf.missing = [name(A, 2)]
    both.one.sync, both.two.sync = Sync(), Sync()
    both.again()
    both.settle()
    assert both.one.said == [Bodies([name(A, 2)]), Events(3, [])]
    assert Events(0, [line(A, 2, 2)[0].item()]) in both.two.said


def test_bodies_that_nobody_has_are_not_answered() -> None:
    both = talk(line(A, 1, 3), line(A, 1, 3))
    both.settle()
    both.two.sync.receive(Bodies([name(C, 1)]), both.two.shelf, 0.0)
    assert both.two.speak(0.0) == []


def test_the_peer_hears_how_far_it_is_though_nothing_was_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(syncing, "CURSOR_LAG", 50)
    both = talk(line(A, 1, 3), line(A, 1, 3))
    both.settle()
    sync = both.one.sync
    sync._theirs[B] = 60
    both.one.shelf.take_all(line(B, 1, 60, size=1))
    both.settle()
    (told,) = both.one.said[1:]
    assert isinstance(told, Events)
    assert told.items == [] and told.upto > 50


def test_a_person_may_ask_for_a_comparison() -> None:
    both = talk(line(A, 1, 3), line(A, 1, 3))
    before = Sync()
    before.audit(both.one.shelf)
    assert before.next(both.one.shelf, ROOM, ROOM) is None
    both.settle()
    both.one.sync.audit(both.one.shelf)
    both.settle()
    assert both.one.count(Heads) == both.two.count(Heads) == 1
    assert both.level


def test_what_the_other_holds_is_told_as_far_as_it_is_known() -> None:
    both = talk(line(A, 1, 9), line(A, 1, 4))
    assert both.one.sync.holds(A, 1) is None
    both.step()
    both.one.hear(0.0) if both.one.inbox else None
    assert both.one.sync.holds(A, 4) is True
    assert both.one.sync.holds(A, 9) is False
    assert both.one.sync.holds(B, 1) is None
    both.settle()
    assert both.one.sync.holds(A, 9) is True
    equal = talk(line(A, 1, 4), line(A, 1, 4))
    equal.settle()
    assert equal.one.sync.holds(A, 4) is True


def test_progress_is_told_while_it_lasts() -> None:
    both = talk([], [*line(A, 1, 50), *line(B, 1, 10)])
    both.two.at_once = 1
    for _ in range(3):
        both.step()
    assert 0 < both.one.sync.done < 60
    assert (both.one.sync.total, both.one.sync.caught_up) == (60, False)
    both.settle()
    assert (both.one.sync.total, both.one.sync.done, both.one.sync.caught_up) == (0, 0, True)


def test_nothing_comes_before_both_said_hello() -> None:
    for content in (Heads(True, True, False, []), Want(A, []), Later(A), Bodies([]), Level(bytes(16), True)):
        with pytest.raises(Overstepped):
            Sync().receive(content, Memory(), 0.0)
    assert Sync().next(Memory(line(A, 1, 2)), ROOM, ROOM) is None


def test_nobody_speaks_of_more_chains_than_there_can_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(syncing, "MOST_HEADS", 50)
    both = talk(line(A, 1, 2), [])
    heads = [[(chain(number + 40 * part), [(1, bytes(8))]) for number in range(40)] for part in range(2)]
    both.one.sync.receive(Heads(True, False, False, heads[0]), both.one.shelf, 0.0)
    with pytest.raises(Overstepped):
        both.one.sync.receive(Heads(True, False, False, heads[1]), both.one.shelf, 0.0)


def test_without_room_nothing_leaves() -> None:
    both = talk(line(A, 1, 20), [])
    assert both.one.sync.next(both.one.shelf, LEAST_COST - 1, LEAST_COST - 1) is None
    both.settle()
    both.one.shelf.take_all(line(B, 1, 1))
    assert both.one.sync.next(both.one.shelf, ROOM, LEAST_COST - 1) is None
    assert both.one.sync.next(both.one.shelf, 0, LEAST_COST) is not None


# Peers that mean harm.


class Liar(Side):
    """Its digest never fits, whatever is compared."""

    def speak(self, now: float) -> list[Any]:
        return [self._lie(envelope) for envelope in super().speak(now)]

    def _lie(self, envelope: Any) -> Any:
        content = read(envelope)
        return seal(Level(b"never the same..", content.answer)) if isinstance(content, Level) else envelope


def test_a_digest_that_never_fits_costs_few_comparisons() -> None:
    same = line(A, 1, 20)
    one, liar = Side(Memory(same)), Liar(Memory([*same, *line(B, 1, 1)]), run=2)
    both = Talk(one, liar)
    both.pass_time(3_600.0)
    whole = sum(isinstance(content, Heads) and content.whole for content in one.said)
    assert 3 <= whole <= 20
    assert len(one.said) < 200
    assert one.shelf.compared < 300


def test_forged_words_at_any_time_break_nothing() -> None:
    """What a peer says in whatever order: a link may end, but nothing else happens, and honest ones agree after it."""
    both = talk(line(A, 1, 20), line(A, 1, 20))
    both.settle()
    for content in (
        Heads(False, True, True, [(A, [(10, b"forged..")])]),
        Heads(True, True, False, [(A, [(2**63 - 1, b"forged..")])]),
        Want(A, [(2**63 - 1, b"forged..")]),
        Later(A),
        Later(C),
        Level(b"forged.........."[:16], True),
        Heads(True, True, True, [(C, [(5, b"forged..")] * 8)]),
    ):
        both.one.sync.receive(content, both.one.shelf, both.now)
        both.one.speak(both.now)
    both.one.sync.audit(both.one.shelf)
    both.one.shelf.take_all(line(B, 1, 3))
    both.pass_time(3_600.0)
    assert both.same


# All histories.


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Told], list[Told]]:
    """What two nodes may hold of five chains: common trunks, and on each side more of them, or a branch."""
    sides: tuple[list[Told], list[Told]] = ([], [])
    for author in range(1, draw(st.integers(1, 5)) + 1):
        key, trunk = chain(author), draw(st.integers(0, 20))
        for number, side in enumerate(sides):
            kept = draw(st.integers(0, trunk))
            more = draw(st.integers(0, 20)) if kept == trunk and trunk else 0
            branch = draw(st.sampled_from(["", "", f"b{number}"]))
            side += line(key, 1, kept)
            side += line(key, trunk + 1, trunk + more, branch=branch, after=name(key, trunk)) if more else []
    return sides


@given(histories(), st.data())
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_all_histories_come_together(sides: tuple[list[Told], list[Told]], data: st.DataObject) -> None:
    both = talk(*sides)
    for step in range(data.draw(st.integers(0, 6))):
        both.step()
        extra = chain(90 + step)
        data.draw(st.sampled_from([both.one, both.two])).shelf.take_all(line(extra, 1, 2))
    both.pass_time(1_500.0)
    assert both.same
    assert both.level
    assert len(both.one.said) + len(both.two.said) < 400


@given(histories(), histories(), st.integers(0, 60), st.integers(0, 60))
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_whatever_cursors_say_all_comes_together(
    first: tuple[list[Told], list[Told]], second: tuple[list[Told], list[Told]], here: int, there: int
) -> None:
    one, two = Side(Memory(first[0]), run=1), Side(Memory(first[1]), run=2)
    one.cursor, two.cursor = (2, there), (1, here)
    both = Talk(one, two)
    both.pass_time(2_000.0)
    assert both.same and both.level


def test_an_event_that_does_not_fit_waits_for_room() -> None:
    """And meanwhile nobody says that all was sent: the other would note it, and ask from there the next time."""
    both = talk(line(A, 1, 1, size=20_000), [])
    one = both.one
    assert one.sync.next(one.shelf, ROOM, ROOM) == seal(Heads(True, True, False, [(A, [(1, name(A, 1)[:8])])]))
    one.sync.receive(Heads(True, True, False, []), one.shelf, 0.0)
    assert one.sync.next(one.shelf, LEAST_COST, 0) is None
    assert one.sync.next(one.shelf, 0, 0) is None
    assert one.sync.next(one.shelf, ROOM, 0) == seal(Events(0, [line(A, 1, 1, size=20_000)[0].item()]))
    assert one.sync.next(one.shelf, LEAST_COST, 0) == seal(Events(1, []))
