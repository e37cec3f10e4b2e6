"""Two linked nodes: delivery from one to the other, a burst, what one missed, and what they cost in silence."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.listening import Arrival, announce
from bench.measure import Figure, cpu_seconds, percentile
from bench.traffic import drive, posting, warm_up
from tests.e2e.node import Node
from tests.e2e.pair import is_level, link, nodes, wait_until
from tests.e2e.wire import Line, Stream, run

DELIVERIES = 500
BURST = 1_000
IDLE_SECONDS = 30.0
PATIENCE_SECONDS = 60.0


@contextmanager
def pair(work: Path) -> Iterator[tuple[Node, Node]]:
    """Two nodes that are linked and hold the same."""
    with nodes(work, "near", "far") as (near, far):
        link(near, far)
        wait_until(lambda: is_level(near) and is_level(far), "the link", PATIENCE_SECONDS)
        yield near, far


def holding(node: Node, events: int) -> Callable[[], bool]:
    """Whether a node's log has grown to so many events."""
    return lambda: held(node) >= events


def held(node: Node) -> int:
    return int(node.call("GET", "/info")["database_stats"]["events"])


async def _deliver(near: Node, far: Node) -> list[float]:
    make = posting(near)
    await warm_up(near, make, 100)
    stream = await Stream.open(far.port, far.key)
    line = await Line.connect(near.port)
    arrival = Arrival([stream])
    return [await announce(line, arrival, make(number)) for number in range(DELIVERIES)]


def delivery(work: Path) -> Iterator[Figure]:
    """From sending the post to one node until a listener at the other has the event; both commits lie in between."""
    with pair(work) as (near, far):
        before = cpu_seconds(near.pid) + cpu_seconds(far.pid)
        took = run(_deliver(near, far))
        spent = cpu_seconds(near.pid) + cpu_seconds(far.pid) - before
    note = f"{len(took)} messages one by one; CPU of both nodes {spent * 1000 / len(took):.2f} s per 1,000"
    yield Figure("delivery across a pair: p50", percentile(took, 0.5) * 1000, "ms", 10, note=note)
    yield Figure("delivery across a pair: p99", percentile(took, 0.99) * 1000, "ms", 40)


def burst(work: Path) -> Iterator[Figure]:
    """A thousand posts over 16 connections on one node, until the last is in the log of the other."""
    with pair(work) as (near, far):
        run(warm_up(near, posting(near)))
        start = held(near)
        wait_until(holding(far, start), "the warm-up", PATIENCE_SECONDS)
        before = cpu_seconds(near.pid) + cpu_seconds(far.pid)
        begun = time.perf_counter()
        run(drive(near, posting(near), BURST, 16))
        wait_until(holding(far, start + BURST), "the burst", PATIENCE_SECONDS, poll=0.005)
        took = time.perf_counter() - begun
        spent = cpu_seconds(near.pid) + cpu_seconds(far.pid) - before
        lost = start + BURST - held(far)
    note = f"CPU of both nodes {spent * 1000 / BURST:.2f} s per 1,000, posting included; lost {lost}"
    yield Figure("burst of 1,000 across a pair: per second", BURST / took, "/s", 1_000, more_is_better=True, note=note)


def catch_up(count: int, target: float) -> Callable[[Path], Iterator[Figure]]:
    """The benchmark of so many missed messages."""

    def measured(work: Path) -> Iterator[Figure]:
        yield from _catch_up(work, count, target)

    return measured


def _catch_up(work: Path, count: int, target: float) -> Iterator[Figure]:
    """From the moment a person asks for the link again until the last missed message is readable."""
    with pair(work) as (near, far):
        part(near, far)
        run(drive(near, posting(near), count, 16))
        total = held(near)
        before = cpu_seconds(near.pid) + cpu_seconds(far.pid)
        begun = time.perf_counter()
        far.call("POST", "/p2p/reconnect", {"peer_id": peer_of(near)})
        wait_until(holding(far, total), "the last message", PATIENCE_SECONDS, poll=0.02)
        took = time.perf_counter() - begun
        spent = cpu_seconds(near.pid) + cpu_seconds(far.pid) - before
        missing = count - len(far.messages())
    yield Figure(f"catch-up of {count:,}: wall", took, "s", target, note=f"missing {missing}")
    note = "both nodes, from the link on; asking every 20 ms included"
    yield Figure(f"catch-up of {count:,}: CPU per 1,000", spent * 1000 / count, "s", 0.6, note=note)


def part(near: Node, far: Node) -> None:
    """End their link until a person asks for it."""
    far.call("POST", "/p2p/disconnect", {"peer_id": peer_of(near)})
    wait_until(lambda: not near.call("GET", "/p2p/peers")["total_connected"], "the end of the link", PATIENCE_SECONDS)


def peer_of(node: Node) -> str:
    return str(node.call("GET", "/p2p/status")["peer_id"])


def idle_pair(work: Path) -> Iterator[Figure]:
    with pair(work) as (near, far):
        near.post("the last word")
        wait_until(lambda: len(far.messages()) == 1, "the last word")
        time.sleep(1)
        before = cpu_seconds(near.pid) + cpu_seconds(far.pid)
        time.sleep(IDLE_SECONDS)
        spent = (cpu_seconds(near.pid) + cpu_seconds(far.pid) - before) / 2
    note = f"mean of both, over {IDLE_SECONDS:.0f} s, resolution 0.01"
    yield Figure("idle linked pair: CPU per minute", spent * 60 / IDLE_SECONDS, "s", 0.05, note=note)
