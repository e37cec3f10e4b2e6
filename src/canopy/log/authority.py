"""Authority: under which state every event of a scope is judged (protocol section 4).

An event is judged under the state before the first authority event whose cut contains it, and if none does,
under the newest one held. The judge answers with an *index* into the line: the state is the fold of
`line[:index]`, which the room makes. None means hidden whatever the state: on a closed branch, or an
authority event that does not count.

No I/O, no clock, no arrival: `judge_all` says what a set of events means, and `Judge` comes to the same one
event at a time. Deletion by the author's own node and expiry need no permission and do not come here.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeGuard, TypeVar

from canopy.ground.ids import EventId, NodeId
from canopy.log.cuts import Attestation, Chain, Chains, CutHead, Extent, Held, Link, holds, mark_branch
from canopy.log.line import Forks, Ruling, Step, draw, extends

S = TypeVar("S")


class Span(NamedTuple):
    """All branches of a chain from one height to another, both included."""

    chain: Chain
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Change:
    """What one event did: from which index the line is another, and what must be judged again."""

    line_from: int | None
    again: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """The full judgement of a set: the line, and the index of every event."""

    line: Sequence[Step]
    index: Mapping[EventId, int | None]


def judge_all(founder: NodeId, events: Iterable[Link | Ruling]) -> Judged:
    """Judge a set from nothing, word by word as the rule says."""
    events = list(events)
    held = Chains(_link(event) for event in events)
    forks = held.forks()
    rulings = {event.link.id: event for event in events if _is_ruling(event, founder)}
    line = draw(rulings, forks)
    contained = _contained(line, held, forks)
    places = {step.id: index for index, step in enumerate(line)}
    judged: dict[EventId, int | None] = {}
    for link in held:
        closed = link.chain in forks and link.height >= forks[link.chain]
        judged[link.id] = contained.get(link.id, None if closed else len(line))
    return Judged(line, judged | {event: places.get(event) for event in rulings})


def _contained(line: Sequence[Step], held: Chains, forks: Forks) -> dict[EventId, int]:
    """The first index whose cut contains each event: below the fork by height, above it by branch."""
    found: dict[EventId, int] = {}
    ascending: dict[Chain, deque[Link]] = defaultdict(deque)
    for link in sorted(held, key=lambda link: link.height):
        ascending[link.chain].append(link)
    for index, step in enumerate(line):
        for head in step.heads:
            if holds(held, head):
                fork = forks.get(head.chain, head.height + 1)
                mark_branch(found, index, held, head, fork)
                below = ascending[head.chain]
                while below and below[0].height <= head.height and below[0].height < fork:
                    found[below.popleft().id] = index
    return found


def _link(event: Link | Ruling) -> Link:
    return event.link if isinstance(event, Ruling) else event


def _is_ruling(event: Link | Ruling, founder: NodeId) -> TypeGuard[Ruling]:
    """Only the founder's chain carries authority events; others' are events like any other."""
    return isinstance(event, Ruling) and event.link.chain.node == founder


class Judge:
    """The judgement of one scope, kept up to date one event at a time, in whatever order they are taken."""

    def __init__(self, founder: NodeId, held: Held) -> None:
        self.founder = founder
        self.line: list[Step] = []
        self._held = held
        self._rulings: dict[EventId, Ruling] = {}
        self._awaited: set[EventId] = set()
        self._places: dict[EventId, int] = {}
        self._chains: dict[Chain, Attestation] = {}

    @classmethod
    def reopen(cls, founder: NodeId, held: Held, extents: Iterable[Extent], rulings: Iterable[Ruling]) -> "Judge":
        """The same judge after a restart, from the extent of each chain and the authority events alone."""
        judge = cls(founder, held)
        judge._chains = {extent.head.chain: Attestation(extent) for extent in extents}
        for ruling in rulings:
            judge._note(ruling)
        judge._follow(0, draw(judge._rulings, judge._forks()))
        return judge

    def take(self, event: Link | Ruling) -> Change:
        """Judge with one more event, which is held already; each event once."""
        link = _link(event)
        chain = self._chain(link.chain)
        again = [Span(link.chain, link.height, link.height)]
        moved = chain.grow(link, self._held)
        if moved is not None:
            again.append(Span(link.chain, *moved))
        if (low := chain.meet(link)) is not None:
            again.append(Span(link.chain, low, link.height))
        start, line_spans = self._lead(event, moved is not None)
        return Change(start, _merged([*again, *line_spans]))

    def index(self, link: Link) -> int | None:
        """The index of the line under whose state a held event is judged; None: hidden."""
        if link.id in self._rulings:
            return self._places.get(link.id)
        chain = self._chains[link.chain]
        contained = chain.index(link, self._held)
        if contained is not None:
            return contained
        return None if chain.closes(link.height) else len(self.line)

    def cut(self, own: Chain, *, whole: bool = False) -> tuple[CutHead, ...]:
        """The cut of a new authority event in the chain `own`: for every chain that grew, its head.

        Of a forked chain that is the branch first held, as far as it was held before the fork was met. A
        resumption whose base is not the end of the line here names the whole: the head of every chain.
        """
        heads = [chain.head for name, chain in sorted(self._chains.items()) if name != own and chain.head]
        return tuple(head.head for head in heads if whole or self._chains[head.chain].index(head, self._held) is None)

    def extents(self) -> Iterable[Extent]:
        """What `reopen` needs to know of the chains."""
        return [Extent(chain.head, chain.top, chain.fork) for chain in self._chains.values() if chain.head]

    def _chain(self, chain: Chain) -> Attestation:
        if chain not in self._chains:
            self._chains[chain] = Attestation()
        return self._chains[chain]

    def _forks(self) -> dict[Chain, int]:
        return {name: chain.fork for name, chain in self._chains.items() if chain.fork is not None}

    def _lead(self, event: Link | Ruling, moved: bool) -> tuple[int | None, Sequence[Span]]:
        """Bring the line up to date: at its end where nothing else can have moved, else as a whole."""
        if _is_ruling(event, self.founder):
            ends_here = self._ends_with(event)
            self._note(event)
            if ends_here:
                return self._follow(len(self.line), [Step(event)])
        elif not (moved and _link(event).chain.node == self.founder):
            return None, ()
        line = draw(self._rulings, self._forks())
        start = _parting(self.line, line)
        return self._follow(start, line[start:])

    def _note(self, ruling: Ruling) -> None:
        self._rulings[ruling.link.id] = ruling
        self._awaited.add(ruling.line)

    def _ends_with(self, ruling: Ruling) -> bool:
        """Whether the ruling only lengthens the line: it follows the last step, and nothing waited for it."""
        return (
            bool(self.line)
            and extends(ruling, self.line[-1])
            and ruling.link.id not in self._awaited
            and not self._chain(ruling.link.chain).closes(ruling.link.height)
        )

    def _follow(self, start: int, tail: Sequence[Step]) -> tuple[int | None, Sequence[Span]]:
        """Let the line go on from `start` with other steps, and say what they may judge otherwise.

        Where it only grows, what the first new cut contains was judged by the newest state and stays so.
        """
        gone = self.line[start:]
        if not gone and not tail:
            return None, ()
        if gone:
            self._forget(start)
        self.line.extend(tail)
        for index, step in enumerate(tail, start):
            self._places[step.id] = index
            for head in step.heads:
                self._chain(head.chain).name(head, index, self._held)
        moved = [_span(step) for step in (*gone, *tail)]
        return start, [*moved, *self._outside(start if gone else start + 1)]

    def _forget(self, start: int) -> None:
        for step in self.line[start:]:
            del self._places[step.id]
        del self.line[start:]
        for chain in self._chains.values():
            chain.forget(start)

    def _outside(self, index: int) -> Iterable[Span]:
        """Everything that no cut before this index contains, and all of the closed parts."""
        for name, chain in self._chains.items():
            low = chain.reach(index) + 1 if chain.fork is None else min(chain.reach(index) + 1, chain.fork)
            if low <= chain.top:
                yield Span(name, low, chain.top)


def _span(step: Step) -> Span:
    link = step.ruling.link
    return Span(link.chain, link.height, link.height)


def _parting(old: Sequence[Step], new: Sequence[Step]) -> int:
    """The first index at which two lines differ."""
    for index, (before, after) in enumerate(zip(old, new, strict=False)):
        if before != after:
            return index
    return min(len(old), len(new))


def _merged(spans: Sequence[Span]) -> tuple[Span, ...]:
    """The same heights in as few spans as it takes."""
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and merged[-1].chain == span.chain and span.low <= merged[-1].high + 1:
            last = merged.pop()
            span = Span(last.chain, last.low, max(last.high, span.high))
        merged.append(span)
    return tuple(merged)


class States(Generic[S]):
    """The states along a line, folded once: `at(line, index)` is the state before `line[index]`.

    After a `Change` with a `line_from` the room calls `forget` with it.
    """

    def __init__(self, first: S, fold: Callable[[S, Step], S]) -> None:
        self._fold = fold
        self._known = [first]

    def at(self, line: Sequence[Step], index: int) -> S:
        """Fold as far as is asked for."""
        while len(self._known) <= index:
            self._known.append(self._fold(self._known[-1], line[len(self._known) - 1]))
        return self._known[index]

    def forget(self, line_from: int) -> None:
        """The line is another from this index on."""
        del self._known[line_from + 1 :]
