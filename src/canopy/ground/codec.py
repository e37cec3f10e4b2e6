"""Bytes and text of values: msgpack for what nodes sign, JSON for what people and programs read."""

from typing import Any, TypeVar

import msgspec

T = TypeVar("T")

pack = msgspec.msgpack.Encoder().encode
"""Encode a value as msgpack."""
to_json = msgspec.json.Encoder().encode
"""Encode a value as compact JSON bytes."""


def unpack(data: bytes, kind: type[T]) -> T:
    """Decode msgpack into `kind`. Raises msgspec.ValidationError or DecodeError."""
    return msgspec.msgpack.decode(data, type=kind)


def from_json(data: bytes | str) -> Any:
    """Decode JSON of any shape. Raises msgspec.DecodeError."""
    return msgspec.json.decode(data)
