"""Cold start on an empty root, memory after it, and what a node costs that nobody talks to."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from pathlib import Path

from bench.measure import Figure, cpu_seconds, resident_mib
from tests.e2e.node import Node

STARTS = 5
IDLE_SECONDS = 20.0


def cold_start(work: Path) -> Iterator[Figure]:
    """The median of some starts, each on its own empty root; memory is read when the node said it is ready."""
    walls, cpus, memories = [], [], []
    for number in range(STARTS):
        begun = time.perf_counter()
        with Node(work / f"start-{number}") as node:
            walls.append(time.perf_counter() - begun)
            cpus.append(cpu_seconds(node.pid))
            memories.append(resident_mib(node.pid))
    spread = f"{min(walls):.2f}..{max(walls):.2f} s"
    yield Figure("cold start to ready, empty root: wall", statistics.median(walls), "s", 1.0, note=spread)
    yield Figure("cold start to ready, empty root: CPU", statistics.median(cpus), "s", 0.95)
    yield Figure("memory after start", statistics.median(memories), "MiB", 100)


def idle(work: Path) -> Iterator[Figure]:
    with Node(work / "idle") as node:
        node.setup()
        node.post("the last word")
        time.sleep(1)
        before = cpu_seconds(node.pid)
        time.sleep(IDLE_SECONDS)
        spent = cpu_seconds(node.pid) - before
    note = f"over {IDLE_SECONDS:.0f} s, resolution 0.03; the target is that of a linked pair"
    yield Figure("idle node: CPU per minute", spent * 60 / IDLE_SECONDS, "s", 0.05, note=note)
