"""Setup, registration, profile and directory (REST sections 1.1-1.3, running.md First run)."""

import asyncio
import base64
from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec
from starlette.responses import Response

from canopy.crypto.passwords import LONGEST, RULES, broken_rules, hash_password
from canopy.edge import accounts, act
from canopy.edge.ask import Ask, check_name, check_text, found, invalid, respond
from canopy.edge.guard import is_loopback
from canopy.edge.identify import nobody
from canopy.edge.principal import Permission, Principal, Status
from canopy.edge.route import ANY, NOBODY, Page, get, patch, post
from canopy.features.people.actions import NewAccount, ProfileChange, change_profile, open_account
from canopy.features.people.events import BIO_LENGTH, NAME_LENGTH
from canopy.features.people.tables import Card, find_card, list_cards
from canopy.ground.codec import Secret, to_json
from canopy.ground.errors import Conflict, Forbidden, InvalidParameter
from canopy.ground.ids import EventId, base58
from canopy.ground.instants import instant_of
from canopy.ground.text import is_handle
from canopy.log.db import Read
from canopy.log.shown import device_id, handle_here, peer_id

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


class UserJson(msgspec.Struct, kw_only=True):
    """A user as the directory shows one."""

    user_id: str
    username: str
    display_name: str
    account_type: str
    status: str
    bio: str
    stable_handle: str
    mention_handles: list[str]
    is_remote: bool
    origin_peer: str
    avatar_url: str | None
    created_at: str


class Users(msgspec.Struct, kw_only=True):
    """A page of the directory."""

    users: list[UserJson]
    count: int
    next_cursor: str | None
    has_more: bool


class UserPage(Page, kw_only=True):
    """Which users: by a part of handle or name, of one type."""

    q: str = ""
    type: Literal["", "human", "agent"] = ""


class OneUser(msgspec.Struct, kw_only=True):
    """An identity card."""

    user: UserJson


class Profile(msgspec.Struct, kw_only=True):
    """One's own profile."""

    user_id: str
    username: str
    display_name: str
    account_type: str
    bio: str
    avatar_file_id: str | None
    avatar_url: str | None
    theme_preference: str
    notification_settings: dict[str, Any]
    privacy_settings: dict[str, Any]
    origin_peer: str
    created_at: str
    updated_at: str
    agent_directives: str | None
    agent_directives_effective: str | None
    agent_directives_source: str


class ProfileWish(msgspec.Struct, kw_only=True):
    """What of one's profile shall change; an empty string clears."""

    display_name: str | None = None
    bio: str | None = None
    account_type: str | None = None
    avatar_file_id: str | None = None
    agent_directives: str | None = None


class ProfileChanged(msgspec.Struct, kw_only=True):
    """The new profile."""

    profile: Profile
    success: bool = True


# Setup and registration.


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
    broken = broken_rules(password, handle)
    if broken:
        rules = [rule for rule in RULES if rule["code"] in broken]
        sentence = "This password is not accepted: " + "; ".join(rule["text"] for rule in rules) + "."
        raise invalid("password", broken[0], sentence, code="weak_password", rules=rules)
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


# Profile.


def get_profile(ask: Ask) -> Response:
    """One's own profile."""
    with ask.reading() as tx:
        return ask.answer(_profile(tx, ask.principal))


async def set_profile(ask: Ask) -> Response:
    """Change one's own card. Raises InvalidRequest when nothing usable is given."""
    wish = ask.decode(ProfileWish)
    for field in ("avatar_file_id", "agent_directives"):
        if getattr(wish, field) is not None:
            raise invalid(
                field,
                "not_available",
                f"{field} is not available yet.",
                code="not_available",
                allowed=["display_name", "bio"],
            )
    if wish.display_name is None and wish.bio is None:
        raise invalid("display_name", "required", "Give display_name or bio.")
    name = None if wish.display_name is None else check_name(wish.display_name, "display_name", NAME_LENGTH)
    bio = None if wish.bio is None else check_text(wish.bio, "bio", BIO_LENGTH)

    def answer(tx: Read, principal: Principal, ids: Sequence[EventId]) -> ProfileChanged:
        return ProfileChanged(profile=_profile(tx, principal))

    change = ProfileChange(display_name=name, bio=bio)
    return await ask.perform(change_profile, change, answer, status=200)


