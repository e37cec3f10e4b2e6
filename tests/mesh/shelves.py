"""Shelves in memory, and two sync machines that talk over nothing: no database, no keys, no time but what is told."""

from collections import deque
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import NamedTuple

import msgspec

from canopy.ground.codec import pack
from canopy.ground.ids import EventId
from canopy.mesh.contents import SPINE, ChainKey, Content, Events, Hello, Item, Tip, read
from canopy.mesh.shelf import Ends, Place, Placed, size_of
from canopy.mesh.syncing import Sync
from canopy.mesh.wire import Envelope

ROOM = 512 * 1024
BATCH = 16


class Told(NamedTuple):
    """An event: where it stands, and what it follows."""

    key: ChainKey
    height: int
    id: bytes
    prev: bytes
    size: int = 100

    def item(self) -> Item:
        return Item(pack([self.key, self.height, self.id, self.prev, self.size]), b"", bytes(self.size))


def told_by(item: Item) -> Told:
    key, height, event_id, prev, size = msgspec.msgpack.decode(item.header)
    return Told((key[0], key[1], key[2]), height, event_id, prev, size)


def chain(author: int, run: int = 1) -> ChainKey:
    return (bytes(16), author.to_bytes(32, "big"), run)


def line(key: ChainKey, first: int, last: int, *, branch: str = "", after: bytes = b"", size: int = 100) -> list[Told]:
    """The events of a chain from one height to another; a branch has other ids from where it begins."""
    events: list[Told] = []
    prev = after or (name(key, first - 1) if first > 1 else bytes(32))
    for height in range(first, last + 1):
        events.append(Told(key, height, name(key, height, branch), prev, size))
        prev = events[-1].id
    return events


def name(key: ChainKey, height: int, branch: str = "") -> bytes:
    return sha256(pack([key, height, branch])).digest()


class Memory:
    """A shelf that holds what it was given, in that order."""

    opened: frozenset[bytes] = frozenset()

    def __init__(self, events: Iterable[Told] = ()) -> None:
        self.log: list[Told] = []
        self.held: dict[bytes, Told] = {}
        self.missing: list[bytes] = []
        """Ids whose bodies are withheld."""
        self.compared = 0
        for event in events:
            self.take(event)

    def take(self, event: Told) -> bool:
        """As the door does: once, and not without what it follows."""
        if event.id in self.held or (event.height > 1 and event.prev not in self.held):
            return False
        self.held[event.id] = event
        self.log.append(event)
        return True

    def take_all(self, events: Iterable[Told]) -> None:
        for event in events:
            assert self.take(event)

    def _of(self, key: ChainKey) -> list[Told]:
        return sorted((e for e in self.held.values() if e.key == key), key=lambda e: (e.height, e.id))

    def _closed(self, key: ChainKey) -> int | None:
        heights = [event.height for event in self._of(key)]
        return min((height for height in heights if heights.count(height) > 1), default=None)

    def position(self) -> int:
        return len(self.log)

    def ends(self) -> list[Ends]:
        return [found for key in dict.fromkeys(e.key for e in self.log) if (found := self.chain(key))]

    def changed(self, after: int) -> list[Ends]:
        first: dict[ChainKey, int] = {}
        for event in self.log[after:]:
            first[event.key] = min(event.height, first.get(event.key, event.height))
        return [self._ends(key, height) for key, height in first.items()]

    def chain(self, key: ChainKey) -> Ends | None:
        return self._ends(key, 1) if self._of(key) else None

    def _ends(self, key: ChainKey, first_new: int) -> Ends:
        events = self._of(key)
        followed = {event.prev for event in events}
        tips = sorted((event.height, event.id[:8]) for event in events if event.id not in followed)
        return Ends(key, tuple(tips), self._closed(key), first_new)

    def holds(self, key: ChainKey, tip: Tip) -> bool:
        return any((event.height, event.id[:8]) == tip for event in self._of(key))

    def spine(self, key: ChainKey) -> list[Tip]:
        return [(event.height, event.id[:8]) for event in reversed(self._of(key))][:SPINE]

    def above(self, key: ChainKey, place: Place, most_bytes: int) -> tuple[Place, list[Item]] | None:
        events = [event for event in self._of(key) if (event.height, event.id) > place][:BATCH]
        if not events:
            return None
        while len(events) > 1 and sum(size_of(event.item()) for event in events) > most_bytes:
            events.pop()
        if size_of(events[0].item()) > most_bytes:
            return place, []
        return (events[-1].height, events[-1].id), [event.item() for event in events]

    def after(self, position: int, most_bytes: int) -> tuple[int, list[Placed]]:
        found: list[Placed] = []
        for at, event in enumerate(self.log[position : position + BATCH], position + 1):
            item = event.item()
            closed = self._closed(event.key) is not None
            found.append(Placed(at, event.key, event.height, EventId(event.id), closed, item))
        return position + len(found), found

    def withheld(self) -> list[bytes]:
        return self.missing

    def items(self, ids: Sequence[bytes], most_bytes: int) -> list[Item]:
        return [self.held[event_id].item() for event_id in ids if event_id in self.held]

    def digest(self, *, merged: bool) -> bytes:
        self.compared += 1
        tips = sorted((*ends.key, tip) for ends in self.ends() for tip in ends.tips)
        return sha256(pack(tips)).digest()[:16]


