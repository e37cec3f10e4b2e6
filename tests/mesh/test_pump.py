"""The pump: what one fill may hold, what strangers may fill, and that nothing is lost by either."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from canopy.ground.clock import ManualClock
from canopy.ground.codec import pack
from canopy.mesh import cursors, intake, peerbook, pump
from canopy.mesh.contents import Events, Item
from canopy.mesh.pump import FILL_BYTES
from canopy.mesh.wire import CREDIT_LIMIT, GRANT, Class, Envelope
from tests.log.world import Sent
from tests.mesh.meeting import End, Member, shake, talk

Make = Callable[[int], Member]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def make(tmp_path: Path, clock: ManualClock) -> Iterator[Make]:
    members: list[Member] = []

    def one(number: int) -> Member:
        folder = tmp_path / str(number)
        folder.mkdir()
        members.append(Member(folder, clock, number))
        return members[-1]

    yield one
    for member in members:
        member.close()


def test_a_peer_that_grants_without_end_fills_no_memory(make: Make, clock: ManualClock) -> None:
    one, two = make(1), make(2)
    for _ in range(120):
        one.post("x" * 40_000)
    one.trust(two)
    two.trust(one)
    ends = shake(one, two)
    # The credit of a peer that breaks no rule of the wire, and means harm.
    plenty = CREDIT_LIMIT // 2
    ends[0].pump.wire._obey(Envelope(Class.CONTROL, GRANT, pack([0, plenty, plenty, plenty])))
    for of in (Class.LIVE, Class.SYNC, Class.BULK):
        ends[1].pump.wire._allowed[of] += plenty
    sizes: list[int] = []
    fill = ends[0].pump.fill

    def measured(now: float) -> list[bytes]:
        frames = fill(now)
        sizes.append(sum(map(len, frames)))
        assert ends[0].pump.unfinished == (sizes[-1] >= FILL_BYTES)
        return frames

    ends[0].pump.fill = measured  # type: ignore[method-assign]
    talk(*ends)
    assert sum(sizes) > 4 * FILL_BYTES
    assert max(sizes) < 2 * FILL_BYTES
    assert len(two.words()) == 120


# What strangers may fill.


def said_by(author: Member) -> list[Sent]:
    """All events of a log, as a peer passes them on."""
    with author.database.read() as tx:
        rows: list[Any] = tx.execute("SELECT header, signature, body FROM events ORDER BY position").fetchall()
    return [(row[0], row[1], row[2]) for row in rows]


def talk_for(ends: tuple[End, End], clock: ManualClock, seconds: float, done: Callable[[], bool]) -> float:
    """Let them talk and time pass until something holds; after how many seconds it did."""
    begun = clock.monotonic()
    talk(*ends)
    while not done():
        assert clock.monotonic() - begun < seconds, "it never came"
        clock.advance(5.0)
        talk(*ends)
    return clock.monotonic() - begun


class Crowd:
    """A node that passes on what others said, and one that trusts it and nobody else."""

    def __init__(self, make: Make, clock: ManualClock, authors: int, words: int) -> None:
        self.clock = clock
        self.teller, self.hearer = make(1), make(2)
        self.authors = [make(10 + number) for number in range(authors)]
        for author in self.authors:
            for number in range(words):
                author.post(f"{number} of {author.node.hex()[:4]}")
            self.teller.receive(said_by(author))
        self.teller.trust(self.hearer)
        self.hearer.trust(self.teller)
        self.ends = shake(self.teller, self.hearer)

    def introduced(self) -> int:
        with self.hearer.database.read() as tx:
            return peerbook.count_introduced(tx, self.teller.node)

    def waiting(self) -> int:
        return len(self.ends[1].pump._intake.postponed)


def test_more_than_a_burst_is_put_off_asked_for_again_and_not_lost(
    make: Make, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "BURST", 30.0)
    monkeypatch.setattr(intake, "RATE", 1.0)
    crowd = Crowd(make, clock, authors=4, words=25)
    talk(*crowd.ends)
    assert len(crowd.hearer.words()) == 30
    assert crowd.waiting() == 3
    assert len(crowd.ends[0].pump.session.sync._paused) == 3, "the peer was told"
    assert not crowd.ends[1].pump.session.sync.level
    with crowd.hearer.database.read() as tx:
        assert cursors.find(tx, crowd.teller.node).position == 0, "nothing is confirmed that was put off"
    seconds = talk_for(crowd.ends, clock, 600.0, lambda: len(crowd.hearer.words()) == 100)
    assert 30.0 <= seconds <= 300.0
    assert crowd.hearer.words() == crowd.teller.words()
    talk_for(crowd.ends, clock, 900.0, lambda: all(end.pump.session.sync.level for end in crowd.ends))
    assert crowd.waiting() == 0


def test_words_of_the_peer_itself_pass_a_crowd(make: Make, clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "BURST", 5.0)
    monkeypatch.setattr(intake, "RATE", 0.1)
    crowd = Crowd(make, clock, authors=2, words=40)
    talk(*crowd.ends)
    crowd.teller.post("of the peer")
    crowd.hearer.post("ours")
    talk(*crowd.ends)
    assert "of the peer" in crowd.hearer.words()
    assert "ours" in crowd.teller.words()
    assert len(crowd.hearer.words()) < 20


def test_a_peer_introduces_only_so_many(make: Make, clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pump, "MOST_AUTHORS", 3)
    crowd = Crowd(make, clock, authors=5, words=2)
    talk(*crowd.ends)
    assert crowd.introduced() == 3
    assert len(crowd.hearer.words()) == 6
    assert crowd.waiting() == 2
    # Forgetting some of them makes room for others.
    kept = {author.node for author in crowd.authors[:3]}
    for node in kept:
        crowd.hearer.trust(*(author for author in crowd.authors if author.node == node))
        crowd.hearer.database.write(lambda tx, node=node: peerbook.drop_introduction(tx, node, crowd.teller.node))  # type: ignore[misc]
    talk_for(crowd.ends, clock, 300.0, lambda: len(crowd.hearer.words()) == 10)
    assert crowd.introduced() == 2


def test_fresh_runs_without_end_are_put_off(make: Make, clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also of those whom we trust: a run costs a chain for ever."""
    monkeypatch.setattr(intake, "RUN_BURST", 3.0)
    teller, hearer = make(1), make(2)
    teller.trust(hearer)
    hearer.trust(teller)
    for number in range(6):
        teller.post(f"run {number}")
        teller.database.write(teller.door.draw_run)
    ends = shake(teller, hearer)
    talk(*ends)
    assert len(hearer.words()) == 3
    assert len(ends[1].pump._intake.postponed) == 3
    day = intake.DAY / intake.RUNS_A_DAY
    taken: list[int] = []
    for _ in range(3):
        clock.advance(day + 60.0)
        talk(*ends)
        clock.advance(60.0)
        talk(*ends)
        taken.append(len(hearer.words()))
    assert taken == [4, 5, 6]


