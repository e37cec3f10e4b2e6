"""What befalls a network: splits, crashes, cuts, clocks that jump, folders that are copied and put back."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tests.simulation.mesh.node import Node

if TYPE_CHECKING:
    from tests.simulation.mesh.network import Network

ACTIVE = 400.0
"""Seconds of life before the network is left alone."""


class Mishaps:
    """Plans them, each at a moment that the seed decides."""

    def __init__(self, net: "Network") -> None:
        self.net = net
        self.rng = net.rng
        self._snapshots: dict[Node, Path] = {}

    def plan(self) -> None:
        """One split at least, one crash at least, and more."""
        split = self._plan_split()
        for _ in range(1 + int(self.rng.expovariate(1))):
            self._sometime(self._plan_crash)
        for _ in range(int(self.rng.expovariate(0.3))):
            self._sometime(self._cut_one)
        for _ in range(int(self.rng.expovariate(0.7))):
            self._sometime(self._jump_clock)
        if self.rng.random() < 0.35:
            self._plan_restore(split)
        if self.rng.random() < 0.2:
            self._sometime(self._copy_one)

    def _sometime(self, action: Callable[[], None]) -> None:
        self.net.timeline.after(self.rng.uniform(0.05, 0.9) * ACTIVE, action)

    def _plan_crash(self) -> None:
        node = self.rng.choice(self.net.honest)
        if node.up:
            node.fuse = self.rng.randrange(1, 300)

    def _cut_one(self) -> None:
        self.rng.choice(self.net.edges).cut()

    def _jump_clock(self) -> None:
        self.rng.choice(self.net.honest).clock.skew = self.rng.uniform(-1, 1) * 3_600

    def _plan_split(self) -> float:
        start, length = self.rng.uniform(0.1, 0.6) * ACTIVE, self.rng.uniform(30, 150)
        nodes = {node for edge in self.net.edges for node in edge.nodes}
        far = set(self.rng.sample(sorted(nodes, key=lambda node: node.name), max(1, len(nodes) // 2)))
        self.net.timeline.after(start, lambda: self.net.split(far))
        self.net.timeline.after(start + length, self.net.heal)
        return start

    # Folders that are copied and put back.

    def _plan_restore(self, split: float) -> None:
        """Mostly while the network is split, so that what others believe of the node becomes wrong unseen."""
        node = self.rng.choice(self.net.honest)
        back = split + self.rng.uniform(5, 20) if self.rng.random() < 0.7 else self.rng.uniform(0.55, 0.95) * ACTIVE
        taken = self.rng.uniform(0.1, 0.9) * back
        self.net.timeline.after(taken, lambda: self.net.when_up(node, lambda: self._snapshot(node)))
        self.net.timeline.after(back, lambda: self.net.when_up(node, lambda: self._restore(node)))

    def _snapshot(self, node: Node) -> None:
        self.net.stop(node)
        self._snapshots[node] = self.net.folder / f"{node.name}-snapshot"
        Node.copy(node.folder, self._snapshots[node])
        self.net.start(node)

    def _restore(self, node: Node) -> None:
        """By hand, or by the program, which draws a new run."""
        if node not in self._snapshots:
            return
        by_program = self.rng.random() < 0.5
        self.net.facts["restored"] += 1
        node.copied = True
        self.net.stop(node)
        node.put_back(self._snapshots[node])
        self.net.start(node)
        if by_program:
            node.write(node.door.draw_run)
        else:
            node.runs.add(node.run())

    def _copy_one(self) -> None:
        """A second machine with the same folder, linked with a node that the first is not linked with."""
        node = self.rng.choice(self.net.honest)
        near = {other for edge in self.net.edges for other in edge.nodes if node in edge.nodes}
        third = next((other for other in self.net.honest if other not in near and other.up), None)
        if third is None or not node.up or any(other.copied for other in self.net.honest):
            return
        self.net.facts["copied"] += 1
        self.net.stop(node)
        twin = self.net.add(f"{node.name}b", node.number, node.folder)
        self.net.start(node)
        for one in (node, twin):
            one.copied = True
            one.runs.add(one.run())
        self.net.honest.append(twin)
        self.net.connect(twin, third)
        self.net.plan_sweeps(twin)
        self._plan_acts_now(twin)

    def _plan_acts_now(self, node: Node) -> None:
        for _ in range(8):
            self.net.timeline.after(self.rng.uniform(0, 60), lambda: self.net.when_up(node, self.net.people[node].act))
