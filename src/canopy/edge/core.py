"""What every request needs of the node: the parts that `node.py` made, named, with no behaviour of their own."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from canopy.crypto.sealing import equal, token_digest
from canopy.edge.guard import Limits
from canopy.edge.metrics import Metrics
from canopy.edge.pictures import Pictures
from canopy.edge.presence import CheckIns
from canopy.edge.rooms import Rooms
from canopy.edge.route import Route
from canopy.ground.clock import Clock
from canopy.ground.ids import NodeId
from canopy.ground.settings import Settings
from canopy.log.bus import Bus
from canopy.log.db import Database, Writer

if TYPE_CHECKING:
    from canopy.edge.stream import Streams
    from canopy.log.append import Door


class Claim:
    """The setup token: proves that who sets the node up can read its folder. Gone with the first account."""

    __slots__ = ("_digest", "discard")

    def __init__(self, token: str | None, discard: Callable[[], None]) -> None:
        self._digest = token_digest(token) if token else None
        self.discard = discard

    @property
    def open(self) -> bool:
        """Whether the node still waits for its first account."""
        return self._digest is not None

    def fits(self, token: str) -> bool:
        """Compare in constant time."""
        return self._digest is not None and equal(self._digest, token_digest(token))

    def close(self) -> None:
        """The first account exists."""
        self._digest = None
        self.discard()

    def __repr__(self) -> str:
        return f"Claim(open={self.open}, token hidden)"


@dataclass(kw_only=True, repr=False)
class Core:
    """One node as the edge sees it."""

    node: NodeId
    settings: Settings
    clock: Clock
    database: Database
    writer: Writer
    door: "Door"
    bus: Bus
    rooms: Rooms
    routes: tuple[Route, ...]
    claim: Claim
    limits: Limits
    metrics: Metrics
    cli_digest: bytes
    ports: Callable[[], tuple[int, int]]
    health: Callable[[], dict[str, Any]]
    started_ms: int = 0
    used_keys: dict[str, int] = field(default_factory=dict)
    used_sessions: set[str] = field(default_factory=set)
    pictures: Pictures = field(default_factory=Pictures)
    check_ins: CheckIns = field(default_factory=CheckIns)
    streams: "Streams | None" = None
    mesh: Any = None
    """The links with other nodes; only rooms that are about them look at it, and know its type."""

    def __repr__(self) -> str:
        return "Core(secrets hidden)"
