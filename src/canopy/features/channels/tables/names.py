"""Which names a channel has borne, so that links by an old one lead to it still."""

from collections.abc import Sequence

from sqlalchemy import Column, Index, LargeBinary, Text, bindparam, delete, insert, select

from canopy.edge.principal import Principal
from canopy.features.channels.charter import ChannelState
from canopy.features.channels.tables import Channel, fold_name, list_channels
from canopy.log.catalog import Entry
from canopy.log.db import Read, Tx, prepare, projected, row_of

channel_names = projected(
    "channels",
    "channel_names",
    Column("scope", LargeBinary, nullable=False),
    Column("folded", Text, nullable=False),
)
Index("channel_names_folded", channel_names.c.folded, channel_names.c.scope)
Index("channel_names_scope", channel_names.c.scope)

_DELETE = prepare(delete(channel_names).where(channel_names.c.scope == bindparam("which")))
_INSERT = prepare(insert(channel_names).values(row_of(channel_names)))
_BORE = prepare(select(channel_names.c.scope).where(channel_names.c.folded == bindparam("folded")))


def project_names(tx: Tx, key: bytes, history: Sequence[Entry], state: ChannelState | None) -> None:
    """Every name that the authority gave it, the present one too."""
    _DELETE.run(tx, which=key)
    if state is None or not state.opened:
        return
    given = (getattr(entry.body, "name", None) for entry in history)
    for folded in sorted({fold_name(name) for name in given if name is not None}):
        _INSERT.run(tx, scope=key, folded=folded)


def list_named(tx: Read, principal: Principal, name: str) -> list[Channel]:
    """The caller's channels of this name; when none bears it now, those that bore it once."""
    folded = fold_name(name)
    mine = list_channels(tx, principal)
    present = [channel for channel in mine if fold_name(channel.name) == folded]
    bore = {row[0] for row in _BORE.rows(tx, folded=folded)}
    return present or [channel for channel in mine if channel.scope in bore]
