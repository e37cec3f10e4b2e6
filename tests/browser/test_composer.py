# ruff: noqa: N802 - the names quote the ids of ui.md
"""Writing: completions, lists, code, lifespans, drafts, and whom a text calls (ui.md 5.3, 4.1)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, expect
from tests.browser.conftest import MIRA, People, Person, mira_says
from tests.browser.mesh import peer
from tests.browser.test_access import THEMES, Theme, grave
from tests.browser.test_message_acts import arrived
from tests.browser.test_phone import phone
from tests.e2e.node import Node

pytestmark = pytest.mark.browser

SUGGESTIONS = 50  # ms (ui.md 5.3)
SHARED_MACHINE = 3


@pytest.fixture
def ada(team: Node, people: People) -> Person:
    return arrived(people(team), "ada")


def offered(person: Person, name: str) -> Locator:
    return person.page.get_by_role("listbox", name=name)


def channel(node: Node, name: str) -> str:
    known = {each["name"]: each["id"] for each in node.call("GET", "/channels")["channels"]}
    return str(known.get(name) or node.call("POST", "/channels", {"name": name})["channel"]["id"])


def test_people_are_completed_by_handle_and_name(ada: Person) -> None:
    ada.box.press_sequentially("ask @oka")
    list_of = offered(ada, "People")
    expect(list_of.get_by_role("option")).to_have_text([re.compile(f"{MIRA}.*@mira", re.DOTALL)])
    expect(list_of.get_by_role("option")).to_have_attribute("aria-selected", "true")
    active = ada.box.get_attribute("aria-activedescendant")
    assert list_of.get_by_role("option").get_attribute("id") == active
    ada.box.press("Enter")
    expect(list_of).to_have_count(0)
    expect(ada.box).to_have_value("ask @mira ")
    ada.box.press_sequentially("and @mi")
    expect(list_of).to_be_visible()
    ada.box.press("Escape")
    expect(list_of).to_have_count(0)
    expect(ada.box).to_have_value("ask @mira and @mi")
    ada.box.fill("")


def test_an_address_is_no_call_and_asks_for_nobody(ada: Person) -> None:
    ada.box.press_sequentially("write to ada@mir")
    expect(offered(ada, "People")).to_have_count(0)
    ada.box.fill("")


def test_channels_and_emoji_are_completed(team: Node, ada: Person) -> None:
    channel(team, "launch-plan")
    expect(ada.page.get_by_role("link", name="launch-plan")).to_be_visible()
    ada.box.press_sequentially("see #plan")
    expect(offered(ada, "Channels").get_by_role("option")).to_have_text([re.compile("launch-plan")])
    ada.box.press("Tab")
    expect(ada.box).to_have_value("see #launch-plan ")
    ada.box.press_sequentially("at 10:30 :rock")
    expect(offered(ada, "Emoji").get_by_role("option").first).to_have_text(re.compile("rocket"))
    ada.box.press("Enter")
    expect(ada.box).to_have_value("see #launch-plan at 10:30 🚀 ")
    ada.box.fill("")


def test_the_list_is_walked_and_clicked(ada: Person) -> None:
    ada.box.press_sequentially(":heart")
    options = offered(ada, "Emoji").get_by_role("option")
    expect(options.nth(0)).to_have_attribute("aria-selected", "true")
    ada.box.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    ada.box.press("ArrowUp")
    ada.box.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    options.nth(2).click()
    expect(ada.box).to_be_focused()
    expect(ada.box).not_to_have_value(re.compile(":heart"))
    ada.box.fill("")


def test_who_is_called_sees_it(team: Node, people: People, ada: Person) -> None:
    mira_says(team, "@ada please look, and not at a@ada.example")
    row = ada.article("please look")
    expect(row).to_have_class(re.compile("is-for-me"))
    expect(row.locator(".mention")).to_have_text(["@ada"])
    ada.say("thank you @mira")
    expect(ada.article("thank you").locator(".mention")).to_have_text(["@mira"])
    expect(ada.article("thank you")).not_to_have_class(re.compile("is-for-me"))
    mira = arrived(people(team), "mira")
    expect(mira.article("thank you")).to_have_class(re.compile("is-for-me"))


def test_lists_go_on_and_code_takes_lines(ada: Person) -> None:
    ada.box.press_sequentially("1. first")
    ada.box.press("Shift+Enter")
    ada.box.press_sequentially("second")
    ada.box.press("Shift+Enter")
    expect(ada.box).to_have_value("1. first\n2. second\n3. ")
    ada.box.press("Shift+Enter")
    expect(ada.box).to_have_value("1. first\n2. second\n")
    ada.box.fill("")
    ada.box.press_sequentially("```")
    ada.box.press("Enter")
    ada.box.press_sequentially("let x = 1")
    ada.box.press("Enter")
    ada.box.press_sequentially("```")
    expect(ada.box).to_have_value("```\nlet x = 1\n```")
    ada.box.press("Enter")
    expect(ada.box).to_have_value("")
    expect(ada.article("let x = 1")).to_be_visible()


def test_marks_are_put_around_what_is_selected(ada: Person) -> None:
    ada.box.fill("bold code")
    ada.box.evaluate("box => box.setSelectionRange(0, 4)")
    ada.box.press("Control+b")
    ada.box.evaluate("box => box.setSelectionRange(9, 13)")
    ada.box.press("Control+e")
    expect(ada.box).to_have_value("**bold** `code`")
    ada.box.fill("")


def test_a_message_lives_as_long_as_was_chosen(team: Node, ada: Person) -> None:
    """Decision 29: "none" is not offered."""
    choice = ada.page.get_by_role("combobox", name="Lifespan")
    assert "1 year (longest by default)" in choice.inner_text()
    choice.select_option(label="1 day")
    expect(ada.page.locator(".composer-life")).to_have_text("deletes itself after 1 day")
    ada.box.fill("gone tomorrow")
    ada.page.evaluate("() => new Promise((resolve) => setTimeout(resolve, 400))")
    ada.page.reload()
    expect(ada.box).to_have_value("gone tomorrow")
    expect(ada.page.locator(".composer-life")).to_have_text("deletes itself after 1 day")
    ada.box.press("Enter")
    expect(ada.article("gone tomorrow").locator(".message-expiry")).to_be_visible()
    expect(ada.page.locator(".composer-life")).to_have_count(0)
    ada.say("stays as usual")
    expect(ada.article("stays as usual")).to_have_attribute("data-state", "sent")
    stored = {each["content"]: each["expires_at"][:10] for each in team.messages()}
    assert stored["gone tomorrow"] < stored["stays as usual"]


def test_CH_5_each_channel_has_its_own_draft(team: Node, ada: Person) -> None:
    channel(team, "launch-plan")
    ada.box.fill("for general")
    ada.page.get_by_role("link", name="launch-plan").click()
    other = ada.page.get_by_role("textbox", name="Message #launch-plan")
    expect(other).to_have_value("")
    other.fill("for the plan")
    ada.page.get_by_role("navigation", name="Conversations").get_by_role("link", name="general").click()
    expect(ada.box).to_have_value("for general")
    ada.page.go_back()
    expect(other).to_have_value("for the plan")
    other.fill("")


ORIGIN = "9xYzAbCdEfGh1234"


def bearer(number: int, name: str, **more: Any) -> dict[str, Any]:
    """One of many people, as the node would list them."""
    plain = {"account_type": "human", "is_remote": False, "origin_peer": "here", "avatar_url": None}
    return {"user_id": f"user_{number}", "username": f"user{number}", "display_name": name, **plain, **more}


def crowd_of(person: Person, users: list[dict[str, Any]]) -> None:
    page = {"users": users, "everyone": [], "count": len(users), "has_more": False, "next_cursor": None}
    person.page.route("**/api/v1/mention-suggestions?*", lambda route: route.fulfill(json=page))


def test_people_of_one_name_are_told_apart_by_their_nodes(team: Node, people: People) -> None:
    ada = people(team)
    peers = {"peers": [peer(ORIGIN, "Studio")], "discovered_peers": []}
    ada.page.route("**/api/v1/p2p/peers", lambda route: route.fulfill(json=peers))
    elsewhere = {"username": "sam.9xYzAbCd", "is_remote": True, "origin_peer": ORIGIN, "account_type": "agent"}
    crowd_of(ada, [bearer(1, "Sam Lee"), bearer(2, "Sam Lee", **elsewhere), bearer(3, "Sam Only")])
    arrived(ada, "ada")
    ada.box.press_sequentially("@sam")
    rows = ["Sam Lee.*Agent.*@sam.9xYzAbCd · Studio", "Sam Lee.*@user1 · this node", "Sam Only.*@user3\\s*$"]
    wanted = [re.compile(row, re.DOTALL) for row in rows]
    options = offered(ada, "People").get_by_role("option")
    expect(options).to_have_text(wanted)
    ada.box.press("Tab")
    expect(ada.box).to_have_value("@sam.9xYzAbCd ")
    ada.box.fill("")


@pytest.mark.timed
def test_suggestions_come_at_once_from_what_is_here(ada: Person) -> None:
    crowd_of(ada, [bearer(number, f"Person Number{number}") for number in range(500)])
    ada.box.press_sequentially("@user1")
    options = offered(ada, "People").get_by_role("option")
    expect(options).to_have_count(8)
    before = len(ada.requests)
    took = ada.box.evaluate("""async (box) => {
      const begun = performance.now();
      document.execCommand("insertText", false, "23");
      while (document.querySelectorAll("[role=option]").length !== 1) await new Promise((next) => setTimeout(next));
      return performance.now() - begun;
    }""")
    assert took < SUGGESTIONS * SHARED_MACHINE
    expect(options).to_have_text([re.compile("Person Number123")])
    # Parts of the app that are fetched ahead while nothing happens are no question.
    assert [request.url for request in ada.requests[before:] if "/api/" in request.url] == []
    ada.box.press("Escape")
    ada.box.fill("")


def test_the_list_belongs_to_the_box_as_long_as_it_is_open(ada: Person) -> None:
    expect(ada.box).to_have_attribute("aria-haspopup", "listbox")
    expect(ada.box).not_to_have_attribute("aria-controls", re.compile(".*"))
    ada.box.press_sequentially("to :hear")
    listed = offered(ada, "Emoji")
    expect(listed).to_be_visible()
    assert ada.box.get_attribute("aria-controls") == listed.get_attribute("id")
    ada.box.press("ArrowDown")
    chosen = listed.get_by_role("option", selected=True)
    expect(chosen).to_have_count(1)
    expect(ada.box).to_have_attribute("aria-activedescendant", str(chosen.get_attribute("id")))
    ada.box.press("ArrowLeft")
    expect(listed).to_have_count(0)
    expect(ada.box).not_to_have_attribute("aria-activedescendant", re.compile(".*"))
    ada.box.press("Enter")
    expect(ada.article("to :hear")).to_be_visible()


def test_what_is_chosen_is_in_view_where_rows_are_high(team: Node, people: People) -> None:
    ada = phone(team, people, 390, 600)
    ada.open_general()
    ada.box.press_sequentially(":heart")
    options = offered(ada, "Emoji").get_by_role("option")
    expect(options).to_have_count(8)
    ada.box.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    expect(options.last).to_be_in_viewport(ratio=0.9)
    ada.box.fill("")


@THEMES
def test_AX_1_completions_are_clean(theme: Theme, team: Node, people: People) -> None:
    ada = arrived(people(team, color_scheme=theme), "ada")
    mira_says(team, f"@ada in {theme}")
    expect(ada.article(f"in {theme}")).to_be_visible()
    for text, name in (("@", "People"), (":ro", "Emoji")):
        ada.box.fill("")
        ada.box.press_sequentially(text)
        offered(ada, name).wait_for()
        assert grave(ada.page) == [], name


def test_escape_leaves_the_box_for_the_list(ada: Person) -> None:
    ada.say("where one was")
    row = ada.article("where one was")
    expect(row).to_have_attribute("data-state", "sent")
    ada.box.press_sequentially("half a thou")
    ada.box.press("Escape")
    expect(row).to_be_focused()
    expect(ada.box).to_have_value("half a thou")
    ada.box.fill("")
