"""Named lists of users whom somebody often calls together: private, local, never on the mesh (REST section 8.5)."""

import secrets
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Column, Text, UniqueConstraint, bindparam, delete, insert, select

from canopy.ground.codec import from_json, to_json
from canopy.ground.errors import Conflict
from canopy.ground.ids import NodeId, UserKey
from canopy.log.db import Read, Tx, prepare, row_of
from canopy.log.local import local

mention_lists = local(
    "mention_lists",
    Column("id", Text, primary_key=True),
    Column("user", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("folded", Text, nullable=False),
    Column("users", Text, nullable=False, comment="user ids as JSON, in the order in which they were given"),
    Column("updated", BigInteger, nullable=False),
    UniqueConstraint("user", "folded"),
)


class MentionList(msgspec.Struct, frozen=True):
    """One list."""

    id: str
    user: UserKey
    name: str
    users: tuple[str, ...]
    updated: int


_COLUMNS = [mention_lists.c[name] for name in MentionList.__struct_fields__]
_STORE = prepare(insert(mention_lists).prefix_with("OR REPLACE").values(row_of(mention_lists)))
_OF_USER = prepare(select(*_COLUMNS).where(mention_lists.c.user == bindparam("user")).order_by(mention_lists.c.folded))
_FIND = prepare(
    select(*_COLUMNS).where(mention_lists.c.user == bindparam("user"), mention_lists.c.id == bindparam("id"))
)
_NAMED = prepare(
    select(mention_lists.c.id).where(
        mention_lists.c.user == bindparam("user"), mention_lists.c.folded == bindparam("folded")
    )
)
_FORGET = prepare(delete(mention_lists).where(mention_lists.c.user == bindparam("who")))
_DELETE = prepare(
    delete(mention_lists)
    .where(mention_lists.c.user == bindparam("user"), mention_lists.c.id == bindparam("which"))
    .returning(mention_lists.c.id)
)


def new_list_id() -> str:
    """`ML` + 16 hex."""
    return f"ML{secrets.token_hex(8)}"


def list_lists(tx: Read, user: UserKey) -> list[MentionList]:
    """The lists of a user, by name."""
    return [_list(row) for row in _OF_USER.rows(tx, user=user)]


def find_list(tx: Read, user: UserKey, identity: str) -> MentionList | None:
    """One list of a user."""
    row = _FIND.row(tx, user=user, id=identity)
    return None if row is None else _list(row)


def store_list(tx: Tx, kept: MentionList) -> None:
    """Make a list or change it. Raises Conflict when another one has its name."""
    folded = kept.name.casefold()
    taken = _NAMED.value(tx, user=kept.user, folded=folded)
    if taken is not None and taken != kept.id:
        raise Conflict("You have a list of this name.", field="name")
    users = to_json(list(kept.users)).decode()
    _STORE.run(tx, **{**msgspec.structs.asdict(kept), "users": users}, folded=folded)


def drop_list(tx: Tx, user: UserKey, identity: str) -> bool:
    """Forget a list; False when the user has no such one."""
    return _DELETE.row(tx, user=user, which=identity) is not None


def forget_user(tx: Tx, here: NodeId, user: UserKey) -> None:
    """Drop the lists of a user."""
    _FORGET.run(tx, who=user)


def _list(row: Sequence[Any]) -> MentionList:
    identity, user, name, users, updated = row
    return MentionList(identity, UserKey(user), name, tuple(from_json(users)), updated)
