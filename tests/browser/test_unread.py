# ruff: noqa: N802 - the names quote the ids of ui.md
"""What is new, and how far one has read (ui.md 3.2, 5.5, S3)."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, Route, expect
from tests.browser.conftest import People, Person, mira_says
from tests.browser.test_message_acts import arrived
from tests.e2e.node import Node

pytestmark = pytest.mark.browser

MOST_LOOKS = 150


def unread(node: Node) -> int:
    return int(node.call("GET", "/channels/general")["channel"]["unread_count"])


def until(page: Page, reached: Callable[[], bool]) -> None:
    """The node is asked, because no page shows it."""
    for _ in range(MOST_LOOKS):
        if reached():
            return
        page.evaluate("() => new Promise((resolve) => setTimeout(resolve, 30))")
    raise AssertionError("this never came about")


def line(person: Person) -> Locator:
    return person.feed.get_by_text("New", exact=True)


BELOW = "line => line.closest('.day').nextElementSibling.querySelector('.message-text').textContent.trim()"


def ids_around(line: Locator) -> str:
    return str(line.evaluate(BELOW))


def away(node: Node, people: People) -> Person:
    """Ada, who has read all that there is, and looks at something else."""
    ada = arrived(people(node), "ada")
    ada.say("ada was here")
    ada.go("/connect")
    ada.page.get_by_role("heading", name="Connect", level=1).wait_for()
    return ada


def test_what_came_meanwhile_stands_below_a_line_and_is_read_by_looking(own_team: Node, people: People) -> None:
    ada = away(own_team, people)
    for number in range(3):
        mira_says(own_team, f"meanwhile {number}")
    row = ada.page.get_by_role("navigation", name="Conversations").get_by_role("link", name="general")
    expect(row).to_have_accessible_name(re.compile("unread"))
    assert unread(own_team) == 3
    row.click()
    expect(line(ada)).to_be_visible()
    assert ids_around(line(ada)) == "meanwhile 0"
    until(ada.page, lambda: unread(own_team) == 0)
    expect(line(ada)).to_be_visible()
    mira_says(own_team, "while looking")
    expect(ada.article("while looking")).to_be_visible()
    until(ada.page, lambda: unread(own_team) == 0)
    assert ids_around(line(ada)) == "meanwhile 0"
    ada.page.keyboard.press("Escape")
    expect(line(ada)).to_have_count(0)


def test_CH_7_what_i_post_by_a_key_is_never_unread(own_team: Node, people: People) -> None:
    ada = away(own_team, people)
    own_team.post("by my key")
    mira_says(own_team, "by another")
    row = ada.page.get_by_role("navigation", name="Conversations").get_by_role("link", name="general")
    expect(row).to_have_accessible_name(re.compile("unread"))
    assert unread(own_team) == 1
    ada.page.get_by_role("navigation", name="Conversations").get_by_role("link", name="general").click()
    assert ids_around(line(ada)) == "by another"


def test_all_tabs_agree_on_what_is_unread(own_team: Node, people: People) -> None:
    ada = away(own_team, people)
    other = ada.another_tab()
    other.goto(f"{ada.url}/connect")
    mira_says(own_team, "for both tabs")
    rows = [
        page.get_by_role("navigation", name="Conversations").get_by_role("link", name="general")
        for page in (ada.page, other)
    ]
    for row in rows:
        expect(row).to_have_accessible_name(re.compile("unread"))
    other.bring_to_front()
    rows[1].click()
    expect(rows[0]).not_to_have_accessible_name(re.compile("unread"))
    assert unread(own_team) == 0


def test_CH_9_a_link_marks_nothing_read_until_one_goes_to_the_newest(own_team: Node, people: People) -> None:
    ada = away(own_team, people)
    ids = [mira_says(own_team, f"unread {number}.") for number in range(80)]
    ada.go(f"/c/general/{ids[10]}")
    expect(ada.article("unread 10.")).to_be_focused()
    ada.page.keyboard.press("ArrowDown")
    ada.page.keyboard.press("PageDown")
    ada.page.evaluate("() => new Promise((resolve) => setTimeout(resolve, 900))")
    assert unread(own_team) == 80
    ada.page.get_by_role("button", name=re.compile("Show the newest|new")).click()
    until(ada.page, lambda: unread(own_team) == 0)


def test_CH_9_rows_that_come_below_a_list_at_rest_leave_the_way_to_the_newest(own_team: Node, people: People) -> None:
    ada = away(own_team, people)
    ids = [mira_says(own_team, f"unread {number}.") for number in range(80)]
    held: list[Route] = []
    ada.page.route(re.compile(r"/general/messages\?.*after="), lambda route: held.append(route))
    ada.go(f"/c/general/{ids[10]}")
    expect(ada.article("unread 10.")).to_be_focused()
    ada.page.keyboard.press("ArrowDown")
    ada.page.keyboard.press("PageDown")
    until(ada.page, lambda: len(held) > 0)
    ada.page.evaluate("() => new Promise((resolve) => setTimeout(resolve, 900))")
    ada.page.unroute_all()  # which lets go what is held
    expect(ada.article("unread 79.")).to_be_attached()
    ada.page.get_by_role("button", name="Show the newest").click()
    until(ada.page, lambda: unread(own_team) == 0)


def test_CH_9_a_link_near_the_end_marks_nothing_read_until_the_reader_scrolls(own_team: Node, people: People) -> None:
    ada = away(own_team, people)
    ids = [mira_says(own_team, f"unread {number}.") for number in range(80)]
    ada.go(f"/c/general/{ids[75]}")
    expect(ada.article("unread 75.")).to_be_focused()
    expect(ada.article("unread 79.")).to_be_in_viewport()
    ada.page.evaluate("() => new Promise((resolve) => setTimeout(resolve, 2000))")
    assert unread(own_team) == 80
    ada.page.locator("canopy-channel .scroller").hover()
    ada.page.mouse.wheel(0, 400)
    until(ada.page, lambda: unread(own_team) == 0)


def test_a_link_is_followed_by_keys_to_the_newest(own_team: Node, people: People) -> None:
    ada = away(own_team, people)
    ids = [mira_says(own_team, f"unread {number}.") for number in range(3)]
    ada.go(f"/c/general/{ids[1]}")
    expect(ada.article("unread 1.")).to_be_focused()
    ada.page.evaluate("() => new Promise((resolve) => setTimeout(resolve, 900))")
    assert unread(own_team) == 3
    ada.page.keyboard.press("ArrowDown")
    until(ada.page, lambda: unread(own_team) == 0)


def test_who_writes_after_a_link_is_at_the_newest(own_team: Node, people: People) -> None:
    ada = away(own_team, people)
    ids = [mira_says(own_team, f"unread {number}.") for number in range(3)]
    ada.go(f"/c/general/{ids[1]}")
    expect(ada.article("unread 1.")).to_be_focused()
    ada.say("an answer to all of it")
    until(ada.page, lambda: unread(own_team) == 0)


def test_escape_marks_all_as_read_after_a_link(own_team: Node, people: People) -> None:
    ada = away(own_team, people)
    ids = [mira_says(own_team, f"unread {number}.") for number in range(60)]
    ada.go(f"/c/general/{ids[5]}")
    expect(ada.article("unread 5.")).to_be_focused()
    ada.page.keyboard.press("Escape")
    until(ada.page, lambda: unread(own_team) == 0)


def test_one_enters_at_the_line_when_more_came_than_fits(own_team: Node, people: People) -> None:
    ada = away(own_team, people)
    for number in range(120):
        mira_says(own_team, f"a lot {number}.")
    ada.page.get_by_role("navigation", name="Conversations").get_by_role("link", name="general").click()
    expect(line(ada)).to_be_in_viewport()
    assert ids_around(line(ada)) == "a lot 0."
    until(ada.page, lambda: 0 < unread(own_team) < 120)
    ada.page.locator("canopy-channel .scroller").evaluate("scroller => { scroller.scrollTop += 1500 }")
    pill = ada.page.get_by_role("button", name="Mark read")
    expect(ada.page.get_by_text(re.compile(r"^\d+ new since \d\d:\d\d$"))).to_be_visible()
    ada.page.get_by_role("button", name="Jump", exact=True).click()
    expect(line(ada)).to_be_in_viewport()
    ada.page.locator("canopy-channel .scroller").evaluate("scroller => { scroller.scrollTop += 1500 }")
    pill.click()
    expect(pill).to_have_count(0)
    until(ada.page, lambda: unread(own_team) == 0)


def test_the_pill_counts_only_what_came_since_one_entered(own_team: Node, people: People) -> None:
    ada = away(own_team, people)
    for number in range(120):
        mira_says(own_team, f"a lot {number}.")
    ada.page.get_by_role("navigation", name="Conversations").get_by_role("link", name="general").click()
    expect(line(ada)).to_be_in_viewport()
    scroller = ada.page.locator("canopy-channel .scroller")
    while ada.article("a lot 119.").count() == 0:  # the whole history below the line is read, the reader stays above
        scroller.evaluate("scroller => { scroller.scrollTop = scroller.scrollHeight - scroller.clientHeight - 1150 }")
        ada.page.evaluate("() => new Promise((resolve) => setTimeout(resolve, 100))")
    below = ada.page.locator("canopy-channel .jump:not(.is-above)").get_by_role("button")
    scroller.evaluate("scroller => { scroller.scrollTop -= 900 }")
    expect(below).to_have_text("Show the newest messages")
    mira_says(own_team, "since then")
    expect(below).to_have_text("1 new")
    below.click()
    expect(ada.article("since then")).to_be_in_viewport()
    expect(below).to_have_count(0)


def test_what_was_read_is_marked_unread_from_a_message_on(own_team: Node, people: People) -> None:
    ada = arrived(people(own_team), "ada")
    for number in range(5):
        mira_says(own_team, f"come back to {number}")
    until(ada.page, lambda: unread(own_team) == 0)
    ada.article("come back to 2").focus()
    ada.page.keyboard.press("Shift+U")
    expect(line(ada)).to_be_visible()
    assert ids_around(line(ada)) == "come back to 2"
    until(ada.page, lambda: unread(own_team) == 3)
    ada.page.evaluate("() => new Promise((resolve) => setTimeout(resolve, 800))")
    assert unread(own_team) == 3
    ada.go("/connect")
    row = ada.page.get_by_role("navigation", name="Conversations").get_by_role("link", name="general")
    expect(row).to_have_accessible_name(re.compile("unread"))
