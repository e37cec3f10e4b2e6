"""The real write path: a data root opened as a node opens it, and an owner who posts through the writer and the door.

Nothing is replaced. What a node does beyond this (HTTP, streams) touches no disk.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from canopy.edge import accounts
from canopy.edge.act import Repeats, take_turn
from canopy.edge.principal import ALL, Principal
from canopy.features.messages.actions import DAY_MS, Lifespan, Post, post_message
from canopy.features.people.actions import NewAccount, open_account
from canopy.ground.errors import OurFault
from canopy.ground.ids import EventId, UserKey
from canopy.log import replay
from canopy.log.append import Door
from canopy.log.db import Read, Tx, Writer
from canopy.log.home import Home, open_home
from canopy.node import SystemClock, open_door

PATIENCE_SECONDS = 5.0
SPOKEN = 8
PAGES_BEFORE_A_CHECKPOINT = 24
"""Small, so that a short script meets checkpoints and the reuse of the write-ahead log."""
_PERMISSIONS = frozenset(permission.value for permission in ALL)


@contextmanager
def open_store(root: Path) -> Iterator[Home]:
    """Open the data root or make it, with its tables as this program makes them and an owner."""
    home = open_home(root, SystemClock(), "file")
    try:
        home.database.connection.wal_autocheckpoint(PAGES_BEFORE_A_CHECKPOINT)
        door = open_door(home)
        with home.database.read() as tx:
            stale = replay.stale_rooms(tx, door.catalog)
        if stale:
            home.database.write(lambda tx: replay.rebuild(tx, door.judge, stale))
        _ensure_owner(home, door)
        yield home
    finally:
        home.close()


def _ensure_owner(home: Home, door: Door) -> None:
    with home.database.read() as tx:
        if accounts.find_owner(tx) is not None:
            return
    nobody = _principal(home, accounts.Account(UserKey(""), "", None, "human", "active", False, 0))
    wish = NewAccount(
        username="owner", display_name="Owner", account_type="human", status="active", password=None, owner=True
    )
    nothing = Repeats(None, b"", None)
    home.database.write(lambda tx: take_turn(tx, door, nobody, wish, open_account, _answer, nothing, 201))


def _principal(home: Home, account: accounts.Account) -> Principal:
    return accounts.principal_of(home.key.node, account, _PERMISSIONS, "crash")


def _answer(tx: Read, principal: Principal, ids: Sequence[EventId]) -> list[str]:
    return [one.hex() for one in ids]


def repeats(words: str) -> Repeats:
    return Repeats(f"key:{words.replace(' ', '-')}", hashlib.sha256(words.encode()).digest(), None)


class Speaker:
    """The owner, who posts and tells which posts were acknowledged."""

    def __init__(self, home: Home, acknowledge: Callable[[str], None]) -> None:
        self.door = open_door(home)
        self.writer = Writer(home.database)
        self.deaths: list[BaseException] = []
        self.refusals: list[OurFault] = []
        self.left_alone: list[str] = []
        self._acknowledge = acknowledge
        with home.database.read() as tx:
            owner = accounts.find_owner(tx)
        assert owner is not None
        self._principal = _principal(home, owner)

    def turn(self, tx: Tx, words: str) -> None:
        wish = Post(channel_id="general", content=words, lifespan=Lifespan(None, 90 * DAY_MS))
        take_turn(tx, self.door, self._principal, wish, post_message, _answer, repeats(words), 201)

    async def say(self, words: str) -> None:
        """Only an `OurFault` may be the answer when the disk fails; only a dead writer leaves a caller alone."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self.writer.write(lambda tx: self.turn(tx, words))
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
