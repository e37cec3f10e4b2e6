"""The node's card: named at setup, changed by its owner, neutral until then."""

from tests.edge.client import PASSWORD, Local
from tests.edge.conftest import Stage


def test_a_node_has_a_neutral_name_until_its_owner_gives_one(stage: Stage) -> None:
    async def script(local: Local) -> None:
        first = (await local.get("/device/profile")).json()
        assert first["display_name"] == f"node-{first['device_id']}"
        changed = await local.post("/device/profile", {"display_name": " Studio  ", "description": "in the attic"})
        assert (changed.json()["ok"], changed.json()["display_name"]) == (True, "Studio")
        kept = (await local.post("/device/profile", {"description": ""})).json()
        assert (kept["display_name"], kept["description"]) == ("Studio", "")
        mira = await local.register("mira")
        assert (await local.post("/device/profile", {"display_name": "Mine"}, mira["api_key"])).status_code == 403
        assert (await local.get("/device/profile", mira["api_key"])).json()["display_name"] == "Studio"
        for body in ({}, {"display_name": ""}, {"avatar_b64": "aGk="}):
            assert (await local.post("/device/profile", body)).status_code == 400
        assert (await local.post("/device/profile", {"display_name": "x" * 81})).status_code == 413

    stage.play(script)


def test_a_node_is_named_at_setup(stage: Stage) -> None:
    async def script(local: Local) -> None:
        claim = local.node.home.token_file.read_text("ascii").strip()
        body = {"claim": claim, "username": "ada", "password": PASSWORD, "node_name": "studio"}
        local.key = (await local.post("/setup", body)).json()["api_key"]
        assert (await local.get("/device/profile")).json()["display_name"] == "studio"

    stage.play(script, set_up=False)
