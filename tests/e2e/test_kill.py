"""P1: what the API acknowledged is on disk, exactly once, however often the process is killed."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.e2e.node import GENERAL, Node
from tests.e2e.wire import Line, request, run

ROUNDS = 20
SPEAKERS = 8
SEED = 20_260_101
ROUND_SECONDS = 20.0


@dataclass
class Speaker:
    """Says one thing after the other, and says it again with the same Idempotency-Key until it is acknowledged."""

    number: int
    said: int = 0
    pending: str = ""

    def next(self) -> str:
        if not self.pending:
            self.said += 1
            self.pending = f"speaker {self.number} says thing {self.said}"
        return self.pending


@dataclass
class Ledger:
    speakers: list[Speaker] = field(default_factory=lambda: [Speaker(one) for one in range(SPEAKERS)])
    acknowledged: list[str] = field(default_factory=list)
    replayed: int = 0
    enough: asyncio.Event = field(default_factory=asyncio.Event)
    wanted: int = 0

    def acknowledge(self, speaker: Speaker, head: bytes) -> None:
        self.replayed += b"idempotent-replay: true" in head.lower()
        self.acknowledged.append(speaker.pending)
        speaker.pending = ""
        if len(self.acknowledged) >= self.wanted:
            self.enough.set()


def spoken(key: str, speaker: Speaker) -> bytes:
    content = speaker.next()
    return request(
        "POST",
        "/api/v1/channels/messages",
        {"channel_id": GENERAL, "content": content},
        key=key,
        headers={"Idempotency-Key": content.replace(" ", "-")},
    )


async def speak(node: Node, speaker: Speaker, ledger: Ledger) -> None:
    """Until the connection breaks."""
    try:
        line = await Line.connect(node.port)
        while True:
            answer = await line.ask(spoken(node.key, speaker))
            assert answer.status == 201, answer
            ledger.acknowledge(speaker, answer.head)
    except OSError:
        return


async def one_round(node: Node, ledger: Ledger, more: int) -> None:
    """Let all speak, and pull the plug as soon as `more` further messages were acknowledged."""
    ledger.enough = asyncio.Event()
    ledger.wanted = len(ledger.acknowledged) + more
    async with asyncio.timeout(ROUND_SECONDS), asyncio.TaskGroup() as group:
        for speaker in ledger.speakers:
            group.create_task(speak(node, speaker, ledger))
        await ledger.enough.wait()
        node.kill()


def contents(node: Node) -> Counter[str]:
    return Counter(str(message["content"]) for message in node.messages())


def assert_kept(node: Node, ledger: Ledger) -> None:
    found = contents(node)
    lost = [content for content in ledger.acknowledged if found[content] == 0]
    doubled = {content: times for content, times in found.items() if times > 1}
    assert not lost, f"acknowledged and lost: {lost}"
    assert not doubled, f"there more than once: {doubled}"


def rounds() -> Iterator[int]:
    """How many acknowledgements each round lasts; early and late plugs alike."""
    rng = random.Random(SEED)
    return (rng.choice((1, rng.randint(2, 20), rng.randint(20, 150))) for _ in range(ROUNDS))


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_nothing_acknowledged_is_lost_or_doubled_by_twenty_kills(tmp_path: Path) -> None:
    ledger = Ledger()
    with Node(tmp_path / "root") as node:
        node.setup()
        for number, more in enumerate(rounds()):
            run(one_round(node, ledger, more))
            examined = node.doctor()
            assert examined.code == 0, f"round {number}: {examined}"
            assert "fail" not in examined.states(), f"round {number}: {examined}"
            node.restart(same_port=False)
            assert_kept(node, ledger)
        run(one_round(node, ledger, SPEAKERS))
        node.restart(same_port=False)
        assert_kept(node, ledger)
    assert len(ledger.acknowledged) > 10 * ROUNDS
    assert len(set(ledger.acknowledged)) == len(ledger.acknowledged)


def test_a_message_survives_the_kill_that_follows_its_answer(owned: Node) -> None:
    said = owned.post("written down")
    owned.kill()
    owned.restart()
    assert [message["id"] for message in owned.messages()] == [said]


def test_a_retry_after_the_kill_returns_the_first_message(owned: Node) -> None:
    body = {"channel_id": GENERAL, "content": "only once"}
    headers = {"Idempotency-Key": "only-once"}
    first = owned.request("POST", "/api/v1/channels/messages", body, key=owned.key, headers=headers)
    owned.kill()
    owned.restart()
    second = owned.request("POST", "/api/v1/channels/messages", body, key=owned.key, headers=headers)
    assert (first.status, second.status) == (201, 201)
    assert "idempotent-replay" not in first.headers
    assert second.headers["idempotent-replay"] == "true"
    assert second.json["message"]["id"] == first.json["message"]["id"]
    assert len(owned.messages()) == 1
