"""The links that stand, one for each peer: which may begin, which gives way, and what is told of them."""

import asyncio
import logging
from collections.abc import Callable
from functools import partial

from websockets.asyncio.connection import Connection
from websockets.frames import CloseCode

from canopy.ground.clock import Clock
from canopy.ground.errors import CanopyError, LinkBroken
from canopy.ground.ids import NodeId
from canopy.log import store
from canopy.log.db import Tx, Writer
from canopy.log.shown import peer_id
from canopy.mesh import peerbook
from canopy.mesh.dialing import Schedule
from canopy.mesh.handshake import Established
from canopy.mesh.intake import Bucket
from canopy.mesh.link import CROWDED, DUPLICATE, REPLACED, UNTRUSTED, Link, address_of
from canopy.mesh.logbook import Logbook
from canopy.mesh.peerbook import Level
from canopy.mesh.pump import Pump, Stock
from canopy.mesh.reach import host_of, is_loopback

STRANGERS = "strangers"
"""The source under which the faults of all are counted whom nobody trusts: ids cost nothing."""
STRANGERS_RATE, STRANGERS_BURST = 0.2, 60.0
"""Notices of their links a second, and at once."""
TELL_SECONDS = 0.1
"""Changes of a link within this time are one notice."""

AGAIN_SECONDS = 5.0
"""After notices could not be written, until they are tried again."""
STEADY_SECONDS = 10.0
"""A link that stood so long has shown that it can."""
MOST_STRANGERS = 64
"""Links with nodes that nobody here trusts; when more come, the oldest gives way."""

_log = logging.getLogger(__name__)


class Links:
    """All established links of this node."""

    def __init__(self, stock: Stock, writer: Writer, clock: Clock, schedule: Schedule, logbook: Logbook) -> None:
        self.moved = asyncio.Event()
        """Set when a link began or ended, so that whoever dials looks again whom to dial."""
        self._stock = stock
        self._writer = writer
        self._clock = clock
        self._schedule = schedule
        self._logbook = logbook
        self._links: dict[NodeId, Link] = {}
        self._changed: set[NodeId] = set()
        self._tell = asyncio.Event()
        self._strangers = Bucket(STRANGERS_RATE, STRANGERS_BURST, clock.monotonic())

    def __contains__(self, node: NodeId) -> bool:
        return node in self._links

    def get(self, node: NodeId) -> Link | None:
        """The link with a node."""
        return self._links.get(node)

    def all(self) -> list[Link]:
        """Every link that stands."""
        return list(self._links.values())

    def ring(self) -> None:
        """The log grew: each link looks whether something is for its peer."""
        for link in self._links.values():
            link.wake()

    def end(self, node: NodeId, code: int, reason: str) -> bool:
        """Close the link with a node, if there is one."""
        link = self._links.get(node)
        if link is not None:
            link.close(code, reason)
        return link is not None

    async def serve(self, opened: Connection, established: Established, *, outward: bool) -> None:
        """One link from its handshake to its end. A supervised place: what goes wrong ends this link alone."""
        node = established.peer
        refusal = self._refusal(node, outward=outward)
        if refusal is not None:
            await opened.close(*refusal)
            return
        near = is_loopback(host_of(f"ws://{address_of(opened)}"))
        pump = Pump(self._stock, node, established.channel, self._clock.monotonic(), near=near)
        link = Link(opened, pump, self._writer, self._clock, outward=outward)
        self._links[node] = link
        self._bound_strangers()
        self._logbook.note(node, "connected", address=link.address)
        self._note(link)
        self.moved.set()
        try:
            await link.run(self._note)
        except LinkBroken as fault:
            self._logbook.note(node, "failed", fault.sentence, link.address)
            await self._write(partial(_count, source=node.hex() if link.trusted else STRANGERS, reason=fault.code))
        except CanopyError as error:
            _log.warning("The link with %s ended: %s", peer_id(node), error.sentence)
        except Exception:  # noqa: BLE001 - peer session: one link's failure is no other's
            _log.exception("The link with %s failed.", peer_id(node))
        finally:
            self._ended(link, opened)

    def _bound_strangers(self) -> None:
        """Whoever makes itself new identities without end fills its own places, not those of peers."""
        strangers = [link for link in self._links.values() if not (link.trusted or link.outward or link.closing)]
        if len(strangers) > MOST_STRANGERS:
            strangers[0].close(CROWDED, "crowded")

    def _ended(self, link: Link, opened: Connection) -> None:
        if self._links.get(link.peer) is not link:
            return
        del self._links[link.peer]
        self._logbook.note(link.peer, "disconnected", (link.closing or (0, ""))[1], link.address)
        self._plan(link, opened.close_code)
        self._note(link)
        self.moved.set()

    def _plan(self, link: Link, code: int | None) -> None:
        """When to dial again: soon after an accident, ever later where links are closed as soon as they stand."""
        if code in (REPLACED, UNTRUSTED):
            # Replaced without a newer link of ours: a copy of this node's folder runs somewhere else.
            self._schedule.failed(link.peer, turned_away=True)
        elif code == CloseCode.ABNORMAL_CLOSURE or self._clock.monotonic() - link.began >= STEADY_SECONDS:
            self._schedule.lost(link.peer)
        else:
            self._schedule.failed(link.peer)

    def _refusal(self, node: NodeId, *, outward: bool) -> tuple[int, str] | None:
        """Why a new link may not stand; makes room for it where it may."""
        with self._stock.database.read() as tx:
            peer = peerbook.find_peer(tx, node)
        if (peer is not None and peer.level is Level.BLOCKED) or node in self._schedule.off:
            return UNTRUSTED, "not_welcome"
        other = self._links.get(node)
        if other is None:
            return None
        if other.outward is not outward and other.outward is (self._stock.here < node):
            # Both dialled at once: the link that the smaller id dialled stays.
            return DUPLICATE, "duplicate"
        other.close(REPLACED if other.outward is outward else DUPLICATE, "replaced")
        del self._links[node]
        return None

    # Telling.

    def _note(self, link: Link) -> None:
        if not link.trusted and not self._strangers.take(self._clock.monotonic()):
            # Nobody fills the journal by coming and going.
            return
        self._changed.add(link.peer)
        self._tell.set()

    async def tell_all(self) -> None:
        """Write notices of what became of links, so that open pages show it. Runs until cancelled."""
        while True:
            await self._tell.wait()
            self._tell.clear()
            await asyncio.sleep(TELL_SECONDS)
            changed, self._changed = self._changed, set()
            if not await self._write(partial(self._announce, changed=changed)):
                self._changed |= changed
                await asyncio.sleep(AGAIN_SECONDS)
                self._tell.set()

    async def _write(self, job: Callable[[Tx], None]) -> bool:
        """Note something about links; a disk that fails, or too much to do, ends none of them."""
        try:
            await self._writer.write(job)
        except CanopyError as error:
            _log.warning("What became of a link was not noted: %s", error.sentence)
            return False
        return True

    def _announce(self, tx: Tx, changed: set[NodeId]) -> None:
        for node in changed:
            link = self._links.get(node)
            if link is not None:
                peerbook.touch(tx, node)
            peerbook.announce(tx, node, state_of(link))


def state_of(link: Link | None) -> str:
    """The state of a peer as people read it (decision 31)."""
    if link is None:
        return "offline"
    return "connected_syncing" if link.view().syncing else "connected_not_syncing"


def _count(tx: Tx, source: str, reason: str) -> None:
    """What a peer did wrong is shown on Connect and in `doctor`."""
    store.COUNT_SOURCE.run(tx, source=source, reason=reason)
