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
from canopy.ground.ids import EventId, NodeId, ScopeId
from canopy.log import chains, store
from canopy.log.authority import Change
from canopy.log.catalog import DONE, Catalog, Entry, Fate, Kind, Projection, Verdict, hidden, waiting
from canopy.log.db import Read, Tx
from canopy.log.db.connection import StorageError
from canopy.log.db.prepared import Row
from canopy.log.event import Header, header_of
from canopy.log.held import BLAMED, DELETED, Held, decode_body, held_of, in_order, kinds_of, read_history
from canopy.log.journal import write_notice
from canopy.log.rule import Rulebook, Standing, chain_number, chain_of
from canopy.log.todo import SLICE, Budget, Task, What, note

_log = logging.getLogger(__name__)

CLOCK = "clock"
"""Where the memory keeps the greatest time of all done events."""
REMOVED_KEPT_MS = 30 * 24 * 3600 * 1000
"""So long the words that a moderator removed stay in the log: until then the removal itself may come to nothing."""
FORKED = "forked"
NOT_AUTHORITY = "not_authority"
UNRULED = "unruled"
"""The reason of an authority event that is not on the line of its scope."""


def latest_time(tx: Tx) -> int:
    """The greatest stamp of all done events that is not in our future: what a new stamp must exceed."""
    known: int | None = tx.memory.get(CLOCK)
    if known is None:
        most = (tx.now_ms + FUTURE_TOLERANCE_MS + 1) << COUNTER_BITS
        known = int(store.LATEST_TIME.value(tx, most=most) or 0)
        tx.memory.set(CLOCK, known)
    return known


def _final_at(removal: Entry) -> int:
    return milliseconds_of(removal.time) + REMOVED_KEPT_MS


def _is_final(tx: Read, removal: Entry) -> bool:
    """Whether the words that a moderator removed go for good now."""
    return _final_at(removal) <= tx.now_ms


class Rebuilding(Protocol):
    """A rebuild in progress: its rooms' rows are made in shadow tables as well, and only there while it catches up."""

    rooms: set[str]
    catching_up: bool

    def renamed(self, sql: str) -> str: ...


