"""JSON and msgpack as we write them."""

import msgspec
import pytest

from canopy.ground.codec import from_json, pack, to_json


def test_json_is_compact_and_keeps_its_order() -> None:
    assert to_json({"b": [1, None, True], "a": "\u00e4"}) == '{"b":[1,null,true],"a":"\u00e4"}'.encode()
    assert from_json('{"b":[1,null,true]}') == {"b": [1, None, True]}
    assert from_json(b'"words"') == "words"


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(msgspec.DecodeError):
        from_json("{")


def test_msgpack_tells_bytes_from_text() -> None:
    assert pack([b"a", "a", 1]) == b"\x93\xc4\x01a\xa1a\x01"
