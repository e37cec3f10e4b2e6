"""Whom a text would call: said before it is sent, and asked back when a handle could mean several (ui.md 5.3)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, Request, expect
from tests.browser.conftest import KEYS, People, Person, settle
from tests.browser.test_access import THEMES, Theme, grave
from tests.browser.test_base import page, run
from tests.browser.test_composer import channel
from tests.browser.test_message_acts import arrived
from tests.e2e.node import PASSWORD, Node

from canopy.ground.mentions import called_in

pytestmark = pytest.mark.browser
__all__ = ["page"]

TEXTS = [
    "ask @mira, @sam.b. and a@ada.example, @@no, @x, @mira again",
    "`@code` and ``@a`b`` then @out ` @open",
    "> ```\n> @in\n> ```\n@out\n~~~ sh\n@never",
    "```@one``` @two\n``` ` \n@three",
    "@a_b-c.d- (@left)[@right] _@em_ @UPPER @ümlaut @end",
    "` @one\n\n` @two `@three`",
    "@" + "a" * 49 + " @" + "b" * 50,
]
TWINS = ("sam", "lee")
AGENTS = ("scout", "forge", "qa")


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """ada, mira who has left #ops, two people of one name, and three agents."""
    with Node(tmp_path_factory.mktemp("crowd") / "root") as node:
        settle(node)
        for name in TWINS:
            join(node, name, "Sam Lee", "human")
        for name in AGENTS:
            join(node, name, name.title(), "agent")
        leave(node, channel(node, "ops"))
        yield node


def join(node: Node, username: str, name: str, kind: str) -> None:
    body = {"username": username, "password": PASSWORD, "display_name": name, "account_type": kind}
    KEYS[node.root / username] = str(node.call("POST", "/register", body, key="")["api_key"])
    for account in node.call("GET", "/admin/users")["users"]:
        if account["status"] == "pending_approval":
            node.call("POST", f"/admin/users/{account['user_id']}/approve", {})


def leave(node: Node, channel_id: str) -> None:
    me = node.call("GET", "/agents/me", key=KEYS[node.root])["user_id"]
    node.call("DELETE", f"/channels/{channel_id}/members/{me}", key=KEYS[node.root])


def come_back(node: Node, channel_id: str) -> None:
    me = node.call("GET", "/agents/me", key=KEYS[node.root])["user_id"]
    node.call("POST", f"/channels/{channel_id}/members", {"user_id": me}, key=KEYS[node.root])


@pytest.fixture
def ada(crowd: Node, people: People) -> Person:
    return arrived(people(crowd), "ada")


@pytest.fixture
def ops(crowd: Node, ada: Person) -> Locator:
    """The box of #ops, where ada is."""
    ada.page.get_by_role("navigation", name="Conversations").get_by_role("link", name="ops").click()
    return ada.page.get_by_role("textbox", name="Message #ops")


def strip(person: Person) -> Locator:
    return person.page.locator(".composer").get_by_role("status")


def chooser(person: Person) -> Locator:
    return person.page.get_by_role("dialog", name="Whom do you mean?")


def asked(person: Person, part: str) -> list[Request]:
    return [request for request in person.requests if part in request.url]


# Which words call somebody.


def test_the_same_words_call_somebody_as_on_the_node(page: Page) -> None:
    assert run(page, "parts/composer-calls.js", f"return {TEXTS}.map(m.handlesIn)") == [
        called_in(each) for each in TEXTS
    ]


def test_a_handle_is_written_otherwise_but_in_code(page: Page) -> None:
    body = "return m.rewritten('@sam, `@sam` @sam.b (@sam)\\n```\\n@sam\\n```', 'sam', '@lee')"
    assert run(page, "parts/composer-calls.js", body) == "@lee, `@sam` @sam.b (@lee)\n```\n@sam\n```"


def test_much_code_is_passed_quickly(page: Page) -> None:
    for part in ("`a` ", "`a ", "``a` ", "```\\n"):
        body = f"""const text = {part!r}.repeat(12000); const begun = performance.now();
          m.handlesIn(text); return performance.now() - begun"""
        assert run(page, "parts/composer-calls.js", body) < 150, part


def test_a_handle_means_whom_the_node_means(page: Page) -> None:
    """0 and 1: handle and id; 2 and 3: what is no more than a name; a difference in case comes after none."""
    body = """const person = { username: "sam.9xYzAbCd", user_id: "user_1", display_name: "Sam  Lee", is_remote: true };
      const words = ["sam.9xYzAbCd", "SAM.9xyzabcd", "user_1", "sam", "Sam_Lee", "sam_lee", "sa"];
      return words.map((word) => m.fit(person, word))"""
    assert run(page, "features/messages/completions.js", body) == [0, 1, 0, 2, 2, 3, 4]


# What is said before sending.


def test_who_is_not_there_is_said(ada: Person, ops: Locator) -> None:
    ops.press_sequentially("hello @mira")
    ops.press("Escape")
    expect(ada.page.get_by_text("is not in #ops")).to_have_count(0)
    ops.press_sequentially(", look")
    expect(strip(ada)).to_have_text("@mira is not in #ops and will not see this")
    expect(ops).to_be_focused()
    expect(ada.page.get_by_role("dialog")).to_have_count(0)
    ops.fill("hello @nobody-known")
    expect(strip(ada)).to_have_text("")
    ops.press("Enter")
    expect(ada.page.get_by_role("article").filter(has_text="@nobody-known")).to_be_visible()


def test_a_draft_that_comes_back_is_looked_at_too(ada: Person, ops: Locator) -> None:
    ops.fill("later for @mira !")
    ada.page.reload()
    expect(ops).to_have_value("later for @mira !")
    expect(strip(ada)).to_have_text("@mira is not in #ops and will not see this")
    ops.fill("")


