"""P1 on our own write path: cut it at every call that touches the disk, and nothing acknowledged is lost.

The database, the migration, the writer and the door are the real ones. Afterwards the file has to open as a node
opens it, and to agree with itself in everything that `doctor` looks at.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import apsw
import pytest
from tests.crash.patch import living
from tests.crash.points import FULL_ONCE, HAZARDS, KILL, Acknowledge, Hazard, walk
from tests.crash.store import SPOKEN, Room, Speaker, heard, open_store

from canopy.ground.errors import OurFault
from canopy.log import replay
from canopy.log.catalog import Catalog
from canopy.log.db import Database, Tx
from canopy.log.db import database as database_module
from canopy.log.db.connection import open_file
from canopy.log.judge import Judge

PAGES_BEFORE_A_CHECKPOINT = 24
"""Small, so that the script meets checkpoints and the reuse of the write-ahead log."""


class Undone(Exception):
    """Ends a transaction that only looked."""


def talk(root: Path, acknowledge: Acknowledge) -> None:
    """A node's life: open or make the store, say some things, close."""
    try:
        database = open_store(root)
    except OurFault:
        return
    with closing(database):
        database.connection.wal_autocheckpoint(PAGES_BEFORE_A_CHECKPOINT)
        said: list[str] = []
        speaker = Speaker(database, said.append)
        asyncio.run(speaker.talk())
    assert len(said) + len(speaker.refusals) + len(speaker.left_alone) == SPOKEN
    for words in said:
        acknowledge(words)


@contextmanager
def looking(database: Database) -> Iterator[Tx]:
    try:
        with database.batch() as tx:
            yield tx
            raise Undone
    except Undone:
        pass


def kept(root: Path, acknowledged: list[str]) -> None:
    with closing(open_store(root)) as database, looking(database) as tx:
        assert tx.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        shown = heard(tx)
        lost = [words for words in acknowledged if words not in shown]
        assert not lost, f"acknowledged and lost: {lost}"
        assert len(shown) == len(set(shown)) <= SPOKEN
        agrees_with_itself(tx, len(shown))


def agrees_with_itself(tx: Tx, shown: int) -> None:
    """Log, chains, journal and tables tell the same story."""
    chains = tx.execute(
        "SELECT c.height = max(e.height) AND c.height = count(*) AND c.closed IS NULL "
        "FROM chains c JOIN events e USING (chain) GROUP BY c.chain"
    ).fetchall()
    assert all(row == (1,) for row in chains), chains
    assert len(chains) == (shown > 0)
    assert tx.execute("SELECT count(*), count(body) FROM events WHERE fate = 0").fetchall() == [(shown, shown)]
    assert tx.execute("SELECT count(*) FROM notices").fetchall() == [(shown,)]
    assert replay.changed_by_replay(tx, Judge(Catalog([Room()])), recent=1_000) == 0


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that exists already."""
    root = tmp_path_factory.mktemp("made")
    open_store(root).close()
    return root


def test_a_store_that_does_not_sync_is_caught(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def careless(*arguments: Any, **options: Any) -> apsw.Connection:
        connection = open_file(*arguments, **options)
        connection.pragma("synchronous", "OFF")
        return connection

    monkeypatch.setattr(database_module, "open_file", careless)
    with pytest.raises(AssertionError, match="acknowledged and lost"):
        walk(KILL, tmp_path, made, talk, kept)


def test_a_full_disk_is_said_and_survived(made: Path, tmp_path: Path) -> None:
    """One commit fails for want of room: its caller is told so, and the next ones go through."""
    root = tmp_path / "root"
    shutil.copytree(made, root)
    said: list[str] = []
    with living(root, FULL_ONCE.at(2)), closing(open_store(root)) as database:
        speaker = Speaker(database, said.append)
        asyncio.run(speaker.talk())
    assert [refusal.actual_code for refusal in speaker.refusals] == ["storage_failed"]
    assert speaker.refusals[0].retryable
    assert len(said) == SPOKEN - 1
    kept(root, said)


@pytest.mark.slow
@pytest.mark.timeout(180)
@pytest.mark.parametrize("hazard", HAZARDS, ids=lambda hazard: hazard.name)
def test_nothing_acknowledged_is_lost_at_any_point(hazard: Hazard, made: Path, tmp_path: Path) -> None:
    seen = walk(hazard, tmp_path, made, talk, kept)
    assert seen.acknowledged_at_last == SPOKEN
    assert seen.points > 40
    print(f"{hazard.name}: {seen.points} points, {seen.images} images")


@pytest.mark.slow
@pytest.mark.timeout(180)
@pytest.mark.parametrize("hazard", HAZARDS, ids=lambda hazard: hazard.name)
def test_a_first_start_that_is_cut_can_be_started_again(hazard: Hazard, tmp_path: Path) -> None:
    seen = walk(hazard, tmp_path, None, talk, kept)
    assert seen.acknowledged_at_last == SPOKEN
    print(f"{hazard.name}: {seen.points} points, {seen.images} images")
