"""Setup, registration, sign-in, keys: who gets in, with what, and for how long."""

import asyncio
from typing import Any

import httpx
import pytest

from canopy.edge.http import Application
from canopy.edge.principal import ALL, CONSERVATIVE
from tests.edge.client import PASSWORD, Local
from tests.edge.conftest import Stage

FOUR = [p.value for p in CONSERVATIVE]
HOUR = 3600


def code(answer: Any) -> str:
    problem = answer.json()
    assert isinstance(problem["error"], str)
    assert answer.headers["content-type"] == "application/json"
    return str(problem["code"])


# Setup.


def test_setup_needs_the_code_of_the_folder(stage: Stage) -> None:
    async def script(local: Local) -> None:
        body = {"username": "ada", "password": PASSWORD}
        assert (await local.get("/setup")).json()["needed"] is True
        assert (await local.post("/register", body)).json()["code"] == "setup_required"
        for claim in ("", "wrong"):
            refused = await local.post("/setup", {**body, "claim": claim})
            assert (refused.status_code, code(refused)) == (403, "bad_claim")
        assert local.node.home.token_file.stat().st_mode & 0o777 == 0o600
        made = await local.set_up()
        assert made["permissions"] == [p.value for p in ALL]
        assert len(made["api_key"]) == 43
        assert not local.node.home.token_file.exists()
        assert (await local.get("/setup")).json()["needed"] is False
        again = await local.post("/setup", {**body, "claim": "any"})
        assert (again.status_code, code(again)) == (409, "already_set_up")

    stage.play(script, set_up=False)


def test_a_restart_keeps_the_code(stage: Stage) -> None:
    async def claim(local: Local) -> str:
        return local.node.home.token_file.read_text("ascii")

    assert stage.play(claim, set_up=False) == stage.play(claim, set_up=False)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"password": "short"}, "password"),
        ({"password": "qwertyuiop"}, "password"),
        ({"password": "mira-mira-mira-mira"}, "password"),
        ({"username": "m"}, "username"),
        ({"username": "-mira"}, "username"),
        ({"username": "mira okafor"}, "username"),
        ({"username": "m" * 50}, "username"),
        ({"account_type": "robot"}, "account_type"),
        ({"username": None}, "username"),
    ],
)
def test_registration_says_which_field_is_wrong(stage: Stage, fields: dict[str, Any], field: str) -> None:
    async def script(local: Local) -> None:
        body = {"username": "mira", "password": PASSWORD, **fields}
        refused = await local.post("/register", body)
        assert refused.status_code == 400
        assert refused.json()["errors"][0]["field"] == field

    stage.play(script)


def test_a_long_phrase_is_enough(stage: Stage) -> None:
    async def script(local: Local) -> None:
        body = {"username": "mira", "password": "abcdefghijklmnopqrst"}
        assert (await local.post("/register", body)).status_code == 201

    stage.play(script)


def test_names_are_taken_whatever_their_case(stage: Stage) -> None:
    async def script(local: Local) -> None:
        refused = await local.post("/register", {"username": "ADA", "password": PASSWORD})
        assert (refused.status_code, code(refused)) == (409, "conflict")

    stage.play(script)


def test_people_get_four_permissions_and_agents_wait(stage: Stage) -> None:
    """REST acceptance 1."""

    async def script(local: Local) -> None:
        person = await local.register("mira")
        assert (person["status"], person["permissions"]) == ("active", FOUR)
        agent = await local.register("scout", "agent")
        assert agent["status"] == "pending_approval"
        status = await local.get("/auth/status", agent["api_key"])
        assert status.json()["status"] == "pending_approval"
        for path in ("/channels", "/users", "/events", "/profile", "/agents/me"):
            refused = await local.get(path, agent["api_key"])
            assert (refused.status_code, refused.json()["status"]) == (403, "pending_approval")
            assert refused.json()["http_status"] == 403
        await local.post(f"/admin/users/{agent['user_id']}/approve", {})
        assert (await local.get("/channels", agent["api_key"])).status_code == 200

    stage.play(script)


@pytest.mark.parametrize(
    ("setting", "address", "status"),
    [
        ("", "127.0.0.1", "active"),
        ("", "192.168.1.9", "pending_approval"),
        ("open", "192.168.1.9", "active"),
        ("approval", "127.0.0.1", "pending_approval"),
    ],
)
def test_registration_follows_its_setting(stage: Stage, setting: str, address: str, status: str) -> None:
    stage.settings["registration"] = setting
    stage.address = address

    async def script(local: Local) -> None:
        assert (await local.register("mira"))["status"] == status

    stage.play(script)


