"""Of two links with one node both sides keep the same one; who may not stand is told why; when to dial again."""

from collections.abc import Iterator
from itertools import permutations
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from canopy.ground.clock import ManualClock
from canopy.ground.ids import NodeId
from canopy.mesh import peerbook
from canopy.mesh.dialing import FIRST_WAIT, TURNED_AWAY_WAIT, Schedule
from canopy.mesh.link import BROKEN, CROWDED, DUPLICATE, REPLACED, UNTRUSTED
from canopy.mesh.links import MOST_STRANGERS, STEADY_SECONDS, Links
from canopy.mesh.logbook import Logbook
from canopy.mesh.peerbook import Level
from tests.mesh.meeting import Member


class Stub:
    """A link as the rule sees it."""

    def __init__(self, name: str, *, outward: bool, trusted: bool = True, began: float = 0.0) -> None:
        self.name = name
        self.outward = outward
        self.trusted = trusted
        self.began = began
        self.address = "x"
        self.closing: tuple[int, str] | None = None
        self.peer = NodeId(bytes(32))

    def close(self, code: int, reason: str) -> None:
        self.closing = self.closing or (code, reason)


class Seat:
    """The links of one node."""

    def __init__(self, member: Member) -> None:
        self.member = member
        self.schedule = Schedule(member.clock, lambda: 1.0)
        writer: Any = None
        self.links = Links(member.stock, writer, member.clock, self.schedule, Logbook(member.clock))

    def come(self, other: Member, link: Stub) -> tuple[int, str] | None:
        refusal = self.links._refusal(other.node, outward=link.outward)
        if refusal is None:
            kept: Any = link
            self.links._links[other.node] = kept
        return refusal

    def kept(self, other: Member) -> str:
        link: Any = self.links.get(other.node)
        return str(link.name)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def pair(tmp_path: Path, clock: ManualClock) -> Iterator[tuple[Member, Member]]:
    """Two members, the one with the smaller id first."""
    members = []
    for number in (1, 2):
        (tmp_path / str(number)).mkdir()
        members.append(Member(tmp_path / str(number), clock, number))
    smaller, larger = sorted(members, key=lambda member: member.node)
    yield smaller, larger
    for member in members:
        member.close()


@pytest.mark.parametrize("at_smaller", list(permutations(["smaller dialled", "larger dialled"])))
@pytest.mark.parametrize("at_larger", list(permutations(["smaller dialled", "larger dialled"])))
def test_both_keep_the_link_that_the_smaller_id_dialled(
    pair: tuple[Member, Member], at_smaller: tuple[str, ...], at_larger: tuple[str, ...]
) -> None:
    """In whatever order the two links come to stand at either side."""
    smaller, larger = pair
    for member, other, own, order in (
        (smaller, larger, "smaller dialled", at_smaller),
        (larger, smaller, "larger dialled", at_larger),
    ):
        seat = Seat(member)
        stubs = {name: Stub(name, outward=name == own) for name in order}
        refusals = [seat.come(other, stubs[name]) for name in order]
        assert seat.kept(other) == "smaller dialled"
        if order[0] == "smaller dialled":
            assert refusals == [None, (DUPLICATE, "duplicate")]
            assert stubs["smaller dialled"].closing is None
        else:
            assert refusals == [None, None]
            assert stubs["larger dialled"].closing == (DUPLICATE, "replaced")


@pytest.mark.parametrize("outward", [True, False])
def test_of_two_from_one_side_the_newer_stays(pair: tuple[Member, Member], outward: bool) -> None:
    smaller, larger = pair
    for member, other in ((smaller, larger), (larger, smaller)):
        seat, old = Seat(member), Stub("old", outward=outward)
        assert seat.come(other, old) is None
        assert seat.come(other, Stub("new", outward=outward)) is None
        assert seat.kept(other) == "new"
        assert old.closing == (REPLACED, "replaced")


def test_blocked_and_disconnected_nodes_have_no_place(pair: tuple[Member, Member]) -> None:
    here, other = pair
    seat = Seat(here)
    seat.schedule.off.add(other.node)
    assert seat.come(other, Stub("x", outward=False)) == (UNTRUSTED, "not_welcome")
    seat.schedule.off.clear()
    here.database.write(lambda tx: peerbook.set_level(tx, other.node, Level.BLOCKED))
    assert seat.come(other, Stub("x", outward=False)) == (UNTRUSTED, "not_welcome")
    here.database.write(lambda tx: peerbook.set_level(tx, other.node, Level.UNKNOWN))
    assert seat.come(other, Stub("x", outward=False)) is None


def test_strangers_have_only_so_many_places(pair: tuple[Member, Member]) -> None:
    seat = Seat(pair[0])
    links: Any = seat.links._links
    links[b"peer"] = Stub("peer", outward=False, trusted=True)
    links[b"ours"] = Stub("ours", outward=True, trusted=False)
    for number in range(MOST_STRANGERS + 3):
        links[number] = Stub(str(number), outward=False, trusted=False)
        seat.links._bound_strangers()
    closed = [link.name for link in links.values() if link.closing]
    assert closed == ["0", "1", "2"]
    assert links[0].closing == (CROWDED, "crowded")


@pytest.mark.parametrize(
    ("code", "stood", "wait"),
    [
        (1006, 0.0, FIRST_WAIT),
        (1000, STEADY_SECONDS, FIRST_WAIT),
        (DUPLICATE, STEADY_SECONDS, FIRST_WAIT),
        (1000, 0.0, 8 * FIRST_WAIT),
        (BROKEN, 1.0, 8 * FIRST_WAIT),
        (DUPLICATE, 0.0, 8 * FIRST_WAIT),
        (REPLACED, 100.0, TURNED_AWAY_WAIT),
        (UNTRUSTED, 0.0, TURNED_AWAY_WAIT),
        (None, 0.0, 8 * FIRST_WAIT),
    ],
)
def test_when_to_dial_again(
    pair: tuple[Member, Member], clock: ManualClock, code: int | None, stood: float, wait: float
) -> None:
    here, other = pair
    seat = Seat(here)
    seat.schedule.want(other.node)
    for _ in range(3):
        seat.schedule.failed(other.node)
    link: Any = Stub("x", outward=True, began=clock.monotonic())
    link.peer = other.node
    seat.links._links[other.node] = link
    clock.advance(stood)
    opened: Any = SimpleNamespace(close_code=code)
    seat.links._ended(link, opened)
    assert other.node not in seat.links
    assert seat.links.moved.is_set()
    assert seat.schedule.next_in(lambda node: False) == pytest.approx(wait)


def test_the_end_of_a_link_that_was_replaced_changes_nothing(pair: tuple[Member, Member]) -> None:
    here, other = pair
    seat = Seat(here)
    old, new = Stub("old", outward=False), Stub("new", outward=False)
    for stub in (old, new):
        stub.peer = other.node
        seat.come(other, stub)
    ended: Any = old
    opened: Any = SimpleNamespace(close_code=REPLACED)
    seat.links._ended(ended, opened)
    assert seat.kept(other) == "new"
    assert not seat.links.moved.is_set()
