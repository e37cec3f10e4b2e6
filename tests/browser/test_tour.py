# ruff: noqa: N802 - the names quote the ids of ui.md
"""Every place and layer in every look, at every size and in every direction (ui.md AX-1, AX-5, AX-6, AX-7, PH-1)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page
from tests.browser.conftest import People, Person
from tests.browser.test_access import grave
from tests.browser.test_places import PHONE
from tests.browser.tour import Town, build
from tests.e2e.node import Node

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(180)]

LOOKS: dict[str, tuple[str, dict[str, Any]]] = {
    "dark": ("", {"color_scheme": "dark"}),
    "high contrast": ("contrast", {"color_scheme": "light"}),
    "high contrast, dark": ("contrast", {"color_scheme": "dark"}),
}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
"""What another look can change."""
ZOOMED = {"width": 720, "height": 450}
"""1440 x 900 at 200 %."""
SMALL = {"width": 320, "height": 568}


@pytest.fixture(scope="module")
def town(team: Node) -> Town:
    return build(team)


def arrived(town: Town, people: People, **options: Any) -> Person:
    ada = people(town.node, **options)
    ada.sign_in("ada")
    return ada


def left_out(ada: Person) -> None:
    """Missing pages and messages are asked for on purpose, which the browser reports by itself."""
    ada.expect_noise()


def test_AX_1_axe_finds_nothing_grave_in_any_look(town: Town, people: People) -> None:
    """All rules in the light look; what a look changes, in all others."""
    ada = arrived(town, people, color_scheme="light")
    found: dict[str, Any] = {}
    for stop in town.visit(ada):
        if faults := grave(ada.page):
            found[stop.name] = faults
        for look, (theme, media) in LOOKS.items():
            wear(ada.page, theme, media)
            if faults := grave(ada.page, COLOURS):
                found[f"{stop.name}, {look}"] = faults
        wear(ada.page, "", {"color_scheme": "light"})
    left_out(ada)
    assert found == {}


def wear(page: Page, theme: str, media: dict[str, Any]) -> None:
    """Another look without another page; what fades into it is waited for."""
    page.emulate_media(**media)
    page.evaluate(
        """async (theme) => {
          if (theme) document.documentElement.dataset.theme = theme;
          else delete document.documentElement.dataset.theme;
          await Promise.allSettled(document.getAnimations().map((one) => one.finished));
        }""",
        theme,
    )


def test_AX_1_axe_finds_nothing_grave_on_a_phone(town: Town, people: People) -> None:
    ada = arrived(town, people, **PHONE)
    found = {stop.name: faults for stop in town.visit(ada, narrow=True) if (faults := grave(ada.page))}
    left_out(ada)
    assert found == {}


OUTSIDE = """() => {
  const { clientWidth: wide, scrollWidth } = document.documentElement;
  if (scrollWidth > wide) return [`the page: ${scrollWidth}`];
  const scrolls = (e) => e !== null && (/auto|scroll/.test(getComputedStyle(e).overflowX) || scrolls(e.parentElement));
  const shown = (e) => e.checkVisibility({ visibilityProperty: true })
    && !e.closest('.sr-only, .skip-links, [aria-hidden=true]') && !scrolls(e.parentElement);
  const lies = (e) => {
    const { left, right, width } = e.getBoundingClientRect();
    return width > 1 && (left < -1 || right > wide + 1);
  };
  return [...document.querySelectorAll('a, button, input, select, textarea, h1, h2')]
    .filter((e) => shown(e) && lies(e)).map((e) => `${e.tagName} ${e.textContent.trim().slice(0, 30)}`);
}"""
WORDS = """() => {
  const theirs = '[translate=no], .words, bdi, [dir=auto], code, .message-main, .place-name, .sheet-emoji, .picker, '
    + '.identity, .place-row, .avatar, kbd';
  const own = (e) => {
    const copy = e.cloneNode(true);
    for (const each of copy.querySelectorAll(theirs)) each.remove();
    return (e.getAttribute('aria-label') ?? copy.textContent).trim();
  };
  return [...document.querySelectorAll('button, h1, h2, h3, label, legend, [role=menuitem], [role=status], dt')]
    .filter((e) => e.checkVisibility() && !e.closest(theirs)).map(own).filter((text) => text);
}"""


def sticks_out(page: Page) -> list[str]:
    """What lies outside the page sideways and can be scrolled to by nothing, or makes the page itself scroll."""
    return list(page.evaluate(OUTSIDE))


def test_AX_5_nothing_is_lost_in_a_small_window(town: Town, people: People) -> None:
    """320 pixels, and a desk's window at 200 %."""
    ada = arrived(town, people, viewport=SMALL)
    found: dict[str, list[str]] = {}
    for stop in town.visit(ada, narrow=True):
        for size in (SMALL, ZOOMED):
            ada.page.set_viewport_size(size)  # type: ignore[arg-type]
            ada.page.evaluate("() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
            if lost := sticks_out(ada.page):
                found[f"{stop.name}, {size['width']}"] = lost
        ada.page.set_viewport_size(SMALL)  # type: ignore[arg-type]
    left_out(ada)
    assert found == {}


UNCHANGED = re.compile(r"[A-Za-z]{3,}")


def test_AX_6_and_7_all_words_come_from_the_catalogues_and_run_from_the_right(town: Town, people: People) -> None:
    """The disguise of the pseudo-language changes every letter of ours: what is still plain English was left out."""
    ada = arrived(town, people)
    ada.page.add_init_script("localStorage.setItem('canopy.language', 'ar-XB')")
    plain: dict[str, list[str]] = {}
    for stop in town.visit(ada):
        found = ada.page.evaluate(WORDS)
        names = (
            "tour",
            "general",
            "ada",
            "mira",
            "Ada",
            "Lovelace",
            "Mira",
            "Okafor",
            "node",
            "Deutsch",
            "English",
            "first key",
        )
        left = [text for text in found if _is_plain(text, names)]
        if left:
            plain[stop.name] = left
        assert ada.page.evaluate("document.dir") == "rtl"
        assert sticks_out(ada.page) == [], stop.name
    left_out(ada)
    assert plain == {}, plain


def _is_plain(text: str, names: tuple[str, ...]) -> bool:
    for name in names:
        text = text.replace(name, "")
    return UNCHANGED.search(text) is not None
