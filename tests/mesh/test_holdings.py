"""What a log tells a peer of itself: partly, whole, forked, restored, with holes; through the node's own pumps."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from canopy.features.messages.events import MessageDeleted
from canopy.ground.clock import ManualClock
from canopy.log import scope
from canopy.log.append import Absence
from canopy.log.catalog import Draft, Entry
from canopy.mesh import peerbook
from canopy.mesh.contents import Heads
from canopy.mesh.holdings import BATCH, LogShelf
from canopy.mesh.shelf import LAST
from canopy.mesh.syncing import Sync
from tests.mesh.meeting import USER, End, Member, shake, talk
from tests.mesh.test_pair import settle

Make = Callable[..., Member]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def make(tmp_path: Path, clock: ManualClock) -> Iterator[Make]:
    members: list[Member] = []

    def one(number: int, folder: str = "") -> Member:
        place = tmp_path / (folder or str(number))
        place.mkdir(exist_ok=True)
        members.append(Member(place, clock, number))
        return members[-1]

    yield one
    for member in members:
        member.close()


def copied(make: Make, member: Member, number: int, folder: str) -> Member:
    """A copy of a node's folder as it is now; the original goes on."""
    place = member.path.parent.parent / folder
    place.mkdir()
    member.database.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for file in member.path.parent.glob("canopy.*"):
        shutil.copy(file, place / file.name)
    return make(number, folder)


def heads_of(monkeypatch: pytest.MonkeyPatch) -> list[Heads]:
    """Every list of heads that somebody takes from now on."""
    taken: list[Heads] = []
    take = Sync._take_heads

    def noted(self: Sync, heads: Heads, shelf: Any) -> None:
        taken.append(heads)
        take(self, heads, shelf)

    monkeypatch.setattr(Sync, "_take_heads", noted)
    return taken


def link(one: Member, two: Member, clock: ManualClock) -> tuple[End, End]:
    ends = shake(one, two)
    settle(*ends, clock)
    for member in (one, two):
        member.work_off()
    assert one.words() == two.words()
    return ends


def friends(one: Member, two: Member) -> None:
    one.trust(two)
    two.trust(one)


