# ruff: noqa: N802 - the names quote the ids of ui.md
"""The frame: rail, sidebar, switcher, help, keys that work everywhere (ui.md 4.1, 5.1, 8)."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import Locator, expect
from tests.browser.conftest import KEYS, People, Person, mira_says
from tests.browser.test_access import THEMES, Theme, grave
from tests.browser.test_base import page, run
from tests.browser.test_places import PHONE, arrive, conversations, make
from tests.e2e.node import Node

pytestmark = pytest.mark.browser
__all__ = ["page"]

SHARED_MACHINE = 3


@pytest.fixture
def ada(own_team: Node, people: People) -> Person:
    person = people(own_team)
    person.sign_in("ada")
    return person


def switcher(person: Person) -> Locator:
    return person.page.get_by_role("dialog", name="Jump to")


def here(person: Person, name: str) -> None:
    expect(person.page.get_by_role("heading", level=1)).to_have_text(name)


@pytest.mark.parametrize(
    ("name", "wanted", "rank"),
    [
        ("ops", "ops", 0),
        ("ops", "op", 1),
        ("mira okafor", "ok", 2),
        ("launch-plan", "pl", 2),
        ("random", "do", 3),
        ("launch-plan", "lp", 4),
        ("random", "o", None),
        ("ops", "x", None),
    ],
)
def test_a_better_answer_ranks_before(page: object, name: str, wanted: str, rank: int | None) -> None:
    assert run(page, "features/switcher/rank.js", f"return m.rank({name!r}, {wanted!r})") == rank  # type: ignore[arg-type]


def test_control_k_finds_channels_people_pages_and_commands(ada: Person, own_team: Node) -> None:
    make(own_team, "launch-plan")
    ada.open_general()
    ada.box.focus()
    ada.page.keyboard.press("Control+k")
    box = switcher(ada).get_by_role("combobox", name="Jump to")
    expect(box).to_be_focused()
    box.fill("lau")
    expect(switcher(ada).get_by_role("option")).to_have_count(1)
    box.press("Enter")
    here(ada, "launch-plan")
    ada.page.keyboard.press("Control+k")
    box.fill("mira")
    expect(switcher(ada).get_by_role("option", name="Mira Okafor @mira")).to_have_attribute("aria-selected", "true")
    box.fill("sett")
    box.press("Enter")
    here(ada, "Settings")
    ada.page.keyboard.press("Control+k")
    box.fill("> dark")
    box.press("Enter")
    expect(ada.page.locator("html")).to_have_attribute("data-theme", "dark")


def jump_to(person: Person, typed: str) -> Locator:
    person.page.keyboard.press("Control+k")
    switcher(person).get_by_role("combobox", name="Jump to").fill(typed)
    return switcher(person).get_by_role("option")


def command(person: Person, name: str) -> None:
    jump_to(person, f">{name}").filter(has_text=name).first.click()


def test_a_sign_before_the_name_finds_one_kind_only(ada: Person, own_team: Node) -> None:
    for number in range(32):
        make(own_team, f"mir-{number}")
    ada.open_general()
    conversations(ada).get_by_role("link", name="mir-31").wait_for()
    options = jump_to(ada, "mir")
    expect(options.filter(has_text="@mira")).to_have_count(0)
    ada.page.keyboard.press("Escape")
    expect(jump_to(ada, "#")).to_have_count(33)
    box = switcher(ada).get_by_role("combobox", name="Jump to")
    box.fill("# general")
    expect(options).to_have_text([re.compile("general")])
    box.fill("@mir")
    expect(options).to_have_text([re.compile("@mira")])
    box.fill("@")
    expect(options).to_have_text([re.compile("@")] * 2)
    box.fill(">")
    expect(options.filter(has_text="Command")).to_have_count(options.count())
    expect(options.filter(has_text="Sign out")).to_have_count(1)
    box.fill("> general")
    expect(options).to_have_count(0)


def unread_channels(node: Node) -> dict[str, int]:
    return {
        each["name"]: each["unread_count"] for each in node.call("GET", "/channels")["channels"] if each["unread_count"]
    }


def two_unread(ada: Person, node: Node) -> dict[str, int]:
    ada.go("/connect")
    ada.page.get_by_role("heading", name="Connect", level=1).wait_for()
    ops = make(node, "ops")
    for text in ("one", "two"):
        node.call("POST", "/channels/messages", {"channel_id": ops, "content": text}, key=KEYS[node.root])
    mira_says(node, "three")
    for name in ("ops", "general"):
        conversations(ada).get_by_role("link", name=re.compile(f"{name}, unread")).wait_for()
    return unread_channels(node)


def test_all_is_marked_read_and_taken_back(ada: Person, own_team: Node) -> None:
    before = two_unread(ada, own_team)
    assert set(before) == {"ops", "general"}
    command(ada, "Mark all read")
    toast = ada.page.locator(".toast")
    expect(toast).to_contain_text("2 channels marked as read")
    assert unread_channels(own_team) == {}
    toast.get_by_role("button", name="Undo").click()
    for name in before:
        conversations(ada).get_by_role("link", name=re.compile(f"{name}, unread")).wait_for()
    assert unread_channels(own_team) == before


def test_calls_come_back_with_what_is_unread_again(ada: Person, own_team: Node) -> None:
    two_unread(ada, own_team)
    mira_says(own_team, "hello @ada")
    expect(ada.page).to_have_title(re.compile(r"^\(1\) "))
    ada.page.keyboard.press("Shift+Escape")
    expect(ada.page).not_to_have_title(re.compile(r"^\("))
    ada.page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(ada.page).to_have_title(re.compile(r"^\(1\) "))


def test_a_place_that_is_not_there_is_nobodys_home(ada: Person, own_team: Node) -> None:
    ops = make(own_team, "ops")
    ada.go(f"/c/{ops}")
    ada.page.get_by_role("heading", level=1, name="ops").wait_for()
    ada.go("/c/zzz")
    expect(ada.page.get_by_role("heading", level=1)).to_have_text("This conversation is not available here")
    ada.page.get_by_role("link", name="Home").click()
    expect(ada.page.get_by_role("heading", level=1)).to_have_text("ops")
    for path in ("/channels", "/"):
        ada.go("/c/zzz")
        expect(ada.page.get_by_role("heading", level=1)).to_have_text("This conversation is not available here")
        ada.go(path)
        expect(ada.page.get_by_role("heading", level=1)).to_have_text("ops")
    own_team.call("DELETE", f"/channels/{ops}")
    ada.go("/")
    ada.go("/people")
    ada.page.get_by_role("link", name="Home").click()
    expect(ada.page.get_by_role("heading", level=1)).to_have_text("general")
    ada.expect_noise()


def test_shift_escape_marks_all_read_and_undo_stays_ten_seconds(ada: Person, own_team: Node) -> None:
    ada.page.clock.install()
    two_unread(ada, own_team)
    ada.page.keyboard.press("Shift+Escape")
    toast = ada.page.locator(".toast")
    expect(toast).to_contain_text("2 channels marked as read")
    ada.page.clock.run_for(9_000)
    expect(toast).to_be_visible()
    ada.page.clock.run_for(1_500)
    expect(toast).to_have_count(0)
    ada.page.keyboard.press("Shift+Escape")
    expect(toast).to_have_text("Nothing is unread")


def test_shift_escape_is_no_escape(ada: Person) -> None:
    ada.open_general()
    ada.box.focus()
    ada.page.keyboard.press("Shift+Escape")
    expect(ada.page.locator(".toast")).to_be_visible()
    expect(ada.box).to_be_focused()
    ada.page.keyboard.press("Control+/")
    expect(ada.page.get_by_role("dialog", name="Keyboard shortcuts")).to_contain_text(
        re.compile(r"Shift\+Esc\s*Mark all read")
    )


def test_commands_turn_the_theme_make_a_key_and_copy_the_invite(own_team: Node, people: People) -> None:
    ada = people(own_team, color_scheme="dark", permissions=["clipboard-read", "clipboard-write"])
    ada.sign_in("ada")
    ada.open_general()
    for theme in ("light", "dark"):
        command(ada, "Toggle theme")
        expect(ada.page.locator("html")).to_have_attribute("data-theme", theme)
    command(ada, "Copy invite code")
    expect(ada.page.locator(".toast")).to_have_text("Invite code copied")
    code = own_team.call("GET", "/p2p/invite")["invite_code"]
    assert ada.page.evaluate("() => navigator.clipboard.readText()") == code
    command(ada, "Create API key")
    here(ada, "Settings")
    dialog = ada.page.get_by_role("dialog", name="New key")
    dialog.get_by_label("Name").fill("by command")
    dialog.get_by_role("button", name="Create key").click()
    dialog.get_by_role("checkbox", name="I have stored it").check()
    dialog.get_by_role("button", name="Done").click()
    expect(ada.page.get_by_role("heading", name="by command")).to_be_visible(timeout=3_000)


def test_only_the_owner_is_offered_the_invite_code(own_team: Node, people: People) -> None:
    mira = people(own_team)
    mira.sign_in("mira")
    mira.open_general()
    options = jump_to(mira, ">")
    expect(options.filter(has_text="Mark all read")).to_have_count(1)
    expect(options.filter(has_text="Copy invite code")).to_have_count(0)


def test_the_switcher_is_walked_with_arrows_and_gives_the_focus_back(ada: Person, own_team: Node) -> None:
    make(own_team, "one")
    make(own_team, "two")
    ada.open_general()
    ada.box.focus()
    ada.page.keyboard.press("Control+k")
    options = switcher(ada).get_by_role("option")
    expect(options).to_have_count(3)
    ada.page.keyboard.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    expect(switcher(ada).get_by_role("combobox")).to_have_attribute("aria-activedescendant", "switcher-2")
    ada.page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    ada.page.keyboard.press("Escape")
    expect(switcher(ada)).to_have_count(0)
    expect(ada.box).to_be_focused()


def test_alt_arrows_walk_the_conversations(ada: Person, own_team: Node) -> None:
    for name in ("aa", "bb"):
        make(own_team, name)
    quiet = make(own_team, "cc")
    ada.open_general()
    conversations(ada).get_by_role("link", name="cc").wait_for()
    ada.page.keyboard.press("Alt+ArrowDown")
    here(ada, "aa")
    ada.page.keyboard.press("Alt+ArrowUp")
    here(ada, "general")
    own_team.call("POST", "/channels/messages", {"channel_id": quiet, "content": "x"}, key=KEYS[ada.node.root])
    conversations(ada).get_by_role("link", name="cc, unread").wait_for()
    ada.page.keyboard.press("Alt+Shift+ArrowDown")
    here(ada, "cc")


def test_letters_one_after_the_other_lead_to_places_but_not_while_typing(ada: Person) -> None:
    ada.open_general()
    ada.page.get_by_role("heading", level=1).focus()
    ada.page.keyboard.press("g")
    ada.page.keyboard.press("s")
    here(ada, "Settings")
    ada.page.keyboard.press("g")
    ada.page.keyboard.press("h")
    here(ada, "general")
    ada.box.focus()
    ada.page.keyboard.type("gs?")
    expect(ada.box).to_have_value("gs?")
    here(ada, "general")


def test_single_letters_can_be_switched_off(ada: Person) -> None:
    arrive(ada, "/settings/keyboard")
    switch = ada.page.get_by_role("switch", name="Single letters are shortcuts")
    expect(switch).to_have_attribute("aria-checked", "true")
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "false")
    ada.page.get_by_role("heading", level=1).focus()
    for key in ("g", "h", "?"):
        ada.page.keyboard.press(key)
    here(ada, "Settings")
    expect(ada.page.get_by_role("dialog")).to_have_count(0)
    ada.page.keyboard.press("Control+/")
    expect(ada.page.get_by_role("dialog", name="Keyboard shortcuts")).to_contain_text("switched off")


def test_the_help_opens_by_key_and_by_button_and_keeps_keys_to_itself(ada: Person) -> None:
    ada.open_general()
    ada.page.get_by_role("heading", level=1).focus()
    ada.page.keyboard.press("?")
    dialog = ada.page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog).to_contain_text("Next or previous message")
    ada.page.keyboard.press("g")
    ada.page.keyboard.press("s")
    expect(dialog).to_be_visible()
    here(ada, "general")
    ada.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    ada.page.get_by_role("navigation", name="Main").get_by_role("button", name="Keyboard shortcuts").click()
    expect(dialog).to_be_visible()


def test_the_rail_takes_one_tab_stop_and_is_walked_with_arrows(ada: Person) -> None:
    ada.open_general()
    rail = ada.page.get_by_role("navigation", name="Main")
    assert rail.locator("[data-roving][tabindex='0']").count() == 1
    rail.get_by_role("link", name="Home").focus()
    ada.page.keyboard.press("ArrowDown")
    expect(rail.get_by_role("link").nth(1)).to_be_focused()
    ada.page.keyboard.press("End")
    expect(rail.get_by_role("button", name=re.compile("Ada"))).to_be_focused()


def test_the_list_is_made_wider_by_dragging_and_stays_so(ada: Person) -> None:
    ada.open_general()
    sidebar = conversations(ada)
    box = sidebar.bounding_box()
    assert box is not None
    ada.page.mouse.move(box["x"] + box["width"], 400)
    ada.page.mouse.down()
    ada.page.mouse.move(box["x"] + box["width"] + 60, 400)
    ada.page.mouse.up()
    expect(sidebar).to_have_css("width", f"{box['width'] + 60:g}px")
    ada.page.reload()
    expect(sidebar).to_have_css("width", f"{box['width'] + 60:g}px")


def test_on_a_phone_the_tabs_stand_below_every_page_but_a_conversation(own_team: Node, people: People) -> None:
    ada = people(own_team, **PHONE)
    ada.sign_in("ada")
    ada.open_general()
    tabs = ada.page.get_by_role("navigation", name="Main")
    expect(tabs).to_be_hidden()
    ada.page.get_by_role("link", name="Back to conversations").click()
    expect(tabs).to_be_visible()
    tabs.get_by_role("link", name="Settings").click()
    expect(ada.page.get_by_role("heading", level=1, name="Settings")).to_be_visible()
    expect(tabs).to_be_visible()
    height = ada.page.evaluate("() => innerHeight")
    place = tabs.bounding_box()
    assert place is not None
    assert place["y"] > height - 120


@THEMES
def test_AX_1_axe_finds_nothing_grave_in_switcher_and_help(theme: Theme, team: Node, people: People) -> None:
    ada = people(team, color_scheme=theme)
    ada.sign_in("ada")
    ada.open_general()
    ada.page.keyboard.press("Control+k")
    switcher(ada).get_by_role("option").first.wait_for()
    assert grave(ada.page) == []
    ada.page.keyboard.press("Escape")
    ada.page.keyboard.press("Control+/")
    ada.page.get_by_role("dialog", name="Keyboard shortcuts").wait_for()
    assert grave(ada.page) == []


@pytest.mark.timed
def test_SE_1_three_letters_and_enter_open_a_channel_from_anywhere(team: Node, people: People) -> None:
    channel = team.call("POST", "/channels", {"name": "lau-plan"})["channel"]["id"]
    ada = people(team)
    ada.sign_in("ada")
    for route in ("/c/general", "/people", "/settings/profile", "/connect"):
        ada.go(route)
        ada.page.get_by_role("status").get_by_text("Live", exact=True).wait_for()
        ada.page.get_by_role("heading", level=1).wait_for()
        ada.page.keyboard.press("Control+k")
        box = ada.page.get_by_role("dialog", name="Jump to").get_by_role("combobox")
        expect(box).to_be_focused()
        begun = time.monotonic()
        ada.page.keyboard.type("lau")
        ada.page.keyboard.press("Enter")
        ada.page.wait_for_url(f"**/c/{channel}")
        ada.page.get_by_role("textbox", name="Message #lau-plan").wait_for()
        assert time.monotonic() - begun < 0.3 * SHARED_MACHINE
