"""One link: a WebSocket, the machines behind it, and nothing else. Its task reads, works and sends until it ends."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

from websockets.asyncio.connection import Connection
from websockets.exceptions import ConnectionClosed

from canopy.ground.clock import Clock
from canopy.ground.errors import BadFrame, BadHandshake, CanopyError, LinkBroken
from canopy.ground.ids import NodeId
from canopy.log.db import Writer
from canopy.mesh.handshake import Established, Handshake
from canopy.mesh.pump import Pump, Steps
from canopy.mesh.session import State
from canopy.mesh.view import LinkView

PATH = "/mesh/1"
REPLACED, DUPLICATE, UNTRUSTED, BROKEN, CROWDED = 4001, 4002, 4003, 4004, 4005
"""Codes with which a link is closed: a newer one of the same node came; of two at once the other stays; a person
withdrew trust; the peer broke the rules; too many strangers are here, and the peer came first."""
SETTINGS: dict[str, Any] = {
    "compression": None,
    # A sealed frame and a little; what is longer is refused before it is read.
    "max_size": 64 * 1024,
    "max_queue": 16,
    "ping_interval": 20,
    "ping_timeout": 20,
    "close_timeout": 2,
}


class Link:
    """One established link."""

    def __init__(self, socket: Connection, pump: Pump, writer: Writer, clock: Clock, *, outward: bool) -> None:
        self.pump = pump
        self.peer: NodeId = pump.peer
        self.outward = outward
        self.address = address_of(socket)
        self.since = clock.now_ms()
        self.began = clock.monotonic()
        self.last_in = self.last_out = self.since
        self.closing: tuple[int, str] | None = None
        """Why we close it, if we do."""
        self.settled = asyncio.Event()
        """Set once both trust each other, or the peer did not accept our invite."""
        self._socket = socket
        self._writer = writer
        self._clock = clock
        self._wake = asyncio.Event()
        self._ended = False
        self._fault: LinkBroken | None = None
        self._trust_changed = False

    @property
    def trusted(self) -> bool:
        """Whether we told the peer that we trust it."""
        return self.pump.session.state is not State.MET

    def wake(self) -> None:
        """Something may be there to send."""
        self._wake.set()

    def trust_changed(self) -> None:
        """A person changed what the peer may do."""
        self._trust_changed = True
        self._wake.set()

    def close(self, code: int, reason: str) -> None:
        """End the link soon."""
        self.closing = self.closing or (code, reason)
        self._wake.set()

    async def run(self, changed: Callable[["Link"], None]) -> None:
        """Talk until either side ends it; `changed` hears when its state does.

        Raises a CanopyError when that is why it ended.
        """
        try:
            async with asyncio.TaskGroup() as group:
                reading = group.create_task(self._read())
                try:
                    await self._work(changed)
                finally:
                    reading.cancel()
        except* ConnectionClosed:
            pass
        except* CanopyError as errors:
            self.closing = self.closing or (BROKEN, _code_of(errors))
            raise errors.exceptions[0] from None
        finally:
            code, reason = self.closing or (1000, "")
            with contextlib.suppress(ConnectionClosed, OSError):
                await self._socket.close(code, reason)

    async def _read(self) -> None:
        try:
            async for frame in self._socket:
                if isinstance(frame, str):
                    raise BadFrame("The peer sent text where frames are bytes.")
                self.last_in = self._clock.now_ms()
                self.pump.receive(frame)
                self._wake.set()
        except LinkBroken as fault:
            self._fault = fault
        except ConnectionClosed:
            pass
        self._ended = True
        self._wake.set()

    async def _work(self, changed: Callable[["Link"], None]) -> None:
        await self._carry_out(self.pump.begin())
        seen = None
        while not self.closing:
            self._wake.clear()
            await self._send(self.pump.fill(self._clock.monotonic()))
            if self._trust_changed:
                self._trust_changed = False
                await self._carry_out(self.pump.trust_changed())
            elif self.pump.inbox:
                await self._carry_out(self.pump.handle_next(self._clock.monotonic()))
            elif self._fault is not None:
                raise self._fault
            elif self._ended:
                return
            elif not self.pump.unfinished:
                await self._rest()
            if (now := self._summary()) != seen:
                seen = now
                self._settle()
                changed(self)

    def _settle(self) -> None:
        if self.pump.join_refused or self.pump.session.state is State.OPEN:
            self.settled.set()

    def _summary(self) -> tuple[Any, ...]:
        sync = self.pump.session.sync
        return (self.pump.session.state, sync.caught_up, sync.level, self.pump.join_refused)

    async def _carry_out(self, steps: Steps) -> None:
        """Let the writer do what the pump wants written, in the peer's own turn."""
        try:
            job = next(steps)
            while True:
                job = steps.send(await self._writer.write(job, self.peer.hex()))
        except StopIteration:
            pass

    async def _send(self, frames: list[bytes]) -> None:
        for frame in frames:
            if self.closing:
                # Whoever reads slowly gets nothing more once a person has ended the link.
                return
            await self._socket.send(frame)
        if frames:
            self.last_out = self._clock.now_ms()

    async def _rest(self) -> None:
        """Until something happens or is due."""
        due = self.pump.due()
        wait = None if due is None else max(0.0, due - self._clock.monotonic())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait):
                await self._wake.wait()

    def view(self) -> LinkView:
        """The link as people see it."""
        session = self.pump.session
        return LinkView(
            node=self.peer,
            address=self.address,
            outward=self.outward,
            since=self.since,
            last_in=self.last_in,
            last_out=self.last_out,
            syncing=session.state is State.OPEN,
            level=session.sync.caught_up and not session.sync.total,
            done=session.sync.done,
            total=session.sync.total,
        )


async def shake(socket: Connection, handshake: Handshake, clock: Clock) -> Established:
    """Carry a handshake over a socket. Raises LinkBroken, ConnectionClosed or OSError."""
    while True:
        for message in handshake.to_send():
            await socket.send(message)
        for established in handshake.events():
            return established
        due = handshake.due()
        wait = 0.0 if due is None else max(0.0, due - clock.monotonic())
        try:
            async with asyncio.timeout(wait):
                answer = await socket.recv()
        except TimeoutError as error:
            raise BadHandshake("The peer did not finish the handshake in time.") from error
        if isinstance(answer, str):
            raise BadHandshake("The peer sent text where a handshake was expected.")
        handshake.receive(answer)


def address_of(socket: Connection) -> str:
    """The other end as `host:port`."""
    remote = socket.remote_address
    if not remote:
        return ""
    host = f"[{remote[0]}]" if ":" in remote[0] else remote[0]
    return f"{host}:{remote[1]}"


def _code_of(errors: ExceptionGroup[CanopyError]) -> str:
    first = errors.exceptions[0]
    return first.code if isinstance(first, CanopyError) else LinkBroken.code
