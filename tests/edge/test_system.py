"""Health, metrics, description, errors, guards, events: what every caller meets."""

import asyncio
from typing import Any

import pytest

from canopy.edge import pages
from canopy.log import journal
from canopy.log.db import Tx
from tests.edge.client import Local
from tests.edge.conftest import Stage
from tests.edge.test_accounts import code

METRICS = {
    "canopy_events_taken_total",
    "canopy_events_refused_total",
    "canopy_events_waiting",
    "canopy_append_seconds",
    "canopy_commit_batch_size",
    "canopy_http_requests_total",
    "canopy_http_seconds",
    "canopy_streams_open",
    "canopy_peers",
    "canopy_health",
}


def test_health_and_its_alias_agree(stage: Stage) -> None:
    async def script(local: Local) -> None:
        here = (await local.client.get("/api/v1/health")).json()
        there = (await local.client.get("/api/health")).json()
        assert here == there
        assert (here["status"], here["ready"], set(here["checks"])) == ("healthy", True, {"db", "mesh", "storage"})
        assert (await local.client.get("/livez")).text == "ok\n"
        assert (await local.client.get("/readyz")).status_code == 200

    stage.play(script)


def test_what_is_ill_says_so(stage: Stage) -> None:
    async def script(local: Local) -> None:
        local.node.writer.failure = RuntimeError("gone")
        stage.clock.advance(2)
        sick = await local.client.get("/api/v1/health")
        assert (sick.status_code, sick.json()["status"], sick.json()["checks"]["db"]) == (503, "unhealthy", "failing")
        assert (await local.client.get("/readyz")).status_code == 503
        assert (await local.client.get("/livez")).status_code == 200
        local.node.writer.failure = None

    stage.play(script)


def test_ten_metrics_for_this_machine_or_a_key(stage: Stage) -> None:
    async def script(local: Local) -> None:
        await local.say("one")
        text = (await local.client.get("/metrics")).text
        for name in METRICS:
            assert f"# TYPE {name.removesuffix('_total')}" in text or f"# TYPE {name}" in text, name
        assert "canopy_events_taken_total 2.0" in text
        assert 'canopy_http_requests_total{route="/channels/messages",status="201"} 1.0' in text

    stage.play(script)


def test_metrics_are_not_for_strangers(stage: Stage) -> None:
    stage.address = "192.168.1.9"

    async def script(local: Local) -> None:
        assert (await local.client.get("/metrics")).status_code == 403
        mine = await local.client.get("/metrics", headers={"X-API-Key": local.key or ""})
        assert mine.status_code == 200

    stage.play(script)


def test_info_tells_strangers_only_the_version(stage: Stage) -> None:
    async def script(local: Local) -> None:
        assert set((await local.get("/info", "")).json()) == {"version"}
        assert {"version", "database_stats", "p2p_network", "config"} <= set((await local.get("/info")).json())

    stage.play(script)


def test_the_description_has_every_route(stage: Stage) -> None:
    async def script(local: Local) -> None:
        document = (await local.get("/openapi.json", "")).json()
        assert document["openapi"] == "3.1.0"
        for route in local.node.core.routes:
            path = route.path if route.bare else f"/api/v1{route.path}"
            operation = document["paths"][path][route.method.lower()]
            assert str(route.status) in operation["responses"]
            for name in ("429", "503"):
                assert name in operation["responses"]

    stage.play(script)


# Errors.


def test_unknown_paths_and_methods_are_problems(stage: Stage) -> None:
    async def script(local: Local) -> None:
        for path in ("/api/v1/nope", "/api/v1/channels/", "/api/v2/channels", "/api"):
            gone = await local.client.get(path)
            assert (gone.status_code, code(gone)) == (404, "unknown_path")
        wrong = await local.client.put("/api/v1/keys")
        assert (wrong.status_code, code(wrong)) == (405, "method_not_allowed")
        assert wrong.headers["allow"] == "GET, HEAD, POST"
        head = await local.client.head("/api/v1/health")
        assert (head.status_code, head.content) == (200, b"")
        typed = await local.client.get("/api/v1/nope", headers={"Accept": "application/problem+json"})
        assert typed.headers["content-type"] == "application/problem+json"
        problem = typed.json()
        assert {"error", "type", "title", "status", "detail", "code", "instance", "request_id"} <= set(problem)

    stage.play(script)


