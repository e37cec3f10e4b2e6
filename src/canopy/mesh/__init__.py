"""Peers: protocol machines without I/O, and the sockets that feed them. So far: noise, handshake, wire."""
