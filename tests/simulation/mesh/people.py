"""Everybody on an honest node: they say what their node lets them."""

import random
from collections.abc import Callable
from typing import Any

from tests.simulation.mesh.node import Node

from canopy.features.channels.events import (
    ChannelArchived,
    ChannelAsked,
    ChannelChanged,
    ChannelDeleted,
    ChannelJoined,
    ChannelLeft,
    ChannelOpened,
    MessageRemoved,
    RoleSet,
)
from canopy.features.channels.tables import open_scopes
from canopy.features.messages.events import MessageDeleted, MessageEdited, MessagePosted, ReactionSet
from canopy.features.people.events import NodeCarded, UserCarded, UserRetired
from canopy.ground.errors import TheirFault
from canopy.ground.ids import EventId, ScopeId, UserKey
from canopy.log import scope
from canopy.log.catalog import Body, Draft
from canopy.log.db import Tx
from canopy.log.scope import NONCE_BYTES
from canopy.log.shown import user_id

USERS = (UserKey("00112233445566aa"), UserKey("00112233445566bb"))
_OWN = (
    "SELECT id, header, scope FROM events JOIN chains USING (chain) WHERE chains.node = ? AND kind = 'message.posted' "
    "AND fate = 0 AND gone = '' ORDER BY position DESC LIMIT 4"
)
_ANY = (
    "SELECT id, scope FROM events JOIN chains USING (chain) WHERE kind = 'message.posted' AND fate = 0 "
    "ORDER BY position DESC LIMIT 8"
)
_ADMINISTERED = (
    "SELECT scope FROM channels JOIN channel_admins USING (scope) WHERE node != ? AND user_id = ? ORDER BY scope"
)
_CHANNELS = "SELECT scope FROM channels WHERE (node = ?) = ? ORDER BY scope"


