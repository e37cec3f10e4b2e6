"""The authority rule case by case (protocol section 4); thousands of mixed cases are in tests/simulation/authority."""

from collections.abc import Iterable, Sequence
from itertools import permutations
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canopy.ground.ids import NO_EVENT, EventId, NodeId
from canopy.log import authority
from canopy.log.authority import Change, Judge, Span, States, judge_all
from canopy.log.cuts import Attestation, Chain, Chains, CutHead, Extent, Link, ancestry, holds
from canopy.log.line import Ruling, Step, draw, extends

FOUNDER = NodeId(b"founder")
HOME = Chain(FOUNDER, 1)
NEXT = Chain(FOUNDER, 2)
ANN = Chain(NodeId(b"ann"), 1)
BOB = Chain(NodeId(b"bob"), 1)


def name(text: str) -> EventId:
    return EventId(text.encode())


def link(text: str, chain: Chain, height: int, prev: str = "") -> Link:
    return Link(name(text), chain, height, name(prev) if prev else NO_EVENT)


def row(chain: Chain, *names: str, start: int = 1, prev: str = "") -> list[Link]:
    """Events of one chain, one after the other."""
    befores = (prev, *names)
    return [link(text, chain, start + place, befores[place]) for place, text in enumerate(names)]


def rule(at: Link, line: str = "", *cut: Link, resumes: bool = False, takes: bool = False) -> Ruling:
    heads = tuple(one.head for one in cut)
    return Ruling(at, name(line) if line else NO_EVENT, heads, resumes=resumes, takes=takes)


class Desk:
    """A judge that holds what it has been handed."""

    def __init__(self) -> None:
        self.held = Chains()
        self.judge = Judge(FOUNDER, self.held)
        self.events: list[Link | Ruling] = []

    def take(self, *events: Link | Ruling) -> Change:
        for event in events:
            self.events.append(event)
            self.held.add(event.link if isinstance(event, Ruling) else event)
            change = self.judge.take(event)
            full = judge_all(FOUNDER, self.events)
            assert self.judge.line == list(full.line)
            assert {one.id: self.judge.index(one) for one in self.held} == full.index
        return change

    def line(self) -> str:
        """The names of the steps; a bracket around what only takes away."""
        return " ".join(shown(step) for step in self.judge.line)

    def index(self, *links: Link) -> list[int | None]:
        return [self.judge.index(one) for one in links]


def shown(step: Step) -> str:
    return step.id.decode() if step.attests else f"({step.id.decode()})"


# The rule


def test_an_event_is_judged_by_the_newest_authority_event_until_a_cut_contains_it() -> None:
    desk = Desk()
    (post,) = row(ANN, "p")
    first, second, third = row(HOME, "a", "b", "c")
    desk.take(rule(first), post)
    assert desk.index(post) == [1]
    desk.take(rule(second, "a", post))
    assert desk.index(post) == [1], "before the authority event whose cut contains it"
    desk.take(rule(third, "b"))
    assert desk.index(post) == [1], "and it stays so"


def test_an_event_outside_every_cut_follows_the_line() -> None:
    desk = Desk()
    (post,) = row(ANN, "p")
    first, second, third = row(HOME, "a", "b", "c")
    desk.take(rule(first), post, rule(second, "a"), rule(third, "b"))
    assert desk.index(post) == [3]


def test_an_event_is_as_good_as_nothing_before_the_first_authority_event() -> None:
    desk = Desk()
    desk.take(*row(ANN, "p"))
    assert desk.index(*row(ANN, "p")) == [0]


def test_the_first_cut_decides_and_cuts_only_grow() -> None:
    desk = Desk()
    posts = row(ANN, "p", "q", "r")
    first, second, third = row(HOME, "a", "b", "c")
    desk.take(*posts, rule(first), rule(second, "a", posts[1]), rule(third, "b", posts[2], posts[0]))
    assert desk.index(*posts) == [1, 1, 2]


def test_the_own_chain_is_cut_by_its_own_heights() -> None:
    desk = Desk()
    first, post, second, late = row(HOME, "a", "p", "b", "q")
    desk.take(rule(first), post, rule(second, "a"), late)
    assert desk.index(first, post, second, late) == [0, 1, 1, 2]


