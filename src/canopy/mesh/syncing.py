"""How two nodes that trust each other come to hold the same, without I/O (protocol section 5, Sync and Live).

Both sides say how far they are (`hello`). If that is equal, or once each knows the heads of the other, each sends
what the other lacks: first whole stretches of chains (`Sync._work`), then everything new in the order of its own
log. When it has nothing left it says so with a digest (`level`); if those differ although nothing moves, whole
vectors are compared again. So a wrong belief about the other costs a comparison, never an event.

Beliefs: `_theirs` says for each chain up to which height they hold it. A forked chain is no line: of it everything
from the fork on is sent, and wanted, whenever the tips differ.

`hello` equal -> LIVE; else `hello` -> AWAITS_HEADS -> LIVE. A further `hello` or `heads` begins a comparison again.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from enum import Enum, auto

from canopy.ground.errors import Overstepped
from canopy.mesh.asking import Asking
from canopy.mesh.contents import (
    HEADS_AT_ONCE,
    Bodies,
    ChainKey,
    Content,
    Events,
    Heads,
    Hello,
    Later,
    Level,
    Tip,
    Want,
    seal,
)
from canopy.mesh.leveling import Leveling
from canopy.mesh.shelf import LAST, PRUNED, Ends, Place, Placed, Shelf
from canopy.mesh.wire import LEAST_COST, Class, Envelope

MOST_CHANGES = 20_000
"""Above so many events since a cursor, comparing whole vectors is cheaper."""
MOST_HEADS = 200_000
"""Chains of which a peer may speak in one comparison."""
MOST_SEEN = 4_096
CURSOR_LAG = 500
"""Positions after which the peer is told how far it is, though none of them was for it."""


class State(Enum):
    """What the machine waits for."""

    AWAITS_HELLO = auto()
    AWAITS_HEADS = auto()
    LIVE = auto()


class Sync:
    """One end of the syncing of one link."""

    def __init__(self) -> None:
        self.state = State.AWAITS_HELLO
        self.merged = False
        self.leveling = Leveling()
        self.caught_up = False
        """Whether they said that they sent all that we lack."""
        self.done = 0
        self.total = 0
        self._theirs: dict[ChainKey, int] = {}
        self._in_step = False
        """Whether chains that `_theirs` does not name are held by them as by us."""
        self._cursor = 0
        self._scanned = 0
        self._told = 0
        self._work: dict[ChainKey, Place] = {}
        self._speak_after: set[ChainKey] = set()
        self._paused: set[ChainKey] = set()
        self._outbox: deque[Content] = deque()
        self._heads: dict[ChainKey, tuple[Tip, ...]] = {}
        self._comparing = False
        self._seen: deque[bytes] = deque(maxlen=MOST_SEEN)
        self._wanted: set[ChainKey] = set()
        self._unsure: set[ChainKey] = set()
        """Forked chains of which we shall know what they lack only when they have spoken of them again."""
        self._opened: frozenset[bytes] = frozenset()
        self._asking = Asking()

    @property
    def level(self) -> bool:
        """Whether both were seen to hold the same, and nothing contradicted it since."""
        return self.leveling.level

    # Beginning.

    def begin(self, ours: Hello, theirs: Hello, shelf: Shelf, *, merged: bool) -> None:
        """Both sides have said how far they are; compare from there. Called again when what is shared changed."""
        again = self.state is not State.AWAITS_HELLO
        self.merged = merged
        self._theirs.clear()
        self._work.clear()
        self._wanted.clear()
        self._cursor = theirs.have_position
        self._opened = shelf.opened
        self._asking.missed()
        if (bodies := self._asking.next(shelf)) is not None:
            # Digests speak of headers alone, so they may be equal though a body is missing.
            self._outbox.append(bodies)
        # What they sent before, and still have on the way, was counted by what was shared then.
        self.leveling.behind = again
        mine, other = (ours.merged, theirs.merged) if merged else (ours.apart, theirs.apart)
        if mine == other and not again:
            self._agree(ours.position)
            return
        partial = not again and _valid(theirs, ours, merged) and _valid(ours, theirs, merged)
        self._in_step = partial
        self._scanned = shelf.position()
        self._say_heads(shelf, whole=not partial or self._scanned - self._cursor > MOST_CHANGES, answer=False)
        self.state = State.AWAITS_HEADS
        self._comparing = True

    def _agree(self, position: int) -> None:
        self.state = State.LIVE
        self.leveling.agree()
        self.caught_up = self._in_step = True
        self._scanned = self._told = position
        self._outbox.append(Events(position, []))

    def _say_heads(self, shelf: Shelf, *, whole: bool, answer: bool) -> None:
        chains = [(ends.key, list(ends.tips)) for ends in (shelf.ends() if whole else shelf.changed(self._cursor))]
        starts = range(0, max(len(chains), 1), HEADS_AT_ONCE)
        for start in starts:
            piece = chains[start : start + HEADS_AT_ONCE]
            self._outbox.append(Heads(whole, start == starts[-1], answer, piece))

    # What they say.

    def receive(self, content: Content, shelf: Shelf, now: float) -> None:
        """Take what belongs to syncing, but for events. Raises Overstepped."""
        if self.state is State.AWAITS_HELLO:
            raise Overstepped("The peer began to sync before both sides agreed to.")
        match content:
            case Heads():
                self._take_heads(content, shelf)
            case Want(key, spine):
                self._answer_want(key, spine, shelf)
            case Later(key):
                self._paused.add(key)
                self._work.pop(key, None)
            case Bodies(events):
                self._answer_bodies(events, shelf)
            case Level():
                self._compare_level(content, shelf, now)

    def _take_heads(self, heads: Heads, shelf: Shelf) -> None:
        for key, tips in heads.chains:
            self._heads[key] = tuple(sorted(tips))
        if len(self._heads) > MOST_HEADS:
            raise Overstepped("The peer speaks of more chains than any node holds.")
        if not heads.last:
            return
        said, self._heads = self._heads, {}
        if heads.answer:
            self._say_heads(shelf, whole=True, answer=False)
        if heads.whole:
            self._compare(shelf.ends(), said, shelf, whole=True)
        elif self._comparing:
            self._compare(shelf.changed(self._cursor), said, shelf, whole=False)
        else:
            self._compare_these(said, shelf)
        self._comparing = False
        self.state = State.LIVE
        self.leveling.owes = True

    def _compare(
        self, ours: Sequence[Ends], said: dict[ChainKey, tuple[Tip, ...]], shelf: Shelf, *, whole: bool
    ) -> None:
        """Find what they lack, in our order of scopes; and how much of theirs is to come."""
        self._in_step = not whole
        self.done = self.total = 0
        self._work.clear()
        self._unsure.clear()
        self._paused.clear()
        for ends in ours:
            tips = said.pop(ends.key, None)
            if tips is None:
                self._send_from(ends.key, 0 if whole else ends.first_new - 1)
            else:
                self._judge(ends, tips, shelf)
        self._compare_these(said, shelf)

    def _compare_these(self, said: dict[ChainKey, tuple[Tip, ...]], shelf: Shelf) -> None:
        for key, tips in said.items():
            ends = shelf.chain(key)
            if ends is None:
                self._theirs[key] = tips[-1][0]
                self.total += tips[-1][0]
            else:
                self._judge(ends, tips, shelf)

    def _judge(self, ends: Ends, tips: tuple[Tip, ...], shelf: Shelf) -> None:
        """What they hold of one chain against what we hold."""
        key, highest = ends.key, tips[-1][0]
        self._theirs[key] = highest
        self._work.pop(key, None)
        self._unsure.discard(key)
        self.total += max(0, highest - ends.height)
        if ends.tips == tips:
            return
        unknown = [tip for tip in tips if not shelf.holds(key, tip)]
        if not unknown:
            self._send_from(key, _start(ends, tips[0][0]))
        elif ends.closed is not None or len(tips) > 1 or unknown[0][0] <= ends.height:
            # A fork: neither knows where. We ask for their branch; they speak of it again when it is sent.
            self._want(key, shelf)

    def _send_from(self, key: ChainKey, height: int) -> None:
        self._theirs[key] = height
        self._work[key] = (height, LAST)

    def _want(self, key: ChainKey, shelf: Shelf) -> None:
        self._unsure.add(key)
        if key not in self._wanted:
            self._wanted.add(key)
            self.leveling.behind = True
            self._outbox.append(Want(key, shelf.spine(key)))

    def _answer_want(self, key: ChainKey, spine: Sequence[Tip], shelf: Shelf) -> None:
        self._paused.discard(key)
        ends = shelf.chain(key)
        if ends is None:
            return
        known = max((height for height, head in spine if shelf.holds(key, (height, head))), default=0)
        self._send_from(key, _start(ends, known))
        self._speak_after.add(key)

    def _answer_bodies(self, events: Sequence[bytes], shelf: Shelf) -> None:
        # What does not fit is asked for again at the next link.
        items = shelf.items(events, LEAST_COST * 32)
        if items:
            self._outbox.append(Events(0, items))

    # Whether both hold the same.

    def _compare_level(self, theirs: Level, shelf: Shelf, now: float) -> None:
        mine = shelf.digest(merged=self.merged)
        self.caught_up = True
        self.total = self.done = 0
        if theirs.digest == mine:
            self._unsure.clear()
        if self.leveling.hear(theirs, mine, now, busy=bool(self._work)):
            self._wanted.clear()
            self._say_heads(shelf, whole=True, answer=True)

    def audit(self, shelf: Shelf) -> None:
        """Compare everything now: a person asked for it."""
        if self.state is not State.AWAITS_HELLO:
            self._wanted.clear()
            self._say_heads(shelf, whole=True, answer=True)

    def holds(self, key: ChainKey, height: int) -> bool | None:
        """Whether they hold an event, as far as they said; None when they did not."""
        if self.state is not State.LIVE:
            return None
        known = self._theirs.get(key)
        if known is None:
            return True if self._in_step and self.level else None
        return known >= height

    # Time.

    def due(self) -> float | None:
        """When to call `wake` at the latest."""
        return min((at for at in (self.leveling.due(), self._asking.due()) if at is not None), default=None)

    def wake(self, now: float) -> None:
        """Let time pass."""
        self.leveling.wake(now)
        self._asking.wake(now)

    # What comes.

    def arrived(self, key: ChainKey, height: int, event_id: bytes) -> None:
        """They sent us this event, so they hold it and all before it."""
        self.leveling.moved()
        self.done = min(self.done + 1, self.total)
        self._seen.append(event_id)
        self._theirs[key] = max(height, self._theirs.get(key, 0))

    def postpone(self, key: ChainKey) -> None:
        """We take no more of this chain for now; they are told so."""
        self.leveling.behind = True
        self._outbox.append(Later(key))

    def resume(self, keys: Iterable[ChainKey], shelf: Shelf) -> None:
        """Ask for postponed chains from where we are."""
        for key in keys:
            self._outbox.append(Want(key, shelf.spine(key)))

    # What goes.

    def next(self, shelf: Shelf, room: int, live_room: int) -> Envelope | None:
        """The next envelope to send, if any: short words, then what is new, then what they lack of old."""
        if room >= LEAST_COST and self._outbox:
            return self._leaving(self._outbox.popleft())
        if self.state is not State.LIVE:
            return None
        if live_room >= LEAST_COST and (envelope := self._next_live(shelf, live_room)):
            return envelope
        if room < LEAST_COST:
            return None
        if (bodies := self._asking.next(shelf)) is not None:
            return self._leaving(bodies)
        return self._next_work(shelf, room) or self._next_word(shelf)

    def _leaving(self, content: Content) -> Envelope:
        if isinstance(content, Events):
            self.leveling.moved(len(content.items))
        return seal(content)

    def _next_work(self, shelf: Shelf, room: int) -> Envelope | None:
        while self._work:
            key = next(iter(self._work))
            found = shelf.above(key, self._work[key], room)
            if found is not None:
                self._work[key], items = found
                self._theirs[key] = max(found[0][0], self._theirs.get(key, 0))
                # None fits: the peer has to make room.
                return self._leaving(Events(0, items)) if items else None
            ends = shelf.chain(key)
            del self._work[key]
            self.leveling.owes = True
            if key in self._speak_after and ends is not None:
                self._speak_after.discard(key)
                return self._leaving(Heads(False, True, False, [(key, list(ends.tips))]))
        return None

    def _next_word(self, shelf: Shelf) -> Envelope | None:
        """Nothing is left of old: say how far they are, and what we hold."""
        if self._work or not self.leveling.owes:
            # What does not fit into the credit that is left is still to be sent.
            return None
        if self._told != self._scanned and not self._unsure:
            self._told = self._scanned
            return self._leaving(Events(self._scanned, []))
        return self._leaving(self.leveling.say(shelf.digest(merged=self.merged)))

    def _gain(self, shelf: Shelf) -> None:
        """A scope flows now of which events were held before: they stand where we have looked already."""
        gained, self._opened = shelf.opened - self._opened, shelf.opened
        for ends in shelf.ends():
            if ends.key[0] in gained:
                self._send_from(ends.key, self._theirs.get(ends.key, 0))

    def _next_live(self, shelf: Shelf, room: int) -> Envelope | None:
        if shelf.opened != self._opened:
            self._gain(shelf)
        while True:
            reached, placed = shelf.after(self._scanned, room)
            if reached == self._scanned:
                return None
            items = [one.item for one in placed if self._lacks(one)]
            if any(one.item.absence == PRUNED for one in placed):
                self._asking.missed()
            self._scanned = reached
            upto = 0 if self._work or self._unsure else reached
            if items or upto - self._told > CURSOR_LAG:
                self._told = upto or self._told
                self.leveling.moved(len(items))
                return seal(Events(upto, items), Class.LIVE)

    def _lacks(self, one: Placed) -> bool:
        """Whether they do not hold an event of ours that is new, as far as we know."""
        if one.key in self._paused:
            return False
        if one.closed and one.key in self._work:
            self._send_from(one.key, min(one.height - 1, self._work[one.key][0]))
            return False
        if one.closed:
            return one.id not in self._seen
        known = self._theirs.get(one.key)
        if known is None:
            known = one.height - 1 if self._in_step else 0
        if one.height <= known:
            return False
        if one.key in self._work or one.height > known + 1:
            self._work.setdefault(one.key, (known, LAST))
            return False
        self._theirs[one.key] = one.height
        return True


def _valid(theirs: Hello, ours: Hello, merged: bool) -> bool:
    """Whether their cursor over our log means anything: same incarnation, not ahead of us, the same scopes."""
    return theirs.have_run == ours.run and 0 < theirs.have_position <= ours.position and theirs.have_merged == merged


def _start(ends: Ends, known: int) -> int:
    """Above which height to send: of a forked chain, all branches."""
    return known if ends.closed is None else min(known, ends.closed - 1)
