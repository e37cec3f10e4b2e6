"""The wire: frames and envelopes, the credit of each class, changes of key, and peers who keep no rule."""

from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canopy.ground.codec import pack
from canopy.ground.errors import BadFrame, LinkBroken, LinkMisused, NotGenuine, Overstepped, TheirFault
from canopy.mesh.noise import MESSAGES_PER_KEY, TAG_BYTES, Cipher
from canopy.mesh.wire import (
    CONTROL_LIMIT,
    CREDIT_LIMIT,
    ENVELOPE_LIMIT,
    FIRST_CREDIT,
    FRAME_LIMIT,
    HEAD_BYTES,
    KIND,
    LARGEST,
    LEAST_COST,
    QUEUE_LIMIT,
    TABLE,
    WINDOWS,
    Class,
    Envelope,
    Input,
    State,
    Wire,
)
from tests.mesh.ends import channels
from tests.mesh.pair import EVERY_CUT, Pair, carry, drain, envelopes, padded, pieces, raw

HELLO = raw(0, "hello", b"there")


class Stranger:
    """A peer with a proper channel and no manners: it seals whatever clear frames it is given."""

    def __init__(self, *, opened: bool = False) -> None:
        near, far = channels()
        self.cipher: Cipher = near.outward
        self.wire = Wire(far)
        if opened:
            self.wire.open()
            drain(self.wire)

    def say(self, *clear: bytes) -> None:
        for frame in clear:
            self.wire.receive(self.cipher.encrypt(frame))

    def heard(self) -> list[Envelope]:
        return envelopes(self.wire.events())

    def fails(self, error: type[LinkBroken], *clear: bytes) -> None:
        with pytest.raises(error):
            self.say(*clear)
        assert self.wire.state is State.BROKEN


KINDS = st.from_regex(KIND).filter(lambda kind: kind not in ("grant", "rekey"))
ENVELOPES = st.builds(Envelope, st.sampled_from(Class), KINDS, st.binary(max_size=200))


# What happens when all is well.


@settings(max_examples=100, deadline=None)
@given(st.lists(ENVELOPES, max_size=12))
def test_envelopes_arrive_as_they_were_sent_in_the_order_of_their_class(said: list[Envelope]) -> None:
    pair = Pair()
    for envelope in said:
        pair.near.send(envelope)
    pair.settle()
    assert envelopes(pair.far.events()) == sorted(said, key=lambda envelope: envelope.of)


@pytest.mark.parametrize("of", Class)
def test_the_longest_envelope_of_each_class_arrives_and_not_one_byte_more(of: Class) -> None:
    pair = Pair()
    longest = padded(LARGEST[of], of) if of else Envelope(of, "x", bytes(LARGEST[of] - 8 + 1))
    assert len(pack(longest)) in (LARGEST[of], LARGEST[of] - 1)
    pair.near.send(longest)
    frames = drain(pair.near)
    assert max(map(len, frames)) <= FRAME_LIMIT + TAG_BYTES
    for frame in frames:
        pair.far.receive(frame)
    assert envelopes(pair.far.events()) == [longest]
    with pytest.raises(LinkMisused):
        pair.near.send(Envelope(of, "x", bytes(LARGEST[of])))


@settings(max_examples=100, deadline=None)
@given(
    said=st.lists(ENVELOPES, min_size=1, max_size=6),
    cuts=st.lists(st.lists(st.integers(1, 300)), min_size=6, max_size=6),
)
def test_however_envelopes_are_cut_into_frames_they_are_the_same(said: list[Envelope], cuts: list[list[int]]) -> None:
    stranger = Stranger(opened=True)
    for envelope, places in zip(said, cuts, strict=False):
        stranger.say(*pieces(pack(envelope), places))
    assert stranger.heard() == said
    assert stranger.wire.state is State.BETWEEN


def test_an_envelope_in_single_bytes_arrives() -> None:
    stranger = Stranger()
    encoded = raw(0, "hello", bytes(3000))
    stranger.say(*pieces(encoded, range(len(encoded))))
    assert stranger.heard() == [Envelope(Class.CONTROL, "hello", bytes(3000))]