class Person:
    """Everybody on one honest node."""

    def __init__(self, node: Node, rng: random.Random) -> None:
        self.node = node
        self.rng = rng
        self.said = 0
        self.refused = 0

    def act(self) -> None:
        """One thing, through the door."""
        kinds: list[tuple[int, Callable[[Tx, UserKey], Draft | None]]] = [
            (8, self._post),
            (4, self._reply),
            (5, self._edit),
            (3, self._delete),
            (2, self._mortal),
            (2, self._card),
            (1, self._node_card),
            (1, self._retire),
            (5, self._react),
            (2, self._found),
            (3, self._rule),
            (2, self._wish),
            (3, self._moderate),
            (1, self._come_or_go),
        ]
        make = self.rng.choices([kind for _, kind in kinds], [weight for weight, _ in kinds])[0]
        try:
            self.said += self.node.write(lambda tx: self._do(tx, make))
        except TheirFault:
            self.refused += 1

    def _do(self, tx: Tx, make: Callable[[Tx, UserKey], Draft | None]) -> int:
        draft = make(tx, self.rng.choice(USERS)) or self._post(tx, USERS[0])
        self.node.door.do(tx, draft)
        return 1

    def _words(self) -> str:
        long = self.rng.random() < 0.05
        return f"words {self.rng.getrandbits(32):08x}" + (" and more" * 200 if long else "")

    def _post(self, tx: Tx, user: UserKey) -> Draft:
        return Draft(scope=self._channel(tx), user=user, body=MessagePosted(content=self._words()))

    def _channel(self, tx: Tx) -> ScopeId:
        """Mostly #general, else an open channel that is known here."""
        opened = sorted(open_scopes(tx))
        return ScopeId(self.rng.choice(opened)) if opened and self.rng.random() < 0.3 else scope.GENERAL

    def _reply(self, tx: Tx, user: UserKey) -> Draft | None:
        rows: list[Any] = tx.execute(_ANY).fetchall()
        if not rows:
            return None
        parent, where = self.rng.choice(rows)
        body = MessagePosted(content=self._words(), parent=parent, root=parent)
        return Draft(scope=ScopeId(where), user=user, body=body)

    def _react(self, tx: Tx, user: UserKey) -> Draft | None:
        rows: list[Any] = tx.execute(_ANY).fetchall()
        if not rows:
            return None
        message, where = self.rng.choice(rows)
        body = ReactionSet(message=message, reaction=self.rng.choice(["like", "love", "👍", ""]))
        return Draft(scope=ScopeId(where), user=user, body=body)

    def _own(self, tx: Tx) -> tuple[EventId, UserKey, ScopeId] | None:
        rows: list[Any] = tx.execute(_OWN, (self.node.node,)).fetchall()
        if not rows:
            return None
        event, header, where = self.rng.choice(rows)
        user = next(user for user in USERS if user.encode() in header)
        return EventId(event), user, ScopeId(where)

    def _edit(self, tx: Tx, user: UserKey) -> Draft | None:
        found = self._own(tx)
        if found is None:
            return None
        body = MessageEdited(message=found[0], content=self._words())
        return Draft(scope=found[2], user=found[1], body=body)

    def _delete(self, tx: Tx, user: UserKey) -> Draft | None:
        found = self._own(tx)
        if found is None:
            return None
        return Draft(scope=found[2], user=found[1], body=MessageDeleted(message=found[0]))

    def _mortal(self, tx: Tx, user: UserKey) -> Draft:
        expires = tx.now_ms + self.rng.randrange(1_000, 600_000)
        body = MessagePosted(content=self._words())
        return Draft(scope=scope.GENERAL, user=user, body=body, expires=expires)

    def _card(self, tx: Tx, user: UserKey) -> Draft:
        body = UserCarded(handle=f"user{self.rng.randrange(9)}", name=self._words()[:60])
        return Draft(scope=scope.of_node(self.node.node), user=user, body=body)

    def _node_card(self, tx: Tx, user: UserKey) -> Draft:
        return Draft(scope=scope.of_node(self.node.node), body=NodeCarded(name=self._words()[:60]))

    def _retire(self, tx: Tx, user: UserKey) -> Draft:
        return Draft(scope=scope.of_node(self.node.node), user=user, body=UserRetired())

    # Channels.

    def _found(self, tx: Tx, user: UserKey) -> Draft:
        nonce = self.rng.randbytes(NONCE_BYTES)
        body = ChannelOpened(nonce=nonce, name=f"channel {self.rng.getrandbits(24):06x}")
        return Draft(scope=scope.of_channel(self.node.node, nonce), user=user, body=body)

    def _governed(self, tx: Tx, *, own: bool) -> ScopeId | None:
        rows: list[Any] = tx.execute(_CHANNELS, (self.node.node, own)).fetchall()
        return ScopeId(self.rng.choice(rows)[0]) if rows else None

    def _rule(self, tx: Tx, user: UserKey) -> Draft | None:
        """As its founder: new words, an admin more or less, put away or taken out."""
        where = self._governed(tx, own=True)
        if where is None:
            return None
        nodes: list[Any] = tx.execute("SELECT DISTINCT node FROM chains ORDER BY node").fetchall()
        whom = self.rng.choice(nodes)[0]
        if self.rng.random() < 0.1:
            return Draft(scope=where, user=user, body=ChannelDeleted())
        rulings: list[Body] = [
            ChannelChanged(name=f"renamed {self.rng.randrange(9)}", topic=self._words()[:60]),
            ChannelArchived(archived=self.rng.random() < 0.5),
            *[RoleSet(node=whom, user=self.rng.choice(USERS), role="admin" if self.rng.random() < 0.8 else "member")]
            * 2,
        ]
        return Draft(scope=where, user=user, body=self.rng.choice(rulings))

    def _wish(self, tx: Tx, user: UserKey) -> Draft | None:
        """As an admin whose node is not the founder's."""
        admin = self._administered(tx)
        body = ChannelAsked(topic=self._words()[:60])
        return None if admin is None else Draft(scope=admin[0], user=admin[1], body=body)

    def _administered(self, tx: Tx) -> tuple[ScopeId, UserKey] | None:
        """A channel of another node, and somebody here who is an admin of it."""
        found: list[tuple[ScopeId, UserKey]] = []
        for user in USERS:
            rows: list[Any] = tx.execute(_ADMINISTERED, (self.node.node, user_id(self.node.node, user))).fetchall()
            found += [(ScopeId(row[0]), user) for row in rows]
        return self.rng.choice(found) if found else None

    def _moderate(self, tx: Tx, user: UserKey) -> Draft | None:
        """Take away what somebody said in a channel: as its founder, or by a wish as an admin elsewhere."""
        admin = self._administered(tx)
        where, who = admin or (self._governed(tx, own=True), user)
        rows: list[Any] = [row for row in tx.execute(_ANY).fetchall() if row[1] == where]
        if where is None or not rows:
            return None
        message = self.rng.choice(rows)[0]
        body = ChannelAsked(message=message) if admin else MessageRemoved(message=message)
        return Draft(scope=where, user=who, body=body)

    def _come_or_go(self, tx: Tx, user: UserKey) -> Draft | None:
        where = self._governed(tx, own=self.rng.random() < 0.5)
        body: Body = ChannelLeft() if self.rng.random() < 0.5 else ChannelJoined()
        return None if where is None else Draft(scope=where, user=user, body=body)
