"""THE door: the only code that inserts an event (house law L1).

`do` gives a local draft its height, stamp and signature; `receive` checks what a peer sent; both meet in
`_append`, and nowhere after it can anyone tell which it was. Times and heads are remembered in the transaction and
become true with its commit.
"""

import contextlib
from collections import deque
from enum import Enum
from secrets import token_bytes

import msgspec

from canopy.crypto.keys import SigningKey
from canopy.ground.clock import FUTURE_TOLERANCE_MS, Clock, milliseconds_of, stamp_after
from canopy.ground.errors import (
    Conflict,
    ContentTooLarge,
    Forbidden,
    Malformed,
    NotFound,
    ProjectionFailed,
    Refused,
    TheirFault,
)
from canopy.ground.ids import NO_EVENT, EventId
from canopy.log import chains, parking, placing, store, todo
from canopy.log.catalog import Catalog, Draft, Entry, Fate, Ruling, Verdict, waiting
from canopy.log.db import Tx
from canopy.log.event import (
    BODY_LIMIT,
    SALT_BYTES,
    VERSION,
    Event,
    Header,
    NewerVersion,
    body_hash,
    compose,
    encode_body,
    event_id,
    header_of,
    parse,
)
from canopy.log.held import BLAMED, EXPIRED, Held
from canopy.log.journal import catching_up
from canopy.log.judge import CLOCK, Judge, latest_time
from canopy.log.todo import Budget, Task, What

RUN = "run"
"""The fact that holds the current run; also the incarnation of the database."""
LAST_VERSION = "protocol"
"""The fact that holds the highest protocol version of the programs that ran on this database."""
WORK_SECONDS = 0.025
"""How long one slice of work may take."""
WEIGHT = 32_768
"""So many bytes to take cost as much as one more event."""


class Taking(Enum):
    """What the log makes of an event; the fate in the tables is another question."""

    TAKEN = "taken"
    PARKED = "parked"
    REFUSED = "refused"
    KNOWN = "known"


class Absence(Enum):
    """Why a sender gives a header without its body (protocol section 2)."""

    NONE = "none"
    DELETED = "deleted"
    PRUNED = "pruned"


class Receipt(msgspec.Struct, frozen=True):
    """What `receive` did with one event."""

    taking: Taking
    id: EventId | None = None
    verdict: Verdict | None = None
    code: str = ""


