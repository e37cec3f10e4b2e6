"""Two and three real nodes: invites, words both ways, absence, crashes, groups, and what a third node gets."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.e2e.node import Node, canopy
from tests.e2e.pair import invite_of, is_level, link, nodes, peers, syncing, wait_until, words

pytestmark = [pytest.mark.slow, pytest.mark.timeout(60)]


def post_many(node: Node, count: int, prefix: str = "m", hands: int = 8) -> list[str]:
    """Post from several hands at once; the words, in no order."""
    said = [f"{prefix}{number}" for number in range(count)]
    with ThreadPoolExecutor(hands) as pool:
        list(pool.map(node.post, said))
    return said


def holds(node: Node, count: int) -> Callable[[], bool]:
    """Whether the log holds so many messages: cheaper to ask than the messages."""
    return lambda: len(node.messages()) >= count


def same(one: Node, other: Node) -> bool:
    return [m["id"] for m in one.messages()] == [m["id"] for m in other.messages()]


@pytest.mark.timed
def test_an_invite_links_two_nodes_within_two_seconds(tmp_path: Path) -> None:
    with nodes(tmp_path, "one", "two") as (one, two):
        one.post("before")
        answer = link(one, two)
        assert answer["status"] == "connected"
        assert wait_until(lambda: words(two) == ["before"], "the first words") < 2
        two.post("back")
        assert wait_until(lambda: words(one) == ["before", "back"], "the answer") < 1
        assert same(one, two)
        author = two.messages()[0]["username"]
        assert author.startswith("one.")


def test_the_command_line_links_two_nodes(tmp_path: Path) -> None:
    with nodes(tmp_path, "one", "two") as (one, two):
        shown = canopy("invite", "show", "--json", "--data-root", str(one.root), env=one.env)
        assert shown.code == 0, shown.err
        done = canopy("invite", "import", shown.json["invite_code"], "--json", "--data-root", str(two.root))
        assert done.code == 0, done.err
        assert wait_until(lambda: syncing(one) == syncing(two) == 1, "the link") < 2
        two.post("hi")
        wait_until(lambda: words(one) == ["hi"], "the words")


def test_a_third_node_gets_everything_through_the_second(tmp_path: Path) -> None:
    with nodes(tmp_path, "one", "two", "three") as (one, two, three):
        one.post("first")
        link(one, two)
        link(two, three)
        wait_until(lambda: words(three) == ["first"], "what was said before")
        one.post("second")
        three.post("third")
        for node in (one, two, three):
            wait_until(lambda node=node: len(words(node)) == 3, "all words everywhere")  # type: ignore[misc]
        assert same(one, three) and same(one, two)
        known = {peer["display_name"]: peer["level"] for peer in peers(three)}
        assert sorted(known.values()) == ["introduced", "trusted"]


@pytest.mark.timeout(180)
@pytest.mark.parametrize("count", [2_000, 10_000])
def test_a_long_absence_is_made_up(tmp_path: Path, count: int) -> None:
    with nodes(tmp_path, "one", "two") as (one, two):
        link(one, two)
        wait_until(lambda: is_level(two), "the link")
        two.stop()
        post_many(one, count)
        before = two.root
        two.restart()
        wait_until(holds(two, count), "all messages", 60, poll=0.2)
        assert same(one, two)
        assert before == two.root
        events = two.call("GET", "/events?limit=200&types=channel.message.created")["items"]
        assert events and all(event["payload"].get("catch_up") for event in events)


def test_killed_twice_while_catching_up_nothing_is_missing(tmp_path: Path) -> None:
    with nodes(tmp_path, "one", "two") as (one, two):
        link(one, two)
        wait_until(lambda: is_level(two), "the link")
        two.stop()
        post_many(one, 2_000)
        for part in (100, 700):
            two.restart()
            wait_until(holds(two, part), f"the first {part}", 60, poll=0.01)
            two.kill()
        two.restart()
        wait_until(holds(two, 2_000), "all messages", 60, poll=0.2)
        assert same(one, two)
        assert two.doctor().code == 0


def test_an_older_copy_of_the_folder_heals(tmp_path: Path) -> None:
    """Restored from a backup: nothing is missing, no height is used twice, and what it said since comes back."""
    with nodes(tmp_path, "one", "two") as (one, two):
        link(one, two)
        wait_until(lambda: is_level(two), "the link")
        two.post("before the backup")
        two.stop()
        shutil.copytree(two.root, tmp_path / "backup")
        two.restart()
        two.post("after the backup")
        post_many(one, 300)
        wait_until(lambda: len(words(one)) == len(words(two)) == 302, "both")
        two.stop()
        shutil.rmtree(two.root)
        shutil.move(tmp_path / "backup", two.root)
        two.restart()
        wait_until(holds(two, 302), "everything again", 60, poll=0.1)
        two.post("restored")
        wait_until(holds(one, 303), "new words of the restored", 30, poll=0.1)
        assert same(one, two)
        assert "after the backup" in words(two)


def test_a_burst_crosses_whole_though_both_are_killed(tmp_path: Path) -> None:
    rng = random.Random(7)
    with nodes(tmp_path, "one", "two") as (one, two):
        link(one, two)
        wait_until(lambda: is_level(two), "the link")
        said: list[str] = []
        for part in range(4):
            said += post_many(one, 250, f"part {part} number ")
            victim = rng.choice((one, two))
            victim.kill()
            victim.restart()
        wait_until(lambda: syncing(one) == 1, "the link", 90)
        wait_until(holds(two, 1_000), "the burst", 60, poll=0.1)
        assert sorted(words(two)) == sorted(said)
        assert same(one, two)


def test_two_groups_stay_apart_until_people_agree(tmp_path: Path) -> None:
    with nodes(tmp_path, "a1", "a2", "b1", "b2") as (a1, a2, b1, b2):
        a1.post("group a")
        b1.post("group b")
        link(a1, a2)
        link(b1, b2)
        wait_until(lambda: words(a2) == ["group a"] and words(b2) == ["group b"], "the groups")
        link(a1, b1)
        wait_until(lambda: syncing(a1) == 2 and syncing(b1) == 2, "the bridge")
        a1.post("still apart")
        wait_until(lambda: words(a2) == ["group a", "still apart"], "the own group")
        assert words(b1) == words(b2) == ["group b"]
        (bridge,) = [peer for peer in peers(a1) if peer["merge"]["needed"]]
        assert bridge["merge"]["messages"] == 2
        a1.call("POST", f"/p2p/peers/{bridge['peer_id']}/merge", {})
        (back,) = [peer for peer in peers(b1) if peer["merge"]["needed"]]
        assert words(b1) == ["group b"]
        b1.call("POST", f"/p2p/peers/{back['peer_id']}/merge", {})
        for node in (a1, a2, b1, b2):
            wait_until(lambda node=node: len(words(node)) == 3, "one group")  # type: ignore[misc]


def test_a_code_is_for_one_node(tmp_path: Path) -> None:
    with nodes(tmp_path, "one", "two", "three") as (one, two, three):
        one.post("for one guest")
        code = invite_of(one)
        two.call("POST", "/p2p/invite/import", {"invite_code": code})
        wait_until(lambda: words(two) == ["for one guest"], "the guest")
        three.call("POST", "/p2p/invite/import", {"invite_code": code})
        wait_until(lambda: len(peers(one)) == 2, "the second comer")
        assert words(three) == []
        assert syncing(three) == 0


def test_a_channel_lives_on_both_nodes(tmp_path: Path) -> None:
    """Founded on one, spoken in on both, renamed by its authority, and by an admin elsewhere who asks it."""
    with nodes(tmp_path, "one", "two") as (one, two):
        link(one, two)
        wait_until(lambda: is_level(one) and is_level(two), "the link")
        channel = one.call("POST", "/channels", {"name": "plans"})["channel"]["id"]
        there = f"/channels/{channel}"

        def said(node: Node) -> list[str]:
            return [m["content"] for m in node.call("GET", f"{there}/messages?order=created")["messages"]]

        def seen(node: Node, **wanted: object) -> Callable[[], bool]:
            def holds_now() -> bool:
                answer = node.request("GET", f"/api/v1{there}", key=node.key)
                shown = answer.json["channel"] if answer.status == 200 else {}
                return all(shown.get(name) == value for name, value in wanted.items())

            return holds_now

        wait_until(seen(two, name="plans", user_role="member"), "the channel on the other node")
        two.call("POST", "/channels/messages", {"channel_id": channel, "content": "from two"})
        one.call("POST", "/channels/messages", {"channel_id": channel, "content": "from one"})
        wait_until(lambda: sorted(said(one)) == sorted(said(two)) == ["from one", "from two"], "words both ways")
        refused = two.request("PATCH", f"/api/v1{there}", {"name": "mine"}, key=two.key)
        assert (refused.status, refused.json["code"]) == (403, "not_admin")
        users = {u["username"].split(".")[0]: u["user_id"] for u in one.call("GET", "/users")["users"]}
        one.call("PUT", f"{there}/members/{users['two']}/role", {"role": "admin"})
        wait_until(seen(two, user_role="admin"), "the role")
        asked = two.request("PATCH", f"/api/v1{there}", {"name": "travel"}, key=two.key)
        assert asked.status == 202 and asked.json["pending"] is True
        for node in (one, two):
            wait_until(seen(node, name="travel"), "the answer to the wish")
        one.call("PUT", f"{there}/members/{users['two']}/role", {"role": "member"})
        wait_until(seen(two, user_role="member"), "the loss of the role")
        one.call("PATCH", f"{there}/lifecycle", {"archived": True})
        wait_until(seen(two, lifecycle_status="archived"), "the archive")
