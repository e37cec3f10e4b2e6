"""The routes of the room, by what they are about."""

from canopy.features.admin.routes import accounts, deleting, handing, keys, resetting

ROUTES = [*accounts.ROUTES, *keys.ROUTES, *resetting.ROUTES, *handing.ROUTES, *deleting.ROUTES]
