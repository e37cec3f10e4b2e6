"""How a text looks while it is typed: marks dimmed, not one glyph moved (ui.md 5.3)."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.browser.conftest import People, Person
from tests.browser.test_base import page, run
from tests.browser.test_message_acts import arrived
from tests.e2e.node import Node

pytestmark = pytest.mark.browser
__all__ = ["page"]

WORDY = (
    "A long paragraph that has to wrap around in a box of any width, with   blanks and\ttabs. " * 6
    + "\n\nשלום עולם, and back\nAVAToWa fi ffi 12:30 "
    + "x" * 300
    + "\n"
)
MARKED = (
    "# Plan for **today**\n> quoted *words* and __more__\n\n- first with `code` and [docs](https://example.org/a_b)\n"
    "12. numbered ~~gone~~\n\tשלום **עולם** _abc_\n```python\nprint('**x**')\n\n```\n"
    + "and **bold `code` _both_** "
    * 40
)
LINE = 22  # px
KEYSTROKE = 16  # ms, the p95 of ui.md 10.1
SHARED_MACHINE = 3


@pytest.fixture
def ada(team: Node, people: People) -> Person:
    return arrived(people(team), "ada")


def light(person: Person) -> Locator:
    return person.page.locator(".composer-light")


def lit(person: Person, text: str) -> None:
    """Write, and wait until the text stands behind the box."""
    person.box.fill(text)
    expect(light(person)).to_have_js_property("textContent", text.replace("\n", ""))


def tones(page: Page, text: str) -> list[list[str]]:
    """Each piece of a line that is not plain, with its tones."""
    pieces = run(page, "parts/composer-light.js", f"return m.lineOf({text!r}, '').pieces")
    assert "".join(piece["text"] for piece in pieces) == text
    return [[piece["text"], piece["tone"]] for piece in pieces if piece["tone"]]


LINES: list[tuple[str, list[list[str]]]] = [
    ("plain 2 * 3 * 4 and snake_case_name", []),
    ("**bold**", [["**", "mark"], ["bold", "strong"], ["**", "mark"]]),
    ("a _b_", [["_", "mark"], ["b", "em"], ["_", "mark"]]),
    ("`a*b*`", [["`", "mark code"], ["a*b*", "code"], ["`", "mark code"]]),
    ("``a`b``", [["``", "mark code"], ["a`b", "code"], ["``", "mark code"]]),
    ("**a _b_**", [["**", "mark"], ["a ", "strong"], ["_", "mark"], ["b", "strong em"], ["_", "mark"], ["**", "mark"]]),
    ("[a](b)", [["[", "mark"], ["a", "link"], ["](b)", "mark"]]),
    ("see https://a.example/b.", [["https://a.example/b", "link"]]),
    (r"\*no\*", [["\\", "mark"], ["\\", "mark"]]),
    ("> - 1", [[">", "mark"], ["-", "item"]]),
    ("2. two", [["2.", "item"]]),
    ("- - -", [["- - -", "mark"]]),
    ("## Head", [["##", "mark"], [" Head", "strong"]]),
    ("~~gone~~", [["~~", "mark"], ["gone", "gone"], ["~~", "mark"]]),
    ("```js", [["```", "mark"], ["js", "lang"]]),
]


def test_a_line_shows_its_marks(page: Page) -> None:
    for text, wanted in LINES:
        assert tones(page, text) == wanted


def test_a_fence_holds_until_its_like(page: Page) -> None:
    body = """const open = m.lineOf("~~~~ sh", "").fence;
      const lines = ["**x**", "~~~", "~~~~"].map((text) => m.lineOf(text, open));
      return [open, ...lines.map(({ kind, fence, pieces }) => [kind, fence, pieces])]"""
    opened, inside, shorter, closed = run(page, "parts/composer-light.js", body)
    assert opened == "~~~~"
    assert inside == ["code", "~~~~", [{"text": "**x**", "tone": ""}]]
    assert shorter[1] == "~~~~"
    assert closed[1] == ""


@pytest.mark.timed
def test_marks_without_partners_cost_little(page: Page) -> None:
    for sign in ("*a", "_a ", "`", "``a", "[", "**", "[a](", "https://a,"):
        body = f"""const text = {sign!r}.repeat(2000).slice(0, 2000); const begun = performance.now();
          m.lineOf(text, ""); return performance.now() - begun"""
        assert run(page, "parts/composer-light.js", body) < 20 * SHARED_MACHINE, sign


@pytest.mark.parametrize("width", [390, 1000])
def test_no_glyph_moves(width: int, team: Node, people: People) -> None:
    """Text without marks looks to the pixel as in the box itself, and marks move no character from its place."""
    ada = arrived(people(team, viewport={"width": width, "height": 1400}), "ada")
    field = ada.page.locator(".composer-field")
    lit(ada, WORDY)
    ada.box.blur()
    assert heights(ada)[0] == heights(ada)[1]
    shown = field.screenshot()
    ada.box.evaluate("box => { box.classList.remove('is-light'); box.previousElementSibling.hidden = true }")
    assert field.screenshot() == shown
    ada.box.evaluate("box => { box.previousElementSibling.hidden = false }")
    lit(ada, MARKED)
    assert heights(ada)[0] == heights(ada)[1]
    assert ada.page.evaluate(MOVED) < 0.5  # px, what rounding comes to
    ada.box.fill("")


MOVED = """() => {
  const places = (line) => {
    const range = document.createRange();
    const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
    const found = [];
    while (walker.nextNode()) {
      for (let at = 0; at < walker.currentNode.data.length; at += 1) {
        range.setStart(walker.currentNode, at);
        range.setEnd(walker.currentNode, at + 1);
        const { left, right, top } = range.getBoundingClientRect();
        found.push(left, right, top);
      }
    }
    return found;
  };
  const lines = [...document.querySelectorAll(".composer-light .light-line")];
  return Math.max(...lines.map((line) => {
    const marked = places(line);
    line.textContent = line.textContent;
    const plain = places(line);
    return Math.max(0, ...plain.map((place, at) => Math.abs(place - marked[at])));
  }));
}"""


def heights(person: Person) -> list[float]:
    script = "box => [box, box.previousElementSibling].map((each) => each.scrollHeight)"
    return [float(each) for each in person.box.evaluate(script)]


def test_marks_are_dimmed_while_one_types(ada: Person) -> None:
    ada.box.press_sequentially("some **bold** text")
    expect(light(ada).locator(".is-strong")).to_have_text("bold")
    colours = "es => es.map((e) => getComputedStyle(e).color)"
    marks = light(ada).locator(".is-mark").evaluate_all(colours)
    assert len(set(marks)) == 1
    assert light(ada).locator(".is-strong").evaluate_all(colours) != marks[:1]
    expect(ada.box).to_have_css("color", "rgba(0, 0, 0, 0)")
    expect(light(ada)).to_have_attribute("aria-hidden", "true")
    ada.box.press("Control+z")
    expect(light(ada)).to_have_js_property("textContent", ada.box.input_value())
    ada.box.fill("")
    expect(light(ada)).to_be_empty()


def test_a_fence_changes_what_follows_and_back(ada: Person) -> None:
    lit(ada, "one\n**two**\nthree")
    expect(light(ada).locator(".light-line.is-code")).to_have_count(0)
    ada.box.evaluate("box => box.setSelectionRange(0, 0)")
    ada.box.press_sequentially("```")
    ada.box.press("Shift+Enter")
    expect(light(ada).locator(".light-line.is-code")).to_have_count(4)
    expect(light(ada).locator(".is-strong")).to_have_count(0)
    ada.box.press("Backspace")
    ada.box.press("Backspace")
    expect(light(ada).locator(".is-strong")).to_have_text("two")
    ada.box.fill("")


def test_the_box_grows_and_scrolls_with_its_text(ada: Person) -> None:
    lit(ada, "\n".join(f"- line {number} of **many**" for number in range(60)))
    field = ada.page.locator(".composer-field")
    seen = "e => [e.scrollTop, e.scrollHeight - e.clientHeight, e.clientHeight, innerHeight]"
    ada.box.press("Control+End")
    ada.box.press_sequentially(" end")
    top, most, height, window = field.evaluate(seen)
    assert height <= 0.4 * window + 2
    assert most > 0
    assert most - top < LINE, "the caret is in view"
    assert heights(ada)[0] == heights(ada)[1]
    ada.box.press("Control+Home")
    assert field.evaluate(seen)[0] < LINE
    ada.box.fill("")
    expect(field).to_have_js_property("scrollTop", 0)


@pytest.mark.timed
def test_a_long_text_stays_plain_and_keys_stay_quick(ada: Person) -> None:
    lit(ada, "**bold** words and `code` on a line of a certain length\n" * 170)
    assert worst_key(ada) < KEYSTROKE * SHARED_MACHINE
    put(ada, "**bold** words\n" * 3_300)
    expect(ada.box).not_to_have_class("composer-text is-light")
    expect(light(ada)).to_be_empty()
    assert worst_key(ada) < KEYSTROKE * SHARED_MACHINE
    put(ada, "")


def put(person: Person, text: str) -> None:
    """At once: typing so much would be the browser's work and not ours."""
    person.box.evaluate("(box, text) => { box.value = text; box.dispatchEvent(new InputEvent('input')) }", text)