def test_registration_can_be_closed(stage: Stage) -> None:
    stage.settings["registration"] = "closed"

    async def script(local: Local) -> None:
        refused = await local.post("/register", {"username": "mira", "password": PASSWORD}, key="")
        assert (refused.status_code, code(refused)) == (403, "registration_closed")

    stage.play(script)


def test_agents_can_be_let_in_by_setting(stage: Stage) -> None:
    stage.settings["auto_approve_agents"] = True

    async def script(local: Local) -> None:
        assert (await local.register("scout", "agent"))["status"] == "active"

    stage.play(script)


# Keys.


def test_the_ways_to_show_a_key_are_equal(stage: Stage) -> None:
    """REST acceptance 2."""

    async def script(local: Local) -> None:
        key = local.key or ""
        expected = (await local.get("/auth/status")).json()
        for spelled in (f"Bearer {key}", f"token {key}", f"ApiKey {key}", f"api-key {key}", key):
            assert (await local.get("/auth/status", "", Authorization=spelled)).json() == expected
        assert (await local.get("/auth/status", "", Authorization="Basic eHg6eHg=")).status_code == 403
        both = await local.get("/auth/status", key, Authorization="Bearer nonsense")
        assert both.status_code == 200
        alias = await local.client.get("/api/auth/status", headers={"X-API-Key": key})
        assert alias.json() == expected

    stage.play(script)


def test_no_key_is_401_and_a_bad_one_403(stage: Stage) -> None:
    async def script(local: Local) -> None:
        missing = await local.get("/channels", "")
        assert (missing.status_code, code(missing)) == (401, "missing_credentials")
        assert "WWW-Authenticate" in missing.headers
        wrong = await local.get("/channels", "x" * 43)
        assert (wrong.status_code, code(wrong)) == (403, "invalid_key")
        assert "WWW-Authenticate" in wrong.headers

    stage.play(script)


def test_a_key_grants_only_what_its_maker_holds(stage: Stage) -> None:
    async def script(local: Local) -> None:
        narrow = (await local.post("/keys", {"permissions": ["manage_keys", "read_feed"], "name": " ci  bot "})).json()
        assert (narrow["permissions"], narrow["name"]) == (["read_feed", "manage_keys"], "ci bot")
        wider = await local.post("/keys", {"permissions": ["write_feed"]}, narrow["api_key"])
        assert (wider.status_code, code(wider)) == (403, "insufficient_scope")
        implied = await local.post("/keys", {"permissions": "read_channels"}, narrow["api_key"])
        assert implied.json()["permissions"] == ["read_channels"]
        default = (await local.post("/keys", {})).json()
        assert default["permissions"] == FOUR
        none = await local.post("/keys", {"permissions": []})
        unknown = await local.post("/keys", {"permissions": ["fly"]})
        assert (none.status_code, code(unknown)) == (400, "unknown_permission")
        assert len(unknown.json()["allowed"]) == 14
        mine = await local.get("/keys", (await local.register("mira"))["api_key"])
        assert code(mine) == "insufficient_scope"

    stage.play(script)


def test_a_revoked_key_stops_at_once(stage: Stage) -> None:
    async def script(local: Local) -> None:
        made = (await local.post("/keys", {"permissions": ["read_feed"]})).json()
        assert (await local.get("/channels", made["api_key"])).status_code == 200
        assert (await local.call("DELETE", f"/keys/{made['id']}", None)).json()["success"] is True
        assert code(await local.get("/channels", made["api_key"])) == "invalid_key"
        listed = {key["id"]: key for key in (await local.get("/keys")).json()["keys"]}
        assert listed[made["id"]]["revoked"] is True
        assert listed[made["id"]]["last_used_at"] is not None
        assert made["api_key"] not in str(listed)
        gone = await local.call("DELETE", "/keys/0000", None)
        assert (gone.status_code, code(gone)) == (404, "key_not_found")

    stage.play(script)


def test_a_key_expires(stage: Stage) -> None:
    async def script(local: Local) -> None:
        made = (await local.post("/keys", {"expires_days": 1})).json()
        assert made["expires_days"] == 1
        assert (await local.get("/channels", made["api_key"])).status_code == 200
        stage.clock.advance(24 * HOUR)
        assert code(await local.get("/channels", made["api_key"])) == "invalid_key"

    stage.play(script)


def test_a_key_can_be_narrowed_but_not_widened(stage: Stage) -> None:
    async def script(local: Local) -> None:
        made = (await local.post("/keys", {"permissions": ["read_feed", "write_feed"]})).json()
        path = f"/keys/{made['id']}"
        changed = await local.call("PATCH", path, {"name": "reader", "permissions": ["read_feed"]})
        assert (changed.json()["key"]["name"], changed.json()["key"]["permissions"]) == ("reader", ["read_feed"])
        wider = await local.call("PATCH", path, {"permissions": ["read_feed", "delete_data"]})
        assert (wider.status_code, code(wider)) == (409, "key_widening")
        assert (await local.call("PATCH", path, {})).json()["key"]["name"] == "reader"
        assert (await local.call("PATCH", "/keys/0000", {})).status_code == 404

    stage.play(script)


