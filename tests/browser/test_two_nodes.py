"""Two browsers on two nodes: what one person does, the other sees without a reload (issue 4, ui.md 5.10)."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect
from tests.browser.conftest import People, Person
from tests.browser.test_message_acts import chip
from tests.browser.test_threads import panel
from tests.e2e.node import Node
from tests.e2e.pair import is_level, link, nodes, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.timed]

WITHIN = 0.25  # s
SHARED_MACHINE = 3


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[list[Node]]:
    with nodes(tmp_path, "one", "two") as both:
        link(*both)
        wait_until(lambda: is_level(both[0]) and is_level(both[1]), "the link")
        yield both


def at_general(people: People, node: Node) -> Person:
    person = people(node)
    person.sign_in(node.root.name)
    person.open_general()
    return person


def seen_soon(act: Callable[[], object], seen: Callable[[], None]) -> None:
    begun = time.monotonic()
    act()
    seen()
    assert time.monotonic() - begun < WITHIN * SHARED_MACHINE


def enter(box: Locator) -> Callable[[], None]:
    return lambda: box.press("Enter")


def test_everything_done_with_a_message_is_seen_on_the_other_node(pair: list[Node], people: People) -> None:
    one, two = (at_general(people, node) for node in pair)
    one.box.fill("across the wire")
    seen_soon(enter(one.box), lambda: expect(two.article("across the wire")).to_be_visible())
    row = two.article("across the wire")

    row.focus()
    seen_soon(
        lambda: two.page.keyboard.press("+"),
        lambda: expect(chip(one.article("across the wire"), "👍 1")).to_be_visible(),
    )

    two.page.keyboard.press("r")
    answer = panel(two).get_by_role("textbox")
    answer.fill("an answer from the other side")
    asked = one.article("across the wire")
    seen_soon(enter(answer), lambda: expect(asked.get_by_role("button", name="1 reply")).to_be_visible())
    asked.get_by_role("button", name="1 reply").click()
    expect(panel(one).get_by_role("article").last).to_contain_text("an answer from the other side")
    one.page.keyboard.press("Escape")

    asked.focus()
    one.page.keyboard.press("e")
    editor = one.page.get_by_role("textbox", name=re.compile("^Edit"))
    editor.fill("said otherwise")
    seen_soon(enter(editor), lambda: expect(two.articles.get_by_text("said otherwise")).to_be_visible())

    one.say("not for long")
    gone = two.article("not for long")
    expect(gone).to_be_visible()
    message = gone.get_attribute("data-message-id")
    seen_soon(
        lambda: pair[0].call("DELETE", f"/channels/general/messages/{message}"),
        lambda: expect(gone).to_have_count(0),
    )
    expect(one.article("not for long")).to_have_count(0)


def test_who_is_called_on_another_node_sees_it(pair: list[Node], people: People) -> None:
    one, two = (at_general(people, node) for node in pair)
    one.box.press_sequentially("please look @tw")
    offers = one.page.get_by_role("listbox", name="People").get_by_role("option")
    expect(offers).to_have_count(1)
    one.box.press("Enter")
    one.box.press("Enter")
    expect(two.article("please look")).to_have_class(re.compile("is-for-me"))
    expect(two.article("please look").locator(".mention")).to_have_count(1)
    expect(one.article("please look").locator(".mention")).to_have_count(1)


def test_everything_done_with_a_channel_is_seen_on_the_other_node(pair: list[Node], people: People) -> None:
    """Names, roles, moderators' deletions, the end of a message's time, the archive: without a reload."""
    one, two = pair
    channel = one.call("POST", "/channels", {"name": "plans"})["channel"]["id"]
    path = f"/channels/{channel}"
    wait_until(lambda: two.request("GET", f"/api/v1{path}", key=two.key).status == 200, "the channel")
    there = people(two)
    there.sign_in("two")
    there.go(f"/c/{channel}/about/members")
    there.page.locator("[role=feed][aria-busy=false]").wait_for()
    seen_soon(
        lambda: one.call("PATCH", path, {"name": "travel"}),
        lambda: expect(there.page.get_by_role("heading", name="travel").first).to_be_visible(),
    )
    owner = two.call("GET", "/auth/status")["user_id"]
    roles = there.page.locator("select")
    before = roles.count()
    seen_soon(
        lambda: one.call("PUT", f"{path}/members/{owner}/role", {"role": "admin"}),
        lambda: expect(roles).not_to_have_count(before),
    )
    article = there.page.get_by_role("article")
    said = two.call("POST", "/channels/messages", {"channel_id": channel, "content": "to be removed"})["message"]["id"]
    expect(article.filter(has_text="to be removed")).to_be_visible()
    wait_until(lambda: one.request("GET", f"/api/v1{path}/messages/{said}", key=one.key).status == 200, "the message")
    seen_soon(
        lambda: one.call("DELETE", f"{path}/messages/{said}"),
        lambda: expect(article.filter(has_text="to be removed")).to_have_count(0),
    )
    ends = time.monotonic() + 2
    one.call("POST", "/channels/messages", {"channel_id": channel, "content": "brief", "ttl_seconds": 2})
    expect(article.filter(has_text="brief")).to_be_visible()
    expect(article.filter(has_text="brief")).to_have_count(0)
    assert time.monotonic() - ends < WITHIN * SHARED_MACHINE
    sidebar = there.page.get_by_role("link", name="travel")
    expect(sidebar).to_have_count(1)
    seen_soon(
        lambda: one.call("PATCH", f"{path}/lifecycle", {"archived": True}),
        lambda: expect(sidebar).to_have_count(0),
    )
