"""A lifespan of one's own, and one button for all tools where it is narrow (ui.md 5.3, 8)."""

from __future__ import annotations

from datetime import datetime

import pytest
from playwright.sync_api import Locator, expect
from tests.browser.conftest import People, Person
from tests.browser.test_access import THEMES, Theme, grave
from tests.browser.test_message_acts import arrived
from tests.browser.test_phone import phone
from tests.e2e.node import Node

pytestmark = pytest.mark.browser
LEAST_BOX = 48  # px
LEAST_LETTERS = 16


@pytest.fixture
def ada(team: Node, people: People) -> Person:
    return arrived(people(team), "ada")


@pytest.fixture
def narrow(team: Node, people: People) -> Person:
    person = phone(team, people, 390, 844)
    person.open_general()
    return person


def lifespan(person: Person) -> Locator:
    return person.page.get_by_role("combobox", name="Lifespan")


def said(person: Person) -> Locator:
    return person.page.locator(".composer-life")


def set_span(person: Person, number: str, unit: str) -> None:
    dialog = person.page.get_by_role("dialog", name="How long should it live?")
    dialog.get_by_role("spinbutton", name="Number").fill(number)
    dialog.get_by_role("combobox", name="Unit").select_option(label=unit)
    dialog.get_by_role("button", name="Set lifespan").click()


def test_a_lifespan_of_ones_own(team: Node, ada: Person) -> None:
    lifespan(ada).select_option(label="Other…")
    dialog = ada.page.get_by_role("dialog", name="How long should it live?")
    expect(dialog.get_by_role("spinbutton", name="Number")).to_be_focused()
    set_span(ada, "0", "hours")
    expect(dialog.get_by_role("alert")).to_have_text("Choose between 1 hour and 365 days.")
    set_span(ada, "366", "days")
    expect(dialog).to_be_visible()
    set_span(ada, "12", "days")
    expect(dialog).to_have_count(0)
    expect(ada.box).to_be_focused()
    expect(said(ada)).to_have_text("deletes itself after 12 days")
    assert lifespan(ada).evaluate("e => e.selectedOptions[0].textContent") == "12 days"
    ada.say("twelve days of life")
    expect(ada.article("twelve days of life")).to_have_attribute("data-state", "sent")
    expect(said(ada)).to_have_count(0)
    stored = next(each for each in team.messages() if each["content"] == "twelve days of life")
    assert days_between(stored["created_at"], stored["expires_at"]) == 12


def days_between(begin: str, end: str) -> int:
    return round((datetime.fromisoformat(end) - datetime.fromisoformat(begin)).total_seconds() / 86_400)


def test_who_thinks_better_of_it_keeps_the_lifespan_that_was(ada: Person) -> None:
    lifespan(ada).select_option(label="1 day")
    lifespan(ada).select_option(label="Other…")
    ada.page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    expect(said(ada)).to_have_text("deletes itself after 1 day")
    assert lifespan(ada).evaluate("e => e.selectedOptions[0].textContent") == "1 day"
    lifespan(ada).select_option(label="90 days (usual)")
    expect(said(ada)).to_have_count(0)


def test_a_narrow_composer_has_one_button_for_its_tools(narrow: Person) -> None:
    composer = narrow.page.locator(".composer")
    expect(composer.get_by_role("button")).to_have_count(2)
    box = narrow.page.locator(".composer-box").bounding_box()
    assert box is not None
    assert box["height"] >= LEAST_BOX
    assert narrow.box.evaluate("e => parseFloat(getComputedStyle(e).fontSize)") >= LEAST_LETTERS
    narrow.box.fill("from **afar**")
    tools = narrow.page.get_by_role("button", name="Writing tools")
    tools.click()
    sheet = narrow.page.get_by_role("dialog", name="Writing tools")
    sheet.get_by_role("button", name="Preview").click()
    expect(narrow.page.get_by_role("group", name="Preview").locator("strong")).to_have_text("afar")
    narrow.page.get_by_role("button", name="Back to writing").click()
    tools.click()
    lifespan(narrow).select_option(label="1 hour")
    expect(sheet).to_have_count(0)
    expect(said(narrow)).to_have_text("deletes itself after 1 hour")
    tools.click()
    lifespan(narrow).select_option(label="Other…")
    set_span(narrow, "3", "hours")
    expect(said(narrow)).to_have_text("deletes itself after 3 hours")
    tools.click()
    sheet.get_by_role("button", name="Choose an emoji").click()
    narrow.page.get_by_role("dialog", name="Choose an emoji").get_by_role("button").first.click()
    expect(narrow.box).to_be_focused()
    expect(narrow.box).not_to_have_value("from **afar**")
    tools.click()
    expect(sheet).to_be_visible()
    narrow.page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)
    expect(tools).to_be_focused()
    narrow.box.fill("")


def test_a_wide_composer_has_them_side_by_side(ada: Person) -> None:
    expect(ada.page.get_by_role("button", name="Writing tools")).to_have_count(0)
    for name in ("Choose an emoji", "Preview", "Send"):
        expect(ada.page.locator(".composer").get_by_role("button", name=name)).to_be_visible()


@THEMES
def test_the_sheet_of_tools_is_clean(theme: Theme, team: Node, people: People) -> None:
    ada = arrived(people(team, color_scheme=theme, viewport={"width": 390, "height": 844}), "ada")
    ada.page.get_by_role("button", name="Writing tools").click()
    ada.page.get_by_role("dialog", name="Writing tools").wait_for()
    assert grave(ada.page) == []
    lifespan(ada).select_option(label="Other…")
    ada.page.get_by_role("dialog", name="How long should it live?").wait_for()
    assert grave(ada.page) == []
