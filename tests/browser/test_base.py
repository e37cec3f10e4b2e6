"""The pure modules under the screens, run where they run: in the browser, as they are served."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page
from tests.browser.conftest import People
from tests.e2e.node import Node

pytestmark = pytest.mark.browser


@pytest.fixture
def page(team: Node, people: People) -> Page:
    """A page of the app that nobody is signed in to."""
    visitor = people(team)
    visitor.go("/login")
    visitor.page.get_by_role("heading", level=1).wait_for()
    return visitor.page


def run(page: Page, module: str, body: str) -> Any:
    """The value of a function body that gets the module as `m`."""
    script = f"""async () => {{
      const tree = document.querySelector("script[type=module]").src.replace(/main\\.js$/, "");
      const m = await import(tree + "{module}");
      {body}
    }}"""
    return page.evaluate(script)


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("no link at all", []),
        ("see https://example.org.", ["https://example.org"]),
        ("(https://example.org/a_(b)) end", ["https://example.org/a_(b)"]),
        ("https://a.example/x,https://b.example/y!", ["https://a.example/x,https://b.example/y"]),
        (
            "two https://a.example/x and http://b.example:8080/?q=1#f",
            ["https://a.example/x", "http://b.example:8080/?q=1#f"],
        ),
        ("javascript:alert(1) data:text/html,x ftp://example.org", []),
        ("https:// https://? http://", []),
    ],
)
def test_links_are_found_and_the_text_stays_whole(page: Page, text: str, links: list[str]) -> None:
    found = page.evaluate("([text]) => text", [text])
    segments = run(page, "base/text.js", f"return m.segments({text!r})")
    assert "".join(segment["text"] for segment in segments) == found
    assert [segment["href"] for segment in segments if segment["href"]] == links


def test_names_lose_their_direction_tricks(page: Page) -> None:
    assert run(page, "base/text.js", r"return m.cleanName(' Ada\u202Eecalevol ')") == "Adaecalevol"
    assert run(page, "base/text.js", "return ['Ada Lovelace', 'scout', 'a.b.c', ''].map(m.initials)") == [
        "AL",
        "S",
        "AC",
        "?",
    ]


def test_a_stream_may_be_cut_anywhere(page: Page) -> None:
    """Every split of the bytes gives the same frames; comments and retries are none."""
    body = r"""
      const event = "id: 7\nevent: a.b\ndata: {\"x\":\ndata: 1}\n\n";
      const text = ": hi\n\nretry: 1000\n\n" + event + ": ping\n\nevent: ping\ndata: {}\r\n\r\n";
      const seen = new Set();
      for (let cut = 0; cut <= text.length; cut += 1) {
        const parser = new m.SseParser();
        seen.add(JSON.stringify([...parser.receive(text.slice(0, cut)), ...parser.receive(text.slice(cut))]));
      }
      return [...seen].map(JSON.parse);
    """
    assert run(page, "base/sse.js", body) == [[{"event": "a.b", "data": '{"x":\n1}'}, {"event": "ping", "data": "{}"}]]


def test_routes_match_whole_paths(page: Page) -> None:
    body = """
      const routes = [{ pattern: "/c/:channel", target: 1 }, { pattern: "/c/:channel/:message", target: 2 }];
      return ["/c/general", "/c/a%20b/", "/c/x/M1", "/c", "/d/x", "/c/%E0%A4%A"].map((path) => m.match(routes, path));
    """
    assert run(page, "base/router.js", body) == [
        {"target": 1, "params": {"channel": "general"}},
        {"target": 1, "params": {"channel": "a b"}},
        {"target": 2, "params": {"channel": "x", "message": "M1"}},
        None,
        None,
        {"target": 1, "params": {"channel": "%E0%A4%A"}},
    ]


def test_waiting_times_double_with_jitter_up_to_fifteen_seconds(page: Page) -> None:
    waits = run(page, "base/sse.js", "const b = new m.Backoff(); return Array.from({ length: 12 }, () => b.next())")
    for step, wait in enumerate(waits):
        ceiling = min(15_000, 500 * 2**step)
        assert max(500, 0.6 * ceiling) <= wait <= ceiling


def test_a_foreign_client_id_never_takes_the_place_of_mine(page: Page) -> None:
    """Another author may send the id that I chose; it is no key of mine."""
    body = """
      const same = { type: "text", created_at: "2026-11-22T10:00:00.000000+00:00" };
      const message = (id, user, client) => ({ ...same, id, user_id: user, client_id: client, content: id });
      const mine = m.rowOf(message("M1", "me", "chosen"), "me");
      const foreign = m.rowOf(message("M2", "other", "chosen"), "me");
      return m.merged([mine], [foreign]).map((row) => [row.key, row.content]);
    """
    assert run(page, "features/messages/rows.js", body) == [["chosen", "M1"], ["M2", "M2"]]


def test_rows_keep_the_order_of_the_node_and_its_days(page: Page) -> None:
    body = """
      const at = (day, minute) => `2026-11-${day}T12:${minute}:00.000000+00:00`;
      const message = (id, user, created_at) => ({ id, user_id: user, display_name: user, content: id, created_at });
      const row = (...values) => m.rowOf(message(...values), "me");
      const known = row("M1", "a", at(20, "00"));
      const rows = m.merged(
        [known, row("M4", "b", at(21, "10"))],
        [row("M3", "a", at(20, "09")), row("M2", "a", at(20, "03")), row("M5", "b", at(21, "10")), known],
      );
      const items = m.itemsOf(rows, new Date(at(21, "30")));
      return items.map((item) => (item.kind === "day" ? item.label : [item.key, item.head]));
    """
    assert run(page, "features/messages/rows.js", body) == [
        "Yesterday",
        ["M1", True],
        ["M2", False],
        ["M3", True],
        "Today",
        ["M4", True],
        ["M5", False],
    ]


def test_a_line_stands_above_the_first_message_of_each_new_node_and_once(page: Page) -> None:
    """An older one that came late has the mark now; where the newer is still shown with it, the older is right."""
    body = """
      const message = (id, user, peer, more = {}) => ({
        id, user_id: user, username: peer ? `${user}.${peer.slice(0, 8)}` : user, display_name: user, content: id,
        origin_peer: peer ?? "here", created_at: `2026-11-22T12:00:${id.slice(1)}.000000+00:00`, ...more,
      });
      const first = { first_from_peer: true };
      const rows = [
        message("M10", "me", null), message("M11", "bob", "peerBBBBBB", first), message("M12", "bob", "peerBBBBBB"),
        message("M13", "bob", "peerBBBBBB", first), message("M14", "eve", "peerCCCCCC", first),
      ].map((each) => m.rowOf(each, "me"));
      const items = m.itemsOf(rows, new Date("2026-11-23T12:00:00Z"), { newFrom: "M14" });
      return items.map((item) => [item.kind, item.key, item.peer ?? item.head ?? ""]);
    """
    assert run(page, "features/messages/rows.js", body)[1:] == [
        ["row", "M10", True],
        ["first", "first-M11", "peerBBBBBB"],
        ["row", "M11", True],
        ["row", "M12", False],
        ["row", "M13", False],
        ["new", "new", ""],
        ["first", "first-M14", "peerCCCCCC"],
        ["row", "M14", True],
    ]


# A conversation over answers that a test writes down; `asked` is what it asked for.
CONVERSATION = """
  const asked = [];
  const answers = {};
  const message = (number, more = {}) => ({
    id: `M${number}`, channel_id: "general", user_id: "other", display_name: "Other", content: `text ${number}`,
    type: "text", created_at: `2026-11-22T10:00:${String(number).padStart(2, "0")}.000000+00:00`, ...more,
  });
  const event = (type, number, payload = {}) =>
    ({ seq: number, event_type: `channel.message.${type}`, channel_id: "general", message_id: `M${number}`, payload });
  const get = async (path) => {
    asked.push(path.replace("/channels/general/messages", ""));
    return answers[asked.at(-1)] ?? { messages: [], has_more: false };
  };
  let waiting = 0;
  const app = { api: { get }, me: { user_id: "me" }, outbox: { waiting: () => waiting } };
  answers["?limit=50"] = { messages: [message(1), message(2)], has_more: false };
  const page = (query) => get(`/channels/general/messages?${query}`);
  const source = { place: "channel:general", channelId: "general", root: null, holds: () => true, page };
  const conversation = new m.Conversation(app, source);
  const arrived = [];
  conversation.onArrived = (rows) => arrived.push(...rows.map((row) => row.id));
  await conversation.load();
  const rows = () => conversation.view.value.rows.map((row) => `${row.key} ${row.content}`);
  const turn = () => new Promise((resolve) => setTimeout(resolve, 20));
