"""Threads: replies in their order, and who follows them."""

from typing import Any

import apsw
import pytest

from canopy.features.messages.tables import find_anywhere, rows
from canopy.log.db import Prepared, metadata
from canopy.log.db.schema import indexes_of
from canopy.log.migrate import _declared
from tests.edge.client import Local
from tests.edge.conftest import Stage
from tests.edge.test_accounts import code
from tests.edge.test_channels import found
from tests.edge.test_mentions import Other

GENERAL = "/channels/general/messages"
FOLLOW = "/channels/threads/subscription"


def contents(answer: Any) -> list[str]:
    return [message["content"] for message in answer.json()["messages"]]


def standing(answer: Any) -> tuple[Any, Any, Any]:
    body = answer.json()
    return body["explicit_subscribed"], body["reason"], body["subscribed"]


def test_a_thread_is_read_page_by_page(stage: Stage) -> None:
    async def script(local: Local) -> None:
        root = await local.say("root")
        await local.say("elsewhere")
        replies = [await local.say(f"{n}", parent_message_id=root["id"]) for n in range(7)]
        path = f"{GENERAL}/{root['id']}/replies"
        whole = await local.get(path)
        assert contents(whole) == [f"{n}" for n in range(7)]
        body = whole.json()
        assert (body["root"]["content"], body["root"]["reply_count"], body["count"]) == ("root", 7, 7)
        assert (body["has_more"], body["next_cursor"]) == (False, None)
        same = await local.get(f"{GENERAL}/{replies[3]['id']}/replies")
        assert same.json() == body
        seen: list[str] = []
        page = await local.get(f"{path}?limit=3")
        while True:
            seen = contents(page) + seen
            if not page.json()["has_more"]:
                break
            page = await local.get(f"{path}?limit=3&cursor={page.json()['next_cursor']}")
        assert seen == [f"{n}" for n in range(7)]
        assert contents(await local.get(f"{path}?limit=2&after={replies[2]['id']}")) == ["3", "4"]
        assert contents(await local.get(f"{path}?limit=2&before={replies[2]['id']}")) == ["0", "1"]
        assert code(await local.get(f"{path}?after=M0")) == "unknown_message"
        assert code(await local.get(f"{path}?after=M0&before=M0")) == "invalid_parameter"
        assert (await local.get(f"{GENERAL}/M0/replies")).status_code == 404

    stage.play(script)


def test_what_is_gone_is_gone_from_its_thread(stage: Stage) -> None:
    async def script(local: Local) -> None:
        root = await local.say("root")
        first = await local.say("first", parent_message_id=root["id"])
        await local.say("brief", parent_message_id=root["id"], ttl_seconds=60)
        last = await local.say("last", parent_message_id=root["id"])
        await local.call("DELETE", f"{GENERAL}/{first['id']}", None)
        await local.call("DELETE", f"{GENERAL}/{root['id']}", None)
        stage.clock.advance(61)
        thread = (await local.get(f"{GENERAL}/{last['id']}/replies")).json()
        assert [message["content"] for message in thread["messages"]] == ["last"]
        assert (thread["root"]["deleted"], thread["root"]["reply_count"]) == (True, 1)

    stage.play(script)


def test_a_reply_whose_root_has_expired_stands_alone(stage: Stage) -> None:
    async def script(local: Local) -> None:
        root = await local.say("root", ttl_seconds=60)
        reply = await local.say("reply", parent_message_id=root["id"])
        deeper = await local.say("deeper", parent_message_id=reply["id"])
        stage.clock.advance(61)
        thread = (await local.get(f"{GENERAL}/{reply['id']}/replies")).json()
        assert (thread["root"], [m["id"] for m in thread["messages"]]) == (None, [reply["id"], deeper["id"]])
        about = (await local.get(f"{FOLLOW}?channel_id=general&message_id={reply['id']}")).json()
        assert about["thread_root_message_id"] == root["id"]

    stage.play(script)


