"""The node gets another owner: by the owner with the password, or from the command line."""

from typing import Any

import pytest

from canopy.edge.principal import ALL
from tests.edge.client import PASSWORD, Local
from tests.edge.conftest import Stage
from tests.edge.test_accounts import code
from tests.edge.test_stream import Listener


async def hand_over(local: Local, to: dict[str, Any], key: str | None = None, **wish: Any) -> Any:
    body = {"user_id": to["user_id"], "handle": to["username"], "password": PASSWORD, **wish}
    return await local.post("/admin/transfer", body, key)


async def owners(local: Local, key: str | None = None) -> list[str]:
    users = (await local.get("/admin/users", key)).json()["users"]
    return [user["username"] for user in users if user["is_owner"]]


def test_the_owner_hands_the_node_over(stage: Stage) -> None:
    async def script(local: Local) -> None:
        mira = await local.register("mira")
        done = await hand_over(local, mira)
        assert done.status_code == 200
        assert (done.json()["user"]["username"], done.json()["user"]["is_owner"]) == ("mira", True)
        assert await owners(local, mira["api_key"]) == ["mira"]
        shut = await local.get("/admin/users")
        assert (shut.status_code, code(shut)) == (403, "owner_required")
        assert (await local.get("/channels")).status_code == 200
        again = await hand_over(local, mira)
        assert (again.status_code, code(again)) == (403, "owner_required")
        session = await local.post("/session", {"username": "mira", "password": PASSWORD}, "")
        assert set(session.json()["permissions"]) == {p.value for p in ALL}

    stage.play(script)


def test_the_keys_of_who_owned_it_lose_the_node(stage: Stage) -> None:
    async def script(local: Local) -> None:
        mira = await local.register("mira")
        alone = (await local.post("/keys", {"permissions": ["manage_node"]})).json()
        await hand_over(local, mira)
        rows = {key["id"]: key for key in (await local.get("/keys")).json()["keys"]}
        assert rows[alone["id"]]["revoked"] is True
        assert code(await local.get("/auth/status", alone["api_key"])) == "invalid_key"
        first = next(key for key in rows.values() if key["id"] != alone["id"])
        assert set(first["permissions"]) == {p.value for p in ALL} - {"manage_node"}

    stage.play(script)


def test_a_link_made_before_does_not_open_the_account_of_the_new_owner(stage: Stage) -> None:
    async def script(local: Local) -> None:
        mira = await local.register("mira")
        link = (await local.post(f"/admin/users/{mira['user_id']}/reset", {})).json()
        assert (await local.post("/reset/check", {"code": link["code"]}, "")).status_code == 200
        await hand_over(local, mira)
        wish = {"code": link["code"], "password": "another long phrase entirely"}
        assert code(await local.post("/reset", wish, "")) == "bad_reset_link"

    stage.play(script)


@pytest.mark.parametrize(
    ("wish", "status", "said", "field"),
    [
        ({"password": "not it"}, 400, "wrong_current_password", "password"),
        ({"password": ""}, 400, "wrong_current_password", "password"),
        ({"handle": "mia"}, 400, "wrong_handle", "handle"),
        ({"handle": ""}, 400, "wrong_handle", "handle"),
        ({"user_id": "user_0"}, 404, "user_not_found", ""),
    ],
)
def test_both_proofs_are_needed(stage: Stage, wish: dict[str, str], status: int, said: str, field: str) -> None:
    async def script(local: Local) -> None:
        refused = await hand_over(local, await local.register("mira"), **wish)
        assert (refused.status_code, code(refused)) == (status, said)
        assert not field or refused.json()["errors"][0]["field"] == field
        assert await owners(local) == ["ada"]

    stage.play(script)


def test_the_handle_is_typed_as_people_type_it(stage: Stage) -> None:
    async def script(local: Local) -> None:
        assert (await hand_over(local, await local.register("mira"), handle=" @Mira ")).status_code == 200

    stage.play(script)


def test_an_owner_is_a_person_who_is_in(stage: Stage) -> None:
    async def script(local: Local) -> None:
        agent, noor = await local.register("bot", "agent"), await local.register("noor")
        await local.post(f"/admin/users/{noor['user_id']}/suspend", {})
        for who in (agent, noor):
            refused = await hand_over(local, who)
            assert (refused.status_code, code(refused)) == (409, "cannot_own")
        itself = await hand_over(local, {"user_id": local.user_id, "username": "ada"})
        assert (itself.status_code, code(itself)) == (409, "owner_account")
        assert await owners(local) == ["ada"]

    stage.play(script)


def test_only_the_owner_hands_over(stage: Stage) -> None:
    """Not even somebody with every permission: `manage_node` administers the node, and does not give it away."""

    async def script(local: Local) -> None:
        mira, noor = await local.register("mira"), await local.register("noor")
        everything = {"permissions": [p.value for p in ALL]}
        strong = (await local.post(f"/admin/users/{mira['user_id']}/keys", everything)).json()["api_key"]
        for key in (strong, mira["api_key"]):
            assert code(await hand_over(local, noor, key)) == "owner_required"
        assert (await hand_over(local, noor, "")).status_code == 401

    stage.play(script)


def test_the_command_line_needs_no_password(stage: Stage) -> None:
    async def script(local: Local) -> None:
        mira = await local.register("mira")
        body = {"user_id": mira["user_id"], "handle": "mira"}
        assert (await local.post("/admin/transfer", body, local.node.cli_token)).status_code == 200
        assert await owners(local, mira["api_key"]) == ["mira"]

    stage.play(script)


def test_guessing_is_slowed_as_at_the_door(stage: Stage) -> None:
    stage.settings["rate_limits"] = "on"

    async def script(local: Local) -> None:
        mira = await local.register("mira")
        for _ in range(10):
            stage.clock.advance(60)
            assert (await hand_over(local, mira, password="no")).status_code == 400
        stage.clock.advance(60)
        assert (await hand_over(local, mira)).status_code == 429

    stage.play(script)


def test_both_hear_of_it_with_their_new_rights(stage: Stage) -> None:
    async def script(local: Local) -> None:
        mira = await local.register("mira")
        before, after = Listener(local), Listener(local, key=mira["api_key"])
        for listener in (before, after):
            await listener.until(lambda me: "retry:" in me.text)
        await hand_over(local, mira)
        for listener in (before, after):
            await listener.until(lambda me: me.ended)
        wide = (
            await local.post(f"/admin/users/{mira['user_id']}/keys", {"permissions": "all"}, mira["api_key"])
        ).json()
        assert wide["code"] == "insufficient_scope"
        token = (await local.post("/session", {"username": "mira", "password": PASSWORD}, "")).json()["csrf_token"]
        events = (await local.get("/events", "", X_CSRFToken=token)).json()["items"]
        assert "account.changed" in [event["event_type"] for event in events]
        mine = (await local.get("/events")).json()["items"]
        assert "account.changed" not in [event["event_type"] for event in mine]

    stage.play(script)
