"""Words that a program wrote for a person say so on every node, with the name of its key (ui.md 5.4)."""

from typing import Any

import pytest

from canopy.features.messages.events import MessageEdited, MessagePosted
from tests.edge.client import PASSWORD, Local
from tests.edge.conftest import Stage

GENERAL = "/channels/general/messages"


async def said(local: Local, key: str, words: str = "words", **headers: str) -> Any:
    body = {"channel_id": "general", "content": words}
    answer = await local.post("/channels/messages", body, key, **headers)
    assert answer.status_code == 201, answer.text
    return answer.json()["message"]


async def named_key(local: Local, name: str) -> str:
    wish = {"name": name, "permissions": ["read_feed", "write_feed", "read_messages"]}
    return str((await local.post("/keys", wish)).json()["api_key"])


async def signed_in(local: Local) -> dict[str, str]:
    """Headers of a browser of the owner's."""
    answer = await local.post("/session", {"username": "ada", "password": PASSWORD}, "")
    cookie = answer.headers["set-cookie"].split(";")[0]
    return {"Cookie": cookie, "X_CSRFToken": answer.json()["csrf_token"]}


def test_a_persons_key_is_named_wherever_the_message_is_read(stage: Stage) -> None:
    async def script(local: Local) -> None:
        message = await said(local, await named_key(local, "ci-bot"))
        assert message["via_api_key"] == "ci-bot"
        listed = (await local.get(GENERAL)).json()["messages"][0]
        (heard,) = (await local.get("/events?types=channel.message.created")).json()["items"]
        assert listed["via_api_key"] == heard["payload"]["message"]["via_api_key"] == "ci-bot"

    stage.play(script)


def test_a_key_without_a_name_tells_nothing_of_its_secret(stage: Stage) -> None:
    async def script(local: Local) -> None:
        assert (await said(local, await named_key(local, "")))["via_api_key"] == "unnamed"

    stage.play(script)


def test_what_was_written_by_hand_names_no_key(stage: Stage) -> None:
    async def script(local: Local) -> None:
        message = await said(local, "", **await signed_in(local))
        assert (message["username"], message["via_api_key"]) == ("ada", None)

    stage.play(script)


def test_an_agent_writes_by_a_key_as_a_matter_of_course(stage: Stage) -> None:
    async def script(local: Local) -> None:
        agent = await local.register("scout", "agent")
        (await local.post(f"/admin/users/{agent['user_id']}/approve", {})).raise_for_status()
        assert (await said(local, agent["api_key"]))["via_api_key"] is None

    stage.play(script)


def test_an_edit_leaves_standing_how_a_message_came(stage: Stage) -> None:
    async def script(local: Local) -> None:
        by_key = await said(local, await named_key(local, "ci-bot"))
        browser = await signed_in(local)
        by_hand = await said(local, "", **browser)
        changed = await local.call("PATCH", f"{GENERAL}/{by_key['id']}", {"content": "by hand"}, "", **browser)
        assert changed.json()["message"]["via_api_key"] == "ci-bot"
        changed = await local.call("PATCH", f"{GENERAL}/{by_hand['id']}", {"content": "by key"})
        assert changed.json()["message"]["via_api_key"] is None

    stage.play(script)


@pytest.mark.parametrize("via", ["two\nlines", "turned\u202eround", " blank", "\ud800", "nul\0"])
def test_a_name_that_no_node_would_give_is_malformed(via: str) -> None:
    with pytest.raises(ValueError, match="key"):
        MessagePosted(content="words", via=via).check()
    with pytest.raises(ValueError, match="key"):
        MessageEdited(message=bytes(32), content="words", via=via).check()
