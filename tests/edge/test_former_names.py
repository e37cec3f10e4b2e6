"""Links by the former name of a channel (ui.md 3.2): which channels bore a name, and to whom that is told."""

from typing import Any

from canopy.log import replay
from canopy.log.db.schema import tables_of
from tests.edge.client import Local
from tests.edge.conftest import Stage
from tests.edge.test_channels import found


async def rename(local: Local, channel: dict[str, Any], name: str) -> None:
    answer = await local.call("PATCH", f"/channels/{channel['id']}", {"name": name}, None)
    assert answer.status_code == 200, answer.text


async def named(local: Local, name: str, key: str | None = None) -> list[str]:
    """The ids of the channels that a name leads to."""
    return [each["id"] for each in (await local.get(f"/channels?named={name}", key)).json()["channels"]]


def test_a_former_name_leads_to_its_channel_until_another_bears_it(stage: Stage) -> None:
    async def script(local: Local) -> None:
        plans = await found(local, "plans")
        assert await named(local, "PLANS") == [plans["id"]]
        await rename(local, plans, "travel")
        await rename(local, plans, "voyages")
        for name in ("plans", "Plans", "travel", "voyages"):
            assert await named(local, name) == [plans["id"]]
        assert await named(local, "plan") == await named(local, "nonsense") == []
        other = await found(local, "plans")
        assert await named(local, "plans") == [other["id"]]
        await rename(local, other, "maps")
        assert set(await named(local, "plans")) == {plans["id"], other["id"]}
        await rename(local, plans, "plans")
        assert await named(local, "plans") == [plans["id"]]
        assert await named(local, "general") == ["general"]

    stage.play(script)


def test_an_archived_channel_keeps_its_names_and_a_deleted_one_has_none(stage: Stage) -> None:
    async def script(local: Local) -> None:
        plans = await found(local, "plans")
        await rename(local, plans, "travel")
        await local.call("PATCH", f"/channels/{plans['id']}/lifecycle", {"archived": True}, None)
        assert await named(local, "plans") == await named(local, "travel") == [plans["id"]]
        await local.call("DELETE", f"/channels/{plans['id']}", None)
        assert await named(local, "plans") == await named(local, "travel") == []

    stage.play(script)


def test_a_name_is_told_only_to_who_sees_the_channel(stage: Stage) -> None:
    async def script(local: Local) -> None:
        mira = await local.register("mira")
        key = mira["api_key"]
        plans = await found(local, "plans")
        await rename(local, plans, "travel")
        assert await named(local, "plans", key) == [plans["id"]]
        member = f"/channels/{plans['id']}/members/{mira['user_id']}"
        assert (await local.call("DELETE", member, None, key)).status_code == 200
        assert await named(local, "plans", key) == await named(local, "travel", key) == []
        assert await named(local, "plans") == [plans["id"]]
        other = await found(local, "maps")
        await rename(local, other, "plans")
        await rename(local, other, "charts")
        assert await named(local, "plans", key) == [other["id"]], "what one does not see makes nothing ambiguous"

    stage.play(script)


def test_the_names_are_made_anew_from_the_log(stage: Stage) -> None:
    async def script(local: Local) -> None:
        plans = await found(local, "plans")
        await rename(local, plans, "travel")
        before = rows(local)
        assert {name for _, name in before} == {"plans", "travel"}
        judge = local.node.door.judge
        await local.node.writer.write(lambda tx: tx.execute("DELETE FROM channel_names"))
        assert rows(local) == []
        await local.node.writer.write(lambda tx: replay.rebuild(tx, judge, {"channels"}))
        assert rows(local) == before
        assert await named(local, "plans") == [plans["id"]]

    assert "channel_names" in {table.name for table in tables_of("channels")}
    stage.play(script)


def rows(local: Local) -> list[Any]:
    with local.node.home.database.read() as tx:
        return sorted(tx.execute("SELECT scope, folded FROM channel_names").fetchall())
