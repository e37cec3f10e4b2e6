"""What the room adds: the routes of this node's card; the card itself is a kind of the people room."""

from canopy.edge.rooms import Room
from canopy.features.devices.routes import ROUTES

FEATURE = Room(name="devices", routes=ROUTES)
