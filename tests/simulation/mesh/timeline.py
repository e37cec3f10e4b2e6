"""Virtual time: a heap of actions, and the one clock that every node of a simulation sees with its own error."""

import heapq
from collections.abc import Callable

from canopy.ground.clock import ManualClock

Action = Callable[[], None]


class Timeline:
    """Actions in order of time; those of one instant in the order in which they were planned."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self._heap: list[tuple[float, int, Action]] = []
        self._count = 0

    @property
    def now(self) -> float:
        return self.clock.monotonic()

    def after(self, seconds: float, action: Action) -> None:
        """Plan an action."""
        self.at(self.now + seconds, action)

    def at(self, when: float, action: Action) -> None:
        """Plan an action for an instant; what lies in the past is done next."""
        self._count += 1
        heapq.heappush(self._heap, (when, self._count, action))

    def run(self, seconds: float) -> None:
        """Let time pass, and do what falls into it."""
        end = self.now + seconds
        while self._heap and self._heap[0][0] <= end:
            when, _, action = heapq.heappop(self._heap)
            self.clock.advance(max(0.0, when - self.now))
            action()
        self.clock.advance(max(0.0, end - self.now))


class SkewedClock(ManualClock):
    """The common time as one node's clock shows it, some seconds wrong."""

    def __init__(self, true: ManualClock, skew: float) -> None:
        super().__init__()
        self._true = true
        self.skew = skew

    def now_ms(self) -> int:
        return self._true.now_ms() + round(self.skew * 1000)

    def monotonic(self) -> float:
        return self._true.monotonic()
