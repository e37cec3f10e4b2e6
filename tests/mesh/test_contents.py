"""What envelopes contain: everything that is written is read back, and nothing else than what may be there."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from canopy.ground.codec import pack
from canopy.ground.errors import BadFrame
from canopy.mesh.contents import (
    HEADS_AT_ONCE,
    KINDS,
    SPINE,
    Bodies,
    Card,
    Content,
    Events,
    Heads,
    Hello,
    Item,
    Join,
    Joined,
    Later,
    Level,
    Want,
    read,
    seal,
)
from canopy.mesh.wire import Class, Envelope

KEY = (bytes(16), bytes(32), 5)
TIP = (1, bytes(8))
HELLO = Hello(1, 2, bytes(16), bytes(16), 3, 4, True, False, True)
SAMPLES: list[Content] = [
    Join(bytes(16), bytes(32)),
    Joined(True),
    Card("name", "1.0"),
    HELLO,
    Heads(True, False, True, [(KEY, [TIP, (7, b"12345678")])]),
    Want(KEY, [TIP]),
    Later(KEY),
    Bodies([bytes(32)]),
    Level(bytes(16), True),
    Events(9, [Item(b"header", b"signature", b"body"), Item(b"header", b"signature", None, "deleted")]),
]


def envelope(kind: str, body: object, of: Class | None = None) -> Envelope:
    return Envelope(KINDS[kind].OF if of is None else of, kind, pack(body))


def test_every_kind_has_a_sample() -> None:
    assert {type(sample) for sample in SAMPLES} == set(KINDS.values())


@pytest.mark.parametrize("content", SAMPLES, ids=lambda content: content.KIND)
def test_what_is_sealed_is_read_back(content: Content) -> None:
    assert read(seal(content)) == content
    assert seal(content).of is content.OF


def test_only_words_of_syncing_may_go_as_live() -> None:
    for content in SAMPLES:
        for of in Class:
            sent = seal(content, of)
            if of is content.OF or (content.OF is Class.SYNC and of is Class.LIVE):
                assert read(sent) == content
            else:
                with pytest.raises(BadFrame):
                    read(sent)


def test_an_unknown_kind_is_passed_over() -> None:
    assert read(Envelope(Class.BULK, "tomorrow", b"\xc1 anything")) is None


@pytest.mark.parametrize("content", SAMPLES, ids=lambda content: content.KIND)
def test_a_body_of_another_form_is_refused(content: Content) -> None:
    fields: list[Any] = msgspec.msgpack.decode(pack(content))
    needed = sum(field.required for field in msgspec.structs.fields(content))
    wrong: list[Any] = [fields[: needed - 1], [*fields, 1], [], {}, None, 7, "x", [None] * len(fields)]
    for place in range(len(fields)):
        wrong += [[*fields[:place], strange, *fields[place + 1 :]] for strange in (3.5, {"a": 1}, None)]
    for body in wrong:
        with pytest.raises(BadFrame):
            read(envelope(content.KIND, body))
    for encoded in (b"", pack(fields) + b"\x00", pack(fields)[:-1]):
        with pytest.raises(BadFrame):
            read(Envelope(content.OF, content.KIND, encoded))


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("join", [bytes(15), bytes(32)]),
        ("join", [bytes(16), bytes(33)]),
        ("card", ["x" * 201, ""]),
        ("card", ["", "x" * 41]),
        ("hello", [-1, *list(msgspec.structs.astuple(HELLO))[1:]]),
        ("hello", [1 << 63, *list(msgspec.structs.astuple(HELLO))[1:]]),
        ("hello", [1, 2, bytes(15), bytes(16), 3, 4, True, False, True]),
        ("heads", [True, True, False, [[KEY, []]]]),
        ("heads", [True, True, False, [[KEY, [TIP] * 9]]]),
        ("heads", [True, True, False, [[KEY, [(0, bytes(8))]]]]),
        ("heads", [True, True, False, [[KEY, [(1, bytes(7))]]]]),
        ("heads", [True, True, False, [[(bytes(15), bytes(32), 5), [TIP]]]]),
        ("heads", [True, True, False, [[KEY, [TIP]]] * (HEADS_AT_ONCE + 1)]),
        ("want", [KEY, [TIP] * (SPINE + 1)]),
        ("want", [(bytes(16), bytes(31), 5), []]),
        ("later", [(bytes(16), bytes(32), -5)]),
        ("bodies", [[bytes(31)]]),
        ("bodies", [[bytes(32)] * 257]),
        ("level", [bytes(17), True]),
        ("events", [1 << 63, []]),
        ("events", [0, [[b"", b"", b"", "x" * 17]]]),
        ("events", [0, [[b"", b"", b"", "none", 1]]]),
        ("events", [0, [[b"", b"", b""]] * 257]),
    ],
)
def test_what_exceeds_a_bound_is_refused(kind: str, body: object) -> None:
    with pytest.raises(BadFrame):
        read(envelope(kind, body))


@given(st.sampled_from(sorted(KINDS)), st.sampled_from(Class), st.binary(max_size=300))
def test_random_bytes_are_read_or_refused(kind: str, of: Class, body: bytes) -> None:
    try:
        content = read(Envelope(of, kind, body))
    except BadFrame:
        return
    assert type(content) is KINDS[kind]


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.binary(max_size=40)
    | st.text(max_size=20)
    | st.floats(),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=20,
)


@given(st.sampled_from(sorted(KINDS)), VALUES)
def test_random_values_are_read_or_refused(kind: str, body: object) -> None:
    try:
        content = read(envelope(kind, body))
    except BadFrame:
        return
    assert content is not None
    assert read(seal(content)) == content


def test_an_invite_never_prints_itself() -> None:
    assert repr(Join(b"i" * 16, b"p" * 32)) == "Join(hidden)"
