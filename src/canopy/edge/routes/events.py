"""Workspace events (REST 190-192): list, long poll, stream, diagnostics. Visibility is asked at read time."""

import asyncio
from typing import Any

import msgspec
from starlette.responses import Response

from canopy.edge.ask import Ask
from canopy.edge.principal import Permission
from canopy.edge.route import ANY, Rendering, get
from canopy.edge.stream import HEARTBEAT, StreamResponse, Subscriber
from canopy.ground.errors import InvalidParameter, OurFault
from canopy.ground.instants import instant
from canopy.log import journal
from canopy.log.db import Read
from canopy.log.journal import Line

WAIT_SECONDS = 25
PREVIEW = 160
DOCUMENTED = (
    *(f"dm.message.{word}" for word in ("created", "edited", "deleted", "read")),
    *(f"channel.message.{word}" for word in ("created", "edited", "deleted", "read")),
    "channel.state.updated",
    *("mention.created", "mention.acknowledged", "inbox.item.created", "inbox.item.updated"),
    "attachment.available",
    *(f"feed.post.{word}" for word in ("created", "updated", "deleted")),
)
"""Names of REST section 15.1: one may ask for them before any room of this node emits them."""


class EventQuery(Rendering, kw_only=True):
    """Which events: above a cursor, of some types; `wait` holds the answer until the first one comes."""

    after_seq: int = 0
    limit: int = 50
    types: str = ""
    wait: int = 0


class StreamQuery(Rendering, kw_only=True):
    """Where a stream begins, and how often it pings, in seconds."""

    after_seq: int = 0
    types: str = ""
    heartbeat: int = 15


class DiagnosticsQuery(msgspec.Struct, kw_only=True):
    """How many of the newest lines."""

    limit: int = 50


class EventList(msgspec.Struct, kw_only=True, omit_defaults=True):
    """Events above a cursor; invisible ones are skipped but the cursor passes them."""

    items: list[dict[str, Any]]
    after_seq: int
    next_after_seq: int
    latest_seq: int
    has_more: bool
    supported_types: list[str]
    applied_types: list[str]
    ignored_types: list[str]
    reset: bool = False
    oldest_seq: int | None = None


class Diagnostics(msgspec.Struct, kw_only=True):
    """The journal's figures, without payloads."""

    count: int
    latest_seq: int
    oldest_created_at: str | None
    latest_created_at: str | None
    oldest_age_seconds: float | None
    type_counts: dict[str, int]
    items: list[dict[str, Any]]
    supported_types: list[str]


async def list_events(ask: Ask) -> Response:
    """Events above `after_seq`; with `wait`, up to 25 s for the first one. An agent checks in by asking."""
    ask.core.check_ins.note(ask.principal, ask.core.clock.now_ms(), "events")
    after, limit = ask.number("after_seq", 0), ask.limit(50)
    applied, ignored = _types(ask)
    seconds = ask.number("wait", 0, most=WAIT_SECONDS)
    rung = asyncio.Event()
    ask.core.bus.listen(rung.set)
    try:
        until = asyncio.get_running_loop().time() + seconds
        found = _page(ask, after, limit, applied, ignored)
        while not (found.items or found.reset or found.has_more) and await _rings(rung, until):
            ask.identify_again()
            found = _page(ask, after, limit, applied, ignored)
    finally:
        ask.core.bus.forget(rung.set)
    return ask.answer(found)


async def _rings(rung: asyncio.Event, until: float) -> bool:
    """Wait for the next ring of the bus; False when the time is over."""
    try:
        async with asyncio.timeout_at(until):
            await rung.wait()
    except TimeoutError:
        return False
    rung.clear()
    return True


def _page(ask: Ask, after: int, limit: int, applied: list[str], ignored: list[str]) -> EventList:
    with ask.reading() as tx:
        oldest, latest = journal.bounds(tx)
        reset = not oldest - 1 <= after <= latest
        items, cursor, more = _visible(ask, tx, after, limit, frozenset(applied)) if not reset else ([], latest, False)
    return EventList(
        items=items,
        after_seq=after,
        next_after_seq=cursor,
        latest_seq=latest,
        has_more=more,
        supported_types=sorted(ask.core.rooms.event_types),
        applied_types=applied,
        ignored_types=ignored,
        reset=reset,
        oldest_seq=oldest if reset else None,
    )


