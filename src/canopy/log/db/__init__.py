"""The encrypted SQLite database: the only part of the program that opens one."""

from canopy.log.db.connection import Read, Tx
from canopy.log.db.database import Database
from canopy.log.db.prepared import Prepared, prepare, row_of
from canopy.log.db.schema import metadata, projected, searchable
from canopy.log.db.writer import Writer

__all__ = ["Database", "Prepared", "Read", "Tx", "Writer", "metadata", "prepare", "projected", "row_of", "searchable"]
