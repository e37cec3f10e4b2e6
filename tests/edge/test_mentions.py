"""Mentions: whom the words call, who is told, what an edit and a deletion change, and what other nodes say."""

import random
from typing import Any

import pytest

from canopy.edge import accounts
from canopy.features.messages.events import MessageEdited, MessagePosted
from canopy.features.people.events import UserCarded
from canopy.ground.ids import EventId, UserKey
from canopy.log import scope
from canopy.log.append import Receipt
from canopy.log.db import Tx
from canopy.log.event import Event
from canopy.log.journal import catching_up
from canopy.log.shown import message_id, peer_id, user_id
from tests.edge.client import Local
from tests.edge.conftest import Stage
from tests.edge.test_accounts import code
from tests.edge.test_channels import found
from tests.log.authors import USER, Author


def named(message: Any) -> list[str]:
    return [one["handle"] for one in message["mentions"]]


async def mentions(local: Local, key: str, query: str = "") -> list[Any]:
    answer = await local.get(f"/mentions{query}", key)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["mentions"])


async def edit(local: Local, message: Any, **fields: Any) -> Any:
    path = f"/channels/{message['channel_id']}/messages/{message['id']}"
    return (await local.call("PATCH", path, fields)).raise_for_status().json()["message"]


class Other:
    """Another node with one user, whose words come in through the door."""

    def __init__(self, local: Local, stage: Stage, handle: str = "bob", name: str = "Bob B") -> None:
        self.local = local
        self.author = Author(9, stage.clock, random.Random(1))
        self.user_id = user_id(self.author.key.node, UserKey(USER))
        self.card = UserCarded(handle=handle, name=name)

    async def give(self, event: Event, *, old: bool = False) -> Receipt:
        def turn(tx: Tx) -> Receipt:
            with catching_up(tx, old):
                sent = event.header_bytes, event.signature, event.body
                return self.local.node.core.door.receive(tx, *sent, "peer")

        return await self.local.node.writer.write(turn)

    async def introduce(self) -> None:
        await self.give(self.author.write(self.card, scope.of_node(self.author.key.node)))

    async def say(self, words: str, called: list[str], *, old: bool = False, **fields: Any) -> EventId:
        here = self.local.node.home.key.node
        event = self.author.write(
            MessagePosted(content=words, mentions=tuple((here, user) for user in called), **fields)
        )
        assert (await self.give(event, old=old)).verdict is not None
        return event.id


def user_key(local: Local, username: str) -> UserKey:
    with local.node.home.database.read() as tx:
        account = accounts.find_by_name(tx, username)
    assert account is not None
    return account.user


# Resolving.


def test_a_message_says_whom_it_calls(stage: Stage) -> None:
    """Handles, names with `_` for blanks, and ids are heard in any case of letters; authors call not themselves."""

    async def script(local: Local) -> None:
        mira = await local.register("Mira.K")
        tom = await local.register("tom")
        await local.post("/profile", {"display_name": "Tom  van Dam"}, tom["api_key"])
        for words in ("hi @mira.k!", "hi @Mira.K", f"hi @{mira['user_id']}", f"@{mira['user_id'].upper()}"):
            assert named(await local.say(words)) == ["Mira.K"]
        message = await local.say("@tom_VAN_dam and @mira.k, @ada, @nobody, `@tom` and\n```\n@tom\n```")
        assert message["mentions"] == [
            {"user_id": tom["user_id"], "handle": "tom", "display_name": "Tom van Dam"},
            {"user_id": mira["user_id"], "handle": "Mira.K", "display_name": "Mira.K"},
        ]
        assert message["mentions_everyone"] is None
        assert named(await local.say("```\n@tom\n```")) == []
        listed = (await local.get("/channels/general/messages?limit=2")).json()["messages"]
        assert listed[0]["mentions"] == message["mentions"]
        await local.post("/profile", {"display_name": "Tommy"}, tom["api_key"])
        again = (await local.get(f"/channels/general/messages/{message['id']}")).json()["message"]
        assert again["mentions"][0]["display_name"] == "Tommy"

    stage.play(script)