def _visible(
    ask: Ask, tx: Read, after: int, limit: int, types: frozenset[str]
) -> tuple[list[dict[str, Any]], int, bool]:
    items: list[dict[str, Any]] = []
    rendered = ask.rendered()
    cursor = after
    for line in journal.list_after(tx, after, limit * 4 + 1):
        if len(items) == limit:
            return items, cursor, True
        cursor = line.seq
        if (not types or line.event_type in types) and ask.core.rooms.sees(tx, ask.principal, line):
            items.append(ask.core.rooms.item(tx, line, rendered=rendered))
    return items, cursor, bool(journal.list_after(tx, cursor, 1))


def _types(ask: Ask) -> tuple[list[str], list[str]]:
    """The known and the unknown names of `types`. Raises InvalidParameter when none is known."""
    given = [name for value in ask.request.query_params.getlist("types") for name in value.split(",") if name]
    all_known = {*DOCUMENTED, *ask.core.rooms.event_types}
    known = sorted(all_known.intersection(given))
    unknown = sorted(set(given) - all_known)
    if given and not known:
        raise InvalidParameter(
            "None of these event types is known.", code="unknown_event_types", allowed=sorted(all_known)
        )
    return known, unknown


def open_stream(ask: Ask) -> Response:
    """Server-sent events from `Last-Event-ID` or `after_seq`; without either, from now on."""
    if ask.request.method == "HEAD":
        return Response(media_type="text/event-stream")
    if ask.core.streams is None:
        raise OurFault
    ask.core.check_ins.note(ask.principal, ask.core.clock.now_ms(), "events")
    applied, _ = _types(ask)
    heartbeat = ask.number("heartbeat", int(HEARTBEAT), least=1, most=60)
    subscriber = Subscriber(ask.principal, frozenset(applied) if applied else None, rendered=ask.rendered())
    after = _cursor(ask)
    address = ask.address
    ask.core.streams.join(subscriber, address)
    return StreamResponse(ask.core.streams, subscriber, after, max(5.0, float(heartbeat)))  # type: ignore[return-value]


def _cursor(ask: Ask) -> int | None:
    last = ask.header("last-event-id")
    if last is None:
        return ask.number("after_seq", 0) if "after_seq" in ask.request.query_params else None
    if not (last.isascii() and last.isdigit() and len(last) < 19):
        raise InvalidParameter("Last-Event-ID is the id of an event of this stream.", parameter="Last-Event-ID")
    return int(last)


def get_diagnostics(ask: Ask) -> Response:
    """The owner's view of the journal."""
    ask.principal.require_owner()
    with ask.reading() as tx:
        count, oldest, newest, types = journal.statistics(tx)
        items = [_preview(line, key) for line, key in journal.list_newest(tx, ask.limit(50))]
        latest = journal.bounds(tx)[1]
        now = tx.now_ms
    return ask.answer(
        Diagnostics(
            count=count,
            latest_seq=latest,
            oldest_created_at=instant(oldest) if oldest is not None else None,
            latest_created_at=instant(newest) if newest is not None else None,
            oldest_age_seconds=(now - oldest) / 1000 if oldest is not None else None,
            type_counts=types,
            items=items,
            supported_types=sorted(ask.core.rooms.event_types),
        )
    )


def _preview(line: Line, dedupe_key: str | None) -> dict[str, Any]:
    item = line.item()
    payload = item.pop("payload")
    return {
        **item,
        "payload_keys": sorted(payload),
        "payload_preview": line.payload[:PREVIEW],
        "dedupe_key": dedupe_key,
    }


_R = Permission.READ_FEED
ROUTES = [
    get("/events", list_events, _R, "Workspace events above a cursor", EventList, query=EventQuery),
    get(
        "/events/stream",
        open_stream,
        _R,
        "Workspace events as they happen",
        str,
        query=StreamQuery,
        media="text/event-stream",
    ),
    get(
        "/events/diagnostics",
        get_diagnostics,
        ANY,
        "Figures of the event journal",
        Diagnostics,
        query=DiagnosticsQuery,
    ),
]
