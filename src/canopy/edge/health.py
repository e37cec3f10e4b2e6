"""How the node is: the state of each part, and the figures that are not counted but looked up."""

import asyncio
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from canopy.ground.errors import OurFault
from canopy.log import store
from canopy.log.db import Database, Tx, Writer
from canopy.log.held import BLAMED
from canopy.log.local import set_fact

LEAST_FREE_BYTES = 64 * 1024 * 1024
"""Below this the node says that it is not healthy; `doctor` warns much earlier."""
AGAIN_SECONDS = 1.0
PROBE = "disk takes writes"
"""The fact that is written while the disk refuses, to learn when it no longer does."""
OK = "ok"
REFUSING = "failing"
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
    _told: str = field(default=OK, init=False)

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
            "storage": self.storage if free > LEAST_FREE_BYTES or self.writer.refused else "disk almost full",
        }

    @property
    def storage(self) -> str:
        """Whether the disk takes what is written: OK or REFUSING."""
        return REFUSING if self.writer.refused else OK

    async def watch_storage(self, tell: Callable[[str], None]) -> None:
        """One look: tell when the disk begins to refuse, try it while it does, tell when it no longer does."""
        await asyncio.sleep(AGAIN_SECONDS)
        if self._told == REFUSING:
            await self._probe()
        if self.storage != self._told:
            self._told = self.storage
            tell(self._told)

    async def _probe(self) -> None:
        try:
            await self.writer.write(_write_probe)
        except OurFault:
            # The answer that was to be expected; the next round asks again.
            return

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


def _write_probe(tx: Tx) -> None:
    set_fact(tx, PROBE, tx.now_ms.to_bytes(8, "big"))
