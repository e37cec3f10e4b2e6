"""What the room adds: rows for what somebody saved, and their routes."""

from canopy.edge.principal import Permission, Principal
from canopy.edge.rooms import EventType, Room
from canopy.features.bookmarks.actions import CHANGED
from canopy.features.bookmarks.routes import ROUTES
from canopy.features.bookmarks.tables import forget_user
from canopy.log.db import Read
from canopy.log.journal import Line


def _sees(tx: Read, principal: Principal, line: Line) -> bool:
    return line.target_user_id == principal.user_id


FEATURE = Room(
    name="bookmarks",
    routes=ROUTES,
    event_types=(EventType(name=CHANGED, permission=Permission.READ_FEED, sees=_sees),),
    forgets=(forget_user,),
)
