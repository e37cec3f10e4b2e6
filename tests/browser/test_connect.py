# ruff: noqa: N802 - the names quote the ids of ui.md
"""Connect: the invite, adding a peer, and what is said of each (ui.md S17), with the answers of a mesh that we say."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import segno
from playwright.sync_api import Locator, expect
from tests.browser.conftest import INSECURE_HOST, People, Person
from tests.browser.mesh import (
    OTHER_WORDS,
    REFUSED,
    TIMEOUT,
    WORDS,
    Mesh,
    code,
    invite,
    peer,
    review,
    ring,
)
from tests.e2e.node import PASSWORD, Node

pytestmark = pytest.mark.browser

LATER = "2031-03-04T10:00:20Z"


def open_connect(person: Person, mesh: Mesh) -> Mesh:
    """The page, drawn, with these answers."""
    mesh.serve(person)
    person.go("/connect")
    person.page.get_by_role("heading", level=1, name="Connect").wait_for()
    person.page.get_by_role("status").get_by_text(re.compile("^Live")).first.wait_for()
    panel(person, "Your invite").get_by_label("Invite code").wait_for()
    return mesh


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


def panel(person: Person, name: str) -> Locator:
    return person.page.get_by_role("region", name=name)


def row(person: Person, name: str) -> Locator:
    return person.page.locator(".peer").filter(has=person.page.get_by_role("heading", name=name, exact=True))


def paste(person: Person, text: str) -> None:
    person.page.get_by_label("Code from the other node").fill(text)


def choose(person: Person, name: str, item: str) -> None:
    row(person, name).get_by_role("button", name=f"Actions for {name}").click()
    person.page.get_by_role("menuitem", name=item).click()


# Your invite.


def modules(path: str, size: int) -> list[list[int]]:
    """The squares that a path of horizontal runs fills."""
    grid = [[0] * size for _ in range(size)]
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", path):
        for column in range(int(x), int(x) + int(width)):
            grid[int(y)][column] = 1
    return grid


def test_CN_2_the_picture_is_the_code(ada: Person) -> None:
    mesh = open_connect(ada, Mesh())
    shown = panel(ada, "Your invite").get_by_label("Invite code", exact=True).input_value()
    assert shown == mesh.invite["invite_code"]
    picture = ada.page.get_by_role("img", name="QR code of your invite")
    size = int((picture.get_attribute("viewBox") or "").split()[-1])
    path = picture.locator("path").get_attribute("d") or ""
    wanted = [list(line) for line in segno.make(shown, micro=False).matrix_iter(border=4)]
    assert modules(path, size) == wanted
    box = picture.bounding_box()
    assert box is not None
    assert box["width"] >= 2 * size, "too small for a camera"


def test_an_invite_says_whose_it_is_who_may_use_it_and_how_long(ada: Person) -> None:
    open_connect(ada, Mesh())
    mine = panel(ada, "Your invite")
    expect(mine.get_by_role("heading", name="studio-mac")).to_be_visible()
    expect(mine).to_contain_text("-".join(WORDS))
    expect(mine).to_contain_text("Whoever holds this code may join")
    expect(mine).to_contain_text("the first node that shows it is approved at once, and no other")
    expect(mine).to_contain_text("It works until 11 March 2031")


@pytest.mark.parametrize("host", ["127.0.0.1", INSECURE_HOST])
def test_copying_says_that_it_is_done(host: str, team: Node, people: People) -> None:
    ada = people(team, host=host)
    ada.sign_in("ada")
    if host != INSECURE_HOST:
        ada.context.grant_permissions(["clipboard-read", "clipboard-write"])
    mesh = open_connect(ada, Mesh())
    button = panel(ada, "Your invite").get_by_role("button", name="Copy")
    button.click()
    expect(panel(ada, "Your invite").get_by_role("button", name="Copied")).to_be_focused()
    paste(ada, "")
    ada.page.get_by_label("Code from the other node").press("Control+v")
    expect(ada.page.get_by_label("Code from the other node")).to_have_value(mesh.invite["invite_code"])
    expect(button).to_be_visible()


def test_sharing_is_offered_where_the_browser_can(ada: Person) -> None:
    ada.page.add_init_script("navigator.share = async (data) => { globalThis.shared = data; };")
    mesh = open_connect(ada, Mesh())
    ada.page.get_by_role("button", name="Share").click()
    assert mesh.invite["invite_code"] in ada.page.evaluate("() => globalThis.shared.text")


def test_without_sharing_there_is_no_button_for_it(ada: Person) -> None:
    open_connect(ada, Mesh())
    expect(ada.page.get_by_role("button", name="Share")).to_have_count(0)


def test_another_code_replaces_the_shown_one(ada: Person) -> None:
    mesh = open_connect(ada, Mesh())
    before = mesh.invite["invite_code"]
    ada.page.get_by_label("Valid for").select_option("1 day")
    ada.page.get_by_role("button", name="Make another").click()
    expect(ada.page.get_by_label("Invite code", exact=True)).not_to_have_value(before)
    expect(ada.page.get_by_text("A new code was made.")).to_be_visible()
    assert mesh.bodies == [{"expires_in": 86_400}]


def test_each_address_is_explained(ada: Person) -> None:
    open_connect(ada, Mesh())
    mine = panel(ada, "Your invite")
    expect(mine).to_contain_text("ws://192.168.1.7:7771")
    expect(mine).to_contain_text("Local network · from the same network")
    expect(mine).to_contain_text("Several addresses are normal")


def test_no_address_is_said(ada: Person) -> None:
    open_connect(ada, Mesh(invite=invite(reach=[], endpoints=[])))
    expect(panel(ada, "Your invite")).to_contain_text("This node has no reachable address.")


def test_a_public_address_makes_a_new_code(ada: Person) -> None:
    mesh = open_connect(ada, Mesh())
    ada.page.get_by_text("Add a public address").click()
    host = ada.page.get_by_label("Host")
    host.fill("http://example.org/")
    ada.page.get_by_label("Port").fill("70000")
    ada.page.get_by_role("button", name="Make a code with it").click()
    expect(ada.page.get_by_role("alert")).to_have_count(2)
    assert not [asked for asked in mesh.asked if "public" in asked]
    before = mesh.invite["invite_code"]
    host.fill("canopy.example.org")
    ada.page.get_by_label("Port").fill("7771")
    ada.page.get_by_role("button", name="Make a code with it").click()
    expect(panel(ada, "Your invite")).to_contain_text("ws://canopy.example.org:7771")
    expect(ada.page.get_by_label("Invite code", exact=True)).not_to_have_value(before)
    ada.page.get_by_role("button", name="Remove it").click()
    expect(panel(ada, "Your invite")).not_to_contain_text("ws://canopy.example.org:7771")


# Adding a peer.

BAD_CODES = [
    (code()[:70], "cut off: it ends after 63 characters"),
    (code().replace("e", "*", 1), "“*”) does not belong in an invite code"),
    ("https://example.org/invite", "begins with “https:”"),
    ("canopy:", "Nothing follows “canopy:”"),
    ("aGVsbG8gd29ybGQ", "no invite code"),
    (code(xpk=None), "“xpk” is missing"),
    (code(v=2), "newer Canopy"),
    (code(exp=1_000_000_000), "expired on 9 September 2001"),
    (json.dumps({"v": 1})[:-1], "cut off"),
    ("A" * 9000, "longer than any invite code"),
]


@pytest.mark.parametrize(("text", "sentence"), BAD_CODES)
def test_CN_3_what_is_wrong_with_a_code_is_named_at_once(text: str, sentence: str, ada: Person) -> None:
    mesh = open_connect(ada, Mesh())
    paste(ada, text)
    expect(ada.page.get_by_role("alert")).to_contain_text(sentence)
    ada.page.get_by_role("button", name="Review").click()
    expect(ada.page.get_by_role("alert")).to_contain_text(sentence)
    expect(ada.page.get_by_label("Code from the other node")).to_have_attribute("aria-invalid", "true")
    assert mesh.changes() == []


def test_CN_3_ones_own_code_is_named(ada: Person) -> None:
    mesh = open_connect(ada, Mesh())
    paste(ada, mesh.invite["invite_code"])
    expect(ada.page.get_by_role("alert")).to_contain_text("the invite of this very node")
    assert mesh.changes() == []


@pytest.mark.parametrize(
    "text", [code(), f" {code()}\n", code().removeprefix("canopy:"), "CANOPY:" + code().removeprefix("canopy:")]
)
def test_a_whole_code_is_reviewed_before_anything_happens(text: str, ada: Person) -> None:
    mesh = Mesh()
    warning = {"code": "unsigned", "sentence": "This code is not signed."}
    mesh.answers["POST /invite/import"] = (200, review(warnings=[warning]))
    open_connect(ada, mesh)
    paste(ada, text)
    ada.page.get_by_role("button", name="Review").press("Enter")
    add = panel(ada, "Add a peer")
    expect(add.get_by_role("heading", name="studio-b")).to_be_visible()
    expect(add).to_contain_text("-".join(OTHER_WORDS))
    expect(add).to_contain_text("ws://192.168.1.20:7771")
    expect(add).to_contain_text("This code is not signed.")
    expect(add).to_contain_text("Nothing is synced yet")
    assert mesh.bodies == [{"invite_code": code(), "dry_run": True}]
    add.get_by_role("button", name="Cancel").click()
    expect(ada.page.get_by_label("Code from the other node")).to_be_focused()
    expect(ada.page.get_by_label("Code from the other node")).to_have_value(text.replace("\n", ""))
    assert len(mesh.changes()) == 1


def test_the_node_has_the_last_word_on_a_code(ada: Person) -> None:
    mesh = Mesh()
    mesh.answers["POST /invite/import"] = (400, {"code": "bad_invite", "detail": "Its signature is wrong."})
    open_connect(ada, mesh)
    paste(ada, code())
    ada.page.get_by_role("button", name="Review").click()
    expect(ada.page.get_by_role("alert")).to_have_text("Its signature is wrong.")
    expect(ada.page.get_by_label("Code from the other node")).to_have_value(code())
    ada.expect_noise()


def review_of(person: Person, text: str) -> None:
    paste(person, text)
    person.page.get_by_role("button", name="Review").click()
    person.page.get_by_role("button", name="Connect to").wait_for()


def test_CN_4_every_address_has_its_outcome_and_the_next_try_its_time(ada: Person) -> None:
    mesh = open_connect(ada, Mesh())
    review_of(ada, code())
    answer = {"status": "imported_not_connected", "peer_id": "pidB", "message": "Saved.", "next_try": LATER}
    mesh.answers["POST /invite/import"] = (200, {**answer, "attempts": [TIMEOUT, REFUSED]})
    ada.page.get_by_role("button", name="Connect to studio-b").click()
    outcomes = panel(ada, "Add a peer").get_by_role("list", name="What became of each address")
    expect(outcomes.get_by_role("listitem")).to_have_text(
        [
            re.compile(r"192\.168\.1\.20:7771\s+It did not answer within 5 seconds"),
            re.compile(r"203\.0\.113\.5:7771\s+Nothing listens"),
        ]
    )
    expect(panel(ada, "Add a peer")).to_contain_text("Next try at 4 March")
    assert mesh.bodies[-1] == {"invite_code": code()}
    mesh.peers = [peer("pidB", "studio-b")]
    ring(ada)
    expect(panel(ada, "Add a peer")).to_contain_text("Connected and syncing")
    expect(panel(ada, "Add a peer")).not_to_contain_text("Next try")


# Found on this network.


def near(key: str, peer_id: str | None, address: str, connected: bool = False) -> dict[str, Any]:
    return {"key": key, "peer_id": peer_id, "address": address, "port": 7771, "connected": connected}


def test_CN_5_a_found_node_can_be_connected_to(ada: Person) -> None:
    mesh = open_connect(ada, Mesh(discovered=[near("aa11", None, "10.0.0.7"), near("cc", "pidT", "10.0.0.9")]))
    found = panel(ada, "Found on this network")
    found.get_by_role("button", name="Connect to 10.0.0.7:7771").click()
    expect(found.get_by_role("listitem")).to_have_count(2)
    mesh.expect_changes(ada, "POST /discovered/aa11/connect")
    mesh.peers = [peer("pidT", "known already"), peer("pidN", "new", level="unknown", state="connected_not_syncing")]
    mesh.discovered = [near("aa11", "pidN", "10.0.0.7", connected=True), near("cc", "pidT", "10.0.0.9")]
    ring(ada)
    found.get_by_role("button", name="Review new").click()
    expect(row(ada, "new")).to_be_focused()
    expect(found.get_by_role("listitem")).to_have_count(1)


def test_a_found_node_that_does_not_answer_says_why(ada: Person) -> None:
    mesh = Mesh(discovered=[near("aa11", None, "10.0.0.7")])
    problem = {"code": "peer_unreachable", "detail": "It could not be reached.", "attempts": [TIMEOUT]}
    mesh.answers["POST /discovered/aa11/connect"] = (502, problem)
    open_connect(ada, mesh)
    ada.page.get_by_role("button", name="Connect to 10.0.0.7:7771").click()
    found = panel(ada, "Found on this network")
    expect(found.get_by_role("alert")).to_have_text("It could not be reached.")
    expect(found).to_contain_text("It did not answer within 5 seconds.")
    ada.expect_noise()


def test_introduced_nodes_name_who_introduced_them(ada: Person) -> None:
    introduced = [{"peer_id": "pidL", "display_name": "lab-1", "introduced_via": ["pidB"], "introduced_by": "pidB"}]
    open_connect(ada, Mesh(peers=[peer("pidB", "studio-b")], introduced=introduced))
    expect(panel(ada, "Introduced").get_by_role("listitem")).to_contain_text("Introduced by studio-b")


# The session.


def test_CN_6_an_ended_session_asks_for_the_password_and_goes_on(ada: Person) -> None:
    mesh = Mesh(peers=[peer("pidN", "new", level="unknown", state="connected_not_syncing")])
    open_connect(ada, mesh)
    mesh.answers["POST /peers/pidN/approve"] = (401, {"code": "missing_credentials", "detail": "API key required"})
    row(ada, "new").get_by_role("button", name="Approve new").click()
    dialog = ada.page.get_by_role("dialog", name="Sign in again")
    dialog.get_by_label("Password").fill(PASSWORD)
    del mesh.answers["POST /peers/pidN/approve"]
    expect(ada.page.get_by_text("API key")).to_have_count(0)
    dialog.get_by_role("button", name="Sign in", exact=True).click()
    expect(dialog).to_have_count(0)
    expect(row(ada, "new").get_by_role("button", name="Approve new")).to_have_attribute("aria-busy", "false")
    mesh.expect_changes(ada, "POST /peers/pidN/approve", "POST /peers/pidN/approve")
    ada.expect_noise()
