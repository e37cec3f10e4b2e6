"""Rule: who may say what in a scope that has an authority, kept true to the log (protocol section 4).

`authority` decides under which state an event is judged; here stands what it needs of the log, and the fold of those
states by the room whose charter the catalog holds. A scope is governed from the moment in which the event that
founded it is held. Judges are kept in memory, and made anew from the log when a transaction under them was undone.
"""

from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from sqlalchemy import bindparam, insert, select, text

from canopy.ground.ids import NO_EVENT, EventId, NodeId, ScopeId
from canopy.log import authority, store
from canopy.log.authority import Change, States
from canopy.log.catalog import Catalog, CutEntry, Entry, Ruling
from canopy.log.cuts import Chain, CutHead, Extent, Link
from canopy.log.db import Read, Tx, prepare, row_of
from canopy.log.event import Header, header_of
from canopy.log.held import decode_body
from canopy.log.line import Ruling as LineRuling
from canopy.log.line import Step

_events, _chains = store.events.c, store.chains.c
_FOUNDER = prepare(select(store.founders.c.node).where(store.founders.c.scope == bindparam("scope")))
_FOUND = prepare(insert(store.founders).prefix_with("OR IGNORE").values(row_of(store.founders)))
_NOTE = prepare(insert(store.rulings).prefix_with("OR IGNORE").values(row_of(store.rulings)))
_RULINGS = prepare(
    select(_events.id, _events.header, _events.body)
    .join_from(store.rulings, store.events, store.rulings.c.event == _events.id)
    .where(store.rulings.c.scope == bindparam("scope"))
    .order_by(_events.position)
)
_CHAINS = prepare(
    select(_chains.chain, _chains.height, _chains.head, _chains.closed).where(
        _chains.scope == bindparam("scope"), _chains.height > text("0")
    )
)
_CHAIN = prepare(
    select(_chains.chain).where(
        _chains.scope == bindparam("scope"), _chains.node == bindparam("node"), _chains.run == bindparam("run")
    )
)
_BEFORE_FORK = prepare(
    text(
        "SELECT id FROM events WHERE chain = :chain AND position < (SELECT min(later.position) FROM events AS later "
        "JOIN events AS earlier ON earlier.chain = later.chain AND earlier.height = later.height "
        "AND earlier.position < later.position WHERE later.chain = :chain AND later.height >= :closed) "
        "ORDER BY height DESC LIMIT 1"
    )
)


class Standing(NamedTuple):
    """Under what an event of a governed scope is judged; where it does not count there is no state."""

    founder: NodeId
    counts: bool
    state: Any


