"""Channels: places where messages stand. For now #general, which every node knows without being told."""
