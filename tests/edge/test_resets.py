"""Links by which somebody who forgot the password takes another one: made by the owner, good once, for an hour."""

from typing import Any

import pytest

from canopy.edge import accounts
from canopy.edge.principal import ALL
from tests.edge.client import PASSWORD, Local
from tests.edge.conftest import Stage
from tests.edge.test_accounts import HOUR, code
from tests.edge.test_stream import Listener

NEW = "another long phrase entirely"


async def link(local: Local, user_id: str) -> dict[str, Any]:
    answer = await local.post(f"/admin/users/{user_id}/reset", {})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def redeem(local: Local, text: str, password: str = NEW) -> Any:
    return await local.post("/reset", {"code": text, "password": password}, "")


async def sign_in(local: Local, password: str, username: str = "mira") -> Any:
    return await local.post("/session", {"username": username, "password": password}, "")


def test_a_link_sets_another_password_once(stage: Stage) -> None:
    async def script(local: Local) -> None:
        mira = await local.register("mira")
        made = await link(local, mira["user_id"])
        assert (made["user_id"], made["username"]) == (mira["user_id"], "mira")
        assert made["path"] == f"/reset#{made['code']}"
        known = await local.post("/reset/check", {"code": made["code"]}, "")
        assert known.json() == {"username": "mira", "expires_at": made["expires_at"]}
        assert (await redeem(local, made["code"])).json() == {"username": "mira", "ended": 0, "success": True}
        assert (await sign_in(local, PASSWORD)).status_code == 401
        assert (await sign_in(local, NEW)).status_code == 200
        again = await redeem(local, made["code"], PASSWORD)
        assert (again.status_code, code(again)) == (403, "bad_reset_link")
        assert (await sign_in(local, NEW)).status_code == 200

    stage.play(script)


def test_it_ends_the_sessions_and_leaves_the_keys(stage: Stage) -> None:
    async def script(local: Local) -> None:
        mira = await local.register("mira")
        await sign_in(local, PASSWORD)
        cookie = "; ".join(f"{name}={value}" for name, value in local.client.cookies.items())
        local.client.cookies.clear()
        open_page = Listener(local, key="", Cookie=cookie)
        shown: Any = open_page.scope["headers"]
        open_page.scope["headers"] = [header for header in shown if header[0] != b"x-api-key"]
        await open_page.until(lambda me: "retry:" in me.text)
        made = await link(local, mira["user_id"])
        assert (await redeem(local, made["code"])).json()["ended"] == 1
        await open_page.until(lambda me: me.ended)
        assert (await local.get("/session", "", Cookie=cookie)).status_code == 401
        assert (await local.get("/channels", mira["api_key"])).status_code == 200

    stage.play(script)


def test_a_link_is_good_for_an_hour(stage: Stage) -> None:
    async def script(local: Local) -> None:
        mira = await local.register("mira")
        made = await link(local, mira["user_id"])
        stage.clock.advance(HOUR - 1)
        assert (await local.post("/reset/check", {"code": made["code"]}, "")).status_code == 200
        stage.clock.advance(1)
        for answer in (await local.post("/reset/check", {"code": made["code"]}, ""), await redeem(local, made["code"])):
            assert (answer.status_code, code(answer)) == (403, "bad_reset_link")
        assert (await sign_in(local, PASSWORD)).status_code == 200

    stage.play(script)


def test_who_guessed_too_often_gets_in_by_the_new_password(stage: Stage) -> None:
    stage.settings["rate_limits"] = "on"

    async def script(local: Local) -> None:
        mira = await local.register("mira")
        for _ in range(10):
            stage.clock.advance(60)
            assert (await sign_in(local, "not it")).status_code == 401
        stage.clock.advance(60)
        assert (await sign_in(local, PASSWORD)).status_code == 429
        assert (await redeem(local, (await link(local, mira["user_id"]))["code"])).status_code == 200
        assert (await sign_in(local, NEW)).status_code == 200

    stage.play(script)


def test_only_the_newest_link_counts(stage: Stage) -> None:
    async def script(local: Local) -> None:
        mira = await local.register("mira")
        first, second = await link(local, mira["user_id"]), await link(local, mira["user_id"])
        assert code(await redeem(local, first["code"])) == "bad_reset_link"
        assert (await redeem(local, second["code"])).status_code == 200

    stage.play(script)