def test_a_handle_means_who_bears_it_here_before_who_bears_it_elsewhere(stage: Stage) -> None:
    async def script(local: Local) -> None:
        other = Other(local, stage)
        assert named(await local.say("@bob")) == []
        await other.introduce()
        far = f"bob.{peer_id(other.author.key.node)[:8]}"
        assert named(await local.say("@bob")) == [far]
        near = await local.register("bob")
        assert named(await local.say("@bob")) == ["bob"]
        both = await local.say(f"@{far} and @{near['user_id']}")
        assert [one["user_id"] for one in both["mentions"]] == [other.user_id, near["user_id"]]
        assert named(await local.say("@Bob_B")) == [far]

    stage.play(script)


def test_all_who_fit_equally_well_are_meant(stage: Stage) -> None:
    async def script(local: Local) -> None:
        for handle in ("one", "two"):
            made = await local.register(handle)
            await local.post("/profile", {"display_name": "Night Watch"}, made["api_key"])
        third = await local.register("three")
        await local.post("/profile", {"display_name": "night watch"}, third["api_key"])
        assert sorted(named(await local.say("@Night_Watch"))) == ["one", "two"], "to the letter goes first"
        assert sorted(named(await local.say("@NIGHT_WATCH"))) == ["one", "three", "two"]

    stage.play(script)


def test_only_members_are_called(stage: Stage) -> None:
    async def script(local: Local) -> None:
        channel = await found(local)
        mira = await local.register("mira")
        words = {"channel_id": channel["id"], "content": "@mira"}
        assert named((await local.post("/channels/messages", words)).json()["message"]) == ["mira"]
        path = f"/channels/{channel['id']}/members/{mira['user_id']}"
        assert (await local.call("DELETE", path, None, mira["api_key"])).status_code == 200
        assert named((await local.post("/channels/messages", words)).json()["message"]) == []
        assert await mentions(local, mira["api_key"]) == [], "a place that one has left says nothing any more"

    stage.play(script)


# Who is told.


def test_who_is_called_has_one_mention_and_hears_of_it(stage: Stage) -> None:
    async def script(local: Local) -> None:
        mira = await local.register("mira")
        eve = await local.register("eve")
        message = await local.say("@mira look,\n@mira!", client_id="once")
        await local.say("@mira look,\n@mira!", client_id="once")
        (mention,) = await mentions(local, mira["api_key"])
        assert mention["id"].startswith("MN") and len(mention["id"]) == 18
        assert (mention["source_type"], mention["source_id"]) == ("channel_message", message["id"])
        assert (mention["author_id"], mention["channel_id"]) == (local.user_id, "general")
        assert (mention["preview"], mention["status"]) == ("@mira look, @mira!", "new")
        assert (mention["still_mentioned"], mention["withdrawn"], mention["catch_up"]) == (True, False, False)
        told = (await local.get("/events?types=mention.created", mira["api_key"])).json()["items"]
        assert [(one["payload"]["mention_id"], one["payload"]["preview"]) for one in told] == [
            (mention["id"], mention["preview"])
        ]
        for key in (local.key or "", eve["api_key"]):
            assert await mentions(local, key) == []
            assert (await local.get("/events?types=mention.created", key)).json()["items"] == []
        assert mention["preview"] not in str(
            local.node.home.database.connection.execute("SELECT * FROM mentions").fetchall()
        )

    stage.play(script)


def test_a_mention_is_acknowledged_once_under_all_names(stage: Stage) -> None:
    async def script(local: Local) -> None:
        mira = await local.register("mira")
        names = (
            "/mentions/ack",
            "/mentions/acknowledge",
            "/mentions/acknoledge",
            "/ack",
            "/acknowledge",
            "/acknoledge",
        )
        for number, path in enumerate(names):
            await local.say(f"@mira {number}")
            (mention,) = await mentions(local, mira["api_key"])
            foreign = await local.post(path, {"mention_ids": [mention["id"]]})
            assert (foreign.status_code, foreign.json()["acknowledged"]) == (200, 0), "it is not the owner's"
            body = {"mention_ids": [mention["id"], mention["id"], "MN0000000000000000"]}
            assert (await local.post(path, body, mira["api_key"])).json()["acknowledged"] == 1
            assert (await local.post(path, body, mira["api_key"])).json()["acknowledged"] == 0
            assert await mentions(local, mira["api_key"]) == []
        kept = await mentions(local, mira["api_key"], "?include_acknowledged=1")
        assert [one["status"] for one in kept] == ["acknowledged"] * len(names)
        told = (await local.get("/events?types=mention.acknowledged", mira["api_key"])).json()["items"]
        assert len(told) == len(names)
        wrong: list[Any] = [{}, {"mention_ids": "MN1"}, {"mention_ids": [1]}, {"mention_ids": ["x"] * 1001}]
        for body in wrong:
            assert (await local.post("/mentions/ack", body, mira["api_key"])).status_code == 400

    stage.play(script)


