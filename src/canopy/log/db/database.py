"""One open database: the writer's connection, one reader per thread, and the sidecar that names its key."""

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import apsw
import msgspec
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import StaticPool

from canopy.crypto.vault import write_private
from canopy.ground.clock import Clock
from canopy.ground.errors import CanopyError, DamagedDatabase, StorageFailed, UnusableFolder, WrongKey
from canopy.log.db.connection import BUSY_MS, Memory, Read, StorageError, Tx, open_file, write_ahead
from canopy.log.db.dialect import ShimConnection

_log = logging.getLogger(__name__)
T = TypeVar("T")

READ_SECONDS = 5.0
"""A reader that takes longer is interrupted: it would keep the write-ahead log from being reset."""
PROGRESS_STEPS = 20_000


class Sidecar(msgspec.Struct):
    """What may be known of the file without its key, so that a wrong key is told from a damaged file."""

    cipher: str
    key_id: str


class ReadTooLong(StorageFailed):
    """That question took too long to answer; ask for less."""

    code = "read_too_long"


class Database:
    """Owns every connection to one file. Writing is done through a Writer or, in tests, `write`."""

    def __init__(self, path: Path, key: bytes, key_id: str, clock: Clock) -> None:
        self.path = path
        self.clock = clock
        self.memory = Memory()
        self._key = key
        self._threads = threading.local()
        self._readers: list[apsw.Connection] = []
        self._lock = threading.Lock()
        self.on_commit: Callable[[], None] = lambda: None
        self._folds = False
        self.commits = 0
        """How many batches were committed; what was read before a change of it may be stale."""
        _check_sidecar(path, key_id)
        self.connection = open_file(path, key, create=not path.exists())

    @classmethod
    def create(cls, path: Path, key: bytes, key_id: str, clock: Clock) -> "Database":
        """A new empty file with its sidecar, for `migrate` to fill. Raises UnusableFolder."""
        if path.exists():
            raise UnusableFolder(f"{path} exists already and is not overwritten.")
        write_private(path.with_suffix(".json"), msgspec.json.encode(Sidecar(cipher="chacha20", key_id=key_id)))
        return cls(path, key, key_id, clock)

    @contextlib.contextmanager
    def batch(self) -> Iterator[Tx]:
        """One durable transaction; `on_commit` is called after it.

        Raises StorageFailed when the disk cannot take it; then nothing of it remains.
        """
        tx = Tx(self.connection, self.clock.now_ms(), self.memory)
        try:
            self.connection.execute("BEGIN IMMEDIATE")
            yield tx
            if self.connection.in_transaction:
                tx.finish()
            if not self.connection.in_transaction:
                raise StorageFailed
            self.connection.execute("COMMIT")
        except BaseException as error:
            self.memory.abandon()
            _roll_back(self.connection)
            if isinstance(error, StorageError):
                raise _fault_of(error) from error
            raise
        self.memory.commit()
        self.commits += 1
        if self._folds:
            self._fold()
        self.on_commit()

    def write_ahead(self) -> None:
        """End the making of a new file: commits survive a crash from now on. Raises StorageFailed."""
        try:
            write_ahead(self.connection)
        except StorageError as error:
            raise _fault_of(error) from error

    def fold_soon(self) -> None:
        """Empty the write-ahead log after the present transaction: what was deleted still stands in its old pages."""
        self._folds = True

    def _fold(self) -> None:
        self._folds = False
        self.connection.set_busy_timeout(0)
        try:
            # Where a reader still looks at an old page it stays; the next sweep asks again.
            self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        except StorageError:
            _log.warning("The write-ahead log could not be folded into the database; it is tried again.", exc_info=True)
        finally:
            self.connection.set_busy_timeout(BUSY_MS)

    def write(self, job: Callable[[Tx], T]) -> T:
        """Run one job in a transaction of its own, on this thread. For set-up, tests and the simulator."""
        with self.batch() as tx, tx.savepoint():
            return job(tx)

    @contextlib.contextmanager
    def read(self, seconds: float = READ_SECONDS) -> Iterator[Read]:
        """A snapshot on this thread's own connection; it ends within five seconds, unless the caller has leave."""
        connection = self._reader()
        deadline = self.clock.monotonic() + seconds
        connection.set_progress_handler(lambda: self.clock.monotonic() > deadline, PROGRESS_STEPS)
        try:
            connection.execute("BEGIN")
            yield Read(connection, self.clock.now_ms())
        except apsw.InterruptError as error:
            raise ReadTooLong from error
        except StorageError as error:
            raise _fault_of(error) from error
        finally:
            _roll_back(connection)

    @contextlib.contextmanager
    def core(self) -> Iterator[Connection]:
        """The writer's connection as SQLAlchemy Core sees it, inside a transaction that is already open."""
        shim = ShimConnection(self.connection)
        engine = create_engine("sqlite+canopy://", creator=lambda: shim, poolclass=StaticPool)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            yield connection

    def close(self) -> None:
        """Close every connection; the last one folds the write-ahead log into the file."""
        with self._lock:
            for connection in self._readers:
                connection.close()
            self._readers.clear()
        self.connection.close()

    def _reader(self) -> apsw.Connection:
        found: apsw.Connection | None = getattr(self._threads, "reader", None)
        if found is None:
            found = open_file(self.path, self._key)
            found.execute("PRAGMA query_only = ON")
            self._threads.reader = found
            with self._lock:
                self._readers.append(found)
        return found

    def __repr__(self) -> str:
        return f"Database({self.path.name}, key hidden)"


def _fault_of(error: BaseException) -> CanopyError:
    """Damage is not cured by free space."""
    if isinstance(error, apsw.CorruptError | apsw.NotADBError):
        return DamagedDatabase()
    return StorageFailed()


def _roll_back(connection: apsw.Connection) -> None:
    """End a transaction; an error of a statement that was cut off in it is told again here, and was told already."""
    if connection.in_transaction:
        with contextlib.suppress(apsw.Error):
            connection.execute("ROLLBACK")


def _check_sidecar(path: Path, key_id: str) -> None:
    sidecar = path.with_suffix(".json")
    try:
        kept = msgspec.json.decode(sidecar.read_bytes(), type=Sidecar)
    except FileNotFoundError as error:
        raise DamagedDatabase(f"{sidecar} is missing; put it back, or restore a backup.") from error
    except OSError as error:
        raise UnusableFolder(f"{sidecar} cannot be read: {error.strerror}.") from error
    except msgspec.MsgspecError as error:
        raise DamagedDatabase(f"{sidecar} is damaged; put it back, or restore a backup.") from error
    if kept.key_id != key_id:
        raise WrongKey(f"{path} was made with key {kept.key_id}, but this is key {key_id}. Put back its `keys` folder.")


def check_whole(path: Path) -> None:
    """Refuse a file that was cut short, before SQLite takes it for a new one. Raises DamagedDatabase."""
    try:
        size = path.stat().st_size
    except FileNotFoundError as error:
        raise DamagedDatabase(f"{path} is missing; restore a backup.") from error
    log = path.with_name(f"{path.name}-wal")
    # A cut in the middle of a checkpoint leaves a torn last page, which the write-ahead log holds whole.
    torn = size % 4096 != 0 and not (log.exists() and log.stat().st_size > 0)
    if size == 0 or torn:
        raise DamagedDatabase(f"{path} was cut short. Nothing was changed; restore a backup.")