def test_who_changes_the_password_needs_no_link_any_more(stage: Stage) -> None:
    async def script(local: Local) -> None:
        mira = await local.register("mira")
        made = await link(local, mira["user_id"])
        token = (await sign_in(local, PASSWORD)).json()["csrf_token"]
        wish = {"current_password": PASSWORD, "new_password": NEW}
        assert (await local.post("/password", wish, "", X_CSRFToken=token)).status_code == 200
        assert code(await redeem(local, made["code"], PASSWORD)) == "bad_reset_link"

    stage.play(script)


@pytest.mark.parametrize("password", ["short", "qwertyuiop", "mira-mira-mira-mira"])
def test_a_weak_password_spends_no_link(stage: Stage, password: str) -> None:
    async def script(local: Local) -> None:
        mira = await local.register("mira")
        made = await link(local, mira["user_id"])
        weak = await redeem(local, made["code"], password)
        assert (weak.status_code, code(weak), weak.json()["errors"][0]["field"]) == (400, "weak_password", "password")
        assert (await redeem(local, made["code"])).status_code == 200

    stage.play(script)


@pytest.mark.parametrize("text", ["", "x" * 43, "\0", "ü"])
def test_a_wrong_code_says_nothing(stage: Stage, text: str) -> None:
    async def script(local: Local) -> None:
        await link(local, (await local.register("mira"))["user_id"])
        for answer in (await redeem(local, text), await local.post("/reset/check", {"code": text}, "")):
            assert (answer.status_code, code(answer)) == (403, "bad_reset_link")

    stage.play(script)


def test_only_the_owner_makes_links(stage: Stage) -> None:
    async def script(local: Local) -> None:
        mira = await local.register("mira")
        path = f"/admin/users/{mira['user_id']}/reset"
        assert code(await local.post(path, {}, mira["api_key"])) == "owner_required"
        assert (await local.post(path, {}, "")).status_code == 401
        gone = await local.post("/admin/users/user_0/reset", {})
        assert (gone.status_code, code(gone)) == (404, "user_not_found")

    stage.play(script)


def test_a_link_opens_a_whole_account_so_a_narrow_key_makes_none(stage: Stage) -> None:
    async def script(local: Local) -> None:
        mira = await local.register("mira")
        narrow = (await local.post("/keys", {"permissions": ["manage_node"]})).json()["api_key"]
        refused = await local.post(f"/admin/users/{mira['user_id']}/reset", {}, narrow)
        assert (refused.status_code, code(refused)) == (403, "insufficient_scope")
        assert "read_messages" in refused.json()["missing"]

    stage.play(script)


def test_nobody_but_the_owner_resets_the_owner(stage: Stage) -> None:
    async def script(local: Local) -> None:
        mira = await local.register("mira")
        everything = {"permissions": [p.value for p in ALL]}
        strong = (await local.post(f"/admin/users/{mira['user_id']}/keys", everything)).json()["api_key"]
        path = f"/admin/users/{local.user_id}/reset"
        refused = await local.post(path, {}, strong)
        assert (refused.status_code, code(refused)) == (403, "owner_required")
        keys = f"/admin/users/{local.user_id}/keys"
        for wish in (everything, {"permissions": ["read_feed"]}):
            refused = await local.post(keys, wish, strong)
            assert (refused.status_code, code(refused)) == (403, "owner_required"), "a key of the owner's is the owner"
        assert (await local.post(keys, everything)).status_code == 201
        by_command_line = await local.post(path, {}, local.node.cli_token)
        assert (await redeem(local, by_command_line.json()["code"])).status_code == 200
        assert (await sign_in(local, NEW, "ada")).status_code == 200

    stage.play(script)


def test_an_account_that_only_had_keys_gets_a_password(stage: Stage) -> None:
    async def script(local: Local) -> None:
        made = await local.node.writer.write(lambda tx: accounts.create_account(tx, "bot", None, "agent", "active"))
        users = (await local.get("/admin/users")).json()["users"]
        bot = next(user["user_id"] for user in users if user["username"] == made.username)
        assert (await redeem(local, (await link(local, bot))["code"])).status_code == 200
        assert (await sign_in(local, NEW, "bot")).status_code == 200

    stage.play(script)


def test_links_that_expired_are_forgotten(stage: Stage) -> None:
    async def script(local: Local) -> None:
        await link(local, (await local.register("mira"))["user_id"])
        stage.clock.advance(HOUR)
        await local.node.writer.write(lambda tx: local.node._tidy(tx, {}, set()))
        with local.node.home.database.read() as tx:
            assert tx.execute("SELECT count(*) FROM resets").fetchall() == [(0,)]

    stage.play(script)
