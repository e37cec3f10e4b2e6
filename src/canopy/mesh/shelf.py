"""What this node holds of what it shares with one peer, as the sync machine asks: values and questions, no I/O."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from canopy.ground.ids import EventId
from canopy.mesh.contents import ChainKey, Item, Tip

Place = tuple[int, bytes]
"""Where a chain was sent up to: a height, and of its branches there those up to an event id."""
LAST = b"\xff" * 32
"""Above every event id: with it a place means all branches of its height."""
PRUNED = "pruned"
"""What we say of a body that we do not hold, though no deletion dropped it."""


class Ends(NamedTuple):
    """One chain as it is held: its tips (several when it is forked), and where it is closed."""

    key: ChainKey
    tips: tuple[Tip, ...]
    closed: int | None
    first_new: int
    """The lowest height that was gained since the cursor; 1 without a cursor."""

    @property
    def height(self) -> int:
        return max(height for height, _ in self.tips)


class Placed(NamedTuple):
    """An event on its way out, with the place it has in our log and in its chain."""

    position: int
    key: ChainKey
    height: int
    id: EventId
    closed: bool
    item: Item


class Shelf(Protocol):
    """The questions that the sync machine asks; each answer is of one instant."""

    @property
    def opened(self) -> frozenset[bytes]:
        """The scopes that flow beside those that always do; a channel is one of them once its founding is held."""

    def position(self) -> int:
        """The newest position."""

    def ends(self) -> list[Ends]:
        """All shared chains, those of the scope with the newest event first."""

    def changed(self, after: int) -> list[Ends]:
        """Shared chains that grew after a position."""

    def chain(self, key: ChainKey) -> Ends | None:
        """One shared chain."""

    def holds(self, key: ChainKey, tip: Tip) -> bool:
        """Whether an event is held."""

    def spine(self, key: ChainKey) -> list[Tip]:
        """Places along a chain, near its ends each, farther down ever fewer."""

    def above(self, key: ChainKey, place: Place, most_bytes: int) -> tuple[Place, list[Item]] | None:
        """The next events above a place as far as they fit, and how far they reach; None when there are none."""

    def after(self, position: int, most_bytes: int) -> tuple[int, list[Placed]]:
        """The next shared events after a position, and up to which position was looked."""

    def withheld(self) -> list[bytes]:
        """Shared events whose bodies are missing."""

    def items(self, ids: Sequence[bytes], most_bytes: int) -> list[Item]:
        """Shared events with their bodies."""

    def digest(self, *, merged: bool) -> bytes:
        """Sixteen bytes that are equal when two nodes hold the same of what they share."""


def size_of(item: Item) -> int:
    """About how many bytes an item takes in an envelope."""
    return len(item.header) + len(item.signature) + len(item.body or b"") + 24
