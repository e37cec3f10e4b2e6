"""A disk that takes no more: whoever posts is told, nothing acknowledged is lost, and it goes on when there is room.

The disk is full for the node alone: its processes may not make any file larger than the write-ahead log is now.
"""

from __future__ import annotations

import asyncio
import json
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from tests.e2e.node import GENERAL, Answer, Node
from tests.e2e.wire import Event, Stream, run

MOST_POSTS = 500


@contextmanager
def full_disk(node: Node) -> Iterator[None]:
    log = next(node.root.rglob("canopy.db-wal"))
    _, hard = resource.prlimit(node.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(node.pid, resource.RLIMIT_FSIZE, (log.stat().st_size, hard))
    try:
        yield
    finally:
        if node.running:
            resource.prlimit(node.pid, resource.RLIMIT_FSIZE, (hard, hard))


def try_to_post(node: Node, content: str) -> Answer:
    body = {"channel_id": GENERAL, "content": content}
    return node.request("POST", "/api/v1/channels/messages", body, key=node.key)


def post_until_refused(node: Node) -> tuple[list[str], Answer]:
    said: list[str] = []
    for number in range(MOST_POSTS):
        answer = try_to_post(node, f"{number} " + "x" * 4_000)
        if answer.status != 201:
            return said, answer
        said.append(str(answer.json["message"]["id"]))
    pytest.fail("the disk was never full")


@pytest.mark.slow
@pytest.mark.timeout(60)
def test_a_full_disk_refuses_and_recovers(owned: Node) -> None:
    said = [owned.post("before")]
    with full_disk(owned):
        more, refused = post_until_refused(owned)
        said += more
        assert refused.status == 503, refused
        assert refused.json["code"] == "storage_failed"
        assert try_to_post(owned, "still full " + "x" * 4_000).status == 503
        assert {message["id"] for message in owned.messages()} == set(said)
        assert owned.request("GET", "/livez").status == 200
    said.append(owned.post("there is room again"))
    assert {message["id"] for message in owned.messages()} == set(said)
    assert owned.doctor().code == 0
    owned.restart()
    assert {message["id"] for message in owned.messages()} == set(said)


def test_a_problem_with_the_disk_says_that_a_retry_may_help(owned: Node) -> None:
    with full_disk(owned):
        _, refused = post_until_refused(owned)
    assert "retry-after" in refused.headers
    assert json.loads(refused.body)["error"]


def states(events: list[Event]) -> list[Any]:
    return [event.data for event in events if event.name == "state"]


def test_every_page_is_told_of_a_full_disk_and_of_its_end(owned: Node) -> None:
    """The stream says so beside the journal, which cannot be written; the health of the node says it too."""

    async def scenario() -> None:
        stream = await Stream.open(owned.port, owned.key)
        with full_disk(owned):
            await asyncio.to_thread(post_until_refused, owned)
            await stream.until(lambda events: states(events) == [{"storage": "failing"}])
            assert owned.request("GET", "/api/v1/health").json["checks"]["storage"] == "failing"
            late = await Stream.open(owned.port, owned.key)
            await late.until(lambda events: states(events) == [{"storage": "failing"}])
        await stream.until(lambda events: states(events)[1:] == [{"storage": "ok"}])

    run(scenario())
    assert owned.request("GET", "/api/v1/health").json["checks"]["storage"] == "ok"
