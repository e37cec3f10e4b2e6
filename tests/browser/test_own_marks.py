"""What people arrange for themselves: favourites, quiet channels, saved messages, drafts in the list (ui.md S3)."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Route, expect
from tests.browser.conftest import KEYS, People, Person, mira_says
from tests.e2e.node import Node

pytestmark = pytest.mark.browser


def sidebar(person: Person) -> Locator:
    return person.page.get_by_role("navigation", name="Conversations")


def choose(person: Person, item: str) -> None:
    """From the menu of the channel."""
    person.page.get_by_role("main").get_by_role("button", name="More", exact=True).click()
    person.page.get_by_role("menuitem", name=item, exact=True).click()


def opened(node: Node, people: People, path: str = "/c/general") -> Person:
    ada = people(node)
    ada.sign_in("ada")
    ada.go(path)
    ada.wait_live()
    return ada


def test_a_starred_channel_stands_with_the_favourites(own_team: Node, people: People) -> None:
    ada = opened(own_team, people)
    other = ada.another_tab()
    other.goto(f"{ada.url}/c/general")
    choose(ada, "Star")
    for page in (ada.page, other):
        list_ = page.get_by_role("list", name="Starred")
        expect(list_.get_by_role("link", name="general")).to_be_visible()
    choose(ada, "Remove star")
    expect(sidebar(ada).get_by_role("list", name="Starred")).to_have_count(0)
    expect(sidebar(ada).get_by_role("list", name="Channels").get_by_role("link", name="general")).to_be_visible()


def test_a_muted_channel_is_never_bold_but_shows_who_calls(own_team: Node, people: People) -> None:
    channel = own_team.call("POST", "/channels", {"name": "ops"})["channel"]["id"]
    ada = opened(own_team, people, f"/c/{channel}")
    choose(ada, "Mute")
    row = sidebar(ada).get_by_role("link", name="ops, muted")
    expect(row).to_be_visible()
    sidebar(ada).get_by_role("link", name="general").click()
    body = {"channel_id": channel, "content": "chatter"}
    own_team.call("POST", "/channels/messages", body, key=KEYS[own_team.root])
    mira_says(own_team, "after the chatter")
    expect(ada.article("after the chatter")).to_be_visible()
    expect(sidebar(ada).get_by_role("list", name="Unread")).to_have_count(0)
    called = {"channel_id": channel, "content": "@ada are you there?"}
    own_team.call("POST", "/channels/messages", called, key=KEYS[own_team.root])
    loud = sidebar(ada).get_by_role("link", name="ops, 1 mention of you, muted")
    expect(loud).to_be_visible()
    assert "600" not in loud.evaluate("e => getComputedStyle(e).fontWeight")


def test_a_message_is_saved_by_star_and_letter_and_found_again(own_team: Node, people: People) -> None:
    identity = mira_says(own_team, "**worth** keeping")
    mira_says(own_team, "so is this")
    ada = opened(own_team, people)
    row = ada.article("worth keeping")
    row.hover()
    star = row.get_by_role("toolbar", name="Message actions").get_by_role("button", name="Save")
    star.click()
    expect(star).to_have_attribute("aria-pressed", "true")
    ada.article("so is this").focus()
    ada.page.keyboard.press("s")
    expect(ada.page.get_by_text("Saved. It stands under")).to_be_visible()
    sidebar(ada).get_by_role("link", name="Saved messages").click()
    saved = ada.page.get_by_role("list", name="Saved messages")
    expect(saved.get_by_role("listitem")).to_have_count(2)
    expect(saved.get_by_text("worth keeping", exact=True)).to_be_visible()
    saved.get_by_role("button", name="Remove the message of Mira Okafor from saved").first.click()
    expect(saved.get_by_role("listitem")).to_have_count(1)
    saved.get_by_role("link", name="Open the message of Mira Okafor in #general").click()
    expect(ada.page).to_have_url(f"{ada.url}/c/general/{identity}")
    expect(ada.article("worth keeping")).to_be_focused()


def test_what_was_deleted_is_no_longer_among_the_saved(own_team: Node, people: People) -> None:
    identity = mira_says(own_team, "soon gone")
    own_team.call("POST", "/bookmarks", {"source_type": "channel_message", "source_id": identity})
    ada = people(own_team)
    ada.sign_in("ada")
    ada.go("/saved")
    expect(ada.page.get_by_role("listitem").filter(has_text="soon gone")).to_be_visible()
    own_team.call("DELETE", f"/channels/general/messages/{identity}", key=KEYS[own_team.root])
    expect(ada.page.get_by_text("You have saved no message yet")).to_be_visible()


def test_what_is_saved_while_more_is_read_stands_in_its_place(own_team: Node, people: People) -> None:
    """A bell that rings while a page is on its way makes all be read again: nothing twice, nothing missing."""
    for number in range(60):
        bookmark(own_team, f"row {number}")
    ada = people(own_team)
    ada.sign_in("ada")
    ada.go("/saved")
    rows = ada.page.get_by_role("list", name="Saved messages").get_by_role("listitem")
    expect(rows).to_have_count(50)
    held: list[Route] = []
    ada.page.route("**/api/v1/bookmarks?*", lambda route: held.append(route), times=1)
    with ada.page.expect_request("**/api/v1/bookmarks?*"):
        ada.page.get_by_role("button", name="Show more").click()
    bookmark(own_team, "saved meanwhile")
    expect(rows).to_have_count(61)
    with ada.page.expect_response("**/api/v1/bookmarks?*"):
        held[0].continue_()
    ada.page.evaluate("() => new Promise(requestAnimationFrame)")
    expect(rows.first).to_contain_text("saved meanwhile")
    expect(rows).to_have_count(61)


def bookmark(node: Node, text: str) -> None:
    body = {"source_type": "channel_message", "source_id": mira_says(node, text)}
    node.call("POST", "/bookmarks", body)


def test_a_row_of_the_list_shows_that_something_was_begun(own_team: Node, people: People) -> None:
    own_team.call("POST", "/channels", {"name": "ops"})
    ada = opened(own_team, people)
    ada.box.fill("half a thought")
    sidebar(ada).get_by_role("link", name="ops").click()
    expect(sidebar(ada).get_by_role("link", name="general, draft")).to_be_visible()
    sidebar(ada).get_by_role("link", name="general, draft").click()
    expect(ada.box).to_have_value("half a thought")
    ada.box.fill("")
    sidebar(ada).get_by_role("link", name="ops").click()
    expect(sidebar(ada).get_by_role("link", name="general", exact=True)).to_be_visible()


def test_a_date_leads_to_its_first_message(own_team: Node, people: People) -> None:
    first = mira_says(own_team, "the first of the day")
    mira_says(own_team, "the second")
    ada = opened(own_team, people)
    choose(ada, "Jump to date")
    dialog = ada.page.get_by_role("dialog", name="Jump to date")
    dialog.get_by_label("First message since").fill("2001-02-03")
    dialog.get_by_role("button", name="Jump").click()
    expect(ada.page).to_have_url(f"{ada.url}/c/general/{first}")
    expect(ada.article("the first of the day")).to_be_focused()
    choose(ada, "Jump to date")
    dialog.get_by_label("First message since").fill("9000-01-01")
    dialog.get_by_role("button", name="Jump").click()
    expect(ada.page.get_by_text("Nothing was written here since then.")).to_be_visible()


def test_the_menu_of_a_channel_marks_read_and_leaves(own_team: Node, people: People) -> None:
    own_team.call("POST", "/channels", {"name": "ops"}, key=KEYS[own_team.root])
    ada = opened(own_team, people, "/c/ops")
    choose(ada, "Mark read")
    choose(ada, "Leave channel")
    dialog = ada.page.get_by_role("dialog", name="Leave #ops?")
    dialog.get_by_role("button", name="Leave channel").click()
    expect(ada.page.get_by_role("heading", level=1, name="Channels")).to_be_visible()
    expect(sidebar(ada).get_by_role("link", name="ops")).to_have_count(0)


def test_on_a_narrow_screen_the_menu_has_what_the_header_folds(own_team: Node, people: People) -> None:
    ada = people(own_team, viewport={"width": 390, "height": 844})
    ada.sign_in("ada")
    ada.go("/c/general")
    ada.wait_live()
    expect(ada.page.get_by_role("link", name="Search", exact=True)).to_be_hidden()
    choose(ada, "Search here")
    expect(ada.page.get_by_role("complementary", name="Search")).to_be_visible()


def test_a_long_message_is_folded_until_somebody_wants_it_whole(own_team: Node, people: People) -> None:
    mira_says(own_team, "\n".join(f"line {number}" for number in range(214)))
    ada = opened(own_team, people)
    row = ada.articles.last
    unfold = row.get_by_role("button", name="Show all (214 lines)")
    expect(unfold).to_be_visible()
    folded = row.bounding_box()
    assert folded is not None and folded["height"] < 500
    unfold.click()
    expect(unfold).to_be_hidden()
    expect(row).to_be_focused()
    whole = row.bounding_box()
    assert whole is not None and whole["height"] > 2_000


def test_the_life_of_a_sent_message_can_be_changed(own_team: Node, people: People) -> None:
    ada = opened(own_team, people)
    ada.say("shorter than I thought")
    row = ada.article("shorter than I thought")
    expect(row).to_have_attribute("data-state", "sent")
    row.hover()
    row.get_by_role("button", name="More actions").click()
    ada.page.get_by_role("menuitem", name="Change lifespan").click()
    dialog = ada.page.get_by_role("dialog", name="How long shall this message live?")
    dialog.get_by_label("1 hour").check()
    dialog.get_by_role("button", name="Change").click()
    expect(dialog).to_have_count(0)
    expect(row.locator(".message-expiry")).to_be_visible()
