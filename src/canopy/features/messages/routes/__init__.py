"""The routes of the room, by what they are about."""

from canopy.features.messages.routes import changing, marking, posting, reacting, reading, threads

ROUTES = [
    *posting.ROUTES,
    *reading.ROUTES,
    *changing.ROUTES,
    *reacting.ROUTES,
    *threads.ROUTES,
    *marking.ROUTES,
]
