# ruff: noqa: N802 - the names quote the ids of ui.md
"""Threads beside their channel, and addresses of messages (ui.md 3.2, S4)."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import Locator, Route, expect
from tests.browser.conftest import KEYS, MIRA, People, Person, mira_says
from tests.browser.test_access import THEMES, Theme, grave
from tests.browser.test_message_acts import SOON, arrived
from tests.e2e.node import Node

pytestmark = pytest.mark.browser

FIRST_IN_VIEW = """() => {
  const edge = document.querySelector("canopy-channel .scroller")?.getBoundingClientRect().top ?? 0;
  const row = [...document.querySelectorAll("article")].find((each) => each.getBoundingClientRect().bottom > edge);
  return row ? [row.querySelector(".message-text").textContent, row.getBoundingClientRect().top] : [null, 0];
}"""
SOME_FRAMES = "async () => { for (let n = 0; n < 20; n += 1) await new Promise(requestAnimationFrame); }"
MISSING = "This message is not available here"


@pytest.fixture
def ada(team: Node, people: People) -> Person:
    return arrived(people(team), "ada")


def reply(node: Node, root: str, text: str, *, key: str = "") -> str:
    body = {"channel_id": "general", "content": text, "parent_message_id": root}
    return str(node.call("POST", "/channels/messages", body, key=key or KEYS[node.root])["message"]["id"])


def panel(person: Person) -> Locator:
    return person.page.get_by_role("complementary", name="Thread")


def replies(person: Person) -> Locator:
    return panel(person).get_by_role("article")


def top_of(row: Locator) -> float:
    box = row.bounding_box()
    assert box is not None
    return float(box["y"])


@pytest.mark.timed
def test_TH_1_a_reply_counts_in_the_other_browser(team: Node, people: People, ada: Person) -> None:
    mira = arrived(people(team), "mira")
    mira.say("a question for all")
    row = ada.article("a question for all")
    row.hover()
    row.get_by_role("button", name="Reply in thread").click()
    box = panel(ada).get_by_role("textbox", name=f"Reply to {MIRA}’s message")
    expect(box).to_be_focused()
    box.fill("an answer")
    begun = time.monotonic()
    box.press("Enter")
    expect(mira.article("a question for all").get_by_role("button", name="1 reply")).to_be_visible()
    assert time.monotonic() - begun < SOON
    expect(replies(ada).filter(has_text="an answer")).to_have_attribute("data-state", "sent")
    expect(ada.articles.filter(has_text="an answer")).to_have_count(0)
    mira.article("a question for all").get_by_role("button", name="1 reply").click()
    expect(replies(mira).filter(has_text="an answer")).to_be_visible()
    box.fill("and one more")
    box.press("Enter")
    expect(replies(mira).filter(has_text="and one more")).to_be_visible()
    expect(mira.articles.get_by_role("button", name="2 replies")).to_be_visible()


def test_TH_1_a_deleted_reply_counts_no_more(team: Node, ada: Person) -> None:
    root = mira_says(team, "loses a reply")
    first = reply(team, root, "to be deleted")
    reply(team, root, "to stay")
    row = ada.article("loses a reply")
    expect(row.get_by_role("button", name="2 replies")).to_be_visible()
    team.call("DELETE", f"/channels/general/messages/{first}", key=KEYS[team.root])
    expect(row.get_by_role("button", name="1 reply")).to_be_visible()


def test_TH_2_following_is_a_choice_that_stays(team: Node, ada: Person) -> None:
    root = mira_says(team, "follow me or not")
    ada.go(f"/c/general/t/{root}")
    follow = panel(ada).get_by_role("button", name="Follow", exact=True)
    expect(follow).to_have_attribute("aria-pressed", "false")
    follow.click()
    following = panel(ada).get_by_role("button", name="Following")
    expect(following).to_have_attribute("aria-pressed", "true")
    ada.page.reload()
    expect(following).to_have_attribute("aria-pressed", "true")


def test_TH_2_whoever_began_a_thread_reads_that_they_follow_it_for_that(team: Node, ada: Person) -> None:
    for root, why in (
        (team.post("my own thread"), "You hear of new replies: you started it"),
        (mira_says(team, "the thread of another"), "You hear of new replies"),
    ):
        subscription = {"channel_id": "general", "message_id": root, "subscribed": True}
        team.call("POST", "/channels/threads/subscription", subscription)
        ada.go(f"/c/general/t/{root}")
        following = panel(ada).get_by_role("button", name="Following")
        expect(following).to_have_attribute("title", why)


def test_S4_the_menu_of_a_thread_offers_all_three_ways(team: Node, ada: Person) -> None:
    root = mira_says(team, "three ways to stand to it")
    ada.go(f"/c/general/t/{root}")
    toggle = panel(ada).get_by_role("button", name=re.compile("^Follow(ing)?$"))
    opener = panel(ada).get_by_role("button", name="What you hear of this thread")
    menu = panel(ada).get_by_role("menu", name="What you hear of this thread")

    def chosen() -> Locator:
        return menu.get_by_role("menuitemradio", checked=True)

    def choose(name: str) -> None:
        opener.click()
        menu.get_by_role("menuitemradio", name=name).click()
        expect(menu).to_have_count(0)
        expect(opener).to_be_focused()

    expect(toggle).to_have_attribute("title", "You do not hear of new replies")
    opener.click()
    expect(menu.get_by_role("menuitemradio")).to_have_count(3)
    expect(chosen()).to_contain_text("Default")
    expect(chosen()).to_be_focused()
    ada.page.keyboard.press("Escape")
    expect(menu).to_have_count(0)
    box = panel(ada).get_by_role("textbox")
    box.fill("now I take part")
    box.press("Enter")
    expect(toggle).to_have_attribute("title", "You hear of new replies: you replied")
    expect(toggle).to_have_attribute("aria-pressed", "true")
    choose("Mute")
    expect(toggle).to_have_attribute("title", "You muted this thread")
    reply(team, root, "@ada and yet")
    expect(replies(ada).filter(has_text="and yet")).to_be_visible()
    ada.page.reload()
    expect(toggle).to_have_attribute("title", "You muted this thread")
    opener.click()
    expect(chosen()).to_contain_text("Mute")
    expect(menu.get_by_role("menuitemradio", name="Default")).to_contain_text("you replied")
    ada.page.keyboard.press("Escape")
    choose("Default")
    expect(toggle).to_have_attribute("title", "You hear of new replies: you replied")
    choose("Follow")
    expect(toggle).to_have_attribute("aria-pressed", "true")
    toggle.click()
    expect(toggle).to_have_attribute("aria-pressed", "false")


def test_S4_a_mention_is_a_reason_to_follow(team: Node, ada: Person) -> None:
    root = mira_says(team, "somebody will be called here")
    ada.go(f"/c/general/t/{root}")
    toggle = panel(ada).get_by_role("button", name=re.compile("^Follow(ing)?$"))
    expect(toggle).to_have_attribute("aria-pressed", "false")
    reply(team, root, "what do you say, @ada?")
    expect(toggle).to_have_attribute("title", "You hear of new replies: you were mentioned")


def test_the_menu_and_the_letter_of_a_row_mute_and_follow_its_thread(team: Node, ada: Person) -> None:
    root = mira_says(team, "to follow from its row")
    row = ada.article("to follow from its row")
    page = ada.page
    said = page.get_by_role("status")

    def offered(name: str) -> Locator:
        row.hover()
        row.get_by_role("button", name="More actions").click()
        item = page.get_by_role("menuitem", name=name, exact=True)
        expect(item).to_be_visible()
        return item

    names = []
    for name, answer in (("Follow thread", "You hear of new"), ("Mute thread", "You no longer hear")):
        item = offered(name)
        names = page.get_by_role("menuitem").all_inner_texts()
        item.click()
        expect(said.filter(has_text=answer)).to_be_visible()
    order = ["Reply in thread", "Quote", "Copy text", "Copy link", "Mark unread from here", "Mute thread"]
    assert [name for name in names if name in order] == order
    offered("Follow thread")
    page.keyboard.press("Escape")
    row.focus()
    page.keyboard.press("m")
    expect(said.filter(has_text="You hear of new replies")).to_be_visible()
    row.focus()
    page.keyboard.press("r")
    toggle = panel(ada).get_by_role("button", name=re.compile("^Follow(ing)?$"))
    expect(toggle).to_have_attribute("aria-pressed", "true")
    row.focus()
    page.keyboard.press("m")
    expect(toggle).to_have_attribute("title", "You muted this thread")
    expect(page).to_have_url(re.compile(f"/c/general/t/{root}$"))


def test_a_choice_about_a_thread_that_the_node_does_not_take_is_said(team: Node, ada: Person) -> None:
    root = mira_says(team, "a choice that fails")
    ada.go(f"/c/general/t/{root}")
    button = panel(ada).get_by_role("button", name="Follow", exact=True)
    ada.page.route("**/threads/subscription", lambda route: route.abort())
    button.click()
    expect(ada.page.locator(".toast")).to_contain_text("Could not follow the thread")
    expect(button).to_have_attribute("aria-pressed", "false")
    ada.expect_noise()


def test_S4_a_reply_is_also_sent_to_the_channel_when_one_says_so(team: Node, ada: Person) -> None:
    root = mira_says(team, "a thread that others should hear of")
    ada.go(f"/c/general/t/{root}")
    also = panel(ada).get_by_role("checkbox", name="Also send to #general")
    expect(also).not_to_be_checked()
    box = panel(ada).get_by_role("textbox")
    box.fill("for the thread alone")
    box.press("Enter")
    expect(replies(ada).filter(has_text="for the thread alone")).to_have_attribute("data-state", "sent")
    also.check()
    box.fill("for everybody")
    box.press("Enter")
    expect(also).not_to_be_checked()
    expect(replies(ada).filter(has_text="for everybody")).to_have_attribute("data-state", "sent")
    shown = ada.feed.get_by_role("article").filter(has_text="for everybody")
    expect(shown).to_have_attribute("data-state", "sent")
    box.fill("again for the thread alone")
    box.press("Enter")
    expect(replies(ada).filter(has_text="again for the thread alone")).to_have_attribute("data-state", "sent")
    expect(shown).to_have_count(1)
    expect(ada.feed.get_by_role("article").filter(has_text="for the thread alone")).to_have_count(0)


def test_TH_3_the_address_of_a_thread_restores_it(team: Node, ada: Person) -> None:
    root = mira_says(team, "root of the address")
    answer = reply(team, root, "reply of the address")
    ada.article("root of the address").get_by_role("button", name="1 reply").click()
    expect(ada.page).to_have_url(re.compile(f"/c/general/t/{root}$"))
    ada.page.reload()
    expect(replies(ada)).to_have_count(2)
    expect(replies(ada).last).to_contain_text("reply of the address")
    ada.go(f"/c/general/{answer}")
    expect(ada.page).to_have_url(re.compile(f"/c/general/t/{answer}$"))
    expect(replies(ada).filter(has_text="reply of the address")).to_be_focused()


def test_escape_and_back_close_a_thread_and_the_draft_of_each_place_stays(team: Node, ada: Person) -> None:
    mira_says(team, "root with a draft")
    row = ada.article("root with a draft")
    ada.box.fill("for the channel")
    row.focus()
    ada.page.keyboard.press("r")
    box = panel(ada).get_by_role("textbox")
    box.fill("for the thread")
    ada.page.keyboard.press("Escape")
    expect(panel(ada)).to_have_count(0)
    expect(ada.page).to_have_url(re.compile("/c/general$"))
    expect(row).to_be_focused()
    ada.page.go_forward()
    expect(box).to_have_value("for the thread")
    ada.page.go_back()
    expect(panel(ada)).to_have_count(0)
    expect(ada.box).to_have_value("for the channel")
    ada.box.fill("")


def test_a_root_with_replies_stays_as_a_stub_when_it_is_deleted(team: Node, ada: Person) -> None:
    root = mira_says(team, "root to be deleted")
    reply(team, root, "reply that stays")
    row = ada.articles.and_(ada.page.locator(f"[data-message-id={root}]"))
    expect(row.get_by_role("button", name="1 reply")).to_be_visible()
    team.call("DELETE", f"/channels/general/messages/{root}", key=KEYS[team.root])
    expect(row).to_contain_text("Message deleted")
    expect(row).not_to_contain_text("root to be deleted")
    row.get_by_role("button", name="1 reply").click()
    expect(replies(ada).last).to_contain_text("reply that stays")


def test_an_address_leads_to_its_message_in_the_middle(own_team: Node, people: People) -> None:
    """3.2: a window around it, set apart, focused, announced."""
    ids = [mira_says(own_team, f"history {number}.") for number in range(220)]
    ada = people(own_team)
    ada.sign_in("ada")
    ada.go(f"/c/general/{ids[80]}")
    row = ada.article("history 80.")
    expect(row).to_be_focused()
    expect(row).to_have_class(re.compile("is-found"))
    assert 51 <= ada.articles.count() <= 200
    expect(ada.page.locator("[aria-live=polite]").filter(has_text=f"Message from {MIRA}, ")).to_have_count(1)
    box, view = row.bounding_box(), ada.page.locator("canopy-channel .scroller").bounding_box()
    assert box is not None
    assert view is not None
    assert abs(box["y"] + box["height"] / 2 - view["y"] - view["height"] / 2) < 60
    expect(row).not_to_have_class(re.compile("is-found"))
    ada.page.get_by_role("button", name="Show the newest messages").click()
    expect(ada.article("history 219.")).to_be_in_viewport()


def test_from_an_address_one_scrolls_to_both_ends(own_team: Node, people: People) -> None:
    ids = [mira_says(own_team, f"line {number}.") for number in range(130)]
    ada = people(own_team)
    ada.sign_in("ada")
    ada.go(f"/c/general/{ids[60]}")
    expect(ada.article("line 60.")).to_be_focused()
    texts = ada.articles.locator(".message-text")
    ada.page.keyboard.press("End")
    while "line 129." not in (seen := texts.all_inner_texts()):
        assert seen == sorted(seen, key=lambda text: int(text[5:-1]))
        ada.articles.last.focus()
    ada.articles.first.focus()
    while "line 0." not in texts.all_inner_texts():
        ada.articles.first.focus()
    assert texts.all_inner_texts() == [f"line {number}." for number in range(130)]


def test_a_message_below_the_window_is_counted_and_shown_on_demand(own_team: Node, people: People) -> None:
    ids = [mira_says(own_team, f"past {number}.") for number in range(220)]
    ada = people(own_team)
    ada.sign_in("ada")
    ada.go(f"/c/general/{ids[20]}")
    expect(ada.article("past 20.")).to_be_focused()
    mira_says(own_team, "far below")
    expect(ada.article("far below")).to_have_count(0)
    ada.page.get_by_role("button", name="1 new").click()
    expect(ada.article("far below")).to_be_in_viewport()
    expect(ada.page.get_by_role("button", name=re.compile("new"))).to_have_count(0)


def test_what_is_not_here_says_so_in_one_way(team: Node, ada: Person) -> None:
    """3.2: missing, deleted, expired and forbidden look the same."""
    deleted = mira_says(team, "deleted before")
    team.call("DELETE", f"/channels/general/messages/{deleted}", key=KEYS[team.root])
    pages = []
    for identity in (deleted, "M" + "0" * 24, "nonsense"):
        ada.go(f"/c/general/{identity}")
        expect(ada.page.get_by_role("heading", name=MISSING)).to_be_visible()
        pages.append(ada.page.get_by_role("note").inner_text())
        expect(ada.page.get_by_role("button", name="Ask peers to sync this channel")).to_be_visible()
    assert len(set(pages)) == 1
    ada.page.get_by_role("link", name="Show the newest messages").click()
    expect(ada.page.get_by_role("heading", name=MISSING)).to_have_count(0)
    expect(ada.articles.first).to_be_visible()
    ada.go("/c/general/t/nonsense")
    expect(panel(ada).get_by_role("heading", name="This thread is not available here")).to_be_visible()
    ada.expect_noise()


def test_back_and_reload_find_the_place_again(own_team: Node, people: People) -> None:
    for number in range(120):
        mira_says(own_team, f"long ago {number}")
    own_team.call("POST", "/channels/general/read", {})
    ada = arrived(people(own_team), "ada")
    ada.page.locator("canopy-channel .scroller").evaluate("scroller => { scroller.scrollTop = 300 }")
    ada.page.wait_for_function("() => history.state?.anchor")
    text, top = ada.page.evaluate(f"({FIRST_IN_VIEW})()")
    again = f"([text, top]) => {{ const [t, y] = ({FIRST_IN_VIEW})(); return t === text && Math.abs(y - top) <= 4 }}"
    ada.page.get_by_role("link", name="Network").click()
    ada.page.get_by_role("heading", name="Connect", level=1).wait_for()
    ada.page.go_back()
    ada.page.wait_for_function(again, arg=[text, top])
    ada.page.reload()
    ada.page.wait_for_function(again, arg=[text, top])


def reads_on_a_phone(own_team: Node, people: People, above: int) -> Person:
    """Ada, at the end of a channel in which a message with a reply has so many others above it and nine below."""
    for number in range(above):
        mira_says(own_team, f"above {number}")
    root = mira_says(own_team, "root on the phone")
    reply(own_team, root, "reply on the phone")
    for number in range(9):
        mira_says(own_team, f"below {number}")
    own_team.call("POST", "/channels/general/read", {})
    return arrived(people(own_team, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True), "ada")


def test_PH_4_back_from_a_thread_is_the_same_place(own_team: Node, people: People) -> None:
    phone = reads_on_a_phone(own_team, people, above=60)
    phone.page.locator("canopy-channel .scroller").evaluate("scroller => { scroller.scrollTop -= 150 }")
    row = phone.article("root on the phone")
    before = top_of(row)
    row.get_by_role("button", name="1 reply").tap()
    expect(replies(phone).last).to_contain_text("reply on the phone")
    box = panel(phone).bounding_box()
    assert box is not None
    assert box["width"] == 390
    phone.page.go_back()
    expect(panel(phone)).to_have_count(0)
    assert abs(top_of(row) - before) <= 4


def test_rows_that_come_while_a_thread_hides_the_list_move_nothing(own_team: Node, people: People) -> None:
    phone = reads_on_a_phone(own_team, people, above=90)
    held: list[Route] = []
    phone.page.route("**/messages?*before=*", lambda route: held.append(route))
    phone.page.locator("canopy-channel .scroller").evaluate("scroller => { scroller.scrollTop -= 150 }")
    row = phone.article("root on the phone")
    before = top_of(row)
    row.get_by_role("button", name="1 reply").tap()
    expect(replies(phone).last).to_contain_text("reply on the phone")
    assert len(held) == 1
    with phone.page.expect_response("**/messages?*before=*"):
        held.pop().continue_()
    phone.page.unroute_all()
    phone.page.evaluate(SOME_FRAMES)
    phone.page.go_back()
    expect(panel(phone)).to_have_count(0)
    assert abs(top_of(row) - before) <= 4
    # What was left undone goes on when there is something to see of it.
    expect(phone.article("above 10")).to_have_count(1)
    assert abs(top_of(row) - before) <= 4


@THEMES
def test_AX_1_a_thread_is_clean(theme: Theme, team: Node, people: People) -> None:
    root = mira_says(team, f"root in {theme}")
    reply(team, root, "reply in the same")
    for width in (1440, 390):
        ada = people(team, color_scheme=theme, viewport={"width": width, "height": 844})
        ada.sign_in("ada")
        ada.go(f"/c/general/t/{root}")
        replies(ada).last.wait_for()
        assert grave(ada.page) == []


def test_a_thread_that_closes_gives_the_focus_to_its_row(team: Node, ada: Person) -> None:
    mira_says(team, "answered from the toolbar")
    row = ada.article("answered from the toolbar")
    row.hover()
    row.get_by_role("button", name="Reply in thread").click()
    expect(panel(ada).get_by_role("textbox")).to_be_focused()
    panel(ada).get_by_role("button", name="Close the thread").hover()
    panel(ada).get_by_role("button", name="Close the thread").click()
    expect(panel(ada)).to_have_count(0)
    expect(row).to_be_focused()


def test_a_thread_that_was_the_first_page_leaves_the_focus_at_the_heading(team: Node, ada: Person) -> None:
    root = mira_says(team, "a thread by its address")
    ada.go(f"/c/general/t/{root}")
    panel(ada).get_by_role("article").first.wait_for()
    panel(ada).get_by_role("button", name="Close the thread").click()
    expect(panel(ada)).to_have_count(0)
    expect(ada.page.get_by_role("heading", level=1)).to_be_focused()
