"""A forgotten password: the link from the owner, and the page by which it is replaced (ui.md S1, S21)."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect
from tests.browser.conftest import People, Person
from tests.browser.test_access import THEMES, Theme, grave
from tests.browser.test_places import PHONE, arrive
from tests.e2e.node import PASSWORD, Node

pytestmark = pytest.mark.browser

NEW = "another long phrase entirely"


def choose(ada: Person, username: str, item: str) -> None:
    """From the menu of an account's row."""
    ada.page.get_by_role("button", name=f"More for {username}").click()
    ada.page.get_by_role("menuitem", name=item).click()


def make_link(ada: Person) -> str:
    arrive(ada, "/admin/users")
    choose(ada, "mira", "Reset link")
    dialog = ada.page.get_by_role("dialog", name="A new password for @mira")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    dialog.get_by_role("button", name="Make the link").click()
    link = dialog.get_by_label("Link", exact=True).input_value()
    expect(dialog.get_by_role("button", name="Copy")).to_be_visible()
    expect(dialog).to_contain_text("works on this machine only")
    dialog.get_by_role("button", name="Done").click()
    expect(dialog).to_have_count(0)
    assert link not in ada.page.content()
    return link


def signed_in(node: Node, people: People, username: str) -> Person:
    person = people(node)
    person.sign_in(username)
    return person


def new_password(person: Person) -> Locator:
    return person.page.get_by_label("New password", exact=True)


def test_who_forgot_the_password_chooses_another_by_a_link(own_team: Node, people: People) -> None:
    ada, open_tab, mira = signed_in(own_team, people, "ada"), signed_in(own_team, people, "mira"), people(own_team)
    open_tab.open_general()
    link = make_link(ada)
    mira.page.goto(link)
    expect(mira.page.get_by_role("heading", level=1)).to_have_text("Choose a new password")
    expect(mira.page.get_by_text("For @mira.")).to_be_visible()
    box = new_password(mira)
    expect(box).to_be_focused()
    expect(box).to_have_attribute("autocomplete", "new-password")
    assert grave(mira.page) == []
    box.fill("short")
    box.press("Enter")
    expect(mira.page.get_by_role("alert").first).to_contain_text("does not follow the rules")
    expect(box).to_have_value("short")
    box.fill(NEW)
    box.press("Enter")
    expect(mira.box).to_be_visible()
    expect(open_tab.page.get_by_role("dialog", name="Sign in again")).to_be_visible(timeout=2_000)
    assert own_team.request("POST", "/api/v1/session", {"username": "mira", "password": PASSWORD}).status == 401
    assert own_team.request("POST", "/api/v1/session", {"username": "mira", "password": NEW}).status == 200
    code = link.partition("#")[2]
    assert not [request.url for request in mira.requests if code in request.url.partition("#")[0]]
    again = people(own_team)
    again.page.goto(link)
    expect(again.page.get_by_role("heading", level=1)).to_have_text("This link is not valid any more")
    again.page.get_by_role("link", name="To the sign-in page").click()
    expect(again.page.get_by_role("heading", name="Sign in")).to_be_visible()
    for person in (mira, open_tab, again):
        person.expect_noise()


def test_a_link_is_opened_where_somebody_else_is_signed_in(own_team: Node, people: People) -> None:
    ada = signed_in(own_team, people, "ada")
    ada.page.goto(make_link(ada))
    ada.page.reload()
    new_password(ada).fill(NEW)
    ada.page.get_by_role("button", name="Save and sign in").click()
    expect(ada.page.get_by_role("button", name=re.compile("@mira"))).to_be_visible()


def test_a_link_to_nothing_leads_a_signed_in_person_home(team: Node, people: People) -> None:
    ada = signed_in(team, people, "ada")
    ada.go("/reset")
    expect(ada.page.get_by_role("heading", level=1)).to_have_text("This link is not valid any more")
    ada.page.get_by_role("link", name="To the sign-in page").click()
    expect(ada.box).to_be_visible()
    ada.expect_noise()


def test_who_is_locked_out_reads_how_to_get_in_again(team: Node, people: People) -> None:
    nobody = people(team)
    nobody.go("/login")
    nobody.page.get_by_role("link", name="Locked out?").click()
    expect(nobody.page).to_have_url(f"{nobody.url}/claim-admin")
    expect(nobody.page).to_have_title(re.compile("^Locked out"))
    expect(nobody.page.get_by_role("heading", level=1)).to_be_focused()
    expect(nobody.page.get_by_role("heading", level=2)).to_have_count(3)
    nobody.context.grant_permissions(["clipboard-read", "clipboard-write"])
    for verb in ("reset-password", "make-owner"):
        command = f"canopy user {verb} HANDLE"
        nobody.page.get_by_role("button", name=f"Copy {command}").click()
        expect(nobody.page.get_by_role("status").filter(has_text="Copied")).to_be_visible()
        assert nobody.page.evaluate("() => navigator.clipboard.readText()") == command
    nobody.page.get_by_role("link", name="To the sign-in page").click()
    expect(nobody.page.get_by_role("heading", name="Sign in")).to_be_visible()
    nobody.page.go_back()
    expect(nobody.page.get_by_role("heading", name="Locked out?")).to_be_visible()


def test_the_way_in_is_told_in_german(team: Node, people: People) -> None:
    nobody = people(team, locale="de-DE")
    nobody.go("/claim-admin")
    expect(nobody.page.get_by_role("heading", level=1)).to_have_text("Ausgesperrt?")
    expect(nobody.page.locator("html")).to_have_attribute("lang", "de")


@THEMES
def test_AX_1_axe_finds_nothing_grave_about_being_locked_out(theme: Theme, team: Node, people: People) -> None:  # noqa: N802
    nobody = people(team, color_scheme=theme)
    nobody.go("/claim-admin")
    nobody.page.get_by_role("heading", level=1).wait_for()
    assert grave(nobody.page) == []


def test_PH_1_the_way_in_fits_a_phone(team: Node, people: People) -> None:  # noqa: N802
    nobody = people(team, **PHONE)
    nobody.go("/claim-admin")
    nobody.page.get_by_role("heading", level=1).wait_for()
    assert nobody.page.evaluate("() => document.documentElement.scrollWidth") <= PHONE["viewport"]["width"]
    for button in nobody.page.get_by_role("button").all():
        box = button.bounding_box()
        assert box is not None and min(box["width"], box["height"]) >= 44


@THEMES
def test_AX_1_axe_finds_nothing_grave_about_links(theme: Theme, team: Node, people: People) -> None:  # noqa: N802
    ada = people(team, color_scheme=theme)
    ada.sign_in("ada")
    arrive(ada, "/admin/users")
    choose(ada, "mira", "Reset link")
    assert grave(ada.page) == []
    ada.page.get_by_role("button", name="Make the link").click()
    ada.page.get_by_label("Link", exact=True).wait_for()
    assert grave(ada.page) == []


def test_PH_1_a_new_password_fits_a_phone(team: Node, people: People) -> None:  # noqa: N802
    user = next(u for u in team.call("GET", "/admin/users")["users"] if u["username"] == "mira")
    path = team.call("POST", f"/admin/users/{user['user_id']}/reset", {})["path"]
    mira = people(team, **PHONE)
    mira.go(path)
    new_password(mira).wait_for()
    assert mira.page.evaluate("() => document.documentElement.scrollWidth") <= PHONE["viewport"]["width"]
