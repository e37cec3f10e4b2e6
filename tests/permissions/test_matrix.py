"""Random worlds, every row of the contract, everybody: what the node answers is what the oracle says."""

import json
import random
from collections import Counter
from typing import Any

import pytest

from canopy import installed
from canopy.edge.routes import ROUTES as OWN
from tests.edge.client import Local
from tests.edge.conftest import Stage
from tests.edge.mesh import Recorded
from tests.permissions.building import Built, Headers
from tests.permissions.oracle import ROWS, Asked, Credential, judge, readable, remember

WORLDS = 20
CASES = 500
"""In each world: 10,000 altogether."""
LEFT_OUT = {
    **dict.fromkeys(("GET /health", "GET /livez", "GET /readyz", "GET /metrics"), "says how the node is"),
    **dict.fromkeys(("POST /session", "GET /session", "DELETE /session"), "is how a credential comes to be, or goes"),
    **dict.fromkeys(
        ("DELETE /sessions", "DELETE /sessions/{session_id}", "POST /password"), "ends credentials: test_sessions.py"
    ),
    **dict.fromkeys(("POST /setup", "POST /register"), "makes accounts: tests/edge/test_accounts.py"),
    **dict.fromkeys(("POST /keys", "POST /admin/users/{user_id}/keys"), "grants: tests/edge/test_accounts.py"),
    **dict.fromkeys(
        ("POST /reset", "POST /reset/check", "POST /admin/users/{user_id}/reset"),
        "is how a password comes to be: tests/edge/test_resets.py",
    ),
    "DELETE /admin/users/{user_id}": "ends accounts: tests/edge/test_deleting_accounts.py",
    "POST /admin/transfer": "makes another owner: tests/edge/test_handing_over.py",
    "POST /keys/{key_id}/rotate": "grants: tests/edge/test_key_rotation.py",
    **dict.fromkeys(("GET /events/stream", "GET /mentions/stream"), "does not end: tests/edge/test_stream.py"),
    **dict.fromkeys(
        ("POST /mentions/acknowledge", "POST /mentions/acknoledge", "POST /acknowledge", "POST /acknoledge"),
        "another name of /mentions/ack",
    ),
    **dict.fromkeys(
        (
            *("DELETE /p2p/peers/{peer_id}", "POST /p2p/forget", "POST /p2p/reconnect", "POST /p2p/disconnect"),
            *(
                "POST /p2p/discovered/{key}/connect",
                "POST /p2p/invite/import",
                "GET /p2p/sync",
                "GET /p2p/explain/{id}",
            ),
        ),
        "depends on links: tests/edge/test_trust.py",
    ),
}
"""Rows that are no question of permission, or whose answer depends on more than that."""
BODIES: dict[str, Any] = {
    "PATCH /profile": {"bio": "new"},
    "POST /profile": {"bio": "other"},
    "PATCH /keys/{key_id}": {"name": "renamed"},
    "PATCH /channels/{channel_id}": {"topic": "a topic"},
    "PATCH /channels/{channel_id}/lifecycle": {"preserved": True},
    "PATCH /channels/{channel_id}/messages/{message_id}": {"content": "edited"},
    "PUT /channels/{channel_id}/messages/{message_id}": {"content": "put"},
    "POST /channels/{channel_id}/messages/{message_id}/like": {"reaction_type": "like"},
    "POST /mentions/ack": {"mention_ids": ["MN0"]},
    "POST /ack": {"mention_ids": []},
    "PATCH /mention-lists/{list_id}": {"name": "renamed"},
    "PATCH /bookmarks/{bookmark_id}": {"note": "later"},
    "POST /render": {"content": "words"},
    "POST /p2p/invite": {},
    "POST /p2p/resync": {},
    "POST /device/profile": {"description": "a node"},
}


def test_the_oracle_knows_every_route() -> None:
    """A new route needs a row in `oracle.ROWS`, written from the contract, or a reason in LEFT_OUT."""
    routes = {f"{route.method} {route.path}" for room in installed.ROOMS for route in room.routes}
    routes |= {f"{route.method} {route.path}" for route in OWN}
    assert routes == ROWS.keys() | LEFT_OUT.keys()
    assert ROWS.keys().isdisjoint(LEFT_OUT)


