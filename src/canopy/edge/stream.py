"""Live updates: server-sent events over the notice journal (REST 192, decisions 21 and 30).

The journal is read once after each ring, each notice is encoded once, and every subscriber who may see it gets the
same bytes. A subscriber has a bounded queue; one that does not read is closed and resumes from its last id, so a
slow client costs nobody else anything. It subscribes before it reads its backlog, so nothing falls between.
"""

import asyncio
from collections import deque

import msgspec
from starlette.datastructures import MutableHeaders
from starlette.types import Receive, Scope, Send

from canopy.edge.core import Core
from canopy.edge.health import OK
from canopy.edge.pages import SAFETY, VERSION, app_version
from canopy.edge.principal import Principal
from canopy.ground.codec import to_json
from canopy.ground.errors import Busy, TooManyRequests
from canopy.log import journal
from canopy.log.db import Read
from canopy.log.journal import Line

QUEUE_BYTES = 512 * 1024
"""What may wait for one subscriber; the bytes themselves are shared by all who wait for them."""
PIECE_BYTES = 16 * 1024
SPREAD = 200
"""Notices read at a time when all subscribers are told."""
BACKLOG = 12
"""Notices read at a time when one subscriber catches up; then others get their turn.

Small, because each piece is a copy that a client which does not read keeps for as long as it likes."""
ENCODED = 4_096
"""Notices kept encoded until the next commit, for subscribers that catch up together."""
PER_CREDENTIAL = 5
PER_NODE = 2_000
HEARTBEAT = 15.0
STALLED_SECONDS = 20.0
STATE = b"event: state\ndata: %s\n\n"
"""How the node is, to those who look at it: no event of the journal, so it has no id."""
PING = b": ping\n\nevent: ping\ndata: {}\n\n"
RETRY = b"retry: 1000\n\n"


class Subscriber:
    """One open stream: what it still has to be sent."""

    def __init__(self, principal: Principal, types: frozenset[str] | None, *, rendered: bool = False) -> None:
        self.principal = principal
        self.types = types
        self.rendered = rendered
        """Whether texts come as HTML too."""
        self.sent = 0
        self.overflowed = False
        self._state = b""
        self._queue: deque[tuple[int, bytes]] = deque()
        self._bytes = 0
        self._ready = asyncio.Event()

    def offer(self, seq: int, chunk: bytes) -> None:
        """Queue a notice; a full queue ends the stream."""
        if self._bytes + len(chunk) > QUEUE_BYTES:
            self.overflowed = True
        else:
            self._queue.append((seq, chunk))
            self._bytes += len(chunk)
        self._ready.set()

    def ring(self) -> None:
        """Wake whoever waits."""
        self._ready.set()

    def tell(self, chunk: bytes) -> None:
        """Send how the node is; only the newest word of it counts."""
        self._state = chunk
        self._ready.set()

    def close(self) -> None:
        """End the stream: the node stops, or the account may no longer read."""
        self.overflowed = True
        self._ready.set()

    async def wait(self, seconds: float) -> bool:
        """Whether something came within `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                await self._ready.wait()
        except TimeoutError:
            return False
        return True

    def take(self) -> bytes:
        """What to send next of what is queued above what was sent already: a copy, so only a piece at a time."""
        chunks, self._state = [self._state], b""
        size = 0
        while self._queue and size < PIECE_BYTES:
            seq, chunk = self._queue.popleft()
            self._bytes -= len(chunk)
            if seq > self.sent:
                self.sent = seq
                chunks.append(chunk)
                size += len(chunk)
        if not self._queue:
            self._ready.clear()
        return b"".join(chunks)


class Streams:
    """All open streams of a node, fed from one reading of the journal."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._subscribers: dict[int, Subscriber] = {}
        self._seq = 0
        self._encoded: dict[tuple[int, bool], bytes] = {}
        self._encoded_at = -1
        self._state = b""
        core.bus.listen(self.spread)

    def start(self) -> None:
        """Begin at the end of the journal: what is older is each subscriber's backlog."""
        with self._core.database.read() as tx:
            self._seq = journal.bounds(tx)[1]

    def close(self) -> None:
        """End every stream, so that the server can stop."""
        for subscriber in self._subscribers.values():
            subscriber.close()

    def join(self, subscriber: Subscriber, address: str) -> None:
        """Add a stream. Raises TooManyRequests or Busy."""
        credential = subscriber.principal.credential
        mine = sum(1 for other in self._subscribers.values() if other.principal.credential == credential)
        if mine >= PER_CREDENTIAL and not self._core.limits.lifted(address):
            raise TooManyRequests(f"A key or session may hold {PER_CREDENTIAL} streams.", code="too_many_streams")
        if len(self._subscribers) >= PER_NODE:
            raise Busy("This node holds as many streams as it can.", code="too_many_streams")
        self._subscribers[id(subscriber)] = subscriber
        if self._state:
            subscriber.tell(self._state)
        self._core.metrics.streams_open = len(self._subscribers)

    def leave(self, subscriber: Subscriber) -> None:
        """Remove a stream."""
        self._subscribers.pop(id(subscriber), None)
        self._core.metrics.streams_open = len(self._subscribers)

    def tell_storage(self, state: str) -> None:
        """Tell everybody whether the node can save what they write. Those who come later hear it while it cannot."""
        chunk = STATE % msgspec.json.encode({"storage": state})
        self._state = b"" if state == OK else chunk
        for subscriber in self._subscribers.values():
            subscriber.tell(chunk)

    def still_valid(self, subscriber: Subscriber) -> bool:
        """Whether the key of a stream has not expired meanwhile; asked before each piece."""
        expires = subscriber.principal.key_expires
        return expires is None or expires > self._core.clock.now_ms()

    def end_of(self, who: str) -> None:
        """Close the streams of a user key (suspended), or of one API key or session (revoked, signed out)."""
        for subscriber in self._subscribers.values():
            if who in (subscriber.principal.user, subscriber.principal.credential):
                subscriber.close()

    def spread(self) -> None:
        """Give every new notice to those who may see it."""
        with self._core.database.read() as tx:
            while lines := journal.list_after(tx, self._seq, SPREAD):
                for line in lines:
                    self._spread_line(tx, line)
                self._seq = lines[-1].seq

    def _spread_line(self, tx: Read, line: Line) -> None:
        seen: dict[tuple[str, frozenset[str], frozenset[str] | None], bool] = {}
        for subscriber in self._subscribers.values():
            if subscriber.types is not None and line.event_type not in subscriber.types:
                continue
            asks = subscriber.principal
            who = (asks.user_id, asks.permissions, asks.channels)
            if who not in seen:
                seen[who] = self._core.rooms.sees(tx, subscriber.principal, line)
            if seen[who]:
                subscriber.offer(line.seq, self.encode(tx, line, rendered=subscriber.rendered))

    def encode(self, tx: Read, line: Line, *, rendered: bool) -> bytes:
        """A notice as it goes over the wire. Kept until the next commit, which may change what stands beside it."""
        commits = self._core.database.commits
        if self._encoded_at != commits or len(self._encoded) >= ENCODED:
            self._encoded.clear()
            self._encoded_at = commits
        chunk = self._encoded.get((line.seq, rendered))
        if chunk is None:
            data = to_json(self._core.rooms.item(tx, line, rendered=rendered))
            chunk = b"id: %d\nevent: %s\ndata: %s\n\n" % (line.seq, line.event_type.encode(), data)
            self._encoded[line.seq, rendered] = chunk
        return chunk

    def backlog(self, subscriber: Subscriber, after: int) -> tuple[bytes, int, bool]:
        """Up to BACKLOG notices above `after` that this subscriber may see, the new cursor, and whether more follow."""
        with self._core.database.read() as tx:
            lines = journal.list_after(tx, after, BACKLOG)
            wanted = (line for line in lines if subscriber.types is None or line.event_type in subscriber.types)
            seen = (line for line in wanted if self._core.rooms.sees(tx, subscriber.principal, line))
            chunks = [self.encode(tx, line, rendered=subscriber.rendered) for line in seen]
        return b"".join(chunks), lines[-1].seq if lines else after, len(lines) == BACKLOG

    def reset(self, after: int) -> bytes:
        """What to say to a cursor that is older than the journal, or from another one; empty when it is fine."""
        with self._core.database.read() as tx:
            oldest, latest = journal.bounds(tx)
        if oldest - 1 <= after <= latest:
            return b""
        data = msgspec.json.encode({"reset": True, "oldest_seq": oldest, "latest_seq": latest})
        return b"id: %d\nevent: reset\ndata: %s\n\n" % (latest, data)


