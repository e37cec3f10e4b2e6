"""Scopes: which replicated set an event belongs to, and how its id follows from what fixes it (protocol section 3)."""

from collections.abc import Iterable

from blake3 import blake3

from canopy.ground.codec import pack
from canopy.ground.ids import SCOPE_BYTES, NodeId, ScopeId, UserKey

NONCE_BYTES = 16

_LABEL = b"canopy-scope-1"


def _scope(kind: bytes, fixed_by: bytes) -> ScopeId:
    return ScopeId(blake3(_LABEL + kind + b"\0" + fixed_by).digest()[:SCOPE_BYTES])


GENERAL = _scope(b"general", b"")
"""The one well-known open channel; it has no authority."""


def of_node(node: NodeId) -> ScopeId:
    """Cards of a node and its users; only that node writes."""
    return _scope(b"node", node)


def of_channel(founder: NodeId, nonce: bytes) -> ScopeId:
    """A channel, fixed by its founder and 16 random bytes."""
    return _scope(b"channel", founder + nonce)


def of_direct(pairs: Iterable[tuple[NodeId, UserKey]]) -> ScopeId:
    """A conversation of exactly these people."""
    return _scope(b"direct", _people(pairs))


def of_audience(pairs: Iterable[tuple[NodeId, UserKey]]) -> ScopeId:
    """A restricted feed audience of exactly these people."""
    return _scope(b"audience", _people(pairs))


def of_feed(author: NodeId) -> ScopeId:
    """The public feed of one node."""
    return _scope(b"feed", author)


def _people(pairs: Iterable[tuple[NodeId, UserKey]]) -> bytes:
    return pack(sorted({(bytes(node), str(user)) for node, user in pairs}))
