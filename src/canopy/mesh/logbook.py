"""The history of links: what was tried and what came of it; in memory, bounded, for people who ask why."""

from collections import deque

from canopy.ground.clock import Clock
from canopy.ground.ids import NodeId
from canopy.mesh.view import Attempt, Happening

MOST_HAPPENINGS = 500
MOST_ATTEMPTS = 16
MOST_NODES = 1_024


class Logbook:
    """Remembers attempts by node, and happenings in order."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._happenings: deque[Happening] = deque(maxlen=MOST_HAPPENINGS)
        self._attempts: dict[NodeId, dict[str, Attempt]] = {}
        self._number = 0

    def note(self, node: NodeId | None, status: str, detail: str = "", address: str = "") -> None:
        """Add a line."""
        self._number += 1
        self._happenings.append(
            Happening(
                number=self._number, node=node, status=status, detail=detail, address=address, at=self._clock.now_ms()
            )
        )

    def tried(self, node: NodeId, address: str, outcome: str, sentence: str) -> Attempt:
        """What became of one address; the newest of each address is kept."""
        attempt = Attempt(address=address, outcome=outcome, sentence=sentence, at=self._clock.now_ms())
        if node not in self._attempts and len(self._attempts) >= MOST_NODES:
            self._attempts.pop(next(iter(self._attempts)))
        mine = self._attempts.setdefault(node, {})
        mine.pop(address, None)
        mine[address] = attempt
        if len(mine) > MOST_ATTEMPTS:
            mine.pop(next(iter(mine)))
        if outcome != "connected":
            self.note(node, "failed", sentence, address)
        return attempt

    def attempts(self, node: NodeId) -> list[Attempt]:
        """The newest attempt of each address, oldest first."""
        return list(self._attempts.get(node, {}).values())

    def forget(self, node: NodeId) -> None:
        """A person forgot the peer."""
        self._attempts.pop(node, None)
        self.note(node, "forgotten")

    def happenings(self, since_ms: int, limit: int) -> list[Happening]:
        """Lines at or after an instant, newest last."""
        found = [one for one in self._happenings if one.at >= since_ms]
        return found[-limit:]
