"""The owner makes somebody else the owner (ui.md S21)."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.browser.conftest import People
from tests.browser.test_access import grave
from tests.browser.test_places import arrive
from tests.browser.test_recovery import signed_in
from tests.e2e.node import PASSWORD, Node

pytestmark = pytest.mark.browser


def administration(page: Page) -> Locator:
    return page.get_by_role("link", name=re.compile("Administration"))


def test_a_node_is_handed_over_by_keyboard_and_every_tab_knows(own_team: Node, people: People) -> None:
    ada, mira = signed_in(own_team, people, "ada"), signed_in(own_team, people, "mira")
    mira.open_general()
    expect(administration(mira.page)).to_have_count(0)
    elsewhere = ada.another_tab()
    elsewhere.goto(f"{ada.url}/c/general")
    expect(administration(elsewhere)).to_have_count(1)
    arrive(ada, "/admin/users")
    page = ada.page
    page.bring_to_front()
    more = page.get_by_role("button", name="More for mira")
    choice = page.get_by_role("menuitem", name="Make the owner")
    more.press("Enter")
    choice.press("Enter")
    dialog = page.get_by_role("dialog", name="Hand this node over to @mira?")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    assert grave(page) == []
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(more).to_be_focused()
    more.press("Enter")
    choice.press("Enter")
    page.keyboard.press("Tab")
    expect(dialog.get_by_role("button", name="Go on")).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog.get_by_label("Type mira to confirm")).to_be_focused()
    assert grave(page) == []
    page.keyboard.type("mira")
    page.keyboard.press("Tab")
    page.keyboard.type("not it")
    page.keyboard.press("Enter")
    expect(dialog.get_by_text("This is not your current password.")).to_be_visible()
    password = dialog.get_by_label("Your password", exact=True)
    password.fill(PASSWORD)
    password.press("Enter")
    for tab in (page, elsewhere):
        tab.wait_for_url(f"{ada.url}/c/general")
        ada.wait_live(tab)
        expect(administration(tab)).to_have_count(0)
    expect(mira.page.get_by_text("You are the owner of this node now.")).to_be_visible()
    mira.page.get_by_role("button", name="Reload").click()
    expect(administration(mira.page)).to_have_count(1)
    ada.expect_noise()
