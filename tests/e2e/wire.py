"""A thin HTTP/1.1 client on raw asyncio transports: keep-alive requests and event streams.

It exists because a comfortable client costs more CPU than the node it measures, and because some tests need
to misbehave: to stop reading, to abandon, to send half a request. It understands Content-Length and chunked
bodies, no more.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, Self, TypeVar

T = TypeVar("T")

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)


def request(
    method: str,
    path: str,
    body: object = None,
    *,
    key: str = "",
    headers: Mapping[str, str] | None = None,
    host: str = "127.0.0.1",
) -> bytes:
    """The bytes of one request; `body` goes as JSON, bytes as they are."""
    raw = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}"]
    if key:
        lines.append(f"X-API-Key: {key}")
    if body is not None:
        lines += ["Content-Type: application/json", f"Content-Length: {len(raw)}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + raw


@dataclass(frozen=True)
class Response:
    status: int
    head: bytes
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Dechunker:
    """Chunked transfer coding, fed in any pieces."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self.ended = False

    def feed(self, data: bytes) -> bytes:
        self._buffer += data
        out = bytearray()
        while not self.ended:
            line = self._buffer.find(b"\r\n")
            if line < 0:
                break
            size = int(bytes(self._buffer[:line]).split(b";")[0], 16)
            if len(self._buffer) < line + size + 4:
                break
            out += self._buffer[line + 2 : line + 2 + size]
            del self._buffer[: line + size + 4]
            self.ended = size == 0
        return bytes(out)


_open: set[_Wire] = set()


def run(scenario: Coroutine[Any, Any, T]) -> T:
    """`asyncio.run`, which hangs up at the end on everything that the scenario left open."""

    async def with_end() -> T:
        try:
            return await scenario
        finally:
            left = tuple(_open)
            for wire in left:
                wire.close()
            await asyncio.gather(*(wire.closed for wire in left))

    return asyncio.run(with_end())


class _Wire(asyncio.Protocol):
    """One connection to a node."""

    transport: asyncio.Transport

    def __init__(self) -> None:
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @classmethod
    async def connect(cls, port: int) -> Self:
        _, wire = await asyncio.get_running_loop().create_connection(cls, "127.0.0.1", port)
        return wire

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        _open.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        _open.discard(self)
        if not self.closed.done():
            self.closed.set_result(None)

    def close(self) -> None:
        self.transport.abort()


class Line(_Wire):
    """One keep-alive connection; one request at a time."""

    def __init__(self) -> None:
        super().__init__()
        self._buffer = b""
        self._answer: asyncio.Future[Response] | None = None

    async def ask(self, raw: bytes, seconds: float = 30.0) -> Response:
        self._answer = asyncio.get_running_loop().create_future()
        self.transport.write(raw)
        async with asyncio.timeout(seconds):
            return await self._answer

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0 or self._answer is None:
            return
        head = self._buffer[:end]
        body = self._body(head, self._buffer[end + 4 :])
        if body is not None and not self._answer.done():
            self._buffer = b""
            self._answer.set_result(Response(int(head[9:12]), head, body))

    @staticmethod
    def _body(head: bytes, rest: bytes) -> bytes | None:
        """None as long as some of it is missing."""
        if _CHUNKED.search(head):
            chunks = Dechunker()
            body = chunks.feed(rest)
            return body if chunks.ended else None
        length = _LENGTH.search(head)
        wanted = int(length[1]) if length else 0
        return rest[:wanted] if len(rest) >= wanted else None

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionResetError("the node closed the connection"))


@dataclass(frozen=True)
class Event:
    """One event of a stream, as server-sent events spell it."""

    id: str
    name: str
    data: Any

    @classmethod
    def parse(cls, block: bytes) -> Event | None:
        """None for comments and heartbeats, which carry no data."""
        fields: dict[str, str] = {}
        for line in block.decode().splitlines():
            name, _, value = line.partition(":")
            fields[name] = value.removeprefix(" ")
        if "data" not in fields:
            return None
        return cls(fields.get("id", ""), fields.get("event", "message"), json.loads(fields["data"]))


class Stream(_Wire):
    """One open event stream. `on_block` sees each block of lines the moment it is complete."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.blocks: list[bytes] = []
        self.on_block: Callable[[bytes], None] = self.blocks.append
        self._news = asyncio.Event()
        self._head = b""
        self._text = b""
        self._chunks = Dechunker()

    @classmethod
    async def open(cls, port: int, key: str, *, query: str = "", after: str = "", seconds: float = 15.0) -> Self:
        """Returns when the node has answered 200."""
        stream = await cls.connect(port)
        headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": after} if after else {})
        stream.transport.write(request("GET", f"/api/v1/events/stream{query}", key=key, headers=headers))
        async with asyncio.timeout(seconds):
            status = await stream.opened
        assert status == 200, f"the stream answered {status}"
        return stream

    def data_received(self, data: bytes) -> None:
        if not self.opened.done():
            self._head += data
            end = self._head.find(b"\r\n\r\n")
            if end < 0:
                return
            self.opened.set_result(int(self._head[9:12]))
            data = self._head[end + 4 :]
        self._text += self._chunks.feed(data) if _CHUNKED.search(self._head) else data
        *complete, self._text = self._text.replace(b"\r\n", b"\n").split(b"\n\n")
        for block in complete:
            self.on_block(block)
        if complete:
            self._news.set()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if not self.opened.done():
            self.opened.set_exception(ConnectionResetError("the node closed the stream"))
            self.opened.exception()  # seen: a stream that nobody waits for may end as it likes
        self._news.set()

    @property
    def events(self) -> list[Event]:
        return [event for block in self.blocks if (event := Event.parse(block)) is not None]

    async def until(self, enough: Callable[[list[Event]], bool], seconds: float = 10.0) -> list[Event]:
        """Wait for a state of what was received, not for a time."""
        async with asyncio.timeout(seconds):
            while not enough(self.events):
                assert not self.closed.done(), f"the stream ended after {len(self.events)} events"
                self._news.clear()
                await self._news.wait()
        return self.events
