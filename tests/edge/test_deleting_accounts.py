"""An account is deleted: what is its own goes at once, what it said stays, and nobody is shut out of what it ran."""

from typing import Any

from canopy.edge.identify import cookie_name
from canopy.log.db import metadata
from canopy.log.home import Home
from tests.edge.client import PASSWORD, Local
from tests.edge.conftest import Stage
from tests.edge.test_accounts import code
from tests.edge.test_stream import Listener

KEPT = {"message_endings"}
"""What the user promised to others: a message whose life was shortened ends in time, whoever wrote it."""


async def delete(local: Local, user_id: str, key: str | None = None) -> Any:
    return await local.call("DELETE", f"/admin/users/{user_id}", None, key)


def rows_of(home: Home, user: str, user_id: str) -> dict[str, int]:
    """In which tables of local rows the account stands."""
    found = {}
    with home.database.read() as tx:
        for table in metadata.sorted_tables:
            for column, value in (("user", user), ("user_id", user_id)):
                if table.info.get("local") and column in table.c:
                    asked = f'SELECT count(*) FROM {table.name} WHERE "{column}" = ?'
                    count: Any = tx.execute(asked, (value,)).fetchall()
                    found[table.name] = int(count[0][0])
    return found


async def filled(local: Local) -> dict[str, Any]:
    """An account that left something everywhere."""
    mira = await local.register("mira")
    key = mira["api_key"]
    opened = await local.post("/session", {"username": "mira", "password": PASSWORD}, "")
    assert opened.status_code == 200
    local.client.cookies.clear()
    words = {"channel_id": "general", "content": "words"}
    said = (await local.post("/channels/messages", words, key)).json()["message"]
    await local.post("/channels/general/read", {"up_to_message_id": said["id"]}, key)
    await local.post("/bookmarks", {"source_type": "channel_message", "source_id": said["id"]}, key)
    await local.post("/mention-lists", {"name": "team", "user_ids": [local.user_id]}, key, Idempotency_Key="k")
    await local.call("PATCH", "/channels/general", {"starred": True}, key)
    follow = {"channel_id": "general", "message_id": said["id"], "subscribed": False}
    await local.post("/channels/threads/subscription", follow, key)
    await local.say("@mira, look", parent_message_id=said["id"])
    await local.post(f"/admin/users/{mira['user_id']}/reset", {})
    return {**mira, "message": said["id"]}


def user_of(home: Home, username: str) -> str:
    with home.database.read() as tx:
        rows: Any = tx.execute("SELECT user FROM accounts WHERE username = ?", (username,)).fetchall()
        return str(rows[0][0])


def test_what_is_its_own_goes_at_once(stage: Stage) -> None:
    async def script(local: Local) -> None:
        mira = await filled(local)
        user = user_of(local.node.home, "mira")
        before = rows_of(local.node.home, user, mira["user_id"])
        missing = {table for table, count in before.items() if not count} - KEPT - {"check_ins"}
        assert missing == set(), "the account should stand in every table of local rows that names users"
        gone = await delete(local, mira["user_id"])
        assert (gone.status_code, gone.json()["username"], gone.json()["success"]) == (200, "mira", True)
        assert not any(rows_of(local.node.home, user, mira["user_id"]).values())
        assert [u["username"] for u in (await local.get("/admin/users")).json()["users"]] == ["ada"]
        again = await delete(local, mira["user_id"])
        assert (again.status_code, code(again)) == (404, "user_not_found")

    stage.play(script)


def test_an_agent_that_checked_in_leaves_no_trace_of_it(stage: Stage) -> None:
    async def script(local: Local) -> None:
        bot = await local.register("bot", "agent")
        await local.post(f"/admin/users/{bot['user_id']}/approve", {})
        assert (await local.get("/agents/me", bot["api_key"])).status_code == 200
        user = user_of(local.node.home, "bot")
        await delete(local, bot["user_id"])
        await local.node._sweep_once()
        assert not any(rows_of(local.node.home, user, bot["user_id"]).values())

    stage.play(script)


def test_its_words_stay_under_its_last_card(stage: Stage) -> None:
    async def script(local: Local) -> None:
        mira = await filled(local)
        await delete(local, mira["user_id"])
        message = (await local.get(f"/channels/general/messages/{mira['message']}")).json()["message"]
        assert (message["content"], message["user_id"]) == ("words", mira["user_id"])
        assert (await local.get(f"/users/{mira['user_id']}")).json()["user"]["status"] == "retired"
        assert [u["username"] for u in (await local.get("/users")).json()["users"]] == ["ada"]
        members = (await local.get("/channels/general/members")).json()["members"]
        assert [member["user_id"] for member in members] == [local.user_id]
        assert (await local.get("/mention-suggestions?channel_id=general&q=mira")).json()["users"] == []

    stage.play(script)


