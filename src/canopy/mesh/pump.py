"""Between one session and the log: takes what the peer sends through the door, and sends what it lacks.

Knows the database but no socket and no task. Whatever writes is yielded as a job for the writer, and gets its result
back; so the node awaits its writer where the simulator writes at once, and both run these same lines.
"""

import contextlib
from collections import deque
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, select

from canopy.ground.errors import BadInvite, NotShared
from canopy.ground.ids import EventId, NodeId
from canopy.log import store
from canopy.log.append import Absence, Door, Receipt, Taking
from canopy.log.db import Database, Read, Tx, prepare
from canopy.log.event import event_id, header_of
from canopy.log.journal import catching_up
from canopy.mesh import cursors, invite, invites, peerbook
from canopy.mesh.contents import Card, ChainKey, Events, Hello, Item, Join, read
from canopy.mesh.holdings import LogShelf
from canopy.mesh.intake import MOST_AUTHORS, Intake
from canopy.mesh.noise import Channel
from canopy.mesh.peerbook import Level
from canopy.mesh.reach import host_of, is_loopback
from canopy.mesh.session import Agreed, Answered, Asked, Happened, Said, Sent, Session, Shown, State
from canopy.mesh.wire import Arrived, Class, Wire

Job = Callable[[Tx], Any]
Steps = Generator[Job, Any, None]
"""Jobs for the writer, in order; each result is sent back in."""

MOST_STRANGERS = 256
"""Unknown nodes that the peer book remembers."""
FILL_BYTES = 1024 * 1024
"""After so much, what was filled is sent first: a peer may grant more credit than we have memory."""

