"""A key that is limited to channels: elsewhere there is nothing for it, in any list, count, search or stream."""

from typing import Any

import pytest

from tests.edge.client import PASSWORD, Local
from tests.edge.conftest import Stage
from tests.edge.test_accounts import code
from tests.edge.test_channels import found
from tests.edge.test_stream import Listener

ALL_BUT_MANAGING = [
    *("read_messages", "write_messages", "read_files", "write_files", "read_feed", "write_feed"),
    *("voice_call", "view_trust", "delete_data", "read_channels", "write_channels", "moderate_channels"),
]


class World:
    """The owner's channels, words in both, and a key for one of them."""

    def __init__(self, local: Local) -> None:
        self.local = local

    async def build(self) -> "World":
        local = self.local
        self.inside, self.outside = [(await found(local, name))["id"] for name in ("inside", "outside")]
        self.near, self.far = await self.say(self.inside, "a word inside"), await self.say(self.outside, "a word far")
        self.made = (await self.key([self.inside])).json()
        self.key_text = self.made["api_key"]
        return self

    async def key(self, channels: Any, **wish: Any) -> Any:
        body = {"permissions": ALL_BUT_MANAGING, "name": "limited", "channel_ids": channels, **wish}
        return await self.local.post("/keys", body)

    async def say(self, channel: str, words: str, key: str | None = None) -> str:
        answer = await self.local.post("/channels/messages", {"channel_id": channel, "content": words}, key)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["message"]["id"])

    async def get(self, path: str) -> Any:
        return (await self.local.get(path, self.key_text)).json()

    async def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        return await self.local.call(method, path, body, self.key_text, **headers)


async def built(local: Local) -> World:
    return await World(local).build()


def outside_routes(world: World) -> list[tuple[str, str, Any]]:
    """Everything that names a channel or what is in it, in a place that the key may not see."""
    there, message = world.outside, world.far
    at = f"/channels/{there}/messages/{message}"
    return [
        ("GET", f"/channels/{there}", None),
        ("GET", "/channels/general", None),
        ("PATCH", f"/channels/{there}", {"topic": "ours"}),
        ("PATCH", f"/channels/{there}", {"starred": True}),
        ("PATCH", f"/channels/{there}/lifecycle", {"archived": True}),
        ("DELETE", f"/channels/{there}", None),
        ("GET", f"/channels/{there}/members", None),
        ("POST", f"/channels/{there}/members", {"user_id": world.local.user_id}),
        ("DELETE", f"/channels/{there}/members/{world.local.user_id}", None),
        ("DELETE", f"/channels/general/members/{world.local.user_id}", None),
        ("PUT", f"/channels/{there}/members/{world.local.user_id}/role", {"role": "member"}),
        ("POST", f"/channels/{there}/read", {"up_to_message_id": message}),
        ("POST", f"/channels/{there}/unread", {"from_message_id": message}),
        ("POST", "/channels/messages", {"channel_id": there, "content": "no"}),
        ("POST", "/channels/messages", {"channel_id": "general", "content": "no"}),
        ("GET", f"/channels/{there}/messages", None),
        ("GET", at, None),
        ("GET", f"{at}/replies", None),
        ("GET", f"{at}/history", None),
        ("PATCH", at, {"content": "no"}),
        ("DELETE", at, None),
        ("POST", f"{at}/like", {"reaction_type": "like"}),
        ("PUT", f"{at}/reactions/like", None),
        ("DELETE", f"{at}/reactions/like", None),
        ("GET", f"/channels/{there}/search?q=word", None),
        ("GET", f"/channels/threads/subscription?channel_id={there}&message_id={message}", None),
        ("POST", "/channels/threads/subscription", {"channel_id": there, "message_id": message, "subscribed": True}),
        ("GET", f"/mention-suggestions?channel_id={there}", None),
        ("POST", "/bookmarks", {"source_type": "channel_message", "source_id": message}),
        ("GET", f"/channels/{world.inside}/messages/{message}", None),
    ]


