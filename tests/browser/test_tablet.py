"""Tablets (ui.md 7): the list of conversations is a drawer."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, ViewportSize, expect
from tests.browser.conftest import People, Person, mira_says
from tests.browser.test_access import THEMES, Theme, grave
from tests.e2e.node import Node

pytestmark = pytest.mark.browser

TABLET: ViewportSize = {"width": 700, "height": 900}
LEAST_TARGET = 44  # px


@pytest.fixture
def ada(team: Node, people: People) -> Person:
    person = people(team, viewport=TABLET)
    person.sign_in("ada")
    person.open_general()
    return person


@pytest.fixture(scope="module")
def other(team: Node) -> str:
    """A second channel."""
    return str(team.call("POST", "/channels", {"name": "tablet-talk"})["channel"]["id"])


def opener(person: Person) -> Locator:
    return person.page.get_by_role("button", name="Show conversations")


def drawer(person: Person) -> Locator:
    return person.page.get_by_role("navigation", name="Conversations")


def opened(person: Person) -> Locator:
    opener(person).click()
    expect(drawer(person)).to_be_visible()
    return drawer(person)


def expect_closed(person: Person) -> None:
    expect(drawer(person)).to_have_count(0)
    expect(opener(person)).to_have_attribute("aria-expanded", "false")


def test_a_tablet_shows_the_places_and_keeps_the_conversations_in_a_drawer(ada: Person, other: str) -> None:
    expect(ada.page.get_by_role("navigation", name="Main").get_by_role("link", name="Settings")).to_be_visible()
    expect_closed(ada)
    expect(opened(ada).get_by_role("link", name="general")).to_be_focused()
    for behind in ("main", "nav.rail", "footer", ".skip-links"):
        expect(ada.page.locator(f"{behind}[inert]")).to_have_count(1)
    seen = set()
    for _ in range(8):
        ada.page.keyboard.press("Tab")
        seen.add(ada.page.evaluate("() => document.activeElement.closest('nav, main, footer')?.ariaLabel ?? ''"))
    assert seen <= {"Conversations", ""}, "the browser's own controls are the only other stop"
    ada.page.keyboard.press("Escape")
    expect_closed(ada)
    expect(opener(ada)).to_be_focused()


def test_escape_closes_the_drawer_and_reads_nothing(team: Node, ada: Person) -> None:
    asked: list[str] = []
    opened(ada)
    ada.page.on("request", lambda request: asked.append(request.url))
    ada.page.keyboard.press("Escape")
    expect_closed(ada)
    assert not [url for url in asked if url.endswith("/read")]
    ada.page.keyboard.press("Escape")  # the premise: one more does
    ada.page.wait_for_function("() => performance.getEntriesByType('resource').some((e) => e.name.endsWith('/read'))")


def test_a_choice_closes_the_drawer(ada: Person, other: str) -> None:
    opened(ada).get_by_role("link", name="tablet-talk").click()
    expect_closed(ada)
    expect(ada.page).to_have_url(re.compile(f"/c/{other}$"))
    expect(ada.page.get_by_role("heading", name="tablet-talk", level=1)).to_be_focused()
    opened(ada).get_by_role("link", name="tablet-talk").click()
    expect_closed(ada)
    opened(ada).get_by_role("button", name="Jump to").click()
    expect_closed(ada)
    expect(ada.page.get_by_role("dialog")).to_be_visible()
    ada.page.keyboard.press("Escape")
    expect(ada.page.get_by_role("dialog")).to_have_count(0)
    expect(opener(ada)).to_be_focused()
    opened(ada)
    ada.page.go_back()
    expect_closed(ada)
    expect(ada.page.get_by_role("heading", name="general", level=1)).to_be_visible()


def test_a_touch_outside_closes_the_drawer_and_does_nothing_else(team: Node, people: People) -> None:
    mira_says(team, "below the drawer")
    ada = people(team, viewport=TABLET, has_touch=True, is_mobile=True)
    ada.sign_in("ada")
    ada.open_general()
    box = opener(ada).bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= LEAST_TARGET
    opener(ada).tap()
    expect(drawer(ada)).to_be_visible()
    field = ada.box.bounding_box()
    assert field is not None
    ada.page.touchscreen.tap(field["x"] + field["width"] - 20, field["y"] + 10)
    expect_closed(ada)
    expect(opener(ada)).to_be_focused()
    expect(ada.box).not_to_be_focused()


def test_another_width_ends_the_drawer(ada: Person) -> None:
    opened(ada)
    ada.page.set_viewport_size({"width": 1000, "height": 900})
    expect(drawer(ada)).to_be_visible()
    expect(ada.page.locator("[inert]")).to_have_count(0)
    expect(opener(ada)).to_have_count(0)
    expect(ada.page.get_by_role("main").get_by_role("textbox", name="Message #general")).to_be_visible()
    ada.page.set_viewport_size({"width": 390, "height": 844})
    expect(opener(ada)).to_have_count(0)
    ada.page.get_by_role("link", name="Back to conversations").click()
    expect(drawer(ada)).to_be_visible()
    expect(ada.page).to_have_url(re.compile("/$"))
    ada.page.set_viewport_size(TABLET)
    expect(ada.page).to_have_url(re.compile("/c/general$"))
    expect_closed(ada)


def test_every_place_has_the_drawer(ada: Person) -> None:
    for path in ("/c", "/people", "/settings", "/settings/keys", "/admin", "/connect", "/saved", "/nowhere"):
        ada.go(path)
        heading = ada.page.get_by_role("heading", level=1)
        heading.wait_for()
        button, title = opener(ada).bounding_box(), heading.bounding_box()
        assert button is not None
        assert title is not None
        apart = title["x"] >= button["x"] + button["width"] or title["y"] >= button["y"] + button["height"]
        assert apart, path
        expect(opened(ada)).to_be_visible()
        ada.page.keyboard.press("Escape")
    ada.go("/settings/keys")
    ada.page.get_by_role("link", name=re.compile("Back")).click()
    expect(ada.page).to_have_url(re.compile("/settings$"))


@THEMES
def test_AX_1_the_drawer_is_clean(theme: Theme, team: Node, people: People) -> None:  # noqa: N802 - the id of ui.md
    ada = people(team, color_scheme=theme, viewport=TABLET)
    ada.sign_in("ada")
    ada.open_general()
    opened(ada)
    assert grave(ada.page) == []