def worst_key(person: Person) -> float:
    """Milliseconds of script that the slowest but one of twenty keys took, caret in the middle."""
    script = """async (box) => {
      box.focus();
      box.setSelectionRange(4000, 4000);
      const took = [];
      for (let n = 0; n < 20; n += 1) {
        const begun = performance.now();
        document.execCommand("insertText", false, "x");
        await box.closest("canopy-composer").updateComplete;
        took.push(performance.now() - begun);
        await new Promise(requestAnimationFrame);
      }
      return took.sort((a, b) => a - b).at(-2);
    }"""
    return float(person.box.evaluate(script))


def test_an_input_method_draws_where_it_must(ada: Person) -> None:
    """Letters keep their looks and get a line; what is composed in parts is drawn by the input method."""
    ada.box.focus()
    session = ada.context.new_cdp_session(ada.page)
    lit(ada, "**so** ")
    compose(session, "wort")
    expect(light(ada).locator(".is-composed")).to_have_text("wort")
    expect(light(ada)).to_have_text("**so** wort")
    compose(session, "かな")
    expect(light(ada)).to_be_empty()
    expect(ada.box).not_to_have_css("color", "rgba(0, 0, 0, 0)")
    session.send("Input.insertText", {"text": "仮名"})
    expect(light(ada)).to_have_text("**so** 仮名")
    expect(light(ada).locator(".is-composed")).to_have_count(0)
    ada.box.fill("")


