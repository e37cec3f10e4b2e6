# ruff: noqa: N802 - the names quote the ids of ui.md
"""What Connect says of each peer, and what one may do about it."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import People, Person
from tests.browser.mesh import OTHER_WORDS, REFUSED, TIMEOUT, Mesh, offline, peer
from tests.browser.test_connect import choose, near, open_connect, panel, row
from tests.e2e.node import Node

pytestmark = pytest.mark.browser

LATER = "2031-03-04T10:00:20Z"
NEW = peer("pidN", "new", level="unknown", state="connected_not_syncing", level_with_us=False)
APART = peer(
    "pidM", "cellar", open_channels="apart", merge={"needed": True, "nodes": 3, "messages": 1204}, level_with_us=False
)


@pytest.fixture
def ada(team: Node, people: People) -> Person:
    person = people(team)
    person.sign_in("ada")
    return person


@pytest.fixture
def mira(team: Node, people: People) -> Person:
    """Somebody who does not own the node."""
    person = people(team)
    person.sign_in("mira")
    return person


STATES = [
    (peer("p", "x"), ["Connected and syncing", "Up to date"]),
    (peer("p", "x", level_with_us=False), ["Connected and syncing", "Comparing"]),
    (
        peer("p", "x", level_with_us=False, progress={"done": 1200, "total": 10000}),
        ["Connected, catching up", "1,200 of 10,000 messages"],
    ),
    (peer("p", "x", progress={"done": 70, "total": 0}), ["70 so far"]),
    (peer("p", "x", state="connected_not_syncing"), ["Connected, not syncing", "Waiting for approval on their side"]),
    (peer("p", "x", level="unknown", state="connected_not_syncing"), ["Not reviewed", "waiting for your approval"]),
    (offline("p", "x", level="unknown"), ["Not reviewed", "Offline"]),
    (offline("p", "x", level="introduced", introduced_by=["q"]), ["Introduced, not reviewed", "Introduced by Node q"]),
    (offline("p", "x", level="blocked"), ["Blocked", "Nothing is exchanged"]),
    (offline("p", "x", last_seen=None, next_try=LATER), ["Offline", "Never seen"]),
    (offline("p", "x"), ["Offline", "Seen", "years ago", "This node does not dial it by itself now"]),
    (
        offline("p", "x", attempts=[TIMEOUT, REFUSED], next_try=LATER),
        ["2 addresses tried · next try at 4 March", "203.0.113.5:7771 Nothing listens there."],
    ),
    (
        peer("p", "x", refused={"bad_signature": 2, "odd_thing": 1}, waiting={"parked": 12}),
        ["Refused: 2 had a wrong signature and 1 (odd thing).", "Waiting: 12 for what came before them."],
    ),
    (APART | {"display_name": "x"}, ["Open channels stay apart on this link"]),
]


@pytest.mark.parametrize(("given", "sentences"), STATES, ids=range(len(STATES)))
def test_every_state_is_said_in_words(given: dict[str, Any], sentences: list[str], ada: Person) -> None:
    open_connect(ada, Mesh(peers=[given]))
    shown = row(ada, "x")
    for fold in shown.locator("summary").all():
        fold.click()
    for sentence in sentences:
        expect(shown).to_contain_text(sentence)
    expect(shown).to_contain_text("-".join(OTHER_WORDS))


def test_progress_is_a_bar_with_a_name(ada: Person) -> None:
    open_connect(ada, Mesh(peers=[peer("p", "x", progress={"done": 2, "total": 8})]))
    bar = row(ada, "x").get_by_role("progressbar", name="Catching up")
    assert bar.evaluate("e => e.position") == 0.25


def test_no_peers_is_a_sentence_with_what_to_do(ada: Person) -> None:
    open_connect(ada, Mesh())
    expect(panel(ada, "Peers")).to_contain_text("No peers yet. Give somebody your invite")


def test_peers_that_do_not_come_are_tried_again(ada: Person) -> None:
    mesh = Mesh(peers=[NEW])
    mesh.answers["GET /peers"] = (503, {"code": "mesh_off", "detail": "No peers just now."})
    open_connect(ada, mesh)
    expect(panel(ada, "Peers")).to_contain_text("could not be loaded")
    del mesh.answers["GET /peers"]
    panel(ada, "Peers").get_by_role("button", name="Retry").click()
    expect(row(ada, "new")).to_be_visible()
    ada.expect_noise()


# What one may do.


def test_TR_1_a_new_peer_is_not_reviewed_until_somebody_approves(ada: Person) -> None:
    mesh = open_connect(ada, Mesh(peers=[NEW]))
    expect(ada.page.get_by_text("new waits for your approval.")).to_be_visible()
    ada.page.get_by_role("button", name="Review", exact=True).first.click()
    expect(row(ada, "new")).to_be_focused()
    approve = row(ada, "new").get_by_role("button", name="Approve new")
    mesh.peers = [peer("pidN", "new")]
    approve.press("Enter")
    expect(row(ada, "new")).to_contain_text("Connected and syncing")
    expect(row(ada, "new")).to_be_focused()
    expect(ada.page.get_by_text("waits for your approval.")).to_have_count(0)
    mesh.expect_changes(ada, "POST /peers/pidN/approve")


@pytest.mark.parametrize(
    ("given", "item", "asked"),
    [
        (peer("p", "x"), "Disconnect", "POST /disconnect"),
        (offline("p", "x"), "Reconnect", "POST /reconnect"),
    ],
)
def test_links_are_made_and_broken_from_the_menu(given: dict[str, Any], item: str, asked: str, ada: Person) -> None:
    mesh = open_connect(ada, Mesh(peers=[given]))
    choose(ada, "x", item)
    expect(row(ada, "x").get_by_role("button", name="Actions for x")).to_be_focused()
    mesh.expect_changes(ada, asked)
    assert mesh.bodies == [{"peer_id": "p"}]


def test_a_blocked_peer_can_be_unblocked(ada: Person) -> None:
    mesh = open_connect(ada, Mesh(peers=[offline("p", "x", level="blocked")]))
    row(ada, "x").get_by_role("button", name="Unblock x").click()
    mesh.expect_changes(ada, "POST /peers/p/unblock")


def test_forgetting_asks_first_and_says_that_history_stays(ada: Person) -> None:
    mesh = open_connect(ada, Mesh(peers=[peer("p", "x")]))
    choose(ada, "x", "Forget")
    dialog = ada.page.get_by_role("dialog", name="Forget x?")
    expect(dialog).to_contain_text("History stays")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    ada.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(row(ada, "x").get_by_role("button", name="Actions for x")).to_be_focused()
    assert mesh.changes() == []
    choose(ada, "x", "Forget")
    mesh.peers = []
    dialog.get_by_role("button", name="Forget").click()
    expect(dialog).to_have_count(0)
    expect(row(ada, "x")).to_have_count(0)
    expect(panel(ada, "Peers").get_by_role("heading", name="Peers")).to_be_focused()
    mesh.expect_changes(ada, "DELETE /peers/p")


def test_blocking_asks_first(ada: Person) -> None:
    mesh = open_connect(ada, Mesh(peers=[peer("p", "x")]))
    choose(ada, "x", "Block")
    ada.page.get_by_role("dialog", name="Block x?").get_by_role("button", name="Block").click()
    expect(ada.page.get_by_role("dialog")).to_have_count(0)
    mesh.expect_changes(ada, "POST /peers/p/block")


def test_channels_flow_after_reading_who_will_see_what(ada: Person) -> None:
    mesh = open_connect(ada, Mesh(peers=[APART]))
    row(ada, "cellar").get_by_role("button", name="Let channels flow").click()
    dialog = ada.page.get_by_role("dialog", name="Let channels flow to cellar?")
    expect(dialog).to_contain_text("1,204 messages of 3 nodes")
    assert mesh.changes() == []
    dialog.get_by_role("button", name="Let channels flow").click()
    expect(dialog).to_have_count(0)
    mesh.expect_changes(ada, "POST /peers/pidM/merge")


def test_a_refusal_is_said_where_it_was_asked_for(ada: Person) -> None:
    mesh = Mesh(peers=[offline("p", "x"), peer("q", "y")])
    mesh.answers["POST /reconnect"] = (502, {"code": "peer_unreachable", "detail": "No address answered."})
    mesh.answers["DELETE /peers/q"] = (503, {"code": "busy", "detail": "Too busy."})
    open_connect(ada, mesh)
    row(ada, "x").get_by_role("button", name="Reconnect x").click()
    expect(row(ada, "x").get_by_role("alert")).to_have_text("No address answered.")
    choose(ada, "y", "Forget")
    dialog = ada.page.get_by_role("dialog", name="Forget y?")
    dialog.get_by_role("button", name="Forget").click()
    expect(dialog.get_by_role("alert")).to_have_text("Too busy.")
    ada.expect_noise()


def test_TR_4_the_menu_works_by_keyboard_alone(ada: Person) -> None:
    mesh = open_connect(ada, Mesh(peers=[peer("p", "x")]))
    button = row(ada, "x").get_by_role("button", name="Actions for x")
    button.focus()
    keys = ada.page.keyboard
    keys.press("Enter")
    expect(ada.page.get_by_role("menuitem", name="Disconnect")).to_be_focused()
    for key, item in (("ArrowUp", "Forget"), ("ArrowDown", "Disconnect"), ("End", "Forget"), ("b", "Block")):
        keys.press(key)
        expect(ada.page.get_by_role("menuitem", name=item)).to_be_focused()
    keys.press("Escape")
    expect(button).to_be_focused()
    expect(ada.page.get_by_role("menu")).to_have_count(0)
    keys.press("Enter")
    expect(ada.page.get_by_role("menuitem", name="Disconnect")).to_be_focused()
    keys.press("Enter")
    expect(button).to_be_focused()
    mesh.expect_changes(ada, "POST /disconnect")


def test_others_see_everything_and_change_nothing(mira: Person) -> None:
    mesh = Mesh(peers=[NEW, APART, offline("p", "x")], discovered=[near("aa", None, "10.0.0.7")])
    mesh.invite = {**mesh.invite, "one_time": False}
    open_connect(mira, mesh)
    expect(mira.page.get_by_role("note")).to_contain_text("Only the owner of this node may connect, approve or block")
    expect(panel(mira, "Peers").get_by_role("listitem")).to_have_count(3)
    expect(panel(mira, "Peers").get_by_role("button")).to_have_count(0)
    expect(panel(mira, "Found on this network").get_by_role("button")).to_have_count(0)
    expect(panel(mira, "Add a peer")).to_have_count(0)
    expect(mira.page.get_by_role("button", name="Make another")).to_have_count(0)
    expect(panel(mira, "Your invite")).to_contain_text("before the owner of this node approves")
    expect(mira.page.get_by_role("link", name="Network", exact=True)).to_have_count(1)
