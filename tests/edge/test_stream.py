"""Streams over ASGI: what a subscriber is sent, when it is let go, and what it costs the others."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from canopy.edge import stream as streaming
from canopy.edge.http import Application
from tests.edge.client import Local
from tests.edge.conftest import Stage

Sent = dict[str, Any]


class Listener:
    """One open stream in this process."""

    def __init__(
        self, local: Local, query: str = "", key: str | None = None, path: str = "/events/stream", **headers: str
    ) -> None:
        sent = {"host": "localhost", "x-api-key": key or local.key or "", **headers}
        self.scope = {
            "type": "http",
            "http_version": "1.1",
            "method": "GET",
            "path": f"/api/v1{path}",
            "raw_path": f"/api/v1{path}".encode(),
            "query_string": query.encode(),
            "headers": [(n.replace("_", "-").lower().encode(), v.encode()) for n, v in sent.items()],
            "client": (local.client._transport.client[0], 1),  # type: ignore[attr-defined]
            "scheme": "http",
            "server": ("localhost", 80),
            "root_path": "",
        }
        self.status = 0
        self.text = ""
        self.ended = False
        self.reads = asyncio.Event()
        self.reads.set()
        self._gone = asyncio.Event()
        self._came = asyncio.Event()
        self.task = asyncio.ensure_future(Application(local.node.core)(self.scope, self._receive, self._send))

    async def _receive(self) -> Sent:
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        await self.reads.wait()
        if message["type"] == "http.response.start":
            self.status = message["status"]
        else:
            self.text += message["body"].decode()
            self.ended = not message.get("more_body", False)
        self._came.set()

    async def until(self, holds: Callable[["Listener"], bool]) -> "Listener":
        """Wait until what was sent fits."""
        async with asyncio.timeout(10):
            while not holds(self):
                self._came.clear()
                await self._came.wait()
        return self

    async def hear(self, count: int) -> list[Any]:
        """The first `count` events."""
        await self.until(lambda me: len(me.events) >= count)
        return self.events

    @property
    def events(self) -> list[Any]:
        blocks = [block.split("\n") for block in self.text.split("\n\n") if block.startswith("id: ")]
        return [(lines[1][7:], json.loads(lines[2][6:])) for lines in blocks]

    async def hang_up(self) -> None:
        self._gone.set()
        await self.task


def play(stage: Stage, script: Callable[[Local], Awaitable[None]]) -> None:
    stage.play(script)


def test_what_happens_is_told_with_the_message_itself(stage: Stage) -> None:
    async def script(local: Local) -> None:
        listener = await Listener(local).until(lambda me: "retry:" in me.text)
        await local.say("live", client_id="c1")
        name, event = (await listener.hear(1))[0]
        assert name == event["event_type"] == "channel.message.created"
        assert (event["payload"]["message"]["content"], event["payload"]["message"]["client_id"]) == ("live", "c1")
        assert local.node.metrics.streams_open == 1
        await listener.hang_up()
        assert local.node.metrics.streams_open == 0

    play(stage, script)


@pytest.mark.parametrize("headers", [{}, {"Last_Event_ID": "2"}])
def test_a_stream_resumes_where_it_was(stage: Stage, headers: dict[str, str]) -> None:
    async def script(local: Local) -> None:
        for number in range(60):
            await local.say(f"{number}")
        listener = Listener(local, "" if headers else "after_seq=2", **headers)
        await listener.hear(58)
        await local.say("live")
        heard = await listener.hear(59)
        assert [e["seq"] for _, e in heard] == list(range(3, 62))
        await listener.hang_up()

    play(stage, script)


def test_types_can_be_chosen(stage: Stage) -> None:
    async def script(local: Local) -> None:
        await local.say("before")
        deleted = Listener(local, "types=channel.message.deleted&after_seq=0")
        await local.say("short", ttl_seconds=1)
        stage.clock.advance(2)
        await local.node._sweep_once()
        assert [name for name, _ in await deleted.hear(1)] == ["channel.message.deleted"]
        await deleted.hang_up()

    play(stage, script)


@pytest.mark.parametrize("cursor", ["99", "0"])
def test_a_cursor_from_elsewhere_is_told_to_start_anew(stage: Stage, cursor: str) -> None:
    async def script(local: Local) -> None:
        for word in ("one", "two"):
            await local.say(word)
        await local.node.writer.write(lambda tx: tx.execute("DELETE FROM notices WHERE seq = 1") and None)
        listener = Listener(local, f"after_seq={cursor}")
        assert (await listener.hear(1))[0] == ("reset", {"reset": True, "oldest_seq": 2, "latest_seq": 2})
        await listener.hang_up()

    play(stage, script)


def test_a_key_that_may_not_read_hears_nothing(stage: Stage) -> None:
    async def script(local: Local) -> None:
        blind = (await local.post("/keys", {"permissions": ["read_feed"]})).json()["api_key"]
        deaf, hearing = Listener(local, key=blind), Listener(local)
        await hearing.until(lambda me: "retry:" in me.text)
        await local.say("hidden")
        await hearing.hear(1)
        assert deaf.events == []
        for listener in (deaf, hearing):
            await listener.hang_up()

    play(stage, script)


def test_revoking_and_suspending_end_streams(stage: Stage) -> None:
    async def script(local: Local) -> None:
        made = (await local.post("/keys", {"permissions": ["read_feed"]})).json()
        mira = await local.register("mira")
        by_key, by_user, mine = (
            Listener(local, key=made["api_key"]),
            Listener(local, key=mira["api_key"]),
            Listener(local),
        )
        await mine.until(lambda me: "retry:" in me.text)
        await local.call("DELETE", f"/keys/{made['id']}", None)
        await local.post(f"/admin/users/{mira['user_id']}/suspend", {})
        await by_key.until(lambda me: me.ended)
        await by_user.until(lambda me: me.ended)
        assert not mine.ended
        local.node.streams.close()
        await mine.until(lambda me: me.ended)

    play(stage, script)


def test_who_does_not_read_is_let_go_and_others_hear_all(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "QUEUE_BYTES", 4_000)
    monkeypatch.setattr(streaming, "STALLED_SECONDS", 0.05)

    async def script(local: Local) -> None:
        deaf, hearing = Listener(local), Listener(local)
        await hearing.until(lambda me: "retry:" in me.text)
        deaf.reads.clear()
        for number in range(30):
            await local.say(f"{number}")
        await hearing.hear(30)
        async with asyncio.timeout(10):
            await deaf.task
        assert local.node.metrics.streams_open == 1
        await hearing.hang_up()

    play(stage, script)


def test_a_queue_that_overflows_ends_the_stream(stage: Stage) -> None:
    async def script(local: Local) -> None:
        listener = Listener(local)
        await listener.until(lambda me: "retry:" in me.text)
        subscriber = next(iter(local.node.streams._subscribers.values()))
        subscriber.offer(1, b"x" * (streaming.QUEUE_BYTES + 1))
        await listener.until(lambda me: me.ended)

    play(stage, script)


def test_silence_is_broken_by_pings(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    genuine = streaming.Subscriber.wait

    async def hurried(self: streaming.Subscriber, seconds: float) -> bool:
        return await genuine(self, seconds / 1000)

    monkeypatch.setattr(streaming.Subscriber, "wait", hurried)

    async def script(local: Local) -> None:
        listener = await Listener(local, "heartbeat=5").until(lambda me: "event: ping" in me.text)
        assert ": ping\n" in listener.text
        await listener.hang_up()

    play(stage, script)


def test_streams_are_bounded(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.settings["rate_limits"] = "on"

    async def script(local: Local) -> None:
        listeners = [Listener(local) for _ in range(6)]
        await listeners[5].until(lambda me: me.status != 0)
        assert listeners[5].status == 429
        monkeypatch.setattr(streaming, "PER_NODE", 5)
        mira = await local.register("mira")
        refused = await Listener(local, key=mira["api_key"]).until(lambda me: me.status != 0)
        assert refused.status == 503
        for listener in listeners[:5]:
            await listener.hang_up()

    play(stage, script)


def test_asking_for_the_head_of_a_stream_opens_none(stage: Stage) -> None:
    async def script(local: Local) -> None:
        head = await local.client.head("/api/v1/events/stream", headers={"X-API-Key": local.key or ""})
        assert (head.status_code, head.content) == (200, b"")
        assert local.node.metrics.streams_open == 0

    stage.play(script)


def test_a_stream_ends_with_the_rights_of_its_key(stage: Stage) -> None:
    async def script(local: Local) -> None:
        narrowed = (await local.post("/keys", {})).json()
        expiring = (await local.post("/keys", {"expires_days": 1})).json()
        first, second = Listener(local, key=narrowed["api_key"]), Listener(local, key=expiring["api_key"])
        await second.until(lambda me: "retry:" in me.text)
        await first.until(lambda me: "retry:" in me.text)
        await local.call("PATCH", f"/keys/{narrowed['id']}", {"permissions": ["read_feed"]})
        await first.until(lambda me: me.ended)
        stage.clock.advance(24 * 3600)
        await local.say("not for an expired key")
        await second.until(lambda me: me.ended)
        assert "not for an expired key" not in first.text

    stage.play(script)
