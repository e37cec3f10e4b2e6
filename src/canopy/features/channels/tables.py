"""Which channels there are and who may read and write in them: the question that every other room asks."""

import msgspec

from canopy.edge.principal import Permission, Principal
from canopy.ground.ids import ScopeId
from canopy.log.db import Read
from canopy.log.scope import GENERAL
from canopy.log.shown import GENERAL_ID


class Channel(msgspec.Struct, frozen=True):
    """A channel as this node knows it."""

    id: str
    scope: ScopeId
    name: str
    type: str = "public"
    privacy_mode: str = "open"


_GENERAL = Channel(GENERAL_ID, GENERAL, "general", "general")


def list_channels(tx: Read, principal: Principal) -> list[Channel]:
    """The channels that the caller belongs to."""
    return [_GENERAL]


def find_channel(tx: Read, principal: Principal, channel_id: str) -> Channel | None:
    """A channel that the caller may read, or None: the same for hidden and absent ones."""
    return _GENERAL if channel_id == GENERAL_ID and principal.may(Permission.READ_CHANNELS) else None


def find_by_scope(tx: Read, scope: ScopeId) -> Channel | None:
    """The channel that a scope belongs to."""
    return _GENERAL if scope == GENERAL else None
