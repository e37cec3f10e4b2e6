"""Posting and reading: what a message may be, in which order they stand, and what a repeated request does."""

import asyncio
from typing import Any

import pytest

from canopy.features.messages.events import MessageDeleted
from canopy.features.messages.tables import find_anywhere
from canopy.ground.ids import UserKey
from canopy.ground.instants import instant, parse_instant
from canopy.log import store
from canopy.log.catalog import Draft
from canopy.log.db import Tx
from canopy.log.event import header_of
from canopy.log.scope import GENERAL as GENERAL_SCOPE
from tests.edge.client import PASSWORD, Local
from tests.edge.conftest import Stage
from tests.edge.test_accounts import code

DAY = 24 * 3600
GENERAL = "/channels/general/messages"


def contents(answer: Any) -> list[str]:
    return [message["content"] for message in answer.json()["messages"]]


async def delete(local: Local, identity: str) -> None:
    """Delete a message of the owner, as no route does yet."""

    def turn(tx: Tx) -> None:
        message = find_anywhere(tx, identity)
        assert message is not None
        row = store.FIND_PLACE.row(tx, id=message.event)
        assert row is not None
        body = MessageDeleted(message=message.event)
        local.node.core.door.do(tx, Draft(scope=GENERAL_SCOPE, user=UserKey(header_of(row[3]).user), body=body))

    await local.node.writer.write(turn)


def test_a_message_is_what_was_said(stage: Stage) -> None:
    async def script(local: Local) -> None:
        message = await local.say("  Grüße 👋🏽\n\n\tcode  ", client_id="c-1")
        assert message["content"] == "Grüße 👋🏽\n\n\tcode"
        assert (message["username"], message["display_name"], message["account_type"]) == ("ada", "Ada", "human")
        assert (message["type"], message["client_id"], message["thread_id"]) == ("text", "c-1", message["id"])
        assert message["created_at"].endswith("+00:00")
        one = await local.get(f"{GENERAL}/{message['id']}")
        assert one.json()["message"] == message
        assert (await local.get(f"{GENERAL}/{message['id']}", If_None_Match=one.headers["etag"])).status_code == 304
        assert (await local.get(f"{GENERAL}/{message['id']}", If_None_Match="*")).status_code == 304
        assert contents(await local.get(GENERAL)) == [message["content"]]

    stage.play(script)


@pytest.mark.parametrize(
    ("fields", "status", "expected"),
    [
        ({"content": ""}, 400, "invalid_request"),
        ({"content": " \n "}, 400, "invalid_request"),
        ({"content": "x" * 50_001}, 413, "content_too_large"),
        ({"content": "a\0b"}, 400, "invalid_request"),
        ({"content": 7}, 400, "invalid_request"),
        ({"content": None}, 400, "invalid_request"),
        ({"channel_id": "no such"}, 400, "invalid_request"),
        ({"channel_id": "C0000000000000000"}, 404, "channel_not_found"),
        ({"parent_message_id": "M0"}, 400, "parent_not_found"),
        ({"parent_message_id": "not an id!"}, 400, "invalid_request"),
        ({"parent_message_id": "M0", "reply_to": "M1"}, 400, "invalid_request"),
        ({"ttl_seconds": "x"}, 400, "invalid_parameter"),
        ({"ttl_seconds": 1.5}, 400, "invalid_parameter"),
        ({"ttl_seconds": 0}, 400, "invalid_ttl"),
        ({"ttl_seconds": -5}, 400, "invalid_ttl"),
        ({"ttl_mode": "forever"}, 400, "invalid_request"),
        ({"expires_at": "2001-01-01T00:00:00"}, 400, "expired_on_arrival"),
        ({"expires_at": "tomorrow"}, 400, "invalid_request"),
        ({"attachments": [{"id": "F1"}]}, 400, "not_available"),
        ({"security": {"algorithm": "x"}}, 400, "not_available"),
        ({"client_id": "x" * 65}, 400, "invalid_parameter"),
        ({"client_id": ""}, 400, "invalid_parameter"),
        ({"client_id": "a\0b"}, 400, "invalid_parameter"),
    ],
)
def test_what_is_no_message_says_why(stage: Stage, fields: dict[str, Any], status: int, expected: str) -> None:
    async def script(local: Local) -> None:
        refused = await local.post("/channels/messages", {"channel_id": "general", "content": "fine", **fields})
        assert (refused.status_code, code(refused)) == (status, expected)
        assert (await local.get(GENERAL)).json()["count"] == 0

    stage.play(script)


