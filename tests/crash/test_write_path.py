"""P1 on our own write path: cut it at every call that touches the disk, and nothing acknowledged is lost.

Data root, database, migration, writer, door and rooms are the real ones. Afterwards the root has to open as a node
opens it, and `doctor` must find nothing to say against it.
"""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import Any

import apsw
import pytest
from tests.crash.patch import living
from tests.crash.points import FULL_ONCE, HAZARDS, KILL, Acknowledge, Hazard, walk
from tests.crash.store import SPOKEN, Speaker, open_store, repeats

from canopy.edge import accounts, answers
from canopy.ground.errors import OurFault, StartFailed
from canopy.log.db import Read
from canopy.log.db import database as database_module
from canopy.log.db.connection import open_file
from canopy.log.examine import examine
from canopy.log.home import Home
from canopy.node import open_door


def talk(root: Path, acknowledge: Acknowledge) -> None:
    """A node's life: open or make the root, post, close. Whoever cannot start says why."""
    said: list[str] = []
    try:
        with open_store(root) as home:
            speaker = Speaker(home, said.append)
            asyncio.run(speaker.talk())
    except (OurFault, StartFailed):
        return
    assert len(said) + len(speaker.refusals) + len(speaker.left_alone) == SPOKEN
    for words in said:
        acknowledge(words)


def kept(root: Path, acknowledged: list[str]) -> None:
    with open_store(root) as home:
        with home.database.read() as tx:
            assert tx.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            shown = assert_there(tx, acknowledged)
            assert_same_story(home, tx, shown)
        findings = list(examine(home.database, open_door(home).judge))
        assert not [finding for finding in findings if finding.state == "fail"]


def assert_there(tx: Read, acknowledged: list[str]) -> list[str]:
    """Once each, with nothing that was never said."""
    shown = [str(row[0]) for row in tx.execute("SELECT content FROM messages ORDER BY content").fetchall()]
    lost = [words for words in acknowledged if words not in shown]
    assert not lost, f"acknowledged and lost: {lost}"
    assert len(shown) == len(set(shown)) <= SPOKEN
    return shown


def assert_same_story(home: Home, tx: Read, shown: list[str]) -> None:
    """Messages, journal and stored answers are there together or not at all."""
    owner = accounts.find_owner(tx)
    assert owner is not None
    noticed = tx.execute("SELECT count(*) FROM notices WHERE event_type = 'channel.message.created'").fetchall()
    assert noticed == [(len(shown),)]
    for words in shown:
        assert answers.find_answer(tx, owner.user, repeats(words).key or "") is not None
    assert tx.execute("SELECT count(*) FROM answers").fetchall() == [(len(shown),)]


@pytest.fixture(scope="module")
def made(module_work: Path) -> Path:
    """A data root with an owner."""
    root = module_work / "made"
    with open_store(root):
        pass
    return root


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_a_store_that_does_not_sync_is_caught(made: Path, work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def careless(*arguments: Any, **options: Any) -> apsw.Connection:
        connection = open_file(*arguments, **options)
        connection.pragma("synchronous", "OFF")
        return connection

    monkeypatch.setattr(database_module, "open_file", careless)
    with pytest.raises(AssertionError, match="acknowledged and lost"):
        walk(KILL, work, made, talk, kept)


def test_a_full_disk_is_said_and_survived(made: Path, work: Path) -> None:
    """One commit fails for want of room: its caller is told so, and the next ones go through."""
    root = work / "root"
    shutil.copytree(made, root)
    said: list[str] = []
    with living(root, FULL_ONCE.at(2)), open_store(root) as home:
        speaker = Speaker(home, said.append)
        asyncio.run(speaker.talk())
    assert [refusal.actual_code for refusal in speaker.refusals] == ["storage_failed"]
    assert speaker.refusals[0].retryable
    assert len(said) == SPOKEN - 1
    kept(root, said)


@pytest.mark.slow
@pytest.mark.timeout(180)
@pytest.mark.parametrize("hazard", HAZARDS, ids=lambda hazard: hazard.name)
def test_nothing_acknowledged_is_lost_at_any_point(hazard: Hazard, made: Path, work: Path) -> None:
    seen = walk(hazard, work, made, talk, kept)
    print(f"{hazard.name}: {seen.points} points, {seen.images} images")
    assert seen.acknowledged_at_last == SPOKEN
    assert seen.points > 40


@pytest.mark.slow
@pytest.mark.timeout(180)
@pytest.mark.parametrize("hazard", HAZARDS, ids=lambda hazard: hazard.name)
def test_a_first_start_that_is_cut_can_be_started_again(hazard: Hazard, work: Path) -> None:
    seen = walk(hazard, work, None, talk, kept)
    print(f"{hazard.name}: {seen.points} points, {seen.images} images")
    assert seen.acknowledged_at_last == SPOKEN
    assert seen.points > 80
