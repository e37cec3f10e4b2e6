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
from canopy.log.cuts import Chain, Link
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
        self._say_ruling("add", self.founder.name)
        for peer in self.peers[1:]:
            self._say_ruling("add", peer.name)

    def _post(self) -> None:
        peer = self.rng.choice(self.peers)
        self._say_link(peer, peer.tip)

    def _spread(self) -> None:
        self.deliver(self.rng.choice(self.peers), self.rng, self.rng.randint(1, 12))

    def _fork(self) -> None:
        """A copied node: a second event after one that already has a successor."""
        peer = self.rng.choice(self.peers[1:])
        own = [said.link for said in peer.taken if said.link.chain == peer.chain]
        if own:
            self._say_link(peer, self.rng.choice([None, *own]))

    def _copy(self) -> None:
        """The founder on a second machine: the same run goes on from an older event."""
        own = [said.link for said in self.founder.taken if said.link.chain == self.founder.chain]
        if own:
            self.founder.tip = self.rng.choice(own)

    def _fresh_run(self) -> None:
        self._begin_run(self.rng.choice(self.peers))

    def _begin_run(self, peer: Peer) -> None:
        peer.run, peer.tip = self.rng.randrange(1, 1 << 40), None

    def _restore(self) -> None:
        """The founder's disk is lost: an older backup, what a peer still has of its chain, a new run."""
        kept = self.founder.taken[: self.rng.randint(1, len(self.founder.taken))]
        lost = [said for said in self.founder.taken if said not in kept]
        elsewhere = set().union(*({said.id for said in peer.taken} for peer in self.peers[1:]))
        self._vanish({said.id for said in lost} - elsewhere)
        self.founder.wipe()
        for said in kept:
            self.founder.take(said)
        self._begin_run(self.founder)
        self.founder.pending = [said for said in self.said() if self.founder.held.get(said.id) is None]
        if self.rng.random() < 0.6:
            self._ask(self.rng.choice(self.peers[1:]))

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
        """The founder rules about somebody, and before that resumes the line if its run does not end it."""
        if self._must_resume():
            self._resume()
        deed = self.rng.choices(list(RULINGS), list(RULINGS.values()))[0]
        about: bytes = self.rng.choice(self.peers[1:]).name
        if deed == "delete":
            about = self.rng.choice(self.founder.taken).id
        self._say_ruling(deed, about)

    def _must_resume(self) -> bool:
        """Unless its run ends the line. A founder that sees its own run forked draws a new one."""
        rulings = self._own_rulings()
        if any(
            extent.fork for extent in self.founder.judge.extents() if extent.head.chain == self.founder.chain
        ):
            self._begin_run(self.founder)
        steps = [step for step in self.founder.judge.line if step.attests]
        return bool(rulings) and (not steps or steps[-1].ruling.link.chain != self.founder.chain)

    def _own_rulings(self) -> list[Ruling]:
        return [said.event for said in self.founder.taken if isinstance(said.event, Ruling)]

    def _resume(self) -> None:
        """The base is the end of the line as the founder knows it; sometimes it follows something else."""
        steps = [step.ruling for step in self.founder.judge.line if step.attests]
        others = [ruling for ruling in self._own_rulings() if ruling.link.chain != self.founder.chain]
        base, whole = (steps[-1], False) if steps else (others[-1], True)
        if self.restores and self.rng.random() < 0.3:
            base, whole = self.rng.choice(others), True
        self._say_ruling("resume", b"", base=base.link.id, whole=whole)

    def _say_link(self, peer: Peer, prev: Link | None) -> None:
        deed = self.rng.choice(["post", "post", "post", "pin"])
        self._say(peer, self._next(peer, prev), deed)

    def _say_ruling(self, deed: str, about: bytes, base: EventId | None = None, whole: bool = False) -> None:
        founder = self.founder
        steps = [step.id for step in founder.judge.line if step.attests]
        line = base or (steps[-1] if steps else NO_EVENT)
        cut = founder.judge.cut(founder.chain, whole=whole)
        link = self._next(founder, founder.tip)
        self._say(
            founder, Ruling(link, line, cut, resumes=base is not None, takes=deed in TAKES), deed, about
        )

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
