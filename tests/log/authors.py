"""Authors who write events by hand: honest ones, liars, forks, and kinds that nobody knows."""

import random
from typing import Any, ClassVar

import msgspec

from canopy.crypto.keys import SigningKey
from canopy.features.messages.events import MessageDeleted, MessageEdited, MessagePosted, ReactionSet
from canopy.features.people.events import UserCarded
from canopy.ground.clock import COUNTER_BITS, ManualClock
from canopy.ground.ids import NO_EVENT, EventId, ScopeId
from canopy.log import scope
from canopy.log.catalog import Body
from canopy.log.event import Event, Header, body_hash, compose, encode_body
from tests.log.world import Sent

USER = "00112233445566aa"
PICTURES = [
    b"RIFF"
    + (26).to_bytes(4, "little")
    + b"WEBPVP8L"
    + (14).to_bytes(4, "little")
    + b"\x2f"
    + bytes((side, *bytes(12)))
    for side in (1, 2)
]
"""The smallest that pass for pictures: one pixel high."""


class StrangeThing(Body, frozen=True, kw_only=True, omit_defaults=True):
    """A kind that this version does not know."""

    KIND: ClassVar[str] = "strange.thing"

    words: str


class Author:
    """One node that signs what it likes."""

    def __init__(self, number: int, clock: ManualClock, rng: random.Random) -> None:
        self.key = SigningKey(bytes([number]) * 32)
        self.clock = clock
        self.rng = rng
        self.run = rng.getrandbits(62)
        self.ends: dict[bytes, tuple[int, EventId, int]] = {}
        """By scope: height, id and time of the last event of the current run."""
        self._prev: dict[bytes, EventId] = {}

    def write(
        self,
        body: Body,
        where: ScopeId = scope.GENERAL,
        *,
        skew_ms: int = 0,
        expires: int = 0,
        user: str = USER,
        packed: bytes | None = None,
    ) -> Event:
        """The next event of the chain in a scope."""
        height, prev, last = self.ends.get(where, (0, NO_EVENT, 0))
        event = self._signed(body, where, height + 1, prev, last, skew_ms, expires, user, packed)
        self.ends[where] = (event.header.height, event.id, event.header.time)
        return event

    def fork(self, body: Body, where: ScopeId = scope.GENERAL) -> Event:
        """A second event of the height that was written last."""
        height, _, last = self.ends[where]
        return self._signed(body, where, height, self._prev[where], last, 0, 0, USER, None)

    def _signed(
        self,
        body: Body,
        where: ScopeId,
        height: int,
        prev: EventId,
        last: int,
        skew_ms: int,
        expires: int,
        user: str,
        packed: bytes | None,
    ) -> Event:
        self._prev[where] = prev
        encoded = packed or encode_body(body, self.rng.randbytes(16))
        now = (self.clock.now_ms() + skew_ms) << COUNTER_BITS
        header = Header(
            v=1,
            scope=where,
            node=self.key.node,
            run=self.run,
            height=height,
            prev=prev,
            time=max(now, last + 1),
            kind=body.KIND,
            user=user,
            expires=expires,
            epoch=b"",
            cause=b"",
            body=body_hash(encoded),
        )
        return compose(header, encoded, self.key)


