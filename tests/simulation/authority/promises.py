"""What must hold in every history, as assertions over a world (protocol section 4)."""

from functools import partial
from random import Random

from tests.simulation.authority.network import TAKES, MakeJudge, Peer, Said
from tests.simulation.authority.oracle import Oracle
from tests.simulation.authority.world import World

from canopy.ground.ids import EventId, NodeId
from canopy.log.authority import Judge, judge_all
from canopy.log.line import Ruling


def play(seed: int, make_judge: MakeJudge = Judge) -> World:
    """One history with all its promises checked; the seed is printed when one is broken."""
    world = World(seed, make_judge)
    print(f"seed {seed}")
    world.play(partial(_watch, Random(seed), 1 if seed % 10 == 0 else 9))
    for promise in PROMISES:
        promise(world)
    return world


def _watch(sample: Random, every: int, peer: Peer) -> None:
    """Look at a peer after every so many steps."""
    if sample.randrange(every) == 0:
        incremental_equals_full(peer)
    if sample.randrange(4 * every) == 0:
        as_the_text_says(peer)


def incremental_equals_full(peer: Peer) -> None:
    """What the peer believes, by judging again only what it was told to, is what the whole set means."""
    full = judge_all(peer.founder, [said.event for said in peer.taken])
    assert peer.judge.line == list(full.line)
    assert peer.believed == {event: peer.belief(index) for event, index in full.index.items()}


def peers_agree(world: World) -> None:
    """Everybody holds everything and judges it alike, as the rule's own words say."""
    for peer in world.peers:
        assert len(peer.taken) == len(world.deeds)
        incremental_equals_full(peer)
        as_the_text_says(peer)


def as_the_text_says(peer: Peer) -> None:
    """The peer's line and its judgement of what it holds so far."""
    oracle = Oracle(peer.founder, [said.event for said in peer.taken])
    assert [(step.id, step.attests) for step in peer.judge.line] == [
        (ruling.link.id, counts) for ruling, counts in oracle.line
    ]
    for said in peer.taken:
        assert peer.judge.index(said.link) == oracle.judge(said.id)


def any_order_agrees(world: World) -> None:
    """The set decides, not the order: not even one that no network would deliver."""
    stranger = Peer(NodeId(b"stranger"), world.founder.name, Judge, world.deeds)
    said = world.said()
    Random(world.seed).shuffle(said)
    for one in said:
        stranger.take(one)
        if world.seed % 10 == 5:
            incremental_equals_full(stranger)
    incremental_equals_full(stranger)
    assert stranger.judge.line == world.founder.judge.line
    assert indices(stranger.judge, world) == indices(world.founder.judge, world)


def any_order_of_chains_agrees(world: World) -> None:
    """A node that takes along the chains alone: bases may come after what resumes from them."""
    newcomer = Peer(NodeId(b"newcomer"), world.founder.name, Judge, world.deeds, along_line=False)
    said = world.said()
    Random(world.seed).shuffle(said)
    for one in said:
        newcomer.receive(one)
        if world.seed % 10 == 6:
            incremental_equals_full(newcomer)
            as_the_text_says(newcomer)
    incremental_equals_full(newcomer)
    assert indices(newcomer.judge, world) == indices(world.founder.judge, world)


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


def what_takes_away_is_never_lost(world: World) -> None:
    """Whatever was dropped on the way: every removal, demotion and moderator's deletion is on the line."""
    line = {step.id for step in world.founder.judge.line}
    assert all(said.id in line for said in world.said() if said.deed in TAKES)


def no_later_post_of_a_removed_member_shows(world: World) -> None:
    """Posts after a removal, and pins after a demotion, that nothing on the line took back.

    With two founders at once "after" has no meaning, so those histories are left out.
    """
    if world.copies:
        return
    for peer in world.members:
        removed = _last_word(world, "remove", "add", peer.name)
        demoted = _last_word(world, "demote", "promote", peer.name)
        for said in world.said():
            late = said.born > removed or (said.deed == "pin" and said.born > demoted)
            if late and said.link.chain.node == peer.name:
                assert not any(other.sees(said) for other in world.peers), said


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


PROMISES = (
    peers_agree,
    any_order_agrees,
    any_order_of_chains_agrees,
    reopened_agrees,
    what_takes_away_is_never_lost,
    no_later_post_of_a_removed_member_shows,
    judged_as_first_held,
)
"""In this order: the last lets the founder say one thing more."""
