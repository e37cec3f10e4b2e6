"""What somebody saved: private, in the order of saving, and shown only while the source may be read (REST 20)."""

from typing import Any

import pytest

from tests.edge.client import Local
from tests.edge.conftest import Stage

PATH = "/bookmarks"


def of(message: str, **more: Any) -> dict[str, Any]:
    return {"source_type": "channel_message", "source_id": message, **more}


async def saved(local: Local, key: str | None = None, query: str = "") -> list[Any]:
    return list((await local.get(PATH + query, key)).raise_for_status().json()["bookmarks"])


def test_a_message_is_saved_noted_put_away_and_let_go_by_its_owner_alone(stage: Stage) -> None:
    async def script(local: Local) -> None:
        mira = (await local.register("mira"))["api_key"]
        message = await local.say("**Remember** this")
        made = (await local.post(f"{PATH}?render=html", of(message["id"], note=" why ", tags=["a", " a ", ""]))).json()
        kept = made["bookmark"]
        assert kept["id"].startswith("BK")
        assert (kept["channel_id"], kept["tags"]) == ("general", ["a"])
        assert "<strong>" in kept["message"]["html"]
        again = (await local.post(PATH, of(message["id"], note="other"))).json()["bookmark"]
        assert (again["id"], again["note"]) == (kept["id"], kept["note"])
        assert [one["id"] for one in await saved(local)] == [kept["id"]]
        assert [one["id"] for one in await saved(local, None, f"?source_id={message['id']}")] == [kept["id"]]
        assert await saved(local, mira) == []
        where = f"{PATH}/{kept['id']}"
        for method, body in (("GET", None), ("PATCH", {"note": "mine"}), ("DELETE", None)):
            assert (await local.call(method, where, body, mira)).status_code == 404
        assert (await local.call("PATCH", where, {"note": "later", "archived": True})).json()["bookmark"]["archived"]
        assert await saved(local) == []
        assert len(await saved(local, None, "?include_archived=true")) == 1
        assert (await local.get(where)).json()["bookmark"]["note"] == "later"
        assert (await local.call("DELETE", where, None)).json() == {"success": True}
        assert (await local.call("DELETE", where, None)).json()["code"] == "bookmark_not_found"

    stage.play(script)


def test_pages_go_from_the_newest_to_the_oldest(stage: Stage) -> None:
    async def script(local: Local) -> None:
        ids = [(await local.say(f"number {number}"))["id"] for number in range(5)]
        for identity in ids:
            stage.clock.advance(1)
            await local.post(PATH, of(identity))
        seen: list[str] = []
        cursor = ""
        while cursor is not None:
            page = (await local.get(f"{PATH}?limit=2" + (f"&cursor={cursor}" if cursor else ""))).json()
            seen += [one["source_id"] for one in page["bookmarks"]]
            cursor = page["next_cursor"]
        assert seen == ids[::-1]
        for bad in ("x", "1-", "-BK0", "9" * 30 + "-BK0"):
            assert (await local.get(f"{PATH}?cursor={bad}")).json()["code"] == "invalid_parameter"

    stage.play(script)


def test_what_may_not_be_read_is_neither_saved_nor_shown(stage: Stage) -> None:
    async def script(local: Local) -> None:
        mira = await local.register("mira")
        channel = (await local.post("/channels", {"name": "trips"})).json()["channel"]["id"]
        body = {"channel_id": channel, "content": "by train"}
        message = (await local.post("/channels/messages", body)).json()["message"]["id"]
        kept = (await local.post(PATH, of(message), mira["api_key"])).json()["bookmark"]["id"]
        gone = await local.say("gone soon")
        await local.post(PATH, of(gone["id"]), mira["api_key"])
        await local.call("DELETE", f"/channels/general/messages/{gone['id']}", None)
        await local.call("DELETE", f"/channels/{channel}/members/{mira['user_id']}", None, mira["api_key"])
        assert await saved(local, mira["api_key"]) == []
        assert (await local.get(f"{PATH}/{kept}", mira["api_key"])).status_code == 404
        for identity in (message, gone["id"], "M0123456789abcdef01234567"):
            refused = await local.post(PATH, of(identity), mira["api_key"])
            assert (refused.status_code, refused.json()["code"]) == (404, "message_not_found")
        await local.post(f"/channels/{channel}/members", {"user_id": mira["user_id"]}, mira["api_key"])
        assert [one["id"] for one in await saved(local, mira["api_key"])] == [kept]

    stage.play(script)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (of("M0", source_type="feed_post"), "not_available"),
        ({**of("M0"), "source_id": "M 0"}, "invalid_request"),
        (of("M0", tags=["x"] * 21), "invalid_request"),
    ],
)
def test_a_bad_wish_says_what_is_wrong(stage: Stage, body: dict[str, Any], code: str) -> None:
    async def script(local: Local) -> None:
        refused = await local.post(PATH, body)
        assert (refused.status_code, refused.json()["code"]) == (400, code)
        assert (await local.call("PATCH", f"{PATH}/BK0", {})).status_code == 400
        assert (await local.get(f"{PATH}?source_type=dm_message")).json()["code"] == "not_available"

    stage.play(script)


def test_bookmarks_are_bounded(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("canopy.features.bookmarks.actions.MOST", 1)

    async def script(local: Local) -> None:
        first, second = await local.say("first"), await local.say("second")
        assert (await local.post(PATH, of(first["id"]))).status_code == 201
        refused = await local.post(PATH, of(second["id"]))
        assert (refused.status_code, refused.json()["code"]) == (409, "too_many_bookmarks")

    stage.play(script)


def test_only_the_own_tabs_hear_of_it(stage: Stage) -> None:
    async def script(local: Local) -> None:
        mira = (await local.register("mira"))["api_key"]
        message = await local.say("something")
        latest = (await local.get("/events?limit=1")).json()["latest_seq"]
        kept = (await local.post(PATH, of(message["id"]))).json()["bookmark"]["id"]
        await local.call("DELETE", f"{PATH}/{kept}", None)
        asked = f"/events?after_seq={latest}&types=bookmark.changed"
        assert [item["message_id"] for item in (await local.get(asked)).json()["items"]] == [message["id"]] * 2
        assert (await local.get(asked, mira)).json()["items"] == []

    stage.play(script)
