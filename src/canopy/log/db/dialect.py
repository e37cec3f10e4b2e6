"""SQLAlchemy's SQLite dialect over apsw: a DB-API of the few calls that Core makes.

Core compiles our statements and runs migrations, admin pages and tests through this shim; hot statements go to
the driver's cursor directly (`prepared`). Two things differ from what Core expects of sqlite3: apsw gives no
description for a SELECT without rows (it is taken in the execution trace), and transactions are begun by us.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import apsw
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.base import SQLiteDDLCompiler
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from canopy.log.db.schema import USING

paramstyle = "qmark"
threadsafety = 1
apilevel = "2.0"
sqlite_version_info = tuple(int(part) for part in apsw.sqlite_lib_version().split("."))
version_info = sqlite_version_info
Error = apsw.Error
DatabaseError = apsw.Error
OperationalError = apsw.SQLError
IntegrityError = apsw.ConstraintError
NotSupportedError = apsw.Error
ProgrammingError = apsw.Error
InterfaceError = apsw.Error
InternalError = apsw.InternalError
DataError = apsw.MismatchError


class ShimCursor:
    """The cursor that Core sees."""

    arraysize = 1

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._cursor = connection.cursor()
        self._cursor.exec_trace = self._remember
        self.description: list[tuple[Any, ...]] | None = None
        self.rowcount = -1

    def _remember(self, cursor: apsw.Cursor, sql: str, bindings: Any) -> bool:
        self.description = [(row[0], row[1], None, None, None, None, None) for row in cursor.get_description()] or None
        return True

    @property
    def lastrowid(self) -> int:
        return self._connection.last_insert_rowid()

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> "ShimCursor":
        self.description = None
        self._cursor.execute(sql, tuple(parameters))
        self.rowcount = self._connection.changes() if self.description is None else -1
        return self

    def executemany(self, sql: str, many: Sequence[Sequence[Any]]) -> "ShimCursor":
        self.description = None
        before = self._connection.total_changes()
        self._cursor.executemany(sql, [tuple(row) for row in many])
        self.rowcount = self._connection.total_changes() - before
        return self

    def fetchone(self) -> tuple[Any, ...] | None:
        return self._cursor.fetchone()

    def fetchmany(self, size: int = 1) -> list[tuple[Any, ...]]:
        rows = (self.fetchone() for _ in range(size))
        return [row for row in rows if row is not None]

    def fetchall(self) -> list[tuple[Any, ...]]:
        return list(self._cursor.fetchall())

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return iter(self.fetchall())

    def close(self) -> None:
        self._cursor.close(True)


class ShimConnection:
    """The connection that Core sees. Closing gives it back: its owner closes the real one."""

    def __init__(self, connection: apsw.Connection) -> None:
        self.driver = connection

    def cursor(self) -> ShimCursor:
        return ShimCursor(self.driver)

    def commit(self) -> None:
        """Nothing: the transaction is its owner's."""

    def rollback(self) -> None:
        """Nothing: the transaction is its owner's."""

    def close(self) -> None:
        """Nothing: the owner of the driver's connection closes it."""


class CanopyDDL(SQLiteDDLCompiler):
    """Makes ordinary tables as SQLAlchemy would, and indexes of words by their module."""

    def visit_create_table(self, create: Any, **options: Any) -> str:
        """CREATE TABLE, or CREATE VIRTUAL TABLE where the table says how it is kept."""
        using = create.element.info.get(USING)
        if using is None:
            return str(super().visit_create_table(create, **options))  # type: ignore[no-untyped-call]
        return f"CREATE VIRTUAL TABLE {self.preparer.format_table(create.element)} USING {using}"


class CanopyDialect(SQLiteDialect_pysqlite):
    """SQLite as Core's pysqlite dialect knows it, minus the parts that touch the sqlite3 module."""

    driver = "canopy"
    ddl_compiler = CanopyDDL
    supports_statement_cache = True
    default_paramstyle = "qmark"

    @classmethod
    def import_dbapi(cls) -> Any:
        import sys  # noqa: PLC0415 - this module is its own DB-API

        return sys.modules[__name__]

    def on_connect(self) -> Any:
        """Nothing to set up: the connection was configured when it was opened."""
        return None

    def set_isolation_level(self, dbapi_connection: Any, level: Any) -> None:
        """Transactions are always ours."""

    def _get_server_version_info(self, connection: Any) -> tuple[int, ...]:
        return sqlite_version_info


registry.register("sqlite.canopy", __name__, "CanopyDialect")