class History:
    """A random history of everything that may happen, honest or not; the same for the same seed."""

    def __init__(self, seed: int, clock: ManualClock, length: int = 24) -> None:
        self.rng = random.Random(seed)
        self.side = random.Random(~seed)
        """What came later is drawn from here, so that a seed goes on meaning what it meant."""
        self.calls = random.Random(seed ^ 0xCA11)
        """Whom the words call and how users look: drawn apart, for the same reason."""
        self.clock = clock
        self.authors = [Author(number, clock, self.rng) for number in (1, 2, 3)]
        self.events: list[Event] = []
        self.posts: list[tuple[Author, Event]] = []
        for _ in range(length):
            self._step()

    def sent(self) -> list[Sent]:
        """The events as a peer sends them."""
        return [(event.header_bytes, event.signature, event.body) for event in self.events]

    def _step(self) -> None:
        self.clock.advance(self.rng.uniform(0, 30))
        author = self.rng.choice(self.authors)
        actions: list[tuple[int, Any]] = [
            (8, self._post),
            (4, self._reply),
            (5, self._edit),
            (2, self._delete),
            (2, self._meddle),
            (2, self._card),
            (1, self._strange),
            (1, self._malformed),
            (2, self._poison),
            (1, self._fork),
            (1, self._early),
            (1, self._late),
            (2, self._mortal),
            (1, self._fresh_run),
        ]
        action = self.rng.choices([a for _, a in actions], [w for w, _ in actions])[0]
        action(author)
        if self.side.random() < 0.2:
            author.rng = self.side
            self._react(author)
            author.rng = self.rng

    def _keep(self, author: Author, event: Event, *, post: bool = False) -> None:
        self.events.append(event)
        if post:
            self.posts.append((author, event))

    def _words(self) -> str:
        return f"words {self.rng.getrandbits(32):08x}"

    def _called(self) -> dict[str, Any]:
        """Whom a text calls: nobody, some, those who are no users, everybody."""
        pairs = tuple((self.calls.choice(self.authors).key.node, USER) for _ in range(self.calls.randrange(3)))
        return {"mentions": pairs, "everyone": self.calls.choice(["", "", "channel", "here"])}

    def _post(self, author: Author) -> None:
        self._keep(author, author.write(MessagePosted(content=self._words(), **self._called())), post=True)

    def _reply(self, author: Author) -> None:
        if self.posts:
            target = self.rng.choice(self.posts)[1]
            body = MessagePosted(content=self._words(), parent=target.id, root=target.id)
            self._keep(author, author.write(body), post=True)

    def _own(self, author: Author) -> Event | None:
        mine = [event for who, event in self.posts if who is author]
        # Mostly the newest, so that several edits meet on one message.
        return self.rng.choice(mine[-2:]) if mine else None

    def _edit(self, author: Author) -> None:
        if (target := self._own(author)) is not None:
            self._keep(author, author.write(MessageEdited(message=target.id, content=self._words(), **self._called())))

    def _delete(self, author: Author) -> None:
        if (target := self._own(author)) is not None:
            # One that would expire is malformed.
            expires = self.clock.now_ms() + 60_000 if self.rng.random() < 0.3 else 0
            self._keep(author, author.write(MessageDeleted(message=target.id), expires=expires))

    def _meddle(self, author: Author) -> None:
        """Edit or delete what somebody else wrote."""
        if self.posts:
            target = self.rng.choice(self.posts)[1]
            body = self.rng.choice(
                [MessageEdited(message=target.id, content=self._words()), MessageDeleted(message=target.id)]
            )
            # What is not admissible must not become so when its body expires.
            mine = any(who is author and event is target for who, event in self.posts)
            expires = 0 if mine else self.rng.choice([0, self.clock.now_ms() + self.rng.randrange(1, 600_000)])
            self._keep(author, author.write(body, expires=expires))

    def _react(self, author: Author) -> None:
        """A reaction of one of two users: to anybody's message, to none, taken back, or one that expires."""
        target = self.side.choice(self.posts[-3:])[1].id if self.posts else EventId(self.side.randbytes(32))
        reaction = self.side.choice(["like", "love", "👍", "custom:party", "", "not one"])
        expires = self.clock.now_ms() + self.side.randrange(1, 600_000) if self.side.random() < 0.2 else 0
        user = self.side.choice([USER, "ffeeddccbbaa9988"])
        self._keep(author, author.write(ReactionSet(message=target, reaction=reaction), expires=expires, user=user))

    def _card(self, author: Author) -> None:
        picture = self.calls.choice([b"", b"", b"no picture", *PICTURES])
        body = UserCarded(handle=f"user{self.rng.randrange(9)}", name=self._words(), avatar=picture)
        where = scope.of_node(author.key.node) if self.rng.random() < 0.8 else scope.GENERAL
        self._keep(author, author.write(body, where))

    def _strange(self, author: Author) -> None:
        self._keep(author, author.write(StrangeThing(words=self._words())))

    def _malformed(self, author: Author) -> None:
        nonsense = self.rng.randbytes(16) + msgspec.msgpack.encode({"content": 7})
        self._keep(author, author.write(MessagePosted(content="x"), packed=nonsense), post=True)

    def _poison(self, author: Author) -> None:
        """Words that make a projector raise: as a post, or as an edit of a good one."""
        target = self._own(author)
        if target is not None and self.rng.random() < 0.6:
            self._keep(author, author.write(MessageEdited(message=target.id, content="POISON")))
        else:
            self._keep(author, author.write(MessagePosted(content="POISON")), post=True)

    def _fork(self, author: Author) -> None:
        if scope.GENERAL in author.ends:
            self._keep(author, author.fork(MessagePosted(content=self._words())))

    def _early(self, author: Author) -> None:
        """A clock that is an hour ahead; its chain stays ahead from then on."""
        self._keep(author, author.write(MessagePosted(content=self._words()), skew_ms=3_600_000), post=True)

    def _late(self, author: Author) -> None:
        self._keep(author, author.write(MessagePosted(content=self._words()), skew_ms=-3_600_000), post=True)

    def _mortal(self, author: Author) -> None:
        expires = self.clock.now_ms() + self.rng.randrange(1, 600_000)
        self._keep(author, author.write(MessagePosted(content=self._words()), expires=expires), post=True)

    def _fresh_run(self, author: Author) -> None:
        author.run = self.rng.getrandbits(62)
        author.ends.clear()
