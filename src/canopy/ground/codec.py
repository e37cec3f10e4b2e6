"""Bytes and text of values: msgpack for what nodes sign, JSON for what people and programs read."""

from typing import Any

import msgspec

pack = msgspec.msgpack.Encoder().encode
"""Encode a value as msgpack."""
to_json = msgspec.json.Encoder().encode
"""Encode a value as compact JSON bytes."""


class Secret(msgspec.Struct):
    """Base of requests and answers that carry a secret: printing one shows its name alone."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(hidden)"


def from_json(data: bytes | str) -> Any:
    """Decode JSON of any shape. Raises msgspec.DecodeError."""
    return msgspec.json.decode(data)
