"""Trust: peers, invites, links, and why an event is or is not shown; routes over the peer book and the mesh."""
