"""A channel of ten thousand messages is as quick as one of ten, and nobody loses their place (ui.md 9, 10.1, 10.2)."""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.conftest import KEYS, People, Person, mira_says, settle
from tests.browser.scrolling import fill, held, open_place, say, scroll, send, text_of, type_in
from tests.browser.test_message_acts import arrived, by_mira
from tests.e2e.node import Node

pytestmark = pytest.mark.browser

MESSAGES = 10_000
SHARED_MACHINE = 3  # see test_setup
TURNS = [48_000, -24_000, 24_000]  # px: 20 s of a wheel, up, down, and up again over what was read already
MOST_MOUNTED = 200
MOST_SCRIPT = 4.0  # ms of each frame
MOST_TASK = 50.0  # ms
STALL = 200.0  # ms of a frame in which a busy machine lets the wheel run against the end of what is mounted
MOST_KEY = 16 * SHARED_MACHINE  # ms to the paint
MOST_JUMP = 400.0  # ms
PLACES = 50
ROWS = 400
MOST_HEAP = 150  # MB
SCROLLER = "canopy-channel .scroller"
PLACED = """(id) => {
  const view = document.querySelector("canopy-channel .scroller").getBoundingClientRect();
  const row = document.querySelector(`article[data-message-id="${id}"]`).getBoundingClientRect();
  return (row.top + row.bottom) / 2 - (view.top + view.bottom) / 2;
}"""
NUMBERS = (
    "() => [...document.querySelectorAll('article')].map((row) => [row.ariaPosInSet, row.ariaSetSize].map(Number))"
)


@pytest.fixture(scope="module")
def deep(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Node, list[str]]]:
    """A node whose #general is long; the ids of its messages, oldest first."""
    with Node(tmp_path_factory.mktemp("deep") / "root") as node:
        settle(node)
        yield node, fill(node, MESSAGES, KEYS[node.root])


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A node whose #general has some pages, for tests that only read."""
    with Node(tmp_path_factory.mktemp("pages") / "root") as node:
        settle(node)
        say_rows(node, ROWS)
        yield node


def say_rows(node: Node, count: int) -> None:
    send(node, say([f"row {number}." for number in range(count)], KEYS[node.root]), connections=1)
    node.call("POST", "/channels/general/read", {})


@pytest.fixture
def reader(pages: Node, people: People) -> Person:
    """Ada, at the end of them."""
    return arrived(people(pages), "ada")


def scroll_until(person: Person, way: int, reached: str) -> None:
    """Turn the wheel, up with -1, until a row with this text is in view."""
    row = person.articles.filter(has_text=re.compile(rf"\b{re.escape(reached)}"))
    person.page.locator(SCROLLER).hover()
    for _ in range(300):
        if row.count() and row.first.evaluate("row => row.checkVisibility() && row.offsetTop > 0"):
            return
        person.page.mouse.wheel(0, way * 600)
        person.page.evaluate("() => new Promise(requestAnimationFrame)")
    raise AssertionError(f"{reached} never came")


def p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def asked_for_messages(person: Person) -> list[str]:
    return [each.url for each in person.requests if "/channels/general/messages?" in each.url]


def texts(person: Person) -> list[str]:
    return [" ".join(text.split()) for text in person.articles.locator(".message-text").all_inner_texts()]


@pytest.mark.timed
@pytest.mark.slow
@pytest.mark.timeout(180)
def test_10_2_a_wheel_that_races_through_history_is_followed(
    deep: tuple[Node, list[str]], browser: Browser, people: People
) -> None:
    ada = arrived(people(deep[0]), "ada")
    work = scroll(browser, ada.page, TURNS)
    assert p95(work.script) <= MOST_SCRIPT
    assert max(work.tasks) <= MOST_TASK
    assert MOST_MOUNTED - 20 <= work.seen["mounted"] <= MOST_MOUNTED
    assert work.seen["blank"] == 0
    assert work.seen["back"] == 0, "rows went against the wheel"
    for turned, moved in work.turns:
        assert abs(moved) <= abs(turned) + 1, "rows went further than the wheel turned"
    if max(work.seen["lengths"]) < STALL:
        assert work.seen["waits"] == 0
        assert [round(moved) for _, moved in work.turns] == TURNS


@pytest.mark.timed
@pytest.mark.slow
@pytest.mark.timeout(180)
def test_10_1_a_key_is_painted_at_once_in_a_long_channel(deep: tuple[Node, list[str]], people: People) -> None:
    ada = arrived(people(deep[0]), "ada")
    ada.box.click()
    took = type_in(ada.page, "The quick brown fox jumps over the lazy dog, again and again and again.")
    assert len(took) > 50
    assert p95(took) < MOST_KEY


@pytest.mark.timed
@pytest.mark.slow
@pytest.mark.timeout(180)
def test_ch_9_a_link_to_the_5000th_newest_opens_in_the_middle(deep: tuple[Node, list[str]], people: People) -> None:
    node, ids = deep
    ada = arrived(people(node), "ada")
    took = []
    for count in (5_000, 7_500, 2_500):
        message = ids[-count]
        took.append(open_place(ada.page, f"/c/general/{message}"))
        assert abs(ada.page.evaluate(PLACED, message)) < 2
        assert ada.articles.count() <= MOST_MOUNTED
    assert min(took) < MOST_JUMP
    assert max(took) < MOST_JUMP * SHARED_MACHINE


