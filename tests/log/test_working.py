"""A node does what its log left to do: when it starts, and when a commit leaves something."""

import asyncio
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from canopy.features.messages.events import MessagePosted
from canopy.log import todo
from canopy.log.append import Door
from canopy.log.event import Event
from canopy.node import Node, SystemClock
from tests.edge.test_node import serve
from tests.log.authors import Author
from tests.log.test_door import sent

PARKED = 40


class Aloft(Author):
    """An author whose clock is the machine's."""

    def __init__(self) -> None:
        super().__init__(7, SystemClock(), random.Random(7))  # type: ignore[arg-type]


@pytest.fixture
def events(monkeypatch: pytest.MonkeyPatch) -> list[Event]:
    monkeypatch.setattr(todo, "SLICE", 6)
    monkeypatch.setattr(todo, "PORTION", 3)
    author = Aloft()
    return [author.write(MessagePosted(content=f"{n}")) for n in range(PARKED + 1)]


async def receive(node: Node, events: Sequence[Event]) -> None:
    await node.writer.write(lambda tx: [node.door.receive(tx, *sent(event), "peer") for event in events], "peer")


async def committed(node: Node, holds: Callable[[], bool]) -> None:
    """Wait for a commit after which this holds."""
    rung = asyncio.Event()
    node.bus.listen(rung.set)
    async with asyncio.timeout(10):
        while not holds():
            await rung.wait()
            rung.clear()
    node.bus.forget(rung.set)


def count(node: Node, table: str) -> int:
    with node.home.database.read() as tx:
        rows: list[Any] = tx.execute(f"SELECT count(*) FROM {table}").fetchall()
    return int(rows[0][0])


def test_what_a_commit_left_is_done_without_being_asked_for(tmp_path: Path, events: list[Event]) -> None:
    async def script(node: Node, client: httpx.AsyncClient) -> None:
        await receive(node, events[1:])
        await receive(node, events[:1])
        await committed(node, lambda: count(node, "messages") == PARKED + 1)
        await committed(node, lambda: count(node, "todo") == 0)

    serve(tmp_path, script)


def test_what_was_left_when_the_node_ended_is_done_when_it_starts(
    tmp_path: Path, events: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def leave(node: Node, client: httpx.AsyncClient) -> None:
        await receive(node, events[1:])
        await receive(node, events[:1])
        # Beside what a database looks for when it is new.
        assert count(node, "todo") == 2

    async def look(node: Node, client: httpx.AsyncClient) -> None:
        await committed(node, lambda: count(node, "messages") == PARKED + 1)

    with monkeypatch.context() as lazy:
        lazy.setattr(Door, "work", lambda self, tx: False)
        serve(tmp_path, leave)
    serve(tmp_path, look)


def test_work_that_fails_is_tried_again(
    tmp_path: Path, events: list[Event], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    genuine, failures = Door.work, [RuntimeError("not today"), RuntimeError("nor now")]

    def failing(self: Door, tx: Any) -> bool:
        if failures:
            raise failures.pop()
        return genuine(self, tx)

    monkeypatch.setattr(Door, "work", failing)
    monkeypatch.setattr("canopy.node.SWEEP_SECONDS", 0.0)

    async def script(node: Node, client: httpx.AsyncClient) -> None:
        await receive(node, events[1:])
        await receive(node, events[:1])
        await committed(node, lambda: count(node, "messages") == PARKED + 1)

    serve(tmp_path, script)
    assert caplog.text.count("The work that was left failed") == 2


def test_a_node_with_nothing_left_does_not_look_for_it(
    tmp_path: Path, events: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[bool] = []
    genuine = Door.work

    def looking(self: Door, tx: Any) -> bool:
        looked.append(True)
        return genuine(self, tx)

    monkeypatch.setattr(Door, "work", looking)

    async def script(node: Node, client: httpx.AsyncClient) -> None:
        for event in events:
            await receive(node, [event])
        await committed(node, lambda: count(node, "messages") == PARKED + 1)

    serve(tmp_path, script)
    # The first start of a database looks once for events of a newer version.
    assert len(looked) <= 1
