"""What the room adds: the routes of the peer network, and the notice that a peer changed."""

from typing import Any

from canopy.edge.principal import Permission, Principal
from canopy.edge.rooms import EventType, Room
from canopy.features.trust.routes import ROUTES
from canopy.features.trust.tables import level_of
from canopy.ground.codec import from_json
from canopy.ground.ids import NodeId
from canopy.log.db import Read
from canopy.log.journal import Line
from canopy.mesh.peerbook import PEER_CHANGED


def _everybody(tx: Read, principal: Principal, line: Line) -> bool:
    return True


def _level(tx: Read, line: Line, here: NodeId) -> dict[str, Any]:
    """The level that the peer has now; null for one that was forgotten."""
    return {"level": level_of(tx, from_json(line.payload).get("peer_id", ""))}


FEATURE = Room(
    name="trust",
    routes=ROUTES,
    event_types=(EventType(name=PEER_CHANGED, permission=Permission.READ_FEED, sees=_everybody, detail=_level),),
)
