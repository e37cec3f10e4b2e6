"""A node that was written from the protocol alone, with other libraries than ours; for tests that look from outside.

Noise comes from the package `noiseprotocol`, the socket from `websockets`, the signatures from PyNaCl. Nothing of
`canopy` is imported: what this file says is what a second implementation would say, right or wrong on purpose.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
import secrets
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec
from blake3 import blake3
from nacl.signing import SigningKey, VerifyKey
from noise.connection import Keypair, NoiseConnection  # type: ignore[import-untyped]
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

PIECE = 60 * 1024 - 1
CONTROL, LIVE, SYNC, BULK = range(4)
DIGITS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
PLENTY = 1 << 29
"""A credit that no honest node would grant."""

Proof = Callable[[bytes], bytes]
"""What stands in the third message, made from the handshake hash just before it."""


class Code(NamedTuple):
    """What an invite code says to whom it matters here."""

    node: bytes
    addresses: list[str]
    secret: bytes


def read_code(code: str) -> Code:
    """Open a code without the program that made it."""
    inner = code.removeprefix("canopy:")
    fields = json.loads(base64.urlsafe_b64decode(inner + "=" * (-len(inner) % 4)))
    secret = fields.get("sec", "")
    return Code(unbase58(fields["epk"]), fields["ep"], base64.urlsafe_b64decode(secret + "=" * (-len(secret) % 4)))


def unbase58(text: str) -> bytes:
    number = 0
    for letter in text:
        number = number * 58 + DIGITS.index(letter)
    return number.to_bytes(32, "big")


def base58(data: bytes) -> str:
    number, text = int.from_bytes(data, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = DIGITS[digit] + text
    return DIGITS[0] * (len(data) - len(data.lstrip(b"\0"))) + text


class Said(NamedTuple):
    """One envelope of the node."""

    of: int
    kind: str
    body: Any


@dataclass
class Event:
    """One event as it came over the wire."""

    header: list[Any]
    body: bytes | None

    @property
    def fields(self) -> dict[str, Any]:
        assert self.body is not None
        found: dict[str, Any] = msgspec.msgpack.decode(self.body[16:])
        return found


class Foreign:
    """An identity, and a way to knock."""

    def __init__(self) -> None:
        self.key = SigningKey.generate()
        self.node = bytes(self.key.verify_key)
        self.static = secrets.token_bytes(32)
        self.peer_id = base58(blake3(self.node).digest())[:16]

    def proof(self, before: bytes, static: bytes) -> bytes:
        """What an honest dialler shows of itself."""
        said = b"canopy-noise-1" + b"dialler" + self.node + static + before
        return self.node + self.key.sign(said).signature

    @contextlib.contextmanager
    def link(self, port: int, *, proof: Proof | None = None) -> Iterator[Line]:
        """Dial and shake hands, as an honest node or with another proof."""
        with connect(f"ws://127.0.0.1:{port}/mesh/1", compression=None, close_timeout=0.2) as opened:
            line = Line(opened, self.static)
            own = line.noise.noise_protocol.keypairs["s"].public_bytes
            line.shake(proof or (lambda before: self.proof(before, own)))
            yield line


class Line:
    """One socket to a node, and the channel on it."""

    def __init__(self, opened: ClientConnection, static: bytes) -> None:
        self.socket = opened
        self.noise: Any = NoiseConnection.from_name(b"Noise_XX_25519_ChaChaPoly_SHA256")
        self.noise.set_as_initiator()
        self.noise.set_prologue(b"canopy/1")
        self.noise.set_keypair_from_private_bytes(Keypair.STATIC, static)
        self.peer = b""
        self.said: list[Said] = []
        """All that the node said after the handshake."""
        self.closed_with: int | None = None
        self._piece = b""

    # The handshake.

    def shake(self, proof: Proof) -> None:
        """The three messages of XX, with the node's proof checked."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.noise.start_handshake()
        symmetric = self.noise.noise_protocol.handshake_state.symmetric_state
        self.socket.send(bytes(self.noise.write_message()))
        opens, before = symmetric.decrypt_and_hash, b""

        def opening(sealed: bytes) -> Any:
            nonlocal before
            before = symmetric.get_handshake_hash()
            return opens(sealed)

        symmetric.decrypt_and_hash = opening
        shown = bytes(self.noise.read_message(self.socket.recv(10)))
        self._check(shown, before)
        seals = symmetric.encrypt_and_hash
        # The last part of the third message is the payload, which is made from the hash of all before it.
        symmetric.encrypt_and_hash = lambda clear: seals(clear or proof(symmetric.get_handshake_hash()))
        self.socket.send(bytes(self.noise.write_message(b"")))
        assert self.noise.handshake_finished

    def _check(self, shown: bytes, before: bytes) -> None:
        self.peer, signature = shown[:32], shown[32:]
        static = self.noise.noise_protocol.handshake_state.rs.public_bytes
        VerifyKey(self.peer).verify(b"canopy-noise-1" + b"listener" + self.peer + static + before, signature)

    # Envelopes.

    def send(self, of: int, kind: str, body: object) -> None:
        """One envelope, in as many frames as it takes."""
        self.send_raw(msgspec.msgpack.encode([of, kind, msgspec.msgpack.encode(body)]))

    def send_raw(self, encoded: bytes) -> None:
        """What the node may have hung up on already; then `hear` tells how."""
        with contextlib.suppress(ConnectionClosed):
            for start in range(0, len(encoded), PIECE):
                mark = b"\x01" if start + PIECE >= len(encoded) else b"\x00"
                self.socket.send(bytes(self.noise.encrypt(mark + encoded[start : start + PIECE])))

    def hear(self, seconds: float) -> Said | None:
        """The next envelope; None when the node closed the link or said nothing in time."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            try:
                frame = self.socket.recv(left)
            except TimeoutError:
                return None
            except ConnectionClosed as closed:
                self.closed_with = closed.rcvd.code if closed.rcvd else 1006
                return None
            assert isinstance(frame, bytes)
            clear = bytes(self.noise.decrypt(frame))
            self._piece += clear[1:]
            if clear[:1] == b"\x01":
                of, kind, body = msgspec.msgpack.decode(self._piece)
                self._piece = b""
                self.said.append(Said(of, kind, msgspec.msgpack.decode(body) if body else None))
                return self.said[-1]
        return None

    def hear_all(self, quiet: float = 0.5, seconds: float = 10.0) -> list[Said]:
        """Everything until the node is silent for a while, or the link ends."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.hear(quiet) is not None:
            pass
        return self.said

    def hear_until(self, kind: str, seconds: float = 5.0) -> Said:
        """The next envelope of a kind."""
        deadline = time.monotonic() + seconds
        while (said := self.hear(max(0.0, deadline - time.monotonic()))) is not None:
            if said.kind == kind:
                return said
        raise AssertionError(f"no {kind} within {seconds} s; closed with {self.closed_with}; heard {self.kinds()}")

    def kinds(self) -> list[str]:
        return [said.kind for said in self.said]

    # What nodes say.

    def card(self, name: str = "foreign", version: str = "9") -> None:
        self.send(CONTROL, "card", [name, version])

    def join(self, secret: bytes, *, invite: bytes | None = None) -> None:
        """Show that we hold the secret of an invite."""
        identity = blake3(b"canopy-invite-1" + secret).digest()[:16] if invite is None else invite
        proof = hmac.new(secret, b"canopy-join-1" + self.noise.get_handshake_hash(), hashlib.sha256).digest()
        self.send(CONTROL, "join", [identity, proof])

    def hello(self, *, position: int = 0) -> None:
        """We trust you and hold nothing."""
        empty = blake3(msgspec.msgpack.encode([])).digest()[:16]
        self.send(CONTROL, "hello", [7, position, empty, empty, 0, 0, False, True, True])

    def grant(self, amount: int = PLENTY) -> None:
        self.send(CONTROL, "grant", [0, amount, amount, amount])

    def holds_nothing(self) -> None:
        """Our heads: none."""
        self.send(SYNC, "heads", [True, True, False, []])

    def events(self) -> list[Event]:
        """All events that came."""
        items = [item for said in self.said if said.kind == "events" for item in said.body[1]]
        return [Event(msgspec.msgpack.decode(item[0]), item[2]) for item in items]

    def words(self) -> list[str]:
        """What messages among them say."""
        return [event.fields["content"] for event in self.events() if event.header[7] == "message.posted"]
