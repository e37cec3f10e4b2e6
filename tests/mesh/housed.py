"""Nodes with real sockets on loopback, in one process: everything of the mesh, and nothing of the edge."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from canopy.edge.serving import bind
from canopy.features.messages.events import MessagePosted
from canopy.ground.clock import Clock
from canopy.log import scope
from canopy.log.bus import Bus
from canopy.log.catalog import Draft
from canopy.log.db import Tx, Writer
from canopy.mesh import invites, peerbook
from canopy.mesh.invite import InviteCode, decode
from canopy.mesh.mesh import Mesh
from canopy.mesh.peerbook import Level
from canopy.node import SystemClock
from tests.mesh.meeting import USER, Member

WEEK_MS = 7 * 86_400_000


class Housed(Member):
    """A member with a mesh around it."""

    def __init__(self, folder: Path, number: int, *, port: int = 0) -> None:
        super().__init__(folder, SystemClock(), number)  # type: ignore[arg-type]
        self.bus = Bus()
        self.database.on_commit = self.bus.ring
        self.writer = Writer(self.database)
        clock: Clock = self.database.clock
        self.mesh = Mesh(
            self.stock, self.identity, self.writer, self.bus, clock, random.Random(number).random, discoverable=False
        )
        self.socket = bind("127.0.0.1", port, "--mesh-port")
        self.port = int(self.socket.getsockname()[1])
        self.mesh.bind(self.socket)

    @property
    def address(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator["Housed"]:
        """The node, as long as the block lasts."""
        self.bus.attach(asyncio.get_running_loop())
        self.writer.start(lambda error: None)
        task = asyncio.ensure_future(self.mesh.run())
        try:
            await until(lambda: self.mesh.listening)
            yield self
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            await asyncio.to_thread(self.writer.stop)
            self.socket.close()

    async def say(self, words: str) -> None:
        draft = Draft(scope=scope.GENERAL, user=USER, body=MessagePosted(content=words))
        await self.writer.write(lambda tx: self.door.do(tx, draft))

    async def make_invite(self, *, secret: bool = True) -> str:
        """A code of this node."""
        made = await self.writer.write(
            lambda tx: invites.make(
                tx, self.key, self.mesh.static_public, "x", [self.address], "someone", WEEK_MS, secret
            )
        )
        return made.code

    async def import_(self, code: str) -> str:
        """Import a code and dial; the outcome of the last address."""
        said = decode(code, self.clock.now_ms(), self.node)
        await self.writer.write(lambda tx: self._import(tx, said))
        self.mesh.level_changed(said.node)
        attempts = await self.mesh.connect(said.node, said.endpoints)
        return attempts[-1].outcome if attempts else ""

    def _import(self, tx: Tx, said: InviteCode) -> None:
        peerbook.set_level(tx, said.node, Level.TRUSTED)
        for address in said.endpoints:
            peerbook.remember_endpoint(tx, said.node, address, "invite")
        peerbook.remember_join(tx, said.node, said)

    def level_with(self, other: "Housed") -> bool:
        """Whether the link with another node stands and both hold the same."""
        view = self.mesh.link(other.node)
        return view is not None and view.syncing and view.level


async def until(holds: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait for a state, looking often."""
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.005)
