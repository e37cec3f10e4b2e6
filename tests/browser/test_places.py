# ruff: noqa: N802 - the names quote the ids of ui.md
"""Channels: finding, making, changing and leaving them (ui.md S3, S5)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect
from tests.browser.conftest import KEYS, People, Person
from tests.browser.test_access import THEMES, Theme, grave
from tests.e2e.node import Node
from tests.e2e.pair import is_level, link, nodes, wait_until

pytestmark = pytest.mark.browser

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.fixture
def ada(team: Node, people: People) -> Person:
    person = people(team)
    person.sign_in("ada")
    return person


def make(node: Node, name: str, **more: Any) -> str:
    """Found a channel as the owner; its id."""
    return str(node.call("POST", "/channels", {"name": name, **more})["channel"]["id"])


def arrive(person: Person, path: str) -> None:
    person.go(path)
    person.page.get_by_role("status").get_by_text("Live", exact=True).wait_for()
    person.page.get_by_role("heading", level=1).wait_for()


def conversations(person: Person) -> Locator:
    return person.page.get_by_role("navigation", name="Conversations")


def details(person: Person) -> Locator:
    return person.page.get_by_role("complementary", name="Details")


def test_CB_1_a_name_becomes_what_others_will_see_before_it_is_sent(ada: Person) -> None:
    arrive(ada, "/c")
    ada.page.get_by_role("main").get_by_role("button", name="New channel").click()
    dialog = ada.page.get_by_role("dialog", name="New channel")
    dialog.get_by_label("Name").fill("#My  Plan")
    expect(dialog).to_contain_text("Others see #my-plan.")
    dialog.get_by_label("Purpose").fill("What we do next")
    dialog.get_by_label("Purpose").press("Enter")
    expect(ada.page.get_by_role("heading", level=1)).to_have_text("my-plan")
    expect(conversations(ada).get_by_role("link", name="my-plan")).to_have_attribute("aria-current", "page")
    ada.page.get_by_role("textbox", name="Message #my-plan").wait_for()


def test_a_channel_that_exists_is_not_made_twice(ada: Person, team: Node) -> None:
    make(team, "twice")
    arrive(ada, "/c")
    conversations(ada).get_by_role("button", name="New channel").click()
    dialog = ada.page.get_by_role("dialog", name="New channel")
    dialog.get_by_role("button", name="Create channel").click()
    expect(dialog.get_by_role("alert")).to_have_text("A channel needs a name.")
    dialog.get_by_label("Name").fill("Twice")
    dialog.get_by_role("button", name="Create channel").click()
    expect(dialog.get_by_role("alert")).to_contain_text("exists already")
    expect(dialog.get_by_label("Name")).to_have_value("Twice")
    ada.expect_noise()


def test_the_list_of_channels_finds_by_name_and_purpose(ada: Person, team: Node) -> None:
    make(team, "gardening", description="Roses and hedges")
    make(team, "cooking", description="Soups")
    arrive(ada, "/c")
    rows = ada.page.get_by_role("main").get_by_role("listitem")
    search = ada.page.get_by_role("searchbox", name="Find a channel")
    search.fill("roses")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("gardening")
    search.fill("nothing like it")
    expect(ada.page.get_by_text("No channel has this in its name or purpose")).to_be_visible()
    search.fill("#cook")
    rows.get_by_role("link", name="Open #cooking").click()
    expect(ada.page.get_by_role("heading", level=1)).to_have_text("cooking")


def test_an_address_with_the_name_of_a_channel_becomes_its_own(ada: Person, team: Node) -> None:
    channel = make(team, "by-name")
    arrive(ada, "/c/by-name")
    ada.page.wait_for_url(f"**/c/{channel}")
    expect(ada.page.get_by_role("heading", level=1)).to_have_text("by-name")


def test_a_rename_shows_everywhere_and_keeps_old_links(ada: Person, team: Node, people: People) -> None:
    channel = make(team, "old-name")
    mira = people(team)
    mira.sign_in("mira")
    arrive(mira, f"/c/{channel}")
    arrive(ada, f"/c/{channel}/about/settings")
    details(ada).get_by_role("textbox", name="Name").fill("New Name")
    details(ada).get_by_label("Topic").fill("Fresh paint")
    details(ada).get_by_role("button", name="Save changes").click()
    expect(details(ada).get_by_text("Saved", exact=True)).to_be_visible()
    for person in (ada, mira):
        expect(person.page.get_by_role("heading", level=1)).to_have_text("new-name")
        expect(conversations(person).get_by_role("link", name="new-name")).to_be_visible()
    expect(mira.page.get_by_text("Fresh paint")).to_be_visible()
    arrive(mira, f"/c/{channel}")
    expect(mira.page.get_by_role("heading", level=1)).to_have_text("new-name")


FORMER = """() => {
  const link = Object.assign(document.createElement("a"), { href: "/c/linked-so", textContent: "former" });
  document.querySelector("main").append(link);
}"""


def rename(team: Node, channel: str, name: str) -> None:
    team.call("PATCH", f"/channels/{channel}", {"name": name})


def test_a_link_by_a_former_name_leads_to_the_channel(ada: Person, team: Node) -> None:
    channel = make(team, "once-so")
    message = team.call("POST", "/channels/messages", {"channel_id": channel, "content": "still here"})["message"]["id"]
    for name in ("then-so", "now-so"):
        rename(team, channel, name)
    arrive(ada, "/c/then-so")
    ada.page.wait_for_url(f"**/c/{channel}")
    expect(ada.page.get_by_role("heading", level=1)).to_have_text("now-so")
    ada.go(f"/c/once-so/{message}")
    ada.page.wait_for_url(f"**/c/{channel}/{message}")
    expect(ada.page.get_by_role("article").filter(has_text="still here")).to_be_focused()
    newcomer = make(team, "once-so")
    arrive(ada, "/c/once-so")
    ada.page.wait_for_url(f"**/c/{newcomer}")


def test_a_link_in_the_page_by_a_former_name_leads_to_the_channel(ada: Person, team: Node) -> None:
    channel = make(team, "linked-so")
    rename(team, channel, "linked-otherwise")
    arrive(ada, "/c/general")
    ada.page.evaluate(FORMER)
    ada.page.get_by_role("link", name="former").click()
    ada.page.wait_for_url(f"**/c/{channel}")
    expect(ada.page.get_by_role("heading", name="linked-otherwise", level=1)).to_be_focused()


def test_a_former_name_of_two_channels_or_of_none_is_not_guessed(ada: Person, team: Node) -> None:
    for name in ("shared-a", "shared-b"):
        channel = make(team, "shared-name")
        rename(team, channel, name)
    for name in ("shared-name", "never-a-name"):
        ada.go(f"/c/{name}")
        expect(ada.page.get_by_role("heading", name="This conversation is not available here")).to_be_visible()
        assert ada.page.url.endswith(f"/c/{name}")
    ada.expect_noise()


def test_the_panel_has_an_address_and_gives_the_focus_back(ada: Person, team: Node) -> None:
    channel = make(team, "with-panel")
    arrive(ada, f"/c/{channel}")
    box = ada.page.get_by_role("textbox", name="Message #with-panel")
    box.fill("half a thought")
    ada.page.get_by_role("link", name="2 members").click()
    expect(details(ada).get_by_role("heading", level=2)).to_be_focused()
    expect(details(ada).get_by_role("listitem")).to_have_count(2)
    ada.page.wait_for_url(f"**/c/{channel}/about/members")
    details(ada).get_by_role("link", name="Settings").click()
    expect(details(ada).get_by_label("Topic")).to_be_visible()
    ada.page.keyboard.press("Escape")
    expect(details(ada)).to_have_count(0)
    expect(ada.page.get_by_role("link", name="2 members")).to_be_focused()
    expect(box).to_have_value("half a thought")
    ada.page.go_back()
    expect(details(ada).get_by_label("Topic")).to_be_visible()
    ada.page.reload()
    expect(details(ada).get_by_label("Topic")).to_be_visible()


def test_only_admins_change_a_channel_and_general_stays(ada: Person, team: Node, people: People) -> None:
    channel = make(team, "ruled", description="Ruled by ada")
    mira = people(team)
    mira.sign_in("mira")
    arrive(mira, f"/c/{channel}/about/settings")
    expect(details(mira)).to_contain_text("Only admins of this channel can change it.")
    expect(details(mira)).to_contain_text("Ruled by ada")
    expect(details(mira).get_by_role("textbox")).to_have_count(0)
    arrive(ada, f"/c/{channel}/about/members")
    details(ada).get_by_label("Role of Mira Okafor").select_option("Admin")
    expect(details(mira).get_by_role("textbox", name="Name")).to_have_value("ruled")
    arrive(ada, "/c/general/about/settings")
    expect(details(ada)).to_contain_text("#general belongs to everybody")
    expect(details(ada).get_by_role("textbox")).to_have_count(0)
    expect(details(ada).get_by_role("button", name="Archive channel")).to_have_count(0)


def test_the_last_admin_stays_one(ada: Person, team: Node) -> None:
    channel = make(team, "one-admin")
    arrive(ada, f"/c/{channel}/about/members")
    role = details(ada).get_by_label("Role of Ada Lovelace")
    role.select_option("Member")
    expect(details(ada).get_by_role("alert")).to_contain_text("A channel needs an admin")
    expect(role).to_have_value("admin")
    ada.expect_noise()


def test_an_archived_channel_leaves_the_list_and_can_come_back(ada: Person, team: Node, people: People) -> None:
    channel = make(team, "put-away")
    mira = people(team)
    mira.sign_in("mira")
    arrive(mira, "/c")
    row = conversations(mira).get_by_role("link", name="put-away")
    expect(row).to_be_visible()
    arrive(ada, f"/c/{channel}/about/settings")
    details(ada).get_by_role("button", name="Archive channel").click()
    ada.page.get_by_role("dialog", name="Archive #put-away?").get_by_role("button", name="Archive channel").click()
    expect(details(ada)).to_contain_text("This channel is archived.")
    expect(ada.page.get_by_role("heading", level=1)).to_have_text("put-away")
    expect(row).to_have_count(0)
    mira.page.get_by_role("button", name="Archived").click()
    mira.page.get_by_role("link", name="Open #put-away").click()
    expect(mira.page.get_by_role("heading", level=1)).to_have_text("put-away")
    details(ada).get_by_role("button", name="Take out of the archive").click()
    expect(row).to_be_visible()


def test_who_leaves_a_channel_can_come_back(ada: Person, team: Node, people: People) -> None:
    channel = make(team, "passing-through")
    mira = people(team)
    mira.sign_in("mira")
    arrive(mira, f"/c/{channel}/about/members")
    details(mira).get_by_role("button", name="Leave channel").click()
    mira.page.get_by_role("dialog", name="Leave #passing-through?").get_by_role("button", name="Leave channel").click()
    mira.page.wait_for_url("**/c")
    expect(conversations(mira).get_by_role("link", name="passing-through")).to_have_count(0)
    mira.page.get_by_role("button", name="Left").click()
    mira.page.get_by_role("button", name="Join #passing-through").click()
    expect(conversations(mira).get_by_role("link", name="passing-through")).to_be_visible()


def test_unread_channels_stand_first_and_in_bold_until_they_are_opened(ada: Person, team: Node) -> None:
    channel = make(team, "noisy")
    arrive(ada, "/c")
    assert KEYS[team.root] != team.key
    for text in ("one", "two"):
        team.call("POST", "/channels/messages", {"channel_id": channel, "content": text}, key=KEYS[team.root])
    unread = conversations(ada).get_by_role("list", name="Unread").get_by_role("link", name="noisy, unread")
    expect(unread).to_be_visible()
    unread.click()
    expect(conversations(ada).get_by_role("link", name="noisy", exact=True)).to_have_attribute("aria-current", "page")


def test_CH_7_what_i_post_with_my_own_key_is_not_unread(ada: Person, team: Node) -> None:
    channel = make(team, "my-own")
    other = make(team, "not-mine")
    arrive(ada, "/c")
    team.call("POST", "/channels/messages", {"channel_id": channel, "content": "by my key"})
    team.call("POST", "/channels/messages", {"channel_id": other, "content": "by mira"}, key=KEYS[team.root])
    expect(conversations(ada).get_by_role("link", name="not-mine, unread")).to_be_visible()
    expect(conversations(ada).get_by_role("link", name="my-own", exact=True)).to_be_visible()


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[list[Node]]:
    with nodes(tmp_path, "one", "two") as both:
        link(*both)
        wait_until(lambda: is_level(both[0]) and is_level(both[1]), "the link")
        yield both


def test_on_another_node_a_change_is_asked_for_and_said_to_be(pair: list[Node], people: People) -> None:
    one, two = pair
    channel = make(one, "shared")
    wait_until(lambda: "shared" in [c["name"] for c in two.call("GET", "/channels")["channels"]], "the channel")
    owner = one.call("GET", "/agents/me")["user_id"]
    guest = next(u for u in one.call("GET", "/users")["users"] if u["user_id"] != owner)["user_id"]
    one.call("PUT", f"/channels/{channel}/members/{guest}/role", {"role": "admin"})
    here, there = people(one), people(two)
    here.sign_in("one")
    there.sign_in("two")
    arrive(here, f"/c/{channel}")
    arrive(there, f"/c/{channel}/about/settings")
    details(there).get_by_label("Topic").wait_for()
    one.stop()
    details(there).get_by_role("textbox", name="Name").fill("asked-for")
    details(there).get_by_role("button", name="Save changes").click()
    asked = details(there).get_by_text(re.compile(r"^Sent to .*, which decides on this channel"))
    expect(asked).to_be_visible()
    expect(there.page.get_by_role("heading", level=1)).to_have_text("shared")
    one.restart()
    expect(there.page.get_by_role("heading", level=1)).to_have_text("asked-for", timeout=20_000)
    expect(asked).to_have_count(0)
    expect(here.page.get_by_role("heading", level=1)).to_have_text("asked-for", timeout=20_000)
    here.expect_noise()


@THEMES
def test_AX_1_axe_finds_nothing_grave_about_channels(theme: Theme, team: Node, people: People) -> None:
    channel = make(team, f"checked-{theme}", description="For the checker", topic="Just now")
    ada = people(team, color_scheme=theme)
    ada.sign_in("ada")
    arrive(ada, "/c")
    ada.page.get_by_role("link", name=f"Open #checked-{theme}").wait_for()
    assert grave(ada.page) == []
    ada.page.get_by_role("main").get_by_role("button", name="New channel").click()
    ada.page.get_by_role("dialog", name="New channel").get_by_role("button", name="Create channel").click()
    assert grave(ada.page) == []
    team.call("POST", "/channels/messages", {"channel_id": channel, "content": "something to read"})
    for tab in ("members", "settings"):
        arrive(ada, f"/c/{channel}/about/{tab}")
        details(ada).get_by_role("button", name=re.compile("channel$")).first.wait_for()
        assert grave(ada.page) == [], tab


@pytest.mark.parametrize("width", [320, 390])
def test_PH_1_channels_fit_a_phone(width: int, team: Node, people: People) -> None:
    channel = make(team, f"a-name-that-is-rather-long-for-a-small-screen-{width}", description="Many words " * 20)
    ada = people(team, **{**PHONE, "viewport": {"width": width, "height": 844}})
    ada.sign_in("ada")
    for path in ("/c", f"/c/{channel}/about/members", f"/c/{channel}/about/settings"):
        ada.go(path)
        ada.page.get_by_role("button", name=re.compile("New channel|channel$")).first.wait_for()
        assert ada.page.evaluate("() => document.documentElement.scrollWidth") <= width, path


def test_a_channel_that_goes_on_elsewhere_leads_there_and_back(ada: Person, team: Node) -> None:
    """Protocol section 4: where an authority is lost, a member goes on in another channel."""
    old = make(team, "lost-one")
    arrive(ada, f"/c/{old}")
    new = make(team, "found-again", continues=old)
    main = ada.page.get_by_role("main")
    main.get_by_role("link", name="#found-again").click()
    expect(ada.page).to_have_url(re.compile(f"/c/({new}|found-again)$"))
    expect(main).to_contain_text("What was said before is in #lost-one")
    main.get_by_role("link", name="#lost-one").click()
    expect(ada.page).to_have_url(re.compile(f"/c/({old}|lost-one)$"))
