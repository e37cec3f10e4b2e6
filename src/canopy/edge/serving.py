"""Sockets that listen, and the HTTP server on one of them."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import uvicorn

from canopy.ground.errors import PortTaken


class Server(uvicorn.Server):
    """Uvicorn without its signal handlers and its ticks: the node's task group decides when it stops."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._stopping = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def main_loop(self) -> None:
        """Wait to be stopped. Uvicorn looks ten times a second, which is most of what an idle node would do."""
        await self._stopping.wait()

    def stop(self) -> None:
        """Close what listens and let open requests end."""
        self.should_exit = True
        self._stopping.set()


def bind(host: str, port: int, option: str) -> socket.socket:
    """A listening socket. Raises PortTaken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(4096)
    except OSError as error:
        listener.close()
        raise PortTaken(
            f"Port {port} on {host} cannot be used: {error.strerror}. Choose another with {option}."
        ) from error
    listener.setblocking(False)
    return listener