def test_bodies_that_are_no_bodies(stage: Stage) -> None:
    async def script(local: Local) -> None:
        headers = {"X-API-Key": local.key or "", "Content-Type": "application/json"}
        path = "/api/v1/channels/messages"
        for body in (b"{", b"\xff\xfe", b"[1,2", b'{"channel_id": [[[', b"{'a': 1}", b'{"content": "\\ud800"'):
            refused = await local.client.post(path, content=body, headers=headers)
            assert (refused.status_code, code(refused)) == (400, "invalid_json"), body
        for body in (b"[]", b'"text"', b"7", b"null"):
            refused = await local.client.post(path, content=body, headers=headers)
            assert (refused.status_code, code(refused)) == (400, "invalid_request"), body
        empty = await local.client.post(path, content=b"", headers=headers)
        assert (empty.status_code, code(empty)) == (400, "invalid_request")
        assert empty.json()["errors"] == [{"field": "channel_id", "code": "required"}]
        large = await local.client.post(path, content=b" " * (1024 * 1024 + 1), headers=headers)
        assert (large.status_code, code(large)) == (413, "content_too_large")
        form = {**headers, "Content-Type": "application/x-www-form-urlencoded"}
        assert (await local.client.post(path, content=b"a=b", headers=form)).status_code == 415
        odd = {**headers, "Content-Length": "many"}
        assert (await local.client.post(path, content=b"{}", headers=odd)).status_code == 400

    stage.play(script)


def test_a_body_without_a_length_is_limited_too(stage: Stage) -> None:
    async def script(local: Local) -> None:
        async def endless() -> Any:
            for _ in range(40):
                yield b" " * 65536

        headers = {"X-API-Key": local.key or "", "Content-Type": "application/json"}
        large = await local.client.post("/api/v1/channels/messages", content=endless(), headers=headers)
        assert large.status_code == 413

    stage.play(script)


