"""Canopy: local-first, peer-to-peer, end-to-end encrypted team chat for people and agents."""

__version__ = "0.1.0"
