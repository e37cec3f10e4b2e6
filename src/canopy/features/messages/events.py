"""Kinds of the room. What an edit carries is everything that the message shows."""

import re
from typing import Annotated, ClassVar, Literal

import msgspec

from canopy.ground.emoji import is_emoji_form
from canopy.ground.ids import EVENT_BYTES, NODE_BYTES
from canopy.ground.text import clean_name, is_storable
from canopy.log.catalog import Body

CONTENT_LENGTH = 50_000
CLIENT_ID_LENGTH = 64
REACTION_LENGTH = 40
MENTIONS = 200
"""How many users one message may mention by their handles."""
REACTIONS = {
    "like": "👍",
    "love": "❤️",
    "laugh": "😂",
    "dislike": "👎",
    "angry": "😠",
    "wow": "😮",
    "sad": "😢",
    "celebrate": "🎉",
    "rocket": "🚀",
    "eyes": "👀",
    "check": "✅",
    "hundred": "💯",
    "idk": "🤷",
    "pray": "🙏",
    "beer": "🍺",
}
"""The listed names of reactions and the emoji that each is shown as (REST section 3.4)."""
_CUSTOM = re.compile(r"custom:[a-z0-9_-]{1,32}")

Target = Annotated[bytes, msgspec.Meta(min_length=EVENT_BYTES, max_length=EVENT_BYTES)]
Mentioned = tuple[
    Annotated[bytes, msgspec.Meta(min_length=NODE_BYTES, max_length=NODE_BYTES)],
    Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{16}\Z")],
]
"""A user whom the text calls: node and user."""
Mentions = Annotated[tuple[Mentioned, ...], msgspec.Meta(max_length=MENTIONS)]
Everyone = Literal["", "channel", "here"]
"""Whether all members are called, or all who are there; only the word of an admin of the channel counts."""
Via = Annotated[str, msgspec.Meta(max_length=64)]
"""What the API key is called with which a person's words were written; empty when a person wrote them by hand."""
Content = Annotated[str, msgspec.Meta(min_length=1, max_length=CONTENT_LENGTH)]


class MessagePosted(Body, frozen=True, kw_only=True, omit_defaults=True):
    """A message. `parent` is what it answers, `root` the first message of that thread, `mentions` whom its text
    calls; its author's node says so, and no other node looks at the text for it."""

    KIND: ClassVar[str] = "message.posted"

    content: Content
    parent: Target | None = None
    root: Target | None = None
    client_id: Annotated[str, msgspec.Meta(max_length=CLIENT_ID_LENGTH)] = ""
    mentions: Mentions = ()
    everyone: Everyone = ""
    via: Via = ""

    def check(self) -> None:
        _check_content(self.content)
        _check_via(self.via)
        _check_thread(self.parent, self.root)


class MessageEdited(Body, frozen=True, kw_only=True, omit_defaults=True):
    """New words for one's own message, with its place in the thread: all that the message shows."""

    KIND: ClassVar[str] = "message.edited"

    message: Target
    content: Content
    parent: Target | None = None
    root: Target | None = None
    mentions: Mentions = ()
    everyone: Everyone = ""
    via: Via = ""

    def check(self) -> None:
        _check_content(self.content)
        _check_via(self.via)
        _check_thread(self.parent, self.root)


class MessageDeleted(Body, frozen=True, kw_only=True, omit_defaults=True):
    """One's own message is gone: its words are dropped wherever this arrives."""

    KIND: ClassVar[str] = "message.deleted"

    message: Target


class ReactionSet(Body, frozen=True, kw_only=True, omit_defaults=True):
    """What a user shows of a message: a listed name, `custom:` with a slug, or an emoji; nothing when it is empty."""

    KIND: ClassVar[str] = "reaction.set"

    message: Target
    reaction: Annotated[str, msgspec.Meta(max_length=REACTION_LENGTH)] = ""

    def check(self) -> None:
        known = not self.reaction or self.reaction in REACTIONS or _CUSTOM.fullmatch(self.reaction) is not None
        if not known and not is_emoji_form(self.reaction):
            raise ValueError("the reaction is neither a listed name nor an emoji")


def _check_content(content: str) -> None:
    if not content.strip() or not is_storable(content):
        raise ValueError("the content is empty or cannot be stored")


def _check_via(via: str) -> None:
    if not is_storable(via) or clean_name(via) != via:
        raise ValueError("the name of the key is not one clean line")


def _check_thread(parent: bytes | None, root: bytes | None) -> None:
    if (parent is None) != (root is None):
        raise ValueError("a reply names both its parent and its root")
