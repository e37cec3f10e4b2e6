# ruff: noqa: N802 - the names quote the ids of ui.md
"""AX-2: a whole day by the keyboard alone, on two nodes; the mouse is never touched."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect
from tests.browser.conftest import People, Person
from tests.browser.test_connect_nodes import only
from tests.e2e.node import PASSWORD, Node
from tests.e2e.pair import nodes, wait_until

pytestmark = pytest.mark.browser

MOST_TABS = 60


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[list[Node]]:
    with nodes(tmp_path, "one", "two") as both:
        yield both


def press(person: Person, *keys: str) -> None:
    for key in keys:
        person.page.keyboard.press(key)


def write(person: Person, text: str) -> None:
    """Into whatever has the focus."""
    person.page.keyboard.insert_text(text)


def tab_to(person: Person, target: Locator) -> None:
    """Tab until the focus is there, as far as somebody would."""
    target.wait_for()
    for _ in range(MOST_TABS):
        if target.evaluate("e => e === document.activeElement || e.contains(document.activeElement)"):
            return
        press(person, "Tab")
    pytest.fail(f"{MOST_TABS} Tab stops, and {target} was not among them")


def sign_in_by_hand(person: Person, username: str) -> None:
    person.go("/")
    tab_to(person, person.page.get_by_label("Handle"))
    write(person, username)
    tab_to(person, person.page.get_by_label("Password", exact=True))
    write(person, PASSWORD)
    press(person, "Enter")
    person.wait_live()


def choose(person: Person, item: str) -> None:
    """In an open menu, by its first letters' neighbours: arrows until the item has the focus."""
    wanted = person.page.get_by_role("menuitem", name=item, exact=True)
    wanted.wait_for()
    for _ in range(MOST_TABS):
        if wanted.evaluate("e => e === document.activeElement"):
            press(person, "Enter")
            return
        press(person, "ArrowDown")
    pytest.fail(f"no arrow leads to {item}")


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_AX_2_a_day_without_a_mouse(pair: list[Node], people: People) -> None:
    one, two = pair
    guest = one.register("guest")
    ada, ben = people(one), people(two)
    sign_in_by_hand(ada, "one")
    sign_in_by_hand(ben, "two")
    found_a_channel(ada)
    talk(ada)
    switch(ada)
    invite_and_import(ada, ben)
    let_a_stranger_in(ada, ben, str(one.call("GET", "/p2p/invite", key=guest)["invite_code"]))
    wait_until(lambda: "by-hand" in [one["name"] for one in two.call("GET", "/channels")["channels"]], "her channel")


def open_switcher(ada: Person) -> None:
    press(ada, "Control+k")
    expect(ada.page.get_by_role("dialog", name="Jump to").get_by_role("combobox")).to_be_focused()


def found_a_channel(ada: Person) -> None:
    open_switcher(ada)
    write(ada, ">new channel")
    ada.page.get_by_role("option", name="New channel").wait_for()
    press(ada, "Enter")
    dialog = ada.page.get_by_role("dialog", name="New channel")
    expect(dialog.get_by_label("Name")).to_be_focused()
    write(ada, "by hand")
    press(ada, "Enter")
    expect(ada.page.get_by_role("heading", level=1, name="by-hand")).to_be_visible()
    expect(ada.page.get_by_role("textbox", name="Message #by-hand")).to_be_focused()


