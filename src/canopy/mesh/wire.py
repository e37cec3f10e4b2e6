"""What travels on an established link: envelopes, cut into frames, within granted credit; without I/O.

Frame: one sealed message; in clear a byte, 0 (more follows) or 1 (last), then a piece of an envelope. Envelope:
msgpack array [class, kind, body]. The frames of one envelope follow each other. Each class has a credit, so that
a flood of one kind holds up nothing but itself, and nobody fills our memory: an envelope spends its size, at
least LEAST_COST, and earns it back when the session has released it. At first only CONTROL has credit; the
others get theirs when the session opens them, so a peer that nobody approved cannot sync even by mistake.

Two kinds of class CONTROL belong to the wire, spend nothing and come in one frame: `grant`, four amounts of
further credit in the order of the classes, and `rekey`, the last message under this key of its direction.

Rule: memory is bounded by constants in both directions, whatever the peer sends or leaves unsent.
"""

import re
from collections import deque
from dataclasses import dataclass
from enum import Enum, IntEnum, auto
from typing import Annotated

import msgspec

from canopy.ground.codec import pack
from canopy.ground.errors import BadFrame, LinkMisused, Overstepped, TheirFault
from canopy.mesh.noise import TAG_BYTES, Channel

FRAME_LIMIT = 60 * 1024
"""Bytes of a frame in clear, its first byte included."""
ENVELOPE_LIMIT = 512 * 1024
CONTROL_LIMIT = 64 * 1024
LEAST_COST = 8 * 1024
"""What the smallest envelope spends: so a peer never has more than 256 of them waiting here."""
CREDIT_LIMIT = 1 << 30
"""What a class can be granted in all; more is a mistake of the other side."""
QUEUE_LIMIT = 256
QUEUE_BYTES = 4 * 1024 * 1024

KIND = r"^[a-z][a-z0-9_.]{0,31}\Z"
"""How a kind of envelope may be called."""
HEAD_BYTES = 41
"""What an envelope has at most beside its body."""

MORE, LAST = b"\x00", b"\x01"
GRANT, REKEY = "grant", "rekey"


class Class(IntEnum):
    """What an envelope is for. A lower number is sent first."""

    CONTROL = 0
    LIVE = 1
    SYNC = 2
    BULK = 3


LARGEST = {
    Class.CONTROL: CONTROL_LIMIT,
    Class.LIVE: ENVELOPE_LIMIT,
    Class.SYNC: ENVELOPE_LIMIT,
    Class.BULK: ENVELOPE_LIMIT,
}
"""The longest envelope of each class."""
WINDOWS = {of: 2 * CONTROL_LIMIT if of is Class.CONTROL else ENVELOPE_LIMIT + 2 * CONTROL_LIMIT for of in Class}
"""The credit that we grant: 2 MiB in all. What a window has above the longest envelope may be owed before a
grant is due, so that the longest can always be sent once all before it is released."""
FIRST_CREDIT = {of: WINDOWS[of] if of is Class.CONTROL else 0 for of in Class}
"""What each side may send before the first grant; part of the protocol, unlike the other windows."""