class Judge:
    """Decides fates and lets the rooms make their rows."""

    def __init__(self, catalog: Catalog, here: NodeId | None = None) -> None:
        self.catalog = catalog
        self.here = here
        self.rules = Rulebook(catalog)
        self.rebuild: Rebuilding | None = None

    def held(self, row: Row) -> Held:
        """An event as it stands in the log."""
        return held_of(self.catalog, row)

    def decode(self, header: Header, body: bytes | None) -> object | None:
        """The fields of a body; None when there is none, or it is not what its kind says."""
        return decode_body(self.catalog, header, body)

    def object_of(self, entry: Entry) -> bytes | None:
        """The object whose rows this event changes, as far as it can be known."""
        kind = self.catalog.kind(entry.kind)
        return None if kind is None else kind.object_of(entry.header, entry.id, entry.body)

    def verdict(
        self, tx: Tx, entry: Entry, closed: int | None, *, has_body: bool, gone: str, was_done: bool = False
    ) -> Verdict:
        """The fate of one event under what is held now. Reads only."""
        kind = self.catalog.kind(entry.kind)
        if kind is None:
            return waiting("kind")
        if entry.header.expires and (kind.deletes or kind.rules):
            return hidden("malformed")
        standing = self.rules.standing(tx, entry)
        if (why := self._unruled(kind, entry, closed, standing)) is not None:
            return hidden(why)
        if milliseconds_of(entry.time) > tx.now_ms + FUTURE_TOLERANCE_MS:
            return waiting(CLOCK, due=milliseconds_of(entry.time) - FUTURE_TOLERANCE_MS)
        if gone:
            # Losing its body never raises the fate of a change: what was not admissible does not become so. What was
            # said about a deleted object counts no more, whether or not its turn had come before the deletion.
            return hidden(gone) if kind.target and (gone == DELETED or not was_done) else DONE
        if not has_body:
            return waiting("body")
        if entry.body is None:
            return hidden("malformed")
        return self._admit(tx, kind, entry, standing)

    def _unruled(self, kind: Kind, entry: Entry, closed: int | None, standing: Standing | None) -> str | None:
        """Why an event does not count whatever it says; an author's own deletion always does."""
        if kind.deletes:
            return None
        if standing is None:
            return FORKED if closed is not None and entry.header.height >= closed else None
        if kind.rules and entry.node != standing.founder:
            return NOT_AUTHORITY
        if standing.counts:
            return None
        return UNRULED if kind.rules else FORKED

    def _admit(self, tx: Read, kind: Kind, entry: Entry, standing: Standing | None) -> Verdict:
        target = kind.target(entry.body) if kind.target else None
        if target is not None and store.FIND_EVENT.row(tx, id=target) is None:
            return waiting("target", awaits=target)
        verdict = kind.admit(tx, entry, None if standing is None else standing.state)
        if kind.removes and verdict.fate is Fate.DONE and not _is_final(tx, entry):
            return msgspec.structs.replace(verdict, due=_final_at(entry))
        return verdict

    def settle(self, tx: Tx, new: Held, budget: Budget) -> bool:
        """Give a new event (just inserted, with its fate stored) its effect on the tables, and judge what waited
        for it. Returns whether it is blamed for a projector that raised."""
        touching = {id(new)} if new.is_done or new.reason == FORKED or not self._is_change(new) else set()
        return new.entry.id in self._spread(tx, [new], touching, budget)

    def reconsider(self, tx: Tx, some: Iterable[Held], budget: Budget | None = None) -> None:
        """Judge events again whose circumstances changed (a fork, the clock, a repaired projector)."""
        changed = [held for held in some if self._judge_again(tx, held)]
        self._spread(tx, changed, {id(held) for held in changed}, budget or Budget(SLICE))

    def close(self, tx: Tx, chain: int, place: tuple[int, int], below: int, budget: Budget) -> None:
        """Judge again what a fork closed: after a place of (height, position), below a height."""
        height, position = place
        rows = store.FROM_HEIGHT.rows(
            tx, chain=chain, height=height, position=position, below=below, most=budget.left + 1
        )
        some = [self.held(row) for row in rows[: budget.left]]
        if len(rows) > len(some):
            if some:
                height, position = some[-1].entry.header.height, some[-1].position
            note(tx, What.CHAIN, chain.to_bytes(8, "big"), position, height, below)
        budget.spend(len(some))
        self.reconsider(tx, some, budget)

    def rule(self, tx: Tx, entry: Entry, change: Change, closed: int | None, budget: Budget) -> None:
        """Judge again what an event changed for others of its scope."""
        for span in change.again:
            alone = span.low == span.high == entry.header.height and span.chain == chain_of(entry)
            alone = alone and (closed is None or entry.header.height < closed)
            number = None if alone else chain_number(tx, entry.scope, span.chain)
            if number is not None:
                self.close(tx, number, (span.low, 0), span.high + 1, budget)

    def go_on(self, tx: Tx, task: Task, budget: Budget) -> None:
        """The next slice of what was left to judge."""
        if task.what is What.CHAIN:
            self.close(tx, int.from_bytes(task.key, "big"), (task.height, task.position), task.below, budget)
        elif task.what is What.AWAITS:
            woken = self._wake(tx, task.key, task.position, budget)
            self._spread(tx, woken, {id(held) for held in woken}, budget)
        else:
            self._drop_on(tx, task, budget)

    def _drop_on(self, tx: Tx, task: Task, budget: Budget) -> None:
        kinds = kinds_of(tx, task.key)
        if (author := self._silenced(tx, task.key, self._history(tx, task.key, kinds))) is not None:
            late = self._drop_bodies(tx, task.key, author, task.position, budget)
            self._make_anew(tx, task.key, kinds, self._history(tx, task.key, kinds, late))

    def _spread(self, tx: Tx, changed: list[Held], touching: set[int], budget: Budget) -> set[EventId]:
        """Wake what waited for the changed events, then make the objects anew whose done events changed.

        A stranger's edit that is not admissible touches nothing, so it costs its victim nothing.
        """
        for held in changed:
            # The list grows while it is walked: what was woken may wake others.
            woken = self._woken_by(tx, held, budget)
            changed.extend(woken)
            touching |= {id(other) for other in woken}
        fresh: dict[bytes, list[Held]] = {}
        for held in changed:
            if held.object is not None and id(held) in touching:
                fresh.setdefault(held.object, []).append(held)
        blamed: set[EventId] = set()
        for key, some in fresh.items():
            blamed |= self.project(tx, key, some, budget)
        for held in changed:
            if held.object is None and held.is_done:
                self._first_done(tx, held)
        return blamed

    def _is_change(self, held: Held) -> bool:
        """Whether the event changes another's object, as an edit does."""
        kind = self.catalog.kind(held.entry.kind)
        return kind is not None and kind.target is not None

    def _woken_by(self, tx: Tx, held: Held, budget: Budget) -> list[Held]:
        """Judge what waits for an event, or for its object when it is done; returns what that changed."""
        keys = [bytes(held.entry.id)]
        if held.is_done and held.object is not None and held.object != held.entry.id:
            keys.append(held.object)
        return [other for key in keys for other in self._wake(tx, key, 0, budget)]

    def _wake(self, tx: Tx, key: bytes, position: int, budget: Budget) -> list[Held]:
        if store.ANY_AWAITS.row(tx, awaits=key) is None:
            return []
        rows = store.BY_AWAITS.rows(tx, awaits=key, position=position, most=budget.left + 1)
        if len(rows) > budget.left:
            first = self._deletions_waiting(tx, key, budget.left // 2)
            rows = rows[: budget.left - len(first)]
            note(tx, What.AWAITS, key, rows[-1][-1] if rows else position)
            rows = list({row[0]: row for row in (*first, *rows)}.values())
        budget.spend(len(rows))
        return [held for held in in_order(map(self.held, rows)) if self._judge_again(tx, held)]

    def _deletions_waiting(self, tx: Tx, key: bytes, most: int) -> list[Row]:
        """Of more than there is room for these go first: what was deleted is not shown for a moment."""
        found: list[Row] = []
        for kind in self.catalog.kinds.values():
            if kind.deletes or kind.removes:
                found += store.BY_AWAITS_AND_KIND.rows(tx, awaits=key, kind=kind.name, most=most - len(found))
        return found

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

    def project(self, tx: Tx, key: bytes, fresh: Sequence[Held] = (), budget: Budget | None = None) -> set[EventId]:
        """Make the rows of one object anew, drop what a deletion drops, and announce what became done.

        `fresh` are those of its events that may have become done just now. Returns the events that are blamed.
        """
        kinds = kinds_of(tx, key)
        history = self._history(tx, key, kinds, fresh)
        if (author := self._silenced(tx, key, history)) is not None:
            for held in history:
                self._drop_body(tx, held, author)
            late = self._drop_bodies(tx, key, author, 0, budget or Budget(SLICE))
            history = self._history(tx, key, kinds, [*fresh, *late])
        return self._make_anew(tx, key, kinds, history)

    def _make_anew(self, tx: Tx, key: bytes, kinds: Sequence[str], history: list[Held]) -> set[EventId]:
        # Those of all kinds that the object ever had: rows of what is hidden now must go.
        projections = [p for p in self.catalog.projections if any(kind in p.kinds for kind in kinds)]
        if any(held.is_blamed for held in history) or not self._attempt(tx, key, projections, history):
            history = self._history(tx, key, kinds, None)
            self._blame(tx, key, projections, history)
        removed = any(held.is_done and self._kind_of(held).removes for held in history)
        for held in history:
            if held.is_done:
                self._first_done(tx, held, quietly=removed and not self._kind_of(held).removes)
        return {held.entry.id for held in history if held.is_blamed}

    def _history(self, tx: Tx, key: bytes, kinds: Sequence[str], fresh: Iterable[Held] | None = ()) -> list[Held]:
        return read_history(tx, self.catalog, key, kinds, fresh)

    def _silenced(self, tx: Read, key: bytes, history: Iterable[Held]) -> NodeId | None:
        """Whose words about an object are to be dropped: it was deleted by its author's node, or removed long ago."""
        done = [held for held in history if held.is_done]
        if (deletion := next((held for held in done if self._kind_of(held).deletes), None)) is not None:
            return deletion.entry.node
        place = store.FIND_PLACE.row(tx, id=key)
        # What has begun goes on, though the clock was set back meanwhile.
        begun = any(held.gone == DELETED for held in done)
        removed = any(self._kind_of(held).removes and (begun or _is_final(tx, held.entry)) for held in done)
        return NodeId(header_of(place[3]).node) if removed and place is not None else None

    def _kind_of(self, held: Held) -> Kind:
        return self.catalog.kinds[held.entry.kind]

    def _drop_bodies(self, tx: Tx, key: bytes, author: NodeId, position: int, budget: Budget) -> list[Held]:
        """Drop for good what the author's node wrote about the object, whatever its fate, but for its deletions.

        Returns what became done because its turn had not come before.
        """
        rows = store.BODIES_OF_OBJECT.rows(tx, object=key, position=position, most=budget.left + 1)
        some = rows[: budget.left]
        if len(rows) > len(some):
            note(tx, What.BODIES, key, some[-1][-1] if some else position)
        budget.spend(len(some))
        return [held for held in map(self.held, some) if self._drop_body(tx, held, author)]

    def _drop_body(self, tx: Tx, held: Held, author: NodeId) -> bool:
        """Returns whether the event became done: what it is has to be said while it can still be read."""
        if held.entry.node != author or held.gone or self._stays(held):
            return False
        became_done = not held.is_done and self._judge_again(tx, held)
        if became_done:
            self._woken_by(tx, held, Budget(0))
        store.DROP_BODY.run(tx, which=held.entry.id, why=DELETED)
        held.gone, held.has_body = DELETED, False
        held.entry = msgspec.structs.replace(held.entry, body=None)
        self._judge_again(tx, held)
        return became_done

    def _stays(self, held: Held) -> bool:
        """Whether the event says itself that words are gone, or belongs to the line of its scope."""
        kind = self.catalog.kind(held.entry.kind)
        return kind is not None and (kind.deletes or kind.rules)

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
            states = (self.rules.state(tx, ScopeId(key)),) if projection.governed else ()
            if self.rebuild is None or not self.rebuild.catching_up:
                projection.project(tx, key, mine, *states)
            if self.rebuild is not None and projection.room in self.rebuild.rooms:
                with tx.writing_to(self.rebuild.renamed):
                    projection.project(tx, key, mine, *states)

    def _blame(self, tx: Tx, key: bytes, projections: Sequence[Projection], candidates: Sequence[Held]) -> None:
        accepted: list[Held] = []
        self._attempt(tx, key, projections, accepted)
        for held in candidates:
            verdict = DONE if self._attempt(tx, key, projections, [*accepted, held]) else waiting(BLAMED)
            self._store_fate(tx, held, verdict)
            if held.is_done:
                accepted.append(held)

    def _first_done(self, tx: Tx, held: Held, *, quietly: bool = False) -> None:
        if held.announced:
            return
        tx.memory.set(CLOCK, max(latest_time(tx), held.entry.time))
        chains.raise_time(tx, held.entry.header)
        held.announced = True
        store.SET_ANNOUNCED.run(tx, which=held.entry.id)
        kind = self.catalog.kinds[held.entry.kind]
        if kind.answers is not None and self.rules.founder(tx, held.entry.scope) == self.here:
            note(tx, What.ANSWER, held.entry.id, 0)
        if kind.announce is not None and not held.gone and not quietly:
            for notice in kind.announce(tx, held.entry):
                write_notice(tx, notice)
        if not quietly:
            self._deliver(tx, held)

    def _deliver(self, tx: Tx, held: Held) -> None:
        for delivery in self.catalog.deliveries.get(held.entry.kind, ()):
            if self.here is not None and not held.gone:
                delivery.make(tx, held.entry, self.here)
