"""Strangers at the mesh port: whoever was not let in by a person gets a name card, and no byte beside it."""

from __future__ import annotations

import base64
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from blake3 import blake3
from tests.e2e.foreign import CONTROL, LIVE, SYNC, Foreign, Line, Said, read_code
from tests.e2e.node import Node
from tests.e2e.pair import invite_of, is_level, link, nodes, peers, syncing, wait_until, words
from tests.e2e.tap import Tap
from tests.e2e.test_marker import MARKER, spellings
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

pytestmark = [pytest.mark.slow, pytest.mark.timeout(90)]

SECRET_WORDS = "for those who were let in"
P = 2**255 - 19
EIGHTH = 325606250916557431795983626356110631294008115727848805560023387167927233504
"""The abscissa of a point of order eight on the curve of X25519."""
SMALL = [0, 1, EIGHTH, 39382357235489614581723060781553021112529911719440698176882885853963445705823, P - 1, P, P + 1]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A node with something to say, and one guest, so that linking is nothing new to it."""
    with nodes(tmp_path_factory.mktemp("house"), "house") as (node,):
        node.post(SECRET_WORDS)
        yield node


@contextmanager
def unmoved(node: Node) -> Iterator[None]:
    """What happens within changes nothing in the log of the node, and nothing that it shows."""
    before = held(node), words(node)
    yield
    assert (held(node), words(node)) == before


def held(node: Node) -> int:
    return int(node.call("GET", "/p2p/sync")["events"])


def is_harmless(said: Said) -> bool:
    """A card, a refusal, or credit to say who one is."""
    if said.kind == "grant":
        amounts = bytes(said.body) if isinstance(said.body, bytes) else said.body
        return said.of == CONTROL and list(amounts)[1:] == [0, 0, 0]
    return said.of == CONTROL and (said.kind == "card" or (said.kind, said.body) == ("joined", [False]))


def got_nothing(line: Line) -> None:
    """The premise first: the node did speak, and we could read it."""
    line.hear_all()
    assert "card" in line.kinds()
    assert [said for said in line.said if not is_harmless(said)] == []


def ask_for_all(line: Line) -> None:
    """What only those say who trust each other."""
    line.hello()
    line.grant()
    line.hear_all(0.2)
    line.holds_nothing()


def admit(node: Node, foreign: Foreign, code: str = "") -> bytes:
    """Join with a fresh code; the secret."""
    secret = read_code(code or invite_of(node)).secret
    with foreign.link(node.mesh_port) as line:
        line.join(secret)
        line.card()
        assert line.hear_until("joined").body == [True]
    return secret


def test_the_premise_a_guest_gets_everything(house: Node) -> None:
    """Another implementation that was let in reads what was said: so what follows fails for the right reason."""
    guest = Foreign()
    with guest.link(house.mesh_port) as line:
        code = read_code(invite_of(house))
        assert line.peer == code.node
        line.join(code.secret)
        line.card("guest")
        assert line.hear_until("joined").body == [True]
        ask_for_all(line)
        line.hear_until("level")
        assert SECRET_WORDS in line.words()


def test_without_an_invite_nothing_flows(house: Node) -> None:
    with unmoved(house), Foreign().link(house.mesh_port) as line:
        line.card("nobody")
        line.hello()
        line.grant()
        got_nothing(line)
        assert line.closed_with is None
        line.holds_nothing()
        line.hear_all()
        assert line.closed_with == 4004
        got_nothing(line)


@pytest.mark.parametrize("of", [LIVE, SYNC])
@pytest.mark.parametrize("kind", ["heads", "want", "events", "bodies", "level", "later"])
def test_words_of_syncing_end_a_link_without_trust(house: Node, of: int, kind: str) -> None:
    bodies: dict[str, object] = {
        "heads": [True, True, True, []],
        "want": [[bytes(16), bytes(32), 0], []],
        "events": [5, []],
        "bodies": [[bytes(32)]],
        "level": [bytes(16), True],
        "later": [[bytes(16), bytes(32), 0]],
    }
    with unmoved(house), Foreign().link(house.mesh_port) as line:
        line.hear_until("card")
        line.send(of, kind, bodies[kind])
        got_nothing(line)
        assert line.closed_with == 4004


def test_a_wrong_secret_is_answered_like_an_unknown_invite(house: Node) -> None:
    right = read_code(invite_of(house)).secret
    known = bytes(Foreign().key.verify_key)[:16]
    with unmoved(house):
        for secret, invite in ((secrets.token_bytes(16), None), (secrets.token_bytes(16), known), (right, known)):
            with Foreign().link(house.mesh_port) as line:
                line.join(secret, invite=invite)
                assert line.hear_until("joined").body == [False]
                ask_for_all(line)
                got_nothing(line)


def test_the_right_invite_with_a_wrong_proof_stays_unspent(house: Node) -> None:
    code = invite_of(house)
    secret = read_code(code).secret
    with unmoved(house), Foreign().link(house.mesh_port) as line:
        line.join(secrets.token_bytes(16), invite=blake3(b"canopy-invite-1" + secret).digest()[:16])
        assert line.hear_until("joined").body == [False]
        ask_for_all(line)
        got_nothing(line)
    assert invite_of(house) == code
    admit(house, Foreign(), code)


def test_a_spent_invite_is_of_no_use_to_another_node(house: Node) -> None:
    owner = Foreign()
    secret = admit(house, owner)
    with owner.link(house.mesh_port) as line:
        line.join(secret)
        assert line.hear_until("joined").body == [True]
    with unmoved(house), Foreign().link(house.mesh_port) as line:
        line.join(secret)
        assert line.hear_until("joined").body == [False]
        ask_for_all(line)
        got_nothing(line)


def test_a_join_holds_for_its_own_handshake_alone(house: Node) -> None:
    """The words of a joiner, said again on another link, by whoever overheard them at the end."""
    thief, secret = Foreign(), read_code(invite_of(house)).secret
    with thief.link(house.mesh_port) as first:
        heard = first.noise.get_handshake_hash()
    with unmoved(house), thief.link(house.mesh_port) as line:
        assert line.noise.get_handshake_hash() != heard
        line.noise.get_handshake_hash = lambda: heard
        line.join(secret)
        assert line.hear_until("joined").body == [False]
        ask_for_all(line)
        got_nothing(line)


@pytest.mark.parametrize("point", SMALL, ids=hex)
def test_a_key_of_small_order_is_not_answered(house: Node, point: int) -> None:
    with unmoved(house), connect(f"ws://127.0.0.1:{house.mesh_port}/mesh/1", compression=None) as opened:
        opened.send(point.to_bytes(32, "little"))
        with pytest.raises(ConnectionClosed):
            opened.recv(5)


def test_an_identity_of_small_order_proves_nothing(house: Node) -> None:
    """Its signature of zeros holds for every message where keys are not looked at."""
    identity = (1).to_bytes(32, "little")
    with unmoved(house), Foreign().link(house.mesh_port, proof=lambda _: identity + identity + bytes(32)) as line:
        line.hear_all()
        assert line.said == []
        assert line.closed_with is not None


def test_a_claimed_identity_proves_nothing(house: Node) -> None:
    """The id of a trusted guest with a signature of ours, and its own signature of another handshake."""
    guest, thief = Foreign(), Foreign()
    admit(house, guest)
    with guest.link(house.mesh_port) as line:
        stale = guest.proof(bytes(32), line.noise.noise_protocol.keypairs["s"].public_bytes)
    ours = b"".join((guest.node, thief.key.sign(b"canopy-noise-1").signature))
    for proof in (stale, ours):
        with unmoved(house), thief.link(house.mesh_port, proof=lambda _, proof=proof: proof) as line:  # type: ignore[misc]
            line.hear_all()
            assert line.said == []
            assert line.closed_with is not None


def test_a_blocked_node_is_shut_out(house: Node) -> None:
    guest = Foreign()
    admit(house, guest)
    (level,) = [peer["level"] for peer in peers(house) if peer["peer_id"] == guest.peer_id]
    assert level == "trusted"
    house.call("POST", f"/p2p/peers/{guest.peer_id}/block", {})
    with unmoved(house), guest.link(house.mesh_port) as line:
        line.hello()
        line.grant()
        line.hear_all()
        assert line.said == []
        assert line.closed_with == 4003


# Between two real nodes, with somebody on the network.


def through(node: Node, tap: Tap) -> str:
    """A code of the node that leads through the tap."""
    return str(node.call("GET", f"/p2p/invite?external_endpoint={tap.address}")["invite_code"])


def replay(node: Node, recorded: bytes) -> bytes:
    """Say what somebody said before; what the node answers until it closes."""
    answered = b""
    with socket.create_connection(("127.0.0.1", node.mesh_port), timeout=12) as wire:
        wire.sendall(recorded)
        try:
            while data := wire.recv(65_536):
                answered += data
        except ConnectionError:
            pass
    return answered


def test_what_was_overheard_is_of_no_use(tmp_path: Path) -> None:
    """A whole real handshake with its join, played again from the first byte, byte for byte."""
    with nodes(tmp_path, "one", "two") as (one, two), Tap(one.mesh_port) as tap:
        one.post("first")
        two.call("POST", "/p2p/invite/import", {"invite_code": through(one, tap)})
        wait_until(lambda: words(two) == ["first"], "the words through the tap")
        recorded = bytes(tap.sent[0])
        two.stop()
        assert len(tap.answered[0]) > 1000
        before = held(one)
        for _ in range(3):
            answered = replay(one, recorded)
            head, _, frames = answered.partition(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 101 ")
            # A frame of the second message: two bytes of length each, a key, a sealed key, a sealed proof.
            assert len(frames) <= 4 + 32 + 48 + 112
        assert held(one) == before
        assert [peer["state"] for peer in peers(one)] == ["offline"]


def test_a_wrong_node_at_the_address_learns_nothing(tmp_path: Path) -> None:
    """The dialler asks who is there before it says who it is."""
    with nodes(tmp_path, "one", "two", "three") as (one, two, three), Tap(three.mesh_port) as tap:
        one.post("not for three")
        answer = two.call("POST", "/p2p/invite/import", {"invite_code": through(one, tap)})
        outcomes = [(attempt["address"], attempt["outcome"]) for attempt in answer["attempts"]]
        assert outcomes == [(tap.address, "wrong_node"), (f"ws://127.0.0.1:{one.mesh_port}", "connected")]
        wait_until(lambda: words(two) == ["not for three"], "the right node")
        (sent,), (answered,) = tap.sent, tap.answered
        assert len(answered.partition(b"\r\n\r\n")[2]) >= 32 + 48 + 112, "three did show who it is"
        # A masked frame of 32 bytes, and perhaps a goodbye; the third message alone would be 160 bytes.
        assert 32 <= len(sent.partition(b"\r\n\r\n")[2]) < 32 + 6 + 20
        assert words(three) == []
        assert peers(three) == []


def test_what_is_said_crosses_the_network_in_no_readable_form(tmp_path: Path) -> None:
    """A1's marker: posted both ways, answered, edited and caught up."""
    marker = f"{MARKER} over the wire"
    with nodes(tmp_path, "one", "two") as (one, two), Tap(one.mesh_port) as tap:
        one.post(f"{marker} before")
        two.call("POST", "/p2p/invite/import", {"invite_code": through(one, tap)})
        wait_until(lambda: len(words(two)) == 1, "the catch-up")
        said = two.post(f"{marker} back")
        wait_until(lambda: len(words(one)) == 2, "the answer")
        answer = {"channel_id": "general", "content": f"{marker} in a thread", "parent_message_id": said}
        one.call("POST", "/channels/messages", answer)
        wait_until(lambda: len(words(two)) == 3, "the thread")
        two.call("PATCH", f"/channels/general/messages/{said}", {"content": f"{marker} edited"})
        wait_until(lambda: f"{marker} edited" in words(one), "the edit")
        two.stop()
        one.post(f"{marker} while away")
        two.restart()
        wait_until(lambda: len(words(two)) == 4, "the absence", 20)
        wait_until(lambda: is_level(one) and is_level(two), "the end of it")
        passed = tap.all_bytes()
        two.stop()
    assert len(tap.sent) >= 2
    assert len(passed) > 4000
    assert b"GET /mesh/1 HTTP/1.1" in passed, "the tap hears what is said in clear"
    lower = passed.lower()
    assert [name for name, raw in spellings(MARKER).items() if raw.lower() in lower] == []
    assert base64.b64encode(MARKER.encode()).lower() not in lower
    for name in (b"the owner", b"node-"):
        assert name not in lower


