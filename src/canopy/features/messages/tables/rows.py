"""Messages as rows: one for each message held, made anew from its done events."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import (
    BigInteger,
    BindParameter,
    Column,
    Index,
    Integer,
    LargeBinary,
    Select,
    Text,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    or_,
    select,
    text,
    tuple_,
    update,
)

from canopy.features.channels.events import MessageRemoved
from canopy.features.channels.tables import ChannelState, may_speak
from canopy.features.messages.events import Everyone, MessageDeleted, MessagePosted
from canopy.features.messages.tables.called import pack_pairs
from canopy.features.messages.tables.marks import REACTED
from canopy.features.people.tables import user_cards
from canopy.ground.codec import to_json
from canopy.ground.ids import EventId, NodeId
from canopy.log import store
from canopy.log.catalog import DONE, Catalog, Entry, Verdict, hidden, waiting
from canopy.log.db import Prepared, Read, Tx, prepare, projected, row_of
from canopy.log.event import header_of
from canopy.log.held import decode_body
from canopy.log.scope import GENERAL
from canopy.log.shown import channel_id, message_id, user_id

messages = projected(
    "messages",
    "messages",
    Column("event", LargeBinary, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("channel", Text, nullable=False),
    Column("node", LargeBinary, nullable=False),
    Column("author", Text, nullable=False),
    Column("time", BigInteger, nullable=False),
    Column("content", Text, nullable=False),
    Column("parent", Text),
    Column("root", Text, nullable=False, comment="its own id for a message that answers nothing"),
    Column("client_id", Text, nullable=False),
    Column("edited", BigInteger, comment="stamp of the edit that is shown"),
    Column("expires", BigInteger, nullable=False),
    Column("deleted", BigInteger, comment="stamp of the deletion; its words are gone"),
    Column("moderated", Integer, nullable=False, comment="whether a moderator removed it, not its author"),
    Column("activity", BigInteger, nullable=False, comment="for a root, the stamp of its newest reply or itself"),
    Column("reacted", BigInteger, nullable=False, comment="sum of the marks of its reactions: another for others"),
    Column("parent_event", LargeBinary),
    Column("root_event", LargeBinary),
    Column("mentions", LargeBinary, nullable=False, comment="node and user of each whom its text calls, in a row"),
    Column("everyone", Text, nullable=False),
    Column("via", Text, nullable=False, comment="name of the API key with which a person wrote it"),
)
# All that the count of unread messages looks at, so that it reads nothing but the index.
Index(
    "messages_created",
    messages.c.channel,
    messages.c.time,
    messages.c.id,
    messages.c.author,
    messages.c.deleted,
    messages.c.expires,
)
Index("messages_activity", messages.c.channel, messages.c.activity, messages.c.id)
Index("messages_root", messages.c.root, messages.c.time, messages.c.id)


class Message(msgspec.Struct, frozen=True, gc=False):
    """One row with what is shown beside it."""

    id: str
    event: EventId
    channel: str
    node: NodeId
    author: str
    time: int
    content: str
    parent: str | None
    root: str
    client_id: str
    edited: int | None
    expires: int
    deleted: int | None
    moderated: bool
    activity: int
    reacted: int
    mentions: bytes
    everyone: str
    via: str
    replies: int
    handle: str | None
    name: str | None
    account_type: str | None
    avatar: str | None


class Written(msgspec.Struct, frozen=True):
    """A message as who wants to change it needs it: also one that is deleted."""

    event: EventId
    node: NodeId
    author: str
    time: int
    content: str
    parent_event: EventId | None
    root_event: EventId | None
    expires: int
    deleted: int | None
    mentions: bytes
    everyone: Everyone
    via: str


_ENDS = (MessageDeleted.KIND, MessageRemoved.KIND)
_DELETE = prepare(
    delete(messages).where(messages.c.event == bindparam("which")).returning(messages.c.root, messages.c.id)
)
_INSERT = prepare(insert(messages).values(row_of(messages)))
_root = messages.alias("root")
_LATEST_REPLY = prepare(
    select(func.max(messages.c.time)).where(
        messages.c.root == bindparam("root"),
        messages.c.id != bindparam("root"),
        messages.c.deleted.is_(None),
        # A thread is of one channel: who may not speak in it must not move it by naming its root elsewhere.
        literal_column("+messages.channel")
        == select(_root.c.channel).where(_root.c.id == bindparam("root")).scalar_subquery(),
    )
)
_SET_ACTIVITY = prepare(
    update(messages)
    .where(messages.c.id == bindparam("which"))
    .values(activity=func.max(literal_column("time"), bindparam("newest")))
)
_WRITTEN = prepare(
    select(*(messages.c[name] for name in Written.__struct_fields__)).where(
        messages.c.id == bindparam("id"),
        messages.c.channel == bindparam("channel"),
        or_(messages.c.expires == literal_column("0"), messages.c.expires > bindparam("now")),
    )
)
_events = store.events.c
_VERSIONS = prepare(
    select(_events.id, _events.header, _events.body)
    .where(
        _events.object == bindparam("object"),
        text("kind IN ('message.posted', 'message.edited') AND fate = 0 AND gone = ''"),
        tuple_(_events.time, _events.id) > tuple_(bindparam("stamp"), bindparam("beyond")),
    )
    .order_by(_events.time, _events.id)
    .limit(bindparam("most"))
)
_NEWEST_TIME = prepare(select(func.max(messages.c.time)).where(messages.c.channel == bindparam("channel")))
_OLDEST_TIME = prepare(select(func.min(messages.c.time)).where(messages.c.channel == bindparam("channel")))


def _reading() -> Select[Any]:
    reply = messages.alias("reply")
    now: BindParameter[int] = bindparam("now")
    replies = (
        select(func.count())
        .where(
            reply.c.root == messages.c.id,
            reply.c.id != messages.c.id,
            # With `+` it is no way to look for them: by their channel would be all of its messages, for each row.
            literal_column("+reply.channel") == messages.c.channel,
            reply.c.deleted.is_(None),
            or_(reply.c.expires == literal_column("0"), reply.c.expires > now),
        )
        .scalar_subquery()
        .label("replies")
    )
    row = [messages.c[name] for name in Message.__struct_fields__[:19]]
    inner = (
        select(*row, replies)
        .where(or_(messages.c.expires == literal_column("0"), messages.c.expires > now))
        .subquery("shown")
    )
    return (
        select(*inner.c, user_cards.c.handle, user_cards.c.name, user_cards.c.account_type, user_cards.c.avatar)
        .join_from(inner, user_cards, user_cards.c.user_id == inner.c.author, isouter=True)
        .where(or_(inner.c.deleted.is_(None), inner.c.replies > literal_column("0")))
    )


def _page(order: str, *, newer: bool, roots: bool = False, thread: bool = False) -> Prepared:
    """Up to `most` rows beyond a place, nearest first: of a channel, its roots, or the replies of a thread."""
    query = _reading()
    shown = query.get_final_froms()[0].left  # type: ignore[attr-defined]
    place = tuple_(shown.c[order], shown.c.id)
    bound = tuple_(bindparam("stamp"), bindparam("beyond"))
    query = query.where(shown.c.channel == bindparam("channel"), place > bound if newer else place < bound)
    if roots:
        query = query.where(shown.c.root == shown.c.id)
    if thread:
        query = query.where(shown.c.root == bindparam("root"), shown.c.id != bindparam("root"))
    columns = (shown.c[order], shown.c.id)
    ordered = query.order_by(*(c if newer else c.desc() for c in columns))
    return prepare(ordered.limit(bindparam("most")))


_PAGES = {
    (order, newer, roots): _page(order, newer=newer, roots=roots)
    for order in ("time", "activity")
    for newer in (False, True)
    for roots in (False, True)
}
_THREADS = {newer: _page("time", newer=newer, thread=True) for newer in (False, True)}
_ONE = prepare(_reading().where(text("shown.id = :id")))
_SOME = prepare(_reading().where(text("shown.id IN (SELECT value FROM json_each(:ids))")))


# What the log asks.


def admit_posted(tx: Read, entry: Entry, state: ChannelState | None) -> Verdict:
    """A message belongs to a channel that is known here, and has an author."""
    if not entry.user:
        return hidden("no_user")
    if entry.scope == GENERAL:
        return DONE
    if state is None:
        return waiting("channel", awaits=entry.scope)
    return DONE if may_speak(state) else hidden("no_channel")


def admit_change(tx: Read, entry: Entry, state: ChannelState | None) -> Verdict:
    """An edit is its author's; a deletion is its author's node's, which has checked who asked for it; a removal is the
    authority's, in its own channel."""
    if isinstance(entry.body, MessageRemoved) and state is None:
        return hidden("no_authority") if entry.scope == GENERAL else waiting("channel", awaits=entry.scope)
    row = store.FIND_PLACE.row(tx, id=entry.body.message)
    if row is None:
        return waiting("target", awaits=entry.body.message)
    target = header_of(row[3])
    if target.kind != MessagePosted.KIND or target.scope != entry.header.scope:
        return hidden("wrong_target")
    if isinstance(entry.body, MessageRemoved):
        # Its author is the authority; the log has seen to that.
        return DONE
    same_user = target.user == entry.header.user or isinstance(entry.body, MessageDeleted)
    return DONE if target.node == entry.header.node and same_user else hidden("not_author")


