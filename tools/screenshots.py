"""Pictures of every screen: `python -m tools.screenshots` writes them to docs/screenshots.

Two nodes are started in a folder of their own, linked, and talked on; then a Chromium looks at each screen as a person
would, at a desk in light and dark and on a phone. Nothing but loopback is asked. `--only NAME` takes some of them.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright
from tests.browser.conftest import FLAGS, find_chromium
from tests.e2e.node import GENERAL, PASSWORD, Node
from tests.e2e.pair import is_level, link, wait_until

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "screenshots"
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
TABLET = {"width": 768, "height": 1024}
LOOKS = (("light", DESK, "light"), ("dark", DESK, "dark"), ("tablet", TABLET, "light"), ("phone", PHONE, "light"))

Voice = Mapping[str, str]
"""The headers by which a node knows who speaks: a browser's, or those of an agent's key."""


@dataclass(frozen=True)
class Screen:
    """One screen: where it is, whether one is signed in, and what to do before the picture is taken."""

    name: str
    path: str
    press: tuple[str, ...] = ()
    click: tuple[str, ...] = ()
    inside: bool = True
    appears: str = "dialog[open], :popover-open"
    looks: tuple[str, ...] = ("light", "dark", "phone")


@dataclass(frozen=True)
class Stage:
    """Two nodes that were talked on."""

    near: Node
    fresh: Node
    channel: str
    thread: str
    person: str
    reset: str


def screens(stage: Stage) -> list[Screen]:
    """All of them, in the order in which a newcomer meets them."""
    launch = f"/c/{stage.channel}"
    return [
        Screen("login", "/login", inside=False),
        Screen("register", "/register", inside=False),
        Screen("claim-admin", "/claim-admin", inside=False),
        Screen("reset", stage.reset, inside=False),
        Screen("list", launch, click=(".to-list",), appears=".sidebar h1", looks=("phone",)),
        Screen("channel", launch),
        Screen("drawer", launch, click=(".drawer-open",), appears=".shell[data-drawer]", looks=("tablet",)),
        Screen("menu", launch, click=("main .place-header canopy-menu button",)),
        Screen("thread", f"{launch}/t/{stage.thread}"),
        Screen("details", f"{launch}/about/members"),
        Screen("channel-settings", f"{launch}/about/settings"),
        Screen("search", f"{launch}/search?q=pump"),
        Screen("saved", "/saved"),
        Screen("browse", "/c"),
        Screen("new-channel", "/c", click=("main .place-header button",)),
        Screen("sync", launch, click=(".status-open",), looks=("light", "dark")),
        Screen("switcher", launch, ("Control+k",)),
        Screen("help", launch, ("Control+Slash",)),
        Screen("people", "/people"),
        Screen("person", f"/people/{stage.person}"),
        Screen("connect", "/connect"),
        Screen("trust", "/trust"),
        Screen("settings", "/settings/profile"),
        Screen("appearance", "/settings/appearance"),
        Screen("writing", "/settings/composer"),
        Screen("keyboard", "/settings/keyboard"),
        Screen("devices", "/settings/devices"),
        Screen("keys", "/settings/keys"),
        Screen("about", "/settings/about"),
        Screen("me", "/me", looks=("phone",)),
        Screen("admin", "/admin"),
        Screen("accounts", "/admin/users"),
        Screen("diagnostics", "/admin/diagnostics"),
        Screen("missing", "/nowhere"),
    ]


def say(node: Node, channel: str, content: str, voice: Voice, parent: str | None = None) -> str:
    """Post a message; its id."""
    body = {"channel_id": channel, "content": content} | ({"parent_message_id": parent} if parent else {})
    answer = node.request("POST", "/api/v1/channels/messages", body, headers=voice)
    return str(answer.json["message"]["id"])


def by_hand(node: Node, username: str) -> Voice:
    """Somebody at a browser."""
    answer = node.request("POST", "/api/v1/session", {"username": username, "password": PASSWORD, "remember": True})
    return {"Cookie": answer.headers["set-cookie"].split(";")[0], "X-CSRFToken": str(answer.json["csrf_token"])}


def talk(near: Node, far: Node) -> tuple[str, str]:
    """What people and agents say to each other; the channel that shows most, and a thread in it."""
    mira_key = near.register("mira")
    ada, mira, ben = by_hand(near, "ada"), by_hand(near, "mira"), by_hand(far, "ben")
    agent = {"username": "scout", "password": PASSWORD, "account_type": "agent"}
    made = near.call("POST", "/register", agent, key="")
    near.call("POST", f"/admin/users/{made['user_id']}/approve", {})
    scout_key = str(made["api_key"])
    scout = {"X-API-Key": scout_key}
    near.call("PATCH", "/profile", {"display_name": "Mira Okafor", "bio": "Pumps and pipes"}, key=mira_key)
    near.call("PATCH", "/profile", {"display_name": "Scout", "bio": "Reads the logs at night"}, key=scout_key)
    for name, topic in (("launch-plan", "We go on Thursday"), ("random", ""), ("field-notes", "What the pumps say")):
        near.call("POST", "/channels", {"name": name, "topic": topic})
    channels = {c["name"]: c["id"] for c in near.call("GET", "/channels")["channels"]}
    launch = channels["launch-plan"]
    say(near, GENERAL, "Welcome, everybody. This node is in the workshop, the other one is in the van.", ada)
    say(far, GENERAL, "The van is on the road; I shall be offline until noon.", ben)
    say(near, launch, "Thursday stands if the pump test passes. @scout, could you watch the run tonight?", ada)
    plan = say(
        near,
        launch,
        "Here is what is left:\n\n- pump test, two hours\n- new gasket for the **north** line\n- "
        "`make release` and the notes",
        mira,
    )
    say(
        near,
        launch,
        "I will watch it and post the curve at six. The last three runs looked like this:\n\n"
        "```\nrun  bar   litres\n 11  4.20  1,310\n 12  4.18  1,305\n 13  4.21  1,312\n```",
        scout,
    )
    say(near, launch, "The gasket is here. It is the right one this time.", mira, plan)
    say(near, launch, "Then I can fit it before lunch.", ada, plan)
    first = say(near, launch, "Pressure is steady at 4.2 bar.", scout)
    say(near, launch, "The van has signal again and catches up. Was anything decided?", mira)
    for key, message, reaction in ((mira_key, first, "love"), (None, first, "like"), (scout_key, plan, "rocket")):
        near.call("PUT", f"/channels/{launch}/messages/{message}/reactions/{reaction}", key=key)
    say(near, channels["random"], "Who left the kettle on?", mira)
    for message in (plan, first):
        near.call("POST", "/bookmarks", {"source_type": "channel_message", "source_id": message})
    near.call("PATCH", f"/channels/{launch}", {"starred": True})
    near.register("noor")
    return launch, plan


@contextmanager
def staged(work: Path) -> Iterator[Stage]:
    """The nodes, linked and talked on."""
    with ExitStack() as stack:
        near, far, fresh = (stack.enter_context(Node(work / name)) for name in ("workshop", "van", "fresh"))
        near.setup("ada", display_name="Ada Lovelace")
        far.setup("ben", display_name="Ben Ito")
        link(near, far)
        wait_until(lambda: is_level(near) and is_level(far), "the link")
        channel, thread = talk(near, far)
        wait_until(lambda: len(near.messages()) > 1, "words of the other node")
        people = near.call("GET", "/users")["users"]
        person = next(user["user_id"] for user in people if user["username"] == "mira")
        reset = near.call("POST", f"/admin/users/{person}/reset", {})
        yield Stage(near, fresh, channel, thread, person, str(reset["path"]))


def photograph(browser: Browser, stage: Stage, only: set[str]) -> None:
    """Every screen in every look."""
    for look, size, scheme in LOOKS:
        context = browser.new_context(
            viewport=size,  # type: ignore[arg-type]
            color_scheme=scheme,  # type: ignore[arg-type]
            has_touch=look == "phone",
            locale="en-GB",
        )
        page = context.new_page()
        for screen in screens(stage):
            if look in screen.looks and (not only or screen.name in only):
                context.clear_cookies()
                if screen.inside:
                    sign_in(stage.near, page)
                take(page, stage.near.url, screen, TARGET / f"{screen.name}-{look}.png")
        if look != "tablet" and (not only or "setup" in only):
            context.clear_cookies()
            claim = (stage.fresh.root / "setup-token").read_text().strip()
            take(page, stage.fresh.url, Screen("setup", f"/setup?claim={claim}"), TARGET / f"setup-{look}.png")
        context.close()


def sign_in(node: Node, page: Page) -> None:
    """As Ada, by the API."""
    credentials = {"username": "ada", "password": PASSWORD, "remember": True}
    browser = {"User-Agent": str(page.evaluate("navigator.userAgent"))}
    answer = node.request("POST", "/api/v1/session", credentials, headers=browser)
    name, value = answer.headers["set-cookie"].split(";")[0].split("=", 1)
    page.context.add_cookies([{"name": name, "value": value, "url": node.url, "httpOnly": True}])


def take(page: Page, url: str, screen: Screen, target: Path) -> None:
    """Open a screen, wait until it is drawn, and keep what it looks like."""
    page.goto(url + screen.path)
    page.locator(":is(main, aside):visible :is(h1, h2, p, article, button)").first.wait_for()
    page.locator("[aria-busy=true]").wait_for(state="detached")
    for key in screen.press:
        page.keyboard.press(key)
    for selector in screen.click:
        page.locator(selector).last.click()
        page.locator(screen.appears).first.wait_for()
    page.evaluate("document.fonts.ready")
    page.evaluate("Promise.allSettled(document.getAnimations().map((one) => one.finished))")
    page.screenshot(path=target)
    # A screen has few colours: a palette of them takes a third of the bytes.
    with Image.open(target) as picture:
        picture.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(target, optimize=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.screenshots", description="Take pictures of every screen.")
    parser.add_argument("--only", action="append", default=[], metavar="NAME")
    chosen = parser.parse_args()
    TARGET.mkdir(parents=True, exist_ok=True)
    folder = tempfile.TemporaryDirectory(prefix="canopy-screens-")
    with folder as work, staged(Path(work)) as stage, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        photograph(browser, stage, set(chosen.only))
        browser.close()


if __name__ == "__main__":
    main()
