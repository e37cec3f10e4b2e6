"""The encrypted file: who can open it, what refuses to, and Core's way to it."""

import os
import threading
from pathlib import Path
from typing import Any

import apsw
import pytest
from sqlalchemy import Column, Integer, MetaData, Table, insert, select, text

from canopy.ground.clock import ManualClock
from canopy.ground.errors import DamagedDatabase, StorageFailed, UnusableFolder, WrongKey
from canopy.log.db import Database, Tx, prepare
from canopy.log.db.connection import Job, open_file
from canopy.log.db.database import ReadTooLong, check_whole
from canopy.log.local import get_fact, set_fact
from canopy.log.migrate import migrate
from tests.log.world import KEY, KEY_ID, World

SLOW = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"


def test_the_file_is_noise(world: World) -> None:
    world.database.write(lambda tx: set_fact(tx, "marker", b"MARKERPHRASE"))
    world.close()
    content = world.path.read_bytes()
    assert b"MARKERPHRASE" not in content
    assert b"SQLite format 3" not in content


def test_another_key_opens_nothing(world: World, clock: ManualClock) -> None:
    world.close()
    with pytest.raises(WrongKey, match="keys"):
        Database(world.path, bytes(32), "ffeeddccbbaa0099", clock)
    with pytest.raises(DamagedDatabase):
        Database(world.path, bytes(32), KEY_ID, clock)
    again = Database(world.path, KEY, KEY_ID, clock)
    again.close()


@pytest.mark.parametrize(
    ("content", "error"),
    [(None, DamagedDatabase), (b"{not json", DamagedDatabase), (b'{"cipher":"chacha20"}', DamagedDatabase)],
)
def test_the_sidecar_must_be_whole(
    world: World, clock: ManualClock, content: bytes | None, error: type[Exception]
) -> None:
    world.close()
    sidecar = world.path.with_suffix(".json")
    if content is None:
        sidecar.unlink()
    else:
        sidecar.write_bytes(content)
    with pytest.raises(error):
        Database(world.path, KEY, KEY_ID, clock)


def test_a_sidecar_that_cannot_be_read_says_so(world: World, clock: ManualClock) -> None:
    world.close()
    sidecar = world.path.with_suffix(".json")
    sidecar.unlink()
    sidecar.mkdir()
    with pytest.raises(UnusableFolder):
        Database(world.path, KEY, KEY_ID, clock)


def test_a_file_that_was_cut_short_is_not_taken_for_a_new_one(world: World) -> None:
    world.close()
    check_whole(world.path)
    os.truncate(world.path, world.path.stat().st_size - 1)
    with pytest.raises(DamagedDatabase, match="cut short"):
        check_whole(world.path)
    os.truncate(world.path, 0)
    with pytest.raises(DamagedDatabase):
        check_whole(world.path)
    world.path.unlink()
    with pytest.raises(DamagedDatabase, match="missing"):
        check_whole(world.path)


def test_nothing_is_overwritten(world: World, clock: ManualClock) -> None:
    with pytest.raises(UnusableFolder, match="not overwritten"):
        Database.create(world.path, KEY, KEY_ID, clock)


def test_a_new_file_is_filled_without_a_log_and_keeps_one_from_then_on(tmp_path: Path, clock: ManualClock) -> None:
    """Each page is encrypted and written once; `migrate` ends with what makes later commits survive a crash."""
    fresh = Database.create(tmp_path / "canopy.db", KEY, KEY_ID, clock)
    log = tmp_path / "canopy.db-wal"
    fresh.write(lambda tx: tx.execute("CREATE TABLE filled (x)"))
    assert not log.exists()
    migrate(fresh, tmp_path / "backups")
    assert fresh.connection.pragma("journal_mode") == "wal"
    assert fresh.connection.pragma("synchronous") == 2
    fresh.write(lambda tx: set_fact(tx, "one", b"1"))
    assert log.stat().st_size
    fresh.close()


def test_a_new_file_that_can_keep_no_log_is_said(tmp_path: Path, clock: ManualClock) -> None:
    """SQLite answers with the old mode, and without an error, when the disk fails at that moment."""
    fresh = Database.create(tmp_path / "canopy.db", KEY, KEY_ID, clock)
    connection = fresh.connection

    class Stubborn:
        def __getattr__(self, name: str) -> Any:
            return getattr(connection, name)

        def execute(self, sql: str, *bindings: Any) -> Any:
            return connection.execute("PRAGMA journal_mode" if "= WAL" in sql else sql, *bindings)

    fresh.connection = Stubborn()  # type: ignore[assignment]
    with pytest.raises(StorageFailed):
        migrate(fresh, tmp_path / "backups")
    connection.close()


