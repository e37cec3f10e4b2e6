"""Core statements compiled once and run on the driver's cursor.

Core takes 16-40 microseconds to execute a statement; the driver takes two. A statement is described with Core
(so that its tables and names are checked, and another dialect can be added) and compiled when its module is
imported; running it binds values by name.
"""

from typing import Any, Protocol

from sqlalchemy import BindParameter, Table, bindparam
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ClauseElement

from canopy.log.db.dialect import CanopyDialect

Row = tuple[Any, ...]

DIALECT = CanopyDialect()


class Runs(Protocol):
    """What can run SQL: a Read or a Tx."""

    def execute(self, sql: str, values: tuple[Any, ...]) -> Any: ...


class Prepared:
    """One compiled statement. Values are given by the names of its bind parameters."""

    __slots__ = ("_compiled", "_statement")

    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement
        self._compiled: tuple[str, tuple[str, ...], dict[str, Any]] | None = None

    @property
    def sql(self) -> str:
        """The text that the driver runs."""
        return self._parts()[0]

    def _parts(self) -> tuple[str, tuple[str, ...], dict[str, Any]]:
        # Compiled at first use: a process that only answers `canopy status` compiles nothing.
        if self._compiled is None:
            compiled = self._statement.compile(dialect=DIALECT, compile_kwargs={"render_postcompile": True})
            if not isinstance(compiled, SQLCompiler):
                raise TypeError("only statements that read or write rows are prepared")
            fixed = {name: value for name, value in compiled.params.items() if value is not None}
            self._compiled = (str(compiled), tuple(compiled.positiontup or ()), fixed)
        return self._compiled

    def _bind(self, values: dict[str, Any]) -> tuple[str, tuple[Any, ...]]:
        sql, names, fixed = self._compiled or self._parts()
        if fixed:
            values = {**fixed, **values}
        return sql, tuple([values[name] for name in names])

    def run(self, tx: Runs, **values: Any) -> None:
        """Execute for its effect."""
        tx.execute(*self._bind(values))

    def rows(self, tx: Runs, **values: Any) -> list[Row]:
        """All rows."""
        found: list[Row] = tx.execute(*self._bind(values)).fetchall()
        return found

    def row(self, tx: Runs, **values: Any) -> Row | None:
        """The first row, or None."""
        found: Row | None = tx.execute(*self._bind(values)).fetchone()
        return found

    def value(self, tx: Runs, **values: Any) -> Any:
        """The first column of the first row, or None."""
        found = self.row(tx, **values)
        return None if found is None else found[0]


def prepare(statement: ClauseElement) -> Prepared:
    """Describe a statement once, at module level."""
    return Prepared(statement)


def row_of(table: Table, without: str = "") -> dict[str, BindParameter[Any]]:
    """The values of an INSERT: each column bound under its own name, but for one that the database fills in."""
    return {column.name: bindparam(column.name) for column in table.c if column.name != without}
