"""A log in a folder of its own, fed by hand: what a peer sends goes in, tables and fates come out."""

import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from canopy.crypto.keys import SigningKey
from canopy.ground.clock import ManualClock
from canopy.log import replay, retention, store
from canopy.log.append import Door, Receipt
from canopy.log.catalog import Catalog, Feature
from canopy.log.db import Database
from canopy.log.db.schema import tables_of
from canopy.log.migrate import migrate

KEY = bytes(range(32))
KEY_ID = "0011223344556677"

Sent = tuple[bytes, bytes, bytes | None]
"""Header, signature and body as a peer sends them."""


class World:
    """One node's log without a node around it."""

    def __init__(self, folder: Path, rooms: Sequence[Feature], clock: ManualClock, seed: bytes = bytes(32)) -> None:
        self.clock = clock
        self._rooms, self._seed = rooms, seed
        self.path = folder / "canopy.db"
        fresh = not self.path.exists()
        make = Database.create if fresh else Database
        self.database = make(self.path, KEY, KEY_ID, clock)
        # Whether it survives a power cut is asked elsewhere (tests/crash); here it only costs time.
        self.database.connection.execute("PRAGMA synchronous = OFF")
        if fresh:
            migrate(self.database, folder / "backups")
        self.door = Door(Catalog(rooms), SigningKey(seed))

    def receive(self, batch: Iterable[Sent], source: str = "peer") -> list[Receipt]:
        """One transaction that takes a batch, as the writer would."""
        return self.database.write(lambda tx: [self.door.receive(tx, *sent, source) for sent in batch])

    def work_off(self) -> None:
        """Do what was left to do, as the node does beside everything else."""
        while self.database.write(self.door.work):
            pass

    def settle(self) -> None:
        """Do what was left, and let time do its work: clocks catch up, bodies expire."""
        self.work_off()
        while self.database.write(lambda tx: retention.catch_up_clock(tx, self.door)):
            self.work_off()
        while self.database.write(lambda tx: retention.expire(tx, self.door)):
            self.work_off()

    def rebuild(self) -> None:
        """Make all projected tables anew from the log."""
        rooms = {projection.room for projection in self.door.catalog.projections}
        self.database.write(lambda tx: replay.rebuild(tx, self.door.judge, rooms))
        self.work_off()

    def tables(self) -> dict[str, list[Any]]:
        """All rows of all projected tables, in an order of their own."""
        names = [t.name for p in self.door.catalog.projections for t in tables_of(p.room)]
        with self.database.read() as tx:
            return {
                name: sorted(tx.execute(f"SELECT * FROM {name}").fetchall(), key=repr) for name in sorted(set(names))
            }

    def fates(self) -> dict[bytes, tuple[int, str, str]]:
        """Fate, reason and loss of every event held."""
        with self.database.read() as tx:
            rows: list[Any] = tx.execute("SELECT id, fate, reason, gone FROM events").fetchall()
        return {row[0]: (row[1], row[2], row[3]) for row in rows}

    def announced(self) -> list[tuple[str, str]]:
        """Type and message of every notice."""
        with self.database.read() as tx:
            rows: list[Any] = tx.execute("SELECT event_type, message_id FROM notices ORDER BY seq").fetchall()
        return rows

    def bodies(self) -> dict[bytes, bytes | None]:
        """Every body that is still held."""
        with self.database.read() as tx:
            rows: list[Any] = tx.execute("SELECT id, body FROM events").fetchall()
        return dict(rows)

    def counted(self) -> dict[tuple[str, str], int]:
        """What the door counted, by source and reason."""
        with self.database.read() as tx:
            return {(source, reason): count for source, reason, count in store.LIST_SOURCES.rows(tx)}

    def restarted(self) -> "World":
        """The same log, opened again."""
        self.close()
        return World(self.path.parent, self._rooms, self.clock, self._seed)

    def close(self) -> None:
        self.database.close()


class Template:
    """A fresh database made once and copied: making one takes longer than what most tests do with it."""

    def __init__(self, folder: Path, rooms: Sequence[Feature], clock: ManualClock) -> None:
        self._folder = folder / "template"
        self._folder.mkdir()
        self._rooms = rooms
        World(self._folder, rooms, clock).close()
        self._count = 0

    def world(self, clock: ManualClock, seed: bytes = bytes(32)) -> World:
        """A world on a copy."""
        self._count += 1
        folder = self._folder.parent / f"world-{self._count}"
        shutil.copytree(self._folder, folder)
        return World(folder, self._rooms, clock, seed)
