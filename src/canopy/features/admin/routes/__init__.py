"""The routes of the room, by what they are about."""

from canopy.features.admin.routes import accounts, keys

ROUTES = [*accounts.ROUTES, *keys.ROUTES]
