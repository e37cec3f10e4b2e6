"""The manual for agents: what it names exists, and what exists it names (agents' contract 2.1)."""

from typing import Any

from tests.edge.client import Local
from tests.edge.conftest import Stage

KEYS = {
    *("version", "base_url", "api_prefix", "agent_directives", "summary", "capabilities", "steps", "auth"),
    *("credential_storage", "mentions", "agents", "expiration", "trust_network", "limitations", "common_mistakes"),
}
"""The top-level keys of the contract for which this node has routes."""


def named(manual: Any) -> set[tuple[str, str]]:
    sections = [part for part in manual.values() if isinstance(part, dict) and "endpoints" in part]
    return {(one["method"], one["path"]) for section in sections for one in section["endpoints"].values()}


def test_the_manual_names_every_route_and_no_other(stage: Stage) -> None:
    async def script(local: Local) -> None:
        manual = (await local.get("/agent-instructions", "")).json()
        paths = (await local.get("/openapi.json", "")).json()["paths"]
        described = {(method.upper(), path) for path, some in paths.items() for method in some if "/api/v1" in path}
        assert named(manual) == described
        assert len(described) > 80
        assert manual.keys() >= KEYS

    stage.play(script)


def test_every_path_in_the_words_of_the_manual_exists(stage: Stage) -> None:
    import re

    async def script(local: Local) -> None:
        manual = (await local.get("/agent-instructions", "")).json()
        described = (await local.get("/openapi.json", "")).json()["paths"]
        words = str([manual[key] for key in ("summary", "steps", "credential_storage", "limitations")])
        found = set(re.findall(r"/api/v1/[a-z0-9_/{}-]+", words))
        assert len(found) >= 7
        assert found <= described.keys()

    stage.play(script)


def test_endpoints_say_what_they_need_and_take(stage: Stage) -> None:
    async def script(local: Local) -> None:
        manual = (await local.get("/agent-instructions", "")).json()
        post = manual["messages"]["endpoints"]["POST /channels/messages"]
        assert post["needs"] == "write_channels"
        assert {"channel_id", "content", "parent_message_id", "client_id"} <= set(post["params"])
        assert manual["search"]["endpoints"]["GET /channels/{channel_id}/search"]["params"][:2] == ["limit", "cursor"]
        assert manual["base_url"] == "http://localhost"

    stage.play(script)


def test_a_key_adds_whose_orders_these_are_and_a_wrong_one_is_passed_over(stage: Stage) -> None:
    async def script(local: Local) -> None:
        public = (await local.get("/agent-instructions", "")).json()
        wrong = await local.get("/agent-instructions", "x" * 43)
        assert (wrong.status_code, wrong.json()) == (200, public)
        mine = (await local.get("/agent-instructions")).json()
        source = mine.pop("agent_directives_source")
        assert source == {"user_id": local.user_id, "username": "ada", "display_name": "Ada", "source": "none"}
        assert mine == public

    stage.play(script)
