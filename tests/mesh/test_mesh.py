"""What people ask of the mesh, and what they change: on real sockets of this machine."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from canopy.ground.ids import EventId, NodeId
from canopy.mesh import calling, mesh, peerbook
from canopy.mesh.discovery import DAY_MS, Discovery, announced
from canopy.mesh.link import SETTINGS
from canopy.mesh.mesh import Mesh, discovers
from canopy.mesh.peerbook import Level
from canopy.mesh.view import Discovered
from tests.mesh.housed import Housed, until
from tests.mesh.test_links import all_running

Make = Callable[[int], Housed]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def one(number: int) -> Housed:
        (tmp_path / str(number)).mkdir()
        return Housed(tmp_path / str(number), number)

    return one


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody here answers a goodbye late."""
    monkeypatch.setitem(SETTINGS, "close_timeout", 0.2)
    monkeypatch.setattr(mesh, "SETTLE_SECONDS", 0.05)


async def linked(one: Housed, two: Housed) -> None:
    await two.import_(await one.make_invite())
    await until(lambda: one.level_with(two) and two.level_with(one))


def level_of(node: Housed, other: Housed) -> Level | None:
    with node.database.read() as tx:
        peer = peerbook.find_peer(tx, other.node)
    return None if peer is None else peer.level


def set_level(node: Housed, other: Housed, level: Level) -> None:
    node.database.write(lambda tx: peerbook.set_level(tx, other.node, level))
    node.mesh.level_changed(other.node)


def test_a_mesh_tells_where_it_listens_and_who_is_linked(make: Make) -> None:
    async def story() -> None:
        one, two = make(1), make(2)
        assert not one.mesh.listening
        async with all_running(one, two):
            assert one.mesh.key.node == one.node
            assert [reach.address for reach in one.mesh.reach()] == [one.address]
            assert one.mesh.links() == [] and one.mesh.link(two.node) is None
            assert not one.mesh.refused_invite(two.node)
            await linked(one, two)
            (view,) = one.mesh.links()
            assert (view.node, view.outward, view.syncing, view.level) == (two.node, False, True, True)
            assert two.mesh.link(one.node).address == one.address.removeprefix("ws://")  # type: ignore[union-attr]
            assert two.mesh.next_try(one.node) is None
            assert [attempt.outcome for attempt in two.mesh.attempts(one.node)] == ["connected"]
            again = await two.mesh.connect(one.node, [one.address])
            assert [attempt.outcome for attempt in again] == ["connected"]
            assert len(one.mesh.links()) == 1

    asyncio.run(story())


def test_a_mesh_without_a_door_reaches_nobody_else(make: Make) -> None:
    one = make(1)
    alone: Any = Mesh(one.stock, one.identity, one.writer, one.bus, one.database.clock, lambda: 0.5, discoverable=True)
    assert alone.reach() == []
    assert not alone.listening
    assert (discovers("0.0.0.0"), discovers("192.168.1.2"), discovers("127.0.0.1")) == (True, True, False)
    one.socket.close()
    one.close()


def test_who_holds_an_event_is_told_as_far_as_it_is_known(make: Make) -> None:
    async def story() -> None:
        one, two, three = make(1), make(2), make(3)
        async with all_running(one, two, three):
            await linked(one, two)
            await three.import_(await one.make_invite(secret=False))
            await one.say("hello")
            await until(lambda: two.words() == ["hello"] and one.level_with(two))
            with one.database.read() as tx:
                rows: list[Any] = tx.execute("SELECT id FROM events ORDER BY position DESC LIMIT 1").fetchall()
            assert one.mesh.holders(EventId(rows[0][0])) == {two.node: True}
            assert one.mesh.holders(EventId(bytes(32))) == {}

    asyncio.run(story())


def test_a_person_hangs_up_and_dials_again(make: Make) -> None:
    async def story() -> None:
        one, two = make(1), make(2)
        async with all_running(one, two):
            await linked(one, two)
            assert two.mesh.disconnect(one.node)
            await until(lambda: two.mesh.link(one.node) is None and one.mesh.link(two.node) is None)
            assert not two.mesh.disconnect(one.node)
            assert two.mesh.next_try(one.node) is None
            # The other side may dial; it is not let in while a person here wants none of it.
            await one.mesh.connect(two.node, [two.address])
            await until(lambda: one.mesh.link(two.node) is None)
            assert two.mesh.reconnect_all() == 1
            await until(lambda: two.level_with(one))
            assert two.mesh.reconnect_all() == 0
            assert "disconnected" in [one.status for one in two.mesh.happenings(0, 100)]

    asyncio.run(story())


def test_trust_that_is_withdrawn_ends_the_link(make: Make) -> None:
    async def story() -> None:
        one, two = make(1), make(2)
        async with all_running(one, two):
            await linked(one, two)
            set_level(one, two, Level.UNKNOWN)
            await until(lambda: one.mesh.link(two.node) is None)
            await one.say("not for two")
            await two.mesh.connect(one.node, [one.address])
            await until(lambda: one.mesh.link(two.node) is not None)
            # Who is unknown may stand at the door; who is blocked may not.
            set_level(one, two, Level.UNKNOWN)
            assert one.mesh.link(two.node) is not None
            set_level(one, two, Level.BLOCKED)
            await until(lambda: one.mesh.link(two.node) is None)
            assert two.words() == []
            one.mesh.level_changed(NodeId(bytes(32)))

    asyncio.run(story())


