"""Reactions: one for each user and message, shown with the message, told to open pages and to nobody's inbox."""

from typing import Any

import pytest

from canopy.features.messages.events import REACTIONS
from canopy.features.messages.tables import reactions as tables
from tests.edge.client import Local
from tests.edge.conftest import Stage
from tests.edge.test_accounts import code

GENERAL = "/channels/general/messages"


async def like(local: Local, message: dict[str, Any], kind: str | None = None, key: str | None = None) -> Any:
    body = {} if kind is None else {"reaction_type": kind}
    return await local.post(f"{GENERAL}/{message['id']}/like", body, key)


async def shown(local: Local, message: dict[str, Any]) -> Any:
    return (await local.get(f"{GENERAL}/{message['id']}")).json()["message"]


def test_liking_twice_takes_it_back(stage: Stage) -> None:
    async def script(local: Local) -> None:
        message = await local.say("hello")
        assert (message["reactions"], message["like_counts"]) == ({}, {})
        first = await like(local, message)
        assert first.status_code == 200
        assert first.json() == {
            "success": True,
            "liked": True,
            "reaction_type": "like",
            "like_counts": {"like": 1},
            "reactions": {"like": [local.user_id]},
        }
        now = await shown(local, message)
        assert (now["reactions"], now["like_counts"]) == ({"like": [local.user_id]}, {"like": 1})
        assert (await local.get(GENERAL)).json()["messages"] == [now]
        second = (await like(local, message)).json()
        assert (second["liked"], second["like_counts"], second["reactions"]) == (False, {}, {})
        assert await shown(local, message) == message

    stage.play(script)


def test_another_type_replaces_the_first(stage: Stage) -> None:
    """Decision 27."""

    async def script(local: Local) -> None:
        message = await local.say("hello")
        mira = await local.register("mira")
        await like(local, message, "love")
        await like(local, message, "rocket", mira["api_key"])
        answer = (await like(local, message, "rocket")).json()
        assert (answer["liked"], answer["like_counts"]) == (True, {"rocket": 2})
        assert answer["reactions"] == {"rocket": [mira["user_id"], local.user_id]}

    stage.play(script)


def test_put_and_delete_may_be_repeated(stage: Stage) -> None:
    async def script(local: Local) -> None:
        message = await local.say("hello")
        path = f"{GENERAL}/{message['id']}/reactions/"
        for _ in range(2):
            put = await local.call("PUT", path + "👀", None)
            assert (put.status_code, put.json()["liked"], put.json()["like_counts"]) == (200, True, {"eyes": 1})
        other = await local.call("DELETE", path + "love", None)
        assert (other.status_code, other.json()["liked"], other.json()["like_counts"]) == (200, False, {"eyes": 1})
        for _ in range(2):
            gone = await local.call("DELETE", path + "eyes", None)
            assert (gone.status_code, gone.json()["liked"], gone.json()["like_counts"]) == (200, False, {})
        events = (await local.get("/events?types=channel.state.updated")).json()["items"]
        assert len(events) == 2

    stage.play(script)


@pytest.mark.parametrize(
    ("sent", "kept"), [("🦉", "🦉"), ("❤", "love"), ("❤️", "love"), ("👍🏽", "👍🏽"), ("🏳‍🌈", "🏳️‍🌈"), ("#️⃣", "#️⃣")]
)
def test_any_one_emoji_will_do(stage: Stage, sent: str, kept: str) -> None:
    async def script(local: Local) -> None:
        message = await local.say("hello")
        assert (await like(local, message, sent)).json()["like_counts"] == {kept: 1}

    stage.play(script)


@pytest.mark.parametrize("kind", ["thumbs", "", "👍👍", "custom:nope", "a", "\u202e", "x" * 500, "LIKE"])
def test_an_unknown_type_says_which_there_are(stage: Stage, kind: str) -> None:
    async def script(local: Local) -> None:
        message = await local.say("hello")
        refused = await like(local, message, kind)
        assert (refused.status_code, code(refused)) == (400, "unknown_reaction")
        assert refused.json()["allowed"] == list(REACTIONS)
        assert (await shown(local, message))["reactions"] == {}

    stage.play(script)