class Rulebook:
    """The judges of all governed scopes of one log."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._books: dict[ScopeId, Book] = {}

    def founder(self, tx: Read, scope: ScopeId) -> NodeId | None:
        """The authority of a scope, if it has one and its founding event is held."""
        node = _FOUNDER.value(tx, scope=scope)
        return None if node is None else NodeId(node)

    def _founder(self, tx: Tx, scope: ScopeId) -> NodeId | None:
        """As `founder`, remembered: it is asked for every event."""
        known: bytes | None = tx.memory.get(("founder", scope))
        if known is None:
            known = self.founder(tx, scope) or b""
            tx.memory.set(("founder", scope), known)
        return NodeId(known) if known else None

    def take(self, tx: Tx, entry: Entry) -> Change | None:
        """An event is about to be inserted: what it makes of the judgement of others. None where nobody governs."""
        book = self._book(tx, entry.scope)
        if book is None:
            kind = self._catalog.kind(entry.kind)
            if kind is None or kind.founds is None or entry.body is None or not kind.founds(entry.header, entry.body):
                return None
            _FOUND.run(tx, scope=entry.scope, node=entry.node)
            tx.memory.set(("founder", entry.scope), entry.node)
            book = self._reopen(tx, entry.scope, entry.node)
        change = book.take(entry)
        if entry.id in book.entries:
            _NOTE.run(tx, event=entry.id, scope=entry.scope)
        book.version += 1
        tx.memory.set(("rule", entry.scope), book.version)
        return change

    def standing(self, tx: Tx, entry: Entry) -> Standing | None:
        """Under what a held event is judged; None where nobody governs."""
        book = self._book(tx, entry.scope)
        return None if book is None else book.standing(link_of(entry.id, entry.header))

    def state(self, tx: Tx, scope: ScopeId) -> Any:
        """The state after the whole line; None where nobody governs."""
        book = self._book(tx, scope)
        return None if book is None else book.state(len(book.judge.line))

    def fill(self, tx: Tx, scope: ScopeId, body: Ruling, run: int) -> tuple[bytes, tuple[CutEntry, ...], bool]:
        """What the door adds to an authority event of ours: the end of the line, the cut, and whether the present run
        must resume first."""
        book = self._book(tx, scope)
        if book is None or not book.judge.line:
            return NO_EVENT, (), False
        last = next(step for step in reversed(book.judge.line) if step.attests)
        own = Chain(book.judge.founder, run)
        cut = tuple((h.chain.node, h.chain.run, h.height, h.id) for h in book.judge.cut(own))
        return last.id, cut, last.ruling.link.chain != own and not body.RESUMES

    def _book(self, tx: Tx, scope: ScopeId) -> "Book | None":
        book = self._books.get(scope)
        version = tx.memory.get(("rule", scope))
        if book is not None and book.version == (version or 0):
            book.held.tx = tx
            return book
        founder = self._founder(tx, scope)
        return None if founder is None else self._reopen(tx, scope, founder, version or 0)

    def _reopen(self, tx: Tx, scope: ScopeId, founder: NodeId, version: int = 0) -> "Book":
        book = Book(self._catalog, LogHeld(tx, scope), founder, version)
        self._books[scope] = book
        return book


class Book:
    """One governed scope."""

    def __init__(self, catalog: Catalog, held: "LogHeld", founder: NodeId, version: int) -> None:
        self.version = version
        self.held = held
        self.entries: dict[EventId, Entry] = {}
        """The authority events, for whoever folds them."""
        self._catalog = catalog
        charter = catalog.charter
        self._states: States[Any] = States(charter.first if charter else None, self._fold)
        rulings = [ruling for row in _RULINGS.rows(held.tx, scope=held.scope) if (ruling := self._read(*row))]
        self.judge = authority.Judge.reopen(founder, held, held.extents(), rulings)

    def take(self, entry: Entry) -> Change:
        """Judge with one more event."""
        link = link_of(entry.id, entry.header)
        self.held.fresh = link
        ruling = self._ruling(entry)
        change = self.judge.take(link if ruling is None else ruling)
        if change.line_from is not None:
            self._states.forget(change.line_from)
        return change

    def standing(self, link: Link) -> Standing:
        """Under what an event is judged."""
        index = self.judge.index(link)
        founder = self.judge.founder
        return Standing(founder, False, None) if index is None else Standing(founder, True, self.state(index))

    def state(self, index: int) -> Any:
        """The state before a place of the line."""
        return self._states.at(self.judge.line, index)

    def _read(self, event_id: bytes, header: bytes, body: bytes | None) -> LineRuling | None:
        decoded = header_of(header)
        return self._ruling(Entry(EventId(event_id), decoded, decode_body(self._catalog, decoded, body)))

    def _ruling(self, entry: Entry) -> LineRuling | None:
        """An event as the line sees it, if it is an authority event in due form."""
        body = entry.body
        if not isinstance(body, Ruling) or entry.header.expires:
            return None
        self.entries[entry.id] = entry
        cut = tuple(CutHead(Chain(NodeId(n), r), h, EventId(i)) for n, r, h, i in body.cut)
        return LineRuling(link_of(entry.id, entry.header), EventId(body.line), cut, body.RESUMES, body.takes())

    def _fold(self, state: Any, step: Step) -> Any:
        charter, entry = self._catalog.charter, self.entries[step.id]
        return state if charter is None else charter.fold(state, entry)


class LogHeld:
    """The events of one scope as the rule asks for them; `fresh` is the one that is about to be inserted."""

    def __init__(self, tx: Tx, scope: ScopeId) -> None:
        self.tx = tx
        self.scope = scope
        self.fresh: Link | None = None

    def get(self, event: EventId) -> Link | None:
        if self.fresh is not None and self.fresh.id == event:
            return self.fresh
        place = store.FIND_PLACE.row(self.tx, id=event)
        header = None if place is None else header_of(place[3])
        return None if header is None or header.scope != self.scope else link_of(event, header)

    def at(self, chain: Chain, height: int) -> Collection[EventId]:
        number = _CHAIN.value(self.tx, scope=self.scope, node=chain.node, run=chain.run)
        rows = () if number is None else store.SIBLINGS.rows(self.tx, chain=number, height=height)
        found = {EventId(row[0]) for row in rows}
        if self.fresh is not None and (self.fresh.chain, self.fresh.height) == (chain, height):
            found.add(self.fresh.id)
        return found

    def extents(self) -> Iterable[Extent]:
        """How far each chain is held."""
        for chain, height, head, closed in _CHAINS.rows(self.tx, scope=self.scope):
            if closed is not None:
                head = _BEFORE_FORK.value(self.tx, chain=chain, closed=closed) or head
            place: Any = store.FIND_PLACE.row(self.tx, id=head)
            yield Extent(link_of(EventId(head), header_of(place[3])), height, closed)


def link_of(event_id: EventId, header: Header) -> Link:
    """What the rule needs of an event."""
    return Link(event_id, Chain(NodeId(header.node), header.run), header.height, EventId(header.prev))


def chain_of(entry: Entry) -> Chain:
    """The chain of an event, within its scope."""
    return Chain(entry.node, entry.header.run)


def chain_number(tx: Read, scope: ScopeId, chain: Chain) -> int | None:
    """The row of a chain."""
    number: int | None = _CHAIN.value(tx, scope=scope, node=chain.node, run=chain.run)
    return number
