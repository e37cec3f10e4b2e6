"""Which message of a foreign node was its first in a channel: whatever came first, was lost since, or is made anew."""

import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from canopy.features.channels.events import ChannelOpened
from canopy.features.messages.events import MessageDeleted, MessagePosted
from canopy.features.messages.tables.firsts import first_messages
from canopy.ground.clock import ManualClock
from canopy.ground.ids import ScopeId, UserKey
from canopy.log import scope
from canopy.log.catalog import Draft
from canopy.log.event import Event
from canopy.log.local import set_fact
from canopy.log.migrate import SCHEMA, migrate
from canopy.log.shown import channel_id, message_id
from tests.log.authors import USER, Author
from tests.log.world import Template, World

MINUTE = 60_000
NONCE = bytes(16)
HELLO = MessagePosted(content="hello")

Firsts = dict[tuple[str, bytes], str]


def sent(*events: Event) -> list[tuple[bytes, bytes, bytes | None]]:
    return [(event.header_bytes, event.signature, event.body) for event in events]


def firsts(world: World) -> Firsts:
    """By channel and node: the message that is kept as the first."""
    with world.database.read() as tx:
        rows: list[Any] = tx.execute(f"SELECT channel, node, message FROM {first_messages.name}").fetchall()
    return {(channel, node): message for channel, node, message in rows}


def of(author: Author, first: Event, where: ScopeId = scope.GENERAL) -> Firsts:
    return {(channel_id(where), bytes(author.key.node)): message_id(first.id)}


def again(author: Author, *, ago: int = 0) -> Author:
    """The same node in another run, whose words may be older: that is what can arrive in any order."""
    other = Author(1, author.clock, author.rng)
    other.key = author.key
    other.clock = ManualClock(author.clock.now_ms() - ago)
    return other


@pytest.fixture
def other(clock: ManualClock) -> Author:
    return Author(8, clock, random.Random(8))


def test_the_first_of_each_node_is_kept_and_later_ones_change_nothing(
    world: World, author: Author, other: Author
) -> None:
    one, two = author.write(HELLO), author.write(HELLO)
    three = other.write(HELLO)
    world.receive(sent(one))
    world.receive(sent(two, three, other.write(HELLO)))
    assert firsts(world) == of(author, one) | of(other, three)


def test_each_channel_has_first_ones_of_its_own(world: World, author: Author, other: Author) -> None:
    where = ScopeId(scope.of_channel(author.key.node, NONCE))
    opened = author.write(ChannelOpened(nonce=NONCE, name="plans"), where)
    general, inside = author.write(HELLO), author.write(HELLO, where)
    foreign = other.write(HELLO, where)
    world.receive(sent(general, opened, inside, author.write(HELLO, where), foreign))
    assert firsts(world) == of(author, general) | of(author, inside, where) | of(other, foreign, where)


def test_what_came_later_and_is_older_takes_the_place(world: World, author: Author) -> None:
    old = again(author, ago=MINUTE)
    new = author.write(HELLO)
    world.receive(sent(new))
    first, second = old.write(HELLO), old.write(HELLO)
    world.receive(sent(first, second))
    assert firsts(world) == of(author, first)


def _arrivals(events: Sequence[Event], rng: random.Random) -> Iterator[list[Event]]:
    """Everything once, in any order and in batches of any size."""
    left = rng.sample(events, len(events))
    while left:
        size = rng.randint(1, 4)
        yield left[:size]
        left = left[size:]


def _earliest(events: Sequence[Event]) -> Firsts:
    ordered = sorted(events, key=lambda event: (event.header.time, message_id(event.id)), reverse=True)
    return {("general", bytes(event.node)): message_id(event.id) for event in ordered}


@pytest.mark.parametrize("seed", range(12))
def test_any_order_of_arrival_ends_with_the_oldest(template: Template, clock: ManualClock, seed: int) -> None:
    rng = random.Random(seed)
    events: list[Event] = []
    for number in (1, 2):
        node = Author(number, clock, rng)
        for run in (node, again(node, ago=MINUTE), again(node, ago=2 * MINUTE)):
            # Stamps that are equal happen where two runs of one node tell the same time.
            run.clock = ManualClock(run.clock.now_ms() - rng.choice((0, MINUTE)))
            events += [run.write(HELLO) for _ in range(3)]
    world = template.world(ManualClock(clock.now_ms()))
    for batch in _arrivals(events, rng):
        world.receive(sent(*batch))
    world.work_off()
    assert firsts(world) == _earliest(events), f"seed {seed}"
    world.close()


def test_it_stays_the_first_when_its_time_is_over(world: World, author: Author, clock: ManualClock) -> None:
    brief = author.write(HELLO, expires=clock.now_ms() + MINUTE)
    world.receive(sent(brief, author.write(HELLO)))
    clock.advance(2 * MINUTE / 1000)
    world.settle()
    world.receive(sent(author.write(HELLO)))
    assert len(world.tables()["messages"]) == 2, "the first is gone from the channel"
    assert firsts(world) == of(author, brief)


def test_it_stays_the_first_when_it_is_deleted(world: World, author: Author) -> None:
    first, second = author.write(HELLO), author.write(HELLO)
    world.receive(sent(first, second))
    world.receive(sent(author.write(MessageDeleted(message=first.id)), author.write(HELLO)))
    assert firsts(world) == of(author, first)


def test_what_nobody_here_could_ever_read_is_not_the_first(world: World, author: Author, clock: ManualClock) -> None:
    """The line would stand above nothing, and the node would never be named."""
    late = author.write(HELLO, expires=clock.now_ms() + MINUTE)
    clock.advance(2 * MINUTE / 1000)
    seen = author.write(HELLO)
    world.receive(sent(late, seen))
    assert firsts(world) == of(author, seen)


def test_making_the_tables_anew_changes_nothing(
    world: World, author: Author, other: Author, clock: ManualClock
) -> None:
    brief = author.write(HELLO, expires=clock.now_ms() + MINUTE)
    deleted, kept = other.write(HELLO), other.write(HELLO)
    world.receive(sent(brief, author.write(HELLO), deleted, kept))
    world.receive(sent(other.write(MessageDeleted(message=deleted.id))))
    clock.advance(2 * MINUTE / 1000)
    world.settle()
    before = firsts(world)
    assert before == of(author, brief) | of(other, deleted)
    world.rebuild()
    assert firsts(world) == before


def test_the_own_node_is_no_stranger(world: World) -> None:
    draft = Draft(scope=scope.GENERAL, body=HELLO, user=UserKey(USER))
    world.database.write(lambda tx: world.door.do(tx, draft))
    assert len(world.tables()["messages"]) == 1
    assert firsts(world) == {}


def test_a_database_from_before_learns_them_from_what_it_shows(
    world: World, author: Author, other: Author, tmp_path: Path
) -> None:
    """Or each node that has long been known would be announced as a new one."""
    old = again(other, ago=MINUTE)
    world.receive(sent(author.write(HELLO), author.write(HELLO), other.write(HELLO), old.write(HELLO)))
    before = firsts(world)
    assert len(before) == 2
    with world.database.batch() as tx:
        tx.execute(f"DROP TABLE {first_messages.name}")
        set_fact(tx, SCHEMA, b"10")
    migrate(world.database, tmp_path)
    assert firsts(world) == before
