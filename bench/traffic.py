"""Traffic on loopback: so many requests over so many keep-alive connections, never longer than so many seconds."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from bench.measure import Spent, spending
from tests.e2e.node import GENERAL, Node
from tests.e2e.wire import Line, request

MOST_SECONDS = 30.0
POST = "/api/v1/channels/messages"
Make = Callable[[int], bytes]
"""number of the request -> its bytes"""


def posting(node: Node, text: str = "a message of a usual length, as people write them all day, number") -> Make:
    return lambda number: request("POST", POST, {"channel_id": GENERAL, "content": f"{text} {number}"}, key=node.key)


def getting(node: Node, path: str) -> Make:
    raw = request("GET", path, key=node.key)
    return lambda _: raw


async def drive(node: Node, make: Make, count: int, connections: int) -> Spent:
    """Answers other than 2xx end the benchmark: a refusal is fast and means nothing."""
    lines = [await Line.connect(node.port) for _ in range(connections)]
    numbers = iter(range(count))
    deadline = time.perf_counter() + MOST_SECONDS

    async def one(line: Line, latencies: list[float]) -> None:
        for number in numbers:
            raw = make(number)
            begun = time.perf_counter()
            answer = await line.ask(raw)
            ended = time.perf_counter()
            latencies.append(ended - begun)
            if not 200 <= answer.status < 300:
                raise RuntimeError(f"answered {answer.status}: {answer.body[:300]!r}")
            if ended > deadline:
                return

    with spending(node.pid) as spent:
        async with asyncio.TaskGroup() as group:
            for line in lines:
                group.create_task(one(line, spent.latencies))
    for line in lines:
        line.close()
    return spent


async def warm_up(node: Node, make: Make, count: int = 200) -> None:
    await drive(node, make, count, 4)
