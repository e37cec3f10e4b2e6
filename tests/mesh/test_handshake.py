"""The handshake: who is proven to whom, and everything that must end it."""

import time
from collections.abc import Callable
from hashlib import sha512

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl.bindings import crypto_core_ed25519_add, crypto_scalarmult_ed25519_base_noclamp

from canopy.crypto.keys import verify
from canopy.ground.errors import BadHandshake, LinkBroken, NotGenuine, TheirFault, WrongNode
from canopy.ground.ids import NodeId
from canopy.mesh.handshake import PROLOGUE, SECONDS, STEPS, Handshake, Role, State, only, statement
from canopy.mesh.noise import Exchange, KeyPair
from tests.mesh.ends import ADA, BOB, EVE, NOW, dial, ephemeral, established, fixed, listen, one, shake

IDENTITY_POINT = b"\x01" + bytes(31)
LENGTHS = {State.AWAITS_FIRST: 32, State.AWAITS_SECOND: 192, State.AWAITS_THIRD: 160}

KNOWN = [
    "7abe85b424b02894c4b58b4b814b2dd231608902ede064d16515719bb7c50e01",
    (
        "ab33e83e435952340c1f8a9c0cd73a904fd86953128aeccb27a1a5e12484b45eb3367a015a2b7570376ecb7ff4f1038f"
        "9afc2651c51af1cb68ae71099e556585a901382c1932fffd4a36f05f96c5e978b54939ea4eef4005de25a5acf7dd533e"
        "e21498b299c401cc9c45b22da109a7985afdc1c0d92cb81f61bb5eba3c2bb528228272f2214e32d26689f0c87230a75e"
        "ded964f52a6c34476f4d156b1ab6ee299bf311702997edc929053797bd276ac9073453f65bb9600d65993eff5073653f"
    ),
    (
        "62fffd86e3feba7c39a688b27988fe1f03a8db0876f8aa891730f480755e8fc647784586357bef04d171759a60d61861"
        "d9c087079685dd07abc479338e7070f2583ad81699773d2c9548df1b96da8ea105f20e4c96d3889c2c924d02118338b4"
        "8cd2b4bc7863be92680735a755d4bb3bace8633416e377c62dfcc2f0a4f04dccaad933ec8cc5f7ba395eddae44e30696"
        "8d4309afc8b702f3a5d2eb9b6512276e"
    ),
]
KNOWN_HASH = "b1cd608564d70cb26546cdbf79f6c41ccb5747bab1e45b9cee76903242a28da8"
KNOWN_TRANSPORT = ["0a17e7502f440cbdc480e0251e06eaa9ae8a99363a31", "ea3a1b64790a227c77b612d6f9e6bceff57489d17d1b"]
"""Frozen: made with the keys of `ends.py`; `test_noise.py` has the same from another implementation."""


def at(state: State) -> Handshake:
    """A handshake of Ada or Bob that has come as far as this state."""
    dialler, listener = dial(), listen()
    if state is State.AWAITS_FIRST:
        return listener
    if state is State.AWAITS_SECOND:
        return dialler
    listener.receive(one(dialler.to_send()))
    if state is State.AWAITS_THIRD:
        return listener
    dialler.receive(one(listener.to_send()))
    if state is State.BROKEN:
        with pytest.raises(BadHandshake):
            listener.receive(b"")
        return listener
    return dialler


def messages() -> list[bytes]:
    return shake(dial(), listen())


def proving(prove: Callable[[bytes], bytes]) -> bytes:
    """Message 2 by somebody who has a static key and says whatever they like for a proof."""
    listener = Exchange(False, BOB.static, ephemeral("bob"), PROLOGUE)
    listener.read(one(dial().to_send()))
    return listener.write(prove)


# What happens when all is well.


