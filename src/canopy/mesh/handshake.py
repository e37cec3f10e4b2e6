"""Who is at the other end: the handshake of a link, without I/O (protocol section 5).

    dialler                                       listener
    1  ephemeral key                        ->
                                            <-    2  ephemeral key, static key, proof
    3  static key, proof                    ->

A proof is a node id and its signature over everything said so far. The listener shows its proof first; the
dialler shows its own only to the node that it dialled. No secret of an invite comes in here, and nothing is
decided about trust: `Established` says who it is, not what they may do.

Rule: each message has one length, and is taken in one state. After a fault there is nothing but the end.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple

from canopy.crypto.keys import SIGNATURE_BYTES, SigningKey, is_identity, verify
from canopy.ground.errors import BadHandshake, WrongNode
from canopy.ground.ids import NODE_BYTES, NodeId
from canopy.mesh.noise import KEY_BYTES, TAG_BYTES, Channel, Exchange, KeyPair

PROLOGUE = b"canopy/1"
PROOF_LABEL = b"canopy-noise-1"
PROOF_BYTES = NODE_BYTES + SIGNATURE_BYTES
SECONDS = 10.0
"""How long a handshake may take, so that idle sockets do not fill the door."""

Accepts = Callable[[NodeId], bool]
"""Whether a proven node id is the one that was meant."""


class Role(Enum):
    """The two ends, as they are spelled in what is signed."""

    DIALLER = b"dialler"
    LISTENER = b"listener"


class State(Enum):
    """Which message is awaited, if any."""

    AWAITS_FIRST = auto()
    AWAITS_SECOND = auto()
    AWAITS_THIRD = auto()
    ESTABLISHED = auto()
    BROKEN = auto()


@dataclass(frozen=True, slots=True)
class Identity:
    """What a node shows of itself: its identity key, and the static key of its links, which is another one."""

    key: SigningKey
    static: KeyPair


@dataclass(frozen=True, slots=True)
class Established:
    """The handshake is over: the peer has proven this id, and the channel reaches nobody else."""

    peer: NodeId
    channel: Channel


class Handshake:
    """One handshake from one end. Ephemeral keys come from a function, so that a test can fix them."""

    def __init__(
        self, role: Role, me: Identity, make_ephemeral: Callable[[], KeyPair], now: float, accepts: Accepts
    ) -> None:
        self.state = State.AWAITS_FIRST
        self._role = role
        self._me = me
        self._accepts = accepts
        self._deadline = now + SECONDS
        self._exchange = Exchange(role is Role.DIALLER, me.static, make_ephemeral, PROLOGUE)
        self._outbox: list[bytes] = []
        self._events: list[Established] = []

    @classmethod
    def dial(cls, me: Identity, accepts: Accepts, make_ephemeral: Callable[[], KeyPair], now: float) -> "Handshake":
        """Begin as the one who called; only a node that `accepts` says yes to learns who we are."""
        handshake = cls(Role.DIALLER, me, make_ephemeral, now, accepts)
        handshake._outbox.append(handshake._exchange.write(_nothing))
        handshake.state = State.AWAITS_SECOND
        return handshake

    @classmethod
    def listen(cls, me: Identity, make_ephemeral: Callable[[], KeyPair], now: float) -> "Handshake":
        """Begin as the one who was called, by whomever."""
        return cls(Role.LISTENER, me, make_ephemeral, now, _anyone)

    def receive(self, message: bytes) -> None:
        """Take one message of the peer, whole. Raises a LinkBroken, after which the link must be closed."""
        step = STEPS.get(self.state)
        if step is None:
            raise BadHandshake("The peer sent a message of a handshake that is over.")
        self.state = State.BROKEN
        if len(message) != step.length:
            raise BadHandshake("The peer's message has not the length of its place in the handshake.")
        step.take(self, message)
        self.state = step.follows

    def events(self) -> list[Established]:
        """What happened since the last call."""
        events, self._events = self._events, []
        return events

    def to_send(self) -> list[bytes]:
        """The messages to send, each whole. Nothing is sent after a fault."""
        outbox, self._outbox = self._outbox, []
        return [] if self.state is State.BROKEN else outbox

    def due(self) -> float | None:
        """When to call `wake` at the latest."""
        return self._deadline if self.state in STEPS else None

    def wake(self, now: float) -> None:
        """Let time pass. Raises BadHandshake when the peer took too long."""
        if self.state in STEPS and now >= self._deadline:
            self.state = State.BROKEN
            raise BadHandshake("The peer did not finish the handshake in time.")

    def _answer_first(self, message: bytes) -> None:
        self._exchange.read(message)
        self._outbox.append(self._exchange.write(self._proof))

    def _answer_second(self, message: bytes) -> None:
        peer = self._check(*self._exchange.read(message))
        self._outbox.append(self._exchange.write(self._proof))
        self._establish(peer)

    def _take_third(self, message: bytes) -> None:
        self._establish(self._check(*self._exchange.read(message)))

    def _establish(self, peer: NodeId) -> None:
        self._events.append(Established(peer, self._exchange.split()))

    def _proof(self, handshake_hash: bytes) -> bytes:
        """Our node id, and that it speaks in this handshake, in this role, with this static key."""
        node = self._me.key.node
        return node + self._me.key.sign(statement(self._role, node, self._me.static.public, handshake_hash))

    def _check(self, proof: bytes, handshake_hash: bytes) -> NodeId:
        """The peer's node id. Its signature comes first: a wrong node is one that has proven that it is."""
        node, signature = NodeId(proof[:NODE_BYTES]), proof[NODE_BYTES:]
        role = Role.LISTENER if self._role is Role.DIALLER else Role.DIALLER
        said = statement(role, node, self._exchange.their_static, handshake_hash)
        if not is_identity(node) or not verify(node, said, signature):
            raise BadHandshake("The peer has not proven the node id that it claims.")
        if node == self._me.key.node:
            raise WrongNode("This node met itself, or a copy of itself.")
        if not self._accepts(node):
            raise WrongNode
        return node

    def __repr__(self) -> str:
        return f"Handshake({self._role.name}, {self.state.name}, keys hidden)"


def statement(role: Role, node: NodeId, static: bytes, handshake_hash: bytes) -> bytes:
    """What the proof of `role` signs."""
    return PROOF_LABEL + role.value + node + static + handshake_hash


def only(node: NodeId) -> Accepts:
    """Accept this node and no other."""
    return lambda met: met == node


def _anyone(_: NodeId) -> bool:
    return True


def _nothing(_: bytes) -> bytes:
    return b""


class Step(NamedTuple):
    """In a state: how long the message is, what it does, and the state it leads to. Any fault leads to BROKEN."""

    length: int
    take: Callable[[Handshake, bytes], None]
    follows: State


_BOXED_STATIC = KEY_BYTES + TAG_BYTES
_BOXED_PROOF = PROOF_BYTES + TAG_BYTES

STEPS = {
    State.AWAITS_FIRST: Step(KEY_BYTES, Handshake._answer_first, State.AWAITS_THIRD),
    State.AWAITS_SECOND: Step(KEY_BYTES + _BOXED_STATIC + _BOXED_PROOF, Handshake._answer_second, State.ESTABLISHED),
    State.AWAITS_THIRD: Step(_BOXED_STATIC + _BOXED_PROOF, Handshake._take_third, State.ESTABLISHED),
}
"""The whole machine: listener 1, 3, established; dialler 2, established. What is not here takes nothing."""