def test_an_urgent_envelope_overtakes_between_two_others() -> None:
    pair = Pair()
    for number in range(3):
        pair.near.send(Envelope(Class.BULK, "chunk", bytes([number])))
    frames = pair.near.to_send()
    pair.near.send(Envelope(Class.LIVE, "event", b""))
    for frame in frames + drain(pair.near):
        pair.far.receive(frame)
    assert [envelope.of for envelope in envelopes(pair.far.events())] == [3, 1, 3, 3]


def test_an_envelope_does_not_print_its_body() -> None:
    text = repr(Envelope(Class.CONTROL, "join", b"secret")) + repr(Pair().near)
    assert text == "Envelope(CONTROL, 'join', 6 bytes)Wire(BETWEEN, keys hidden)"


# The table.


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("given_", Input)
def test_the_table_is_what_happens(state: State, given_: Input) -> None:
    stranger = Stranger()
    if state is State.WITHIN:
        stranger.say(b"\0" + HELLO[:1])
    elif state is State.BROKEN:
        stranger.fails(BadFrame, b"\2")
    rest = HELLO[1:] if state is State.WITHIN else HELLO
    clear = {Input.MORE: b"\0" + rest[:1], Input.LAST: b"\1" + rest, Input.FAULT: b"\2" + rest}[given_]
    assert stranger.wire.state is state
    if state is State.BROKEN or given_ is Input.FAULT:
        stranger.fails(BadFrame, clear)
    else:
        stranger.say(clear)
        assert stranger.wire.state is TABLE[state][given_]
        assert len(stranger.heard()) == (given_ is Input.LAST)


def test_the_table_is_complete() -> None:
    assert set(TABLE) == {State.BETWEEN, State.WITHIN}
    for row in TABLE.values():
        assert set(row) == set(Input)
        assert row[Input.FAULT] is State.BROKEN


def test_a_broken_link_sends_nothing_and_keeps_what_came_before() -> None:
    stranger = Stranger(opened=True)
    stranger.say(b"\1" + HELLO, b"\0" + HELLO[:3])
    stranger.wire.send(Envelope(Class.CONTROL, "card", b""))
    stranger.fails(BadFrame, b"\3x")
    assert (stranger.wire.to_send(), len(stranger.heard())) == ([], 1)


# Bytes of a peer who keeps no rule.


@settings(max_examples=150, deadline=None)
@given(opened=st.booleans(), frames=st.lists(st.binary(max_size=64), max_size=8), sealed=st.booleans())
def test_any_bytes_are_taken_or_their_fault(opened: bool, frames: list[bytes], sealed: bool) -> None:
    stranger = Stranger(opened=opened)
    for frame in frames:
        try:
            stranger.wire.receive(stranger.cipher.encrypt(frame) if sealed else frame)
        except TheirFault:
            assert stranger.wire.state is State.BROKEN


MESSES = st.recursive(
    st.one_of(st.integers(-9, 1 << 60), st.none(), st.binary(max_size=9), st.text(max_size=9), st.floats()),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)
NEARLY = st.lists(st.one_of(st.integers(0, 4), st.sampled_from(["grant", "rekey", "x"]), MESSES), max_size=5)


@settings(max_examples=200, deadline=None)
@given(messes=st.lists(MESSES | NEARLY, max_size=5), tail=st.binary(max_size=3))
def test_any_msgpack_is_taken_or_their_fault(messes: list[object], tail: bytes) -> None:
    stranger = Stranger(opened=True)
    for mess in messes:
        try:
            stranger.say(b"\1" + pack(mess) + tail)
        except TheirFault:
            assert stranger.wire.state is State.BROKEN


@pytest.mark.parametrize("length", [0, 1, TAG_BYTES, TAG_BYTES + 1, FRAME_LIMIT + TAG_BYTES + 1, 1 << 20])
def test_frames_of_impossible_length_are_refused_unopened(length: int) -> None:
    stranger = Stranger()
    with pytest.raises(BadFrame, match="too long"):
        stranger.wire.receive(bytes(length))


