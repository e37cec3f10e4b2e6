# ruff: noqa: N802 - the names quote the ids of ui.md
"""Narrow screens (ui.md 8)."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import People, Person, mira_says
from tests.e2e.node import Node

pytestmark = pytest.mark.browser

ROUTES = ["/c/general", "/login", "/register", "/nowhere"]
LEAST_TARGET = 44  # px
CONTROLS = "a:visible:not(.skip-links a, .message a), button:visible, textarea:visible"
MOST_HEADER = 48
LEAST_CONTENT = 620


def phone(node: Node, people: People, width: int, height: int) -> Person:
    person = people(node, viewport={"width": width, "height": height}, has_touch=True, is_mobile=True)
    person.sign_in("ada")
    return person


@pytest.mark.parametrize("width", [320, pytest.param(360, marks=pytest.mark.slow), 390])
def test_PH_1_nothing_scrolls_sideways(width: int, team: Node, people: People) -> None:
    mira_says(team, "a-word-that-is-much-too-long-for-any-phone-" * 4 + " https://example.org/" + "x" * 200)
    ada = phone(team, people, width, 800)
    outsider = people(team, viewport={"width": width, "height": 800}, has_touch=True, is_mobile=True)
    for person in (ada, outsider):
        for route in ROUTES:
            person.go(route)
            person.page.get_by_role("heading", level=1).wait_for()
            assert person.page.evaluate("() => document.documentElement.scrollWidth") <= width, route
    assert ada.page.evaluate("() => innerWidth") == width


def test_PH_2_controls_are_large_enough_for_a_finger(team: Node, people: People) -> None:
    ada = phone(team, people, 390, 844)
    ada.open_general()
    for visit in ("/c/general", None):
        if visit is None:
            ada.page.get_by_role("link", name="Back to conversations").click()
        for control in ada.page.locator(CONTROLS).all():
            box = control.bounding_box()
            assert box is not None
            assert min(box["width"], box["height"]) >= LEAST_TARGET, control.evaluate("e => e.outerHTML")


def test_PH_5_with_the_keyboard_up_composer_and_newest_message_show(team: Node, people: People) -> None:
    for number in range(20):
        mira_says(team, f"before the keyboard {number}")
    team.call("POST", "/channels/general/read", {})
    ada = phone(team, people, 390, 844)
    ada.open_general()
    ada.page.set_viewport_size({"width": 390, "height": 480})
    expect(ada.box).to_be_in_viewport(ratio=1)
    expect(ada.articles.last).to_be_in_viewport(ratio=1)


def test_PH_7_the_heading_touches_no_button(team: Node, people: People) -> None:
    for width in (320, 390):
        ada = phone(team, people, width, 844)
        ada.open_general()
        heading = ada.page.get_by_role("heading", level=1).bounding_box()
        assert heading is not None
        header = ada.page.get_by_role("banner").or_(ada.page.locator(".place-header"))
        for control in header.locator("a:visible, button:visible").all():
            box = control.bounding_box()
            assert box is not None
            apart = box["x"] + box["width"] <= heading["x"] or heading["x"] + heading["width"] <= box["x"]
            assert apart, (box, heading)


def test_most_of_a_phone_is_content(team: Node, people: People) -> None:
    ada = phone(team, people, 390, 844)
    ada.open_general()
    header = ada.page.locator(".place-header").bounding_box()
    content = ada.page.locator(".scroller").bounding_box()
    assert header is not None
    assert content is not None
    assert header["height"] <= MOST_HEADER + 1
    assert content["height"] >= LEAST_CONTENT


def test_list_and_conversation_are_two_pages(team: Node, people: People) -> None:
    ada = phone(team, people, 390, 844)
    ada.open_general()
    conversations = ada.page.get_by_role("navigation", name="Conversations")
    expect(conversations).to_be_hidden()
    ada.page.get_by_role("link", name="Back to conversations").click()
    expect(ada.box).to_be_hidden()
    conversations.get_by_role("link", name="general").click()
    expect(ada.box).to_be_visible()
    ada.page.go_back()
    expect(conversations).to_be_visible()
