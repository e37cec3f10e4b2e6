"""Reactions (REST section 3.4): the old toggle, and a way that may be repeated."""

from collections.abc import Sequence
from functools import partial

import msgspec
from starlette.responses import Response

from canopy.edge.ask import Ask
from canopy.edge.principal import Permission, Principal
from canopy.edge.route import post, put, remove
from canopy.features.messages.actions import Reaction, set_reaction
from canopy.features.messages.events import REACTIONS
from canopy.features.messages.tables import find_anywhere
from canopy.features.messages.tables.reactions import Reactions, reaction_by, reactions_of
from canopy.ground.emoji import find_emoji
from canopy.ground.errors import InvalidRequest
from canopy.ground.ids import EventId
from canopy.log.db import Read

_NAMES = {emoji: name for name, emoji in REACTIONS.items()}


class Liking(msgspec.Struct, kw_only=True):
    """Which reaction to show, or to take back if it is shown already."""

    reaction_type: str = "like"


class Reacted(msgspec.Struct, kw_only=True):
    """Whether the caller shows this reaction now, and what all show."""

    liked: bool
    reaction_type: str
    like_counts: dict[str, int]
    reactions: dict[str, list[str]]
    success: bool = True


def reaction_type(text: str) -> str:
    """The reaction that is meant: the emoji of a listed name is that name. Raises InvalidRequest.

    `custom:` names are told apart from typing errors when a node can keep pictures for them.
    """
    emoji = find_emoji(text)
    if text in REACTIONS or emoji is not None:
        return text if emoji is None else _NAMES.get(emoji, emoji)
    raise InvalidRequest(
        "A reaction is one emoji or one of the listed names.",
        code="unknown_reaction",
        allowed=list(REACTIONS),
        errors=[{"field": "reaction_type", "code": "invalid"}],
    )


async def like(ask: Ask) -> Response:
    """Show a reaction, or take it back if it is shown already."""
    return await _react(ask, ask.decode(Liking).reaction_type, None)


async def show(ask: Ask) -> Response:
    """Show a reaction."""
    return await _react(ask, ask.text("reaction_type"), True)


async def take_back(ask: Ask) -> Response:
    """Take a reaction back."""
    return await _react(ask, ask.text("reaction_type"), False)


async def _react(ask: Ask, named: str, on: bool | None) -> Response:
    wish = Reaction(
        channel_id=ask.token("channel_id"),
        message_id=ask.token("message_id"),
        reaction=reaction_type(named),
        on=on,
    )
    return await ask.perform(set_reaction, wish, partial(_reacted, wish), status=200)


def _reacted(wish: Reaction, tx: Read, principal: Principal, ids: Sequence[EventId]) -> Reacted:
    message = find_anywhere(tx, wish.message_id)
    shown = Reactions() if message is None else reactions_of(tx, message.id)
    have = "" if message is None else reaction_by(tx, message.event, principal.node, principal.user)
    return Reacted(
        liked=have == wish.reaction,
        reaction_type=wish.reaction,
        like_counts=dict(shown.counts),
        reactions={reaction: list(users) for reaction, users in shown.users},
    )


_PATH = "/channels/{channel_id}/messages/{message_id}"
_NAMED = _PATH + "/reactions/{reaction_type}"
_W = Permission.WRITE_MESSAGES
_TEXTS = ("reaction_type",)
ROUTES = [
    post(_PATH + "/like", like, _W, "Show a reaction or take it back", Liking, Reacted),
    put(_NAMED, show, _W, "Show a reaction", None, Reacted, texts=_TEXTS),
    remove(_NAMED, take_back, _W, "Take a reaction back", Reacted, texts=_TEXTS),
]
