"""The line: which authority events count, and in which order (protocol section 4, restored authority).

Authority events form a tree along `line`. In one run they follow each other; `channel.resumed` begins the
line of a new run at its base. The line is a function of the set of authority events held and of the forks of
their chains.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from canopy.ground.ids import NO_EVENT, EventId
from canopy.log.cuts import Chain, CutHead, Link


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the rule needs of an authority event.

    `line` is the previous authority event; for `channel.resumed` it is the base. `takes` marks what only takes
    away: a removal, a demotion, a moderator's deletion. The room knows its kinds, so nothing is assumed.
    """

    link: Link
    line: EventId
    cut: tuple[CutHead, ...]
    resumes: bool
    takes: bool


@dataclass(frozen=True, slots=True)
class Step:
    """An authority event in its place on the line; one that a resumption left behind attests nothing."""

    ruling: Ruling
    attests: bool = True

    @property
    def id(self) -> EventId:
        """The id of the authority event."""
        return self.ruling.link.id

    @property
    def heads(self) -> tuple[CutHead, ...]:
        """The cut, with the authority's own chain cut by its own height."""
        return (*self.ruling.cut, self.ruling.link.head) if self.attests else ()


Forks = Mapping[Chain, int]
"""The height from which each forked chain is closed."""


def draw(rulings: Mapping[EventId, Ruling], forks: Forks) -> list[Step]:
    """The line that a set of the founder's authority events makes."""
    tree = _Tree.of(rulings)
    path = _path(tree, forks)
    lost = _losses(tree, path)
    steps = [Step(ruling, attests=False) for ruling in lost[-1]]
    for place, ruling in enumerate(path):
        steps.append(Step(ruling))
        steps.extend(Step(late, attests=False) for late in lost[place])
    return steps


def extends(ruling: Ruling, last: Step) -> bool:
    """Whether a ruling follows in the run of the last step, which is a step of the line in its own right."""
    return last.attests and ruling.line == last.id and not ruling.resumes and _follows(ruling, last.ruling)


def _follows(ruling: Ruling, previous: Ruling | None) -> bool:
    """Form: the first follows nothing, a resumption another run, every other its own chain from below."""
    if previous is None:
        return not ruling.resumes
    if ruling.resumes:
        return ruling.link.chain != previous.link.chain
    return ruling.link.chain == previous.link.chain and ruling.link.height > previous.link.height


@dataclass(slots=True)
class _Tree:
    """The authority events that hang together down to the first, with their distance from it."""

    rulings: Mapping[EventId, Ruling]
    depth: dict[EventId, int] = field(default_factory=lambda: {NO_EVENT: 0})
    children: dict[EventId, list[Ruling]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, rulings: Mapping[EventId, Ruling]) -> "_Tree":
        """Connect; what names an authority event that is not held waits outside."""
        tree = cls(rulings)
        for ruling in rulings.values():
            tree.children[ruling.line].append(ruling)
        reached = [NO_EVENT]
        for parent in reached:
            previous = rulings.get(parent)
            tree.children[parent] = [child for child in tree.children[parent] if _follows(child, previous)]
            for child in tree.children[parent]:
                tree.depth[child.link.id] = tree.depth[parent] + 1
                reached.append(child.link.id)
        return tree

    def connected(self) -> Iterator[Ruling]:
        """Everything that hangs together, nearest to the first event first."""
        return (self.rulings[event] for event in self.depth if event != NO_EVENT)


def _counts(ruling: Ruling, forks: Forks) -> bool:
    """A closed chain carries the line no further, unless a resumption follows from there."""
    fork = forks.get(ruling.link.chain)
    return fork is None or ruling.link.height < fork


def _path(tree: _Tree, forks: Forks) -> list[Ruling]:
    """The line in its own right: down to the winning opener, and on in its run."""
    opener = _winner(tree, forks)
    if opener is None:
        return []
    path = [opener]
    while (base := tree.rulings.get(path[-1].line)) is not None:
        path.append(base)
    path.reverse()
    while (following := _next(tree, path[-1], forks)) is not None:
        path.append(following)
    return path


def _winner(tree: _Tree, forks: Forks) -> Ruling | None:
    """Of several resumptions the one with the higher base, then the smaller id; the first event has none."""
    openers = [
        ruling for ruling in tree.connected() if (ruling.resumes or ruling.line == NO_EVENT) and _counts(ruling, forks)
    ]
    return min(openers, key=lambda opener: (-tree.depth[opener.link.id], opener.link.id), default=None)


def _next(tree: _Tree, ruling: Ruling, forks: Forks) -> Ruling | None:
    """The next authority event of the same run."""
    following = [child for child in tree.children[ruling.link.id] if not child.resumes and _counts(child, forks)]
    return min(following, key=lambda child: (child.link.height, child.link.id), default=None)


def _losses(tree: _Tree, path: Sequence[Ruling]) -> Mapping[int, list[Ruling]]:
    """What takes away but is not on the path, by the place on the path that it comes right after.

    That is the end of the stretch of one run from which it branched off: right after the base that left it
    behind.
    """
    ends = _stretch_ends(path)
    place = {ruling.link.id: ends[index] for index, ruling in enumerate(path)} | {NO_EVENT: -1}
    on_path = set(place)
    lost: dict[int, list[Ruling]] = defaultdict(list)
    for ruling in tree.connected():
        if ruling.link.id not in on_path:
            place[ruling.link.id] = place[ruling.line]
            if ruling.takes:
                lost[place[ruling.line]].append(ruling)
    for rulings in lost.values():
        rulings.sort(key=lambda ruling: (tree.depth[ruling.link.id], ruling.link.id))
    return lost


def _stretch_ends(path: Sequence[Ruling]) -> list[int]:
    """For each place the last one of its run in an unbroken row."""
    ends = list(range(len(path)))
    for index in range(len(path) - 2, -1, -1):
        if path[index].link.chain == path[index + 1].link.chain:
            ends[index] = ends[index + 1]
    return ends
