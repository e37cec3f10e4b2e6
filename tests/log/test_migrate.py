"""Schema numbers: a backup first, one transaction each, and the first schema kept as a fixture."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text

from canopy import installed
from canopy.ground.clock import ManualClock
from canopy.ground.errors import UnusableFolder
from canopy.log import migrate as migrating
from canopy.log.db import Database, metadata
from canopy.log.local import get_fact
from canopy.log.migrate import MIGRATIONS, Migration, NewerDatabase, migrate
from tests.log.world import KEY, KEY_ID, World

FIXTURE = Path(__file__).parent.parent / "fixtures" / "schema-1"
NEWEST = MIGRATIONS[-1].number
NEXT = NEWEST + 1


def _widen(connection: Connection) -> None:
    connection.execute(text("ALTER TABLE facts ADD COLUMN note TEXT"))


def _break(connection: Connection) -> None:
    connection.execute(text("ALTER TABLE facts ADD COLUMN note TEXT"))
    raise RuntimeError("half way")


def _number(world: World) -> bytes | None:
    with world.database.read() as tx:
        return get_fact(tx, migrating.SCHEMA)


def test_a_change_of_schema_makes_a_backup_first(world: World, tmp_path: Path) -> None:
    assert migrate(world.database, tmp_path, (*MIGRATIONS, Migration(NEXT, "widen", _widen))) == NEXT
    assert _number(world) == b"%d" % NEXT
    backup = Database(tmp_path / f"schema-{NEWEST}-before-{NEXT}.db", KEY, KEY_ID, ManualClock())
    with backup.read() as tx:
        assert get_fact(tx, migrating.SCHEMA) == b"%d" % NEWEST
    backup.close()
    assert (tmp_path / f"schema-{NEWEST}-before-{NEXT}.db").stat().st_mode & 0o777 == 0o600


def test_nothing_to_do_makes_no_backup(world: World, tmp_path: Path) -> None:
    migrate(world.database, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_change_that_fails_changes_nothing(world: World, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError):
        migrate(world.database, tmp_path, (*MIGRATIONS, Migration(NEXT, "break", _break)))
    assert _number(world) == b"%d" % NEWEST
    migrate(world.database, tmp_path, (*MIGRATIONS, Migration(NEXT, "widen", _widen)))


def test_without_room_for_a_backup_nothing_is_changed(world: World, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UnusableFolder):
        migrate(world.database, tmp_path / "file", (*MIGRATIONS, Migration(NEXT, "widen", _widen)))
    assert _number(world) == b"%d" % NEWEST


def test_a_newer_database_is_left_alone(world: World, tmp_path: Path) -> None:
    migrate(world.database, tmp_path, (*MIGRATIONS, Migration(NEXT, "widen", _widen)))
    with pytest.raises(NewerDatabase):
        migrate(world.database, tmp_path)


def test_the_first_schema_still_opens(tmp_path: Path) -> None:
    """The fixture was written by schema 1: what comes later must lead from it to what is declared today."""
    shutil.copytree(FIXTURE, tmp_path / "device")
    world = World(tmp_path / "device", installed.ROOMS, ManualClock())
    migrate(world.database, tmp_path / "backups")
    world.rebuild()
    assert len(world.tables()["messages"]) == 3
    assert len(world.tables()["user_cards"]) == 1
    with world.database.read() as tx:
        for table in metadata.sorted_tables:
            have = {row[1] for row in tx.execute(f"PRAGMA table_info({table.name})").fetchall()}
            assert have == set(table.c.keys()), table.name
    world.close()


def _indexes(world: World) -> set[str]:
    with world.database.read() as tx:
        rows: list[Any] = tx.execute("SELECT name FROM sqlite_schema WHERE type = 'index'").fetchall()
    return {row[0] for row in rows}


def test_an_old_database_gets_the_indexes_of_a_new_one(world: World, tmp_path: Path) -> None:
    shutil.copytree(FIXTURE, tmp_path / "device")
    old = World(tmp_path / "device", installed.ROOMS, ManualClock())
    assert "events_object" in _indexes(old)
    migrate(old.database, tmp_path / "backups")
    # What hangs on a column that projected tables lacked then comes with making them anew, which follows.
    assert _indexes(world) - _indexes(old) == {"user_cards_spelled"}
    assert _indexes(old) < _indexes(world)
    assert {"events_of_object", "events_awaits_kind"} <= _indexes(old)
    old.close()