def words_of(history: Sequence[Entry]) -> tuple[Entry | None, Entry | None]:
    """The event that posted a message, and the one whose words are shown: none for what is deleted, removed or
    expired."""
    posted = next((entry for entry in history if entry.kind == MessagePosted.KIND), None)
    if posted is None or any(entry.kind in _ENDS for entry in history):
        return posted, None
    return posted, history[-1] if history[-1].body is not None else None


def project_message(tx: Tx, key: bytes, history: Sequence[Entry]) -> None:
    """Make the row of one message, and its thread's place in the order of activity."""
    before = _DELETE.row(tx, which=key)
    posted, words = words_of(history)
    deletion = min((entry for entry in history if entry.kind in _ENDS), key=_precedence, default=None)
    root = _insert(tx, posted, words, deletion) if posted is not None and (words or deletion) else None
    # Its own activity too: an author may have named a message as root that is itself a reply.
    for changed in {before[0] if before else None, root, message_id(EventId(key))} - {None}:
        newest = _LATEST_REPLY.value(tx, root=changed) or 0
        _SET_ACTIVITY.run(tx, which=changed, newest=newest)


def _precedence(ending: Entry) -> tuple[bool, int, bytes]:
    """What its author took back is called deleted, whatever a moderator said."""
    return ending.kind != MessageDeleted.KIND, ending.time, ending.id


