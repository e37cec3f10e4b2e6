"""The event as bytes: complete known answers, so that a second implementation can check itself, and its limits."""

from typing import Any

import msgspec
import pytest
from blake3 import blake3

from canopy.crypto.keys import SigningKey
from canopy.features.messages.events import MessagePosted
from canopy.ground.errors import BadSignature, Malformed, Refused, TooLarge
from canopy.ground.ids import NO_EVENT
from canopy.log.event import (
    BODY_LIMIT,
    HEADER_LIMIT,
    SIGNATURE_LABEL,
    Header,
    NewerVersion,
    body_hash,
    compose,
    encode_body,
    event_id,
    header_of,
    parse,
)
from canopy.log.scope import GENERAL

KEY = SigningKey(bytes(range(32)))
SALT = bytes(range(16))
NOW = 1_700_000_000_000
USER = "00112233445566aa"

# The first event of a chain: somebody says hello in #general.
BODY = "000102030405060708090a0b0c0d0e0f81a7636f6e74656e74a568656c6c6f"
HEADER = (
    "9d"  # an array of 13
    "01"  # v
    "c41099d352ea2897a1933f767723ae6f2de6"  # scope
    "c42003a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8"  # node
    "05"  # run
    "01"  # height
    "c4200000000000000000000000000000000000000000000000000000000000000000"  # prev
    "cf018bcfe568000000"  # time
    "ae6d6573736167652e706f73746564"  # kind
    "b030303131323233333434353536366161"  # user
    "00"  # expires
    "c400"  # epoch
    "c400"  # cause
    "c4200ae07ab489488f8f9d1b7c3defda925935ed6c7e273c487334f21460c6562fb3"  # body
)
ID = "69c6d9ce85264bb122b57ad87bba9d89111e8be5a90d1040cd806839c544a66b"
SIGNATURE = (
    "71a31cbcb7c90bd9f4a7d9935668d1e792ae8b768a6b1b66b40e6aec5a3b4633"
    "9573ff6ce5c32c96c5d341470675fd426489261721b437c2dd12c23a6dccae0a"
)
# The second, with every field filled: an answer that expires, sealed under an epoch, caused by the first.
ID_2 = "1112e6d57d5bef78bdcedefc894b11f8b341136a9de7219c3e3d4f67fff9dea8"
HEADER_2 = (
    "9d01c41099d352ea2897a1933f767723ae6f2de6"
    "c42003a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8"
    "0502c42069c6d9ce85264bb122b57ad87bba9d89111e8be5a90d1040cd806839c544a66b"
    "cf018bcfe5680003e7ae6d6573736167652e706f73746564b030303131323233333434353536366161"
    "cf000001a3185c5000c41000000000000000000000000000000000"
    "c42069c6d9ce85264bb122b57ad87bba9d89111e8be5a90d1040cd806839c544a66b"
    "c420cdc9e0758208f4e70e334adaf2c560999697cddd902d5f194b3b6059987c1ac0"
)
SIGNATURE_2 = (
    "ce26586d311c73c8a50625d79949382eacfc24091ee045a8b3e5cca5ac49f697"
    "b7defb4358b14488300fd85a4593ebf9d449374a6c5dd2c0b4fbae3eb6054a0f"
)


def header(**fields: Any) -> Header:
    given: dict[str, Any] = {
        "v": 1,
        "scope": GENERAL,
        "node": KEY.node,
        "run": 5,
        "height": 1,
        "prev": NO_EVENT,
        "time": NOW << 16,
        "kind": "message.posted",
        "user": USER,
        "expires": 0,
        "epoch": b"",
        "cause": b"",
        "body": body_hash(bytes.fromhex(BODY)),
    }
    return Header(**{**given, **fields})


def sealed(fields: Any, body: bytes | None = None) -> tuple[bytes, bytes, bytes | None]:
    """Header bytes of any array, honestly signed."""
    data = msgspec.msgpack.encode(fields)
    return data, KEY.sign(SIGNATURE_LABEL + data), body


