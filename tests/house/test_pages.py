"""Pages lead somewhere, and say what is there."""

import re
from pathlib import Path

import pytest

from tests.house.pages import ROOT, anchors, blocks, links, pages, prose
from tests.house.words import english, shown_as

LED = sorted(path for folder in ("tutorials", "how-to") for path in (ROOT / "docs" / folder).glob("*.md"))
"""Pages that lead somebody through the screens: there, words in bold are words of the app."""


def _name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def test_there_are_pages() -> None:
    assert len(pages()) > 30
    assert LED


@pytest.mark.parametrize("page", pages(), ids=_name)
def test_every_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    for link in links(page.read_text("utf-8")):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.is_relative_to(ROOT) and target.exists(), f"{link} leads nowhere"
        if anchor:
            assert anchor in anchors(target.read_text("utf-8")), f"{link}: no such heading"


def test_the_index_names_every_page() -> None:
    index = ROOT / "docs" / "README.md"
    named = {(index.parent / link.partition("#")[0]).resolve() for link in links(index.read_text("utf-8"))}
    docs = [page for page in pages() if page.is_relative_to(ROOT / "docs")]
    found = {page for page in docs if page.parent.name != "decisions"} - {index}
    assert len(found) > 12
    assert found - named == set()


@pytest.mark.parametrize("page", LED, ids=_name)
def test_words_in_bold_are_on_the_screens(page: Path) -> None:
    known = {message for words in english().values() for message in words.values()}
    # One such as "{emoji} {n}" would take any words for its own.
    messages = [shown_as(message) for message in known if re.search("[a-z]{3}", re.sub(r"{\w+}?", "", message))]
    for label in re.findall(r"\*\*(.+?)\*\*", prose(page.read_text("utf-8"))):
        if label != "bold":
            assert any(message.fullmatch(label) for message in messages), f"no screen says {label!r}"


@pytest.mark.parametrize("page", LED, ids=_name)
def test_each_sentence_has_its_line(page: Path) -> None:
    plain = re.sub(r"`[^`]*`", "x", prose(page.read_text("utf-8")))
    for line in plain.splitlines():
        if not line.startswith(("|", "- ")):
            assert not re.search(r"[a-z)*x][.?!] [A-Z]", line), line


def test_what_a_page_is_made_of() -> None:
    page = "# One *two*\n\n[a](b.md#c) `[no](no.md)` [x](https://y)\n\n```sh\n# no\n[no](no)\n```\n\n## One two\n"
    assert anchors(page) == {"one-two", "one-two-1"}
    assert links(page) == ["b.md#c"]
    assert "no](no)" not in prose(page)
    (block,) = blocks("<!-- test: file a.py -->\n```python\nx = 1\n```\n\n```python\nnot marked\n```\n")
    assert (block.verb, block.name, block.text) == ("file", "a.py", "x = 1\n")


def test_how_a_message_may_look() -> None:
    message = shown_as("{who}: {n, plural, =0 {nobody} one {# reply} other {# replies}} in all")
    assert message.fullmatch("Ada: 1 reply in all")
    assert message.fullmatch("Mira: 1,200 replies in all")
    assert not message.fullmatch("Ada: some replies in all")
    assert not message.fullmatch("Ada: 1 reply")
