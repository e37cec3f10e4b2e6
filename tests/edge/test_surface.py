"""The whole table of routes keeps the conventions of REST section 0: aliases, lists, repetitions, examples."""

from typing import Any

import msgspec
import pytest

from canopy import installed
from canopy.edge.examples import example_of
from canopy.edge.route import Page, Route
from canopy.edge.routes import ROUTES as OWN
from tests.edge.client import PASSWORD, Local
from tests.edge.conftest import Stage
from tests.edge.test_accounts import code
from tests.edge.test_channels import found

ROUTES: list[Route] = [*OWN, *(route for room in installed.ROOMS for route in room.routes)]
LISTS = [route for route in ROUTES if "count" in getattr(route.response, "__struct_fields__", ())]
OTHER_PAGING = {"/events/diagnostics": "the newest lines of the journal, which has its own cursor"}
CREATES = [route for route in ROUTES if route.method == "POST" and route.status == 201 and route.path != "/setup"]
"""What makes something; setup, which needs an empty node, is asked in test_accounts."""
VARIES = {"timestamp", "request_id", "instance", "oldest_age_seconds", "last_used_at", "rate"}


def address(route: Route, local: Local) -> str:
    """The path of a route with ids that exist where there can be some."""
    known = {"channel_id": "general", "user_id": local.user_id, "message_id": "M0", "peer_id": "p", "key": "k"}
    return route.path.format_map(
        {
            "reaction_type": "like",
            "digest": "d",
            "id": "x",
            "key_id": "k",
            "list_id": "l",
            "session_id": "s",
            "bookmark_id": "b",
            **known,
        }
    )


def steady(value: Any) -> Any:
    """An answer without what differs between any two."""
    if isinstance(value, dict):
        return {key: steady(inner) for key, inner in value.items() if key not in VARIES}
    return [steady(inner) for inner in value] if isinstance(value, list) else value


# Aliases.


def test_every_route_answers_under_its_alias_as_under_its_name(stage: Stage) -> None:
    """REST 0 and line 2 of section 19. What changes something is asked with a body that it must refuse alike."""

    async def script(local: Local) -> None:
        await local.say("hello")
        compared = 0
        for route in (route for route in ROUTES if not route.bare and route.media != "text/event-stream"):
            path = address(route, local)
            body = None if route.method == "GET" else {"no such field": 1}
            for key in ("", local.key or ""):
                if route.method != "GET" and key:
                    continue
                headers = {"X-API-Key": key} if key else {}
                first, second = [
                    await local.client.request(route.method, f"{base}{path}", json=body, headers=headers)
                    for base in ("/api/v1", "/api")
                ]
                assert first.status_code == second.status_code, (route.method, path)
                if first.headers["content-type"].startswith("application/json"):
                    assert steady(first.json()) == steady(second.json()), (route.method, path)
                compared += 1
        assert compared > 90

    stage.play(script)


def test_both_ways_of_sending_a_key_are_one(stage: Stage) -> None:
    """Line 2 of section 19."""

    async def script(local: Local) -> None:
        for path in ("/channels", "/auth/status", "/profile", "/users", "/nope"):
            answers = [
                await local.client.get(f"/api/v1{path}", headers=headers)
                for headers in ({"X-API-Key": local.key or ""}, {"Authorization": f"Bearer {local.key}"})
            ]
            assert answers[0].status_code == answers[1].status_code
            assert steady(answers[0].json()) == steady(answers[1].json())
        health = [(await local.client.get(f"{base}/health")).json() for base in ("/api", "/api/v1")]
        assert steady(health[0]) == steady(health[1])

    stage.play(script)


# Lists.


@pytest.mark.parametrize("route", LISTS, ids=lambda route: route.path)
def test_every_list_has_a_cursor_and_refuses_bad_limits(stage: Stage, route: Route) -> None:
    """REST 0.6, decision 22."""
    fields = set(route.response.__struct_fields__)
    if route.path not in OTHER_PAGING:
        assert {"next_cursor", "has_more", "count"} <= fields
        assert issubclass(route.query, Page)

    async def script(local: Local) -> None:
        message = await local.say("hello")
        path = address(route, local).replace("/M0", f"/{message['id']}")
        needed = "q=hello&channel_id=general&"
        whole = await local.get(f"{path}?{needed}limit=1")
        assert whole.status_code == 200, whole.text
        clamped = await local.get(f"{path}?{needed}limit=100000000000000000000")
        assert clamped.status_code == 200
        for limit in ("0", "-1", "abc", "1.5", "", "９"):
            bad = await local.get(f"{path}?{needed}limit={limit}")
            assert (bad.status_code, code(bad)) == (400, "invalid_parameter"), limit
        if route.path not in OTHER_PAGING:
            bad = await local.get(f"{path}?{needed}cursor=%2F%2F")
            assert (bad.status_code, code(bad)) == (400, "invalid_parameter")

    stage.play(script)


