"""What a node would answer about its peers, said by the test: all states at will, without a second node."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import segno
from playwright.sync_api import Request, Route
from tests.browser.conftest import Person

Json = dict[str, Any]
LOOK_MILLISECONDS = 20
MOST_LOOKS = 250
NOW = "2031-03-04T10:00:00Z"
WORDS = ["amber", "otter", "violin", "clay", "drift", "mango"]
OTHER_WORDS = ["basil", "comet", "fern", "latch", "pogo", "yodel"]
LONG_AGO = "2024-01-02T03:04:05Z"


def attempt(address: str, outcome: str, sentence: str) -> Json:
    """What became of one address."""
    return {"address": address, "outcome": outcome, "sentence": sentence, "at": NOW}


TIMEOUT = attempt("ws://192.168.1.20:7771", "timeout", "It did not answer within 5 seconds.")
REFUSED = attempt("ws://203.0.113.5:7771", "refused", "Nothing listens there.")


def failure(peer_id: str, attempted: Json) -> Json:
    """The same as a line of the diagnostics."""
    said = {"detail": attempted["sentence"], "endpoint": attempted["address"], "at": attempted["at"]}
    return {"id": 1, "peer_id": peer_id, "kind": "connection", "status": "failed", **said}


def peer(peer_id: str, name: str, **more: Any) -> Json:
    """A peer that is connected, trusted and level, but for what is said otherwise."""
    return {
        "peer_id": peer_id,
        "display_name": name,
        "words": OTHER_WORDS,
        "level": "trusted",
        "state": "connected_syncing",
        "last_seen": LONG_AGO,
        "refused": {},
        "waiting": {},
        "link": {"address": "ws://192.168.1.20:7771", "direction": "out", "since": NOW},
        "level_with_us": True,
        "progress": None,
        "attempts": [],
        "next_try": None,
        "open_channels": "merged",
        "merge": {"needed": False, "nodes": 0, "messages": 0},
        "introduced_by": [],
        **more,
    }


def offline(peer_id: str, name: str, **more: Any) -> Json:
    return peer(peer_id, name, **{"state": "offline", "link": None, "level_with_us": False, **more})


def code(**fields: Any) -> str:
    """An invite code as another node would write it."""
    said = {"v": 1, "pid": "pidB", "epk": "epkB", "xpk": "xpkB", "ep": ["ws://192.168.1.20:7771"], "name": "studio-b"}
    kept = {name: value for name, value in {**said, **fields}.items() if value is not None}
    raw = json.dumps(kept, separators=(",", ":")).encode()
    return "canopy:" + base64.urlsafe_b64encode(raw).decode().rstrip("=")


def qr(text: str) -> Json:
    """The modules of a code as one path, with the quiet zone of four."""
    rows = [bytes(row) for row in segno.make(text, micro=False).matrix_iter(border=4)]
    steps = [f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark]
    return {"size": len(rows), "path": "".join(steps)}


def invite(text: str = "", **more: Any) -> Json:
    text = text or code(pid="pidA", name="studio-mac", sec="c2VjcmV0LXNlY3JldA", exp=1_930_000_000)
    return {
        "invite_code": text,
        "peer_id": "pidA",
        "name": "studio-mac",
        "words": WORDS,
        "endpoints": ["ws://192.168.1.7:7771", "ws://10.0.2.15:7771"],
        "reach": [
            {"address": "ws://192.168.1.7:7771", "kind": "lan"},
            {"address": "ws://10.0.2.15:7771", "kind": "lan"},
        ],
        "expires_at": "2031-03-11T10:00:00Z",
        "one_time": True,
        "qr": qr(text),
        "raw": {},
        **more,
    }


def review(**more: Any) -> Json:
    return {
        "status": "reviewed",
        "peer_id": "pidB",
        "name": "studio-b",
        "words": OTHER_WORDS,
        "endpoints": ["ws://192.168.1.20:7771", "ws://203.0.113.5:7771"],
        "expires_at": "2031-03-11T10:00:00Z",
        "one_time": True,
        "warnings": [],
        **more,
    }


@dataclass
class Mesh:
    """Answers every call below /p2p in a person's browser, and keeps what was asked."""

    peers: list[Json] = field(default_factory=list)
    discovered: list[Json] = field(default_factory=list)
    introduced: list[Json] = field(default_factory=list)
    failures: list[Json] = field(default_factory=list)
    invite: Json = field(default_factory=invite)
    answers: dict[str, tuple[int, Json]] = field(default_factory=dict)
    """By method and path: what is answered instead."""
    asked: list[str] = field(default_factory=list)
    bodies: list[Json] = field(default_factory=list)

    def serve(self, person: Person) -> None:
        person.context.route("**/api/v1/p2p/**", self._answer)

    def changes(self) -> list[str]:
        """What was asked for beyond reading."""
        return [each for each in self.asked if not each.startswith("GET ")]

    def expect_changes(self, person: Person, *wanted: str) -> None:
        """Wait until exactly this was asked for."""
        for _ in range(MOST_LOOKS):
            if self.changes() == list(wanted):
                return
            person.page.wait_for_timeout(LOOK_MILLISECONDS)
        raise AssertionError(f"{self.changes()} is not {list(wanted)}")

    def _answer(self, route: Route, request: Request) -> None:
        path = urlsplit(request.url).path.removeprefix("/api/v1/p2p")
        asked = f"{request.method} {path}"
        self.asked.append(asked)
        if request.method == "POST":
            self.bodies.append(request.post_data_json or {})
        status, answer = self.answers.get(asked) or (200, self._usual(asked, request))
        route.fulfill(status=status, json=answer)

    def _usual(self, asked: str, request: Request) -> Json:
        reads: dict[str, Json] = {
            "GET /peers": {"peers": self.peers, "discovered_peers": self.discovered, "connected_peers": []},
            "GET /introduced": {"introduced_peers": self.introduced},
            "GET /diagnostics": self._diagnosis(),
        }
        if asked in reads:
            return reads[asked]
        if asked == "GET /invite":
            host = parse_qs(urlsplit(request.url).query, keep_blank_values=True).get("public_host")
            return self.invite if host is None else self._public(host[0])
        if asked == "POST /invite":
            return self._renew()
        if asked == "POST /invite/import":
            return (
                review()
                if (request.post_data_json or {}).get("dry_run")
                else {"status": "connected", "peer_id": "pidB"}
            )
        return {"success": True}

    def _public(self, host: str) -> Json:
        near = [each for each in self.invite["reach"] if each["kind"] != "configured"]
        far = [{"address": f"ws://{host}:7771", "kind": "configured"}] if host else []
        self.invite = invite(code(pid="pidA", ep=[host]), reach=[*far, *near])
        return self.invite

    def _renew(self) -> Json:
        self.invite = invite(code(pid="pidA", name="another"))
        return self.invite

    def _diagnosis(self) -> Json:
        connected = [each["peer_id"] for each in self.peers if each["state"] != "offline"]
        return {
            "connected_peers": connected,
            "known_peers_count": len(self.peers),
            "pending_messages": {"total": 3, "by_peer": {}},
            "reconnect_tasks": {"count": 1, "by_peer": {}},
            "recent_failures": self.failures,
            "security": {},
            "sync": {"active_catchups": [], "queue_depth": 0, "startup_grace": False},
            "timestamp": NOW,
        }


def ring(person: Person, times: int = 1) -> None:
    """Let the page hear that a peer changed, as a tab that leads would pass it on."""
    person.page.evaluate(
        """async (times) => {
          const { user } = await (await fetch("/api/v1/session")).json();
          const bus = new BroadcastChannel(`canopy.stream.${user.user_id}`);
          for (let time = 0; time < times; time += 1) {
            globalThis.rung = (globalThis.rung ?? 1_000_000) + 1;
            bus.postMessage({ kind: "events", events: [{ seq: globalThis.rung, event_type: "peer.changed" }] });
          }
          bus.close();
        }""",
        times,
    )
