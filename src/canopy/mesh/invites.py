"""The invites that this node has given out: one-time secrets, and who spent them.

The first node id that proves a secret owns its invite, in the transaction that trusts it. Whether an invite is
unknown, expired, spent or wrongly proven, a stranger gets one answer after the same work.
"""

from collections.abc import Sequence
from secrets import token_bytes
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Column, LargeBinary, Text, bindparam, delete, insert, select, text, update

from canopy.crypto.keys import SigningKey
from canopy.crypto.sealing import equal
from canopy.ground.ids import NodeId
from canopy.log.db import Read, Tx, prepare, row_of
from canopy.log.local import local
from canopy.mesh import invite, peerbook
from canopy.mesh.contents import Join
from canopy.mesh.invite import SECRET_BYTES
from canopy.mesh.peerbook import Level

MOST_OPEN = 32
LIFETIME_MS = 7 * 24 * 3600 * 1000
SHORTEST_MS = 60 * 1000
LONGEST_MS = 30 * 24 * 3600 * 1000

invites = local(
    "invites",
    Column("id", LargeBinary, primary_key=True),
    Column("secret", LargeBinary, nullable=False),
    Column("code", Text, nullable=False),
    Column("made_by", Text, nullable=False, comment="the user who made it"),
    Column("made", BigInteger, nullable=False),
    Column("expires", BigInteger, nullable=False),
    Column("spent_by", LargeBinary, comment="the node that owns it now"),
    Column("spent", BigInteger),
)


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    """A code that was made here; printing it shows nothing of the code."""

    code: str
    made_by: str
    made: int
    expires: int
    one_time: bool
    """Whether it holds a secret, so that it approves whoever comes first."""

    def __repr__(self) -> str:
        return "Invitation(hidden)"


_OPEN = text("spent_by IS NULL")
_INSERT = prepare(insert(invites).values(row_of(invites)))
_BY_ID = prepare(
    select(invites.c.secret, invites.c.expires, invites.c.spent_by).where(invites.c.id == bindparam("which"))
)
_LIST = prepare(
    select(invites.c.code, invites.c.made_by, invites.c.made, invites.c.expires)
    .where(_OPEN, invites.c.expires > bindparam("now"))
    .order_by(invites.c.made.desc(), text("rowid DESC"))
)
_SPEND = prepare(
    update(invites)
    .where(invites.c.id == bindparam("which"))
    .values(spent_by=bindparam("new_owner"), spent=bindparam("now"))
)
_DROP_EXPIRED = prepare(delete(invites).where(invites.c.expires <= bindparam("now")))
_DROP_OLDEST = prepare(
    text(
        "DELETE FROM invites WHERE id IN (SELECT id FROM invites WHERE spent_by IS NULL "
        "ORDER BY made DESC, rowid DESC LIMIT -1 OFFSET :most)"
    )
)
_NOBODYS = bytes(SECRET_BYTES)
"""Stands in for the secret of an invite that does not exist, so that not finding one takes no less time."""


def make(
    tx: Tx,
    key: SigningKey,
    static_public: bytes,
    name: str,
    endpoints: Sequence[str],
    made_by: str,
    lifetime_ms: int,
    with_secret: bool,
) -> Invitation:
    """A new code. One without a secret is not kept; of those with one, the oldest unspent gives way."""
    secret = token_bytes(SECRET_BYTES) if with_secret else b""
    expires = (tx.now_ms + min(max(lifetime_ms, SHORTEST_MS), LONGEST_MS)) // 1000
    code = invite.encode(key, static_public, tuple(endpoints), expires=expires, name=name, secret=secret)
    made = Invitation(code=code, made_by=made_by, made=tx.now_ms, expires=expires * 1000, one_time=with_secret)
    if with_secret:
        _keep(tx, made, secret)
    return made


def _keep(tx: Tx, made: Invitation, secret: bytes) -> None:
    _DROP_EXPIRED.run(tx, now=tx.now_ms)
    _INSERT.run(
        tx,
        id=invite.invite_id(secret),
        secret=secret,
        code=made.code,
        made_by=made.made_by,
        made=made.made,
        expires=made.expires,
        spent_by=None,
        spent=None,
    )
    _DROP_OLDEST.run(tx, most=MOST_OPEN)


def list_open(tx: Read) -> list[Invitation]:
    """Codes that somebody may still spend, newest first."""
    return [
        Invitation(code=c, made_by=u, made=m, expires=e, one_time=True) for c, u, m, e in _LIST.rows(tx, now=tx.now_ms)
    ]


def newest_open(tx: Read) -> Invitation | None:
    """The newest code that somebody may still spend."""
    return next(iter(list_open(tx)), None)


def spend(tx: Tx, join: Join, handshake_hash: bytes, node: NodeId) -> bool:
    """Whether this node's proof holds; the first that proves an invite owns it, and is trusted from now on.

    The owner of an invite may come again until it expires, but is not raised a second time: whom a person has
    let go meanwhile stays let go. A blocked node spends nothing.
    """
    found: Sequence[Any] | None = _BY_ID.row(tx, which=join.invite)
    secret, expires, owner = (_NOBODYS, 0, None) if found is None else found
    peer = peerbook.find_peer(tx, node)
    proven = equal(invite.proof(secret, handshake_hash), join.proof)
    if not proven or expires <= tx.now_ms or owner not in (None, node):
        return False
    if owner == node:
        return peerbook.is_trusted(tx, node)
    if peer is not None and peer.level is Level.BLOCKED:
        return False
    _SPEND.run(tx, which=join.invite, new_owner=node, now=tx.now_ms)
    peerbook.set_level(tx, node, Level.TRUSTED)
    return True