def test_a_folder_that_is_no_database_says_so(tmp_path: Path) -> None:
    with pytest.raises(UnusableFolder):
        open_file(tmp_path, KEY)
    with pytest.raises(UnusableFolder):
        open_file(tmp_path / "absent.db", KEY)


def test_a_reader_that_takes_too_long_is_interrupted(world: World) -> None:
    class Hurried(ManualClock):
        def monotonic(self) -> float:
            self.advance(1)
            return super().monotonic()

    world.database.clock = Hurried()
    with pytest.raises(ReadTooLong), world.database.read() as tx:
        tx.execute(SLOW).fetchall()
    with world.database.read() as tx:
        assert tx.execute("SELECT 1").fetchall() == [(1,)]


def test_readers_cannot_write(world: World) -> None:
    with pytest.raises(StorageFailed), world.database.read() as tx:
        tx.execute("DELETE FROM facts")


def test_each_thread_reads_on_its_own_connection(world: World) -> None:
    seen: list[Any] = []

    def read() -> None:
        with world.database.read() as tx:
            seen.append(tx.connection)

    thread = threading.Thread(target=read)
    thread.start()
    thread.join()
    read()
    read()
    assert seen[0] is not seen[1]
    assert seen[1] is seen[2]


def test_a_transaction_that_sqlite_undid_is_no_success(world: World) -> None:
    with pytest.raises(StorageFailed), world.database.batch() as tx:
        tx.connection.execute("ROLLBACK")


def test_a_rollback_that_fails_hides_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def job(tx: Tx) -> None:
        set_fact(tx, "a", b"1")
        raise KeyError("the reason")

    with pytest.raises(KeyError):
        world.database.write(job)
    with world.database.read() as tx:
        assert get_fact(tx, "a") is None


def test_secrets_do_not_print(world: World) -> None:
    assert KEY.hex() not in repr(world.database)
    assert repr(KEY) not in repr(world.database)


# Core.

_scratch = Table("scratch", MetaData(), Column("id", Integer, primary_key=True), Column("number", Integer))


def test_core_runs_through_the_shim(world: World) -> None:
    def job(tx: Tx) -> list[Any]:
        with world.database.core() as core:
            _scratch.create(core)
            first = core.execute(insert(_scratch), {"number": 7})
            assert first.inserted_primary_key == (1,)
            core.execute(insert(_scratch), [{"number": 8}, {"number": 9}])
            none = core.execute(select(_scratch).where(_scratch.c.number == 0))
            assert none.keys() == _scratch.columns.keys()
            assert none.fetchall() == []
            rows = core.execute(select(_scratch.c.number).order_by(_scratch.c.id))
            return [rows.fetchone(), *rows.fetchmany(1), *rows.fetchmany(5)]

    assert [row[0] for row in world.database.write(job)] == [7, 8, 9]


def test_core_counts_rows_and_leaves_the_transaction_alone(world: World) -> None:
    def job(tx: Tx) -> None:
        with world.database.core() as core:
            _scratch.create(core)
            core.execute(insert(_scratch), [{"number": 1}, {"number": 2}])
            assert core.execute(text("UPDATE scratch SET number = 3")).rowcount == 2
            core.commit()
            raise KeyError("undo")

    with pytest.raises(KeyError):
        world.database.write(job)
    with world.database.read() as tx:
        assert tx.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'scratch'").fetchall() == [(0,)]


def test_a_cursor_can_be_walked(world: World) -> None:
    from canopy.log.db.dialect import ShimConnection

    cursor = ShimConnection(world.database.connection).cursor().execute("SELECT 1 UNION SELECT 2")
    assert list(cursor) == [(1,), (2,)]
    cursor.close()


def test_only_statements_on_rows_are_prepared() -> None:
    from sqlalchemy.schema import CreateTable

    with pytest.raises(TypeError):
        prepare(CreateTable(_scratch)).sql  # noqa: B018


def test_a_value_that_is_missing_is_an_error(world: World) -> None:
    from sqlalchemy import bindparam

    statement = prepare(select(_scratch.c.id).where(_scratch.c.number == bindparam("number")))
    assert "scratch" in statement.sql
    with world.database.read() as tx, pytest.raises(KeyError):
        statement.rows(tx)