def test_nothing_counts_as_ancestor_of_a_head_that_is_not_held() -> None:
    desk = Desk()
    posts = row(ANN, "p", "q", "r")
    first, second, third = row(HOME, "a", "b", "c")
    desk.take(rule(first), rule(second, "a", posts[1]), rule(third, "b"), posts[0])
    assert desk.index(posts[0]) == [3]
    change = desk.take(posts[1])
    assert desk.index(posts[0], posts[1]) == [1, 1]
    assert change == Change(None, (Span(ANN, 1, 2),))


@pytest.mark.parametrize(
    "wrong",
    [CutHead(BOB, 2, name("q")), CutHead(ANN, 3, name("q")), CutHead(ANN, 2, name("other"))],
    ids=["chain", "height", "id"],
)
def test_a_head_that_is_named_wrongly_is_never_held(wrong: CutHead) -> None:
    desk = Desk()
    posts = row(ANN, "p", "q", "r")
    first, second, third = row(HOME, "a", "b", "c")
    desk.take(*posts, rule(first), Ruling(second, name("a"), (wrong,), resumes=False, takes=False), rule(third, "b"))
    assert desk.index(*posts) == [3, 3, 3]


def test_authority_events_of_others_are_events_like_any_other() -> None:
    desk = Desk()
    (first,) = row(HOME, "a")
    coup, after = row(ANN, "x", "y")
    change = desk.take(rule(first), rule(coup))
    assert desk.line() == "a"
    assert change == Change(None, (Span(ANN, 1, 1),))
    desk.take(after)
    assert desk.index(coup, after) == [1, 1]


# The stated consequence


def test_a_post_of_a_removed_member_shows_when_the_founder_first_holds_it_after_adding_again() -> None:
    desk = Desk()
    before, during = row(ANN, "p", "q")
    added, removed, again = row(HOME, "a", "b", "c")
    desk.take(rule(added), before, rule(removed, "a", before, takes=True), during)
    assert desk.index(before, during) == [1, 2]
    desk.take(rule(again, "b"))
    assert desk.index(before, during) == [1, 3]


def test_a_post_that_the_founder_held_while_the_member_was_removed_stays_hidden() -> None:
    desk = Desk()
    (during,) = row(ANN, "q")
    added, removed, again = row(HOME, "a", "b", "c")
    desk.take(rule(added), rule(removed, "a", takes=True), during, rule(again, "b", during))
    assert desk.index(during) == [2]


# Forks


def test_a_fork_closes_the_chain_from_its_height_on() -> None:
    desk = Desk()
    posts = row(ANN, "p", "q", "r")
    other = link("q2", ANN, 2, "p")
    desk.take(rule(link("a", HOME, 1)), *posts)
    change = desk.take(other)
    assert desk.index(*posts, other) == [1, None, None, None]
    assert change == Change(None, (Span(ANN, 2, 3),))


def test_a_lower_fork_closes_more() -> None:
    desk = Desk()
    posts = row(ANN, "p", "q", "r")
    desk.take(*posts, link("r2", ANN, 3, "q"))
    assert desk.index(*posts) == [0, 0, None]
    desk.take(link("p2", ANN, 1))
    assert desk.index(*posts) == [None, None, None]
    change = desk.take(link("r3", ANN, 3, "q"))
    assert change == Change(None, (Span(ANN, 3, 3),)), "a higher one closes nothing more"


def test_on_a_closed_chain_counts_what_a_cut_names() -> None:
    desk = Desk()
    posts = row(ANN, "p", "q", "r", "s")
    other = row(ANN, "q2", "r2", start=2, prev="p")
    first, second, third = row(HOME, "a", "b", "c")
    desk.take(rule(first), *posts, rule(second, "a", posts[2]), *other)
    assert desk.index(*posts, *other) == [1, 1, 1, None, None, None]
    change = desk.take(rule(third, "b", other[0]))
    assert desk.index(*posts, *other) == [1, 1, 1, None, 2, None]
    assert Span(ANN, 2, 4) in change.again, "the closed part is judged again"


def test_a_named_branch_counts_when_it_arrives() -> None:
    desk = Desk()
    posts = row(ANN, "p", "q")
    other = row(ANN, "q2", "r2", start=2, prev="p")
    first, second, third = row(HOME, "a", "b", "c")
    desk.take(rule(first), *posts, rule(second, "a"), rule(third, "b", other[1]), other[0])
    assert desk.index(*posts, other[0]) == [3, None, None]
    change = desk.take(other[1])
    assert desk.index(*posts, *other) == [2, None, 2, 2]
    assert change == Change(None, (Span(ANN, 1, 3),))