class Player:
    """Asks random questions of one world."""

    def __init__(self, built: Built, rng: random.Random) -> None:
        self.built, self.world, self.rng = built, built.world, rng
        self.seen: Counter[int] = Counter()
        self.hidden: set[str] = set()
        """How the absence of a channel is said: the same for one that is hidden and one that never was."""
        self.made = 0

    async def play(self) -> None:
        who, headers = self._who()
        asked = self._question(who)
        verdict = judge(self.world, who, asked)
        answer = await self._ask(asked, headers)
        said = f"{who} {asked}: {answer.status_code} {answer.text[:200]}"
        assert answer.status_code == verdict.status, f"{verdict} expected. {said}"
        if verdict.code:
            assert answer.json()["code"] == verdict.code, f"{verdict} expected. {said}"
        if verdict.status == 404 and answer.json()["code"] == "channel_not_found":
            self.hidden.add(answer.json()["detail"])
        if verdict.status == 200:
            self._check_rows(who, asked, answer)
        remember(self.world, who, asked, verdict)
        self.seen[verdict.status] += 1

    def _who(self) -> tuple[Credential, Headers]:
        users = [one for one in self.built.shown if one[0].user is not None and one[0].state == "good"]
        active = [one for one in users if one[0].user is not None and one[0].user.status == "active"]
        return self.rng.choice(active if self.rng.random() < 0.7 else self.built.shown)

    def _question(self, who: Credential) -> Asked:
        rows = list(ROWS)
        # What depends on places and words is asked three times as often.
        row = self.rng.choice(rows + 2 * [one for one in rows if "channel" in one])
        method, path = row.split(" ")
        mine = who.user.identity if who.user else ""
        channel = self.rng.choice([*self.world.channels, "C0123456789abcdef"])
        user = mine if mine and self.rng.random() < 0.5 else self.rng.choice([*self.world.users, "user_0"])
        # Else soon nothing would be left to ask about, and nobody to ask.
        if row == "DELETE /channels/{channel_id}" and self.rng.random() < 0.9:
            channel = "general"
        if row == "POST /admin/users/{user_id}/suspend" and self.rng.random() < 0.9:
            user = self.built.local.user_id
        foreign = [key for key, holder in self.world.keys.items() if holder != mine]
        keys = foreign if row == "DELETE /keys/{key_id}" else list(self.world.keys)
        return Asked(
            method=method,
            path=path,
            channel=channel,
            message=self._message(channel),
            user=user,
            key=self.rng.choice([*keys, "0" * 32]),
            role=self.rng.choice(["admin", "member"]),
            malformed=self.rng.random() < 0.08,
        )

    def _message(self, channel: str) -> str:
        there = [one.identity for one in self.world.messages.values() if one.channel == channel]
        somewhere = [*self.world.messages, "M0123456789abcdef01234567"]
        return self.rng.choice(there if there and self.rng.random() < 0.8 else somewhere)

    async def _ask(self, asked: Asked, headers: Headers) -> Any:
        row = f"{asked.method} {asked.path}"
        key = "0" * 32 if row.startswith("DELETE /admin") else asked.key
        path = asked.path.format(
            channel_id=asked.channel,
            message_id=asked.message,
            user_id=asked.user,
            key_id=key,
            reaction_type="like",
            digest="d0",
            peer_id="nobody",
            list_id="ML0",
            bookmark_id="BK0",
        )
        places = {"channel_id": asked.channel, "message_id": asked.message, "limit": "200"}
        places |= {"q": "word"} if asked.path.endswith("/search") else {}
        return await self.built.local.client.request(
            asked.method,
            f"/api/v1{path}",
            params=places if asked.method == "GET" else None,
            content=self._body(asked, row) if asked.method != "GET" else None,
            headers={**headers, "Content-Type": "application/json"},
        )

    def _body(self, asked: Asked, row: str) -> str:
        if asked.malformed and ROWS[row].takes_body:
            return "[]"
        self.made += 1
        told: dict[str, Any] = {
            "POST /channels": {"name": f"made {self.made}"},
            "POST /mention-lists": {"name": f"made {self.made}", "user_ids": [self.built.local.user_id]},
            "POST /bookmarks": {"source_type": "channel_message", "source_id": asked.message},
            "POST /channels/messages": {"channel_id": asked.channel, "content": "more"},
            "POST /channels/{channel_id}/read": {"up_to_message_id": asked.message},
            "POST /channels/{channel_id}/unread": {"from_message_id": asked.message},
            "POST /channels/{channel_id}/members": {"user_id": asked.user},
            "PUT /channels/{channel_id}/members/{user_id}/role": {"role": asked.role},
            "POST /channels/threads/subscription": {
                "channel_id": asked.channel,
                "message_id": asked.message,
                "subscribed": True,
            },
            **BODIES,
        }
        return json.dumps(told[row]) if row in told else ""

    def _check_rows(self, who: Credential, asked: Asked, answer: Any) -> None:
        """What a list shows is what its reader may see."""
        row = f"{asked.method} {asked.path}"
        known = self.world.messages
        if row == "GET /channels/{channel_id}/messages":
            shown = {one["id"] for one in answer.json()["messages"]}
            assert shown & known.keys() == readable(self.world, asked.channel)
        elif row == "GET /channels/{channel_id}/search":
            living = {one for one in readable(self.world, asked.channel) if known[one].state == "living"}
            assert {one["id"] for one in answer.json()["messages"]} & known.keys() <= living
        elif row == "GET /channels":
            assert who.user is not None
            shown = {one["id"] for one in answer.json()["channels"]} & self.world.channels.keys()
            there = [one for one in self.world.channels.values() if who.reaches(one.identity)]
            mine = {one.identity for one in there if who.user.identity not in one.absent}
            assert shown == {identity for identity in mine if not self.world.channels[identity].archived}


@pytest.mark.slow
@pytest.mark.parametrize("number", range(WORLDS))
def test_ten_thousand_questions_have_the_answers_of_the_contract(stage: Stage, number: int) -> None:
    """Issue 4: permission matrix against an independent oracle, 10,000 cases, no difference."""

    async def script(local: Local) -> None:
        local.node.core.mesh = Recorded(local.node.home.key)
        rng = random.Random(number)
        built = Built(local, stage.clock, rng)
        await built.build()
        player = Player(built, rng)
        for _ in range(CASES):
            await player.play()
        assert sum(player.seen.values()) == CASES
        assert all(player.seen[status] for status in (200, 201, 400, 401, 403, 404)), player.seen
        assert len(player.hidden) == 1

    stage.play(script)