def test_a_channel_outside_is_as_if_it_never_was(stage: Stage) -> None:
    async def script(local: Local) -> None:
        world = await built(local)
        nowhere = "C0123456789abcdef"
        for method, path, body in outside_routes(world):
            unknown = path.replace(world.outside, nowhere).replace("/general", f"/{nowhere}")
            named = {**body, "channel_id": nowhere} if body and "channel_id" in body else body
            hidden, absent = await world.ask(method, path, body), await world.ask(method, unknown, named)
            assert hidden.status_code == 404, f"{method} {path}: {hidden.text}"
            told = ("status", "code", "detail")
            assert [hidden.json()[x] for x in told] == [absent.json()[x] for x in told], f"{method} {path}"

    stage.play(script)


def test_inside_it_works_as_any_other_key(stage: Stage) -> None:
    async def script(local: Local) -> None:
        world = await built(local)
        here, at = world.inside, f"/channels/{world.inside}/messages/{world.near}"
        for method, path, body in (
            ("GET", f"/channels/{here}", None),
            ("PATCH", f"/channels/{here}", {"topic": "ours"}),
            ("GET", f"/channels/{here}/messages", None),
            ("GET", f"/channels/{here}/search?q=word", None),
            ("PUT", f"{at}/reactions/like", None),
            ("PATCH", at, {"content": "other words"}),
            ("POST", "/channels/messages", {"channel_id": here, "content": "yes"}),
            ("POST", f"/channels/{here}/read", {"up_to_message_id": world.near}),
            ("POST", "/bookmarks", {"source_type": "channel_message", "source_id": world.near}),
            ("DELETE", at, None),
        ):
            answer = await world.ask(method, path, body)
            assert answer.status_code in (200, 201), f"{method} {path}: {answer.text}"
        assert [channel["id"] for channel in (await world.get("/channels"))["channels"]] == [here]

    stage.play(script)


def test_lists_and_counts_know_only_what_is_inside(stage: Stage) -> None:
    async def script(local: Local) -> None:
        world = await built(local)
        mira = (await local.register("mira"))["api_key"]
        for channel in (world.inside, world.outside, "general"):
            await world.say(channel, "@ada, look", mira)
        for message in (world.near, world.far):
            await local.post("/bookmarks", {"source_type": "channel_message", "source_id": message})
        assert [m["channel_id"] for m in (await world.get("/mentions"))["mentions"]] == [world.inside]
        assert [b["source_id"] for b in (await world.get("/bookmarks"))["bookmarks"]] == [world.near]
        everybody = (await world.get("/agents?include_humans=1"))["agents"]
        assert next(a for a in everybody if a["username"] == "ada")["unacked_mentions"] == 1
        whole = (await local.get("/agents?include_humans=1")).json()["agents"]
        assert next(a for a in whole if a["username"] == "ada")["unacked_mentions"] == 3
        left = (await local.call("DELETE", f"/channels/{world.outside}/members/{local.user_id}", None)).status_code
        assert left == 409
        assert (await world.get("/channels?left=true"))["channels"] == []

    stage.play(script)


def test_what_is_outside_does_not_show_in_whether_there_is_more(stage: Stage) -> None:
    async def script(local: Local) -> None:
        world = await built(local)
        mira = (await local.register("mira"))["api_key"]
        for channel in (world.outside, world.outside, world.inside):
            await world.say(channel, "@ada, look", mira)
        for message in (world.far, world.near):
            await local.post("/bookmarks", {"source_type": "channel_message", "source_id": message})
        for path in ("/mentions", "/bookmarks", "/channels"):
            whole, page = (await local.get(f"{path}?limit=1")).json(), await world.get(f"{path}?limit=1")
            assert whole["has_more"]
            assert (page["count"], page["has_more"], page["next_cursor"]) == (1, False, None), path

    stage.play(script)


