"""Channels over HTTP: founding, words, life span, roles, coming and going; and what the log makes of other nodes."""

from typing import Any

from canopy.log import scope
from tests.edge.client import Local
from tests.edge.conftest import Stage


async def found(local: Local, name: str = "plans", **fields: Any) -> dict[str, Any]:
    made = await local.post("/channels", {"name": name, **fields})
    assert made.status_code == 201, made.text
    return dict(made.json()["channel"])


def test_a_channel_is_founded_and_spoken_in(stage: Stage) -> None:
    async def script(local: Local) -> None:
        channel = await found(local, "  #Plans ", topic="where we go")
        assert (channel["name"], channel["topic"], channel["user_role"]) == ("Plans", "where we go", "admin")
        assert channel["id"].startswith("C") and channel["created_by"] == local.user_id
        posted = await local.post("/channels/messages", {"channel_id": channel["id"], "content": "hello"})
        assert posted.status_code == 201
        listed = (await local.get(f"/channels/{channel['id']}/messages")).json()
        assert [message["content"] for message in listed["messages"]] == ["hello"]
        assert (await local.get("/channels/general/messages")).json()["count"] == 0
        names = [one["name"] for one in (await local.get("/channels")).json()["channels"]]
        assert names == ["general", "Plans"]
        mira = await local.register("mira")
        seen = (await local.get(f"/channels/{channel['id']}", mira["api_key"])).json()["channel"]
        assert (seen["user_role"], seen["member_count"]) == ("member", 2)

    stage.play(script)


def test_names_are_taken_once_and_bad_wishes_refused(stage: Stage) -> None:
    async def script(local: Local) -> None:
        await found(local, "plans")
        for name in ("PLANS", "#general", "General"):
            taken = await local.post("/channels", {"name": name})
            assert (taken.status_code, taken.json()["code"]) == (409, "conflict")
        for body in ({}, {"name": " # "}, {"name": "x", "privacy_mode": "private"}, {"name": "x", "type": "dm"}):
            assert (await local.post("/channels", body)).status_code == 400
        assert (await local.post("/channels", {"name": "x" * 81})).status_code == 413
        missing = await local.post("/channels/messages", {"channel_id": "C0123456789abcdef", "content": "x"})
        assert missing.status_code == 404

    stage.play(script)


def test_admins_change_words_and_life_span(stage: Stage) -> None:
    async def script(local: Local) -> None:
        channel = await found(local)
        path = f"/channels/{channel['id']}"
        renamed = (await local.call("PATCH", path, {"name": "travel", "description": "near and far"}, None)).json()
        assert (renamed["channel"]["name"], renamed["pending"]) == ("travel", False)
        archived = (await local.call("PATCH", f"{path}/lifecycle", {"archived": True, "reason": "done"}, None)).json()
        assert archived["channel"]["lifecycle_status"] == "archived"
        assert [c["name"] for c in (await local.get("/channels")).json()["channels"]] == ["general"]
        assert [c["name"] for c in (await local.get("/channels?archived=1")).json()["channels"]] == ["travel"]
        back = (await local.call("PATCH", f"{path}/lifecycle", {"archived": False, "ttl_days": 7}, None)).json()
        life = {"status": "cooling", "days_until_archive": 7, "archived_at": None, "archive_reason": None}
        assert back["lifecycle"] == life | {"ttl_days": 7, "preserved": False}
        for body in ({}, {"ttl_days": 0}, {"ttl_days": 731}):
            assert (await local.call("PATCH", f"{path}/lifecycle", body, None)).status_code == 400
        mira = await local.register("mira")
        refused = await local.call("PATCH", path, {"name": "mine"}, mira["api_key"])
        assert (refused.status_code, refused.json()["code"]) == (403, "not_admin")
        assert (await local.call("PATCH", "/channels/general", {"name": "x"}, None)).status_code == 403

    stage.play(script)