def _profile(tx: Read, principal: Principal) -> Profile:
    card = found(find_card(tx, principal.user_id), "You have no card yet.")
    return Profile(
        user_id=card.user_id,
        username=card.handle,
        display_name=card.name,
        account_type=card.account_type,
        bio=card.bio,
        avatar_file_id=None,
        avatar_url=None,
        theme_preference="system",
        notification_settings={},
        privacy_settings={},
        origin_peer=peer_id(card.node),
        created_at=instant_of(card.created),
        updated_at=instant_of(card.updated),
        agent_directives=None,
        agent_directives_effective=None,
        agent_directives_source="none",
    )


def get_me(ask: Ask) -> Response:
    """Who an agent is (REST 8)."""
    with ask.reading() as tx:
        card = found(find_card(tx, ask.principal.user_id), "You have no card yet.")
    return ask.answer(
        {
            "user_id": card.user_id,
            "username": card.handle,
            "display_name": card.name,
            "account_type": card.account_type,
            "bio": card.bio,
            "avatar_file_id": None,
            "created_at": instant_of(card.created),
        }
    )


# Directory.


def list_users(ask: Ask) -> Response:
    """The directory, by handle."""
    kind = ask.query("type")
    if kind not in ("", "human", "agent"):
        raise InvalidParameter("type is human or agent.", parameter="type", allowed=["human", "agent"])
    limit = ask.limit(50)
    after = _read_cursor(ask.query("cursor"))
    with ask.reading() as tx:
        cards = list_cards(tx, q=ask.query("q"), account_type=kind or "%", after=after, most=limit + 1)
        users = [user_json(tx, ask.principal, card) for card in cards[:limit]]
    more = len(cards) > limit
    return ask.listing("users", users, _cursor(cards[limit - 1]) if more else None)


def get_user(ask: Ask) -> Response:
    """One identity card."""
    with ask.reading() as tx:
        card = found(find_card(tx, ask.token("user_id")), "There is no such user here.", "user_not_found")
        user = user_json(tx, ask.principal, card)
    return ask.item(OneUser(user=user), f"{card.user_id}-{card.updated}")


def user_json(tx: Read, principal: Principal, card: Card) -> UserJson:
    """A card as JSON, seen from this node."""
    remote = card.node != principal.node
    account = None if remote else accounts.find_account(tx, card.user)
    handle = handle_here(card.handle, card.node, principal.node)
    return UserJson(
        user_id=card.user_id,
        username=handle,
        display_name=card.name,
        account_type=card.account_type,
        status=account.status if account else "active",
        bio=card.bio,
        stable_handle=f"{card.handle}.{device_id(card.node)}",
        mention_handles=[handle],
        is_remote=remote,
        origin_peer=peer_id(card.node),
        avatar_url=None,
        created_at=instant_of(card.created),
    )


def _cursor(card: Card) -> str:
    return base64.urlsafe_b64encode(to_json([card.handle.casefold(), card.user_id])).decode().rstrip("=")


def _read_cursor(text: str) -> tuple[str, str]:
    if not text:
        return ("", "")
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        return msgspec.json.decode(data, type=tuple[str, str])
    except (ValueError, msgspec.MsgspecError) as error:
        raise InvalidParameter("This cursor is not one of ours.", parameter="cursor") from error


_FEED = Permission.READ_FEED
ROUTES = [
    get("/setup", get_setup, NOBODY, "Whether setup is needed, and the password rules", SetupState),
    post("/setup", set_up, NOBODY, "Make the owner's account", Setup, Registered, status=201, rate="login"),
    post("/register", register, NOBODY, "Make an account", Register, Registered, status=201, rate="register"),
    get("/profile", get_profile, ANY, "One's own profile", Profile),
    post("/profile", set_profile, ANY, "Change one's own profile", ProfileWish, ProfileChanged, status=200),
    patch("/profile", set_profile, ANY, "Change one's own profile", ProfileWish, ProfileChanged),
    get("/agents/me", get_me, _FEED, "Who the caller is", dict[str, Any]),
    get("/users", list_users, _FEED, "The directory", Users, query=UserPage),
    get("/users/{user_id}", get_user, _FEED, "An identity card", OneUser, also=(304,)),
]
