"""The door of the mesh: a WebSocket listener that lets nobody stand in it (protocol section 5, Frames: bounds)."""

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, cast

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from canopy.ground.clock import Clock
from canopy.ground.errors import LinkBroken
from canopy.mesh.gate import Gate
from canopy.mesh.handshake import SECONDS, Established, Handshake, Identity
from canopy.mesh.link import PATH, SETTINGS, shake
from canopy.mesh.noise import KeyPair
from canopy.mesh.reach import is_loopback

Arrived = Callable[[ServerConnection, Established], Awaitable[None]]

# The library tells of every stranger who says something odd; we count them instead.
_silent = logging.getLogger("canopy.mesh.sockets")
_silent.setLevel(logging.CRITICAL)


class Doorman:
    """Answers sockets until each has proven who it is, or is sent away."""

    def __init__(self, identity: Identity, clock: Clock, arrived: Arrived) -> None:
        self.gate = Gate()
        self.faults: dict[str, int] = {}
        """Why handshakes failed, counted."""
        self._identity = identity
        self._clock = clock
        self._arrived = arrived

    def open(self, listener: socket.socket) -> AbstractAsyncContextManager[Server]:
        """The listener, to be entered as a context."""
        return serve(
            self._answer,
            sock=listener,
            create_connection=cast(type[ServerConnection], self._connection),
            process_request=_only_the_mesh,
            open_timeout=SECONDS,
            server_header=None,
            logger=_silent,
            **SETTINGS,
        )

    def _connection(self, *args: Any, **settings: Any) -> "Visitor":
        return Visitor(self.gate, *args, **settings)

    async def _answer(self, visitor: ServerConnection) -> None:
        """One socket that asked for the mesh. Runs in a task of the listener, which ends with it."""
        remote = visitor.remote_address
        address = str(remote[0]) if remote else ""
        leaving = self.gate.shake(visitor, "" if is_loopback(address) else address, self._clock.monotonic())
        if leaving is not None:
            self._count("turned_away")
            leaving.transport.abort()
            if leaving is visitor:
                return
        handshake = Handshake.listen(self._identity, KeyPair.generate, self._clock.monotonic())
        try:
            established = await shake(visitor, handshake, self._clock)
        except LinkBroken as fault:
            self._count(fault.code)
            visitor.transport.abort()
            return
        except (ConnectionClosed, OSError):
            self._count("left")
            return
        self.gate.link(visitor)
        await self._arrived(visitor, established)

    def _count(self, reason: str) -> None:
        self.faults[reason] = self.faults.get(reason, 0) + 1


class Visitor(ServerConnection):
    """A socket that the gate knows from its first moment."""

    def __init__(self, gate: Gate, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._gate = gate

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        leaving = self._gate.enter(self)
        if leaving is not None:
            leaving.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._gate.leave(self)
        super().connection_lost(exc)


def _only_the_mesh(visitor: ServerConnection, request: Request) -> Response | None:
    """Other nodes ask for one path; a page in a browser, which always tells its origin, has no business here."""
    if request.path != PATH:
        return visitor.respond(404, "There is no such path. This is the port for other nodes.\n")
    if request.headers.get("Origin") is not None:
        return visitor.respond(403, "Browsers do not speak to this port.\n")
    return None
