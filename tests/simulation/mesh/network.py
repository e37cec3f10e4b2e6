"""A simulated network: who is linked with whom, and everything that happens to it until it is left alone."""

import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tests.simulation.mesh.liar import Liar
from tests.simulation.mesh.link import Edge, End
from tests.simulation.mesh.mishaps import ACTIVE, Mishaps
from tests.simulation.mesh.node import Crash, Node
from tests.simulation.mesh.oracle import Oracle
from tests.simulation.mesh.people import Person
from tests.simulation.mesh.timeline import SkewedClock, Timeline
from tests.simulation.mesh.weather import Weather

from canopy.log.event import Event
from canopy.mesh import peerbook

SIZES, WEIGHTS = (3, 4, 5, 6, 7, 8, 12), (25, 25, 20, 12, 8, 6, 4)
ACTS = 29
SETTLING = 4 * 3_600.0
"""Within so many seconds after the last disturbance every link must be level. Most are in a minute; where limits were
made so small that more chains are put off than a node remembers, each round takes in a few."""
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
        self.facts: Counter[str] = Counter()
        """What happened how often."""
        self._build()
        self._plan()

    # Who there is.

    def _build(self) -> None:
        size = self.rng.choices(SIZES, WEIGHTS)[0]
        lies = self.rng.random() < 1 / 3
        for number in range(1, size + 1 - lies):
            self.honest.append(self.add(f"n{number}", number, self.template))
        for one, two in self._pairs(len(self.honest)):
            self.connect(self.honest[one], self.honest[two])
        if lies:
            self._add_liar(size)
        if self.rng.random() < 0.2:
            self._add_stranger(size + 1)

    def add(self, name: str, number: int, source: Path) -> Node:
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
        node = self.add("liar", number, self.template)
        liar = Liar(node, self.rng, node.clock)
        self.liars.append(liar)
        for other in self.rng.sample(self.honest, self.rng.randint(1, min(3, len(self.honest)))):
            self.connect(node, other).lies = True
        liar.ends = lambda: self._ends_of(node)

    def _add_stranger(self, number: int) -> None:
        """It trusts others; nobody trusts it."""
        node = self.add("stranger", number, self.template)
        self.strangers.append(node)
        for other in self.rng.sample(self.honest, 2):
            node.trust(other.node)
            self._add_edge(node, other)

    def connect(self, one: Node, two: Node) -> Edge:
        """A link between nodes that trust each other, by and by; words flow at once or when people agreed."""
        merged, prompt = self.rng.random() < 0.7, self.rng.random() < 0.85
        for node, other in ((one, two), (two, one)):
            self._sooner_or_later(node, lambda node=node, other=other: self._trust(node, other), now=prompt)  # type: ignore[misc]
            self._sooner_or_later(node, lambda node=node, other=other: self._consent(node, other), now=merged)  # type: ignore[misc]
        return self._add_edge(one, two)

    def _add_edge(self, one: Node, two: Node) -> Edge:
        edge = Edge(self.timeline, self.weather, one, two)
        edge.begun, edge.left, edge.guard = self.oracle.begun, self.oracle.left, self.guard
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

    def _sooner_or_later(self, node: Node, action: Callable[[], None], *, now: bool) -> None:
        if now:
            self.guard(node, action)
        else:
            self.timeline.after(self.rng.uniform(0, 0.6) * ACTIVE, lambda: self.when_up(node, action))

    def when_up(self, node: Node, action: Callable[[], None]) -> None:
        if node.up:
            self.guard(node, action)
        else:
            self.timeline.after(5.0, lambda: self.when_up(node, action))

    def _plan(self) -> None:
        for node in self.honest:
            self.plan_acts(node, self.people[node].act)
            self.plan_sweeps(node)
        for liar in self.liars:
            self.plan_acts(liar.node, liar.act, 2 * ACTS)
        for node in self.strangers:
            self.plan_acts(node, self.people[node].act, 3)
        Mishaps(self).plan()

    def plan_acts(self, node: Node, act: Callable[[], None], count: int = ACTS) -> None:
        """In bursts, as people talk."""
        left = count
        while left > 0:
            burst = min(left, self.rng.randint(1, 6))
            start = self.rng.uniform(0, 0.95) * ACTIVE
            for number in range(burst):
                self.timeline.after(start + number * self.rng.uniform(0, 1.5), lambda: self.when_up(node, act))
            left -= burst

    def plan_sweeps(self, node: Node) -> None:
        def sweep() -> None:
            if node.up:
                self.guard(node, node.sweep)
            if not self.weather.calm:
                self.timeline.after(30.0, sweep)

        self.timeline.after(self.rng.uniform(0, 30), sweep)

    # What happens.

    def guard(self, node: Node, action: Callable[[], None]) -> None:
        try:
            action()
        except Crash:
            self._restart(node)

    def _committed(self, node: Node) -> None:
        for end in self._ends_of(node):
            end.wake(0.1 + self.weather.delay())
        if node.has_work and not node.works:
            node.works = True
            self.timeline.after(self.rng.uniform(0.01, 1.0), lambda: self._work(node))

    def _work(self, node: Node) -> None:
        node.works = False
        if node.up:
            self.guard(node, node.work)

    def _ends_of(self, node: Node) -> list[End]:
        return [end for edge in self.edges if edge.ends for end in edge.ends if end.node is node]

    def stop(self, node: Node) -> None:
        node.close()
        for edge in self.edges:
            if node in edge.nodes:
                edge.crashed(node)

    def start(self, node: Node) -> None:
        if not node.up:
            node.open()
            self.oracle.restarted(node)
            if node.has_work:
                self._committed(node)

    def _restart(self, node: Node) -> None:
        self.stop(node)
        self.timeline.after(self.rng.uniform(1, 60), lambda: self.start(node))

    def split(self, far: set[Node]) -> None:
        for edge in self.edges:
            edge.blocked = len(far & set(edge.nodes)) == 1
            if edge.blocked:
                self.facts["split"] = 1
                edge.cut()

    def heal(self) -> None:
        for edge in self.edges:
            edge.blocked = False

    # Quiet.

    def live(self) -> None:
        """Everything that was planned."""
        self.timeline.run(ACTIVE)

    def calm(self) -> None:
        """Nothing disturbs it any more: whole links, right clocks, trust as it was meant."""
        self.weather.calm = True
        self.heal()
        for node in self.nodes:
            node.clock.skew = 0.0
            node.fuse = None
            self.start(node)
        for edge in self.edges:
            self._agree(edge)
            edge.plan_dial(1.0)

    def part(self) -> None:
        """Parted, each half hears another branch of the liar's last words, and then they meet again."""
        for liar in self.liars:
            far = set(self.rng.sample(self.honest, len(self.honest) // 2))
            branches = liar.last_words()
            self.split(far | {liar.node} if self.rng.random() < 0.5 else far)
            for node in (*far, *(node for node in self.honest if node not in far)):
                self._hear(node, liar, branches[node in far])
            self.timeline.run(60.0)
            self.heal()

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
