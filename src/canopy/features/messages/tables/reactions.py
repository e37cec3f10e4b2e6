"""Reactions: one for each user and message, the newest by (time, id). Rows of their own, so that the thousandth costs
what the first did; the message's row only keeps the sum of their marks, from which readers see that others count."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, func, insert, literal_column, select, update

from canopy.crypto.sealing import digest
from canopy.features.channels.tables import ChannelState
from canopy.features.messages.events import MessagePosted
from canopy.features.messages.tables.marks import MARK_BYTES, reactions
from canopy.features.messages.tables.rows import admit_posted, messages
from canopy.ground.ids import EventId, NodeId, UserKey
from canopy.log import store
from canopy.log.catalog import DONE, Entry, Fate, Verdict, hidden, waiting
from canopy.log.db import Read, Tx, prepare, row_of
from canopy.log.event import header_of
from canopy.log.shown import message_id, user_id

NAMED = 200
"""So many of a message's reactions are told with their users, the earliest; the counts are of all."""
TYPES = 50
"""So many different reactions of one message are told, the most frequent."""

_DELETE = prepare(
    delete(reactions).where(reactions.c.object == bindparam("which")).returning(reactions.c.message, reactions.c.mark)
)
_INSERT = prepare(insert(reactions).values(row_of(reactions)))
_ADD = prepare(
    update(messages)
    .where(messages.c.id == bindparam("which"))
    .values(reacted=literal_column("reacted") + bindparam("change"))
)
_FIRST = prepare(
    select(reactions.c.reaction, reactions.c.user_id)
    .where(reactions.c.message == bindparam("message"))
    .order_by(reactions.c.time, reactions.c.object)
    .limit(bindparam("most"))
)
_count = func.count()
_COUNTS = prepare(
    select(reactions.c.reaction, _count)
    .where(reactions.c.message == bindparam("message"))
    .group_by(reactions.c.reaction)
    .order_by(_count.desc(), reactions.c.reaction)
    .limit(bindparam("most"))
)
_OWN = prepare(select(reactions.c.reaction).where(reactions.c.object == bindparam("object")))


class Reactions(msgspec.Struct, frozen=True):
    """What readers of a message see of its reactions: users by type, and how many there are of each."""

    users: tuple[tuple[str, tuple[str, ...]], ...] = ()
    counts: tuple[tuple[str, int], ...] = ()


def reaction_object(message: bytes, node: NodeId, user: UserKey) -> bytes:
    """The object that all reactions of one user to one message change."""
    return digest(b"canopy-reaction-1", message, node, user.encode())


def admit_reaction(tx: Read, entry: Entry, state: ChannelState | None) -> Verdict:
    """Who may post beside a message may react to it, in its own scope."""
    allowed = admit_posted(tx, entry, state)
    if allowed.fate is not Fate.DONE:
        return allowed
    row = store.FIND_PLACE.row(tx, id=entry.body.message)
    if row is None:
        return waiting("target", awaits=entry.body.message)
    target = header_of(row[3])
    fits = target.kind == MessagePosted.KIND and target.scope == entry.header.scope
    return DONE if fits else hidden("wrong_target")


def project_reaction(tx: Tx, key: bytes, history: Sequence[Entry]) -> None:
    """Make the row of one user's reaction to one message."""
    before = _DELETE.row(tx, which=key)
    # One whose body has expired is as if it had never been: a node that was late never had it.
    newest = next((entry for entry in reversed(history) if entry.body is not None), None)
    message = message_id(EventId(newest.body.message)) if newest else before[0] if before else ""
    change = -before[1] if before else 0
    if newest is not None and newest.body.reaction:
        change += _insert(tx, key, message, newest)
    if change:
        _ADD.run(tx, which=message, change=change)


def _insert(tx: Tx, key: bytes, message: str, newest: Entry) -> int:
    mark = 1 + int.from_bytes(newest.id[:MARK_BYTES], "big")
    _INSERT.run(
        tx,
        object=key,
        message=message,
        time=newest.time,
        reaction=newest.body.reaction,
        user_id=user_id(newest.node, newest.user),
        mark=mark,
    )
    return mark


def reactions_of(tx: Read, message: str) -> Reactions:
    """The reactions to one message."""
    users: dict[str, list[str]] = {}
    for reaction, who in _FIRST.rows(tx, message=message, most=NAMED):
        users.setdefault(reaction, []).append(who)
    counts: dict[str, Any] = dict(_COUNTS.rows(tx, message=message, most=TYPES))
    named = tuple((reaction, tuple(who)) for reaction, who in users.items() if reaction in counts)
    return Reactions(named, tuple(counts.items()))


def reaction_by(tx: Read, message: EventId, node: NodeId, user: UserKey) -> str:
    """What this user shows of a message; empty for nothing."""
    found: str | None = _OWN.value(tx, object=reaction_object(message, node, user))
    return found or ""
