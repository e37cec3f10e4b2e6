"""A node that signs and sends what it likes, over genuine links."""

import random
from collections.abc import Callable
from typing import Any

import msgspec
from tests.log.authors import Author, StrangeThing
from tests.simulation.mesh.link import End
from tests.simulation.mesh.node import Node
from tests.simulation.mesh.timeline import SkewedClock

from canopy.features.messages.events import MessageDeleted, MessageEdited, MessagePosted, ReactionSet
from canopy.features.people.events import UserCarded
from canopy.ground.ids import NodeId, ScopeId
from canopy.log import scope
from canopy.log.append import Absence
from canopy.log.catalog import Body
from canopy.log.event import Event
from canopy.mesh.contents import Bodies, Content, Events, Heads, Hello, Item, Later, Level, Want, seal
from canopy.mesh.session import State
from canopy.mesh.wire import LEAST_COST, Class

MOST_FORKS = 4
_ANY = (
    "SELECT id, scope FROM events JOIN chains USING (chain) WHERE kind = 'message.posted' AND fate = 0 "
    "ORDER BY position DESC LIMIT 8"
)


class Liar:
    """A node that signs with its own key whatever it likes, and sends it over genuine links as it likes."""

    def __init__(self, node: Node, rng: random.Random, clock: SkewedClock) -> None:
        self.node = node
        self.rng = rng
        self.author = Author(node.number, clock, rng)
        self.ends: Callable[[], list[End]] = list
        """Its links that stand."""
        self.posts: list[Event] = []
        self.said = 0
        self.lies = 0
        self._forks: dict[int, int] = {}

    def act(self) -> None:
        """Say something, or break the protocol."""
        if self.rng.random() < 0.2:
            self._break_protocol()
        else:
            self._say()

    def _say(self) -> None:
        for event in self._events():
            self.said += 1
            way = self.rng.random()
            if way < 0.6:
                self._keep(event)
            if way > 0.4:
                self._inject(event)

    def _events(self) -> list[Event]:
        write, words = self.author.write, self._words
        kinds: list[tuple[int, Callable[[], list[Event]]]] = [
            (6, lambda: [self._post()]),
            (3, self._edit),
            (2, self._delete),
            (9, self._meddle),
            (3, self._fork),
            (2, lambda: [self._post(skew_ms=3_600_000)]),
            (2, lambda: [self._post(skew_ms=-3_600_000)]),
            (2, lambda: [self._post(expires=self._soon())]),
            (3, lambda: [write(StrangeThing(words=words()))]),
            (1, lambda: [write(MessagePosted(content="x"), packed=self._nonsense())]),
            (4, self._poison),
            (2, self._react),
            (2, self._fresh_run),
            (8, lambda: [write(UserCarded(handle="liar", name=words()), self._some_scope())]),
        ]
        return self.rng.choices([kind for _, kind in kinds], [weight for weight, _ in kinds])[0]()

    def _words(self) -> str:
        return f"lies {self.rng.getrandbits(32):08x}" + (" and more" * 200 if self.rng.random() < 0.1 else "")

    def _soon(self) -> int:
        return self.author.clock.now_ms() + self.rng.randrange(1, 600_000)

    def _nonsense(self) -> bytes:
        return self.rng.randbytes(16) + msgspec.msgpack.encode({"content": 7})

    def _some_scope(self) -> ScopeId:
        own = scope.of_node(self.node.node)
        return self.rng.choice([own, own, scope.GENERAL, scope.GENERAL, ScopeId(self.rng.randbytes(16))])

    def _post(self, *, skew_ms: int = 0, expires: int = 0) -> Event:
        event = self.author.write(MessagePosted(content=self._words()), skew_ms=skew_ms, expires=expires)
        self.posts.append(event)
        return event

    def _edit(self) -> list[Event]:
        if not self.posts:
            return []
        return [self.author.write(MessageEdited(message=self.rng.choice(self.posts[-3:]).id, content=self._words()))]

    def _delete(self) -> list[Event]:
        if not self.posts:
            return []
        return [self.author.write(MessageDeleted(message=self.rng.choice(self.posts[-3:]).id))]

    def _meddle(self) -> list[Event]:
        """Edit or delete what somebody else wrote."""
        with self.node.database.read() as tx:
            rows: list[Any] = tx.execute(_ANY).fetchall()
        if not rows:
            return []
        target, where = self.rng.choice(rows)
        body: Body = self.rng.choice(
            [MessageEdited(message=target, content=self._words()), MessageDeleted(message=target)]
        )
        # Of a message of its own, an edit that expires is known to leave nodes apart: those that saw it in time let
        # go of the message, the others never learn what it edited.
        own = any(event.id == target for event in self.posts)
        there = ScopeId(where) if self.rng.random() < 0.8 else scope.GENERAL
        return [self.author.write(body, there, expires=0 if own else self.rng.choice([0, self._soon()]))]

    def _react(self) -> list[Event]:
        """To what it meddles with, by either of two users; perhaps for a while only."""
        with self.node.database.read() as tx:
            rows: list[Any] = tx.execute(_ANY).fetchall()
        if not rows:
            return []
        body = ReactionSet(message=self.rng.choice(rows)[0], reaction=self.rng.choice(["like", "", "not one"]))
        user = self.rng.choice(["00112233445566aa", "00112233445566bb"])
        return [self.author.write(body, user=user, expires=self.rng.choice([0, 0, self._soon()]))]

    def _poison(self) -> list[Event]:
        if self.posts and self.rng.random() < 0.6:
            return [self.author.write(MessageEdited(message=self.rng.choice(self.posts[-3:]).id, content="POISON"))]
        event = self.author.write(MessagePosted(content="POISON"))
        self.posts.append(event)
        return [event]

    def _fork(self) -> list[Event]:
        """At most so many branches that every node may hold all."""
        if scope.GENERAL not in self.author.ends or self._forks.get(self.author.run, 0) >= MOST_FORKS:
            return []
        self._forks[self.author.run] = self._forks.get(self.author.run, 0) + 1
        event = self.author.fork(MessagePosted(content=self._words()))
        self.posts.append(event)
        if self.rng.random() < 0.5:
            # The branch goes on, not what was said first.
            self.author.ends[scope.GENERAL] = (event.header.height, event.id, event.header.time)
        return [event]

    def _fresh_run(self) -> list[Event]:
        self.author.run = self.rng.getrandbits(62)
        self.author.ends.clear()
        return [self._post()]

    def last_words(self) -> tuple[Event, Event]:
        """Two beginnings of one chain."""
        self._fresh_run()
        return self.author.fork(MessagePosted(content=self._words())), self.posts[-1]

    # Ways to say it.

    def _keep(self, event: Event) -> None:
        """Into its own log, from where it goes to everybody."""
        self.node.write(
            lambda tx: self.node.door.receive(tx, event.header_bytes, event.signature, event.body, "itself")
        )

    def _inject(self, event: Event) -> None:
        """To some of its peers only, perhaps without the body, whatever else it told them."""
        for end in self._some_ends():
            withheld = self.rng.random() < 0.3
            absence = self.rng.choice(list(Absence)) if withheld else Absence.NONE
            signature = self.rng.randbytes(64) if self.rng.random() < 0.05 else event.signature
            item = Item(event.header_bytes, signature, None if withheld else event.body, absence.value)
            self._send(end, Events(self.rng.choice([0, 0, self.rng.randrange(1 << 40)]), [item]))

    def _some_ends(self) -> list[End]:
        ends = [end for end in self.ends() if end.pump.session.state is State.OPEN]
        return self.rng.sample(ends, self.rng.randint(0, len(ends)))

    def _send(self, end: End, content: Content) -> None:
        of = self.rng.choice([Class.LIVE, Class.SYNC])
        if end.pump.wire.room(of) >= LEAST_COST and end.pump.session.state is State.OPEN:
            end.pump.wire.send(seal(content, None if content.OF is Class.CONTROL else of))
            end.wake(0.01)

    def _break_protocol(self) -> None:
        for end in self._some_ends():
            self.lies += 1
            self._send(end, self.rng.choice(self._contents(end)))

    def _hello(self, end: End) -> Hello:
        """It is further than it is, and knows more of the peer than the peer itself."""
        theirs = end.pump.session.theirs
        return Hello(
            run=self.rng.choice([self.author.run, self.node.run()]),
            position=self.rng.randrange(1 << 20),
            apart=self.rng.randbytes(16),
            merged=self.rng.randbytes(16),
            have_run=theirs.run if theirs else 0,
            have_position=self.rng.randrange(1 << 20),
            have_merged=True,
            alone=self.rng.random() < 0.5,
            consents=True,
        )

    def _contents(self, end: End) -> list[Content]:
        with self.node.database.read() as tx:
            rows: list[Any] = tx.execute("SELECT scope, node, run, height FROM chains").fetchall()
            ids: list[Any] = tx.execute("SELECT id FROM events ORDER BY position DESC LIMIT 50").fetchall()
        some = self.rng.choice(rows) if rows else (scope.GENERAL, self.node.node, 7, 1)
        key = (some[0], some[1], some[2])
        tips = [(self.rng.randrange(1, some[3] + 3), self.rng.randbytes(8)) for _ in range(self.rng.randint(1, 3))]
        said = (key, tips)
        unknown = ((scope.GENERAL, NodeId(self.rng.randbytes(32)), 5), tips)
        return [
            Level(self.rng.randbytes(16), self.rng.random() < 0.5),
            Heads(self.rng.random() < 0.5, self.rng.random() < 0.8, self.rng.random() < 0.5, [said, unknown]),
            Want(key, tips),
            Later(key),
            Bodies([row[0] for row in ids] + [self.rng.randbytes(32)]),
            Events(self.rng.randrange(1 << 40), []),
            self._hello(end),
        ]