def test_the_branches_share_what_lies_below_the_fork() -> None:
    """The head named first decides there, whichever branch it is on."""
    posts = row(ANN, "p", "q")
    other = link("q2", ANN, 2, "p")
    first, second, third = row(HOME, "a", "b", "c")
    rulings = [rule(first), rule(second, "a", other), rule(third, "b", posts[1])]
    for order in permutations([*posts, other]):
        desk = Desk()
        desk.take(*rulings, *order)
        assert desk.index(*posts, other) == [1, 2, 1]


# The line and its resumptions


def resumption() -> tuple[list[Ruling], list[Ruling]]:
    """Five rulings of which the third and fourth take away, and a new run that resumes from the second."""
    old = row(HOME, "a", "b", "c", "d", "e")
    new = row(NEXT, "R", "x")
    run = [rule(old[0]), *(rule(one, old[place].id.decode()) for place, one in enumerate(old[1:]))]
    run[2:4] = [rule(old[2], "b", takes=True), rule(old[3], "c", takes=True)]
    return run, [rule(new[0], "b", resumes=True), rule(new[1], "R")]


def test_of_the_old_run_only_what_takes_away_counts_right_after_the_base() -> None:
    old, new = resumption()
    desk = Desk()
    desk.take(*old)
    assert desk.line() == "a b c d e"
    change = desk.take(new[0])
    assert desk.line() == "a b (c) (d) R"
    assert change.line_from == 2
    desk.take(new[1])
    assert desk.line() == "a b (c) (d) R x"
    assert desk.index(*(one.link for one in old)) == [0, 1, 2, 3, None]


def test_a_resumption_waits_for_its_base() -> None:
    old, new = resumption()
    desk = Desk()
    change = desk.take(*new)
    assert desk.line() == ""
    assert change.line_from is None
    desk.take(old[0])
    assert desk.line() == "a"
    desk.take(old[1])
    assert desk.line() == "a b R x"


def test_any_order_of_the_authority_events_draws_one_line() -> None:
    old, new = resumption()
    for order in permutations([*old[1:], *new]):
        desk = Desk()
        desk.take(old[0], *order)
        assert desk.line() == "a b (c) (d) R x"


def test_cuts_of_the_dropped_run_attest_nothing() -> None:
    desk = Desk()
    (post,) = row(ANN, "p")
    old = row(HOME, "a", "b", "c")
    (new,) = row(NEXT, "R")
    desk.take(post, rule(old[0]), rule(old[1], "a", post, takes=True), rule(old[2], "b"))
    assert desk.index(post) == [1]
    change = desk.take(rule(new, "a", resumes=True))
    assert desk.line() == "a (b) R"
    assert desk.index(post) == [3]
    assert Span(ANN, 1, 1) in change.again, "everything outside a cut up to base is judged again"


def test_what_a_cut_up_to_base_contains_is_not_judged_again() -> None:
    desk = Desk()
    posts = row(ANN, "p", "q")
    old = row(HOME, "a", "b", "c")
    desk.take(*posts, rule(old[0], "", posts[0]), rule(old[1], "a"), rule(old[2], "b", posts[1]))
    change = desk.take(rule(row(NEXT, "R")[0], "b", resumes=True))
    assert desk.index(*posts) == [0, 3]
    assert Span(ANN, 2, 2) in change.again


def test_the_older_run_is_a_chain_like_any_other() -> None:
    desk = Desk()
    first, post, dropped, late = row(HOME, "a", "p", "b", "q")
    desk.take(rule(first), post, rule(dropped, "a"), late)
    assert desk.index(post, dropped, late) == [1, 1, 2]
    desk.take(rule(row(NEXT, "R")[0], "a", post, resumes=True))
    assert desk.index(post, dropped, late) == [1, None, 2]


def test_of_several_resumptions_the_higher_base_wins() -> None:
    old = row(HOME, "a", "b", "c")
    low, high = row(NEXT, "A"), row(Chain(FOUNDER, 3), "Z")
    run = [rule(old[0]), rule(old[1], "a"), rule(old[2], "b")]
    for order in permutations([rule(low[0], "a", resumes=True), rule(high[0], "b", resumes=True)]):
        desk = Desk()
        desk.take(*run, *order)
        assert desk.line() == "a b Z"


def test_of_equal_bases_the_smaller_id_wins() -> None:
    ours, theirs = row(NEXT, "Y"), row(Chain(FOUNDER, 3), "X")
    for order in permutations([rule(ours[0], "a", resumes=True), rule(theirs[0], "a", resumes=True)]):
        desk = Desk()
        desk.take(rule(link("a", HOME, 1)), *order)
        assert desk.line() == "a X"


