"""One identity in two places: a folder that was copied and started twice, and one that was put back from a backup.

The fork rule of the protocol decides what counts; here it is asked that all nodes decide alike, that nobody writes on
a height that another copy used once it knows better, and that the copies do not dial without end.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.node import Node
from tests.e2e.pair import is_level, link, nodes, wait_until, words

pytestmark = [pytest.mark.slow, pytest.mark.timeout(150)]

WINDOW_SECONDS = 20.0
MOST_LINKS = 8
"""What two copies and a third node may begin within that time: each comes twice or three times, then waits."""


@contextmanager
def twins(folder: Path, introduce: Callable[[Node, Node], None]) -> Iterator[tuple[Node, Node, Node]]:
    """A node that is linked with another, that other, and a copy of it made while it was stopped; all run."""
    with nodes(folder, "hub", "first") as (hub, first):
        introduce(hub, first)
        wait_until(lambda: is_level(first) and is_level(hub), "the link")
        first.post("before")
        wait_until(lambda: words(hub) == ["before"], "what was said before the copy")
        first.stop()
        shutil.copytree(first.root, folder / "second")
        with Node(folder / "second") as second:
            second.key = first.key
            first.restart()
            yield hub, first, second


def the_first_dials(hub: Node, first: Node) -> None:
    link(hub, first)


def both_dial(hub: Node, first: Node) -> None:
    link(hub, first)
    hub.call("POST", "/p2p/invite/import", {"invite_code": first.call("GET", "/p2p/invite")["invite_code"]})


def links_begun(node: Node, since: float) -> int:
    page = node.call("GET", f"/p2p/activity?limit=500&since={since}")
    return sum(event["status"] == "connected" for event in page["events"])


def events_held(node: Node) -> int:
    return int(node.call("GET", "/p2p/sync")["events"])


def take_turns(hub: Node, first: Node, second: Node, reached: Callable[[], bool], what: str) -> None:
    """Only one of two copies is linked at a time; a person at either side asks for the link in turn."""
    for _ in range(6):
        for one in (first, second):
            one.call("POST", "/p2p/reconnect_all")
            wait_until(lambda one=one: is_level(one), "this copy's turn")  # type: ignore[misc]
            wait_until(lambda one=one: events_held(one) == events_held(hub), "the same events")  # type: ignore[misc]
            if reached():
                return
    raise AssertionError(f"not after six turns: {what}")


def fate(node: Node, message: str) -> tuple[str, str]:
    explained: dict[str, Any] = node.call("GET", f"/p2p/explain/{message}")
    return explained["fate"], explained["reason"]


@pytest.mark.parametrize("introduce", [the_first_dials, both_dial])
def test_two_copies_at_once_heal_and_do_not_loop(tmp_path: Path, introduce: Callable[[Node, Node], None]) -> None:
    with twins(tmp_path, introduce) as (hub, first, second):
        trio = (hub, first, second)
        since, begun = time.time(), time.monotonic()
        forked: list[str] = []
        while time.monotonic() - begun < WINDOW_SECONDS:
            forked += [first.post(f"first {len(forked)}"), second.post(f"second {len(forked)}")]
            hub.post(f"hub {len(forked)}")
            time.sleep(1.0)
        assert 1 <= links_begun(hub, since) <= MOST_LINKS
        assert max(links_begun(first, since), links_begun(second, since)) <= MOST_LINKS

        take_turns(*trio, lambda: len({events_held(node) for node in trio}) == 1, "all hold the same")
        # Neither knew of the other when it wrote these: no honest reader can tell which of them counts.
        fates = {fate(node, message) for node in trio for message in forked}
        assert fates == {("hidden", "forked")}

        later = [first.post("first, healed"), second.post("second, healed")]
        take_turns(*trio, lambda: all(len(words(node)) == len(words(hub)) for node in trio), "new words everywhere")
        later += [first.post("first, again"), second.post("second, again")]
        take_turns(*trio, lambda: all("second, again" in words(node) for node in trio), "newer words everywhere")
        assert {fate(node, message) for node in trio for message in later} == {("done", "")}
        for node in (first, second):
            assert words(node) == words(hub)
        assert {"before", "first, healed", "second, healed", "first, again"} <= set(words(hub))
        assert "first 0" not in words(hub)


def test_a_copy_that_stays_alone_learns_of_the_other_when_it_returns(tmp_path: Path) -> None:
    """The laptop that was cloned: one of the two is off for long, then both have said something."""
    with nodes(tmp_path, "hub", "first") as (hub, first):
        link(hub, first)
        wait_until(lambda: is_level(first), "the link")
        first.post("before")
        first.stop()
        shutil.copytree(first.root, tmp_path / "second")
        first.restart()
        kept = [first.post(f"kept {number}") for number in range(20)]
        wait_until(lambda: len(words(hub)) == 21, "what the first said")
        first.stop()
        with Node(tmp_path / "second") as second:
            second.key = first.key
            wait_until(lambda: len(words(second)) == 21, "what the other copy said", 20)
            said = second.post("from the second")
            wait_until(lambda: "from the second" in words(hub), "the second")
            assert {fate(node, message) for node in (hub, second) for message in (*kept, said)} == {("done", "")}
            assert words(hub) == words(second)


def test_a_restored_folder_speaks_on_and_everyone_hears(tmp_path: Path) -> None:
    with nodes(tmp_path, "hub", "old", "far") as (hub, old, far):
        link(hub, old)
        link(hub, far)
        wait_until(lambda: is_level(old) and is_level(far), "the links")
        old.post("before the backup")
        wait_until(lambda: words(far) == ["before the backup"], "the third")
        old.stop()
        shutil.copytree(old.root, tmp_path / "backup")
        old.restart()
        lost = [old.post(f"after the backup {number}") for number in range(5)]
        wait_until(lambda: len(words(far)) == 6, "what the backup lacks")
        old.stop()
        shutil.rmtree(old.root)
        shutil.move(tmp_path / "backup", old.root)
        since = time.time()
        old.restart()
        wait_until(lambda: len(words(old)) == 6, "its own words back", 20)
        said = [old.post(f"restored {number}") for number in range(5)]
        for node in (hub, far):
            wait_until(lambda node=node: len(words(node)) == 11, "the restored node")  # type: ignore[misc]
        wait_until(lambda: all(is_level(node) for node in (hub, old, far)), "the end of it")
        assert {fate(node, message) for node in (hub, old, far) for message in (*lost, *said)} == {("done", "")}
        assert words(hub) == words(old) == words(far)
        assert links_begun(hub, since) <= MOST_LINKS


def test_words_said_before_the_link_of_a_restored_folder(tmp_path: Path) -> None:
    """Nothing tells a restored node that it is one before it meets somebody who knew it: then it is a fork."""
    with nodes(tmp_path, "hub", "old") as (hub, old):
        link(hub, old)
        wait_until(lambda: is_level(old), "the link")
        old.stop()
        shutil.copytree(old.root, tmp_path / "backup")
        old.restart()
        one_side = old.post("on the height")
        wait_until(lambda: words(hub) == ["on the height"], "the hub")
        old.stop()
        shutil.rmtree(old.root)
        shutil.move(tmp_path / "backup", old.root)
        hub.stop()
        old.restart()
        other_side = old.post("on the same height")
        hub.restart()
        wait_until(lambda: {fate(node, one_side) for node in (hub, old)} == {("hidden", "forked")}, "the fork", 30)
        wait_until(lambda: {fate(node, other_side) for node in (hub, old)} == {("hidden", "forked")}, "the fork", 30)
        old.post("healed")
        wait_until(lambda: words(hub) == words(old) == ["healed"], "new words on a new run")
        assert "forks" in {check["code"] for check in hub.doctor().json["checks"] if check["state"] == "warn"}