def test_one_follows_ones_own_threads_until_one_says_otherwise(stage: Stage) -> None:
    async def script(local: Local) -> None:
        root = await local.say("root")
        reply = await local.say("reply", parent_message_id=root["id"])
        asked = f"{FOLLOW}?channel_id=general&message_id={reply['id']}"
        mine = (await local.get(asked)).json()
        assert mine == {
            "success": True,
            "channel_id": "general",
            "message_id": reply["id"],
            "thread_root_message_id": root["id"],
            "root_author_id": local.user_id,
            "is_root_author": True,
            "explicit_subscribed": None,
            "auto_subscribe_own_threads": True,
            "subscribed": True,
            "reason": "started",
        }
        thread = {"channel_id": "general", "message_id": reply["id"]}
        off = (await local.post(FOLLOW, thread)).json()
        assert (off["explicit_subscribed"], off["subscribed"]) == (False, False)
        assert (await local.get(asked)).json() == off
        again = (await local.post(FOLLOW, {**thread, "subscribed": False})).json()
        assert again == off
        on = (await local.post(FOLLOW, {**thread, "message_id": root["id"]})).json()
        assert (on["explicit_subscribed"], on["subscribed"]) == (True, True)
        mira = (await local.register("mira"))["api_key"]
        hers = (await local.get(asked, mira)).json()
        assert (hers["explicit_subscribed"], hers["is_root_author"], hers["subscribed"]) == (None, False, False)
        assert (await local.post(FOLLOW, thread, mira)).json()["subscribed"] is True

    stage.play(script)


def test_whoever_takes_part_in_a_thread_or_is_called_in_it_follows_it(stage: Stage) -> None:
    """S4: the reason is said, and an own choice stands above it until it is forgotten."""

    async def script(local: Local) -> None:
        mira = (await local.register("mira"))["api_key"]
        root = await local.say("root")
        thread = {"channel_id": "general", "message_id": root["id"]}
        asked = f"{FOLLOW}?channel_id=general&message_id={root['id']}"
        assert standing(await local.get(asked, mira)) == (None, None, False)
        called = await local.say("@mira look", parent_message_id=root["id"])
        assert standing(await local.get(asked, mira)) == (None, "mentioned", True)
        await local.call("DELETE", f"{GENERAL}/{called['id']}", None)
        assert standing(await local.get(asked, mira)) == (None, None, False)
        words = {"channel_id": "general", "content": "an answer", "parent_message_id": root["id"]}
        answer = (await local.post("/channels/messages", words, mira)).json()["message"]
        await local.say("@mira and again", parent_message_id=answer["id"])
        assert standing(await local.get(asked, mira)) == (None, "replied", True)
        muted = await local.post(FOLLOW, {**thread, "subscribed": False}, mira)
        assert standing(muted) == (False, "replied", False)
        await local.post("/channels/messages", words, mira)
        await local.say("@mira once more", parent_message_id=root["id"])
        assert standing(await local.get(asked, mira)) == (False, "replied", False)
        default = await local.post(FOLLOW, {**thread, "subscribed": None}, mira)
        assert standing(default) == (None, "replied", True)
        assert standing(await local.get(asked)) == (None, "started", True)

    stage.play(script)


def test_a_thread_without_a_reason_is_followed_by_choice_alone(stage: Stage) -> None:
    async def script(local: Local) -> None:
        mira = (await local.register("mira"))["api_key"]
        root = await local.say("@mira the root calls too")
        other = await local.say("another")
        asked = f"{FOLLOW}?channel_id=general&message_id="
        assert standing(await local.get(asked + root["id"], mira)) == (None, "mentioned", True)
        thread = {"channel_id": "general", "message_id": other["id"]}
        for subscribed, expected in (
            (True, (True, None, True)),
            (None, (None, None, False)),
            (None, (None, None, False)),
        ):
            answer = await local.post(FOLLOW, {**thread, "subscribed": subscribed}, mira)
            assert standing(answer) == expected
            assert standing(await local.get(asked + other["id"], mira)) == expected
        brief = {"channel_id": "general", "content": "soon over", "parent_message_id": other["id"], "ttl_seconds": 60}
        await local.post("/channels/messages", brief, mira)
        assert standing(await local.get(asked + other["id"], mira)) == (None, "replied", True)
        stage.clock.advance(61)
        assert standing(await local.get(asked + other["id"], mira)) == (None, None, False)

    stage.play(script)


