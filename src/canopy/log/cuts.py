"""Cuts: what an authority node held when it spoke (protocol section 4).

A cut names heads; it contains every event that is such a head or an ancestor of one. Chains are trees because
authors fork. Here stands what follows from that for one chain: which index of the line contains which event.
Nothing here knows times, bodies or arrival.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from canopy.ground.ids import EventId, NodeId


class Chain(NamedTuple):
    """One author's incarnation within the scope."""

    node: NodeId
    run: int


class CutHead(NamedTuple):
    """A head as a cut names it: with its full id, since the same height on another branch is another head."""

    chain: Chain
    height: int
    id: EventId


@dataclass(frozen=True, slots=True)
class Link:
    """What the rule needs of an event: its place in its chain, and nothing else."""

    id: EventId
    chain: Chain
    height: int
    prev: EventId

    @property
    def head(self) -> CutHead:
        """This event as a cut would name it."""
        return CutHead(self.chain, self.height, self.id)


class Held(Protocol):
    """The events of the scope that this node holds, the one just taken included."""

    def get(self, event: EventId) -> Link | None:
        """The event of this id, if it is held."""
        ...

    def at(self, chain: Chain, height: int) -> Collection[EventId]:
        """The ids held at this height: more than one where the chain forked."""
        ...


class Chains:
    """Held events in memory: for tests, tools and full judgement."""

    def __init__(self, links: Iterable[Link] = ()) -> None:
        self._links: dict[EventId, Link] = {}
        self._heights: dict[tuple[Chain, int], set[EventId]] = defaultdict(set)
        for link in links:
            self.add(link)

    def add(self, link: Link) -> None:
        """Hold one more event; the same one twice is one."""
        self._links[link.id] = link
        self._heights[link.chain, link.height].add(link.id)

    def get(self, event: EventId) -> Link | None:
        """See `Held`."""
        return self._links.get(event)

    def at(self, chain: Chain, height: int) -> Collection[EventId]:
        """See `Held`."""
        return self._heights.get((chain, height), frozenset())

    def forks(self) -> dict[Chain, int]:
        """The lowest height that is held twice, for every forked chain."""
        found: dict[Chain, int] = {}
        for (chain, height), ids in self._heights.items():
            if len(ids) > 1:
                found[chain] = min(height, found.get(chain, height))
        return found

    def __iter__(self) -> Iterator[Link]:
        return iter(self._links.values())


def holds(held: Held, head: CutHead) -> bool:
    """Whether the named head is held; until then nothing counts as its ancestor."""
    link = held.get(head.id)
    return link is not None and link.head == head


def ancestry(held: Held, head: CutHead) -> Iterator[Link]:
    """A held head and its ancestors, newest first, as far down as they are held."""
    link = held.get(head.id) if holds(held, head) else None
    while link is not None:
        yield link
        link = held.get(link.prev)


@dataclass(frozen=True, slots=True)
class Extent:
    """How far a chain is held: the head as first held, the greatest height, and from where it is closed."""

    head: Link
    top: int
    fork: int | None = None


class Attestation:
    """Which index of the line contains which event of one chain.

    Below the fork height every held head contains by height alone: `_heights` and `_indices` ascend together
    and are the intervals. From the fork height on, branches are told apart by id.
    """

    def __init__(self, extent: Extent | None = None) -> None:
        self.head = extent.head if extent else None
        self.top = extent.top if extent else 0
        self.fork = extent.fork if extent else None
        self._named: dict[CutHead, int] = {}
        self._heights: list[int] = []
        self._indices: list[int] = []
        self._branches: dict[EventId, int] | None = None

    def grow(self, link: Link, held: Held) -> tuple[int, int] | None:
        """Take an event; if it moves others of the closed part, from which height to which."""
        self.top = max(self.top, link.height)
        if len(held.at(link.chain, link.height)) > 1 and not self.closes(link.height):
            self.fork = link.height
            self._branches = None
            return link.height, self.top
        if self.fork is None:
            self.head = link if self.head is None or link.height > self.head.height else self.head
        elif _fills_gap(link, held):
            self._branches = None
            return min(self.fork, link.height), link.height
        return None

    def closes(self, height: int) -> bool:
        """Whether only what a cut contains counts at this height."""
        return self.fork is not None and height >= self.fork

    def name(self, head: CutHead, index: int, held: Held) -> None:
        """The cut at this index of the line names this head; of several the first decides."""
        if head not in self._named:
            self._named[head] = index
            if holds(held, head):
                self._attest(head.height, index)

    def meet(self, link: Link) -> int | None:
        """An event arrived. If a cut names it, the lowest height that may now be judged otherwise."""
        index = self._named.get(link.head)
        if index is None:
            return None
        lowest = self.reach(index) + 1 if self.fork is None else min(self.reach(index) + 1, self.fork)
        self._attest(link.height, index)
        return min(lowest, link.height)

    def forget(self, index: int) -> None:
        """Drop what the line said from this index on."""
        self._named = {head: at for head, at in self._named.items() if at < index}
        del self._heights[bisect_left(self._indices, index) :]
        del self._indices[bisect_left(self._indices, index) :]
        self._branches = None

    def reach(self, index: int) -> int:
        """The greatest height that is contained before this index of the line."""
        place = bisect_left(self._indices, index)
        return self._heights[place - 1] if place else 0

    def index(self, link: Link, held: Held) -> int | None:
        """The first index of the line whose cut contains the event, if any does."""
        if self.closes(link.height):
            return self._marks(held).get(link.id)
        place = bisect_left(self._heights, link.height)
        return self._indices[place] if place < len(self._heights) else None

    def _attest(self, height: int, index: int) -> None:
        """Put an interval in, and take out those that it makes needless."""
        self._branches = None
        place = bisect_left(self._heights, height)
        if place < len(self._heights) and self._indices[place] <= index:
            return
        first, after = bisect_left(self._indices, index), bisect_right(self._heights, height)
        self._heights[first:after] = [height]
        self._indices[first:after] = [index]

    def _marks(self, held: Held) -> dict[EventId, int]:
        """By branch: the index of everything that the named heads contain above the fork."""
        if self._branches is None:
            self._branches = {}
            for head, index in sorted(self._named.items(), key=lambda item: item[1]):
                mark_branch(self._branches, index, held, head, self.fork or 0)
        return self._branches


def mark_branch(marks: dict[EventId, int], index: int, held: Held, head: CutHead, fork: int) -> None:
    """Note for a head and its ancestors, down to the fork height, which index contains them first."""
    for link in ancestry(held, head):
        if link.height < fork or link.id in marks:
            return
        marks[link.id] = index


def _fills_gap(link: Link, held: Held) -> bool:
    """Whether a successor was held before: below a floor authority events alone are, and without their chain."""
    above = (held.get(event) for event in held.at(link.chain, link.height + 1))
    return any(other is not None and other.prev == link.id for other in above)