def refused(node: Node) -> dict[str, dict[str, int]]:
    """What each peer did wrong, as Connect shows it."""
    return {peer["peer_id"]: peer["refused"] for peer in peers(node)}


def test_the_wire_tells_who_was_refused(tmp_path: Path) -> None:
    """People see that somebody knocked, and as what."""
    with nodes(tmp_path, "one", "two") as (one, two):
        link(one, two)
        wait_until(lambda: syncing(one) == 1, "a peer")
        with Foreign().link(one.mesh_port) as line:
            line.card("somebody new")
            line.hear_until("card")
            wait_until(lambda: len(peers(one)) == 2, "the stranger")
            wait_until(lambda: "somebody new" in [peer["display_name"] for peer in peers(one)], "its name")
            (stranger,) = [peer for peer in peers(one) if peer["level"] == "unknown"]
            assert stranger["state"] == "connected_not_syncing"
            assert len(stranger["words"]) == 6
            line.send(SYNC, "level", [bytes(16), True])
            line.hear_all()
        guest = Foreign()
        admit(one, guest)
        with guest.link(one.mesh_port) as line:
            line.hear_until("hello")
            line.send(CONTROL, "grant", "no amounts")
            line.hear_all()
            assert line.closed_with == 4004
        wait_until(lambda: refused(one)[guest.peer_id] == {"bad_frame": 1}, "the count")
        assert refused(one)[stranger["peer_id"]] == {}, "ids of strangers cost nothing, so they are counted together"
        two.post("undisturbed")
        wait_until(lambda: words(one) == ["undisturbed"], "the real peer")
        checks = {check["code"]: check for check in one.doctor().json["checks"]}
        assert checks["mesh_port"]["state"] == checks["peers"]["state"] == "ok"
        assert checks["links"]["state"] == "warn"
        assert "foreign" in checks["links"]["sentence"] and "1 bad_frame" in checks["links"]["sentence"]
        assert "strangers 1 overstepped" in checks["links"]["sentence"]
        assert "somebody new" in checks["approval"]["sentence"]
