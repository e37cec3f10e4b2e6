"""The notice journal: one durable sequence, kept for a while, holding ids and no words."""

from typing import Any

import pytest

from canopy.ground.clock import ManualClock
from canopy.log import journal, retention
from canopy.log.catalog import Notice
from canopy.log.journal import KEEP_MS, LATEST, Line, bounds, list_after, list_newest, prune, statistics, write_notice
from tests.log.test_door import do, say
from tests.log.world import World

DAY = 24 * 3600


def write(world: World, *types: str, **fields: Any) -> None:
    def job(tx: Any) -> None:
        for name in types:
            write_notice(tx, Notice(event_type=name, visibility="public", **fields))

    world.database.write(job)


def seqs(world: World) -> list[int]:
    with world.database.read() as tx:
        return [line.seq for line in list_after(tx, 0, 1000)]


def limits(world: World) -> tuple[int, int]:
    with world.database.read() as tx:
        return bounds(tx)


def cut(world: World, most: int = 1000) -> None:
    world.database.write(lambda tx: prune(tx, most))


# Reading.


def test_an_empty_journal_has_bounds(world: World) -> None:
    assert limits(world) == (1, 0)
    with world.database.read() as tx:
        assert statistics(tx) == (0, None, None, {})
        assert list_after(tx, 0, 10) == []
        assert list_newest(tx, 10) == []


def test_a_cursor_gets_what_came_after_it_oldest_first(world: World) -> None:
    write(world, "a", "b", "c", "d")
    with world.database.read() as tx:
        assert [(line.seq, line.event_type) for line in list_after(tx, 1, 2)] == [(2, "b"), (3, "c")]
        assert list_after(tx, 4, 2) == []
        assert [line.event_type for line, _ in list_newest(tx, 3)] == ["d", "c", "b"]
    assert limits(world) == (1, 4)


def test_statistics_count_by_type(world: World, clock: ManualClock) -> None:
    first = clock.now_ms()
    write(world, "a", "b")
    clock.advance(60)
    write(world, "a")
    with world.database.read() as tx:
        assert statistics(tx) == (3, first, first + 60_000, {"a": 2, "b": 1})


def test_a_line_as_an_item(world: World, clock: ManualClock) -> None:
    write(
        world,
        "channel.message.created",
        actor_user_id="user_1",
        target_user_id="user_2",
        channel_id="general",
        post_id="P1",
        message_id="M1",
        payload={"edited": True, "reason": "x"},
        dedupe_key="once",
    )
    with world.database.read() as tx:
        (line,) = list_after(tx, 0, 10)
        assert list_newest(tx, 1) == [(line, "once")]
    item = {
        "seq": 1,
        "event_id": "EVT0000000000000001",
        "event_type": "channel.message.created",
        "actor_user_id": "user_1",
        "target_user_id": "user_2",
        "channel_id": "general",
        "post_id": "P1",
        "message_id": "M1",
        "visibility_scope": "public",
        "created_at": "2023-11-14T22:13:20.000000+00:00",
        "payload": {"edited": True, "reason": "x"},
    }
    assert line.item() == item
    # What is read when it is sent goes on top.
    assert line.item({"reason": "y", "content": "words"}) == {
        **item,
        "payload": {"edited": True, "reason": "y", "content": "words"},
    }


def test_an_item_without_anybody(world: World) -> None:
    write(world, "a")
    with world.database.read() as tx:
        (line,) = list_after(tx, 0, 1)
    assert line == Line(1, "a", "public", None, None, None, None, None, world.clock.now_ms(), "{}")
    assert line.item()["payload"] == {}
    assert line.item()["actor_user_id"] is None


def test_no_words_stand_in_the_journal(world: World) -> None:
    do(world, say("nobody-may-find-this"))
    with world.database.read() as tx:
        rows: list[Any] = tx.execute("SELECT * FROM notices").fetchall()
    assert len(rows) == 1
    assert "nobody-may-find-this" not in repr(rows)


# Writing.


def test_a_dedupe_key_counts_once(world: World) -> None:
    write(world, "a", "b", dedupe_key="same")
    write(world, "c", dedupe_key="same")
    write(world, "d", dedupe_key="other")
    with world.database.read() as tx:
        assert [(line.event_type, key) for line, key in list_newest(tx, 10)] == [("d", "other"), ("a", "same")]


def test_without_a_dedupe_key_every_line_counts(world: World) -> None:
    write(world, "a", "a")
    write(world, "a")
    assert len(seqs(world)) == 3


def test_the_bell_learns_of_the_newest_line_with_the_commit(world: World) -> None:
    assert world.database.memory.get(LATEST) is None
    write(world, "a", "b")
    assert world.database.memory.get(LATEST) == 2
    write(world, "c", dedupe_key="x")
    write(world, "d", dedupe_key="x")
    assert world.database.memory.get(LATEST) == 3

    def job(tx: Any) -> None:
        write_notice(tx, Notice(event_type="e", visibility="public"))
        raise KeyError("undo")

    with pytest.raises(KeyError):
        world.database.write(job)
    assert world.database.memory.get(LATEST) == 3
    assert len(seqs(world)) == 3


# Pruning.


def test_lines_older_than_thirty_days_go(world: World, clock: ManualClock) -> None:
    write(world, "old", "old")
    clock.advance(KEEP_MS / 1000)
    write(world, "new")
    cut(world)
    assert seqs(world) == [1, 2, 3]
    clock.advance(0.001)
    cut(world)
    assert seqs(world) == [3]
    assert limits(world) == (3, 3)


def test_lines_beyond_the_newest_many_go(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "KEEP_ROWS", 3)
    write(world, *"abcde")
    cut(world)
    assert seqs(world) == [3, 4, 5]
    cut(world)
    assert seqs(world) == [3, 4, 5]


def test_pruning_goes_in_slices_oldest_first(world: World, clock: ManualClock) -> None:
    write(world, *"abcde")
    clock.advance(31 * DAY)
    cut(world, 2)
    assert seqs(world) == [3, 4, 5]


def test_a_journal_that_was_pruned_empty_goes_on_counting(world: World, clock: ManualClock) -> None:
    """A cursor that waited meanwhile must see that it has missed lines, and never a number twice."""
    write(world, "a", "b", "c")
    clock.advance(31 * DAY)
    cut(world)
    assert seqs(world) == []
    assert limits(world) == (4, 3)
    write(world, "d")
    assert seqs(world) == [4]
    assert limits(world) == (4, 4)


def test_a_pruned_dedupe_key_may_come_again(world: World, clock: ManualClock) -> None:
    write(world, "a", dedupe_key="x")
    clock.advance(31 * DAY)
    cut(world)
    write(world, "b", dedupe_key="x")
    assert seqs(world) == [2]


def test_retention_prunes_ten_slices_of_events(
    world: World, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "SLICE", 1)
    write(world, *["a"] * 25)
    clock.advance(31 * DAY)
    world.database.write(retention.prune_journal)
    assert seqs(world) == list(range(11, 26))
    world.database.write(retention.prune_journal)
    world.database.write(retention.prune_journal)
    assert seqs(world) == []
