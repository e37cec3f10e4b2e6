# ruff: noqa: N802 - the names quote the ids of ui.md
"""A channel: what is shown, what is sent, what arrives (ui.md S3, 5.2, 5.5)."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import Page, Route, expect
from tests.browser.conftest import ADA, MIRA, People, Person, mira_says
from tests.e2e.node import Node

pytestmark = pytest.mark.browser

SHARED_MACHINE = 3  # see test_setup
MOST_ROW = 52  # px of a one-line row with its name line
ROWS_IN_VIEW = 14


@pytest.fixture
def ada(team: Node, people: People) -> Person:
    person = people(team)
    person.sign_in("ada")
    return person


def at_end(page: Page) -> bool:
    scroller = ".scroller"
    left = page.evaluate(
        "s => { const e = document.querySelector(s); return e.scrollHeight - e.clientHeight - e.scrollTop }", scroller
    )
    return bool(left <= 2)


def offset(page: Page) -> float:
    return float(page.evaluate("() => document.querySelector('.scroller').scrollTop"))


def scroll_to(page: Page, top: int) -> None:
    page.evaluate("top => { document.querySelector('.scroller').scrollTop = top }", top)
    page.evaluate("() => new Promise(requestAnimationFrame)")


# In one go, because older rows may come in between two calls.
SCROLL_AND_LOOK = """() => {
  document.querySelector(".scroller").scrollTop = 200;
  const row = document.querySelectorAll("article")[5];
  return [row.querySelector(".message-text").textContent, row.getBoundingClientRect().top];
}"""


def fill(node: Node, count: int, word: str) -> None:
    """Messages that ada has read, so that her page opens at the newest."""
    for number in range(count):
        mira_says(node, f"{word} {number}")
    node.call("POST", "/channels/general/read", {})


def test_CH_1_the_newest_message_is_shown_on_open(team: Node, ada: Person) -> None:
    fill(team, 40, "one of many")
    mira_says(team, "the newest of all")
    ada.open_general()
    expect(ada.article("the newest of all")).to_be_in_viewport()
    assert at_end(ada.page)


@pytest.mark.timed
def test_CH_2_enter_adds_my_message_at_once_and_it_stays_where_it_is(ada: Person) -> None:
    ada.open_general()
    ada.box.fill("painted in the same frame")
    painted = ada.page.evaluate(
        """async () => {
          const box = document.querySelector("#composer");
          const begun = performance.now();
          box.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
          await new Promise(requestAnimationFrame);
          const row = [...document.querySelectorAll("article")].at(-1);
          row.dataset.test = "the same element";
          return [row.textContent, row.dataset.state, performance.now() - begun];
        }"""
    )
    assert "painted in the same frame" in painted[0]
    # A node next door may have answered within the frame.
    assert painted[1] in ("sending", "sent")
    assert painted[2] < 50 * SHARED_MACHINE
    row = ada.article("painted in the same frame")
    expect(row).to_have_attribute("data-state", "sent")
    expect(row).to_have_attribute("data-message-id", re.compile(r"^M[0-9a-f]{24}$"))
    expect(row).to_have_attribute("data-test", "the same element")
    expect(row).to_have_accessible_name(re.compile(rf"^{ADA}, .*painted in the same frame"))
    expect(row).to_have_count(1)
    expect(ada.box).to_have_value("")
    expect(ada.box).to_be_focused()
    marks = ada.page.evaluate("() => performance.getEntriesByType('mark').map((mark) => mark.name)")
    assert any(re.fullmatch(r"send:[0-9a-f]+:painted", mark) for mark in marks)


@pytest.mark.timed
def test_CH_3_a_message_of_another_arrives_and_never_moves_a_reader(own_team: Node, people: People) -> None:
    fill(own_team, 48, "history")
    ada = people(own_team)
    ada.sign_in("ada")
    ada.open_general()
    begun = time.monotonic()
    mira_says(own_team, "while at the end")
    expect(ada.article("while at the end")).to_be_in_viewport()
    assert time.monotonic() - begun < 0.25 * SHARED_MACHINE
    scroll_to(ada.page, 100)
    before = offset(ada.page)
    mira_says(own_team, "while scrolled up")
    expect(ada.page.get_by_role("button", name=re.compile("new"))).to_have_text(re.compile("1 new"))
    assert offset(ada.page) == before
    ada.page.get_by_role("button", name=re.compile("new")).click()
    expect(ada.article("while scrolled up")).to_be_in_viewport()
    expect(ada.page.get_by_role("button", name=re.compile("new"))).to_have_count(0)


def test_CH_4_ten_messages_of_one_second_stay_in_order(ada: Person) -> None:
    ada.open_general()
    texts = [f"quick {number} of ten" for number in range(10)]
    for text in texts:
        ada.say(text)
    expect(ada.article("quick 9 of ten")).to_have_attribute("data-state", "sent")
    quick = ada.articles.locator(".message-text").filter(has_text=re.compile(r"quick \d of ten"))
    expect(quick).to_have_text(texts)
    ada.page.reload()
    ada.wait_live()
    expect(quick).to_have_text(texts)


def test_CH_10_fourteen_rows_are_in_view(own_team: Node, people: People) -> None:
    for number in range(12):
        own_team.post(f"line {number} of the owner")
        mira_says(own_team, f"line {number} of the other")
    ada = people(own_team)
    ada.sign_in("ada")
    ada.open_general()
    scroller = ada.page.evaluate(
        """() => {
          const { top, bottom } = document.querySelector(".scroller").getBoundingClientRect();
          return [top, bottom];
        }"""
    )
    boxes = [box for row in ada.articles.all() if (box := row.bounding_box())]
    seen = [box for box in boxes if box["y"] >= scroller[0] and box["y"] + box["height"] <= scroller[1]]
    assert len(boxes) == 24
    assert len(seen) >= ROWS_IN_VIEW
    assert max(box["height"] for box in seen) <= MOST_ROW


def test_CH_12_no_raw_user_id_is_visible(team: Node, ada: Person) -> None:
    mira_says(team, "who am I")
    ada.open_general()
    expect(ada.article("who am I")).to_have_accessible_name(re.compile(rf"^{MIRA}, "))
    assert not re.search(r"user_[0-9a-f]{8}", ada.page.locator("body").inner_text())


def test_a_refused_message_says_why_and_can_be_edited(ada: Person) -> None:
    ada.open_general()

    def refuse(route: Route) -> None:
        body = {"error": "no", "detail": "Posts are curated here.", "code": "top_level_post_restricted", "status": 403}
        route.fulfill(status=403, json=body)

    ada.page.route("**/api/v1/channels/messages?*", refuse)
    ada.say("not wanted")
    row = ada.article("not wanted")
    expect(row).to_have_attribute("data-state", "failed")
    expect(row.get_by_role("alert")).to_contain_text("Not sent: Posts are curated here.")
    ada.page.reload()
    ada.wait_live()
    expect(row).to_have_attribute("data-state", "failed")
    ada.page.unroute("**/api/v1/channels/messages?*")
    row.get_by_role("button", name="Edit").click()
    expect(ada.box).to_have_value("not wanted")
    expect(row).to_have_count(0)
    ada.say("wanted after all")
    expect(ada.article("wanted after all")).to_have_attribute("data-state", "sent")
    ada.expect_noise()


def test_a_failed_message_can_be_retried_or_discarded(ada: Person) -> None:
    ada.open_general()
    ada.page.route("**/api/v1/channels/messages?*", lambda route: route.fulfill(status=403, json={"detail": "No."}))
    ada.say("to be retried")
    ada.say("to be discarded")
    expect(ada.article("to be discarded")).to_have_attribute("data-state", "failed")
    ada.page.unroute("**/api/v1/channels/messages?*")
    ada.article("to be discarded").get_by_role("button", name="Discard").click()
    ada.article("to be retried").get_by_role("button", name="Retry").press("Enter")
    expect(ada.article("to be retried")).to_be_focused()
    expect(ada.article("to be retried")).to_have_attribute("data-state", "sent")
    expect(ada.article("to be discarded")).to_have_count(0)
    ada.expect_noise()


def test_a_busy_node_is_asked_again_after_the_time_it_names(ada: Person) -> None:
    ada.open_general()
    answers = [429, 503]

    def busy(route: Route) -> None:
        if not answers:
            route.fallback()
            return
        route.fulfill(status=answers.pop(0), headers={"Retry-After": "1"}, json={"detail": "Busy.", "code": "busy"})

    ada.page.route("**/api/v1/channels/messages?*", busy)
    ada.say("patience pays")
    expect(ada.article("patience pays")).to_contain_text("Waiting")
    expect(ada.article("patience pays")).to_have_attribute("data-state", "sent")
    expect(ada.article("patience pays")).to_have_count(1)
    ada.expect_noise()


def test_a_draft_survives_a_reload_and_shift_enter_makes_a_line(ada: Person) -> None:
    ada.open_general()
    ada.box.fill("first line")
    ada.box.press("Shift+Enter")
    ada.page.keyboard.type("second line")
    ada.page.reload()
    expect(ada.box).to_have_value("first line\nsecond line")
    ada.box.press("Enter")
    expect(ada.article("second line").locator(".message-text")).to_have_text("first line\nsecond line")
    ada.page.reload()
    expect(ada.box).to_have_value("")


def test_enter_that_ends_a_word_of_an_input_method_does_not_send(ada: Person) -> None:
    ada.open_general()
    ada.box.fill("nihon")
    before = ada.articles.count()
    ada.box.dispatch_event("keydown", {"key": "Enter", "isComposing": True, "bubbles": True, "cancelable": True})
    expect(ada.box).to_have_value("nihon")
    ada.box.press("Enter")
    expect(ada.box).to_have_value("")
    expect(ada.articles).to_have_count(before + 1)


def test_links_open_elsewhere_and_markup_stays_text(team: Node, ada: Person) -> None:
    mira_says(team, "<b>bold</b> see https://example.org/a_(b)?c=1. and javascript:alert(1)")
    ada.open_general()
    row = ada.article("<b>bold</b> see")
    link = row.get_by_role("link")
    expect(link).to_have_count(1)
    expect(link).to_have_attribute("href", "https://example.org/a_(b)?c=1")
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    expect(link).to_have_attribute("target", "_blank")


def test_rows_of_one_author_merge_and_days_are_divided(team: Node, ada: Person) -> None:
    mira_says(team, "merge one")
    mira_says(team, "merge two")
    ada.open_general()
    expect(ada.article("merge two")).not_to_contain_text(MIRA)
    expect(ada.feed.get_by_text("Today", exact=True)).to_have_count(1)


def test_older_messages_come_in_above_without_moving_the_reader(own_team: Node, people: People) -> None:
    fill(own_team, 130, "past")
    ada = people(own_team)
    ada.sign_in("ada")
    ada.open_general()
    expect(ada.articles).to_have_count(50)
    for count in (100, 130):
        text, top = ada.page.evaluate(SCROLL_AND_LOOK)
        expect(ada.articles).to_have_count(count)
        moved = ada.articles.filter(has=ada.page.get_by_text(text, exact=True)).bounding_box()
        assert moved is not None
        assert abs(moved["y"] - top) <= 2
    scroll_to(ada.page, 0)
    expect(ada.page.get_by_text("This is the beginning of #general")).to_be_in_viewport()
    texts = ada.articles.locator(".message-text").all_inner_texts()
    assert texts == [f"past {number}" for number in range(130)]


@pytest.mark.slow
@pytest.mark.timeout(60)
def test_only_so_many_rows_are_mounted(own_team: Node, people: People) -> None:
    """10.2: at either end of what is loaded, and what is mounted has no gap."""
    ada = people(own_team)
    ada.sign_in("ada")
    ada.open_general()
    fill(own_team, 230, "stream of")
    expect(ada.article("stream of 229")).to_be_in_viewport()
    assert 100 <= ada.articles.count() <= 200
    for _ in range(100):
        scroll_to(ada.page, 0)
        if ada.articles.first.inner_text().endswith("stream of 0"):
            break
    texts = ada.articles.locator(".message-text").all_inner_texts()
    assert 100 <= len(texts) <= 200
    assert texts == [f"stream of {number}" for number in range(len(texts))]


def test_a_place_that_loads_for_long_says_so(ada: Person) -> None:
    ada.page.clock.install()
    held: list[Route] = []
    ada.page.route("**/channels/general/messages?*", lambda route: route.fallback() if held else held.append(route))
    ada.go("/c/general")
    expect(ada.page.get_by_role("heading", level=1)).to_be_visible()
    ada.page.clock.run_for(6_000)
    expect(ada.page.get_by_text("This takes longer than usual")).to_be_visible()
    ada.page.get_by_role("button", name="Retry").click()
    expect(ada.page.get_by_text("This takes longer than usual")).to_have_count(0)
    expect(ada.box).to_be_editable()
    for route in held:
        route.abort()
    ada.expect_noise()


def test_an_unknown_place_says_so_and_leads_back(ada: Person) -> None:
    ada.go("/c/Cnowhere")
    expect(ada.page.get_by_role("heading", level=1)).to_have_text("This conversation is not available here")
    ada.page.get_by_role("navigation", name="Conversations").get_by_role("link", name="general").click()
    expect(ada.box).to_be_visible()
    ada.page.go_back()
    expect(ada.page.get_by_role("heading", level=1)).to_have_text("This conversation is not available here")
    ada.expect_noise()


def test_a_row_that_comes_in_the_frame_of_a_scroll_does_not_take_the_reader_back(
    own_team: Node, people: People
) -> None:
    """The event of a scroll comes a frame later than the scroll itself."""
    fill(own_team, 60, "earlier")
    ada = people(own_team)
    ada.sign_in("ada")
    ada.open_general()
    tops = ada.page.evaluate(
        """async () => {
          const list = document.querySelector("canopy-messages");
          const scroller = document.querySelector(".scroller");
          scroller.scrollTop = 300;
          const tops = [];
          for (const change of [() => (list.view = { ...list.view }), () => list.requestUpdate()]) {
            scroller.scrollTop = scroller.scrollHeight;
            await new Promise(requestAnimationFrame);
            scroller.scrollTop = 300;
            change();
            await list.updateComplete;
            tops.push(scroller.scrollTop);
          }
          return tops;
        }"""
    )
    assert tops == [300, 300]
