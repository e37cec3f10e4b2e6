# ruff: noqa: N802 - the names quote the ids of ui.md
"""People, identity cards, trust and the administration (ui.md S1, S13, S18, S21)."""

from __future__ import annotations

import base64
import re
import struct
import zlib
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect
from tests.browser.conftest import ADA, INSECURE_HOST, MIRA, People, Person, mira_says
from tests.browser.mesh import Mesh, offline, peer
from tests.browser.test_access import THEMES, Theme, grave
from tests.browser.test_places import PHONE, arrive
from tests.e2e.node import PASSWORD, Node

pytestmark = pytest.mark.browser


@pytest.fixture
def ada(team: Node, people: People) -> Person:
    person = people(team)
    person.sign_in("ada")
    return person


def card(person: Person, name: str) -> Locator:
    return person.page.get_by_role("dialog", name=f"Identity of {name}")


# Identity.


def test_ID_1_a_click_on_a_face_shows_who_it_is(ada: Person, team: Node) -> None:
    mira_says(team, "whose face is this")
    ada.open_general()
    ada.article("whose face is this").locator(".avatar, .message-author").first.click()
    shown = card(ada, MIRA)
    expect(shown).to_contain_text("@mira")
    for name in ("Copy the mention", "Copy the user id", "Copy the id of the node"):
        expect(shown.get_by_role("button", name=name)).to_be_visible()
    ada.page.keyboard.press("Escape")
    expect(shown).to_have_count(0)


def test_ID_2_the_card_works_by_keyboard_over_plain_http(team: Node, people: People) -> None:
    mira_says(team, "by keyboard")
    ada = people(team, host=INSECURE_HOST)
    ada.sign_in("ada")
    ada.open_general()
    row = ada.article("by keyboard")
    row.focus()
    ada.page.keyboard.press("i")
    shown = card(ada, MIRA)
    shown.get_by_role("button", name="Copy the user id").focus()
    ada.page.keyboard.press("Enter")
    expect(shown.get_by_role("status")).to_have_text("Copied")
    ada.page.keyboard.press("Escape")
    expect(row).to_be_focused()


def test_the_arrows_go_through_what_a_card_lets_one_copy(ada: Person, team: Node) -> None:
    mira_says(team, "copied by arrows")
    ada.open_general()
    ada.article("copied by arrows").focus()
    ada.page.keyboard.press("i")
    shown = card(ada, MIRA)
    expect(shown.get_by_role("button", name="Close")).to_be_focused()
    names = ("Copy the mention", "Copy the user id", "Copy the id of the node")
    for name in (*names, names[0]):
        ada.page.keyboard.press("ArrowDown")
        expect(shown.get_by_role("button", name=name)).to_be_focused()
    for name in (names[2], names[1]):
        ada.page.keyboard.press("ArrowUp")
        expect(shown.get_by_role("button", name=name)).to_be_focused()
    ada.page.keyboard.press("Enter")
    expect(shown.get_by_role("status")).to_have_text("Copied")
    expect(shown.get_by_role("button", name=names[1])).to_be_focused()
    ada.page.keyboard.press("ArrowDown")
    expect(shown.get_by_role("button", name=names[2])).to_be_focused()
    shown.get_by_role("button", name="Close").focus()
    ada.page.keyboard.press("ArrowUp")
    expect(shown.get_by_role("button", name=names[2])).to_be_focused()


def test_ID_3_equal_names_are_told_apart_by_their_node(ada: Person, team: Node) -> None:
    me = team.call("GET", "/profile")
    far = {**team.call("GET", f"/users/{me['user_id']}")["user"], "user_id": "user_far", "is_remote": True}
    ada.page.route("**/api/v1/users?*", lambda route: route.fulfill(json={"users": [far], "has_more": False}))
    mesh = Mesh(peers=[peer(me["origin_peer"], "studio-b")])
    mesh.serve(ada)
    arrive(ada, "/people")
    expect(ada.page.get_by_role("main").get_by_role("listitem")).to_contain_text("studio-b")


def test_the_directory_finds_people_and_agents(own_team: Node, people: People) -> None:
    body = {"username": "scout", "password": PASSWORD, "display_name": "Scout", "account_type": "agent"}
    own_team.call("POST", "/register", body, key="")
    ada = people(own_team)
    ada.sign_in("ada")
    arrive(ada, "/people")
    rows = ada.page.get_by_role("main").get_by_role("listitem")
    expect(rows).to_have_count(3)
    ada.page.get_by_role("button", name="Agents").click()
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("never checked in")
    ada.page.get_by_role("button", name="All").click()
    ada.page.get_by_role("searchbox", name="Find somebody").fill("@mir")
    expect(rows).to_have_count(1)
    rows.get_by_role("link", name=MIRA).click()
    expect(ada.page.get_by_role("heading", level=1)).to_have_text(MIRA)
    expect(ada.page.get_by_text("unknown")).to_be_visible()


