"""Rebuilding: a room's tables are made anew from the log when its projection number changes.

The new rows go into shadow tables, in slices between which other work is written; the old tables serve
meanwhile, and every object that changes is made in both. At the end the tables change places in one transaction.
Deliveries are never made by replay (house law L11).
"""

import json
import re
import secrets
from collections.abc import Iterable

from sqlalchemy.schema import CreateIndex, CreateTable

from canopy.log import store
from canopy.log.catalog import Catalog, Fate
from canopy.log.db import Read, Tx
from canopy.log.db.connection import net_changes
from canopy.log.db.prepared import DIALECT
from canopy.log.db.schema import indexes_of, tables_of
from canopy.log.held import BLAMED
from canopy.log.judge import Judge
from canopy.log.local import get_fact, set_fact

SLICE = 100
"""Events per transaction."""
SUFFIX = "__next"
_COLUMNS = "SELECT wanted.value, info.name FROM json_each(?) AS wanted, pragma_table_info(wanted.value) AS info"
_NEW_JUDGEMENT = {"malformed", BLAMED, "kind"}
"""Reasons that a new version of a room may judge otherwise."""


def stale_rooms(tx: Read, catalog: Catalog) -> set[str]:
    """Rooms whose stored number is not the program's, and those that read them."""
    stale = {p.room for p in catalog.projections if get_fact(tx, _fact(p.room)) != str(p.number).encode()}
    grown = True
    while grown:
        more = {p.room for p in catalog.projections if not stale.isdisjoint(p.reads)} - stale
        stale |= more
        grown = bool(more)
    return stale


def store_numbers(tx: Tx, catalog: Catalog, rooms: Iterable[str]) -> None:
    """Remember that these rooms' tables are what this program makes."""
    chosen = set(rooms)
    for projection in catalog.projections:
        if projection.room in chosen:
            set_fact(tx, _fact(projection.room), str(projection.number).encode())


def serves_meanwhile(tx: Read, rooms: Iterable[str]) -> bool:
    """Whether the tables that exist have the columns that this program reads."""
    tables = [table for room in rooms for table in tables_of(room)]
    have: dict[str, set[str]] = {str(table.name): set() for table in tables}
    for name, column in tx.execute(_COLUMNS, (json.dumps(list(have)),)).fetchall():
        have[str(name)].add(str(column))
    return all(have[table.name] == set(table.c.keys()) for table in tables)


class Rebuild:
    """One rebuild of some rooms; give each step a transaction of its own."""

    def __init__(self, judge: Judge, rooms: set[str]) -> None:
        self._judge = judge
        self.rooms = rooms
        self._tables = [table for room in sorted(rooms) for table in tables_of(room)]
        names = sorted((table.name for table in self._tables), key=len, reverse=True)
        self._pattern = re.compile(rf"\b({'|'.join(names)})\b") if names else None
        self._kinds = {kind for p in judge.catalog.projections if p.room in rooms for kind in p.kinds}
        self._position = 0
        self.catching_up = False

    def renamed(self, sql: str) -> str:
        """A statement on the rooms' tables as one on their shadows."""
        return sql if self._pattern is None else self._pattern.sub(rf"\1{SUFFIX}", sql)

    def begin(self, tx: Tx) -> None:
        """Make empty shadow tables; from now on changes are made in both."""
        mark = secrets.token_hex(3)
        for table in self._tables:
            tx.execute(f"DROP TABLE IF EXISTS {table.name}{SUFFIX}")
            tx.execute(self.renamed(str(CreateTable(table).compile(dialect=DIALECT))))
            for index in indexes_of(table):
                create = self.renamed(str(CreateIndex(index).compile(dialect=DIALECT)))
                tx.execute(re.sub(rf"\b{index.name}\b", f"{index.name}_{mark}", create, count=1))
        self._judge.rebuild = self

    def slice(self, tx: Tx) -> bool:
        """Make the objects of the next events anew; False when all are made."""
        self.catching_up = True
        try:
            return self._slice(tx)
        finally:
            self.catching_up = False

    def _slice(self, tx: Tx) -> bool:
        rows = store.AFTER_POSITION.rows(tx, after=self._position, most=SLICE)
        held = [self._judge.held(row) for row in rows]
        mine = [event for event in held if event.entry.kind in self._kinds]
        self._judge.reconsider(tx, [e for e in mine if e.fate is not Fate.DONE and e.reason in _NEW_JUDGEMENT])
        for key in dict.fromkeys(event.object for event in mine if event.object is not None):
            self._judge.project(tx, key)
        # Before the tables change places, and before there is much of it.
        tx.finish()
        if held:
            self._position = held[-1].position
        return len(held) == SLICE

    def finish(self, tx: Tx) -> None:
        """The last slices and the exchange, in one transaction."""
        while self.slice(tx):
            pass
        for table in self._tables:
            tx.execute(f"DROP TABLE IF EXISTS {table.name}")
            tx.execute(f"ALTER TABLE {table.name}{SUFFIX} RENAME TO {table.name}")
        store_numbers(tx, self._judge.catalog, self.rooms)
        self._judge.rebuild = None


def rebuild(tx: Tx, judge: Judge, rooms: set[str]) -> None:
    """Rebuild some rooms in the transaction at hand; for start-up and tests."""
    if not store.COUNT_EVENTS.value(tx) and serves_meanwhile(tx, rooms):
        # A log without events leads to the tables that a new database has.
        store_numbers(tx, judge.catalog, rooms)
        return
    work = Rebuild(judge, rooms)
    work.begin(tx)
    work.finish(tx)


def changed_by_replay(tx: Tx, judge: Judge, recent: int) -> int:
    """How many rows differ when the objects of the newest `recent` events are made again; 0 is healthy.

    The caller rolls the transaction back. A change that undoes itself is not a difference.
    """
    tables = [table.name for p in judge.catalog.projections for table in tables_of(p.room)]
    with net_changes(tx, tables) as changes:
        newest = store.NEWEST_OBJECTS.rows(tx, most=recent)
        for key in dict.fromkeys(row[0] for row in newest):
            judge.project(tx, key)
    return changes()


def _fact(room: str) -> str:
    return f"projection:{room}"
