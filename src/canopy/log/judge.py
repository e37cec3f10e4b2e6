"""What a taken event means in the tables: its fate, the rows of its object, its notices.

Everything here is a function of the set of events held and the instant, never of arrival. A projector that raises
is blamed on one event by a rule that does not know arrival either: events of the object are added one by one in
the order (time, id), and each that makes it raise waits for the next version of the program.
"""

import logging
from collections.abc import Iterable, Sequence
from typing import Protocol

import msgspec

from canopy.ground.clock import COUNTER_BITS, FUTURE_TOLERANCE_MS, milliseconds_of
from canopy.ground.ids import EventId, NodeId
from canopy.log import chains, store
from canopy.log.catalog import DONE, Catalog, Entry, Fate, Kind, Projection, Verdict, hidden, waiting
from canopy.log.db import Read, Tx
from canopy.log.db.connection import StorageError
from canopy.log.db.prepared import Row
from canopy.log.event import SALT_BYTES, Header, header_of
from canopy.log.journal import write_notice

_log = logging.getLogger(__name__)

BLAMED = "projector"
"""The reason of an event that made a projector raise."""
CLOCK = "clock"
"""Where the memory keeps the greatest time of all done events."""
EXPIRED = "expired"
FORKED = "forked"
DELETED = "deleted"


def latest_time(tx: Tx) -> int:
    """The greatest stamp of all done events that is not in our future: what a new stamp must exceed."""
    known: int | None = tx.memory.get(CLOCK)
    if known is None:
        most = (tx.now_ms + FUTURE_TOLERANCE_MS + 1) << COUNTER_BITS
        known = int(store.LATEST_TIME.value(tx, most=most) or 0)
        tx.memory.set(CLOCK, known)
    return known


class Held(msgspec.Struct):
    """An event in the log with what the tables know of it."""

    entry: Entry
    gone: str
    fate: Fate
    reason: str
    announced: bool
    object: bytes | None
    position: int
    has_body: bool

    @property
    def is_done(self) -> bool:
        return self.fate is Fate.DONE

    @property
    def is_blamed(self) -> bool:
        return self.fate is Fate.WAITING and self.reason == BLAMED


class Rebuilding(Protocol):
    """A rebuild in progress: its rooms' rows are made in shadow tables as well, and only there while it catches up."""

    rooms: set[str]
    catching_up: bool

    def renamed(self, sql: str) -> str: ...


