"""The simulation can fail: each wrong reading of protocol section 4 breaks the promise that it should."""

from collections.abc import Callable, Iterator
from functools import partial

import pytest
from tests.simulation.authority.network import MakeJudge, Peer, Said
from tests.simulation.authority.promises import (
    as_the_text_says,
    incremental_equals_full,
    judged_as_first_held,
    no_later_post_of_a_removed_member_shows,
    peers_agree,
    reopened_agrees,
    what_takes_away_is_never_lost,
)
from tests.simulation.authority.world import World

from canopy.ground.ids import EventId
from canopy.log import cuts, line
from canopy.log.authority import Judge, Span
from canopy.log.cuts import Attestation, CutHead, Held, Link
from canopy.log.line import Ruling, Step

SEEDS = 60


def breaks(promise: Callable[[World], None], make_judge: MakeJudge = Judge) -> bool:
    """Whether some history breaks the promise when it has ended."""
    return any(_fails(partial(_ended, promise, seed, make_judge)) for seed in range(SEEDS))


def breaks_on_the_way(promise: Callable[[Peer], None], make_judge: MakeJudge = Judge) -> bool:
    """Whether some history breaks what must hold at every step."""
    return any(_fails(partial(World(seed, make_judge).play, promise)) for seed in range(SEEDS))


def _ended(promise: Callable[[World], None], seed: int, make_judge: MakeJudge) -> None:
    world = World(seed, make_judge)
    world.play()
    promise(world)


def _fails(history: Callable[[], None]) -> bool:
    try:
        history()
    except AssertionError:
        return True
    return False


WHEN_ENDED = [
    peers_agree,
    reopened_agrees,
    what_takes_away_is_never_lost,
    no_later_post_of_a_removed_member_shows,
    judged_as_first_held,
]


@pytest.mark.parametrize("promise", WHEN_ENDED)
def test_nothing_breaks_without_sabotage(promise: Callable[[World], None]) -> None:
    assert not breaks(promise)


@pytest.mark.parametrize("promise", [incremental_equals_full, as_the_text_says])
def test_nothing_breaks_on_the_way_without_sabotage(promise: Callable[[Peer], None]) -> None:
    assert not breaks_on_the_way(promise)


class ByArrival(Judge):
    """Judges once, when the event arrives, and never again."""

    def index(self, link: Link) -> int | None:
        self.first: dict[EventId, int | None] = getattr(self, "first", {})
        first = self.first.setdefault(link.id, super().index(link))
        return first if first is None else min(first, len(self.line))


def test_judging_by_arrival_makes_peers_disagree() -> None:
    assert breaks(peers_agree, ByArrival)


class ByClock(Judge):
    """Judges by the time that the author claims: under the state of that moment."""

    times: dict[EventId, int] = {}

    def index(self, link: Link) -> int | None:
        if super().index(link) is None:
            return None
        earlier = [step for step in self.line if self.times[step.id] <= self.times[link.id]]
        return len(earlier)


def test_judging_by_the_clock_lets_removed_members_post(monkeypatch: pytest.MonkeyPatch) -> None:
    take = Peer.take

    def noting(self: Peer, said: Said) -> None:
        """Members lie about their time; the founder does not."""
        ByClock.times[said.id] = said.born if isinstance(said.event, Ruling) else said.time
        take(self, said)

    monkeypatch.setattr(Peer, "take", noting)
    assert breaks(no_later_post_of_a_removed_member_shows, ByClock)


def test_counting_ancestors_of_unheld_heads_is_not_the_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cuts, "holds", lambda held, head: True)
    assert breaks_on_the_way(as_the_text_says)


def test_counting_by_height_lets_forks_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same height on another branch is not contained."""

    def tall_enough(self: Attestation, link: Link, held: Held) -> int | None:
        named = [index for head, index in self._named.items() if head.height >= link.height]
        return min(named, default=None)

    monkeypatch.setattr(Attestation, "index", tall_enough)
    assert breaks(peers_agree)
    assert breaks(judged_as_first_held)


def test_a_fork_that_closes_nothing_makes_peers_disagree(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Attestation, "closes", lambda self, height: False)
    assert breaks(peers_agree)


def test_forgetting_to_judge_again_after_a_fork_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    grow = Attestation.grow

    def silent(self: Attestation, link: Link, held: Held) -> None:
        grow(self, link, held)

    monkeypatch.setattr(Attestation, "grow", silent)
    assert breaks_on_the_way(incremental_equals_full)


def test_forgetting_what_stands_outside_a_new_cut_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(self: Judge, index: int) -> Iterator[Span]:
        return iter(())

    monkeypatch.setattr(Judge, "_outside", nothing)
    assert breaks_on_the_way(incremental_equals_full)


def test_forgetting_a_named_head_that_arrives_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Attestation, "meet", lambda self, link: None)
    assert breaks_on_the_way(incremental_equals_full)


def test_cuts_of_the_dropped_run_must_attest_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def all_heads(self: Step) -> tuple[CutHead, ...]:
        return (*self.ruling.cut, self.ruling.link.head)

    monkeypatch.setattr(Step, "heads", property(all_heads))
    assert breaks(peers_agree)


def test_dropping_removals_with_their_run_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "_losses", lambda tree, path: {place: [] for place in range(-1, len(path))})
    assert breaks(what_takes_away_is_never_lost)


def test_removals_at_their_old_place_would_be_undone(monkeypatch: pytest.MonkeyPatch) -> None:
    """They come right after the base, not where their own run left the line."""
    monkeypatch.setattr(line, "_stretch_ends", lambda path: list(range(len(path))))
    assert breaks(peers_agree)


def test_the_resumption_that_came_first_must_not_win(monkeypatch: pytest.MonkeyPatch) -> None:
    def first_come(tree: line._Tree, forks: line.Forks) -> Ruling | None:
        openers = [ruling for ruling in tree.rulings.values() if ruling.resumes and ruling.link.id in tree.depth]
        return openers[0] if openers else winner(tree, forks)

    winner = line._winner
    monkeypatch.setattr(line, "_winner", first_come)
    assert breaks(peers_agree)


def test_judging_under_the_state_after_the_cut_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The state *before* the first authority event whose cut contains it."""
    index = Judge.index

    def one_too_far(self: Judge, link: Link) -> int | None:
        found = index(self, link)
        return found if found is None else min(found + 1, len(self.line))

    monkeypatch.setattr(Judge, "index", one_too_far)
    assert breaks(peers_agree)


def test_a_closed_chain_that_carries_the_line_on_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "_counts", lambda ruling, forks: True)
    assert breaks_on_the_way(as_the_text_says)
