"""What the room adds: the list of channels and their members."""

from canopy.edge.rooms import Room
from canopy.features.channels.routes import ROUTES

FEATURE = Room(name="channels", routes=ROUTES)
