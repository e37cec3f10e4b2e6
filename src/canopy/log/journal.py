"""The notice journal: what changed and for whom, one durable sequence that tabs and agents are cursors over.

Written in the transaction that appends; holds ids, never content, so that a deleted text leaves no copy here.
"""

import contextlib
from collections.abc import Iterator
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Column, Integer, Table, Text, bindparam, func, insert, select, text

from canopy.ground.codec import from_json, to_json
from canopy.ground.instants import instant
from canopy.log.catalog import Notice
from canopy.log.db import Read, Tx, metadata, prepare, row_of

KEEP_ROWS = 50_000
KEEP_MS = 30 * 24 * 3600 * 1000
LATEST = "latest notice"
"""Where the memory keeps the newest seq, for the bell that rings after the commit."""
CATCH_UP = "catch_up"
"""Where the memory keeps that old events are taken; also the mark of their notices."""

notices = Table(
    "notices",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("event_type", Text, nullable=False),
    Column("visibility", Text, nullable=False),
    Column("actor_user_id", Text),
    Column("target_user_id", Text),
    Column("channel_id", Text),
    Column("post_id", Text),
    Column("message_id", Text),
    Column("created", BigInteger, nullable=False),
    Column("payload", Text, nullable=False),
    Column("dedupe_key", Text, unique=True),
    sqlite_autoincrement=True,
)

_COLUMNS = [column for column in notices.c if column.name != "dedupe_key"]

_INSERT = prepare(insert(notices).prefix_with("OR IGNORE").values(row_of(notices, "seq")).returning(notices.c.seq))
_AFTER = prepare(
    select(*_COLUMNS).where(notices.c.seq > bindparam("after")).order_by(notices.c.seq).limit(bindparam("most"))
)
_NEWEST = prepare(select(*_COLUMNS, notices.c.dedupe_key).order_by(notices.c.seq.desc()).limit(bindparam("most")))
_BOUNDS = prepare(select(func.min(notices.c.seq), func.max(notices.c.seq)))
_SEQUENCE = prepare(text("SELECT seq FROM sqlite_sequence WHERE name = 'notices'"))
_TIMES = prepare(select(func.count(), func.min(notices.c.created), func.max(notices.c.created)))
_COUNTS = prepare(select(notices.c.event_type, func.count()).group_by(notices.c.event_type))
_PRUNE = prepare(
    text(
        "DELETE FROM notices WHERE seq IN (SELECT seq FROM notices "
        "WHERE created < :before OR seq <= :floor ORDER BY seq LIMIT :most)"
    )
)


class Line(msgspec.Struct, frozen=True):
    """One notice as it stands in the journal."""

    seq: int
    event_type: str
    visibility: str
    actor_user_id: str | None
    target_user_id: str | None
    channel_id: str | None
    post_id: str | None
    message_id: str | None
    created: int
    payload: str

    def item(self, payload: dict[str, Any] | None = None) -> dict[str, Any]:
        """The event item of REST section 15.1."""
        return {
            "seq": self.seq,
            "event_id": f"EVT{self.seq:016x}",
            "event_type": self.event_type,
            "actor_user_id": self.actor_user_id,
            "target_user_id": self.target_user_id,
            "channel_id": self.channel_id,
            "post_id": self.post_id,
            "message_id": self.message_id,
            "visibility_scope": self.visibility,
            "created_at": instant(self.created),
            "payload": {**from_json(self.payload), **(payload or {})},
        }


@contextlib.contextmanager
def catching_up(tx: Tx, old: bool) -> Iterator[None]:
    """Mark the notices of what was said while this node was away: they ring nothing and wake nobody."""
    tx.memory.set(CATCH_UP, old)
    yield
    tx.memory.set(CATCH_UP, False)


def write_notice(tx: Tx, notice: Notice) -> None:
    """Add a line; one with a dedupe key that was written before is not written again."""
    marked = {**notice.payload, CATCH_UP: True} if tx.memory.get(CATCH_UP) else notice.payload
    row = _INSERT.row(
        tx,
        event_type=notice.event_type,
        visibility=notice.visibility,
        actor_user_id=notice.actor_user_id,
        target_user_id=notice.target_user_id,
        channel_id=notice.channel_id,
        post_id=notice.post_id,
        message_id=notice.message_id,
        created=tx.now_ms,
        payload=to_json(marked).decode(),
        dedupe_key=notice.dedupe_key or None,
    )
    if row is not None:
        tx.memory.set(LATEST, row[0])


def list_after(tx: Read, seq: int, most: int) -> list[Line]:
    """Notices above `seq`, oldest first."""
    return [Line(*row) for row in _AFTER.rows(tx, after=seq, most=most)]


def list_newest(tx: Read, most: int) -> list[tuple[Line, str | None]]:
    """The newest notices with their dedupe keys, newest first."""
    return [(Line(*row[:-1]), row[-1]) for row in _NEWEST.rows(tx, most=most)]


def bounds(tx: Read) -> tuple[int, int]:
    """The oldest seq kept and the latest ever given; (1, 0) for a journal that never had a line."""
    oldest, _ = _BOUNDS.row(tx) or (None, None)
    latest = int(_SEQUENCE.value(tx) or 0)
    return (latest + 1 if oldest is None else int(oldest)), latest


def statistics(tx: Read) -> tuple[int, int | None, int | None, dict[str, int]]:
    """Number of lines, times of the oldest and newest (Unix ms), and lines by type."""
    count, oldest, newest = _TIMES.row(tx) or (0, None, None)
    return int(count), oldest, newest, dict(_COUNTS.rows(tx))


def prune(tx: Tx, most: int) -> None:
    """Drop up to `most` lines that are older than 30 days or beyond the newest 50,000."""
    _, latest = bounds(tx)
    _PRUNE.run(tx, before=tx.now_ms - KEEP_MS, floor=latest - KEEP_ROWS, most=most)