@pytest.mark.timed
@pytest.mark.slow
@pytest.mark.timeout(180)
def test_10_1_fifty_channels_leave_little_behind(own_team: Node, people: People) -> None:
    made = [{"name": f"place-{number}", "channel_type": "public"} for number in range(PLACES)]
    places = [str(own_team.call("POST", "/channels", body)["channel"]["id"]) for body in made]
    calls = (call for place in places for call in say([text_of(number) for number in range(60)], own_team.key, place))
    send(own_team, calls)
    ada = arrived(people(own_team), "ada")
    ada.say("so that there is a row here too")
    for place in [*places[:5], "general"]:
        open_place(ada.page, f"/c/{place}")
    before = held(ada.page)
    for place in [*places, "general"]:
        open_place(ada.page, f"/c/{place}")
    after = held(ada.page)
    assert after["MB"] < MOST_HEAP
    assert after["listeners"] <= before["listeners"] + 5
    assert after["nodes"] <= before["nodes"] * 1.5 + 500


def test_scrolling_back_asks_the_node_for_nothing(reader: Person) -> None:
    scroll_until(reader, -1, "row 3.")
    asked = len(asked_for_messages(reader))
    assert asked >= ROWS // 50 - 1
    scroll_until(reader, 1, "row 399.")
    scroll_until(reader, -1, "row 3.")
    assert len(asked_for_messages(reader)) == asked
    numbers = [int(text[4:-1]) for text in texts(reader)]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_what_changes_out_of_view_is_right_when_one_comes_back(own_team: Node, people: People) -> None:
    say_rows(own_team, 260)
    ids = [message["id"] for message in own_team.messages()]
    ada = arrived(people(own_team), "ada")
    scroll_until(ada, -1, "row 0.")
    by_mira(own_team, "PATCH", ids[257], {"content": "row 257. changed below"})
    by_mira(own_team, "DELETE", ids[258])
    mira_says(own_team, "row 260. is new")
    expect(ada.page.get_by_role("button", name=re.compile("1 new"))).to_be_visible()
    scroll_until(ada, 1, "row 260. is new")
    assert texts(ada)[-4:] == ["row 256.", "row 257. changed below (edited)", "row 259.", "row 260. is new"]
    by_mira(own_team, "PATCH", ids[2], {"content": "row 2. changed above"})
    scroll_until(ada, -1, "row 0.")
    assert texts(ada)[:4] == ["row 0.", "row 1.", "row 2. changed above (edited)", "row 3."]


def test_the_focus_goes_to_a_neighbour_when_its_row_leaves(own_team: Node, people: People) -> None:
    say_rows(own_team, 260)
    ada = arrived(people(own_team), "ada")
    row = ada.article("row 255.")
    row.focus()
    scroll_until(ada, -1, "row 0.")
    expect(row).to_have_count(0)
    assert ada.page.evaluate("() => document.activeElement === [...document.querySelectorAll('article')].at(-1)")
    # A row that is deleted hands it on to the next.
    row = ada.article("row 20.")
    row.focus()
    by_mira(own_team, "DELETE", str(row.get_attribute("data-message-id")))
    expect(row).to_have_count(0)
    expect(ada.article("row 21.")).to_be_focused()


def test_rows_are_numbered_among_all_that_are_known(reader: Person) -> None:
    assert numbers_of(reader.page) == [(number + 1, -1) for number in range(50)]
    scroll_until(reader, -1, "row 0.")
    expect(reader.page.get_by_text("This is the beginning of #general")).to_have_count(1)
    seen = numbers_of(reader.page)
    assert seen == [(number + 1, 400) for number in range(len(seen))]
    scroll_until(reader, 1, "row 399.")
    expect(reader.article("row 399.")).to_have_attribute("aria-posinset", "400")
    expect(reader.article("row 399.")).to_have_attribute("aria-setsize", "400")


def numbers_of(page: Page) -> list[tuple[int, int]]:
    return [(position, size) for position, size in page.evaluate(NUMBERS)]


def test_home_and_end_lead_to_the_ends_of_what_is_loaded(reader: Person) -> None:
    scroll_until(reader, -1, "row 0.")
    scroll_until(reader, 1, "row 250.")
    reader.article("row 250.").focus()
    reader.page.keyboard.press("End")
    expect(reader.article("row 399.")).to_be_focused()
    expect(reader.article("row 399.")).to_be_in_viewport()
    scroll_until(reader, -1, "row 150.")
    scroll_until(reader, 1, "row 399.")
    reader.article("row 399.").focus()
    oldest = reader.page.evaluate("() => document.querySelector('canopy-channel').conversation.cut.older[0].content")
    reader.page.keyboard.press("Home")
    expect(reader.article(oldest)).to_be_focused()
    expect(reader.article(oldest)).to_be_in_viewport()


def test_an_edit_whose_row_leaves_is_put_aside_with_its_draft(own_team: Node, people: People) -> None:
    say_rows(own_team, 260)
    ada = arrived(people(own_team), "ada")
    ada.say("mine to change")
    row = ada.article("mine to change")
    expect(row).to_have_attribute("data-state", "sent")
    row.focus()
    ada.page.keyboard.press("e")
    box = row.get_by_role("textbox")
    box.fill("mine to change, half done")
    scroll_until(ada, -1, "row 0.")
    expect(box).to_have_count(0)
    scroll_until(ada, 1, "mine to change")
    expect(box).to_have_count(0)
    row.focus()
    ada.page.keyboard.press("e")
    expect(box).to_have_value("mine to change, half done")
