"""The life of a channel: silence puts it away, words bring it back (REST sections 2 and 2.2)."""

from typing import Any

import pytest

from canopy.features.channels.shown import DAY_MS, life_of
from canopy.ground.clock import COUNTER_BITS
from tests.edge.client import Local
from tests.edge.conftest import Stage
from tests.edge.test_channels import found

DAY = 24 * 3600


def life(**given: Any) -> tuple[str, int | None]:
    card = {"ttl_days": 180, "preserved": False, "changed": 0, "archived": None, "newest": None, "now_ms": 0} | given
    shown = life_of(**card)
    return shown.status, shown.days_left


def stamp(day: float) -> int:
    return int(day * DAY_MS) << COUNTER_BITS


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({}, ("active", 180)),
        ({"now_ms": 1}, ("active", 180)),
        ({"now_ms": 166 * DAY_MS - 1}, ("active", 15)),
        ({"now_ms": 166 * DAY_MS}, ("cooling", 14)),
        ({"now_ms": 180 * DAY_MS - 1}, ("cooling", 1)),
        ({"now_ms": 180 * DAY_MS}, ("archived", None)),
        ({"now_ms": 180 * DAY_MS, "newest": stamp(100)}, ("active", 100)),
        ({"now_ms": 500 * DAY_MS, "preserved": True}, ("preserved", None)),
        ({"archived": stamp(1), "preserved": True}, ("archived", None)),
        ({"archived": stamp(2), "newest": stamp(1), "now_ms": 2 * DAY_MS}, ("archived", None)),
        ({"archived": stamp(2), "newest": stamp(3), "now_ms": 4 * DAY_MS}, ("active", 179)),
        ({"ttl_days": 1, "now_ms": DAY_MS - 1}, ("cooling", 1)),
    ],
)
def test_where_a_channel_stands(given: dict[str, Any], wanted: tuple[str, int | None]) -> None:
    assert life(**given) == wanted


def test_silence_puts_a_channel_away_and_words_bring_it_back(stage: Stage) -> None:
    async def script(local: Local) -> None:
        channel = await found(local)
        path = f"/channels/{channel['id']}"
        assert (channel["lifecycle_status"], channel["days_until_archive"]) == ("active", 180)
        general = (await local.get("/channels/general")).json()["channel"]
        assert general["lifecycle_status"] == "preserved"

        async def names(query: str = "") -> list[str]:
            return [one["name"] for one in (await local.get(f"/channels{query}")).json()["channels"]]

        stage.clock.advance(170 * DAY)
        assert (await local.get(path)).json()["channel"]["lifecycle_status"] == "cooling"
        stage.clock.advance(11 * DAY)
        silent = (await local.get(path)).json()["channel"]
        assert (silent["lifecycle_status"], silent["archive_reason"]) == ("archived", None) and silent["archived_at"]
        assert (await names(), await names("?archived=1")) == (["general"], ["plans"])
        said = {"channel_id": channel["id"], "content": "still here"}
        assert (await local.post("/channels/messages", said)).status_code == 201
        assert (await names(), await names("?archived=1")) == (["general", "plans"], [])
        await local.call("PATCH", f"{path}/lifecycle", {"archived": True, "reason": "done"}, None)
        assert (await names("?archived=1")) == ["plans"]
        stage.clock.advance(1)
        await local.post("/channels/messages", said)
        revived = (await local.get(path)).json()["channel"]
        assert (revived["lifecycle_status"], revived["archived_at"], revived["archive_reason"]) == (
            "active",
            None,
            None,
        )

    stage.play(script)