def test_the_longest_message_fits(stage: Stage) -> None:
    async def script(local: Local) -> None:
        assert len((await local.say(" " + "𝄞" * 50_000 + "\n"))["content"]) == 50_000

    stage.play(script)


def test_a_mode_that_is_unknown_says_which_there_are(stage: Stage) -> None:
    """Decision 14."""

    async def script(local: Local) -> None:
        body = {"channel_id": "general", "content": "x", "ttl_mode": "forever"}
        problem = (await local.post("/channels/messages", body)).json()
        assert problem["allowed"] == ["none", "no_expiry", "immortal"]
        assert problem["errors"] == [{"field": "ttl_mode", "code": "invalid"}]
        body = {"username": "mira", "password": PASSWORD, "account_type": "robot"}
        assert (await local.post("/register", body)).json()["allowed"] == ["human", "agent"]

    stage.play(script)


def test_how_long_a_message_lives(stage: Stage) -> None:
    async def script(local: Local) -> None:
        now = stage.clock.now_ms() // 1000
        for fields, days in (
            ({}, 90),
            ({"ttl_seconds": DAY}, 1),
            ({"ttl_seconds": 10**10}, 730),
            ({"ttl_seconds": 10**15}, 730),
            ({"ttl_seconds": 10**40}, 730),
            ({"ttl_mode": "none"}, 365),
            ({"ttl_seconds": 5, "expires_at": "2999-01-01"}, 730),
        ):
            message = await local.say("mortal", **fields)
            assert parse_instant(message["expires_at"]) // 1000 == now + days * DAY, fields

    stage.play(script)


def test_what_has_expired_is_gone_from_every_read(stage: Stage) -> None:
    async def script(local: Local) -> None:
        lasting = await local.say("lasting")
        short = await local.say("short", ttl_seconds=60)
        reply = await local.say("reply", ttl_seconds=60, parent_message_id=lasting["id"])
        stage.clock.advance(61)
        assert contents(await local.get(GENERAL)) == ["lasting"]
        assert (await local.get(f"{GENERAL}/{short['id']}")).status_code == 404
        assert (await local.get(f"{GENERAL}/{reply['id']}")).status_code == 404
        assert (await local.get(f"{GENERAL}/{lasting['id']}")).json()["message"]["reply_count"] == 0
        await local.node._sweep_once()
        events = (await local.get("/events?types=channel.message.deleted")).json()["items"]
        assert {event["message_id"] for event in events} == {short["id"], reply["id"]}

    stage.play(script)


# Threads.


@pytest.mark.parametrize("name", ["parent_message_id", "reply_to"])
def test_both_names_of_a_reply_make_one_thread(stage: Stage, name: str) -> None:
    """REST acceptance 5."""

    async def script(local: Local) -> None:
        root = await local.say("root")
        reply = await local.say("reply", **{name: root["id"]})
        deeper = await local.say("deeper", **{name: reply["id"]})
        assert (reply["thread_id"], reply["parent_message_id"], reply["type"]) == (
            root["id"],
            root["id"],
            "text",
        )
        assert (deeper["thread_id"], deeper["reply_to"]) == (root["id"], reply["id"])
        shown = (await local.get(f"{GENERAL}/{root['id']}")).json()["message"]
        assert (shown["reply_count"], shown["last_activity_at"]) == (2, deeper["created_at"])

    stage.play(script)


