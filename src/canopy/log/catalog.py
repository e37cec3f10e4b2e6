"""What a room declares, and the list of everything that is declared.

A room answers two questions for each of its kinds: is it well formed (`check`, pure) and is it admissible here
(`admit`, inside the transaction). A projector makes the rows of *one object* anew from all done events of that
object, in the order (time, id); the log decides when.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import IntEnum
from typing import Any, ClassVar, Protocol

import msgspec

from canopy.ground.ids import NO_EVENT, EventId, NodeId, ScopeId, UserKey
from canopy.log.db import Read, Tx
from canopy.log.event import Header


class Fate(IntEnum):
    """What the tables make of a taken event (protocol section 4)."""

    DONE = 0
    HIDDEN = 1
    WAITING = 2


class Body(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The fields of one kind. Unknown fields are ignored and kept in the bytes."""

    KIND: ClassVar[str]

    def check(self) -> None:
        """Raise ValueError when the fields, each of its type, make no sense together."""


class Entry(msgspec.Struct, frozen=True, gc=False):
    """An event as rooms see it: verified, decoded; `body` is None when it was deleted or has expired."""

    id: EventId
    header: Header
    body: Any

    @property
    def scope(self) -> ScopeId:
        return ScopeId(self.header.scope)

    @property
    def node(self) -> NodeId:
        return NodeId(self.header.node)

    @property
    def user(self) -> UserKey:
        return UserKey(self.header.user)

    @property
    def time(self) -> int:
        return self.header.time

    @property
    def kind(self) -> str:
        return self.header.kind


class Verdict(msgspec.Struct, frozen=True):
    """A fate with its reason; what waits says for which event (`awaits`) or until when (`due`, Unix ms)."""

    fate: Fate
    reason: str = ""
    awaits: bytes | None = None
    due: int | None = None


DONE = Verdict(Fate.DONE)


def hidden(reason: str) -> Verdict:
    """Genuine, but not shown here."""
    return Verdict(Fate.HIDDEN, reason)


def waiting(reason: str, awaits: bytes | None = None, due: int | None = None) -> Verdict:
    """To be judged again when its reason arrives."""
    return Verdict(Fate.WAITING, reason, awaits, due)


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What an action wants to say; the door gives it height, stamp and signature."""

    scope: ScopeId
    body: Body
    user: UserKey = UserKey("")
    expires: int = 0
    cause: EventId | None = None


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the notice journal: what changed, for whom (REST section 15.1). Holds no content."""

    event_type: str
    visibility: str
    actor_user_id: str | None = None
    target_user_id: str | None = None
    channel_id: str | None = None
    post_id: str | None = None
    message_id: str | None = None
    payload: Mapping[str, Any] = {}
    dedupe_key: str = ""


CutEntry = tuple[bytes, int, int, bytes]
"""A head as a cut names it: node, run, height, event id."""


class Ruling(Body, frozen=True, kw_only=True, omit_defaults=True):
    """The fields of an authority kind. The door fills these in; the room adds its own (protocol section 4)."""

    RESUMES: ClassVar[bool] = False
    """Whether it begins the line of another run of the authority at `line`, its base."""

    line: bytes = NO_EVENT
    cut: tuple[CutEntry, ...] = ()

    def takes(self) -> bool:
        """Whether it only takes away: a removal, a demotion, a moderator's deletion."""
        return False


Admit = Callable[[Read, Entry, Any], Verdict]
"""Whether an event counts, under the state of its scope before it: None where no authority governs."""
Projector = Callable[..., None]
"""Takes (tx, object, history), and of a governed projection the state of the scope, which is its object."""
Announce = Callable[[Read, Entry], Iterable[Notice]]
ObjectOf = Callable[[Header, EventId, Any], bytes | None]


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """How the log treats one kind of event.

    `object_of` names the object whose rows it changes (from the header alone where it can); `target` is the
    event that must be held before it can be judged; `deletes` marks a kind whose done event drops the bodies
    of its object for good.
    """

    body: type[Body]
    object_of: ObjectOf
    admit: Admit
    announce: Announce | None = None
    announce_expired: Announce | None = None
    target: Callable[[Any], bytes | None] | None = None
    deletes: bool = False
    removes: bool = False
    """Marks an authority kind whose done event hides the words of its object at once and drops them, with all that
    their author's node wrote about the object, when it was not taken back for a while (protocol section 4)."""
    answers: "Callable[[Read, Entry, Any], Sequence[Draft]] | None" = None
    """What the authority says to a wish, once, on its own node, when the wish first counts."""
    founds: Callable[[Header, Any], bool] | None = None
    """Whether an event of this kind founds its scope, with its node as the authority."""
    only_ends: bool = False
    """Of many done events of this kind on one object projectors look at none but the first and the last, be it of
    all or of those that have their bodies. Then what lies between is not read for each new one."""

    @property
    def name(self) -> str:
        return self.body.KIND

    @property
    def rules(self) -> bool:
        """Whether it is an authority kind."""
        return issubclass(self.body, Ruling)


class Charter(msgspec.Struct, frozen=True, kw_only=True):
    """How a room reads the line of a scope: the state before the first authority event, and what each makes of it."""

    first: Any
    fold: Callable[[Any, Entry], Any]
    resume: Callable[[], Ruling]
    """The authority event that begins another run."""


class Projection(msgspec.Struct, frozen=True, kw_only=True):
    """Rows that one room makes from objects of some kinds. A new `number` makes them anew."""

    room: str
    number: int
    kinds: tuple[str, ...]
    project: Projector
    governed: bool = False
    """Whether its objects are governed scopes, whose rows follow from the line and not from the order of time."""
    reads: tuple[str, ...] = ()
    """Rooms whose tables it reads: when those are rebuilt, so is this."""


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """Local rows that a room makes of events of some kinds: once, when each first becomes done, from the settings of
    that moment, after the tables of its object; replay never makes or removes them (protocol section 8)."""

    kinds: tuple[str, ...]
    make: Callable[[Tx, Entry, NodeId], None]
    """Takes (tx, event, this node)."""


class Feature(Protocol):
    """What `features/<room>/feature.py` offers; the catalog reads only these."""

    @property
    def name(self) -> str: ...
    @property
    def kinds(self) -> Sequence[Kind]: ...
    @property
    def projections(self) -> Sequence[Projection]: ...
    @property
    def charter(self) -> Charter | None: ...
    @property
    def deliveries(self) -> Sequence[Delivery]: ...


class DuplicateName(Exception):
    """Two rooms declare the same name."""


class Catalog:
    """All kinds and projections of the installed rooms, in floor order."""

    def __init__(self, features: Sequence[Feature]) -> None:
        self.kinds: dict[str, Kind] = {}
        self.projections: list[Projection] = []
        self.charter: Charter | None = None
        self.deliveries: dict[str, list[Delivery]] = {}
        for feature in features:
            for kind in feature.kinds:
                if kind.name in self.kinds:
                    raise DuplicateName(kind.name)
                self.kinds[kind.name] = kind
            self.projections.extend(feature.projections)
            self.charter = feature.charter or self.charter
            for delivery in feature.deliveries:
                for name in delivery.kinds:
                    self.deliveries.setdefault(name, []).append(delivery)

    def kind(self, name: str) -> Kind | None:
        """The declaration of a kind, or None for one that this version does not know."""
        return self.kinds.get(name)
