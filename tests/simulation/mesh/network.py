"""A simulated network: who is linked with whom, and everything that happens to it until it is left alone."""

import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tests.simulation.mesh.link import Edge, End, Weather
from tests.simulation.mesh.node import Crash, Node
from tests.simulation.mesh.oracle import Oracle
from tests.simulation.mesh.people import Liar, Person
from tests.simulation.mesh.timeline import SkewedClock, Timeline

from canopy.log.event import Event
from canopy.mesh import peerbook

SIZES, WEIGHTS = (3, 4, 5, 6, 7, 8, 12), (25, 25, 20, 12, 8, 6, 4)
ACTIVE = 400.0
"""Seconds of life before the network is left alone."""
ACTS = 26
SETTLING = 3_600.0
"""Within so many seconds after the last disturbance every link must be level."""
HOURS = 2.2 * 3_600


class Unsettled(Exception):
    """Links that are not level though nothing disturbs them."""


class Network:
    """One seed's network."""

    def __init__(self, seed: int, folder: Path, template: Path) -> None:
        self.rng = random.Random(seed)
        self.folder = folder
        self.template = template
        self.timeline = Timeline()
        self.weather = Weather(self.rng)
        self.oracle = Oracle()
        self.honest: list[Node] = []
        self.liars: list[Liar] = []
        self.strangers: list[Node] = []
        self.edges: list[Edge] = []
        self.people: dict[Node, Person] = {}
        self.snapshots: dict[Node, Path] = {}
        self.facts: Counter[str] = Counter()
        """What happened how often."""
        self._build()
        self._plan()

    # Who there is.

    def _build(self) -> None:
        size = self.rng.choices(SIZES, WEIGHTS)[0]
        lies = self.rng.random() < 1 / 3
        for number in range(1, size + 1 - lies):
            self.honest.append(self._add(f"n{number}", number, self.template))
        for one, two in self._pairs(len(self.honest)):
            self._connect(self.honest[one], self.honest[two])
        if lies:
            self._add_liar(size)
        if self.rng.random() < 0.2:
            self._add_stranger(size + 1)

    def _add(self, name: str, number: int, source: Path) -> Node:
        folder = self.folder / name
        Node.copy(source, folder)
        node = Node(name, folder, SkewedClock(self.timeline.clock, self.rng.uniform(-1, 1) * 3_600), number)
        node.committed = self._committed
        self.people[node] = Person(node, self.rng)
        return node

    def _pairs(self, size: int) -> list[tuple[int, int]]:
        line = [(number, number + 1) for number in range(size - 1)]
        shape = self.rng.randrange(4)
        if shape == 0:
            return line
        if shape == 1 and size > 2:
            return [*line, (size - 1, 0)]
        if shape == 2:
            return [(0, number) for number in range(1, size)]
        tree = [(self.rng.randrange(number), number) for number in range(1, size)]
        extra = {tuple(sorted(self.rng.sample(range(size), 2))) for _ in range(size // 2)}
        return tree + [(one, two) for one, two in extra if (one, two) not in tree]

    def _add_liar(self, number: int) -> None:
        node = self._add("liar", number, self.template)
        liar = Liar(node, self.rng, node.clock)
        self.liars.append(liar)
        for other in self.rng.sample(self.honest, self.rng.randint(1, min(3, len(self.honest)))):
            self._connect(node, other).lies = True
        liar.ends = lambda: self._ends_of(node)

    def _add_stranger(self, number: int) -> None:
        """It trusts others; nobody trusts it."""
        node = self._add("stranger", number, self.template)
        self.strangers.append(node)
        for other in self.rng.sample(self.honest, 2):
            node.trust(other.node)
            self._add_edge(node, other)

    def _connect(self, one: Node, two: Node) -> Edge:
        """A link between nodes that trust each other, by and by; words flow at once or when people agreed."""
        merged, prompt = self.rng.random() < 0.7, self.rng.random() < 0.85
        for node, other in ((one, two), (two, one)):
            if prompt:
                self._trust(node, other)
            else:
                self._later(node, lambda node=node, other=other: self._trust(node, other))  # type: ignore[misc]
            if merged:
                node.consent(other.node)
            else:
                self._later(node, lambda node=node, other=other: self._consent(node, other))  # type: ignore[misc]
        return self._add_edge(one, two)

    def _add_edge(self, one: Node, two: Node) -> Edge:
        edge = Edge(self.timeline, self.weather, one, two)
        edge.begun, edge.left, edge.guard = self.oracle.begun, self.oracle.left, self._guard
        self.edges.append(edge)
        edge.plan_dial(self.rng.uniform(0, 60))
        return edge

    # What people do about peers.

    def _trust(self, node: Node, other: Node) -> None:
        node.trust(other.node)
        self._tell(node, other)

    def _consent(self, node: Node, other: Node) -> None:
        node.consent(other.node)
        self._tell(node, other)

    def _tell(self, node: Node, other: Node) -> None:
        for end in self._ends_of(node):
            if end.peer is other:
                end.trust_changed = True
                end.wake(0.01)

    # What is planned.

    def _later(self, node: Node, action: Callable[[], None]) -> None:
        self.timeline.after(self.rng.uniform(0, 0.6) * ACTIVE, lambda: self._when_up(node, action))

    def _when_up(self, node: Node, action: Callable[[], None]) -> None:
        if node.up:
            self._guard(node, action)
        else:
            self.timeline.after(5.0, lambda: self._when_up(node, action))

    def _plan(self) -> None:
        for node in self.honest:
            self._plan_acts(node, self.people[node].act)
            self._plan_sweeps(node)
        for liar in self.liars:
            self._plan_acts(liar.node, liar.act)
        for node in self.strangers:
            self._plan_acts(node, self.people[node].act, 3)
        start = self._plan_split()
        for _ in range(1 + int(self.rng.expovariate(1))):
            self._sometime(self._plan_crash)
        for _ in range(int(self.rng.expovariate(0.3))):
            self._sometime(self._cut_one)
        for _ in range(int(self.rng.expovariate(0.7))):
            self._sometime(self._jump_clock)
        if self.rng.random() < 0.25:
            self._plan_restore(start)
        if self.rng.random() < 0.2:
            self._sometime(self._copy_one)

    def _sometime(self, action: Callable[[], None]) -> None:
        self.timeline.after(self.rng.uniform(0.05, 0.9) * ACTIVE, action)

    def _plan_acts(self, node: Node, act: Callable[[], None], count: int = ACTS) -> None:
        """In bursts, as people talk."""
        left = count
        while left > 0:
            burst = min(left, self.rng.randint(1, 6))
            start = self.rng.uniform(0, 0.95) * ACTIVE
            for number in range(burst):
                self.timeline.after(start + number * self.rng.uniform(0, 1.5), lambda: self._when_up(node, act))
            left -= burst

    def _plan_sweeps(self, node: Node) -> None:
        def sweep() -> None:
            if node.up:
                self._guard(node, node.sweep)
            if not self.weather.calm:
                self.timeline.after(30.0, sweep)

        self.timeline.after(self.rng.uniform(0, 30), sweep)

    # What happens.

    def _guard(self, node: Node, action: Callable[[], None]) -> None:
        try:
            action()
        except Crash:
            self._restart(node)

    def _committed(self, node: Node) -> None:
        for end in self._ends_of(node):
            end.wake(self.weather.delay())
        if node.has_work and not node.works:
            node.works = True
            self.timeline.after(self.rng.uniform(0.01, 1.0), lambda: self._work(node))

    def _work(self, node: Node) -> None:
        node.works = False
        if node.up:
            self._guard(node, node.work)

    def _ends_of(self, node: Node) -> list[End]:
        return [end for edge in self.edges if edge.ends for end in edge.ends if end.node is node]

    def _stop(self, node: Node) -> None:
        node.close()
        for edge in self.edges:
            if node in edge.nodes:
                edge.crashed(node)

    def _start(self, node: Node) -> None:
        if not node.up:
            node.open()
            self.oracle.restarted(node)
            if node.has_work:
                self._committed(node)

    def _restart(self, node: Node) -> None:
        self._stop(node)
        self.timeline.after(self.rng.uniform(1, 60), lambda: self._start(node))

    def _plan_crash(self) -> None:
        node = self.rng.choice(self.honest)
        if node.up:
            node.fuse = self.rng.randrange(1, 300)

    def _cut_one(self) -> None:
        self.rng.choice(self.edges).cut()

    def _jump_clock(self) -> None:
        self.rng.choice(self.honest).clock.skew = self.rng.uniform(-1, 1) * 3_600

    def _plan_split(self) -> float:
        start, length = self.rng.uniform(0.1, 0.6) * ACTIVE, self.rng.uniform(30, 150)
        nodes = {node for edge in self.edges for node in edge.nodes}
        far = set(self.rng.sample(sorted(nodes, key=lambda node: node.name), max(1, len(nodes) // 2)))
        self.timeline.after(start, lambda: self._split(far))
        self.timeline.after(start + length, self._heal)
        return start

    def _split(self, far: set[Node]) -> None:
        for edge in self.edges:
            edge.blocked = len(far & set(edge.nodes)) == 1
            if edge.blocked:
                self.facts["split"] = 1
                edge.cut()

    def _heal(self) -> None:
        for edge in self.edges:
            edge.blocked = False

    # Folders that are copied and put back.

    def _plan_restore(self, split: float) -> None:
        """Mostly while the network is split, so that what others believe of the node becomes wrong unseen."""
        node = self.rng.choice(self.honest)
        back = split + self.rng.uniform(5, 20) if self.rng.random() < 0.7 else self.rng.uniform(0.55, 0.95) * ACTIVE
        taken = self.rng.uniform(0.1, 0.9) * back
        self.timeline.after(taken, lambda: self._when_up(node, lambda: self._snapshot(node)))
        self.timeline.after(back, lambda: self._when_up(node, lambda: self._restore(node)))

    def _snapshot(self, node: Node) -> None:
        self._stop(node)
        self.snapshots[node] = self.folder / f"{node.name}-snapshot"
        Node.copy(node.folder, self.snapshots[node])
        self._start(node)

    def _restore(self, node: Node) -> None:
        """By hand, or by the program, which draws a new run."""
        if node not in self.snapshots:
            return
        by_program = self.rng.random() < 0.5
        self.facts["restored"] += 1
        node.copied = True
        self._stop(node)
        node.put_back(self.snapshots[node])
        self._start(node)
        if by_program:
            node.write(node.door.draw_run)
        else:
            node.runs.add(node.run())

    def _copy_one(self) -> None:
        """A second machine with the same folder, linked with a node that the first is not linked with."""
        node = self.rng.choice(self.honest)
        near = {other for edge in self.edges for other in edge.nodes if node in edge.nodes}
        third = next((other for other in self.honest if other not in near and other.up), None)
        if third is None or not node.up or any(other.copied for other in self.honest):
            return
        self.facts["copied"] += 1
        self._stop(node)
        twin = self._add(f"{node.name}b", node.number, node.folder)
        self._start(node)
        for one in (node, twin):
            one.copied = True
            one.runs.add(one.run())
        self.honest.append(twin)
        self._connect(twin, third)
        self._plan_sweeps(twin)
        self._plan_acts_now(twin)

    def _plan_acts_now(self, node: Node) -> None:
        for _ in range(8):
            self.timeline.after(self.rng.uniform(0, 60), lambda: self._when_up(node, self.people[node].act))

    # Quiet.

    def live(self) -> None:
        """Everything that was planned."""
        self.timeline.run(ACTIVE)

    def calm(self) -> None:
        """Nothing disturbs it any more: whole links, right clocks, trust as it was meant."""
        self.weather.calm = True
        self._heal()
        for node in self.nodes:
            node.clock.skew = 0.0
            node.fuse = None
            self._start(node)
        for edge in self.edges:
            self._agree(edge)
            edge.plan_dial(1.0)

    def part(self) -> None:
        """Parted, each half hears another branch of the liar's last words, and then they meet again."""
        for liar in self.liars:
            far = set(self.rng.sample(self.honest, len(self.honest) // 2))
            branches = liar.last_words()
            self._split(far | {liar.node} if self.rng.random() < 0.5 else far)
            for node in (*far, *(node for node in self.honest if node not in far)):
                self._hear(node, liar, branches[node in far])
            self.timeline.run(60.0)
            self._heal()

    def _hear(self, node: Node, liar: Liar, event: Event) -> None:
        node.write(
            lambda tx: node.door.receive(tx, event.header_bytes, event.signature, event.body, liar.node.node.hex())
        )

    @property
    def nodes(self) -> list[Node]:
        return [*self.honest, *(liar.node for liar in self.liars), *self.strangers]

    def _agree(self, edge: Edge) -> None:
        if any(node in self.strangers for node in edge.nodes):
            return
        for node, other in (edge.nodes, edge.nodes[::-1]):
            with node.database.read() as tx:
                peer = peerbook.find_peer(tx, other.node)
            if peer is None or not peer.merged or not node.trusts(other.node):
                self._trust(node, other)
                self._consent(node, other)

    def settle(self) -> None:
        """Let them talk until every link is level. Raises Unsettled."""
        waited = 0.0
        step = 5.0
        while not self._settled():
            if waited >= SETTLING:
                raise Unsettled("; ".join(self._restless()))
            self.timeline.run(step)
            waited += step
            step = min(step * 1.3, 120.0)

    def _settled(self) -> bool:
        return not self._restless()

    def _restless(self) -> list[str]:
        edges = [edge for edge in self.edges if not edge.lies and not set(edge.nodes) & set(self.strangers)]
        found = [f"{edge.nodes[0]}-{edge.nodes[1]}" for edge in edges if not edge.quiet]
        return found + [f"{node} works" for node in self.honest if node.has_work]

    def age(self) -> None:
        """Hours later: what was early is due, what is mortal is gone."""
        for _ in range(6):
            self.timeline.run(HOURS / 6)
            for node in self.honest:
                node.sweep()

    def close(self) -> None:
        for edge in self.edges:
            edge.close_all()
        for node in self.nodes:
            if node.up:
                node.close()