def test_both_learn_who_the_other_is_and_share_a_channel() -> None:
    dialler, listener = dial(), listen()
    said = shake(dialler, listener)
    assert [len(message) for message in said] == [32, 192, 160]
    near, far = established(dialler), established(listener)
    assert (near.peer, far.peer) == (BOB.key.node, ADA.key.node)
    assert near.channel.handshake_hash == far.channel.handshake_hash
    assert far.channel.inward.decrypt(near.channel.outward.encrypt(b"to bob")) == b"to bob"
    assert near.channel.inward.decrypt(far.channel.outward.encrypt(b"to ada")) == b"to ada"
    for end in (dialler, listener):
        assert end.state is State.ESTABLISHED
        assert (end.events(), end.to_send(), end.due()) == ([], [], None)
        end.wake(NOW + 2 * SECONDS)


def test_no_key_or_name_is_said_in_clear() -> None:
    said = b"".join(messages())
    for secret in (ADA.key.node, BOB.key.node, ADA.static.public, BOB.static.public):
        assert secret not in said


def test_a_handshake_with_fixed_keys_says_the_same_for_ever() -> None:
    dialler, listener = dial(), listen()
    assert [message.hex() for message in shake(dialler, listener)] == KNOWN
    ends = established(dialler).channel, established(listener).channel
    assert [end.handshake_hash.hex() for end in ends] == [KNOWN_HASH] * 2
    assert [end.outward.encrypt(b"canopy").hex() for end in ends] == KNOWN_TRANSPORT


def test_the_statement_is_spelled_as_the_protocol_says() -> None:
    node, static, before = NodeId(b"n" * 32), b"s" * 32, b"h" * 32
    assert statement(Role.DIALLER, node, static, before) == b"canopy-noise-1" + b"dialler" + node + static + before
    assert statement(Role.LISTENER, node, static, before) == b"canopy-noise-1" + b"listener" + node + static + before


# The table.


def test_the_table_names_every_state_that_takes_a_message() -> None:
    assert {state: step.length for state, step in STEPS.items()} == LENGTHS
    assert {state: step.follows for state, step in STEPS.items()} == {
        State.AWAITS_FIRST: State.AWAITS_THIRD,
        State.AWAITS_SECOND: State.ESTABLISHED,
        State.AWAITS_THIRD: State.ESTABLISHED,
    }
    for state in State:
        assert at(state).state is state


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_message_is_taken_in_one_state_alone(state: State, number: int) -> None:
    machine, message = at(state), messages()[number]
    if LENGTHS.get(state) == len(message):
        machine.receive(message)
        assert machine.state is STEPS[state].follows
    else:
        with pytest.raises(BadHandshake):
            machine.receive(message)
        assert machine.state is (State.BROKEN if state in STEPS else state)


@pytest.mark.parametrize("state", State)
def test_time_ends_what_is_under_way(state: State) -> None:
    machine = at(state)
    machine.wake(NOW + SECONDS - 0.001)
    assert machine.state is state
    assert machine.due() == (NOW + SECONDS if state in STEPS else None)
    if state in STEPS:
        with pytest.raises(BadHandshake, match="in time"):
            machine.wake(NOW + SECONDS)
        assert (machine.state, machine.to_send(), machine.events()) == (State.BROKEN, [], [])


# Bytes of a stranger.


@settings(max_examples=150, deadline=None)
@given(state=st.sampled_from(State), data=st.data())
def test_any_bytes_in_any_state_are_their_fault(state: State, data: st.DataObject) -> None:
    machine = at(state)
    machine.to_send()
    machine.events()
    length = LENGTHS.get(state, 32)
    garbage = data.draw(st.one_of(st.binary(max_size=300), st.binary(min_size=length, max_size=length)))
    try:
        machine.receive(garbage)
    except TheirFault:
        assert (machine.events(), machine.to_send()) == ([], [])
    else:
        # Any 32 bytes that are a key may begin a handshake.
        assert state is State.AWAITS_FIRST
        assert machine.state is State.AWAITS_THIRD