@pytest.mark.parametrize(
    "encoded",
    [
        b"\xc1",
        b"\x91" * 5000,
        b"\xdd\xff\xff\xff\xff",
        b"\x93\x00\xa1\xff\xc4\x00",
        HELLO + b"\0",
        HELLO[:-1],
        pack([0, "hello"]),
        pack([0, "hello", b"", b""]),
        pack([4, "hello", b""]),
        pack([-1, "hello", b""]),
        pack(["0", "hello", b""]),
        pack([0, "hello", "text"]),
        pack([0, "", b""]),
        pack([0, "Hello", b""]),
        pack([0, "hello\n", b""]),
        pack([0, "h" * 33, b""]),
        pack({"of": 0, "kind": "hello", "body": b""}),
    ],
)
def test_what_is_no_envelope_is_refused(encoded: bytes) -> None:
    Stranger().fails(BadFrame, b"\1" + encoded)


def spoiled(spoil: Callable[[list[bytes]], list[bytes]]) -> None:
    """Three envelopes are said, and something on the way touches them."""
    pair = Pair()
    for number in range(3):
        pair.near.send(Envelope(Class.LIVE, "event", bytes([number])))
    with pytest.raises(NotGenuine):
        for frame in spoil(drain(pair.near)):
            pair.far.receive(frame)
    assert pair.far.state is State.BROKEN
    assert len(pair.far.events()) <= 1


def test_frames_that_something_touched_are_refused() -> None:
    spoiled(lambda frames: [frames[0], frames[0]])
    spoiled(lambda frames: frames[1:])
    spoiled(lambda frames: [frames[0], frames[2], frames[1]])
    spoiled(lambda frames: [frames[0], frames[1][:-1]])
    spoiled(lambda frames: [frames[0], bytes([frames[1][0] ^ 1]) + frames[1][1:]])
    spoiled(lambda frames: [frames[0] + frames[1]])


def test_a_frame_sent_back_is_refused() -> None:
    pair = Pair()
    pair.near.send(Envelope(Class.LIVE, "event", b""))
    with pytest.raises(NotGenuine):
        carry(pair.near, pair.near)


# Credit.


def test_the_constants_fit_each_other() -> None:
    """What a peer can make us hold, and that the longest envelope can always be sent in the end."""
    assert sum(WINDOWS.values()) == 2 * 1024 * 1024
    assert sum(WINDOWS.values()) // LEAST_COST == QUEUE_LIMIT == 256
    assert {of for of in Class if FIRST_CREDIT[of]} == {Class.CONTROL}
    assert all(LEAST_COST <= LARGEST[of] < WINDOWS[of] <= CREDIT_LIMIT for of in Class)
    assert CONTROL_LIMIT > FRAME_LIMIT
    head = Envelope(Class.BULK, "k" * 32, bytes(1 << 16))
    assert len(pack(head)) - len(head.body) == HEAD_BYTES


@pytest.mark.parametrize("of", [Class.LIVE, Class.SYNC, Class.BULK])
def test_a_peer_that_nobody_opened_for_cannot_sync(of: Class) -> None:
    Stranger().fails(Overstepped, b"\1" + raw(of, "event"))
    stranger = Stranger()
    stranger.wire.open()  # but our grant has not left yet
    stranger.fails(Overstepped, b"\1" + raw(of, "event"))
    stranger = Stranger(opened=True)
    stranger.say(b"\1" + raw(of, "event"))
    assert len(stranger.heard()) == 1


def test_what_is_not_granted_waits_and_holds_up_no_other_class() -> None:
    pair = Pair(opened=False)
    pair.near.send(Envelope(Class.SYNC, "events", b""))
    pair.near.send(Envelope(Class.CONTROL, "join", b""))
    pair.settle()
    assert [envelope.kind for envelope in envelopes(pair.far.events())] == ["join"]
    pair.far.open()
    pair.settle()
    assert [envelope.kind for envelope in envelopes(pair.far.events())] == ["events"]