def test_an_agent_follows_only_what_it_began_or_chose(stage: Stage) -> None:
    """Agents' contract 9: an agent that answers is not woken by each further reply."""

    async def script(local: Local) -> None:
        agent = await local.register("scout", "agent")
        await local.post(f"/admin/users/{agent['user_id']}/approve", {})
        scout = agent["api_key"]
        root = await local.say("@scout do something")
        words = {"channel_id": "general", "content": "done", "parent_message_id": root["id"]}
        assert (await local.post("/channels/messages", words, scout)).status_code == 201
        asked = f"{FOLLOW}?channel_id=general&message_id="
        assert standing(await local.get(asked + root["id"], scout)) == (None, None, False)
        own = {"channel_id": "general", "content": "mine"}
        mine = (await local.post("/channels/messages", own, scout)).json()["message"]["id"]
        assert standing(await local.get(asked + mine, scout)) == (None, "started", True)

    stage.play(script)


@pytest.mark.parametrize(
    ("fields", "status", "expected"),
    [
        ({}, 400, "invalid_request"),
        ({"channel_id": "general"}, 400, "invalid_request"),
        ({"channel_id": "general", "message_id": "not an id"}, 400, "invalid_request"),
        ({"channel_id": "general", "message_id": "M0"}, 404, "message_not_found"),
        ({"channel_id": "C0", "message_id": "M0"}, 404, "channel_not_found"),
    ],
)
def test_a_thread_must_be_named(stage: Stage, fields: dict[str, str], status: int, expected: str) -> None:
    async def script(local: Local) -> None:
        asked = "&".join(f"{name}={value}" for name, value in fields.items())
        for refused in (await local.post(FOLLOW, fields), await local.get(f"{FOLLOW}?{asked}")):
            assert (refused.status_code, code(refused)) == (status, expected)

    stage.play(script)


def test_what_names_a_root_of_another_channel_is_no_reply(stage: Stage) -> None:
    async def script(local: Local) -> None:
        channel = (await found(local))["id"]
        path = f"/channels/{channel}/messages"
        wish = {"channel_id": channel, "content": "root"}
        root = (await local.post("/channels/messages", wish)).json()["message"]
        with local.node.home.database.read() as tx:
            message = find_anywhere(tx, root["id"])
        assert message is not None
        other = Other(local, stage)
        stage.clock.advance(60)
        await other.say("from outside", [], parent=message.event, root=message.event)
        assert (await local.get(f"{path}/{root['id']}")).json()["message"] == root
        assert contents(await local.get(f"{path}/{root['id']}/replies")) == []
        await local.call("DELETE", f"{path}/{root['id']}", None)
        assert contents(await local.get(path)) == []

    stage.play(script)


def plan(connection: apsw.Connection, statement: Prepared) -> set[str]:
    values = (None,) * len(statement._parts()[1])
    return {str(step[3]) for step in connection.execute(f"EXPLAIN QUERY PLAN {statement.sql}", values)}


@pytest.mark.parametrize("newest", [str(index.name) for index in indexes_of(rows.messages)])
def test_replies_are_found_by_their_root(newest: str) -> None:
    """By their channel they would be looked for among all its messages, once for each row of a page.

    Of two indexes that serve alike SQLite takes the one that was made last, and databases were made in any order.
    """
    connection = apsw.Connection(":memory:")
    connection.execute(_declared(tuple(metadata.tables)))
    (made,) = (sql for (sql,) in connection.execute("SELECT sql FROM sqlite_schema WHERE name = ?", (newest,)))
    connection.execute(f"DROP INDEX {newest}; {made}")
    for statement in (*rows._PAGES.values(), *rows._THREADS.values(), rows._ONE, rows._SOME):
        steps = {step for step in plan(connection, statement) if "reply" in step}
        assert steps == {"SEARCH reply USING INDEX messages_root (root=?)"}
    assert "SEARCH messages USING INDEX messages_root (root=?)" in plan(connection, rows._LATEST_REPLY)
