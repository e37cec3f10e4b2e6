"""Lines of rest-chat.md section 19, one test each, as far as this node's rooms reach; each test quotes its number."""

import json
import re
from typing import Any

import pytest

from canopy import installed
from canopy.edge.principal import CONSERVATIVE
from canopy.edge.route import NOBODY, PENDING, Route
from canopy.edge.routes import ROUTES as OWN
from canopy.log import store
from canopy.log.db import Tx
from tests.edge.client import Local
from tests.edge.conftest import Stage
from tests.edge.mesh import Recorded
from tests.edge.test_accounts import code
from tests.edge.test_channels import found

ROUTES: list[Route] = [*OWN, *(route for room in installed.ROOMS for route in room.routes)]
PLACES = dict.fromkeys((name for route in ROUTES for name in re.findall(r"{(\w+)}", route.path)), "x0")


def base(route: Route) -> str:
    return ("" if route.bare else "/api/v1") + route.path.format_map(PLACES)


async def raw(local: Local, route: Route, path: str = "", body: bytes = b"", key: str | None = None) -> Any:
    shown = (local.key or "") if key is None else key
    headers = {"X-API-Key": shown, "Content-Type": "application/json"}
    return await local.client.request(route.method, path or base(route), content=body, headers=headers)


def is_problem(answer: Any, expected: str = "") -> None:
    """The body of REST section 0.5."""
    body = answer.json()
    assert body["error"] and body["request_id"] and body["instance"].startswith("/")
    assert {"type", "title", "detail", "code"} <= body.keys()
    assert not expected or body["code"] == expected, body


def test_line_1_people_begin_with_four_permissions_and_agents_wait(stage: Stage) -> None:
    """1. Register human: active, four permissions; agent: pending, every route but `/auth/status` refused so."""

    async def script(local: Local) -> None:
        mira = await local.register("mira")
        assert mira["status"] == "active"
        status = (await local.get("/auth/status", mira["api_key"])).json()
        held = {"read_messages", "write_messages", "read_feed", "write_feed"}
        assert set(status["permissions"]) == set(mira["permissions"]) == held == {p.value for p in CONSERVATIVE}
        bot = await local.register("bot", "agent")
        assert bot["status"] == "pending_approval"
        assert (await local.get("/auth/status", bot["api_key"])).json()["status"] == "pending_approval"
        closed = [route for route in ROUTES if route.permission not in (NOBODY, PENDING)]
        assert len(closed) > 70
        for route in closed:
            refused = await raw(local, route, key=bot["api_key"])
            assert (refused.status_code, refused.json()["status"]) == (403, "pending_approval"), route.path
            is_problem(refused, "account_pending")
        await local.post(f"/admin/users/{bot['user_id']}/approve", None)
        assert (await local.get("/channels", bot["api_key"])).status_code == 200

    stage.play(script)


def test_line_2_keys_are_sent_in_two_ways_and_health_has_an_alias(stage: Stage) -> None:
    """2. Bearer and X-API-Key give the same answer; `/api/health` equals `/api/v1/health`. All routes: test_surface."""

    async def script(local: Local) -> None:
        for path in ("/channels", "/profile", "/users"):
            ways = ({"X-API-Key": local.key or ""}, {"Authorization": f"Bearer {local.key}"})
            first, second = [await local.client.get(f"/api/v1{path}", headers=headers) for headers in ways]
            assert (first.status_code, first.content) == (second.status_code, second.content)
        first, second = [(await local.client.get(f"{prefix}/health")).json() for prefix in ("/api", "/api/v1")]
        assert first == second

    stage.play(script)


