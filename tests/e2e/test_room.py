"""The room complete on two real nodes: whatever is done to a message or a channel on one, the other shows too, also
when both did it while they could not hear each other; and what was deleted or has expired is in neither's files."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.node import Node
from tests.e2e.pair import is_level, link, nodes, wait_until

from canopy.log.home import open_home
from canopy.node import SystemClock

pytestmark = pytest.mark.slow

MARKER = "heron-cistern-4417"


class Room:
    """A channel as one node shows it, and what its owner does there."""

    def __init__(self, node: Node, channel: str) -> None:
        self.node = node
        self.channel = channel
        self.path = f"/channels/{channel}"

    def post(self, content: str, **fields: Any) -> str:
        body = {"channel_id": self.channel, "content": content, **fields}
        return str(self.node.call("POST", "/channels/messages", body)["message"]["id"])

    def edit(self, message: str, content: str) -> None:
        self.node.call("PATCH", f"{self.path}/messages/{message}", {"content": content})

    def delete(self, message: str) -> Any:
        return self.node.call("DELETE", f"{self.path}/messages/{message}")

    def react(self, message: str, reaction: str) -> None:
        self.node.call("PUT", f"{self.path}/messages/{message}/reactions/{reaction}")

    def change(self, **fields: Any) -> Any:
        return self.node.call("PATCH", self.path, fields)

    def known(self) -> bool:
        return self.node.request("GET", f"/api/v1{self.path}", key=self.node.key).status == 200

    def seen(self) -> dict[str, Any]:
        """Everything that both nodes must show alike."""
        messages = self.node.call("GET", f"{self.path}/messages?order=created&limit=200")["messages"]
        own = ("username", "display_name", "origin_peer", "first_from_peer")
        told = self.node.call("GET", self.path)["channel"]
        shared = ("name", "topic", "description", "archived_at", "archive_reason", "lifecycle_ttl_days", "member_count")
        members = self.node.call("GET", f"{self.path}/members")["members"]
        return {
            "messages": [{k: v for k, v in message.items() if k not in own} for message in messages],
            "channel": {name: told[name] for name in shared},
            "roles": sorted((member["user_id"], member["role"]) for member in members),
        }

    def words(self) -> list[str]:
        return [message["content"] for message in self.seen()["messages"]]


def alike(one: Room, two: Room) -> Callable[[], bool]:
    return lambda: one.known() and two.known() and one.seen() == two.seen()


def has_topic(room: Room, topic: str) -> Callable[[], bool]:
    return lambda: bool(room.seen()["channel"]["topic"] == topic)


def lacks(room: Room, part: str) -> Callable[[], bool]:
    return lambda: not any(part in word for word in room.words())


def owner_of(node: Node) -> str:
    return str(node.call("GET", "/auth/status")["user_id"])


def cut(one: Node, two: Node) -> None:
    """End their link until somebody asks for it again."""
    peer = one.call("GET", "/p2p/status")["peer_id"]
    two.call("POST", "/p2p/disconnect", {"peer_id": peer})
    wait_until(lambda: not one.call("GET", "/p2p/peers")["total_connected"], "the end of the link")


def mend(one: Node, two: Node) -> None:
    two.call("POST", "/p2p/reconnect", {"peer_id": one.call("GET", "/p2p/status")["peer_id"]})
    wait_until(lambda: is_level(one) and is_level(two), "the link")


def both(one: Node, two: Node) -> tuple[Room, Room]:
    """A channel that `one` founded, of which the owner of `two` is an admin too."""
    channel = one.call("POST", "/channels", {"name": "plans"})["channel"]["id"]
    here, there = Room(one, channel), Room(two, channel)
    wait_until(there.known, "the channel on the other node")
    one.call("PUT", f"{here.path}/members/{owner_of(two)}/role", {"role": "admin"})
    wait_until(alike(here, there), "the role")
    return here, there


def test_each_operation_crosses_both_ways(tmp_path: Path) -> None:
    with nodes(tmp_path, "one", "two") as (one, two):
        link(one, two)
        rooms = both(one, two)
        for here, there in (rooms, rooms[::-1]):
            first = here.post("first words")
            gone = here.post("to be deleted")
            wait_until(alike(here, there), "the messages")
            here.edit(first, "better words")
            there.react(first, "love")
            there.post("an answer", parent_message_id=first)
            here.delete(gone)
            wait_until(alike(here, there), "the changes")
            shown = {message["id"]: message for message in there.seen()["messages"]}
            assert gone not in shown
            assert shown[first]["content"] == "better words" and shown[first]["edited_at"]
            assert shown[first]["reactions"] == {"love": [owner_of(there.node)]}
            assert shown[first]["reply_count"] == 1
            here.change(topic=here.node.root.name)
            wait_until(has_topic(there, here.node.root.name), "the topic")
            wait_until(alike(here, there), "the topic")
        rooms[1].change(name="travel")
        wait_until(lambda: rooms[0].seen()["channel"]["name"] == "travel", "the name")
        rooms[1].node.call("PATCH", f"{rooms[0].path}/lifecycle", {"archived": True, "reason": "done"})
        wait_until(lambda: rooms[0].seen()["channel"]["archive_reason"] == "done", "the archive")
        wait_until(alike(*rooms), "all of it")
        ended = rooms[1].node.call("DELETE", rooms[1].path)
        assert ended["pending"] is True
        wait_until(lambda: not any(room.known() for room in rooms), "its end")


def test_what_both_did_during_a_split_comes_out_the_same(tmp_path: Path) -> None:
    with nodes(tmp_path, "one", "two") as (one, two):
        link(one, two)
        here, there = both(one, two)
        mine = here.post("mine")
        yours = there.post("yours")
        shared = here.post("shared")
        wait_until(alike(here, there), "the messages")
        cut(one, two)
        for room, word in ((here, "one"), (there, "two")):
            room.post(f"said by {word}")
            room.post(f"answered by {word}", parent_message_id=shared)
            room.react(shared, "like" if word == "one" else "rocket")
            room.change(topic=f"topic of {word}")
        here.edit(mine, "mine, edited")
        there.edit(yours, "yours, edited")
        assert there.delete(mine)["pending"] is True
        here.delete(yours)
        one.call("PUT", f"{here.path}/members/{owner_of(two)}/role", {"role": "member"})
        assert not alike(here, there)()
        mend(one, two)
        wait_until(alike(here, there), "the same on both")
        shown = {message["id"]: message for message in there.seen()["messages"]}
        assert shown[mine]["content"] == "mine, edited", "a moderator who was demoted takes nothing away"
        assert yours not in shown, "the authority's word counts"
        assert {"said by one", "said by two"} <= set(there.words())
        assert shown[shared]["reply_count"] == 2 and len(shown[shared]["reactions"]) == 2
        assert there.seen()["channel"]["topic"] == "topic of one"


def test_a_moderator_elsewhere_takes_a_message_away(tmp_path: Path) -> None:
    with nodes(tmp_path, "one", "two") as (one, two):
        link(one, two)
        here, there = both(one, two)
        message = here.post("not welcome")
        here.post("an answer", parent_message_id=message)
        wait_until(alike(here, there), "the message")
        refused = two.request("PATCH", f"/api/v1{there.path}/messages/{message}", {"content": "x"}, key=two.key)
        assert refused.status == 403
        assert there.delete(message)["pending"] is True
        for room in (here, there):
            wait_until(lacks(room, "not welcome"), "the removal")
            told = room.node.call("GET", f"{room.path}/messages/{message}")["message"]
            assert told["deleted"] and told["by_moderator"]


@pytest.mark.timeout(90)
def test_what_was_deleted_or_expired_is_in_the_files_of_neither(tmp_path: Path) -> None:
    with nodes(tmp_path, "one", "two") as (one, two):
        link(one, two)
        rooms = both(one, two)
        for here, there in (rooms, rooms[::-1]):
            name = here.node.root.name
            deleted = here.post(f"{MARKER} deleted {name}")
            edited = here.post(f"{MARKER} edited {name}")
            here.post(f"{MARKER} expired {name}", ttl_seconds=1)
            wait_until(alike(here, there), "the messages")
            here.edit(edited, f"{MARKER} edited again {name}")
            here.delete(deleted)
            here.delete(edited)
            for room in rooms:
                wait_until(lacks(room, name), "their end")
            here.post(f"{MARKER} kept")
        wait_until(alike(*rooms), "all of it")
        wait_until(lambda: all(_swept(node) for node in (one, two)), "the sweep", seconds=45, poll=0.5)
    for name in ("one", "two"):
        pages = _pages(tmp_path / name)
        assert pages.count(b"kept") >= 2, "the premise: words can be found this way"
        for gone in (b"deleted", b"edited", b"expired"):
            assert MARKER.encode() + b" " + gone not in pages


def _swept(node: Node) -> bool:
    """Whether the write-ahead log was emptied, which the sweep does last."""
    logs = list(node.root.rglob("canopy.db-wal"))
    return bool(logs) and all(path.stat().st_size == 0 for path in logs)


def _pages(root: Path) -> bytes:
    """All pages of a database in clear, also those that hold nothing any more."""
    with closing(open_home(root, SystemClock(), "file")) as home:
        pages = home.database.connection.serialize("main")
    assert pages is not None
    return pages
