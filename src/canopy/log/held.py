"""An event as it stands in the log with what the tables know of it, and the history of one object."""

from collections.abc import Iterable

import msgspec

from canopy.log import store
from canopy.log.catalog import Catalog, Entry, Fate
from canopy.log.db import Read
from canopy.log.db.prepared import Row
from canopy.log.event import SALT_BYTES, Header, header_of

BLAMED = "projector"
"""The reason of an event that made a projector raise."""
DELETED = "deleted"
EXPIRED = "expired"
MANY = store.FEW - 1
"""Above this many done events of one kind on one object, only the ends are read where the kind allows it."""
_SORTS = ("", DELETED, EXPIRED)
"""What became of the bodies of done events: of each sort there is a first and a last one."""


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


def held_of(catalog: Catalog, row: Row) -> Held:
    """An event from the columns that the statements on the log read for it."""
    event_id, header_bytes, body, gone, fate, reason, announced, key, position = row
    header = header_of(header_bytes)
    return Held(
        entry=Entry(event_id, header, decode_body(catalog, header, body)),
        gone=gone,
        fate=Fate(fate),
        reason=reason,
        announced=bool(announced),
        object=key,
        position=position,
        has_body=body is not None,
    )


def decode_body(catalog: Catalog, header: Header, body: bytes | None) -> object | None:
    """The fields of a body; None when there is none, or it is not what its kind says."""
    kind = catalog.kind(header.kind)
    if kind is None or body is None:
        return None
    try:
        fields = msgspec.msgpack.decode(memoryview(body)[SALT_BYTES:], type=kind.body)
        fields.check()
    except (msgspec.MsgspecError, ValueError, RecursionError, OverflowError):
        return None
    return fields


def in_order(events: Iterable[Held]) -> list[Held]:
    """By (time, id): an order that does not know arrival."""
    return sorted(events, key=lambda held: (held.entry.time, held.entry.id))


def kinds_of(tx: Read, key: bytes) -> list[str]:
    """All kinds that the events of an object ever had, whatever their fate."""
    rows = store.FEW_KINDS_OF_OBJECT.rows(tx, object=key)
    if len(rows) == store.FEW:
        rows = store.KINDS_OF_OBJECT.rows(tx, object=key)
    return list(dict.fromkeys(row[0] for row in rows))


def read_history(
    tx: Read, catalog: Catalog, key: bytes, kinds: Iterable[str], fresh: Iterable[Held] | None = ()
) -> list[Held]:
    """The done events of an object and those blamed for a projector, in order.

    Of many of a kind where only the ends count: the ends, and those that are `fresh`. All when that is None.
    """
    rows = store.BLAMED_OF_OBJECT.rows(tx, object=key)
    for name in kinds:
        kind = catalog.kind(name)
        done = store.FEW_DONE_OF_KIND.rows(tx, object=key, kind=name)
        if fresh is not None and kind is not None and kind.only_ends and len(done) > MANY:
            done = _ends(tx, key, name, fresh)
        elif len(done) == store.FEW:
            done = store.DONE_OF_KIND.rows(tx, object=key, kind=name)
        rows += done
    return in_order(held_of(catalog, row) for row in rows)


def _ends(tx: Read, key: bytes, kind: str, fresh: Iterable[Held]) -> list[Row]:
    found: dict[bytes, Row] = {}
    for gone in _SORTS:
        for end in (store.FIRST_DONE, store.LAST_DONE):
            found |= {row[0]: row for row in end.rows(tx, object=key, kind=kind, gone=gone)}
    for held in fresh:
        if held.entry.kind == kind and held.is_done:
            found |= {row[0]: row for row in store.BY_ID.rows(tx, id=held.entry.id)}
    return list(found.values())
