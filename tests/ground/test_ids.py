"""Base58 and shown ids."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canopy.ground.ids import EVENT_BYTES, NO_EVENT, base58, shown

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("", ""),
        ("00", "1"),
        ("00000000000000000000", "1111111111"),
        ("61", "2g"),
        ("626262", "a3gV"),
        ("636363", "aPEr"),
        ("73696d706c792061206c6f6e6720737472696e67", "2cFupjhnEsSn59qHXstmK2ffpLv2"),
        ("00eb15231dfceb60925886b67d065299925915aeb172c06647", "1NS17iag9jJgTHD1VXjvLCEnZuQ3rJDE9L"),
        ("516b6fcd0f", "ABnLTmg"),
        ("bf4f89001e670274dd", "3SEo3LWLoPntC"),
        ("572e4794", "3EFU7m"),
        ("ecac89cad93923c02321", "EJDM8drfXA6uyA"),
        ("10c8511e", "Rt5zm"),
    ],
)
def test_the_vectors_of_bitcoin(data: str, text: str) -> None:
    assert base58(bytes.fromhex(data)) == text


@given(data=st.binary(max_size=64))
def test_base58_loses_nothing(data: bytes) -> None:
    text = base58(data)
    assert set(text) <= set(ALPHABET)
    number = 0
    for letter in text:
        number = number * 58 + ALPHABET.index(letter)
    zeros = len(text) - len(text.lstrip("1"))
    assert bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big") == data


def test_a_shown_id_is_a_prefix_and_hex() -> None:
    assert shown("M", bytes(range(16)), 24) == "M000102030405060708090a0b"
    assert shown("", b"\xab\xcd", 3) == "abc"


def test_no_event_is_all_zeros() -> None:
    assert bytes(EVENT_BYTES) == NO_EVENT
