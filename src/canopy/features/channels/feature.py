"""What the room adds: channels under their authorities, and who came and went."""

from collections.abc import Iterable
from typing import Any

from canopy.edge.principal import Permission, Principal
from canopy.edge.rooms import EventType, Room
from canopy.features.channels import tables
from canopy.features.channels.actions import UPDATED, answer_wish
from canopy.features.channels.charter import CHARTER
from canopy.features.channels.events import (
    ChannelArchived,
    ChannelAsked,
    ChannelChanged,
    ChannelDeleted,
    ChannelJoined,
    ChannelLeft,
    ChannelOpened,
    ChannelResumed,
    RoleSet,
)
from canopy.features.channels.routes import ROUTES
from canopy.features.channels.tables import preferences
from canopy.features.channels.tables.names import project_names
from canopy.ground.ids import EventId
from canopy.log.catalog import Entry, Kind, Notice, Projection, Projector
from canopy.log.db import Read
from canopy.log.event import Header
from canopy.log.journal import Line
from canopy.log.shown import channel_id, user_id


def _scope_of(header: Header, event_id: EventId, body: Any) -> bytes:
    return header.scope


def _itself(header: Header, event_id: EventId, body: Any) -> bytes:
    return event_id


def _coming_of(header: Header, event_id: EventId, body: Any) -> bytes:
    return tables.coming_object(header)


def announce(tx: Read, entry: Entry) -> Iterable[Notice]:
    """A channel is new, or another than before."""
    actor = user_id(entry.node, entry.user) if entry.user else None
    return [
        Notice(
            event_type=UPDATED,
            visibility="channel",
            actor_user_id=actor,
            channel_id=channel_id(entry.scope),
            payload={"change": entry.kind},
            dedupe_key=f"{UPDATED}:{entry.id.hex()}",
        )
    ]


def _sees(tx: Read, principal: Principal, line: Line) -> bool:
    channel = line.channel_id or ""
    if line.target_user_id not in (None, principal.user_id):
        return False
    gone = principal.reaches(channel) and tables.is_deleted(tx, channel)
    return gone or tables.find_channel(tx, principal, channel) is not None


def _ruling(body: Any, **more: Any) -> Kind:
    return Kind(body=body, object_of=_scope_of, admit=tables.admit_ruling, announce=announce, **more)


def _of_line(project: Projector) -> Projection:
    kinds = ("channel.opened", "channel.changed", "channel.archived", "channel.deleted", "role.set", "channel.resumed")
    return Projection(room="channels", number=4, kinds=kinds, project=project, governed=True)


FEATURE = Room(
    name="channels",
    kinds=(
        _ruling(ChannelOpened, founds=tables.founds),
        _ruling(ChannelChanged),
        _ruling(ChannelArchived),
        _ruling(ChannelDeleted),
        _ruling(RoleSet),
        Kind(body=ChannelResumed, object_of=_scope_of, admit=tables.admit_ruling),
        Kind(body=ChannelAsked, object_of=_itself, admit=tables.admit_wish, answers=answer_wish),
        Kind(body=ChannelJoined, object_of=_coming_of, admit=tables.admit_coming, announce=announce, only_ends=True),
        Kind(body=ChannelLeft, object_of=_coming_of, admit=tables.admit_coming, announce=announce, only_ends=True),
    ),
    projections=(
        _of_line(tables.project_channel),
        _of_line(project_names),
        Projection(room="channels", number=4, kinds=("channel.joined", "channel.left"), project=tables.project_coming),
    ),
    charter=CHARTER,
    routes=ROUTES,
    event_types=(EventType(name=UPDATED, permission=Permission.READ_CHANNELS, sees=_sees),),
    forgets=(preferences.forget_user,),
    knows=(tables.knows,),
)
