"""The stream of mentions: from where it begins, what it leaves out, and that each comes once (agents' contract 4.4)."""

import json
from typing import Any

import pytest

from canopy.features.mentions.routes import listening
from tests.edge.client import Local
from tests.edge.conftest import Stage
from tests.edge.test_accounts import code
from tests.edge.test_mentions import mentions
from tests.edge.test_stream import Listener

PATH = "/mentions/stream"


def told(listener: Listener) -> list[Any]:
    """The mentions that came, each with its id."""
    blocks = [block.split("\n") for block in listener.text.split("\n\n") if block.startswith("id: ")]
    assert all(lines[1] == "event: mention" for lines in blocks)
    return [{**json.loads(lines[2][6:]), "event_id": lines[0][4:]} for lines in blocks]


async def previews(listener: Listener, count: int) -> list[str]:
    await listener.until(lambda me: len(told(me)) >= count)
    return [one["preview"] for one in told(listener)]


def test_what_waits_comes_first_and_then_each_as_it_is_made(stage: Stage) -> None:
    async def script(local: Local) -> None:
        mira = await local.register("mira")
        for word in ("one", "two", "three"):
            await local.say(f"@mira {word}")
        newest, _, _ = await mentions(local, mira["api_key"])
        await local.post("/mentions/ack", {"mention_ids": [newest["id"]]}, mira["api_key"])
        listener = Listener(local, "limit=1", mira["api_key"], PATH)
        assert await previews(listener, 2) == ["@mira one", "@mira two"]
        assert listener.text.startswith("retry: 3000\n\n")
        await local.say("nobody")
        await local.say("@ada not me")
        await local.say("@mira live")
        assert await previews(listener, 3) == ["@mira one", "@mira two", "@mira live"]
        (live,) = told(listener)[2:]
        (listed, *_) = await mentions(local, mira["api_key"])
        assert live.pop("event_id") == live["id"]
        assert live == listed
        await listener.hang_up()

    stage.play(script)


@pytest.mark.parametrize("how", ["id", "since"])
def test_a_stream_begins_where_it_is_told(stage: Stage, how: str) -> None:
    async def script(local: Local) -> None:
        mira = await local.register("mira")
        for word in ("one", "two", "three"):
            await local.say(f"@mira {word}")
            stage.clock.advance(10)
        oldest = (await mentions(local, mira["api_key"]))[-1]
        since = f"since={stage.clock.now_ms() / 1000 - 20:.3f}"
        headers = {"Last-Event-ID": oldest["id"]} if how == "id" else {}
        listener = Listener(local, since if how == "since" else "", mira["api_key"], PATH, **headers)
        assert await previews(listener, 2) == ["@mira two", "@mira three"]
        await listener.hang_up()

    stage.play(script)


def test_what_is_gone_or_closed_is_not_told(stage: Stage) -> None:
    async def script(local: Local) -> None:
        mira = await local.register("mira")
        gone = await local.say("@mira gone")
        await local.call("DELETE", f"/channels/general/messages/{gone['id']}", None)
        await local.say("@mira kept")
        listener = Listener(local, "", mira["api_key"], PATH)
        assert await previews(listener, 1) == ["@mira kept"]
        await listener.hang_up()

    stage.play(script)


def test_a_quiet_stream_shows_that_it_lives(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "max", lambda least, asked: 0.01, raising=False)

    async def script(local: Local) -> None:
        mira = await local.register("mira")
        listener = Listener(local, "", mira["api_key"], PATH)
        await local.say("@mira so that it was rung before")
        await previews(listener, 1)
        await listener.until(lambda me: f"event: heartbeat\ndata: {stage.clock.now_ms() // 1000}\n\n" in me.text)
        await listener.hang_up()

    stage.play(script)


def test_a_stream_of_mentions_counts_among_the_others_and_ends_with_its_account(stage: Stage) -> None:
    async def script(local: Local) -> None:
        mira = await local.register("mira")
        listener = await Listener(local, "", mira["api_key"], PATH).until(lambda me: "retry" in me.text)
        assert local.node.core.metrics.streams_open == 1
        await local.post(f"/admin/users/{mira['user_id']}/suspend", None)
        await listener.until(lambda me: me.ended)
        await listener.task
        assert local.node.core.metrics.streams_open == 0
        for query in ("since=soon", "heartbeat=x", "limit=0"):
            assert code(await local.get(f"{PATH}?{query}")) == "invalid_parameter"
        assert local.node.core.metrics.streams_open == 0

    stage.play(script)
