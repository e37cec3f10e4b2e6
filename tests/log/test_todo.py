"""What one event sets free is done in slices, and ends as if it had been done at once."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import pytest

from canopy.crypto.keys import SigningKey
from canopy.features.messages.events import MessageDeleted, MessageEdited, MessagePosted
from canopy.features.people.events import UserCarded
from canopy.ground.clock import ManualClock
from canopy.ground.codec import pack
from canopy.log import append, held, judge, parking, scope, store, todo
from canopy.log.append import Absence, Door, Taking
from canopy.log.catalog import Catalog, Fate
from canopy.log.event import SIGNATURE_LABEL, Event
from canopy.log.journal import catching_up, list_newest
from canopy.log.todo import What
from tests.log.authors import Author
from tests.log.test_door import altered, give, sent
from tests.log.world import World

MINUTE = 60_000


def left(world: World) -> list[tuple[str, bytes]]:
    """What stands on the list."""
    with world.database.read() as tx:
        rows: list[Any] = tx.execute("SELECT what, key FROM todo ORDER BY todo").fetchall()
    return rows


def contents(world: World) -> list[str]:
    return sorted(row[6] for row in world.tables()["messages"])


def posts(author: Author, count: int) -> list[Event]:
    return [author.write(MessagePosted(content=f"{n:03}")) for n in range(count)]


class Counting:
    """Counts what is judged, taken and read, and keeps the most that any transaction did."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        self.judged = self.read = self.most_judged = self.most_read = 0
        monkeypatch.setattr(judge.Judge, "_judge_again", self._counted(judge.Judge._judge_again))
        monkeypatch.setattr(Door, "_append", self._counted(Door._append))
        for module in (held, judge):
            monkeypatch.setattr(module, "held_of", self._reading(held.held_of))
        world.database.on_commit = self._committed

    def _counted(self, genuine: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: Any, **options: Any) -> Any:
            self.judged += 1
            return genuine(*arguments, **options)

        return counted

    def _reading(self, genuine: Callable[..., Any]) -> Callable[..., Any]:
        def reading(*arguments: Any) -> Any:
            self.read += 1
            return genuine(*arguments)

        return reading

    def _committed(self) -> None:
        self.most_judged, self.judged = max(self.most_judged, self.judged), 0
        self.most_read, self.read = max(self.most_read, self.read), 0


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slices so small that a short history fills several."""
    monkeypatch.setattr(todo, "SLICE", 6)
    monkeypatch.setattr(todo, "PORTION", 4)
    monkeypatch.setattr(held, "MANY", 3)


@pytest.fixture
def counting(world: World, small: None, monkeypatch: pytest.MonkeyPatch) -> Counting:
    return Counting(world, monkeypatch)


SLICE = 6
"""As the fixture `small` sets it."""


# What an attacker may set free with one event.


def test_a_fork_below_a_long_chain_is_closed_in_slices(world: World, author: Author, counting: Counting) -> None:
    first = author.write(MessagePosted(content="first"))
    second = author.write(MessagePosted(content="second"))
    rival = author.fork(MessagePosted(content="rival"))
    world.receive(map(sent, (first, second, *posts(author, 40))))
    counting.most_judged = counting.most_read = 0
    give(world, rival)
    assert left(world) == [("chain", (1).to_bytes(8, "big"))]
    assert len(contents(world)) > 40 - SLICE
    world.work_off()
    assert contents(world) == ["first"]
    assert {reason for _, reason, _ in world.fates().values()} == {"", "forked"}
    assert counting.most_judged <= SLICE + 1
    assert counting.most_read <= 2 * SLICE + 2
    assert left(world) == []


def test_a_second_fork_judges_again_what_is_between(world: World, author: Author, counting: Counting) -> None:
    """Not everything above once more: forks from the top down would cost the square of their number."""
    events: list[Event] = []
    rivals: list[Event] = []
    for number in range(20):
        events.append(author.write(MessagePosted(content=f"{number}")))
        rivals.append(author.fork(MessagePosted(content=f"rival {number}")))
    world.receive(map(sent, events))
    total = counting.most_judged = 0
    for rival in reversed(rivals):
        give(world, rival)
        total += counting.most_judged
        counting.most_judged = 0
    assert contents(world) == []
    assert total <= 3 * 20


def test_what_was_parked_on_one_event_is_taken_in_slices(world: World, author: Author, counting: Counting) -> None:
    events = posts(author, 40)
    world.receive(map(sent, events[1:]))
    give(world, events[0])
    assert len(contents(world)) == SLICE + 1
    assert [what for what, _ in left(world)] == ["parked"]
    world.work_off()
    assert len(contents(world)) == 40
    assert counting.most_judged <= SLICE + 1
    with world.database.read() as tx:
        assert store.PARKED_SIZE.row(tx, source="peer") == (0, None)


def test_many_branches_on_one_event_are_taken_in_slices(world: World, author: Author, small: None) -> None:
    """They share what they wait for, and eight of them are taken."""
    first = author.write(MessagePosted(content="first"))
    second = author.write(MessagePosted(content="second"))
    rivals = [altered(second, author.key, time=second.header.time + n) for n in range(11)]
    world.receive(map(sent, rivals))
    give(world, first)
    assert len(world.fates()) < 9
    assert left(world) == [("parked", first.id)]
    world.work_off()
    assert len(world.fates()) == 9
    assert world.counted()[("peer", "too_many_branches")] == 3


def test_large_events_fill_a_slice_sooner(world: World, author: Author, small: None) -> None:
    events = [author.write(MessagePosted(content="x" * 20_000 * (n > 0))) for n in range(1, 9)]
    assert all(len(event.body or b"") > append.WEIGHT // 2 for event in events)
    world.receive(map(sent, events[1:]))
    give(world, events[0])
    assert len(world.fates()) == SLICE + 1
    heavy = [author.write(MessagePosted(content="é" * 20_000)) for _ in range(8)]
    world.work_off()
    world.receive(map(sent, heavy[1:]))
    give(world, heavy[0])
    assert len(world.fates()) == len(events) + 1 + SLICE // 2
    world.work_off()
    assert len(world.fates()) == len(events) + len(heavy)


def early_edits(author: Author, count: int) -> tuple[Event, list[Event]]:
    """A message, and edits of it in another chain that may come before it."""
    post = author.write(MessagePosted(content="first words"))
    author.run += 1
    author.ends.clear()
    return post, [author.write(MessageEdited(message=post.id, content=f"edit {n:03}")) for n in range(count)]


def test_what_waits_for_one_message_is_let_in_in_slices(world: World, author: Author, counting: Counting) -> None:
    post, edits = early_edits(author, 40)
    world.receive(map(sent, edits))
    counting.most_judged = counting.most_read = 0
    give(world, post)
    assert left(world) == [("awaits", post.id)]
    world.work_off()
    assert contents(world) == ["edit 039"]
    assert len(world.announced()) == 41
    assert counting.most_judged <= SLICE + 1
    assert counting.most_read <= 8 * SLICE


def test_a_deletion_is_let_in_before_the_edits_that_waited_longer(world: World, author: Author, small: None) -> None:
    """Nobody sees for a moment what its author has deleted."""
    post, edits = early_edits(author, 20)
    deletion = author.write(MessageDeleted(message=post.id))
    world.receive(map(sent, (*edits, deletion)))
    give(world, post)
    assert contents(world) == [""]
    assert [kind for kind, _ in world.announced()] == ["channel.message.deleted"]
    assert {what for what, _ in left(world)} == {"awaits", "bodies"}
    world.work_off()
    assert [kind for kind, _ in world.announced()] == ["channel.message.deleted"]
    assert [id for id, body in world.bodies().items() if body is not None] == [deletion.id]
    hidden = {world.fates()[edit.id] for edit in edits}
    assert hidden == {(int(Fate.HIDDEN), "deleted", "deleted")}


def test_a_deletion_drops_the_words_of_many_edits_in_slices(world: World, author: Author, counting: Counting) -> None:
    post = author.write(MessagePosted(content="secret"))
    edits = [author.write(MessageEdited(message=post.id, content=f"secret {n}")) for n in range(40)]
    deletion = author.write(MessageDeleted(message=post.id))
    world.receive(map(sent, (post, *edits)))
    counting.most_read = 0
    give(world, deletion)
    assert contents(world) == [""]
    world.work_off()
    assert [id for id, body in world.bodies().items() if body is not None] == [deletion.id]
    assert counting.most_read <= 8 * SLICE
    assert left(world) == []


def test_what_becomes_done_while_its_words_are_dropped_counts(world: World, author: Author, small: None) -> None:
    """The words may go before the turn of the event comes; what it was is known still."""
    post, edits = early_edits(author, 20)
    deletion = author.write(MessageDeleted(message=post.id))
    world.receive(map(sent, (*edits, deletion)))
    give(world, post)
    world.database.write(lambda tx: tx.execute("DELETE FROM todo WHERE what = 'awaits'") and None)
    world.work_off()
    assert set(world.fates().values()) == {(0, "", ""), (0, "", "deleted"), (1, "deleted", "deleted")}
    assert [kind for kind, _ in world.announced()] == ["channel.message.deleted"]


def test_words_are_dropped_only_under_a_deletion(world: World, author: Author) -> None:
    post = author.write(MessagePosted(content="stays"))
    give(world, post)
    world.database.write(lambda tx: todo.note(tx, What.BODIES, post.id, 0))
    world.work_off()
    assert world.bodies() == {post.id: post.body}
    assert left(world) == []


# Of many events of one kind only the ends are read.


def test_a_new_card_does_not_read_all_older_ones(world: World, author: Author, counting: Counting) -> None:
    def card(number: int) -> Event:
        return author.write(UserCarded(handle="ada", name=f"name {number}"), scope.of_node(author.key.node))

    cards = [card(number) for number in range(20)]
    for one in cards:
        give(world, one)
    assert counting.most_read <= 8
    row = world.tables()["user_cards"][0]
    assert row[6] == "name 19"
    assert (row[11], row[12]) == (cards[0].header.time, cards[-1].header.time)


def test_the_newest_card_that_is_held_whole_counts(
    world: World, author: Author, clock: ManualClock, small: None
) -> None:
    here = scope.of_node(author.key.node)
    soon = clock.now_ms() + MINUTE
    for number in range(12):
        body = UserCarded(handle="ada", name=f"name {number}")
        mortal = number < 3 or number > 8
        give(world, author.write(body, here, expires=soon if mortal else 0))
    clock.advance(120)
    world.settle()
    shown = world.tables()["user_cards"]
    assert shown[0][6] == "name 8"
    world.rebuild()
    assert world.tables()["user_cards"] == shown


def test_an_edit_that_makes_a_projector_raise_is_found_among_many(
    world: World, author: Author, small: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    post = author.write(MessagePosted(content="first"))
    edits = [author.write(MessageEdited(message=post.id, content=f"{n}")) for n in range(store.FEW)]
    world.receive(map(sent, (post, *edits)))
    projection = next(p for p in world.door.catalog.projections if p.room == "messages")

    def choosy(tx: Any, key: bytes, history: Sequence[Any]) -> None:
        projection.project(tx, key, history)
        if any(getattr(entry.body, "content", "") == "POISON" for entry in history):
            raise RuntimeError("a defect")

    broken = [
        msgspec.structs.replace(p, project=choosy) if p is projection else p for p in world.door.catalog.projections
    ]
    monkeypatch.setattr(world.door.catalog, "projections", broken)
    caplog.set_level("CRITICAL")
    poison = author.write(MessageEdited(message=post.id, content="POISON"))
    give(world, poison)
    after = author.write(MessageEdited(message=post.id, content="after"))
    give(world, after)
    assert [id for id, fate in world.fates().items() if fate[1] == "projector"] == [poison.id]
    assert contents(world) == ["after"]


# Crashes, memory, the clock, and what only a newer program understands.


class Crash(Exception):
    """The program ends here."""


def test_a_crash_in_a_slice_loses_nothing_and_repeats_nothing(world: World, author: Author, small: None) -> None:
    events = posts(author, 30)
    world.receive(map(sent, events[1:]))
    give(world, events[0])
    before = left(world), len(world.fates()), world.announced()

    def crash(tx: Any) -> None:
        world.door.work(tx)
        raise Crash

    with pytest.raises(Crash):
        world.database.write(crash)
    assert (left(world), len(world.fates()), world.announced()) == before
    world.work_off()
    assert len(world.announced()) == len(set(world.announced())) == 30


def test_after_a_commit_it_is_known_whether_anything_is_left(world: World, author: Author, small: None) -> None:
    memory = world.database.memory
    events = posts(author, 10)
    world.receive(map(sent, events[1:]))
    assert not memory.get(todo.LEFT)
    give(world, events[0])
    assert memory.get(todo.LEFT)
    world.work_off()
    assert memory.get(todo.LEFT) is False


def test_one_transaction_has_one_budget(world: World, author: Author, small: None) -> None:
    """However many events it takes, each of which sets others free."""
    chains = [posts(Author(number, world.clock, author.rng), 4) for number in range(20, 26)]
    world.receive(map(sent, (event for chain in chains for event in chain[1:])))
    world.receive(map(sent, (chain[0] for chain in chains)))
    assert len(world.fates()) == len(chains) + SLICE
    world.work_off()
    assert len(world.fates()) == 4 * len(chains)


class Running(ManualClock):
    """A clock on which 10 ms go by between two looks."""

    def monotonic(self) -> float:
        self.advance(0.010)
        return super().monotonic()


def test_a_slow_machine_takes_smaller_slices(world: World, author: Author, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(todo, "PORTION", 5)
    monkeypatch.setattr(todo, "SLICE", 0)
    slow = Door(world.door.catalog, SigningKey(bytes(32)), Running())
    events = posts(author, 80)
    world.receive(map(sent, events[1:]))
    give(world, events[0])
    monkeypatch.setattr(todo, "SLICE", 50)
    assert world.database.write(slow.work)
    assert len(world.fates()) == 1 + 2 * 5
    assert world.database.write(world.door.work)
    assert len(world.fates()) == 1 + 2 * 5 + 50


def test_what_catching_up_set_free_is_marked_as_that(world: World, author: Author, small: None) -> None:
    events = posts(author, 20)
    world.receive(map(sent, events[1:]))

    def job(tx: Any) -> None:
        with catching_up(tx, True):
            world.door.receive(tx, *sent(events[0]), "peer")

    world.database.write(job)
    world.work_off()
    give(world, author.write(MessagePosted(content="now")))
    with world.database.read() as tx:
        marks = ["catch_up" in line.payload for line, _ in list_newest(tx, 50)]
    assert marks == [False] + [True] * 20


def _of_version(event: Event, version: int, key: SigningKey, more: Sequence[Any] = ()) -> Event:
    fields: list[Any] = msgspec.msgpack.decode(event.header_bytes)
    header = pack([version, *fields[1:], *more])
    return msgspec.structs.replace(event, header_bytes=header, signature=key.sign(SIGNATURE_LABEL + header))


def test_what_was_too_new_is_tried_again_by_a_newer_program(
    world: World, author: Author, small: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = author.write(MessagePosted(content="of version 2"))
    understood = altered(first, author.key, v=2)
    malformed = _of_version(author.write(MessagePosted(content="x")), 2, author.key, ["surplus"])
    beyond = [_of_version(author.write(MessagePosted(content="x")), 3, author.key) for _ in range(9)]
    for event in (*beyond, malformed, understood):
        assert give(world, event).code == "version"
    assert world.database.write(world.door.begin)
    world.work_off()
    assert world.fates() == {}
    assert not world.database.write(world.door.begin)
    for module in ("event", "append"):
        monkeypatch.setattr(f"canopy.log.{module}.VERSION", 2)
    assert world.database.write(world.door.begin)
    world.work_off()
    assert set(world.fates()) == {understood.id}
    assert world.counted()[("peer", "malformed")] == 1
    with world.database.read() as tx:
        kept = parking.list_parked(tx, parking.NEWER_VERSION, 0, 50)
    assert len(kept) == len(beyond)
    assert not world.database.write(world.door.begin)


# What is known already.


def test_a_known_event_is_not_verified_again(world: World, author: Author, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = author.write(MessagePosted(content="shown"))
    deleted = author.write(MessagePosted(content="deleted"))
    pruned = author.write(MessagePosted(content="not here yet"))
    give(world, shown)
    give(world, deleted, Absence.DELETED, body=False)
    give(world, pruned, Absence.PRUNED, body=False)
    give(world, author.write(MessageDeleted(message=deleted.id)))
    looked: list[bytes] = []

    def verify(node: bytes, message: bytes, signature: bytes) -> bool:
        looked.append(message)
        return False

    monkeypatch.setattr("canopy.log.event.verify", verify)
    before = world.fates(), world.bodies(), world.counted()
    for event in (shown, deleted):
        assert give(world, event).taking is Taking.KNOWN
        forged = msgspec.structs.replace(event, signature=bytes(64), body=b"x" * 40)
        assert give(world, forged).taking is Taking.KNOWN
    assert looked == []
    assert (world.fates(), world.bodies(), world.counted()) == before
    assert give(world, pruned).code == "bad_signature"


def test_a_known_header_may_come_again_without_its_body(world: World, author: Author) -> None:
    pruned = author.write(MessagePosted(content="not here"))
    give(world, pruned, Absence.PRUNED, body=False)
    assert give(world, pruned, Absence.PRUNED, body=False).taking is Taking.KNOWN
    assert world.bodies() == {pruned.id: None}


# The room that a rebuild and time take.


def test_what_a_rebuild_sets_free_is_done_in_slices(world: World, author: Author, small: None) -> None:
    post, edits = early_edits(author, 20)
    rooms = world.door.catalog
    world.door.catalog = world.door.judge.catalog = Catalog(())
    world.receive(map(sent, (post, *edits)))
    world.door.catalog = world.door.judge.catalog = rooms
    world.rebuild()
    assert contents(world) == ["edit 019"]
    assert left(world) == []