@settings(max_examples=60, deadline=None)
@given(number=st.sampled_from([1, 2]), place=st.integers(0, 191), bit=st.integers(0, 7))
def test_one_altered_bit_ends_it(number: int, place: int, bit: int) -> None:
    machine = at(State.AWAITS_SECOND if number == 1 else State.AWAITS_THIRD)
    message = bytearray(messages()[number])
    message[place % len(message)] ^= 1 << bit
    with pytest.raises(LinkBroken):
        machine.receive(bytes(message))
    assert (machine.state, machine.events()) == (State.BROKEN, [])


def test_an_altered_first_message_is_found_by_the_dialler() -> None:
    dialler, listener = dial(), listen()
    first = bytearray(one(dialler.to_send()))
    first[0] ^= 1
    listener.receive(bytes(first))
    with pytest.raises(NotGenuine):
        dialler.receive(one(listener.to_send()))


@pytest.mark.parametrize("state", STEPS)
def test_a_message_of_another_length_is_refused(state: State) -> None:
    message = messages()[list(STEPS).index(state)]
    for wrong in (b"", message[:-1], message + b"\0", message * 2):
        machine = at(state)
        with pytest.raises(BadHandshake, match="length"):
            machine.receive(wrong)
        assert machine.state is State.BROKEN


def test_a_replayed_handshake_says_nothing_to_a_listener_with_another_ephemeral_key() -> None:
    first, _, third = messages()
    listener = Handshake.listen(BOB, KeyPair.generate, NOW)
    listener.receive(first)
    with pytest.raises(NotGenuine):
        listener.receive(third)
    assert listener.events() == []


def test_an_answer_to_an_earlier_call_is_refused() -> None:
    dialler = Handshake.dial(ADA, only(BOB.key.node), KeyPair.generate, NOW)
    with pytest.raises(NotGenuine):
        dialler.receive(messages()[1])


def test_ones_own_message_sent_back_is_refused() -> None:
    dialler, listener = dial(), listen()
    first = one(dialler.to_send())
    with pytest.raises(BadHandshake):
        dialler.receive(first)
    listener.receive(first)
    with pytest.raises(BadHandshake):
        listener.receive(one(listener.to_send()))


# Another one than was meant.


def test_the_dialler_refuses_another_node_before_it_says_who_it_is() -> None:
    dialler, listener = dial(), listen(EVE)
    listener.receive(one(dialler.to_send()))
    with pytest.raises(WrongNode):
        dialler.receive(one(listener.to_send()))
    assert (dialler.to_send(), dialler.events(), dialler.state) == ([], [], State.BROKEN)


def test_the_dialler_may_accept_by_any_rule() -> None:
    met: list[NodeId] = []

    def accept(node: NodeId) -> bool:
        met.append(node)
        return True

    dialler, listener = dial(accept), listen(EVE)
    shake(dialler, listener)
    assert met == [EVE.key.node] == [established(dialler).peer]


def test_a_node_does_not_link_to_itself() -> None:
    dialler, listener = dial(only(ADA.key.node)), listen(ADA)
    listener.receive(one(dialler.to_send()))
    with pytest.raises(WrongNode, match="itself"):
        dialler.receive(one(listener.to_send()))


def test_a_copy_of_a_node_does_not_link_to_it() -> None:
    listener = listen()
    copied = Exchange(True, EVE.static, ephemeral("eve"), PROLOGUE)
    listener.receive(copied.write(lambda _: b""))
    copied.read(one(listener.to_send()))
    bob = BOB.key.node

    def prove(before: bytes) -> bytes:
        return bob + BOB.key.sign(statement(Role.DIALLER, bob, EVE.static.public, before))

    with pytest.raises(WrongNode, match="itself"):
        listener.receive(copied.write(prove))
    assert listener.events() == []


def test_a_stolen_proof_of_another_handshake_is_refused() -> None:
    """Eve had Bob call her; what he signed for her she shows Ada."""
    stolen = listen()._proof(fixed("another handshake"))
    with pytest.raises(BadHandshake, match="proven"):
        dial().receive(proving(lambda _: stolen))