def test_what_a_losing_resumption_takes_away_counts_after_the_winners_base() -> None:
    old = row(HOME, "a", "b")
    loser = row(NEXT, "L", "m", "n")
    (winner,) = row(Chain(FOUNDER, 3), "W")
    desk = Desk()
    desk.take(rule(old[0]), rule(old[1], "a"), rule(loser[0], "a", resumes=True))
    desk.take(rule(loser[1], "L", takes=True), rule(loser[2], "m"))
    assert desk.line() == "a L m n"
    desk.take(rule(winner, "b", resumes=True))
    assert desk.line() == "a b (m) W"


def test_a_resumption_of_a_resumption_has_the_higher_base() -> None:
    third = Chain(FOUNDER, 3)
    desk = Desk()
    desk.take(rule(link("a", HOME, 1)), rule(row(NEXT, "R")[0], "a", resumes=True))
    desk.take(rule(row(third, "S")[0], "R", resumes=True))
    assert desk.line() == "a R S"


@pytest.mark.parametrize(
    "malformed",
    [
        rule(link("x", HOME, 2, "a"), "", resumes=True),
        rule(link("x", HOME, 2, "a"), "a", resumes=True),
        rule(link("x", NEXT, 1), "a"),
        rule(link("x", HOME, 1), "a"),
        rule(link("x", HOME, 2, "a"), "unknown"),
    ],
    ids=["resumes nothing", "resumes its own run", "follows another run", "not above", "not held"],
)
def test_what_does_not_hang_together_does_not_count(malformed: Ruling) -> None:
    first = rule(link("a", HOME, 1))
    steps = draw({one.link.id: one for one in (first, malformed)}, {})
    assert [step.id for step in steps] == [b"a"]
    assert not extends(malformed, Step(first))


def test_of_two_that_follow_in_one_run_the_lower_carries_the_line() -> None:
    first, second, third = row(HOME, "a", "b", "c")
    for order in permutations([rule(second, "a"), rule(third, "a")]):
        desk = Desk()
        desk.take(rule(first), *order)
        assert desk.line() == "a b"


def test_a_forked_run_carries_the_line_no_further_but_takes_away() -> None:
    old = row(HOME, "a", "b", "c")
    desk = Desk()
    desk.take(rule(old[0]), rule(old[1], "a"), rule(old[2], "b", takes=True))
    change = desk.take(link("copy", HOME, 2, "a"))
    assert desk.line() == "a (c)"
    assert change.line_from == 1
    desk.take(rule(link("d", HOME, 4, "c"), "c"))
    assert desk.line() == "a (c)"
    desk.take(rule(row(NEXT, "R")[0], "c", resumes=True))
    assert desk.line() == "a b c R", "the base is followed wherever it is"


def test_a_resumption_on_a_closed_branch_does_not_win() -> None:
    desk = Desk()
    desk.take(rule(link("a", HOME, 1)), rule(row(NEXT, "R")[0], "a", resumes=True))
    desk.take(link("copy", NEXT, 1))
    assert desk.line() == "a"


def test_a_line_without_beginning_still_takes_away() -> None:
    first, second = row(HOME, "a", "b")
    desk = Desk()
    desk.take(rule(first), rule(second, "a", takes=True), link("copy", HOME, 1))
    assert desk.line() == "(b)"
    desk.take(rule(link("c", HOME, 3, "b"), "b", takes=True))
    assert desk.line() == "(b) (c)"


# What must be judged again


def test_a_new_authority_event_moves_only_what_is_outside_its_cut() -> None:
    desk = Desk()
    posts, others = row(ANN, "p", "q", "r"), row(BOB, "s", "t")
    first, second = row(HOME, "a", "b")
    desk.take(rule(first), *posts, *others)
    change = desk.take(rule(second, "a", posts[1], others[1]))
    assert change == Change(1, (Span(ANN, 3, 3), Span(HOME, 2, 2)))


def test_a_post_moves_nothing_but_itself() -> None:
    desk = Desk()
    posts = row(ANN, "p", "q")
    assert desk.take(rule(link("a", HOME, 1)), *posts) == Change(None, (Span(ANN, 2, 2),))