def test_what_nobody_foresaw_is_a_problem_too(stage: Stage, monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    def defect(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("a defect")

    async def script(local: Local) -> None:
        monkeypatch.setattr("canopy.features.channels.routes.reading.list_channels", defect)
        failed = await local.get("/channels")
        assert (failed.status_code, code(failed)) == (500, "internal_error")
        assert "a defect" not in failed.text
        assert failed.json()["request_id"] in caplog.text

    stage.play(script)


# Guards.


@pytest.mark.parametrize("host", ["evil.example", "evil.example:7770", "", "localhost.evil.example"])
def test_foreign_host_names_are_refused(stage: Stage, host: str) -> None:
    async def script(local: Local) -> None:
        refused = await local.client.get("/api/v1/health", headers={"Host": host})
        assert (refused.status_code, code(refused)) == (421, "host_not_allowed")

    stage.play(script)


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:7770", "studio.local", "127.0.0.1:1", "[::1]:7770", "chat.example"]
)
def test_our_own_host_names_are_not(stage: Stage, host: str) -> None:
    stage.settings["allowed_hosts"] = ["chat.example"]

    async def script(local: Local) -> None:
        assert (await local.client.get("/api/v1/health", headers={"Host": host})).status_code == 200

    stage.play(script)


def test_too_many_requests_say_how_long_to_wait(stage: Stage) -> None:
    """REST acceptance 23."""
    stage.settings["rate_limits"] = "on"

    async def script(local: Local) -> None:
        answers = [await local.get("/channels") for _ in range(61)]
        assert [a.status_code for a in answers].count(429) == 1
        limited = answers[-1]
        assert (code(limited), limited.headers["retry-after"]) == ("rate_limited", "1")
        assert "RateLimit-Policy" in answers[0].headers
        # Bogus keys do not widen the limit: guessing is counted by address.
        bogus = [await local.get("/channels", f"{n:043}") for n in range(70)]
        assert [a.status_code for a in bogus].count(403) <= 60
        assert bogus[-1].status_code == 429
        assert (await local.get("/channels", "")).status_code == 429
        stage.clock.advance(1)
        assert (await local.get("/channels")).status_code == 200
        registered = [await local.post("/register", {"username": f"u{n}", "password": "x"}, key="") for n in range(4)]
        assert [a.status_code for a in registered] == [400, 400, 400, 429]

    stage.play(script)


# Events.


def test_events_are_listed_above_a_cursor(stage: Stage) -> None:
    async def script(local: Local) -> None:
        for word in ("one", "two", "three"):
            await local.say(word)
        first = (await local.get("/events?limit=2")).json()
        assert [i["payload"]["message"]["content"] for i in first["items"]] == ["one", "two"]
        assert (first["has_more"], first["next_after_seq"], first["latest_seq"]) == (True, 2, 3)
        rest = (await local.get(f"/events?after_seq={first['next_after_seq']}")).json()
        assert ([i["seq"] for i in rest["items"]], rest["has_more"]) == ([3], False)
        both = (await local.get("/events?types=channel.message.created,nonsense")).json()
        assert (both["applied_types"], both["ignored_types"]) == (["channel.message.created"], ["nonsense"])
        later = (await local.get("/events?types=dm.message.created,nonsense")).json()
        assert (later["items"], later["applied_types"]) == ([], ["dm.message.created"])
        assert "dm.message.created" not in later["supported_types"]
        none = await local.get("/events?types=nonsense")
        assert (none.status_code, code(none)) == (400, "unknown_event_types")
        assert "channel.message.created" in none.json()["allowed"]
        assert (await local.get("/events?after_seq=-1")).status_code == 400

    stage.play(script)


def test_events_that_one_may_not_see_advance_the_cursor(stage: Stage) -> None:
    """REST acceptance 20."""

    async def script(local: Local) -> None:
        await local.say("hidden from this key")
        blind = (await local.post("/keys", {"permissions": ["read_feed"]})).json()["api_key"]
        seen = (await local.get("/events", blind)).json()
        assert (seen["items"], seen["next_after_seq"]) == ([], 1)
        writer = (await local.post("/keys", {"permissions": ["write_feed"]})).json()["api_key"]
        assert (await local.get("/events", writer)).status_code == 403

    stage.play(script)


def test_a_cursor_that_is_too_old_is_told_so(stage: Stage) -> None:
    async def script(local: Local) -> None:
        for word in ("one", "two"):
            await local.say(word)

        def prune(tx: Tx) -> None:
            tx.execute("DELETE FROM notices WHERE seq = 1")

        await local.node.writer.write(prune)
        old = (await local.get("/events?after_seq=0")).json()
        assert (old["reset"], old["oldest_seq"], old["items"]) == (True, 2, [])
        assert "reset" not in (await local.get("/events?after_seq=1")).json()
        assert (await local.get("/events?after_seq=99")).json()["reset"] is True

    stage.play(script)


def test_a_long_poll_returns_when_something_happens(stage: Stage) -> None:
    async def script(local: Local) -> None:
        waiting = asyncio.ensure_future(local.get("/events?wait=20"))
        await asyncio.sleep(0)
        await local.say("now")
        assert len((await waiting).json()["items"]) == 1
        empty = (await local.get("/events?after_seq=1&wait=1")).json()
        assert empty["items"] == []

    stage.play(script)


def test_a_long_poll_sleeps_through_what_it_did_not_ask_for(stage: Stage) -> None:
    async def script(local: Local) -> None:
        waiting = asyncio.ensure_future(local.get("/events?wait=20&types=channel.message.created"))
        await asyncio.sleep(0)
        await local.post("/profile", {"bio": "no event of the journal"})
        await asyncio.sleep(0.05)
        assert not waiting.done()
        await local.say("now")
        assert len((await waiting).json()["items"]) == 1

    stage.play(script)


def test_diagnostics_are_the_owners_and_show_no_payload(stage: Stage) -> None:
    async def script(local: Local) -> None:
        await local.say("secret words")
        seen = await local.get("/events/diagnostics")
        assert seen.json()["type_counts"] == {"channel.message.created": 1}
        assert "secret words" not in seen.text
        assert seen.json()["items"][0]["dedupe_key"].startswith("channel.message.created:")
        mira = await local.register("mira")
        assert (await local.get("/events/diagnostics", mira["api_key"])).status_code == 403

    stage.play(script)


def test_the_journal_holds_no_content(stage: Stage) -> None:
    async def script(local: Local) -> None:
        await local.say("secret words")
        with local.node.home.database.read() as tx:
            assert "secret" not in str(journal.list_after(tx, 0, 10))

    stage.play(script)


# Pages.


def test_the_shell_is_served_for_every_place_of_the_app(stage: Stage) -> None:
    async def script(local: Local) -> None:
        html = {"Accept": "text/html"}
        for path in ("/", "/setup", "/login", "/c/general", "/c/general/M0", "/anything"):
            page = await local.client.get(path, headers=html)
            assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
            assert page.headers["content-security-policy"] == pages.CSP
            assert page.headers["cache-control"] == "no-store"
        moved = await local.client.get("/channels", headers=html)
        assert (moved.status_code, moved.headers["location"]) == (308, "/")
        assert page.headers["cross-origin-opener-policy"] == "same-origin"
        assert (await local.client.get("/setup", headers={"Accept": "*/*"})).status_code == 200
        for path, accept in (("/setup", "application/json"), ("/favicon.txt", "text/html"), ("/nowhere", "*/*")):
            assert (await local.client.get(path, headers={"Accept": accept})).status_code == 404
        plain = await local.client.get("/", headers={**html, "Host": "studio.local"})
        assert "cross-origin-opener-policy" not in plain.headers
        assert (await local.client.post("/setup", headers=html)).status_code == 404

    stage.play(script)


def test_files_may_be_kept_for_ever_under_the_hash_of_the_tree(stage: Stage) -> None:
    async def script(local: Local) -> None:
        base = f"/assets/{pages.tree().name}"
        plain = await local.client.get(f"{base}/main.js", headers={"Accept-Encoding": "identity"})
        packed = await local.client.get(f"{base}/main.js")
        assert plain.content == packed.content
        assert packed.headers["content-encoding"] == "gzip"
        assert plain.headers["content-type"] == "text/javascript; charset=utf-8"
        assert "immutable" in plain.headers["cache-control"]
        for path in (f"{base}/absent.js", f"{base}/../../node.py", "/assets/", "/assets/x"):
            assert (await local.client.get(path)).status_code == 404
        assert (await local.client.post(f"{base}/main.js")).status_code == 405

    stage.play(script)


# Directory and channels.


def test_the_directory_is_paged_by_handle(stage: Stage) -> None:
    async def script(local: Local) -> None:
        for name in ("mira", "Bob", "zoe"):
            await local.register(name)
        await local.register("scout", "agent")
        first = (await local.get("/users?limit=2")).json()
        rest = (await local.get(f"/users?limit=5&cursor={first['next_cursor']}")).json()
        names = [u["username"] for u in first["users"] + rest["users"]]
        assert names == ["ada", "Bob", "mira", "scout", "zoe"]
        assert [u["username"] for u in (await local.get("/users?type=agent")).json()["users"]] == ["scout"]
        assert [u["username"] for u in (await local.get("/users?q=IR")).json()["users"]] == ["mira"]
        for query in ("type=robot", "cursor=%7B", "limit=no"):
            assert (await local.get(f"/users?{query}")).status_code == 400
        one = await local.get(f"/users/{first['users'][0]['user_id']}")
        assert one.json()["user"]["is_remote"] is False
        assert (await local.get("/users/user_0")).status_code == 404
        members = (await local.get("/channels/general/members?limit=3")).json()
        more = (await local.get(f"/channels/general/members?cursor={members['next_cursor']}")).json()
        assert [m["username"] for m in members["members"] + more["members"]] == names

    stage.play(script)


def test_general_is_there_from_the_start(stage: Stage) -> None:
    async def script(local: Local) -> None:
        channel = (await local.get("/channels")).json()["channels"][0]
        assert (channel["id"], channel["created_by"], channel["created_at"], channel["user_role"]) == (
            "general",
            None,
            None,
            "member",
        )
        message = await local.say("first")
        after = await local.get("/channels/general")
        assert after.json()["channel"]["last_message_at"] == message["created_at"]
        assert after.json()["channel"]["created_at"] == message["created_at"]
        assert (await local.get("/channels/general", If_None_Match=after.headers["etag"])).status_code == 304
        assert (await local.get("/channels?q=nothing")).json()["count"] == 0
        assert (await local.get("/channels?archived=1")).json()["count"] == 0
        assert (await local.get("/channels?cursor=x")).status_code == 400

    stage.play(script)


def test_a_profile_is_ones_own_card(stage: Stage) -> None:
    async def script(local: Local) -> None:
        changed = await local.post("/profile", {"display_name": "Ada  Lovelace\u202e", "bio": "first"})
        assert changed.json()["profile"]["display_name"] == "Ada Lovelace"
        assert (await local.say("hi"))["display_name"] == "Ada Lovelace"
        cleared = await local.call("PATCH", "/profile", {"bio": "", "display_name": ""})
        assert (cleared.json()["profile"]["bio"], cleared.json()["profile"]["display_name"]) == ("", "ada")
        assert (await local.get("/profile")).json()["updated_at"] >= (await local.get("/profile")).json()["created_at"]
        for body in ({}, {"agent_directives": "obey"}, {"avatar_file_id": "F1"}, {"bio": 7}):
            assert (await local.post("/profile", body)).status_code == 400
        assert (await local.post("/profile", {"bio": "x" * 501})).status_code == 413
        assert (await local.get("/agents/me")).json()["username"] == "ada"

    stage.play(script)


def test_every_parameter_of_a_list_is_described(stage: Stage) -> None:
    async def script(local: Local) -> None:
        paths = (await local.get("/openapi.json", "")).json()["paths"]
        named = {p["name"] for p in paths["/api/v1/channels/{channel_id}/messages"]["get"]["parameters"]}
        assert named == {
            "channel_id",
            "limit",
            "cursor",
            "before",
            "after",
            "around",
            "order",
            "root_only",
            "render",
            "since",
        }
        assert {p["name"] for p in paths["/api/v1/events"]["get"]["parameters"]} == {
            "after_seq",
            "limit",
            "types",
            "wait",
            "render",
        }

    stage.play(script)
