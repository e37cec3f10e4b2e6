"""What is left to do: rows that a transaction writes for what it set free and had no room for.

One event may set thousands free: a fork closes a long chain, a missing predecessor releases what was parked on it, a
message lets its edits in. A transaction does as many of them as it has room for and notes here where to go on;
`Door.work` does the rest in slices, so that nothing holds the writer for long. A task stands in the same
transaction as what caused it, and goes in the one that did it: a crash in between loses nothing and repeats nothing.
"""

from enum import StrEnum

import msgspec

from canopy.log import store
from canopy.log.db import Tx
from canopy.log.journal import CATCH_UP

SLICE = 32
"""How many events one transaction judges or takes beside those that it was given."""
PORTION = 8
"""How many of them between two looks at the clock."""
LEFT = "todo"
"""Where the memory keeps whether anything is left."""


class What(StrEnum):
    """What there is to do with the events that a task means."""

    CHAIN = "chain"
    """Judge again what a fork closed."""
    PARKED = "parked"
    """Take what was parked on an id that is held now."""
    AWAITS = "awaits"
    """Judge what waits for an id or an object that is there now."""
    ANSWER = "answer"
    """Say what the authority, which is this node, says to a wish."""
    BODIES = "bodies"
    """Drop what its author's node wrote about an object that it deleted."""


class Task(msgspec.Struct, frozen=True):
    """One row: what to do with which events, and how far that is done."""

    what: What
    key: bytes
    height: int
    position: int
    below: int
    old: bool


class Budget:
    """How many events there is room for."""

    __slots__ = ("left",)

    def __init__(self, events: int) -> None:
        self.left = events

    def spend(self, events: int = 1) -> None:
        self.left = max(0, self.left - events)


def note(tx: Tx, what: What, key: bytes, position: int, height: int = 0, below: int = 0) -> None:
    """Leave the rest for later: everything after this place. What is noted twice is done once, from the lower place."""
    old = int(bool(tx.memory.get(CATCH_UP)))
    store.NOTE_TODO.run(tx, what=what, key=key, height=height, position=position, below=below, old=old)
    tx.memory.set(LEFT, True)


def take(tx: Tx) -> Task | None:
    """The task that was noted first, taken off the list; what is not done of it must be noted again."""
    row = store.NEXT_TODO.row(tx)
    if row is None:
        return None
    number, what, key, height, position, below, old = row
    store.DROP_TODO.run(tx, which=number)
    return Task(What(what), key, height, position, below, bool(old))


def is_left(tx: Tx) -> bool:
    """Whether anything is left; remembered for whoever looks after the commit."""
    left = store.NEXT_TODO.row(tx) is not None
    tx.memory.set(LEFT, left)
    return left
