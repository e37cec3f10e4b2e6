"""Scopes, vectors and shown ids: pure functions, with frozen answers for a second implementation."""

from typing import Any

import msgspec
from blake3 import blake3
from hypothesis import assume, given
from hypothesis import strategies as st

from canopy.crypto.keys import SigningKey
from canopy.ground.ids import EventId, NodeId, ScopeId, UserKey
from canopy.log import scope, shown
from canopy.log.vector import DIGEST_BYTES, HEAD_BYTES, Head, digest

ALICE = SigningKey(bytes(range(32))).node
"""03a107bf..."""
BOB = SigningKey(bytes(32)).node
"""3b6a27bc..."""
ONE, TWO = UserKey("00112233445566aa"), UserKey("ffeeddccbbaa9988")
NONCE = bytes(range(16))
EVENT = EventId(bytes(range(32)))

# Scopes (protocol section 3).


def test_scope_ids_are_these() -> None:
    assert scope.GENERAL.hex() == "99d352ea2897a1933f767723ae6f2de6"
    assert scope.of_node(ALICE).hex() == "f00cda4bd702eb7258af361fa81b7a40"
    assert scope.of_channel(ALICE, NONCE).hex() == "6e6b35047120810e0200e244b34201f3"
    assert scope.of_direct([(ALICE, ONE), (BOB, TWO)]).hex() == "cbdd8e1fbe07bef4a3fbf4d97fecfbfe"
    assert scope.of_audience([(ALICE, ONE), (BOB, TWO)]).hex() == "c0d365ff461e97f17388ed59ce77af9f"
    assert scope.of_feed(ALICE).hex() == "d9f14e8363d74ec94e0abd077fdc3535"


def test_scope_ids_follow_the_page() -> None:
    """The same ids, computed from the words of protocol section 3 alone."""

    def id_of(kind: bytes, fixed_by: bytes) -> bytes:
        return blake3(b"canopy-scope-1" + kind + b"\0" + fixed_by).digest()[:16]

    pairs = msgspec.msgpack.encode([[ALICE, ONE], [BOB, TWO]])
    assert id_of(b"general", b"") == scope.GENERAL
    assert scope.of_node(ALICE) == id_of(b"node", ALICE)
    assert scope.of_channel(ALICE, NONCE) == id_of(b"channel", ALICE + NONCE)
    assert scope.of_direct([(ALICE, ONE), (BOB, TWO)]) == id_of(b"direct", pairs)
    assert scope.of_audience([(ALICE, ONE), (BOB, TWO)]) == id_of(b"audience", pairs)
    assert scope.of_feed(ALICE) == id_of(b"feed", ALICE)


PAIRS = st.lists(
    st.tuples(
        st.binary(min_size=32, max_size=32).map(NodeId),
        st.text("0123456789abcdef", min_size=16, max_size=16).map(UserKey),
    ),
    max_size=5,
)


@given(pairs=PAIRS, data=st.data())
def test_a_conversation_is_a_set_of_people(pairs: list[tuple[NodeId, UserKey]], data: st.DataObject) -> None:
    mixed = data.draw(st.permutations(pairs))
    assert scope.of_direct(mixed) == scope.of_direct(pairs) == scope.of_direct([*pairs, *mixed])
    assert scope.of_audience(mixed) == scope.of_audience(pairs) != scope.of_direct(pairs)


@given(one=PAIRS, two=PAIRS)
def test_other_people_have_another_conversation(
    one: list[tuple[NodeId, UserKey]], two: list[tuple[NodeId, UserKey]]
) -> None:
    assume(set(one) != set(two))
    assert scope.of_direct(one) != scope.of_direct(two)


def test_pairs_stand_in_byte_order() -> None:
    """By node first, then by user; the sort of Python is that of the bytes on the wire."""
    low, high = NodeId(b"\x00" * 31 + b"\x7f"), NodeId(b"\x80" + b"\x00" * 31)
    pairs = [(high, ONE), (low, TWO), (low, ONE), (low, UserKey(""))]
    wire = sorted(msgspec.msgpack.encode(pair) for pair in pairs)
    expected = blake3(b"canopy-scope-1direct\0" + b"\x94" + b"".join(wire)).digest()[:16]
    assert scope.of_direct(pairs) == expected


