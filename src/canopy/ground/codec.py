"""Bytes and text of values: msgpack for what nodes sign, JSON for what people and programs read."""

from typing import Any

import msgspec

pack = msgspec.msgpack.Encoder().encode
"""Encode a value as msgpack."""
to_json = msgspec.json.Encoder().encode
"""Encode a value as compact JSON bytes."""


def from_json(data: bytes | str) -> Any:
    """Decode JSON of any shape. Raises msgspec.DecodeError."""
    return msgspec.json.decode(data)
