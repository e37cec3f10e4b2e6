"""What time does to the log: bodies expire, clocks catch up with early events, old notices go. In slices."""

from canopy.log import journal, store
from canopy.log.append import Door
from canopy.log.db import Tx
from canopy.log.held import EXPIRED
from canopy.log.journal import write_notice

SLICE = 50
"""Events per transaction; what they wake is left on the list of things to do."""


def expire(tx: Tx, door: Door) -> int:
    """Drop the bodies of up to SLICE expired events and make their objects anew. Returns how many."""
    held = [door.judge.held(row) for row in store.EXPIRED.rows(tx, now=tx.now_ms, most=SLICE)]
    for event in held:
        kind = door.catalog.kind(event.entry.kind)
        if kind is not None and kind.announce_expired is not None and event.is_done:
            for notice in kind.announce_expired(tx, event.entry):
                write_notice(tx, notice)
        store.DROP_BODY.run(tx, which=event.entry.id, why=EXPIRED)
        event.gone, event.has_body = EXPIRED, False
    door.judge.reconsider(tx, held)
    for key in {event.object for event in held if event.object is not None}:
        door.judge.project(tx, key)
    return len(held)


def catch_up_clock(tx: Tx, door: Door) -> int:
    """Judge again up to SLICE events whose time has come: their own, or that of what they remove. Returns how many."""
    held = [door.judge.held(row) for row in store.BY_DUE.rows(tx, now=tx.now_ms, most=SLICE)]
    for event in held:
        store.CLEAR_DUE.run(tx, which=event.entry.id)
    door.judge.reconsider(tx, held)
    removed = (event for event in held if event.is_done and door.catalog.kinds[event.entry.kind].removes)
    for key in {event.object for event in removed if event.object is not None}:
        door.judge.project(tx, key)
    return len(held)


def prune_journal(tx: Tx) -> None:
    """Drop a slice of notices that are too old or too many."""
    journal.prune(tx, SLICE * 10)
