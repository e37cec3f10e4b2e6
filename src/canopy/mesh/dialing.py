"""When to dial whom, and what comes of it: addresses in turn, then waiting longer each time (protocol section 5)."""

import asyncio
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI

from canopy.ground.clock import Clock
from canopy.ground.errors import LinkBroken
from canopy.ground.ids import NodeId
from canopy.mesh.handshake import Accepts, Established, Handshake, Identity
from canopy.mesh.link import PATH, SETTINGS, shake
from canopy.mesh.noise import KeyPair

FIRST_WAIT = 0.5
LONGEST_WAIT = 60.0
TURNED_AWAY_WAIT = 300.0
"""After the other side closed on purpose: it will hardly have changed its mind sooner."""


class Reached(NamedTuple):
    """An address behind which a node proved to be who it is."""

    socket: ClientConnection
    established: Established


class Failed(NamedTuple):
    """Why an address led nowhere."""

    outcome: str
    sentence: str


async def dial(address: str, accepts: Accepts, identity: Identity, clock: Clock, seconds: float) -> Reached | Failed:
    """Try one address."""
    try:
        async with asyncio.timeout(seconds):
            opened = await connect(address + PATH, proxy=None, open_timeout=None, user_agent_header=None, **SETTINGS)
            try:
                handshake = Handshake.dial(identity, accepts, KeyPair.generate, clock.monotonic())
                return Reached(opened, await shake(opened, handshake, clock))
            except BaseException:
                opened.transport.abort()
                raise
    except (TimeoutError, OSError, LinkBroken, InvalidHandshake, InvalidURI, ConnectionClosed) as error:
        return _failure(error)


def _failure(error: Exception) -> Failed:
    match error:
        case TimeoutError():
            return Failed("timeout", "Nothing answered in time.")
        case ConnectionRefusedError():
            return Failed("refused", "The machine is there, but no node listens on this port.")
        case socket.gaierror():
            return Failed("unknown_host", "This name belongs to no machine.")
        case OSError():
            return Failed("unreachable", "The network does not lead there.")
        case LinkBroken():
            return Failed(error.code, error.sentence)
        case ConnectionClosed():
            return Failed("closed", "The other side hung up. It may be busy; it is tried again.")
        case _:
            return Failed("no_node", "Something answers there, but it is no Canopy node.")


@dataclass(slots=True)
class Wish:
    """A node that we want a link with."""

    next_at: float
    failures: int = 0
    dialling: bool = False


class Schedule:
    """Which nodes to dial when. Waits double, up to a minute, and are spread so that nobody is dialled in step."""

    def __init__(self, clock: Clock, spread: Callable[[], float]) -> None:
        self._clock = clock
        self._spread = spread
        self._wishes: dict[NodeId, Wish] = {}
        self.off: set[NodeId] = set()
        """Nodes that a person disconnected: until they say otherwise, or a restart."""

    def want(self, node: NodeId) -> None:
        """Dial this node as soon as may be."""
        self.off.discard(node)
        wish = self._wishes.setdefault(node, Wish(0.0))
        wish.next_at, wish.failures = self._clock.monotonic(), 0

    def drop(self, node: NodeId) -> None:
        """No link with this node is wanted."""
        self._wishes.pop(node, None)

    def failed(self, node: NodeId, *, turned_away: bool = False) -> None:
        """Wait before the next try."""
        wish = self._wishes.get(node)
        if wish is None:
            return
        wait = TURNED_AWAY_WAIT if turned_away else min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(wish.failures, 16))
        wish.failures += 1
        wish.next_at = self._clock.monotonic() + wait * (0.5 + self._spread() / 2)

    def lost(self, node: NodeId) -> None:
        """A link that stood has ended: try again soon."""
        wish = self._wishes.get(node)
        if wish is not None:
            wish.failures = 0
            self.failed(node)

    def take_due(self, linked: Callable[[NodeId], bool], most: int) -> list[NodeId]:
        """Nodes to dial now; each is dialled once at a time."""
        now = self._clock.monotonic()
        due = [
            node
            for node, wish in self._wishes.items()
            if wish.next_at <= now and not wish.dialling and node not in self.off and not linked(node)
        ][:most]
        for node in due:
            self._wishes[node].dialling = True
        return due

    def done(self, node: NodeId) -> None:
        """The dialling has ended, whatever came of it."""
        if node in self._wishes:
            self._wishes[node].dialling = False

    def next_in(self, linked: Callable[[NodeId], bool]) -> float | None:
        """In how many seconds the next node is due."""
        waiting = [
            wish.next_at
            for node, wish in self._wishes.items()
            if not wish.dialling and node not in self.off and not linked(node)
        ]
        return max(0.0, min(waiting) - self._clock.monotonic()) if waiting else None

    def next_try(self, node: NodeId) -> int | None:
        """When a node is dialled next, in Unix milliseconds."""
        wish = self._wishes.get(node)
        if wish is None or node in self.off:
            return None
        return self._clock.now_ms() + int(1000 * max(0.0, wish.next_at - self._clock.monotonic()))

    def wanted(self) -> Sequence[NodeId]:
        """All nodes that we want links with."""
        return list(self._wishes)
