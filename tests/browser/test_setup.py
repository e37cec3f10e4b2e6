# ruff: noqa: N802 - the names quote the ids of ui.md
"""Setting up, signing in and out, registering (ui.md S1)."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import ADA, INSECURE_HOST, People, claim_of
from tests.e2e.node import PASSWORD, Node

pytestmark = pytest.mark.browser

PHRASE = "quietgreenriverstone"  # 20 lower-case letters
SECONDS_TO_WORK = 1.0
SHARED_MACHINE = 3  # other work runs beside the tests; a benchmark measures, a test catches the order


def fill_setup(page: Page, password: str) -> None:
    page.get_by_label("Your name").fill(ADA)
    page.get_by_label("Handle").fill("ada")
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_label("Node name").fill("studio")


@pytest.mark.timed
def test_SU_1_a_fresh_node_is_set_up_with_enter_and_lands_in_general(fresh: Node, people: People) -> None:
    ada = people(fresh)
    ada.go("/")
    expect(ada.page.get_by_role("heading", name="Set up this node")).to_be_visible()
    ada.go(f"/setup?claim={claim_of(fresh)}")
    fill_setup(ada.page, PASSWORD)
    begun = time.monotonic()
    ada.page.get_by_label("Password", exact=True).press("Enter")
    expect(ada.page.get_by_role("button", name="Send")).to_be_enabled()
    assert time.monotonic() - begun < SECONDS_TO_WORK * SHARED_MACHINE
    expect(ada.page).to_have_url(f"{ada.url}/c/general")
    expect(ada.page).to_have_title(re.compile(r"^#general · "))
    expect(ada.page.get_by_role("heading", level=1, name="general")).to_be_focused()
    expect(ada.box).to_be_editable()


def test_SU_2_a_phrase_of_twenty_small_letters_is_accepted(fresh: Node, people: People) -> None:
    ada = people(fresh)
    ada.go(f"/setup?claim={claim_of(fresh)}")
    rules = ada.page.get_by_role("list").filter(has_text="12")
    fill_setup(ada.page, "short")
    expect(rules.locator("[data-met=yes]").filter(has_text="12")).to_have_count(0)
    ada.page.get_by_label("Password", exact=True).fill(PHRASE)
    expect(rules.locator("[data-met=yes]").filter(has_text="12")).to_have_text(re.compile(r"\(met\)$"))
    ada.page.get_by_role("button", name="Create my workspace").click()
    expect(ada.page.get_by_role("button", name="Send")).to_be_enabled()


def test_a_password_is_wrong_until_another_one_is_typed(fresh: Node, people: People) -> None:
    ada = people(fresh)
    ada.go(f"/setup?claim={claim_of(fresh)}")
    fill_setup(ada.page, "short")
    ada.page.get_by_role("button", name="Create my workspace").click()
    box = ada.page.get_by_label("Password", exact=True)
    expect(box).to_have_attribute("aria-invalid", "true")
    expect(ada.page.get_by_role("list").filter(has_text="12")).to_contain_text("(not met)")
    box.fill(PHRASE)
    expect(box).not_to_have_attribute("aria-invalid", "true")
    expect(ada.page.get_by_text("does not follow the rules")).to_have_count(0)
    ada.expect_noise()


def test_SU_3_an_error_of_the_node_keeps_all_fields(fresh: Node, people: People) -> None:
    ada = people(fresh)
    ada.go("/setup?claim=wrong")
    fill_setup(ada.page, PASSWORD)
    ada.page.get_by_role("button", name="Create my workspace").click()
    expect(ada.page.get_by_label("Setup code")).to_have_value("wrong")
    expect(ada.page.get_by_role("alert")).to_contain_text("setup code")
    expect(ada.page.get_by_label("Your name")).to_have_value(ADA)
    expect(ada.page.get_by_label("Handle")).to_have_value("ada")
    expect(ada.page.get_by_label("Password", exact=True)).to_have_value(PASSWORD)
    expect(ada.page.get_by_label("Node name")).to_have_value("studio")
    ada.page.get_by_label("Setup code").fill(claim_of(fresh))
    ada.page.get_by_label("Setup code").press("Enter")
    expect(ada.page.get_by_role("button", name="Send")).to_be_enabled()
    ada.expect_noise()


def test_SU_3_a_refused_password_is_explained_at_its_field(fresh: Node, people: People) -> None:
    ada = people(fresh)
    ada.go(f"/setup?claim={claim_of(fresh)}")
    fill_setup(ada.page, "short")
    ada.page.get_by_label("Password", exact=True).press("Enter")
    expect(ada.page.get_by_role("alert").first).to_be_visible()
    expect(ada.page.get_by_label("Password", exact=True)).to_have_attribute("aria-invalid", "true")
    expect(ada.page.get_by_label("Password", exact=True)).to_have_value("short")
    expect(ada.page.get_by_label("Handle")).to_have_value("ada")
    ada.expect_noise()


def test_SU_5_password_managers_are_told_what_each_field_is(fresh: Node, people: People) -> None:
    ada = people(fresh)
    ada.go(f"/setup?claim={claim_of(fresh)}")
    password = ada.page.get_by_label("Password", exact=True)
    expect(ada.page.get_by_label("Handle")).to_have_attribute("autocomplete", "username")
    expect(password).to_have_attribute("autocomplete", "new-password")
    ada.page.get_by_role("button", name="Show typed text").click()
    expect(password).to_have_attribute("type", "text")
    fresh.setup("ada")
    ada.go("/login")
    expect(ada.page.get_by_label("Handle")).to_have_attribute("autocomplete", "username")
    expect(ada.page.get_by_label("Password", exact=True)).to_have_attribute("autocomplete", "current-password")


def test_without_a_claim_the_form_begins_with_the_setup_code(fresh: Node, people: People) -> None:
    ada = people(fresh)
    ada.go("/setup")
    first = ada.page.get_by_role("textbox").first
    expect(first).to_have_accessible_name("Setup code")
    expect(first).to_have_accessible_description(re.compile("setup-token"))
    first.fill(claim_of(fresh))
    fill_setup(ada.page, PASSWORD)
    ada.page.get_by_role("button", name="Create my workspace").click()
    expect(ada.page.get_by_role("button", name="Send")).to_be_enabled()


def test_signing_out_and_in_again(team: Node, people: People) -> None:
    ada = people(team)
    ada.sign_in("ada")
    ada.open_general()
    ada.page.get_by_role("button", name=f"{ADA}, @ada").click()
    ada.page.get_by_role("menuitem", name="Sign out").click()
    expect(ada.page.get_by_role("heading", name="Sign in")).to_be_visible()
    ada.page.get_by_label("Handle").fill("ada")
    ada.page.get_by_label("Password", exact=True).fill("not the password")
    ada.page.keyboard.press("Enter")
    expect(ada.page.get_by_role("alert")).to_contain_text("wrong")
    expect(ada.page.get_by_label("Handle")).to_have_value("ada")
    ada.page.get_by_label("Password", exact=True).fill(PASSWORD)
    ada.page.keyboard.press("Enter")
    expect(ada.box).to_be_visible()
    expect(ada.page).to_have_url(f"{ada.url}/c/general")
    ada.expect_noise()


def test_signing_out_of_a_silent_node_says_that_it_did_not_work(own_team: Node, people: People) -> None:
    ada = people(own_team)
    ada.sign_in("ada")
    ada.open_general()
    own_team.kill()
    ada.page.get_by_role("button", name=f"{ADA}, @ada").click()
    ada.page.get_by_role("menuitem", name="Sign out").click()
    expect(ada.page.get_by_role("alert")).to_contain_text("still signed in")
    expect(ada.box).to_be_visible()
    ada.expect_noise()


def test_a_second_person_registers(team: Node, people: People) -> None:
    jo = people(team)
    jo.go("/register")
    jo.page.get_by_label("Your name").fill("Jo Weiss")
    jo.page.get_by_label("Handle").fill("jo")
    jo.page.get_by_label("Password", exact=True).fill(PASSWORD)
    jo.page.get_by_role("button", name="Create account").click()
    expect(jo.box).to_be_visible()


def test_a_session_that_ends_elsewhere_asks_again_and_keeps_the_draft(team: Node, people: People) -> None:
    ada = people(team)
    ada.sign_in("ada")
    ada.open_general()
    ada.context.clear_cookies()
    ada.say("Sent after signing in again")
    dialog = ada.page.get_by_role("dialog", name="Sign in again")
    expect(dialog.get_by_label("Handle")).to_have_value("ada")
    dialog.get_by_label("Password", exact=True).fill(PASSWORD)
    dialog.get_by_label("Password", exact=True).press("Enter")
    expect(dialog).to_be_hidden()
    expect(ada.article("Sent after signing in again")).to_have_attribute("data-state", "sent")
    ada.expect_noise()


def test_plain_http_from_another_machine_is_said_before_a_password_is_typed(team: Node, people: People) -> None:
    phone, neighbour = people(team, host=INSECURE_HOST), people(team)
    warning = "This connection is not encrypted on your network."
    phone.go("/login")
    expect(phone.page.get_by_text(warning)).to_be_visible()
    neighbour.go("/login")
    expect(neighbour.page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(neighbour.page.get_by_text(warning)).to_have_count(0)


def test_SU_4_a_bad_invite_is_said_at_once_and_blocks_nothing(fresh: Node, people: People) -> None:
    ada = people(fresh)
    ada.go(f"/setup?claim={claim_of(fresh)}")
    fill_setup(ada.page, PASSWORD)
    ada.page.get_by_text("I have an invite code").click()
    ada.page.get_by_label("Invite code").fill("canopy:eyJ2IjoxLCJwaWQiOiI")
    expect(ada.page.get_by_role("alert")).to_contain_text("cut off")
    ada.page.get_by_role("button", name="Create my workspace").click()
    expect(ada.page.get_by_role("button", name="Send")).to_be_enabled()
    expect(ada.page).to_have_url(f"{ada.url}/c/general")


def test_SU_4_a_good_invite_is_looked_at_after_the_account_is_made(
    own_team: Node, fresh_other: Node, people: People
) -> None:
    code = own_team.call("GET", "/p2p/invite")["invite_code"]
    ben = people(fresh_other)
    ben.go(f"/setup?claim={claim_of(fresh_other)}")
    fill_setup(ben.page, PASSWORD)
    ben.page.get_by_text("I have an invite code").click()
    ben.page.get_by_label("Invite code").fill(code)
    ben.page.get_by_role("button", name="Create my workspace").click()
    ben.page.get_by_role("button", name="Connect to").click()
    expect(ben.page.locator(".peer")).to_contain_text("Connected and syncing")
    assert ben.page.url == f"{ben.url}/connect", "a code stays in no address"


@pytest.fixture
def fresh_other(tmp_path: Path) -> Iterator[Node]:
    with Node(tmp_path / "other") as node:
        yield node
