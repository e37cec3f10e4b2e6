"""Rotation: a key gets a successor, and goes on working until whoever uses it has changed over."""

from typing import Any

import pytest

from canopy.edge import accounts
from canopy.edge.principal import ALL
from tests.edge.client import PASSWORD, Local
from tests.edge.conftest import Stage
from tests.edge.test_accounts import HOUR, code
from tests.edge.test_stream import Listener

DAY = 24 * HOUR


async def made(local: Local, **wish: Any) -> dict[str, Any]:
    answer = await local.post("/keys", {"permissions": ["read_feed"], "name": "ci-bot", **wish})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def works(local: Local, key: str) -> bool:
    return (await local.get("/channels", key)).status_code == 200


def test_both_keys_work_until_the_overlap_is_over(stage: Stage) -> None:
    async def script(local: Local) -> None:
        old = await made(local, expires_days=30)
        stage.clock.advance(10 * DAY)
        rotated = await local.post(f"/keys/{old['id']}/rotate", {})
        assert rotated.status_code == 201
        new = rotated.json()
        assert (new["name"], new["permissions"], new["expires_days"]) == ("ci-bot", ["read_feed"], 30)
        assert new["replaces"] == old["id"] != new["id"]
        assert new["api_key"] != old["api_key"]
        assert await works(local, old["api_key"]) and await works(local, new["api_key"])
        rows = {key["id"]: key for key in (await local.get("/keys")).json()["keys"]}
        assert rows[old["id"]]["successor_id"] == new["id"]
        assert rows[old["id"]]["expires_at"] == new["old_expires_at"]
        assert rows[new["id"]]["successor_id"] is None
        stage.clock.advance(DAY - 1)
        assert await works(local, old["api_key"])
        stage.clock.advance(1)
        assert code(await local.get("/channels", old["api_key"])) == "invalid_key"
        stage.clock.advance(29 * DAY - 1)
        assert await works(local, new["api_key"])
        stage.clock.advance(1)
        assert not await works(local, new["api_key"])

    stage.play(script)


def test_without_an_overlap_the_old_key_ends_at_once(stage: Stage) -> None:
    async def script(local: Local) -> None:
        old = await made(local)
        new = (await local.post(f"/keys/{old['id']}/rotate", {"overlap_seconds": 0})).json()
        assert new["expires_at"] is None
        assert code(await local.get("/channels", old["api_key"])) == "invalid_key"
        assert await works(local, new["api_key"])

    stage.play(script)


def test_an_overlap_makes_no_key_live_longer(stage: Stage) -> None:
    async def script(local: Local) -> None:
        old = await made(local, expires_days=1)
        new = (await local.post(f"/keys/{old['id']}/rotate", {"overlap_seconds": 7 * DAY})).json()
        assert new["old_expires_at"] == old["expires_at"]
        stage.clock.advance(DAY)
        assert not await works(local, old["api_key"])

    stage.play(script)


@pytest.mark.parametrize("overlap", [-1, 30 * DAY + 1, "soon", 1.5])
def test_an_overlap_is_a_number_of_seconds_up_to_thirty_days(stage: Stage, overlap: Any) -> None:
    async def script(local: Local) -> None:
        old = await made(local)
        refused = await local.post(f"/keys/{old['id']}/rotate", {"overlap_seconds": overlap})
        assert refused.status_code == 400
        assert refused.json()["errors"][0]["field"] == "overlap_seconds"
        assert await works(local, old["api_key"])
        assert (await local.get("/keys")).json()["count"] == 2

    stage.play(script)


def test_a_key_that_has_ended_is_not_rotated(stage: Stage) -> None:
    async def script(local: Local) -> None:
        revoked, short = await made(local), await made(local, expires_days=1)
        await local.call("DELETE", f"/keys/{revoked['id']}", None)
        stage.clock.advance(DAY)
        for key, said in ((revoked, "key_revoked"), (short, "key_expired")):
            refused = await local.post(f"/keys/{key['id']}/rotate", {})
            assert (refused.status_code, code(refused)) == (409, said)
        assert (await local.get("/keys")).json()["count"] == 3

    stage.play(script)


