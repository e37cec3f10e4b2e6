# ruff: noqa: N802 - the names quote the ids of ui.md
"""Words in the language of the person, and how the page looks before its first paint (ui.md 7, 9)."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import People, Person
from tests.browser.test_base import page, run
from tests.e2e.node import Node

pytestmark = pytest.mark.browser
__all__ = ["page"]

MEMBERS = "{n, plural, =0 {nobody} one {# member} other {# members}} of {place}"


@pytest.mark.parametrize(
    ("message", "values", "wanted"),
    [
        ("plain", {}, "plain"),
        ("Hello {name}", {"name": "{n}"}, "Hello {n}"),
        (MEMBERS, {"n": 0, "place": "ops"}, "nobody of ops"),
        (MEMBERS, {"n": 1, "place": "ops"}, "1 member of ops"),
        (MEMBERS, {"n": 1200, "place": "ops"}, "1,200 members of ops"),
        ("{n, plural, other {{name} and # more}}", {"n": 2, "name": "Mira"}, "Mira and 2 more"),
        ("an {unknown} one", {}, "an {unknown} one"),
    ],
)
def test_messages_take_their_values(page: Any, message: str, values: dict[str, Any], wanted: str) -> None:
    assert run(page, "base/language.js", f"return m.fill({message!r}, {values!r})") == wanted


def test_a_disguised_message_keeps_its_places(page: Any) -> None:
    said = run(page, "base/pseudo.js", f"return m.disguise({MEMBERS!r})")
    assert said.startswith("[{n, plural, =0 {")
    assert "{place}" in said
    assert "members" not in said
    assert len(said) > 1.3 * len(MEMBERS)


def test_a_chosen_theme_stands_before_the_first_paint(team: Node, people: People) -> None:
    ada = people(team, color_scheme="light")
    ada.sign_in("ada")
    ada.go("/login")
    ada.page.evaluate("""() => localStorage.setItem("canopy.look", '{"theme": "dark", "size": 150}')""")
    ada.page.add_init_script(
        """new MutationObserver((_, watch) => {
             if (!document.body) return;
             globalThis.firstTheme = document.documentElement.dataset.theme;
             watch.disconnect();
           }).observe(document, { childList: true, subtree: true });"""
    )
    ada.open_general()
    assert ada.page.evaluate("() => firstTheme") == "dark"
    assert background(ada) == "rgb(15, 20, 17)"
    assert ada.page.evaluate("() => getComputedStyle(document.documentElement).fontSize") == "24px"


def background(person: Person) -> str:
    return str(person.page.evaluate("() => getComputedStyle(document.documentElement).backgroundColor"))


def test_what_is_stored_badly_is_no_look(team: Node, people: People) -> None:
    visitor = people(team, color_scheme="light")
    visitor.page.add_init_script("""localStorage.setItem("canopy.look", "{")""")
    visitor.go("/login")
    expect(visitor.page.get_by_role("heading", level=1)).to_be_visible()
    assert background(visitor) == "rgb(246, 247, 245)"


# Languages.

PLACES = (
    "/c/general",
    "/c",
    "/people",
    "/settings/appearance",
    "/settings/keys",
    "/trust",
    "/connect",
    "/admin",
    "/me",
)
PLAIN = """() => {
  const own = new Set(["Ada Lovelace", "Mira Okafor", "general", "English", "Deutsch", "Canopy"]);
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.textContent.trim();
    const parent = node.parentElement;
    const inside = parent.closest("bdi, code, kbd, time, .avatar, [translate=no], .message-text, .day, script");
    const said = /[a-z]{4}/.test(text) && !text.includes("[") && !own.has(text) && !text.startsWith("node-");
    if (said && !inside && parent.checkVisibility()) found.push(text);
  }
  return found;
}"""
CLIPPED = """() => [...document.querySelectorAll("button, a.button, .tabs a, .rail-label")]
  .filter((e) => e.checkVisibility() && !e.closest(".sr-only") && e.scrollWidth > e.clientWidth + 1)
  .map((e) => e.outerHTML.slice(0, 120))"""


def speak(person: Person, language: str) -> None:
    person.page.add_init_script(f"localStorage.setItem('canopy.language', '{language}')")


def test_AX_6_no_word_is_left_out_of_the_catalogues_and_no_button_is_clipped(team: Node, people: People) -> None:
    ada = people(team)
    ada.sign_in("ada")
    speak(ada, "en-XA")
    for path in PLACES:
        ada.go(path)
        ada.page.locator("[data-drawn], [role=feed][aria-busy=false]").first.wait_for()
        ada.page.wait_for_function("() => !document.querySelector('.skeleton')")
        left = [text for text in ada.page.evaluate(PLAIN) if text not in FROM_THE_NODE]
        assert left == [], path
        assert ada.page.evaluate(CLIPPED) == [], path


FROM_THE_NODE = {"admin", "first key"}
"""Words that come from the node, not from the app."""


def test_AX_7_from_right_to_left_everything_is_mirrored(team: Node, people: People) -> None:
    ada = people(team)
    ada.sign_in("ada")
    speak(ada, "ar-XB")
    ada.go("/c/general")
    ada.page.locator("[role=feed][aria-busy=false]").wait_for()
    assert ada.page.locator("html").get_attribute("dir") == "rtl"
    rail, sidebar, main = (ada.page.locator(name).bounding_box() for name in ("nav.rail", "nav.sidebar", "main"))
    assert rail and sidebar and main
    assert rail["x"] > sidebar["x"] > main["x"]
    assert ada.page.locator(".composer-send .icon").evaluate("e => getComputedStyle(e).scale") == "-1 1"
    assert ada.page.evaluate("() => document.documentElement.scrollWidth") <= 1440


def test_a_page_in_german_is_german_all_over(team: Node, people: People) -> None:
    ada = people(team, locale="de-DE")
    ada.sign_in("ada")
    ada.go("/c/general")
    ada.page.get_by_role("textbox", name="Nachricht an #general").wait_for()
    assert ada.page.locator("html").get_attribute("lang") == "de"
    expect(ada.page.get_by_role("link", name="2 Mitglieder")).to_be_visible()
    ada.go("/settings/appearance")
    expect(ada.page.get_by_role("heading", level=1)).to_have_text("Einstellungen")
    ada.page.get_by_label("Sprache").select_option("en")
    expect(ada.page.get_by_role("heading", level=1)).to_have_text("Settings")
    assert ada.page.locator("html").get_attribute("lang") == "en"


def test_english_asks_for_no_file_of_words(team: Node, people: People) -> None:
    ada = people(team)
    ada.sign_in("ada")
    ada.go("/login")
    ada.page.get_by_role("heading", level=1).wait_for()
    assert not [request.url for request in ada.requests if "/locales/" in request.url]
