"""Session or key -> principal (REST section 0, decisions 5 and 23).

Only digests are looked up, so the time that an answer takes tells nothing of how close a guess was.
"""

import msgspec
from starlette.requests import Request

from canopy.crypto.sealing import equal, token_digest
from canopy.edge import accounts, sessions
from canopy.edge.core import Core
from canopy.edge.guard import COMMAND_LINE, check_origin, is_loopback
from canopy.edge.principal import ALL, UNLIMITED, Permission, Principal
from canopy.edge.route import ANY, NOBODY, PENDING, Route
from canopy.ground.errors import Forbidden, InvalidKey, Unauthenticated
from canopy.ground.ids import UserKey
from canopy.log.db import Read
from canopy.log.shown import user_id

_SCHEMES = {"bearer", "token", "apikey", "api-key"}
UNNAMED = "unnamed"
"""What messages say of a key without a name: how it begins is a part of its secret, and they go to other nodes."""


def identify(core: Core, request: Request, address: str) -> Principal | None:
    """Who asks; None when nothing was shown. Raises InvalidKey or Forbidden."""
    key = _key_of(request)
    if key is not None:
        if equal(token_digest(key), core.cli_digest):
            return _command_line(core, address)
        with core.database.read() as tx:
            return _by_key(core, tx, key)
    cookie = request.cookies.get(cookie_name(core))
    if not cookie:
        return None
    with core.database.read() as tx:
        return _by_cookie(core, tx, request, cookie)


def check_permission(route: Route, caller: Principal | None) -> None:
    """Key first, then path and body (decision 56). Raises Unauthenticated or Forbidden."""
    if route.permission == NOBODY:
        return
    if caller is None:
        raise Unauthenticated
    if caller.status == "pending_approval" and route.permission != PENDING:
        raise Forbidden("This account waits for the approval of the node's owner.", code="account_pending")
    if route.permission not in (ANY, PENDING):
        caller.require(route.permission)


def shows_key(request: Request) -> bool:
    """Whether the caller sent an API key, which no foreign page can make a browser do."""
    return _key_of(request) is not None


def cookie_name(core: Core) -> str:
    """Cookies of `localhost` are shared across ports, so other ports get other names."""
    port = core.ports()[0]
    return "session" if port == 7770 else f"session_{port}"


def _key_of(request: Request) -> str | None:
    key = request.headers.get("x-api-key")
    if key is not None:
        return key.strip()
    header = request.headers.get("authorization")
    if header is None:
        return None
    scheme, _, rest = header.strip().partition(" ")
    if not rest:
        return scheme
    return rest.strip() if scheme.lower() in _SCHEMES else ""


def _by_key(core: Core, tx: Read, token: str) -> Principal:
    found = accounts.find_key(tx, token)
    if found is None:
        raise InvalidKey
    key, account = found
    if key.revoked or (key.expires is not None and key.expires <= tx.now_ms):
        raise InvalidKey
    if account.status == "suspended":
        raise Forbidden("This account is suspended.", code="account_suspended")
    core.used_keys[key.key_id] = tx.now_ms
    if key.limit is None:
        principal = accounts.principal_of(core.node, account, key.names, key.key_id)
    else:
        principal = _limited(accounts.principal_of(core.node, account, key.names - UNLIMITED, key.key_id), key.limit)
    return _with(principal, key_expires=key.expires, key_name=key.name or UNNAMED)


def _limited(principal: Principal, channels: frozenset[str]) -> Principal:
    """Not the owner of the node even for the owner: that would lead past the limit."""
    return _with(principal, channels=channels, owner=False)


def _by_cookie(core: Core, tx: Read, request: Request, cookie: str) -> Principal | None:
    found = sessions.find_session(tx, cookie)
    if found is None:
        return None
    session_id, csrf, account = found
    if account.status == "suspended":
        raise Forbidden("This account is suspended.", code="account_suspended")
    if request.method in ("GET", "HEAD"):
        check_origin(request.headers.get("origin"), request.headers.get("host"))
    if request.method not in ("GET", "HEAD"):
        shown = request.headers.get("x-csrftoken", "")
        if not equal(shown.encode(), csrf.encode()):
            raise Forbidden("The X-CSRFToken header does not belong to this session.", code="bad_csrf_token")
    core.used_sessions.add(session_id)
    principal = accounts.principal_of(core.node, account, of_session(account), session_id)
    return _with(principal, by_session=True, csrf=csrf)


def of_session(account: accounts.Account) -> frozenset[str]:
    """A signed-in browser holds all permissions of its account; `manage_node` is the owner's."""
    return frozenset(p.value for p in ALL if p is not Permission.MANAGE_NODE or account.owner)


def _command_line(core: Core, address: str) -> Principal:
    """The CLI's own key: it acts for the owner, and only from this machine. Raises InvalidKey."""
    if not is_loopback(address):
        raise InvalidKey
    with core.database.read() as tx:
        owner = accounts.find_owner(tx)
    everything = frozenset(p.value for p in ALL)
    if owner is not None:
        return accounts.principal_of(core.node, owner, everything, COMMAND_LINE)
    return nobody(core, everything)


def nobody(core: Core, permissions: frozenset[str] = frozenset()) -> Principal:
    """A caller without an account: somebody who registers, or the CLI before setup."""
    return Principal(
        user=UserKey(""),
        user_id=user_id(core.node, UserKey("")),
        node=core.node,
        username="",
        account_type="human",
        status="active",
        owner=False,
        permissions=permissions,
        credential="",
    )


def _with(principal: Principal, **changes: object) -> Principal:

    return msgspec.structs.replace(principal, **changes)
