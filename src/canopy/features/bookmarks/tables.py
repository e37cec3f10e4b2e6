"""Bookmarks: private, local, never on the mesh (house law L6). What they point at is read anew each time."""

import secrets
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    bindparam,
    delete,
    func,
    insert,
    select,
)

from canopy.ground.codec import from_json, to_json
from canopy.ground.ids import NodeId, UserKey
from canopy.log.db import Read, Tx, prepare, row_of
from canopy.log.local import local

END = 2**62
"""Above every time."""

bookmarks = local(
    "bookmarks",
    Column("id", Text, primary_key=True),
    Column("user", Text, nullable=False),
    Column("source_type", Text, nullable=False),
    Column("source_id", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("tags", Text, nullable=False, comment="as JSON, in the order in which they were given"),
    Column("archived", Integer, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("updated", BigInteger, nullable=False),
    UniqueConstraint("user", "source_type", "source_id"),
)
Index("bookmarks_newest", bookmarks.c.user, bookmarks.c.created, bookmarks.c.id)


class Bookmark(msgspec.Struct, frozen=True):
    """One saved thing."""

    id: str
    user: UserKey
    source_type: str
    source_id: str
    note: str
    tags: tuple[str, ...]
    archived: bool
    created: int
    updated: int


_COLUMNS = [bookmarks.c[name] for name in Bookmark.__struct_fields__]
_OWN = bookmarks.c.user == bindparam("user")
_STORE = prepare(insert(bookmarks).prefix_with("OR REPLACE").values(row_of(bookmarks)))
_FIND = prepare(select(*_COLUMNS).where(_OWN, bookmarks.c.id == bindparam("id")))
_OF_SOURCE = prepare(
    select(*_COLUMNS).where(
        _OWN, bookmarks.c.source_type == bindparam("type"), bookmarks.c.source_id == bindparam("source")
    )
)
_FORGET = prepare(delete(bookmarks).where(bookmarks.c.user == bindparam("who")))
_COUNT = prepare(select(func.count()).where(_OWN))
_PAGE = prepare(
    select(*_COLUMNS)
    .where(
        _OWN,
        (bookmarks.c.created < bindparam("created"))
        | ((bookmarks.c.created == bindparam("created")) & (bookmarks.c.id < bindparam("id"))),
        bookmarks.c.archived <= bindparam("archived"),
    )
    .order_by(bookmarks.c.created.desc(), bookmarks.c.id.desc())
    .limit(bindparam("most"))
)
_DROP = prepare(delete(bookmarks).where(_OWN, bookmarks.c.id == bindparam("which")).returning(bookmarks.c.source_id))


def new_bookmark_id() -> str:
    """`BK` + 16 hex."""
    return f"BK{secrets.token_hex(8)}"


def find_bookmark(tx: Read, user: UserKey, identity: str) -> Bookmark | None:
    """One bookmark of a user."""
    return _bookmark(_FIND.row(tx, user=user, id=identity))


def find_of_source(tx: Read, user: UserKey, source_type: str, source_id: str) -> Bookmark | None:
    """A user's bookmark of a thing."""
    return _bookmark(_OF_SOURCE.row(tx, user=user, type=source_type, source=source_id))


def count_bookmarks(tx: Read, user: UserKey) -> int:
    """How many a user has."""
    return int(_COUNT.value(tx, user=user))


def list_bookmarks(tx: Read, user: UserKey, after: tuple[int, str], most: int, *, archived: bool) -> list[Bookmark]:
    """Up to `most` of a user beyond a place of (created, id), the newest first."""
    rows = _PAGE.rows(tx, user=user, created=after[0], id=after[1], archived=int(archived), most=most)
    return [kept for row in rows if (kept := _bookmark(row)) is not None]


def store_bookmark(tx: Tx, kept: Bookmark) -> None:
    """Make a bookmark or change it."""
    _STORE.run(
        tx,
        **{**msgspec.structs.asdict(kept), "tags": to_json(list(kept.tags)).decode(), "archived": int(kept.archived)},
    )


def drop_bookmark(tx: Tx, user: UserKey, identity: str) -> str | None:
    """Forget a bookmark and return what it pointed at; None when the user has no such one."""
    row = _DROP.row(tx, user=user, which=identity)
    return None if row is None else str(row[0])


def _bookmark(row: Sequence[Any] | None) -> Bookmark | None:
    if row is None:
        return None
    identity, user, source_type, source_id, note, tags, archived, created, updated = row
    return Bookmark(
        identity, UserKey(user), source_type, source_id, note, tuple(from_json(tags)), bool(archived), created, updated
    )


def forget_user(tx: Tx, here: NodeId, user: UserKey) -> None:
    """Drop what an account saved."""
    _FORGET.run(tx, who=user)
