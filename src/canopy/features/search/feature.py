"""What the room adds: the index of words, and the search of a channel."""

from canopy.edge.rooms import Room
from canopy.features.search.routes import ROUTES
from canopy.features.search.tables import project_words
from canopy.log.catalog import Projection

FEATURE = Room(
    name="search",
    projections=(
        Projection(
            room="search",
            number=1,
            kinds=("message.posted", "message.edited", "message.deleted", "message.removed"),
            project=project_words,
        ),
    ),
    routes=ROUTES,
)