@pytest.mark.parametrize("of", Class)
def test_small_envelopes_are_bounded_in_number(of: Class) -> None:
    stranger = Stranger(opened=True)
    for _ in range(WINDOWS[of] // LEAST_COST):
        stranger.say(b"\1" + raw(of, "x"))
    stranger.fails(Overstepped, b"\1" + raw(of, "x"))


def test_long_envelopes_are_bounded_in_sum() -> None:
    stranger = Stranger(opened=True)
    half = pieces(pack(padded(320 * 1024)), EVERY_CUT)
    stranger.say(*half, *half)
    stranger.fails(Overstepped, b"\1" + raw(Class.SYNC, "x"))


def test_a_small_envelope_needs_its_whole_cost() -> None:
    stranger = Stranger(opened=True)
    stranger.say(*pieces(pack(padded(ENVELOPE_LIMIT)), EVERY_CUT))
    rest = WINDOWS[Class.SYNC] - ENVELOPE_LIMIT - LEAST_COST
    stranger.say(*pieces(pack(padded(rest + 1)), EVERY_CUT))
    stranger.fails(Overstepped, b"\1" + raw(Class.SYNC, "x"))


def test_an_endless_envelope_ends_the_link_before_it_fills_memory() -> None:
    full = b"\0" + bytes(FRAME_LIMIT - 1)
    for opened, most in ((False, CONTROL_LIMIT), (True, ENVELOPE_LIMIT)):
        stranger = Stranger(opened=opened)
        count = most // (FRAME_LIMIT - 1)
        stranger.say(*[full] * count)
        assert len(stranger.wire._partial) <= most
        stranger.fails(Overstepped, full)
        assert not stranger.wire._partial


def test_a_control_envelope_as_long_as_others_is_refused() -> None:
    Stranger(opened=True).fails(Overstepped, *pieces(raw(0, "x", bytes(CONTROL_LIMIT)), EVERY_CUT))


def test_released_envelopes_give_credit_back() -> None:
    pair = Pair()
    slots = WINDOWS[Class.LIVE] // LEAST_COST
    for number in range(slots + 5):
        pair.near.send(Envelope(Class.LIVE, "event", bytes([number])))
    pair.settle()
    arrived = pair.far.events()
    assert len(arrived) == slots
    assert pair.near.room(Class.LIVE) == 0
    for one in arrived:
        pair.far.release(one)
    pair.settle()
    assert [envelope.body[0] for envelope in envelopes(pair.far.events())] == list(range(slots, slots + 5))
    assert pair.near.room(Class.LIVE) > 0


def test_few_released_bytes_are_owed_and_not_said_at_once() -> None:
    pair = Pair()
    for _ in range(16):
        pair.near.send(Envelope(Class.LIVE, "event", b""))
    pair.settle()
    said = []
    for one in pair.far.events():
        pair.far.release(one)
        said.append(len(drain(pair.far)))
    assert said == [0] * 15 + [1]


def test_nothing_is_released_twice() -> None:
    pair = Pair()
    pair.near.send(Envelope(Class.LIVE, "event", b""))
    pair.settle()
    (arrived,) = pair.far.events()
    pair.far.release(arrived)
    with pytest.raises(LinkMisused, match="twice"):
        pair.far.release(arrived)


def test_opening_twice_grants_once() -> None:
    pair = Pair()
    before = dict(pair.near._credit)
    pair.far.open()
    pair.settle()
    assert pair.near._credit == before == WINDOWS
    for _ in range(WINDOWS[Class.LIVE] // LEAST_COST):
        pair.near.send(Envelope(Class.LIVE, "event", b""))
    pair.settle()
    pair.far.open()  # all that was granted is spent, and nothing of it released
    pair.settle()
    assert pair.near._credit[Class.LIVE] == 0


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(Class), st.integers(0, ENVELOPE_LIMIT - HEAD_BYTES)), max_size=10))
def test_both_sides_count_alike_and_the_longest_can_always_be_sent_in_the_end(said: list[tuple[Class, int]]) -> None:
    pair = Pair()
    for of, length in said:
        room = pair.near.room(of)
        assert room == min(pair.near._credit[of], LARGEST[of]) - HEAD_BYTES
        pair.near.send(Envelope(of, "x" * 32, bytes(min(length, room))))
        pair.settle()
        assert {of: pair.near._credit[of] for of in Class} == pair.far._allowed
        (arrived,) = pair.far.events()
        pair.far.release(arrived)
        pair.settle()
        for each in Class:
            assert pair.far._allowed[each] + pair.far._held[each] + pair.far._owed[each] == WINDOWS[each]
            assert pair.near.room(each) == LARGEST[each] - HEAD_BYTES