def test_an_arriving_head_moves_what_it_newly_contains() -> None:
    desk = Desk()
    posts = row(ANN, "p", "q", "r", "s")
    first, second, third = row(HOME, "a", "b", "c")
    desk.take(rule(first), rule(second, "a", posts[1]), rule(third, "b", posts[3]), *posts[:3])
    assert desk.take(posts[3]) == Change(None, (Span(ANN, 3, 4),))


def test_an_arriving_head_that_contains_nothing_new_moves_only_itself() -> None:
    desk = Desk()
    posts = row(ANN, "p", "q")
    first, second, third = row(HOME, "a", "b", "c")
    desk.take(rule(first), rule(second, "a", posts[1]), rule(third, "b", posts[0]), posts[1])
    assert desk.take(posts[0]) == Change(None, (Span(ANN, 1, 1),))


def test_an_arriving_branch_moves_nothing_but_itself() -> None:
    desk = Desk()
    posts = row(ANN, "p", "q", "r")
    other = link("q2", ANN, 2, "p")
    desk.take(*posts, other)
    assert desk.take(link("q3", ANN, 2, "p")) == Change(None, (Span(ANN, 2, 2),))


def test_what_fills_the_gap_below_a_named_branch_moves_what_it_links() -> None:
    """Below a floor authority events come first, along `line`; here a run that forked there."""
    desk = Desk()
    first, post, second = row(HOME, "a", "p", "b")
    desk.take(rule(first), link("copy", HOME, 2, "a"), rule(link("R", NEXT, 1), "a", second, resumes=True))
    desk.take(second)
    assert desk.index(second) == [1]
    assert desk.take(post).again == (Span(HOME, 2, 3),)
    assert desk.index(post, second) == [1, 1]


def test_a_chain_that_is_only_named_has_nothing_to_judge_again() -> None:
    desk = Desk()
    change = desk.take(rule(link("a", HOME, 1), "", *row(ANN, "p")))
    assert change == Change(0, (Span(HOME, 1, 1),))


def test_of_a_closed_chain_what_no_cut_contains_and_the_closed_part_move() -> None:
    desk = Desk()
    posts = row(ANN, "p", "q", "r", "s", "t")
    first, second, third = row(HOME, "a", "b", "c")
    desk.take(rule(first), *posts, link("t2", ANN, 5, "s"), rule(second, "a", posts[1]))
    assert desk.take(rule(third, "b")).again == (Span(ANN, 3, 5), Span(HOME, 3, 3))


def test_spans_are_merged_where_they_touch_and_only_there() -> None:
    spans = [Span(ANN, 5, 6), Span(ANN, 1, 3), Span(BOB, 4, 4), Span(ANN, 2, 2), Span(ANN, 7, 7)]
    assert authority._merged(spans) == (Span(ANN, 1, 3), Span(ANN, 5, 7), Span(BOB, 4, 4))


def test_a_line_that_grows_at_its_end_is_not_drawn_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk()
    old, new = resumption()
    desk.take(*old, *new)
    monkeypatch.delattr(authority, "draw")
    late = rule(link("y", NEXT, 3, "x"), "x")
    desk.held.add(late.link)
    assert desk.judge.take(late).line_from == 6
    assert desk.line() == "a b (c) (d) R x y"


def test_a_set_may_come_as_any_iterable() -> None:
    first, post = row(HOME, "a", "p")
    events: list[Link | Ruling] = [rule(first), post]
    judged = judge_all(FOUNDER, iter(events))
    assert [step.id for step in judged.line] == [b"a"]
    assert judged.index == {b"a": 0, b"p": 1}


# The founder's cut


def test_a_cut_names_every_chain_that_grew() -> None:
    desk = Desk()
    posts, (other,) = row(ANN, "p", "q"), row(BOB, "s")
    first, second = row(HOME, "a", "b")
    desk.take(rule(first), posts[0], other)
    assert desk.judge.cut(HOME) == (posts[0].head, other.head)
    desk.take(rule(second, "a", posts[0], other), posts[1])
    assert desk.judge.cut(HOME) == (posts[1].head,)
    assert desk.judge.cut(NEXT, whole=True) == (posts[1].head, other.head, second.head)


def test_a_cut_names_the_branch_that_was_held_first_and_never_what_came_after_the_fork() -> None:
    desk = Desk()
    posts = row(ANN, "p", "q", "r")
    desk.take(*posts[:2], link("q2", ANN, 2, "p"), posts[2])
    assert desk.judge.cut(HOME) == (posts[1].head,)