def test_mentions_are_paged_and_asked_for_from_an_instant_on(stage: Stage) -> None:
    async def script(local: Local) -> None:
        mira = await local.register("mira")
        for number in range(5):
            stage.clock.advance(1)
            await local.say(f"@mira {number}")
        seen: list[str] = []
        query = "?limit=2"
        while query:
            page = (await local.get(f"/mentions{query}", mira["api_key"])).json()
            assert page["count"] == len(page["mentions"])
            seen += [one["preview"] for one in page["mentions"]]
            query = f"?limit=2&cursor={page['next_cursor']}" if page["has_more"] else ""
        assert seen == [f"@mira {number}" for number in (4, 3, 2, 1, 0)]
        newest = (await mentions(local, mira["api_key"]))[1]["created_at"]
        for since in (newest.replace("+", "%2B"), f"{stage.clock.now_ms() / 1000 - 1:.3f}"):
            late = await mentions(local, mira["api_key"], f"?since={since}")
            assert [one["preview"] for one in late] == ["@mira 4", "@mira 3"]
        for bad in ("?since=soon", "?limit=0", "?limit=x", "?cursor=x", "?cursor=-1"):
            assert (await local.get(f"/mentions{bad}", mira["api_key"])).status_code == 400

    stage.play(script)


# Edits and deletions.


def test_an_edit_calls_and_calls_no_more(stage: Stage) -> None:
    async def script(local: Local) -> None:
        mira, tom = [await local.register(handle) for handle in ("mira", "tom")]
        message = await local.say("@mira look")
        edited = await edit(local, message, content="@tom look")
        assert named(edited) == ["tom"]
        (dropped,) = await mentions(local, mira["api_key"])
        assert (dropped["still_mentioned"], dropped["preview"]) == (False, "@tom look")
        assert dropped["mention_removed_at"] is not None and dropped["edited_at"] is not None
        assert [one["still_mentioned"] for one in await mentions(local, tom["api_key"])] == [True]
        await edit(local, message, content="@tom and @mira look")
        (again,) = await mentions(local, mira["api_key"])
        assert (again["id"], again["still_mentioned"], again["mention_removed_at"]) == (dropped["id"], True, None)
        told = (await local.get("/events?types=mention.created", mira["api_key"])).json()["items"]
        assert len(told) == 1, "the same mention is news once"

    stage.play(script)


def test_more_time_for_the_same_words_calls_whom_they_called(stage: Stage) -> None:
    async def script(local: Local) -> None:
        mira = await local.register("mira")
        await local.post("/profile", {"display_name": "Night Watch"}, mira["api_key"])
        message = await local.say("@Night_Watch", ttl_seconds=3600)
        await local.post("/profile", {"display_name": "Mira"}, mira["api_key"])
        assert named(await edit(local, message, ttl_seconds=7200)) == ["mira"]
        assert named(await edit(local, message, content="@Night_Watch!")) == []

    stage.play(script)


def test_what_was_deleted_calls_nobody_and_leaves_nothing_to_read(stage: Stage) -> None:
    async def script(local: Local) -> None:
        mira = await local.register("mira")
        message = await local.say("@mira secret")
        await local.say("so that a tombstone stays", parent_message_id=message["id"])
        assert len(await mentions(local, mira["api_key"])) == 1
        await local.call("DELETE", f"/channels/general/messages/{message['id']}", None)
        assert await mentions(local, mira["api_key"]) == []
        (gone,) = await mentions(local, mira["api_key"], "?include_acknowledged=1")
        assert (gone["withdrawn"], gone["preview"], gone["content"], gone["still_mentioned"]) == (True, "", None, False)
        told = (await local.get("/events?types=mention.created", mira["api_key"])).json()["items"]
        assert [one["payload"]["preview"] for one in told] == [""]

    stage.play(script)


