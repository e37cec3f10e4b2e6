"""Opening the encrypted file, and the two things that run statements on it: Read and Tx.

A Tx exists only inside the writer. It is held as a value: code that has none cannot write. What is remembered
in a Tx (heads, clock) becomes true only when the batch has committed.
"""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import apsw

from canopy.ground.errors import DamagedDatabase, UnusableFolder

CACHE_KIB = 16_384
STATEMENTS = 300
BUSY_MS = 5_000

StorageError = (
    apsw.FullError,
    apsw.IOError,
    apsw.CantOpenError,
    apsw.ReadOnlyError,
    apsw.CorruptError,
    apsw.NotADBError,
    apsw.BusyError,
)
"""What SQLite raises when the disk, not the statement, is at fault."""


def open_file(path: Path, key: bytes, *, create: bool = False) -> apsw.Connection:
    """Open (or create) the encrypted database. `key` is the raw 32-byte database key.

    A new one survives no crash before `write_ahead`: whoever makes it puts it where it belongs when it is whole.
    Raises DamagedDatabase when the bytes are not a database under this key, UnusableFolder when they cannot
    be read or written.
    """
    flags = apsw.SQLITE_OPEN_READWRITE | (apsw.SQLITE_OPEN_CREATE if create else 0)
    connection: apsw.Connection | None = None
    try:
        connection = apsw.Connection(str(path), flags=flags, statementcachesize=STATEMENTS)
        connection.set_busy_timeout(BUSY_MS)
        connection.execute("PRAGMA cipher = 'chacha20'")
        # Raw: the key is random already; deriving it again would cost 26 ms at every opening.
        connection.execute(f"PRAGMA key = 'raw:{key.hex()}'")
        if create:
            # Its tables go straight to the file: with a log beside it each page would be encrypted and written twice.
            connection.execute("PRAGMA journal_mode = MEMORY").fetchall()
        else:
            write_ahead(connection)
        _configure(connection)
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchall()
    except (apsw.NotADBError, apsw.CorruptError) as error:
        _close(connection)
        raise DamagedDatabase(f"{path} is damaged. Nothing was changed; restore a backup.") from error
    except (apsw.CantOpenError, apsw.ReadOnlyError, apsw.IOError, apsw.PermissionsError, apsw.FullError) as error:
        _close(connection)
        raise UnusableFolder(f"{path} cannot be opened for writing: {error}.") from error
    return connection


def _configure(connection: apsw.Connection) -> None:
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    connection.execute("PRAGMA foreign_keys = OFF")


def write_ahead(connection: apsw.Connection) -> None:
    """Keep a write-ahead log from now on. Raises a StorageError when there can be none."""
    # A disk that fails at this moment leaves the old mode without an error, and commits are then not durable.
    if connection.execute("PRAGMA journal_mode = WAL").fetchall() != [("wal",)]:
        raise apsw.IOError("the write-ahead log cannot be used")


def _close(connection: apsw.Connection | None) -> None:
    if connection is not None:
        connection.close()


class Read:
    """A snapshot to read from."""

    __slots__ = ("connection", "now_ms")

    def __init__(self, connection: apsw.Connection, now_ms: int) -> None:
        self.connection = connection
        self.now_ms = now_ms

    def execute(self, sql: str, values: tuple[Any, ...] = ()) -> apsw.Cursor:
        return self.connection.execute(sql, values)


class Memory:
    """What earlier batches committed and later ones may rely on: heads, the clock, counts.

    Three layers: committed, this batch, this savepoint. A layer falls down only when its part succeeds.
    """

    __slots__ = ("_batch", "_committed", "_savepoints")

    def __init__(self) -> None:
        self._committed: dict[Any, Any] = {}
        self._batch: dict[Any, Any] = {}
        self._savepoints: list[dict[Any, Any]] = []

    def get(self, key: Any) -> Any:
        for layer in reversed(self._savepoints):
            if key in layer:
                return layer[key]
        return self._batch[key] if key in self._batch else self._committed.get(key)

    def set(self, key: Any, value: Any) -> None:
        (self._savepoints[-1] if self._savepoints else self._batch)[key] = value

    def begin(self) -> None:
        self._savepoints.append({})

    def release(self) -> None:
        layer = self._savepoints.pop()
        (self._savepoints[-1] if self._savepoints else self._batch).update(layer)

    def roll_back(self) -> None:
        self._savepoints.pop()

    def commit(self) -> None:
        self._committed.update(self._batch)
        self._batch.clear()

    def abandon(self) -> None:
        self._batch.clear()
        self._savepoints.clear()


PUT_OFF = "put off"
"""Where the memory keeps what is to be done at the end of the transaction, by name and place."""
Job = Callable[["Tx"], None]


class Tx(Read):
    """The writer's transaction: may write and remember."""

    __slots__ = ("_depth", "memory", "renamed")

    def __init__(self, connection: apsw.Connection, now_ms: int, memory: Memory) -> None:
        super().__init__(connection, now_ms)
        self.memory = memory
        self.renamed: Callable[[str], str] | None = None
        self._depth = 0

    def execute(self, sql: str, values: tuple[Any, ...] = ()) -> apsw.Cursor:
        if self.renamed is not None:
            sql = self.renamed(sql)
        return self.connection.execute(sql, values)

    @contextlib.contextmanager
    def savepoint(self) -> Iterator[None]:
        """All or nothing: what raises inside leaves no row and no memory."""
        name = f"s{self._depth}"
        self.connection.execute(f"SAVEPOINT {name}")
        self.memory.begin()
        self._depth += 1
        try:
            yield
        except BaseException:
            self._depth -= 1
            self.memory.roll_back()
            # A full disk makes SQLite roll everything back by itself; then there is no savepoint left.
            if self.connection.in_transaction:
                self.connection.execute(f"ROLLBACK TO {name}")
                self.connection.execute(f"RELEASE {name}")
            raise
        self._depth -= 1
        self.memory.release()
        self.connection.execute(f"RELEASE {name}")

    def put_off(self, name: Any, job: Job) -> None:
        """Do something once, at the end of the transaction; a newer job of a name takes the place of an older.

        For tables that are written cheaply only beyond all savepoints. It goes with a savepoint that is undone.
        """
        jobs = self.memory.get(PUT_OFF) or {}
        self.memory.set(PUT_OFF, {**jobs, (name, self.renamed is None): (job, self.renamed)})

    def finish(self) -> None:
        """Do now what was put off."""
        jobs: dict[Any, tuple[Job, Callable[[str], str] | None]] = self.memory.get(PUT_OFF) or {}
        if jobs:
            self.memory.set(PUT_OFF, {})
        before = self.renamed
        for job, self.renamed in jobs.values():
            job(self)
        self.renamed = before

    @contextlib.contextmanager
    def writing_to(self, renamed: Callable[[str], str]) -> Iterator[None]:
        """Run a room's own statements against tables of another name (a rebuild's shadow tables)."""
        before, self.renamed = self.renamed, renamed
        try:
            yield
        finally:
            self.renamed = before


@contextlib.contextmanager
def net_changes(tx: Tx, tables: list[str]) -> Iterator[Callable[[], int]]:
    """Count the rows of `tables` that differ after the block from before it; what undoes itself does not count."""
    session = apsw.Session(tx.connection, "main")
    for table in tables:
        session.attach(table)
    counted: list[int] = []
    yield lambda: counted[0]
    changes = session.changeset()
    counted.append(sum(1 for _ in apsw.Changeset.iter(changes)) if changes else 0)
    session.close()
