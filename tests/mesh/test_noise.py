"""The channel: against another implementation in both roles, with keys of small order, and what must not open."""

import copy
import pickle
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from noise.connection import Keypair, NoiseConnection  # type: ignore[import-untyped]

from canopy.ground.errors import BadHandshake, NotGenuine, TheirFault
from canopy.mesh import noise
from canopy.mesh.handshake import PROLOGUE, Handshake, Role, State, statement
from canopy.mesh.noise import MESSAGES_PER_KEY, Channel, Cipher, Exchange, KeyPair
from tests.mesh.ends import ADA, BOB, channels, dial, ephemeral, established, fixed, listen, one, shake

PRIME = (1 << 255) - 19
SMALL_ORDER = [
    0,
    1,
    325606250916557431795983626356110631294008115727848805560023387167927233504,
    39382357235489614581723060781553021112529911719440698176882885853963445705823,
    PRIME - 1,
]
"""The five points of small order; their other spellings are not canonical."""
UNUSUAL = [*range(PRIME, 1 << 255), 1 << 255, (1 << 255) + 9, (1 << 256) - 1]


def u(number: int) -> bytes:
    return number.to_bytes(32, "little")


def oracle(role: Role) -> Any:
    """Another implementation with the keys of Ada (dialler) or Bob (listener)."""
    name, me = ("ada", ADA) if role is Role.DIALLER else ("bob", BOB)
    connection = NoiseConnection.from_name(noise.NAME)
    connection.set_as_initiator() if role is Role.DIALLER else connection.set_as_responder()
    connection.set_prologue(PROLOGUE)
    connection.set_keypair_from_private_bytes(Keypair.STATIC, me.static.private_bytes())
    connection.set_keypair_from_private_bytes(Keypair.EPHEMERAL, fixed(name + " ephemeral"))
    with pytest.warns(UserWarning, match="ephemeral"):
        connection.start_handshake()
    return connection


def link(role: Role) -> tuple[Handshake, Any, list[bytes]]:
    """A handshake of ours in `role` with the other implementation in the other, proofs included."""
    ours = dial() if role is Role.DIALLER else listen()
    theirs = oracle(Role.LISTENER if role is Role.DIALLER else Role.DIALLER)
    exchange = _oracle_listens if role is Role.DIALLER else _oracle_dials
    return ours, theirs, exchange(ours, theirs)


def _oracle_listens(ours: Handshake, theirs: Any) -> list[bytes]:
    first = one(ours.to_send())
    assert theirs.read_message(first) == b""
    second = _oracle_writes(theirs, Role.LISTENER)
    ours.receive(second)
    third = one(ours.to_send())
    assert theirs.read_message(third)[:32] == ADA.key.node
    return [first, second, third]


def _oracle_dials(ours: Handshake, theirs: Any) -> list[bytes]:
    first = bytes(theirs.write_message())
    ours.receive(first)
    second = one(ours.to_send())
    assert theirs.read_message(second)[:32] == BOB.key.node
    third = _oracle_writes(theirs, Role.DIALLER)
    ours.receive(third)
    return [first, second, third]


def _oracle_writes(theirs: Any, role: Role) -> bytes:
    """The other implementation does not show the hash before its payload: a twin of ours tells it."""
    me = BOB if role is Role.LISTENER else ADA
    symmetric = theirs.noise_protocol.handshake_state.symmetric_state
    seal = symmetric.encrypt_and_hash
    calls = []

    def prove(plaintext: bytes) -> bytes:
        if plaintext != b"proof":
            return bytes(seal(plaintext))
        calls.append(role)
        said = statement(role, me.key.node, me.static.public, bytes(symmetric.h))
        return bytes(seal(me.key.node + me.key.sign(said)))

    symmetric.encrypt_and_hash = prove
    message = bytes(theirs.write_message(b"proof"))
    symmetric.encrypt_and_hash = seal
    assert calls == [role]
    return message


# Against another implementation.


@pytest.mark.parametrize("role", Role)
def test_another_implementation_links_with_us(role: Role) -> None:
    ours, theirs, said = link(role)
    peer = established(ours)
    assert peer.peer == (BOB if role is Role.DIALLER else ADA).key.node
    assert peer.channel.handshake_hash == theirs.get_handshake_hash()
    twins = dial(), listen()
    twins[1].receive(one(twins[0].to_send()))
    second = one(twins[1].to_send())
    twins[0].receive(second)
    assert said == [one(dial().to_send()), second, one(twins[0].to_send())]


@pytest.mark.parametrize("role", Role)
def test_both_directions_and_changes_of_key_are_understood(role: Role) -> None:
    ours, theirs, _ = link(role)
    channel = established(ours).channel
    for turn in range(6):
        words = b"turn %d" % turn
        assert theirs.decrypt(channel.outward.encrypt(words)) == words
        assert channel.inward.decrypt(bytes(theirs.encrypt(words))) == words
        if turn % 2:
            channel.outward.change_key()
            theirs.rekey_inbound_cipher()
        if turn % 3 == 1:
            channel.inward.change_key()
            theirs.rekey_outbound_cipher()


@pytest.mark.parametrize("role", Role)
def test_the_key_changes_by_itself_after_so_many_messages(role: Role) -> None:
    ours, theirs, _ = link(role)
    cipher = established(ours).channel.outward
    cipher._nonce = cipher._used = theirs.noise_protocol.cipher_state_decrypt.n = MESSAGES_PER_KEY - 2
    for number in range(4):
        if number == 2:
            theirs.rekey_inbound_cipher()
        assert theirs.decrypt(cipher.encrypt(b"%d" % number)) == b"%d" % number
    assert cipher._used == 2


# Keys.


