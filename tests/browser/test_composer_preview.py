"""What a text comes to, before it is sent (ui.md 5.3)."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Route, expect
from tests.browser.conftest import ADA, People, Person
from tests.browser.test_access import THEMES, Theme, grave
from tests.browser.test_message_acts import arrived
from tests.e2e.node import Node

pytestmark = pytest.mark.browser
CHORD = "Control+Alt+p"
CARET = "box => [box.selectionStart, box.selectionEnd]"

PRESS = """(box, altgr) => {
  const held = { ctrlKey: true, altKey: true, modifierAltGraph: altgr };
  const event = new KeyboardEvent("keydown", { code: "KeyP", key: "ö", bubbles: true, cancelable: true, ...held });
  box.dispatchEvent(event);
  return event.defaultPrevented;
}"""


@pytest.fixture
def ada(team: Node, people: People) -> Person:
    return arrived(people(team), "ada")


def preview(person: Person) -> Locator:
    return person.page.get_by_role("group", name="Preview")


def button(person: Person) -> Locator:
    return person.page.get_by_role("button", name="Preview")


def test_the_chord_shows_what_the_node_makes_of_it_and_leads_back(ada: Person) -> None:
    ada.box.fill("# Plan\n\n- **pump** test")
    ada.box.evaluate("box => box.setSelectionRange(4, 9)")
    ada.box.press(CHORD)
    expect(preview(ada)).to_be_focused()
    expect(preview(ada).locator("strong")).to_have_text("pump")
    expect(preview(ada).get_by_role("listitem")).to_have_count(1)
    expect(preview(ada)).to_have_attribute("aria-busy", "false")
    expect(ada.box).to_be_hidden()
    expect(button(ada)).to_have_attribute("aria-pressed", "true")
    for back in ("Escape", CHORD):
        ada.page.keyboard.press(back)
        expect(preview(ada)).to_have_count(0)
        expect(ada.box).to_be_focused()
        expect(ada.box).to_have_value("# Plan\n\n- **pump** test")
        assert ada.box.evaluate(CARET) == [4, 9]
        ada.box.press(CHORD)
        expect(preview(ada)).to_be_focused()
    ada.page.get_by_role("button", name="Back to writing").click()
    expect(ada.box).to_be_focused()
    ada.box.press("Control+z")
    expect(ada.box).to_have_value("")


def test_altgr_writes_and_shows_nothing(ada: Person) -> None:
    """Where AltGr stands for Ctrl+Alt, the key writes a letter."""
    for altgr, handled in ((True, False), (False, True)):
        assert ada.box.evaluate(PRESS, altgr) is handled
    expect(preview(ada)).to_be_focused()


def test_the_button_shows_it_and_what_is_shown_can_be_sent(ada: Person) -> None:
    ada.box.fill("seen *before* it is sent")
    button(ada).click()
    expect(preview(ada).locator("em")).to_have_text("before")
    ada.page.get_by_role("button", name="Send").click()
    expect(ada.article("seen before it is sent")).to_be_visible()
    expect(preview(ada)).to_have_count(0)
    expect(ada.box).to_be_focused()
    expect(ada.box).to_have_value("")
    button(ada).click()
    expect(preview(ada)).to_have_text("Nothing is written yet.")
    button(ada).click()
    expect(ada.box).to_be_focused()


def test_a_preview_that_fails_loses_nothing_and_can_be_had_again(ada: Person) -> None:
    def refuse(route: Route) -> None:
        route.fulfill(status=503, json={"detail": "The node is busy."})

    ada.page.route("**/api/v1/render", refuse)
    ada.box.fill("**patience**")
    ada.box.press(CHORD)
    expect(preview(ada).get_by_role("alert")).to_have_text("No preview, and nothing is lost: The node is busy.")
    ada.page.unroute("**/api/v1/render")
    preview(ada).get_by_role("button", name="Retry").click()
    expect(preview(ada).locator("strong")).to_have_text("patience")
    ada.page.keyboard.press(CHORD)
    expect(ada.box).to_have_value("**patience**")
    ada.box.fill("")
    ada.expect_noise()


def test_a_slow_node_is_waited_for_aloud(ada: Person) -> None:
    held: list[Route] = []
    ada.page.route("**/api/v1/render", lambda route: held.append(route))
    ada.box.fill("**slow**")
    ada.box.press(CHORD)
    expect(preview(ada)).to_have_text("Making the preview…")
    expect(preview(ada)).to_have_attribute("aria-busy", "true")
    held[0].continue_()
    expect(preview(ada).locator("strong")).to_have_text("slow")
    ada.page.keyboard.press("Escape")
    ada.box.fill("")


def test_an_edit_can_be_looked_at_too(ada: Person) -> None:
    ada.say("said **plainly**")
    row = ada.article("said plainly")
    expect(row).to_have_attribute("data-state", "sent")
    row.focus()
    ada.page.keyboard.press("e")
    editor = ada.page.get_by_role("textbox", name=f"Edit the message of {ADA}")
    editor.fill("said **otherwise**")
    editor.press(CHORD)
    expect(preview(ada).locator("strong")).to_have_text("otherwise")
    ada.page.keyboard.press("Escape")
    expect(editor).to_be_focused()
    expect(editor).to_have_value("said **otherwise**")
    editor.press("Escape")
    expect(editor).to_have_count(0)


@THEMES
def test_the_preview_is_clean(theme: Theme, team: Node, people: People) -> None:
    ada = arrived(people(team, color_scheme=theme), "ada")
    ada.box.fill("# Head\n\n[a link](https://example.org) and `code`\n\n> quoted")
    ada.box.press(CHORD)
    expect(preview(ada).get_by_role("link")).to_be_visible()
    assert grave(ada.page) == []
    ada.page.keyboard.press("Escape")
    ada.box.fill("")
