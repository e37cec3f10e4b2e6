"""Sending what no client library would send, and judging the answer."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Iterable
from http.client import HTTPResponse
from io import BytesIO

from tests.e2e.node import Answer, Node

POST = "/api/v1/channels/messages"
LIST = "/api/v1/channels/general/messages"


def assert_problem(answer: Answer, *statuses: int, code: str = "") -> None:
    assert 400 <= answer.status < 500, (answer.status, answer.body)
    assert not statuses or answer.status in statuses, (answer.status, answer.body)
    problem = answer.json
    assert isinstance(problem["error"], str)
    assert problem["error"]
    assert isinstance(problem["code"], str)
    assert problem["code"] == (code or problem["code"])
    assert problem["status"] == answer.status
    assert answer.headers["content-type"].startswith(("application/json", "application/problem+json"))


class _Canned(socket.socket):
    """What `HTTPResponse` wants to read an answer from."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self._data = data

    def makefile(self, *_: object, **__: object) -> BytesIO:  # type: ignore[override]
        return BytesIO(self._data)


def parse(data: bytes) -> Answer:
    with _Canned(data) as canned:
        response = HTTPResponse(canned)
        response.begin()
        return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())


def raw(node: Node, pieces: Iterable[bytes], seconds: float = 10.0) -> Answer:
    """Send bytes that no client library would, until the node answers; what it answered."""
    deadline = time.monotonic() + seconds
    received = b""
    with socket.create_connection(("127.0.0.1", node.port), timeout=seconds) as wire:
        try:
            for piece in pieces:
                if select.select([wire], [], [], 0)[0]:
                    break
                wire.sendall(piece)
        except OSError:
            pass
        while time.monotonic() < deadline:
            try:
                data = wire.recv(65_536)
            except ConnectionError:
                break
            if not data:
                break
            received += data
    assert received, "no answer at all"
    return parse(received)


def head(node: Node, method: str, path: str, *lines: str, host: str = "127.0.0.1") -> bytes:
    """A request head with the owner's key; the connection closes after the answer."""
    fixed = (f"{method} {path} HTTP/1.1", f"Host: {host}", f"X-API-Key: {node.key}", "Connection: close")
    return "\r\n".join((*fixed, *lines, "", "")).encode("latin-1")
