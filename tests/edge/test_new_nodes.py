"""The first message of a foreign node says so wherever it is shown (ui.md 5.4), and no other message does."""

from typing import Any

from canopy.features.channels.tables import find_open
from canopy.features.messages.events import MessagePosted
from canopy.log.event import Event
from canopy.log.shown import message_id
from tests.edge.client import Local
from tests.edge.conftest import Stage
from tests.edge.test_channels import found
from tests.edge.test_mentions import Other
from tests.edge.test_stream import Listener

GENERAL = "/channels/general/messages"


def flags(messages: list[Any]) -> dict[str, bool]:
    return {message["content"]: message["first_from_peer"] for message in messages}


async def listed(local: Local, query: str = "") -> dict[str, bool]:
    return flags((await local.get(GENERAL + query)).raise_for_status().json()["messages"])


async def say(other: Other, words: str, **more: Any) -> Event:
    event = other.author.write(MessagePosted(content=words), **more)
    await other.give(event)
    return event


def test_the_first_of_a_foreign_node_is_marked_and_none_of_ours(stage: Stage) -> None:
    async def script(local: Local) -> None:
        other = Other(local, stage)
        await local.say("ours, before")
        await say(other, "first")
        await say(other, "second")
        mine = await local.say("ours, after")
        wanted = {"ours, before": False, "first": True, "second": False, "ours, after": False}
        assert mine["first_from_peer"] is False
        for query in ("", "?order=created", "?render=html", "?root_only=true", f"?around={mine['id']}"):
            assert await listed(local, query) == wanted

    stage.play(script)


def test_every_place_that_shows_it_says_so(stage: Stage) -> None:
    async def script(local: Local) -> None:
        other = Other(local, stage)
        stream = Listener(local, "types=channel.message.created&render=html")
        await stream.until(lambda me: me.status == 200 and "\n\n" in me.text)
        first = message_id((await say(other, "first")).id)
        second = message_id((await say(other, "second")).id)
        assert flags([event["payload"]["message"] for _, event in await stream.hear(2)]) == {
            "first": True,
            "second": False,
        }
        await stream.hang_up()
        for identity, flag in ((first, True), (second, False)):
            one = await local.get(f"{GENERAL}/{identity}?render=html")
            assert one.json()["message"]["first_from_peer"] is flag
            thread = (await local.get(f"{GENERAL}/{identity}/replies")).json()
            assert thread["root"]["first_from_peer"] is flag
            wish = {"source_type": "channel_message", "source_id": identity}
            saved = (await local.post("/bookmarks", wish)).json()["bookmark"]
            assert saved["message"]["first_from_peer"] is flag
        hits = (await local.get("/channels/general/search?q=first")).json()["messages"]
        assert flags(hits) == {"first": True}
        changes = (await local.get("/events?types=channel.message.created")).json()["items"]
        assert [change["payload"]["message"]["first_from_peer"] for change in changes] == [True, False]

    stage.play(script)


def test_an_older_one_that_comes_late_takes_the_mark_over(stage: Stage) -> None:
    """Also where the other was read before: in what is kept encoded, and for who asks whether it changed."""

    async def script(local: Local) -> None:
        other = Other(local, stage)
        new = message_id((await say(other, "new")).id)
        assert await listed(local) == {"new": True}
        tag = (await local.get(f"{GENERAL}/{new}")).headers["etag"]
        assert (await local.get(f"{GENERAL}/{new}", If_None_Match=tag)).status_code == 304
        other.author.ends.clear()
        other.author.run += 1
        await say(other, "old", skew_ms=-60_000)
        assert await listed(local) == {"old": True, "new": False}
        again = await local.get(f"{GENERAL}/{new}", If_None_Match=tag)
        assert (again.status_code, again.json()["message"]["first_from_peer"]) == (200, False)

    stage.play(script)


def test_the_mark_moves_to_no_other_message(stage: Stage) -> None:
    async def script(local: Local) -> None:
        other = Other(local, stage)
        await say(other, "brief", expires=stage.clock.now_ms() + 60_000)
        await say(other, "second")
        stage.clock.advance(61)
        await say(other, "third")
        assert await listed(local) == {"second": False, "third": False}

    stage.play(script)


def test_a_moderator_takes_it_away_by_the_version_that_was_read(stage: Stage) -> None:
    async def script(local: Local) -> None:
        other = Other(local, stage)
        channel = (await found(local))["id"]
        with local.node.home.database.read() as tx:
            open_to_all = find_open(tx, channel)
        assert open_to_all is not None
        event = other.author.write(MessagePosted(content="first"), open_to_all.scope)
        await other.give(event)
        path = f"/channels/{channel}/messages/{message_id(event.id)}"
        read = await local.get(path)
        assert read.json()["message"]["first_from_peer"] is True
        gone = await local.call("DELETE", path, None, If_Match=read.headers["etag"])
        assert gone.status_code == 200, gone.text

    stage.play(script)