def test_what_is_named_by_its_own_id_is_asked_for_too(stage: Stage) -> None:
    async def script(local: Local) -> None:
        world = await built(local)
        mira = (await local.register("mira"))["api_key"]
        await world.say(world.outside, "@ada, look", mira)
        mention = (await local.get("/mentions")).json()["mentions"][0]["id"]
        done = await world.ask("POST", "/mentions/ack", {"mention_ids": [mention]})
        assert done.json()["acknowledged"] == 0
        saved = {"source_type": "channel_message", "source_id": world.far}
        bookmark = (await local.post("/bookmarks", saved)).json()["bookmark"]["id"]
        path = f"/bookmarks/{bookmark}"
        for method, body in (("GET", None), ("PATCH", {"note": "mine"}), ("DELETE", None)):
            assert code(await world.ask(method, path, body)) == "bookmark_not_found"
        kept = (await local.get(path)).json()["bookmark"]
        assert kept["note"] == ""

    stage.play(script)


def test_events_tell_only_what_happens_inside(stage: Stage) -> None:
    async def script(local: Local) -> None:
        world = await built(local)
        limited, whole = Listener(local, key=world.key_text), Listener(local)
        for listener in (limited, whole):
            await listener.until(lambda me: "retry:" in me.text)
        await local.post("/bookmarks", {"source_type": "channel_message", "source_id": world.far})
        await world.say(world.outside, "not for this key")
        await local.call("PUT", f"/channels/{world.outside}/messages/{world.far}/reactions/like", None)
        await local.call("PATCH", f"/channels/{world.outside}", {"topic": "secret"})
        await local.call("DELETE", f"/channels/{world.outside}", None)
        await world.say("general", "nor this")
        last = await world.say(world.inside, "for both")
        for listener in (limited, whole):
            await listener.until(lambda me: last in me.text)
        for text in (limited.text, str(await world.get("/events"))):
            assert world.outside not in text and world.far not in text and "nor this" not in text
        assert world.outside in whole.text
        assert {item["channel_id"] for item in (await world.get("/events"))["items"]} == {world.inside}
        again = await Listener(local, "after_seq=0", key=world.key_text).until(lambda me: last in me.text)
        assert world.outside not in again.text

    stage.play(script)


def test_a_limited_key_is_not_the_owner_and_opens_nothing(stage: Stage) -> None:
    async def script(local: Local) -> None:
        world = await built(local)
        mira = await local.register("mira")
        for method, path, body in (
            ("GET", "/admin/users", None),
            ("POST", f"/admin/users/{mira['user_id']}/keys", {"permissions": ["read_feed"]}),
            ("POST", f"/admin/users/{mira['user_id']}/reset", {}),
            ("DELETE", f"/admin/users/{mira['user_id']}", None),
            ("POST", "/admin/transfer", {"user_id": mira["user_id"], "handle": "mira", "password": PASSWORD}),
            ("GET", "/events/diagnostics", None),
        ):
            refused = await world.ask(method, path, body)
            assert (refused.status_code, code(refused)) == (403, "owner_required"), path
        opened = await world.ask("POST", "/channels", {"name": "another"})
        assert (opened.status_code, code(opened)) == (403, "channel_limit")
        assert code(await world.ask("POST", "/keys", {"permissions": ["read_feed"]})) == "insufficient_scope"
        assert code(await world.ask("GET", "/sessions")) == "insufficient_scope"

    stage.play(script)


@pytest.mark.parametrize("permission", ["manage_keys", "manage_node"])
def test_no_limited_key_may_make_others(stage: Stage, permission: str) -> None:
    async def script(local: Local) -> None:
        world = await built(local)
        refused = await world.key([world.inside], permissions=["read_feed", permission])
        assert (refused.status_code, code(refused)) == (400, "limited_key")
        wide = (await local.post("/keys", {"permissions": ["read_feed", permission]})).json()
        narrowed = await local.call("PATCH", f"/keys/{wide['id']}", {"channel_ids": [world.inside]})
        assert (narrowed.status_code, code(narrowed)) == (400, "limited_key")
        both = {"channel_ids": [world.inside], "permissions": ["read_feed"]}
        assert (await local.call("PATCH", f"/keys/{wide['id']}", both)).status_code == 200
        assert code(await local.get("/channels/general", wide["api_key"])) == "channel_not_found"

    stage.play(script)


