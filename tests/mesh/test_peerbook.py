"""The peer book: levels move only as they may, lists stay bounded, forgetting forgets."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from canopy.crypto.keys import SigningKey
from canopy.ground.clock import ManualClock
from canopy.ground.ids import NodeId
from canopy.log import journal
from canopy.log.db import Tx
from canopy.log.shown import peer_id
from canopy.mesh import peerbook
from canopy.mesh.invite import InviteCode, invite_id
from canopy.mesh.peerbook import MOST_ENDPOINTS, PEER_CHANGED, Level, Peer
from tests.log.world import Template, World
from tests.mesh.ends import fixed

T = TypeVar("T")

ADA, BOB, EVE = (SigningKey(fixed(name)).node for name in ("ada", "bob", "eve"))


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return Template(tmp_path_factory.mktemp("peers"), (), ManualClock())


@pytest.fixture
def world(template: Template, tmp_path: Path) -> Iterator[World]:
    world = template.world(ManualClock())
    yield world
    world.close()


def do(world: World, job: Callable[[Tx], T]) -> T:
    """One transaction, some time after the last."""
    world.clock.advance(1)
    return world.database.write(job)


def level(world: World, node: NodeId) -> Level | None:
    with world.database.read() as tx:
        peer = peerbook.find_peer(tx, node)
    return None if peer is None else peer.level


def told(world: World) -> list[str]:
    with world.database.read() as tx:
        return [line.payload for line in journal.list_after(tx, 0, 1000) if line.event_type == PEER_CHANGED]


# Levels.


def test_a_node_that_is_met_is_unknown(world: World) -> None:
    peer = do(world, lambda tx: peerbook.meet(tx, BOB))
    now = world.clock.now_ms()
    assert peer == Peer(BOB, peer_id(BOB), Level.UNKNOWN, "", "", False, now, None, now)
    with world.database.read() as tx:
        assert peerbook.find_by_shown(tx, peer_id(BOB)) == peer
        assert peerbook.find_by_shown(tx, peer_id(EVE)) is None
        assert peerbook.list_peers(tx) == [peer]
        assert not peerbook.is_trusted(tx, BOB)


@pytest.mark.parametrize("given", list(Level))
def test_meeting_again_changes_no_level(world: World, given: Level) -> None:
    do(world, lambda tx: peerbook.set_level(tx, BOB, given))
    assert do(world, lambda tx: peerbook.meet(tx, BOB)).level is given
    with world.database.read() as tx:
        assert peerbook.is_trusted(tx, BOB) is (given is Level.TRUSTED)
        assert peerbook.trusted(tx) == ([BOB] if given is Level.TRUSTED else [])


def test_a_change_is_dated_and_told_once(world: World) -> None:
    do(world, lambda tx: peerbook.meet(tx, BOB))
    assert told(world) == []
    first = do(world, lambda tx: peerbook.set_level(tx, BOB, Level.TRUSTED))
    assert (first.changed, first.first_seen) == (world.clock.now_ms(), world.clock.now_ms() - 1000)
    assert do(world, lambda tx: peerbook.set_level(tx, BOB, Level.TRUSTED)) == first
    do(world, lambda tx: peerbook.set_merged(tx, BOB, True))
    do(world, lambda tx: peerbook.set_merged(tx, BOB, True))
    assert told(world) == [f'{{"peer_id":"{peer_id(BOB)}"}}'] * 2


def test_what_a_link_became_can_be_told_with_it(world: World) -> None:
    do(world, lambda tx: peerbook.announce(tx, BOB, "offline"))
    assert told(world) == [f'{{"peer_id":"{peer_id(BOB)}","state":"offline"}}']


def test_a_peer_that_lost_trust_is_merged_anew(world: World) -> None:
    do(world, lambda tx: peerbook.set_level(tx, BOB, Level.TRUSTED))
    do(world, lambda tx: peerbook.set_merged(tx, BOB, True))
    assert do(world, lambda tx: peerbook.meet(tx, BOB)).merged
    do(world, lambda tx: peerbook.set_level(tx, BOB, Level.BLOCKED))
    assert not do(world, lambda tx: peerbook.set_level(tx, BOB, Level.TRUSTED)).merged


def test_a_node_is_alone_until_another_is_trusted(world: World) -> None:
    do(world, lambda tx: peerbook.set_level(tx, BOB, Level.TRUSTED))
    do(world, lambda tx: peerbook.meet(tx, EVE))
    assert do(world, lambda tx: peerbook.is_alone(tx, besides=BOB))
    do(world, lambda tx: peerbook.set_level(tx, EVE, Level.TRUSTED))
    assert not do(world, lambda tx: peerbook.is_alone(tx, besides=BOB))


def test_a_card_is_cleaned_and_cut(world: World) -> None:
    def job(tx: Tx) -> Peer:
        peerbook.set_card(tx, BOB, "never met", "1")
        assert peerbook.find_peer(tx, BOB) is None
        peerbook.meet(tx, BOB)
        peerbook.set_card(tx, BOB, " studio\u202e\n b" + "x" * 10_000, "0.1\x00" + "9" * 100)
        peerbook.touch(tx, BOB)
        return peerbook.meet(tx, BOB)

    peer = do(world, job)
    assert peer.name == "studio b" + "x" * 72
    assert peer.version == "0.1" + "9" * 36
    assert peer.last_seen == world.clock.now_ms()


# Endpoints.


def addresses(world: World, node: NodeId) -> list[str]:
    with world.database.read() as tx:
        return [endpoint.address for endpoint in peerbook.endpoints_of(tx, node)]


def remember(world: World, address: str, worked: bool = False) -> None:
    do(world, lambda tx: peerbook.remember_endpoint(tx, BOB, address, "invite", worked))


def test_what_worked_is_dialled_first(world: World) -> None:
    for address, worked in (("ws://a:1", False), ("ws://b:1", True), ("ws://c:1", False)):
        remember(world, address, worked)
    assert addresses(world, BOB) == ["ws://b:1", "ws://c:1", "ws://a:1"]
    remember(world, "ws://b:1")
    with world.database.read() as tx:
        first = peerbook.endpoints_of(tx, BOB)[0]
    assert (first.address, first.source, first.seen) == ("ws://b:1", "invite", world.clock.now_ms())
    assert first.worked_at == first.seen - 2000
    assert addresses(world, EVE) == []


def test_the_oldest_that_never_worked_gives_way(world: World) -> None:
    remember(world, "ws://good:1", worked=True)
    for place in range(MOST_ENDPOINTS + 5):
        remember(world, f"ws://new{place}:1")
    kept = addresses(world, BOB)
    assert len(kept) == MOST_ENDPOINTS
    assert kept[0] == "ws://good:1"
    assert kept[1:] == [f"ws://new{place}:1" for place in range(MOST_ENDPOINTS + 4, 5, -1)]


def test_a_full_list_of_good_addresses_takes_a_new_one(world: World) -> None:
    for place in range(MOST_ENDPOINTS):
        remember(world, f"ws://good{place}:1", worked=True)
    remember(world, "ws://new:1")
    remember(world, "ws://newer:1")
    kept = addresses(world, BOB)
    assert len(kept) == MOST_ENDPOINTS
    assert kept[-1] == "ws://newer:1"
    assert "ws://good1:1" in kept


# Introductions.


def test_an_author_is_introduced_once_by_each(world: World) -> None:
    assert do(world, lambda tx: peerbook.introduce(tx, EVE, via=ADA))
    assert not do(world, lambda tx: peerbook.introduce(tx, EVE, via=ADA))
    assert do(world, lambda tx: peerbook.introduce(tx, EVE, via=BOB))
    assert level(world, EVE) is Level.INTRODUCED
    with world.database.read() as tx:
        assert peerbook.count_introduced(tx, ADA) == 1
        assert peerbook.introducers_of(tx, EVE) == [ADA, BOB]
        assert peerbook.list_introduced(tx) == {EVE: [ADA, BOB]}


def test_whom_we_trust_or_blocked_nobody_introduces(world: World) -> None:
    do(world, lambda tx: peerbook.set_level(tx, EVE, Level.TRUSTED))
    assert not do(world, lambda tx: peerbook.introduce(tx, EVE, via=ADA))
    assert level(world, EVE) is Level.TRUSTED
    do(world, lambda tx: peerbook.set_level(tx, EVE, Level.BLOCKED))
    assert do(world, lambda tx: peerbook.introduce(tx, EVE, via=ADA))
    assert level(world, EVE) is Level.BLOCKED


# Forgetting.


def code(secret: bytes = b"s" * 16, expires: int = 2_000_000_000) -> InviteCode:
    return InviteCode(node=BOB, static=bytes(32), endpoints=(), expires=expires, secret=secret, signed=True)


def test_forgetting_leaves_nothing_of_a_peer(world: World) -> None:
    def know(tx: Tx) -> None:
        peerbook.set_level(tx, BOB, Level.TRUSTED)
        peerbook.remember_endpoint(tx, BOB, "ws://b:1", "invite")
        peerbook.remember_join(tx, BOB, code())

    do(world, know)
    assert do(world, lambda tx: peerbook.forget(tx, BOB, introduced=True))
    assert not do(world, lambda tx: peerbook.forget(tx, BOB, introduced=True))
    assert addresses(world, BOB) == []
    with world.database.read() as tx:
        assert peerbook.find_peer(tx, BOB) is None
        assert peerbook.find_join(tx, BOB) is None
    assert len(told(world)) == 2


def test_whom_a_forgotten_peer_introduced_is_forgotten_if_asked(world: World) -> None:
    linked, other = NodeId(fixed("linked")), NodeId(fixed("other"))

    def know(tx: Tx) -> None:
        peerbook.set_level(tx, ADA, Level.TRUSTED)
        peerbook.set_level(tx, BOB, Level.TRUSTED)
        for author in (EVE, linked, other):
            peerbook.introduce(tx, author, via=BOB)
        peerbook.introduce(tx, other, via=ADA)
        peerbook.touch(tx, linked)

    do(world, know)
    do(world, lambda tx: peerbook.forget(tx, BOB, introduced=False))
    assert [level(world, node) for node in (EVE, linked, other)] == [Level.INTRODUCED] * 3
    do(world, lambda tx: peerbook.forget(tx, BOB, introduced=True))
    assert [level(world, node) for node in (EVE, linked, other)] == [None, Level.UNKNOWN, Level.INTRODUCED]


def test_a_forgotten_author_can_be_introduced_again(world: World) -> None:
    do(world, lambda tx: peerbook.introduce(tx, EVE, via=ADA))
    do(world, lambda tx: peerbook.forget(tx, EVE, introduced=True))
    assert do(world, lambda tx: peerbook.introduce(tx, EVE, via=ADA))
    assert level(world, EVE) is Level.INTRODUCED


# Joins.


def test_a_join_is_kept_until_it_expires_or_has_done_its_work(world: World) -> None:
    soon = world.clock.now_ms() // 1000 + 60
    do(world, lambda tx: peerbook.remember_join(tx, BOB, code(b"")))
    with world.database.read() as tx:
        assert peerbook.find_join(tx, BOB) is None
    do(world, lambda tx: peerbook.remember_join(tx, BOB, code(expires=soon)))
    found = do(world, lambda tx: peerbook.find_join(tx, BOB))
    assert found == (invite_id(b"s" * 16), b"s" * 16, soon * 1000)
    assert "ssss" not in repr(found)
    world.clock.advance(60)
    assert do(world, lambda tx: peerbook.find_join(tx, BOB)) is None
    do(world, lambda tx: peerbook.remember_join(tx, BOB, code(b"t" * 16)))
    again = do(world, lambda tx: peerbook.find_join(tx, BOB))
    assert again is not None
    assert again.secret == b"t" * 16
    do(world, lambda tx: peerbook.drop_join(tx, BOB))
    assert do(world, lambda tx: peerbook.find_join(tx, BOB)) is None
