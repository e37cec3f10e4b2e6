"""Muting and starring a channel: every member for themselves, and nobody else hears of it."""

from typing import Any

from tests.edge.client import Local
from tests.edge.conftest import Stage


async def own(local: Local, channel: str, key: str | None = None) -> tuple[bool, bool]:
    shown = (await local.get(f"/channels/{channel}", key)).json()["channel"]
    return shown["notifications_enabled"], shown["starred"]


async def events(local: Local, after: int, key: str | None = None) -> list[Any]:
    return list((await local.get(f"/events?after_seq={after}&types=channel.state.updated", key)).json()["items"])


def test_each_member_mutes_and_stars_for_themselves(stage: Stage) -> None:
    async def script(local: Local) -> None:
        mira = (await local.register("mira"))["api_key"]
        latest = (await local.get("/events?limit=1")).json()["latest_seq"]
        assert await own(local, "general", mira) == (True, False)
        path = "/channels/general"
        starred = await local.call("PATCH", path, {"starred": True}, mira)
        assert starred.status_code == 200
        assert starred.json()["channel"]["starred"] is True
        await local.call("PATCH", path, {"notifications_enabled": False}, mira)
        assert await own(local, "general", mira) == (False, True)
        assert await own(local, "general") == (True, False)
        assert [item["payload"] for item in await events(local, latest, mira)] == [{"change": "preferences"}] * 2
        assert await events(local, latest) == []
        await local.call("PATCH", path, {"notifications_enabled": True, "starred": False}, mira)
        assert await own(local, "general", mira) == (True, False)

    stage.play(script)


def test_what_concerns_all_needs_an_admin_and_takes_both_or_neither(stage: Stage) -> None:
    async def script(local: Local) -> None:
        mira = (await local.register("mira"))["api_key"]
        channel = (await local.post("/channels", {"name": "trips"})).json()["channel"]["id"]
        both = {"topic": "by train", "starred": True}
        refused = await local.call("PATCH", f"/channels/{channel}", both, mira)
        assert refused.status_code == 403
        assert await own(local, channel, mira) == (True, False)
        done = (await local.call("PATCH", f"/channels/{channel}", both)).json()["channel"]
        assert (done["topic"], done["starred"]) == ("by train", True)
        assert await own(local, channel, mira) == (True, False)

    stage.play(script)


def test_who_left_a_channel_cannot_star_it(stage: Stage) -> None:
    async def script(local: Local) -> None:
        channel = (await local.post("/channels", {"name": "trips"})).json()["channel"]["id"]
        mira = await local.register("mira")
        await local.call("DELETE", f"/channels/{channel}/members/{mira['user_id']}", None, mira["api_key"])
        for identity in (channel, "C0000000000000000"):
            answer = await local.call("PATCH", f"/channels/{identity}", {"starred": True}, mira["api_key"])
            assert (answer.status_code, answer.json()["code"]) == (404, "channel_not_found")

    stage.play(script)
