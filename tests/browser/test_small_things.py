"""What a person expects without being told (ui.md 3.2, 3.3, 5.1, 5.5, 5.12, 7)."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Route, expect
from tests.browser.conftest import People, Person, mira_says
from tests.e2e.node import PASSWORD, Node

pytestmark = pytest.mark.browser


@pytest.fixture
def ada(team: Node, people: People) -> Person:
    person = people(team)
    person.sign_in("ada")
    return person


def test_who_signs_in_is_led_to_what_they_asked_for(team: Node, people: People) -> None:
    message = mira_says(team, "behind the door")
    ada = people(team)
    ada.go(f"/c/general/{message}")
    ada.page.get_by_label("Handle").fill("ada")
    ada.page.get_by_label("Password", exact=True).fill(PASSWORD)
    ada.page.get_by_role("button", name="Sign in").click()
    expect(ada.article("behind the door")).to_be_focused()
    expect(ada.page).to_have_url(f"{ada.url}/c/general/{message}")


def test_a_long_name_is_cut_and_moves_nothing(own_team: Node, people: People) -> None:
    own_team.call("POST", "/channels", {"name": "a-channel-with-a-name-that-goes-on-and-on-and-on"})
    ada = people(own_team)
    ada.sign_in("ada")
    ada.open_general()
    side = ada.page.get_by_role("navigation", name="Conversations")
    edge = side.bounding_box()
    assert edge is not None
    for row in side.locator("a, button").all():
        box = row.bounding_box()
        assert box is not None and box["x"] + box["width"] <= edge["x"] + edge["width"]


def test_the_title_and_the_icon_say_who_calls(own_team: Node, people: People) -> None:
    channel = own_team.call("POST", "/channels", {"name": "ops"})["channel"]["id"]
    ada = people(own_team)
    ada.sign_in("ada")
    ada.go(f"/c/{channel}")
    ada.wait_live()
    icon = ada.page.locator("link[rel=icon]")
    expect(ada.page).to_have_title(re.compile(r"^#ops"))
    mira_says(own_team, "@ada come here")
    expect(ada.page).to_have_title(re.compile(r"^\(1\) #ops"))
    expect(icon).to_have_attribute("href", re.compile("canopy-called.svg$"))
    ada.page.get_by_role("link", name=re.compile("general, 1 mention")).click()
    expect(ada.page).to_have_title(re.compile(r"^#general"))
    expect(icon).to_have_attribute("href", re.compile("canopy.svg$"))


def test_back_finds_the_place_however_soon_one_left(own_team: Node, people: People) -> None:
    for number in range(60):
        mira_says(own_team, f"row {number}")
    own_team.call("POST", "/channels/general/read", {})
    ada = people(own_team)
    ada.sign_in("ada")
    ada.open_general()
    ada.feed.hover()
    ada.page.mouse.wheel(0, -700)
    ada.page.wait_for_function(
        "() => { const s = document.querySelector('.scroller');"
        " return s.scrollHeight - s.clientHeight - s.scrollTop > 300 }"
    )
    ada.page.evaluate("() => document.querySelector('canopy-rail a[href=\"/people\"]').click()")
    ada.page.get_by_role("heading", level=1, name="People").wait_for()
    ada.page.go_back()
    ada.page.wait_for_function(
        "() => { const s = document.querySelector('.scroller');"
        " return s && s.scrollHeight - s.clientHeight - s.scrollTop > 300 }"
    )


def test_a_theme_changes_where_nothing_can_be_stored(ada: Person) -> None:
    ada.page.add_init_script("Storage.prototype.setItem = () => { throw new DOMException('no', 'QuotaExceededError') }")
    ada.go("/settings/appearance")
    ada.page.get_by_role("radiogroup", name="Theme").get_by_role("radio", name="Dark").click()
    expect(ada.page.locator("html")).to_have_attribute("data-theme", "dark")


def test_a_tall_window_has_words_under_its_icons(team: Node, people: People) -> None:
    ada = people(team, viewport={"width": 1440, "height": 1250})
    ada.sign_in("ada")
    ada.open_general()
    expect(ada.page.get_by_role("navigation", name="Main").get_by_text("People")).to_be_visible()


def test_too_many_actions_are_said_and_tried_again(ada: Person) -> None:
    def busy(route: Route) -> None:
        route.fulfill(status=429, headers={"Retry-After": "2"}, json={"code": "rate_limited", "error": "Too many."})

    ada.open_general()
    ada.page.route("**/api/v1/channels/messages?*", busy, times=1)
    ada.say("one too many")
    row = ada.article("one too many")
    expect(row).to_contain_text("Too many actions; trying again in 2 s")
    expect(row).to_have_attribute("data-state", "sent")
    ada.expect_noise()


def test_what_is_needed_next_is_there_when_the_node_is_not(own_team: Node, people: People) -> None:
    mira_says(own_team, "act on me")
    ada = people(own_team)
    ada.sign_in("ada")
    ada.open_general()
    ada.page.mouse.move(500, 300)
    ada.page.wait_for_function("() => performance.getEntriesByName('loaded-ahead').length > 0")
    own_team.stop()
    expect(ada.page.get_by_role("status").filter(has_text="Node not reachable")).to_be_visible()
    ada.page.keyboard.press("Control+k")
    expect(ada.page.get_by_role("dialog", name="Jump to")).to_be_visible()
    ada.page.keyboard.press("Escape")
    ada.article("act on me").hover()
    expect(ada.article("act on me").get_by_role("toolbar", name="Message actions")).to_be_visible()
    ada.expect_noise()


def test_5_4_a_message_names_the_key_that_a_program_wrote_it_with(ada: Person, team: Node) -> None:
    key = team.call("POST", "/keys", {"name": "ci-bot", "permissions": ["write_feed", "read_feed"]})["api_key"]
    team.post("by a program", key=key)
    ada.open_general()
    ada.say("by hand")
    team.post("by the program again", key=key)
    for text, shown in (("by a program", 1), ("by hand", 0), ("by the program again", 1)):
        expect(ada.article(text).get_by_text('via API key "ci-bot"')).to_have_count(shown)