def test_one_reacts_only_to_what_one_can_read(stage: Stage) -> None:
    async def script(local: Local) -> None:
        message = await local.say("hello")
        other = await local.post("/channels/C0123456789abcdef/messages/M0/like", {})
        assert (other.status_code, code(other)) == (404, "channel_not_found")
        elsewhere = await local.post(f"/channels/C0123456789abcdef/messages/{message['id']}/like", {})
        assert {**elsewhere.json(), "instance": "", "request_id": ""} == {
            **other.json(),
            "instance": "",
            "request_id": "",
        }
        unknown = await local.call("PUT", f"{GENERAL}/M0/reactions/like", None)
        assert (unknown.status_code, code(unknown)) == (404, "message_not_found")
        narrow = (await local.post("/keys", {"permissions": ["read_feed", "write_feed"]})).json()["api_key"]
        assert (await like(local, message, None, narrow)).status_code == 403

    stage.play(script)


def test_open_pages_are_told_and_nobody_is_mentioned(stage: Stage) -> None:
    async def script(local: Local) -> None:
        message = await local.say("hello")
        mira = await local.register("mira")
        before = (await local.get("/events")).json()["next_after_seq"]
        await like(local, message, "wow", mira["api_key"])
        items = (await local.get(f"/events?after_seq={before}")).json()["items"]
        assert [(i["event_type"], i["message_id"], i["actor_user_id"]) for i in items] == [
            ("channel.state.updated", message["id"], mira["user_id"])
        ]
        assert items[0]["payload"]["message"]["reactions"] == {"wow": [mira["user_id"]]}
        assert items[0]["payload"]["reason"] == "reaction"
        narrow = (await local.post("/keys", {"permissions": ["read_feed"]})).json()["api_key"]
        assert (await local.get(f"/events?after_seq={before}", narrow)).json()["items"] == []

    stage.play(script)


def test_a_reaction_is_in_the_etag(stage: Stage) -> None:
    async def script(local: Local) -> None:
        message = await local.say("hello")
        tags = set()
        for kind in (None, "like", "love", "love", "like"):
            if kind:
                await like(local, message, kind)
            tags.add((await local.get(f"{GENERAL}/{message['id']}")).headers["etag"])
        # The last two are other events than the first two, so that all five differ but none and none.
        assert len(tags) == 4

    stage.play(script)


def test_reactions_go_with_their_message(stage: Stage) -> None:
    async def script(local: Local) -> None:
        root = await local.say("root")
        await local.say("reply", parent_message_id=root["id"])
        await like(local, root)
        assert (await shown(local, root))["like_counts"] == {"like": 1}
        assert (await local.call("DELETE", f"{GENERAL}/{root['id']}", None)).status_code == 200
        tombstone = await shown(local, root)
        assert (tombstone["deleted"], tombstone["reactions"], tombstone["like_counts"]) == (True, {}, {})
        assert (await like(local, root)).status_code == 404

    stage.play(script)


def test_a_reaction_outlives_no_message_and_no_message_its_reactions(stage: Stage) -> None:
    async def script(local: Local) -> None:
        message = await local.say("hello", ttl_seconds=730 * 24 * 3600)
        await like(local, message)
        stage.clock.advance(730 * 24 * 3600 - 60)
        await local.node._sweep_once()
        assert (await shown(local, message))["like_counts"] == {"like": 1}
        stage.clock.advance(61)
        await local.node._sweep_once()
        with local.node.home.database.read() as tx:
            assert tx.execute("SELECT count(*) FROM reactions").fetchall() == [(0,)]
            bodies = tx.execute("SELECT count(*) FROM events WHERE kind = 'reaction.set' AND body IS NOT NULL")
            assert bodies.fetchall() == [(0,)]

    stage.play(script)


def test_of_very_many_reactions_some_are_named_and_all_are_counted(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "NAMED", 2)

    async def script(local: Local) -> None:
        message = await local.say("hello")
        others = [(await local.register(name))["api_key"] for name in ("mira", "noor", "olaf")]
        for key in others:
            await like(local, message, "like", key)
        last = (await like(local, message, "love")).json()
        assert last["like_counts"] == {"like": 3, "love": 1}
        assert sum(map(len, last["reactions"].values())) == 2

    stage.play(script)


def test_an_edit_keeps_the_reactions(stage: Stage) -> None:
    async def script(local: Local) -> None:
        message = await local.say("hello")
        await like(local, message)
        edited = await local.call("PATCH", f"{GENERAL}/{message['id']}", {"content": "goodbye"})
        assert edited.json()["message"]["like_counts"] == {"like": 1}

    stage.play(script)
