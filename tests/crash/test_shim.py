"""The shim and the walk hold what they promise, shown on encrypted SQLite before our store relies on it.

The sabotages matter most: a store that does not sync, or acknowledges what failed, must be caught.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import apsw
import pytest
from tests.crash.disk import Disk, Image, Write
from tests.crash.patch import living
from tests.crash.points import EIO, FULL, HAZARDS, KILL, Acknowledge, Hazard, walk
from tests.crash.shim import Call, Fault, Plan

KEY = "raw:" + "5a" * 32
"""Raw: a key derived from a passphrase costs 50 ms at every opening."""
POSTS = 6


def connect(path: Path, synchronous: str = "FULL") -> apsw.Connection:
    connection = apsw.Connection(str(path), vfs="multipleciphers-unix")
    try:
        connection.pragma("cipher", "chacha20")
        connection.pragma("key", KEY)
        if connection.pragma("journal_mode", "wal") != "wal":
            raise apsw.IOError("no write-ahead log: the switch fails without an error when the disk does")
        connection.pragma("synchronous", synchronous)
        connection.pragma("wal_autocheckpoint", 6)
    except apsw.Error:
        connection.close()
        raise
    return connection


def post_some(root: Path, acknowledge: Acknowledge, synchronous: str = "FULL") -> None:
    """Make the table, then one transaction per message; what failed is not acknowledged."""
    try:
        connection = connect(root / "a.db", synchronous)
    except apsw.Error:
        return
    with closing(connection):
        for number in range(POSTS):
            try:
                connection.execute("CREATE TABLE IF NOT EXISTS posts (text TEXT PRIMARY KEY, pad BLOB)")
                connection.execute("INSERT INTO posts VALUES (?, randomblob(6000))", (f"post {number}",))
            except apsw.Error:
                continue
            acknowledge(f"post {number}")


def files(root: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in root.iterdir() if not path.name.endswith("-shm")}


def posts_are_there(root: Path, acknowledged: list[str]) -> None:
    with closing(connect(root / "a.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        if not connection.table_exists("main", "posts"):
            found = []
        else:
            found = [str(row[0]) for row in connection.execute("SELECT text FROM posts ORDER BY text")]
        assert set(acknowledged) <= set(found)
        assert len(found) == len(set(found)) <= POSTS


@pytest.mark.parametrize("hazard", HAZARDS, ids=lambda hazard: hazard.name)
def test_encrypted_sqlite_loses_nothing_acknowledged(hazard: Hazard, work: Path) -> None:
    seen = walk(hazard, work, None, post_some, posts_are_there)
    assert seen.points > 40
    assert seen.images > 4 * seen.points
    assert seen.acknowledged_at_last == POSTS, "the last walk, which nothing cut, must acknowledge everything"


def test_a_store_that_does_not_sync_is_caught(work: Path) -> None:
    with pytest.raises(AssertionError):
        walk(KILL, work, None, lambda root, ack: post_some(root, ack, "OFF"), posts_are_there)


@pytest.mark.parametrize("hazard", [FULL, EIO, KILL], ids=lambda hazard: hazard.name)
def test_a_store_that_acknowledges_what_failed_is_caught(hazard: Hazard, work: Path) -> None:
    def lies(root: Path, acknowledge: Acknowledge) -> None:
        post_some(root, lambda text: None)
        for number in range(POSTS):
            acknowledge(f"post {number}")

    with pytest.raises((AssertionError, apsw.Error)):
        walk(hazard, work, None, lies, posts_are_there)


def test_the_shim_lies_beneath_the_cipher(work: Path) -> None:
    with living(work) as run:
        post_some(work, lambda text: None)
        images = dict(run.disk.images(None, 0))
    assert any(images["everything written kept"].values())
    for image in images.values():
        assert not any(b"post " in content or b"SQLite format" in content for content in image.values())


def test_a_second_connection_reads_through_shared_memory(work: Path) -> None:
    with living(work), closing(connect(work / "a.db")) as writer:
        writer.execute("CREATE TABLE t (x)")
        with closing(connect(work / "a.db")) as reader:
            writer.execute("INSERT INTO t VALUES (7)")
            assert reader.execute("SELECT x FROM t").fetchall() == [(7,)]
        assert (work / "a.db-shm").exists()


def test_the_dead_write_nothing(work: Path) -> None:
    with living(work, Plan(Fault.KILL, 12)) as run:
        post_some(work, lambda text: None)
        assert run.dead
        assert run.fired is not None
        frozen = files(work)
        post_some(work, lambda text: pytest.fail("acknowledged by the dead"))
    after = files(work)
    assert after == frozen


def test_the_model_agrees_with_the_file_system(work: Path) -> None:
    with living(work) as run:
        post_some(work, lambda text: None)
        with closing(connect(work / "a.db")) as connection:
            connection.execute("INSERT INTO posts VALUES ('late', NULL)")
            kept = dict(run.disk.images(None, 0))["everything written kept"]
            real: Image = {name: Path(name).read_bytes() for name in kept}
    assert len(kept) == 2
    assert kept == real


def test_a_failed_sync_makes_nothing_durable() -> None:
    disk = Disk()
    inode = disk.open("a", b"", journal=False)
    inode.change(Write(0, b"lost"))
    inode.lose_pending()
    inode.change(Write(4, b"kept"))
    disk.sync(inode)
    images = dict(disk.images(None, 0))
    assert images["everything unsynced lost"]["a"] == b"\0\0\0\0kept"
    assert images["everything written kept"]["a"] == b"lostkept"


def test_every_kind_of_call_is_cut(work: Path) -> None:
    """A walk that never met a truncation or deletion would prove nothing about them."""
    fired = set()
    for point in range(1, 400):
        root = work / str(point)
        root.mkdir()
        with living(root, Plan(Fault.KILL, point)) as run:
            post_some(root, lambda text: None)
        if run.fired is None:
            break
        fired.add(run.fired)
    assert fired == {Call.OPEN, Call.WRITE, Call.SYNC, Call.TRUNCATE, Call.DELETE}
