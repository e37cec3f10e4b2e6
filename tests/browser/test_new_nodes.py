"""The line above the first message of a node that is new in a channel (ui.md 5.4)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect
from tests.browser.conftest import People, Person
from tests.browser.test_access import grave
from tests.e2e.node import Node
from tests.e2e.pair import is_level, link, nodes, peers, wait_until, words

pytestmark = pytest.mark.browser

ABOVE = "article => article.previousElementSibling?.textContent.trim().replace(/\\s+/g, ' ') ?? ''"


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[list[Node]]:
    """Two nodes that are linked, each of which has said something."""
    with nodes(tmp_path, "one", "two") as both:
        both[0].post("ours, before")
        link(*both)
        wait_until(lambda: is_level(both[0]) and is_level(both[1]), "the link")
        yield both


def reader(people: People, node: Node) -> Person:
    person = people(node)
    person.sign_in(node.root.name)
    person.open_general()
    return person


def lines(person: Person) -> Locator:
    return person.feed.locator(".day").filter(has_text="First message from node")


def test_the_first_message_of_a_new_node_is_announced_once_and_leads_to_its_trust(
    pair: list[Node], people: People
) -> None:
    one, two = pair
    (peer,) = peers(one)
    name = peer["display_name"] or peer["peer_id"][:8]
    ada = reader(people, one)
    expect(lines(ada)).to_have_count(0)

    two.post("the first from there")
    expect(ada.article("the first from there")).to_be_visible()
    two.post("another from there")
    expect(ada.article("another from there")).to_be_visible()
    one.post("ours, after")
    expect(ada.article("ours, after")).to_be_visible()
    for _ in ("live", "read anew"):
        expect(lines(ada)).to_have_count(1)
        assert ada.article("the first from there").evaluate(ABOVE) == f"First message from node {name} · Review trust"
        ada.open_general()

    assert grave(ada.page) == []

    # The link belongs to the row below it: Tab stops there once the row is current, and the row stays current.
    to_trust = ada.page.get_by_role("link", name=f"Review trust in {name}")
    expect(to_trust).to_have_attribute("tabindex", "-1")
    ada.article("the first from there").focus()
    ada.page.keyboard.press("Shift+Tab")
    expect(to_trust).to_be_focused()
    ada.page.keyboard.press("Tab")
    expect(ada.article("the first from there")).to_be_focused()
    ada.page.keyboard.press("Shift+Tab")
    ada.page.keyboard.press("Enter")
    expect(ada.page).to_have_url(re.compile(f"/trust/{peer['peer_id']}$"))
    expect(ada.page.locator(f"[data-peer-id='{peer['peer_id']}']")).to_be_visible()


def test_a_node_that_is_no_peer_is_named_without_a_link(pair: list[Node], people: People) -> None:
    """Its words may come through others: there is nothing here yet that somebody could review."""
    one, two = pair
    (peer,) = peers(one)
    two.post("the first from there")
    wait_until(lambda: "the first from there" in words(one), "the message")
    one.call("DELETE", f"/p2p/peers/{peer['peer_id']}")
    ada = reader(people, one)
    expect(lines(ada)).to_have_text(re.compile(rf"^\s*First message from node {peer['peer_id'][:8]}\s*$"))
    expect(lines(ada).get_by_role("link")).to_have_count(0)
    mine = reader(people, two)
    expect(mine.article("the first from there")).to_be_visible()
    expect(lines(mine)).to_have_count(1)
    assert "ours, before" in lines(mine).evaluate("line => line.nextElementSibling.textContent")
