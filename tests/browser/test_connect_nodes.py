# ruff: noqa: N802 - the names quote the ids of ui.md
"""Connect between real nodes: what one does in one browser is seen in the other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import segno
from playwright.sync_api import Locator, expect
from tests.browser.conftest import People, Person
from tests.browser.test_connect import choose, modules, panel, paste
from tests.e2e.node import PASSWORD, Node
from tests.e2e.pair import invite_of, is_level, link, nodes, peers, syncing, wait_until, words

pytestmark = pytest.mark.browser

CONNECTED_MILLISECONDS = 5_000


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[list[Node]]:
    """Two nodes that have never met."""
    with nodes(tmp_path, "one", "two") as both:
        yield both


def visitor(people: People, node: Node) -> Person:
    """The owner of a node, at Connect."""
    person = people(node)
    person.sign_in(node.root.name)
    person.go("/connect")
    code_of(person).wait_for()
    person.page.get_by_role("status").get_by_text("Live", exact=True).wait_for()
    return person


def code_of(person: Person) -> Locator:
    return panel(person, "Your invite").get_by_label("Invite code", exact=True)


def connect(person: Person, code: str) -> None:
    paste(person, code)
    person.page.get_by_role("button", name="Review").click()
    person.page.get_by_role("button", name="Connect to").click()


def only(person: Person) -> Locator:
    """The row of the only peer."""
    found = person.page.locator(".peer")
    expect(found).to_have_count(1)
    return found


def test_CN_1_two_fresh_nodes_connect_by_copying_a_code(pair: list[Node], people: People) -> None:
    one, two = (visitor(people, node) for node in pair)
    shown = code_of(one).input_value()
    connect(two, shown)
    for person in (one, two):
        expect(only(person)).to_contain_text("Connected and syncing", timeout=CONNECTED_MILLISECONDS)
    expect(panel(two, "Add a peer")).to_contain_text("Connected and syncing")
    expect(code_of(one)).not_to_have_value(shown)
    for person in (one, two):
        expect(only(person)).to_contain_text("Up to date")
    assert words_of(only(two)) == words_of(panel(one, "Your invite"))


def words_of(place: Locator) -> str:
    return place.locator(".words").inner_text()


def test_CN_2_the_picture_of_a_real_invite_is_its_code(pair: list[Node], people: People) -> None:
    one = visitor(people, pair[0])
    picture = one.page.get_by_role("img", name="QR code of your invite")
    size = int((picture.get_attribute("viewBox") or "").split()[-1])
    drawn = modules(picture.locator("path").get_attribute("d") or "", size)
    code = segno.make_qr(code_of(one).input_value(), error="l", boost_error=False)
    assert drawn == [list(line) for line in code.matrix_iter(border=4)]


def test_CN_3_a_code_that_was_altered_is_refused_and_nothing_stored(pair: list[Node], people: People) -> None:
    two = visitor(people, pair[1])
    code = invite_of(pair[0])
    altered = code[:100] + ("A" if code[100] != "A" else "B") + code[101:]
    paste(two, altered)
    two.page.get_by_role("button", name="Review").click()
    expect(two.page.get_by_role("alert")).to_be_visible()
    assert peers(pair[1]) == []
    two.expect_noise()


def test_CN_3_the_own_code_is_named_before_it_is_sent(pair: list[Node], people: People) -> None:
    one = visitor(people, pair[0])
    paste(one, code_of(one).input_value())
    expect(one.page.get_by_role("alert")).to_contain_text("the invite of this very node")
    assert not [request.url for request in one.requests if request.url.endswith("/invite/import")]


def test_CN_4_a_node_that_is_gone_is_saved_with_its_outcome_and_the_next_try(pair: list[Node], people: People) -> None:
    code = invite_of(pair[0])
    pair[0].stop()
    two = visitor(people, pair[1])
    connect(two, code)
    add = panel(two, "Add a peer")
    expect(add).to_contain_text("Saved, not connected yet")
    outcomes = add.get_by_role("list", name="What became of each address").get_by_role("listitem")
    expect(outcomes.first).to_contain_text(re.compile(r"127\.0\.0\.1:\d+\s+\S+"))
    expect(add).to_contain_text(re.compile(r"Next try at \d+:\d\d:\d\d"))
    expect(only(two)).to_contain_text("Offline")
    assert peers(pair[1])[0]["level"] == "trusted"


def test_CN_6_an_ended_session_asks_for_the_password_and_goes_on(pair: list[Node], people: People) -> None:
    link(*pair)
    wait_until(lambda: is_level(pair[0]) and is_level(pair[1]), "the link")
    two = visitor(people, pair[1])
    expect(only(two)).to_contain_text("Up to date")
    two.context.clear_cookies()
    pair[0].call("POST", "/p2p/disconnect", {"peer_id": peers(pair[0])[0]["peer_id"]})
    dialog = two.page.get_by_role("dialog", name="Sign in again")
    dialog.get_by_label("Password").fill(PASSWORD)
    expect(two.page.get_by_text("API key")).to_have_count(0)
    dialog.get_by_role("button", name="Sign in", exact=True).click()
    expect(only(two)).to_contain_text("Offline")
    two.expect_noise()


def name_in(person: Person) -> str:
    return only(person).get_by_role("heading").inner_text()


def test_TR_1_who_comes_without_a_secret_waits_for_approval(pair: list[Node], people: People) -> None:
    """A code of somebody who does not own the node holds no secret."""
    one, two = pair
    one.post("said before")
    guest = one.register("guest")
    code = one.call("GET", "/p2p/invite", key=guest)["invite_code"]
    host, joiner = visitor(people, one), visitor(people, two)
    connect(joiner, str(code))
    expect(only(host)).to_contain_text("Not reviewed")
    expect(only(joiner)).to_contain_text("Waiting for approval on their side")
    assert words(two) == []
    host.page.get_by_role("button", name="Approve").click()
    for person in (host, joiner):
        expect(only(person)).to_contain_text("Connected and syncing")
    wait_until(lambda: words(two) == ["said before"], "what was said before")


def test_foreign_words_carry_the_name_of_their_node(pair: list[Node], people: People) -> None:
    one, two = pair
    link(one, two)
    reader = people(two)
    reader.sign_in("two")
    reader.open_general()
    one.post("from afar")
    tag = reader.article("from afar").locator(".message-origin")
    expect(tag).to_have_text(peers(two)[0]["display_name"])
    expect(tag).to_have_attribute("title", re.compile("-".join(peers(two)[0]["words"])))
    reader.say("from here")
    expect(reader.article("from here").locator(".message-origin")).to_have_count(0)


def test_the_composer_says_on_how_many_nodes_it_is_read(pair: list[Node], people: People) -> None:
    one, two = pair
    reader = people(two)
    reader.sign_in("two")
    reader.open_general()
    expect(reader.page.get_by_text("#general · 1 member on 1 node")).to_be_visible()
    link(one, two)
    expect(reader.page.get_by_text("#general · 2 members on 2 nodes")).to_be_visible()
    expect(reader.page.get_by_role("link", name="2 members · 2 nodes")).to_be_visible()


def test_links_are_broken_made_and_forgotten_by_hand(pair: list[Node], people: People) -> None:
    link(*pair)
    one, two = (visitor(people, node) for node in pair)
    expect(only(two)).to_contain_text("Connected and syncing")
    name = name_in(two)
    choose(two, name, "Disconnect")
    for person in (one, two):
        expect(only(person)).to_contain_text("Offline")
    expect(only(two)).to_contain_text("Disconnected until you reconnect")
    only(two).get_by_role("button", name=f"Reconnect {name}").click()
    for person in (one, two):
        expect(only(person)).to_contain_text("Connected and syncing")
    choose(two, name, "Forget")
    two.page.get_by_role("dialog").get_by_role("button", name="Forget").click()
    expect(panel(two, "Peers")).to_contain_text("No peers yet")
    assert peers(pair[1]) == []


@pytest.mark.slow
def test_open_channels_of_two_groups_flow_when_a_person_says_so(tmp_path: Path, people: People) -> None:
    with nodes(tmp_path, "ann", "bob", "cleo", "dan") as (a, b, c, d):
        link(a, b)
        link(c, d)
        wait_until(lambda: is_level(b) and is_level(c), "both groups")
        a.post("of the first group")
        d.post("of the second group")
        wait_until(lambda: len(words(b)) == len(words(c)) == 1, "the words within each group")
        link(b, c)
        wait_until(lambda: syncing(b) == syncing(c) == 2, "the link between them")
        at_b, at_c = visitor(people, b), visitor(people, c)
        for person in (at_b, at_c):
            asked = person.page.get_by_role("button", name="Let channels flow")
            asked.click()
            dialog = person.page.get_by_role("dialog")
            expect(dialog).to_contain_text(re.compile(r"1 message of \d nodes? from here"))
            dialog.get_by_role("button", name="Let channels flow").click()
            expect(dialog).to_have_count(0)
            expect(asked).to_have_count(0)
        for node in (a, b, c, d):
            wait_until(lambda node=node: len(words(node)) == 2, "all words everywhere")  # type: ignore[misc]


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_5_9_a_long_catch_up_is_told_at_the_foot_of_every_page(pair: list[Node], people: People) -> None:
    one, two = pair
    for number in range(3_000):
        one.post(f"m{number}")
    reader = people(two)
    reader.sign_in("two")
    reader.open_general()
    link(one, two)
    strip = reader.page.get_by_role("contentinfo", name="Status")
    expect(strip).to_contain_text(re.compile(r"Catching up from .+: [\d,]+ of [\d,]+ messages"))
    expect(strip).not_to_contain_text("Catching up", timeout=60_000)
    wait_until(lambda: is_level(two), "both hold the same")
