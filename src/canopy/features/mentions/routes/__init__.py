"""The routes of mentions."""

from canopy.features.mentions.routes import listening, listing, reading

ROUTES = [*reading.ROUTES, *listening.ROUTES, *listing.ROUTES]
