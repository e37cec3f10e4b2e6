# ruff: noqa: N802 - the names quote the ids of ui.md
"""What changes while one looks, what the rest of the app shows of peers, and who can use Connect."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Route, expect
from tests.browser.conftest import People, Person, mira_says
from tests.browser.mesh import OTHER_WORDS, TIMEOUT, Mesh, failure, offline, peer, ring
from tests.browser.test_connect import near, open_connect, row
from tests.browser.test_peers import NEW, STATES
from tests.e2e.node import Node

pytestmark = pytest.mark.browser

TIMES = """() => performance.getEntriesByType("resource")
  .filter((each) => each.name.endsWith("/p2p/peers")).map((each) => each.startTime)"""
CONTROLS = ", ".join(f"{tag}:visible" for tag in ("button", "a", "input", "select", "summary"))


@pytest.fixture
def ada(team: Node, people: People) -> Person:
    person = people(team)
    person.sign_in("ada")
    return person


# Live.


def test_what_changes_is_read_again_once_and_said_once(ada: Person) -> None:
    mesh = open_connect(ada, Mesh(peers=[NEW]))
    read = mesh.asked.count("GET /peers")
    mesh.peers = [peer("pidN", "new")]
    ring(ada, times=20)
    expect(row(ada, "new")).to_contain_text("Connected and syncing")
    expect(ada.page.get_by_role("status").filter(has_text="new: Connected and syncing")).to_have_count(1)
    assert read < mesh.asked.count("GET /peers") <= read + 2


def test_5_9_the_strip_tells_of_catching_up_and_ends_with_it(ada: Person) -> None:
    moving = peer("p", "studio-b", progress={"done": 1200, "total": 10000})
    mesh = Mesh(peers=[moving])
    mesh.serve(ada)
    ada.open_general()
    strip = ada.page.get_by_role("contentinfo", name="Status")
    status = strip.get_by_role("status").filter(has_text="Catching up")
    expect(status).to_contain_text("Catching up from studio-b: 1,200 of 10,000 messages")
    expect(status.locator("[aria-live=off]")).to_have_text(": 1,200 of 10,000 messages")
    mesh.peers = [{**moving, "progress": {"done": 9000, "total": 10000}}]
    expect(status).to_contain_text("9,000 of 10,000")
    mesh.peers = [peer("p", "studio-b")]
    expect(status).to_have_count(0)
    expect(strip.get_by_text("Live", exact=True)).to_be_visible()


def test_progress_is_asked_for_once_a_second_and_then_no_more(ada: Person) -> None:
    mesh = Mesh(peers=[peer("p", "studio-b", progress={"done": 1, "total": 9})])
    mesh.serve(ada)
    ada.open_general()
    ada.page.wait_for_function(f"() => ({TIMES})().length >= 3")
    begun = ada.page.evaluate(TIMES)
    assert all(later - sooner > 900 for sooner, later in pairwise(begun)), begun
    mesh.peers = [peer("p", "studio-b")]
    expect(ada.page.get_by_text("Catching up from")).to_have_count(0)
    before = mesh.asked.count("GET /peers")
    ada.page.evaluate("() => new Promise((resolve) => setTimeout(resolve, 1300))")
    assert mesh.asked.count("GET /peers") == before


# The rest of the app.


def test_the_rail_leads_here_and_says_who_waits(ada: Person) -> None:
    mesh = Mesh(peers=[NEW])
    mesh.serve(ada)
    ada.open_general()
    link = ada.page.get_by_role("navigation", name="Main").get_by_role("link", name="Network, 1 peer waits for you")
    expect(link).to_contain_text("1")
    assert not [request.url for request in ada.requests if "/trust/connect.js" in request.url]
    link.click()
    expect(ada.page.get_by_role("heading", level=1, name="Connect")).to_be_focused()
    expect(link).to_have_attribute("aria-current", "page")
    expect(ada.page).to_have_title("Connect · Canopy")
    expect(ada.page.get_by_role("link", name="Skip to content")).to_have_count(1)
    ada.page.go_back()
    expect(ada.box).to_be_visible()
    marks = ada.page.evaluate("() => performance.getEntriesByType('mark').map((mark) => mark.name)")
    assert "route:connect" in marks


def test_a_screen_that_does_not_come_says_so(ada: Person) -> None:
    Mesh().serve(ada)
    ada.open_general()
    ada.page.route("**/trust/connect.js", lambda route: route.abort())
    ada.page.get_by_role("link", name="Network").click()
    expect(ada.page.get_by_text("The node cannot be reached")).to_be_visible()
    ada.expect_noise()


def foreign(route: Route) -> None:
    """What the node answers, as if the last author wrote on another node."""
    answer = route.fetch()
    page = answer.json()
    page["messages"][-1] |= {"origin_peer": "pidB0123456789", "username": "mira.pidB0123"}
    route.fulfill(response=answer, json=page)


def test_foreign_authors_carry_the_name_of_their_node(team: Node, ada: Person) -> None:
    team.post("written at home")
    mira_says(team, "written elsewhere")
    ada.page.route("**/api/v1/channels/general/messages?*", foreign)
    mesh = Mesh(peers=[offline("pidB0123456789", "studio-b")])
    mesh.serve(ada)
    ada.open_general()
    tag = ada.article("written elsewhere").get_by_text("studio-b")
    expect(tag).to_have_attribute("title", f"Written on studio-b ({'-'.join(OTHER_WORDS)})")
    expect(ada.article("written at home").last.locator(".message-origin")).to_have_count(0)
    mesh.peers = []
    ring(ada)
    expect(ada.article("written elsewhere").get_by_text("pidB0123")).to_be_visible()


# Diagnostics.


def test_failures_are_told_in_words_and_reported_without_names(ada: Person) -> None:
    ada.context.grant_permissions(["clipboard-read", "clipboard-write"])
    mesh = Mesh(peers=[offline("p", "studio-b")])
    mesh.failures = [failure("p", {**TIMEOUT, "sentence": "ws://192.168.1.20:7771 did not answer."})]
    open_connect(ada, mesh)
    assert "GET /diagnostics" not in mesh.asked
    ada.page.get_by_text("Diagnostics").click()
    expect(ada.page.locator(".failures")).to_contain_text("studio-b 192.168.1.20:7771 ws://192.168.1.20:7771 did not")
    ada.page.get_by_role("button", name="Copy report").click()
    expect(ada.page.get_by_role("status").get_by_text("Copied", exact=True)).to_be_visible()
    report = str(ada.page.evaluate("() => navigator.clipboard.readText()"))
    assert "(address) did not answer." in report
    assert "Known peers: 1" in report
    assert "studio-b" not in report
    assert "192.168" not in report
    ada.page.get_by_role("button", name="Compare with all peers again").click()
    expect(ada.page.get_by_text("are being compared again")).to_be_visible()
    mesh.expect_changes(ada, "POST /resync")


# For everybody.


def everything() -> Mesh:
    named = [
        {**given, "peer_id": f"p{number}", "display_name": f"x{number}"} for number, (given, _) in enumerate(STATES)
    ]
    introduced = [{"peer_id": "q", "display_name": "far", "introduced_via": ["p0"]}]
    return Mesh(peers=named, discovered=[near("aa", None, "10.0.0.7")], introduced=introduced)


def grave(page: Page) -> list[tuple[str, list[Any]]]:
    """What axe finds serious or critical, with the places."""
    found = Axe().run(page).response["violations"]
    return [
        (each["id"], [node["failureSummary"] for node in each["nodes"]])
        for each in found
        if each["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_AX_1_axe_finds_nothing_grave(theme: Literal["light", "dark"], team: Node, people: People) -> None:
    ada = people(team, color_scheme=theme)
    ada.sign_in("ada")
    open_connect(ada, everything())
    for fold in ada.page.locator("summary").all():
        fold.click()
    ada.page.get_by_role("button", name="Make a code with it").click()
    assert grave(ada.page) == []
    row(ada, "x0").get_by_role("button", name="Actions for x0").click()
    ada.page.get_by_role("menuitem", name="Forget").wait_for()
    assert grave(ada.page) == []
    ada.page.get_by_role("menuitem", name="Forget").click()
    ada.page.get_by_role("dialog", name="Forget x0?").wait_for()
    assert grave(ada.page) == []


@pytest.mark.parametrize("width", [320, 390])
def test_PH_a_narrow_screen_loses_nothing(width: int, team: Node, people: People) -> None:
    ada = people(team, viewport={"width": width, "height": 800}, has_touch=True, is_mobile=True)
    ada.sign_in("ada")
    open_connect(ada, everything())
    for fold in ada.page.locator("summary").all():
        fold.click()
    assert ada.page.evaluate("() => document.documentElement.scrollWidth") <= width
    assert ada.page.evaluate("() => document.querySelector('.connect').scrollWidth") <= width
    for control in (
        ada.page.locator(".main")
        .locator("button:visible, a:visible, input:visible, select:visible, summary:visible")
        .all()
    ):
        box = control.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 44, control.evaluate("e => e.outerHTML")
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
