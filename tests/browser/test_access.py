# ruff: noqa: N802 - the names quote the ids of ui.md
"""Keyboard, screen reader, contrast (ui.md 9)."""

from __future__ import annotations

import re
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect
from tests.browser.conftest import ADA, KEYS, MIRA, People, Person, claim_of, mira_says
from tests.e2e.node import Node

pytestmark = pytest.mark.browser

THEMES = pytest.mark.parametrize("theme", ["light", "dark"])
Theme = Literal["light", "dark"]
GRAVE = {"serious", "critical"}


def grave(page: Page, options: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """What axe finds serious or critical, with the places."""
    found = Axe().run(page, options=options).response["violations"]
    return [
        {"id": each["id"], "nodes": [(node["target"], node["failureSummary"]) for node in each["nodes"]]}
        for each in found
        if each["impact"] in GRAVE
    ]


@pytest.fixture
def ada(team: Node, people: People) -> Person:
    person = people(team)
    person.sign_in("ada")
    return person


@THEMES
def test_AX_1_axe_finds_nothing_grave_outside(theme: Theme, fresh: Node, people: People) -> None:
    visitor = people(fresh, color_scheme=theme)
    visitor.go(f"/setup?claim={claim_of(fresh)}")
    visitor.page.get_by_label("Password", exact=True).fill("short")
    visitor.page.get_by_role("button", name="Create my workspace").click()
    visitor.page.get_by_role("alert").first.wait_for()
    assert grave(visitor.page) == []
    fresh.setup("ada")
    for route in ("/login", "/register"):
        visitor.go(route)
        visitor.page.get_by_role("heading", level=1).wait_for()
        assert grave(visitor.page) == [], route
    visitor.expect_noise()


@THEMES
def test_AX_1_axe_finds_nothing_grave_inside(theme: Theme, team: Node, people: People) -> None:
    ada = people(team, color_scheme=theme)
    ada.sign_in("ada")
    mira_says(team, "for the checker, with a link https://example.org/")
    ada.open_general()
    ada.page.route("**/api/v1/channels/messages?*", lambda route: route.fulfill(status=403, json={"detail": "No."}))
    ada.say("a failed one")
    expect(ada.article("a failed one")).to_have_attribute("data-state", "failed")
    assert grave(ada.page) == []
    ada.page.get_by_role("button", name=f"{ADA}, @ada").click()
    ada.page.get_by_role("menuitem", name="Sign out").wait_for()
    assert grave(ada.page) == []
    ada.page.keyboard.press("Escape")
    ada.context.clear_cookies()
    ada.page.unroute("**/api/v1/channels/messages?*")
    ada.article("a failed one").get_by_role("button", name="Retry").click()
    ada.page.get_by_role("dialog", name="Sign in again").wait_for()
    assert grave(ada.page) == []
    ada.expect_noise()


def test_AX_3_three_tabs_reach_the_composer_by_its_skip_link(ada: Person) -> None:
    ada.open_general()
    ada.page.keyboard.press("Tab")
    expect(ada.page.get_by_role("link", name="Skip to messages")).to_be_focused()
    ada.page.keyboard.press("Tab")
    expect(ada.page.get_by_role("link", name="Skip to composer")).to_be_focused()
    expect(ada.page.get_by_role("link", name="Skip to composer")).to_be_in_viewport()
    ada.page.keyboard.press("Enter")
    expect(ada.box).to_be_focused()


def test_AX_3_twelve_tabs_reach_the_composer_without(team: Node, ada: Person) -> None:
    for number in range(8):
        mira_says(team, f"many links {number} https://example.org/{number} https://example.org/again/{number}")
    ada.open_general()
    for _ in range(12):
        ada.page.keyboard.press("Tab")
        if ada.box.evaluate("box => box === document.activeElement"):
            return
    pytest.fail("twelve Tab stops and no composer")


def test_AX_4_one_incoming_message_is_one_entry_of_the_log(own_team: Node, people: People) -> None:
    for number in range(60):
        mira_says(own_team, f"history {number}")
    ada = people(own_team)
    ada.sign_in("ada")
    ada.open_general()
    log = ada.page.get_by_role("log", name="New messages")
    ada.page.evaluate("() => { document.querySelector('.scroller').scrollTop = 0 }")
    expect(ada.articles).to_have_count(60)
    expect(log.locator("p")).to_have_count(0)
    mira_says(own_team, "speak of me")
    expect(log.locator("p")).to_have_text([f"{MIRA}: speak of me"])
    heard = log.bounding_box()
    assert heard is None or heard["height"] <= 1, "it is for ears"
    ada.say("not of me")
    expect(ada.article("not of me")).to_have_attribute("data-state", "sent")
    expect(log.locator("p")).to_have_count(1)
    for number in range(3):
        mira_says(own_team, f"burst {number}")
    expect(log.locator("p")).to_have_text([f"{MIRA}: speak of me", re.compile(rf"^[23] new messages from {MIRA}$")])


def test_the_list_is_walked_with_arrows_and_letters(team: Node, ada: Person) -> None:
    for number in range(3):
        mira_says(team, f"walk {number}")
    ada.open_general()
    ada.page.keyboard.press("Tab")
    ada.page.keyboard.press("Enter")
    expect(ada.article("walk 2")).to_be_focused()
    for key, text in (("ArrowUp", "walk 1"), ("k", "walk 0"), ("j", "walk 1"), ("End", "walk 2")):
        ada.page.keyboard.press(key)
        expect(ada.article(text)).to_be_focused()
    expect(ada.feed.locator("article[tabindex='0']")).to_have_count(1)


def test_f6_walks_the_landmarks(ada: Person) -> None:
    ada.open_general()
    names = []
    for _ in range(4):
        ada.page.keyboard.press("F6")
        names.append(ada.page.evaluate("e => (e = document.activeElement).getAttribute('aria-label') ?? e.tagName"))
    assert names == ["Main", "Conversations", "MAIN", "Status"]


def test_landmarks_and_headings_have_their_names(ada: Person) -> None:
    ada.open_general()
    for role, name in (("navigation", "Main"), ("navigation", "Conversations"), ("contentinfo", "Status")):
        expect(ada.page.get_by_role(role, name=name)).to_have_count(1)  # type: ignore[arg-type]
    expect(ada.page.get_by_role("main")).to_have_count(1)
    expect(ada.page.get_by_role("heading", level=1)).to_have_count(1)


def test_AX_5_at_320_by_256_everything_can_be_reached(team: Node, people: People) -> None:
    ada = people(team, viewport={"width": 320, "height": 256})
    ada.sign_in("ada")
    ada.open_general()
    assert ada.page.evaluate("() => document.documentElement.scrollWidth") <= 320
    expect(ada.box).to_be_in_viewport()
    ada.say("said in a small place")
    expect(ada.article("said in a small place")).to_be_in_viewport()


def test_AX_8_forced_colours_keep_selected_unread_and_focused_apart(own_team: Node, people: People) -> None:
    """Rows of one shape: read, unread, selected, focused. No two may look alike, and no meaning is a background."""
    channels = {}
    for name in ("aaaa", "bbbb"):
        channels[name] = own_team.call("POST", "/channels", {"name": name})["channel"]["id"]
    body = {"channel_id": channels["bbbb"], "content": "unread"}
    own_team.call("POST", "/channels/messages", body, key=KEYS[own_team.root])
    ada = people(own_team, forced_colors="active")
    ada.sign_in("ada")
    ada.open_general()
    side = ada.page.get_by_role("navigation", name="Conversations")
    selected, unread = side.get_by_role("link", name="general"), side.get_by_role("link", name="bbbb, unread")
    read = side.get_by_role("link", name="aaaa")
    expect(selected).to_have_attribute("aria-current", "page")

    def look(row: Locator) -> tuple[str, ...]:
        names = ("outlineStyle", "outlineWidth", "fontWeight", "borderStyle")
        return tuple(row.evaluate(f"e => getComputedStyle(e).{name}") for name in names)

    read.focus()
    ada.page.keyboard.press("ArrowDown")
    ada.page.keyboard.press("ArrowUp")
    focused = ada.page.locator(":focus")
    looks = {
        "focused": look(focused),
        "selected": look(selected),
        "unread": look(unread),
        "read": look(side.get_by_role("link", name="Browse channels")),
    }
    assert len(set(looks.values())) == len(looks), looks
