"""One description of all tables, filled by the modules that own them.

A *projected* table is a function of the log: it can be dropped and made again, and only its room writes it.
Its name must not be the name of any column, because a rebuild runs a room's statements against tables of
another name (see `Tx.renamed`); a test holds that.
"""

from functools import cache

from sqlalchemy import Index, MetaData, Table
from sqlalchemy.schema import SchemaItem

metadata = MetaData()
USING = "using"
"""Where a table's info says by which module it is kept, for the dialect that makes it."""


def projected(room: str, name: str, *items: SchemaItem) -> Table:
    """Declare a table that `room` makes from events."""
    return Table(name, metadata, *items, info={"room": room})


def searchable(room: str, name: str, *items: SchemaItem, using: str) -> Table:
    """Declare a projected table that a module of SQLite keeps as an index of words, and how it does so."""
    return Table(name, metadata, *items, info={"room": room, USING: using})


def tables_of(room: str) -> list[Table]:
    """The projected tables of one room."""
    return [table for table in declared(tuple(metadata.tables)) if table.info.get("room") == room]


@cache
def declared(names: tuple[str, ...]) -> list[Table]:
    """These tables, each after those that it refers to: sorted once, and asked for at each start by every room."""
    return [table for table in metadata.sorted_tables if table.key in names]


def indexes_of(table: Table) -> list[Index]:
    """The indexes of a table, always in one order: of two that serve alike SQLite takes the one that was made last, and
    two nodes would answer the same question in different ways."""
    return sorted(table.indexes, key=lambda index: str(index.name))
