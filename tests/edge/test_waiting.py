"""A request may take its time; what its sender may do is what they may do when it is carried out."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest

from canopy.crypto.passwords import verify_password
from canopy.edge import stream as streaming
from canopy.edge.routes import sessions, signin
from tests.edge.client import PASSWORD, Local
from tests.edge.conftest import Stage
from tests.edge.test_accounts import code
from tests.edge.test_stream import Listener

NEW = "another long phrase entirely"
WORDS = b'{"channel_id": "general", "content": "words"}'
Meanwhile = Callable[[], Awaitable[Any]]


async def slow(local: Local, path: str, body: bytes, key: str, meanwhile: Meanwhile) -> httpx.Response:
    """Post a body whose second half comes after something else has happened."""

    async def halves() -> AsyncIterator[bytes]:
        yield body[:5]
        await meanwhile()
        yield body[5:]

    sent = {"X-API-Key": key, "Content-Type": "application/json"}
    return await local.client.post(f"/api/v1{path}", content=halves(), headers=sent)


async def ended(local: Local, how: str) -> tuple[str, Meanwhile]:
    """A key that may post, and what takes that from it."""
    mira = await local.register("mira")
    user = f"/admin/users/{mira['user_id']}"
    key = (await local.get(f"{user}/keys")).json()["keys"][0]["id"]
    ways: dict[str, Meanwhile] = {
        "revoked": lambda: local.call("DELETE", f"{user}/keys/{key}", None),
        "suspended": lambda: local.post(f"{user}/suspend", {}),
        "deleted": lambda: local.call("DELETE", user, None),
    }
    return mira["api_key"], ways[how]


@pytest.mark.parametrize(
    ("how", "said"), [("revoked", "invalid_key"), ("suspended", "account_suspended"), ("deleted", "invalid_key")]
)
def test_a_key_that_ends_while_its_words_are_sent_says_nothing(stage: Stage, how: str, said: str) -> None:
    async def script(local: Local) -> None:
        key, end = await ended(local, how)
        assert (await slow(local, "/channels/messages", WORDS, key, lambda: asyncio.sleep(0))).status_code == 201
        refused = await slow(local, "/channels/messages", WORDS, key, end)
        assert (refused.status_code, code(refused)) == (403, said)
        assert (await local.get("/channels/general/messages")).json()["count"] == 1

    stage.play(script)


def test_a_key_that_is_narrowed_meanwhile_does_what_it_may_now(stage: Stage) -> None:
    async def script(local: Local) -> None:
        made = (await local.post("/keys", {})).json()

        async def narrow() -> None:
            await local.call("PATCH", f"/keys/{made['id']}", {"permissions": ["read_feed"]})

        refused = await slow(local, "/channels/messages", WORDS, made["api_key"], narrow)
        assert (refused.status_code, code(refused)) == (403, "insufficient_scope")

    stage.play(script)


def test_who_owned_the_node_makes_no_key_with_a_request_begun_before(stage: Stage) -> None:
    async def script(local: Local) -> None:
        mira = await local.register("mira")
        wish = {"user_id": mira["user_id"], "handle": "mira", "password": PASSWORD}
        path = f"/admin/users/{local.user_id}/keys"
        key = local.key or ""
        refused = await slow(local, path, b'{"permissions": "all"}', key, lambda: local.post("/admin/transfer", wish))
        assert (refused.status_code, code(refused)) == (403, "owner_required")

    stage.play(script)


@pytest.mark.parametrize(
    ("how", "said"), [("revoked", "invalid_key"), ("suspended", "account_suspended"), ("deleted", "invalid_key")]
)
def test_who_waits_for_events_is_asked_again_before_they_are_told(stage: Stage, how: str, said: str) -> None:
    async def script(local: Local) -> None:
        key, end = await ended(local, how)
        latest = (await local.get("/events")).json()["latest_seq"]
        waiting = asyncio.ensure_future(local.get(f"/events?after_seq={latest}&wait=20", key))
        await asyncio.sleep(0)
        await end()
        await local.say("not for this key")
        refused = await waiting
        assert (refused.status_code, code(refused)) == (403, said)

    stage.play(script)


def test_who_is_deleted_while_a_picture_is_made_small_gets_no_card(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def script(local: Local) -> None:
        mira = await local.register("mira")

        async def deleting(data: bytes) -> bytes:
            assert (await local.call("DELETE", f"/admin/users/{mira['user_id']}", None)).status_code == 200
            return data

        monkeypatch.setattr(local.node.core.pictures, "avatar_of", deleting)
        refused = await local.post("/profile", {"avatar_b64": "AAAA"}, mira["api_key"])
        assert (refused.status_code, code(refused)) == (403, "invalid_key")
        assert [user["username"] for user in (await local.get("/users")).json()["users"]] == ["ada"]

    stage.play(script)


@pytest.mark.parametrize("route", ["signin", "sessions"])
def test_an_old_password_is_worth_nothing_while_it_is_compared(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, route: str
) -> None:
    routes = {"signin": signin, "sessions": sessions}

    async def script(local: Local) -> None:
        mira = await local.register("mira")
        everything = {"permissions": "all"}
        key = (await local.post(f"/admin/users/{mira['user_id']}/keys", everything)).json()["api_key"]
        link = (await local.post(f"/admin/users/{mira['user_id']}/reset", {})).json()["code"]
        loop = asyncio.get_running_loop()

        def compared(stored: str | None, password: str) -> bool:
            done = local.post("/reset", {"code": link, "password": NEW}, "")
            assert asyncio.run_coroutine_threadsafe(done, loop).result(10).status_code == 200
            return verify_password(stored, password)

        monkeypatch.setattr(routes[route], "verify_password", compared)
        if route == "signin":
            refused = await local.post("/session", {"username": "mira", "password": PASSWORD}, "")
        else:
            wish = {"current_password": PASSWORD, "new_password": "a third long phrase entirely"}
            refused = await local.post("/password", wish, key)
        monkeypatch.undo()
        assert code(refused) == {"signin": "wrong_password", "sessions": "wrong_current_password"}[route]
        assert (await local.get("/sessions", key)).json()["count"] == 0
        assert (await local.post("/session", {"username": "mira", "password": NEW}, "")).status_code == 200

    stage.play(script)


class Slow(Listener):
    """Reads nothing more once it has the first words, until it is told to."""

    async def _send(self, message: Any) -> None:
        fresh = "number 0" not in self.text
        await super()._send(message)
        if fresh and "number 0" in self.text:
            self.reads.clear()


@pytest.mark.parametrize("path", ["/events/stream", "/mentions/stream"])
def test_who_reads_slowly_gets_no_more_of_what_was_before(
    stage: Stage, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "BACKLOG", 1)

    async def script(local: Local) -> None:
        mira = await local.register("mira")
        for number in range(5):
            await local.say(f"@mira, number {number}")
        key = (await local.get(f"/admin/users/{mira['user_id']}/keys")).json()["keys"][0]["id"]
        listener = await Slow(local, "after_seq=0&limit=1", mira["api_key"], path).until(
            lambda me: not me.reads.is_set()
        )
        await local.call("DELETE", f"/admin/users/{mira['user_id']}/keys/{key}", None)
        listener.reads.set()
        await listener.until(lambda me: me.ended)
        # The piece that was on its way when the key ended still arrives.
        assert "number 4" not in listener.text

    stage.play(script)
