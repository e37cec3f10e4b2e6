"""Rebuilding: by number, in slices, beside what goes on; and the check that a rebuild would change nothing."""

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from canopy.features.messages.events import MessagePosted
from canopy.features.messages.feature import FEATURE as MESSAGES
from canopy.features.messages.tables import project_message
from canopy.features.people.feature import FEATURE as PEOPLE
from canopy.ground.clock import ManualClock
from canopy.log import replay
from canopy.log.catalog import Catalog, Entry, Fate, Feature, Projection
from canopy.log.db import Tx
from canopy.log.db.schema import metadata, tables_of
from canopy.log.replay import Rebuild, changed_by_replay, serves_meanwhile, stale_rooms, store_numbers
from tests.log.authors import Author, StrangeThing
from tests.log.test_door import do, give, say, sent
from tests.log.world import Template, World

NEXT = max(projection.number for projection in MESSAGES.projections) + 1


def _loud(tx: Tx, key: bytes, history: Sequence[Entry]) -> None:
    """The next version of the messages room writes in capitals."""
    raised = [
        msgspec.structs.replace(e, body=msgspec.structs.replace(e.body, content=e.body.content.upper()))
        if getattr(e.body, "content", None)
        else e
        for e in history
    ]
    project_message(tx, key, raised)


def _upgraded(number: int = NEXT, reads: tuple[str, ...] = ()) -> Sequence[Feature]:
    projections = tuple(
        msgspec.structs.replace(
            p, project=_loud if p.project is project_message else p.project, number=number, reads=reads
        )
        for p in MESSAGES.projections
    )
    return (PEOPLE, msgspec.structs.replace(MESSAGES, projections=projections))


def _install(world: World, rooms: Sequence[Feature]) -> None:
    world.door.catalog = world.door.judge.catalog = Catalog(rooms)


def _stale(world: World) -> set[str]:
    with world.database.read() as tx:
        return stale_rooms(tx, world.door.catalog)


def _contents(world: World) -> list[str]:
    return sorted(row[6] for row in world.tables()["messages"])


def test_a_room_is_stale_when_its_number_changes(world: World) -> None:
    rooms = {"people", "channels", "messages", "search"}
    assert _stale(world) == rooms
    world.database.write(lambda tx: store_numbers(tx, world.door.catalog, rooms))
    assert _stale(world) == set()
    _install(world, _upgraded())
    assert _stale(world) == {"messages"}


def test_rooms_that_read_a_stale_room_are_stale_too(world: World) -> None:
    _install(world, _upgraded(1, reads=("people",)))
    world.database.write(lambda tx: store_numbers(tx, world.door.catalog, {"people", "channels", "messages"}))
    changed = Projection(room="people", number=9, kinds=("user.carded",), project=project_message)
    people = msgspec.structs.replace(PEOPLE, projections=(changed,))
    _install(world, (people, _upgraded(1, reads=("people",))[1]))
    assert _stale(world) == {"people", "messages"}


def test_a_rebuild_goes_in_slices_while_others_write(
    world: World, author: Author, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay, "SLICE", 2)
    for word in ("one", "two", "three", "four", "five"):
        do(world, say(word))
    _install(world, _upgraded())
    work = Rebuild(world.door.judge, {"messages"})
    world.database.write(work.begin)
    assert world.database.write(work.slice)
    # The old tables serve, and what is written meanwhile stands in both.
    do(world, say("meanwhile"))
    assert "one" in _contents(world)
    assert world.database.write(work.slice)
    world.database.write(work.finish)
    assert _contents(world) == sorted(["ONE", "TWO", "THREE", "FOUR", "FIVE", "MEANWHILE"])
    do(world, say("after"))
    assert "AFTER" in _contents(world)
    world.rebuild()
    assert len(_contents(world)) == 7


def test_a_rebuild_announces_nothing(world: World) -> None:
    do(world, say("one"))
    before = world.announced()
    world.rebuild()
    assert world.announced() == before


def test_a_new_version_judges_again_what_it_may_understand(
    template: Template, clock: ManualClock, author: Author
) -> None:
    world = template.world(clock)
    _install(world, (PEOPLE,))
    post = author.write(MessagePosted(content="hello"))
    give(world, post)
    give(world, author.write(StrangeThing(words="?")))
    assert world.fates()[post.id][:2] == (Fate.WAITING, "kind")
    _install(world, (PEOPLE, MESSAGES))
    world.rebuild()
    assert world.fates()[post.id][0] == Fate.DONE
    assert _contents(world) == ["hello"]
    assert [reason for _, reason, _ in world.fates().values()].count("kind") == 1
    world.close()


def test_a_repaired_projector_tries_again(world: World, author: Author) -> None:
    def raising(tx: Tx, key: bytes, history: Sequence[Entry]) -> None:
        raise RuntimeError("a defect")

    broken = tuple(msgspec.structs.replace(p, project=raising) for p in MESSAGES.projections)
    _install(world, (PEOPLE, msgspec.structs.replace(MESSAGES, projections=broken)))
    world.receive([sent(author.write(MessagePosted(content="hello")))])
    assert _contents(world) == []
    _install(world, (PEOPLE, MESSAGES))
    world.rebuild()
    assert _contents(world) == ["hello"]


def test_a_room_without_tables_can_be_rebuilt(world: World) -> None:
    work = Rebuild(world.door.judge, {"absent"})
    assert work.renamed("SELECT 1 FROM messages") == "SELECT 1 FROM messages"


def test_old_tables_serve_only_when_they_have_todays_columns(world: World) -> None:
    with world.database.read() as tx:
        assert serves_meanwhile(tx, {"messages", "people"})
    world.database.write(lambda tx: tx.execute("ALTER TABLE messages DROP COLUMN client_id") and None)
    with world.database.read() as tx:
        assert not serves_meanwhile(tx, {"messages"})


def test_projected_tables_are_never_named_like_a_column() -> None:
    """A rebuild renames tables in the text of statements."""
    columns = {column.name for table in metadata.sorted_tables for column in table.c}
    names = {table.name for table in metadata.sorted_tables if table.info.get("room")}
    assert names
    assert names.isdisjoint(columns)
    assert tables_of("messages")


def test_replaying_the_newest_events_shows_rows_that_are_wrong(world: World) -> None:
    do(world, say("one"))
    do(world, say("two"))

    def differing(tx: Tx) -> int:
        return changed_by_replay(tx, world.door.judge, 1000)

    assert world.database.write(differing) == 0
    damage: Any = "UPDATE messages SET content = 'tampered' WHERE content = 'one'"
    world.database.write(lambda tx: tx.execute(damage) and None)
    assert world.database.write(differing) == 1