def test_a_key_has_one_successor(stage: Stage) -> None:
    """Else a lost answer would leave keys behind that nobody knows of; the successor itself can be rotated."""

    async def script(local: Local) -> None:
        old = await made(local)
        new = (await local.post(f"/keys/{old['id']}/rotate", {})).json()
        again = await local.post(f"/keys/{old['id']}/rotate", {})
        assert (again.status_code, code(again)) == (409, "key_rotated")
        assert again.json()["successor_id"] == new["id"]
        assert (await local.post(f"/keys/{new['id']}/rotate", {})).status_code == 201

    stage.play(script)


def test_the_same_request_is_answered_with_the_same_key(stage: Stage) -> None:
    async def script(local: Local) -> None:
        old = await made(local)
        both = [await local.post(f"/keys/{old['id']}/rotate", {}, Idempotency_Key="r1") for _ in range(2)]
        assert both[0].content == both[1].content
        assert (await local.get("/keys")).json()["count"] == 3

    stage.play(script)


def test_the_text_of_a_key_is_told_again_to_none_but_who_made_it(stage: Stage) -> None:
    """Another key of the same user may do less, and would be told the one that may do all."""

    async def script(local: Local) -> None:
        wide = await made(local, permissions=[p.value for p in ALL])
        narrow = (await made(local, permissions=["manage_keys"]))["api_key"]
        path = f"/keys/{wide['id']}/rotate"
        assert (await local.post(path, {}, Idempotency_Key="once")).status_code == 201
        again = await local.post(path, {}, narrow, Idempotency_Key="once")
        assert (again.status_code, code(again)) == (403, "insufficient_scope")
        reset = f"/admin/users/{(await local.register('mira'))['user_id']}/reset"
        assert (await local.post(reset, {}, Idempotency_Key="twice")).status_code == 201
        again = await local.post(reset, {}, narrow, Idempotency_Key="twice")
        assert (again.status_code, code(again)) == (403, "insufficient_scope")

    stage.play(script)


def test_nobody_rotates_a_key_that_they_could_not_make(stage: Stage) -> None:
    async def script(local: Local) -> None:
        wide = await made(local, permissions=["read_feed", "delete_data"])
        narrow = await made(local, permissions=["read_feed", "manage_keys"])
        plain = await made(local)
        path = f"/keys/{wide['id']}/rotate"
        refused = await local.post(path, {}, narrow["api_key"])
        assert (refused.status_code, code(refused)) == (403, "insufficient_scope")
        assert refused.json()["missing"] == ["delete_data"]
        unable = await local.post(path, {}, plain["api_key"])
        assert (unable.status_code, code(unable)) == (403, "insufficient_scope")
        assert await works(local, wide["api_key"])
        itself = await local.post(f"/keys/{narrow['id']}/rotate", {}, narrow["api_key"])
        assert itself.status_code == 201

    stage.play(script)


def test_the_keys_of_others_are_not_found(stage: Stage) -> None:
    async def script(local: Local) -> None:
        await local.register("mira")
        old = await made(local)
        signed = await local.post("/session", {"username": "mira", "password": PASSWORD}, "")
        token = signed.json()["csrf_token"]
        refused = await local.post(f"/keys/{old['id']}/rotate", {}, "", X_CSRFToken=token)
        assert (refused.status_code, code(refused)) == (404, "key_not_found")
        assert await works(local, old["api_key"])

    stage.play(script)


def test_open_streams_of_the_old_key_are_asked_anew(stage: Stage) -> None:
    async def script(local: Local) -> None:
        old = await made(local)
        listener = await Listener(local, key=old["api_key"]).until(lambda me: "retry:" in me.text)
        await local.post(f"/keys/{old['id']}/rotate", {"overlap_seconds": 0})
        await listener.until(lambda me: me.ended)

    stage.play(script)


def test_a_lifetime_of_less_than_a_day_does_not_become_endless(stage: Stage) -> None:
    async def script(local: Local) -> None:
        with local.node.home.database.read() as tx:
            owner = accounts.find_owner(tx)
        assert owner is not None
        ends = stage.clock.now_ms() + HOUR * 1000
        _, short = await local.node.writer.write(
            lambda tx: accounts.create_key(tx, owner.user, frozenset({"read_feed"}), "short", ends)
        )
        assert (await local.post(f"/keys/{short.key_id}/rotate", {})).json()["expires_days"] == 1

    stage.play(script)
