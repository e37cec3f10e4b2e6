"""What `doctor` checks inside a database: each check reads and says in a sentence what it found (decision 40)."""

from collections.abc import Iterator
from typing import Literal

import msgspec
from sqlalchemy import text

from canopy.ground.clock import FUTURE_TOLERANCE_MS, milliseconds_of
from canopy.ground.errors import OurFault
from canopy.log import replay, store
from canopy.log.db import Database, Read, prepare
from canopy.log.held import BLAMED
from canopy.log.judge import Judge

HOUR_MS = 3600 * 1000
LONGEST_SECONDS = 600.0
"""A large file takes longer to check than a reader may take otherwise."""
RECENT = 1_000
"""Events whose objects are made again, to see that nothing changes."""

_HEADS = prepare(
    text(
        "SELECT count(*) FROM chains LEFT JOIN "
        "(SELECT chain, max(height) AS top, count(DISTINCT height) AS steps FROM events GROUP BY chain) AS held "
        "USING (chain) WHERE chains.height IS NOT held.top OR held.top != held.steps"
    )
)
_NEWEST = prepare(text("SELECT max(time) FROM events"))
_SHOWN = prepare(
    text(
        # As the rows are made: a message is shown while the newest of its words are held, and it is not deleted.
        "SELECT (SELECT count(*) FROM events AS post WHERE kind = 'message.posted' AND fate = 0 AND NOT EXISTS "
        "(SELECT 1 FROM events WHERE object = post.object AND fate = 0 "
        "AND kind IN ('message.deleted', 'message.removed')) AND "
        "(SELECT body IS NOT NULL FROM events WHERE object = post.object AND fate = 0 "
        "AND kind IN ('message.posted', 'message.edited') ORDER BY time DESC, id DESC LIMIT 1)), "
        "(SELECT count(*) FROM messages WHERE deleted IS NULL)"
    )
)
_FORKS = prepare(text("SELECT count(*) FROM chains WHERE closed IS NOT NULL"))
_LONG_WAITS = prepare(
    text(
        "SELECT reason, count(*) FROM events WHERE fate = 2 AND reason NOT IN ('target', 'clock') "
        "AND (time >> 16) < :before GROUP BY reason"
    )
)


class Finding(msgspec.Struct, frozen=True):
    """One line of `doctor`."""

    state: Literal["ok", "warn", "fail"]
    code: str
    sentence: str


def examine(database: Database, judge: Judge) -> Iterator[Finding]:
    """All checks of the log and its tables, in order; damage that stops one ends them with a finding."""
    try:
        with database.read(LONGEST_SECONDS) as tx:
            yield from (check(tx) for check in _CHECKS)
        yield _replay(database, judge)
    except OurFault as error:
        yield _damaged(str(error.__cause__ or error))


def _quick_check(tx: Read) -> Finding:
    said = tx.execute("PRAGMA quick_check").fetchall()
    if said == [("ok",)]:
        return Finding("ok", "database", "The database file is whole.")
    return _damaged(str(said[0][0]).partition("\n")[0])


def _damaged(how: str) -> Finding:
    return Finding("fail", "database", f"The database file is damaged or cannot be read ({how}). Restore a backup.")


def _heads(tx: Read) -> Finding:
    wrong = _HEADS.value(tx)
    if not wrong:
        return Finding("ok", "heads", "Every chain ends where its head says, without gaps.")
    return Finding("fail", "heads", f"{wrong} chains do not end where their heads say. Restore a backup.")


def _rows(tx: Read) -> Finding:
    events, rows = _SHOWN.row(tx) or (0, 0)
    if events == rows:
        return Finding("ok", "rows", f"All {rows} messages have their rows.")
    return Finding("fail", "rows", f"{events} messages in the log, but {rows} rows. Run `canopy doctor --fix`.")


def _waiting(tx: Read) -> Finding:
    counts: dict[str, int] = dict(store.COUNT_WAITING.rows(tx))
    blamed = counts.get(BLAMED, 0)
    if blamed:
        return Finding("fail", "waiting", f"{blamed} events made a projector fail and wait for a repaired version.")
    long: dict[str, int] = dict(_LONG_WAITS.rows(tx, before=tx.now_ms - HOUR_MS))
    if long:
        reasons = ", ".join(f"{count} for {reason}" for reason, count in sorted(long.items()))
        return Finding("warn", "waiting", f"Events have waited longer than an hour: {reasons}.")
    return Finding("ok", "waiting", "No event has waited longer than an hour.")


def _refused(tx: Read) -> Finding:
    counts = [f"{count} {reason} from {source}" for source, reason, count in store.LIST_SOURCES.rows(tx)]
    if counts:
        return Finding("warn", "refused", "Events that were not taken at once: " + "; ".join(counts) + ".")
    return Finding("ok", "refused", "No event was refused or parked.")


def _clock(tx: Read) -> Finding:
    newest = _NEWEST.value(tx)
    ahead = milliseconds_of(newest or 0) - tx.now_ms
    if ahead > FUTURE_TOLERANCE_MS:
        return Finding("warn", "clock", f"The newest event is {ahead // 1000} s ahead of this clock. Check the time.")
    return Finding("ok", "clock", "This clock agrees with the log.")


def _forks(tx: Read) -> Finding:
    count = _FORKS.value(tx)
    if count:
        return Finding("warn", "forks", f"{count} chains are forked: a copied node, or a dishonest one.")
    return Finding("ok", "forks", "No chain is forked.")


_CHECKS = (_quick_check, _heads, _rows, _waiting, _refused, _clock, _forks)


def _replay(database: Database, judge: Judge) -> Finding:
    class Undo(Exception):
        """Leave nothing behind."""

    differing = 0
    try:
        with database.batch() as tx:
            differing = replay.changed_by_replay(tx, judge, RECENT)
            raise Undo
    except Undo:
        pass
    if differing:
        return Finding("fail", "replay", f"{differing} rows change when made again. Run `canopy doctor --fix`.")
    return Finding("ok", "replay", f"The rows of the newest {RECENT:,} events are what the log says.")