def test_a_first_event_is_these_bytes() -> None:
    body = encode_body(MessagePosted(content="hello"), SALT)
    event = compose(header(), body, KEY)
    assert body.hex() == BODY
    assert event.header_bytes.hex() == HEADER
    assert event.id.hex() == ID == blake3(bytes.fromhex(HEADER)).hexdigest()
    assert event.signature.hex() == SIGNATURE
    assert event.header.body == blake3(bytes.fromhex(BODY)).digest()


def test_an_event_with_every_field_is_these_bytes() -> None:
    first = bytes.fromhex(ID)
    body = encode_body(MessagePosted(content="again", parent=first, root=first), SALT)
    more: dict[str, Any] = {"height": 2, "prev": first, "time": (NOW << 16) + 999, "cause": first, "epoch": bytes(16)}
    event = compose(header(**more, expires=1_800_000_000_000, body=body_hash(body)), body, KEY)
    assert event.header_bytes.hex() == HEADER_2
    assert (event.id.hex(), event.signature.hex()) == (ID_2, SIGNATURE_2)


@pytest.mark.parametrize(("data", "signature"), [(HEADER, SIGNATURE), (HEADER_2, SIGNATURE_2)])
def test_the_known_bytes_are_genuine(data: str, signature: str) -> None:
    event = parse(bytes.fromhex(data), bytes.fromhex(signature), None)
    assert event.header_bytes.hex() == data
    assert event.header == header_of(bytes.fromhex(data))
    assert (event.node, event.prev) == (KEY.node, event.header.prev)
    assert event.body is None


def test_the_fields_come_back() -> None:
    event = parse(bytes.fromhex(HEADER), bytes.fromhex(SIGNATURE), bytes.fromhex(BODY))
    assert event.header == header()
    assert event.body == bytes.fromhex(BODY)
    assert event.id == event_id(bytes.fromhex(HEADER)) == bytes.fromhex(ID)


def test_the_signature_carries_its_label() -> None:
    data = bytes.fromhex(HEADER)
    for label in (b"", b"canopy-event-2", b"canopy-noise-1"):
        with pytest.raises(BadSignature):
            parse(data, KEY.sign(label + data), None)


def test_bytes_are_signed_and_not_fields() -> None:
    """Other bytes for the same fields are another event; nobody re-encodes."""
    longer = bytes.fromhex(HEADER.replace("9d01", "dc000d01", 1))
    event = parse(longer, KEY.sign(SIGNATURE_LABEL + longer), None)
    assert event.header == header()
    assert event.header_bytes == longer
    assert event.id.hex() != ID
    with pytest.raises(BadSignature):
        parse(longer, bytes.fromhex(SIGNATURE), None)


# Limits.


def test_a_body_may_have_its_limit_and_no_more() -> None:
    for size, fits in ((BODY_LIMIT, True), (BODY_LIMIT + 1, False)):
        body = bytes(size)
        event = compose(header(body=body_hash(body)), body, KEY)
        if fits:
            assert parse(event.header_bytes, event.signature, body).body == body
        else:
            with pytest.raises(TooLarge):
                parse(event.header_bytes, event.signature, body)


def test_a_header_may_have_its_limit_and_no_more() -> None:
    """No form reaches the limit, so one that is padded with what msgpack allows is asked only for its size."""
    with pytest.raises(Malformed):
        parse(bytes(HEADER_LIMIT), bytes(64), None)
    with pytest.raises(TooLarge):
        parse(bytes(HEADER_LIMIT + 1), bytes(64), None)


@pytest.mark.parametrize(
    "fields",
    [
        {"run": 0},
        {"run": 2**63 - 1},
        {"height": 2**63 - 1, "prev": bytes([1]) * 32},
        {"time": 0},
        {"time": (2**63 - 1) >> 16 << 16 | 999},
        {"expires": 2**63 - 1},
        {"user": ""},
        {"user": "f" * 16},
        {"kind": "a.b"},
        {"kind": "a." + "b" * 62},
        {"epoch": bytes(16)},
        {"cause": bytes(32)},
    ],
)
def test_what_lies_on_the_limit_is_well_formed(fields: dict[str, Any]) -> None:
    asked = header(**fields)
    assert parse(*sealed(asked)).header == asked


