"""What the room adds: the owner's routes."""

from canopy.edge.rooms import Room
from canopy.features.admin.routes import ROUTES

FEATURE = Room(name="admin", routes=ROUTES)
