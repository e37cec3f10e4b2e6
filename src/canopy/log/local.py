"""Rows that are not events: what concerns this node alone, written through the same writer (house law L6).

A module that keeps local rows declares its tables here, so that one list of all of them exists for export, backup
checks and migrations.
"""

from sqlalchemy import Table
from sqlalchemy.schema import SchemaItem

from canopy.log import store
from canopy.log.db import Read, Tx, metadata


def local(name: str, *items: SchemaItem) -> Table:
    """Declare a table of local rows."""
    return Table(name, metadata, *items, info={"local": True})


def get_fact(tx: Read, name: str) -> bytes | None:
    """A single named value of this database."""
    value: bytes | None = store.GET_FACT.value(tx, name=name)
    return value


def set_fact(tx: Tx, name: str, value: bytes) -> None:
    """Store a single named value."""
    store.SET_FACT.run(tx, name=name, value=value)