def compose(session: Any, text: str) -> None:
    session.send("Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)})


def test_each_line_has_its_direction(ada: Person) -> None:
    lit(ada, "שלום **עולם**\nback again")
    places = """() => [...document.querySelectorAll(".composer-light .light-line")].map((line) => {
      const range = document.createRange();
      range.selectNodeContents(line);
      const box = line.getBoundingClientRect();
      return range.getBoundingClientRect().left - box.left > box.right - range.getBoundingClientRect().right;
    })"""
    assert ada.page.evaluate(places) == [True, False]
    ada.box.fill("")


def test_forced_colours_show_the_plain_text(team: Node, people: People) -> None:
    ada = arrived(people(team, forced_colors="active"), "ada")
    lit(ada, "some **bold** text")
    expect(light(ada)).to_be_hidden()
    expect(ada.box).not_to_have_css("color", "rgba(0, 0, 0, 0)")
    ada.box.fill("")


def test_what_is_selected_can_be_read(ada: Person) -> None:
    lit(ada, "some **bold** text")
    style = ada.box.evaluate(
        "box => { const s = getComputedStyle(box, '::selection'); return [s.color, s.backgroundColor] }"
    )
    assert style[0] == "rgba(0, 0, 0, 0)"
    assert "/ 0.3" in style[1], "the text behind shows through"
    ada.box.fill("")
