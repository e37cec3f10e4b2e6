"""A TCP proxy that keeps every byte of both directions: what somebody sees who sits on the network."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Self


class Tap:
    """Stands in front of a port. `sent` holds what those who dialled said, `answered` what came back."""

    def __init__(self, port: int) -> None:
        self.sent: list[bytearray] = []
        """One for each connection, in the order of coming."""
        self.answered: list[bytearray] = []
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self.port = int(self._listener.getsockname()[1])
        self.address = f"ws://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for one in (self._listener, *self._open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def all_bytes(self) -> bytes:
        """Everything that passed, one connection and direction after the other."""
        return b"".join(bytes(part) for part in (*self.sent, *self.answered))

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(("127.0.0.1", self._target))
                self._open += [near, far]
                self.sent.append(bytearray())
                self.answered.append(bytearray())
                for source, target, kept in ((near, far, self.sent[-1]), (far, near, self.answered[-1])):
                    threading.Thread(target=_carry, args=(source, target, kept), daemon=True).start()


def _carry(source: socket.socket, target: socket.socket, kept: bytearray) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65_536):
            kept += data
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
