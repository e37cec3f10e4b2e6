"""Routes of the edge itself: system, sign-in, keys, workspace events."""

from canopy.edge.route import Route
from canopy.edge.routes import events, keys, rendering, resets, sessions, signin, system

ROUTES: list[Route] = [
    *system.ROUTES,
    *signin.ROUTES,
    *sessions.ROUTES,
    *resets.ROUTES,
    *keys.ROUTES,
    *events.ROUTES,
    *rendering.ROUTES,
]