def test_keys_sessions_and_open_pages_end(stage: Stage) -> None:
    async def script(local: Local) -> None:
        mira = await local.register("mira")
        await local.post("/session", {"username": "mira", "password": PASSWORD}, "")
        cookie = f"{cookie_name(local.node.core)}={local.client.cookies[cookie_name(local.node.core)]}"
        local.client.cookies.clear()
        listener = await Listener(local, key=mira["api_key"]).until(lambda me: "retry:" in me.text)
        await delete(local, mira["user_id"])
        await listener.until(lambda me: me.ended)
        assert code(await local.get("/auth/status", mira["api_key"])) == "invalid_key"
        assert (await local.get("/session", "", Cookie=cookie)).status_code == 401
        assert (await local.post("/session", {"username": "mira", "password": PASSWORD}, "")).status_code == 401

    stage.play(script)


def test_the_owner_cannot_be_deleted(stage: Stage) -> None:
    async def script(local: Local) -> None:
        refused = await delete(local, local.user_id)
        assert (refused.status_code, code(refused)) == (400, "owner_account")
        assert (await local.get("/auth/status")).status_code == 200

    stage.play(script)


def test_a_repeated_request_is_answered_again(stage: Stage) -> None:
    async def script(local: Local) -> None:
        mira = await local.register("mira")
        path = f"/admin/users/{mira['user_id']}"
        both = [await local.call("DELETE", path, None, Idempotency_Key="once") for _ in range(2)]
        assert [answer.status_code for answer in both] == [200, 200]
        assert both[0].json() == both[1].json()

    stage.play(script)


def test_only_the_owner_deletes(stage: Stage) -> None:
    async def script(local: Local) -> None:
        mira, noor = await local.register("mira"), await local.register("noor")
        assert code(await delete(local, noor["user_id"], mira["api_key"])) == "owner_required"
        assert (await delete(local, noor["user_id"], "")).status_code == 401
        narrow = (await local.post("/keys", {"permissions": ["manage_node"]})).json()["api_key"]
        assert (await delete(local, noor["user_id"], narrow)).status_code == 200

    stage.play(script)


def test_nobody_gets_the_handle_of_who_is_gone(stage: Stage) -> None:
    """Else the words of one would stand under the name of another."""

    async def script(local: Local) -> None:
        mira = await local.register("mira")
        await delete(local, mira["user_id"])
        taken = await local.post("/register", {"username": "Mira", "password": PASSWORD}, "")
        assert (taken.status_code, taken.json()["field"]) == (409, "username")
        assert (await local.post("/register", {"username": "mira2", "password": PASSWORD}, "")).status_code == 201

    stage.play(script)


def test_channels_that_only_the_account_ran_go_to_the_owner(stage: Stage) -> None:
    async def script(local: Local) -> None:
        mira, noor = await local.register("mira"), await local.register("noor")

        async def opened(name: str) -> str:
            answer = await local.post("/channels", {"name": name}, mira["api_key"])
            return str(answer.json()["channel"]["id"])

        alone, shared = await opened("alone"), await opened("shared")
        role = f"/channels/{shared}/members/{noor['user_id']}/role"
        assert (await local.call("PUT", role, {"role": "admin"}, mira["api_key"])).status_code == 200
        await delete(local, mira["user_id"])

        async def admins(channel: str) -> list[str]:
            members = (await local.get(f"/channels/{channel}/members")).json()["members"]
            return [member["username"] for member in members if member["role"] == "admin"]

        assert await admins(alone) == ["ada"]
        assert await admins(shared) == ["noor"]
        last = await local.call("PUT", role, {"role": "member"}, noor["api_key"])
        assert (last.status_code, code(last)) == (409, "last_admin")
        assert (await local.call("PATCH", f"/channels/{alone}", {"topic": "ours"})).status_code == 200

    stage.play(script)


def test_pages_that_show_the_account_hear_of_it(stage: Stage) -> None:
    async def script(local: Local) -> None:
        mira = await local.register("mira")
        listener = await Listener(local).until(lambda me: "retry:" in me.text)
        await delete(local, mira["user_id"])
        await listener.until(lambda me: {"profile.updated", "account.changed"} <= {name for name, _ in me.events})

    stage.play(script)
