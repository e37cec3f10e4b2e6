"""Ids as distinct types, and the spellings in which people and programs see them (protocol section 9).

Inside the program an id is bytes of a fixed length; a shown id is text with a prefix. Nothing here hashes
anything: `shown` takes digests that the caller computed.
"""

from typing import NewType

NodeId = NewType("NodeId", bytes)
"""An author node: its 32-byte Ed25519 public key."""
EventId = NewType("EventId", bytes)
"""BLAKE3-256 of an event's header bytes."""
ScopeId = NewType("ScopeId", bytes)
"""The 16 bytes that name a replicated set of events."""
UserKey = NewType("UserKey", str)
"""An account within its own node: 16 hex characters, empty for the node itself."""

NODE_BYTES = 32
EVENT_BYTES = 32
SCOPE_BYTES = 16

NO_EVENT = EventId(bytes(EVENT_BYTES))
"""What `prev` says at height 1."""

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def base58(data: bytes) -> str:
    """Spell bytes in the Bitcoin base58 alphabet; leading zero bytes become leading ones."""
    number = int.from_bytes(data, "big")
    digits: list[str] = []
    while number:
        number, digit = divmod(number, 58)
        digits.append(_BASE58[digit])
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "1" * zeros + "".join(reversed(digits))


def shown(prefix: str, digest: bytes, length: int) -> str:
    """A prefix and the first `length` hex characters of a digest, as in `M` + 24."""
    return prefix + digest.hex()[:length]
