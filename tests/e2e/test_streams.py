"""Event streams of people: resume without gap or double, and P11, that no listener holds up another."""

from __future__ import annotations

import asyncio
import re
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from tests.e2e.node import GENERAL, Node
from tests.e2e.wire import Event, Line, Stream, request, run

CREATED = "channel.message.created"
LISTENERS = 1_000
SECONDS_TO_REACH_ALL = 0.1
SECONDS_OF_AN_ANSWER = 2.0


def said(events: list[Event]) -> list[str]:
    return [str(event.data["message_id"]) for event in events if event.name == CREATED]


async def say(node: Node, *contents: str) -> list[str]:
    """Post on a connection of its own; the ids, in order."""
    line = await Line.connect(node.port)
    ids = []
    for content in contents:
        body = {"channel_id": GENERAL, "content": content}
        answer = await line.ask(request("POST", "/api/v1/channels/messages", body, key=node.key))
        assert answer.status == 201, answer
        ids.append(str(answer.json["message"]["id"]))
    line.close()
    return ids


async def hear(stream: Stream, count: int) -> list[Event]:
    events = await stream.until(lambda events: len(said(events)) >= count)
    stream.close()
    return events


def assert_in_order(events: list[Event]) -> None:
    numbers = [int(event.id) for event in events if event.name != "ping"]
    assert numbers == sorted(set(numbers))


def test_a_stream_resumes_where_it_was_cut(owned: Node) -> None:
    async def scenario() -> None:
        stream = await Stream.open(owned.port, owned.key)
        ids = await say(owned, "one", "two", "three")
        first = await hear(stream, 3)
        ids += await say(owned, "four", "five")
        again = await Stream.open(owned.port, owned.key, after=first[1].id)
        ids += await say(owned, "six")
        rest = await hear(again, len(ids) - len(said(first[:2])))
        assert said(first[:2]) + said(rest) == ids
        assert_in_order(first[:2] + rest)

    run(scenario())


def test_after_seq_and_last_event_id_mean_the_same(owned: Node) -> None:
    async def scenario() -> None:
        ids = await say(owned, "one", "two", "three")
        everything = await hear(await Stream.open(owned.port, owned.key, query="?after_seq=0"), 3)
        assert said(everything) == ids
        place = next(event.id for event in everything if event.name == CREATED)
        by_header = await hear(await Stream.open(owned.port, owned.key, after=place), 2)
        by_query = await hear(await Stream.open(owned.port, owned.key, query=f"?after_seq={place}"), 2)
        assert by_header == by_query
        assert said(by_header) == ids[1:]

    run(scenario())


@pytest.mark.parametrize("kill", [False, True], ids=["stop", "kill -9"])
def test_a_stream_resumes_over_a_restart(kill: bool, owned: Node) -> None:
    async def before() -> tuple[list[str], str]:
        stream = await Stream.open(owned.port, owned.key)
        ids = await say(owned, "one", "two", "three")
        events = await hear(stream, 3)
        return ids + await say(owned, "four"), events[-1].id

    async def after(place: str) -> list[Event]:
        stream = await Stream.open(owned.port, owned.key, after=place)
        ids.extend(await say(owned, "five"))
        return await hear(stream, 2)

    ids, place = run(before())
    if kill:
        owned.kill()
    owned.restart()
    events = run(after(place))
    assert said(events) == ids[3:]
    assert int(events[0].id) > int(place)
    assert_in_order(events)


def test_a_stream_that_is_cut_again_and_again_misses_nothing(owned: Node) -> None:
    async def scenario() -> None:
        heard: list[Event] = []
        saying = asyncio.create_task(say(owned, *(f"thing {number}" for number in range(200))))
        place = "0"
        while len(said(heard)) < 200:
            stream = await Stream.open(owned.port, owned.key, query="?after_seq=0" if place == "0" else "", after=place)
            piece = await stream.until(lambda events: bool(said(events)))
            stream.close()
            heard += piece
            place = piece[-1].id
        assert said(heard) == await saying
        assert_in_order(heard)

    run(scenario())


def test_other_users_hear_it_and_strangers_do_not(owned: Node) -> None:
    async def scenario() -> None:
        other = await Stream.open(owned.port, owned.register("nadia"))
        ids = await say(owned, "hello nadia")
        assert said(await hear(other, 1)) == ids
        for key in ("", "no-such-key"):
            with pytest.raises(AssertionError, match=r"answered 40[134]"):
                await Stream.open(owned.port, key)

    run(scenario())


def open_streams(node: Node) -> float:
    text = node.request("GET", "/metrics").body.decode()
    found = re.search(r"^canopy_streams_open(?:\{[^}]*\})? ([\d.e+]+)$", text, re.MULTILINE)
    assert found, text
    return float(found[1])


