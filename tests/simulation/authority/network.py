"""A virtual network of nodes that hold one scope: what is said, who holds it, and how it is delivered.

Taking follows protocol section 4: an event whose predecessor is not held is parked. Nothing here is honest or
dishonest; `world` decides who says what.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from canopy.ground.ids import NO_EVENT, EventId, NodeId
from canopy.log.authority import Change, Judge, States
from canopy.log.cuts import Chain, Chains, Held, Link
from canopy.log.line import Ruling, Step

MakeJudge = Callable[[NodeId, Held], Judge]


@dataclass(frozen=True, slots=True)
class Said:
    """One event on the network, and what the protocol must not see: its claimed time and its true birth."""

    event: Link | Ruling
    deed: str
    about: bytes = b""
    time: int = 0
    born: int = 0

    @property
    def link(self) -> Link:
        return self.event.link if isinstance(self.event, Ruling) else self.event

    @property
    def id(self) -> EventId:
        return self.link.id


@dataclass(frozen=True, slots=True)
class Room:
    """The state that authority events make: a small channel."""

    members: frozenset[bytes] = frozenset()
    moderators: frozenset[bytes] = frozenset()
    approved: frozenset[bytes] | None = None
    deleted: frozenset[bytes] = frozenset()

    def admits(self, said: Said) -> bool:
        """Members post, approved ones where the channel is curated; moderators pin."""
        author = said.link.chain.node
        if author not in self.members:
            return False
        if said.deed == "pin":
            return author in self.moderators
        return self.approved is None or author in self.approved


TAKES = frozenset({"remove", "demote", "delete"})


def after(room: Room, said: Said) -> Room:
    """Fold one authority event; total, because a resumption may drop what came before it."""
    members, moderators, approved, deleted = room.members, room.moderators, room.approved, room.deleted
    one = frozenset({said.about})
    match said.deed:
        case "add":
            members |= one
        case "remove":
            members -= one
        case "promote":
            moderators |= one
        case "demote":
            moderators -= one
        case "curate":
            approved = frozenset() if approved is None else None
        case "approve":
            approved = None if approved is None else approved | one
        case "delete":
            deleted |= one
    return Room(members, moderators, approved, deleted)


@dataclass
class Peer:
    """One node: what it took in which order, what it believes, and what it still waits for."""

    name: NodeId
    founder: NodeId
    make_judge: MakeJudge
    deeds: dict[EventId, Said]
    run: int = 1
    tip: Link | None = None
    along_line: bool = True
    taken: list[Said] = field(default_factory=list)
    pending: list[Said] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.wipe()

    def wipe(self) -> None:
        """Begin with an empty database."""
        self.taken, self.tip = [], None
        self.held = Chains()
        self.judge = self.make_judge(self.founder, self.held)
        self.states = States(Room(), self._fold)
        self.parked: dict[EventId, list[Said]] = defaultdict(list)
        self.prints = [0]
        self.believed: dict[EventId, tuple[int | None, int]] = {}
        self.first: dict[EventId, int | None] = {}

    def _fold(self, room: Room, step: Step) -> Room:
        return after(room, self.deeds[step.id])

    @property
    def chain(self) -> Chain:
        return Chain(self.name, self.run)

    def receive(self, said: Said) -> None:
        """Take what can be taken, and what waited for it; park the rest."""
        waiting = [said]
        while waiting:
            one = waiting.pop()
            if (missing := self._missing(one)) is not None:
                self.parked[missing].append(one)
            elif self.held.get(one.id) is None:
                self.take(one)
                waiting.extend(self.parked.pop(one.id, ()))

    def _missing(self, said: Said) -> EventId | None:
        """What must be held before: the predecessor and, for an authority event, the previous of the line.

        Without the second, a disk lost twice could take the base of a resumption that others hold with it.
        """
        before = [said.link.prev]
        if self.along_line and isinstance(said.event, Ruling):
            before.append(said.event.line)
        return next((one for one in before if one != NO_EVENT and self.held.get(one) is None), None)

    def take(self, said: Said) -> None:
        """Hold it, judge it, and judge again exactly what the judge says."""
        self.held.add(said.link)
        self.taken.append(said)
        change = self.judge.take(said.event)
        if change.line_from is not None:
            self._follow(change.line_from)
        self._believe(change)
        self.first[said.id] = self.judge.index(said.link)

    def _follow(self, line_from: int) -> None:
        self.states.forget(line_from)
        del self.prints[line_from + 1 :]
        for step in self.judge.line[line_from:]:
            self.prints.append(hash((self.prints[-1], step.id, step.attests)))

    def _believe(self, change: Change) -> None:
        for chain, low, high in change.again:
            for height in range(low, high + 1):
                for event in self.held.at(chain, height):
                    link = self.held.get(event)
                    assert link is not None
                    self.believed[event] = self.belief(self.judge.index(link))

    def belief(self, index: int | None) -> tuple[int | None, int]:
        """An index with the whole line before it: two beliefs are equal when their states must be."""
        return index, 0 if index is None else self.prints[index]

    def sees(self, said: Said) -> bool:
        """Whether this node shows a post to its users."""
        index = self.judge.index(said.link)
        if index is None or said.id in self.states.at(self.judge.line, len(self.judge.line)).deleted:
            return False
        return self.states.at(self.judge.line, index).admits(said)


def deliver_shuffled(peer: Peer, rng: Random, count: int) -> None:
    """Any pending events, in any order."""
    for _ in range(min(count, len(peer.pending))):
        place = rng.randrange(len(peer.pending))
        peer.pending[place], peer.pending[-1] = peer.pending[-1], peer.pending[place]
        peer.receive(peer.pending.pop())


def deliver_chain(peer: Peer, rng: Random, count: int) -> None:
    """The pending events of one chain, ascending; branches of a fork side by side or one after the other."""
    if not peer.pending:
        return
    chain = rng.choice(peer.pending).link.chain
    ours = [said for said in peer.pending if said.link.chain == chain]
    ours.sort(key=lambda said: (said.link.height, said.id))
    for said in ours[:count]:
        peer.pending.remove(said)
        peer.receive(said)