# Other nodes.


def test_what_another_node_resolved_is_believed_and_its_text_is_not_looked_at(stage: Stage) -> None:
    async def script(local: Local) -> None:
        mira = await local.register("mira")
        other = Other(local, stage)
        await other.introduce()
        await other.say("no handle at all", [user_key(local, "mira")])
        event = await other.say("@mira is in the text alone", [])
        (mention,) = await mentions(local, mira["api_key"])
        assert (mention["preview"], mention["author_id"]) == ("no handle at all", other.user_id)
        shown = (await local.get(f"/channels/general/messages/{message_id(event)}")).json()["message"]
        assert shown["mentions"] == []
        called = ((local.node.home.key.node, user_key(local, "mira")),)
        await other.give(other.author.write(MessageEdited(message=event, content="edited", mentions=called)))
        assert [one["preview"] for one in await mentions(local, mira["api_key"])] == ["edited", "no handle at all"]

    stage.play(script)


def test_users_of_other_nodes_and_unknown_ones_get_no_rows_here(stage: Stage) -> None:
    async def script(local: Local) -> None:
        await local.register("mira")
        other = Other(local, stage)
        mine = user_key(local, "mira")
        strange = ((b"\7" * 32, mine), (local.node.home.key.node, UserKey("0" * 16)))
        await other.give(other.author.write(MessagePosted(content="x", mentions=strange)))
        rows = local.node.home.database.connection.execute("SELECT count(*) FROM mentions").fetchall()
        assert rows == [(0,)]
        listed = (await local.get("/channels/general/messages")).json()["messages"]
        assert [named(message) for message in listed] == [[]], "a user of whom no card is held has no name"

    stage.play(script)


def test_what_came_while_the_node_caught_up_is_marked(stage: Stage) -> None:
    async def script(local: Local) -> None:
        mira = await local.register("mira")
        other = Other(local, stage)
        await other.say("while you were away", [user_key(local, "mira")], old=True)
        (mention,) = await mentions(local, mira["api_key"])
        assert mention["catch_up"] is True
        (told,) = (await local.get("/events?types=mention.created", mira["api_key"])).json()["items"]
        assert told["payload"]["catch_up"] is True

    stage.play(script)


def test_a_replay_makes_no_mention_and_removes_none(stage: Stage) -> None:
    """House law L11."""

    async def script(local: Local) -> None:
        from canopy.log import replay

        await local.register("mira")
        await local.say("@mira one")
        before = local.node.home.database.connection.execute("SELECT * FROM mentions").fetchall()

        def turn(tx: Tx) -> None:
            tx.execute("DELETE FROM mentions")
            replay.rebuild(tx, local.node.door.judge, {"messages", "people"})

        await local.node.writer.write(turn)
        assert len(before) == 1
        assert local.node.home.database.connection.execute("SELECT * FROM mentions").fetchall() == []

    stage.play(script)


# Everybody.


def test_admins_call_everybody_and_others_write_a_word(stage: Stage) -> None:
    async def script(local: Local) -> None:
        channel = await found(local)
        mira, tom = [await local.register(handle) for handle in ("mira", "tom")]
        away = f"/channels/{channel['id']}/members/{tom['user_id']}"
        await local.call("DELETE", away, None, tom["api_key"])

        async def say(words: str, key: str | None = None) -> Any:
            body = {"channel_id": channel["id"], "content": words}
            return (await local.post("/channels/messages", body, key)).json()["message"]

        assert (await say("@channel hear", mira["api_key"]))["mentions_everyone"] is None
        assert await mentions(local, local.key or "") == []
        assert (await say("@Channel hear"))["mentions_everyone"] == "channel"
        assert len(await mentions(local, mira["api_key"])) == 1
        assert await mentions(local, tom["api_key"]) == [] == await mentions(local, local.key or "")
        assert (await local.say("@channel"))["mentions_everyone"] is None, "#general has no admins"

    stage.play(script)


def test_who_is_here_was_seen_lately(stage: Stage) -> None:
    async def script(local: Local) -> None:
        channel = await found(local)
        mira, tom = [await local.register(handle) for handle in ("mira", "tom")]
        stage.clock.advance(3600)
        await local.get("/profile", mira["api_key"])
        used = dict(local.node.core.used_keys)
        await local.node.writer.write(lambda tx: accounts.touch_keys(tx, used))
        body = {"channel_id": channel["id"], "content": "@here"}
        message = (await local.post("/channels/messages", body)).json()["message"]
        assert message["mentions_everyone"] == "here"
        assert [len(await mentions(local, one["api_key"])) for one in (mira, tom)] == [1, 0]

    stage.play(script)


