"""Mentions as they are made, for agents that wait for nothing else (agents' contract 4.4).

The stream is a cursor over the caller's rows, which the journal's notices ring for; so it costs a reading of the
database only when somebody calls the caller, and each mention comes once on a connection.
"""

import msgspec
from starlette.responses import Response
from starlette.types import Send

from canopy.edge.ask import Ask
from canopy.edge.principal import Permission
from canopy.edge.route import get
from canopy.edge.stream import HEARTBEAT, StreamResponse, Streams, Subscriber, send_chunk
from canopy.features.mentions.shown import mention_json, source_of
from canopy.features.mentions.tables.rows import CREATED, Mention, find_mention, list_new
from canopy.ground.codec import to_json
from canopy.ground.errors import OurFault

RETRY = b"retry: 3000\n\n"


class ListenQuery(msgspec.Struct, kw_only=True):
    """From where on, how many at a time, and how often there is a sign of life, in seconds."""

    since: str = ""
    limit: int = 50
    heartbeat: int = 15


class Bell(Subscriber):
    """Only says that there is something: what it is stands in the tables."""

    def offer(self, seq: int, chunk: bytes) -> None:
        self.ring()


class MentionStream(StreamResponse):
    """The open answer."""

    def __init__(self, ask: Ask, streams: Streams, bell: Bell, place: tuple[int, int], heartbeat: float) -> None:
        super().__init__(streams, bell, None, heartbeat)
        self._ask = ask
        self._bell = bell
        self._seq, self._since = place
        self._most = ask.limit(50)

    async def _run(self, send: Send) -> None:
        await send_chunk(send, RETRY)
        while self._goes_on():
            self._bell.take()
            while self._goes_on() and (chunk := self._fresh()):
                await send_chunk(send, chunk)
            if not await self._bell.wait(self._heartbeat):
                now = self._ask.core.clock.now_ms() // 1000
                await send_chunk(send, b"event: heartbeat\ndata: %d\n\n" % now)
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    def _fresh(self) -> bytes:
        """The next mentions, oldest first; empty when there are no more."""
        chunks: list[bytes] = []
        with self._ask.reading() as tx:
            while not chunks and (
                rows := list_new(tx, self._ask.principal.user_id, self._seq, self._since, self._most)
            ):
                for row in rows:
                    self._seq = row.seq
                    _, message = source_of(tx, self._ask.principal, row)
                    if message is not None:
                        chunks.append(_told(row, to_json(mention_json(row, message))))
        return b"".join(chunks)


def _told(row: Mention, data: bytes) -> bytes:
    return b"id: %s\nevent: mention\ndata: %s\n\n" % (row.id.encode(), data)


def open_stream(ask: Ask) -> Response:
    """Mentions from `Last-Event-ID` or `since` on, else all that are not acknowledged; then each as it is made."""
    if ask.request.method == "HEAD":
        return Response(media_type="text/event-stream")
    if ask.core.streams is None:
        raise OurFault
    place = _place(ask)
    heartbeat = ask.number("heartbeat", int(HEARTBEAT), least=1, most=60)
    bell = Bell(ask.principal, frozenset((CREATED,)))
    stream = MentionStream(ask, ask.core.streams, bell, place, max(5.0, float(heartbeat)))
    ask.core.streams.join(bell, ask.address)
    return stream  # type: ignore[return-value]


def _place(ask: Ask) -> tuple[int, int]:
    """Above which seq, and made since when (Unix ms). Raises InvalidParameter."""
    since = ask.since()
    last = ask.header("last-event-id")
    if since or last is None:
        return 0, since
    with ask.reading() as tx:
        row = find_mention(tx, last)
    return (row.seq if row is not None and row.user_id == ask.principal.user_id else 0), 0


ROUTES = [
    get(
        "/mentions/stream",
        open_stream,
        Permission.READ_FEED,
        "Mentions as they are made",
        str,
        query=ListenQuery,
        media="text/event-stream",
    ),
]
