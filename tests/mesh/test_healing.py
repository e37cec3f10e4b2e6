"""What the simulator of the mesh found, each told once more by itself: nodes that would have stayed apart for ever,
and cursors that promised what was not held.
"""

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from canopy.features.channels.events import ChannelOpened
from canopy.features.messages.events import MessagePosted
from canopy.ground.clock import ManualClock
from canopy.log import retention, scope
from canopy.log.append import Absence
from canopy.log.catalog import Draft
from canopy.log.event import Event
from canopy.mesh import cursors, peerbook
from canopy.mesh.contents import Hello, seal
from canopy.mesh.session import State
from tests.log.authors import Author
from tests.mesh.meeting import USER, End, Member, shake, talk

Make = Callable[[int], Member]
HOUR = 3_600.0


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def make(tmp_path: Path, clock: ManualClock) -> Iterator[Callable[..., Member]]:
    members: list[Member] = []

    def one(number: int, its: ManualClock | None = None) -> Member:
        folder = tmp_path / str(number)
        folder.mkdir()
        members.append(Member(folder, its or clock, number))
        return members[-1]

    yield one
    for member in members:
        member.close()


def befriend(*members: Member) -> None:
    """All trust all, and people agreed that words flow."""
    for one in members:
        others = [other for other in members if other is not one]
        one.trust(*others)
        for other in others:
            one.database.write(lambda tx, node=other.node: peerbook.set_merged(tx, node, True))  # type: ignore[misc]


def settle(one: End, other: End, *clocks: ManualClock, seconds: float = 30.0) -> None:
    """Let them talk while time passes, a second at a time."""
    for _ in range(round(seconds)):
        talk(one, other)
        for clock in clocks:
            clock.advance(1.0)
    talk(one, other)
    assert one.pump.session.sync.level and other.pump.session.sync.level


def hear(member: Member, event: Event, *, body: bool = True, absence: Absence = Absence.NONE) -> None:
    """Take an event as if another peer had sent it."""
    sent = event.header_bytes, event.signature, event.body if body else None
    member.database.write(lambda tx: member.door.receive(tx, *sent, "another", absence))


def author(clock: ManualClock, number: int = 9) -> Author:
    return Author(number, clock, random.Random(number))


def test_a_fast_clock_holds_up_no_chain_behind_it(make: Callable[..., Member], clock: ManualClock) -> None:
    """What expired on the node between is passed on without its body; the slower node takes what follows it."""
    fast = ManualClock()
    fast.advance(HOUR)
    one, between, three = make(1), make(2, fast), make(3)
    befriend(one, between, three)
    mortal = Draft(
        scope=scope.GENERAL, user=USER, body=MessagePosted(content="soon over"), expires=clock.now_ms() + 60_000
    )
    one.database.write(lambda tx: one.door.do(tx, mortal))
    one.post("for good")
    settle(*shake(one, between), clock, fast)
    between.database.write(lambda tx: retention.expire(tx, between.door))
    settle(*shake(between, three), clock, fast)
    assert three.words() == ["for good"]


def test_what_does_not_fit_what_is_held_is_looked_into(make: Make, clock: ManualClock) -> None:
    """One believes that two holds an event, and sends only the next: two says that this cannot be."""
    one, two = make(1), make(2)
    befriend(one, two)
    ends = shake(one, two)
    settle(*ends, clock, seconds=3.0)
    writer = author(clock)
    first, second = (writer.write(MessagePosted(content=words)) for words in ("first", "second"))
    key = (first.header.scope, first.header.node, first.header.run)
    ends[0].pump.session.sync.arrived(key, 1, first.id)
    hear(one, first)
    talk(*ends)
    hear(one, second)
    talk(*ends)
    assert two.words() == [], "the premise: it lacks what the event follows"
    settle(*ends, clock)
    assert two.words() == ["first", "second"]