def test_everybody_is_not_called_by_another_nodes_word_alone(stage: Stage) -> None:
    async def script(local: Local) -> None:
        mira = await local.register("mira")
        other = Other(local, stage)
        channel = await found(local)
        with local.node.home.database.read() as tx:
            where: Any = tx.execute("SELECT scope FROM channels").fetchone()
        body = MessagePosted(content="@channel", everyone="channel")
        receipt = await other.give(other.author.write(body, where[0]))
        assert receipt.verdict is not None
        listed = (await local.get(f"/channels/{channel['id']}/messages")).json()["messages"]
        assert [message["mentions_everyone"] for message in listed] == [None]
        assert await mentions(local, mira["api_key"]) == []

    stage.play(script)


# Counts and suggestions.


def test_a_channel_counts_the_unread_messages_that_call_the_reader(stage: Stage) -> None:
    async def script(local: Local) -> None:
        mira = await local.register("mira")

        async def count(key: str | None = None) -> int:
            return int((await local.get("/channels/general", key)).json()["channel"]["unread_mentions"])

        first = await local.say("@mira 1")
        await local.say("nobody")
        last = await local.say("@mira 2")
        assert (await count(mira["api_key"]), await count()) == (2, 0)
        await local.post("/channels/general/read", {"up_to_message_id": first["id"]}, mira["api_key"])
        assert await count(mira["api_key"]) == 1
        await edit(local, last, content="never mind")
        assert await count(mira["api_key"]) == 0

    stage.play(script)


def test_suggestions_are_members_and_begin_with_what_was_typed(stage: Stage) -> None:
    async def script(local: Local) -> None:
        channel = await found(local)
        emma, gem, tom = [await local.register(handle) for handle in ("emma", "gem", "tom")]
        bot = await local.register("bot", "agent")
        await local.post("/profile", {"display_name": "Emil Tom"}, tom["api_key"])
        other = Other(local, stage, handle="emo")
        await other.introduce()
        far = f"emo.{peer_id(other.author.key.node)[:8]}"
        path = f"/mention-suggestions?channel_id={channel['id']}"

        async def handles(query: str = "") -> list[str]:
            return [one["handle"] for one in (await local.get(path + query)).json()["users"]]

        assert await handles("&q=EM") == ["emma", far, "tom", "gem"]
        assert await handles("&q=@emil_t") == ["tom"] == await handles("&q=emil%20t")
        assert await handles() == ["ada", "bot", "emma", far, "gem", "tom"]
        assert await handles("&limit=2&cursor=2") == ["emma", far]
        users = {one["handle"]: one for one in (await local.get(path)).json()["users"]}
        assert users["emma"]["presence_state"] == "human"
        assert (users["bot"]["account_type"], users["bot"]["presence_state"]) == ("agent", "no_checkin")
        assert (users[far]["is_remote"], users[far]["user_id"]) == (True, other.user_id)
        answer = (await local.get(path)).json()
        assert answer["everyone"] == ["channel", "here"]
        assert (await local.get(path, emma["api_key"])).json()["everyone"] == []
        await local.call("DELETE", f"/channels/{channel['id']}/members/{gem['user_id']}", None, gem["api_key"])
        assert "gem" not in await handles()
        outside = await local.get(path, gem["api_key"])
        unknown = await local.get("/mention-suggestions?channel_id=C0123456789abcdef", gem["api_key"])
        assert (outside.status_code, code(outside)) == (404, "channel_not_found")
        assert outside.json()["error"] == unknown.json()["error"]
        assert bot["status"] == "pending_approval"

    stage.play(script)


@pytest.mark.parametrize("query", ["", "?channel_id=general&limit=x", "?channel_id=general&cursor=-1"])
def test_suggestions_say_what_they_need(stage: Stage, query: str) -> None:
    async def script(local: Local) -> None:
        assert (await local.get(f"/mention-suggestions{query}")).status_code == 400

    stage.play(script)