def test_a_handle_is_asked_for_once(ada: Person, ops: Locator) -> None:
    ops.fill("@mira and @mira, then @scout and @ghost ")
    expect(strip(ada)).to_have_text("@mira is not in #ops and will not see this")
    ops.press_sequentially("and more words after that, @mira ")
    ops.press("Enter")
    expect(ada.page.get_by_role("article").filter(has_text="and more words")).to_be_visible()
    looked_up = sorted(request.url.split("?", 1)[1] for request in asked(ada, "/users?"))
    assert looked_up == ["q=ghost&limit=200", "q=mira&limit=200"], "members are known already"


def test_who_comes_back_is_warned_of_no_more(crowd: Node, ada: Person, ops: Locator) -> None:
    ops.fill("welcome @mira !")
    expect(strip(ada)).to_have_text("@mira is not in #ops and will not see this")
    come_back(crowd, channel(crowd, "ops"))
    try:
        expect(strip(ada)).to_have_text("")
    finally:
        leave(crowd, channel(crowd, "ops"))
    expect(strip(ada)).to_have_text("@mira is not in #ops and will not see this")
    ops.fill("")
    expect(strip(ada)).to_have_text("")


def test_agents_who_are_called_together_are_named(ada: Person) -> None:
    ada.box.fill("@scout please ")
    ada.page.wait_for_function("() => document.querySelector('canopy-composer').help?.calls.asked > 0")
    expect(strip(ada)).to_have_text("")
    ada.box.fill("@scout @forge @qa @mira `@code` please ")
    expect(strip(ada)).to_have_text("3 agents will be notified: Scout, Forge, Qa")
    ada.box.fill("")


# Who is meant.


def test_a_name_of_two_people_is_not_guessed(crowd: Node, ada: Person) -> None:
    ada.page.get_by_role("combobox", name="Lifespan").select_option(label="1 day")
    ada.say("hello @Sam_Lee, and `@Sam_Lee` in code")
    expect(chooser(ada)).to_contain_text("@Sam_Lee could be any of these. Nothing has been sent yet.")
    choices = chooser(ada).get_by_role("group").get_by_role("button")
    expect(choices).to_have_text([re.compile(f"Sam Lee.*@{name} · this node", re.DOTALL) for name in sorted(TWINS)])
    expect(choices.first).to_be_focused()
    expect(ada.article("hello @")).to_have_count(0)
    ada.page.keyboard.press("Escape")
    expect(chooser(ada)).to_have_count(0)
    expect(ada.box).to_be_focused()
    expect(ada.box).to_have_value("hello @Sam_Lee, and `@Sam_Lee` in code")
    expect(ada.page.locator(".composer-life")).to_have_text("deletes itself after 1 day")
    ada.box.press("Enter")
    expect(choices.first).to_be_focused()
    ada.page.keyboard.press("ArrowDown")
    expect(choices.last).to_be_focused()
    ada.page.keyboard.press("Enter")
    row = ada.article("hello @sam, and @Sam_Lee in code")
    expect(row).to_have_attribute("data-state", "sent")
    expect(row.locator(".mention")).to_have_text(["@sam"])
    expect(row.locator(".message-expiry")).to_be_visible()
    expect(ada.box).to_be_focused()
    expect(ada.box).to_have_value("")
    expect(ada.page.locator(".composer-life")).to_have_count(0)
    sent = next(each for each in crowd.messages() if each["content"].startswith("hello @sam"))
    assert [each["handle"] for each in sent["mentions"]] == ["sam"]


def test_a_handle_that_is_ones_own_means_nobody_else(ada: Person) -> None:
    ada.say("straight to @lee and @sam")
    expect(ada.article("straight to").locator(".mention")).to_have_text(["@lee", "@sam"])
    expect(chooser(ada)).to_have_count(0)


def test_who_is_written_out_goes_before_whom_a_name_fits(ada: Person) -> None:
    """@sam fits the name of @lee too, who comes first in the alphabet."""
    ada.box.press_sequentially("thanks @sam")
    options = ada.page.get_by_role("listbox", name="People").get_by_role("option")
    expect(options).to_have_text([re.compile("@sam"), re.compile("@lee")])
    ada.box.press("Enter")
    expect(ada.article("thanks @sam").locator(".mention")).to_have_text(["@sam"])


def test_messages_keep_their_order(ada: Person) -> None:
    """The first has to be looked up, the second calls nobody."""
    ada.say("first for @mira")
    ada.say("second for nobody")
    ada.say("third for @scout")
    expect(ada.article("third for")).to_have_attribute("data-state", "sent")
    said = [text for text in ada.articles.all_inner_texts() if " for " in text][-3:]
    assert [re.findall("first|second|third", text)[0] for text in said] == ["first", "second", "third"]


def test_a_node_that_does_not_answer_holds_no_message(crowd: Node, ada: Person) -> None:
    ada.page.route("**/api/v1/mention-suggestions?*", lambda route: route.abort())
    ada.page.route("**/api/v1/users?*", lambda route: None)
    ada.say("anyway, @mira")
    expect(ada.article("anyway, @mira")).to_have_attribute("data-state", "sent")
    ada.expect_noise()


@THEMES
def test_strip_and_chooser_are_clean(theme: Theme, crowd: Node, people: People) -> None:
    ada = arrived(people(crowd, color_scheme=theme), "ada")
    ada.box.fill("@scout @forge for @Sam_Lee ")
    expect(strip(ada)).to_contain_text("2 agents")
    assert grave(ada.page) == []
    ada.box.press("Enter")
    expect(chooser(ada)).to_be_visible()
    assert grave(ada.page) == []
    chooser(ada).get_by_role("button", name="Keep writing").click()
    ada.box.fill("")
