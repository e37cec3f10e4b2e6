# ruff: noqa: N802 - the names quote the ids of ui.md
"""Searching a channel beside it (ui.md S3, S9)."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect
from tests.browser.conftest import MIRA, People, Person, mira_says
from tests.browser.test_access import THEMES, Theme, grave
from tests.browser.test_message_acts import arrived
from tests.browser.test_threads import panel as thread
from tests.browser.test_threads import reply
from tests.browser.test_unread import unread, until
from tests.e2e.node import Node

pytestmark = pytest.mark.browser


@pytest.fixture
def ada(team: Node, people: People) -> Person:
    return arrived(people(team), "ada")


def panel(person: Person) -> Locator:
    return person.page.get_by_role("complementary", name="Search")


def box(person: Person) -> Locator:
    return panel(person).get_by_role("searchbox", name="Search in #general")


def hits(person: Person) -> Locator:
    return panel(person).get_by_role("listitem")


def test_words_are_found_and_lead_to_their_message(own_team: Node, people: People) -> None:
    target = mira_says(own_team, "The walrus and the carpenter were walking")
    for number in range(120):
        mira_says(own_team, f"sand {number}")
    ada = arrived(people(own_team), "ada")
    until(ada.page, lambda: unread(own_team) < 121)
    before = unread(own_team)
    ada.page.keyboard.press("Control+Shift+F")
    expect(box(ada)).to_be_focused()
    box(ada).press_sequentially("walr")
    expect(hits(ada)).to_have_count(1)
    expect(hits(ada).locator("mark")).to_have_text(["walrus"])
    expect(panel(ada).get_by_role("status")).to_have_text("1 message")
    expect(ada.page).to_have_url(re.compile(r"/c/general/search\?q=walr$"))
    box(ada).press("ArrowDown")
    ada.page.keyboard.press("Enter")
    expect(ada.page).to_have_url(re.compile(f"/c/general/{target}$"))
    expect(ada.article("The walrus")).to_be_focused()
    assert unread(own_team) == before
    ada.page.go_back()
    expect(box(ada)).to_have_value("walr")
    expect(hits(ada)).to_have_count(1)


def test_the_newest_or_the_best_come_first(team: Node, ada: Person) -> None:
    mira_says(team, "oyster oyster oyster")
    mira_says(team, "one oyster among a great many other words that nobody was looking for at all")
    ada.go("/c/general/search?q=oyster")
    expect(hits(ada)).to_have_count(2)
    expect(hits(ada).first).to_contain_text("one oyster among")
    panel(ada).get_by_role("button", name="Best match").click()
    expect(hits(ada).first).to_contain_text("oyster oyster oyster")
    expect(ada.page).to_have_url(re.compile("order=best"))
    ada.page.reload()
    expect(hits(ada).first).to_contain_text("oyster oyster oyster")
    expect(panel(ada).get_by_role("button", name="Best match")).to_have_attribute("aria-pressed", "true")


def test_a_reply_is_found_and_shown_in_its_thread(team: Node, ada: Person) -> None:
    answer = reply(team, mira_says(team, "a root without it"), "the jabberwock answers")
    ada.go("/c/general/search?q=jabberwock")
    hits(ada).get_by_role("link", name=re.compile(MIRA)).click()
    expect(ada.page).to_have_url(re.compile(f"/c/general/t/{answer}$"))
    expect(thread(ada).get_by_role("article").filter(has_text="jabberwock")).to_be_focused()


def test_nothing_found_and_no_working_search_say_so(ada: Person) -> None:
    ada.go("/c/general/search?q=zzzzzz")
    expect(panel(ada).get_by_role("heading", name="Nothing found")).to_be_visible()
    ada.page.route(
        "**/search?*", lambda route: route.fulfill(status=500, json={"detail": "Broken.", "code": "internal"})
    )
    box(ada).fill("anything")
    expect(panel(ada).get_by_role("alert")).to_contain_text("The search did not work.")
    ada.page.unroute("**/search?*")
    ada.page.keyboard.press("Escape")
    expect(panel(ada)).to_have_count(0)
    ada.expect_noise()


@THEMES
def test_AX_1_the_search_is_clean(theme: Theme, team: Node, people: People) -> None:
    mira_says(team, "snark for the checker")
    for width in (1440, 390):
        ada = people(team, color_scheme=theme, viewport={"width": width, "height": 844})
        ada.sign_in("ada")
        ada.go("/c/general/search?q=snark")
        hits(ada).first.wait_for()
        assert grave(ada.page) == []
        assert ada.page.evaluate("() => document.documentElement.scrollWidth") <= width
