"""Drafts: kept from key to key, shared by tabs, and no text lost when two of them differ (ui.md 5.3)."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.browser.conftest import People, Person, mira_says
from tests.browser.test_base import page, run
from tests.browser.test_message_acts import arrived
from tests.browser.test_threads import panel
from tests.e2e.node import Node

pytestmark = pytest.mark.browser
__all__ = ["page"]

LEFT = """() => {
  Object.defineProperty(document, "hidden", { value: true, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
  delete document.hidden;
}"""
STORED = "(name) => Object.keys(localStorage).some((key) => key.endsWith(name))"


@pytest.fixture
def ada(team: Node, people: People) -> Person:
    return arrived(people(team), "ada")


@pytest.fixture
def second(ada: Person) -> Page:
    tab = ada.another_tab()
    tab.goto(f"{ada.url}/c/general")
    ada.wait_live(tab)
    return tab


def box(tab: Page) -> Locator:
    return tab.get_by_role("textbox", name="Message #general")


def other(tab: Page) -> Locator:
    return tab.get_by_role("button", name="Restore other draft")


def test_what_came_of_a_text_is_no_other_text(page: Page) -> None:
    pairs = [["abc", "abcd"], ["abc", "aXbc"], ["hello world", "hello"], ["abc", "xyz"], ["plan for today", "no idea"]]
    said = run(page, "base/drafts.js", f"return {pairs}.map(([one, other]) => m.alike(one, other))")
    assert said == [True, True, True, False, False]


def test_a_draft_and_its_lifespan_survive_a_page_that_goes_at_once(ada: Person) -> None:
    ada.box.fill("typed a moment ago")
    ada.page.get_by_role("combobox", name="Lifespan").select_option(label="7 days")
    ada.page.reload()
    expect(ada.box).to_have_value("typed a moment ago")
    expect(ada.page.locator(".composer-life")).to_have_text("deletes itself after 7 days")
    ada.page.get_by_role("combobox", name="Lifespan").select_option(label="90 days (usual)")
    ada.box.fill("")
    ada.page.reload()
    expect(ada.box).to_have_value("")
    expect(ada.page.locator(".composer-life")).to_have_count(0)


def test_a_draft_is_stored_soon_after_the_last_key(ada: Person) -> None:
    ada.box.press_sequentially("one key after the other")
    ada.page.wait_for_function(STORED, arg="channel:general", timeout=1_000)
    stored = "() => Object.entries(localStorage).find(([key]) => key.endsWith('channel:general'))[1]"
    assert ada.page.evaluate(stored) == "one key after the other"
    ada.box.fill("")


@pytest.mark.parametrize("way", ["hidden", "left", "closed"])
def test_a_draft_is_stored_when_its_page_goes_before_its_time(team: Node, ada: Person, second: Page, way: str) -> None:
    """The 300 ms never pass here: only the page's going can have stored it."""
    root = mira_says(team, f"a thread whose page is {way}")
    ada.page.goto(f"{ada.url}/c/general/t/{root}")
    reply = panel(ada).get_by_role("textbox")
    reply.wait_for()
    ada.page.evaluate(HOLD)
    reply.fill(f"cut short: {way}")
    place = f".thread:{root}"
    second.evaluate("() => new Promise((later) => setTimeout(later, 400))")
    assert not second.evaluate(STORED, place), "the premise: time alone does not store it here"
    if way == "hidden":
        ada.page.evaluate(LEFT)
    elif way == "left":
        ada.page.goto("about:blank")
    else:
        ada.page.close(run_before_unload=True)
    second.wait_for_function(STORED, arg=place)
    second.goto(f"{ada.url}/c/general/t/{root}")
    kept = second.get_by_role("complementary", name="Thread").get_by_role("textbox")
    expect(kept).to_have_value(f"cut short: {way}")
    kept.fill("")


def test_a_thread_has_a_draft_of_its_own(team: Node, ada: Person) -> None:
    root = mira_says(team, "where drafts are apart")
    ada.box.fill("for the channel")
    ada.go(f"/c/general/t/{root}")
    reply = panel(ada).get_by_role("textbox")
    expect(reply).to_have_value("")
    reply.fill("for the thread")
    ada.page.reload()
    expect(reply).to_have_value("for the thread")
    expect(ada.box).to_have_value("for the channel")
    reply.fill("")
    ada.box.fill("")


def test_tabs_show_what_was_typed_last(ada: Person, second: Page) -> None:
    ada.box.fill("begun in one tab")
    expect(box(second)).to_have_value("begun in one tab")
    ada.page.get_by_role("combobox", name="Lifespan").select_option(label="30 days")
    expect(second.locator(".composer-life")).to_have_text("deletes itself after 30 days")
    box(second).press("End")
    box(second).press_sequentially(", ended in the other")
    expect(ada.box).to_have_value("begun in one tab, ended in the other")
    expect(other(ada.page)).to_have_count(0)
    expect(other(second)).to_have_count(0)
    box(second).press("Enter")
    expect(ada.article("ended in the other")).to_be_visible()
    expect(ada.box).to_have_value("")
    expect(other(ada.page)).to_have_count(0)


def test_the_older_of_two_drafts_is_offered_in_both_tabs(ada: Person, second: Page) -> None:
    ada.box.fill("older text")
    box(second).fill("what is newer")
    # Timers of tabs that nobody looks at may be late by a second; a tab that is left stores at once.
    ada.page.evaluate(LEFT)
    expect(ada.box).to_have_value("what is newer")
    for tab in (ada.page, second):
        expect(other(tab)).to_be_visible()
        expect(box(tab)).to_have_value("what is newer")
    other(ada.page).click()
    expect(ada.box).to_be_focused()
    expect(ada.box).to_have_value("older text")
    expect(box(second)).to_have_value("older text")
    other(second).click()
    expect(box(second)).to_have_value("what is newer")
    box(second).press("Enter")
    expect(ada.article("what is newer")).to_be_visible()
    ada.page.reload()
    expect(ada.box).to_have_value("")
    other(ada.page).click()
    expect(ada.box).to_have_value("older text")
    expect(other(ada.page)).to_have_count(0)
    ada.box.fill("")


def test_keys_that_are_not_stored_yet_are_the_newest(ada: Person, second: Page) -> None:
    """A draft of another tab arrives between two keys: the text under the fingers stays."""
    ada.page.evaluate(HOLD)
    ada.box.fill("still being typed")
    box(second).fill("from elsewhere")
    expect(other(ada.page)).to_be_visible()
    expect(ada.box).to_have_value("still being typed")
    ada.page.evaluate("() => releaseTimers()")
    expect(box(second)).to_have_value("still being typed")
    expect(other(second)).to_be_visible()
    ada.box.fill("")
    other(ada.page).click()
    expect(ada.box).to_have_value("from elsewhere")
    ada.box.fill("")


HOLD = """() => {
  const [own, held] = [globalThis.setTimeout, []];
  globalThis.setTimeout = (fn, wait, ...rest) => (wait === 300 ? held.push(fn) : own(fn, wait, ...rest));
  globalThis.releaseTimers = () => { globalThis.setTimeout = own; held.splice(0).forEach((fn) => fn()); };
}"""