def test_a_channel_that_one_left_is_found_again(stage: Stage) -> None:
    async def script(local: Local) -> None:
        channel = await found(local)
        mira = await local.register("mira")
        key = mira["api_key"]
        gone = f"/channels/{channel['id']}/members/{mira['user_id']}"

        async def names(query: str) -> list[str]:
            answer = await local.call("GET", f"/channels{query}", None, key)
            return [c["name"] for c in answer.json()["channels"]]

        assert (await names(""), await names("?left=1")) == (["general", channel["name"]], [])
        assert (await local.call("DELETE", gone, None, key)).status_code == 200
        assert (await names(""), await names("?left=1")) == (["general"], [channel["name"]])

    stage.play(script)


def test_roles_move_and_the_last_admin_stays(stage: Stage) -> None:
    async def script(local: Local) -> None:
        channel = await found(local)
        mira = await local.register("mira")
        members = f"/channels/{channel['id']}/members"
        last = await local.call("PUT", f"{members}/{local.user_id}/role", {"role": "member"}, None)
        assert (last.status_code, last.json()["code"]) == (409, "last_admin")
        leaving = await local.call("DELETE", f"{members}/{local.user_id}", None, None)
        assert (leaving.status_code, leaving.json()["code"]) == (409, "last_admin")
        raised = await local.call("PUT", f"{members}/{mira['user_id']}/role", {"role": "admin"}, None)
        assert raised.json() == {"success": True, "role": "admin", "pending": False}
        roles = {m["username"]: m["role"] for m in (await local.get(members)).json()["members"]}
        assert roles == {"ada": "admin", "mira": "admin"}
        down = await local.call("PUT", f"{members}/{local.user_id}/role", {"role": "member"}, mira["api_key"])
        assert down.status_code == 200
        refused = await local.call("PATCH", f"/channels/{channel['id']}", {"name": "x"}, None)
        assert refused.status_code == 403
        nobody = await local.call("PUT", f"{members}/user_0123456789abcdef/role", {"role": "admin"}, mira["api_key"])
        assert nobody.status_code == 404

    stage.play(script)


def test_people_leave_and_come_back(stage: Stage) -> None:
    async def script(local: Local) -> None:
        channel = await found(local)
        mira = await local.register("mira")
        path = f"/channels/{channel['id']}"
        gone = await local.call("DELETE", f"{path}/members/{mira['user_id']}", None, mira["api_key"])
        assert gone.status_code == 200
        assert (await local.get(path, mira["api_key"])).status_code == 404
        assert (await local.get(path)).json()["channel"]["member_count"] == 1
        spoken = await local.post("/channels/messages", {"channel_id": channel["id"], "content": "x"}, mira["api_key"])
        assert spoken.status_code == 404
        for _ in range(2):
            body = {"user_id": mira["user_id"]}
            assert (await local.post(f"{path}/members", body, mira["api_key"])).status_code == 200
        assert (await local.get(path, mira["api_key"])).status_code == 200
        forced = await local.call("DELETE", f"{path}/members/{mira['user_id']}", None, None)
        assert (forced.status_code, forced.json()["code"]) == (403, "open_channel")
        for_another = await local.post(f"{path}/members", {"user_id": mira["user_id"]})
        assert for_another.status_code == 200
        assert (await local.post(f"{path}/members", {"user_id": "user_0123456789abcdef"})).status_code == 404

    stage.play(script)


def test_a_channel_stands_in_a_scope_of_its_founder(stage: Stage) -> None:
    async def script(local: Local) -> None:
        channel = await found(local)
        with local.node.home.database.read() as tx:
            row: Any = tx.execute("SELECT scope, node FROM channels").fetchone()
        assert channel["id"] == f"C{row[0].hex()[:16]}"
        assert row[1] == local.node.home.key.node
        assert row[0] != scope.GENERAL

    stage.play(script)