@pytest.mark.parametrize("number", SMALL_ORDER)
def test_keys_of_small_order_are_refused(number: int) -> None:
    with pytest.raises(BadHandshake, match="usable"):
        ADA.static.exchange(u(number))


@pytest.mark.parametrize("number", UNUSUAL)
def test_keys_that_are_spelled_otherwise_are_refused(number: int) -> None:
    with pytest.raises(BadHandshake, match="written"):
        ADA.static.exchange(u(number))


def test_a_key_of_another_length_is_refused() -> None:
    for length in (0, 31, 33):
        with pytest.raises(BadHandshake):
            ADA.static.exchange(bytes(length))


class Poor(KeyPair):
    """A key pair whose public half is whatever a stranger likes."""

    __slots__ = ()

    def __init__(self, public: bytes) -> None:
        super().__init__(fixed("poor"))
        self.public = public

    def exchange(self, public: bytes) -> bytes:
        return bytes(32)


@pytest.mark.parametrize("number", [*SMALL_ORDER, PRIME, PRIME + 1, 1 << 255])
def test_poor_keys_end_a_handshake_wherever_they_come(number: int) -> None:
    poor = Poor(u(number))
    with pytest.raises(BadHandshake):
        listen().receive(poor.public)
    for static, fresh in ((poor, ephemeral("bob")), (BOB.static, lambda: poor)):
        dialler = dial()
        stranger = Exchange(False, static, fresh, PROLOGUE)
        stranger.read(one(dialler.to_send()))
        with pytest.raises(TheirFault):
            dialler.receive(stranger.write(lambda _: bytes(96)))
        assert (dialler.state, dialler.to_send()) == (State.BROKEN, [])


@pytest.mark.parametrize("number", [*SMALL_ORDER, PRIME])
def test_a_poor_static_key_of_a_dialler_is_refused(number: int) -> None:
    stranger = Exchange(True, Poor(u(number)), ephemeral("eve"), PROLOGUE)
    listener = listen()
    listener.receive(stranger.write(lambda _: b""))
    stranger.read(one(listener.to_send()))
    with pytest.raises(BadHandshake):
        listener.receive(stranger.write(lambda _: bytes(96)))
    assert listener.events() == []


def test_a_key_pair_is_made_and_kept() -> None:
    pair = KeyPair.generate()
    assert pair.public != KeyPair.generate().public
    again = KeyPair(pair.private_bytes())
    assert again.public == pair.public
    assert again.exchange(ADA.static.public) == ADA.static.exchange(pair.public)


def test_keys_are_not_copied_by_accident() -> None:
    for bearer in (ADA.static, Cipher(bytes(32))):
        for spread in (pickle.dumps, copy.copy):
            with pytest.raises(TypeError, match="not pickled"):
                spread(bearer)


def test_what_the_keys_of_a_channel_came_from_is_forgotten() -> None:
    """Whoever later takes the static key of a node, or all of its memory, cannot read an old link."""
    dialler, listener = dial(), listen()
    shake(dialler, listener)
    for end in (dialler, listener):
        assert (end._exchange._own, end._exchange._chaining_key, end._exchange._cipher) == ({}, b"", None)


# What must not open.


def test_what_is_repeated_left_out_or_out_of_order_does_not_open() -> None:
    near, far = channels()
    first, second, third = (near.outward.encrypt(word) for word in (b"1", b"2", b"3"))
    for wrong in (second, third, b"", first[:-1], first + b"\0", first[1:]):
        with pytest.raises(NotGenuine):
            far.inward.decrypt(wrong)
    assert far.inward.decrypt(first) == b"1"
    for wrong in (first, third):
        with pytest.raises(NotGenuine):
            far.inward.decrypt(wrong)
    assert far.inward.decrypt(second) == b"2"


def test_what_we_said_ourselves_does_not_open() -> None:
    near, _ = channels()
    with pytest.raises(NotGenuine):
        near.inward.decrypt(near.outward.encrypt(b"mine"))


def test_a_side_that_changed_its_key_alone_is_not_understood() -> None:
    near, far = channels()
    far.inward.decrypt(near.outward.encrypt(b"1"))
    near.outward.change_key()
    with pytest.raises(NotGenuine):
        far.inward.decrypt(near.outward.encrypt(b"2"))


def test_a_key_that_no_message_used_is_not_changed() -> None:
    near, far = channels()
    near.outward.change_key()
    near.outward.change_key()
    assert far.inward.decrypt(near.outward.encrypt(b"1")) == b"1"


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(["say", "answer", "change ours", "change theirs"]), max_size=30))
def test_the_directions_are_independent(steps: list[str]) -> None:
    near, far = channels()
    for number, step in enumerate(steps):
        source, target = (near, far) if step in ("say", "change ours") else (far, near)
        if step.startswith("change"):
            source.outward.change_key()
            target.inward.change_key()
        else:
            assert target.inward.decrypt(source.outward.encrypt(bytes([number]))) == bytes([number])


# Secrets.


def test_nothing_of_a_channel_prints_its_keys() -> None:
    pair = KeyPair(b"n0body-may-read-this-in-32-bytes")
    cipher = Cipher(b"n0body-may-read-this-in-32-bytes")
    exchange = Exchange(True, pair, ephemeral("ada"), PROLOGUE)
    bearers = [pair, cipher, exchange, Channel(cipher, cipher, b"n0body-may-read-this"), dial(), BOB]
    text = repr(bearers) + "".join(map(str, bearers))
    secrets = [b"n0body-may-read-this", fixed("ada static"), fixed("bob identity"), fixed("ada ephemeral")]
    for secret in secrets:
        assert secret.hex() not in text
        assert repr(secret)[2:-1] not in text
    assert pair.public.hex()[:8] in text
