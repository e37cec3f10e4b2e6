"""The mesh of one node, as the rest of it sees it: it owns the listener, the calling, the links and their tasks."""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack

from websockets.asyncio.server import ServerConnection

from canopy.crypto.keys import SigningKey
from canopy.ground.clock import Clock
from canopy.ground.ids import EventId, NodeId
from canopy.log import store
from canopy.log.bus import Bus
from canopy.log.db import Writer
from canopy.log.event import header_of
from canopy.mesh import peerbook
from canopy.mesh.calling import DIAL_SECONDS, Caller
from canopy.mesh.dialing import Schedule
from canopy.mesh.discovery import Discovery, recognises
from canopy.mesh.handshake import Established, Identity
from canopy.mesh.link import UNTRUSTED
from canopy.mesh.links import Links
from canopy.mesh.listening import Doorman
from canopy.mesh.logbook import Logbook
from canopy.mesh.peerbook import Level
from canopy.mesh.pump import Stock
from canopy.mesh.reach import candidates, is_loopback
from canopy.mesh.view import Attempt, Discovered, Happening, LinkView, Reach

SETTLE_SECONDS = 1.0
"""How long to wait for what a new link leads to, before people are told that it stands."""


class Mesh:
    """Links of this node with others."""

    def __init__(
        self,
        stock: Stock,
        identity: Identity,
        writer: Writer,
        bus: Bus,
        clock: Clock,
        spread: Callable[[], float],
        *,
        discoverable: bool,
        trusts_lan: bool = False,
    ) -> None:
        self.doorman = Doorman(identity, clock, self._admit)
        self._identity = identity
        self._stock = stock
        self._bus = bus
        self._clock = clock
        self._logbook = Logbook(clock)
        self._schedule = Schedule(clock, spread)
        self._links = Links(stock, writer, clock, self._schedule, self._logbook)
        self._caller = Caller(
            stock, identity, writer, clock, self._schedule, self._logbook, self._links, trusts_lan=trusts_lan
        )
        self._listener: socket.socket | None = None
        self._running = False
        self._discoverable = discoverable
        self._discovery: Discovery | None = None

    # What people and rooms ask.

    @property
    def key(self) -> SigningKey:
        """What invites are signed with."""
        return self._identity.key

    @property
    def static_public(self) -> bytes:
        """The static key of our links, as invites name it."""
        return self._identity.static.public

    @property
    def listening(self) -> bool:
        """Whether others can reach the door."""
        return self._listener is not None and self._running

    def links(self) -> list[LinkView]:
        """All links that stand."""
        return [link.view() for link in self._links.all()]

    def link(self, node: NodeId) -> LinkView | None:
        """The link with one node."""
        link = self._links.get(node)
        return None if link is None else link.view()

    def refused_invite(self, node: NodeId) -> bool:
        """Whether a linked peer did not accept the invite that we showed."""
        link = self._links.get(node)
        return link is not None and link.pump.join_refused

    def attempts(self, node: NodeId) -> list[Attempt]:
        """What came of dialling each of its addresses."""
        return self._logbook.attempts(node)

    def next_try(self, node: NodeId) -> int | None:
        """When it is dialled next, in Unix milliseconds."""
        return None if node in self._links else self._schedule.next_try(node)

    def discovered(self) -> list[Discovered]:
        """Nodes that announce themselves on this network, with their ids where a link has proven them."""
        found = self._discovery.found() if self._discovery else []
        return [self._named(one) for one in found]

    def _named(self, one: Discovered) -> Discovered:
        if self._discovery is not None and one.node is None:
            for link in self._links.all():
                if recognises(one.key, link.peer, self._clock.now_ms()):
                    self._discovery.proven(one.key, link.peer)
                    return Discovered(key=one.key, address=one.address, port=one.port, seen=one.seen, node=link.peer)
        return one

    def reach(self) -> list[Reach]:
        """The addresses under which others may reach this node."""
        if self._listener is None:
            return []
        host, port = self._listener.getsockname()[:2]
        return candidates(host, port)

    def happenings(self, since_ms: int, limit: int) -> list[Happening]:
        """The history of links."""
        return self._logbook.happenings(since_ms, limit)

    def holders(self, event_id: EventId) -> dict[NodeId, bool]:
        """Which linked peers hold an event, as far as they said."""
        with self._stock.database.read() as tx:
            place = store.FIND_PLACE.row(tx, id=event_id)
        if place is None:
            return {}
        header = header_of(place[3])
        key = (header.scope, header.node, header.run)
        answers = {link.peer: link.pump.session.sync.holds(key, header.height) for link in self._links.all()}
        return {node: known for node, known in answers.items() if known is not None}

    # What people and rooms change.

    async def connect(self, node: NodeId, addresses: Sequence[str], seconds: float = DIAL_SECONDS) -> list[Attempt]:
        """Dial a node now, each address in turn until one leads to it; an invite is mostly answered by then."""
        attempts = await self._caller.connect(node, addresses, seconds)
        link = self._links.get(node)
        if link is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(SETTLE_SECONDS):
                    await link.settled.wait()
        return attempts

    async def connect_discovered(self, key: str) -> list[Attempt]:
        """Dial a node that announces itself, to learn who it is."""
        found = next((one for one in self.discovered() if one.key == key), None)
        return [] if found is None else [await self._caller.meet(found)]

    def disconnect(self, node: NodeId) -> bool:
        """End the link, and keep it ended until a person reconnects, or a restart."""
        self._schedule.off.add(node)
        return self._links.end(node, UNTRUSTED, "disconnected")

    def reconnect_all(self) -> int:
        """Dial everybody whom we want a link with and have none."""
        missing = [node for node in self._schedule.wanted() if node not in self._links]
        for node in missing:
            self._schedule.want(node)
        self._caller.wake()
        return len(missing)

    def level_changed(self, node: NodeId) -> None:
        """A person raised or lowered a peer, or let channels flow; called after the commit."""
        with self._stock.database.read() as tx:
            peer = peerbook.find_peer(tx, node)
        link = self._links.get(node)
        if peer is not None and peer.level is Level.TRUSTED:
            self._schedule.want(node)
            self._caller.wake()
            if link is not None:
                link.trust_changed()
        else:
            self._schedule.drop(node)
            if link is not None and (link.trusted or (peer is not None and peer.level is Level.BLOCKED)):
                self._links.end(node, UNTRUSTED, "not_trusted")

    def forgotten(self, node: NodeId) -> None:
        """A person forgot a peer."""
        self._schedule.drop(node)
        self._caller.forget(node)
        self._logbook.forget(node)
        self._links.end(node, UNTRUSTED, "forgotten")

    def resync(self) -> int:
        """Compare everything with every peer that syncs."""
        syncing = [link for link in self._links.all() if link.view().syncing]
        for link in syncing:
            link.pump.audit()
            link.wake()
        return len(syncing)

    # Running.

    def bind(self, listener: socket.socket) -> None:
        """Use a socket that listens already."""
        self._listener = listener

    async def run(self) -> None:
        """Serve until cancelled."""
        self._bus.listen(self._links.ring)
        try:
            async with AsyncExitStack() as stack:
                if self._listener is not None:
                    await stack.enter_async_context(self.doorman.open(self._listener))
                await self._run()
        finally:
            self._running = False
            self._bus.forget(self._links.ring)

    async def _run(self) -> None:
        with self._stock.database.read() as tx:
            for node in peerbook.trusted(tx):
                self._schedule.want(node)
        async with asyncio.TaskGroup() as group:
            self._running = True
            group.create_task(self._caller.run(group, self.discovered))
            group.create_task(self._links.tell_all())
            self._discover(group)

    def _discover(self, group: asyncio.TaskGroup) -> None:
        reach = self.reach()
        hosts = [one.address.removeprefix("ws://").rpartition(":")[0] for one in reach]
        ipv4 = [host for host in hosts if host.count(".") == 3]
        if self._discoverable and ipv4:
            port = int(reach[0].address.rpartition(":")[2])
            self._discovery = Discovery(self._stock.here, ipv4, port, self._clock, self._caller.wake)
            group.create_task(self._discovery.run())

    async def _admit(self, visitor: ServerConnection, established: Established) -> None:
        await self._links.serve(visitor, established, outward=False)


def discovers(host: str) -> bool:
    """Whether a listener at this host has neighbours to find."""
    return not is_loopback(host)