def test_another_founder_or_nonce_makes_another_channel() -> None:
    ids = {scope.of_channel(node, nonce) for node in (ALICE, BOB) for nonce in (NONCE, bytes(16))}
    assert len(ids) == 4


# Vectors (protocol section 5).

HEADS = st.builds(
    Head,
    st.binary(min_size=32, max_size=32).map(NodeId),
    st.integers(0, 2**63 - 1),
    st.integers(1, 2**63 - 1),
    st.binary(min_size=HEAD_BYTES, max_size=HEAD_BYTES),
)
FEW = st.lists(HEADS, max_size=6)


def test_digests_are_these() -> None:
    one, two = Head.of(ALICE, 5, 2, EVENT), Head.of(BOB, 7, 1, EVENT)
    assert one == Head(ALICE, 5, 2, bytes(range(8)))
    assert digest([]).hex() == "2ba82451e7edbf091af9674a91105122"
    assert digest([one]).hex() == "3da86475932fb52c77dad6cade262b80"
    assert digest([one, two]).hex() == "3dd4076637d23902ac078a9e2cc18c22"


def test_digests_follow_the_page() -> None:
    one, two = Head.of(ALICE, 5, 2, EVENT), Head.of(BOB, 7, 1, EVENT)
    rows: list[Any] = [[ALICE, 5, 2, EVENT[:8]], [BOB, 7, 1, EVENT[:8]]]
    assert digest([two, one]) == blake3(msgspec.msgpack.encode(rows)).digest()[:16]


@given(heads=FEW, data=st.data())
def test_a_digest_knows_no_order_and_no_repetition(heads: list[Head], data: st.DataObject) -> None:
    mixed = data.draw(st.permutations(heads))
    assert digest(mixed) == digest(heads)
    assert digest(heads + mixed[:2]) == digest(heads)
    assert digest(iter(mixed)) == digest(heads)
    assert len(digest(heads)) == DIGEST_BYTES


@given(heads=st.lists(HEADS, min_size=1, max_size=6, unique=True), data=st.data())
def test_a_digest_changes_with_any_head(heads: list[Head], data: st.DataObject) -> None:
    before = digest(heads)
    place = data.draw(st.integers(0, len(heads) - 1))
    rest = heads[:place] + heads[place + 1 :]
    head = heads[place]
    assert digest(rest) != before
    others = [
        msgspec.structs.replace(head, node=NodeId(bytes([head.node[0] ^ 1]) + head.node[1:])),
        msgspec.structs.replace(head, run=head.run ^ 1),
        msgspec.structs.replace(head, height=head.height + 1),
        msgspec.structs.replace(head, head=head.head[:-1] + bytes([head.head[-1] ^ 1])),
    ]
    for other in others:
        assert other in rest or digest([*rest, other]) != before
        assert other in heads or digest([*heads, other]) != before


@given(one=FEW, two=FEW)
def test_other_heads_have_another_digest(one: list[Head], two: list[Head]) -> None:
    assert (digest(one) == digest(two)) == (set(one) == set(two))


# Shown ids (protocol section 9).


def test_shown_ids_are_these() -> None:
    assert shown.user_id(ALICE, ONE) == "user_4d75b10dbf8933ad"
    assert shown.user_id(ALICE, ONE)[5:] == blake3(b"canopy-user-1" + ALICE + ONE.encode()).hexdigest()[:16]
    assert shown.peer_id(ALICE) == "BHBvuwXtCV8KAihR"
    assert shown.device_id(ALICE) == "98ba8530" == blake3(ALICE).hexdigest()[:8]
    assert shown.channel_id(scope.of_channel(ALICE, NONCE)) == "C6e6b35047120810e"
    assert shown.channel_id(ScopeId(bytes(16))) == "C" + "0" * 16
    assert shown.channel_id(scope.GENERAL) == "general"
    assert shown.message_id(EVENT) == "M000102030405060708090a0b"


def test_a_handle_of_another_node_says_so() -> None:
    assert shown.handle_here("bob", ALICE, ALICE) == "bob"
    assert shown.handle_here("bob", ALICE, BOB) == "bob.BHBvuwXt"
