"""Histories of one channel, drawn from a seed: posts, rulings, lies about time, forks, fresh runs, backups.

The founder acts as the room will: it cuts what it holds, and where its own run is not the end of the line it
resumes first. Everybody else may do anything that a signature allows.
"""

from collections.abc import Callable
from random import Random

from tests.simulation.authority.network import (
    TAKES,
    MakeJudge,
    Peer,
    Said,
    deliver_chain,
    deliver_shuffled,
)

from canopy.ground.ids import NO_EVENT, EventId, NodeId
from canopy.log.authority import Judge
from canopy.log.cuts import Chain, Link, ancestry
from canopy.log.line import Ruling

STEPS = 110
RULINGS = {"remove": 2, "add": 3, "promote": 2, "demote": 1, "curate": 1, "approve": 3, "delete": 1}
"""What the founder may rule, and how often."""


class World:
    """One history. `restores`: the founder loses its disk; `copies`: it runs on two machines."""

    def __init__(self, seed: int, make_judge: MakeJudge = Judge) -> None:
        self.seed = seed
        self.rng = Random(seed)
        self.restores = seed % 3 == 0
        self.copies = seed % 7 == 1
        self.deliver = deliver_shuffled if seed % 2 else deliver_chain
        self.clock = 0
        self.deeds: dict[EventId, Said] = {}
        names = [NodeId(bytes([65 + place]) * 4) for place in range(self.rng.randint(3, 5))]
        self.peers = [Peer(name, names[0], make_judge, self.deeds) for name in names]
        self.founder = self.peers[0]
        self.members = self.peers[1:]
        self._open()

    def play(self, watch: Callable[[Peer], None] = lambda peer: None) -> None:
        """Draw one deed after the other, then let everything arrive everywhere."""
        acts, weights = zip(*self._acts(), strict=True)
        for _ in range(STEPS):
            self.clock += 1
            self.rng.choices(acts, weights)[0]()
            watch(self.rng.choice(self.peers))
        self.settle(watch)

    def settle(self, watch: Callable[[Peer], None] = lambda peer: None) -> None:
        """Full delivery."""
        for peer in self.peers:
            while peer.pending:
                self.deliver(peer, self.rng, 5)
                watch(peer)

    def rule_once_more(self) -> None:
        """A last authority event, which attests whatever the founder holds."""
        self._rule()
        self.settle()

    def said(self) -> list[Said]:
        """Everything that exists, in the order in which it was said."""
        return list(self.deeds.values())

    def _acts(self) -> list[tuple[Callable[[], None], float]]:
        return [
            (self._post, 8),
            (self._rule, 5),
            (self._spread, 9),
            (self._fork, 1.2),
            (self._fresh_run, 1.2),
            (self._restore, 1.0 if self.restores else 0),
            (self._copy, 0.8 if self.copies else 0),
        ]

    def _open(self) -> None:
        """The founder adds itself and everybody."""
        line = NO_EVENT
        for peer in self.peers:
            line = self._say_ruling(self.founder, "add", peer.name, line)

    def _post(self) -> None:
        peer = self.rng.choice(self.peers)
        self._say_link(peer, peer.tip)

    def _spread(self) -> None:
        self.deliver(self.rng.choice(self.peers), self.rng, self.rng.randint(1, 12))

    def _fork(self) -> None:
        """A copied node: a second event after one that already has a successor."""
        peer = self.rng.choice(self.members)
        own = [said.link for said in peer.taken if said.link.chain == peer.chain]
        if own:
            self._say_link(peer, self.rng.choice([None, *own]))

    def _fresh_run(self) -> None:
        self._begin_run(self.rng.choice(self.peers))

    def _begin_run(self, peer: Peer) -> None:
        peer.run, peer.tip = self.rng.randrange(1, 1 << 40), None

    def _copy(self) -> None:
        """The founder's disk is copied to a second machine; both go on in the same run, and only hear of it."""
        if len(self.peers) > len(self.members) + 1:
            return
        twin = Peer(self.founder.name, self.founder.name, self.founder.make_judge, self.deeds)
        for said in self.founder.taken:
            twin.take(said)
        twin.run, twin.tip = self.founder.run, self.founder.tip
        twin.pending = self._missing(twin)
        self.peers.append(twin)

    def _missing(self, peer: Peer) -> list[Said]:
        return [said for said in self.said() if peer.held.get(said.id) is None]

    def _restore(self) -> None:
        """The founder's disk is lost: an older backup, what a peer still has of its chain, a new run."""
        kept = self.founder.taken[: self.rng.randint(1, len(self.founder.taken))]
        lost = self.founder.taken[len(kept) :]
        elsewhere = {said.id for peer in self.peers[1:] for said in peer.taken}
        self._vanish({said.id for said in lost} - elsewhere)
        self.founder.wipe()
        for said in kept:
            self.founder.take(said)
        self._begin_run(self.founder)
        self.founder.pending = self._missing(self.founder)
        if self.rng.random() < 0.6:
            self._ask(self.rng.choice(self.members))

    def _ask(self, peer: Peer) -> None:
        """A restored founder asks a peer for its own old chains first."""
        for said in peer.taken:
            if said.link.chain.node == self.founder.name and self.founder.held.get(said.id) is None:
                self.founder.pending.remove(said)
                self.founder.receive(said)

    def _vanish(self, gone: set[EventId]) -> None:
        """Nobody else held it: it was never said."""
        for event in gone:
            del self.deeds[event]
        for peer in self.peers:
            peer.pending = [said for said in peer.pending if said.id not in gone]
            for waiting in peer.parked.values():
                waiting[:] = [said for said in waiting if said.id not in gone]

    def _rule(self) -> None:
        """A founder rules about somebody, and before that resumes the line if its run does not end it."""
        machine = self.rng.choice([self.founder, *self.peers[len(self.members) + 1 :]])
        self._leave_forked_run(machine)
        if (last := self._last_own(machine)) is None:
            last = self._resume(machine)
        deed = self.rng.choices(list(RULINGS), list(RULINGS.values()))[0]
        about: bytes = self.rng.choice(self.members).name
        if deed == "delete":
            about = self.rng.choice(machine.taken).id
        self._say_ruling(machine, deed, about, last)

    def _leave_forked_run(self, machine: Peer) -> None:
        """An author that meets an event of its own run which it does not hold draws a new run."""
        own = [extent for extent in machine.judge.extents() if extent.head.chain == machine.chain]
        height = machine.tip.height if machine.tip else 0
        if any(extent.fork or extent.top > height for extent in own):
            self._begin_run(machine)

    def _last_own(self, machine: Peer) -> EventId | None:
        """The newest authority event of the machine's own run, unless the line has gone another way."""
        if machine.tip is None:
            return None
        on_line = {step.id for step in machine.judge.line if step.attests}
        own = (link.id for link in ancestry(machine.held, machine.tip.head))
        last = next((event for event in own if isinstance(self.deeds[event].event, Ruling)), None)
        if last is not None and last not in on_line:
            self._begin_run(machine)
            return None
        return last

    def _resume(self, machine: Peer) -> EventId:
        """The base is the end of the line as the founder knows it; sometimes it follows something else."""
        line = [step.id for step in machine.judge.line if step.attests]
        known = [said.id for said in machine.taken if isinstance(said.event, Ruling)]
        base, whole = (line[-1], False) if line else (known[-1], True)
        if self.restores and self.rng.random() < 0.3:
            base, whole = self.rng.choice(known), True
        return self._say_ruling(machine, "resume", b"", base, resumes=True, whole=whole)

    def _say_link(self, peer: Peer, prev: Link | None) -> None:
        deed = self.rng.choice(["post", "post", "post", "pin"])
        self._say(peer, self._next(peer, prev), deed)

    def _say_ruling(
        self,
        machine: Peer,
        deed: str,
        about: bytes,
        line: EventId,
        *,
        resumes: bool = False,
        whole: bool = False,
    ) -> EventId:
        cut = machine.judge.cut(machine.chain, whole=whole)
        link = self._next(machine, machine.tip)
        self._say(machine, Ruling(link, line, cut, resumes=resumes, takes=deed in TAKES), deed, about)
        return link.id

    def _next(self, peer: Peer, prev: Link | None) -> Link:
        """An event after another of the same chain; every id is drawn, as a hash would be."""
        height, before = (prev.height + 1, prev.id) if prev else (1, NO_EVENT)
        return Link(EventId(self.rng.randbytes(32)), Chain(peer.name, peer.run), height, before)

    def _say(self, peer: Peer, event: Link | Ruling, deed: str, about: bytes = b"") -> None:
        """Say it, with any time one likes."""
        said = Said(event, deed, about, self.rng.randint(0, STEPS), self.clock)
        self.deeds[said.id] = said
        peer.take(said)
        peer.tip = said.link
        for other in self.peers:
            if other is not peer:
                other.pending.append(said)
