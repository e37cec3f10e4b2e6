"""What envelopes contain: one struct for each kind, each a msgpack array, each bounded (docs/protocol.md, Session).

Reading is strict: a body that is not exactly of its form ends the link. A kind that this version does not know is
passed over, so that a newer peer may say more.
"""

from typing import Annotated, ClassVar, TypeVar

import msgspec

from canopy.ground.codec import pack
from canopy.ground.errors import BadFrame
from canopy.mesh.wire import Class, Envelope

Number = Annotated[int, msgspec.Meta(ge=0, le=(1 << 63) - 1)]
Height = Annotated[int, msgspec.Meta(ge=1, le=(1 << 63) - 1)]
Scope = Annotated[bytes, msgspec.Meta(min_length=16, max_length=16)]
Node = Annotated[bytes, msgspec.Meta(min_length=32, max_length=32)]
Digest = Annotated[bytes, msgspec.Meta(min_length=16, max_length=16)]
EventIds = Annotated[list[Annotated[bytes, msgspec.Meta(min_length=32, max_length=32)]], msgspec.Meta(max_length=256)]
Tip = tuple[Height, Annotated[bytes, msgspec.Meta(min_length=8, max_length=8)]]
"""A height and the first bytes of the id of an event at it."""
ChainKey = tuple[Scope, Node, Number]
"""What names a chain: scope, node, run."""

HEADS_AT_ONCE = 2_000
SPINE = 64


class Content(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """The body of an envelope."""

    KIND: ClassVar[str]
    OF: ClassVar[Class] = Class.SYNC


class Join(Content, frozen=True, array_like=True, forbid_unknown_fields=True):
    """The first words of one who holds an invite: which, and that its secret is known."""

    KIND: ClassVar[str] = "join"
    OF: ClassVar[Class] = Class.CONTROL

    invite: Annotated[bytes, msgspec.Meta(min_length=16, max_length=16)]
    proof: Annotated[bytes, msgspec.Meta(min_length=32, max_length=32)]

    def __repr__(self) -> str:
        return "Join(hidden)"


class Joined(Content, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Whether an invite was accepted; a refusal does not say why."""

    KIND: ClassVar[str] = "joined"
    OF: ClassVar[Class] = Class.CONTROL

    accepted: bool


class Card(Content, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Who is there, for the people who decide whether to trust it."""

    KIND: ClassVar[str] = "card"
    OF: ClassVar[Class] = Class.CONTROL

    name: Annotated[str, msgspec.Meta(max_length=200)]
    version: Annotated[str, msgspec.Meta(max_length=40)]


class Hello(Content, frozen=True, array_like=True, forbid_unknown_fields=True):
    """We trust you, and this is how far we are; sent again when what is shared changes."""

    KIND: ClassVar[str] = "hello"
    OF: ClassVar[Class] = Class.CONTROL

    run: Number
    """The incarnation of our database."""
    position: Number
    """The newest position of our log."""
    apart: Digest
    """Over what is shared while open channels stay apart."""
    merged: Digest
    """Over what is shared while open channels flow."""
    have_run: Number
    """The incarnation of yours that we last synced with; 0: none."""
    have_position: Number
    """Up to which position we hold everything of yours that was shared then."""
    have_merged: bool
    """Whether open channels flowed then."""
    alone: bool
    """We trust nobody else."""
    consents: bool
    """A person here agreed that open channels flow, or they did before."""
    addresses: Annotated[list[Annotated[str, msgspec.Meta(max_length=300)]], msgspec.Meta(max_length=16)] = []
    """Where we can be dialled."""


class Heads(Content, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Ends of chains that we hold."""

    KIND: ClassVar[str] = "heads"

    whole: bool
    """These are all that we hold of what is shared; else those that changed, or that are spoken of."""
    last: bool
    """No more of them follow."""
    answer: bool
    """Please send yours too."""
    chains: Annotated[
        list[tuple[ChainKey, Annotated[list[Tip], msgspec.Meta(min_length=1, max_length=8)]]],
        msgspec.Meta(max_length=HEADS_AT_ONCE),
    ]


class Want(Content, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Send this chain from the highest of these places that you hold; from its beginning, if none."""

    KIND: ClassVar[str] = "want"

    chain: ChainKey
    spine: Annotated[list[Tip], msgspec.Meta(max_length=SPINE)]


class Later(Content, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Send no more of this chain until we want it."""

    KIND: ClassVar[str] = "later"

    chain: ChainKey


class Bodies(Content, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Send the bodies of these events, if you hold them."""

    KIND: ClassVar[str] = "bodies"

    events: EventIds


class Level(Content, frozen=True, array_like=True, forbid_unknown_fields=True):
    """We sent all that you lack, as far as we know; this is what we hold."""

    KIND: ClassVar[str] = "level"

    digest: Digest
    answer: bool
    """Please say yours too."""


class Item(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """One event as it travels."""

    header: bytes
    signature: bytes
    body: bytes | None
    absence: Annotated[str, msgspec.Meta(max_length=16)] = "none"


class Events(Content, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Events, each chain ascending."""

    KIND: ClassVar[str] = "events"

    upto: Number
    """With these you hold everything of ours up to this position; 0 says nothing."""
    items: Annotated[list[Item], msgspec.Meta(max_length=256)]


KINDS: dict[str, type[Content]] = {
    kind.KIND: kind for kind in (Join, Joined, Card, Hello, Heads, Want, Later, Bodies, Level, Events)
}
_READERS = {name: msgspec.msgpack.Decoder(kind).decode for name, kind in KINDS.items()}

C = TypeVar("C", bound=Content)


def read(envelope: Envelope) -> Content | None:
    """The content of an envelope; None for a kind that this version does not know. Raises BadFrame."""
    reader = _READERS.get(envelope.kind)
    if reader is None:
        return None
    try:
        content = reader(envelope.body)
    except ValueError as error:
        raise BadFrame("What the peer's envelope contains cannot be read.") from error
    if content.OF is not envelope.of and not (content.OF is Class.SYNC and envelope.of is Class.LIVE):
        raise BadFrame("The peer's envelope is of the wrong class.")
    return content


def seal(content: Content, of: Class | None = None) -> Envelope:
    """The envelope of a content."""
    return Envelope(content.OF if of is None else of, content.KIND, pack(content))
