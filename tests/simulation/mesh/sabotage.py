"""Ways in which such a program goes wrong; the simulation must see every one of them."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pytest
from blake3 import blake3
from tests.simulation.mesh.node import Crash, Node

from canopy.ground.codec import pack
from canopy.log import chains, held, judge, store
from canopy.log.catalog import Projection, Verdict, hidden
from canopy.log.chains import Chain
from canopy.log.db import Tx, prepare
from canopy.log.event import Header
from canopy.log.held import Held
from canopy.log.judge import Judge
from canopy.log.vector import DIGEST_BYTES
from canopy.mesh import syncing
from canopy.mesh.contents import Hello
from canopy.mesh.holdings import LogShelf

Patch = pytest.MonkeyPatch
Sabotage = Callable[[Patch], None]


def last_write_by_arrival(patch: Patch) -> None:
    """The order in which events came decides, not their time."""

    def by_arrival(events: Iterable[Held]) -> list[Held]:
        return sorted(events, key=lambda event: event.position)

    patch.setattr(held, "in_order", by_arrival)


def refusing_what_should_wait(patch: Patch) -> None:
    """What cannot be judged yet is hidden for good."""

    def impatient(reason: str, awaits: bytes | None = None, due: int | None = None) -> Verdict:
        return hidden(reason)

    patch.setattr(judge, "waiting", impatient)


def an_error_takes_its_neighbours_along(patch: Patch) -> None:
    """What makes a projector raise raises in the whole transaction."""

    def careless(self: Judge, tx: Tx, key: bytes, rooms: Sequence[Projection], shown: Sequence[Held]) -> bool:
        self._make(tx, key, rooms, shown)
        return True

    patch.setattr(Judge, "_attempt", careless)


def forks_that_close_nothing(patch: Patch) -> None:
    """Only what arrives after the fork is hidden."""
    nothing = store.FROM_HEIGHT._statement.where(store.events.c.height < 0)  # type: ignore[attr-defined]
    patch.setattr(store, "FROM_HEIGHT", prepare(nothing))


def forgetting_what_was_left(patch: Patch) -> None:
    """What one transaction had no room for is never judged."""
    patch.setattr(judge, "note", lambda *arguments: None)


def advancing_before_the_commit(patch: Patch) -> None:
    """How far chains reach is kept even where the events are not, because the process died."""
    early: list[tuple[Header, Chain]] = []
    store_chain, write = chains._store, Node.write

    def noting(tx: Tx, header: Header, chain: Chain) -> None:
        early.append((header, chain))
        store_chain(tx, header, chain)

    def torn(self: Node, job: Callable[[Tx], Any]) -> Any:
        early.clear()
        try:
            return write(self, job)
        except Crash:
            self.database.write(lambda tx: _keep(tx, list(early)))
            raise

    patch.setattr(chains, "_store", noting)
    patch.setattr(Node, "write", torn)


def _keep(tx: Tx, early: list[tuple[Header, Chain]]) -> None:
    for header, chain in early:
        store.SET_CHAIN.run(
            tx,
            which=chains.get_or_begin(tx, header).chain,
            new_height=chain.height,
            new_head=chain.head,
            new_time=chain.time,
            new_closed=chain.closed,
        )


def cursors_kept_across_incarnations(patch: Patch) -> None:
    """A cursor over a database that was put back counts as if it were the same one."""

    def careless(theirs: Hello, ours: Hello, merged: bool) -> bool:
        return 0 < theirs.have_position <= ours.position and theirs.have_merged == merged

    patch.setattr(syncing, "_valid", careless)


def digests_without_heads(patch: Patch) -> None:
    """Branches of one height look the same."""

    def by_height(self: LogShelf, *, merged: bool) -> bytes:
        shelf = LogShelf(self._tx, self._here, self._peer, merged=merged)
        heights = [(*ends.key, [height for height, _ in ends.tips[-1:]]) for ends in shelf.ends()]
        return blake3(pack(sorted(heights))).digest()[:DIGEST_BYTES]

    patch.setattr(LogShelf, "digest", by_height)


SABOTAGES: list[Sabotage] = [
    last_write_by_arrival,
    refusing_what_should_wait,
    an_error_takes_its_neighbours_along,
    forks_that_close_nothing,
    forgetting_what_was_left,
    advancing_before_the_commit,
    cursors_kept_across_incarnations,
    digests_without_heads,
]