def talk(ada: Person) -> None:
    """Send, react, reply, edit, delete."""
    feed = ada.page.get_by_role("feed", name="Messages in #by-hand")
    for text in ("said with keys", "to be deleted"):
        write(ada, text)
        press(ada, "Enter")
        expect(feed.get_by_role("article").filter(has_text=text)).to_have_attribute("data-state", "sent")
    press(ada, "Shift+Tab")
    row = feed.get_by_role("article").filter(has_text="to be deleted")
    tab_back_to(ada, row)
    press(ada, "+")
    expect(row.get_by_role("button", name="👍 1, you")).to_be_visible()
    press(ada, "Delete")
    dialog = ada.page.get_by_role("dialog", name="Delete this message?")
    tab_to(ada, dialog.get_by_role("button", name="Delete"))
    press(ada, "Enter")
    expect(feed.get_by_text("Message deleted")).to_be_visible()
    expect(feed.get_by_role("article").filter(has_text="Message deleted")).to_be_focused()
    kept = feed.get_by_role("article").filter(has_text="said with keys")
    press(ada, "k")
    expect(kept).to_be_focused()
    press(ada, "e")
    expect(ada.page.get_by_role("textbox", name="Edit the message of")).to_be_focused()
    press(ada, "End")
    write(ada, ", changed")
    press(ada, "Enter")
    expect(kept.get_by_text("said with keys, changed")).to_be_visible()
    expect(kept).to_be_focused()
    press(ada, "r")
    reply = ada.page.get_by_role("complementary", name="Thread").get_by_role("textbox")
    expect(reply).to_be_focused()
    write(ada, "a reply by hand")
    press(ada, "Enter")
    thread = ada.page.get_by_role("complementary", name="Thread")
    expect(thread.get_by_role("article").filter(has_text="a reply by hand")).to_have_attribute("data-state", "sent")
    press(ada, "Escape")
    expect(thread).to_have_count(0)
    expect(kept.get_by_text("1 reply")).to_be_visible()


def tab_back_to(ada: Person, row: Locator) -> None:
    for _ in range(MOST_TABS):
        if row.evaluate("e => e === document.activeElement"):
            return
        press(ada, "Shift+Tab")
    pytest.fail("the newest message is not before the composer")


def switch(ada: Person) -> None:
    open_switcher(ada)
    write(ada, "gen")
    ada.page.get_by_role("option", name="general").wait_for()
    press(ada, "Enter")
    expect(ada.page.get_by_role("heading", level=1, name="general")).to_be_visible()
    press(ada, "Alt+ArrowDown")
    expect(ada.page.get_by_role("heading", level=1, name="by-hand")).to_be_visible()


def invite_and_import(ada: Person, ben: Person) -> None:
    """Ada reads her code out of its field; Ben pastes it, looks at it, and connects."""
    for person in (ada, ben):
        press(person, "F6", "g", "n")
        person.page.get_by_role("heading", level=1, name="Connect").wait_for()
    code = ada.page.get_by_label("Invite code", exact=True)
    tab_to(ada, code)
    connect(ben, code.input_value())
    for person in (ada, ben):
        expect(only(person)).to_contain_text("Connected and syncing")


def connect(ben: Person, code: str) -> None:
    tab_to(ben, ben.page.get_by_label("Code from the other node"))
    press(ben, "Control+a")
    write(ben, code)
    tab_to(ben, ben.page.get_by_role("button", name="Review"))
    press(ben, "Enter")
    tab_to(ben, ben.page.get_by_role("button", name="Connect to"))
    press(ben, "Enter")


def let_a_stranger_in(ada: Person, ben: Person, code: str) -> None:
    """Forgotten on both sides, Ben's node comes with a code without a secret and waits until Ada approves it."""
    for person in (ada, ben):
        row = only(person)
        tab_to(person, row.locator("canopy-menu button").first)
        press(person, "Enter")
        choose(person, "Forget…")
        dialog = person.page.get_by_role("dialog")
        tab_to(person, dialog.get_by_role("button", name="Forget"))
        press(person, "Enter")
        expect(dialog).to_have_count(0)
    again = ben.page.get_by_role("button", name="Add another peer")
    tab_to(ben, again)
    press(ben, "Enter")
    connect(ben, code)
    expect(only(ada)).to_contain_text("Not reviewed")
    tab_to(ada, ada.page.get_by_role("button", name="Approve"))
    press(ada, "Enter")
    for person in (ada, ben):
        expect(only(person)).to_contain_text("Connected and syncing")