def test_a_reply_brings_its_thread_forward(stage: Stage) -> None:
    async def script(local: Local) -> None:
        old, new = await local.say("old"), await local.say("new")
        await local.say("to the old one", parent_message_id=old["id"])
        assert contents(await local.get(f"{GENERAL}?root_only=1")) == ["new", "old"]
        assert contents(await local.get(f"{GENERAL}?order=created")) == ["old", "new", "to the old one"]
        assert contents(await local.get(f"{GENERAL}?limit=2"))[-1] in ("old", "to the old one")
        assert new["reply_count"] == 0

    stage.play(script)


# Pages.


def test_pages_meet_without_gap_or_overlap(stage: Stage) -> None:
    async def script(local: Local) -> None:
        said = [f"{n:03}" for n in range(23)]
        ids = [(await local.say(words))["id"] for words in said]
        seen: list[str] = []
        path = f"{GENERAL}?order=created&limit=5"
        while path:
            page = await local.get(path)
            seen = contents(page) + seen
            cursor = page.json()["next_cursor"]
            assert page.json()["has_more"] == (cursor is not None)
            assert ("Link" in page.headers) == (cursor is not None)
            path = f"{GENERAL}?order=created&limit=5&cursor={cursor}" if cursor else ""
        assert seen == said
        before = await local.get(f"{GENERAL}?order=created&limit=3&before={ids[10]}")
        assert contents(before) == said[7:10]
        after = await local.get(f"{GENERAL}?order=created&limit=3&after={ids[10]}")
        assert contents(after) == said[11:14]
        further = await local.get(f"{GENERAL}?limit=3&cursor={after.json()['next_cursor']}")
        assert contents(further) == said[14:17]
        around = await local.get(f"{GENERAL}?limit=5&around={ids[10]}")
        assert contents(around) == said[8:13]

    stage.play(script)


def test_a_page_begins_at_a_time(stage: Stage) -> None:
    async def script(local: Local) -> None:
        times = []
        for words in ("first", "second", "third"):
            stage.clock.advance(60)
            times.append((await local.say(words))["created_at"])
        asked = times[1].replace("+", "%2B")
        for since in (asked, str(stage.clock.now_ms() / 1000 - 60)):
            page = await local.get(f"{GENERAL}?since={since}&limit=1")
            assert contents(page) == ["second"]
            assert contents(await local.get(f"{GENERAL}?cursor={page.json()['next_cursor']}")) == ["third"]
        assert contents(await local.get(f"{GENERAL}?since=1970-01-01")) == ["first", "second", "third"]
        for since in ("9999-12-31", "1" + "0" * 11):
            assert contents(await local.get(f"{GENERAL}?since={since}")) == []

    stage.play(script)


def test_a_page_around_a_message_leads_to_older_ones(stage: Stage) -> None:
    async def script(local: Local) -> None:
        await local.say("first")
        root = await local.say("root")
        reply = await local.say("reply", parent_message_id=root["id"])
        await local.say("last")
        one = await local.get(f"{GENERAL}?around={root['id']}&limit=1")
        assert (contents(one), one.json()["has_more"]) == (["root"], True)
        assert contents(await local.get(f"{GENERAL}?limit=5&cursor={one.json()['next_cursor']}")) == ["first"]
        roots = await local.get(f"{GENERAL}?around={reply['id']}&root_only=1&limit=4")
        assert (contents(roots), roots.json()["has_more"]) == (["first", "root", "last"], False)

    stage.play(script)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("limit=-1", "invalid_parameter"),
        ("limit=0", "invalid_parameter"),
        ("limit=abc", "invalid_parameter"),
        ("limit=1e3", "invalid_parameter"),
        ("limit=١", "invalid_parameter"),
        ("order=random", "invalid_parameter"),
        ("before=M0", "unknown_message"),
        ("after=%00", "invalid_parameter"),
        ("around=M0", "unknown_message"),
        ("before=M0&after=M0", "invalid_parameter"),
        ("around=M0&after=M0", "invalid_parameter"),
        ("since=yesterday", "invalid_parameter"),
        ("since=2030-01-01&before=M0", "invalid_parameter"),
        ("cursor=nonsense", "invalid_parameter"),
        ("cursor=%F0%9F%91%8B", "invalid_parameter"),
        ("cursor=WzEsMl0", "invalid_parameter"),
        ("cursor=Wzk5OTk5OTk5OTk5OTk5OTk5OTk5OSwiTSIsdHJ1ZSx0cnVlLHRydWVd", "invalid_parameter"),
    ],
)
def test_a_page_that_cannot_be_says_why(stage: Stage, query: str, expected: str) -> None:
    """REST acceptance 4."""

    async def script(local: Local) -> None:
        refused = await local.get(f"{GENERAL}?{query}")
        assert (refused.status_code, code(refused)) == (400, expected)

    stage.play(script)


