"""Editing and deleting: who may, what stays, what others are told, and what it takes with it."""

from typing import Any

import pytest

from canopy.ground.instants import instant, parse_instant
from tests.edge.client import Local
from tests.edge.conftest import Stage
from tests.edge.test_accounts import code

GENERAL = "/channels/general/messages"
DAY = 24 * 3600


async def edit(local: Local, message: Any, key: str | None = None, headers: Any = None, **fields: Any) -> Any:
    return await local.call("PATCH", f"{GENERAL}/{message['id']}", fields, key, **(headers or {}))


async def delete(local: Local, message: Any, key: str | None = None, **headers: str) -> Any:
    return await local.call("DELETE", f"{GENERAL}/{message['id']}", None, key, **headers)


async def shown(local: Local, message: Any) -> Any:
    return (await local.get(f"{GENERAL}/{message['id']}")).json()["message"]


async def events(local: Local, kind: str) -> Any:
    return (await local.get(f"/events?types=channel.message.{kind}")).json()["items"]


# Editing.


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_an_edit_changes_the_words_and_nothing_else(stage: Stage, method: str) -> None:
    async def script(local: Local) -> None:
        root = await local.say("root")
        message = await local.say("before", parent_message_id=root["id"], ttl_seconds=DAY, client_id="c1")
        stage.clock.advance(5)
        answer = await local.call(method, f"{GENERAL}/{message['id']}", {"content": " after "})
        assert answer.status_code == 200
        edited = answer.json()["message"]
        assert edited["edited_at"] is not None
        assert edited == {**message, "content": "after", "edited_at": edited["edited_at"]}
        assert await shown(local, message) == edited
        assert (await events(local, "edited"))[0]["payload"]["message"] == edited

    stage.play(script)


def test_what_is_left_out_stays_and_changes_nothing(stage: Stage) -> None:
    async def script(local: Local) -> None:
        message = await local.say("words")
        for fields in ({}, {"content": "words"}, {"expires_at": message["expires_at"]}):
            answer = await edit(local, message, **fields)
            assert (answer.status_code, answer.json()["message"]) == (200, message)
        assert await events(local, "edited") == []

    stage.play(script)


@pytest.mark.parametrize(
    ("fields", "status", "expected"),
    [
        ({"content": ""}, 400, "invalid_request"),
        ({"content": "  "}, 400, "invalid_request"),
        ({"content": "x" * 50_001}, 413, "content_too_large"),
        ({"content": 7}, 400, "invalid_request"),
        ({"content": "a\0"}, 400, "invalid_request"),
        ({"attachments": [{"id": "F1"}]}, 400, "not_available"),
        ({"ttl_seconds": 0}, 400, "invalid_ttl"),
        ({"expires_at": "2001-01-01"}, 400, "expired_on_arrival"),
        ({"ttl_mode": "ever"}, 400, "invalid_request"),
    ],
)
def test_an_edit_that_cannot_be_says_why(stage: Stage, fields: Any, status: int, expected: str) -> None:
    async def script(local: Local) -> None:
        message = await local.say("words")
        refused = await edit(local, message, **fields)
        assert (refused.status_code, code(refused)) == (status, expected)
        assert await shown(local, message) == message

    stage.play(script)


def test_only_the_author_edits(stage: Stage) -> None:
    async def script(local: Local) -> None:
        mira = await local.register("mira")
        hers = (
            await local.post("/channels/messages", {"channel_id": "general", "content": "hers"}, mira["api_key"])
        ).json()["message"]
        refused = await edit(local, hers, content="mine")
        assert (refused.status_code, code(refused)) == (403, "not_author")
        assert (await edit(local, {"id": "M0"}, content="x")).status_code == 404
        assert (await edit(local, hers, mira["api_key"], content="still hers")).status_code == 200
        await delete(local, hers, mira["api_key"])
        assert (await edit(local, hers, mira["api_key"], content="again")).status_code == 404

    stage.play(script)


def test_an_edit_of_another_version_than_was_read_is_refused(stage: Stage) -> None:
    async def script(local: Local) -> None:
        message = await local.say("one")
        path = f"{GENERAL}/{message['id']}"
        tag = (await local.get(path)).headers["etag"]
        assert (await edit(local, message, headers={"If_Match": tag}, content="two")).status_code == 200
        late = await edit(local, message, headers={"If_Match": tag}, content="three")
        assert (late.status_code, code(late)) == (412, "precondition_failed")
        assert (await delete(local, message, If_Match=tag)).status_code == 412
        assert (await shown(local, message))["content"] == "two"
        tag = (await local.get(path)).headers["etag"]
        some = {"If_Match": f'"nonsense", {tag}'}
        assert (await edit(local, message, headers=some, content="three")).status_code == 200
        assert (await delete(local, message, If_Match="*")).status_code == 200

    stage.play(script)


