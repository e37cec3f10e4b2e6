"""Identity keys and signatures, checked as libsodium does (protocol section 2).

Only PyNaCl verifies: `cryptography` accepts the identity point as a key for every message, which would let
anybody sign as a node whose key nobody owns.
"""

from nacl.bindings import (
    crypto_core_ed25519_is_valid_point,
    crypto_sign,
    crypto_sign_open,
    crypto_sign_seed_keypair,
)
from nacl.exceptions import BadSignatureError
from nacl.utils import random as random_bytes

from canopy.ground.ids import NODE_BYTES, NodeId

SEED_BYTES = 32
SIGNATURE_BYTES = 64


class SigningKey:
    """A node's identity: it signs events and proves who a peer is. Never prints itself."""

    __slots__ = ("_secret", "node")

    def __init__(self, seed: bytes) -> None:
        if len(seed) != SEED_BYTES:
            raise ValueError("an Ed25519 seed has 32 bytes")
        public, self._secret = crypto_sign_seed_keypair(seed)
        self.node = NodeId(public)

    @classmethod
    def generate(cls) -> tuple["SigningKey", bytes]:
        """A new key and the seed to keep."""
        seed = random_bytes(SEED_BYTES)
        return cls(seed), seed

    def sign(self, message: bytes) -> bytes:
        """The 64-byte signature of `message`."""
        return crypto_sign(message, self._secret)[:SIGNATURE_BYTES]

    def __repr__(self) -> str:
        return f"SigningKey(node={self.node.hex()[:8]}, secret hidden)"

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("a signing key is not pickled")


def verify(node: NodeId, message: bytes, signature: bytes) -> bool:
    """Whether `signature` is by `node` over `message`, with libsodium's strictness (small-order A and R fail)."""
    if len(signature) != SIGNATURE_BYTES or len(node) != NODE_BYTES:
        return False
    try:
        crypto_sign_open(signature + message, node)
    except BadSignatureError:
        return False
    return True


def is_identity(node: bytes) -> bool:
    """Whether these bytes may be stored as an identity: canonical, on the curve, of large prime order."""
    return len(node) == NODE_BYTES and bool(crypto_core_ed25519_is_valid_point(node))
