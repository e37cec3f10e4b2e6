"""How much of what a peer passes on from strangers is taken, without I/O (protocol section 3, introduced by).

Events of authors that we trust, of the peer itself and of ourselves are not counted. What exceeds a limit is
postponed: its chain is taken up again when there is room.
"""

from canopy.mesh.contents import ChainKey

MOST_AUTHORS = 500
RATE = 20.0
BURST = 20_000.0
RUNS_A_DAY = 8.0
RUN_BURST = 64.0
DAY = 86_400.0
RETRY_SECONDS = 30.0
MOST_POSTPONED = 4_096
MOST_BUCKETS = 4_096


class Bucket:
    """Tokens that grow with time up to a burst."""

    __slots__ = ("_burst", "_rate", "_then", "_tokens")

    def __init__(self, rate: float, burst: float, now: float, tokens: float | None = None) -> None:
        self._rate = rate
        self._burst = burst
        self._tokens = burst if tokens is None else tokens
        self._then = now

    def has(self, now: float) -> bool:
        """Whether there is a token."""
        self._tokens = min(self._burst, self._tokens + (now - self._then) * self._rate)
        self._then = now
        return self._tokens >= 1

    def take(self, now: float) -> bool:
        """Take one token, if there is one."""
        if not self.has(now):
            return False
        self._tokens -= 1
        return True


class Intake:
    """What one peer may pass on."""

    def __init__(self, now: float) -> None:
        self._events = Bucket(RATE, BURST, now)
        self._runs: dict[tuple[bytes, bytes], Bucket] = {}
        self.postponed: dict[ChainKey, float] = {}
        """Chains of which nothing is taken now, and when to ask for them again."""

    def admits(self, key: ChainKey, now: float, *, stranger: bool, runs_held: int | None) -> bool:
        """Whether one more event of a chain is taken now; `runs_held` is told when it begins the chain.

        What is not taken spends nothing, or chains that try again would use up the room of each other.
        """
        runs = None if runs_held is None else self._runs_of(key, runs_held, now)
        if runs is not None and not runs.has(now):
            return False
        if stranger and not self._events.take(now):
            return False
        return runs is None or runs.take(now)

    def _runs_of(self, key: ChainKey, runs_held: int, now: float) -> Bucket:
        which = key[:2]
        bucket = self._runs.get(which)
        if bucket is None:
            if len(self._runs) >= MOST_BUCKETS:
                self._runs.pop(next(iter(self._runs)))
            # Who has many runs already has used up its burst on another day.
            tokens = RUN_BURST if runs_held < RUN_BURST else RUNS_A_DAY
            bucket = self._runs[which] = Bucket(RUNS_A_DAY / DAY, RUN_BURST, now, tokens)
        return bucket

    def postpone(self, key: ChainKey, now: float) -> bool:
        """Take no more of a chain for now; True when that is news."""
        if key in self.postponed or len(self.postponed) >= MOST_POSTPONED:
            return False
        self.postponed[key] = now + RETRY_SECONDS
        return True

    def due(self) -> float | None:
        """When a postponed chain may be asked for again."""
        return min(self.postponed.values(), default=None)

    def ready(self, now: float) -> list[ChainKey]:
        """The chains whose time has come."""
        ready = [key for key, when in self.postponed.items() if when <= now]
        for key in ready:
            del self.postponed[key]
        return ready
