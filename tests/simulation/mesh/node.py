"""A simulated node: the real log on disk, the real door, and a process that dies at any instruction."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from tests.log.world import World
from tests.simulation.mesh.timeline import SkewedClock

from canopy import installed
from canopy.crypto.keys import SigningKey
from canopy.features.channels.tables import open_scopes
from canopy.features.messages.feature import FEATURE as MESSAGES
from canopy.features.messages.tables import project_message
from canopy.ground.ids import EventId, NodeId
from canopy.log import journal, retention, scope, todo
from canopy.log.catalog import Entry, Feature
from canopy.log.db import Read, Tx
from canopy.log.shown import message_id
from canopy.mesh import peerbook
from canopy.mesh.handshake import Identity
from canopy.mesh.noise import KeyPair
from canopy.mesh.peerbook import Level
from canopy.mesh.pump import Stock

T = TypeVar("T")


class Crash(BaseException):
    """The process is gone; nothing may catch this but the simulation."""


class Poisoned(Exception):
    """What a broken projector raises."""


def _broken(tx: Tx, key: bytes, history: Sequence[Entry]) -> None:
    """A defect in the messages room: it cannot show the word POISON, and notices only after it wrote."""
    project_message(tx, key, history)
    if any(getattr(entry.body, "content", "") == "POISON" for entry in history):
        raise Poisoned


_PROJECTIONS = tuple(
    msgspec.structs.replace(one, project=_broken) if one.project is project_message else one
    for one in MESSAGES.projections
)
ROOMS: Sequence[Feature] = tuple(
    msgspec.structs.replace(room, projections=_PROJECTIONS) if room is MESSAGES else room for room in installed.ROOMS
)


class Node:
    """One node, whose memory is lost at every crash and whose folder is not."""

    def __init__(self, name: str, folder: Path, clock: SkewedClock, number: int) -> None:
        self.name = name
        self.folder = folder
        self.clock = clock
        self.number = number
        self.key = SigningKey(bytes([number]) * 32)
        self.node: NodeId = self.key.node
        self.identity = Identity(self.key, KeyPair(bytes([number + 100]) * 32))
        self.copied = False
        """Whether two of it ran, or an older state of it came back: then its chains may fork."""
        self.fuse: int | None = None
        """How many statements it still carries out before it dies, if that is planned."""
        self.crashes = 0
        self.runs: set[int] = set()
        """Incarnations during which its folder was copied or put back: a cursor over them means nothing."""
        self.committed: Callable[[Node], None] = lambda node: None
        self.heard: set[str] = set()
        """Messages that notices named, as a listener hears of them after each commit."""
        self._seq = 0
        self.up = False
        self.works = False
        """Whether a slice of what the log left is planned."""
        self.open()

    # The process.

    def open(self) -> None:
        """Start the process on the folder."""
        self.world = World(self.folder, ROOMS, self.clock, self.key_seed)
        self.database = self.world.database
        self.door = self.world.door
        self.stock = Stock(
            database=self.database,
            door=self.door,
            here=self.node,
            version="1",
            name=lambda tx: self.name,
            open_scopes=open_scopes,
        )
        self.up = True
        self.database.on_commit = self._committed
        self.write(self.door.begin)

    @property
    def key_seed(self) -> bytes:
        return bytes([self.number]) * 32

    def close(self) -> None:
        """End the process; what was not committed is gone."""
        self.up, self.fuse = False, None
        self.world.close()

    def write(self, job: Callable[[Tx], T]) -> T:
        """A transaction of the one writer. Raises Crash where one is due: amid the job, or right after it."""
        if self.fuse is None:
            return self.database.write(job)
        connection = self.database.connection
        connection.exec_trace = self._burn
        try:
            result = self.database.write(job)
        finally:
            connection.exec_trace = None
        if self.fuse % 7 == 0:
            # Committed, but nobody hears of it.
            self.crashes += 1
            raise Crash
        return result

    def _burn(self, cursor: Any, sql: str, bindings: Any) -> bool:
        """One statement less. What is undone after the end is not counted any more."""
        if self.fuse is not None:
            self.fuse -= 1
            if self.fuse <= 0:
                self.fuse = None
                self.crashes += 1
                raise Crash
        return True

    def _committed(self) -> None:
        self._listen()
        self.committed(self)

    @property
    def has_work(self) -> bool:
        """Whether the log left something to do."""
        return bool(self.database.memory.get(todo.LEFT))

    def work(self) -> None:
        """One slice of it."""
        self.write(self.door.work)

    def sweep(self) -> None:
        """What time does to the log."""
        for step in (retention.expire, retention.catch_up_clock):
            while self.write(lambda tx, step=step: step(tx, self.door)) == retention.SLICE:  # type: ignore[misc]
                pass

    # Folders.

    @staticmethod
    def copy(source: Path, to: Path) -> None:
        """Copy the database of a process that does not run."""
        shutil.copytree(source, to)

    def put_back(self, older: Path) -> None:
        """Replace the database by an older copy of it."""
        shutil.rmtree(self.folder)
        shutil.copytree(older, self.folder)
        self.heard.clear()
        self._seq = 0

    # Notices.

    def _listen(self) -> None:
        with self.database.read() as tx:
            lines = journal.list_after(tx, self._seq, 1000)
        if lines:
            self._seq = lines[-1].seq
            self.heard |= {line.message_id for line in lines if line.message_id}

    def unfounded(self) -> set[str]:
        """Messages that notices named and that the log does not hold."""
        return self.heard - {message_id(EventId(event)) for event in self.ids()}

    # Trust.

    def trust(self, other: NodeId) -> None:
        self.write(lambda tx: peerbook.set_level(tx, other, Level.TRUSTED))

    def consent(self, other: NodeId) -> None:
        """A person agrees that open channels flow."""
        self.write(lambda tx: peerbook.set_merged(tx, other, True))

    def trusts(self, other: NodeId) -> bool:
        # The writer's connection, because what asks may stand within a reader.
        return peerbook.is_trusted(Read(self.database.connection, self.clock.now_ms()), other)

    # What it holds.

    def ids(self) -> set[bytes]:
        with self.database.read() as tx:
            rows: list[Any] = tx.execute("SELECT id FROM events").fetchall()
        return {row[0] for row in rows}

    def shared(self, *, merged: bool, peers: Sequence[NodeId] = (), upto: int = 1 << 62) -> set[bytes]:
        """Ids of the events that nodes share when open channels flow, or of the cards of `peers` alone.

        Up to a place, only those that were shared from the first: a channel is known as open once it is founded.
        """
        with self.database.read() as tx:
            opened = open_scopes(tx) if upto == 1 << 62 else frozenset()
            rows: list[Any] = tx.execute(
                "SELECT id, scope, node FROM events JOIN chains USING (chain) WHERE position <= ?", (upto,)
            ).fetchall()
        flowing = {scope.GENERAL, *opened} if merged else set()
        return {
            row[0]
            for row in rows
            if row[1] in flowing or (row[1] == scope.of_node(row[2]) and (merged or row[2] in peers))
        }

    def foreign(self) -> set[bytes]:
        """Ids of the events that others wrote."""
        with self.database.read() as tx:
            rows: list[Any] = tx.execute(
                "SELECT id FROM events JOIN chains USING (chain) WHERE node != ?", (self.node,)
            ).fetchall()
        return {row[0] for row in rows}

    def reasons(self) -> list[str]:
        """Kinds, and why events are not shown or have no body."""
        with self.database.read() as tx:
            rows: list[Any] = tx.execute("SELECT kind, reason, gone FROM events").fetchall()
        return [word for row in rows for word in row if word]

    def closed_chains(self) -> set[tuple[bytes, int]]:
        """Node and run of every chain that a fork closed."""
        with self.database.read() as tx:
            rows: list[Any] = tx.execute("SELECT node, run FROM chains WHERE closed IS NOT NULL").fetchall()
        return set(rows)

    def run(self) -> int:
        """Its current incarnation."""
        return self.write(self.door.run)

    def __repr__(self) -> str:
        return self.name
