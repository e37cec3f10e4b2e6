"""Key derivation with purpose labels, hashing, and small authenticated boxes for key material.

A label is never reused for another purpose; the list below is the whole of them.
"""

import hashlib
import hmac
from enum import Enum

from blake3 import blake3
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from nacl.utils import random as random_bytes

KEY_BYTES = 32
NONCE_BYTES = 12


class Label(Enum):
    """What a derived key is for."""

    DATABASE = b"canopy-database-1"
    BLOBS = b"canopy-blobs-1"


class OpenFailed(Exception):
    """The box was not sealed with this key for this purpose, or it was altered."""


def derive(secret: bytes, label: Label) -> bytes:
    """A 32-byte key for one purpose (HKDF-SHA256, RFC 5869)."""
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=label.value).derive(secret)


def digest(*parts: bytes) -> bytes:
    """BLAKE3-256 over the concatenated parts."""
    hasher = blake3()
    for part in parts:
        hasher.update(part)
    return hasher.digest()


def seal(key: bytes, clear: bytes, context: bytes) -> bytes:
    """ChaCha20-Poly1305 under a fresh random nonce, bound to `context`."""
    nonce = random_bytes(NONCE_BYTES)
    return nonce + ChaCha20Poly1305(key).encrypt(nonce, clear, context)


def unseal(key: bytes, box: bytes, context: bytes) -> bytes:
    """The clear bytes. Raises OpenFailed."""
    try:
        return ChaCha20Poly1305(key).decrypt(box[:NONCE_BYTES], box[NONCE_BYTES:], context)
    except (InvalidTag, ValueError) as error:
        raise OpenFailed(OpenFailed.__doc__) from error


def token_digest(token: str) -> bytes:
    """What is stored instead of a random token (API key, session, claim): its SHA-256."""
    return hashlib.sha256(token.encode()).digest()


def equal(left: bytes, right: bytes) -> bool:
    """Compare secrets in constant time."""
    return hmac.compare_digest(left, right)
