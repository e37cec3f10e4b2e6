# ruff: noqa: N802 - the names quote the ids of ui.md
"""Settings and keys (ui.md S19, S20)."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect
from tests.browser.conftest import ADA, INSECURE_HOST, People, Person
from tests.browser.test_access import THEMES, Theme, grave
from tests.browser.test_places import PHONE, arrive
from tests.e2e.node import Node

pytestmark = pytest.mark.browser

SECTIONS = ("profile", "appearance", "composer", "keyboard", "devices", "keys", "about")


@pytest.fixture
def ada(team: Node, people: People) -> Person:
    person = people(team)
    person.sign_in("ada")
    return person


def look(person: Person, name: str) -> str | None:
    return person.page.locator("html").get_attribute(f"data-{name}")


def test_SS_1_a_theme_applies_at_once_and_survives_a_reload(ada: Person) -> None:
    arrive(ada, "/settings/appearance")
    page = ada.page
    page.get_by_role("radiogroup", name="Theme").get_by_role("radio", name="Dark").click()
    assert look(ada, "theme") == "dark"
    assert page.evaluate("() => getComputedStyle(document.documentElement).backgroundColor") == "rgb(15, 20, 17)"
    other = ada.another_tab()
    other.goto(f"{ada.url}/settings/appearance")
    assert other.locator("html").get_attribute("data-theme") == "dark"
    page.get_by_role("radio", name="High contrast").click()
    expect(other.locator("html")).to_have_attribute("data-theme", "contrast")
    page.reload()
    assert look(ada, "theme") == "contrast"
    page.get_by_role("button", name="Theme: back to the usual").click()
    expect(page.locator("html")).not_to_have_attribute("data-theme", "contrast")


def test_appearance_is_changed_by_keyboard_alone(ada: Person) -> None:
    arrive(ada, "/settings/appearance")
    ada.page.get_by_role("radiogroup", name="Density").get_by_role("radio", name="Comfortable").focus()
    ada.page.keyboard.press("ArrowRight")
    expect(ada.page.locator("html")).to_have_attribute("data-density", "compact")
    expect(ada.page.get_by_role("radio", name="Compact")).to_be_focused()
    ada.page.get_by_role("slider", name="Text size").focus()
    for _ in range(3):
        ada.page.keyboard.press("ArrowRight")
    expect(ada.page.get_by_role("slider", name="Text size")).to_have_attribute("aria-valuetext", "130 %")
    assert ada.page.evaluate("() => document.documentElement.style.fontSize") == "130%"


def test_the_hours_are_those_that_were_chosen(ada: Person, team: Node) -> None:
    team.post("at some time")
    arrive(ada, "/settings/appearance")
    ada.page.get_by_role("radiogroup", name="Time").get_by_role("radio", name="2:02 pm").click()
    ada.page.get_by_role("radio", name="2:02 pm", checked=True).wait_for()
    ada.open_general()
    expect(ada.article("at some time").locator("time").first).to_have_text(re.compile("[ap]m$"))


def test_SS_2_every_setting_is_found_by_its_label(ada: Person) -> None:
    labels = set()
    for section in SECTIONS:
        arrive(ada, f"/settings/{section}")
        ada.page.locator(".settings-main :is(form, .setting-list, dl, .list, .notice)").first.wait_for()
        found = ada.page.locator(".setting-label, .settings-form label, .settings-main dt").all_inner_texts()
        labels |= {text.strip() for text in found}
    assert len(labels) > 12
    search = ada.page.get_by_role("searchbox", name="Find a setting")
    hits = ada.page.locator(".settings-side li")
    for label in labels - {"Node id"}:
        search.fill(label)
        expect(hits.filter(has_text=label).first).to_be_visible()
    search.fill("no such thing")
    expect(hits).to_have_count(0)
    search.fill("Text size")
    hits.first.get_by_role("link").click()
    expect(ada.page.get_by_role("slider", name="Text size")).to_be_visible()


def test_SS_3_the_version_stands_once_and_is_the_nodes(ada: Person, team: Node) -> None:
    arrive(ada, "/settings/about")
    version = team.call("GET", "/info")["version"]
    expect(ada.page.get_by_text(version, exact=True)).to_have_count(1)
    ada.open_general()
    expect(ada.page.get_by_text(version)).to_have_count(0)


def test_SS_4_others_than_the_owner_see_no_path(team: Node, people: People) -> None:
    mira = people(team)
    mira.sign_in("mira")
    for section in SECTIONS:
        arrive(mira, f"/settings/{section}")
        mira.page.locator(".settings-main > :nth-child(2)").first.wait_for()
        assert str(team.root) not in mira.page.locator("body").inner_text()


def test_a_profile_saves_itself_and_others_see_it(own_team: Node, people: People) -> None:
    ada, mira = people(own_team), people(own_team)
    ada.sign_in("ada")
    mira.sign_in("mira")
    own_team.post("by ada")
    arrive(ada, "/settings/profile")
    name = ada.page.get_by_role("textbox", name="Name")
    expect(name).to_have_value(ADA)
    expect(ada.page.get_by_role("textbox", name="Handle")).not_to_be_editable()
    name.fill("Countess Ada")
    name.press("Tab")
    expect(ada.page.get_by_text("Saved", exact=True)).to_be_visible()
    mira.open_general()
    expect(mira.article("by ada")).to_contain_text("Countess Ada")
    name.fill("x" * 90)
    expect(name).to_have_value("x" * 80)


def test_the_owner_names_the_node_and_others_read_its_name(team: Node, ada: Person, people: People) -> None:
    arrive(ada, "/settings/devices")
    name = ada.page.get_by_role("textbox", name="Name of this node")
    name.fill("studio-mac")
    name.press("Tab")
    expect(ada.page.get_by_text("Saved", exact=True)).to_be_visible()
    mira = people(team)
    mira.sign_in("mira")
    arrive(mira, "/settings/devices")
    expect(mira.page.locator(".settings-main")).to_contain_text("studio-mac")
    expect(mira.page.locator(".settings-main").get_by_role("textbox")).to_have_count(0)


def test_an_unencrypted_page_says_what_the_browser_withholds(team: Node, people: People) -> None:
    ada = people(team, host=INSECURE_HOST)
    ada.sign_in("ada")
    arrive(ada, "/settings/devices")
    expect(ada.page.get_by_text("your browser withholds notifications")).to_be_visible()


def test_what_sends_is_what_was_chosen(ada: Person) -> None:
    arrive(ada, "/settings/composer")
    ada.page.get_by_role("radio", name="Ctrl+Enter").click()
    ada.page.get_by_role("switch", name="Check spelling").click()
    ada.open_general()
    ada.box.fill("one line")
    ada.box.press("Enter")
    expect(ada.box).to_have_value("one line\n")
    expect(ada.box).to_have_attribute("spellcheck", "false")
    ada.box.press("Control+Enter")
    expect(ada.article("one line")).to_have_attribute("data-state", "sent")
    expect(ada.box).to_have_value("")


# Keys.


def rows(person: Person) -> Locator:
    return person.page.locator(".settings-main .list-row")


def make_key(person: Person, name: str) -> str:
    person.page.get_by_role("button", name="New key").click()
    dialog = person.page.get_by_role("dialog", name="New key")
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_role("button", name="Create key").click()
    secret = dialog.get_by_label("Key", exact=True).input_value()
    done = dialog.get_by_role("button", name="Done")
    expect(done).to_be_disabled()
    dialog.get_by_label("I have stored it").check()
    done.click()
    expect(dialog).to_have_count(0)
    return secret


def test_AK_1_counts_are_those_of_the_rows(ada: Person, team: Node) -> None:
    arrive(ada, "/settings/keys")
    rows(ada).first.wait_for()
    make_key(ada, "to-count")
    expect(rows(ada).filter(has_text="to-count")).to_have_count(1)
    total = rows(ada).count()
    active = ada.page.locator(".list-row[data-state=active]").count()
    expect(ada.page.get_by_text(f"{total} keys, {active} active")).to_be_visible()
    assert total == len(team.call("GET", "/keys")["keys"])


def test_AK_2_a_closed_dialog_leaves_no_secret_behind(ada: Person, team: Node) -> None:
    arrive(ada, "/settings/keys")
    secret = make_key(ada, "once")
    assert len(secret) > 20
    assert team.call("GET", "/agents/me", key=secret)["username"] == "ada"
    everything = ada.page.evaluate(
        "() => document.documentElement.outerHTML + [...document.querySelectorAll('input')].map((e) => e.value)"
    )
    assert secret not in everything
    assert secret not in ada.page.url
    assert secret not in ada.page.evaluate("() => JSON.stringify({ ...localStorage, ...sessionStorage })")


def test_escape_keeps_a_key_until_it_is_stored(ada: Person) -> None:
    arrive(ada, "/settings/keys")
    ada.page.get_by_role("button", name="New key").click()
    dialog = ada.page.get_by_role("dialog", name="New key")
    expect(dialog.get_by_label("Name", exact=True)).to_be_focused()
    ada.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    ada.page.get_by_role("button", name="New key").click()
    dialog.get_by_label("Name").fill("not-to-be-lost")
    dialog.get_by_role("button", name="Create key").click()
    secret = dialog.get_by_label("Key", exact=True)
    expect(secret).to_have_value(re.compile(".{20}"))
    # As the button Back of a phone asks it: no key is pressed.
    dialog.evaluate("(dialog) => dialog.requestClose()")
    expect(secret).to_be_visible()
    for _ in range(3):  # the browser closes a dialog in spite of a page that refuses twice
        ada.page.keyboard.press("Escape")
    ada.page.evaluate("() => new Promise((resolve) => setTimeout(resolve, 200))")
    expect(secret).to_be_visible()
    dialog.get_by_label("I have stored it").check()
    ada.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_AK_3_a_revoked_key_fails_at_once_and_says_so(ada: Person, team: Node) -> None:
    arrive(ada, "/settings/keys")
    secret = make_key(ada, "short-lived")
    row = rows(ada).filter(has_text="short-lived")
    ada.page.get_by_role("button", name="Revoke short-lived").click()
    dialog = ada.page.get_by_role("dialog", name="Revoke “short-lived”?")
    expect(dialog).to_contain_text("never used")
    dialog.get_by_role("button", name="Cancel").click()
    team.call("GET", "/agents/me", key=secret)
    ada.page.get_by_role("button", name="Revoke short-lived").click()
    expect(dialog).to_contain_text("It was last used")
    dialog.get_by_role("button", name="Revoke").click()
    expect(row).to_contain_text("Revoked")
    assert team.request("GET", "/api/v1/agents/me", key=secret).status == 403
    expect(ada.page.get_by_role("button", name="Revoke short-lived")).to_have_count(0)


def test_a_key_is_rotated_and_says_until_when_the_old_one_works(ada: Person, team: Node) -> None:
    arrive(ada, "/settings/keys")
    old = make_key(ada, "to-rotate")
    row = rows(ada).filter(has_text="to-rotate")
    ada.page.get_by_role("button", name="Rotate to-rotate").click()
    dialog = ada.page.get_by_role("dialog", name="Rotate “to-rotate”?")
    expect(dialog.get_by_role("combobox")).to_be_focused()
    expect(dialog.get_by_label("The old key works on for")).to_have_value("86400")
    dialog.get_by_role("button", name="Rotate").click()
    expect(dialog).to_contain_text("The old key works until")
    new = dialog.get_by_label("Key", exact=True).input_value()
    assert new not in ("", old)
    ada.page.keyboard.press("Escape")
    expect(dialog.get_by_role("button", name="Done")).to_be_disabled()
    dialog.get_by_label("I have stored it").check()
    dialog.get_by_role("button", name="Done").click()
    expect(row).to_have_count(2)
    replaced = row.filter(has_text="Replaced")
    expect(replaced).to_contain_text("works until")
    expect(replaced.get_by_role("button", name="Rotate to-rotate")).to_have_count(0)
    expect(replaced.get_by_role("button", name="Revoke to-rotate")).to_be_visible()
    for key in (old, new):
        assert team.call("GET", "/agents/me", key=key)["username"] == "ada"
    assert new not in ada.page.content()


def test_a_rotated_key_may_end_at_once(ada: Person, team: Node) -> None:
    arrive(ada, "/settings/keys")
    old = make_key(ada, "leaked")
    ada.page.get_by_role("button", name="Rotate leaked").click()
    dialog = ada.page.get_by_role("dialog", name="Rotate “leaked”?")
    dialog.get_by_label("The old key works on for").select_option("It ends at once")
    dialog.get_by_role("button", name="Rotate").click()
    expect(dialog).to_contain_text("The old key does not work any more.")
    assert team.request("GET", "/api/v1/agents/me", key=old).status == 403
    dialog.get_by_label("I have stored it").check()
    dialog.get_by_role("button", name="Done").click()
    expect(rows(ada).filter(has_text="leaked").filter(has_text="Expired")).to_have_count(1)


def test_a_key_is_limited_to_channels(ada: Person, team: Node) -> None:
    channel = team.call("POST", "/channels", {"name": "only-here"})["channel"]["id"]
    arrive(ada, "/settings/keys")
    ada.page.get_by_role("button", name="New key").click()
    dialog = ada.page.get_by_role("dialog", name="New key")
    dialog.get_by_label("Name").fill("narrow-bot")
    dialog.get_by_role("button", name="Everything").click()
    expect(dialog.get_by_label("In all your channels")).to_be_checked()
    dialog.get_by_label("Only in these channels").check()
    for name in ("API keys", "The node itself"):
        expect(dialog.get_by_label(name)).to_be_disabled()
        expect(dialog.get_by_label(name)).not_to_be_checked()
    assert grave(ada.page) == []
    dialog.get_by_role("button", name="Create key").click()
    expect(dialog.get_by_role("alert")).to_have_text("Choose at least one channel.")
    dialog.get_by_label("#only-here").check()
    dialog.get_by_role("button", name="Create key").click()
    secret = dialog.get_by_label("Key", exact=True).input_value()
    dialog.get_by_label("I have stored it").check()
    dialog.get_by_role("button", name="Done").click()
    expect(rows(ada).filter(has_text="narrow-bot")).to_contain_text("Only in #only-here")
    assert [one["id"] for one in team.call("GET", "/channels", key=secret)["channels"]] == [channel]
    assert team.request("GET", "/api/v1/channels/general", key=secret).status == 404


@pytest.mark.slow
def test_AK_4_the_last_use_shows_without_a_reload(ada: Person, team: Node) -> None:
    arrive(ada, "/settings/keys")
    secret = make_key(ada, "busy-bot")
    row = rows(ada).filter(has_text="busy-bot")
    expect(row).to_contain_text("never used")
    team.call("GET", "/agents/me", key=secret)
    expect(row).to_contain_text("last used", timeout=15_000)


def test_a_key_says_in_words_what_it_may_do_and_warns(ada: Person) -> None:
    arrive(ada, "/settings/keys")
    ada.page.get_by_role("button", name="New key").click()
    dialog = ada.page.get_by_role("dialog", name="New key")
    expect(dialog.get_by_role("group", name="What it may do").get_by_label("Channels and feed")).to_have_count(2)
    expect(dialog).not_to_contain_text("read_feed")
    expect(dialog.get_by_text("may change this node")).to_have_count(0)
    dialog.get_by_role("button", name="Everything").click()
    expect(dialog.get_by_text("may change this node")).to_be_visible()
    dialog.get_by_role("button", name="Create key").click()
    expect(dialog.get_by_role("alert")).to_have_text("A key needs a name.")


@THEMES
def test_AX_1_axe_finds_nothing_grave_in_the_settings(theme: Theme, team: Node, people: People) -> None:
    ada = people(team, color_scheme=theme)
    ada.sign_in("ada")
    for section in SECTIONS:
        arrive(ada, f"/settings/{section}")
        ada.page.locator(".settings-main :is(form, .setting-list, dl, .list, .notice)").first.wait_for()
        assert grave(ada.page) == [], section
    arrive(ada, "/settings/keys")
    ada.page.get_by_role("button", name="New key").click()
    ada.page.get_by_role("dialog", name="New key").get_by_role("button", name="Everything").click()
    assert grave(ada.page) == []


def test_AX_1_high_contrast_is_clean_too(ada: Person) -> None:
    arrive(ada, "/settings/appearance")
    ada.page.get_by_role("radio", name="High contrast").click()
    assert grave(ada.page) == []
    ada.open_general()
    assert grave(ada.page) == []


def test_PH_1_settings_fit_a_phone(team: Node, people: People) -> None:
    ada = people(team, **PHONE)
    ada.sign_in("ada")
    for path in ("/settings", *(f"/settings/{section}" for section in SECTIONS)):
        ada.go(path)
        ada.page.get_by_role("heading", level=1, name="Settings").wait_for()
        assert ada.page.evaluate("() => document.documentElement.scrollWidth") <= PHONE["viewport"]["width"], path
