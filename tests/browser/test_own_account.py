"""The password, the browsers that are signed in, and the letters that a person chooses (ui.md S19, 4.1)."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import People, Person, mira_says
from tests.browser.test_access import grave
from tests.e2e.node import PASSWORD, Node

pytestmark = pytest.mark.browser

NEW = "another long phrase entirely"


def at(person: Person, path: str) -> None:
    person.go(path)
    person.page.get_by_role("heading", level=1).wait_for()


def test_a_lost_browser_is_signed_out_from_another(own_team: Node, people: People) -> None:
    ada, lost = people(own_team), people(own_team)
    for person in (ada, lost):
        person.sign_in("ada")
        person.open_general()
    at(ada, "/settings/profile")
    browsers = ada.page.get_by_role("list", name="Signed-in browsers")
    expect(browsers.get_by_role("listitem")).to_have_count(2)
    expect(browsers.get_by_text("This browser")).to_have_count(1)
    browsers.get_by_role("button", name="Sign").click()
    expect(browsers.get_by_role("listitem")).to_have_count(1)
    expect(lost.page.get_by_role("dialog")).to_be_visible()
    lost.expect_noise()


def test_the_password_is_changed_with_live_rules_and_nothing_is_wiped(own_team: Node, people: People) -> None:
    ada, other = people(own_team), people(own_team)
    for person in (ada, other):
        person.sign_in("ada")
    other.open_general()
    at(ada, "/settings/profile")
    page = ada.page
    page.get_by_role("button", name="Change the password").click()
    current, new = page.get_by_label("Current password", exact=True), page.get_by_label("New password", exact=True)
    expect(current).to_be_focused()
    expect(current).to_have_attribute("autocomplete", "current-password")
    expect(new).to_have_attribute("autocomplete", "new-password")
    current.fill("not it")
    new.fill(NEW)
    expect(page.locator("#password-rules li[data-met=yes]").first).to_be_visible()
    page.get_by_role("button", name="Save the password").click()
    expect(page.get_by_role("alert").filter(has_text="This is not your current password.")).to_be_visible()
    expect(new).to_have_value(NEW)
    current.fill(PASSWORD)
    new.press("Enter")
    expect(page.get_by_text("Changed. 1 other browser was signed out.")).to_be_visible()
    expect(page.get_by_role("list", name="Signed-in browsers").get_by_role("listitem")).to_have_count(1)
    expect(other.page.get_by_role("dialog")).to_be_visible()
    refused = own_team.request("POST", "/api/v1/session", {"username": "ada", "password": PASSWORD})
    assert refused.status == 401
    for person in (ada, other):
        person.expect_noise()


def test_a_letter_can_be_another_one(own_team: Node, people: People) -> None:
    mira_says(own_team, "letters")
    ada = people(own_team)
    ada.sign_in("ada")
    at(ada, "/settings/keyboard")
    page = ada.page
    page.get_by_role("button", name="Reply in the thread: R, change").click()
    page.keyboard.press("j")
    expect(page.get_by_role("alert").filter(has_text="J moves in the list")).to_be_visible()
    page.get_by_role("button", name="Reply in the thread: R, change").click()
    page.keyboard.press("q")
    expect(page.get_by_role("alert").filter(has_text="Q is already “Quote”")).to_be_visible()
    page.get_by_role("button", name="Reply in the thread: R, change").click()
    page.keyboard.press("x")
    expect(page.get_by_role("button", name="Reply in the thread: X, change")).to_be_visible()
    assert grave(page) == []
    ada.open_general()
    ada.article("letters").focus()
    page.keyboard.press("Control+Slash")
    help_ = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(help_.locator("div", has_text="Reply in the thread").get_by_text("X", exact=True).first).to_be_visible()
    page.keyboard.press("Escape")
    ada.article("letters").focus()
    page.keyboard.press("r")
    page.keyboard.press("x")
    expect(page.get_by_role("complementary", name="Thread")).to_be_visible()
    at(ada, "/settings/keyboard")
    page.get_by_role("button", name="Reply in the thread: back to the usual").click()
    expect(page.get_by_role("button", name="Reply in the thread: R, change")).to_be_visible()
