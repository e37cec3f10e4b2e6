"""Devices: this node's own card, as peers see it."""
