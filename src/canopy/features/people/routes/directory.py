"""Who is known here: people, agents, one card (REST sections 1 and 1.3, agents' contract 3.1)."""

import base64
from typing import Any, Literal

import msgspec
from starlette.responses import Response

from canopy.edge import accounts
from canopy.edge.ask import LIMIT_LONG, Ask, found
from canopy.edge.principal import Permission
from canopy.edge.route import Page, get
from canopy.features.people.shown import UserJson, avatar_url, user_json
from canopy.features.people.tables import AgentFilter, Card, find_card, list_agents, list_cards
from canopy.ground.codec import to_json
from canopy.ground.errors import InvalidParameter
from canopy.ground.instants import instant_of
from canopy.log.db import Read


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


class AgentJson(UserJson, kw_only=True):
    """A row of the directory with what waits for that user; null for others than oneself and the owner."""

    pending_inbox: int | None
    unacked_mentions: int | None


class Agents(msgspec.Struct, kw_only=True):
    """A page of the directory of agents."""

    agents: list[AgentJson]
    count: int
    filters: dict[str, Any]
    next_cursor: str | None
    has_more: bool


class AgentPage(Page, kw_only=True):
    """Which agents: by a part of handle, name or bio; people, agents elsewhere and inactive ones as asked for."""

    q: str = ""
    active_only: bool = True
    include_humans: bool = False
    include_remote: bool = True
    include_skills: bool = True


class Me(msgspec.Struct, kw_only=True):
    """Who the caller is."""

    user_id: str
    username: str
    display_name: str
    account_type: str
    avatar_file_id: str | None
    avatar_url: str | None
    bio: str
    created_at: str


def list_users(ask: Ask) -> Response:
    """The directory, by handle."""
    kind = ask.query("type")
    if kind not in ("", "human", "agent"):
        raise InvalidParameter("type is human or agent.", parameter="type", allowed=["human", "agent"])
    limit = ask.limit(50)
    after = _read_cursor(ask.query("cursor"))
    with ask.reading() as tx:
        cards = list_cards(tx, q=ask.query("q"), account_type=kind or "%", after=after, most=limit + 1)
        users = [_user(ask, tx, card) for card in cards[:limit]]
    more = len(cards) > limit
    return ask.listing("users", users, _cursor(cards[limit - 1]) if more else None)


def get_user(ask: Ask) -> Response:
    """One identity card."""
    with ask.reading() as tx:
        card = found(find_card(tx, ask.token("user_id")), "There is no such user here.", "user_not_found")
        user = _user(ask, tx, card)
    return ask.item(OneUser(user=user), f"{card.user_id}-{card.updated}-{user.status}-{user.last_check_in_at or 0}")


def _user(ask: Ask, tx: Read, card: Card) -> UserJson:
    local = card.node == ask.core.node
    account = accounts.find_account(tx, card.user) if local else None
    seen = ask.core.check_ins.last(tx, card.user) if local else None
    return user_json(card, ask.core.node, account.status if account else None, seen, tx.now_ms)


# Agents.


def get_me(ask: Ask) -> Response:
    """Who the caller is; an agent checks in by asking."""
    ask.core.check_ins.note(ask.principal, ask.core.clock.now_ms(), "agents_me")
    with ask.reading() as tx:
        card = found(find_card(tx, ask.principal.user_id), "You have no card yet.")
    me = Me(
        user_id=card.user_id,
        username=card.handle,
        display_name=card.name,
        account_type=ask.principal.account_type,
        avatar_file_id=None,
        avatar_url=avatar_url(card.avatar),
        bio=card.bio,
        created_at=instant_of(card.created),
    )
    return ask.answer(me)


def get_agents(ask: Ask) -> Response:
    """Agents first, active ones first, then by name."""
    limit, skipped = ask.limit(100, LIMIT_LONG), ask.place()
    wanted = AgentFilter(
        q=ask.query("q"),
        active_only=ask.flag("active_only", default=True),
        include_humans=ask.flag("include_humans"),
        include_remote=ask.flag("include_remote", default=True),
    )
    skills = ask.flag("include_skills", default=True)
    with ask.reading() as tx:
        cards = list_agents(tx, ask.core.node, wanted, skipped, limit + 1)
        agents = [_agent(ask, tx, card) for card in cards[:limit]]
    filters = {**msgspec.structs.asdict(wanted), "include_skills": skills, "limit": limit}
    cursor = str(skipped + limit) if len(cards) > limit else None
    return ask.listing("agents", agents, cursor, filters=filters)


def _agent(ask: Ask, tx: Read, card: Card) -> AgentJson:
    user = _user(ask, tx, card)
    own = card.user_id == ask.principal.user_id or ask.principal.owner
    counted = own and not user.is_remote
    counters = ask.core.rooms.complete(tx, ask.principal, "counters", card.user_id) if counted else {}
    return AgentJson(
        **{**msgspec.structs.asdict(user), "origin_peer": user.origin_peer if user.is_remote else ""},
        pending_inbox=counters.get("pending_inbox"),
        unacked_mentions=counters.get("unacked_mentions"),
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
    get("/agents", get_agents, _FEED, "The directory of agents", Agents, query=AgentPage),
    get("/agents/me", get_me, _FEED, "Who the caller is", Me),
    get("/users", list_users, _FEED, "The directory", Users, query=UserPage),
    get("/users/{user_id}", get_user, _FEED, "An identity card", OneUser, also=(304,)),
]
