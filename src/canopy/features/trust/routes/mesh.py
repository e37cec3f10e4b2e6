"""The mesh as this room asks it, and what its answers look like to outsiders."""

from typing import Any, Protocol

import msgspec

from canopy.crypto.keys import SigningKey
from canopy.edge.ask import Ask
from canopy.edge.principal import Permission, Principal
from canopy.ground.errors import MeshOff
from canopy.ground.ids import EventId, NodeId
from canopy.ground.instants import instant
from canopy.mesh.view import Attempt, Discovered, Happening, LinkView, Reach


class Mesh(Protocol):
    """Links to peers, as long as the node runs."""

    @property
    def key(self) -> SigningKey: ...
    @property
    def static_public(self) -> bytes: ...
    def links(self) -> list[LinkView]: ...
    def link(self, node: NodeId) -> LinkView | None: ...
    def attempts(self, node: NodeId) -> list[Attempt]: ...
    def next_try(self, node: NodeId) -> int | None: ...
    def discovered(self) -> list[Discovered]: ...
    def reach(self) -> list[Reach]: ...
    async def connect(self, node: NodeId, addresses: list[str], seconds: float = 5.0) -> list[Attempt]: ...
    async def connect_discovered(self, key: str) -> list[Attempt]: ...
    def disconnect(self, node: NodeId) -> bool: ...
    def reconnect_all(self) -> int: ...
    def level_changed(self, node: NodeId) -> None: ...
    def forgotten(self, node: NodeId) -> None: ...
    def happenings(self, since_ms: int, limit: int) -> list[Happening]: ...
    def resync(self) -> int: ...
    def holders(self, event_id: EventId) -> dict[NodeId, bool]: ...


class AttemptJson(msgspec.Struct, kw_only=True):
    """What became of dialling one address."""

    address: str
    outcome: str
    sentence: str
    at: str


def mesh_of(ask: Ask) -> Mesh:
    """The running mesh. Raises MeshOff."""
    mesh: Any = getattr(ask.core, "mesh", None)
    if mesh is None:
        raise MeshOff
    running: Mesh = mesh
    return running


def may_manage(principal: Principal) -> bool:
    """Whether this caller may change whom the node trusts (decision 6)."""
    return principal.owner or principal.may(Permission.MANAGE_NODE)


def state_of(link: LinkView | None) -> str:
    """The word for a link (decision 31)."""
    if link is None:
        return "offline"
    return "connected_syncing" if link.syncing else "connected_not_syncing"


def at_or_none(milliseconds: int | None) -> str | None:
    """An instant that may not have been."""
    return None if milliseconds is None else instant(milliseconds)


def attempts_json(attempts: list[Attempt]) -> list[AttemptJson]:
    """Attempts as outsiders read them."""
    return [AttemptJson(address=a.address, outcome=a.outcome, sentence=a.sentence, at=instant(a.at)) for a in attempts]


def progress_of(link: LinkView | None) -> dict[str, int] | None:
    """How far a catch-up is; None when there is none."""
    return {"done": link.done, "total": link.total} if link is not None and link.done < link.total else None
