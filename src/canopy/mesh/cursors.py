"""How far this node holds what each peer has: written in the transaction that takes the events, so that it is true
after every crash, and after a copy of the folder was put back.
"""

import msgspec
from sqlalchemy import BigInteger, Column, Integer, LargeBinary, bindparam, insert, select

from canopy.ground.ids import NodeId
from canopy.log.db import Read, Tx, prepare, row_of
from canopy.log.local import local

cursors = local(
    "cursors",
    Column("node", LargeBinary, primary_key=True),
    Column("run", BigInteger, nullable=False, comment="incarnation of the peer's database"),
    Column("position", BigInteger, nullable=False, comment="in the peer's log: everything shared up to it is held"),
    Column("merged", Integer, nullable=False, comment="1 when open channels flowed then"),
)

_SET = prepare(insert(cursors).prefix_with("OR REPLACE").values(row_of(cursors)))
_FIND = prepare(select(cursors.c.run, cursors.c.position, cursors.c.merged).where(cursors.c.node == bindparam("node")))


class Cursor(msgspec.Struct, frozen=True):
    """A place in a peer's log."""

    run: int
    position: int
    merged: bool


NONE = Cursor(0, 0, False)


def find(tx: Read, node: NodeId) -> Cursor:
    """How far we hold what a peer has; NONE when we never synced."""
    row = _FIND.row(tx, node=node)
    return NONE if row is None else Cursor(row[0], row[1], bool(row[2]))


def advance(tx: Tx, node: NodeId, cursor: Cursor) -> None:
    """We hold everything of the peer's up to here."""
    _SET.run(tx, node=node, run=cursor.run, position=cursor.position, merged=int(cursor.merged))
