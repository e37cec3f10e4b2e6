"""Kinds of the room. What an edit carries is everything that the message shows."""

from typing import Annotated, ClassVar

import msgspec

from canopy.ground.ids import EVENT_BYTES
from canopy.ground.text import is_storable
from canopy.log.catalog import Body

CONTENT_LENGTH = 50_000
CLIENT_ID_LENGTH = 64

Target = Annotated[bytes, msgspec.Meta(min_length=EVENT_BYTES, max_length=EVENT_BYTES)]
Content = Annotated[str, msgspec.Meta(min_length=1, max_length=CONTENT_LENGTH)]


class MessagePosted(Body, frozen=True, kw_only=True, omit_defaults=True):
    """A message. `parent` is what it answers, `root` the first message of that thread, resolved by its author."""

    KIND: ClassVar[str] = "message.posted"

    content: Content
    parent: Target | None = None
    root: Target | None = None
    client_id: Annotated[str, msgspec.Meta(max_length=CLIENT_ID_LENGTH)] = ""

    def check(self) -> None:
        _check_content(self.content)
        _check_thread(self.parent, self.root)


class MessageEdited(Body, frozen=True, kw_only=True, omit_defaults=True):
    """New words for one's own message, with its place in the thread: all that the message shows."""

    KIND: ClassVar[str] = "message.edited"

    message: Target
    content: Content
    parent: Target | None = None
    root: Target | None = None

    def check(self) -> None:
        _check_content(self.content)
        _check_thread(self.parent, self.root)


class MessageDeleted(Body, frozen=True, kw_only=True, omit_defaults=True):
    """One's own message is gone: its words are dropped wherever this arrives."""

    KIND: ClassVar[str] = "message.deleted"

    message: Target


def _check_content(content: str) -> None:
    if not content.strip() or not is_storable(content):
        raise ValueError("the content is empty or cannot be stored")


def _check_thread(parent: bytes | None, root: bytes | None) -> None:
    if (parent is None) != (root is None):
        raise ValueError("a reply names both its parent and its root")