"""


def converse(page: Page, body: str) -> Any:
    return run(page, "features/messages/conversation.js", CONVERSATION + body)


def test_a_carried_message_costs_no_request_and_a_bare_bell_one(page: Page) -> None:
    body = """
      conversation.hear([event("created", 3, { message: message(3) })]);
      const carried = asked.length;
      answers["?limit=200&after=M3"] = { messages: [message(4), message(5)], has_more: false };
      conversation.hear([event("created", 4), event("created", 5)]);
      await turn();
      return { carried, asked: asked.slice(1), rows: rows(), arrived };
    """
    assert converse(page, body) == {
        "carried": 1,
        "asked": ["?limit=200&after=M3"],
        "rows": [f"M{number} text {number}" for number in range(1, 6)],
        "arrived": ["M3", "M4", "M5"],
    }


def test_the_same_message_twice_is_one_row_and_one_announcement(page: Page) -> None:
    body = """
      conversation.hear([event("created", 3, { message: message(3) }), event("created", 3, { message: message(3) })]);
      conversation.hear([event("created", 3, { message: message(3) })]);
      return [rows(), arrived];
    """
    assert converse(page, body) == [["M1 text 1", "M2 text 2", "M3 text 3"], ["M3"]]


def test_edits_and_deletions_change_their_row_only(page: Page) -> None:
    body = """
      const edited_at = "2026-11-22T11:00:00.000000+00:00";
      answers["/M1?render=html"] = { message: message(1, { content: "new words", edited_at }) };
      conversation.hear([event("edited", 1), event("edited", 9), event("deleted", 2)]);
      await turn();
      return [rows(), conversation.view.value.rows[0].edited, asked.slice(1), arrived];
    """
    assert converse(page, body) == [["M1 new words"], True, ["/M1?render=html"], []]


def test_what_was_read_before_a_change_does_not_undo_it(page: Page) -> None:
    """A read under way may answer with what was true before an event that is heard meanwhile."""
    body = """
      const old = { message: message(1, { content: "old" }) };
      let answer;
      answers["/M1?render=html"] = new Promise((resolve) => (answer = () => resolve(old)));
      const reading = conversation.refresh("M1");
      conversation.hear([event("edited", 1, { message: message(1, { content: "new" }) })]);
      answers["/M1?render=html"] = { message: message(1, { content: "new" }) };
      answer();
      await reading;
      return rows()[0];
    """
    assert converse(page, body) == "M1 new"


def test_a_window_is_cut_at_the_end_that_nobody_looks_at(page: Page) -> None:
    body = """
      const many = (from, to) => Array.from({ length: to - from }, (_, index) => {
        const number = 1000 + from + index;
        return message(number, { created_at: `2026-11-22T10:00:00.${number}00+00:00` });
      });
      answers["?limit=50"] = { messages: many(400, 450), has_more: true };
      await conversation.load();
      for (let from = 350; from >= 100; from -= 50) {
        answers[`?limit=50&before=M${1050 + from}`] = { messages: many(from, from + 50), has_more: true };
      }
      for (let page = 0; page < 4; page += 1) await conversation.showMore("older");
      const { rows: held, older, newer } = conversation.view.value;
      const ends = [held.length, held[0].id, held.at(-1).id, older, newer];
      conversation.hear([event("created", 1450, { message: many(450, 451)[0] })]);
      answers["?limit=50&after=M1449"] = { messages: many(450, 451), has_more: false };
      const below = conversation.view.value.beyond;
      for (let page = 0; page < 2; page += 1) await conversation.showMore("newer");
      const after = conversation.view.value;
      return [ends, below, [after.rows.length, after.rows.at(-1).id, after.older, after.newer, after.beyond]];
    """
    assert converse(page, body) == [
        [200, "M1200", "M1399", "some", "some"],
        1,
        [200, "M1450", "some", "none", 0],
    ]


def test_my_message_that_the_stream_brings_first_keeps_its_key(page: Page) -> None:
    """Without its client id it must not stand beside the row that waits for the answer."""
    body = """
      waiting = 1;
      const mine = message(3, { user_id: "me" });
      conversation.hear([event("created", 3, { message: mine })]);
      const before = rows();
      conversation.acknowledged({ ...mine, client_id: "chosen" });
      waiting = 0;
      conversation.settleEarly();
      return [before, rows(), arrived];
    """
    assert converse(page, body) == [
        ["M1 text 1", "M2 text 2"],
        ["M1 text 1", "M2 text 2", "chosen text 3"],
        [],
    ]


def test_my_message_from_another_program_appears_when_nothing_waits(page: Page) -> None:
    body = """
      waiting = 1;
      conversation.hear([event("created", 3, { message: message(3, { user_id: "me" }) })]);
      waiting = 0;
      conversation.settleEarly();
      return rows();
    """
    assert converse(page, body)[-1] == "M3 text 3"


def test_a_late_message_goes_to_its_place_and_not_above_what_is_loaded(page: Page) -> None:
    body = """
      answers["?limit=50"] = { messages: [message(10), message(20)], has_more: true };
      const other = new m.Conversation(app, source);
      await other.load();
      other.hear([event("created", 15, { message: message(15) }), event("created", 5, { message: message(5) })]);
      return other.view.value.rows.map((row) => row.id);
    """
    assert converse(page, body) == ["M10", "M15", "M20"]