def test_line_4_what_is_malformed_is_a_problem_and_never_a_failure(stage: Stage) -> None:
    """4. `limit=-1`, `limit=abc`, malformed JSON, `ttl_seconds:"x"`: 400 problem with `error`; never 5xx."""

    async def script(local: Local) -> None:
        local.node.core.mesh = Recorded(local.node.home.key)
        asked = 0
        for route in ROUTES:
            path = (
                base(route).replace("/channels/x0", "/channels/general").replace("/users/x0", f"/users/{local.user_id}")
            )
            if route.method == "GET" and route.query is not None and "limit" in route.query.__struct_fields__:
                for limit in ("-1", "abc"):
                    refused = await raw(local, route, f"{path}?limit={limit}&q=x&channel_id=general")
                    assert refused.status_code == 400, (route.path, refused.text)
                    is_problem(refused, "invalid_parameter")
                    asked += 1
            if route.request is not None and route.path != "/setup":
                for body in (b"{", b"[1,2", b"\xff\xfe", b'{"a":'):
                    refused = await raw(local, route, path, body)
                    assert refused.status_code == 400, (route.path, refused.text)
                    is_problem(refused, "invalid_json")
                    asked += 1
        assert asked > 100
        refused = await local.post("/channels/messages", {"channel_id": "general", "content": "x", "ttl_seconds": "x"})
        assert refused.status_code == 400
        is_problem(refused, "invalid_parameter")

    stage.play(script)


def test_line_5_both_names_of_a_reply_make_one_flat_thread(stage: Stage) -> None:
    """5. Post with `reply_to` and with `parent_message_id`: the same thread; reply to a reply flattens."""

    async def script(local: Local) -> None:
        root = await local.say("root")
        first = await local.say("one", reply_to=root["id"])
        second = await local.say("two", parent_message_id=root["id"])
        third = await local.say("three", reply_to=first["id"], parent_message_id=first["id"])
        assert {one["thread_id"] for one in (root, first, second, third)} == {root["id"]}
        assert (third["parent_message_id"], third["reply_to"]) == (first["id"], first["id"])
        thread = (await local.get(f"/channels/general/messages/{third['id']}/replies")).json()
        assert thread["root"]["id"] == root["id"]
        assert [one["content"] for one in thread["messages"]] == ["one", "two", "three"]

    stage.play(script)


def test_line_16_search_returns_only_what_its_reader_may_read(stage: Stage) -> None:
    """16. Search returns only readable items; as far as channels reach, and there are no snippets with markup."""

    async def script(local: Local) -> None:
        channel = await found(local)
        mira = await local.register("mira")
        words = "needle <b>bold</b>"

        async def hits(where: str, key: str | None = None) -> Any:
            return await local.get(f"/channels/{where}/search?q=needle", key)

        async def say(**fields: Any) -> Any:
            body = {"channel_id": channel["id"], "content": words, **fields}
            return (await local.post("/channels/messages", body)).json()["message"]

        kept, gone, _dying = await say(), await say(), await say(ttl_seconds=60)
        await local.say("a needle elsewhere")
        assert (await hits(channel["id"], mira["api_key"])).json()["count"] == 3, "the premise: members find it"
        await local.call("DELETE", f"/channels/{channel['id']}/messages/{gone['id']}", None)
        stage.clock.advance(61)
        (hit,) = (await hits(channel["id"], mira["api_key"])).json()["messages"]
        assert (hit["id"], hit["content"]) == (kept["id"], words)
        await local.call("DELETE", f"/channels/{channel['id']}/members/{mira['user_id']}", None, mira["api_key"])
        outside, unknown = await hits(channel["id"], mira["api_key"]), await hits("C0123456789abcdef", mira["api_key"])
        assert outside.status_code == unknown.status_code == 404
        varying = {"instance", "request_id"}
        bodies = [{k: v for k, v in one.json().items() if k not in varying} for one in (outside, unknown)]
        assert bodies[0] == bodies[1]
        blind = (await local.post("/keys", {"permissions": ["write_channels"]})).json()["api_key"]
        assert code(await hits("general", blind)) == "insufficient_scope"

    stage.play(script)