@pytest.mark.parametrize(
    "fields",
    [
        {"v": 0},
        {"v": -1},
        {"scope": bytes(15)},
        {"scope": bytes(17)},
        {"node": bytes(31)},
        {"run": -1},
        {"run": 2**63},
        {"height": 0},
        {"height": 2**63, "prev": bytes([1]) * 32},
        {"height": 2},
        {"prev": bytes([1]) * 32},
        {"prev": bytes(31)},
        {"time": -1},
        {"time": 1000},
        {"time": 2**63},
        {"kind": "ab"},
        {"kind": "a.b" + "c" * 62},
        {"kind": "a.\u00e4"},
        {"kind": "ab" + "c"},
        {"user": "0" * 15},
        {"user": "0" * 17},
        {"user": "F" * 16},
        {"expires": -1},
        {"expires": 2**63},
        {"epoch": bytes(15)},
        {"cause": bytes(31)},
        {"body": bytes(31)},
    ],
)
def test_what_lies_beyond_is_malformed(fields: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        parse(*sealed(header(**fields)))


def test_text_is_not_bytes() -> None:
    good: list[Any] = list(msgspec.structs.astuple(header()))
    for place, value in ((1, "0" * 16), (7, b"message.posted"), (8, USER.encode()), (0, 1.5), (4, True)):
        with pytest.raises(Malformed):
            parse(*sealed([*good[:place], value, *good[place + 1 :]]))
    assert parse(*sealed(good)).header == header()


# Versions.


def test_a_newer_version_is_known_by_its_first_field() -> None:
    fields: list[Any] = list(msgspec.structs.astuple(header()))
    for newer in ([2, *fields[1:]], [2**63, *fields[1:], "more"], [9, *fields[1:7], 1, *fields[8:]]):
        with pytest.raises(NewerVersion):
            parse(*sealed(newer))


@pytest.mark.parametrize("fields", [[2], [2, "anything"], [2**63, {}], [9, *[b""] * 12], [9, *["x"] * 20]])
def test_a_newer_version_that_nobody_signed_is_refused(fields: list[Any]) -> None:
    """Or a forged copy could be kept in the place of the true one."""
    with pytest.raises(Refused):
        parse(*sealed(fields))


def test_a_newer_version_of_the_same_form_is_newer_too() -> None:
    with pytest.raises(NewerVersion):
        parse(*sealed(header(v=2)))


@pytest.mark.parametrize("fields", [[], [1], [0, "x"], [True], ["2"], [2.0], 2, {"v": 2}, None])
def test_what_is_no_version_is_malformed(fields: Any) -> None:
    with pytest.raises(Malformed):
        parse(*sealed(fields))


@pytest.mark.parametrize("data", [b"", b"\xc1", b"\x92\x02", b"\x91" * 1000, b"\x92\x02\xa1\xff", b"\x92\x02\x90\x00"])
def test_what_is_no_msgpack_is_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        parse(data, bytes(64), None)


# Bodies.


def test_the_body_must_be_the_one_that_was_signed() -> None:
    data, signature = bytes.fromhex(HEADER), bytes.fromhex(SIGNATURE)
    for other in (b"", bytes.fromhex(BODY) + b"\0", bytes(31)):
        with pytest.raises(Malformed, match="does not belong"):
            parse(data, signature, other)


def test_the_same_words_have_another_hash_each_time() -> None:
    fields = MessagePosted(content="hello")
    assert body_hash(encode_body(fields, SALT)) != body_hash(encode_body(fields, bytes(16)))
    assert encode_body(fields, SALT)[16:] == encode_body(fields, bytes(16))[16:]
