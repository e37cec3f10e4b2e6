"""A Chromium and the people who use it.

Tests select by role and accessible name, as ui.md 10.5 asks. Every page is watched: what it writes to its
console, what it throws and whom it asks is kept, and a test fails on any of it unless it says otherwise.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Playwright,
    Request,
    sync_playwright,
)
from tests.e2e.node import PASSWORD, Node

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A name that is no loopback address: such a page is no secure context, like a phone on the LAN.
    "--host-resolver-rules=MAP canopy.local 127.0.0.1",
]
SECONDS_FOR_A_TEST = 60
INSECURE_HOST = "canopy.local"
DESKTOP = {"width": 1440, "height": 900}
ADA = "Ada Lovelace"
MIRA = "Mira Okafor"


def find_chromium() -> str | None:
    """The system's Chromium; none is ever downloaded."""
    wanted = os.environ.get("CANOPY_CHROMIUM")
    names = [wanted] if wanted else ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"]
    return next((path for name in names if (path := shutil.which(name))), None)


def needed_chromium() -> str:
    """Its path; without one the test fails where browsers are required, and is skipped elsewhere."""
    path = find_chromium()
    if path is not None:
        return path
    text = "no Chromium: set CANOPY_CHROMIUM or put `chromium` on the PATH"
    if os.environ.get("CANOPY_REQUIRE_BROWSER") == "1":
        pytest.fail(text)
    pytest.skip(text)


class Chromium:
    """Started for the first test that wants it, and again when it has died under one."""

    def __init__(self) -> None:
        self.playwright: Playwright | None = None
        self.browser: Browser | None = None

    def get(self) -> Browser:
        self.playwright = self.playwright or sync_playwright().start()
        if self.browser is None or not self.browser.is_connected():
            self.browser = self.playwright.chromium.launch(executable_path=needed_chromium(), args=FLAGS)
        return self.browser

    def stop(self) -> None:
        if self.browser is not None:
            self.browser.close()
        if self.playwright is not None:
            self.playwright.stop()
        self.browser = self.playwright = None


CHROMIUM = Chromium()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> None:
    """After the last test of this folder: Playwright's loop must not run under the tests of others."""
    if nextitem is None or nextitem.path.parent != Path(__file__).parent:
        CHROMIUM.stop()


@pytest.hookimpl(tryfirst=True)
def pytest_itemcollected(item: pytest.Item) -> None:
    """Each wait in these tests has its own limit; the one for a whole test only ends what hangs."""
    if item.path.parent == Path(__file__).parent and item.get_closest_marker("timeout") is None:
        item.add_marker(pytest.mark.timeout(SECONDS_FOR_A_TEST))


@pytest.fixture
def browser() -> Browser:
    return CHROMIUM.get()


@dataclass
class Person:
    """A browser profile with one page, and all that the page did."""

    context: BrowserContext
    page: Page
    node: Node
    url: str
    noise: list[str] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)

    def watch(self, page: Page) -> Page:
        """Keep what this page says and asks."""

        def heard(message: ConsoleMessage) -> None:
            self.noise.append(f"{message.type}: {message.text} ({message.location.get('url')})")

        page.on("console", heard)
        page.on("pageerror", lambda error: self.noise.append(f"thrown: {error}\n{error.stack}"))
        page.on("request", lambda request: self.requests.append(request))
        return page

    def another_tab(self) -> Page:
        return self.watch(self.context.new_page())

    def go(self, path: str) -> None:
        self.page.goto(self.url + path)

    def sign_in(self, username: str, password: str = PASSWORD) -> None:
        """By the API: the page of signing in has tests of its own."""
        credentials = {"username": username, "password": password, "remember": True}
        answer = self.node.request("POST", "/api/v1/session", credentials)
        assert answer.status == 200, answer
        name, value = answer.headers["set-cookie"].split(";")[0].split("=", 1)
        self.context.add_cookies([{"name": name, "value": value, "url": self.url, "httpOnly": True}])

    def open_general(self) -> None:
        """Be in #general, drawn and live."""
        self.go("/c/general")
        self.wait_live()

    def wait_live(self, page: Page | None = None) -> None:
        """Until the status strip says so and the list is drawn."""
        seen = page or self.page
        seen.get_by_role("status").get_by_text("Live", exact=True).wait_for()
        seen.locator("[role=feed][aria-busy=false]").wait_for()

    @property
    def feed(self) -> Locator:
        return self.page.get_by_role("feed", name="Messages in #general")

    @property
    def articles(self) -> Locator:
        return self.feed.get_by_role("article")

    @property
    def box(self) -> Locator:
        return self.page.get_by_role("textbox", name="Message #general")

    def say(self, text: str) -> None:
        self.box.fill(text)
        self.box.press("Enter")

    def article(self, text: str) -> Locator:
        return self.articles.filter(has_text=text)

    def expect_noise(self) -> None:
        """The test provokes a refusal or stops the node, which Chromium reports by itself."""
        self.noise = [line for line in self.noise if not line.startswith("error: Failed to load resource")]

    def foreign(self) -> list[str]:
        """Requests to anybody but the node."""
        ours = urlsplit(self.url).netloc
        asked = (urlsplit(request.url) for request in self.requests)
        return [url.geturl() for url in asked if url.scheme not in ("data", "blob") and url.netloc != ours]


People = Callable[..., Person]


@pytest.fixture
def people(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., Person]]:
    """Makes persons for a node; at the end each page must have been silent and loyal to its node."""
    made: list[Person] = []

    def make(node: Node, *, host: str = "127.0.0.1", port: int = 0, **options: Any) -> Person:
        context = browser.new_context(**{"viewport": DESKTOP, "locale": "en-GB", **options})
        context.set_default_timeout(8_000)
        person = Person(context, context.new_page(), node, f"http://{host}:{port or node.port}")
        person.watch(person.page)
        made.append(person)
        return person

    yield make
    noise = [line for person in made for line in person.noise]
    foreign = [url for person in made for url in person.foreign()]
    for person in made:
        person.context.close()
    assert noise == [], "the console must be silent"
    assert foreign == [], "nobody but the node may be asked"


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A node with the accounts ada (owner) and mira, for tests that only add messages."""
    with Node(tmp_path_factory.mktemp("team") / "root") as node:
        settle(node)
        yield node


@pytest.fixture
def own_team(tmp_path: Path) -> Iterator[Node]:
    """The same, for a test that stops its node or counts what it holds."""
    with Node(tmp_path / "root") as node:
        settle(node)
        yield node


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Node]:
    """A node without accounts."""
    with Node(tmp_path / "root") as node:
        yield node


def settle(node: Node) -> None:
    node.setup("ada", display_name=ADA)
    account = {"username": "mira", "password": PASSWORD, "display_name": MIRA}
    KEYS[node.root] = str(node.call("POST", "/register", account, key="")["api_key"])


KEYS: dict[Path, str] = {}


def mira_says(node: Node, text: str) -> str:
    """Post as mira through the API; the message id."""
    return node.post(text, key=KEYS[node.root])


def claim_of(node: Node) -> str:
    return (node.root / "setup-token").read_text().strip()
