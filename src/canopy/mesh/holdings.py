"""A shelf over the log: what this node holds of what it shares with one peer, at one instant.

Which chains are shared follows from scopes and trust alone, never from what a peer asks for (protocol section 3).
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from blake3 import blake3
from sqlalchemy import bindparam, func, select, text, tuple_

from canopy.ground.codec import pack
from canopy.ground.ids import EventId, NodeId, ScopeId
from canopy.log import scope, store
from canopy.log.db import Read, prepare
from canopy.log.db.prepared import Row
from canopy.log.event import header_of
from canopy.log.vector import DIGEST_BYTES, HEAD_BYTES, HEADS_OF_A_FORK
from canopy.mesh.contents import SPINE, ChainKey, Item, Tip
from canopy.mesh.shelf import PRUNED, Ends, Place, Placed, size_of

MOST_BODIES = 256
BATCH = 64
BATCH_BYTES = 192 * 1024
"""What one envelope of events holds, unless a single event is larger."""

_events, _chains = store.events.c, store.chains.c
_SIGNED = (_events.header, _events.signature, _events.body, _events.gone)

_ALL = prepare(
    select(_chains.chain, _chains.scope, _chains.node, _chains.run, _chains.height, _chains.head, _chains.closed).where(
        _chains.height > text("0")
    )
)
_CHAIN = prepare(
    select(_chains.chain, _chains.scope, _chains.node, _chains.run, _chains.height, _chains.head, _chains.closed).where(
        _chains.scope == bindparam("scope"), _chains.node == bindparam("node"), _chains.run == bindparam("run")
    )
)
_NEWEST = prepare(select(func.max(_events.position)))
_POSITION = prepare(select(_events.position).where(_events.id == bindparam("id")))
_CHANGED = prepare(
    select(_events.chain, func.min(_events.height)).where(_events.position > bindparam("after")).group_by(_events.chain)
)
_BRANCHES = prepare(
    select(_events.height, _events.id, _events.header)
    .where(_events.chain == bindparam("chain"), _events.height >= bindparam("closed"))
    .order_by(_events.height.desc(), _events.id)
)
_AT = prepare(select(_events.id).where(_events.chain == bindparam("chain"), _events.height == bindparam("height")))
_ABOVE = prepare(
    select(_events.height, _events.id, *_SIGNED)
    .where(
        _events.chain == bindparam("chain"),
        _events.height >= bindparam("height"),
        tuple_(_events.height, _events.id) > tuple_(bindparam("height"), bindparam("beyond")),
    )
    .order_by(_events.height, _events.id)
    .limit(bindparam("most"))
)
_AFTER = prepare(
    select(
        _events.position,
        _chains.scope,
        _chains.node,
        _chains.run,
        _events.height,
        _events.id,
        _chains.closed,
        *_SIGNED,
    )
    .join_from(store.events, store.chains, _events.chain == _chains.chain)
    .where(_events.position > bindparam("after"))
    .order_by(_events.position)
    .limit(bindparam("most"))
)
_WITHHELD = prepare(
    select(_events.id, _chains.scope, _chains.node)
    .join_from(store.events, store.chains, _events.chain == _chains.chain)
    # What waits for its time, or for a version that knows its kind, may lack its body too.
    .where(text("events.fate = 2 AND events.reason IN ('body', 'clock', 'kind')"))
    .where(_events.body.is_(None), text("events.gone = ''"))
    .order_by(_events.position.desc())
    .limit(bindparam("most"))
)
_BY_ID = prepare(
    select(_chains.scope, _chains.node, *_SIGNED)
    .join_from(store.events, store.chains, _events.chain == _chains.chain)
    .where(_events.id == bindparam("id"))
)


class LogShelf:
    """A shelf over a snapshot of the log, as one peer may see it."""

    def __init__(
        self, tx: Read, here: NodeId, peer: NodeId, *, merged: bool, opened: frozenset[bytes] = frozenset()
    ) -> None:
        self._tx = tx
        self.opened = opened
        self._here = here
        self._peer = peer
        self._merged = merged

    def position(self) -> int:
        return int(_NEWEST.value(self._tx) or 0)

    def ends(self) -> list[Ends]:
        found = [(self._newest(row), self._ends(row, 1)) for row in self._shared(_ALL.rows(self._tx))]
        return _by_activity(found)

    def changed(self, after: int) -> list[Ends]:
        first: dict[int, int] = dict(_CHANGED.rows(self._tx, after=after))
        rows = [row for row in _ALL.rows(self._tx) if row[0] in first]
        return _by_activity([(self._newest(row), self._ends(row, first[row[0]])) for row in self._shared(rows)])

    def chain(self, key: ChainKey) -> Ends | None:
        row = self._row(key)
        return None if row is None else self._ends(row, 1)

    def holds(self, key: ChainKey, tip: Tip) -> bool:
        row = self._row(key)
        return row is not None and any(found[:HEAD_BYTES] == tip[1] for found in self._at(row[0], tip[0]))

    def spine(self, key: ChainKey) -> list[Tip]:
        row = self._row(key)
        if row is None:
            return []
        places = list(self._ends(row, 1).tips)
        step, height = 1, max(height for height, _ in places) - 1
        while height >= 1 and len(places) < SPINE:
            places += [(height, found[:HEAD_BYTES]) for found in self._at(row[0], height)]
            height, step = height - step, step * 2
        if row[6] is not None and row[6] > 1:
            places += [(row[6] - 1, found[:HEAD_BYTES]) for found in self._at(row[0], row[6] - 1)]
        return places[:SPINE]

    def above(self, key: ChainKey, place: Place, most_bytes: int) -> tuple[Place, list[Item]] | None:
        row = self._row(key)
        if row is None:
            return None
        rows = _ABOVE.rows(self._tx, chain=row[0], height=place[0], beyond=place[1], most=BATCH)
        items = _fitting((_item(found[2:]) for found in rows), most_bytes)
        if items:
            place = (rows[len(items) - 1][0], rows[len(items) - 1][1])
        return (place, items) if rows else None

    def after(self, position: int, most_bytes: int) -> tuple[int, list[Placed]]:
        rows = _AFTER.rows(self._tx, after=position, most=BATCH)
        placed: list[Placed] = []
        left = min(most_bytes, BATCH_BYTES)
        for at, scope_id, node, run, height, event_id, closed, *signed in rows:
            if self._shares(scope_id, node):
                item = _item(signed)
                left -= size_of(item)
                if left < 0 and (placed or size_of(item) > most_bytes):
                    break
                key = (scope_id, node, run)
                placed.append(Placed(at, key, height, EventId(event_id), closed is not None, item))
            position = at
        return position, placed

    def withheld(self) -> list[bytes]:
        rows = _WITHHELD.rows(self._tx, most=MOST_BODIES)
        return [bytes(row[0]) for row in rows if self._shares(row[1], row[2])]

    def items(self, ids: Sequence[bytes], most_bytes: int) -> list[Item]:
        rows = [_BY_ID.row(self._tx, id=event_id) for event_id in ids]
        held = [row for row in rows if row and row[4] is not None and self._shares(row[0], row[1])]
        return _fitting((_item(row[2:]) for row in held), most_bytes)

    def digest(self, *, merged: bool) -> bytes:
        heads = [
            (*ends.key, tip)
            for row in _ALL.rows(self._tx)
            if self._shares(row[1], row[2], merged=merged)
            for ends in (self._ends(row, 1),)
            for tip in ends.tips
        ]
        return blake3(pack(sorted(heads))).digest()[:DIGEST_BYTES]

    # What is shared.

    def shares(self, scope_id: bytes, node: bytes) -> bool:
        """Whether the events of a node in a scope flow on this link."""
        return self._shares(scope_id, node)

    def _shares(self, scope_id: bytes, node: bytes, *, merged: bool | None = None) -> bool:
        """Apart, only the cards of the two ends flow; merged, open channels and the cards of who speaks in them."""
        if self._merged if merged is None else merged:
            return scope_id == scope.GENERAL or scope_id == _scope_of_node(node) or scope_id in self.opened
        return node in (self._here, self._peer) and scope_id == _scope_of_node(node)

    def _shared(self, rows: Iterable[Row]) -> list[Row]:
        return [row for row in rows if self._shares(row[1], row[2])]

    def _row(self, key: ChainKey) -> Row | None:
        if not self._shares(key[0], key[1]):
            return None
        row = _CHAIN.row(self._tx, scope=key[0], node=key[1], run=key[2])
        return row if row and row[4] > 0 else None

    # Chains.

    def _newest(self, row: Row) -> int:
        return int(_POSITION.value(self._tx, id=row[5]) or 0)

    def _ends(self, row: Row, first_new: int) -> Ends:
        chain, scope_id, node, run, height, head, closed = row
        tips = ((height, head[:HEAD_BYTES]),) if closed is None else self._tips(chain, closed)
        return Ends((scope_id, node, run), tips, closed, first_new)

    def _tips(self, chain: int, closed: int) -> tuple[Tip, ...]:
        """The ends of all branches: events of a forked chain that no other follows."""
        followed: set[bytes] = set()
        tips: list[Tip] = []
        for height, event_id, header in _BRANCHES.rows(self._tx, chain=chain, closed=closed):
            followed.add(header_of(header).prev)
            if event_id not in followed:
                tips.append((height, event_id[:HEAD_BYTES]))
        return tuple(sorted(tips)[-HEADS_OF_A_FORK:])

    def _at(self, chain: int, height: int) -> list[bytes]:
        return [bytes(row[0]) for row in _AT.rows(self._tx, chain=chain, height=height)]


def _item(signed: Sequence[object]) -> Item:
    header, signature, body, gone = signed
    absence = "none"
    if body is None:
        # What expired here has not expired where the clock is behind: there it waits for its body, or its time.
        absence = "deleted" if gone == "deleted" else PRUNED
    return Item(header, signature, body, absence)  # type: ignore[arg-type]


def _fitting(items: Iterable[Item], most_bytes: int) -> list[Item]:
    """As many as fit, in order; the first may be larger than a batch."""
    fitting: list[Item] = []
    left = min(most_bytes, BATCH_BYTES)
    for item in items:
        left -= size_of(item)
        if left < 0 and (fitting or size_of(item) > most_bytes):
            break
        fitting.append(item)
    return fitting


def _by_activity(found: Iterable[tuple[int, Ends]]) -> list[Ends]:
    """Cards first, so that names are known when words come; then scopes in order of their newest event."""
    found = list(found)
    newest: dict[bytes, int] = {}
    for position, ends in found:
        newest[ends.key[0]] = max(newest.get(ends.key[0], 0), position)
    return [
        ends
        for _, ends in sorted(
            found, key=lambda one: (one[1].key[0] != _scope_of_node(one[1].key[1]), -newest[one[1].key[0]], one[1].key)
        )
    ]


@lru_cache(maxsize=4_096)
def _scope_of_node(node: bytes) -> ScopeId:
    return scope.of_node(NodeId(node))
