"""Invites that were given out: spent once, by one node, and no word about why not."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canopy.crypto.keys import SigningKey
from canopy.ground.clock import ManualClock
from canopy.ground.ids import NodeId
from canopy.log.db import Tx
from canopy.mesh import invite, invites, peerbook
from canopy.mesh.contents import Join
from canopy.mesh.invites import LIFETIME_MS, MOST_OPEN, Invitation
from canopy.mesh.peerbook import Level
from tests.log.world import Template, World
from tests.mesh.ends import ADA, fixed
from tests.mesh.test_peerbook import do, level

HASH = b"h" * 32
BOB, EVE = (SigningKey(fixed(name)).node for name in ("bob", "eve"))


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return Template(tmp_path_factory.mktemp("invites"), (), ManualClock())


@pytest.fixture
def world(template: Template, tmp_path: Path) -> Iterator[World]:
    world = template.world(ManualClock())
    yield world
    world.close()


def make(world: World, lifetime_ms: int = LIFETIME_MS, with_secret: bool = True) -> Invitation:
    def job(tx: Tx) -> Invitation:
        return invites.make(tx, ADA.key, ADA.static.public, "ada", ["ws://a:1"], "u", lifetime_ms, with_secret)

    return do(world, job)


def secret_of(world: World, made: Invitation) -> bytes:
    return invite.decode(made.code, world.clock.now_ms()).secret


def spend(world: World, made: Invitation, node: NodeId, said_in: bytes = HASH) -> bool:
    join = invite.join(secret_of(world, made), said_in)
    return do(world, lambda tx: invites.spend(tx, join, HASH, node))


def open_codes(world: World) -> list[str]:
    with world.database.read() as tx:
        return [made.code for made in invites.list_open(tx)]


# Making.


def test_a_code_says_who_where_and_until_when(world: World) -> None:
    made = make(world)
    said = invite.decode(made.code, world.clock.now_ms())
    assert (said.node, said.static, said.name, said.endpoints) == (
        ADA.key.node,
        ADA.static.public,
        "ada",
        ("ws://a:1",),
    )
    assert said.expires * 1000 == made.expires == world.clock.now_ms() + LIFETIME_MS
    assert len(said.secret) == 16
    assert made.code not in repr(made)
    assert open_codes(world) == [made.code]


def test_a_code_without_a_secret_is_not_kept(world: World) -> None:
    made = make(world, with_secret=False)
    assert secret_of(world, made) == b""
    assert not made.one_time
    assert open_codes(world) == []


@pytest.mark.parametrize(("asked", "given"), [(0, 60_000), (10**15, 30 * 24 * 3600 * 1000)])
def test_a_life_is_neither_too_short_nor_too_long(world: World, asked: int, given: int) -> None:
    made = make(world, asked)
    assert made.expires == world.clock.now_ms() + given


def test_the_newest_that_is_neither_spent_nor_expired_is_shown(world: World) -> None:
    long, short = make(world), make(world, 60_000)
    assert open_codes(world) == [short.code, long.code]
    world.clock.advance(60)
    assert open_codes(world) == [long.code]
    assert spend(world, long, BOB)
    with world.database.read() as tx:
        assert invites.newest_open(tx) is None


def test_the_oldest_of_too_many_gives_way_but_spent_ones_stay(world: World) -> None:
    first, second = make(world), make(world)
    assert spend(world, first, BOB)
    made = [make(world) for _ in range(MOST_OPEN)]
    assert open_codes(world) == [one.code for one in reversed(made)]
    assert not spend(world, second, EVE)
    assert spend(world, first, BOB)


# Spending.


def test_the_first_to_prove_it_owns_it_and_is_trusted(world: World) -> None:
    made = make(world)
    assert spend(world, made, BOB)
    assert level(world, BOB) is Level.TRUSTED
    assert not spend(world, made, EVE)
    assert level(world, EVE) is None
    assert spend(world, made, BOB)


def test_an_expired_one_admits_nobody(world: World) -> None:
    made = make(world, 60_000)
    join = invite.join(secret_of(world, made), HASH)
    world.clock.advance(58)
    assert do(world, lambda tx: invites.spend(tx, join, HASH, BOB))
    other = make(world, 60_000)
    join = invite.join(secret_of(world, other), HASH)
    world.clock.advance(59)
    assert not do(world, lambda tx: invites.spend(tx, join, HASH, EVE))
    assert level(world, EVE) is None


def test_a_proof_of_another_handshake_or_secret_is_none(world: World) -> None:
    made = make(world)
    assert not spend(world, made, EVE, said_in=b"i" * 32)
    known = invite.invite_id(secret_of(world, made))
    wrong = Join(known, invite.proof(bytes(16), HASH))
    assert not do(world, lambda tx: invites.spend(tx, wrong, HASH, EVE))
    # What stands in for the secret of an unknown invite opens nothing.
    unknown = Join(invite.invite_id(bytes(16)), invite.proof(bytes(16), HASH))
    assert not do(world, lambda tx: invites.spend(tx, unknown, HASH, EVE))
    assert level(world, EVE) is None
    assert spend(world, made, BOB)


def test_a_blocked_node_spends_nothing(world: World) -> None:
    made = make(world)
    do(world, lambda tx: peerbook.set_level(tx, EVE, Level.BLOCKED))
    assert not spend(world, made, EVE)
    assert level(world, EVE) is Level.BLOCKED
    assert open_codes(world) == [made.code]
    assert spend(world, made, BOB)


@pytest.mark.parametrize("lowered", [Level.BLOCKED, Level.UNKNOWN, None])
def test_whom_a_person_let_go_does_not_come_back_by_the_old_code(world: World, lowered: Level | None) -> None:
    made = make(world)
    assert spend(world, made, BOB)
    if lowered is None:
        do(world, lambda tx: peerbook.forget(tx, BOB, introduced=True))
    else:
        do(world, lambda tx: peerbook.set_level(tx, BOB, lowered))
    assert not spend(world, made, BOB)
    assert level(world, BOB) is lowered
    assert not spend(world, made, EVE)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3), st.booleans()), max_size=12))
def test_an_invite_has_one_owner_in_any_order(template: Template, tries: list[tuple[int, int, bool]]) -> None:
    """Three invites, four nodes, true and false proofs in any order: each invite has the first true one."""
    world = template.world(ManualClock())
    made = [make(world) for _ in range(3)]
    nodes = [SigningKey(fixed(f"node {place}")).node for place in range(4)]
    owners: dict[int, int] = {}
    for which, who, true in tries:
        won = spend(world, made[which], nodes[who], HASH if true else b"x" * 32)
        if true:
            owners.setdefault(which, who)
        assert won is (true and owners[which] == who)
    with world.database.read() as tx:
        assert set(peerbook.trusted(tx)) == {nodes[who] for who in owners.values()}
    world.close()
