"""A wire between a browser and a node that a test can cut, or hold still without cutting it."""

from __future__ import annotations

import contextlib
import socket
import threading
from types import TracebackType
from typing import Self

CHUNK = 65_536


class Wire:
    """Listens on a port of its own and passes bytes on to the node's port, both ways."""

    def __init__(self, target: int) -> None:
        self.target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._whole = True
        self._flowing = threading.Event()
        self._flowing.set()
        self._sockets: set[socket.socket] = set()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._flowing.set()
        shut(self._listener)
        self.cut()
        for thread in self._threads:
            thread.join(timeout=5)

    def cut(self) -> None:
        """End every connection; new ones are hung up on."""
        self._whole = False
        for each in list(self._sockets):
            shut(each)

    def mend(self) -> None:
        """Connect again."""
        self._whole = True

    def hold(self) -> None:
        """Keep every connection open and pass nothing on, as a network does that has silently gone."""
        self._flowing.clear()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                if self._whole:
                    self._join(client)
                else:
                    client.close()
        self._listener.close()

    def _join(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection(("127.0.0.1", self.target))
        except OSError:
            client.close()
            return
        self._sockets |= {client, server}
        for pair in ((client, server), (server, client)):
            thread = threading.Thread(target=self._pump, args=pair, daemon=True)
            self._threads.append(thread)
            thread.start()

    def _pump(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(CHUNK):
                self._flowing.wait()
                target.sendall(data)
        shut(target)
        self._sockets.discard(source)
        source.close()


def shut(each: socket.socket) -> None:
    """Wake whoever waits on it."""
    with contextlib.suppress(OSError):
        each.shutdown(socket.SHUT_RDWR)