def test_what_left_the_queue_weighs_no_more() -> None:
    pair = Pair()
    for _ in range(12):
        pair.near.send(padded(ENVELOPE_LIMIT))
        pair.settle()
        for arrived in pair.far.events():
            pair.far.release(arrived)
        pair.settle()
    assert pair.near._queued == 0


def test_who_asks_for_room_never_fills_the_queue() -> None:
    """Also while nothing leaves, because the peer does not read."""
    pair = Pair()
    for _ in range(20):
        for of in Class:
            if room := pair.near.room(of):
                pair.near.send(Envelope(of, "x", bytes(room)))
    assert [pair.near.room(of) for of in Class] == [0, 0, 0, 0]
    assert pair.near._queued <= 2 * 1024 * 1024


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_two_ends_that_keep_the_rules_never_part_and_never_wait_for_ever(data: st.DataObject) -> None:
    """Whatever the order in which they speak, are heard, are opened, release and change their keys."""
    pair = Pair(opened=False)
    ways = ((pair.near, pair.far, list[bytes]()), (pair.far, pair.near, list[bytes]()))
    said: dict[Wire, list[Envelope]] = {pair.near: [], pair.far: []}
    heard: dict[Wire, list[Envelope]] = {pair.near: [], pair.far: []}

    def hear(source: Wire, target: Wire) -> None:
        for arrived in target.events():
            heard[source].append(arrived.envelope)
            target.release(arrived)

    for _ in range(data.draw(st.integers(0, 40))):
        source, target, under_way = data.draw(st.sampled_from(ways))
        match data.draw(st.sampled_from(["send", "send", "leave", "arrive", "hear", "open", "change"])):
            case "send":
                of = data.draw(st.sampled_from(Class))
                length = data.draw(st.sampled_from([0, 5_000, LARGEST[of] - HEAD_BYTES]))
                if len(source._queues[of]) < 2:
                    said[source].append(Envelope(of, "x" * 32, bytes(length)))
                    source.send(said[source][-1])
            case "leave":
                under_way += source.to_send()
            case "arrive" if under_way:
                target.receive(under_way.pop(0))
            case "hear":
                hear(source, target)
            case "open":
                source.open()
            case "change":
                source.change_key()
    pair.near.open()
    pair.far.open()
    busy = True
    while busy:
        busy = False
        for source, target, under_way in ways:
            under_way += drain(source)
            busy = busy or bool(under_way)
            while under_way:
                target.receive(under_way.pop(0))
            hear(source, target)
    for wire in (pair.near, pair.far):
        for of in Class:
            assert [one for one in heard[wire] if one.of == of] == [one for one in said[wire] if one.of == of]


def grant(*amounts: object) -> bytes:
    return b"\1" + raw(0, "grant", pack(amounts))


@pytest.mark.parametrize(
    "clear",
    [
        grant(1, 2, 3),
        grant(1, 2, 3, 4, 5),
        grant(0, 0, -1, 0),
        grant(0, 0, 0, CREDIT_LIMIT + 1),
        grant(CREDIT_LIMIT, 0, 0, 0),
        grant("1", 0, 0, 0),
        b"\1" + raw(0, "grant"),
        b"\1" + raw(0, "grant", b"\xc1"),
        b"\1" + raw(1, "grant", pack((0, 0, 0, 0))),
        b"\1" + raw(0, "rekey", b"x"),
        b"\1" + raw(2, "rekey"),
    ],
)
def test_grants_and_changes_of_key_of_another_form_are_refused(clear: bytes) -> None:
    Stranger().fails(BadFrame, clear)


