"""Statements compiled once, and snapshots that end whatever happened in them."""

from typing import Any

import apsw
import pytest
from sqlalchemy import bindparam, select
from sqlalchemy.sql.elements import ClauseElement

from canopy.ground.errors import StorageFailed, UnusableFolder
from canopy.log.db import prepare
from canopy.log.db.connection import open_file, write_ahead
from canopy.log.db.database import READ_SECONDS, ReadTooLong
from canopy.log.local import get_fact, set_fact
from canopy.log.store import facts
from tests.log.world import KEY, World


def test_a_statement_is_compiled_once_and_only_when_it_is_needed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[str] = []
    statement = select(facts.c.value).where(facts.c.name == bindparam("name"))
    real = ClauseElement.compile

    def watched(self: ClauseElement, *args: Any, **options: Any) -> Any:
        compiled.append("once")
        return real(self, *args, **options)

    monkeypatch.setattr(type(statement), "compile", watched, raising=False)
    prepared = prepare(statement)
    assert compiled == []
    assert prepared.sql == prepared.sql
    with world.database.read() as tx:
        assert prepared.value(tx, name="absent") is None
        assert prepared.row(tx, name="absent") is None
        assert prepared.rows(tx, name="absent") == []
    assert compiled == ["once"]


def test_fixed_values_stay_and_named_ones_are_given(world: World) -> None:
    prepared = prepare(select(facts.c.value).where(facts.c.name == "one", facts.c.value == bindparam("value")))
    world.database.write(lambda tx: set_fact(tx, "one", b"1"))
    world.database.write(lambda tx: set_fact(tx, "two", b"1"))
    with world.database.read() as tx:
        assert prepared.rows(tx, value=b"1") == [(b"1",)]
        assert prepared.rows(tx, value=b"2") == []


def test_a_snapshot_sees_nothing_that_is_written_after_it(world: World) -> None:
    world.database.write(lambda tx: set_fact(tx, "one", b"1"))
    with world.database.read() as tx:
        assert get_fact(tx, "one") == b"1"
        world.database.write(lambda tx: set_fact(tx, "one", b"2"))
        assert get_fact(tx, "one") == b"1"
    with world.database.read() as tx:
        assert get_fact(tx, "one") == b"2"


@pytest.mark.parametrize(("seconds", "fits"), [(READ_SECONDS, False), (60.0, True)])
def test_a_reader_has_the_time_that_it_was_given(world: World, seconds: float, fits: bool) -> None:
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000) SELECT count(*) FROM n"

    def question() -> Any:
        with world.database.read(seconds) as tx:
            world.clock.advance(30)
            return tx.execute(numbers).fetchall()

    if fits:
        assert question() == [(50_000,)]
    else:
        with pytest.raises(ReadTooLong):
            question()


def test_a_snapshot_that_sqlite_ended_ends_once(world: World) -> None:
    """Some errors of the disk roll a transaction back by themselves."""
    with pytest.raises(StorageFailed), world.database.read() as tx:
        tx.execute("ROLLBACK")
        raise apsw.IOError("a page could not be read")
    world.database.write(lambda tx: set_fact(tx, "one", b"1"))
    with world.database.read() as tx:
        assert get_fact(tx, "one") == b"1"


def test_a_snapshot_in_which_something_failed_is_ended(world: World) -> None:
    with pytest.raises(KeyError), world.database.read() as tx:
        get_fact(tx, "one")
        raise KeyError("not of ours")
    world.database.write(lambda tx: set_fact(tx, "one", b"1"))
    with world.database.read() as tx:
        assert get_fact(tx, "one") == b"1"


def test_a_place_without_a_write_ahead_log_is_refused() -> None:
    """Commits would not be durable there; SQLite says so only in its answer, and memory is such a place."""
    memory = apsw.Connection(":memory:")
    with pytest.raises(apsw.IOError, match="write-ahead log cannot be used"):
        write_ahead(memory)
    memory.close()


def test_what_is_refused_at_opening_is_the_folders_fault(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(connection: apsw.Connection) -> None:
        raise apsw.IOError("the write-ahead log cannot be used")

    monkeypatch.setattr("canopy.log.db.connection.write_ahead", refuse)
    with pytest.raises(UnusableFolder, match=r"canopy\.db cannot be opened for writing: the write-ahead log"):
        open_file(world.path, KEY)