class Envelope(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """What one session says to the other. The body is for the kind to read."""

    of: Class
    kind: Annotated[str, msgspec.Meta(pattern=KIND)]
    body: bytes

    def __repr__(self) -> str:
        return f"Envelope({self.of.name}, {self.kind!r}, {len(self.body)} bytes)"


@dataclass(frozen=True, slots=True)
class Arrived:
    """An envelope of the peer. It holds credit until `Wire.release`."""

    envelope: Envelope
    cost: int


class State(Enum):
    """Where the inward stream of frames stands."""

    BETWEEN = auto()
    WITHIN = auto()
    BROKEN = auto()


class Input(Enum):
    """What a frame can be."""

    MORE = auto()
    LAST = auto()
    FAULT = auto()


_Amount = Annotated[int, msgspec.Meta(ge=0, le=CREDIT_LIMIT)]
_read_envelope = msgspec.msgpack.Decoder(Envelope).decode
_read_grant = msgspec.msgpack.Decoder(tuple[_Amount, _Amount, _Amount, _Amount]).decode


class Wire:
    """One end of an established link."""

    def __init__(self, channel: Channel) -> None:
        self.state = State.BETWEEN
        self._inward = channel.inward
        self._outward = channel.outward
        self._partial = bytearray()
        self._events: list[Arrived] = []
        # What the peer may still send, what it sent and we hold, and what we owe it.
        self._allowed = dict(FIRST_CREDIT)
        self._held = dict.fromkeys(Class, 0)
        self._owed = dict.fromkeys(Class, 0)
        # What we may still send, and what waits for that.
        self._credit = dict(FIRST_CREDIT)
        self._queues: dict[Class, deque[bytes]] = {of: deque() for of in Class}
        self._queued = 0
        self._granting = False
        self._changing_key = False

    # Inward.

    def receive(self, frame: bytes) -> None:
        """Take one frame, whole. Raises a LinkBroken, after which the link must be closed."""
        if self.state is State.BROKEN:
            raise BadFrame("The link is broken already.")
        try:
            self.state = TABLE[self.state][self._take(frame)]
        except TheirFault:
            self.state = TABLE[self.state][Input.FAULT]
            self._partial.clear()
            raise

    def events(self) -> list[Arrived]:
        """The envelopes that came since the last call."""
        events, self._events = self._events, []
        return events

    def release(self, arrived: Arrived) -> None:
        """The session is done with an envelope: the peer gets its credit back."""
        of = arrived.envelope.of
        if self._held[of] < arrived.cost:
            raise LinkMisused("An envelope was released twice. This is a bug: please report it.")
        self._held[of] -= arrived.cost
        self._owe(of, arrived.cost)

    def open(self) -> None:
        """Let the peer send all classes from now on; once, when it is approved."""
        for of in Class:
            if not (self._allowed[of] or self._held[of] or self._owed[of]):
                self._owe(of, WINDOWS[of])

    def _take(self, frame: bytes) -> Input:
        if not len(MORE) < len(frame) - TAG_BYTES <= FRAME_LIMIT:
            raise BadFrame("The peer's frame is empty or too long.")
        clear = self._inward.decrypt(frame)
        first, piece = clear[:1], clear[1:]
        if first not in (MORE, LAST):
            raise BadFrame("The peer's frame is neither the last of its envelope nor another.")
        if len(self._partial) + len(piece) > self._longest():
            raise Overstepped("The peer's envelope is longer than any that it may send.")
        self._partial += piece
        if first == MORE:
            return Input.MORE
        encoded = bytes(self._partial)
        self._partial.clear()
        self._arrive(encoded)
        return Input.LAST

    def _longest(self) -> int:
        """What an envelope may grow to before its class is known; a single frame is always read first."""
        return max(FRAME_LIMIT, *(min(LARGEST[of], self._allowed[of]) for of in Class))

    def _arrive(self, encoded: bytes) -> None:
        try:
            envelope = _read_envelope(encoded)
        except ValueError as error:  # the reader's own errors, and text that is not UTF-8
            raise BadFrame("The peer's envelope cannot be read.") from error
        if envelope.kind in (GRANT, REKEY):
            self._obey(envelope)
            return
        cost = max(len(encoded), LEAST_COST)
        if len(encoded) > LARGEST[envelope.of] or cost > self._allowed[envelope.of]:
            raise Overstepped(of=envelope.of.name.lower())
        self._allowed[envelope.of] -= cost
        self._held[envelope.of] += cost
        self._events.append(Arrived(envelope, cost))

    def _obey(self, envelope: Envelope) -> None:
        """Carry out what the peer's wire says to ours."""
        if envelope.of is not Class.CONTROL or self.state is not State.BETWEEN:
            raise BadFrame("The peer's grant or change of key has the wrong form.")
        if envelope.kind == GRANT:
            self._gain(envelope.body)
        elif envelope.body:
            raise BadFrame("The peer's change of key says more than that.")
        else:
            self._inward.change_key()

    def _gain(self, body: bytes) -> None:
        try:
            amounts = _read_grant(body)
        except ValueError as error:
            raise BadFrame("The peer's grant cannot be read.") from error
        for of, amount in zip(Class, amounts, strict=True):
            self._credit[of] += amount
            if self._credit[of] > CREDIT_LIMIT:
                raise BadFrame("The peer granted more than anybody can use.")

    def _owe(self, of: Class, amount: int) -> None:
        self._owed[of] += amount
        self._granting = self._granting or self._owed[of] >= WINDOWS[of] - LARGEST[of]

    # Outward.

    def send(self, envelope: Envelope) -> None:
        """Queue an envelope. Raises LinkMisused, above all when the queue is full: ask for `room` first."""
        encoded = pack(envelope)
        known = re.match(KIND, envelope.kind) and envelope.kind not in (GRANT, REKEY)
        if not known or len(encoded) > LARGEST[envelope.of]:
            raise LinkMisused
        if sum(map(len, self._queues.values())) >= QUEUE_LIMIT or self._queued + len(encoded) > QUEUE_BYTES:
            raise LinkMisused("More was queued for a peer than a link holds. This is a bug: please report it.")
        self._queues[envelope.of].append(encoded)
        self._queued += len(encoded)

    def room(self, of: Class) -> int:
        """How long a body of this class may be to leave at once; 0: wait for the peer."""
        if self._queues[of] or self._credit[of] < LEAST_COST:
            return 0
        return min(self._credit[of], LARGEST[of]) - HEAD_BYTES

    def change_key(self) -> None:
        """Change the key of our direction before the next envelope; 2^20 messages do it by themselves."""
        self._changing_key = True

    def to_send(self) -> list[bytes]:
        """The frames of the next envelope that may leave, the most urgent class first; none: wait for the peer.

        One at a time, so that what becomes urgent meanwhile overtakes.
        """
        if self.state is State.BROKEN:
            return []
        if self._changing_key:
            return self._send_change()
        if self._granting:
            return self._frames(self._grant())
        return self._frames(self._next())

    def _next(self) -> bytes:
        for of, queue in self._queues.items():
            if queue and (cost := max(len(queue[0]), LEAST_COST)) <= self._credit[of]:
                self._credit[of] -= cost
                self._queued -= len(queue[0])
                return queue.popleft()
        return b""

    def _grant(self) -> bytes:
        for of, amount in self._owed.items():
            self._allowed[of] += amount
        amounts = list(self._owed.values())
        self._owed = dict.fromkeys(Class, 0)
        self._granting = False
        return pack(Envelope(Class.CONTROL, GRANT, pack(amounts)))

    def _send_change(self) -> list[bytes]:
        frames = self._frames(pack(Envelope(Class.CONTROL, REKEY, b"")))
        self._outward.change_key()
        self._changing_key = False
        return frames

    def _frames(self, encoded: bytes) -> list[bytes]:
        size = FRAME_LIMIT - len(MORE)
        pieces = [encoded[start : start + size] for start in range(0, len(encoded), size)]
        marks = [MORE] * (len(pieces) - 1) + [LAST]
        return [self._outward.encrypt(mark + piece) for mark, piece in zip(marks, pieces, strict=False)]

    def __repr__(self) -> str:
        return f"Wire({self.state.name}, keys hidden)"


TABLE = {
    State.BETWEEN: {Input.MORE: State.WITHIN, Input.LAST: State.BETWEEN, Input.FAULT: State.BROKEN},
    State.WITHIN: {Input.MORE: State.WITHIN, Input.LAST: State.BETWEEN, Input.FAULT: State.BROKEN},
}
"""The inward machine. Frames are all that it takes; a broken link takes nothing, and sends nothing more."""
