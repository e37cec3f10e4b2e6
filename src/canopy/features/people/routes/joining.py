"""Setup and registration: how accounts come to be (REST section 1.1, running.md First run)."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec
from starlette.responses import Response

from canopy.crypto.passwords import LONGEST, RULES, hash_password
from canopy.edge import act
from canopy.edge.ask import Ask, check_name, check_password, invalid, respond
from canopy.edge.guard import is_loopback
from canopy.edge.identify import nobody
from canopy.edge.principal import Permission, Principal, Status
from canopy.edge.route import NOBODY, get, post
from canopy.features.people.actions import NewAccount, open_account
from canopy.features.people.events import NAME_LENGTH
from canopy.ground.codec import Secret
from canopy.ground.errors import Conflict, Forbidden
from canopy.ground.ids import EventId, base58
from canopy.ground.text import fold_handle, is_handle
from canopy.log.db import Read

RESERVED = frozenset({"channel", "here", "everyone", "system", "local_user"})
"""Words that mean nobody in particular after an `@`."""

Text = Annotated[str, msgspec.Meta(max_length=LONGEST)]


class Setup(Secret, kw_only=True):
    """The first account of a node, proved by the token from its folder."""

    username: Text
    password: Text
    claim: Text = ""
    display_name: Text = ""
    node_name: Text = ""


class SetupState(msgspec.Struct, kw_only=True):
    """Whether the node waits for its first account, and which passwords it accepts."""

    needed: bool
    rules: list[dict[str, str]]


class Register(Secret, kw_only=True):
    """A new account."""

    username: Text
    password: Text
    display_name: Text = ""
    account_type: Literal["human", "agent"] = "human"


class Registered(Secret, kw_only=True):
    """The account and its first key, which is shown once."""

    user_id: str
    username: str
    display_name: str
    account_type: str
    status: str
    api_key: str
    permissions: list[str]
    public_key: str
    message: str = "created"


def get_setup(ask: Ask) -> Response:
    """Whether the node still needs its first account."""
    return ask.answer(SetupState(needed=ask.core.claim.open, rules=[dict(rule) for rule in RULES]))


async def set_up(ask: Ask) -> Response:
    """Make the owner. Raises Forbidden `bad_claim`, Conflict `already_set_up`."""
    claim = ask.core.claim
    if not claim.open and ask.header("idempotency-key") is None:
        raise Conflict("This node is set up already.", code="already_set_up")
    wish = ask.decode(Setup)
    if claim.open and not claim.fits(wish.claim):
        raise Forbidden(
            "The setup code is missing or wrong. It stands in the file setup-token of the data folder.",
            code="bad_claim",
        )
    account = await _checked(wish.username, wish.password, wish.display_name, "human", "active")
    account.owner = True
    account.node_name = check_name(wish.node_name, "node_name", NAME_LENGTH)
    done = await _open(ask, account)
    claim.close()
    return done


async def register(ask: Ask) -> Response:
    """Make an account as far as the setting `registration` allows."""
    if ask.core.claim.open:
        raise Conflict("This node has no owner yet; set it up first.", code="setup_required")
    mode = _mode(ask)
    if mode == "closed":
        raise Forbidden("This node takes no registrations. Ask its owner.", code="registration_closed")
    wish = ask.decode(Register)
    status: Status = "active"
    if wish.account_type == "agent" and not ask.core.settings.auto_approve_agents:
        status = "pending_approval"
    if mode == "approval" and wish.account_type == "human":
        status = "pending_approval"
    return await _open(ask, await _checked(wish.username, wish.password, wish.display_name, wish.account_type, status))


def _mode(ask: Ask) -> str:
    by_command_line = ask.someone is not None and ask.someone.may(Permission.MANAGE_NODE)
    address = ask.address
    if by_command_line:
        return "open"
    return ask.core.settings.registration or ("open" if is_loopback(address) else "approval")


async def _checked(
    username: str, password: str, display_name: str, account_type: Literal["human", "agent"], status: Status
) -> NewAccount:
    """A wish whose parts are all in order. Raises InvalidRequest."""
    handle = username.strip()
    if not is_handle(handle):
        raise invalid(
            "username",
            "invalid_handle",
            "A handle has 2 to 49 letters, digits, dots, dashes or underscores; first and last is a letter or digit.",
        )
    if fold_handle(handle) in RESERVED:
        raise invalid("username", "reserved", "This word calls others than a single user; take another handle.")
    check_password(password, handle, "password")
    name = check_name(display_name, "display_name", NAME_LENGTH) or handle
    hashed = await asyncio.to_thread(hash_password, password)
    return NewAccount(username=handle, display_name=name, account_type=account_type, status=status, password=hashed)


async def _open(ask: Ask, wish: NewAccount) -> Response:
    """Carry out the account's creation for a caller who has no account yet."""

    def answer(tx: Read, principal: Principal, ids: Sequence[EventId]) -> Registered:
        return Registered(
            user_id=wish.user_id,
            username=wish.username,
            display_name=wish.display_name,
            account_type=wish.account_type,
            status=wish.status,
            api_key=wish.api_key,
            permissions=wish.permissions,
            public_key=base58(principal.node),
        )

    repeats = act.Repeats.of(ask, None, as_it_was=True)
    done = await act.perform(ask.core, nobody(ask.core), wish, open_account, answer, repeats, 201)
    return respond(done.body, done.status, {"Idempotent-Replay": "true"} if done.replayed else {})


ROUTES = [
    get("/setup", get_setup, NOBODY, "Whether setup is needed, and the password rules", SetupState),
    post("/setup", set_up, NOBODY, "Make the owner's account", Setup, Registered, status=201, rate="login"),
    post("/register", register, NOBODY, "Make an account", Register, Registered, status=201, rate="register"),
]
