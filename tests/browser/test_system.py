# ruff: noqa: N802 - the names quote the ids of ui.md
"""What a page says when its node was updated, or cannot save (ui.md S22)."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Route, expect
from tests.browser.conftest import People, mira_says
from tests.e2e.node import Node
from tests.e2e.test_full_disk import full_disk, post_until_refused

pytestmark = pytest.mark.browser


def updated(route: Route) -> None:
    """The same page, as an older version of the program wrote it."""
    answer = route.fetch()
    text = re.sub(r'(name="canopy-version" content=")[^"]*', r"\g<1>0.0.9+00", answer.text())
    route.fulfill(response=answer, body=text)


def test_SY_2_an_open_page_is_told_of_another_version_and_keeps_the_draft(own_team: Node, people: People) -> None:
    ada = people(own_team)
    ada.sign_in("ada")
    ada.page.route("**/c/general", updated)
    ada.open_general()
    strip = ada.page.get_by_role("status").filter(has_text=re.compile(r"Updated to \d+\.\d+\.\d+"))
    expect(strip).to_be_visible()
    ada.page.unroute("**/c/general")
    ada.box.fill("half a sentence")
    strip.get_by_role("button", name="Reload").click()
    ada.wait_live()
    expect(ada.box).to_have_value("half a sentence")
    expect(strip).to_have_count(0)


def test_SY_2_the_version_is_compared_after_each_interruption(own_team: Node, people: People) -> None:
    ada = people(own_team)
    ada.sign_in("ada")
    ada.open_general()
    banner = ada.page.locator("canopy-banner .strip")
    own_team.restart()
    ada.wait_live()
    expect(banner).to_have_count(0)
    ada.expect_noise()


def test_SY_3_a_full_disk_is_said_to_everybody_and_loses_nothing(own_team: Node, people: People) -> None:
    ada, mira = people(own_team), people(own_team)
    for person, name in ((ada, "ada"), (mira, "mira")):
        person.sign_in(name)
        person.open_general()
    told = "This node cannot save messages: disk full"
    with full_disk(own_team):
        post_until_refused(own_team)
        ada.say("written on a full disk")
        row = ada.article("written on a full disk")
        expect(row).to_have_attribute("data-state", "failed")
        expect(row).to_contain_text("Not sent")
        for person in (ada, mira):
            expect(person.page.get_by_role("alert").filter(has_text=told)).to_be_visible()
        ada.box.fill("not sent yet")
    for person in (ada, mira):
        expect(person.page.get_by_role("alert").filter(has_text=told)).to_have_count(0)
    row.get_by_role("button", name="Retry").click()
    expect(row).to_have_attribute("data-state", "sent")
    expect(mira.article("written on a full disk")).to_have_count(1)
    expect(ada.box).to_have_value("not sent yet")
    for person in (ada, mira):
        person.expect_noise()


def test_parts_that_cannot_be_loaded_now_are_loaded_later(own_team: Node, people: People) -> None:
    """The toolbar of a message comes when somebody first turns to one; while the node is away it does not."""
    mira_says(own_team, "turn to me")
    ada = people(own_team)
    ada.sign_in("ada")
    ada.open_general()
    row = ada.article("turn to me")
    expect(row).to_be_visible()
    own_team.wanted_port = own_team.port
    own_team.stop()
    expect(ada.page.get_by_role("status").filter(has_text="Node not reachable")).to_be_visible()
    row.hover()
    ada.page.keyboard.press("Control+k")
    ada.box.fill("written **meanwhile**")
    ada.expect_noise()
    assert ada.noise == []
    own_team.start()
    ada.wait_live()
    ada.page.mouse.move(0, 0)
    row.hover()
    expect(row.get_by_role("toolbar", name="Message actions")).to_be_visible()
    ada.expect_noise()