def test_a_page_is_clamped(stage: Stage) -> None:
    async def script(local: Local) -> None:
        assert (await local.get(f"{GENERAL}?limit=100000")).status_code == 200

    stage.play(script)


def test_an_unknown_channel_and_a_hidden_one_answer_alike(stage: Stage) -> None:
    async def script(local: Local) -> None:
        paths = ("/channels/{0}", "/channels/{0}/messages", "/channels/{0}/members", "/channels/{0}/messages/M0")
        for path in paths:
            answers = [await local.get(path.format(name)) for name in ("Cdeadbeefdeadbeef", "C0123456789abcdef")]
            assert {a.status_code for a in answers} == {404}
            assert len({str({**a.json(), "instance": "", "request_id": ""}) for a in answers}) == 1
        assert (await local.get("/channels/not%20an%20id")).status_code == 400
        assert (await local.get(f"{GENERAL}/not%20an%20id")).status_code == 400
        assert code(await local.get(f"{GENERAL}/M0")) == "message_not_found"

    stage.play(script)


# Repetition.


def test_the_same_idempotency_key_posts_once(stage: Stage) -> None:
    """REST acceptance 22."""

    async def script(local: Local) -> None:
        body = {"channel_id": "general", "content": "once"}
        first = await local.post("/channels/messages", body, Idempotency_Key="k1")
        again = await local.post("/channels/messages", body, Idempotency_Key="k1")
        assert (first.status_code, again.status_code) == (201, 201)
        assert again.content == first.content
        assert again.headers["idempotent-replay"] == "true"
        assert "idempotent-replay" not in first.headers
        other = await local.post("/channels/messages", {**body, "content": "two"}, Idempotency_Key="k1")
        assert (other.status_code, code(other)) == (422, "idempotency_mismatch")
        mira = await local.register("mira")
        hers = await local.post("/channels/messages", body, mira["api_key"], Idempotency_Key="k1")
        assert hers.status_code == 201
        assert hers.json()["message"]["id"] != first.json()["message"]["id"]
        stage.clock.advance(DAY + 1)
        late = await local.post("/channels/messages", body, Idempotency_Key="k1")
        assert late.json()["message"]["id"] != first.json()["message"]["id"]
        for bad in ("", "x" * 129, "with blank"):
            assert (await local.post("/channels/messages", body, Idempotency_Key=bad)).status_code == 400
        events = (await local.get("/events")).json()["items"]
        assert len(events) == 3

    stage.play(script)


@pytest.mark.parametrize("swept", [False, True])
def test_a_repetition_is_known_when_the_message_has_expired(stage: Stage, swept: bool) -> None:
    async def script(local: Local) -> None:
        soon = instant(stage.clock.now_ms() + 60_000)
        body = {"channel_id": "general", "content": "brief", "expires_at": soon, "client_id": "c1"}
        first = (await local.post("/channels/messages", body, Idempotency_Key="k1")).json()["message"]
        stage.clock.advance(61)
        if swept:
            await local.node._sweep_once()
        again = await local.post("/channels/messages", body, Idempotency_Key="k1")
        assert (again.status_code, again.headers["idempotent-replay"]) == (201, "true")
        gone = again.json()["message"]
        assert (gone["content"], gone["deleted"], gone["deleted_at"]) == ("", True, soon)
        for same in ("id", "channel_id", "user_id", "username", "created_at", "expires_at", "origin_peer"):
            assert gone[same] == first[same]
        assert (await local.post("/channels/messages", body)).status_code == 200
        late = await local.post("/channels/messages", {**body, "client_id": "c2"})
        assert (late.status_code, code(late)) == (400, "expired_on_arrival")

    stage.play(script)


