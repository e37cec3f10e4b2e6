"""Mesh references: a message by what it is called on every node (ui.md 3.2, 5.4)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.browser.conftest import People, Person, mira_says
from tests.browser.test_base import page, run
from tests.browser.test_message_acts import arrived, choose
from tests.browser.test_threads import MISSING, panel, replies, reply
from tests.e2e.node import Node
from tests.e2e.pair import is_level, link, nodes, wait_until

pytestmark = pytest.mark.browser
__all__ = ["page"]

NOBODY = "M" + "0" * 24
NOWHERE = "C" + "0" * 16


@pytest.fixture
def ada(team: Node, people: People) -> Person:
    return arrived(people(team, permissions=["clipboard-read", "clipboard-write"]), "ada")


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[list[Node]]:
    with nodes(tmp_path, "one", "two") as both:
        link(*both)
        wait_until(lambda: is_level(both[0]) and is_level(both[1]), "the link")
        yield both


def pasted(person: Person, text: str) -> Locator:
    """The options of the switcher for a text."""
    person.page.keyboard.press("Control+k")
    person.page.get_by_role("combobox", name="Jump to").fill(text)
    return person.page.get_by_role("listbox", name="Places").get_by_role("option")


def test_a_reference_is_one_text_and_no_other(page: Page) -> None:
    texts = [
        f"mesh:general/{NOBODY}",
        f" mesh:{NOWHERE}/{NOBODY}\n",
        f"mesh:x/{NOBODY}",
        f"mesh:general/{NOBODY}0",
        "mesh:",
        "",
    ]
    said = run(page, "base/reference.js", f"return {texts!r}.map((text) => m.pathOfReference(text))")
    assert said == [f"/c/general/{NOBODY}", f"/c/{NOWHERE}/{NOBODY}", None, None, None, None]


def test_the_menu_copies_a_reference_that_the_switcher_and_the_search_take(team: Node, ada: Person) -> None:
    message = mira_says(team, "find me from anywhere")
    row = ada.article("find me from anywhere")
    row.hover()
    row.get_by_role("button", name="More actions").click()
    names = ada.page.get_by_role("menuitem")
    expect(names.filter(has_text="Copy mesh reference")).to_be_visible()
    offered = names.all_inner_texts()
    assert offered[offered.index("Copy link") + 1] == "Copy mesh reference"
    ada.page.keyboard.press("Escape")
    choose(ada, row, "Copy mesh reference")
    expect(ada.page.get_by_role("status").filter(has_text="Mesh reference copied")).to_be_visible()
    reference = ada.page.evaluate("() => navigator.clipboard.readText()")
    assert reference == f"mesh:general/{message}"

    ada.go("/people")
    options = pasted(ada, reference)
    expect(options).to_have_count(1)
    expect(options).to_contain_text("Go to message")
    ada.page.keyboard.press("Enter")
    expect(row).to_be_focused()

    ada.go("/c/general/search")
    box = ada.page.get_by_role("searchbox", name="Search in #general")
    box.fill(reference)
    expect(ada.page.get_by_role("link", name="Go to message")).to_be_visible()
    box.press("Enter")
    expect(row).to_be_focused()


def test_a_reference_to_a_reply_leads_into_its_thread(team: Node, ada: Person) -> None:
    answer = reply(team, mira_says(team, "root of what is referred to"), "the reply referred to")
    pasted(ada, f"mesh:general/{answer}").click()
    expect(replies(ada).filter(has_text="the reply referred to")).to_be_focused()
    ada.page.keyboard.press("Escape")
    expect(panel(ada)).to_have_count(0)


def test_what_is_not_here_or_not_theirs_is_one_page(team: Node, ada: Person) -> None:
    for reference in (f"mesh:general/{NOBODY}", f"mesh:{NOWHERE}/{NOBODY}"):
        ada.go("/people")
        pasted(ada, reference).click()
        expect(ada.page.get_by_role("heading", name=MISSING)).to_be_visible()
        expect(
            ada.page.get_by_text("It may be deleted, expired, not synced yet, or not shared with you.")
        ).to_be_visible()
    expect(ada.page.get_by_role("main").get_by_role("textbox")).to_have_count(0)
    expect(ada.page.get_by_text(NOWHERE)).to_have_count(0)
    ada.expect_noise()


def test_a_reference_in_a_message_leads_to_it_on_the_readers_own_node(pair: list[Node], people: People) -> None:
    one, two = (people(node) for node in pair)
    for person in (one, two):
        person.sign_in(person.node.root.name)
        person.open_general()
    one.say("said on one node")
    row = two.article("said on one node")
    expect(row).to_be_visible()
    reference = f"mesh:general/{row.get_attribute('data-message-id')}"
    one.say(f"as I said: {reference}, and `{reference}`")
    shown = two.article("as I said").get_by_role("link", name=reference)
    expect(shown).to_have_count(1)
    shown.click()
    expect(row).to_be_focused()
    assert re.fullmatch(rf"{two.url}/c/general/M[0-9a-f]{{24}}", two.page.url)
    assert len(two.context.pages) == 1
