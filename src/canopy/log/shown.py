"""Ids as outsiders see them: the same on every node, because they follow from keys, scopes and events (protocol 9)."""

from functools import lru_cache

from canopy.crypto.sealing import digest
from canopy.ground.ids import EventId, NodeId, ScopeId, UserKey, base58, shown
from canopy.log.scope import GENERAL

GENERAL_ID = "general"


def user_object(node: NodeId, user: UserKey) -> bytes:
    """The 32 bytes that name a user among all nodes; also the object of the user's card."""
    return digest(b"canopy-user-1", node, user.encode())


@lru_cache(maxsize=65_536)
def user_id(node: NodeId, user: UserKey) -> str:
    """`user_` + 16 hex."""
    return shown("user_", user_object(node, user), 16)


@lru_cache(maxsize=65_536)
def peer_id(node: NodeId) -> str:
    """The first 16 characters of base58(BLAKE3(node id))."""
    return base58(digest(node))[:16]


def device_id(node: NodeId) -> str:
    """8 hex."""
    return shown("", digest(node), 8)


def channel_id(scope: ScopeId) -> str:
    """`C` + 16 hex of the scope; `general` for #general."""
    return GENERAL_ID if scope == GENERAL else shown("C", scope, 16)


def message_id(event: EventId) -> str:
    """`M` + 24 hex of the event that posted it."""
    return shown("M", event, 24)


def handle_here(handle: str, node: NodeId, here: NodeId) -> str:
    """A handle as this node shows it: that of a user of another node carries the beginning of its peer id."""
    return handle if node == here else f"{handle}.{peer_id(node)[:8]}"
