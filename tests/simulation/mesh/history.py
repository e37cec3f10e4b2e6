"""One history from its seed: what happens, and what an onlooker finds wrong with how it ends."""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.log.world import World
from tests.simulation.mesh.knobs import turned
from tests.simulation.mesh.network import Network, Unsettled
from tests.simulation.mesh.node import ROOMS, Node

from canopy.ground.clock import ManualClock
from canopy.ground.ids import NodeId
from canopy.log.judge import FORKED

Fate = tuple[int, str, str]
WITHHELD: Fate = (2, "body", "")


@dataclass
class Outcome:
    """How a history ended."""

    problems: list[str]
    facts: Counter[str] = field(default_factory=Counter)
    """How often what happened; the premises of the whole."""
    held: frozenset[bytes] = frozenset()
    """What the first node holds at the end."""


def template(folder: Path) -> Path:
    """A fresh database to copy: making one takes longer than what a node does with it."""
    path = folder / "template"
    path.mkdir(parents=True)
    World(path, ROOMS, ManualClock()).close()
    return path


def seeds() -> range:
    """`SEEDS=500` are so many, `SEEDS=17:18` is one of them."""
    first, _, last = os.environ.get("SEEDS", "200").rpartition(":")
    return range(int(first or 0), int(last))


def play(seed: int, folder: Path, empty: Path) -> Outcome:
    """Live through one history."""
    folder.mkdir()
    with turned(seed):
        network = Network(seed, folder, empty)
        try:
            return _end(network)
        finally:
            network.close()


def _end(network: Network) -> Outcome:
    try:
        network.live()
        network.calm()
        network.settle()
        network.part()
        network.settle()
        network.age()
        network.settle()
    except Unsettled as unsettled:
        return Outcome([f"never level: {unsettled}", *_problems(network)])
    return Outcome(_problems(network), _facts(network), frozenset(network.honest[0].ids()))


def _problems(network: Network) -> list[str]:
    for node in network.honest:
        network.oracle.restarted(node)
    found = [*network.oracle.problems]
    for edge in network.edges:
        found += edge.problems
    first = network.honest[0]
    for other in network.honest[1:]:
        found += _differences(first, other)
    found += _rebuilt(network.rng.choice(network.honest))
    found += _closed(network)
    found += [f"{node} got what it may not have" for node in network.strangers if node.foreign()]
    return found


def _differences(one: Node, other: Node) -> Iterator[str]:
    """Where two honest nodes hold or show different things."""
    here, there = one.shared(merged=True), other.shared(merged=True)
    if here != there:
        yield f"{one} lacks {len(there - here)} events that {other} has, {other} lacks {len(here - there)}"
    ours, theirs = one.world.fates(), other.world.fates()
    for event in sorted(here & there):
        if not _alike(ours[event], theirs[event]):
            yield f"{event.hex()[:8]} is {ours[event]} on {one}, {theirs[event]} on {other}"
    tables = other.world.tables()
    for name, rows in one.world.tables().items():
        if rows != tables[name]:
            yield f"{name} of {one} and {other} differ: {_first_difference(rows, tables[name])}"


def _first_difference(rows: list[Any], others: list[Any]) -> str:
    return min(set(map(repr, rows)) ^ set(map(repr, others)), default="only in their order")[:200]


def _alike(one: Fate, other: Fate) -> bool:
    """Equal, but where both lost the body: it may have expired here before it was deleted there; an edit may have
    lost it before its time came; and of an edit whose body was never held here nobody can say whether the deletion
    that dropped it elsewhere was meant for it."""
    if FORKED in (one[1], other[1]):
        return one[:2] == other[:2]
    return one == other or (_is_bodiless(one) and _is_bodiless(other))


def _is_bodiless(fate: Fate) -> bool:
    return fate == WITHHELD or bool(fate[2])


def _rebuilt(node: Node) -> list[str]:
    before = node.world.tables()
    node.world.rebuild()
    return [] if node.world.tables() == before else [f"a rebuild of {node} differs"]


def _closed(network: Network) -> Iterator[str]:
    """Who is honest forks nothing, unless two of it ran."""
    honest = {node.node: node for node in network.honest}
    copied = {node.node for node in network.honest if node.copied}
    for node in network.honest:
        for author, _ in node.closed_chains():
            if author in honest and author not in copied:
                yield f"a chain of {honest[NodeId(author)]} is closed on {node}"


def _facts(network: Network) -> Counter[str]:
    facts = network.facts.copy()
    facts["nodes"] = len(network.nodes) - len(network.strangers)
    facts["said"] = sum(person.said for person in network.people.values())
    facts["lies"] = sum(liar.said + liar.lies for liar in network.liars)
    facts["crashes amid a job"] = sum(node.crashes for node in network.nodes)
    facts["cursors"] = network.oracle.cursors
    facts["faults"] = network.weather.faults
    facts["contents"], facts["contents again"] = network.weather.taken, network.weather.repeated
    facts["links"] = sum(edge.established for edge in network.edges)
    for node in network.honest:
        facts.update(node.reasons())
    return facts
