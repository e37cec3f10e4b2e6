"""Lists of users whom the caller often calls together (REST rows 121-123)."""

from collections.abc import Sequence
from typing import Annotated

import msgspec
from starlette.responses import Response

from canopy.edge.ask import Ask, check_name, found, invalid
from canopy.edge.principal import Permission, Principal
from canopy.edge.route import LongPage, get, patch, post, remove
from canopy.features.mentions.actions import ListWish, forget_list, keep_list
from canopy.features.mentions.tables.lists import MentionList, list_lists
from canopy.features.people.tables import find_card
from canopy.ground.ids import EventId, NodeId
from canopy.ground.instants import instant
from canopy.log.db import Read
from canopy.log.shown import handle_here

NAME_LENGTH = 40
USERS = 50

Users = Annotated[list[str], msgspec.Meta(min_length=1, max_length=USERS)]


class ListNew(msgspec.Struct, kw_only=True):
    """A list to make."""

    name: str
    user_ids: Users


class ListChange(msgspec.Struct, kw_only=True):
    """What of a list shall change."""

    name: str | None = None
    user_ids: Users | None = None


class ListJson(msgspec.Struct, kw_only=True):
    """A list; `handles` are what to write, of those who are known now."""

    id: str
    name: str
    user_ids: list[str]
    handles: list[str]
    updated_at: str


class Lists(msgspec.Struct, kw_only=True):
    """The caller's lists, by name."""

    lists: list[ListJson]
    count: int
    next_cursor: str | None
    has_more: bool


class OneList(msgspec.Struct, kw_only=True):
    """The list as it is now."""

    list: ListJson
    success: bool = True


class Forgotten(msgspec.Struct, kw_only=True):
    """The list is gone."""

    success: bool = True


def get_lists(ask: Ask) -> Response:
    """The caller's lists; nobody else sees them."""
    with ask.reading() as tx:
        lists = [_json(tx, kept, ask.core.node) for kept in list_lists(tx, ask.principal.user)]
    return ask.sliced("lists", lists)


async def make_list(ask: Ask) -> Response:
    """Make a list."""
    wish = ask.decode(ListNew)
    return await _keep(ask, ListWish(name=_name(wish.name), user_ids=wish.user_ids), 201)


async def change_list(ask: Ask) -> Response:
    """Change a list."""
    wish = ask.decode(ListChange)
    if wish.name is None and wish.user_ids is None:
        raise invalid("name", "required", "Give name or user_ids.")
    name = None if wish.name is None else _name(wish.name)
    return await _keep(ask, ListWish(list_id=ask.token("list_id"), name=name, user_ids=wish.user_ids), 200)


async def _keep(ask: Ask, wish: ListWish, status: int) -> Response:
    def answer(tx: Read, principal: Principal, ids: Sequence[EventId]) -> OneList:
        return OneList(list=_json(tx, found(wish.kept), principal.node))

    return await ask.perform(keep_list, wish, answer, status=status)


async def remove_list(ask: Ask) -> Response:
    """Forget a list."""
    return await ask.perform(forget_list, ask.token("list_id"), lambda tx, principal, ids: Forgotten(), status=200)


def _name(value: str) -> str:
    name = check_name(value, "name", NAME_LENGTH)
    if not name:
        raise invalid("name", "required", "A list needs a name.")
    return name


def _json(tx: Read, kept: MentionList, here: NodeId) -> ListJson:
    cards = [card for card in (find_card(tx, user) for user in kept.users) if card is not None and not card.retired]
    return ListJson(
        id=kept.id,
        name=kept.name,
        user_ids=list(kept.users),
        handles=[handle_here(card.handle, card.node, here) for card in cards],
        updated_at=instant(kept.updated),
    )


_R, _W = Permission.READ_FEED, Permission.WRITE_FEED
ROUTES = [
    get("/mention-lists", get_lists, _R, "Lists of users whom one often calls", Lists, query=LongPage),
    post("/mention-lists", make_list, _W, "Make a list of users", ListNew, OneList, status=201),
    patch("/mention-lists/{list_id}", change_list, _W, "Change a list of users", ListChange, OneList),
    remove("/mention-lists/{list_id}", remove_list, _W, "Forget a list of users", Forgotten),
]
