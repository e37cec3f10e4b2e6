"""Peers: protocol machines without I/O, and the sockets that feed them. Nothing stands here yet."""