@pytest.mark.parametrize("encoded", [raw(0, "rekey"), raw(0, "grant", pack((0, 0, 0, 0)))])
def test_what_the_wires_say_to_each_other_comes_in_one_frame(encoded: bytes) -> None:
    Stranger().fails(BadFrame, *pieces(encoded, [3]))


def test_grants_cost_nothing_and_add_up() -> None:
    stranger = Stranger()
    for _ in range(300):
        stranger.say(grant(0, 1, 2, 3))
    assert list(stranger.wire._credit.values()) == [WINDOWS[Class.CONTROL], 300, 600, 900]
    assert stranger.heard() == []


# What we may not do ourselves.


def test_the_queue_is_bounded_in_number_and_in_bytes() -> None:
    wire = Pair(opened=False).near
    for _ in range(QUEUE_LIMIT):
        wire.send(Envelope(Class.LIVE, "event", b""))
    assert wire.room(Class.LIVE) == 0
    with pytest.raises(LinkMisused, match="More was queued"):
        wire.send(Envelope(Class.LIVE, "event", b""))
    wire = Pair(opened=False).near
    for _ in range(8):
        wire.send(padded(ENVELOPE_LIMIT))
    with pytest.raises(LinkMisused, match="More was queued"):
        wire.send(Envelope(Class.CONTROL, "card", b""))
    assert drain(wire) == []


@pytest.mark.parametrize("kind", ["grant", "rekey", "", "Hello", "hello\n", "h" * 33])
def test_kinds_that_a_peer_would_refuse_are_not_sent(kind: str) -> None:
    wire = Pair().near
    with pytest.raises(LinkMisused):
        wire.send(Envelope(Class.CONTROL, kind, b""))
    assert drain(wire) == []


# Changes of key.


def test_a_change_of_key_is_said_in_the_last_frame_under_the_old_one() -> None:
    pair = Pair()
    pair.near.send(Envelope(Class.LIVE, "event", b"1"))
    pair.near.change_key()
    pair.near.send(Envelope(Class.LIVE, "event", b"2"))
    boxes = pair.near._outward._box, pair.far._inward._box
    pair.settle()
    assert [envelope.body for envelope in envelopes(pair.far.events())] == [b"1", b"2"]
    assert boxes[0] is not pair.near._outward._box
    assert boxes[1] is not pair.far._inward._box
    pair.far.send(Envelope(Class.LIVE, "event", b"back"))
    pair.settle()
    assert len(pair.near.events()) == 1


@pytest.mark.parametrize("before", range(1, 12))
def test_the_key_changes_by_itself_wherever_in_an_envelope_that_falls(before: int) -> None:
    """Also when the frame that asks for a change is the last one that the old key may seal: it changes once."""
    pair = Pair()
    for cipher in (pair.near._outward, pair.far._inward):
        cipher._used = MESSAGES_PER_KEY - before
    pair.near.change_key()
    for _ in range(2):
        pair.near.send(padded(320 * 1024))
    pair.settle()
    assert len(pair.far.events()) == 2
    assert pair.near._outward._used == pair.far._inward._used == 12


def test_a_stranger_may_change_its_key_as_often_as_it_likes() -> None:
    stranger = Stranger()
    for _ in range(50):
        stranger.say(b"\1" + raw(0, "rekey"))
        stranger.cipher.change_key()
    stranger.say(b"\1" + HELLO)
    assert len(stranger.heard()) == 1


def test_an_envelope_is_what_the_protocol_says() -> None:
    assert pack(Envelope(Class.SYNC, "heads", b"\x01")) == b"\x93\x02\xa5heads\xc4\x01\x01"
    assert msgspec.msgpack.decode(HELLO) == [0, "hello", b"there"]
