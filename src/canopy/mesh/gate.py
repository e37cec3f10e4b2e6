"""Who may stand at the door of the mesh, without I/O (protocol section 5, Frames: bounds).

A socket is WAITING until it asked for the mesh, SHAKING while it proves who it is, and LINKED after that. Those who
wait cost little and give way, the oldest first, when others come; so nobody can fill the door by standing in it.
"""

from collections import deque
from enum import Enum, auto
from typing import Any

SOCKETS = 512
HANDSHAKES = 20
PER_ADDRESS = 5
PER_ADDRESS_SECONDS = 10.0
MOST_ADDRESSES = 4_096


class Place(Enum):
    """How far a socket has come."""

    WAITING = auto()
    SHAKING = auto()
    LINKED = auto()


class Gate:
    """Counts sockets; says which of them must go."""

    def __init__(self) -> None:
        self._places: dict[Any, Place] = {}
        """In the order of coming."""
        self._recent: dict[str, deque[float]] = {}
        self.turned_away = 0

    def enter(self, who: Any) -> Any | None:
        """A socket was opened; returns the one that must go for it, which may be itself."""
        self._places[who] = Place.WAITING
        if len(self._places) <= SOCKETS:
            return None
        return self._turn_away(next(one for one in self._places if self._places[one] is not Place.LINKED))

    def shake(self, who: Any, address: str, now: float) -> Any | None:
        """A socket begins its handshake; returns the one that must go for it, which may be itself.

        `address` is empty for a socket of this machine: here all share one.
        """
        self._places[who] = Place.SHAKING
        if address and not self._paces(address, now):
            return self._turn_away(who)
        shaking = [one for one, place in self._places.items() if place is Place.SHAKING]
        return self._turn_away(shaking[0]) if len(shaking) > HANDSHAKES else None

    def link(self, who: Any) -> None:
        """A socket has proven who it is."""
        if who in self._places:
            self._places[who] = Place.LINKED

    def leave(self, who: Any) -> None:
        """A socket is closed."""
        self._places.pop(who, None)

    def _turn_away(self, who: Any) -> Any:
        del self._places[who]
        self.turned_away += 1
        return who

    def _paces(self, address: str, now: float) -> bool:
        times = self._recent.setdefault(address, deque())
        while times and times[0] <= now - PER_ADDRESS_SECONDS:
            times.popleft()
        if len(self._recent) > MOST_ADDRESSES:
            self._recent.pop(next(iter(self._recent)))
        if len(times) >= PER_ADDRESS:
            return False
        times.append(now)
        return True
