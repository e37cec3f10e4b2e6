"""Identity keys and signatures: the five vectors of protocol section 2, and the keys that nobody may have."""

import copy
import pickle

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from canopy.crypto.keys import SEED_BYTES, SIGNATURE_BYTES, SigningKey, is_identity, verify
from canopy.ground.ids import NodeId

SEED = bytes(range(32))
MESSAGE = b"canopy"
NODE = "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8"
R = "a4de39edab851ad58ff1a7dad4b03874ef6e1228e50972bb1c8ac822d72650ce"
IDENTITY = "01" + "00" * 31
"""The neutral point: with itself as R and S = 0 it fits every message."""
TWIN = "ee" + "ff" * 30 + "7f"
"""The same point, written as y = p + 1."""

VECTORS = {
    # name: key, signature over b"canopy", whether it counts here, whether `cryptography` lets it through
    "honest": (NODE, R + "a8eadeae5357793cf4f46c23a749c0a6cd3a73d340495a34725bee9f7700db09", True, True),
    "identity point": (IDENTITY, IDENTITY + "00" * 32, False, True),
    "its non-canonical twin": (TWIN, IDENTITY + "00" * 32, False, True),
    "small-order R": (
        NODE,
        IDENTITY + "c69679f4e307f0f510ea4f920bf3b3567342390dbacefeed299cb6a6eec46405",
        False,
        True,
    ),
    "S + L": (NODE, R + "95bed40b6eba8b94ca9164c685439fbbcd3a73d340495a34725bee9f7700db19", False, False),
}
"""Frozen: a second implementation must answer the same. `cryptography` is asked so that we learn of it when the
reason for verifying with libsodium alone goes away."""

SMALL_ORDER = [
    IDENTITY,
    TWIN,
    "01" + "00" * 30 + "80",  # the neutral point with a sign that it has not
    "ec" + "ff" * 30 + "7f",  # order 2
    "00" * 32,  # order 4
    "00" * 31 + "80",  # order 4
    "ed" + "ff" * 30 + "7f",  # order 4, written as y = p
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",  # order 8
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",  # order 8
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",  # order 8
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",  # order 8
]


def cryptography_accepts(node: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(node).verify(signature, MESSAGE)
    except InvalidSignature:
        return False
    return True


@pytest.mark.parametrize(("node", "signature", "ours", "theirs"), VECTORS.values(), ids=VECTORS)
def test_the_five_vectors(node: str, signature: str, ours: bool, theirs: bool) -> None:
    key, signed = NodeId(bytes.fromhex(node)), bytes.fromhex(signature)
    assert verify(key, MESSAGE, signed) is ours
    assert cryptography_accepts(key, signed) is theirs


def test_the_seed_decides_the_key_and_the_signature() -> None:
    key = SigningKey(SEED)
    assert key.node.hex() == NODE
    assert key.sign(MESSAGE).hex() == VECTORS["honest"][1]


def test_a_key_is_drawn_anew_each_time() -> None:
    (one, seed), (two, _) = SigningKey.generate(), SigningKey.generate()
    assert one.node != two.node
    assert len(seed) == SEED_BYTES
    assert SigningKey(seed).node == one.node
    assert is_identity(one.node)


@given(seed=st.binary(min_size=32, max_size=32), message=st.binary(max_size=100), bit=st.integers(0, 511))
def test_a_signature_fits_its_message_and_key_alone(seed: bytes, message: bytes, bit: int) -> None:
    key = SigningKey(seed)
    signature = key.sign(message)
    assert len(signature) == SIGNATURE_BYTES
    assert verify(key.node, message, signature)
    flipped = (int.from_bytes(signature, "big") ^ (1 << bit)).to_bytes(64, "big")
    assert not verify(key.node, message, flipped)
    assert not verify(key.node, message + b"!", signature)
    assert not verify(SigningKey(bytes([seed[0] ^ 1]) + seed[1:]).node, message, signature)


def test_lengths_are_checked_before_anything_is_computed() -> None:
    key = SigningKey(SEED)
    signature = key.sign(MESSAGE)
    assert not verify(key.node, MESSAGE, signature[:-1])
    assert not verify(key.node, MESSAGE, signature + b"\0")
    # libsodium is given signature and message as one: a byte must not change sides.
    assert not verify(key.node, MESSAGE[1:], signature + MESSAGE[:1])
    assert not verify(NodeId(key.node[:-1]), MESSAGE, signature)
    # It reads 32 bytes of a key, whatever follows.
    assert not verify(NodeId(key.node + b"\0"), MESSAGE, signature)
    assert not is_identity(key.node[:-1])
    assert not is_identity(b"")


@pytest.mark.parametrize("node", SMALL_ORDER)
def test_a_key_of_small_order_is_no_identity(node: str) -> None:
    assert not is_identity(bytes.fromhex(node))


def test_a_key_that_is_no_point_or_not_canonical_is_no_identity() -> None:
    assert is_identity(bytes.fromhex(NODE))
    assert not is_identity(bytes.fromhex("02" + "00" * 31))
    assert not is_identity(b"\xff" * 32)
    # The honest key plus a point of order 8.
    assert not is_identity(bytes.fromhex("b154bd62188ae283dd187fefe8c31f5e276edf083b4cff11c9d5cff856c74440"))


@pytest.mark.parametrize("seed", [b"", SEED[:-1], SEED + b"\0"])
def test_a_seed_has_32_bytes(seed: bytes) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        SigningKey(seed)


def test_a_signing_key_is_not_copied_out() -> None:
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(SigningKey(SEED))
    with pytest.raises(TypeError, match="not pickled"):
        copy.copy(SigningKey(SEED))