def test_a_peer_that_is_forgotten_is_dialled_no_more(make: Make) -> None:
    async def story() -> None:
        one, two = make(1), make(2)
        async with all_running(one, two):
            await linked(one, two)
            two.database.write(lambda tx: peerbook.forget(tx, one.node, introduced=False))
            two.mesh.forgotten(one.node)
            await until(lambda: two.mesh.link(one.node) is None)
            assert two.mesh.next_try(one.node) is None
            assert two.mesh.attempts(one.node) == []
            assert level_of(two, one) is None

    asyncio.run(story())


def test_a_person_may_ask_for_a_comparison_with_all(make: Make) -> None:
    async def story() -> None:
        one, two, three = make(1), make(2), make(3)
        async with all_running(one, two, three):
            await linked(one, two)
            await three.import_(await one.make_invite(secret=False))
            await until(lambda: len(one.mesh.links()) == 2)
            assert one.mesh.resync() == 1
            await until(lambda: one.level_with(two))

    asyncio.run(story())


def test_of_several_addresses_the_right_one_is_found(make: Make) -> None:
    async def story() -> None:
        one, two, three = make(1), make(2), make(3)
        async with all_running(one, two, three):
            two.trust(one)
            attempts = await two.mesh.connect(one.node, ["ws://127.0.0.1:1", three.address, one.address, "ws://x:1"])
            assert [attempt.outcome for attempt in attempts] == ["refused", "wrong_node", "connected"]
            assert [attempt.address for attempt in two.mesh.attempts(one.node)][-1] == one.address
            failed = await two.mesh.connect(three.node, ["ws://127.0.0.1:1"])
            assert [attempt.outcome for attempt in failed] == ["refused"]
            assert two.mesh.next_try(three.node) is not None

    asyncio.run(story())


# Neighbours, as if a network had announced them.


def announce(node: Housed, *others: Housed) -> None:
    """Let a node find others on its network."""
    found = Discovery(node.node, ["10.0.0.1"], 1, node.database.clock, node.mesh._caller.wake)
    now = node.database.clock.now_ms()
    for other in others:
        key = announced(other.node, now // DAY_MS)
        found._found[key] = Discovered(key=key, address="127.0.0.1", port=other.port, seen=now, node=None)
    node.mesh._discovery = found
    node.mesh._caller.wake()


def test_a_neighbour_is_dialled_shown_and_not_trusted(make: Make) -> None:
    async def story() -> None:
        one, two = make(1), make(2)
        async with all_running(one, two):
            await two.say("mine")
            announce(one, two)
            await until(lambda: one.mesh.link(two.node) is not None)
            await until(lambda: [found.node for found in one.mesh.discovered()] == [two.node])
            view = one.mesh.link(two.node)
            assert view is not None and not view.syncing
            assert level_of(one, two) is Level.UNKNOWN
            assert one.words() == []
            with one.database.read() as tx:
                (endpoint,) = peerbook.endpoints_of(tx, two.node)
            assert (endpoint.address, endpoint.source) == (two.address, "discovery")

    asyncio.run(story())


def test_an_announcement_behind_which_somebody_else_answers_is_not_believed(make: Make) -> None:
    async def story() -> None:
        one, two, three = make(1), make(2), make(3)
        async with all_running(one, two, three):
            announce(one, two)
            (found,) = one.mesh._discovery.found()  # type: ignore[union-attr]
            await until(lambda: one.mesh.link(two.node) is not None)
            one.mesh.disconnect(two.node)
            two.port = three.port
            announce(one, two)
            (attempt,) = await one.mesh.connect_discovered(found.key)
            assert attempt.outcome == "wrong_node"
            assert one.mesh.link(three.node) is None
            assert await one.mesh.connect_discovered("f" * 16) == []

    asyncio.run(story())


@pytest.mark.parametrize("dialler", ["here", "there"])
def test_on_a_trusted_network_neighbours_are_peers(make: Make, dialler: str) -> None:
    """Whoever of the two dialled first."""

    async def story() -> None:
        one, two = make(1), make(2)
        one.mesh._caller._trusts_lan = True
        async with all_running(one, two):
            two.trust(one)
            if dialler == "there":
                await two.mesh.connect(one.node, [one.address])
                await until(lambda: one.mesh.link(two.node) is not None)
            announce(one, two)
            await until(lambda: one.level_with(two))
            assert level_of(one, two) is Level.TRUSTED
            assert two.node in one.mesh._schedule.wanted()

    asyncio.run(story())


def test_a_blocked_neighbour_stays_blocked_on_a_trusted_network(make: Make) -> None:
    async def story() -> None:
        one, two = make(1), make(2)
        one.mesh._caller._trusts_lan = True
        async with all_running(one, two):
            set_level(one, two, Level.BLOCKED)
            announce(one, two)
            await until(lambda: bool(one.mesh._logbook.attempts(two.node)))
            assert level_of(one, two) is Level.BLOCKED
            assert one.mesh.link(two.node) is None
            assert two.node not in one.mesh._schedule.wanted()

    asyncio.run(story())


def test_a_neighbour_is_not_dialled_again_and_again(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "MOST_DISCOVERED", 2)

    async def story() -> None:
        one, two, three, four = make(1), make(2), make(3), make(4)
        for other in (two, three, four):
            other.socket.close()
        async with all_running(one):
            announce(one, two)
            await until(lambda: failures(one) == 1)
            for _ in range(5):
                announce(one, two)
                await asyncio.sleep(0)
            announce(one, two, three, four)
            await until(lambda: failures(one) == 3)
            assert len(one.mesh._caller._dialled_at) == 2
        for other in (two, three, four):
            other.close()

    asyncio.run(story())


def failures(node: Housed) -> int:
    return sum(one.status == "failed" for one in node.mesh.happenings(0, 500))
