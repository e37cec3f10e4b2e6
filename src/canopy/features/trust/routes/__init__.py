"""The routes of the room, by what they are about."""

from canopy.features.trust.routes import explain, invites, links, peers, scores

ROUTES = [*peers.ROUTES, *links.ROUTES, *invites.ROUTES, *explain.ROUTES, *scores.ROUTES]
