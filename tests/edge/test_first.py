"""What a page is given with its first byte: the answers of the routes, for who is signed in, and nothing else."""

import json
import re
from typing import Any

from tests.edge.client import PASSWORD, Local
from tests.edge.conftest import Stage

BLOCK = re.compile(r'<script type="application/json" id="first">(.*?)</script>', re.S)


async def page(local: Local, path: str = "/c/general", **headers: str) -> str:
    return (await local.client.get(path, headers={"Accept": "text/html", **headers})).text


async def first(local: Local, path: str = "/c/general") -> dict[str, Any]:
    found = BLOCK.findall(await page(local, path))
    return dict(json.loads(found[0])) if found else {}


async def sign_in(local: Local, username: str = "ada") -> None:
    local.client.cookies.clear()
    made = await local.post("/session", {"username": username, "password": PASSWORD}, "")
    assert made.status_code == 200


def test_the_page_brings_what_its_routes_would_answer(stage: Stage) -> None:
    async def script(local: Local) -> None:
        await sign_in(local)
        found = await first(local)
        members = "/channels/general/members?limit=200"
        assert set(found) == {"/session", "/events?limit=1", "/channels?limit=100", "/admin/users", members}
        for path, body in found.items():
            assert body == (await local.get(path, "")).json(), path
        assert set(await first(local, "/people")) == set(found) - {members}

    stage.play(script)


def test_who_is_not_signed_in_gets_the_bare_page(stage: Stage) -> None:
    async def script(local: Local) -> None:
        bare = await page(local)
        assert BLOCK.findall(bare) == []
        assert BLOCK.findall(await page(local, **{"X-API-Key": local.key or ""})) == []
        assert BLOCK.findall(await page(local, Cookie="session=wrong")) == []
        await local.register("mira")
        await sign_in(local, "mira")
        assert "/admin/users" not in await first(local)
        mira = (await local.get("/session", "")).json()["user"]["user_id"]
        await local.post(f"/admin/users/{mira}/suspend", {})
        assert BLOCK.findall(await page(local)) == []

    stage.play(script)


def test_no_name_can_end_the_block(stage: Stage) -> None:
    async def script(local: Local) -> None:
        name = "</script><script>alert(1)</script>"
        await local.post("/channels", {"name": name, "description": "<!--"})
        await sign_in(local)
        text = await page(local)
        assert text.count("<script>") == 0
        assert name in [channel["name"] for channel in (await first(local))["/channels?limit=100"]["channels"]]

    stage.play(script)


def test_what_would_be_too_much_is_left_out(stage: Stage, monkeypatch: Any) -> None:
    monkeypatch.setattr("canopy.edge.first.MOST_BYTES", 100)

    async def script(local: Local) -> None:
        await sign_in(local)
        assert BLOCK.findall(await page(local)) == []

    stage.play(script)