def test_after_an_absence_only_what_changed_is_spoken_of(
    make: Make, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = make(1), make(2)
    friends(one, two)
    one.post("of one")
    two.post("of two")
    link(one, two, clock)
    taken = heads_of(monkeypatch)
    for number in range(BATCH + 5):
        one.post(f"{number}")
    two.post("meanwhile")
    link(one, two, clock)
    assert [(heads.whole, len(heads.chains)) for heads in taken] == [(False, 1), (False, 1)]


def test_two_that_hold_the_same_exchange_no_heads(
    make: Make, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = make(1), make(2)
    friends(one, two)
    one.post("of one")
    link(one, two, clock)
    taken = heads_of(monkeypatch)
    link(two, one, clock)
    assert taken == []


def test_copies_that_forked_come_together_on_all_nodes(make: Make, clock: ManualClock) -> None:
    hub, first = make(1), make(2)
    friends(hub, first)
    first.post("before")
    link(hub, first, clock)
    second = copied(make, first, 2, "second")
    # Long enough that the places along the chain have to be looked for.
    for number in range(BATCH + 40):
        first.post(f"first {number}")
        second.post(f"second {number}")
    link(hub, first, clock)
    link(hub, second, clock)
    link(hub, first, clock)
    link(hub, second, clock)
    assert len(hub.bodies()) == len(first.bodies()) == len(second.bodies())
    assert hub.fates() == first.fates() == second.fates()
    assert hub.words() == ["before"]
    first.post("first, healed")
    second.post("second, healed")
    for twin in (first, second, first):
        link(hub, twin, clock)
    assert sorted(hub.words()) == ["before", "first, healed", "second, healed"]
    assert hub.tables() == first.tables() == second.tables()


def test_a_live_link_carries_a_fork_to_the_end(make: Make, clock: ManualClock) -> None:
    """The branch arrives while two others are linked and level."""
    hub, first, far = make(1), make(2), make(3)
    friends(hub, first)
    friends(hub, far)
    first.post("before")
    link(hub, first, clock)
    ends = link(hub, far, clock)
    second = copied(make, first, 2, "second")
    for number in range(3):
        first.post(f"first {number}")
        second.post(f"second {number}")
    link(hub, first, clock)
    talk(*ends)
    link(hub, second, clock)
    settle(*ends, clock)
    far.work_off()
    assert far.fates() == hub.fates()
    assert far.words() == hub.words() == ["before"]


def test_a_restored_node_takes_a_new_run_before_it_speaks(make: Make, clock: ManualClock) -> None:
    hub, old = make(1), make(2)
    friends(hub, old)
    old.post("before")
    link(hub, old, clock)
    restored = copied(make, old, 2, "restored")
    old.post("since then")
    link(hub, old, clock)
    before = restored.database.write(restored.door.run)
    ends = link(hub, restored, clock)
    assert restored.database.write(restored.door.run) != before
    restored.post("restored")
    talk(*ends)
    assert hub.words() == restored.words() == ["before", "since then", "restored"]
    assert {fate[0] for fate in hub.fates().values()} == {0}


def test_what_was_deleted_is_sent_without_its_words(make: Make, clock: ManualClock) -> None:
    one, two = make(1), make(2)
    friends(one, two)
    said = one.post("regretted")
    one.post("kept")
    delete(one, said)
    link(one, two, clock)
    assert two.words() == one.words()
    assert two.bodies()[said.id] is None
    assert not [body for body in two.bodies().values() if body and b"regretted" in body]


def delete(member: Member, said: Entry) -> None:
    draft = Draft(scope=scope.GENERAL, user=USER, body=MessageDeleted(message=said.id))
    member.database.write(lambda tx: member.door.do(tx, draft))


def test_a_body_that_one_withholds_comes_from_another(make: Make, clock: ManualClock) -> None:
    one, two, three = make(1), make(2), make(3)
    friends(two, three)
    friends(one, three)
    said = one.post("the words")
    with one.database.read() as tx:
        rows: list[Any] = tx.execute("SELECT header, signature FROM events").fetchall()
    header, signature = rows[0]
    three.database.write(lambda tx: three.door.receive(tx, header, signature, None, "two", Absence.PRUNED))
    assert three.words() == []
    link_to_two = shake(two, three)
    talk(*link_to_two)
    ends = shake(one, three)
    settle(*ends, clock)
    assert three.bodies()[said.id] is not None
    assert three.words() == ["the words"]


def test_large_events_travel_in_batches_of_their_own(make: Make, clock: ManualClock) -> None:
    one, two = make(1), make(2)
    friends(one, two)
    for number in range(12):
        one.post(f"{number} " + "x" * 49_000)
    ends = link(one, two, clock)
    for number in range(12):
        one.post(f"live {number} " + "y" * 49_000)
    talk(*ends)
    assert two.words() == one.words()


def test_a_shelf_shows_nothing_of_what_is_not_shared(make: Make, clock: ManualClock) -> None:
    one, two, three = make(1), make(2), make(3)
    said = one.post("of our group")
    with one.database.read() as tx:
        (key,) = [ends.key for ends in LogShelf(tx, one.node, two.node, merged=True).ends()]
        apart = LogShelf(tx, one.node, two.node, merged=False)
        assert apart.ends() == apart.changed(0) == []
        assert apart.chain(key) is None
        assert apart.spine(key) == []
        assert apart.above(key, (0, LAST), 100_000) is None
        assert apart.items([said.id, bytes(32)], 100_000) == []
        assert not apart.holds(key, (1, said.id[:8]))
        assert apart.after(0, 100_000) == (1, [])
        merged = LogShelf(tx, one.node, two.node, merged=True)
        assert merged.holds(key, (1, said.id[:8]))
        assert not merged.holds(key, (1, bytes(8)))
        assert merged.chain((key[0], three.node, 1)) is None
        assert [item.absence for item in merged.items([said.id], 100_000)] == ["none"]
        assert merged.items([said.id], 10) == []
        assert merged.after(0, 10) == (0, [])


# Where a peer says it can be dialled.


@pytest.mark.parametrize("near", [True, False])
def test_addresses_of_a_peer_are_kept_if_they_can_lead_to_it(make: Make, clock: ManualClock, near: bool) -> None:
    one, two = make(1), make(2)
    friends(one, two)
    told = ["ws://10.0.0.9:7771", "ws://127.0.0.1:7771", "http://nonsense", "ws://[::1]:1", "wss://node.example:443"]
    object.__setattr__(two.stock, "addresses", lambda: told)
    ends = shake(one, two)
    ends[0].pump._near = near
    talk(*ends)
    with one.database.read() as tx:
        kept = {endpoint.address for endpoint in peerbook.endpoints_of(tx, two.node)}
    expected = {"ws://10.0.0.9:7771", "wss://node.example:443"}
    assert kept == (expected | {"ws://127.0.0.1:7771", "ws://[::1]:1"} if near else expected)
