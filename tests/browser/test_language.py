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
