"""The routes of the room, by what they are about."""

from canopy.features.admin.routes import accounts, handing, keys, resetting

ROUTES = [*accounts.ROUTES, *keys.ROUTES, *resetting.ROUTES, *handing.ROUTES]
