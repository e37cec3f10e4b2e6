"""Links by which somebody takes another password without the old one: local rows, one for each account at most."""

from sqlalchemy import BigInteger, Column, LargeBinary, Text, bindparam, delete, insert, select

from canopy.crypto.sealing import token_digest
from canopy.edge.accounts import ACCOUNT, Account, account_of, accounts, new_token
from canopy.ground.ids import UserKey
from canopy.log.db import Read, Tx, prepare, row_of
from canopy.log.local import local

VALID_MS = 3600 * 1000

resets = local(
    "resets",
    Column("user", Text, primary_key=True),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("expires", BigInteger, nullable=False),
)

_PUT = prepare(insert(resets).prefix_with("OR REPLACE").values(row_of(resets)))
_BY_DIGEST = prepare(
    select(resets.c.expires, *ACCOUNT)
    .join_from(resets, accounts, accounts.c.user == resets.c.user)
    .where(resets.c.digest == bindparam("digest"), resets.c.expires > bindparam("now"))
)
_DROP = prepare(delete(resets).where(resets.c.user == bindparam("who")))
_FORGET = prepare(delete(resets).where(resets.c.expires <= bindparam("now")))


def make_reset(tx: Tx, user: UserKey) -> tuple[str, int]:
    """The text of a link, which is never seen again, and when it expires; an older one is good no more."""
    token, expires = new_token(), tx.now_ms + VALID_MS
    _PUT.run(tx, user=user, digest=token_digest(token), expires=expires)
    return token, expires


def find_reset(tx: Read, token: str) -> tuple[Account, int] | None:
    """The account that a link is for, and when it expires; None when it was used, replaced or is too old."""
    row = _BY_DIGEST.row(tx, digest=token_digest(token), now=tx.now_ms)
    return None if row is None else (account_of(row[1:]), row[0])


def drop_reset(tx: Tx, user: UserKey) -> None:
    """The link was used, or is not needed any more."""
    _DROP.run(tx, who=user)


def forget_expired(tx: Tx) -> None:
    """Drop the links whose hour is over."""
    _FORGET.run(tx, now=tx.now_ms)
