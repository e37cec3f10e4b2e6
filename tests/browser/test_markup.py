# ruff: noqa: N802 - the names quote the ids of ui.md
"""Texts as they are marked up (ui.md 10.4): one renderer, nothing loaded, nothing run."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import People, Person
from tests.browser.test_message_acts import arrived
from tests.e2e.node import Node

pytestmark = pytest.mark.browser

HOSTILE = (
    "**bold** `code` <img src=https://tracker.example/a.png onerror=alert(1)> ![cat](https://pics.example/cat.png) "
    "[https://good.example](https://evil.example/) <script>window.hurt = true</script>"
)


@pytest.fixture
def both(team: Node, people: People) -> list[Person]:
    return [arrived(people(team), name) for name in ("ada", "mira")]


def test_a_text_is_marked_up_for_its_author_and_for_others(both: list[Person]) -> None:
    both[0].say("# Plan\n\n- **pump** test\n- `make release`\n\n```\na  b\n```")
    for person in both:
        row = person.article("pump test")
        expect(row.locator("strong")).to_have_text("pump")
        expect(row.get_by_role("listitem")).to_have_count(2)
        expect(row.locator("pre code")).to_have_text("a  b\n")
        expect(row.get_by_role("heading")).to_have_count(0)


def test_PF_2_what_somebody_writes_loads_and_runs_nothing(both: list[Person]) -> None:
    mira = both[1]
    mira.node.post(HOSTILE)
    row = mira.article("bold")
    expect(row.locator("strong")).to_have_text("bold")
    expect(row.locator("img, script, iframe")).to_have_count(0)
    expect(row.get_by_role("link", name="cat (pics.example)")).to_have_attribute("rel", "noopener noreferrer")
    expect(row.get_by_role("link", name="https://good.example [evil.example]")).to_have_attribute("target", "_blank")
    assert mira.page.evaluate("window.hurt") is None
    assert mira.foreign() == []
    assert mira.noise == []
