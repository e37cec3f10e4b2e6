"""What the line of a channel says: its state after each authority event. Pure."""

import msgspec

from canopy.features.channels.events import (
    ChannelArchived,
    ChannelChanged,
    ChannelDeleted,
    ChannelOpened,
    ChannelResumed,
    RoleSet,
)
from canopy.ground.ids import NodeId, UserKey
from canopy.log.catalog import Charter, Entry

Pair = tuple[NodeId, UserKey]
DEFAULT_TTL_DAYS = 180


class ChannelState(msgspec.Struct, frozen=True):
    """A channel under its authority."""

    founder: Pair | None = None
    name: str = ""
    description: str = ""
    topic: str = ""
    created: int = 0
    changed: int = 0
    archived: int | None = None
    reason: str = ""
    ttl_days: int = DEFAULT_TTL_DAYS
    preserved: bool = False
    deleted: int | None = None
    continues: bytes | None = None
    admins: frozenset[Pair] = frozenset()

    @property
    def opened(self) -> bool:
        return self.founder is not None


def fold(state: ChannelState, entry: Entry) -> ChannelState:
    """The state after one more authority event."""
    if isinstance(entry.body, ChannelOpened):
        return _opened(entry, entry.body)
    if not state.opened:
        return state
    match entry.body:
        case ChannelChanged() as change:
            given = {name: value for name, value in msgspec.structs.asdict(change).items() if value is not None}
            fields = {name: given[name] for name in _CHANGEABLE if name in given}
            return msgspec.structs.replace(state, **fields, changed=entry.time)
        case ChannelArchived(archived=archived, reason=reason):
            return msgspec.structs.replace(
                state, archived=entry.time if archived else None, reason=reason if archived else "", changed=entry.time
            )
        case ChannelDeleted():
            return msgspec.structs.replace(state, deleted=entry.time, changed=entry.time)
        case RoleSet(node=node, user=user, role=role):
            one = {(NodeId(node), UserKey(user))}
            admins = state.admins | one if role == "admin" else state.admins - one
            return msgspec.structs.replace(state, admins=admins, changed=entry.time)
    return state


def _opened(entry: Entry, body: ChannelOpened) -> ChannelState:
    founder = (entry.node, entry.user)
    return ChannelState(
        founder=founder,
        name=body.name,
        description=body.description,
        topic=body.topic,
        continues=body.continues,
        created=entry.time,
        changed=entry.time,
        admins=frozenset({founder}),
    )


_CHANGEABLE = ("name", "description", "topic", "ttl_days", "preserved")
CHARTER = Charter(first=ChannelState(), fold=fold, resume=ChannelResumed)
