"""Moderation over HTTP: who may take a message away, and what is left of it for everybody (REST rows 41 and 45)."""

from typing import Any

from tests.edge.client import Local
from tests.edge.conftest import Stage
from tests.edge.test_channels import found

WORDS = "words that nobody should read"


async def _scene(local: Local) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """A channel of the owner's in which Mira said something; Ben is there too."""
    channel = (await found(local))["id"]
    mira, ben = await local.register("mira"), await local.register("ben")
    posted = await local.post("/channels/messages", {"channel_id": channel, "content": WORDS}, mira["api_key"])
    return f"/channels/{channel}/messages/{posted.json()['message']['id']}", mira, ben


def test_an_admin_of_the_channel_takes_a_message_away(stage: Stage) -> None:
    async def script(local: Local) -> None:
        channel = (await found(local))["id"]
        mira, ben = await local.register("mira"), await local.register("ben")
        role = await local.call("PUT", f"/channels/{channel}/members/{ben['user_id']}/role", {"role": "admin"}, None)
        assert role.status_code == 200
        said = {"channel_id": channel, "content": WORDS}
        posted = (await local.post("/channels/messages", said, mira["api_key"])).json()["message"]
        path = f"/channels/{channel}/messages/{posted['id']}"
        reply = {"channel_id": channel, "content": "an answer", "parent_message_id": posted["id"]}
        await local.post("/channels/messages", reply, mira["api_key"])
        await local.call("PATCH", path, {"content": WORDS + ", edited"}, mira["api_key"])
        gone = await local.call("DELETE", path, None, ben["api_key"])
        assert (gone.status_code, gone.json()["pending"]) == (200, False)
        for key in (None, mira["api_key"], ben["api_key"]):
            shown = (await local.get(path, key)).json()["message"]
            assert (shown["content"], shown["deleted"], shown["by_moderator"]) == ("", True, True)
            assert (await local.get(path + "/history", key)).json()["versions"] == []
            for kept in (f"/channels/{channel}/messages", f"/channels/{channel}/search?q=nobody", "/channels"):
                assert WORDS not in (await local.get(kept, key)).text
        assert (await local.call("PATCH", path, {"content": "back"}, mira["api_key"])).status_code == 404
        assert (await local.post(path + "/like", {}, mira["api_key"])).status_code == 404
        again = await local.call("DELETE", path, None, ben["api_key"])
        assert again.status_code == 200
        own = await local.call("DELETE", path, None, mira["api_key"])
        assert own.status_code == 200

    stage.play(script)


def test_the_notice_says_that_it_was_a_moderator(stage: Stage) -> None:
    async def script(local: Local) -> None:
        path, _, _ = await _scene(local)
        role = path.rsplit("/messages/", 1)[0]
        assert (await local.get(role)).json()["channel"]["user_role"] == "admin"
        # The owner of the author's node deletes as its author's node: for good, and at once.
        await local.call("DELETE", path, None, None)
        events = (await local.get("/events?types=channel.message.deleted")).json()
        assert [item["payload"].get("by_moderator") for item in events["items"]] == [True]

    stage.play(script)


def test_who_is_no_admin_may_not(stage: Stage) -> None:
    async def script(local: Local) -> None:
        path, mira, ben = await _scene(local)
        refused = await local.call("DELETE", path, None, ben["api_key"])
        assert (refused.status_code, refused.json()["code"]) == (403, "not_author")
        posted = await local.post("/channels/messages", {"channel_id": "general", "content": "x"}, mira["api_key"])
        general = f"/channels/general/messages/{posted.json()['message']['id']}"
        refused = await local.call("DELETE", general, None, ben["api_key"])
        assert (refused.status_code, refused.json()["code"]) == (403, "not_author")
        assert (await local.get(path)).json()["message"]["content"] == WORDS

    stage.play(script)
