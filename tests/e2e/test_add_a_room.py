"""docs/tutorials/add-a-room.md, carried out from top to bottom in a copy of this tree.

Its files are written, its changes made and its commands run: the room passes the tests that the page writes and
those of the house, a real node serves it, and a browser shows it.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright
from tests.browser.conftest import FLAGS, find_chromium
from tests.e2e.node import PASSWORD, Node, free_port
from tests.e2e.overlay import Overlay, changed
from tests.house.pages import ROOT, Block, blocks

PAGE = ROOT / "docs" / "tutorials" / "add-a-room.md"

pytestmark = pytest.mark.slow


class Served(Node):
    """A node from the sources of an overlay."""

    def __init__(self, root: Path, overlay: Overlay) -> None:
        super().__init__(root, env={"PYTHONPATH": str(overlay.root / "src")})


def of(verb: str) -> list[Block]:
    return blocks(PAGE.read_text("utf-8"), verb)


@pytest.fixture(scope="module")
def overlay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Overlay]:
    """The tree after all that the page says to write."""
    made = Overlay(tmp_path_factory.mktemp("overlay") / "tree")
    for block in blocks(PAGE.read_text("utf-8"), "file", "change", "append"):
        made.apply(block)
    yield made


@pytest.mark.timeout(180)
def test_the_room_passes_its_tests_and_those_of_the_house(overlay: Overlay) -> None:
    reference, tests = of("run")
    overlay.run(reference.text, seconds=30)
    assert "poll.changed" in (overlay.root / "docs" / "reference" / "events.md").read_text("utf-8")
    printed = overlay.run(tests.text, seconds=150)
    assert re.search(r"\b\d\d+ passed", printed), printed
    written = " ".join(block.name for block in of("file") if block.name.endswith(".py"))
    overlay.run(f".venv/bin/ruff check {written} && .venv/bin/ruff format --check {written}", seconds=30)
    overlay.run(f".venv/bin/mypy --follow-imports silent {written}", seconds=120)


@pytest.mark.timeout(60)
def test_the_lines_of_the_shell_lead_to_a_closed_poll(overlay: Overlay, tmp_path: Path) -> None:
    (block,) = of("polls")
    root = tmp_path / "polls"
    text = block.text.replace("/tmp/polls", str(root)).replace("bin/run", f"{sys.executable} -m canopy run")
    text = text.replace("7780", str(free_port())).replace("7781", str(free_port()))
    printed = overlay.run(f"trap 'kill %1' EXIT\n{text}", seconds=40, env={"CANOPY_KEY_STORAGE": "file"})
    (shown,) = json.loads(printed[printed.rindex('{"polls":') :])["polls"]
    assert [option["votes"] for option in shown["options"]] == [0, 1]
    assert shown["closed_at"] is not None


@pytest.mark.browser
@pytest.mark.timeout(90)
def test_the_panel_asks_votes_and_closes(overlay: Overlay, tmp_path: Path) -> None:
    path = find_chromium()
    if path is None:
        pytest.skip("no Chromium: set CANOPY_CHROMIUM or put `chromium` on the PATH")
    with Served(tmp_path / "root", overlay) as node, sync_playwright() as playwright:
        node.setup("ada")
        page = playwright.chromium.launch(executable_path=path, args=FLAGS).new_page(locale="en-GB")
        page.set_default_timeout(8_000)
        noise: list[str] = []
        page.on("console", lambda message: noise.append(message.text))
        page.on("pageerror", lambda error: noise.append(str(error)))
        signed = page.request.post(f"{node.url}/api/v1/session", data={"username": "ada", "password": PASSWORD})
        assert signed.ok
        page.goto(f"{node.url}/c/general/polls")
        page.get_by_label("Question").fill("Where do we eat?")
        page.get_by_label("Options").fill("The harbour, The hill")
        page.get_by_role("button", name="Open poll").click()
        page.get_by_role("button", name="The hill: 0 votes").click()
        page.get_by_role("button", name="The hill: 1 vote").wait_for()
        page.get_by_role("button", name="The harbour: 0 votes").click()
        expect(page.get_by_role("button", name="The harbour: 1 vote")).to_have_attribute("aria-pressed", "true")
        page.get_by_role("button", name="Close poll").click()
        page.get_by_text("This poll is closed.").wait_for()
        assert noise == []


def test_a_change_that_does_not_fit_is_noticed() -> None:
    assert changed("a\nb = (x, y, z)\nc\n", "-b = (...y...)\n+b = (...new, y...)\n") == "a\nb = (x, new, y, z)\nc\n"
    assert changed("a\nc\n", " a\n+b\n") == "a\nb\nc\n"
    for patch in ("-nowhere\n+somewhere\n", "-a\n+b\n"):
        with pytest.raises(AssertionError, match="places"):
            changed("a\na\n", patch)
