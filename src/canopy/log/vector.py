"""Vectors: how far each chain of a scope is held (protocol section 5, Sync). Pure values."""

from collections.abc import Iterable

import msgspec
from blake3 import blake3

from canopy.ground.codec import pack
from canopy.ground.ids import EventId, NodeId

HEAD_BYTES = 8
DIGEST_BYTES = 16
HEADS_OF_A_FORK = 8
"""A closed chain is held with at most so many branches."""


class Head(msgspec.Struct, frozen=True, array_like=True, order=True, gc=False):
    """The end of one chain, or of one branch of a forked chain."""

    node: NodeId
    run: int
    height: int
    head: bytes

    @classmethod
    def of(cls, node: NodeId, run: int, height: int, event: EventId) -> "Head":
        return cls(node, run, height, event[:HEAD_BYTES])


def digest(heads: Iterable[Head]) -> bytes:
    """Sixteen bytes that are equal exactly when the sets of heads are."""
    return blake3(pack(sorted(set(heads)))).digest()[:DIGEST_BYTES]
