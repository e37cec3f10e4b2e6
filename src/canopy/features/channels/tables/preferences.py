"""How a person wants a channel to behave towards them: local rows, nobody else's business."""

import msgspec
from sqlalchemy import Column, Integer, PrimaryKeyConstraint, Text, bindparam, delete, insert, select

from canopy.ground.ids import NodeId, UserKey
from canopy.log.db import Read, Tx, prepare, row_of
from canopy.log.local import local

channel_preferences = local(
    "channel_preferences",
    Column("user", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("muted", Integer, nullable=False),
    Column("starred", Integer, nullable=False),
    PrimaryKeyConstraint("user", "channel"),
)


class Preferences(msgspec.Struct, frozen=True):
    """`muted`: it is never bold and rings for nothing. `starred`: it stands with the favourites."""

    muted: bool = False
    starred: bool = False


_FIND = prepare(
    select(channel_preferences.c.muted, channel_preferences.c.starred).where(
        channel_preferences.c.user == bindparam("user"), channel_preferences.c.channel == bindparam("channel")
    )
)
_FORGET = prepare(delete(channel_preferences).where(channel_preferences.c.user == bindparam("who")))
_STORE = prepare(insert(channel_preferences).prefix_with("OR REPLACE").values(row_of(channel_preferences)))


def preferences_of(tx: Read, user: UserKey, channel: str) -> Preferences:
    """What a person chose for a channel; the usual when nothing."""
    row = _FIND.row(tx, user=user, channel=channel)
    return Preferences() if row is None else Preferences(bool(row[0]), bool(row[1]))


def store_preferences(tx: Tx, user: UserKey, channel: str, chosen: Preferences) -> None:
    """Keep what a person chose."""
    _STORE.run(tx, user=user, channel=channel, muted=int(chosen.muted), starred=int(chosen.starred))


def forget_user(tx: Tx, here: NodeId, user: UserKey) -> None:
    """Drop what a person chose."""
    _FORGET.run(tx, who=user)
