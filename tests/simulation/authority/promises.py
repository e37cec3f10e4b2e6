"""What must hold in every history, as assertions over a world (protocol section 4)."""

from random import Random

from tests.simulation.authority.network import MakeJudge, Peer, Said
from tests.simulation.authority.oracle import Oracle, link_of
from tests.simulation.authority.world import World

from canopy.ground.ids import EventId
from canopy.log.authority import Judge, judge_all
from canopy.log.cuts import Chains
from canopy.log.line import Ruling


def play(seed: int, make_judge: MakeJudge = Judge) -> World:
    """One history with all its promises checked; the seed is printed when one is broken."""
    world = World(seed, make_judge)
    print(f"seed {seed}")
    every = 1 if seed % 10 == 0 else 9
    world.play(lambda peer: None if world.rng.randrange(every) else incremental_equals_full(peer))
    peers_agree(world)
    any_order_agrees(world)
    reopened_agrees(world)
    no_later_post_of_a_removed_member_shows(world)
    judged_as_first_held(world)
    return world


def incremental_equals_full(peer: Peer) -> None:
    """What the peer believes, by judging again only what it was told to, is what the whole set means."""
    full = judge_all(peer.founder, [said.event for said in peer.taken])
    assert peer.judge.line == list(full.line)
    assert peer.believed == {event: peer.belief(index) for event, index in full.index.items()}


def peers_agree(world: World) -> None:
    """Everybody holds everything and judges it alike, as the rule's own words say."""
    oracle = Oracle(world.founder.name, [said.event for said in world.said()])
    expected = {said.id: oracle.judge(said.id) for said in world.said()}
    line = [(ruling.link.id, counts) for ruling, counts in oracle.line]
    for peer in world.peers:
        incremental_equals_full(peer)
        assert [(step.id, step.attests) for step in peer.judge.line] == line
        assert {event: index for event, (index, _) in peer.believed.items()} == expected


def any_order_agrees(world: World) -> None:
    """The set decides, not the order: not even one that no network would deliver."""
    events = [said.event for said in world.said()]
    Random(world.seed).shuffle(events)
    held = Chains()
    judge = Judge(world.founder.name, held)
    for event in events:
        held.add(link_of(event))
        judge.take(event)
    assert judge.line == world.founder.judge.line
    assert indices(judge, world) == indices(world.founder.judge, world)


def reopened_agrees(world: World) -> None:
    """After a restart a judge knows as much from extents and authority events alone."""
    peer = world.peers[-1]
    rulings = [said.event for said in peer.taken if isinstance(said.event, Ruling)]
    ours = [ruling for ruling in rulings if ruling.link.chain.node == peer.founder]
    judge = Judge.reopen(peer.founder, peer.held, peer.judge.extents(), ours)
    assert judge.line == peer.judge.line
    assert indices(judge, world) == indices(peer.judge, world)
    assert judge.cut(peer.chain) == peer.judge.cut(peer.chain)


def indices(judge: Judge, world: World) -> dict[EventId, int | None]:
    return {said.id: judge.index(said.link) for said in world.said()}


def no_later_post_of_a_removed_member_shows(world: World) -> None:
    """Posts after a removal, and pins after a demotion, that nothing on the line took back."""
    if world.copies:
        return
    for peer in world.peers[1:]:
        removed = _last_word(world, "remove", "add", peer.name)
        demoted = _last_word(world, "demote", "promote", peer.name)
        for said in world.said():
            late = said.born > removed or (said.deed == "pin" and said.born > demoted)
            if late and said.link.chain.node == peer.name:
                assert not any(other.sees(said) for other in world.peers)


def _last_word(world: World, takes: str, gives: str, about: bytes) -> float:
    """When the last word about somebody on the line took away: its birth; else never."""
    words = [world.deeds[step.id] for step in world.founder.judge.line]
    words = [said for said in words if said.about == about and said.deed in (takes, gives)]
    return words[-1].born if words and words[-1].deed == takes else float("inf")


def judged_as_first_held(world: World) -> None:
    """One sentence: it is judged as the authority judged it when it first held it. (A restored one forgot.)

    Once more the founder says what it held: what a late fork closed before any cut counts again then.
    """
    if world.restores or world.copies:
        return
    world.rule_once_more()
    peers_agree(world)
    founder = world.founder
    for said in world.said():
        assert founder.judge.index(said.link) == founder.first[said.id], said


def visible(world: World) -> list[Said]:
    """What users see in the end."""
    return [said for said in world.said() if not isinstance(said.event, Ruling) and world.founder.sees(said)]
