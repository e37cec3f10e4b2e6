# ruff: noqa: N802 - the names quote the ids of ui.md
"""The frame: rail, sidebar, switcher, help, keys that work everywhere (ui.md 4.1, 5.1, 8)."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import Locator, expect
from tests.browser.conftest import KEYS, People, Person
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
