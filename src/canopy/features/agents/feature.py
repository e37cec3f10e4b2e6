"""What the room adds: the manual."""

from canopy.edge.rooms import Room
from canopy.features.agents.routes import ROUTES

FEATURE = Room(name="agents", routes=ROUTES)
"""Agents themselves are users; their directory is the room of people."""