def _insert(tx: Tx, posted: Entry, words: Entry | None, deletion: Entry | None) -> str:
    """Insert the row; returns its thread's root."""
    identity = message_id(posted.id)
    # All that is shown comes from the newest words: those of the post itself may have expired before an edit's.
    body = words.body if words else None
    root = message_id(EventId(body.root)) if body and body.root else identity
    _INSERT.run(
        tx,
        event=posted.id,
        id=identity,
        channel=channel_id(posted.scope),
        node=posted.node,
        author=user_id(posted.node, posted.user),
        time=posted.time,
        content=body.content if body else "",
        parent=message_id(EventId(body.parent)) if body and body.parent else None,
        root=root,
        client_id=posted.body.client_id if body and posted.body else "",
        edited=words.time if words and words is not posted else None,
        expires=words.header.expires if words else 0,
        deleted=deletion.time if deletion else None,
        moderated=int(deletion is not None and deletion.kind == MessageRemoved.KIND),
        activity=posted.time,
        reacted=REACTED.value(tx, message=identity),
        parent_event=body.parent if body else None,
        root_event=body.root if body else None,
        mentions=pack_pairs(body.mentions) if body else b"",
        everyone=body.everyone if body else "",
        via=body.via if body else "",
    )
    return root


# What others ask.


def find_message(tx: Read, channel: str, identity: str) -> Message | None:
    """One message of a channel, a tombstone only while replies live."""
    row = _ONE.row(tx, id=identity, now=tx.now_ms)
    found = Message(*row) if row else None
    return found if found is not None and found.channel == channel else None


def find_some(tx: Read, channel: str, identities: Sequence[str]) -> list[Message]:
    """Those of some messages that a channel shows, in the order in which they are named. One question for all."""
    rows = _SOME.rows(tx, ids=to_json(identities).decode(), now=tx.now_ms)
    known = {message.id: message for message in (Message(*row) for row in rows) if message.channel == channel}
    return [known[identity] for identity in identities if identity in known]


def find_anywhere(tx: Read, identity: str) -> Message | None:
    """One message, whatever its channel; the caller asks for its readers."""
    row = _ONE.row(tx, id=identity, now=tx.now_ms)
    return Message(*row) if row else None


def list_page(
    tx: Read, channel: str, place: tuple[int, str], most: int, *, by_activity: bool, newer: bool, roots: bool
) -> list[Message]:
    """Up to `most` messages beyond a place of (stamp, id), nearest to it first."""
    page = _PAGES["activity" if by_activity else "time", newer, roots]
    rows = page.rows(tx, channel=channel, stamp=place[0], beyond=place[1], most=most, now=tx.now_ms)
    return [Message(*row) for row in rows]


def list_thread(tx: Read, channel: str, root: str, place: tuple[int, str], most: int, *, newer: bool) -> list[Message]:
    """Up to `most` replies of a thread beyond a place of (stamp, id), nearest to it first."""
    rows = _THREADS[newer].rows(
        tx, channel=channel, root=root, stamp=place[0], beyond=place[1], most=most, now=tx.now_ms
    )
    return [Message(*row) for row in rows]


def find_written(tx: Read, channel: str, identity: str) -> Written | None:
    """A message as it is to be changed, a deleted one too; None for one that is not or no more there."""
    row = _WRITTEN.row(tx, id=identity, channel=channel, now=tx.now_ms)
    return Written(*row) if row else None


def list_versions(tx: Read, catalog: Catalog, key: EventId, after: tuple[int, bytes], most: int) -> list[Entry]:
    """Up to `most` events whose words the message showed one after the other, oldest first, beyond a (time, id)."""
    rows = _VERSIONS.rows(tx, object=key, stamp=after[0], beyond=after[1], most=most)
    headers = [(event, header_of(header), body) for event, header, body in rows]
    entries = [Entry(EventId(event), header, decode_body(catalog, header, body)) for event, header, body in headers]
    return [entry for entry in entries if entry.body is not None]


def times_of(tx: Read, channel: str) -> tuple[int | None, int | None]:
    """Stamps of the oldest and the newest message of a channel."""
    return _OLDEST_TIME.value(tx, channel=channel), _NEWEST_TIME.value(tx, channel=channel)