def test_line_18_an_invite_is_read_as_it_was_written_and_not_otherwise(stage: Stage) -> None:
    """18. Invite encode/decode round trip; altered key: 400; own invite: 400."""

    async def script(local: Local) -> None:
        import base64

        from tests.edge.test_invites import bobs

        local.node.core.mesh = Recorded(local.node.home.key)
        theirs = bobs(stage)
        packed = theirs.removeprefix("canopy:")
        said = json.loads(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)))
        own = (await local.get("/p2p/invite")).json()["invite_code"]
        altered = {**said, "epk": json.loads(base64.urlsafe_b64decode(own[7:] + "=" * (-len(own[7:]) % 4)))["epk"]}
        encoded = "canopy:" + base64.urlsafe_b64encode(json.dumps(altered).encode()).decode().rstrip("=")
        for wrong in (encoded, own):
            refused = await local.post("/p2p/invite/import", {"invite_code": wrong})
            assert refused.status_code == 400
            is_problem(refused)
        assert code(await local.post("/p2p/invite/import", {"invite_code": own})) == "own_invite"
        for form in (theirs, packed, json.dumps(said)):
            taken = await local.post("/p2p/invite/import", {"invite_code": form})
            assert (taken.status_code, taken.json()["endpoints"]) == (200, said["ep"]), taken.text

    stage.play(script)


def test_line_20_events_are_cursors_over_what_one_may_see(stage: Stage) -> None:
    """20. Skipped rows advance the cursor; lost membership hides older events; dedupe; reset flag after prune."""

    async def script(local: Local) -> None:
        channel = await found(local)
        mira = await local.register("mira")
        body = {"channel_id": channel["id"], "content": "for members", "client_id": "once"}
        for _ in range(2):
            await local.post("/channels/messages", body)

        async def events(query: str = "") -> Any:
            return (await local.get(f"/events?limit=200{query}", mira["api_key"])).json()

        before = await events("&types=channel.message.created")
        assert [one["payload"]["message"]["content"] for one in before["items"]] == ["for members"], "said once"
        await local.call("DELETE", f"/channels/{channel['id']}/members/{mira['user_id']}", None, mira["api_key"])
        after = await events()
        assert [one for one in after["items"] if one["channel_id"] == channel["id"]] == []
        assert after["next_after_seq"] == after["latest_seq"] > before["items"][0]["seq"]
        late = await local.say("for everybody")
        fresh = await events(f"&after_seq={after['next_after_seq']}")
        assert [one["message_id"] for one in fresh["items"]] == [late["id"]]

        def prune(tx: Tx) -> None:
            tx.execute("DELETE FROM notices WHERE seq < ?", (fresh["items"][0]["seq"],))

        await local.node.writer.write(prune)
        old = await events("&after_seq=1")
        assert (old["reset"], old["oldest_seq"], old["items"]) == (True, fresh["items"][0]["seq"], [])
        assert "reset" not in await events(f"&after_seq={old['oldest_seq'] - 1}")

    stage.play(script)


def test_line_22_a_repeated_request_is_one_message_and_one_event(stage: Stage) -> None:
    """22. Same `Idempotency-Key` twice: one message, one mesh envelope, which is made of one event of the log."""

    async def script(local: Local) -> None:
        def held() -> int:
            with local.node.home.database.read() as tx:
                return int(store.COUNT_EVENTS.value(tx))

        before = held()
        body = {"channel_id": "general", "content": "once"}
        answers = [await local.post("/channels/messages", body, Idempotency_Key="k1") for _ in range(3)]
        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.json()["message"]["id"] for answer in answers}) == 1
        assert [answer.headers.get("idempotent-replay") for answer in answers] == [None, "true", "true"]
        assert (await local.get("/channels/general/messages")).json()["count"] == 1
        assert held() == before + 1

    stage.play(script)


@pytest.mark.parametrize("header", ["X-API-Key", "Authorization"])
def test_line_23_inventing_keys_gains_nothing(stage: Stage, header: str) -> None:
    """23. 429 carries Retry-After; rotating bogus keys does not widen the limit."""
    stage.settings["rate_limits"] = "on"

    async def script(local: Local) -> None:
        answers = [
            await local.client.get("/api/v1/channels", headers={header: f"Bearer {number:043}"}) for number in range(90)
        ]
        assert [answer.status_code for answer in answers[:60]] == [403] * 60
        assert {answer.status_code for answer in answers[61:]} == {429}
        assert int(answers[-1].headers["retry-after"]) >= 1
        is_problem(answers[-1], "rate_limited")
        assert (await local.get("/channels", "")).status_code == 429, "nor does having none"
        assert (await local.get("/channels")).status_code == 200, "who has a key is not held back by them"

    stage.play(script)
