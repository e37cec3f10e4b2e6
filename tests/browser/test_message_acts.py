# ruff: noqa: N802 - the names quote the ids of ui.md
"""What is done with one message: reactions, editing, deleting, links (ui.md 4.1, 5.2, 5.4)."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from playwright.sync_api import Locator, Route, expect
from tests.browser.conftest import ADA, KEYS, MIRA, People, Person, mira_says
from tests.browser.test_access import THEMES, Theme, grave
from tests.e2e.node import Node

from canopy.ground.emoji import find_emoji

pytestmark = pytest.mark.browser

SOON = 0.25 * 3  # s to another browser, on a machine that others use too
UNDO = 10_000  # ms
CLICKED = "button => button.dispatchEvent(new PointerEvent('click', {bubbles: true, cancelable: true, detail: 1}))"


@pytest.fixture
def ada(team: Node, people: People) -> Person:
    return arrived(people(team), "ada")


def arrived(person: Person, name: str) -> Person:
    person.sign_in(name)
    person.open_general()
    return person


def by_mira(node: Node, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    return node.call(method, f"/channels/general/messages/{path}", body, key=KEYS[node.root])


def tool(person: Person, row: Locator, name: str) -> Locator:
    """A button of the toolbar, which comes to the row under the pointer."""
    row.hover()
    return row.get_by_role("toolbar", name="Message actions").get_by_role("button", name=name, exact=True)


def choose(person: Person, row: Locator, name: str) -> None:
    tool(person, row, "More actions").click()
    person.page.get_by_role("menuitem", name=name).click()


def chip(row: Locator, name: str) -> Locator:
    return row.get_by_role("button", name=name, exact=True)


def contents(node: Node) -> list[str]:
    return [str(each["content"]) for each in node.messages()]


def test_a_reaction_is_picked_counted_and_taken_back(team: Node, ada: Person) -> None:
    message = mira_says(team, "react to me")
    by_mira(team, "PUT", f"{message}/reactions/celebrate")
    row = ada.article("react to me")
    expect(chip(row, "🎉 1")).to_have_attribute("aria-pressed", "false")
    expect(chip(row, "🎉 1")).to_have_attribute("title", f"🎉 {MIRA}")
    chip(row, "🎉 1").click()
    expect(chip(row, "🎉 2, you and 1 other")).to_have_attribute("aria-pressed", "true")
    expect(chip(row, "🎉 2, you and 1 other")).to_have_attribute("title", f"🎉 you and {MIRA}")
    expect(row).to_have_accessible_name(re.compile("2 reactions$"))
    tool(ada, row, "React").click()
    picker = ada.page.get_by_role("dialog", name="Choose an emoji")
    picker.get_by_role("searchbox").fill("rocket")
    picker.get_by_role("searchbox").press("Enter")
    expect(picker).to_have_count(0)
    expect(chip(row, "🚀 1, you")).to_have_attribute("aria-pressed", "true")
    expect(chip(row, "🎉 1")).to_have_attribute("aria-pressed", "false")
    chip(row, "🚀 1, you").click()
    expect(chip(row, "🚀 1, you")).to_have_count(0)


def test_the_picker_is_walked_by_keys_and_gives_the_focus_back(team: Node, ada: Person) -> None:
    mira_says(team, "walk the picker")
    row = ada.article("walk the picker")
    row.focus()
    ada.page.keyboard.press(":")
    picker = ada.page.get_by_role("dialog", name="Choose an emoji")
    expect(picker.get_by_role("searchbox")).to_be_focused()
    ada.page.keyboard.press("ArrowDown")
    expect(picker.get_by_role("gridcell").nth(0).get_by_role("button")).to_be_focused()
    for key in ("ArrowDown", "ArrowRight", "ArrowUp"):
        ada.page.keyboard.press(key)
    expect(picker.get_by_role("gridcell").nth(1).get_by_role("button")).to_be_focused()
    ada.page.keyboard.press("Escape")
    expect(picker).to_have_count(0)
    expect(row).to_be_focused()


def test_every_emoji_that_is_offered_is_one_that_the_node_takes(ada: Person) -> None:
    offered: list[str] = ada.page.evaluate(
        """async () => {
          const tree = document.querySelector("script[type=module]").src.replace("main.js", "");
          const { GROUPS } = await import(`${tree}parts/emoji-data.js`);
          return GROUPS.flatMap(({ emoji }) => emoji.map((each) => each.emoji));
        }"""
    )
    assert len(offered) > 300
    assert len(set(offered)) == len(offered)
    assert [each for each in offered if find_emoji(each) != each] == []


@pytest.mark.timed
def test_CH_11_what_another_changes_is_patched_in_place(team: Node, ada: Person) -> None:
    message = mira_says(team, "before the edit")
    row = ada.articles.and_(ada.page.locator(f"[data-message-id={message}]"))
    expect(row).to_contain_text("before the edit")
    row.evaluate("row => { row.dataset.test = 'the same element' }")
    begun = time.monotonic()
    by_mira(team, "PATCH", message, {"content": "after the edit"})
    expect(row.get_by_text("after the edit")).to_be_visible()
    assert time.monotonic() - begun < SOON
    begun = time.monotonic()
    by_mira(team, "PUT", f"{message}/reactions/eyes")
    expect(chip(row, "👀 1")).to_be_visible()
    assert time.monotonic() - begun < SOON
    expect(row).to_have_attribute("data-test", "the same element")
    expect(row.get_by_role("button", name="(edited)")).to_be_visible()
    begun = time.monotonic()
    by_mira(team, "DELETE", message)
    expect(row).to_have_count(0)
    assert time.monotonic() - begun < SOON


def test_CH_11_two_tabs_show_the_same(ada: Person) -> None:
    ada.say("edited in one tab")
    other = ada.another_tab()
    other.goto(f"{ada.url}/c/general")
    ada.wait_live(other)
    row = ada.article("edited in one tab")
    choose(ada, row, "Edit")
    editor = ada.page.get_by_role("textbox", name=f"Edit the message of {ADA}")
    editor.fill("seen in both tabs")
    editor.press("Enter")
    expect(other.get_by_role("article").filter(has_text="seen in both tabs")).to_be_visible()
    expect(editor).to_have_count(0)
    expect(ada.article("seen in both tabs")).to_be_focused()


def test_an_edit_is_not_written_over_by_another_tab(team: Node, ada: Person) -> None:
    ada.say("to be changed twice")
    row = ada.article("to be changed twice")
    choose(ada, row, "Edit")
    mine = ada.page.get_by_role("textbox", name=f"Edit the message of {ADA}")
    mine.press("End")
    mine.press_sequentially(", mine")
    other = ada.another_tab()
    other.goto(f"{ada.url}/c/general")
    ada.wait_live(other)
    theirs_row = other.get_by_role("article").filter(has_text="to be changed twice")
    theirs_row.focus()
    other.keyboard.press("e")
    theirs = other.get_by_role("textbox", name=f"Edit the message of {ADA}")
    theirs.fill("theirs")
    theirs.press("Enter")
    expect(other.get_by_role("article").filter(has_text="theirs")).to_contain_text("(edited)")
    expect(ada.page.get_by_role("alert")).to_contain_text("theirs")
    expect(mine).to_have_value("to be changed twice, mine")
    ada.page.bring_to_front()
    ada.page.get_by_role("button", name="Use that text").click()
    expect(mine).to_have_value("theirs")
    mine.press("Escape")
    assert [each["content"] for each in team.messages()][-1] == "theirs"


def test_my_message_is_edited_where_it_stands(team: Node, ada: Person) -> None:
    ada.say("a messge with a mistake")
    row = ada.article("a messge with a mistake")
    expect(row).to_have_attribute("data-state", "sent")
    row.focus()
    ada.page.keyboard.press("e")
    editor = ada.page.get_by_role("textbox", name=f"Edit the message of {ADA}")
    expect(editor).to_be_focused()
    expect(editor).to_have_value("a messge with a mistake")
    editor.fill("never mind")
    editor.press("Escape")
    expect(editor).to_have_count(0)
    expect(row).to_be_focused()
    expect(row).not_to_contain_text("(edited)")
    ada.page.keyboard.press("e")
    expect(editor).to_have_value("a messge with a mistake")
    editor.fill("a message without a mistake")
    editor.press("Enter")
    row = ada.article("a message without a mistake")
    row.get_by_role("button", name="(edited)").click()
    history = ada.page.get_by_role("dialog", name="What this message said")
    expect(history.get_by_role("listitem")).to_have_count(2)
    expect(history.locator("del")).to_have_text(["messge", "with"])
    expect(history.locator("ins")).to_have_text(["message", "without"])
    history.get_by_role("button", name="Close").click()
    assert "a message without a mistake" in contents(team)


def test_arrow_up_in_an_empty_composer_edits_my_last(team: Node, ada: Person) -> None:
    ada.say("the last of mine")
    mira_says(team, "said by another since")
    expect(ada.article("said by another since")).to_be_visible()
    ada.box.fill("not empty")
    ada.box.press("ArrowUp")
    expect(ada.page.get_by_role("textbox", name=re.compile("^Edit"))).to_have_count(0)
    ada.box.fill("")
    ada.box.press("ArrowUp")
    expect(ada.article("the last of mine").or_(ada.articles).get_by_role("textbox")).to_have_value("the last of mine")


def test_a_message_changed_elsewhere_while_i_edit_shows_both_versions(team: Node, ada: Person) -> None:
    message = team.post("first words")
    row = ada.articles.and_(ada.page.locator(f"[data-message-id={message}]"))
    row.focus()
    ada.page.keyboard.press("e")
    editor = row.get_by_role("textbox")
    editor.fill("my words")
    team.call("PATCH", f"/channels/general/messages/{message}", {"content": "words from elsewhere"})
    expect(row.get_by_role("alert")).to_contain_text("words from elsewhere")
    expect(editor).to_have_value("my words")
    row.get_by_role("button", name="Use that text").click()
    expect(editor).to_have_value("words from elsewhere")


@pytest.mark.parametrize("with_reply", [False, True])
def test_an_edit_of_a_message_that_is_deleted_elsewhere_goes_on_below(
    own_team: Node, people: People, *, with_reply: bool
) -> None:
    ada = arrived(people(own_team), "ada")
    message = own_team.post("gone while it is edited")
    if with_reply:  # then a stub stays where it stood
        body = {"channel_id": "general", "content": "a reply", "parent_message_id": message}
        own_team.call("POST", "/channels/messages", body, key=KEYS[own_team.root])
    row = ada.articles.and_(ada.page.locator(f"[data-message-id={message}]"))
    expect(row).to_contain_text("gone while it is edited")
    ada.box.fill("begun before")
    row.focus()
    ada.page.keyboard.press("e")
    editor = row.get_by_role("textbox")
    editor.fill("a long thought")
    own_team.call("DELETE", f"/channels/general/messages/{message}")
    expect(editor).to_have_count(0)
    expect(ada.box).to_have_value("begun before\na long thought")
    expect(ada.box).to_be_focused()
    said = "The message was deleted. What you were writing stands in the box below."
    expect(ada.page.get_by_role("status").filter(has_text=said)).to_be_visible()
    ada.box.fill("")


def test_an_edit_of_a_message_that_was_deleted_while_away_goes_on_below(own_team: Node, people: People) -> None:
    ada = arrived(people(own_team), "ada")
    message = own_team.post("gone while nobody heard")
    row = ada.articles.and_(ada.page.locator(f"[data-message-id={message}]"))
    row.focus()
    ada.page.keyboard.press("e")
    row.get_by_role("textbox").fill("a long thought")
    ada.page.evaluate("() => document.querySelector('canopy-channel').conversation.hear = () => {}")
    own_team.call("DELETE", f"/channels/general/messages/{message}")
    ada.page.evaluate("() => document.querySelector('canopy-channel').conversation.reload()")
    expect(ada.box).to_have_value("a long thought")
    ada.box.fill("")


def test_a_refused_edit_keeps_the_text_and_says_why(ada: Person) -> None:
    ada.say("to be edited in vain")
    row = ada.article("to be edited in vain")
    expect(row).to_have_attribute("data-state", "sent")

    def refuse(route: Route) -> None:
        if route.request.method != "PATCH":
            return route.fallback()
        return route.fulfill(status=403, json={"detail": "It is too late.", "code": "locked", "status": 403})

    ada.page.route("**/api/v1/channels/general/messages/*", refuse)
    row.focus()
    ada.page.keyboard.press("e")
    editor = ada.page.get_by_role("textbox", name=re.compile("^Edit"))
    editor.fill("new words")
    editor.press("Enter")
    expect(ada.articles.get_by_role("alert").last).to_have_text("Not saved: It is too late.")
    expect(editor).to_have_value("new words")
    ada.expect_noise()


def test_a_deleted_message_can_be_brought_back_for_ten_seconds(team: Node, ada: Person) -> None:
    """Decision 28: until then nobody but this browser knows."""
    ada.page.clock.install()
    ada.open_general()
    for text in ("deleted by mistake", "deleted on purpose"):
        ada.say(text)
        expect(ada.article(text)).to_have_attribute("data-state", "sent")
    row = ada.article("deleted by mistake")
    row.focus()
    ada.page.keyboard.press("Delete")
    dialog = ada.page.get_by_role("dialog", name="Delete this message?")
    expect(dialog).to_contain_text("2 members on 1 node")
    dialog.get_by_role("button", name="Delete").click()
    gone = ada.articles.filter(has_text="Message deleted")
    gone.get_by_role("button", name="Undo").click()
    expect(row).to_be_visible()
    ada.article("deleted on purpose").focus()
    ada.page.keyboard.press("Delete")
    dialog.get_by_role("button", name="Delete").click()
    expect(gone).to_have_count(1)
    ada.page.clock.run_for(UNDO - 1_000)
    assert {"deleted by mistake", "deleted on purpose"} <= set(contents(team))
    ada.page.clock.run_for(2_000)
    expect(gone).to_have_count(0)
    assert "deleted on purpose" not in contents(team)
    assert "deleted by mistake" in contents(team)


def test_an_emptied_edit_that_is_not_deleted_goes_on(ada: Person) -> None:
    ada.say("to be kept after all")
    row = ada.article("to be kept after all")
    expect(row).to_have_attribute("data-state", "sent")
    row.focus()
    ada.page.keyboard.press("e")
    editor = ada.page.get_by_role("textbox", name=f"Edit the message of {ADA}")
    editor.fill("")
    editor.press("Enter")
    dialog = ada.page.get_by_role("dialog", name="Delete this message?")
    expect(dialog).to_be_visible()
    ada.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(editor).to_be_focused()
    ada.page.keyboard.press("Escape")
    expect(editor).to_have_count(0)
    expect(row).to_be_focused()


def test_who_brings_a_message_back_by_keys_stays_at_it(ada: Person) -> None:
    ada.say("deleted by a slip")
    row = ada.article("deleted by a slip")
    expect(row).to_have_attribute("data-state", "sent")
    row.focus()
    ada.page.keyboard.press("Delete")
    ada.page.get_by_role("dialog").get_by_role("button", name="Delete").press("Enter")
    ada.articles.get_by_role("button", name="Undo").press("Enter")
    expect(row).to_be_focused()


def test_a_page_that_goes_deletes_at_once(team: Node, ada: Person) -> None:
    """Decision 28: sent with `keepalive`."""
    ada.say("deleted by leaving")
    ada.article("deleted by leaving").focus()
    expect(ada.article("deleted by leaving")).to_have_attribute("data-state", "sent")
    ada.page.keyboard.press("Delete")
    ada.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(ada.articles.filter(has_text="Message deleted")).to_have_count(1)
    assert "deleted by leaving" in contents(team)
    ada.page.reload()
    ada.wait_live()
    expect(ada.article("deleted by leaving")).to_have_count(0)
    expect(ada.articles.filter(has_text="Message deleted")).to_have_count(0)
    assert "deleted by leaving" not in contents(team)


def test_letters_do_nothing_while_one_writes_and_foreign_messages_are_not_edited(team: Node, ada: Person) -> None:
    mira_says(team, "not mine to edit")
    ada.article("not mine to edit").focus()
    ada.page.keyboard.press("e")
    expect(ada.page.get_by_role("textbox", name=re.compile("^Edit"))).to_have_count(0)
    ada.box.press_sequentially("e:+l")
    expect(ada.box).to_have_value("e:+l")
    expect(ada.page.get_by_role("dialog")).to_have_count(0)
    ada.box.fill("")


def test_plus_and_equals_react(team: Node, ada: Person) -> None:
    message = mira_says(team, "plus and equals")
    by_mira(team, "PUT", f"{message}/reactions/eyes")
    row = ada.article("plus and equals")
    expect(chip(row, "👀 1")).to_be_visible()
    row.focus()
    ada.page.keyboard.press("+")
    expect(chip(row, "👍 1, you")).to_be_visible()
    ada.page.keyboard.press("=")
    expect(row.locator("[aria-pressed=true]")).to_have_count(1)


def test_a_quote_begins_the_next_message(team: Node, ada: Person) -> None:
    mira_says(team, "worth quoting")
    ada.article("worth quoting").focus()
    ada.page.keyboard.press("q")
    expect(ada.box).to_be_focused()
    expect(ada.box).to_have_value("> worth quoting\n\n")
    ada.box.fill("")


def test_a_link_is_copied_and_leads_to_the_message(team: Node, people: People) -> None:
    ada = people(team, permissions=["clipboard-read", "clipboard-write"])
    arrived(ada, "ada")
    message = mira_says(team, "link to me")
    choose(ada, ada.article("link to me"), "Copy link")
    expect(ada.page.get_by_role("status").filter(has_text="Link copied")).to_be_visible()
    link = ada.page.evaluate("() => navigator.clipboard.readText()")
    assert link == f"{ada.url}/c/general/{message}"


def test_PH_6_long_press_and_more_actions_open_the_same_dialog(team: Node, people: People) -> None:
    mira_says(team, "press me long")
    phone = people(team, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    arrived(phone, "ada")
    row = phone.article("press me long")
    dialog = phone.page.get_by_role("dialog", name=f"Message from {MIRA}")
    row.tap()
    row.get_by_role("button", name="More actions").tap()
    expect(dialog).to_be_visible()
    offered = dialog.get_by_role("button").all_inner_texts()
    assert "Reply in thread" in offered
    dialog.get_by_role("button", name="Cancel").tap()
    expect(dialog).to_have_count(0)
    row.dispatch_event("pointerdown", {"pointerType": "touch", "bubbles": True, "clientX": 100, "clientY": 500})
    expect(dialog).to_be_visible()
    assert dialog.get_by_role("button").all_inner_texts() == offered
    dialog.get_by_role("button", name="👍").tap()
    expect(chip(row, "👍 1, you")).to_be_visible()


@pytest.mark.parametrize("ending", ["touchEnd", "touchCancel"])
def test_PH_6_the_press_that_opens_the_sheet_chooses_nothing_in_it(team: Node, people: People, ending: str) -> None:
    mira_says(team, f"rest on me until {ending}")
    phone = people(team, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    arrived(phone, "ada")
    row = phone.article(f"rest on me until {ending}")
    row.tap()  # what hears a long press is loaded with the first touch
    row.get_by_role("toolbar").wait_for(state="attached")
    box = row.bounding_box()
    assert box is not None
    point = {"x": 200, "y": box["y"] + box["height"] / 2}
    client = phone.context.new_cdp_session(phone.page)
    client.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [point]})
    dialog = phone.page.get_by_role("dialog", name=f"Message from {MIRA}")
    expect(dialog).to_be_visible()
    client.send("Input.dispatchTouchEvent", {"type": ending, "touchPoints": []})
    # Some browsers send the click of the press to what lies below the finger by now.
    dialog.get_by_role("button", name="Cancel").evaluate(CLICKED)
    phone.page.evaluate("() => new Promise((resolve) => setTimeout(resolve, 100))")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Cancel").tap()
    expect(dialog).to_have_count(0)


@THEMES
def test_AX_1_toolbar_menu_picker_and_dialogs_are_clean(theme: Theme, team: Node, people: People) -> None:
    ada = arrived(people(team, color_scheme=theme), "ada")
    ada.say(f"look at me in {theme}")
    row = ada.article(f"look at me in {theme}")
    expect(row).to_have_attribute("data-state", "sent")
    row.focus()
    ada.page.keyboard.press("+")
    expect(chip(row, "👍 1, you")).to_be_visible()
    for key, role in ((":", "dialog"), ("e", "textbox"), ("Delete", "dialog")):
        row.focus()
        ada.page.keyboard.press(key)
        shown = ada.page.get_by_role(role, name=re.compile("emoji|Edit|Delete"))  # type: ignore[arg-type]
        shown.wait_for()
        assert grave(ada.page) == [], key
        ada.page.keyboard.press("Escape")
        expect(shown).to_have_count(0)
    tool(ada, row, "More actions").click()
    ada.page.get_by_role("menuitem", name="Copy link").wait_for()
    assert grave(ada.page) == []


def test_only_one_toolbar_exists_and_it_follows_the_pointer(team: Node, ada: Person) -> None:
    for number in range(3):
        mira_says(team, f"toolbar {number}")
    for number in (0, 2, 1):
        row = ada.article(f"toolbar {number}")
        row.hover()
        expect(row.get_by_role("toolbar", name="Message actions")).to_be_visible()
        expect(ada.page.get_by_role("toolbar", name="Message actions")).to_have_count(1)
