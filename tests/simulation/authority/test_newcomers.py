"""A newcomer holds chains from a floor on, and all authority events (protocol section 5, newcomers)."""

import pytest
from tests.simulation.authority.network import Peer, Said
from tests.simulation.authority.promises import incremental_equals_full
from tests.simulation.authority.world import World

from canopy.ground.ids import NodeId
from canopy.log.authority import Judge
from canopy.log.cuts import Chain
from canopy.log.line import Ruling

Floors = dict[Chain, int]


def floors_of(world: World) -> Floors:
    """The sum of all cuts up to some authority event, as if it had added the newcomer."""
    floors: Floors = {}
    steps = world.founder.judge.line
    for step in steps[: world.rng.randint(0, len(steps))]:
        for head in step.heads:
            floors[head.chain] = max(head.height, floors.get(head.chain, 0))
    return floors


def above(said: Said, floors: Floors) -> bool:
    return said.link.height > floors.get(said.link.chain, 0)


def first_all_of_the_line(world: World) -> list[Said]:
    """Authority events along `line`, which here is the order in which they were said."""
    return [said for said in world.said() if isinstance(said.event, Ruling)]


def fork_proofs(world: World) -> list[Said]:
    """Both headers of every fork, whatever the floor."""
    forks = {extent.head.chain: extent.fork for extent in world.founder.judge.extents() if extent.fork is not None}
    return [said for said in world.said() if forks.get(said.link.chain) == said.link.height]


def the_rest(world: World, floors: Floors) -> list[Said]:
    """Each chain ascending, from its floor on."""
    said = [one for one in world.said() if above(one, floors)]
    return sorted(said, key=lambda one: (one.link.chain, one.link.height))


@pytest.mark.parametrize("first", [0, 50, 100])
def test_a_newcomer_judges_what_it_holds_as_everybody_does(first: int) -> None:
    for seed in range(first, first + 50):
        world = World(seed)
        print(f"seed {seed}")
        world.play()
        floors = floors_of(world)
        newcomer = Peer(NodeId(b"late"), world.founder.name, Judge, world.deeds)
        for said in [*first_all_of_the_line(world), *fork_proofs(world), *the_rest(world, floors)]:
            if newcomer.held.get(said.id) is None:
                newcomer.take(said)
        incremental_equals_full(newcomer)
        assert newcomer.judge.line == world.founder.judge.line
        for said in world.said():
            if above(said, floors):
                assert newcomer.judge.index(said.link) == world.founder.judge.index(said.link)
