"""Figures and how they are taken: percentiles, and what /proc knows of the server's process.

CPU seconds are the server's own (user and system, its ended children included), so a slow client or a busy neighbour
does not spoil them; wall-clock figures stand beside them.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Figure:
    """One line of the table. `target` is an upper bound, or a lower one when `more_is_better`."""

    name: str
    value: float
    unit: str
    target: float | None = None
    more_is_better: bool = False
    note: str = ""

    @property
    def verdict(self) -> str:
        if self.target is None:
            return ""
        met = self.value >= self.target if self.more_is_better else self.value <= self.target
        return "ok" if met else "MISS"

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "met": None if self.target is None else self.verdict == "ok"}


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of them do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * share) - 1)]


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and of its children that ended."""
    text = Path(f"/proc/{pid}/stat").read_text()
    fields = text[text.rindex(")") + 2 :].split()
    return sum(int(ticks) for ticks in fields[11:15]) / _TICKS


def resident_mib(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


@dataclass
class Spent:
    """What went by inside a `spending` block."""

    wall: float = 0.0
    server_cpu: float = 0.0
    client_cpu: float = 0.0
    latencies: list[float] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.latencies)

    @property
    def per_second(self) -> float:
        return self.count / self.wall

    @property
    def cpu_per_thousand(self) -> float:
        return self.server_cpu * 1000 / self.count

    @property
    def client_note(self) -> str:
        return f"{self.count} in {self.wall:.1f} s; client CPU {self.client_cpu * 1000 / self.count:.2f} s per 1,000"


@contextmanager
def spending(pid: int) -> Iterator[Spent]:
    spent = Spent()
    server, client, begun = cpu_seconds(pid), time.process_time(), time.perf_counter()
    yield spent
    spent.wall = time.perf_counter() - begun
    spent.server_cpu = cpu_seconds(pid) - server
    spent.client_cpu = time.process_time() - client


def machine() -> dict[str, Any]:
    """How fast and how quiet this machine is just now: read the wall-clock figures in its light."""
    begun = time.perf_counter()
    total = 0
    for number in range(3_000_000):
        total += number
    return {
        "cpus": os.cpu_count(),
        "load_average": [round(load, 2) for load in os.getloadavg()],
        "seconds_for_3_million_additions": round(time.perf_counter() - begun, 3),
        "kernel": os.uname().release,
    }