@pytest.mark.parametrize("ahead", [0.0, 0.5 * HOUR], ids=["now", "whose time has not come"])
def test_a_body_that_one_peer_withholds_comes_from_another(make: Make, clock: ManualClock, ahead: float) -> None:
    """Though both links stand, and digests, which speak of headers, are equal all the time."""
    one, two = make(1), make(2)
    befriend(one, two)
    ends = shake(one, two)
    settle(*ends, clock, seconds=3.0)
    event = author(clock).write(MessagePosted(content="withheld"), skew_ms=round(ahead * 1000))
    hear(two, event, body=False, absence=Absence.PRUNED)
    hear(one, event, body=False, absence=Absence.PRUNED)
    settle(*ends, clock, seconds=3.0)
    hear(one, event)
    settle(*ends, clock)
    clock.advance(ahead)
    two.settle()
    assert two.words() == ["withheld"]


def test_branches_of_one_height_that_no_envelope_holds_together_all_come(make: Make, clock: ManualClock) -> None:
    one, two = make(1), make(2)
    befriend(one, two)
    writer, branches = author(clock), []
    for letter in "xyz":
        words = msgspec.msgpack.encode({"content": letter * 150_000})
        branches.append(writer.write(MessagePosted(content=letter), packed=writer.rng.randbytes(16) + words))
        writer.ends.clear()
    for event in branches:
        hear(one, event)
    settle(*shake(one, two), clock)
    assert set(two.fates()) == {event.id for event in branches}


def test_a_cursor_of_what_was_apart_is_none_of_what_flows_now(make: Make, clock: ManualClock) -> None:
    """What was on its way when people agreed was said of the cards alone."""
    one, two, three, four = make(1), make(2), make(3), make(4)
    one.trust(two, three)
    two.trust(one, four)
    one.post("words of one")
    one.database.write(lambda tx: peerbook.set_merged(tx, two.node, True))
    ends = shake(one, two)
    on_the_way = [ends[0].pump.fill(clock.monotonic()), ends[1].pump.fill(clock.monotonic())]
    for end, frames in zip(ends, reversed(on_the_way), strict=True):
        end.frames.extend(frames)
        while end.frames:
            end.take_one()
    late = ends[0].pump.fill(clock.monotonic())
    two.database.write(lambda tx: peerbook.set_merged(tx, one.node, True))
    two.run(ends[1].pump.trust_changed())
    assert ends[1].pump.session.sync.merged
    ends[1].frames.extend(late)
    while ends[1].frames:
        ends[1].take_one()
    assert two.words() == []
    with two.database.read() as tx:
        assert not cursors.find(tx, one.node).merged
    settle(*ends, clock)
    assert two.words() == ["words of one"]


def test_who_claims_to_know_more_of_us_than_we_do_is_believed_once(make: Make, clock: ManualClock) -> None:
    """A folder is put back while no process runs; a liar must not make us begin one run after the other."""
    one, liar = make(1), make(2)
    befriend(one, liar)
    ends = shake(one, liar)
    settle(*ends, clock, seconds=3.0)
    runs = set()
    for _ in range(4):
        runs.add(one.database.write(one.door.run))
        theirs, ours = ends[1].pump.session.ours, ends[0].pump.session.ours
        assert isinstance(theirs, Hello) and isinstance(ours, Hello)
        claim = msgspec.structs.replace(theirs, have_run=ours.run, have_position=1 << 40)
        ends[1].pump.wire.send(seal(claim))
        talk(*ends)
    assert ends[0].pump.session.state is State.OPEN
    runs.add(one.database.write(one.door.run))
    assert len(runs) == 2


def test_what_came_before_its_channel_was_known_is_sent_once_it_is(make: Make, clock: ManualClock) -> None:
    """Over links that stand: their cursors have passed it, when it was not known that it may flow."""
    one, two, founder = make(1), make(2), make(3)
    befriend(one, two)
    ends = shake(one, two)
    settle(*ends, clock, seconds=3.0)
    nonce = bytes(range(16))
    where = scope.of_channel(founder.node, nonce)
    opened = Draft(scope=where, user=USER, body=ChannelOpened(nonce=nonce, name="garden"))
    founder.database.write(lambda tx: founder.door.do(tx, opened))
    hear(one, author(clock).write(MessagePosted(content="planted"), where))
    talk(*ends)
    assert not two.fates(), "the premise: nobody sends what may not flow"
    with founder.database.read() as tx:
        founding: list[Any] = tx.execute("SELECT header, signature, body FROM events").fetchall()
    one.receive(founding)
    talk(*ends)
    assert two.words() == ["planted"]
