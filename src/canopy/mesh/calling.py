"""Calling other nodes: those that a person wants links with, again and again, and those that announce themselves."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence

from websockets.asyncio.connection import Connection

from canopy.ground.clock import Clock
from canopy.ground.errors import CanopyError
from canopy.ground.ids import NodeId
from canopy.log.db import Tx, Writer
from canopy.mesh import peerbook
from canopy.mesh.dialing import Failed, Schedule, dial
from canopy.mesh.discovery import recognises
from canopy.mesh.handshake import Accepts, Established, Identity, only
from canopy.mesh.links import Links
from canopy.mesh.logbook import Logbook
from canopy.mesh.peerbook import Level
from canopy.mesh.pump import Stock
from canopy.mesh.view import Attempt, Discovered

AT_ONCE = 8
"""Nodes dialled at the same time."""
DIAL_SECONDS = 5.0
DISCOVERED_AGAIN_MS = 60_000
MOST_DISCOVERED = 1_024

_log = logging.getLogger(__name__)


class Caller:
    """Dials; hands what it reached to `Links`."""

    def __init__(
        self,
        stock: Stock,
        identity: Identity,
        writer: Writer,
        clock: Clock,
        schedule: Schedule,
        logbook: Logbook,
        links: Links,
        *,
        trusts_lan: bool,
    ) -> None:
        self._stock = stock
        self._identity = identity
        self._writer = writer
        self._clock = clock
        self._schedule = schedule
        self._logbook = logbook
        self._links = links
        self._trusts_lan = trusts_lan
        self._group: asyncio.TaskGroup | None = None
        self._turns: dict[NodeId, asyncio.Lock] = {}
        self._dialled_at: dict[str, int] = {}

    async def run(self, group: asyncio.TaskGroup, discovered: Callable[[], list[Discovered]]) -> None:
        """Dial whoever is due, until cancelled."""
        self._group = group
        try:
            while True:
                self._links.moved.clear()
                for node in self._schedule.take_due(self._links.__contains__, AT_ONCE):
                    group.create_task(self._call(node))
                for found in discovered():
                    self._look_at(found, group)
                await self._rest()
        finally:
            self._group = None

    async def _rest(self) -> None:
        wait = self._schedule.next_in(self._links.__contains__)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait):
                await self._links.moved.wait()

    def wake(self) -> None:
        """Look again who is due."""
        self._links.moved.set()

    def forget(self, node: NodeId) -> None:
        """A person forgot the peer."""
        self._turns.pop(node, None)

    async def connect(self, node: NodeId, addresses: Sequence[str], seconds: float) -> list[Attempt]:
        """Dial a node now, each address in turn until one leads to it."""
        self._schedule.want(node)
        async with self._turn(node):
            if node in self._links:
                return [one for one in self._logbook.attempts(node) if one.outcome == "connected"]
            attempts = await self._try_all(node, addresses, seconds)
            if node not in self._links:
                self._schedule.failed(node)
        self.wake()
        return attempts

    async def meet(self, found: Discovered) -> Attempt:
        """Dial a discovered node; it proves who it is, and stays without trust until a person decides."""
        address = f"ws://{found.address}:{found.port}"
        now = self._clock.now_ms()
        reached = await dial(
            address, lambda node: recognises(found.key, node, now), self._identity, self._clock, DIAL_SECONDS
        )
        if isinstance(reached, Failed):
            self._logbook.note(found.node, "failed", reached.sentence, address)
            return Attempt(address=address, outcome=reached.outcome, sentence=reached.sentence, at=now)
        node = reached.established.peer
        await self._trust_neighbour(node, address)
        await self._start(reached.socket, reached.established)
        return self._logbook.tried(node, address, "connected", "Connected.")

    async def _call(self, node: NodeId) -> None:
        """One round over the addresses of one node."""
        try:
            async with self._turn(node):
                if node in self._links:
                    return
                with self._stock.database.read() as tx:
                    addresses = [endpoint.address for endpoint in peerbook.endpoints_of(tx, node)]
                await self._try_all(node, addresses, DIAL_SECONDS)
                if node not in self._links:
                    self._schedule.failed(node)
        finally:
            self._schedule.done(node)
            self.wake()

    def _turn(self, node: NodeId) -> asyncio.Lock:
        """Nobody is dialled twice at once, or the second link would replace the first."""
        return self._turns.setdefault(node, asyncio.Lock())

    async def _try_all(self, node: NodeId, addresses: Sequence[str], seconds: float) -> list[Attempt]:
        attempts: list[Attempt] = []
        for address in addresses:
            attempts.append(await self._try(node, address, only(node), seconds))
            if attempts[-1].outcome == "connected":
                break
        return attempts

    async def _try(self, node: NodeId, address: str, accepts: Accepts, seconds: float) -> Attempt:
        self._logbook.note(node, "attempt", address=address)
        reached = await dial(address, accepts, self._identity, self._clock, seconds)
        if isinstance(reached, Failed):
            return self._logbook.tried(node, address, reached.outcome, reached.sentence)
        await self._write(lambda tx: self._remember(tx, node, address))
        await self._start(reached.socket, reached.established)
        return self._logbook.tried(node, address, "connected", "Connected.")

    async def _start(self, opened: Connection, established: Established) -> None:
        if self._group is None:
            # The node is stopping.
            opened.transport.abort()
            return
        self._group.create_task(self._links.serve(opened, established, outward=True))
        # The link is registered before anybody else may dial.
        await asyncio.sleep(0)

    async def _write(self, job: Callable[[Tx], bool]) -> bool:
        """Note what dialling taught; a disk that fails, or too much to do, ends no dialling."""
        try:
            return await self._writer.write(job)
        except CanopyError as error:
            _log.warning("What was learned of a peer was not noted: %s", error.sentence)
            return False

    def _remember(self, tx: Tx, node: NodeId, address: str) -> bool:
        known = peerbook.find_peer(tx, node) is not None
        if known:
            peerbook.remember_endpoint(tx, node, address, "link", worked=True)
        return known

    def _look_at(self, found: Discovered, group: asyncio.TaskGroup) -> None:
        """Dial a neighbour, so that people see who it is; trust one that dialled us, where the network is trusted."""
        now = self._clock.now_ms()
        link = next((one for one in self._links.all() if recognises(found.key, one.peer, now)), None)
        if link is None:
            if self._is_news(found, now):
                group.create_task(self.meet(found))
        elif self._trusts_lan and not link.trusted:
            group.create_task(self._trust_neighbour(link.peer, f"ws://{found.address}:{found.port}"))

    def _is_news(self, found: Discovered, now: int) -> bool:
        """Whether nobody dialled this announcement lately."""
        if now - self._dialled_at.get(found.key, 0) < DISCOVERED_AGAIN_MS:
            return False
        if len(self._dialled_at) >= MOST_DISCOVERED:
            self._dialled_at.pop(next(iter(self._dialled_at)))
        self._dialled_at[found.key] = now
        return True

    async def _trust_neighbour(self, node: NodeId, address: str) -> None:
        """Note where a neighbour is; where the network is trusted, it is from now on a peer like others."""
        trusted = await self._write(lambda tx: self._note_discovered(tx, node, address))
        link = self._links.get(node)
        if trusted and node not in self._schedule.off:
            self._schedule.want(node)
            if link is not None:
                link.trust_changed()

    def _note_discovered(self, tx: Tx, node: NodeId, address: str) -> bool:
        """Whether the network made the peer a trusted one."""
        peer = peerbook.meet(tx, node)
        peerbook.remember_endpoint(tx, node, address, "discovery", worked=True)
        if not self._trusts_lan or peer.level not in (Level.UNKNOWN, Level.INTRODUCED):
            return False
        peerbook.set_level(tx, node, Level.TRUSTED)
        return True