# Sessions.


def test_a_browser_signs_in_and_out(stage: Stage) -> None:
    async def script(local: Local) -> None:
        wrong = await local.post("/session", {"username": "ada", "password": "wrong"}, key="")
        nobody = await local.post("/session", {"username": "nobody", "password": "wrong"}, key="")
        assert {wrong.status_code, nobody.status_code} == {401}
        assert wrong.json()["error"] == nobody.json()["error"]
        made = await local.post("/session", {"username": "ADA", "password": PASSWORD}, key="")
        cookie = made.headers["set-cookie"]
        assert cookie.startswith("session=")
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert made.json()["user"]["display_name"] == "Ada"
        token = made.json()["csrf_token"]
        assert (await local.get("/session", "")).json() == made.json()
        body = {"channel_id": "general", "content": "hi"}
        forged = await local.post("/channels/messages", body, "")
        assert (forged.status_code, code(forged)) == (403, "bad_csrf_token")
        assert (await local.post("/channels/messages", body, "", X_CSRFToken=token)).status_code == 201
        elsewhere = await local.get("/session", "", Origin="http://evil.example")
        assert (elsewhere.status_code, code(elsewhere)) == (403, "bad_origin")
        assert (await local.get("/session", "", Origin="http://localhost")).status_code == 200
        assert (await local.call("DELETE", "/session", None, "", X_CSRFToken=token)).status_code == 200
        assert (await local.get("/session", "")).status_code == 401

    stage.play(script)


def test_a_session_ends_when_it_idles(stage: Stage) -> None:
    async def script(local: Local) -> None:
        await local.post("/session", {"username": "ada", "password": PASSWORD}, key="")
        stage.clock.advance(13 * HOUR)
        assert (await local.get("/session", "")).status_code == 401

    stage.play(script)


def test_a_session_that_is_used_lives_for_thirty_days(stage: Stage) -> None:
    async def script(local: Local) -> None:
        await local.post("/session", {"username": "ada", "password": PASSWORD}, key="")
        for _ in range(72):
            stage.clock.advance(10 * HOUR)
            assert (await local.get("/session", "")).status_code == 200
            await local.node._sweep_once()
        stage.clock.advance(1)
        assert (await local.get("/session", "")).status_code == 401

    stage.play(script)


def test_ten_wrong_passwords_an_hour(stage: Stage) -> None:
    stage.settings["rate_limits"] = "on"

    async def script(local: Local) -> None:
        for _ in range(10):
            stage.clock.advance(60)
            assert (await local.post("/session", {"username": "ada", "password": "no"}, key="")).status_code == 401
        stage.clock.advance(60)
        shut = await local.post("/session", {"username": "ada", "password": PASSWORD}, key="")
        assert shut.status_code == 429
        stage.clock.advance(int(shut.headers["retry-after"]))
        assert (await local.post("/session", {"username": "ada", "password": PASSWORD}, key="")).status_code == 200

    stage.play(script)


def test_many_guesses_at_once_are_no_more_than_ten(stage: Stage) -> None:
    """From as many addresses as somebody has, before the first of them is compared."""
    stage.settings["rate_limits"] = "on"

    async def script(local: Local) -> None:
        application = Application(local.node.core)

        async def guess(number: int) -> int:
            transport = httpx.ASGITransport(app=application, client=(f"127.0.1.{number}", 4711))
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
                body = {"username": "ada", "password": f"{number}"}
                return (await client.post("/api/v1/session", json=body)).status_code

        statuses = await asyncio.gather(*(guess(number) for number in range(1, 21)))
        assert sorted(statuses) == [401] * 10 + [429] * 10

    stage.play(script)


def test_the_right_password_counts_as_no_guess(stage: Stage) -> None:
    stage.settings["rate_limits"] = "on"

    async def script(local: Local) -> None:
        for _ in range(12):
            stage.clock.advance(60)
            assert (await local.post("/session", {"username": "ada", "password": PASSWORD}, key="")).status_code == 200

    stage.play(script)


# Administration.