class Judge:
    """Decides fates and lets the rooms make their rows."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.rebuild: Rebuilding | None = None

    def held(self, row: Row) -> Held:
        """An event as it stands in the log."""
        event_id, header_bytes, body, gone, fate, reason, announced, key, position = row
        header = header_of(header_bytes)
        return Held(
            entry=Entry(event_id, header, self.decode(header, body)),
            gone=gone,
            fate=Fate(fate),
            reason=reason,
            announced=bool(announced),
            object=key,
            position=position,
            has_body=body is not None,
        )

    def decode(self, header: Header, body: bytes | None) -> object | None:
        """The fields of a body; None when there is none, or it is not what its kind says."""
        kind = self.catalog.kind(header.kind)
        if kind is None or body is None:
            return None
        try:
            fields = msgspec.msgpack.decode(memoryview(body)[SALT_BYTES:], type=kind.body)
            fields.check()
        except (msgspec.MsgspecError, ValueError, RecursionError, OverflowError):
            return None
        return fields

    def object_of(self, entry: Entry) -> bytes | None:
        """The object whose rows this event changes, as far as it can be known."""
        kind = self.catalog.kind(entry.kind)
        return None if kind is None else kind.object_of(entry.header, entry.id, entry.body)

    def verdict(
        self, tx: Read, entry: Entry, closed: int | None, *, has_body: bool, gone: str, was_done: bool = False
    ) -> Verdict:
        """The fate of one event under what is held now. Reads only."""
        kind = self.catalog.kind(entry.kind)
        if kind is None:
            return waiting("kind")
        if kind.deletes and entry.header.expires:
            return hidden("malformed")
        if closed is not None and entry.header.height >= closed and not kind.deletes:
            return hidden(FORKED)
        if milliseconds_of(entry.time) > tx.now_ms + FUTURE_TOLERANCE_MS:
            return waiting(CLOCK, due=milliseconds_of(entry.time) - FUTURE_TOLERANCE_MS)
        if gone:
            # Losing its body never raises the fate of a change: what was not admissible does not become so.
            return hidden(gone) if kind.target and not was_done else DONE
        if not has_body:
            return waiting("body")
        if entry.body is None:
            return hidden("malformed")
        return self._admit(tx, kind, entry)

    def _admit(self, tx: Read, kind: Kind, entry: Entry) -> Verdict:
        target = kind.target(entry.body) if kind.target else None
        if target is not None and store.FIND_EVENT.row(tx, id=target) is None:
            return waiting("target", awaits=target)
        return kind.admit(tx, entry)

    def settle(self, tx: Tx, new: Sequence[Held]) -> set[EventId]:
        """Give `new` events (just inserted or judged again, with their fates stored) their effect on the tables,
        and judge what waited for them. Returns the events that are blamed for a projector that raised."""
        touching = {id(held) for held in new if held.is_done or held.reason == FORKED or not self._is_change(held)}
        return self._spread(tx, list(new), touching)

    def reconsider(self, tx: Tx, some: Iterable[Held]) -> None:
        """Judge events again whose circumstances changed (a fork, the clock, a repaired projector)."""
        changed = [held for held in some if self._judge_again(tx, held)]
        self._spread(tx, changed, {id(held) for held in changed})

    def _spread(self, tx: Tx, changed: list[Held], touching: set[int]) -> set[EventId]:
        """Wake what waited for the changed events, then make the objects anew whose done events changed.

        A stranger's edit that is not admissible touches nothing, so it costs its victim nothing.
        """
        for held in changed:
            # The list grows while it is walked: what was woken may wake others.
            woken = [other for other in self._woken_by(tx, held) if self._judge_again(tx, other)]
            changed.extend(woken)
            touching |= {id(other) for other in woken}
        blamed: set[EventId] = set()
        for key in dict.fromkeys(h.object for h in changed if h.object is not None and id(h) in touching):
            blamed |= self.project(tx, key)
        for held in changed:
            if held.object is None and held.is_done:
                self._first_done(tx, held)
        return blamed

    def _is_change(self, held: Held) -> bool:
        """Whether the event changes another's object, as an edit does."""
        kind = self.catalog.kind(held.entry.kind)
        return kind is not None and kind.target is not None

    def _woken_by(self, tx: Tx, held: Held) -> list[Held]:
        keys = {bytes(held.entry.id)}
        if held.is_done and held.object is not None:
            keys.add(held.object)
        return [self.held(row) for key in keys for row in store.BY_AWAITS.rows(tx, awaits=key)]

    def _judge_again(self, tx: Tx, held: Held) -> bool:
        """Store the fate of an event anew; whether that may change the tables or wake others."""
        chain = chains.find(tx, held.entry.header)
        closed = chain.closed if chain else None
        verdict = self.verdict(
            tx, held.entry, closed, has_body=held.has_body, gone=held.gone, was_done=held.is_done or held.is_blamed
        )
        return self._store_fate(tx, held, verdict)

    def _store_fate(self, tx: Tx, held: Held, verdict: Verdict) -> bool:
        key = self.object_of(held.entry) or held.object
        if key != held.object:
            store.SET_OBJECT.run(tx, which=held.entry.id, new_object=key)
            held.object = key
        if (verdict.fate, verdict.reason) == (held.fate, held.reason) and not verdict.awaits and not verdict.due:
            return False
        store.SET_FATE.run(
            tx,
            which=held.entry.id,
            new_fate=int(verdict.fate),
            new_reason=verdict.reason,
            new_awaits=verdict.awaits,
            new_due=verdict.due,
        )
        was_done, held.fate, held.reason = held.is_done, verdict.fate, verdict.reason
        return was_done or held.is_done

    def project(self, tx: Tx, key: bytes) -> set[EventId]:
        """Make the rows of one object anew, drop what a deletion drops, and announce what became done.

        Returns the events that are blamed.
        """
        history = self._history(tx, key)
        if (deletion := next((h for h in history if h.is_done and self._deletes(h)), None)) is not None:
            self._drop_bodies(tx, key, deletion.entry.node)
            history = self._history(tx, key)
        candidates = [held for held in history if held.is_done or held.is_blamed]
        projections = self._projections_of(tx, key)
        if any(held.is_blamed for held in candidates) or not self._attempt(tx, key, projections, candidates):
            self._blame(tx, key, projections, candidates)
        for held in candidates:
            if held.is_done:
                self._first_done(tx, held)
        return {held.entry.id for held in candidates if held.is_blamed}

    def _history(self, tx: Tx, key: bytes) -> list[Held]:
        return [self.held(row) for row in store.BY_OBJECT.rows(tx, object=key)]

    def _drop_bodies(self, tx: Tx, key: bytes, author: NodeId) -> None:
        """Drop for good what the author's node wrote about the object, whatever its fate, but for its deletions."""
        for row in store.BODIES_OF_OBJECT.rows(tx, object=key):
            held = self.held(row)
            if held.entry.node != author or self._deletes(held):
                continue
            store.DROP_BODY.run(tx, which=held.entry.id, why=DELETED)
            held.gone, held.has_body = DELETED, False
            held.entry = msgspec.structs.replace(held.entry, body=None)
            self._judge_again(tx, held)

    def _deletes(self, held: Held) -> bool:
        kind = self.catalog.kind(held.entry.kind)
        return kind is not None and kind.deletes

    def _attempt(self, tx: Tx, key: bytes, projections: Sequence[Projection], shown: Sequence[Held]) -> bool:
        """Let every room make its rows of the object from `shown`; False when one raised, and nothing changed."""
        try:
            with tx.savepoint():
                self._make(tx, key, projections, shown)
        except StorageError:
            raise
        except Exception:  # noqa: BLE001 - peer session: one bad event harms no other (house law L4)
            _log.exception("A projector raised; the event that made it raise waits for the next version.")
            return False
        return True

    def _make(self, tx: Tx, key: bytes, projections: Iterable[Projection], shown: Sequence[Held]) -> None:
        for projection in projections:
            mine = [held.entry for held in shown if held.entry.kind in projection.kinds]
            if self.rebuild is None or not self.rebuild.catching_up:
                projection.project(tx, key, mine)
            if self.rebuild is not None and projection.room in self.rebuild.rooms:
                with tx.writing_to(self.rebuild.renamed):
                    projection.project(tx, key, mine)

    def _projections_of(self, tx: Tx, key: bytes) -> list[Projection]:
        """Those of all kinds that the object ever had: rows of what is hidden now must go."""
        kinds = {row[0] for row in store.KINDS_OF_OBJECT.rows(tx, object=key)}
        return [p for p in self.catalog.projections if not kinds.isdisjoint(p.kinds)]

    def _blame(self, tx: Tx, key: bytes, projections: Sequence[Projection], candidates: Sequence[Held]) -> None:
        accepted: list[Held] = []
        self._attempt(tx, key, projections, accepted)
        for held in candidates:
            verdict = DONE if self._attempt(tx, key, projections, [*accepted, held]) else waiting(BLAMED)
            self._store_fate(tx, held, verdict)
            if held.is_done:
                accepted.append(held)

    def _first_done(self, tx: Tx, held: Held) -> None:
        if held.announced:
            return
        tx.memory.set(CLOCK, max(latest_time(tx), held.entry.time))
        chains.raise_time(tx, held.entry.header)
        held.announced = True
        store.SET_ANNOUNCED.run(tx, which=held.entry.id)
        kind = self.catalog.kinds[held.entry.kind]
        if kind.announce is not None and not held.gone:
            for notice in kind.announce(tx, held.entry):
                write_notice(tx, notice)