class Side:
    """One end: a shelf, a machine, and what it said and heard."""

    def __init__(self, shelf: Memory, *, run: int = 1) -> None:
        self.shelf = shelf
        self.sync = Sync()
        self.run = run
        self.cursor = (0, 0)
        """Incarnation and position of the other's log up to which we hold everything."""
        self.refuses: set[ChainKey] = set()
        """Chains of which nothing is taken now."""
        self.said: list[Content] = []
        self.twice = 0
        """How many events came that were held already."""
        self.inbox: deque[Content] = deque()
        self.at_once = 1_000_000
        """How many envelopes it says in one step: few on a slow link."""

    def hello(self) -> Hello:
        digest = self.shelf.digest(merged=True)
        return Hello(self.run, self.shelf.position(), digest, digest, *self.cursor, True, True, True)

    def speak(self, now: float) -> list[Envelope]:
        self.sync.wake(now)
        envelopes: list[Envelope] = []
        while len(envelopes) < self.at_once and (envelope := self.sync.next(self.shelf, ROOM, ROOM)):
            envelopes.append(envelope)
        return envelopes

    def hear(self, now: float) -> None:
        content = self.inbox.popleft()
        if not isinstance(content, Events):
            self.sync.receive(content, self.shelf, now)
            return
        postponed = False
        for item in content.items:
            event = told_by(item)
            if event.key in self.refuses:
                self.sync.postpone(event.key)
                postponed = True
                continue
            if not self.shelf.take(event):
                self.twice += event.id in self.shelf.held
            self.sync.arrived(event.key, event.height, event.id)
        if content.upto and not postponed:
            self.cursor = (self.cursor[0], content.upto)

    def count(self, of: type[Content]) -> int:
        return sum(isinstance(content, of) for content in self.said)


class Talk:
    """Two ends that have just said hello, and the time that passes between them."""

    def __init__(self, one: Side, two: Side) -> None:
        self.one, self.two = one, two
        self.now = 0.0
        self.again()

    def again(self) -> None:
        """Both say hello, as at the beginning of a link."""
        hellos = self.one.hello(), self.two.hello()
        for side, ours, theirs in ((self.one, *hellos), (self.two, hellos[1], hellos[0])):
            side.sync.begin(ours, theirs, side.shelf, merged=True)
            if side.cursor[0] != theirs.run:
                side.cursor = (theirs.run, 0)

    def step(self) -> bool:
        """Each says what it has to say, then hears the other; whether anybody spoke."""
        for side, other in ((self.one, self.two), (self.two, self.one)):
            for envelope in side.speak(self.now):
                content = read(envelope)
                assert content is not None
                side.said.append(content)
                other.inbox.append(content)
        spoke = bool(self.one.inbox or self.two.inbox)
        for side in (self.one, self.two):
            while side.inbox:
                side.hear(self.now)
        return spoke

    def settle(self, most: int = 2_000) -> int:
        """Until nobody speaks; in how many steps."""
        for count in range(most):
            if not self.step():
                return count
        raise AssertionError("the two never fall silent")

    def pass_time(self, seconds: float) -> None:
        """Let an amount of time pass, stopping wherever a machine wants to be woken."""
        end = self.now + seconds
        while self.now < end:
            self.settle()
            due = [at for side in (self.one, self.two) if (at := side.sync.due()) is not None]
            self.now = min([end, *(max(at, self.now + 0.001) for at in due)])
        self.settle()

    @property
    def same(self) -> bool:
        return self.one.shelf.held == self.two.shelf.held

    @property
    def level(self) -> bool:
        return self.one.sync.level and self.two.sync.level