def test_a_page_that_was_scribbled_over_is_damage_not_a_full_disk(world: World) -> None:
    """The cipher's tag of each page tells; free space would not cure it."""
    world.database.write(lambda tx: set_fact(tx, "large", bytes(200_000)))
    world.close()
    with world.path.open("r+b") as file:
        size = world.path.stat().st_size
        for page in range(size - size % 4096 - 4096 * 20, size, 4096):
            file.seek(page + 100)
            file.write(b"scribble")
    database = Database(world.path, KEY, KEY_ID, world.clock)
    with pytest.raises(DamagedDatabase), database.read() as tx:
        tx.execute("SELECT sum(length(value)), max(name) FROM facts").fetchall()
        tx.execute("SELECT value FROM facts").fetchall()
    database.close()
    world.database = Database(world.path, KEY, KEY_ID, world.clock)


# What is put off to the end of a transaction.


def _noting(name: str, said: list[str]) -> Job:
    def job(tx: Tx) -> None:
        said.append(name)

    return job


def test_what_is_put_off_is_done_once_and_at_the_end(world: World) -> None:
    said: list[str] = []
    with world.database.batch() as tx:
        tx.put_off("a", _noting("a, earlier", said))
        with tx.savepoint():
            tx.put_off("a", _noting("a, later", said))
            tx.put_off("b", _noting("b", said))
        assert said == []
    assert said == ["a, later", "b"]
    with world.database.batch():
        pass
    assert said == ["a, later", "b"]


def test_what_is_put_off_goes_with_its_savepoint(world: World) -> None:
    said: list[str] = []
    with world.database.batch() as tx:
        tx.put_off("a", _noting("a", said))
        with pytest.raises(KeyError), tx.savepoint():
            tx.put_off("b", _noting("b", said))
            raise KeyError
    assert said == ["a"]
    with pytest.raises(KeyError), world.database.batch() as tx:
        tx.put_off("c", _noting("c", said))
        raise KeyError
    with world.database.batch():
        pass
    assert said == ["a"]


def test_what_is_put_off_is_written_where_its_room_was_writing(world: World) -> None:
    with world.database.batch() as tx:
        tx.execute("CREATE TABLE facts__next (name TEXT PRIMARY KEY, value BLOB)")
        tx.put_off("a", lambda tx: set_fact(tx, "place", b"here"))
        with tx.writing_to(lambda sql: sql.replace("facts", "facts__next")):
            tx.put_off("a", lambda tx: set_fact(tx, "place", b"there"))
    with world.database.read() as tx:
        assert tx.execute("SELECT value FROM facts__next").fetchall() == [(b"there",)]
        assert get_fact(tx, "place") == b"here"


def test_nothing_put_off_is_done_when_the_disk_undid_the_rest(world: World) -> None:
    said: list[str] = []
    with pytest.raises(StorageFailed), world.database.batch() as tx:
        tx.put_off("a", _noting("a", said))
        tx.connection.execute("ROLLBACK")
    assert said == []


def test_the_write_ahead_log_is_emptied_when_that_was_asked_for(world: World) -> None:
    """What was deleted still stands in its old pages; a reader that looks at one of them puts it off."""
    log = world.path.with_name(world.path.name + "-wal")
    world.database.write(lambda tx: set_fact(tx, "one", b"1"))
    assert log.stat().st_size
    with world.database.read() as tx:
        get_fact(tx, "one")
        world.database.write(lambda tx: set_fact(tx, "two", b"2"))
        world.database.fold_soon()
        world.database.write(lambda tx: set_fact(tx, "three", b"3"))
        assert log.stat().st_size
    world.database.fold_soon()
    world.database.write(lambda tx: set_fact(tx, "four", b"4"))
    assert not log.stat().st_size


def test_a_log_that_cannot_be_emptied_fails_nothing(world: World, caplog: pytest.LogCaptureFixture) -> None:
    connection = world.database.connection

    class Full:
        def __getattr__(self, name: str) -> Any:
            return getattr(connection, name)

        def execute(self, sql: str, *bindings: Any) -> Any:
            if "wal_checkpoint" in sql:
                raise apsw.FullError("the disk is full")
            return connection.execute(sql, *bindings)

    world.database.fold_soon()
    world.database.connection = Full()  # type: ignore[assignment]
    world.database.write(lambda tx: set_fact(tx, "one", b"1"))
    world.database.connection = connection
    assert "could not be folded" in caplog.text
    with world.database.read() as tx:
        assert get_fact(tx, "one") == b"1"