class Door:
    """The door of one node."""

    def __init__(self, catalog: Catalog, key: SigningKey, clock: Clock | None = None) -> None:
        self.catalog = catalog
        self.judge = Judge(catalog, key.node)
        self._key = key
        self._clock = clock
        self._room: tuple[Tx, Budget] | None = None

    def do(self, tx: Tx, draft: Draft) -> Entry:
        """Sign and append what a local action wants to say.

        Raises a TheirFault when it is not admissible, ProjectionFailed when a projector raised; then nothing stays.
        """
        if isinstance(draft.body, Ruling):
            draft = self._ruled(tx, draft, draft.body)
        event = self._sign(tx, draft)
        entry = Entry(event.id, event.header, self.judge.decode(event.header, event.body))
        verdict = self._append(tx, event, entry, "", self._budget(tx))
        if verdict.reason == BLAMED:
            raise ProjectionFailed
        if verdict.fate is not Fate.DONE:
            raise _refusal(verdict)
        return entry

    def receive(
        self,
        tx: Tx,
        header_bytes: bytes,
        signature: bytes,
        body: bytes | None,
        source: str,
        absence: Absence = Absence.NONE,
    ) -> Receipt:
        """Take, park or refuse what `source` sent; it is counted, and never raises for bad input."""
        identity = event_id(header_bytes)
        known = store.FIND_EVENT.row(tx, id=identity)
        if known is not None and (known[1] or known[2]):
            # Whoever sends it again, in good faith or not, costs us no look at the signature and changes nothing.
            return Receipt(Taking.KNOWN, identity)
        try:
            event = parse(header_bytes, signature, body)
            return self._receive_genuine(tx, event, source, absence, known=known is not None)
        except NewerVersion:
            copy = parking.Parked(identity, header_bytes, signature, body, absence.value)
            parking.park(tx, copy, source, parking.NEWER_VERSION)
            return Receipt(Taking.PARKED, identity, code="version")
        except Refused as refusal:
            return _refuse(tx, source, refusal)

    def _receive_genuine(self, tx: Tx, event: Event, source: str, absence: Absence, *, known: bool) -> Receipt:
        budget = self._budget(tx)
        if known:
            return self._complete(tx, event, budget)
        self._notice_own(tx, event)
        receipt = self._take_or_park(tx, event, source, absence, budget)
        if receipt.taking is Taking.TAKEN:
            self._release(tx, event.id, 0, budget)
        return receipt

    def _budget(self, tx: Tx) -> Budget:
        """What one transaction has room for beside what it was given; the rest waits for `work`."""
        if self._room is None or self._room[0] is not tx:
            self._room = (tx, Budget(todo.SLICE))
        return self._room[1]

    def _take_or_park(self, tx: Tx, event: Event, source: str, absence: Absence, budget: Budget) -> Receipt:
        kind = self.catalog.kind(event.header.kind)
        rules = kind is not None and kind.rules
        awaits = placing.missing(tx, event, withheld=absence is not Absence.NONE and not rules)
        if awaits is None and rules:
            awaits = self._line_missing(tx, event)
        if awaits is not None:
            copy = parking.Parked(event.id, event.header_bytes, event.signature, event.body, absence.value)
            parking.park(tx, copy, source, awaits)
            return Receipt(Taking.PARKED, event.id)
        with tx.savepoint():
            verdict = self._take(tx, event, budget)
        return Receipt(Taking.TAKEN, event.id, verdict)

    def _line_missing(self, tx: Tx, event: Event) -> bytes | None:
        """The authority event that one of this kind follows, unless it is held."""
        body = self.judge.decode(event.header, event.body)
        if not isinstance(body, Ruling) or body.line == NO_EVENT or store.FIND_EVENT.row(tx, id=body.line):
            return None
        return body.line

    def _take(self, tx: Tx, event: Event, budget: Budget) -> Verdict:
        gone = EXPIRED if 0 < event.header.expires <= tx.now_ms else ""
        if gone:
            event = msgspec.structs.replace(event, body=None)
        entry = Entry(event.id, event.header, self.judge.decode(event.header, event.body))
        return self._append(tx, event, entry, gone, budget)

    def _append(self, tx: Tx, event: Event, entry: Entry, gone: str, budget: Budget) -> Verdict:
        """The one path: insert, judge, project, announce."""
        header = event.header
        chain = chains.get_or_begin(tx, header)
        closed = chains.closed_after(tx, chain, header.height)
        change = self.judge.rules.take(tx, entry)
        verdict = self.judge.verdict(tx, entry, closed, has_body=event.body is not None, gone=gone)
        held = Held(
            entry, gone, verdict.fate, verdict.reason, False, self.judge.object_of(entry), 0, event.body is not None
        )
        self._insert(tx, event, chain.chain, held, verdict)
        chains.advance(tx, chain, header, event.id, closed, done=held.is_done)
        blamed = self.judge.settle(tx, held, budget)
        if change is not None:
            self.judge.rule(tx, entry, change, closed, budget)
        elif closed is not None and closed != chain.closed:
            # What lies above an earlier fork is closed already, or stands on the list.
            below = chain.height + 1 if chain.closed is None else chain.closed
            self.judge.close(tx, chain.chain, (closed, 0), below, budget)
        return waiting(BLAMED) if blamed else verdict

    def _insert(self, tx: Tx, event: Event, chain: int, held: Held, verdict: Verdict) -> None:
        header = event.header
        store.INSERT_EVENT.run(
            tx,
            id=event.id,
            chain=chain,
            height=header.height,
            time=header.time,
            kind=header.kind,
            object=held.object,
            header=event.header_bytes,
            signature=event.signature,
            body=event.body,
            gone=held.gone,
            expires=header.expires,
            fate=int(verdict.fate),
            reason=verdict.reason,
            awaits=verdict.awaits,
            due=verdict.due,
            announced=0,
        )

    # Local drafts.

    def _ruled(self, tx: Tx, draft: Draft, body: Ruling) -> Draft:
        """An authority event of ours with its place on the line and its cut; in a new run the line is resumed first."""
        line, cut, resumes = self.judge.rules.fill(tx, draft.scope, body, self.run(tx))
        charter = self.catalog.charter
        if resumes and charter is not None:
            line, cut = self.do(tx, Draft(scope=draft.scope, body=charter.resume())).id, ()
        return msgspec.structs.replace(draft, body=msgspec.structs.replace(body, line=line, cut=cut))

    def _sign(self, tx: Tx, draft: Draft) -> Event:
        last = latest_time(tx)
        if milliseconds_of(last) > tx.now_ms + FUTURE_TOLERANCE_MS:
            # The clock was set back: a chain may not go back in time, so another one begins.
            self.draw_run(tx)
            last = 0
            tx.memory.set(CLOCK, 0)
        body = encode_body(draft.body, token_bytes(SALT_BYTES))
        if len(body) > BODY_LIMIT:
            raise ContentTooLarge
        unplaced = Header(
            v=VERSION,
            scope=draft.scope,
            node=self._key.node,
            run=self.run(tx),
            height=0,
            prev=NO_EVENT,
            time=0,
            kind=draft.body.KIND,
            user=draft.user,
            expires=draft.expires,
            epoch=b"",
            cause=draft.cause or b"",
            body=body_hash(body),
        )
        chain = chains.get_or_begin(tx, unplaced)
        placed = msgspec.structs.replace(
            unplaced,
            height=chain.height + 1,
            prev=chain.head,
            time=stamp_after(max(last, chain.time), tx.now_ms),
        )
        return compose(placed, body, self._key)

    def run(self, tx: Tx) -> int:
        """The current run of this node; drawn when there is none yet."""
        known: int | None = tx.memory.get(RUN)
        if known is None:
            stored = store.GET_FACT.value(tx, name=RUN)
            known = self.draw_run(tx) if stored is None else int.from_bytes(stored, "big")
            tx.memory.set(RUN, known)
        return known

    def draw_run(self, tx: Tx) -> int:
        """Begin a new incarnation: every scope gets a new chain (protocol section 2, `run`)."""
        fresh = int.from_bytes(token_bytes(8), "big") >> 1
        store.SET_FACT.run(tx, name=RUN, value=fresh.to_bytes(8, "big"))
        tx.memory.set(RUN, fresh)
        return fresh

    # What peers send.

    def _notice_own(self, tx: Tx, event: Event) -> None:
        """An event of our own run that we do not hold: this database is a copy, so it takes a new run."""
        if event.node == self._key.node and event.header.run == self.run(tx):
            self.draw_run(tx)

    def _complete(self, tx: Tx, event: Event, budget: Budget) -> Receipt:
        """A known event whose body is missing; this may be it. What was dropped for good stays dropped."""
        if event.body is not None:
            store.FILL_BODY.run(tx, which=event.id, bytes=event.body)
            self.judge.reconsider(tx, map(self.judge.held, store.BY_ID.rows(tx, id=event.id)), budget)
        return Receipt(Taking.KNOWN, event.id)

    # What was left to do.

    def begin(self, tx: Tx) -> bool:
        """At start: what only a newer program understands is tried again by one. Returns whether there is work."""
        last = int.from_bytes(store.GET_FACT.value(tx, name=LAST_VERSION) or b"", "big")
        if last < VERSION:
            store.SET_FACT.run(tx, name=LAST_VERSION, value=VERSION.to_bytes(4, "big"))
            todo.note(tx, What.PARKED, parking.NEWER_VERSION, 0)
        return todo.is_left(tx)

    def work(self, tx: Tx) -> bool:
        """Do the next slice of what earlier transactions left; whether anything is left after it."""
        began = self._seconds()
        left = todo.SLICE
        while left > 0 and self._seconds() - began < WORK_SECONDS and (task := todo.take(tx)) is not None:
            portion = min(left, todo.PORTION)
            budget = Budget(portion)
            with catching_up(tx, task.old):
                self._go_on(tx, task, budget)
            left -= max(1, portion - budget.left)
        return todo.is_left(tx)

    def _answer(self, tx: Tx, wish: EventId) -> None:
        """As the authority, answer a wish that counts still; one that cannot be granted is passed over."""
        held = self.judge.held(store.BY_ID.rows(tx, id=wish)[0])
        kind = self.catalog.kind(held.entry.kind)
        answers = kind.answers if kind is not None and held.is_done else None
        state = self.judge.rules.state(tx, held.entry.scope)
        for draft in answers(tx, held.entry, state) if answers is not None else ():
            with contextlib.suppress(TheirFault), tx.savepoint():
                self.do(tx, draft)

    def _seconds(self) -> float:
        return 0.0 if self._clock is None else self._clock.monotonic()

    def _go_on(self, tx: Tx, task: Task, budget: Budget) -> None:
        if task.what is What.ANSWER:
            self._answer(tx, EventId(task.key))
        elif task.what is What.PARKED:
            self._release(tx, task.key, task.position, budget)
        else:
            self.judge.go_on(tx, task, budget)

    def _release(self, tx: Tx, awaited: bytes, position: int, budget: Budget) -> None:
        """Take what was parked on an id that is held now, and what was parked on that."""
        arrived = deque([(awaited, position)])
        while arrived:
            key, position = arrived.popleft()
            if store.ANY_PARKED_ON.row(tx, awaits=key) is None:
                continue
            rows = parking.list_parked(tx, key, position, todo.PORTION if budget.left else 1)
            for number, source, copy in rows:
                if budget.left == 0:
                    todo.note(tx, What.PARKED, key, position)
                    break
                position = number
                budget.spend(1 + copy.size // WEIGHT)
                if self._retry(tx, copy, source, key, budget).taking is Taking.TAKEN:
                    arrived.append((copy.id, 0))
            else:
                if len(rows) == todo.PORTION:
                    arrived.append((key, position))

    def _retry(self, tx: Tx, copy: parking.Parked, source: str, key: bytes, budget: Budget) -> Receipt:
        try:
            event = _read_again(copy, key)
        except NewerVersion:
            return Receipt(Taking.PARKED, EventId(copy.id))
        except Refused as refusal:
            parking.unpark(tx, copy.id, source, copy.size)
            return _refuse(tx, source, refusal)
        parking.unpark(tx, copy.id, source, copy.size)
        if store.FIND_EVENT.row(tx, id=event.id) is not None:
            return Receipt(Taking.KNOWN, event.id)
        try:
            return self._take_or_park(tx, event, source, Absence(copy.absence), budget)
        except Refused as refusal:
            return _refuse(tx, source, refusal)


def _refuse(tx: Tx, source: str, refusal: Refused) -> Receipt:
    store.COUNT_SOURCE.run(tx, source=source, reason=refusal.actual_code)
    return Receipt(Taking.REFUSED, code=refusal.actual_code)


def _read_again(copy: parking.Parked, key: bytes) -> Event:
    """A parked event was checked when it came; of one that was beyond this program only the signature was."""
    if key == parking.NEWER_VERSION:
        return parse(copy.header, copy.signature, copy.body)
    return Event(EventId(copy.id), header_of(copy.header), copy.header, copy.signature, copy.body)


_REFUSALS: dict[str, type[TheirFault]] = {
    "target": NotFound,
    "malformed": Malformed,
    "conflict": Conflict,
}


def _refusal(verdict: Verdict) -> TheirFault:
    """The error of a local action whose event would not be shown."""
    return _REFUSALS.get(verdict.reason, Forbidden)(code=verdict.reason)