def test_a_limit_names_channels_that_its_holder_knows(stage: Stage) -> None:
    async def script(local: Local) -> None:
        world = await built(local)
        for channels, status in (([], 400), (["C0123456789abcdef"], 400), ([world.inside, "nowhere"], 400), ("x", 400)):
            refused = await world.key(channels)
            assert refused.status_code == status, channels
        mira = await local.register("mira")
        await local.call("DELETE", f"/channels/{world.inside}/members/{mira['user_id']}", None, mira["api_key"])
        path = f"/admin/users/{mira['user_id']}/keys"
        absent = await local.post(path, {"permissions": ["read_feed"], "channel_ids": [world.inside]})
        assert (absent.status_code, code(absent)) == (400, "unknown_channel")
        made = await local.post(path, {"permissions": ["read_feed"], "channel_ids": ["general"]})
        assert made.json()["channel_ids"] == ["general"]

    stage.play(script)


def test_a_limit_is_shown_narrowed_and_never_widened(stage: Stage) -> None:
    async def script(local: Local) -> None:
        world = await built(local)
        both = (await world.key([world.inside, world.outside])).json()
        assert both["channel_ids"] == sorted([world.inside, world.outside])
        path = f"/keys/{both['id']}"
        listener = await Listener(local, key=both["api_key"]).until(lambda me: "retry:" in me.text)
        narrowed = (await local.call("PATCH", path, {"channel_ids": [world.inside]})).json()["key"]
        assert narrowed["channel_ids"] == [world.inside]
        await listener.until(lambda me: me.ended)
        assert (await local.get(f"/channels/{world.outside}", both["api_key"])).status_code == 404
        for wider in ([world.inside, world.outside], [world.outside]):
            refused = await local.call("PATCH", path, {"channel_ids": wider})
            assert (refused.status_code, code(refused)) == (409, "key_widening")
        assert (await local.call("PATCH", path, {"name": "other"})).json()["key"]["channel_ids"] == [world.inside]
        rows = {key["id"]: key for key in (await local.get("/keys")).json()["keys"]}
        assert rows[both["id"]]["channel_ids"] == [world.inside]
        assert [key["channel_ids"] for key in rows.values() if key["name"] == "first key"] == [None]

    stage.play(script)


def test_a_rotated_key_keeps_its_limit(stage: Stage) -> None:
    async def script(local: Local) -> None:
        world = await built(local)
        new = (await local.post(f"/keys/{world.made['id']}/rotate", {})).json()
        assert new["channel_ids"] == [world.inside]
        assert (await local.get(f"/channels/{world.outside}", new["api_key"])).status_code == 404

    stage.play(script)


def test_what_another_key_was_answered_is_not_given_again(stage: Stage) -> None:
    async def script(local: Local) -> None:
        world = await built(local)
        body = {"channel_id": world.outside, "content": "hidden", "client_id": "c1"}
        assert (await local.post("/channels/messages", body, Idempotency_Key="k1")).status_code == 201
        again = await world.ask("POST", "/channels/messages", body, Idempotency_Key="k1")
        assert (again.status_code, code(again)) == (404, "channel_not_found")
        guessed = await world.ask(
            "POST", "/channels/messages", {"channel_id": world.inside, "content": "x", "client_id": "c1"}
        )
        assert guessed.json()["message"]["channel_id"] == world.inside

    stage.play(script)


def test_a_channel_that_goes_on_elsewhere_says_so_only_to_who_may_know(stage: Stage) -> None:
    async def script(local: Local) -> None:
        world = await built(local)
        made = await local.post("/channels", {"name": "inside", "continues": world.inside})
        after = made.json()["channel"]["id"]
        assert (await local.get(f"/channels/{world.inside}")).json()["channel"]["continued_by"] == [after]
        assert (await world.get(f"/channels/{world.inside}"))["channel"]["continued_by"] == []
        key = (await world.key([after])).json()["api_key"]
        assert (await local.get(f"/channels/{after}", key)).json()["channel"]["continues"] is None

    stage.play(script)
