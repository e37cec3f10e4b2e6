"""What is on its way, opened from the foot of the page (ui.md 5.1, 5.9)."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import People
from tests.browser.test_access import grave
from tests.e2e.node import Node
from tests.e2e.pair import link, nodes

pytestmark = pytest.mark.browser


def test_the_strip_opens_what_is_on_its_way(tmp_path: Path, people: People) -> None:
    with nodes(tmp_path, "one", "two") as (one, two):
        ada = people(one)
        ada.sign_in("one")
        ada.open_general()
        strip = ada.page.get_by_role("contentinfo", name="Status").get_by_role("button", name="Live")
        strip.click()
        panel = ada.page.get_by_role("region", name="Transfers and sync")
        expect(panel).to_contain_text("linked with no other yet")
        expect(panel.get_by_role("button", name="Close")).to_be_focused()
        link(one, two)
        expect(panel).to_contain_text("Connected and syncing")
        assert grave(ada.page) == []
        ada.page.keyboard.press("Escape")
        expect(panel).to_have_count(0)
        expect(strip).to_be_focused()


def test_words_that_wait_are_counted_and_sent_from_there(own_team: Node, people: People) -> None:
    ada = people(own_team)
    ada.sign_in("ada")
    ada.open_general()
    strip = ada.page.get_by_role("contentinfo", name="Status")
    strip.get_by_role("button", name="Live").click()
    ada.page.get_by_role("region", name="Transfers and sync").wait_for()
    ada.page.keyboard.press("Escape")
    ada.page.route("**/api/v1/channels/messages?*", lambda route: route.abort())
    ada.say("on its way")
    expect(ada.article("on its way")).to_have_attribute("data-state", "waiting")
    strip.get_by_role("button", name="Live").click()
    panel = ada.page.get_by_role("region", name="Transfers and sync")
    expect(panel).to_contain_text("1 message waits in this browser.")
    ada.page.unroute("**/api/v1/channels/messages?*")
    panel.get_by_role("button", name="Retry now").click()
    expect(panel).to_contain_text("Everything you wrote is on this node.")
    expect(ada.article("on its way")).to_have_attribute("data-state", "sent")
    ada.expect_noise()
