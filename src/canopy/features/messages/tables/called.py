"""Whom a text calls: resolved once, by the author's node, among the members of the channel (REST section 8.4)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from canopy.edge.principal import Principal
from canopy.features.channels.tables import Channel, absent_from, admins_of, find_open
from canopy.features.messages.events import MENTIONS, Everyone
from canopy.features.people.tables import Card, cards_called
from canopy.ground.ids import NODE_BYTES, NodeId, UserKey
from canopy.ground.mentions import called_in
from canopy.log.db import Read

if TYPE_CHECKING:
    from canopy.features.messages.tables.rows import Message

USER_CHARACTERS = 16
_PAIR = NODE_BYTES + USER_CHARACTERS
_EVERYONE: dict[str, Everyone] = {"channel": "channel", "here": "here"}

Pair = tuple[NodeId, UserKey]


class Called(msgspec.Struct, frozen=True):
    """Whom a text calls by name, and whether it calls everybody."""

    pairs: tuple[Pair, ...] = ()
    everyone: Everyone = ""


def resolve(tx: Read, principal: Principal, channel: Channel, content: str) -> Called:
    """Whom a text of the caller calls in a channel. Authors call nobody by their own names."""
    handles = called_in(content)
    if not handles:
        return Called()
    absent = absent_from(tx, channel)
    pairs: dict[Pair, None] = {}
    everyone: set[Everyone] = set()
    for handle in handles:
        found = [card for card in cards_called(tx, handle, principal.node) if card.user_id not in absent]
        if not found and handle.lower() in _EVERYONE:
            everyone.add(_EVERYONE[handle.lower()])
        pairs.update(_pair(card) for card in found if card.user_id != principal.user_id)
    heard = everyone if principal.user_id in admins_of(tx, channel) else ()
    return Called(tuple(pairs)[:MENTIONS], "channel" if "channel" in heard else "here" if "here" in heard else "")


def _pair(card: Card) -> tuple[Pair, None]:
    return (card.node, card.user), None


def calls_everyone(tx: Read, message: "Message") -> bool:
    """Whether a message calls all members: an admin of its channel may."""
    if not message.everyone:
        return False
    channel = find_open(tx, message.channel)
    return channel is not None and message.author in admins_of(tx, channel)


def pack_pairs(pairs: Sequence[tuple[bytes, str]]) -> bytes:
    """Pairs as one value of a row."""
    return b"".join(node + user.encode() for node, user in pairs)


def unpack_pairs(packed: bytes) -> tuple[Pair, ...]:
    """The pairs that a row holds."""
    starts = range(0, len(packed), _PAIR)
    return tuple(
        (NodeId(packed[at : at + NODE_BYTES]), UserKey(packed[at + NODE_BYTES : at + _PAIR].decode())) for at in starts
    )
