"""Lists of users whom one often calls: private to their owner, and handles of those who are known (REST 121-123)."""

from typing import Any

import pytest

from canopy.log.shown import peer_id
from tests.edge.client import Local
from tests.edge.conftest import Stage
from tests.edge.test_accounts import code
from tests.edge.test_mentions import Other

PATH = "/mention-lists"


async def lists(local: Local, key: str | None = None) -> list[Any]:
    return list((await local.get(PATH, key)).raise_for_status().json()["lists"])


def test_a_list_is_made_changed_and_forgotten_by_its_owner_alone(stage: Stage) -> None:
    async def script(local: Local) -> None:
        mira, tom = [await local.register(handle) for handle in ("mira", "tom")]
        other = Other(local, stage)
        await other.introduce()
        users = [tom["user_id"], other.user_id, tom["user_id"]]
        made = (await local.post(PATH, {"name": " The  crew ", "user_ids": users})).json()["list"]
        assert made["id"].startswith("ML") and made["name"] == "The crew"
        assert made["user_ids"] == users[:2]
        assert made["handles"] == ["tom", f"bob.{peer_id(other.author.key.node)[:8]}"]
        assert await lists(local) == [made]
        assert await lists(local, mira["api_key"]) == []
        where = f"{PATH}/{made['id']}"
        for method, body in (("PATCH", {"name": "mine"}), ("DELETE", None)):
            assert (await local.call(method, where, body, mira["api_key"])).status_code == 404
        stage.clock.advance(1)
        renamed = (await local.call("PATCH", where, {"name": "crew"})).json()["list"]
        assert renamed == {**made, "name": "crew", "updated_at": renamed["updated_at"]} != made
        fewer = (await local.call("PATCH", where, {"user_ids": [mira["user_id"]]})).json()["list"]
        assert (fewer["name"], fewer["handles"]) == ("crew", ["mira"])
        assert (await local.call("DELETE", where, None)).json() == {"success": True}
        assert (await local.call("DELETE", where, None)).status_code == 404
        assert await lists(local) == []

    stage.play(script)


def test_names_are_unique_for_each_user(stage: Stage) -> None:
    async def script(local: Local) -> None:
        mira = await local.register("mira")
        body = {"name": "Crew", "user_ids": [mira["user_id"]]}
        first = (await local.post(PATH, body)).json()["list"]
        second = (await local.post(PATH, {**body, "name": "other"})).json()["list"]
        assert code(await local.post(PATH, {**body, "name": "cREW"})) == "conflict"
        assert code(await local.call("PATCH", f"{PATH}/{second['id']}", {"name": "crew"})) == "conflict"
        assert (await local.call("PATCH", f"{PATH}/{first['id']}", {"name": "CREW"})).status_code == 200
        assert (await local.post(PATH, body, mira["api_key"])).status_code == 201
        assert [one["name"] for one in await lists(local)] == ["CREW", "other"]

    stage.play(script)


@pytest.mark.parametrize(
    ("fields", "status", "expected"),
    [
        ({"name": " "}, 400, "invalid_request"),
        ({"name": "x" * 41}, 413, "content_too_large"),
        ({"user_ids": []}, 400, "invalid_request"),
        ({"user_ids": ["user_0"]}, 400, "user_not_found"),
        ({"user_ids": ["x"] * 51}, 400, "invalid_request"),
        ({"user_ids": "x"}, 400, "invalid_request"),
    ],
)
def test_what_is_no_list_is_refused(stage: Stage, fields: Any, status: int, expected: str) -> None:
    async def script(local: Local) -> None:
        answer = await local.post(PATH, {"name": "crew", "user_ids": [local.user_id], **fields})
        assert (answer.status_code, code(answer)) == (status, expected)
        assert await lists(local) == []
        assert (await local.call("PATCH", f"{PATH}/ML0", {})).status_code == 400

    stage.play(script)


def test_a_list_is_no_event(stage: Stage) -> None:
    """House law L6: what concerns this node alone is a row."""
    from canopy.log import store

    async def script(local: Local) -> None:
        with local.node.home.database.read() as tx:
            before = store.COUNT_EVENTS.value(tx)
        await local.post(PATH, {"name": "crew", "user_ids": [local.user_id]})
        with local.node.home.database.read() as tx:
            assert store.COUNT_EVENTS.value(tx) == before

    stage.play(script)
