"""Derivation, hashes and boxes: frozen answers, and boxes that open for one key and one purpose only."""

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canopy.crypto.sealing import KEY_BYTES, NONCE_BYTES, Label, OpenFailed, derive, digest, equal, seal, token_digest
from canopy.crypto.sealing import unseal as open_box

SECRET = bytes(range(32))
DERIVED = {
    "canopy-database-1": "3d1fdcf4f9adb1ee15c3fe31d9f0fd1a9ea83e0365f7d59d16926cb96156b7ef",
    "canopy-blobs-1": "e5e5d222e9b8e99e9ee75778d6945a5a25d5108e14977074c139d0a8ba438ff3",
}
"""Frozen: another value here means that no existing data root opens any more."""


def test_every_label_has_a_known_answer() -> None:
    assert {label.value.decode(): derive(SECRET, label).hex() for label in Label} == DERIVED


def test_derivation_is_the_hkdf_of_rfc_5869() -> None:
    for label in Label:
        extracted = hmac.digest(bytes(32), SECRET, "sha256")
        assert derive(SECRET, label) == hmac.digest(extracted, label.value + b"\x01", "sha256")


def test_labels_are_distinct() -> None:
    """An Enum takes a second name for one value as an alias, silently."""
    assert len({label.value for label in Label}) == len(Label.__members__)
    assert len({derive(SECRET, label) for label in Label}) == len(Label.__members__)


def test_a_digest_is_blake3_over_all_parts() -> None:
    assert digest(b"canopy").hex() == "6cb8687d6ddf416bb85c08281478c0ee36ea4f524f64e556c1209e45bea65240"
    assert digest(b"can", b"", b"opy") == digest(b"canopy")
    assert digest().hex() == "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"


def test_a_stored_token_is_its_sha_256() -> None:
    assert token_digest("canopy") == hashlib.sha256(b"canopy").digest()
    assert token_digest("ä") == hashlib.sha256("ä".encode()).digest()


def test_secrets_are_compared_whole() -> None:
    assert equal(SECRET, bytes(range(32)))
    assert not equal(SECRET, SECRET[:-1])
    assert not equal(SECRET, SECRET[:-1] + b"\0")


# Boxes.


def test_a_box_of_known_bytes_opens() -> None:
    box = bytes.fromhex("000102030405060708090a0bfe947a645a68bd9a4932a36a8057e4e39bf1c1ffce")
    assert open_box(SECRET, box, b"purpose") == b"words"


@given(clear=st.binary(max_size=200), context=st.binary(max_size=20))
def test_what_was_sealed_opens_again(clear: bytes, context: bytes) -> None:
    box = seal(SECRET, clear, context)
    assert open_box(SECRET, box, context) == clear


def test_the_same_words_make_another_box_each_time() -> None:
    boxes = {seal(SECRET, b"words", b"") for _ in range(20)}
    assert len({box[:NONCE_BYTES] for box in boxes}) == 20
    assert len({box[NONCE_BYTES:] for box in boxes}) == 20


def test_a_box_opens_for_one_key_and_one_purpose() -> None:
    box = seal(SECRET, b"words", b"purpose")
    assert open_box(SECRET, box, b"purpose") == b"words"
    for key, context in ((bytes(KEY_BYTES), b"purpose"), (SECRET, b"another"), (SECRET, b""), (b"short", b"purpose")):
        with pytest.raises(OpenFailed):
            open_box(key, box, context)


def test_a_box_that_was_cut_opens_nowhere() -> None:
    box = seal(SECRET, b"words", b"purpose")
    for length in range(len(box)):
        with pytest.raises(OpenFailed):
            open_box(SECRET, box[:length], b"purpose")
    with pytest.raises(OpenFailed):
        open_box(SECRET, box + b"\0", b"purpose")


def test_no_bit_of_a_box_can_be_altered() -> None:
    box = seal(SECRET, b"words", b"purpose")
    for bit in range(len(box) * 8):
        altered = (int.from_bytes(box, "big") ^ (1 << bit)).to_bytes(len(box), "big")
        with pytest.raises(OpenFailed):
            open_box(SECRET, altered, b"purpose")


def test_a_failure_says_what_it_means() -> None:
    with pytest.raises(OpenFailed, match="not sealed with this key"):
        open_box(SECRET, b"", b"")