def test_a_deleted_channel_is_nowhere(stage: Stage) -> None:
    async def script(local: Local) -> None:
        channel = (await found(local, "plans"))["id"]
        mira = await local.register("mira")
        said = {"channel_id": channel, "content": "something unforgettable"}
        message = (await local.post("/channels/messages", said, mira["api_key"])).json()["message"]["id"]
        before = (await local.get("/events")).json()["next_after_seq"]
        path = f"/channels/{channel}"
        for key, status in ((mira["api_key"], 403), (None, 200)):
            answer = await local.call("DELETE", path, None, key)
            assert answer.status_code == status, answer.text
        assert answer.json() == {"success": True, "local_only": False, "pending": False}
        absent = await local.get("/channels/C0123456789abcdef")
        for key in (None, mira["api_key"]):
            for there in ("", "/messages", f"/messages/{message}", "/members", "/search?q=unforgettable"):
                gone = await local.get(path + there, key)
                assert (gone.status_code, gone.json()["code"]) == (absent.status_code, absent.json()["code"])
            for query in ("", "?archived=1", "?left=1"):
                assert channel not in (await local.get("/channels" + query, key)).text
            assert "unforgettable" not in (await local.get("/events", key)).text
            events = (await local.get(f"/events?after_seq={before}", key)).json()["items"]
            assert [(e["event_type"], e["channel_id"]) for e in events] == [("channel.state.updated", channel)]
        again = await local.post("/channels/messages", said, mira["api_key"])
        assert again.status_code == 404
        assert (await local.call("DELETE", path, None, None)).status_code == 404
        await found(local, "plans")

    stage.play(script)


def test_only_what_can_be_deleted_is(stage: Stage) -> None:
    async def script(local: Local) -> None:
        general = await local.call("DELETE", "/channels/general", None, None)
        assert (general.status_code, general.json()["code"]) == (403, "general")
        channel = (await found(local))["id"]
        here = await local.call("DELETE", f"/channels/{channel}?scope=local", None, None)
        assert (here.status_code, here.json()["code"], here.json()["allowed"]) == (400, "not_available", ["mesh"])

    stage.play(script)


def test_a_channel_may_continue_another(stage: Stage) -> None:
    """Where an authority is lost any member goes on in a channel of his own (protocol section 4)."""

    async def script(local: Local) -> None:
        old = await found(local, "plans")
        mira = await local.register("mira")
        wish = {"name": "Plans", "continues": old["id"]}
        new = (await local.post("/channels", wish, mira["api_key"])).json()["channel"]
        assert (new["continues"], new["continued_by"], new["name"]) == (old["id"], [], "Plans")
        told = (await local.get(f"/channels/{old['id']}")).json()["channel"]
        assert (told["continues"], told["continued_by"]) == (None, [new["id"]])
        for continues, status in (("C0123456789abcdef", 404), ("general", 403), ("no id", 404)):
            answer = await local.post("/channels", {"name": "other", "continues": continues}, mira["api_key"])
            assert answer.status_code == status
        taken = await local.post("/channels", {"name": "general", "continues": old["id"]}, mira["api_key"])
        assert taken.status_code == 409

    stage.play(script)


def test_a_key_that_may_only_write_writes_and_reads_nothing(stage: Stage) -> None:
    """Agents' contract 0: any request needs exactly the scope listed with the route."""

    async def script(local: Local) -> None:
        made = (await local.post("/keys", {"permissions": ["write_channels", "write_messages"]})).json()
        body = {"channel_id": "general", "content": "written"}
        posted = await local.post("/channels/messages", body, made["api_key"])
        assert posted.status_code == 201
        path = f"/channels/general/messages/{posted.json()['message']['id']}"
        assert (await local.post(f"{path}/like", {}, made["api_key"])).status_code == 200
        for closed in (path, "/channels/general/messages", "/channels", "/channels/general/search?q=written"):
            assert (await local.get(closed, made["api_key"])).json()["code"] == "insufficient_scope"

    stage.play(script)
