"""What the room adds: rows for what somebody saved, and their routes."""

from canopy.edge.principal import Permission, Principal
from canopy.edge.rooms import EventType, Room
from canopy.features.bookmarks.actions import CHANGED, readable
from canopy.features.bookmarks.routes import ROUTES
from canopy.features.bookmarks.tables import forget_user
from canopy.log.db import Read
from canopy.log.journal import Line


def _sees(tx: Read, principal: Principal, line: Line) -> bool:
    """The user's own; with a limit to channels, those that point into them now."""
    own = line.target_user_id == principal.user_id
    return own and (principal.channels is None or readable(tx, principal, line.message_id or "") is not None)


FEATURE = Room(
    name="bookmarks",
    routes=ROUTES,
    event_types=(EventType(name=CHANGED, permission=Permission.READ_FEED, sees=_sees),),
    forgets=(forget_user,),
)