def test_a_cut_leaves_out_chains_that_are_only_named() -> None:
    desk = Desk()
    desk.take(rule(link("a", HOME, 1), "", link("p", ANN, 1)))
    assert desk.judge.cut(HOME) == ()
    assert list(desk.judge.extents()) == [Extent(row(HOME, "a")[0], 1)]


# Restart


def test_a_judge_reopens_from_extents_and_authority_events() -> None:
    desk = Desk()
    posts = row(ANN, "p", "q", "r")
    old, new = resumption()
    desk.take(*posts, *old, link("q2", ANN, 2, "p"), *new, rule(link("y", NEXT, 3, "x"), "x", posts[1]))
    again = Judge.reopen(FOUNDER, desk.held, desk.judge.extents(), [*new, *old, desk.judge.line[-1].ruling])
    assert again.line == desk.judge.line
    assert [again.index(one) for one in desk.held] == [desk.judge.index(one) for one in desk.held]
    assert again.cut(HOME) == desk.judge.cut(HOME)
    late = rule(link("z", NEXT, 4, "y"), "y")
    desk.held.add(late.link)
    assert again.take(late) == desk.judge.take(late)


# States


def test_states_are_folded_once_and_forgotten_with_the_line() -> None:
    folded: list[EventId] = []

    def fold(state: str, step: Step) -> str:
        folded.append(step.id)
        return state + shown(step)

    old, new = resumption()
    desk = Desk()
    desk.take(*old)
    states = States("", fold)
    assert states.at(desk.judge.line, 3) == "abc"
    assert states.at(desk.judge.line, 1) == "a"
    assert len(folded) == 3
    change = desk.take(new[0])
    assert change.line_from is not None
    states.forget(change.line_from)
    assert states.at(desk.judge.line, 5) == "ab(c)(d)R"
    assert len(folded) == 6


# Intervals

NAMED = st.lists(st.tuples(st.integers(1, 12), st.integers(0, 8)), max_size=12)


class Chainlet(NamedTuple):
    links: list[Link]
    held: Chains


def chainlet(length: int) -> Chainlet:
    links = row(ANN, *(str(number) for number in range(length)))
    return Chainlet(links, Chains(links))


def lowest(named: Iterable[tuple[int, int]], height: int) -> int | None:
    return min((index for top, index in named if top >= height), default=None)


@given(NAMED, st.integers(0, 9))
def test_intervals_say_the_first_index_that_reaches_a_height(named: Sequence[tuple[int, int]], end: int) -> None:
    links, held = chainlet(12)
    chain = Attestation()
    for height, index in sorted(named, key=lambda pair: pair[1]):
        chain.name(links[height - 1].head, index, held)
    assert [chain.index(one, held) for one in links] == [lowest(named, one.height) for one in links]
    chain.forget(end)
    kept = [(height, index) for height, index in named if index < end]
    assert [chain.index(one, held) for one in links] == [lowest(kept, one.height) for one in links]
    assert chain.reach(9) == max((height for height, _ in kept), default=0)


@given(NAMED, st.randoms(use_true_random=False))
def test_heads_may_arrive_in_any_order(named: Sequence[tuple[int, int]], rng: st.DataObject) -> None:
    links, _ = chainlet(12)
    held, chain = Chains(), Attestation()
    for height, index in sorted(named, key=lambda pair: pair[1]):
        chain.name(links[height - 1].head, index, held)
    order = list(links)
    rng.shuffle(order)  # type: ignore[attr-defined]
    for one in order:
        held.add(one)
        chain.grow(one, held)
        chain.meet(one)
    assert [chain.index(one, held) for one in links] == [lowest(named, one.height) for one in links]


def test_heads_and_ancestry_of_what_is_held() -> None:
    links, held = chainlet(3)
    assert [one.id for one in ancestry(held, links[1].head)] == [b"1", b"0"]
    assert list(ancestry(held, CutHead(ANN, 9, name("1")))) == []
    assert not holds(held, CutHead(ANN, 4, name("3")))
    assert held.at(ANN, 2) == {b"1"}
    assert held.at(BOB, 2) == frozenset()


def test_the_lowest_fork_of_each_chain_closes_it() -> None:
    links = row(ANN, "p", "q", "r")
    forks = [link("r2", ANN, 3, "q"), link("q2", ANN, 2, "p"), link("r3", ANN, 3, "q2")]
    for order in permutations(forks):
        assert Chains([*links, *order, *row(BOB, "s")]).forks() == {ANN: 2}
