# ruff: noqa: N802 - the names quote the ids of ui.md
"""The live stream, the outbox and what tabs share (ui.md 5.2, 5.10, S22)."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Error, Page, expect
from tests.browser.conftest import INSECURE_HOST, People, Person, mira_says
from tests.browser.wire import Wire
from tests.e2e.node import Node

pytestmark = pytest.mark.browser

BACK_AGAIN = 25_000  # ms: the longest pause between two attempts, and the attempt
TAKEOVER = 3.0  # s
SECONDS_CUT = 30.0
LIVE = re.compile("Live")
WAITS_SHORTLY = re.compile(r"retry in [0-3] s")
WAITS_LONG = re.compile(r"retry in ([4-9]|1\d) s")
HOSTS = pytest.mark.parametrize("host", ["127.0.0.1", pytest.param(INSECURE_HOST, marks=pytest.mark.slow)])


def opened(node: Node, people: People, host: str = "127.0.0.1", port: int = 0) -> Person:
    ada = people(node, host=host, port=port)
    ada.sign_in("ada")
    ada.open_general()
    return ada


def is_stream(url: str) -> bool:
    return "/api/v1/events/stream" in url


def rows(page: Page, word: str) -> list[str]:
    texts = page.locator("article .message-text").all_inner_texts()
    return [text for text in texts if text.startswith(word)]


def until(reached: Callable[[], bool], page: Page, seconds: float = 5.0) -> None:
    """Polls for what is no state of one page, letting the browser work meanwhile."""
    deadline = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < deadline, "this never came about"
        page.evaluate("() => new Promise((resolve) => setTimeout(resolve, 30))")


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_CH_6_a_message_waits_for_the_node_and_is_sent_once(own_team: Node, people: People) -> None:
    ada = opened(own_team, people)
    own_team.stop()
    ada.say("written while the node was away")
    row = ada.article("written while the node was away")
    expect(row).to_contain_text("Waiting")
    expect(row).to_have_attribute("data-state", "waiting")
    expect(ada.page.get_by_role("status")).to_contain_text("your messages wait here (1)")
    own_team.restart()
    expect(row).to_have_attribute("data-state", "sent", timeout=BACK_AGAIN)
    expect(row).to_have_count(1)
    assert [each["content"] for each in own_team.messages()] == ["written while the node was away"]
    ada.expect_noise()


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_SY_1_three_messages_survive_a_reload_and_arrive_once_in_order(own_team: Node, people: People) -> None:
    ada = opened(own_team, people)
    texts = ["first of three", "second of three", "third of three"]
    own_team.stop()
    for text in texts:
        ada.say(text)
    expect(ada.article("third of three")).to_have_attribute("data-state", "waiting")
    ada.page.close()
    own_team.restart()
    again = ada.another_tab()
    again.goto(f"{ada.url}/c/general")
    expect(again.locator("article[data-state=sent]")).to_have_count(3, timeout=BACK_AGAIN)
    assert [each["content"] for each in own_team.messages()] == texts
    again.reload()
    ada.wait_live(again)
    assert rows(again, "") == texts
    ada.expect_noise()


@pytest.mark.timeout(180)
def test_retry_now_asks_at_once(own_team: Node, people: People) -> None:
    ada = opened(own_team, people)
    own_team.stop()
    button = ada.page.get_by_role("button", name="Retry now")
    # Long before it would ask by itself.
    expect(ada.page.get_by_role("status").filter(has_text="retry in")).to_have_text(WAITS_LONG, timeout=20_000)
    with ada.page.expect_request("**/api/v1/events/stream*", timeout=2_000):
        button.click()
    # Nor does it fall back into long pauses when the node is not quite there yet.
    expect(ada.page.get_by_role("status")).to_have_text(WAITS_SHORTLY)
    own_team.restart()
    expect(ada.page.get_by_role("status")).to_have_text(re.compile("Live"), timeout=BACK_AGAIN)
    ada.expect_noise()


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_PF_7_a_stream_cut_for_thirty_seconds_misses_nothing(own_team: Node, people: People) -> None:
    with Wire(own_team.port) as wire:
        ada = opened(own_team, people, port=wire.port)
        wire.cut()
        cut = time.monotonic()
        expect(ada.page.get_by_role("status")).not_to_have_text(LIVE)
        texts = [f"missed {number}" for number in range(40)]
        for text in texts:
            mira_says(own_team, text)
        until(lambda: time.monotonic() - cut > SECONDS_CUT, ada.page, seconds=2 * SECONDS_CUT)
        assert rows(ada.page, "missed") == []
        loaded = ada.page.evaluate("() => performance.timeOrigin")
        wire.mend()
        expect(ada.article("missed 39")).to_be_visible(timeout=BACK_AGAIN)
        assert rows(ada.page, "missed") == texts
        assert ada.page.evaluate("() => performance.timeOrigin") == loaded
        ada.expect_noise()


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_a_stream_that_falls_silent_counts_as_lost(own_team: Node, people: People) -> None:
    with Wire(own_team.port) as wire:
        ada = opened(own_team, people, port=wire.port)
        wire.hold()
        expect(ada.page.get_by_role("status")).not_to_have_text(LIVE, timeout=BACK_AGAIN)
        ada.page.close()
        ada.expect_noise()


@HOSTS
def test_PF_6_two_tabs_share_one_stream(host: str, own_team: Node, people: People) -> None:
    ada = opened(own_team, people, host)
    second = ada.another_tab()
    second.goto(f"{ada.url}/c/general")
    ada.wait_live(second)
    mira_says(own_team, "heard in both tabs")
    expect(ada.article("heard in both tabs")).to_be_visible()
    expect(second.get_by_text("heard in both tabs")).to_have_count(2)  # the row and the announcement
    streams = [request for request in ada.requests if is_stream(request.url)]
    assert len(streams) == 1
    assert ada.page.evaluate("() => isSecureContext") == (host == "127.0.0.1")


@HOSTS
def test_another_tab_takes_the_stream_over_when_the_leader_closes(host: str, own_team: Node, people: People) -> None:
    ada = opened(own_team, people, host)
    second = ada.another_tab()
    second.goto(f"{ada.url}/c/general")
    ada.wait_live(second)
    first_streams = [request for request in ada.requests if is_stream(request.url)]
    assert len(first_streams) == 1
    ada.page.close()
    closed = time.monotonic()
    until(lambda: len([r for r in ada.requests if is_stream(r.url)]) == 2, second, seconds=2 * TAKEOVER)
    assert time.monotonic() - closed < TAKEOVER
    mira_says(own_team, "after the change of leaders")
    expect(second.locator("article").filter(has_text="after the change of leaders")).to_be_visible()


@pytest.mark.slow
@HOSTS
def test_a_leader_that_dies_without_a_word_is_replaced(host: str, own_team: Node, people: People) -> None:
    """Its process is gone before it could give the lead up; only the lock or the lease tells."""
    ada = opened(own_team, people, host)
    second = ada.another_tab()
    second.goto(f"{ada.url}/c/general")
    ada.wait_live(second)
    begun = time.monotonic()
    with contextlib.suppress(Error):
        ada.page.goto("chrome://crash")
    until(lambda: len([r for r in ada.requests if is_stream(r.url)]) == 2, second, seconds=3 * TAKEOVER)
    assert time.monotonic() - begun < 2 * TAKEOVER
    mira_says(own_team, "after the crash")
    expect(second.locator("article").filter(has_text="after the crash")).to_be_visible()


def test_a_message_sent_in_one_tab_shows_in_the_other_once(own_team: Node, people: People) -> None:
    ada = opened(own_team, people)
    second = ada.another_tab()
    second.goto(f"{ada.url}/c/general")
    ada.wait_live(second)
    ada.say("from the first tab")
    row = second.locator("article").filter(has_text="from the first tab")
    expect(row).to_have_attribute("data-state", "sent")
    expect(row).to_have_count(1)
    expect(ada.article("from the first tab")).to_have_count(1)


def test_signing_out_in_one_tab_signs_out_the_other(own_team: Node, people: People) -> None:
    ada = opened(own_team, people)
    second = ada.another_tab()
    second.goto(f"{ada.url}/c/general")
    ada.wait_live(second)
    ada.page.get_by_role("button", name="Ada Lovelace, @ada").click()
    ada.page.get_by_role("menuitem", name="Sign out").click()
    for page in (ada.page, second):
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_an_event_without_its_message_is_a_doorbell(own_team: Node, people: People) -> None:
    """What the payload does not carry is read again."""
    ada = people(own_team)
    ada.sign_in("ada")
    ada.context.add_init_script(STRIP_PAYLOADS)
    ada.open_general()
    mira_says(own_team, "rang the bell")
    expect(ada.article("rang the bell")).to_be_visible()
    ada.say("my own bell")
    expect(ada.article("my own bell")).to_have_attribute("data-state", "sent")
    expect(ada.article("my own bell")).to_have_count(1)


# Parses what the stream delivers and takes the message out, as a node may that does not send it.
STRIP_PAYLOADS = """
const parse = JSON.parse;
JSON.parse = (text, reviver) => {
  const value = parse(text, reviver);
  if (value && value.payload && value.payload.message) delete value.payload.message;
  return value;
};
"""
