"""Profiles with pictures, identity cards, the directories of users and agents, and presence that does not guess."""

import base64
import io
from typing import Any

import pytest
from PIL import Image

from canopy.edge.presence import store_check_ins
from canopy.ground.pictures import AVATAR_BYTES, is_avatar
from canopy.log.shown import peer_id
from tests.edge.client import Local
from tests.edge.conftest import Stage
from tests.edge.test_accounts import code
from tests.edge.test_mentions import Other


def encoded(picture: Image.Image, form: str = "PNG", **how: Any) -> str:
    out = io.BytesIO()
    picture.save(out, form, **how)
    return base64.b64encode(out.getvalue()).decode()


def stripes(mode: str = "RGB", size: tuple[int, int] = (320, 240)) -> Image.Image:
    """Left half red, right half blue."""
    picture = Image.new(mode, size, "red")
    picture.paste(Image.new(mode, (size[0] // 2, size[1]), "blue"), (size[0] // 2, 0))
    return picture


async def picture_of(local: Local, profile: Any) -> Any:
    path = profile["avatar_url"].removeprefix("/api/v1")
    return await local.get(path)


async def approve(local: Local, made: Any) -> None:
    assert (await local.post(f"/admin/users/{made['user_id']}/approve", None)).status_code == 200


# Pictures.


@pytest.mark.parametrize(
    ("form", "mode", "how"),
    [
        ("PNG", "RGB", {}),
        ("PNG", "RGBA", {}),
        ("PNG", "P", {}),
        ("JPEG", "RGB", {"exif": Image.Exif().tobytes() + b"secret place", "quality": 90}),
        ("GIF", "P", {}),
        ("WEBP", "RGB", {}),
        ("BMP", "RGB", {}),
    ],
)
def test_a_picture_becomes_a_small_square_without_what_the_file_said(
    stage: Stage, form: str, mode: str, how: Any
) -> None:
    """Decision 71."""

    async def script(local: Local) -> None:
        body = {"avatar_b64": encoded(stripes().convert(mode), form, **how)}
        profile = (await local.call("PATCH", "/profile", body)).raise_for_status().json()["profile"]
        answer = await picture_of(local, profile)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/webp")
        made = Image.open(io.BytesIO(answer.content))
        assert made.size == (256, 256)
        assert is_avatar(answer.content) and b"secret" not in answer.content
        left, right = (made.convert("RGB").getpixel((x, 128)) for x in (20, 236))
        assert isinstance(left, tuple) and isinstance(right, tuple)
        assert left[0] > 200 > left[2] and right[2] > 200 > right[0]

    stage.play(script)


def test_a_picture_may_be_kept_for_ever_by_who_may_see_it(stage: Stage) -> None:
    async def script(local: Local) -> None:
        mira = await local.register("mira")
        profile = (await local.post("/profile", {"avatar_b64": encoded(stripes())})).json()["profile"]
        path = profile["avatar_url"].removeprefix("/api/v1")
        answer = await local.get(path, mira["api_key"])
        assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
        assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert (await local.get(path, If_None_Match=answer.headers["etag"])).status_code == 304
        assert (await local.get(path, "")).status_code == 401
        assert code(await local.get("/avatars/0123")) == "avatar_not_found"
        user = (await local.get(f"/users/{local.user_id}", mira["api_key"])).json()["user"]
        message = await local.say("hello")
        (member, _) = (await local.get("/channels/general/members")).json()["members"]
        suggestion = (await local.get("/mention-suggestions?channel_id=general&q=ada")).json()["users"][0]
        shown = [one["avatar_url"] for one in (user, message, member, suggestion)]
        assert shown == [profile["avatar_url"]] * 4

    stage.play(script)


def test_a_picture_stays_until_it_is_taken_away(stage: Stage) -> None:
    async def script(local: Local) -> None:
        first = (await local.post("/profile", {"avatar_b64": encoded(stripes())})).json()["profile"]
        kept = (await local.post("/profile", {"bio": "new words"})).json()["profile"]
        assert kept["avatar_url"] == first["avatar_url"]
        other = (await local.post("/profile", {"avatar_b64": encoded(stripes(size=(90, 90)))})).json()["profile"]
        assert other["avatar_url"] != first["avatar_url"]
        assert (await picture_of(local, first)).status_code == 404
        for empty in ({"avatar_b64": ""}, {"avatar_file_id": ""}):
            gone = (await local.post("/profile", empty)).json()["profile"]
            assert gone["avatar_url"] is None

    stage.play(script)


def _svg() -> str:
    return base64.b64encode(b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>').decode()


def _bomb() -> str:
    """64,100,000 pixels in a few kilobytes."""
    return encoded(Image.new("1", (8_000, 8_013)))


def _half() -> str:
    whole = base64.b64decode(encoded(stripes()))
    return base64.b64encode(whole[: len(whole) // 2]).decode()


@pytest.mark.parametrize(
    ("picture", "status", "why"),
    [
        (_svg(), 400, "invalid_picture"),
        (_bomb(), 400, "invalid_picture"),
        (_half(), 400, "invalid_picture"),
        (base64.b64encode(b"GIF89a").decode(), 400, "invalid_picture"),
        ("not base64!", 400, "invalid_request"),
        ("é", 400, "invalid_request"),
        (base64.b64encode(b"x" * (512 * 1024 + 1)).decode(), 413, "content_too_large"),
    ],
)
def test_what_is_no_picture_is_refused(stage: Stage, picture: str, status: int, why: str) -> None:
    async def script(local: Local) -> None:
        answer = await local.post("/profile", {"avatar_b64": picture})
        assert (answer.status_code, code(answer)) == (status, why)
        assert (await local.get("/profile")).json()["avatar_url"] is None

    stage.play(script)


def test_a_picture_that_another_node_sends_is_looked_at_before_anybody_sees_it(stage: Stage) -> None:
    async def script(local: Local) -> None:
        import msgspec

        from canopy.log import scope

        other = Other(local, stage)
        where = scope.of_node(other.author.key.node)
        wide = io.BytesIO()
        Image.new("RGB", (513, 16)).save(wide, "WEBP")
        for image in (wide.getvalue(), b"<svg>", b"\x89PNG\r\n\x1a\n" + bytes(40)):
            card = msgspec.structs.replace(other.card, avatar=image)
            receipt = await other.give(other.author.write(card, where))
            assert receipt.verdict is not None and receipt.verdict.reason == "malformed"
        good = io.BytesIO()
        Image.new("RGB", (512, 16)).save(good, "WEBP")
        await other.give(other.author.write(msgspec.structs.replace(other.card, avatar=good.getvalue()), where))
        user = (await local.get(f"/users/{other.user_id}")).json()["user"]
        assert (await picture_of(local, user)).content == good.getvalue()

    stage.play(script)


def test_noise_with_holes_still_fits(stage: Stage) -> None:
    """What does not fit without loss at full size is made smaller, then without its holes."""

    async def script(local: Local) -> None:
        import random

        noise = Image.frombytes("RGBA", (256, 256), random.Random(1).randbytes(4 * 256 * 256))
        profile = (await local.post("/profile", {"avatar_b64": encoded(noise)})).json()["profile"]
        answer = await picture_of(local, profile)
        assert is_avatar(answer.content) and len(answer.content) <= AVATAR_BYTES

    stage.play(script)


# Profiles.


def test_a_profile_is_changed_in_parts_and_others_hear_of_it(stage: Stage) -> None:
    async def script(local: Local) -> None:
        mira = await local.register("mira")
        assert (await local.get("/events?types=profile.updated")).json()["items"] == []
        body = {"display_name": "Ada L.", "account_type": "agent"}
        profile = (await local.call("PATCH", "/profile", body)).json()["profile"]
        assert (profile["display_name"], profile["account_type"]) == ("Ada L.", "human")
        (told,) = (await local.get("/events?types=profile.updated", mira["api_key"])).json()["items"]
        assert told["payload"]["user_id"] == local.user_id
        await local.call("PATCH", "/profile", body)
        assert len((await local.get("/events?types=profile.updated")).json()["items"]) == 1, "nothing changed"
        for nothing in ({}, {"account_type": "agent"}):
            assert (await local.post("/profile", nothing)).status_code == 400
        for later in ({"avatar_file_id": "F1"}, {"agent_directives": "obey"}):
            assert code(await local.post("/profile", later)) == "not_available"

    stage.play(script)


@pytest.mark.parametrize("handle", ["channel", "Here", "everyone", "system"])
def test_words_that_call_everybody_are_no_handles(stage: Stage, handle: str) -> None:
    async def script(local: Local) -> None:
        body = {"username": handle, "password": "correct horse battery staple"}
        refused = await local.post("/register", body)
        assert (refused.status_code, refused.json()["errors"]) == (400, [{"field": "username", "code": "reserved"}])

    stage.play(script)


# Directories.


def test_agents_are_listed_as_their_contract_says(stage: Stage) -> None:
    """REST section 1.3, agents' contract 3.1."""

    async def script(local: Local) -> None:
        mira = await local.register("mira")
        bot, shy = [await local.register(handle, "agent") for handle in ("zz-bot", "a-bot")]
        await approve(local, bot)
        other = Other(local, stage, handle="emo")
        await other.introduce()
        await local.say("@zz-bot status?")

        async def handles(query: str = "", key: str | None = None) -> list[str]:
            answer = (await local.get(f"/agents?{query}", key)).json()
            assert answer["count"] == len(answer["agents"])
            return [one["username"] for one in answer["agents"]]

        far = f"emo.{peer_id(other.author.key.node)[:8]}"
        assert await handles() == ["zz-bot"]
        assert await handles("active_only=0") == ["zz-bot", "a-bot"], "active ones first"
        everybody = ["zz-bot", "ada", far, "mira"]
        assert await handles("include_humans=1") == everybody, "agents first, then by name"
        assert await handles("include_humans=yes&include_remote=0") == ["zz-bot", "ada", "mira"]
        assert await handles("include_humans=1&q=BOB") == [far]
        paged = (await local.get("/agents?include_humans=1&limit=2")).json()
        assert await handles(f"include_humans=1&limit=2&cursor={paged['next_cursor']}") == everybody[2:]
        assert paged["filters"]["limit"] == 2 and paged["filters"]["include_humans"] is True
        assert (await local.get("/agents?limit=x")).status_code == 400
        (row,) = (await local.get("/agents")).json()["agents"]
        assert (row["origin_peer"], row["is_remote"], row["account_type"]) == ("", False, "agent")
        assert (row["stable_handle"], row["mention_handles"]) == ("zz-bot", ["zz-bot", bot["user_id"]])
        assert (row["capabilities"], row["skills"], row["skill_count"]) == ([], [], 0)
        assert (row["unacked_mentions"], row["pending_inbox"]) == (1, None)
        assert (await local.get("/agents", mira["api_key"])).json()["agents"][0]["unacked_mentions"] is None
        assert (await local.get("/agents", bot["api_key"])).json()["agents"][0]["unacked_mentions"] == 1
        assert shy["status"] == "pending_approval"

    stage.play(script)


def test_every_handle_of_a_user_calls_that_user(stage: Stage) -> None:
    async def script(local: Local) -> None:
        other = Other(local, stage, handle="emo", name="Emil Tom")
        await other.introduce()
        user = (await local.get(f"/users/{other.user_id}")).json()["user"]
        far = f"emo.{peer_id(other.author.key.node)[:8]}"
        assert user["mention_handles"] == [far, "emo", "Emil_Tom", other.user_id]
        for handle in user["mention_handles"]:
            message = await local.say(f"@{handle}")
            assert [one["user_id"] for one in message["mentions"]] == [other.user_id]

    stage.play(script)


def test_presence_is_what_is_known(stage: Stage) -> None:
    """Agents' contract 3.2."""

    async def script(local: Local) -> None:
        bot = await local.register("bot", "agent")
        await approve(local, bot)
        other = Other(local, stage)
        await other.introduce()

        async def presence(user: str = "") -> tuple[Any, ...]:
            shown = (await local.get(f"/users/{user or bot['user_id']}")).json()["user"]
            assert shown["presence"]["state"] == shown["presence_state"]
            return shown["presence_state"], shown["presence_age_text"], shown["last_check_in_source"]

        assert await presence() == ("no_checkin", None, None)
        await local.get("/agents/me")
        assert await presence(local.user_id) == ("human", None, None)
        assert local.node.core.check_ins.take() == {}, "a person's call is none"
        assert await presence(other.user_id) == ("human", None, None)
        await local.get("/profile", bot["api_key"])
        assert await presence() == ("no_checkin", None, None), "not every call is a check-in"
        await local.get("/agents/me", bot["api_key"])
        assert await presence() == ("online", "0s", "agents_me")
        await local.get("/events", bot["api_key"])
        for seconds, state, age in (
            (120, "online", "2m"),
            (1, "recent", "2m"),
            (779, "recent", "15m"),
            (1, "idle", "15m"),
            (2699, "idle", "1h"),
            (1, "offline", "1h"),
            (2 * 24 * 3600, "offline", "2d"),
        ):
            stage.clock.advance(seconds)
            assert await presence() == (state, age, "events")
        fresh = local.node.core.check_ins.take()
        await local.node.writer.write(lambda tx: store_check_ins(tx, fresh))
        local.node.core.check_ins = type(local.node.core.check_ins)()
        assert (await presence())[0] == "offline", "it outlives the process"

    stage.play(script)


def test_an_agent_elsewhere_is_not_guessed_about(stage: Stage) -> None:
    async def script(local: Local) -> None:
        import msgspec

        other = Other(local, stage)
        other.card = msgspec.structs.replace(other.card, account_type="agent")
        await other.introduce()
        (row,) = (await local.get("/agents")).json()["agents"]
        assert (row["presence_state"], row["presence_label"], row["presence_color"]) == (
            "remote_unknown",
            "Remote",
            "dark",
        )
        assert row["origin_peer"] == peer_id(other.author.key.node)

    stage.play(script)


def test_the_node_says_how_busy_it_is(stage: Stage) -> None:
    """Agents' contract 3.3."""

    async def script(local: Local) -> None:
        bot = await local.register("bot", "agent")
        asleep = await local.register("asleep", "agent")
        await approve(local, bot)
        await local.say("@bot and @asleep")
        stage.clock.advance(90)
        health = (await local.get("/agents/system-health", bot["api_key"])).json()
        assert (health["uptime_seconds"], health["users"]) == (90, {"total": 3, "active_agents": 1})
        assert health["queues"]["unacked_mentions"] == 2
        assert health["peers"] == {"connected_count": 0, "connected_peers": [], "known_peers_count": 0}
        assert health["db"]["size_bytes"] > 4096
        assert (health["needs_attention"], health["poll_hint_seconds"]) == (False, 30)
        assert health["started_at"] < health["timestamp"]
        assert asleep["status"] == "pending_approval"

    stage.play(script)


def test_a_busy_node_asks_to_be_asked_sooner(stage: Stage) -> None:
    from canopy.log import todo
    from canopy.log.db import Tx

    async def script(local: Local) -> None:
        def pile_up(tx: Tx) -> None:
            for number in range(101):
                todo.note(tx, todo.What.BODIES, bytes([number]), 0)

        await local.node.writer.write(pile_up)
        health = (await local.get("/agents/system-health")).json()
        assert (health["queues"]["sync_queue_depth"], health["needs_attention"]) == (101, True)
        assert health["poll_hint_seconds"] == 5

    stage.play(script)