def test_what_does_not_belong_on_the_link_is_counted_and_ends_nothing(make: Make, clock: ManualClock) -> None:
    """Events that no honest node sends, from a trusted one: refused by the log, counted under its name."""
    one, two = make(1), make(2)
    one.trust(two)
    two.trust(one)
    ends = shake(one, two)
    talk(*ends)
    one.post("true")
    ((header, signature, body),) = said_by(one)
    forged = [
        Item(b"", b"", None),
        Item(header, bytes(64), body),
        Item(header, signature, body, "no such absence"),
        Item(header[:-1], signature, body),
        Item(header, signature, b"another body"),
    ]
    two.run(ends[1].pump._take(Events(0, forged), clock.monotonic(), live=True))
    counted = two.counted()
    assert sum(count for (source, _), count in counted.items() if source == one.node.hex()) >= 3
    talk(*ends)
    assert two.words() == ["true"]


def test_a_channel_that_is_kept_apart_takes_nothing(make: Make, clock: ManualClock) -> None:
    """Two groups that have not agreed: what the other pushes all the same is not taken."""
    one, two, three, four = make(1), make(2), make(3), make(4)
    one.trust(two, three)
    two.trust(one, four)
    ends = shake(one, two)
    talk(*ends)
    one.post("not for your group")
    sent = [Item(*event) for event in said_by(one)]
    two.run(ends[1].pump._take(Events(0, sent), clock.monotonic(), live=True))
    assert two.words() == []
    assert (one.node.hex(), "not_shared") in two.counted()
