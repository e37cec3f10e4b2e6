"""The routes for agents that no other room has."""

from canopy.features.agents.routes import manual, system

ROUTES = [*manual.ROUTES, *system.ROUTES]
