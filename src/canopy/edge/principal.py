"""Who asks now, and what they may do (REST sections 0.1 and 0.2). A permission never opens a closed channel."""

from enum import StrEnum
from typing import Literal

import msgspec

from canopy.ground.errors import Forbidden
from canopy.ground.ids import NodeId, UserKey


class Permission(StrEnum):
    """What a key may be allowed to do. The first ten are the names that existing agents know."""

    READ_MESSAGES = "read_messages"
    WRITE_MESSAGES = "write_messages"
    READ_FILES = "read_files"
    WRITE_FILES = "write_files"
    READ_FEED = "read_feed"
    WRITE_FEED = "write_feed"
    VOICE_CALL = "voice_call"
    MANAGE_KEYS = "manage_keys"
    VIEW_TRUST = "view_trust"
    DELETE_DATA = "delete_data"
    READ_CHANNELS = "read_channels"
    WRITE_CHANNELS = "write_channels"
    MODERATE_CHANNELS = "moderate_channels"
    MANAGE_NODE = "manage_node"


P = Permission
UNLIMITED = frozenset({P.MANAGE_KEYS.value, P.MANAGE_NODE.value})
"""What no key may hold that is limited to channels: it could make itself a key without the limit."""
CONSERVATIVE = (P.READ_MESSAGES, P.WRITE_MESSAGES, P.READ_FEED, P.WRITE_FEED)
"""What a key gets when nobody says more."""
ALL = tuple(Permission)
_IMPLIED = {P.READ_FEED: P.READ_CHANNELS, P.WRITE_FEED: P.WRITE_CHANNELS}

AccountType = Literal["human", "agent"]
Status = Literal["active", "pending_approval", "suspended"]


class Principal(msgspec.Struct, frozen=True, kw_only=True):
    """A verified caller. `credential` names the key or session, for limits and audit; it is no secret."""

    user: UserKey
    user_id: str
    node: NodeId
    username: str
    account_type: AccountType
    status: Status
    owner: bool
    permissions: frozenset[str]
    credential: str
    granted: frozenset[str] = frozenset()
    """What the key or session was given, without what that implies."""
    by_session: bool = False
    csrf: str = ""
    key_expires: int | None = None
    key_name: str = ""
    """What the key is called, or how its text begins; empty for a session and for the command line."""

    def __repr__(self) -> str:
        return f"Principal({self.username or 'nobody'}, secrets hidden)"

    channels: frozenset[str] | None = None
    """The only channels that there are for this caller, where the key is limited; None for all."""

    def reaches(self, channel_id: str) -> bool:
        """Whether the key's limit leaves a channel to this caller; who may read it is the room's question."""
        return self.channels is None or channel_id in self.channels

    def may(self, permission: str) -> bool:
        """Whether this caller holds a permission, directly or implied."""
        return permission in self.permissions

    def require(self, permission: str) -> None:
        """Raise Forbidden unless this caller holds a permission."""
        if permission not in self.permissions:
            raise Forbidden(f"This needs the permission {permission}.", required=permission)

    def require_owner(self) -> None:
        """Raise Forbidden unless this is the instance owner or holds `manage_node`."""
        if not self.owner and P.MANAGE_NODE not in self.permissions:
            raise Forbidden("Only the owner of this node may do that.", code="owner_required")


def with_implied(names: frozenset[str]) -> frozenset[str]:
    """A set of permissions together with what they imply."""
    return names | {implied for held, implied in _IMPLIED.items() if held in names}


def listed(names: frozenset[str]) -> list[str]:
    """Permissions in the order in which documents list them."""
    return [name.value for name in ALL if name.value in names]
