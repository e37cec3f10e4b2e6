"""How the node is: the state of each part, and the figures that are not counted but looked up."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from canopy.log import store
from canopy.log.db import Database, Writer
from canopy.log.held import BLAMED

LEAST_FREE_BYTES = 64 * 1024 * 1024
"""Below this the node says that it is not healthy; `doctor` warns much earlier."""
AGAIN_SECONDS = 1.0
NOT_REFUSED = ("parked", "postponed")
"""What is counted by source beside refusals."""


@dataclass
class Health:
    """The parts of one node, and the questions about them. Those about other nodes are asked elsewhere."""

    database: Database
    writer: Writer
    root: Path
    mesh_state: Callable[[], str]
    peers: Callable[[], Mapping[str, float]]
    _found: tuple[float, dict[str, str]] = field(default=(0.0, {}), init=False)

    def checks(self) -> dict[str, str]:
        """The state of each part: `ok` or what is wrong. Looked up at most once a second."""
        now = self.database.clock.monotonic()
        if not self._found[1] or now - self._found[0] > AGAIN_SECONDS:
            self._found = (now, self._look())
        return self._found[1]

    def _look(self) -> dict[str, str]:
        with self.database.read() as tx:
            waiting: dict[str, int] = dict(store.COUNT_WAITING.rows(tx))
        free = shutil.disk_usage(self.root).free
        return {
            "db": "failing" if self.writer.failure else "a projector failed" if waiting.get(BLAMED) else "ok",
            "mesh": self.mesh_state(),
            "storage": "ok" if free > LEAST_FREE_BYTES else "disk almost full",
        }

    def gauges(self) -> dict[str, Mapping[str, float]]:
        """Figures for the metrics."""
        with self.database.read() as tx:
            waiting: dict[str, float] = dict(store.COUNT_WAITING.rows(tx))
            refused: dict[str, float] = {}
            for _, reason, count in store.LIST_SOURCES.rows(tx):
                if reason not in NOT_REFUSED:
                    refused[reason] = refused.get(reason, 0.0) + count
            taken = float(store.COUNT_EVENTS.value(tx))
        return {
            "canopy_events_taken_total": {"": taken},
            "canopy_events_refused_total": refused,
            "canopy_events_waiting": waiting,
            "canopy_peers": self.peers(),
            "canopy_health": {check: float(state == "ok") for check, state in self.checks().items()},
        }