def test_a_deletion_changes_the_etag_and_no_stored_answer(stage: Stage) -> None:
    async def script(local: Local) -> None:
        root = await local.say("root", client_id="c1")
        reply = await local.say("reply", parent_message_id=root["id"], client_id="c2")
        path = f"{GENERAL}/{root['id']}"
        tag = (await local.get(path)).headers["etag"]
        await delete(local, root["id"])
        shown = await local.get(path, If_None_Match=tag)
        assert (shown.status_code, shown.json()["message"]["deleted"]) == (200, True)
        await delete(local, reply["id"])
        assert (await local.get(path)).status_code == 404
        for said, client_id in ((root, "c1"), (reply, "c2")):
            gone = await local.say("again", client_id=client_id)
            assert (gone["id"], gone["content"], gone["deleted"]) == (said["id"], "", True)

    stage.play(script)


def test_a_refused_request_is_not_remembered(stage: Stage) -> None:
    async def script(local: Local) -> None:
        body = {"channel_id": "C0", "content": "x"}
        for _ in range(2):
            refused = await local.post("/channels/messages", body, Idempotency_Key="k1")
            assert refused.status_code == 404
            assert "idempotent-replay" not in refused.headers

    stage.play(script)


def test_many_at_once_with_one_key_are_one_message(stage: Stage) -> None:
    async def script(local: Local) -> None:
        body = {"channel_id": "general", "content": "once"}
        calls = [local.post("/channels/messages", body, Idempotency_Key="k1") for _ in range(20)]
        answers = await asyncio.gather(*calls)
        assert {a.status_code for a in answers} == {201}
        assert len({a.json()["message"]["id"] for a in answers}) == 1

    stage.play(script)


def test_a_client_id_posts_once_in_a_day(stage: Stage) -> None:
    async def script(local: Local) -> None:
        body = {"channel_id": "general", "content": "once", "client_id": "c1"}
        first = await local.post("/channels/messages", body)
        again = await local.post("/channels/messages", {**body, "content": "whatever"})
        assert (first.status_code, again.status_code) == (201, 200)
        assert again.json() == first.json()
        mira = await local.register("mira")
        assert (await local.post("/channels/messages", body, mira["api_key"])).status_code == 201
        stage.clock.advance(DAY + 1)
        assert (await local.post("/channels/messages", body)).status_code == 201

    stage.play(script)


def test_repeating_a_registration_gives_the_same_key(stage: Stage) -> None:
    async def script(local: Local) -> None:
        claim = local.node.home.token_file.read_text("ascii").strip()
        owner = {"claim": claim, "username": "ada", "password": PASSWORD}
        first = await local.post("/setup", owner, "", Idempotency_Key="s1")
        again = await local.post("/setup", owner, "", Idempotency_Key="s1")
        assert (first.status_code, again.content) == (201, first.content)
        assert (await local.post("/setup", owner, "", Idempotency_Key="s2")).status_code == 409
        mira = {"username": "mira", "password": PASSWORD}
        made = await local.post("/register", mira, "", Idempotency_Key="r1")
        repeated = await local.post("/register", mira, "", Idempotency_Key="r1")
        assert (made.status_code, repeated.content) == (201, made.content)
        assert repeated.headers["idempotent-replay"] == "true"
        guessed = await local.post("/register", {**mira, "password": PASSWORD + "!"}, "", Idempotency_Key="r1")
        assert guessed.status_code == 422
        assert (await local.post("/register", mira, "")).status_code == 409

    stage.play(script, set_up=False)


def test_repeating_a_key_request_gives_the_same_secret(stage: Stage) -> None:
    async def script(local: Local) -> None:
        first = await local.post("/keys", {"name": "bot"}, Idempotency_Key="k1")
        again = await local.post("/keys", {"name": "bot"}, Idempotency_Key="k1")
        assert first.json()["api_key"] == again.json()["api_key"]
        assert (await local.get("/keys")).json()["count"] == 2

    stage.play(script)