_RUNS_HELD = prepare(
    select(func.count())
    .select_from(store.chains)
    .where(store.chains.c.scope == bindparam("scope"), store.chains.c.node == bindparam("node"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """What all pumps of a node share."""

    database: Database
    door: Door
    here: NodeId
    version: str
    name: Callable[[Read], str]
    """What this node calls itself."""
    addresses: Callable[[], list[str]] = list
    """Where it can be dialled."""
    open_scopes: Callable[[Read], frozenset[bytes]] = lambda tx: frozenset()
    """The scopes of open channels beside #general."""
    claims: set[NodeId] = field(default_factory=set)
    """Peers that said they hold more of this incarnation than we do. A folder is put back while no process runs, so
    one is believed in the life of a process: else a liar could make us begin new runs for ever."""


class Taken(NamedTuple):
    """What became of one event that the peer sent."""

    key: ChainKey
    height: int
    id: EventId
    receipt: Receipt | None
    """None when its chain was postponed."""


class Pump:
    """One link, from the handshake's end to its own."""

    def __init__(self, stock: Stock, peer: NodeId, channel: Channel, now: float, *, near: bool = False) -> None:
        self.peer = peer
        self.inbox: deque[Arrived] = deque()
        self.wire = Wire(channel)
        self.session = Session(Card("", ""))
        self.join_refused = False
        """Whether the peer did not accept the invite that we showed."""
        self._stock = stock
        self._near = near
        self._hash = channel.handshake_hash
        self._source = peer.hex()
        self._intake = Intake(now)
        self._run = 0

    # What comes.

    def begin(self) -> Steps:
        """Show our card, our invite if we hold one, and our trust if a person gave it."""
        join, card, hello = yield self._introduction
        self.session = Session(card, join)
        if hello is not None:
            yield from self._greet(hello)

    def receive(self, frame: bytes) -> None:
        """Take one frame. Raises a LinkBroken."""
        self.wire.receive(frame)
        self.inbox.extend(self.wire.events())

    def handle_next(self, now: float) -> Steps:
        """Do what the oldest envelope asks; its credit goes back when that is durable. Raises a LinkBroken."""
        arrived = self.inbox.popleft()
        content = read(arrived.envelope)
        if content is not None:
            live = arrived.envelope.of is Class.LIVE
            for happened in self.session.receive(content):
                yield from self._do(happened, now, live=live)
        self.wire.release(arrived)

    def trust_changed(self) -> Steps:
        """A person changed the level of the peer, or what flows to it."""
        hello = yield self._hello_if_trusted
        if hello is not None and hello != self.session.ours:
            yield from self._greet(hello)

    def _do(self, happened: Happened, now: float, *, live: bool) -> Steps:
        match happened:
            case Asked(join):
                yield from self._answer(join)
            case Answered(accepted):
                self.join_refused = not accepted
                yield lambda tx: peerbook.drop_join(tx, self.peer)
            case Shown(card):
                yield lambda tx: self._note_card(tx, card)
            case Agreed(ours, theirs, merged):
                yield from self._agree(ours, theirs, merged=merged)
            case Sent(events):
                yield from self._take(events, now, live=live)
            case Said(content):
                with self._stock.database.read() as tx:
                    self.session.sync.receive(content, self._shelf(tx), now)

    # Trust.

    def _introduction(self, tx: Tx) -> tuple[Join | None, Card, Hello | None]:
        peerbook.meet(tx, self.peer)
        peerbook.forget_strangers(tx, MOST_STRANGERS)
        ticket = peerbook.find_join(tx, self.peer)
        join = None
        if ticket is not None:
            join = invite.join(ticket.secret, self._hash)
        return join, Card(self._stock.name(tx), self._stock.version), self._hello_if_trusted(tx)

    def _answer(self, join: Join) -> Steps:
        accepted = yield lambda tx: invites.spend(tx, join, self._hash, self.peer)
        self.session.answer_join(accepted)
        if accepted:
            yield from self.trust_changed()

    def _hello_if_trusted(self, tx: Tx) -> Hello | None:
        peer = peerbook.find_peer(tx, self.peer)
        if peer is None or peer.level is not Level.TRUSTED:
            return None
        shelf = self._shelf_of(tx, merged=peer.merged)
        have = cursors.find(tx, self.peer)
        return Hello(
            run=self._stock.door.run(tx),
            position=shelf.position(),
            apart=shelf.digest(merged=False),
            merged=shelf.digest(merged=True),
            have_run=have.run,
            have_position=have.position,
            have_merged=have.merged,
            alone=peerbook.is_alone(tx, self.peer),
            consents=peer.merged,
            addresses=self._stock.addresses()[:16],
        )

    def _greet(self, hello: Hello) -> Steps:
        self.wire.open()
        for happened in self.session.greet(hello):
            yield from self._do(happened, 0.0, live=False)

    def _agree(self, ours: Hello, theirs: Hello, *, merged: bool) -> Steps:
        with self._stock.database.read() as tx:
            position = self._shelf(tx).position()
        if theirs.have_run == ours.run and theirs.have_position > position and not self._stock.claims:
            self._stock.claims.add(self.peer)
            # The peer holds more of this incarnation than we do: an older copy of our folder was put back.
            yield self._stock.door.draw_run
            yield from self.trust_changed()
            return
        yield lambda tx: self._note_agreement(tx, theirs.addresses, merged=merged)
        self._run = theirs.run
        with self._stock.database.read() as tx:
            shelf = self._shelf_of(tx, merged=merged)
            self.session.sync.begin(ours, theirs, shelf, merged=merged)

    def _note_agreement(self, tx: Tx, addresses: Sequence[str], *, merged: bool) -> None:
        """Keep whether channels flow, and where the peer can be dialled; this machine is believed from here alone."""
        if merged:
            peerbook.set_merged(tx, self.peer, True)
        for spelled in addresses:
            with contextlib.suppress(BadInvite):
                address = invite.endpoint(spelled)
                if self._near or not is_loopback(host_of(address)):
                    peerbook.remember_endpoint(tx, self.peer, address, "peer")

    def _note_card(self, tx: Tx, card: Card) -> None:
        peerbook.set_card(tx, self.peer, card.name, card.version)
        peerbook.announce(tx, self.peer)

    # Events.

    def _take(self, events: Events, now: float, *, live: bool) -> Steps:
        taken: list[Taken] = yield lambda tx: self._receive(tx, events, now, live=live)
        for one in taken:
            self._note_taken(one, now)

    def _note_taken(self, one: Taken, now: float) -> None:
        sync = self.session.sync
        if one.receipt is None:
            sync.leveling.behind = True
            if self._intake.postpone(one.key, now):
                sync.postpone(one.key)
            return
        if one.receipt.taking is Taking.REFUSED:
            sync.leveling.behind = True
            return
        sync.arrived(one.key, one.height, one.id)
        if one.receipt.taking is Taking.PARKED:
            # They believe that we hold what it follows.
            sync.leveling.doubt(now)

    def _receive(self, tx: Tx, events: Events, now: float, *, live: bool) -> list[Taken]:
        trusted = {self._stock.here, self.peer, *peerbook.trusted(tx)}
        postponed = set(self._intake.postponed)
        with catching_up(tx, not live):
            taken = [self._receive_one(tx, item, trusted, postponed, now) for item in events.items]
        if events.upto and all(map(_is_held, taken)) and not self.session.sync.leveling.behind:
            cursors.advance(tx, self.peer, cursors.Cursor(self._run, events.upto, merged=self.session.sync.merged))
        return [one for one in taken if one is not None]

    def _receive_one(
        self, tx: Tx, item: Item, trusted: set[NodeId], postponed: set[ChainKey], now: float
    ) -> Taken | None:
        door, absence = self._stock.door, _ABSENCES.get(item.absence, Absence.NONE)
        identity = event_id(item.header)
        try:
            header = header_of(item.header)
        except ValueError:
            # The door says what is wrong with it, and counts it.
            door.receive(tx, item.header, item.signature, item.body, self._source, absence)
            return None
        if not self.session.sync.merged and not self._shelf(tx).shares(header.scope, header.node):
            store.COUNT_SOURCE.run(tx, source=self._source, reason=NotShared.code)
            return None
        key: ChainKey = (header.scope, header.node, header.run)
        if store.FIND_EVENT.row(tx, id=identity) is None and not self._admits(tx, key, header.height, trusted, now):
            postponed.add(key)
        if key in postponed:
            return Taken(key, header.height, identity, None)
        receipt = door.receive(tx, item.header, item.signature, item.body, self._source, absence)
        return Taken(key, header.height, identity, receipt)

    def _admits(self, tx: Tx, key: ChainKey, height: int, trusted: set[NodeId], now: float) -> bool:
        """Whether an event is taken now, by the limits on strangers and on fresh runs."""
        author = NodeId(key[1])
        stranger = author not in trusted
        if stranger and not self._may_introduce(tx, author):
            return False
        runs_held = int(_RUNS_HELD.value(tx, scope=key[0], node=author)) if height == 1 else None
        return self._intake.admits(key, now, stranger=stranger, runs_held=runs_held)

    def _may_introduce(self, tx: Tx, author: NodeId) -> bool:
        """Note that the peer forwards this author; False when it forwards too many already."""
        if peerbook.introduce(tx, author, self.peer) and peerbook.count_introduced(tx, self.peer) > MOST_AUTHORS:
            peerbook.drop_introduction(tx, author, self.peer)
            return False
        return True

    # What goes.

    def fill(self, now: float) -> list[bytes]:
        """The frames to send now, as far as the peer's credit goes; `unfinished` tells that there are more."""
        frames: list[bytes] = []
        self.unfinished = False
        for envelope in self.session.to_send():
            self.wire.send(envelope)
        self._drain(frames)
        if self.session.state is State.OPEN:
            with self._stock.database.read() as tx:
                self._fill_from(self._shelf(tx), frames, now)
        return frames

    def _fill_from(self, shelf: LogShelf, frames: list[bytes], now: float) -> None:
        sync = self.session.sync
        sync.wake(now)
        if ready := self._intake.ready(now):
            sync.resume(ready, shelf)
        while envelope := sync.next(shelf, self.wire.room(Class.SYNC), self.wire.room(Class.LIVE)):
            self.wire.send(envelope)
            self._drain(frames)
            if sum(map(len, frames)) >= FILL_BYTES:
                self.unfinished = True
                return

    def _drain(self, frames: list[bytes]) -> None:
        while more := self.wire.to_send():
            frames.extend(more)

    def due(self) -> float | None:
        """When to call `fill` at the latest."""
        return min((at for at in (self.session.sync.due(), self._intake.due()) if at is not None), default=None)

    def audit(self) -> None:
        """Compare everything with the peer now."""
        with self._stock.database.read() as tx:
            self.session.sync.audit(self._shelf(tx))

    def _shelf(self, tx: Read) -> LogShelf:
        return self._shelf_of(tx, merged=self.session.sync.merged)

    def _shelf_of(self, tx: Read, *, merged: bool) -> LogShelf:
        return LogShelf(tx, self._stock.here, self.peer, merged=merged, opened=self._stock.open_scopes(tx))


def _is_held(one: Taken | None) -> bool:
    return one is not None and one.receipt is not None and one.receipt.taking in (Taking.TAKEN, Taking.KNOWN)


_ABSENCES = {absence.value: absence for absence in Absence}