class StreamResponse:
    """An ASGI response that stays open. Looks like a Response to whoever sets headers on it."""

    status_code = 200

    def __init__(self, streams: Streams, subscriber: Subscriber, after: int | None, heartbeat: float) -> None:
        self.headers = MutableHeaders(
            {
                **SAFETY,
                "Content-Type": "text/event-stream; charset=utf-8",
                "X-Accel-Buffering": "no",
                VERSION: app_version(),
            }
        )
        self._streams = streams
        self._subscriber = subscriber
        self._after = after
        self._heartbeat = heartbeat

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.headers.raw})
            async with asyncio.TaskGroup() as group:
                gone = group.create_task(_gone(receive, self._subscriber))
                await self._run(send)
                gone.cancel()
        except* (TimeoutError, OSError):
            pass
        finally:
            self._streams.leave(self._subscriber)

    async def _run(self, send: Send) -> None:
        await send_chunk(send, RETRY)
        if said := await self._catch_up(send):
            await send_chunk(send, said)
        while self._goes_on():
            came = await self._subscriber.wait(self._heartbeat)
            chunk = self._subscriber.take() if came else PING
            if chunk:
                await send_chunk(send, chunk)
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    def _goes_on(self) -> bool:
        """Whether it was not closed meanwhile; asked before each piece, for a reader may take its time."""
        return not self._subscriber.overflowed and self._streams.still_valid(self._subscriber)

    async def _catch_up(self, send: Send) -> bytes:
        if self._after is None:
            return b""
        if said := self._streams.reset(self._after):
            return said
        cursor, more = self._after, True
        while more and self._goes_on():
            chunk, cursor, more = self._streams.backlog(self._subscriber, cursor)
            self._subscriber.sent = cursor
            if chunk:
                await send_chunk(send, chunk)
            await asyncio.sleep(0)
        return b""


async def _gone(receive: Receive, subscriber: Subscriber) -> None:
    """Wait until the client has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
    subscriber.close()


async def send_chunk(send: Send, chunk: bytes) -> None:
    """Send a piece, or give up on a client that takes nothing. Raises TimeoutError."""
    # A client that stops reading fills the socket; after a while it is hung up on and resumes when it wakes.
    async with asyncio.timeout(STALLED_SECONDS):
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
