"""Whether two nodes hold the same: what their digests said, and when to look again; without I/O (protocol section 5).

Digests that differ prove nothing while events flow. So one that differs is asked for again, ever later; only when
it differs though nothing moved in between, whole vectors are compared, and that ever more rarely too.
"""

from canopy.mesh.contents import Level

RECHECK_SECONDS = 1.0
LONGEST_RECHECK = 60.0
PATIENCE_SECONDS = (5.0, 60.0, 600.0)
"""How long after a comparison of whole vectors the next may begin, when digests still differ."""


class Leveling:
    """What one end knows of both holding the same."""

    def __init__(self) -> None:
        self.level = False
        """Whether both were seen to hold the same, and nothing contradicted it since."""
        self.behind = False
        """Whether something of theirs may be missing here though they believe that we hold it: then their word that
        we hold all up to a place does not count until digests agree."""
        self.owes = False
        """Whether they are due a word of what we hold."""
        self._asks = False
        self._said = b""
        self._traffic = 0
        self._asked_at_traffic = -1
        self._recheck_at: float | None = None
        self._rechecks = 0
        self._next_round = 0.0
        self._rounds = 0

    def moved(self, events: int = 1) -> None:
        """Events went or came."""
        self._traffic += events

    def agree(self) -> None:
        """Both hold the same."""
        self.level, self.behind = True, False
        self._recheck_at, self._rounds, self._rechecks = None, 0, 0

    def doubt(self, now: float) -> None:
        """What they sent does not fit what we hold: look whether both hold the same."""
        self.level, self.behind = False, True
        if self._recheck_at is None:
            self._recheck_at = now + RECHECK_SECONDS

    def hear(self, theirs: Level, mine: bytes, now: float, *, busy: bool) -> bool:
        """Their digest against ours. Returns whether everything is to be compared now."""
        self.level = theirs.digest == mine
        self.owes = self.owes or theirs.answer or (self.level and self._said != mine)
        if self.level:
            self.agree()
            return False
        begins = self._asked_at_traffic == self._traffic and not busy and now >= self._next_round
        if begins:
            self._next_round = now + PATIENCE_SECONDS[min(self._rounds, len(PATIENCE_SECONDS) - 1)]
            self._rounds += 1
        if self._recheck_at is None:
            # While events flow the two differ at most instants, so looking again and again proves nothing.
            self._rechecks += 1
            wait = min(RECHECK_SECONDS * 2.0 ** min(self._rechecks - 1, 10), LONGEST_RECHECK)
            self._recheck_at = now + max(wait, self._next_round - now)
        return begins

    def say(self, mine: bytes) -> Level:
        """What we hold; asks for theirs when it is time to look again."""
        self.owes, self._said = False, mine
        asks, self._asks = self._asks, False
        return Level(mine, asks)

    def due(self) -> float | None:
        """When to call `wake` at the latest."""
        return self._recheck_at

    def wake(self, now: float) -> None:
        """Let time pass."""
        if self._recheck_at is not None and now >= self._recheck_at:
            self._recheck_at = None
            self.owes = self._asks = True
            self._asked_at_traffic = self._traffic
