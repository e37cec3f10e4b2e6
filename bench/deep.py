"""A channel of 100,000 messages: its newest, a jump to any of them, and what is found in it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from bench.measure import Figure, percentile
from bench.traffic import POST, Make, drive, getting, warm_up
from tests.e2e.node import GENERAL, Node
from tests.e2e.wire import request, run

DEPTH = 100_000
PORTION = 20_000
"""As many as are posted well within the time that one drive may take."""
ASKED = 1_000
VOCABULARY = [f"{first}{last}" for first in "bcdfghjklmnpqrstvwxz" for last in ("ara", "elo", "imu", "osten", "unik")]
LENGTH = 12
NEWEST = f"/api/v1/channels/{GENERAL}/messages?limit=50"


def words(rng: random.Random, count: int) -> str:
    """Some words common, most rare, as in talk."""
    size = len(VOCABULARY)
    return " ".join(f"{VOCABULARY[int(size * rng.random() ** 2)]}{int(20 * rng.random() ** 3)}" for _ in range(count))


def _talking(node: Node, rng: random.Random) -> Make:
    return lambda _: request("POST", POST, {"channel_id": GENERAL, "content": words(rng, LENGTH)}, key=node.key)


def _jumping(node: Node, rng: random.Random) -> Make:
    """To one of the messages that a few pages of the whole channel show."""
    pages = [f"{NEWEST}&order=created"]
    ids: list[str] = []
    for _ in range(200):
        page = node.request("GET", pages[-1], key=node.key).json
        ids += [message["id"] for message in page["messages"]]
        pages.append(f"{NEWEST}&order=created&cursor={page['next_cursor']}")
    return lambda _: request("GET", f"{NEWEST}&order=created&around={rng.choice(ids)}", key=node.key)


def _searching(node: Node, rng: random.Random) -> Make:
    def make(_: int) -> bytes:
        return request("GET", f"/api/v1/channels/{GENERAL}/search?q={words(rng, 2).replace(' ', '+')}", key=node.key)

    return make


def deep_channel(work: Path) -> Iterator[Figure]:
    rng = random.Random(1)
    with Node(work / "deep") as node:
        node.setup()
        for _ in range(DEPTH // PORTION):
            run(drive(node, _talking(node, rng), PORTION, 16))
        for what, make, target in (
            ("newest 50", getting(node, NEWEST), 0),
            ("jump to a message", _jumping(node, rng), 0),
            ("two-word search", _searching(node, rng), 3),
        ):
            run(warm_up(node, make))
            spent = run(drive(node, make, ASKED, 1))
            p50, p99 = percentile(spent.latencies, 0.5) * 1000, percentile(spent.latencies, 0.99) * 1000
            name = f"{what} of {DEPTH:,} messages"
            note = f"server CPU per 1,000 {spent.cpu_per_thousand:.2f} s"
            yield Figure(f"{name}: p50", p50, "ms", target or None, note=note)
            yield Figure(f"{name}: p99", p99, "ms", 10 if target else None)
