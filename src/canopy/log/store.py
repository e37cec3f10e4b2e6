"""The tables of the log itself and the statements on them. Only `append` and what it is made of write them."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    delete,
    event,
    func,
    insert,
    literal_column,
    select,
    text,
    tuple_,
    update,
)

from canopy.log.db import metadata, prepare, row_of

events = Table(
    "events",
    metadata,
    Column("position", Integer, primary_key=True, autoincrement=True),
    Column("id", LargeBinary, nullable=False, unique=True),
    Column("chain", Integer, nullable=False),
    Column("height", BigInteger, nullable=False),
    Column("time", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("object", LargeBinary),
    Column("header", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("body", LargeBinary),
    Column("gone", Text, nullable=False, comment="why the body was dropped for good: deleted, expired; else empty"),
    Column("expires", BigInteger, nullable=False),
    Column("fate", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("awaits", LargeBinary),
    Column("due", BigInteger),
    Column("announced", Integer, nullable=False, comment="1 once its notices were written; never again after that"),
    sqlite_autoincrement=True,
)
Index("events_chain", events.c.chain, events.c.height)
# Both ends of an object's done events of one kind are found without reading what lies between them.
Index("events_of_object", events.c.object, events.c.kind, events.c.fate, events.c.gone, events.c.time)
Index("events_awaits", events.c.awaits, sqlite_where=events.c.awaits.is_not(None))
Index("events_awaits_kind", events.c.awaits, events.c.kind, sqlite_where=events.c.awaits.is_not(None))
Index("events_due", events.c.due, sqlite_where=events.c.due.is_not(None))
# Written out, not bound: SQLite uses a partial index only where it can see that its condition holds.
_WAITING = text("fate = 2")
_MORTAL = text("expires > 0 AND gone = ''")
Index("events_waiting", events.c.reason, sqlite_where=_WAITING)
Index("events_expires", events.c.expires, sqlite_where=_MORTAL)

chains = Table(
    "chains",
    metadata,
    Column("chain", Integer, primary_key=True),
    Column("scope", LargeBinary, nullable=False),
    Column("node", LargeBinary, nullable=False),
    Column("run", BigInteger, nullable=False),
    Column("height", BigInteger, nullable=False, comment="of the highest event held"),
    Column("head", LargeBinary, nullable=False, comment="its id; on a forked chain, of one of the highest"),
    Column("time", BigInteger, nullable=False, comment="greatest time of its done events"),
    Column("closed", BigInteger, comment="height of the lowest fork, if any"),
    UniqueConstraint("scope", "node", "run"),
)

parked = Table(
    "parked",
    metadata,
    Column("parked", Integer, primary_key=True, autoincrement=True),
    Column("id", LargeBinary, nullable=False, unique=True),
    Column("source", Text, nullable=False),
    Column("awaits", LargeBinary, nullable=False),
    Column("header", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("body", LargeBinary),
    Column("absence", Text, nullable=False, comment="why the sender gave no body"),
    Column("size", Integer, nullable=False),
    sqlite_autoincrement=True,
)
Index("parked_awaits", parked.c.awaits)
Index("parked_source", parked.c.source, parked.c.parked)

todo = Table(
    "todo",
    metadata,
    Column("todo", Integer, primary_key=True, autoincrement=True),
    Column("what", Text, nullable=False),
    Column("key", LargeBinary, nullable=False, comment="a chain, an object, or the id that something waits for"),
    Column("height", BigInteger, nullable=False, comment="of a chain: done up to this place, as by position"),
    Column("position", BigInteger, nullable=False, comment="what stands at or before it is done"),
    Column("below", BigInteger, nullable=False, comment="of a chain: the height at which to stop"),
    Column("old", Integer, nullable=False, comment="1 when only catching up set it free"),
    UniqueConstraint("what", "key", "below"),
    sqlite_autoincrement=True,
    comment="what the events taken so far set free, and no transaction had room for yet",
)
# This table came with the second schema. So did these indexes of an older one, which nobody makes by itself.
_NEW_INDEXES = (
    "DROP INDEX IF EXISTS events_object",
    "CREATE INDEX IF NOT EXISTS events_of_object ON events (object, kind, fate, gone, time)",
    "CREATE INDEX IF NOT EXISTS events_awaits_kind ON events (awaits, kind) WHERE awaits IS NOT NULL",
)


def _index_events(table: Table, connection: Connection, **_: Any) -> None:
    for sql in _NEW_INDEXES:
        connection.execute(text(sql))


event.listen(todo, "after_create", _index_events)

founders = Table(
    "founders",
    metadata,
    Column("scope", LargeBinary, primary_key=True),
    Column("node", LargeBinary, nullable=False),
    comment="the authority of each governed scope, from the event that founded it",
)

rulings = Table(
    "rulings",
    metadata,
    Column("event", LargeBinary, primary_key=True),
    Column("scope", LargeBinary, nullable=False),
    comment="authority events that are held, so that a line is read without its scope's other events",
)
Index("rulings_scope", rulings.c.scope)

sources = Table(
    "sources",
    metadata,
    Column("source", Text, nullable=False),
    Column("reason", Text, nullable=False, comment="parked, postponed, or the code of a refusal"),
    Column("count", Integer, nullable=False),
    UniqueConstraint("source", "reason"),
)

facts = Table(
    "facts",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", LargeBinary, nullable=False),
    comment="single values of this database: run, seed, projection numbers",
)

# Read for every event: a bound in the text, because SQLite plans a statement anew for each bound that is given.
FEW = 33
_FEW: ColumnElement[int] = literal_column(str(FEW))
_ONE: ColumnElement[int] = literal_column("1")

INSERT_EVENT = prepare(insert(events).values(row_of(events, "position")))
FIND_EVENT = prepare(
    select(events.c.position, events.c.body.is_not(None), events.c.gone).where(events.c.id == bindparam("id"))
)
FIND_PLACE = prepare(
    select(events.c.chain, events.c.height, events.c.time, events.c.header).where(events.c.id == bindparam("id"))
)
SIBLINGS = prepare(
    select(events.c.id).where(events.c.chain == bindparam("chain"), events.c.height == bindparam("height"))
)

_JUDGED = (
    events.c.id,
    events.c.header,
    events.c.body,
    events.c.gone,
    events.c.fate,
    events.c.reason,
    events.c.announced,
    events.c.object,
    events.c.position,
)
SIGNED = prepare(select(events.c.header, events.c.signature, events.c.body).where(events.c.id == bindparam("id")))
BY_ID = prepare(select(*_JUDGED).where(events.c.id == bindparam("id")))
_OF_OBJECT = events.c.object == bindparam("object")
_DONE = text("fate = 0")
_DONE_OF_KIND = (_OF_OBJECT, events.c.kind == bindparam("kind"), _DONE)
_ENDS = select(*_JUDGED).where(*_DONE_OF_KIND, events.c.gone == bindparam("gone")).limit(1)
# What strangers wrote about an object and nobody may see is not even read.
FEW_DONE_OF_KIND = prepare(select(*_JUDGED).where(*_DONE_OF_KIND).limit(_FEW))
DONE_OF_KIND = prepare(select(*_JUDGED).where(*_DONE_OF_KIND))
FIRST_DONE = prepare(_ENDS.order_by(events.c.time, events.c.id))
LAST_DONE = prepare(_ENDS.order_by(events.c.time.desc(), events.c.id.desc()))
# Few or none, so the index on reasons is the one to use: the plus keeps SQLite from the other.
BLAMED_OF_OBJECT = prepare(
    select(*_JUDGED).where(text("+events.object = :object"), _WAITING, text("events.reason = 'projector'"))
)
BODIES_OF_OBJECT = prepare(
    select(*_JUDGED)
    .where(
        events.c.position.in_(
            select(events.c.position)
            .where(_OF_OBJECT, events.c.gone == "", events.c.position > bindparam("position"))
            .order_by(events.c.position)
            .limit(bindparam("most"))
        )
    )
    .order_by(events.c.position)
)
FEW_KINDS_OF_OBJECT = prepare(select(events.c.kind).where(_OF_OBJECT).order_by(events.c.kind).limit(_FEW))
# One step of the index from kind to kind, however many events there are of each.
KINDS_OF_OBJECT = prepare(
    text(
        "WITH RECURSIVE had(kind) AS (SELECT min(kind) FROM events WHERE object = :object UNION ALL "
        "SELECT (SELECT min(kind) FROM events WHERE object = :object AND kind > had.kind) FROM had "
        "WHERE had.kind IS NOT NULL) SELECT kind FROM had WHERE kind IS NOT NULL"
    )
)
ANY_AWAITS = prepare(select(events.c.position).where(events.c.awaits == bindparam("awaits")).limit(_ONE))
BY_AWAITS = prepare(
    select(*_JUDGED)
    .where(events.c.awaits == bindparam("awaits"), events.c.position > bindparam("position"))
    .order_by(events.c.position)
    .limit(bindparam("most"))
)
BY_AWAITS_AND_KIND = prepare(
    select(*_JUDGED)
    .where(events.c.awaits == bindparam("awaits"), events.c.kind == bindparam("kind"))
    .order_by(events.c.position)
    .limit(bindparam("most"))
)
BY_DUE = prepare(
    select(*_JUDGED).where(events.c.due <= bindparam("now")).order_by(events.c.due).limit(bindparam("most"))
)
FROM_HEIGHT = prepare(
    select(*_JUDGED)
    .where(
        events.c.chain == bindparam("chain"),
        events.c.height >= bindparam("height"),
        events.c.height < bindparam("below"),
        tuple_(events.c.height, events.c.position) > tuple_(bindparam("height"), bindparam("position")),
    )
    .order_by(events.c.height, events.c.position)
    .limit(bindparam("most"))
)
AFTER_POSITION = prepare(
    select(*_JUDGED).where(events.c.position > bindparam("after")).order_by(events.c.position).limit(bindparam("most"))
)
NEWEST_OBJECTS = prepare(
    select(events.c.object)
    .where(events.c.object.is_not(None))
    .order_by(events.c.position.desc())
    .limit(bindparam("most"))
)
EXPIRED = prepare(
    select(*_JUDGED)
    .where(_MORTAL, events.c.expires <= bindparam("now"))
    .order_by(events.c.expires)
    .limit(bindparam("most"))
)
SET_FATE = prepare(
    update(events)
    .where(events.c.id == bindparam("which"))
    .values(
        fate=bindparam("new_fate"),
        reason=bindparam("new_reason"),
        awaits=bindparam("new_awaits"),
        due=bindparam("new_due"),
    )
)
CLEAR_DUE = prepare(update(events).where(events.c.id == bindparam("which")).values(due=text("NULL")))
SET_OBJECT = prepare(update(events).where(events.c.id == bindparam("which")).values(object=bindparam("new_object")))
SET_ANNOUNCED = prepare(update(events).where(events.c.id == bindparam("which")).values(announced=text("1")))
DROP_BODY = prepare(
    update(events).where(events.c.id == bindparam("which")).values(body=text("NULL"), gone=bindparam("why"))
)
FILL_BODY = prepare(update(events).where(events.c.id == bindparam("which")).values(body=bindparam("bytes")))

FIND_CHAIN = prepare(
    select(chains.c.chain, chains.c.height, chains.c.head, chains.c.time, chains.c.closed).where(
        chains.c.scope == bindparam("scope"), chains.c.node == bindparam("node"), chains.c.run == bindparam("run")
    )
)
INSERT_CHAIN = prepare(insert(chains).values(row_of(chains, "chain")).returning(chains.c.chain))
SET_CHAIN = prepare(
    update(chains)
    .where(chains.c.chain == bindparam("which"))
    .values(
        height=bindparam("new_height"),
        head=bindparam("new_head"),
        time=bindparam("new_time"),
        closed=bindparam("new_closed"),
    )
)
LATEST_TIME = prepare(select(func.max(chains.c.time)).where(chains.c.time <= bindparam("most")))
LIST_CHAINS = prepare(
    select(chains.c.chain, chains.c.scope, chains.c.node, chains.c.run, chains.c.height, chains.c.head, chains.c.closed)
)

INSERT_PARKED = prepare(insert(parked).values(row_of(parked, "parked")))
FIND_PARKED = prepare(
    select(parked.c.parked, parked.c.body.is_not(None), parked.c.source, parked.c.size).where(
        parked.c.id == bindparam("id")
    )
)
ANY_PARKED_ON = prepare(select(parked.c.parked).where(parked.c.awaits == bindparam("awaits")).limit(_ONE))
PARKED_ON = prepare(
    select(
        parked.c.parked,
        parked.c.source,
        parked.c.id,
        parked.c.header,
        parked.c.signature,
        parked.c.body,
        parked.c.absence,
    )
    .where(parked.c.awaits == bindparam("awaits"), parked.c.parked > bindparam("position"))
    .order_by(parked.c.parked)
    .limit(bindparam("most"))
)
UNPARK = prepare(delete(parked).where(parked.c.id == bindparam("id")))
PARKED_SIZE = prepare(select(func.count(), func.sum(parked.c.size)).where(parked.c.source == bindparam("source")))
NEWEST_PARKED = prepare(
    select(parked.c.id, parked.c.size)
    .where(parked.c.source == bindparam("source"))
    .order_by(parked.c.parked.desc())
    .limit(1)
)

NOTE_TODO = prepare(
    text(
        "INSERT INTO todo (what, key, height, position, below, old) "
        "VALUES (:what, :key, :height, :position, :below, :old) ON CONFLICT (what, key, below) "
        "DO UPDATE SET position = CASE WHEN height = excluded.height THEN min(position, excluded.position) "
        "WHEN height < excluded.height THEN position ELSE excluded.position END, "
        "height = min(height, excluded.height), old = min(old, excluded.old)"
    )
)
NEXT_TODO = prepare(
    select(todo.c.todo, todo.c.what, todo.c.key, todo.c.height, todo.c.position, todo.c.below, todo.c.old)
    .order_by(todo.c.todo)
    .limit(1)
)
DROP_TODO = prepare(delete(todo).where(todo.c.todo == bindparam("which")))

COUNT_SOURCE = prepare(
    text(
        "INSERT INTO sources (source, reason, count) VALUES (:source, :reason, 1) "
        "ON CONFLICT (source, reason) DO UPDATE SET count = count + 1"
    )
)
LIST_SOURCES = prepare(select(sources.c.source, sources.c.reason, sources.c.count))
COUNT_EVENTS = prepare(select(func.count()).select_from(events))
COUNT_WAITING = prepare(select(events.c.reason, func.count()).where(_WAITING).group_by(events.c.reason))

GET_FACT = prepare(select(facts.c.value).where(facts.c.name == bindparam("name")))
SET_FACT = prepare(
    text("INSERT INTO facts (name, value) VALUES (:name, :value) ON CONFLICT (name) DO UPDATE SET value = :value")
)
