"""The routes of people."""

from canopy.features.people.routes import directory, joining, profile

ROUTES = [*joining.ROUTES, *profile.ROUTES, *directory.ROUTES]
