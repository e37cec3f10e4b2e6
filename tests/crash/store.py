"""The real write path in small: database, migration, writer and door, with one toy room that says things.

Opened and driven as a node does it, on the real clock, so that a walk cuts the code that people run.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
from sqlalchemy import Column, LargeBinary, Text, bindparam, delete, insert, select

from canopy.crypto.keys import SigningKey
from canopy.ground.errors import OurFault
from canopy.ground.ids import EventId, ScopeId
from canopy.log.append import Door
from canopy.log.catalog import DONE, Body, Catalog, Draft, Entry, Kind, Notice, Projection
from canopy.log.db import Database, Read, Tx, Writer, prepare, projected
from canopy.log.event import Header
from canopy.log.migrate import migrate

KEY = b"\x5a" * 32
KEY_ID = "crash-test"
SIGNER = SigningKey(b"\x07" * 32)
SCOPE = ScopeId(b"\x01" * 16)
DATABASE = "canopy.db"
PATIENCE_SECONDS = 2.0
SPOKEN = 8

sayings = projected(
    "crash", "crash_sayings", Column("saying", LargeBinary, primary_key=True), Column("words", Text, nullable=False)
)
_INSERT = prepare(insert(sayings).values(saying=bindparam("saying"), words=bindparam("words")))
_DELETE = prepare(delete(sayings).where(sayings.c.saying == bindparam("saying")))
_ALL = prepare(select(sayings.c.words).order_by(sayings.c.words))


class Said(Body, frozen=True, kw_only=True):
    KIND = "crash.said"

    words: str


def _object(header: Header, event: EventId, body: object) -> bytes:
    return bytes(event)


def _project(tx: Tx, key: bytes, entries: Sequence[Entry]) -> None:
    _DELETE.run(tx, saying=key)
    for entry in entries:
        _INSERT.run(tx, saying=key, words=entry.body.words)


def _announce(tx: Read, entry: Entry) -> list[Notice]:
    return [Notice(event_type="crash.said", visibility="channel", payload={"id": entry.id.hex()})]


class Room(msgspec.Struct):
    """The toy room: its tables are a function of its one kind."""

    name: str = "crash"
    kinds: Sequence[Kind] = (Kind(body=Said, object_of=_object, admit=lambda tx, entry: DONE, announce=_announce),)
    projections: Sequence[Projection] = (Projection(room="crash", number=1, kinds=(Said.KIND,), project=_project),)


class RealClock:
    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        return time.monotonic()


def open_store(root: Path) -> Database:
    """As a node starts: make what is missing, then bring it to the newest schema."""
    path = root / DATABASE
    opening = Database if path.exists() else Database.create
    database = opening(path, KEY, KEY_ID, RealClock())
    try:
        migrate(database, root / "backups")
    except BaseException:
        database.close()
        raise
    return database


def heard(tx: Read) -> list[str]:
    """All that was said and is shown."""
    return [row[0] for row in _ALL.rows(tx)]


class Speaker:
    """Says things through the writer and the door, and tells which of them were acknowledged."""

    def __init__(self, database: Database, acknowledge: Callable[[str], None]) -> None:
        self.door = Door(Catalog([Room()]), SIGNER)
        self.writer = Writer(database)
        self.deaths: list[BaseException] = []
        self.refusals: list[OurFault] = []
        self.left_alone: list[str] = []
        self._acknowledge = acknowledge

    async def say(self, words: str) -> None:
        """Only an `OurFault` may be the answer when the disk fails; only a dead writer leaves a caller alone."""
        draft = Draft(scope=SCOPE, body=Said(words=words))
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self.writer.write(lambda tx: self.door.do(tx, draft))
        except OurFault as refusal:
            self.refusals.append(refusal)
        except TimeoutError:
            self.left_alone.append(words)
        else:
            self._acknowledge(words)

    async def talk(self) -> None:
        """One by one, then several that share commits, then one again. Everyone gets an answer."""
        self.writer.start(self.deaths.append)
        for number in range(3):
            await self.say(f"alone {number}")
        await asyncio.gather(*(self.say(f"together {number}") for number in range(4)))
        await self.say("at last")
        await asyncio.to_thread(self.writer.stop)
        assert not self.left_alone or self.deaths, f"no answer for {self.left_alone} by a writer that lives"