def test_members_read_what_a_message_said_before(stage: Stage) -> None:
    async def script(local: Local) -> None:
        mira = await local.register("mira")
        message = await local.say("v0")
        for number in range(1, 5):
            stage.clock.advance(1)
            await edit(local, message, content=f"v{number}")
        path = f"{GENERAL}/{message['id']}/history"
        whole = (await local.get(path, mira["api_key"])).json()
        assert [version["content"] for version in whole["versions"]] == ["v0", "v1", "v2", "v3", "v4"]
        assert whole["versions"][0]["created_at"] == message["created_at"]
        assert whole["versions"][-1]["created_at"] == (await shown(local, message))["edited_at"]
        seen: list[str] = []
        page = (await local.get(f"{path}?limit=2")).json()
        while True:
            seen += [version["content"] for version in page["versions"]]
            if not page["has_more"]:
                break
            page = (await local.get(f"{path}?limit=2&cursor={page['next_cursor']}")).json()
        assert seen == ["v0", "v1", "v2", "v3", "v4"]
        for bad in ("x", "1-zz", "-"):
            assert (await local.get(f"{path}?cursor={bad}")).status_code == 400
        reply = await local.say("reply", parent_message_id=message["id"])
        await delete(local, message)
        assert (await local.get(path)).json()["versions"] == []
        await delete(local, reply)
        assert (await local.get(path)).status_code == 404

    stage.play(script)


# Lifespans.


def test_an_edit_may_lengthen_a_life(stage: Stage) -> None:
    async def script(local: Local) -> None:
        message = await local.say("brief", ttl_seconds=60)
        longer = (await edit(local, message, ttl_seconds=3600)).json()["message"]
        assert parse_instant(longer["expires_at"]) - parse_instant(message["expires_at"]) == 3540_000
        stage.clock.advance(61)
        await local.node._sweep_once()
        assert (await shown(local, message))["content"] == "brief"
        assert await events(local, "deleted") == []
        stage.clock.advance(3600)
        assert (await local.get(f"{GENERAL}/{message['id']}")).status_code == 404
        await local.node._sweep_once()
        assert [event["message_id"] for event in await events(local, "deleted")] == [message["id"]]

    stage.play(script)


def test_a_life_is_measured_from_the_making_of_the_message(stage: Stage) -> None:
    async def script(local: Local) -> None:
        message = await local.say("words")
        born = stage.clock.now_ms()
        stage.clock.advance(10 * DAY)
        for fields, days in (
            ({"ttl_seconds": 20 * DAY}, 20),
            ({"ttl_mode": "none"}, 365),
            ({"ttl_seconds": 10**12}, 730),
        ):
            edited = (await edit(local, message, **fields)).json()["message"]
            assert parse_instant(edited["expires_at"]) == born + days * DAY * 1000
        late = await edit(local, message, ttl_seconds=5 * DAY)
        assert (late.status_code, code(late)) == (400, "expired_on_arrival")

    stage.play(script)


def test_a_shortened_life_ends_in_a_deletion(stage: Stage) -> None:
    """Nodes that come late would show the older words, which live longer; the deletion ends those too."""

    async def script(local: Local) -> None:
        message = await local.say("words", ttl_seconds=30 * DAY)
        await edit(local, message, content="brief words", expires_at=instant(stage.clock.now_ms() + 60_000))
        await local.node._sweep_once()
        assert (await shown(local, message))["content"] == "brief words"
        stage.clock.advance(61)
        assert (await local.get(f"{GENERAL}/{message['id']}")).status_code == 404
        await local.node._sweep_once()
        with local.node.home.database.read() as tx:
            rows = tx.execute("SELECT kind, gone, body IS NULL FROM events WHERE kind LIKE 'message.%' ORDER BY time")
            assert rows.fetchall() == [
                ("message.posted", "deleted", 1),
                ("message.edited", "deleted", 1),
                ("message.deleted", "", 0),
            ]
        assert len(await events(local, "deleted")) == 1
        await local.node._sweep_once()
        assert (await local.get(GENERAL)).json()["count"] == 0

    stage.play(script)


def test_a_shortened_life_that_was_lengthened_again_lasts(stage: Stage) -> None:
    async def script(local: Local) -> None:
        message = await local.say("words", ttl_seconds=30 * DAY)
        await edit(local, message, ttl_seconds=60)
        await edit(local, message, ttl_seconds=40 * DAY)
        stage.clock.advance(31 * DAY)
        await local.node._sweep_once()
        assert (await shown(local, message))["content"] == "words"
        stage.clock.advance(10 * DAY)
        await local.node._sweep_once()
        assert (await local.get(f"{GENERAL}/{message['id']}")).status_code == 404

    stage.play(script)


