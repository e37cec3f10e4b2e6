"""Accounts and API keys: local rows of this node, never events.

Secrets are stored as digests. Every function takes the transaction it works in; hashing passwords, which takes
tens of milliseconds, is done by the caller before it asks for one.
"""

import secrets
from typing import Any

import msgspec
from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    Text,
    bindparam,
    delete,
    func,
    insert,
    select,
    text,
    update,
)

from canopy.crypto.sealing import token_digest
from canopy.edge.principal import ALL, AccountType, Principal, Status, with_implied
from canopy.ground.errors import Conflict
from canopy.ground.ids import NodeId, UserKey
from canopy.ground.text import fold_handle
from canopy.log.catalog import Notice
from canopy.log.db import Read, Tx, prepare, row_of
from canopy.log.journal import write_notice
from canopy.log.local import local
from canopy.log.shown import user_id

ACCOUNT_CHANGED = "account.changed"
"""What the bus says when an account waits for approval, or its status is another; only the owner hears it."""
_CHANGED = Notice(event_type=ACCOUNT_CHANGED, visibility="node")
TOKEN_BYTES = 32
"""43 characters in base64url."""

accounts = local(
    "accounts",
    Column("user", Text, primary_key=True),
    Column("username", Text, nullable=False),
    Column("folded", Text, nullable=False, unique=True),
    Column("password", Text, comment="Argon2id; null for an account that only has keys"),
    Column("account_type", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("owner", Integer, nullable=False),
    Column("created", BigInteger, nullable=False),
)
api_keys = local(
    "api_keys",
    Column("key_id", Text, primary_key=True),
    Column("user", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("prefix", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("permissions", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("expires", BigInteger),
    Column("revoked", Integer, nullable=False),
    Column("last_used", BigInteger),
    Column("successor", Text, comment="the key that takes its place, once it was rotated"),
    Column(
        "limited_to", Text, comment="the ids of the only channels that it may see, with commas between; null for all"
    ),
)
Index("api_keys_user", api_keys.c.user)


class Account(msgspec.Struct, frozen=True):
    """One row of `accounts`."""

    user: UserKey
    username: str
    password: str | None
    account_type: AccountType
    status: Status
    owner: bool
    created: int

    def __repr__(self) -> str:
        return f"Account({self.username}, password hidden)"


class ApiKey(msgspec.Struct, frozen=True):
    """One row of `api_keys`, without its digest."""

    key_id: str
    user: UserKey
    prefix: str
    name: str
    permissions: str
    created: int
    expires: int | None
    revoked: int
    last_used: int | None
    successor: str | None = None
    limited_to: str | None = None

    @property
    def limit(self) -> frozenset[str] | None:
        """The only channels that the key may see; None for all."""
        return None if self.limited_to is None else frozenset(self.limited_to.split(","))

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self.permissions.split(","))


ACCOUNT = (
    accounts.c.user,
    accounts.c.username,
    accounts.c.password,
    accounts.c.account_type,
    accounts.c.status,
    accounts.c.owner,
    accounts.c.created,
)
_KEY = [column for column in api_keys.c if column.name != "digest"]

_INSERT_ACCOUNT = prepare(insert(accounts).values(row_of(accounts)))
_COUNT_ACCOUNTS = prepare(select(func.count()).select_from(accounts))
_BY_NAME = prepare(select(*ACCOUNT).where(accounts.c.folded == bindparam("folded")))
_BY_USER = prepare(select(*ACCOUNT).where(accounts.c.user == bindparam("user")))
_OWNER = prepare(select(*ACCOUNT).where(accounts.c.owner == text("1")))
_ALL_ACCOUNTS = prepare(select(*ACCOUNT).order_by(accounts.c.created, text("rowid")))
_SET_PASSWORD = prepare(
    update(accounts).where(accounts.c.user == bindparam("who")).values(password=bindparam("new_hash"))
)
_SET_STATUS = prepare(
    update(accounts).where(accounts.c.user == bindparam("who")).values(status=bindparam("new_status"))
)
_SET_OWNER = prepare(update(accounts).values(owner=accounts.c.user == bindparam("who")))
_DELETE_ACCOUNT = prepare(delete(accounts).where(accounts.c.user == bindparam("who")))

_INSERT_KEY = prepare(insert(api_keys).values(row_of(api_keys)))
_BY_DIGEST = prepare(
    select(*_KEY, *ACCOUNT)
    .join_from(api_keys, accounts, accounts.c.user == api_keys.c.user)
    .where(api_keys.c.digest == bindparam("digest"))
)
_KEYS_OF = prepare(
    select(*_KEY).where(api_keys.c.user == bindparam("user")).order_by(api_keys.c.created, text("rowid"))
)
_REVOKE = prepare(
    update(api_keys)
    .where(api_keys.c.key_id == bindparam("which"), api_keys.c.user == bindparam("who"))
    .values(revoked=text("1"))
    .returning(api_keys.c.key_id)
)
_CHANGE_KEY = prepare(
    update(api_keys)
    .where(api_keys.c.key_id == bindparam("which"))
    .values(name=bindparam("new_name"), permissions=bindparam("new_permissions"), limited_to=bindparam("new_limit"))
)
_DELETE_KEYS = prepare(delete(api_keys).where(api_keys.c.user == bindparam("who")))
_RETIRE = prepare(
    update(api_keys)
    .where(api_keys.c.key_id == bindparam("which"))
    .values(successor=bindparam("next_key"), expires=bindparam("ends"))
)
_USED = prepare(update(api_keys).where(api_keys.c.key_id == bindparam("which")).values(last_used=bindparam("at")))

# Accounts.


def new_token() -> str:
    """A fresh secret of 43 URL-safe characters."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def any_account(tx: Read) -> bool:
    """Whether this node has been set up."""
    return bool(_COUNT_ACCOUNTS.value(tx))


def create_account(
    tx: Tx, username: str, password: str | None, account_type: AccountType, status: Status, *, owner: bool = False
) -> Account:
    """Draw a user key and store the account. `password` is a hash. Raises Conflict when the name is taken."""
    if find_by_name(tx, username) is not None:
        raise Conflict("That username is taken.", field="username")
    account = Account(UserKey(secrets.token_hex(8)), username, password, account_type, status, owner, tx.now_ms)
    _INSERT_ACCOUNT.run(tx, **msgspec.structs.asdict(account), folded=fold_handle(username))
    if status != "active":
        write_notice(tx, _CHANGED)
    return account


def find_by_name(tx: Read, username: str) -> Account | None:
    """The account with this name, in any case of letters."""
    return _found(_BY_NAME.row(tx, folded=fold_handle(username)))


def find_account(tx: Read, user: UserKey) -> Account | None:
    """The account with this key."""
    return _found(_BY_USER.row(tx, user=user))


def find_owner(tx: Read) -> Account | None:
    """The instance owner, once there is one."""
    return _found(_OWNER.row(tx))


def list_accounts(tx: Read) -> list[Account]:
    """All accounts of this node, oldest first."""
    return [account_of(row) for row in _ALL_ACCOUNTS.rows(tx)]


def set_status(tx: Tx, user: UserKey, status: Status) -> None:
    """Approve or suspend an account."""
    _SET_STATUS.run(tx, who=user, new_status=status)
    write_notice(tx, _CHANGED)


def set_owner(tx: Tx, user: UserKey) -> None:
    """This account owns the node from now on, and no other."""
    _SET_OWNER.run(tx, who=user)
    write_notice(tx, _CHANGED)


def delete_account(tx: Tx, user: UserKey) -> None:
    """Drop the account with its keys; what else is kept of it is `leaving.forget_account`'s to drop."""
    _DELETE_KEYS.run(tx, who=user)
    _DELETE_ACCOUNT.run(tx, who=user)
    write_notice(tx, _CHANGED)


def set_password(tx: Tx, user: UserKey, hashed: str) -> None:
    """Store the hash of a new password."""
    _SET_PASSWORD.run(tx, who=user, new_hash=hashed)


def account_of(row: Any) -> Account:
    """The account whose columns ACCOUNT were read."""
    user, username, password, account_type, status, owner, created = row
    return Account(user, username, password, account_type, status, bool(owner), created)


def _found(row: Any) -> Account | None:
    return account_of(row) if row else None


# API keys.


def create_key(
    tx: Tx,
    user: UserKey,
    permissions: frozenset[str],
    name: str = "",
    expires: int | None = None,
    limit: frozenset[str] | None = None,
) -> tuple[str, ApiKey]:
    """A new key: its text, which is never seen again, and its row."""
    token = new_token()
    names = ",".join(p.value for p in ALL if p.value in permissions)
    key = ApiKey(secrets.token_hex(16), user, token[:6], name, names, tx.now_ms, expires, 0, None, None, _joined(limit))
    _INSERT_KEY.run(tx, **msgspec.structs.asdict(key), digest=token_digest(token))
    return token, key


def _joined(limit: frozenset[str] | None) -> str | None:
    return None if limit is None else ",".join(sorted(limit))


def find_key(tx: Read, token: str) -> tuple[ApiKey, Account] | None:
    """The key with this text and its account; revoked and expired ones included."""
    row = _BY_DIGEST.row(tx, digest=token_digest(token))
    return None if row is None else (ApiKey(*row[: len(_KEY)]), account_of(row[len(_KEY) :]))


def list_keys(tx: Read, user: UserKey) -> list[ApiKey]:
    """All keys of one account, oldest first."""
    return [ApiKey(*row) for row in _KEYS_OF.rows(tx, user=user)]


def revoke_key(tx: Tx, user: UserKey, key_id: str) -> bool:
    """Revoke at once; False when the account has no such key."""
    return _REVOKE.row(tx, which=key_id, who=user) is not None


def change_key(tx: Tx, key_id: str, name: str, permissions: frozenset[str], limit: frozenset[str] | None) -> None:
    """Rename a key or narrow it; the caller has checked that it does not widen."""
    names = ",".join(p.value for p in ALL if p.value in permissions)
    _CHANGE_KEY.run(tx, which=key_id, new_name=name, new_permissions=names, new_limit=_joined(limit))


def retire_key(tx: Tx, key_id: str, successor: str, ends: int) -> None:
    """A key has a successor; it ends by itself at a time that is no later than before."""
    _RETIRE.run(tx, which=key_id, next_key=successor, ends=ends)


def touch_keys(tx: Tx, used: dict[str, int]) -> None:
    """Store when keys were last used."""
    for key_id, at in used.items():
        _USED.run(tx, which=key_id, at=at)


def principal_of(node: NodeId, account: Account, permissions: frozenset[str], credential: str) -> Principal:
    """The caller that an account is, with the permissions of its key or session."""
    return Principal(
        user=account.user,
        user_id=user_id(node, account.user),
        node=node,
        username=account.username,
        account_type=account.account_type,
        status=account.status,
        owner=account.owner,
        permissions=with_implied(permissions),
        granted=permissions,
        credential=credential,
    )
