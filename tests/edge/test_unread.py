"""What is unread: above the marker, by others, still to be read."""

import random
from typing import Any

from canopy.features.messages.events import MessagePosted
from canopy.features.messages.tables import unread
from canopy.log.catalog import DONE
from tests.edge.client import Local
from tests.edge.conftest import Stage
from tests.edge.test_accounts import code
from tests.log.authors import Author

GENERAL = "/channels/general/messages"


class Reader:
    """Another user of the node, who reads what the owner writes."""

    def __init__(self, local: Local, made: dict[str, Any]) -> None:
        self.local, self.key, self.user_id = local, made["api_key"], made["user_id"]

    @classmethod
    async def join(cls, local: Local, stage: Stage, name: str = "mira") -> "Reader":
        made = await local.register(name)
        stage.clock.advance(1)
        return cls(local, made)

    async def unread(self) -> int:
        one = (await self.local.get("/channels/general", self.key)).json()["channel"]["unread_count"]
        listed = (await self.local.get("/channels", self.key)).json()["channels"][0]["unread_count"]
        assert one == listed
        return int(one)

    async def mark(self, up_to: str | None = None) -> Any:
        body = {} if up_to is None else {"up_to_message_id": up_to}
        return await self.local.post("/channels/general/read", body, self.key)


def test_what_others_say_is_unread_until_it_is_marked(stage: Stage) -> None:
    async def script(local: Local) -> None:
        before = await local.say("before she came")
        stage.clock.advance(1)
        mira = await Reader.join(local, stage)
        assert await mira.unread() == 0
        said = [await local.say(f"{n}") for n in range(3)]
        await local.say("reply", parent_message_id=before["id"])
        await local.post("/channels/messages", {"channel_id": "general", "content": "her own"}, mira.key)
        assert await mira.unread() == 4
        answer = await mira.mark(said[1]["id"])
        assert (answer.status_code, answer.json()) == (200, {"success": True, "unread_count": 2, "marked_read": 2})
        back = await mira.mark(said[0]["id"])
        assert back.json() == {"success": True, "unread_count": 2, "marked_read": 0}
        assert (await mira.mark()).json() == {"success": True, "unread_count": 0, "marked_read": 2}
        assert await mira.unread() == 0
        assert (await local.get("/channels/general")).json()["channel"]["unread_count"] == 1, "what mira said"

    stage.play(script)


def test_what_is_gone_is_not_unread(stage: Stage) -> None:
    async def script(local: Local) -> None:
        mira = await Reader.join(local, stage)
        deleted, edited = await local.say("deleted"), await local.say("edited")
        await local.say("brief", ttl_seconds=60)
        root = await local.say("root")
        await local.say("reply", parent_message_id=root["id"])
        assert await mira.unread() == 5
        await local.call("DELETE", f"{GENERAL}/{deleted['id']}", None)
        await local.call("PATCH", f"{GENERAL}/{edited['id']}", {"content": "other words"})
        assert await mira.unread() == 4
        await local.call("DELETE", f"{GENERAL}/{root['id']}", None)
        assert await mira.unread() == 3, "its tombstone says nothing new"
        stage.clock.advance(61)
        assert await mira.unread() == 2
        await local.node._sweep_once()
        assert await mira.unread() == 2
        await mira.mark(edited["id"])
        await local.call("PATCH", f"{GENERAL}/{edited['id']}", {"content": "other words again"})
        assert await mira.unread() == 1, "an edit makes nothing unread"

    stage.play(script)


def test_a_deleted_message_marks_a_place_too(stage: Stage) -> None:
    async def script(local: Local) -> None:
        mira = await Reader.join(local, stage)
        await local.say("one")
        two = await local.say("two")
        await local.say("three")
        await local.call("DELETE", f"{GENERAL}/{two['id']}", None)
        assert (await mira.mark(two["id"])).json()["unread_count"] == 1

    stage.play(script)


def test_all_tabs_of_a_reader_hear_of_it_and_nobody_else(stage: Stage) -> None:
    async def script(local: Local) -> None:
        mira = await Reader.join(local, stage)
        said = await local.say("one")
        await mira.mark()
        await mira.mark()
        path = "/events?types=channel.message.read"
        items = (await local.get(path, mira.key)).json()["items"]
        assert [(i["channel_id"], i["message_id"], i["target_user_id"]) for i in items] == [
            ("general", said["id"], mira.user_id)
        ]
        assert (items[0]["payload"], items[0]["visibility_scope"]) == ({"unread_count": 0}, "user")
        assert (await local.get(path)).json()["items"] == []

    stage.play(script)


def test_only_what_is_there_can_be_marked(stage: Stage) -> None:
    async def script(local: Local) -> None:
        mira = await Reader.join(local, stage)
        assert (await mira.mark()).json() == {"success": True, "unread_count": 0, "marked_read": 0}
        unknown = await mira.mark("M0")
        assert (unknown.status_code, code(unknown)) == (404, "message_not_found")
        assert (await mira.mark("no id!")).status_code == 400
        elsewhere = await local.post("/channels/C0123456789abcdef/read", {}, mira.key)
        assert (elsewhere.status_code, code(elsewhere)) == (404, "channel_not_found")

    stage.play(script)


def test_what_sorts_before_the_marker_is_no_news(stage: Stage) -> None:
    """Old messages that another node brings late; also where the marker is still the making of the account."""

    async def script(local: Local) -> None:
        mira = await Reader.join(local, stage)
        author = Author(9, stage.clock, random.Random(9))

        async def bring(skew_ms: int) -> None:
            event = author.write(MessagePosted(content="from afar"), skew_ms=skew_ms)
            sent = event.header_bytes, event.signature, event.body
            receipt = await local.node.writer.write(lambda tx: local.node.core.door.receive(tx, *sent, "peer"))
            assert receipt.verdict == DONE

        await bring(-3_600_000)
        assert await mira.unread() == 0
        await bring(0)
        assert await mira.unread() == 1

    stage.play(script)


def test_the_count_reads_nothing_but_its_index(stage: Stage) -> None:
    """What keeps it fast where 100,000 messages lie above a marker."""

    async def script(local: Local) -> None:
        with local.node.home.database.read() as tx:
            names = {"channel": "general", "stamp": 0, "beyond": "", "reader": "", "now": 0}
            sql, values = unread._COUNT._bind(names)
            plan: list[Any] = tx.execute(f"EXPLAIN QUERY PLAN {sql}", values).fetchall()
        assert len(plan) == 1
        assert "COVERING INDEX messages_created (channel=? AND (time,id)>(?,?))" in plan[0][3]

    stage.play(script)


def test_what_was_read_can_be_unread_again(stage: Stage) -> None:
    async def script(local: Local) -> None:
        mira = await Reader.join(local, stage)
        said = [await local.say(f"{n}") for n in range(4)]
        await mira.mark()
        back = await local.post("/channels/general/unread", {"from_message_id": said[1]["id"]}, mira.key)
        assert (back.status_code, back.json()) == (200, {"success": True, "unread_count": 3})
        shown = (await local.get("/channels/general", mira.key)).json()["channel"]
        assert (shown["unread_count"], shown["first_unread_id"]) == (3, said[1]["id"])
        missing = await local.post("/channels/general/unread", {"from_message_id": "M0"}, mira.key)
        assert (missing.status_code, code(missing)) == (404, "message_not_found")
        for body in ({}, {"from_message_id": "no id"}):
            assert (await local.post("/channels/general/unread", body, mira.key)).status_code == 400

    stage.play(script)
