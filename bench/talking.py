"""Posting and reading over REST with keep-alive."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bench.measure import Figure, percentile
from bench.traffic import drive, getting, posting, warm_up
from tests.e2e.node import Node
from tests.e2e.wire import run

POSTS_OF_ONE = 1_000
POSTS_OF_SIXTEEN = 6_000
DEPTH = 8_000
READS = 6_000
NEWEST = "/api/v1/channels/general/messages?limit=50"


def post_alone(work: Path) -> Iterator[Figure]:
    with Node(work / "alone") as node:
        node.setup()
        run(warm_up(node, posting(node)))
        spent = run(drive(node, posting(node), POSTS_OF_ONE, 1))
    p50, p99 = percentile(spent.latencies, 0.5) * 1000, percentile(spent.latencies, 0.99) * 1000
    yield Figure("post, 1 connection: p50", p50, "ms", 3, note=spent.client_note)
    yield Figure("post, 1 connection: p99", p99, "ms")
    yield Figure("post, 1 connection: server CPU per 1,000", spent.cpu_per_thousand, "s")


def post_together(work: Path) -> Iterator[Figure]:
    with Node(work / "together") as node:
        node.setup()
        run(warm_up(node, posting(node)))
        spent = run(drive(node, posting(node), POSTS_OF_SIXTEEN, 16))
    yield Figure("post, 16 connections, durable", spent.per_second, "/s", 1_000, True, spent.client_note)
    yield Figure("post, 16 connections: server CPU per 1,000", spent.cpu_per_thousand, "s", 1.0)
    yield Figure("post, 16 connections: p99", percentile(spent.latencies, 0.99) * 1000, "ms")


def read_newest(work: Path) -> Iterator[Figure]:
    with Node(work / "read") as node:
        node.setup()
        run(drive(node, posting(node), DEPTH, 16))
        run(warm_up(node, getting(node, NEWEST)))
        spent = run(drive(node, getting(node, NEWEST), READS, 8))
    note = f"{DEPTH:,} messages deep; {spent.client_note}"
    yield Figure("newest 50 of a deep channel, 8 connections", spent.per_second, "/s", 1_500, True, note)
    yield Figure("newest 50, 8 connections: server CPU per 1,000", spent.cpu_per_thousand, "s", 0.6)
    yield Figure("newest 50, 8 connections: p99", percentile(spent.latencies, 0.99) * 1000, "ms")
