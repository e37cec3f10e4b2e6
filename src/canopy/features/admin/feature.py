"""What the room adds: the owner's routes, and the bell that tells the owner of new and changed accounts."""

from canopy.edge.accounts import ACCOUNT_CHANGED
from canopy.edge.principal import Permission, Principal
from canopy.edge.rooms import EventType, Room
from canopy.features.admin.routes import ROUTES
from canopy.log.db import Read
from canopy.log.journal import Line


def _owner(tx: Read, principal: Principal, line: Line) -> bool:
    return principal.owner or principal.may(Permission.MANAGE_NODE)


FEATURE = Room(
    name="admin",
    routes=ROUTES,
    event_types=(EventType(name=ACCOUNT_CHANGED, permission=Permission.MANAGE_NODE, sees=_owner),),
)