def until_closed(node: Node, seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while (left := open_streams(node)) > 0:
        assert time.monotonic() < deadline, f"{left} abandoned streams are still open"
        time.sleep(0.05)


async def prompt(node: Node) -> None:
    """Reading and posting answer as if nothing had happened."""
    async with asyncio.timeout(SECONDS_OF_AN_ANSWER):
        line = await Line.connect(node.port)
        assert (await line.ask(request("GET", "/api/v1/health"))).status == 200
        line.close()
        await say(node, "are you there")


def test_fifty_streams_opened_and_abandoned_leave_the_node_answering(owned: Node) -> None:
    async def scenario() -> None:
        for _ in range(2):
            streams = [await Stream.open(owned.port, owned.key) for _ in range(50)]
            assert await asyncio.to_thread(open_streams, owned) >= 50
            for stream in streams:
                stream.close()
            await prompt(owned)
            await asyncio.to_thread(until_closed, owned)

    run(scenario())


async def flood(node: Node, count: int, connections: int = 8) -> None:
    await asyncio.gather(
        *(say(node, *(f"{one}.{n} " + "x" * 2_000 for n in range(count // connections))) for one in range(connections))
    )


def resident_mib(pid: int) -> float:
    with open(f"/proc/{pid}/statm") as file:  # noqa: PTH123 - not a file on a disk
        return int(file.read().split()[1]) * resource.getpagesize() / 2**20


async def everything_is_heard_late(node: Node, deaf: Stream, count: int) -> None:
    """Whoever wakes up gets what was kept for them, or is hung up on; resuming brings the rest, without a gap."""
    deaf.transport.resume_reading()
    await asyncio.wait([deaf.closed], timeout=2)
    deaf.close()
    heard = [event for event in deaf.events if event.name != "ping"]
    after = heard[-1].id if heard else "0"
    rest = await Stream.open(node.port, node.key, query=f"?after_seq={after}")
    heard += await rest.until(lambda events: len(said(events)) >= count - len(said(heard)), seconds=30)
    rest.close()
    assert len(set(said(heard))) == len(said(heard)) == count
    assert_in_order(heard)


@pytest.mark.slow
@pytest.mark.timed
@pytest.mark.timeout(180)
def test_clients_that_stop_reading_harm_nobody(owned: Node) -> None:
    """200 listeners ask for the whole journal and read nothing of it, while others talk and listen."""

    async def scenario() -> None:
        await flood(owned, 2_000)
        before = resident_mib(owned.pid)
        deaf = []
        for _ in range(200):
            stream = await Stream.connect(owned.port)
            stream.transport.pause_reading()
            stream.transport.write(request("GET", "/api/v1/events/stream?after_seq=0", key=owned.key))
            deaf.append(stream)
        listener = await Stream.open(owned.port, owned.key)
        begun = time.monotonic()
        await flood(owned, 1_000)
        events = await listener.until(lambda events: len(said(events)) >= 1_000, seconds=30)
        assert len(set(said(events))) == len(said(events)) == 1_000
        assert_in_order(events)
        await prompt(owned)
        print(f"1,000 posts past 200 deaf listeners: {time.monotonic() - begun:.2f} s")
        assert resident_mib(owned.pid) - before < 100, "what is not read must not pile up in the node"
        await everything_is_heard_late(owned, deaf[0], 3_001)
        for stream in deaf:
            stream.close()
        await prompt(owned)

    run(scenario())


@contextmanager
def many_files() -> Iterator[None]:
    """For this process alone: how many the node may open is its own affair."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 4 * LISTENERS:
        pytest.skip(f"only {hard} open files are allowed here")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def open_all(node: Node, count: int) -> list[Stream]:
    streams: list[Stream] = []
    while len(streams) < count:
        group = min(50, count - len(streams))
        streams += await asyncio.gather(*(Stream.open(node.port, node.key, seconds=30) for _ in range(group)))
    return streams


async def reach_all(node: Node, line: Line, streams: list[Stream], content: str) -> float:
    """Seconds from sending the post until the last listener has the event: the commit lies in between."""
    reached = asyncio.get_running_loop().create_future()
    missing = len(streams)
    last = 0.0

    def on_block(block: bytes) -> None:
        nonlocal missing, last
        if CREATED.encode() in block:
            missing -= 1
            last = time.perf_counter()
            if missing == 0:
                reached.set_result(None)

    for stream in streams:
        stream.on_block = on_block
    body = {"channel_id": GENERAL, "content": content}
    sent = time.perf_counter()
    answer = await line.ask(request("POST", "/api/v1/channels/messages", body, key=node.key))
    assert answer.status == 201
    async with asyncio.timeout(30):
        await reached
    assert missing == 0
    return last - sent


@pytest.mark.slow
@pytest.mark.timed
@pytest.mark.timeout(180)
def test_one_event_reaches_a_thousand_streams_in_time(owned: Node) -> None:
    async def scenario() -> list[float]:
        streams = await open_all(owned, LISTENERS)
        line = await Line.connect(owned.port)
        took = [await reach_all(owned, line, streams, f"round {number}") for number in range(3)]
        await prompt(owned)
        for stream in streams:
            stream.close()
        return took

    with many_files():
        took = run(scenario())
    print("one event to 1,000 streams:", ", ".join(f"{seconds * 1000:.0f} ms" for seconds in took))
    assert min(took) <= SECONDS_TO_REACH_ALL, took
