"""The tutorials work as written: their lines of the shell, and what they say of the screens."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright
from tests.browser.conftest import FLAGS, find_chromium
from tests.e2e.node import PASSWORD, Node
from tests.e2e.walk import Walk

pytestmark = pytest.mark.slow


@pytest.mark.timeout(90)
def test_the_first_hour_on_the_command_line(tmp_path: Path) -> None:
    walk = Walk("docs/tutorials/first-hour.md", tmp_path, {"~/first-node": "7770"}, "first-hour")
    setup = f"echo '{PASSWORD}' | .venv/bin/canopy setup --username ada --password-stdin --data-root ~/first-node"
    printed = walk.run(walk.script({0: setup}), 80)
    for sign in (
        "/setup?claim=",
        "Created @kai (active)",
        '"content":"Build 4711 is green."',
        '"code":"insufficient_scope"',
        "Created @scout (pending_approval)",
        "@scout is now active",
        "canopy.db",
        "healthy",
    ):
        assert sign in printed, f"{sign} is missing in\n{printed}"
    assert "fail " not in printed, printed
    root = tmp_path / "first-node"
    assert not (root / "node.json").exists()
    assert (root / "config.toml").read_text() == 'registration = "approval"\n'


@pytest.fixture
def windows() -> Iterator[list[Page]]:
    """Windows of people who share nothing; at the end none may have complained."""
    path = find_chromium()
    if path is None:
        pytest.skip("no Chromium: set CANOPY_CHROMIUM or put `chromium` on the PATH")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=FLAGS)
        pages = [running.new_context(locale="en-GB").new_page() for _ in range(3)]
        noise: list[str] = []
        for page in pages:
            page.set_default_timeout(8_000)
            page.on("pageerror", lambda error: noise.append(str(error)))
        yield pages
        running.close()
        assert noise == []


def sign_up(page: Page, url: str, handle: str) -> None:
    page.goto(url)
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.get_by_role("link", name="Create an account").click()
    expect(page.get_by_role("heading", name="Create an account")).to_be_visible()
    page.get_by_label("Handle").fill(handle)
    page.get_by_label("Your name").fill(handle.title())
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()


@pytest.mark.browser
@pytest.mark.timeout(120)
def test_the_first_hour_on_the_screen(tmp_path: Path, windows: list[Page]) -> None:
    ada, mira, noor = windows
    with Node(tmp_path / "root") as node:
        claim = (node.root / "setup-token").read_text().strip()
        ada.goto(f"{node.url}/setup?claim={claim}")
        expect(ada.get_by_role("heading", name="Set up this node")).to_be_visible()
        for label, text in (("Your name", "Ada"), ("Handle", "ada"), ("Node name", "studio")):
            ada.get_by_label(label).fill(text)
        ada.get_by_label("Password", exact=True).fill(PASSWORD)
        ada.get_by_role("button", name="Create my workspace").click()
        expect(ada.get_by_role("status").get_by_text("Live", exact=True)).to_be_visible()
        say(ada, "Message #general", "The first words.")
        sign_up(mira, node.url, "mira")
        expect(mira.get_by_text("The first words.")).to_be_visible()

        ada.mouse.move(0, 0)
        (node.root / "config.toml").write_text('registration = "approval"\n')
        node.restart()
        expect(ada.get_by_role("status").get_by_text("Live", exact=True)).to_be_visible(timeout=20_000)
        sign_up(noor, node.url, "noor")
        expect(noor.get_by_role("heading", name="Almost there")).to_be_visible()
        expect(ada.get_by_role("link", name="Administration")).to_contain_text("1")
        ada.get_by_role("link", name="Administration").click()
        ada.get_by_role("link", name="Accounts").click()
        ada.get_by_role("button", name="Approve noor").click()
        expect(noor.get_by_text("The first words.")).to_be_visible()

        ada.get_by_role("button", name="New channel").click()
        ada.get_by_label("Name", exact=True).fill("plans")
        ada.get_by_label("Purpose").fill("What comes next")
        ada.get_by_role("button", name="Create channel").click()
        expect(ada.get_by_role("heading", level=1, name="plans")).to_be_visible()
        expect(mira.get_by_role("link", name="plans")).to_be_visible()
        ada.get_by_role("link", name="Details").click()
        details = ada.get_by_role("complementary", name="Details")
        for tab in ("Members", "Settings"):
            expect(details.get_by_role("link", name=tab)).to_be_visible()

        ada.goto(f"{node.url}/c/general")
        say(ada, "Message #general", "Shall we meet on Friday?")
        feed = ada.get_by_role("feed", name="Messages in #general")
        row = feed.get_by_role("article").filter(has_text="Shall we meet")
        row.hover()
        ada.get_by_role("toolbar", name="Message actions").get_by_role("button", name="Reply in thread").click()
        thread = ada.get_by_role("complementary", name="Thread")
        thread.get_by_role("textbox").fill("Friday is fine.")
        thread.get_by_role("textbox").press("Enter")
        row.hover()
        row.get_by_role("button", name="React", exact=True).click()
        ada.get_by_role("dialog", name="Choose an emoji").get_by_role("searchbox").fill("rocket")
        ada.get_by_role("dialog", name="Choose an emoji").get_by_role("searchbox").press("Enter")
        seen = mira.get_by_role("article").filter(has_text="Shall we meet")
        expect(seen.get_by_role("button", name="1 reply")).to_be_visible()
        expect(seen.get_by_role("button", name="🚀 1")).to_be_visible()

        ada.get_by_role("link", name="Search", exact=True).click()
        ada.get_by_role("searchbox", name="Search in #general").fill("frid")
        expect(ada.get_by_text("2 messages")).to_be_visible()
        ada.keyboard.press("Control+k")
        expect(ada.get_by_role("dialog")).to_be_visible()
        ada.keyboard.press("Escape")

        ada.get_by_role("link", name="Settings", exact=True).first.click()
        ada.get_by_role("link", name="API keys").click()
        ada.get_by_role("button", name="New key").click()
        ada.get_by_label("Name", exact=True).fill("build bot")
        ada.get_by_role("button", name="Chat agent").click()
        expect(ada.get_by_label("Valid for")).to_be_visible()
        ada.get_by_role("button", name="Create key").click()
        key = ada.get_by_label("Key", exact=True).input_value()
        assert node.request("GET", "/api/v1/auth/status", key=key).status == 200

        mira.get_by_role("button", name="Mira, @mira").click()
        mira.get_by_role("menuitem", name="Sign out").click()
        expect(mira.get_by_role("heading", name="Sign in")).to_be_visible()


def say(page: Page, box: str, text: str) -> None:
    page.get_by_role("textbox", name=box).fill(text)
    page.get_by_role("textbox", name=box).press("Enter")


@pytest.mark.timeout(120)
def test_two_nodes_on_the_command_line(tmp_path: Path) -> None:
    ports = {"~/node-a": "7770", "~/node-b": "7780", "~/node-c": "7790"}
    walk = Walk("docs/tutorials/two-nodes.md", tmp_path, ports, "two-nodes")
    printed = walk.run(walk.script(), 110)
    linked, spoken, level, away, back, waiting, approved, parted = walk.parts(printed)[2:]
    assert "Connected and syncing." in linked
    assert '"content":"Hello from A"' in spoken
    assert '"content":"Hello from B"' in spoken
    assert "up to date" in level
    assert ": done" in away
    assert " not known " in away
    assert " holds it " in back
    assert "up to date" in back
    assert "Nothing is exchanged before the other side approves this node." in waiting
    assert "not reviewed connected, not syncing" in waiting
    assert "is now trusted" in approved
    assert "introduced" in approved
    assert "is now blocked" in parted
