"""Kinds of the room: what a node says of its users, in its own scope."""

from typing import Annotated, ClassVar, Literal

import msgspec

from canopy.ground.pictures import AVATAR_BYTES, is_avatar
from canopy.ground.text import clean_name, is_handle, is_storable
from canopy.log.catalog import Body

NAME_LENGTH = 80
BIO_LENGTH = 500


class UserCarded(Body, frozen=True, kw_only=True, omit_defaults=True):
    """A user's card: who they are to others. The newest card of a user counts."""

    KIND: ClassVar[str] = "user.carded"

    handle: Annotated[str, msgspec.Meta(max_length=49)]
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=NAME_LENGTH)]
    account_type: Literal["human", "agent"] = "human"
    bio: Annotated[str, msgspec.Meta(max_length=BIO_LENGTH)] = ""
    avatar: Annotated[bytes, msgspec.Meta(max_length=AVATAR_BYTES)] = b""

    def check(self) -> None:
        if not is_handle(self.handle):
            raise ValueError("the handle has characters that no handle has")
        if clean_name(self.name) != self.name or not is_storable(self.bio):
            raise ValueError("name and bio must be clean text")
        if self.avatar and not is_avatar(self.avatar):
            raise ValueError("the avatar is no small still WebP")


class UserRetired(Body, frozen=True, kw_only=True, omit_defaults=True):
    """The account is gone from its node; its words stay, under its last card."""

    KIND: ClassVar[str] = "user.retired"


class NodeCarded(Body, frozen=True, kw_only=True, omit_defaults=True):
    """A node's card: what it calls itself to others. The newest card counts."""

    KIND: ClassVar[str] = "node.carded"

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=NAME_LENGTH)]
    description: Annotated[str, msgspec.Meta(max_length=BIO_LENGTH)] = ""

    def check(self) -> None:
        if clean_name(self.name) != self.name or not is_storable(self.description):
            raise ValueError("name and description must be clean text")
