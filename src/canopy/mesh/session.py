"""What two nodes say before they sync: who they are, an invite, and that they trust each other; without I/O.

    MET        we do not trust the peer (yet): it gets our card, and nothing else
    GREETED    we trust it and said so; it has not said so
    OPEN       both said so: what is shared flows

A peer's `hello` in MET is kept until a person decides. Only in OPEN does anything of a scope come or go.
"""

from dataclasses import dataclass
from enum import Enum, auto

from canopy.ground.errors import Overstepped
from canopy.mesh.contents import Card, Content, Events, Hello, Join, Joined, seal
from canopy.mesh.syncing import Sync
from canopy.mesh.wire import Envelope


class State(Enum):
    """How far trust has come."""

    MET = auto()
    GREETED = auto()
    OPEN = auto()


@dataclass(frozen=True, slots=True)
class Asked:
    """The peer shows that it holds an invite; answer with `answer_join`."""

    join: Join


@dataclass(frozen=True, slots=True)
class Answered:
    """The peer says whether our invite was accepted."""

    accepted: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """The peer's card."""

    card: Card


@dataclass(frozen=True, slots=True)
class Agreed:
    """Both trust each other, or what is shared changed: call `Sync.begin`."""

    ours: Hello
    theirs: Hello
    merged: bool


@dataclass(frozen=True, slots=True)
class Sent:
    """The peer sent events; `old` are those that it had before the link, or that we asked for."""

    events: Events


@dataclass(frozen=True, slots=True)
class Said:
    """Words of syncing, for `Sync.receive`."""

    content: Content


Happened = Asked | Answered | Shown | Agreed | Sent | Said

JOINS = 4
CARDS = 16
"""How often a peer may say these on one link: each costs us a transaction."""


class Session:
    """One end of the talk on one link."""

    def __init__(self, card: Card, join: Join | None = None) -> None:
        self.state = State.MET
        self.sync = Sync()
        self.ours: Hello | None = None
        self.theirs: Hello | None = None
        self._left = {Join: JOINS, Joined: JOINS, Card: CARDS, Hello: CARDS}
        self._outbox: list[Envelope] = [] if join is None else [seal(join)]
        self._outbox.append(seal(card))

    def greet(self, hello: Hello) -> list[Happened]:
        """We trust the peer: tell it how far we are. Again when what is shared changed."""
        self.ours = hello
        self._outbox.append(seal(hello))
        return self._agree()

    def answer_join(self, accepted: bool) -> None:
        """Tell a joiner what became of its invite."""
        self._outbox.append(seal(Joined(accepted)))

    def show(self, card: Card) -> None:
        """Our card changed."""
        self._outbox.append(seal(card))

    def receive(self, content: Content) -> list[Happened]:
        """Take one content. Raises Overstepped for what may not come yet, or too often."""
        self._count(content)
        match content:
            case Join():
                return [Asked(content)]
            case Joined(accepted):
                return [Answered(accepted)]
            case Card():
                return [Shown(content)]
            case Hello():
                self.theirs = content
                return self._agree()
        if self.state is not State.OPEN:
            raise Overstepped("The peer sends what only nodes that trust each other may send.")
        return [Sent(content)] if isinstance(content, Events) else [Said(content)]

    def to_send(self) -> list[Envelope]:
        """What to send before anything of syncing."""
        outbox, self._outbox = self._outbox, []
        return outbox

    def _count(self, content: Content) -> None:
        left = self._left.get(type(content))
        if left is None:
            return
        if left == 0:
            raise Overstepped("The peer repeats itself.")
        self._left[type(content)] = left - 1

    def _agree(self) -> list[Happened]:
        if self.ours is None:
            return []
        if self.theirs is None:
            self.state = State.GREETED
            return []
        self.state = State.OPEN
        merged = flows(self.ours, self.theirs)
        return [Agreed(self.ours, self.theirs, merged)]


def flows(one: Hello, other: Hello) -> bool:
    """Whether open channels flow between two nodes: a newcomer joins at once, two groups after people agreed."""
    return one.alone or other.alone or (one.consents and other.consents)
