"""Where a person is signed in, and the password that lets them in."""

from typing import Any

from tests.edge.client import PASSWORD, Local
from tests.edge.conftest import Stage

NEW = "another long phrase entirely"
LAPTOP, PHONE = "Laptop/1.0", "Phone/2.0"


async def sign_in(local: Local, agent: str, username: str = "ada", password: str = PASSWORD) -> dict[str, str]:
    """A browser: what it sends with each call that changes something."""
    local.client.cookies.clear()
    credentials = {"username": username, "password": password}
    answer = await local.post("/session", credentials, "", user_agent=agent)
    assert answer.status_code == 200, answer.text
    cookie = answer.headers["set-cookie"].split(";")[0]
    local.client.cookies.clear()
    return {"Cookie": cookie, "X_CSRFToken": answer.json()["csrf_token"]}


async def agents(local: Local, browser: dict[str, str]) -> list[tuple[str, bool]]:
    rows = (await local.get("/sessions", "", **browser)).json()["sessions"]
    return sorted((row["user_agent"].split("/")[0], row["current"]) for row in rows)


def test_a_person_sees_where_they_are_signed_in_and_ends_it(stage: Stage) -> None:
    async def script(local: Local) -> None:
        laptop, phone = await sign_in(local, LAPTOP), await sign_in(local, PHONE)
        assert await agents(local, laptop) == [("Laptop", True), ("Phone", False)]
        rows: list[dict[str, Any]] = (await local.get("/sessions", "", **laptop)).json()["sessions"]
        other = next(row["id"] for row in rows if not row["current"])
        ended = await local.call("DELETE", f"/sessions/{other}", None, "", **laptop)
        assert (ended.status_code, ended.json()["ended"]) == (200, 1)
        assert (await local.get("/session", "", **phone)).status_code == 401
        assert (await local.get("/session", "", **laptop)).status_code == 200
        again = await local.call("DELETE", f"/sessions/{other}", None, "", **laptop)
        assert (again.status_code, again.json()["code"]) == (404, "session_not_found")

    stage.play(script)


def test_nobody_sees_or_ends_the_sessions_of_others(stage: Stage) -> None:
    async def script(local: Local) -> None:
        await local.register("mira")
        ada, mira = await sign_in(local, LAPTOP), await sign_in(local, PHONE, "mira")
        mine = (await local.get("/sessions", "", **ada)).json()["sessions"]
        assert len(mine) == 1
        refused = await local.call("DELETE", f"/sessions/{mine[0]['id']}", None, "", **mira)
        assert refused.status_code == 404
        assert (await local.call("DELETE", "/sessions", None, "", **mira)).json()["ended"] == 0
        assert (await local.get("/session", "", **ada)).status_code == 200

    stage.play(script)


def test_a_narrow_key_learns_and_ends_nothing(stage: Stage) -> None:
    async def script(local: Local) -> None:
        narrow = (await local.register("mira"))["api_key"]
        change = {"current_password": PASSWORD, "new_password": NEW}
        for answer in (
            await local.get("/sessions", narrow),
            await local.call("DELETE", "/sessions", None, narrow),
            await local.post("/password", change, narrow),
        ):
            assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")

    stage.play(script)


def test_another_password_signs_all_other_browsers_out(stage: Stage) -> None:
    async def script(local: Local) -> None:
        laptop, phone = await sign_in(local, LAPTOP), await sign_in(local, PHONE)
        for current, new, field in (("wrong", NEW, "current_password"), (PASSWORD, "short", "new_password")):
            body = {"current_password": current, "new_password": new}
            refused = await local.post("/password", body, "", **laptop)
            assert refused.status_code == 400
            assert refused.json()["errors"][0]["field"] == field
        assert (await local.get("/session", "", **phone)).status_code == 200
        body = {"current_password": PASSWORD, "new_password": NEW}
        assert (await local.post("/password", body, "", **laptop)).json()["ended"] == 1
        assert (await local.get("/session", "", **laptop)).status_code == 200
        assert (await local.get("/session", "", **phone)).status_code == 401
        old = await local.post("/session", {"username": "ada", "password": PASSWORD}, "")
        assert old.status_code == 401
        await sign_in(local, PHONE, password=NEW)
        assert (await local.get("/auth/status")).status_code == 200

    stage.play(script)


def test_guessing_the_password_of_now_is_counted(stage: Stage) -> None:
    stage.settings["rate_limits"] = "on"

    async def script(local: Local) -> None:
        body = {"current_password": "no", "new_password": NEW}
        for _ in range(10):
            stage.clock.advance(60)
            assert (await local.post("/password", body)).status_code == 400
        stage.clock.advance(60)
        assert (await local.post("/password", body)).status_code == 429

    stage.play(script)


def test_an_idle_session_is_not_listed(stage: Stage) -> None:
    async def script(local: Local) -> None:
        await sign_in(local, LAPTOP)
        stage.clock.advance(13 * 3600)
        assert (await local.get("/sessions")).json()["sessions"] == []

    stage.play(script)
