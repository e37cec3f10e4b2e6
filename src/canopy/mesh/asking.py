"""When a peer is asked for the bodies that are missing here, without I/O (protocol section 2).

Whoever sent a header without its body said why; that may have been a lie, and others may hold the body, today or
later. So every peer is asked: at first, when another such header was taken, and again ever more rarely.
"""

from canopy.mesh.contents import Bodies
from canopy.mesh.shelf import Shelf

PATIENCE_SECONDS = (5.0, 60.0, 600.0)


class Asking:
    """What one peer is asked for."""

    def __init__(self) -> None:
        self._asks = True
        self._lacks = False
        self._now: float | None = None
        self._again_at: float | None = None
        self._times = 0

    def missed(self) -> None:
        """Another header was taken without its body."""
        self._asks, self._times = True, 0

    def due(self) -> float | None:
        """When to call `wake` at the latest."""
        return self._again_at

    def wake(self, now: float) -> None:
        """Let time pass."""
        self._now = now
        if self._again_at is not None and now >= self._again_at:
            self._again_at, self._asks = None, True
        self._plan()

    def next(self, shelf: Shelf) -> Bodies | None:
        """The bodies to ask for now, if any."""
        if not self._asks:
            return None
        missing = shelf.withheld()
        self._asks, self._lacks, self._again_at = False, bool(missing), None
        self._plan()
        return Bodies(missing) if missing else None

    def _plan(self) -> None:
        """When to ask again; known with the first time that is told."""
        if self._lacks and not self._asks and self._again_at is None and self._now is not None:
            self._again_at = self._now + PATIENCE_SECONDS[min(self._times, len(PATIENCE_SECONDS) - 1)]
            self._times += 1
