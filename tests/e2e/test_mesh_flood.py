"""The mesh port under a crowd: idle sockets, garbage, half handshakes, and a trusted peer that stops reading.

Meanwhile a legitimate peer links, words cross, the API answers as ever, and memory stays where it was.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import secrets
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

import pytest
from tests.e2e.foreign import Foreign, read_code
from tests.e2e.node import Node
from tests.e2e.pair import invite_of, is_level, link, nodes, peers, syncing, wait_until, words

pytestmark = [pytest.mark.slow, pytest.mark.timed, pytest.mark.timeout(170)]

IDLE = 200
GARBAGE = 1_000
AT_ONCE = 24
BULK_BYTES = 20_000_000
BULK_MESSAGE = 48_000
MOST_GROWTH = 64 * 1024 * 1024
SECONDS_TO_LINK = 3.0
SECONDS_OF_AN_ANSWER = 0.25
SECONDS_TO_CLEAR = 20.0


def upgrade(path: str = "/mesh/1", *lines: str) -> bytes:
    """The request that opens a WebSocket."""
    key = base64.b64encode(secrets.token_bytes(16)).decode()
    fixed = (
        f"GET {path} HTTP/1.1",
        "Host: x",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {key}",
    )
    return "\r\n".join((*fixed, "Sec-WebSocket-Version: 13", *lines, "", "")).encode()


def frame(payload: bytes, opcode: int = 2, *, claims: int | None = None) -> bytes:
    """A masked frame of a client; `claims` is the length that its head tells."""
    length = len(payload) if claims is None else claims
    head = struct.pack("!BBQ", 0x80 | opcode, 0x80 | 127, length)
    return head + bytes(4) + payload


KINDS: list[Callable[[], bytes]] = [
    lambda: secrets.token_bytes(700),
    lambda: b"\r\n\r\n" * 100,
    lambda: b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    lambda: b"GET /mesh/1 HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 60_000,
    lambda: upgrade("/mesh/2"),
    lambda: upgrade("/mesh/1", "Origin: http://evil.example"),
    lambda: upgrade() + frame(secrets.token_bytes(500)),
    lambda: upgrade() + frame(secrets.token_bytes(31)),
    lambda: upgrade() + frame(secrets.token_bytes(32)) + frame(secrets.token_bytes(160)),
    lambda: upgrade() + frame(secrets.token_bytes(32)),
    lambda: upgrade() + frame(bytes(32)),
    lambda: upgrade() + frame(b"hello", opcode=1),
    lambda: upgrade() + frame(b"", claims=1 << 40),
    lambda: upgrade() + frame(secrets.token_bytes(70_000)),
    lambda: upgrade() + frame(b"x" * 100, opcode=9),
    lambda: upgrade() + secrets.token_bytes(300),
]
"""What a stranger may say first; some of it is the first half of something true."""


class Crowd(threading.Thread):
    """Says each of these in turn, on many connections at once, until it has been everywhere."""

    def __init__(self, port: int, count: int) -> None:
        super().__init__(daemon=True)
        self._port = port
        self._left = iter(range(count))
        self.done = 0

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.join(90)
        assert not self.is_alive(), f"only {self.done} were answered or closed"

    def run(self) -> None:
        asyncio.run(self._all())

    async def _all(self) -> None:
        await asyncio.gather(*(self._one_after_the_other() for _ in range(AT_ONCE)))

    async def _one_after_the_other(self) -> None:
        for number in self._left:
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(2.0):
                    await self._knock(KINDS[number % len(KINDS)]())
            self.done += 1

    async def _knock(self, said: bytes) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            writer.write(said)
            await writer.drain()
            while await reader.read(65_536):
                pass
        finally:
            writer.transport.abort()


class Pulse(threading.Thread):
    """Asks for the health all the time and notes how long each answer took."""

    def __init__(self, node: Node) -> None:
        super().__init__(daemon=True)
        self._node = node
        self._over = threading.Event()
        self.seconds: list[float] = []

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.join(10)

    def run(self) -> None:
        while not self._over.wait(0.03):
            begun = time.perf_counter()
            assert self._node.request("GET", "/api/v1/health").status == 200
            self.seconds.append(time.perf_counter() - begun)

    def p99(self) -> float:
        assert len(self.seconds) > 50
        return sorted(self.seconds)[len(self.seconds) * 99 // 100]


@contextlib.contextmanager
def idle_sockets(port: int, count: int) -> Iterator[list[socket.socket]]:
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(count)]


@contextlib.contextmanager
def one_that_stops_reading(node: Node) -> Iterator[None]:
    """A peer that is trusted, grants all the credit in the world, and looks away."""
    with Foreign().link(node.mesh_port) as line:
        line.join(read_code(invite_of(node)).secret)
        line.card("looks away")
        line.hear_until("joined")
        line.hello()
        line.grant()
        line.hear_until("heads")
        line.holds_nothing()
        line.hear_until("level")
        yield


@contextlib.contextmanager
def one_that_asks_for_everything(node: Node) -> Iterator[None]:
    """A trusted peer that looks away as soon as it may have the whole log."""
    with Foreign().link(node.mesh_port) as line:
        line.join(read_code(invite_of(node)).secret)
        line.card("asks")
        line.hello()
        line.grant()
        line.holds_nothing()
        yield


def resident(node: Node) -> int:
    """Bytes of memory that the node uses."""
    for line in Path(f"/proc/{node.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) * 1024
    raise AssertionError("this system does not tell")


def descriptors(node: Node) -> int:
    return len(list(Path(f"/proc/{node.pid}/fd").iterdir()))


def post_bulk(node: Node) -> int:
    """So much that no socket buffer holds it; how many messages."""
    count = BULK_BYTES // BULK_MESSAGE
    for _ in range(count):
        node.post(secrets.token_hex(BULK_MESSAGE // 2))
    return count


def test_a_crowd_at_the_door_holds_up_nobody(tmp_path: Path) -> None:
    with nodes(tmp_path, "victim", "friend") as (victim, friend):
        victim.post("before")
        size, open_before = resident(victim), descriptors(victim)
        with one_that_stops_reading(victim), idle_sockets(victim.mesh_port, IDLE):
            with Pulse(victim) as pulse, Crowd(victim.mesh_port, GARBAGE) as crowd:
                wait_until(lambda: crowd.done > 50, "the crowd")
                begun = time.monotonic()
                link(victim, friend)
                wait_until(lambda: words(friend) == ["before"], "the friend", SECONDS_TO_LINK)
                friend.post("hello")
                wait_until(lambda: words(victim) == ["before", "hello"], "the answer", SECONDS_TO_LINK)
                linked = time.monotonic() - begun
                assert crowd.done < GARBAGE, "the crowd was gone too soon"
                count = post_bulk(victim)
            wait_until(lambda: len(friend.messages()) == count + 2, "all of it", 60, poll=0.3)
            with one_that_asks_for_everything(victim):
                wait_until(lambda: any(p["display_name"] == "asks" for p in peers(victim)), "the one that asks")
                victim.post("after that")
                wait_until(lambda: len(friend.messages()) == count + 3, "what was said after that")
            grown = resident(victim) - size
        print(f"linked in {linked:.2f} s, p99 {pulse.p99() * 1000:.0f} ms, grown {grown / 2**20:.0f} MiB")
        assert linked < 2 * SECONDS_TO_LINK
        assert pulse.p99() < SECONDS_OF_AN_ANSWER
        assert grown < MOST_GROWTH
        wait_until(lambda: descriptors(victim) <= open_before + 10, "sockets closed", SECONDS_TO_CLEAR, poll=0.2)
        assert syncing(victim) == 1
        victim.stop()


def test_idle_sockets_are_closed_and_do_not_fill_the_door(tmp_path: Path) -> None:
    """More of them than the door has places: the oldest give way, and a peer comes in all the same."""
    with nodes(tmp_path, "victim", "friend") as (victim, friend):
        open_before = descriptors(victim)
        with idle_sockets(victim.mesh_port, 600):
            wait_until(lambda: descriptors(victim) > open_before + 400, "the sockets")
            assert descriptors(victim) < open_before + 540
            link(victim, friend)
            wait_until(lambda: syncing(victim) == 1, "the friend", SECONDS_TO_LINK)
            wait_until(lambda: descriptors(victim) < open_before + 20, "idle ones closed", SECONDS_TO_CLEAR, poll=0.2)


def test_strangers_who_stay_do_not_fill_the_door(tmp_path: Path) -> None:
    """Each proves a new identity and stays: the oldest give way, peers keep their links, and a friend comes in."""
    with nodes(tmp_path, "victim", "old", "friend") as (victim, old, friend), contextlib.ExitStack() as stack:
        link(victim, old)
        wait_until(lambda: is_level(old), "the peer that was there before")
        for _ in range(150):
            stack.enter_context(Foreign().link(victim.mesh_port))
        wait_until(lambda: 10 < sum(peer["link"] is not None for peer in peers(victim)) <= 65, "fewer strangers")
        link(victim, friend)
        wait_until(lambda: syncing(victim) == 2, "the friend", SECONDS_TO_LINK)
        old.post("still here")
        wait_until(lambda: words(friend) == ["still here"], "the words")
