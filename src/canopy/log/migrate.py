"""Schema numbers: making a new database, and changing an old one, with a backup first.

A migration changes tables of the log and local rows. Projected tables are not migrated: their room's number grows
and they are made anew (`replay`). Each migration runs in one transaction with its number.
"""

import shutil
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import msgspec
from sqlalchemy import Connection, Table, inspect, text
from sqlalchemy.schema import CreateIndex, CreateTable, DDLElement

from canopy.ground.errors import StartFailed, UnusableFolder
from canopy.log.db import Database, metadata
from canopy.log.db.prepared import DIALECT
from canopy.log.db.schema import declared, indexes_of
from canopy.log.local import get_fact, set_fact

SCHEMA = "schema"
"""The fact that holds the schema number of a database."""


class Migration(msgspec.Struct, frozen=True):
    """One numbered change. `apply` runs Core statements inside the transaction."""

    number: int
    name: str
    apply: Callable[[Connection], None]


class NewerDatabase(StartFailed):
    """This database was written by a newer Canopy. Install that version; nothing was changed."""

    code = "newer_database"


def create_all(connection: Connection) -> None:
    """Make every declared table, column and index of local rows that is missing.

    A column that came later may be empty, for the rows that are there already.
    """
    metadata.create_all(connection)
    there = inspect(connection)
    for table in metadata.sorted_tables:
        if table.info.get("local"):
            _widen(connection, table, {column["name"] for column in there.get_columns(table.name)})


def _make_new(database: Database, number: int) -> None:
    """Make all that is declared, where nothing is there yet: that is the newest schema."""
    with database.batch() as tx:
        tx.execute(_declared(tuple(metadata.tables)))
        set_fact(tx, SCHEMA, str(number).encode())
    database.write_ahead()


@cache
def _declared(names: tuple[str, ...]) -> str:
    """The statements that make these tables and their indexes: compiled once, for tests make many databases."""
    tables = declared(names)
    indexes = [index for table in tables for index in indexes_of(table)]
    makes: list[DDLElement] = [*map(CreateTable, tables), *map(CreateIndex, indexes)]
    return ";\n".join(str(make.compile(dialect=DIALECT)) for make in makes)


def _widen(connection: Connection, table: Table, have: set[str]) -> None:
    for column in table.columns:
        if column.name not in have:
            kind = column.type.compile(connection.dialect)
            connection.execute(text(f'ALTER TABLE "{table.name}" ADD COLUMN "{column.name}" {kind}'))
    for index in indexes_of(table):
        index.create(connection, checkfirst=True)


def _find_first_messages(connection: Connection) -> None:
    """Nodes whose words are here already are not new: the first of each is the oldest that is still shown."""
    create_all(connection)
    connection.execute(
        text(
            "INSERT INTO first_messages (channel, node, time, message) SELECT channel, node, time, id FROM"
            " (SELECT channel, node, time, id, row_number()"
            " OVER (PARTITION BY channel, node ORDER BY time, id) AS place FROM messages) AS placed WHERE place = 1"
        )
    )


MIGRATIONS: tuple[Migration, ...] = (
    Migration(1, "first-milestone", create_all),
    Migration(2, "mesh", create_all),
    Migration(3, "reading", create_all),
    Migration(4, "mentions", create_all),
    Migration(5, "mention lists", create_all),
    Migration(6, "browsers that are signed in", create_all),
    Migration(7, "preferences and bookmarks", create_all),
    Migration(8, "keys that are rotated", create_all),
    Migration(9, "reset links", create_all),
    Migration(10, "keys that are limited to channels", create_all),
    Migration(11, "first messages of new nodes", _find_first_messages),
)
"""Schema 1 is kept as a fixture in tests/fixtures, so that every change since is tried on it."""


def migrate(database: Database, backups: Path, migrations: Sequence[Migration] = MIGRATIONS) -> int:
    """Bring a database to the newest schema and return its number.

    Raises NewerDatabase, or UnusableFolder when the backup cannot be written; then nothing was changed.
    """
    have = _number(database)
    newest = migrations[-1].number
    if have > newest:
        raise NewerDatabase
    if not have:
        # A new database needs none of the steps that led to today's schema.
        _make_new(database, newest)
        return newest
    todo = [migration for migration in migrations if migration.number > have]
    if todo:
        back_up(database, backups / f"schema-{have}-before-{newest}.db")
    for migration in todo:
        _apply(database, migration)
    return newest


def back_up(database: Database, target: Path) -> None:
    """Copy the encrypted file as it is, whole: the write-ahead log is folded in first. Raises UnusableFolder.

    Only for a database that nobody writes meanwhile.
    """
    database.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copyfile(database.path, target)
        shutil.copyfile(database.path.with_suffix(".json"), target.with_suffix(".json"))
        target.chmod(0o600)
    except OSError as error:
        raise UnusableFolder(f"The backup {target} cannot be written: {error.strerror}.") from error


def _number(database: Database) -> int:
    # Not by a reader: at a first start it would be opened, and read the whole schema, for this alone.
    with database.batch() as tx:
        if not tx.execute("SELECT 1 FROM sqlite_schema WHERE name = 'facts'").fetchall():
            return 0
        return int(get_fact(tx, SCHEMA) or b"0")


def _apply(database: Database, migration: Migration) -> None:
    with database.batch() as tx:
        with database.core() as connection:
            migration.apply(connection)
        set_fact(tx, SCHEMA, str(migration.number).encode())