def test_a_suspended_account_is_out_at_once(stage: Stage) -> None:
    async def script(local: Local) -> None:
        mira = await local.register("mira")
        path = f"/admin/users/{mira['user_id']}"
        assert (await local.post(f"{path}/suspend", {}, mira["api_key"])).status_code == 403
        assert (await local.post(f"{path}/suspend", {})).json()["user"]["status"] == "suspended"
        shut = await local.get("/channels", mira["api_key"])
        assert (shut.status_code, code(shut)) == (403, "account_suspended")
        assert code(await local.post("/session", {"username": "mira", "password": PASSWORD}, "")) == "account_suspended"
        await local.post(f"{path}/approve", {})
        assert (await local.get("/channels", mira["api_key"])).status_code == 200
        owner = await local.post(f"/admin/users/{local.user_id}/suspend", {})
        assert (owner.status_code, code(owner)) == (409, "owner_account")
        assert (await local.post("/admin/users/user_0/approve", {})).status_code == 404

    stage.play(script)


def test_the_owner_makes_and_revokes_keys_of_others(stage: Stage) -> None:
    async def script(local: Local) -> None:
        mira = await local.register("mira")
        path = f"/admin/users/{mira['user_id']}/keys"
        made = (await local.post(path, {"permissions": "all", "name": "everything"})).json()
        assert made["permissions"] == [p.value for p in ALL]
        assert made["user_id"] == mira["user_id"]
        assert (await local.get("/auth/status", made["api_key"])).json()["username"] == "mira"
        assert (await local.get(path)).json()["count"] == 2
        twice = [await local.post(path, {"name": "bot"}, Idempotency_Key="k1") for _ in range(2)]
        assert twice[0].content == twice[1].content
        assert (await local.call("DELETE", f"{path}/{made['id']}", None)).status_code == 200
        assert code(await local.get("/auth/status", made["api_key"])) == "invalid_key"
        assert (await local.call("DELETE", f"{path}/{made['id']}0", None)).status_code == 404
        users = (await local.get("/admin/users")).json()["users"]
        assert [(u["username"], u["is_owner"]) for u in users] == [("ada", True), ("mira", False)]

    stage.play(script)


def test_the_command_lines_key_works_from_this_machine_only(stage: Stage) -> None:
    async def remote(local: Local) -> None:
        assert code(await local.get("/admin/users", local.node.cli_token)) == "invalid_key"

    async def nearby(local: Local) -> None:
        assert (await local.get("/admin/users", local.node.cli_token)).status_code == 200

    stage.play(nearby)
    stage.address = "192.168.1.9"
    stage.play(remote, set_up=False)


def test_a_narrow_key_of_the_owner_makes_no_wider_one(stage: Stage) -> None:
    async def script(local: Local) -> None:
        narrow = (await local.post("/keys", {"permissions": ["read_feed"]})).json()["api_key"]
        path = f"/admin/users/{local.user_id}/keys"
        refused = await local.post(path, {"permissions": "all"}, narrow)
        assert (refused.status_code, code(refused)) == (403, "insufficient_scope")
        assert (await local.post(path, {"permissions": ["read_feed"]}, narrow)).status_code == 201

    stage.play(script)


def test_a_foreign_page_cannot_register(stage: Stage) -> None:
    async def script(local: Local) -> None:
        body = {"username": "mira", "password": PASSWORD}
        for origin in ("https://evil.example", "http://[::1", "null"):
            refused = await local.post("/register", body, "", Origin=origin)
            assert (refused.status_code, code(refused)) == (403, "bad_origin")
        assert (await local.post("/register", body, "", Origin="http://localhost")).status_code == 201
        assert (await local.post("/keys", {}, Origin="https://tool.example")).status_code == 201

    stage.play(script)


def test_a_suspended_accounts_cookie_locks_nobody_out(stage: Stage) -> None:
    async def script(local: Local) -> None:
        mira = await local.register("mira")
        await local.post("/session", {"username": "mira", "password": PASSWORD}, "")
        await local.post(f"/admin/users/{mira['user_id']}/suspend", {})
        assert (await local.get("/setup", "")).status_code == 200
        assert (await local.get("/session", "")).status_code == 401
        assert code(await local.get("/channels", "")) == "account_suspended"
        assert (await local.post("/session", {"username": "ada", "password": PASSWORD}, "")).status_code == 200
        assert (await local.get("/channels", "")).status_code == 200

    stage.play(script)


def test_a_name_that_grows_when_it_is_cleaned_is_measured_afterwards(stage: Stage) -> None:
    async def script(local: Local) -> None:
        body = {"username": "mira", "password": PASSWORD, "display_name": "\u0958" * 80}
        assert (await local.post("/register", body)).status_code == 413
        assert (await local.post("/register", {**body, "display_name": "\u0958" * 40})).status_code == 201

    stage.play(script)


def test_the_command_line_is_not_limited(stage: Stage) -> None:
    stage.settings["rate_limits"] = "on"

    async def script(local: Local) -> None:
        for number in range(6):
            body = {"username": f"user{number}", "password": PASSWORD}
            assert (await local.post("/register", body, local.node.cli_token)).status_code == 201

    stage.play(script)
