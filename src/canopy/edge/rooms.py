"""What the installed rooms offer to people and programs, collected once: routes, visibility, details, completions.

A lower room's JSON is completed by upper rooms through `Completion`; a notice is shown to whoever its room says.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import msgspec

from canopy.edge.principal import Principal
from canopy.edge.route import Route
from canopy.ground.ids import NodeId, UserKey
from canopy.log.catalog import Charter, Delivery, Draft, Feature
from canopy.log.db import Read, Tx
from canopy.log.journal import Line

Sees = Callable[[Read, Principal, Line], bool]
Detail = Callable[[Read, Line, NodeId], Mapping[str, Any]]
"""What is read beside a notice when it is sent, as seen from this node."""
Completes = Callable[[Read, Principal, str], Mapping[str, Any]]

Knows = Callable[[Read, Principal, str], bool]
"""Whether a caller may know of a channel."""

Forgets = Callable[[Tx, NodeId, UserKey], None]
"""Drops the local rows that a room keeps for an account of this node, which is deleted."""

Upkeep = Callable[[Tx, NodeId], Sequence[Draft]]
"""What a room has to say by itself as time passes, as a node; asked again and again until there is nothing."""


class EventType(msgspec.Struct, frozen=True, kw_only=True):
    """A type of workspace event (REST section 15.1): who may see it, and what is read beside it when it is sent.

    Two rooms may emit one type; then all but one say which lines are theirs (`owns`).
    """

    name: str
    permission: str
    sees: Sees
    detail: Detail | None = None
    rendered: Detail | None = None
    """The same with texts as HTML too, for those who asked for that."""
    owns: Callable[[Line], bool] | None = None


class Completion(msgspec.Struct, frozen=True, kw_only=True):
    """Fields that an upper room adds to the JSON of a lower room's thing."""

    thing: str
    adds: Completes


class EdgeFeature(Feature, Protocol):
    """A room with the parts that the edge reads."""

    @property
    def routes(self) -> Sequence[Route]: ...
    @property
    def event_types(self) -> Sequence[EventType]: ...
    @property
    def completions(self) -> Sequence[Completion]: ...
    @property
    def upkeep(self) -> Sequence[Upkeep]: ...
    @property
    def forgets(self) -> Sequence[Forgets]: ...
    @property
    def knows(self) -> Sequence[Knows]: ...


class Room(msgspec.Struct, frozen=True, kw_only=True):
    """What a `feature.py` fills in: everything that its room adds to the node."""

    name: str
    kinds: Sequence[Any] = ()
    projections: Sequence[Any] = ()
    charter: Charter | None = None
    deliveries: Sequence[Delivery] = ()
    routes: Sequence[Route] = ()
    event_types: Sequence[EventType] = ()
    completions: Sequence[Completion] = ()
    upkeep: Sequence[Upkeep] = ()
    forgets: Sequence[Forgets] = ()
    knows: Sequence[Knows] = ()


class Rooms:
    """The installed rooms, lowest floor first."""

    def __init__(self, rooms: Sequence[EdgeFeature], here: NodeId) -> None:
        self._here = here
        self.names = [room.name for room in rooms]
        self.routes = [route for room in rooms for route in room.routes]
        self.event_types: dict[str, list[EventType]] = {}
        for kind in (kind for room in rooms for kind in room.event_types):
            self.event_types.setdefault(kind.name, []).append(kind)
        self.upkeep = [upkeep for room in rooms for upkeep in room.upkeep]
        self._knows = [knows for room in rooms for knows in room.knows]
        self._forgets = [forgets for room in rooms for forgets in room.forgets]
        self._completions = [completion for room in rooms for completion in room.completions]

    def complete(self, tx: Read, principal: Principal, thing: str, key: str) -> dict[str, Any]:
        """The fields that upper rooms add to one thing."""
        added: dict[str, Any] = {}
        for completion in self._completions:
            if completion.thing == thing:
                added.update(completion.adds(tx, principal, key))
        return added

    def knows(self, tx: Read, principal: Principal, channel_id: str) -> bool:
        """Whether a caller may know of a channel."""
        return any(knows(tx, principal, channel_id) for knows in self._knows)

    def forget(self, tx: Tx, user: UserKey) -> None:
        """Let every room forget an account of this node."""
        for forgets in self._forgets:
            forgets(tx, self._here, user)

    def sees(self, tx: Read, principal: Principal, line: Line) -> bool:
        """Whether a caller may know of a notice now."""
        kind = self._kind(line)
        return kind is not None and principal.may(kind.permission) and kind.sees(tx, principal, line)

    def item(self, tx: Read, line: Line, *, rendered: bool = False) -> dict[str, Any]:
        """A notice as its readers get it."""
        kind = self._kind(line)
        detail = None if kind is None else (kind.rendered if rendered else None) or kind.detail
        return line.item(None if detail is None else dict(detail(tx, line, self._here)))

    def _kind(self, line: Line) -> EventType | None:
        """The type of a notice as the room that wrote it declares it."""
        shared = None
        for kind in self.event_types.get(line.event_type, ()):
            if kind.owns is None:
                shared = kind
            elif kind.owns(line):
                return kind
        return shared
