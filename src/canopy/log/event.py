"""The event: signed, immutable, in the log (protocol section 2).

The header is a msgpack array of 13 fields encoded once by its author; everybody stores and forwards exactly
those bytes. The body travels apart: 16 random bytes, so that the hash of a deleted short text cannot be guessed,
then one msgpack map. Nothing here touches a database or a clock.
"""

from collections.abc import Callable
from typing import Any

import msgspec
from blake3 import blake3

from canopy.crypto.keys import SigningKey, verify
from canopy.ground.clock import COUNTER_LIMIT, counter_of
from canopy.ground.codec import pack
from canopy.ground.errors import BadSignature, Malformed, TooLarge
from canopy.ground.ids import (
    EVENT_BYTES,
    NO_EVENT,
    NODE_BYTES,
    SCOPE_BYTES,
    EventId,
    NodeId,
)

VERSION = 1
SALT_BYTES = 16
HEADER_LIMIT = 1024
BODY_LIMIT = 256 * 1024
NUMBER_LIMIT = 1 << 63
SIGNATURE_LABEL = b"canopy-event-1"


class Header(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True, gc=False):
    """The 13 fields that are hashed and signed, in their order on the wire."""

    v: int
    scope: bytes
    node: bytes
    run: int
    height: int
    prev: bytes
    time: int
    kind: str
    user: str
    expires: int
    epoch: bytes
    cause: bytes
    body: bytes


class Event(msgspec.Struct, frozen=True, gc=False):
    """A genuine event: its header in both forms, its signature, and its body when that is held."""

    id: EventId
    header: Header
    header_bytes: bytes
    signature: bytes
    body: bytes | None

    @property
    def node(self) -> NodeId:
        return NodeId(self.header.node)

    @property
    def prev(self) -> EventId:
        return EventId(self.header.prev)


class NewerVersion(Exception):
    """The header is of a protocol version above ours: it is parked until this program knows it."""


_decode_header = msgspec.msgpack.Decoder(Header).decode


def event_id(header_bytes: bytes) -> EventId:
    """BLAKE3-256 of the header bytes, without the signature."""
    return EventId(blake3(header_bytes).digest())


def body_hash(body: bytes) -> bytes:
    """BLAKE3-256 of the body bytes as they travel."""
    return blake3(body).digest()


def encode_body(fields: Any, salt: bytes) -> bytes:
    """Sixteen random bytes and the map of a kind's fields."""
    return salt + pack(fields)


def compose(header: Header, body: bytes, key: SigningKey) -> Event:
    """Sign a header of our own. The caller has filled height, prev and time inside its transaction."""
    header_bytes = pack(header)
    return Event(event_id(header_bytes), header, header_bytes, sign(header_bytes, key), body)


def sign(header_bytes: bytes, key: SigningKey) -> bytes:
    """The signature over the labelled header."""
    return key.sign(SIGNATURE_LABEL + header_bytes)


def parse(header_bytes: bytes, signature: bytes, body: bytes | None) -> Event:
    """Check form, limits, body hash and signature of what a stranger sent.

    Raises Malformed, TooLarge, BadSignature, or NewerVersion.
    """
    if len(header_bytes) > HEADER_LIMIT or (body is not None and len(body) > BODY_LIMIT):
        raise TooLarge
    header = _read_header(header_bytes, signature, body)
    if body is not None and body_hash(body) != header.body:
        raise Malformed("The body does not belong to the header.")
    if not verify(NodeId(header.node), SIGNATURE_LABEL + header_bytes, signature):
        raise BadSignature
    return Event(event_id(header_bytes), header, header_bytes, signature, body)


def header_of(header_bytes: bytes) -> Header:
    """The header of an event from our own log, which was checked when it was taken."""
    return _decode_header(header_bytes)


def _read_header(header_bytes: bytes, signature: bytes, body: bytes | None) -> Header:
    try:
        header = _decode_header(header_bytes)
        _check_form(header)
        return header
    except NewerVersion:
        _check_newer(header_bytes, signature, body)
        raise
    except msgspec.MsgspecError as error:
        if _version_of(header_bytes) > VERSION:
            _check_newer(header_bytes, signature, body)
            raise NewerVersion from error
        raise Malformed(f"The header is malformed: {error}.") from error
    except (UnicodeDecodeError, RecursionError, OverflowError) as error:
        raise Malformed("The header is malformed.") from error


def _check_newer(header_bytes: bytes, signature: bytes, body: bytes | None) -> None:
    """Even of a version that we do not know only genuine events are kept, or a forged copy could keep one out.

    Author and body hash are expected where version 1 has them; an event that has them elsewhere is refused.
    """
    fields = msgspec.msgpack.decode(header_bytes)
    node, body_digest = (fields[2], fields[12]) if len(fields) > 12 else (None, None)
    if not isinstance(node, bytes) or (body is not None and body_hash(body) != body_digest):
        raise Malformed("An event of a newer version is malformed.")
    if not verify(NodeId(node), SIGNATURE_LABEL + header_bytes, signature):
        raise BadSignature


def _version_of(header_bytes: bytes) -> int:
    try:
        fields = msgspec.msgpack.decode(header_bytes)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError):
        return 0
    if isinstance(fields, list) and fields and type(fields[0]) is int:
        return fields[0]
    return 0


_FORM: tuple[tuple[str, Callable[[Header], bool]], ...] = (
    ("scope", lambda h: len(h.scope) == SCOPE_BYTES),
    ("node", lambda h: len(h.node) == NODE_BYTES),
    ("run", lambda h: 0 <= h.run < NUMBER_LIMIT),
    ("height", lambda h: 1 <= h.height < NUMBER_LIMIT),
    ("prev", lambda h: len(h.prev) == EVENT_BYTES and (h.prev == NO_EVENT) == (h.height == 1)),
    ("time", lambda h: 0 <= h.time < NUMBER_LIMIT and counter_of(h.time) < COUNTER_LIMIT),
    ("kind", lambda h: 3 <= len(h.kind) <= 64 and h.kind.isascii() and "." in h.kind),
    ("user", lambda h: len(h.user) in (0, 16) and set(h.user) <= set("0123456789abcdef")),
    ("expires", lambda h: 0 <= h.expires < NUMBER_LIMIT),
    ("epoch", lambda h: len(h.epoch) in (0, 16)),
    ("cause", lambda h: len(h.cause) in (0, EVENT_BYTES)),
    ("body", lambda h: len(h.body) == EVENT_BYTES),
)


def _check_form(header: Header) -> None:
    if header.v > VERSION:
        raise NewerVersion
    if header.v != VERSION:
        raise Malformed("The protocol version is malformed.")
    for name, holds in _FORM:
        if not holds(header):
            raise Malformed(f"The field {name} of the header is malformed.")