def test_nobody_is_shown_whom_the_node_does_not_know(ada: Person) -> None:
    arrive(ada, "/people/user_nobody")
    expect(ada.page.get_by_role("heading", level=1)).to_have_text("This person is not known here")
    ada.expect_noise()


def png(path: Path, side: int = 64) -> Path:
    """A picture of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    lines = b"".join(b"\0" + b"\x1f\x6f\x43" * side for _ in range(side))
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + parts)
    return path


def test_a_picture_is_chosen_shown_and_removed(own_team: Node, people: People, tmp_path: Path) -> None:
    ada = people(own_team)
    ada.sign_in("ada")
    arrive(ada, "/settings/profile")
    chooser = ada.page.locator("input[type=file]")
    picture = ada.page.locator(".profile-head .avatar img")
    chooser.set_input_files(png(tmp_path / "face.png"))
    expect(picture).to_have_count(1)
    assert picture.evaluate("e => e.decode().then(() => e.naturalWidth > 0)")
    mira = people(own_team)
    mira.sign_in("mira")
    arrive(mira, "/people")
    expect(mira.page.get_by_role("listitem").filter(has_text=ADA).locator("img")).to_have_count(1)
    text = tmp_path / "no-picture.png"
    text.write_bytes(base64.b64decode("aGVsbG8="))
    chooser.set_input_files(text)
    expect(ada.page.get_by_role("alert")).to_contain_text("no picture")
    ada.page.get_by_role("button", name="Remove it").click()
    expect(picture).to_have_count(0)


# Oneself, on a phone.


def test_PH_3_five_links_stand_at_the_foot_of_a_phone(team: Node, people: People) -> None:
    ada = people(team, **PHONE)
    ada.sign_in("ada")
    arrive(ada, "/people")
    tabs = ada.page.get_by_role("navigation", name="Main")
    expect(tabs.get_by_role("link")).to_have_count(5)
    for link in tabs.get_by_role("link").all():
        box = link.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 44
        assert box["y"] > 700
    tabs.get_by_role("link", name="Me", exact=True).click()
    for name in ("Administration", "Trust", "Settings"):
        expect(ada.page.get_by_role("main").get_by_role("link", name=name)).to_be_visible()
    ada.page.get_by_role("button", name="Sign out").click()
    expect(ada.page.get_by_role("heading", name="Sign in")).to_be_visible()


# Trust.

NEW = peer("pNew", "studio-c", level="unknown", state="connected_not_syncing")


def test_TR_1_a_new_peer_is_not_reviewed_and_may_do_nothing(ada: Person) -> None:
    mesh = Mesh(peers=[NEW, peer("pB", "studio-b"), offline("pX", "far-away", level="blocked")])
    mesh.serve(ada)
    arrive(ada, "/trust")
    row = ada.page.locator("[data-peer-id=pNew]")
    expect(row.get_by_label("Level of studio-c")).to_have_value("unknown")
    expect(row.get_by_role("list", name="What that permits").locator("[data-may=yes]")).to_have_count(0)
    known = ada.page.locator("[data-peer-id=pB]")
    expect(known.get_by_role("listitem", name="exchange open channels: yes")).to_have_count(1)


def test_TR_4_a_level_is_changed_by_keyboard_alone(ada: Person) -> None:
    mesh = Mesh(peers=[NEW])
    mesh.serve(ada)
    arrive(ada, "/trust")
    level = ada.page.get_by_label("Level of studio-c")
    level.focus()
    mesh.peers = [{**NEW, "level": "trusted", "state": "connected_syncing"}]
    ada.page.keyboard.press("t")
    mesh.expect_changes(ada, "POST /peers/pNew/approve")
    expect(ada.page.locator("[data-level=trusted]")).to_be_visible()
    expect(level).to_have_value("trusted")
    level.focus()
    ada.page.keyboard.press("ArrowDown")
    dialog = ada.page.get_by_role("dialog", name="Block studio-c?")
    expect(dialog).to_be_visible()
    mesh.peers = [{**NEW, "level": "blocked", "state": "offline"}]
    ada.page.keyboard.press("Tab")
    ada.page.keyboard.press("Enter")
    mesh.expect_changes(ada, "POST /peers/pNew/approve", "POST /peers/pNew/block")
    expect(ada.page.get_by_label("Level of studio-c")).to_have_value("blocked")


def test_TR_5_the_signed_in_name_stands_beside_the_trust_page(ada: Person, team: Node, people: People) -> None:
    arrive(ada, "/trust")
    expect(ada.page.get_by_role("button", name=f"{ADA}, @ada")).to_be_visible()
    mira = people(team)
    mira.sign_in("mira")
    mesh = Mesh(peers=[NEW])
    mesh.serve(mira)
    arrive(mira, "/trust")
    expect(mira.page.get_by_role("button", name=f"{MIRA}, @mira")).to_be_visible()
    expect(mira.page.get_by_role("combobox")).to_have_count(0)


# The administration.


def test_AD_1_a_new_agent_raises_badge_and_row_within_a_second(own_team: Node, people: People) -> None:
    ada = people(own_team)
    ada.sign_in("ada")
    arrive(ada, "/admin/users")
    ada.page.get_by_role("listitem").filter(has_text="@mira").wait_for()
    body = {"username": "forge", "password": PASSWORD, "account_type": "agent"}
    with ada.page.expect_response(re.compile("/admin/users$"), timeout=1_000):
        key = own_team.call("POST", "/register", body, key="")["api_key"]
    row = ada.page.get_by_role("listitem").filter(has_text="@forge")
    expect(row).to_contain_text("Waiting", timeout=1_000)
    badge = ada.page.get_by_role("link", name="Administration, 1 account waits for you")
    expect(badge).to_be_visible()
    assert own_team.request("GET", "/api/v1/agents/me", key=key).status == 403
    row.get_by_role("button", name="Approve forge").click()
    expect(row).to_contain_text("Active")
    expect(badge).to_have_count(0)
    assert own_team.request("GET", "/api/v1/agents/me", key=key).status == 200


def test_AD_4_others_get_the_page_of_what_is_not_available(team: Node, people: People) -> None:
    mira = people(team)
    mira.sign_in("mira")
    for path in ("/admin", "/admin/users", "/admin/diagnostics"):
        arrive(mira, path)
        expect(mira.page.get_by_role("heading", level=1)).to_have_text("This page is not available here")
    expect(mira.page.get_by_role("link", name=re.compile("^Administration"))).to_have_count(0)
    assert not [request.url for request in mira.requests if "/admin" in request.url and "/api/" in request.url]


def test_AD_6_the_open_tab_of_a_suspended_account_is_signed_out(own_team: Node, people: People) -> None:
    ada, mira = people(own_team), people(own_team)
    ada.sign_in("ada")
    mira.sign_in("mira")
    mira.open_general()
    arrive(ada, "/admin/users")
    row = ada.page.get_by_role("listitem").filter(has_text="@mira")
    row.get_by_role("button", name="Suspend mira").click()
    ada.page.get_by_role("dialog", name="Suspend @mira?").get_by_role("button", name="Suspend").click()
    expect(row).to_contain_text("Suspended")
    expect(mira.page.get_by_role("dialog", name="Sign in again")).to_be_visible(timeout=2_000)
    row.get_by_role("button", name="Let mira in again").click()
    expect(row).to_contain_text("Active")
    expect(row.get_by_role("button", name="Suspend mira")).to_be_visible()
    mira.expect_noise()


def test_the_owner_hands_the_node_over_in_two_steps(own_team: Node, people: People) -> None:
    ada, mira = people(own_team), people(own_team)
    ada.sign_in("ada")
    mira.sign_in("mira")
    mira.open_general()
    arrive(ada, "/admin/users")
    expect(ada.page.get_by_role("button", name="More for ada")).to_have_count(0)
    ada.page.get_by_role("button", name="More for mira").click()
    ada.page.get_by_role("menuitem", name="Make the owner").click()
    dialog = ada.page.get_by_role("dialog", name="Hand this node over to @mira?")
    expect(dialog).to_contain_text("Only the new owner can give it back.")
    dialog.get_by_role("button", name="Go on").click()
    handle, password = dialog.get_by_label("Type mira to confirm"), dialog.get_by_label("Your password", exact=True)
    expect(handle).to_be_focused()
    expect(password).to_have_attribute("autocomplete", "current-password")
    assert grave(ada.page) == []
    handle.fill("mia")
    password.fill("not it")
    password.press("Enter")
    expect(dialog.get_by_role("alert")).to_have_text("This is not your current password.")
    password.fill(PASSWORD)
    password.press("Enter")
    expect(dialog.get_by_role("alert")).to_have_text("This is not the handle of that account.")
    expect(password).to_have_value(PASSWORD)
    handle.fill("mira")
    dialog.get_by_role("button", name="Hand over").click()
    expect(ada.box).to_be_visible()
    expect(ada.page.get_by_role("link", name=re.compile("^Administration"))).to_have_count(0)
    mira.page.get_by_role("button", name="Reload").click()
    expect(mira.page.get_by_role("link", name=re.compile("^Administration"))).to_be_visible()
    ada.expect_noise()


def test_a_deleted_account_leaves_its_words_and_is_signed_out(own_team: Node, people: People) -> None:
    mira_says(own_team, "words that stay")
    ada, mira = people(own_team), people(own_team)
    ada.sign_in("ada")
    mira.sign_in("mira")
    mira.open_general()
    arrive(ada, "/admin/users")
    row = ada.page.get_by_role("listitem").filter(has_text="@mira")
    row.get_by_role("button", name="More for mira").click()
    ada.page.get_by_role("menuitem", name="Delete").click()
    dialog = ada.page.get_by_role("dialog", name="Delete @mira?")
    expect(dialog).to_contain_text("What this account said stays where it is")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    assert grave(ada.page) == []
    dialog.get_by_role("button", name="Delete the account").click()
    expect(row).to_have_count(0)
    expect(mira.page.get_by_role("dialog", name="Sign in again")).to_be_visible(timeout=2_000)
    ada.open_general()
    ada.article("words that stay").locator(".avatar, .message-author").first.click()
    expect(card(ada, MIRA)).to_contain_text("Closed")
    mira.expect_noise()


def test_the_overview_shows_only_what_asks_for_something(own_team: Node, people: People) -> None:
    ada = people(own_team)
    ada.sign_in("ada")
    arrive(ada, "/admin")
    expect(ada.page.get_by_text("Everything works. Nothing waits for you.")).to_be_visible()
    own_team.call("POST", "/register", {"username": "qa", "password": PASSWORD, "account_type": "agent"}, key="")
    tile = ada.page.get_by_role("listitem").filter(has_text="1 account waits for approval")
    tile.get_by_role("link", name="Review").click()
    expect(ada.page.get_by_role("listitem").filter(has_text="@qa")).to_be_visible()


def test_diagnostics_show_figures_and_can_be_copied(ada: Person, team: Node) -> None:
    team.post("counted")
    arrive(ada, "/admin/diagnostics")
    panel = ada.page.locator(".panel").filter(has_text="Event journal")
    expect(panel).to_contain_text("channel.message.created")
    ada.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ada.page.get_by_role("button", name="Copy as text").click()
    expect(ada.page.get_by_text("Copied", exact=True)).to_be_visible()
    assert str(team.root) not in ada.page.evaluate("() => navigator.clipboard.readText()")


# Waiting for approval.


def test_a_waiting_account_goes_on_by_itself_once_it_is_let_in(own_team: Node, people: People) -> None:
    body = {"username": "kofi", "password": PASSWORD, "display_name": "Kofi Mensah", "account_type": "agent"}
    made = own_team.call("POST", "/register", body, key="")
    kofi = people(own_team)
    kofi.sign_in("kofi")
    kofi.go("/c/general")
    expect(kofi.page.get_by_role("heading", level=1, name="Almost there")).to_be_visible()
    assert kofi.page.url.endswith("/pending")
    assert grave(kofi.page) == []
    own_team.call("POST", f"/admin/users/{made['user_id']}/approve", {})
    expect(kofi.box).to_be_visible(timeout=10_000)


@THEMES
def test_AX_1_axe_finds_nothing_grave_about_people(theme: Theme, team: Node, people: People) -> None:
    mira_says(team, f"a face for the checker {theme}")
    ada = people(team, color_scheme=theme)
    ada.sign_in("ada")
    mesh = Mesh(peers=[NEW, peer("pB", "studio-b"), offline("pX", "far-away", level="blocked")])
    mesh.serve(ada)
    me = team.call("GET", "/profile")["user_id"]
    for path in (
        "/people",
        f"/people/{me}",
        "/me",
        "/trust",
        "/trust/pB",
        "/admin",
        "/admin/users",
        "/admin/diagnostics",
    ):
        arrive(ada, path)
        ada.page.locator(":is(.list, .panel, .tiles, .strip)").first.wait_for()
        assert grave(ada.page) == [], path
    ada.open_general()
    ada.article(f"checker {theme}").focus()
    ada.page.keyboard.press("i")
    card(ada, MIRA).wait_for()
    assert grave(ada.page) == []


def test_PH_1_people_fit_a_phone(team: Node, people: People) -> None:
    ada = people(team, **PHONE)
    ada.sign_in("ada")
    mesh = Mesh(peers=[NEW, peer("pB", "a-node-with-a-name-that-does-not-end-for-a-long-while")])
    mesh.serve(ada)
    me = team.call("GET", "/profile")["user_id"]
    for path in ("/people", f"/people/{me}", "/me", "/trust", "/admin", "/admin/users", "/admin/diagnostics"):
        ada.go(path)
        ada.page.locator(":is(.list, .panel, .tiles, .strip)").first.wait_for()
        assert ada.page.evaluate("() => document.documentElement.scrollWidth") <= PHONE["viewport"]["width"], path
