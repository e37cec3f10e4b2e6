"""Live delivery: to one other user, and to a thousand open streams."""

from __future__ import annotations

import asyncio
import resource
import time
from collections.abc import Iterator
from pathlib import Path

from bench.measure import Figure, cpu_seconds, percentile, resident_mib
from bench.traffic import posting, warm_up
from tests.e2e.node import Node
from tests.e2e.wire import Line, Stream, run

DELIVERIES = 500
STREAMS = 1_000
ROUNDS = 7
GAP_SECONDS = 0.002
PATIENCE_SECONDS = 30.0
_CREATED = b"event: channel.message.created"


class Arrival:
    """Fires when so many streams have heard of the next message."""

    def __init__(self, streams: list[Stream]) -> None:
        self.missing = 0
        self.last = 0.0
        self.all: asyncio.Future[None]
        self.count = len(streams)
        for stream in streams:
            stream.on_block = self.heard

    def expect(self) -> None:
        self.missing = self.count
        self.all = asyncio.get_running_loop().create_future()

    def heard(self, block: bytes) -> None:
        if _CREATED in block:
            self.missing -= 1
            self.last = time.perf_counter()
            if self.missing == 0:
                self.all.set_result(None)


async def announce(line: Line, arrival: Arrival, raw: bytes) -> float:
    """Post once; seconds from sending it until the last listener has it: the commit lies in between."""
    arrival.expect()
    sent = time.perf_counter()
    answer = await line.ask(raw)
    if answer.status != 201:
        raise RuntimeError(f"answered {answer.status}: {answer.body[:300]!r}")
    async with asyncio.timeout(PATIENCE_SECONDS):
        await arrival.all
    return arrival.last - sent


async def _deliver(node: Node, listener: str) -> list[float]:
    make = posting(node)
    await warm_up(node, make, 50)
    stream = await Stream.open(node.port, listener)
    line = await Line.connect(node.port)
    arrival = Arrival([stream])
    took = []
    for number in range(DELIVERIES):
        took.append(await announce(line, arrival, make(number)))
        await asyncio.sleep(GAP_SECONDS)
    return took


def live(work: Path) -> Iterator[Figure]:
    with Node(work / "live", env={"CANOPY_REGISTRATION": "open"}) as node:
        node.setup()
        took = run(_deliver(node, node.register("listener")))
    note = f"{len(took)} messages, from sending the post until the other client has the event"
    yield Figure("live delivery, same node: p50", percentile(took, 0.5) * 1000, "ms", 5, note=note)
    yield Figure("live delivery, same node: p99", percentile(took, 0.99) * 1000, "ms", 20)


async def _reach(node: Node) -> tuple[list[float], float]:
    make = posting(node)
    streams: list[Stream] = []
    while len(streams) < STREAMS:
        streams += await asyncio.gather(*(Stream.open(node.port, node.key, seconds=30) for _ in range(50)))
    line = await Line.connect(node.port)
    arrival = Arrival(streams)
    before = cpu_seconds(node.pid)
    took = [await announce(line, arrival, make(number)) for number in range(ROUNDS)]
    spent = (cpu_seconds(node.pid) - before) / ROUNDS
    return took, spent


def streams(work: Path) -> Iterator[Figure]:
    """Best of some rounds: the client reads a thousand sockets on the same two cores."""
    with Node(work / "streams") as node:
        node.setup()
        empty = resident_mib(node.pid)
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        took, cpu = run(_reach(node))
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        grown = resident_mib(node.pid) - empty
    each = ", ".join(f"{seconds * 1000:.0f}" for seconds in took)
    yield Figure("1,000 streams, one event to all", min(took) * 1000, "ms", 100, note=f"rounds: {each} ms")
    yield Figure("1,000 streams, one event to all: server CPU", cpu * 1000, "ms")
    yield Figure("1,000 streams: memory they add", grown, "MiB")
