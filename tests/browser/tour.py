"""Every place of the app, and every layer that opens over one: what all looks, sizes and languages are tried on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page
from tests.browser.conftest import KEYS, Person
from tests.e2e.node import Node

Step = Callable[[Page], Any]


@dataclass(frozen=True)
class Stop:
    """A place, and what is done there before it is looked at; `wide` where a narrow screen has it elsewhere."""

    name: str
    path: str
    do: Step | None = None
    wide: bool = False


@dataclass(frozen=True)
class Town:
    """A node with something of everything."""

    node: Node
    channel: str
    thread: str
    person: str

    def stops(self) -> list[Stop]:
        """In the order of a visit."""
        place = f"/c/{self.channel}"
        return [
            Stop("channel", place),
            Stop("menu of a channel", place, _menu_of_channel),
            Stop("jump to date", place, _date),
            Stop("menu of a message", place, _menu_of_message, wide=True),
            Stop("sheet of a message", place, _sheet),
            Stop("emoji", place, _emoji, wide=True),
            Stop("editing", place, _edit),
            Stop("deleting", place, _delete),
            Stop("completion", place, _complete),
            Stop("switcher", place, _press("Control+k")),
            Stop("help", place, _press("Control+Slash")),
            Stop("account", place, _account, wide=True),
            Stop("identity", place, _identity),
            Stop("thread", f"{place}/t/{self.thread}"),
            Stop("search", f"{place}/search"),
            Stop("members", f"{place}/about/members"),
            Stop("settings of a channel", f"{place}/about/settings"),
            Stop("missing message", f"{place}/M0123456789abcdef01234567"),
            Stop("browse", "/c"),
            Stop("new channel", "/c", _new_channel),
            Stop("saved", "/saved"),
            Stop("people", "/people"),
            Stop("person", f"/people/{self.person}"),
            Stop("connect", "/connect"),
            Stop("trust", "/trust"),
            *(Stop(f"settings, {name}", f"/settings/{name}") for name in SECTIONS),
            Stop("new key", "/settings/keys", _new_key),
            Stop("admin", "/admin"),
            Stop("accounts", "/admin/users"),
            Stop("diagnostics", "/admin/diagnostics"),
            Stop("me", "/me"),
            Stop("no such page", "/no/such/page"),
        ]

    def visit(self, person: Person, *, narrow: bool = False) -> Iterator[Stop]:
        """One stop after the other, each fully drawn, each with nothing open but its own layer."""
        for stop in self.stops():
            if narrow and stop.wide:
                continue
            person.go(stop.path)
            page = person.page
            page.locator(":is(main, aside):visible :is(h1, h2, p, article, button)").first.wait_for()
            page.locator("[aria-busy=true], .skeleton").first.wait_for(state="detached")
            if stop.do is not None:
                stop.do(page)
            page.evaluate("Promise.allSettled(document.getAnimations().map((one) => one.finished))")
            yield stop


SECTIONS = ("profile", "appearance", "composer", "keyboard", "devices", "keys", "about")


def _row(page: Page) -> Any:
    return page.get_by_role("main").get_by_role("article").last


def _menu_of_channel(page: Page) -> None:
    page.locator("main .place-header canopy-menu button").first.click()
    page.locator("[role=menuitem]:visible").first.wait_for()


def _date(page: Page) -> None:
    _menu_of_channel(page)
    items = page.locator("[role=menuitem]:visible")
    items.nth(items.count() - 6 if items.count() > 6 else 0).click()
    page.locator("dialog[open] input[type=date]").wait_for()


def _menu_of_message(page: Page) -> None:
    _row(page).hover()
    page.locator("canopy-toolbar canopy-menu button").first.click()
    page.locator("[role=menuitem]:visible").first.wait_for()


def _sheet(page: Page) -> None:
    _row(page).focus()
    page.locator("canopy-toolbar").wait_for(state="attached")
    _row(page).dispatch_event("pointerdown", {"pointerType": "touch", "clientX": 5, "clientY": 5})
    page.locator("dialog[open]").wait_for()


def _emoji(page: Page) -> None:
    _row(page).focus()
    page.keyboard.press(":")
    page.locator(".picker:popover-open").wait_for()


def _edit(page: Page) -> None:
    _row(page).focus()
    page.keyboard.press("e")
    page.locator("canopy-editor textarea").wait_for()


def _delete(page: Page) -> None:
    _row(page).focus()
    page.keyboard.press("Delete")
    page.locator("dialog[open]").wait_for()


def _complete(page: Page) -> None:
    page.locator("#composer").press_sequentially("@m")
    page.locator("[role=option]").first.wait_for()


def _account(page: Page) -> None:
    page.locator("canopy-account button").first.click()
    page.locator("[role=menuitem]:visible").first.wait_for()


def _identity(page: Page) -> None:
    _row(page).focus()
    page.keyboard.press("i")
    page.locator(".identity").wait_for()


def _new_channel(page: Page) -> None:
    page.locator("main .place-header button").last.click()
    page.locator("dialog[open]").wait_for()


def _new_key(page: Page) -> None:
    page.locator(".settings-main button.is-primary").first.click()
    page.locator("dialog[open]").wait_for()


def _press(chord: str) -> Step:
    def press(page: Page) -> None:
        page.keyboard.press(chord)
        page.locator("dialog[open]").wait_for()

    return press


def build(node: Node) -> Town:
    """Something of everything on a node that is set up with ada and mira."""
    mira = KEYS[node.root]
    channel = str(node.call("POST", "/channels", {"name": "tour", "topic": "Everything once"})["channel"]["id"])

    def say(content: str, key: str | None = None, **more: Any) -> str:
        body = {"channel_id": channel, "content": content, **more}
        return str(node.call("POST", "/channels/messages", body, key=key)["message"]["id"])

    thread = say("**Bold**, a [link](https://example.org/), `code`\n\n- one\n- two\n\n> quoted", mira)
    say("a reply", None, parent_message_id=thread)
    called = say("```py\nprint('code')\n```\n@ada look", mira)
    soon = say("gone in an hour", mira, ttl_seconds=3600)
    for message, key in ((thread, mira), (called, node.key), (soon, node.key)):
        node.call("PUT", f"/channels/{channel}/messages/{message}/reactions/love", key=key)
    edited = say("first words")
    node.call("PATCH", f"/channels/{channel}/messages/{edited}", {"content": "last words, of ada"})
    node.call("POST", "/bookmarks", {"source_type": "channel_message", "source_id": called})
    people = node.call("GET", "/users")["users"]
    return Town(node, channel, thread, next(user["user_id"] for user in people if user["username"] == "mira"))