# Deleting.


def test_deleting_twice_is_deleting_once(stage: Stage) -> None:
    async def script(local: Local) -> None:
        message = await local.say("words")
        for _ in range(2):
            answer = await delete(local, message)
            said = {"success": True, "message_id": message["id"], "pending": False}
            assert (answer.status_code, answer.json()) == (200, said)
        assert len(await events(local, "deleted")) == 1
        assert (await local.get(f"{GENERAL}/{message['id']}")).status_code == 404
        with local.node.home.database.read() as tx:
            kept = tx.execute("SELECT count(*) FROM events WHERE kind = 'message.posted' AND body IS NOT NULL")
            assert kept.fetchall() == [(0,)]

    stage.play(script)


def test_a_root_leaves_a_tombstone_while_replies_live(stage: Stage) -> None:
    async def script(local: Local) -> None:
        root = await local.say("root")
        replies = [await local.say(f"reply {n}", parent_message_id=root["id"]) for n in range(2)]
        await delete(local, root)
        tombstone = await shown(local, root)
        assert (tombstone["content"], tombstone["deleted"], tombstone["reply_count"]) == ("", True, 2)
        assert tombstone["deleted_at"] is not None
        await delete(local, replies[0])
        assert (await shown(local, root))["reply_count"] == 1
        assert (await local.get(f"{GENERAL}/{replies[0]['id']}")).status_code == 404
        await delete(local, replies[1])
        assert (await local.get(f"{GENERAL}/{root['id']}")).status_code == 404
        assert (await local.get(GENERAL)).json()["count"] == 0

    stage.play(script)


def test_who_may_delete(stage: Stage) -> None:
    async def script(local: Local) -> None:
        mira, noor = [(await local.register(name))["api_key"] for name in ("mira", "noor")]
        hers = (await local.post("/channels/messages", {"channel_id": "general", "content": "hers"}, mira)).json()
        refused = await delete(local, hers["message"], noor)
        assert (refused.status_code, code(refused)) == (403, "not_author")
        assert (await delete(local, {"id": "M0"}, noor)).status_code == 404
        assert (await delete(local, hers["message"])).status_code == 200, "the owner of her node"
        assert (await events(local, "deleted"))[0]["payload"]["by_moderator"] is True
        gone = await delete(local, hers["message"], noor)
        assert (gone.status_code, code(gone)) == (404, "message_not_found")
        assert (await delete(local, hers["message"], mira)).status_code == 200
        own = await local.say("own")
        await delete(local, own)
        assert "by_moderator" not in (await events(local, "deleted"))[1]["payload"]
        reader = (await local.post("/keys", {"permissions": ["read_feed"]})).json()["api_key"]
        assert (await delete(local, own, reader)).status_code == 403

    stage.play(script)


def test_what_has_expired_cannot_be_changed(stage: Stage) -> None:
    async def script(local: Local) -> None:
        message = await local.say("brief", ttl_seconds=60)
        stage.clock.advance(61)
        for _ in range(2):
            assert (await edit(local, message, content="x")).status_code == 404
            assert (await delete(local, message)).status_code == 404
            await local.node._sweep_once()

    stage.play(script)


def test_all_of_it_holds_in_a_founded_channel_too(stage: Stage) -> None:
    async def script(local: Local) -> None:
        mira = (await local.register("mira"))["api_key"]
        stage.clock.advance(1)
        garden = (await local.post("/channels", {"name": "garden"})).json()["channel"]["id"]
        said = await local.say("tulips", channel_id=garden)
        path = f"/channels/{garden}/messages/{said['id']}"
        elsewhere = f"{GENERAL}/{said['id']}"
        for method, tail, body in (("PATCH", "", {"content": "x"}), ("DELETE", "", None), ("POST", "/like", {})):
            assert (await local.call(method, elsewhere + tail, body)).status_code == 404
        assert (await local.call("PATCH", path, {"content": "roses"})).status_code == 200
        assert (await local.post(f"{path}/like", {}, mira)).json()["like_counts"] == {"like": 1}
        channel = (await local.get(f"/channels/{garden}", mira)).json()["channel"]
        assert channel["unread_count"] == 1
        assert (await local.get("/channels/general", mira)).json()["channel"]["unread_count"] == 0
        shown = (await local.get(path, mira)).json()["message"]
        assert (shown["content"], list(shown["reactions"])) == ("roses", ["like"])
        kinds = [event["event_type"] for event in (await local.get("/events", mira)).json()["items"]]
        assert kinds[-2:] == ["channel.message.edited", "channel.state.updated"]
        assert (await local.call("DELETE", path, None)).status_code == 200
        assert (await local.get(f"/channels/{garden}", mira)).json()["channel"]["unread_count"] == 0

    stage.play(script)
