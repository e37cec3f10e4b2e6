"""Nodes that meet without sockets or tasks: the node's own pumps, doors and databases, linked by hand."""

from collections import deque
from pathlib import Path
from typing import Any

from canopy import installed
from canopy.crypto.keys import SigningKey
from canopy.features.channels.tables import open_scopes
from canopy.features.messages.events import MessagePosted
from canopy.ground.clock import ManualClock
from canopy.ground.ids import UserKey
from canopy.log import scope
from canopy.log.catalog import Draft, Entry
from canopy.mesh import peerbook
from canopy.mesh.handshake import Handshake, Identity, only
from canopy.mesh.noise import KeyPair
from canopy.mesh.peerbook import Level
from canopy.mesh.pump import Pump, Steps, Stock
from tests.log.world import World

USER = UserKey("00112233445566aa")


class Member(World):
    """A world that can be linked with others."""

    def __init__(self, folder: Path, clock: ManualClock, number: int) -> None:
        super().__init__(folder, installed.ROOMS, clock, bytes([number]) * 32)
        self.key = SigningKey(bytes([number]) * 32)
        self.node = self.key.node
        self.identity = Identity(self.key, KeyPair(bytes([number + 100]) * 32))
        self.stock = Stock(
            database=self.database,
            door=self.door,
            here=self.node,
            version="test",
            name=lambda tx: f"node {number}",
            open_scopes=open_scopes,
        )

    def post(self, words: str) -> Entry:
        """Say something in #general."""
        draft = Draft(scope=scope.GENERAL, user=USER, body=MessagePosted(content=words))
        return self.database.write(lambda tx: self.door.do(tx, draft))

    def trust(self, *others: "Member") -> None:
        for other in others:
            self.database.write(lambda tx, node=other.node: peerbook.set_level(tx, node, Level.TRUSTED))  # type: ignore[misc]

    def run(self, steps: Steps) -> None:
        """Carry out what a pump wants to be written."""
        try:
            job = next(steps)
            while True:
                job = steps.send(self.database.write(job))
        except StopIteration:
            pass

    def words(self) -> list[str]:
        """What #general shows, in its order."""
        with self.database.read() as tx:
            rows: list[Any] = tx.execute("SELECT content FROM messages ORDER BY time, id").fetchall()
        return [row[0] for row in rows]


class End:
    """One end of a link between two members."""

    def __init__(self, member: Member, pump: Pump) -> None:
        self.member = member
        self.pump = pump
        self.frames: deque[bytes] = deque()

    def take_one(self) -> None:
        self.pump.receive(self.frames.popleft())
        while self.pump.inbox:
            self.member.run(self.pump.handle_next(self.member.clock.monotonic()))


def shake(dialler: Member, listener: Member) -> tuple[End, End]:
    """A whole handshake, and a pump at each end."""
    now = dialler.clock.monotonic()
    one = Handshake.dial(dialler.identity, only(listener.node), KeyPair.generate, now)
    two = Handshake.listen(listener.identity, KeyPair.generate, now)
    for sender, receiver in ((one, two), (two, one), (one, two)):
        for message in sender.to_send():
            receiver.receive(message)
    ends = []
    for member, handshake in ((dialler, one), (listener, two)):
        (established,) = handshake.events()
        pump = Pump(member.stock, established.peer, established.channel, now)
        member.run(pump.begin())
        ends.append(End(member, pump))
    return ends[0], ends[1]


def talk(one: End, other: End, most: int = 100_000) -> int:
    """Let frames go both ways until nobody has anything to say; returns how many went."""
    count = 0
    while count < most:
        for end, peer in ((one, other), (other, one)):
            peer.frames.extend(end.pump.fill(end.member.clock.monotonic()))
        if not one.frames and not other.frames:
            return count
        for end in (one, other):
            while end.frames:
                end.take_one()
                count += 1
    raise AssertionError("the two never fall silent")