@pytest.mark.parametrize("wrong", ["role", "node", "static", "hash", "key"])
def test_a_proof_binds_role_node_static_key_and_handshake(wrong: str) -> None:
    def prove(before: bytes, wrong: str) -> bytes:
        said = statement(
            Role.DIALLER if wrong == "role" else Role.LISTENER,
            EVE.key.node if wrong == "node" else BOB.key.node,
            EVE.static.public if wrong == "static" else BOB.static.public,
            bytes(32) if wrong == "hash" else before,
        )
        return BOB.key.node + (EVE if wrong == "key" else BOB).key.sign(said)

    dial().receive(proving(lambda before: prove(before, "nothing")))
    dialler = dial()
    with pytest.raises(BadHandshake, match="proven"):
        dialler.receive(proving(lambda before: prove(before, wrong)))
    assert (dialler.to_send(), dialler.events()) == ([], [])


@pytest.mark.parametrize("node", [IDENTITY_POINT, bytes(32), b"\xff" * 32, b"\xee" + b"\xff" * 30 + b"\x7f"])
def test_a_key_that_nobody_owns_is_no_node(node: bytes) -> None:
    forged = node + IDENTITY_POINT + bytes(32)
    dialler = dial(lambda _: True)
    with pytest.raises(BadHandshake, match="proven"):
        dialler.receive(proving(lambda _: forged))


ORDER = (1 << 252) + 27742317777372353535851937790883648493
TORSION = bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")
"""A point of order 8."""


def mixed(secret: int) -> NodeId:
    """A key of large but not of prime order: to its owner's key a point of order 8 was added."""
    return NodeId(
        crypto_core_ed25519_add(crypto_scalarmult_ed25519_base_noclamp(secret.to_bytes(32, "little")), TORSION)
    )


def sign_mixed(secret: int, message: bytes) -> bytes:
    """A signature that fits a mixed key: one try of eight does, where the added point falls out."""
    node = mixed(secret)
    for nonce in range(1, 1000):
        point = crypto_scalarmult_ed25519_base_noclamp(nonce.to_bytes(32, "little"))
        challenge = int.from_bytes(sha512(point + node + message).digest(), "little") % ORDER
        if challenge % 8 == 0:
            return point + ((nonce + challenge * secret) % ORDER).to_bytes(32, "little")
    raise AssertionError("no nonce fits")


def test_a_key_of_mixed_order_is_no_node_though_its_signature_fits() -> None:
    """Else one owner could appear as eight nodes."""
    secret = int.from_bytes(fixed("mixed"), "little") % ORDER
    node = mixed(secret)
    fits = []

    def prove(before: bytes) -> bytes:
        said = statement(Role.LISTENER, node, BOB.static.public, before)
        signature = sign_mixed(secret, said)
        fits.append(verify(node, said, signature))
        return node + signature

    with pytest.raises(BadHandshake, match="proven"):
        dial(lambda _: True).receive(proving(prove))
    assert fits == [True]


def test_messages_2_and_3_bear_nothing_but_the_proof() -> None:
    genuine = listen()._proof
    for spoil in (lambda proof: b"", lambda proof: proof + b"x"):
        message = proving(lambda before, spoil=spoil: spoil(genuine(before)))  # type: ignore[misc]
        with pytest.raises(BadHandshake, match="length"):
            dial().receive(message)


# Figures.


def test_figures(capsys: pytest.CaptureFixture[str]) -> None:
    """Printed, not asserted: how many handshakes, both ends, a CPU second sees."""
    count = 100
    started = time.process_time()
    for _ in range(count):
        dialler = Handshake.dial(ADA, only(BOB.key.node), KeyPair.generate, NOW)
        shake(dialler, Handshake.listen(BOB, KeyPair.generate, NOW))
    rate = count / (time.process_time() - started)
    with capsys.disabled():
        print(f"\nhandshakes per CPU second, both ends: {rate:.0f}")
