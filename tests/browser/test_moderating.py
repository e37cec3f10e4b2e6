"""How messages end without their author: by an admin of the channel, or because their time is over (ui.md 5.2, 5.4)."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import KEYS, People, Person
from tests.browser.test_message_acts import tool
from tests.e2e.node import Node

pytestmark = pytest.mark.browser


def opened(people: People, node: Node, name: str, channel: str) -> Person:
    person = people(node)
    person.sign_in(name)
    person.go(f"/c/{channel}")
    person.page.locator("[role=feed][aria-busy=false]").wait_for()
    return person


def test_an_admin_of_the_channel_may_delete_and_others_see_who_did(own_team: Node, people: People) -> None:
    mira_key = KEYS[own_team.root]
    channel = own_team.call("POST", "/channels", {"name": "moderated"}, key=mira_key)["channel"]["id"]
    said = {"channel_id": channel, "content": "not welcome here"}
    message = own_team.call("POST", "/channels/messages", said)["message"]["id"]
    reply = {"channel_id": channel, "content": "an answer", "parent_message_id": message}
    own_team.call("POST", "/channels/messages", reply)
    own_team.post("said elsewhere")
    mira = opened(people, own_team, "mira", channel)
    row = mira.page.get_by_role("article").filter(has_text="not welcome here")
    tool(mira, row, "More actions").click()
    expect(mira.page.get_by_role("menuitem", name="Delete")).to_be_visible()
    mira.page.keyboard.press("Escape")
    ada = opened(people, own_team, "ada", channel)
    expect(ada.page.get_by_role("article").filter(has_text="not welcome here")).to_be_visible()
    own_team.call("DELETE", f"/channels/{channel}/messages/{message}", key=mira_key)
    for person in (ada, mira):
        expect(person.page.get_by_text("Removed by an admin of the channel")).to_be_visible()
        expect(person.page.get_by_text("not welcome here")).to_have_count(0)
    mira.go("/c/general")
    row = mira.page.get_by_role("article").filter(has_text="said elsewhere")
    tool(mira, row, "More actions").click()
    mira.page.get_by_role("menuitem", name="Copy link").wait_for()
    expect(mira.page.get_by_role("menuitem", name="Delete")).to_have_count(0)


def test_a_message_goes_from_the_screen_when_its_time_is_over(own_team: Node, people: People) -> None:
    """And not only with the next sweep of the node."""
    ada = people(own_team)
    ada.sign_in("ada")
    ada.open_general()
    brief = {"channel_id": "general", "content": "brief", "ttl_seconds": 3}
    own_team.call("POST", "/channels/messages", brief)
    own_team.post("lasting")
    own_team.call("POST", "/channels/messages", brief | {"content": "the last one, brief"})
    expect(ada.article("lasting")).to_be_visible()
    expect(ada.article("brief")).to_have_count(2)
    expect(ada.article("brief")).to_have_count(0, timeout=4_000)
    expect(ada.article("lasting")).to_be_visible()
