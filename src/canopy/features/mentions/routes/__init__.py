"""The routes of mentions."""

from canopy.features.mentions.routes import listening, reading

ROUTES = [*reading.ROUTES, *listening.ROUTES]
