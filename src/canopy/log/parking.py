"""Events that cannot be taken yet, because their predecessor, their body or their protocol version is missing.

Bounded per source: 10,000 events or 64 MiB. When that is full its newest parked events are let go; the source
has them still, and is asked for their chain again.
"""

import msgspec

from canopy.log import store
from canopy.log.db import Read, Tx

MOST_EVENTS = 10_000
MOST_BYTES = 64 * 1024 * 1024
NEWER_VERSION = b"version"
"""What an event of a higher protocol version awaits."""


class Parked(msgspec.Struct, frozen=True):
    """An event as it was sent; `absence` says why it came without its body."""

    id: bytes
    header: bytes
    signature: bytes
    body: bytes | None
    absence: str

    @property
    def size(self) -> int:
        return len(self.header) + len(self.signature) + len(self.body or b"")


def park(tx: Tx, event: Parked, source: str, awaits: bytes) -> None:
    """Keep an event until `awaits` is held; make room first."""
    parked = store.FIND_PARKED.row(tx, id=event.id)
    if parked is not None and (parked[1] or event.body is None):
        return
    if parked is not None:
        unpark(tx, event.id, parked[2], parked[3])
    size = event.size
    count, total = _held_for(tx, source)
    while count + 1 > MOST_EVENTS or total + size > MOST_BYTES:
        let_go = store.NEWEST_PARKED.row(tx, source=source)
        if let_go is None:
            break
        store.UNPARK.run(tx, id=let_go[0])
        store.COUNT_SOURCE.run(tx, source=source, reason="postponed")
        count, total = count - 1, total - let_go[1]
    store.INSERT_PARKED.run(
        tx,
        id=event.id,
        source=source,
        awaits=awaits,
        header=event.header,
        signature=event.signature,
        body=event.body,
        absence=event.absence,
        size=size,
    )
    store.COUNT_SOURCE.run(tx, source=source, reason="parked")
    _remember(tx, source, count + 1, total + size)


def list_parked(tx: Read, awaits: bytes, position: int, most: int) -> list[tuple[int, str, Parked]]:
    """What awaits an id, above a position, in the order in which it came: position, source and event."""
    rows = store.PARKED_ON.rows(tx, awaits=awaits, position=position, most=most)
    return [(number, source, Parked(*parts)) for number, source, *parts in rows]


def unpark(tx: Tx, event_id: bytes, source: str, size: int) -> None:
    """Forget a parked event that was taken or refused."""
    count, total = _held_for(tx, source)
    store.UNPARK.run(tx, id=event_id)
    _remember(tx, source, count - 1, total - size)


def _held_for(tx: Tx, source: str) -> tuple[int, int]:
    known: tuple[int, int] | None = tx.memory.get(("parked", source))
    if known is None:
        count, total = store.PARKED_SIZE.row(tx, source=source) or (0, 0)
        known = (int(count), int(total or 0))
    return known


def _remember(tx: Tx, source: str, count: int, total: int) -> None:
    tx.memory.set(("parked", source), (count, total))