@pytest.mark.parametrize(
    ("path", "key", "identity"),
    [
        ("/keys", "keys", "id"),
        ("/admin/users", "users", "user_id"),
        ("/users", "users", "user_id"),
        ("/agents?include_humans=1", "agents", "user_id"),
        ("/channels", "channels", "id"),
        ("/channels/general/members", "members", "user_id"),
        ("/mention-suggestions?channel_id=general", "users", "user_id"),
        ("/channels/general/messages", "messages", "id"),
        ("/channels/general/search?q=word", "messages", "id"),
    ],
)
def test_following_the_cursor_gives_every_row_once(stage: Stage, path: str, key: str, identity: str) -> None:
    async def script(local: Local) -> None:
        for number in range(4):
            await local.register(f"user{number}")
            await found(local, f"channel{number}")
            await local.post("/keys", {"name": f"key{number}"})
            await local.say(f"word {number}")
        joint = "&" if "?" in path else "?"
        whole = [one[identity] for one in (await local.get(path)).json()[key]]
        assert len(whole) >= 4
        seen: list[str] = []
        link = f"/api/v1{path}{joint}limit=2"
        while link:
            answer = await local.get(link.removeprefix("/api/v1"))
            page = answer.json()
            assert page["count"] == len(page[key]) <= 2
            seen = [*seen, *(one[identity] for one in page[key])]
            assert page["has_more"] is (page["next_cursor"] is not None) is ("link" in answer.headers)
            link = answer.headers.get("link", "").partition(">")[0].removeprefix("<")
        assert sorted(seen) == sorted(whole)

    stage.play(script)


# Repetitions and versions.


@pytest.mark.parametrize("route", CREATES, ids=lambda route: route.path)
def test_what_is_created_once_is_created_once(stage: Stage, route: Route) -> None:
    """REST 0.7: same key and body, the same answer; another body, 422."""
    bodies: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
        "/keys": ({"name": "one"}, {"name": "two"}),
        "/register": ({"username": "mira", "password": PASSWORD}, {"username": "tom", "password": PASSWORD}),
        "/channels": ({"name": "one"}, {"name": "two"}),
        "/channels/messages": ({"channel_id": "general", "content": "1"}, {"channel_id": "general", "content": "2"}),
        "/keys/{key_id}/rotate": ({"overlap_seconds": 1}, {"overlap_seconds": 2}),
        "/admin/users/{user_id}/keys": ({"name": "one"}, {"name": "two"}),
        "/admin/users/{user_id}/reset": ({}, {"passed": "over"}),
        "/p2p/invite": ({"name": "one"}, {"name": "two"}),
        "/mention-lists": ({"name": "one", "user_ids": ["me"]}, {"name": "two", "user_ids": ["me"]}),
        "/bookmarks": ({"source_type": "channel_message", "note": "1"}, {"source_type": "channel_message"}),
    }
    first, other = bodies[route.path]

    async def script(local: Local) -> None:
        from tests.edge.mesh import Recorded

        local.node.core.mesh = Recorded(local.node.home.key)
        key = "" if route.path == "/register" else None
        for body in (first, other):
            body.update({"user_ids": [local.user_id]} if "user_ids" in body else {})
            body.update({"source_id": (await local.say("saved"))["id"]} if "source_type" in body else {})
        path = address(route, local)
        if "{key_id}" in route.path:
            path = path.replace("/k/", f"/{(await local.post('/keys', {})).json()['id']}/")
        made = await local.post(path, first, key, Idempotency_Key="k-1")
        again = await local.post(path, first, key, Idempotency_Key="k-1")
        assert (made.status_code, again.status_code) == (201, 201), made.text
        assert again.json() == made.json()
        assert (made.headers.get("idempotent-replay"), again.headers["idempotent-replay"]) == (None, "true")
        mismatch = await local.post(path, other, key, Idempotency_Key="k-1")
        assert (mismatch.status_code, code(mismatch)) == (422, "idempotency_mismatch")
        for bad in ("x" * 129, "a b"):
            refused = await local.post(path, first, key, Idempotency_Key=bad)
            assert (refused.status_code, code(refused)) == (400, "invalid_parameter")

    stage.play(script)


def test_a_channel_is_changed_only_in_the_version_that_was_read(stage: Stage) -> None:
    """REST 0.7."""

    async def script(local: Local) -> None:
        channel = await found(local)
        path = f"/channels/{channel['id']}"
        read = await local.get(path)
        tag = read.headers["etag"]
        assert (await local.get(path, If_None_Match=tag)).status_code == 304
        changed = await local.call("PATCH", path, {"topic": "one"}, None, If_Match=tag)
        assert changed.status_code == 200
        for body, where in (({"topic": "two"}, path), ({"archived": True}, f"{path}/lifecycle")):
            late = await local.call("PATCH", where, body, None, If_Match=tag)
            assert (late.status_code, code(late)) == (412, "precondition_failed")
        assert (await local.get(path)).json()["channel"]["topic"] == "one"
        fresh = (await local.get(path)).headers["etag"]
        assert (await local.call("PATCH", path, {"topic": "two"}, None, If_Match=fresh)).status_code == 200
        assert (await local.call("PATCH", path, {"topic": "three"}, None, If_Match="*")).status_code == 200

    stage.play(script)


# The description.


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_the_examples_are_of_the_types_that_they_show(route: Route) -> None:
    for kind, request in ((route.request, True), (route.response, False)):
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            example = example_of(kind, request=request)
            msgspec.convert(example, kind)
            assert example or not msgspec.structs.fields(kind)


def test_the_description_shows_an_example_of_every_json_body(stage: Stage) -> None:
    async def script(local: Local) -> None:
        document = (await local.get("/openapi.json", "")).json()
        for route in (route for route in ROUTES if not route.bare):
            operation = document["paths"][f"/api/v1{route.path}"][route.method.lower()]
            if route.media == "application/json":
                assert "example" in operation["responses"][str(route.status)]["content"][route.media]
            if route.request is not None:
                assert "example" in operation["requestBody"]["content"]["application/json"]
        posted = document["paths"]["/api/v1/channels/messages"]["post"]["requestBody"]["content"]["application/json"]
        assert posted["example"] == {"channel_id": "C0a1b2c3d4e5f6071", "content": "Shall we begin, @scout?"}

    stage.play(script)
