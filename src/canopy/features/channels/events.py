"""Kinds of the room: how a channel is founded and ruled, and who left it (protocol section 4).

What rules is said by the founder's node alone. An admin elsewhere asks, and the founder's node answers.
"""

from typing import Annotated, ClassVar, Literal

import msgspec

from canopy.ground.ids import EVENT_BYTES, NODE_BYTES, SCOPE_BYTES
from canopy.ground.text import clean_name, is_storable
from canopy.log.catalog import Body, Ruling
from canopy.log.scope import NONCE_BYTES

NAME_LENGTH = 80
TEXT_LENGTH = 500
REASON_LENGTH = 200
LONGEST_TTL_DAYS = 730

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=NAME_LENGTH)]
Text = Annotated[str, msgspec.Meta(max_length=TEXT_LENGTH)]
Days = Annotated[int, msgspec.Meta(ge=1, le=LONGEST_TTL_DAYS)]
NodeKey = Annotated[bytes, msgspec.Meta(min_length=NODE_BYTES, max_length=NODE_BYTES)]
User = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{16}\Z")]
Scope = Annotated[bytes, msgspec.Meta(min_length=SCOPE_BYTES, max_length=SCOPE_BYTES)]
Role = Literal["admin", "member"]
Message = Annotated[bytes, msgspec.Meta(min_length=EVENT_BYTES, max_length=EVENT_BYTES)]


def _check_texts(name: str | None, *texts: str | None) -> None:
    if name is not None and (clean_name(name) != name or name.startswith("#")):
        raise ValueError("the name must be clean text without a leading #")
    if not all(text is None or is_storable(text) for text in texts):
        raise ValueError("the texts must be storable")


class ChannelOpened(Ruling, frozen=True, kw_only=True, omit_defaults=True):
    """A channel is founded; its author node is its authority, its acting user its first admin.

    `continues` is a channel whose authority is lost, and whose history goes on here.
    """

    KIND: ClassVar[str] = "channel.opened"

    nonce: Annotated[bytes, msgspec.Meta(min_length=NONCE_BYTES, max_length=NONCE_BYTES)]
    name: Name
    description: Text = ""
    topic: Text = ""
    privacy: Literal["open"] = "open"
    continues: Scope | None = None

    def check(self) -> None:
        _check_texts(self.name, self.description, self.topic)


class ChannelChanged(Ruling, frozen=True, kw_only=True, omit_defaults=True):
    """New words or a new life span; what is absent stays."""

    KIND: ClassVar[str] = "channel.changed"

    name: Name | None = None
    description: Text | None = None
    topic: Text | None = None
    ttl_days: Days | None = None
    preserved: bool | None = None

    def check(self) -> None:
        _check_texts(self.name, self.description, self.topic)


class ChannelArchived(Ruling, frozen=True, kw_only=True, omit_defaults=True):
    """The channel is put away, or taken out again; nothing in it is deleted."""

    KIND: ClassVar[str] = "channel.archived"

    archived: bool
    reason: Annotated[str, msgspec.Meta(max_length=REASON_LENGTH)] = ""

    def check(self) -> None:
        _check_texts(None, self.reason)


class RoleSet(Ruling, frozen=True, kw_only=True, omit_defaults=True):
    """A user becomes an admin of the channel, or is one no more."""

    KIND: ClassVar[str] = "role.set"

    node: NodeKey
    user: User
    role: Role

    def takes(self) -> bool:
        return self.role == "member"


class MessageRemoved(Ruling, frozen=True, kw_only=True, omit_defaults=True):
    """A moderator takes a message away: it is hidden at once, and its words are dropped 30 days later."""

    KIND: ClassVar[str] = "message.removed"

    message: Message

    def takes(self) -> bool:
        return True


class ChannelDeleted(Ruling, frozen=True, kw_only=True, omit_defaults=True):
    """The channel is no more, for everybody and for good: it and all that was said in it are shown nowhere."""

    KIND: ClassVar[str] = "channel.deleted"

    def takes(self) -> bool:
        return True


class ChannelResumed(Ruling, frozen=True, kw_only=True, omit_defaults=True):
    """The authority goes on in another run after `line`, its base."""

    KIND: ClassVar[str] = "channel.resumed"
    RESUMES: ClassVar[bool] = True


class ChannelAsked(Body, frozen=True, kw_only=True, omit_defaults=True):
    """An admin on another node asks the authority for a change; exactly one of the groups is filled."""

    KIND: ClassVar[str] = "channel.asked"

    name: Name | None = None
    description: Text | None = None
    topic: Text | None = None
    ttl_days: Days | None = None
    preserved: bool | None = None
    archived: bool | None = None
    reason: Annotated[str, msgspec.Meta(max_length=REASON_LENGTH)] = ""
    node: NodeKey | None = None
    user: User | None = None
    role: Role | None = None
    message: Message | None = None
    deleted: bool = False

    def check(self) -> None:
        _check_texts(self.name, self.description, self.topic, self.reason)
        if (self.node is None, self.user is None) != (self.role is None, self.role is None):
            raise ValueError("a role needs its node and user")


class ChannelJoined(Body, frozen=True, kw_only=True, omit_defaults=True):
    """A user comes back into an open channel."""

    KIND: ClassVar[str] = "channel.joined"


class ChannelLeft(Body, frozen=True, kw_only=True, omit_defaults=True):
    """A user leaves a channel; the newest of the two counts, and nothing is hidden by it."""

    KIND: ClassVar[str] = "channel.left"
