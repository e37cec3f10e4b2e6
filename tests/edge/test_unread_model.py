"""Unread against a model: a thousand random things done by three users at once, and each count is right after each."""

import random
from typing import Any

import pytest

from tests.edge.client import Local
from tests.edge.conftest import Stage

OPERATIONS = 1_000


class Model:
    """What was said, and how far each of three users has read, kept as simply as can be."""

    def __init__(self, users: list[str]) -> None:
        self.said: list[dict[str, Any]] = []
        """In their order: id, author, until when, whether deleted."""
        self.read = dict.fromkeys(users, 0)
        """How many of those said each has behind the marker."""

    def unread(self, user: str, now: float) -> list[str]:
        rest = self.said[self.read[user] :]
        return [m["id"] for m in rest if m["by"] != user and not m["deleted"] and now < m["until"]]


class Users:
    """Three users who post, delete, read and unread, through the API and in the model."""

    def __init__(self, local: Local, stage: Stage, keys: dict[str, str], seed: int) -> None:
        self.local, self.stage, self.keys = local, stage, keys
        self.rng = random.Random(seed)
        self.model = Model(list(keys))
        self.now = 0.0

    async def act(self) -> None:
        self.stage.clock.advance(1)
        self.now += 1
        user = self.rng.choice(list(self.keys))
        act = self.rng.choices([self.post, self.read, self.unread, self.delete], [5, 3, 2, 2])[0]
        await act(user)

    async def post(self, user: str) -> None:
        ttl = self.rng.choice([10_000, 10_000, 20])
        body = {"channel_id": "general", "content": "words", "ttl_seconds": ttl}
        made = await self.local.post("/channels/messages", body, self.keys[user])
        until = self.now + ttl
        self.model.said.append({"id": made.json()["message"]["id"], "by": user, "until": until, "deleted": False})

    def _living(self) -> list[int]:
        said = self.model.said
        return [at for at, m in enumerate(said) if not m["deleted"] and self.now < m["until"]]

    async def read(self, user: str) -> None:
        living = self._living()
        if not living:
            return
        at = self.rng.choice(living)
        body = {"up_to_message_id": self.model.said[at]["id"]}
        assert (await self.local.post("/channels/general/read", body, self.keys[user])).status_code == 200
        self.model.read[user] = max(self.model.read[user], at + 1)

    async def unread(self, user: str) -> None:
        living = self._living()
        if not living:
            return
        at = self.rng.choice(living)
        body = {"from_message_id": self.model.said[at]["id"]}
        answer = await self.local.post("/channels/general/unread", body, self.keys[user])
        self.model.read[user] = at
        assert answer.json()["unread_count"] == len(self.model.unread(user, self.now))

    async def delete(self, user: str) -> None:
        mine = [at for at in self._living() if self.model.said[at]["by"] == user]
        if mine:
            at = self.rng.choice(mine)
            path = f"/channels/general/messages/{self.model.said[at]['id']}"
            assert (await self.local.call("DELETE", path, None, self.keys[user])).status_code == 200
            self.model.said[at]["deleted"] = True

    async def check(self) -> None:
        for user, key in self.keys.items():
            shown = (await self.local.get("/channels/general", key)).json()["channel"]
            wanted = self.model.unread(user, self.now)
            assert shown["unread_count"] == len(wanted)
            assert shown["first_unread_id"] == (wanted[0] if wanted else None)


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_each_count_is_right_after_each_of_a_thousand_operations(stage: Stage) -> None:
    async def script(local: Local) -> None:
        keys = {name: (await local.register(name))["api_key"] for name in ("mira", "ben", "eve")}
        users = Users(local, stage, keys, 1)
        for _ in range(OPERATIONS):
            await users.act()
            await users.check()
        assert len(users.model.said) > OPERATIONS / 4

    stage.play(script)
