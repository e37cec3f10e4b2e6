"""THE door: the only code that inserts an event (house law L1).

`do` gives a local draft its height, stamp and signature; `receive` checks what a peer sent; both meet in
`_append`, and nowhere after it can anyone tell which it was. Times and heads are remembered in the transaction and
become true with its commit.
"""

from enum import Enum
from secrets import token_bytes

import msgspec

from canopy.crypto.keys import SigningKey, is_identity
from canopy.ground.clock import FUTURE_TOLERANCE_MS, milliseconds_of, stamp_after
from canopy.ground.errors import (
    BadChain,
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
from canopy.log import chains, parking, store
from canopy.log.catalog import Catalog, Draft, Entry, Fate, Verdict, waiting
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
from canopy.log.judge import BLAMED, CLOCK, EXPIRED, Held, Judge, latest_time
from canopy.log.vector import HEADS_OF_A_FORK

RUN = "run"
"""The fact that holds the current run; also the incarnation of the database."""


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

    def __init__(self, catalog: Catalog, key: SigningKey) -> None:
        self.catalog = catalog
        self.judge = Judge(catalog)
        self._key = key

    def do(self, tx: Tx, draft: Draft) -> Entry:
        """Sign and append what a local action wants to say.

        Raises a TheirFault when it is not admissible, ProjectionFailed when a projector raised; then nothing stays.
        """
        event = self._sign(tx, draft)
        entry = Entry(event.id, event.header, self.judge.decode(event.header, event.body))
        verdict = self._append(tx, event, entry, gone="")
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
        try:
            event = parse(header_bytes, signature, body)
            return self._receive_genuine(tx, event, source, absence)
        except NewerVersion:
            identity = event_id(header_bytes)
            copy = parking.Parked(identity, header_bytes, signature, body, absence.value)
            parking.park(tx, copy, source, parking.NEWER_VERSION)
            return Receipt(Taking.PARKED, identity, code="version")
        except Refused as refusal:
            store.COUNT_SOURCE.run(tx, source=source, reason=refusal.actual_code)
            return Receipt(Taking.REFUSED, code=refusal.actual_code)

    def _receive_genuine(self, tx: Tx, event: Event, source: str, absence: Absence) -> Receipt:
        known = store.FIND_EVENT.row(tx, id=event.id)
        if known is not None:
            return self._complete(tx, event, has_body=bool(known[1]), gone=str(known[2]))
        self._notice_own(tx, event)
        receipt = self._take_or_park(tx, event, source, absence)
        if receipt.taking is Taking.TAKEN:
            self._take_parked(tx, event.id)
        return receipt

    def _take_or_park(self, tx: Tx, event: Event, source: str, absence: Absence) -> Receipt:
        awaits = self._missing(tx, event, absence)
        if awaits is not None:
            copy = parking.Parked(event.id, event.header_bytes, event.signature, event.body, absence.value)
            parking.park(tx, copy, source, awaits)
            return Receipt(Taking.PARKED, event.id)
        with tx.savepoint():
            verdict = self._take(tx, event)
        return Receipt(Taking.TAKEN, event.id, verdict)

    def _take(self, tx: Tx, event: Event) -> Verdict:
        gone = EXPIRED if 0 < event.header.expires <= tx.now_ms else ""
        if gone:
            event = msgspec.structs.replace(event, body=None)
        entry = Entry(event.id, event.header, self.judge.decode(event.header, event.body))
        return self._append(tx, event, entry, gone)

    def _append(self, tx: Tx, event: Event, entry: Entry, gone: str) -> Verdict:
        """The one path: insert, judge, project, announce."""
        header = event.header
        chain = chains.get_or_begin(tx, header)
        closed = chains.closed_after(tx, chain, header.height)
        verdict = self.judge.verdict(tx, entry, closed, has_body=event.body is not None, gone=gone)
        held = Held(
            entry, gone, verdict.fate, verdict.reason, False, self.judge.object_of(entry), 0, event.body is not None
        )
        self._insert(tx, event, chain.chain, held, verdict)
        chains.advance(tx, chain, header, event.id, closed, done=held.is_done)
        blamed = self.judge.settle(tx, [held])
        if closed is not None and closed != chain.closed:
            rows = store.FROM_HEIGHT.rows(tx, chain=chain.chain, height=closed)
            self.judge.reconsider(tx, map(self.judge.held, rows))
        return waiting(BLAMED) if event.id in blamed else verdict

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

    def _missing(self, tx: Tx, event: Event, absence: Absence) -> bytes | None:
        """What must come before this event can be taken, or None. Raises Refused when it never can be."""
        header = event.header
        if header.height == 1:
            if not is_identity(header.node):
                raise Malformed("The author is not a possible identity.", code="bad_identity")
            chain = chains.remembered(tx, header)
            if chain is not None:
                self._check_branches(tx, chain.chain, 1)
        elif (awaits := self._missing_predecessor(tx, event)) is not None:
            return awaits
        if event.body is None and absence is Absence.NONE and not 0 < header.expires <= tx.now_ms:
            return event.id
        return None

    def _missing_predecessor(self, tx: Tx, event: Event) -> bytes | None:
        header = event.header
        chain = chains.remembered(tx, header)
        if chain is not None and chain.head == header.prev and chain.height + 1 == header.height:
            self._check_time(tx, event)
            return None
        place = store.FIND_PLACE.row(tx, id=header.prev)
        if place is None:
            return header.prev
        if chain is None or place[0] != chain.chain or place[1] + 1 != header.height:
            raise BadChain
        self._check_time(tx, event)
        self._check_branches(tx, chain.chain, header.height)
        return None

    def _check_branches(self, tx: Tx, chain: int, height: int) -> None:
        if len(store.SIBLINGS.rows(tx, chain=chain, height=height)) >= HEADS_OF_A_FORK:
            raise BadChain("The chain has too many branches already.", code="too_many_branches")

    def _check_time(self, tx: Tx, event: Event) -> None:
        place = store.FIND_PLACE.row(tx, id=event.prev)
        if place is None or place[2] >= event.header.time:
            raise BadChain("Time does not grow along the chain.")

    def _complete(self, tx: Tx, event: Event, *, has_body: bool, gone: str) -> Receipt:
        """A known event; its body may be the missing one. What was dropped for good stays dropped."""
        if event.body is not None and not has_body and not gone:
            store.FILL_BODY.run(tx, which=event.id, bytes=event.body)
            self.judge.reconsider(tx, map(self.judge.held, store.BY_ID.rows(tx, id=event.id)))
        return Receipt(Taking.KNOWN, event.id)

    def _take_parked(self, tx: Tx, taken: EventId) -> None:
        """Take what waited for this event, and what waited for that, in order of id."""
        arrived = [bytes(taken)]
        while arrived:
            for row in store.PARKED_ON.rows(tx, awaits=arrived.pop()):
                identity, source, header, signature, body, absence = row
                copy = parking.Parked(identity, header, signature, body, absence)
                parking.unpark(tx, identity, source, copy.size)
                if self._retry(tx, copy, source).taking is Taking.TAKEN:
                    arrived.append(identity)

    def _retry(self, tx: Tx, copy: parking.Parked, source: str) -> Receipt:
        event = Event(event_id(copy.header), header_of(copy.header), copy.header, copy.signature, copy.body)
        if store.FIND_EVENT.row(tx, id=event.id) is not None:
            return Receipt(Taking.KNOWN, event.id)
        try:
            return self._take_or_park(tx, event, source, Absence(copy.absence))
        except Refused as refusal:
            store.COUNT_SOURCE.run(tx, source=source, reason=refusal.actual_code)
            return Receipt(Taking.REFUSED, event.id, code=refusal.actual_code)


_REFUSALS: dict[str, type[TheirFault]] = {
    "target": NotFound,
    "malformed": Malformed,
    "conflict": Conflict,
}


def _refusal(verdict: Verdict) -> TheirFault:
    """The error of a local action whose event would not be shown."""
    return _REFUSALS.get(verdict.reason, Forbidden)(code=verdict.reason)
