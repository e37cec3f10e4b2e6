"""What people do with messages; the same for a button, a route and an agent's tool."""

from collections.abc import Sequence

import msgspec

from canopy.edge.ask import check_version, found
from canopy.edge.principal import Principal
from canopy.features.channels.events import ChannelAsked, MessageRemoved
from canopy.features.channels.tables import Channel, find_channel, moderates
from canopy.features.messages.events import MessageDeleted, MessageEdited, MessagePosted, ReactionSet
from canopy.features.messages.shown import version_of
from canopy.features.messages.tables import Message, Written, find_message, find_written
from canopy.features.messages.tables.called import Called, resolve, unpack_pairs
from canopy.features.messages.tables.reactions import reaction_by
from canopy.features.messages.tables.threads import (
    Reason,
    find_subscription,
    has_ending,
    reason_to_follow,
    set_ending,
    set_subscription,
    take_endings,
)
from canopy.features.messages.tables.unread import count_unread, marker_of, newest_place, set_marker
from canopy.ground.clock import milliseconds_of
from canopy.ground.errors import Forbidden, InvalidRequest
from canopy.ground.ids import NodeId, ScopeId
from canopy.log import store
from canopy.log.catalog import Body, Draft, Notice
from canopy.log.db import Read, Tx
from canopy.log.event import header_of
from canopy.log.journal import write_notice

DAY_MS = 24 * 3600 * 1000
LONGEST_MS = 730 * DAY_MS
READ = "channel.message.read"
"""The notice that tells all tabs of a user how far that user has read."""
MISSING_CHANNEL = "There is no such channel, or you are not a member."
MISSING = "There is no such message here."
SLICE = 50
"""Messages that are ended in one transaction."""


class Lifespan(msgspec.Struct, frozen=True):
    """How long a message is to live: until an instant (Unix ms), or for a span (ms) after it was made."""

    until: int | None
    span: int

    def end(self, born_ms: int, now_ms: int) -> int:
        """When it expires, in Unix milliseconds. Raises InvalidRequest for what is over already."""
        end = min(born_ms + self.span if self.until is None else self.until, born_ms + LONGEST_MS)
        if end <= now_ms:
            raise InvalidRequest("That would be over already.", code="expired_on_arrival")
        return end


class Post(msgspec.Struct, frozen=True, kw_only=True):
    """A message to post."""

    channel_id: str
    content: str
    lifespan: Lifespan
    parent_id: str | None = None
    client_id: str = ""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A message to change, if it still is in one of the `expected` versions."""

    channel_id: str
    message_id: str
    expected: frozenset[str] | None = None


class Edit(Change, frozen=True, kw_only=True):
    """New words, or a new lifespan; None keeps the old."""

    content: str | None
    lifespan: Lifespan | None


class Reaction(Change, frozen=True, kw_only=True):
    """A reaction to show (`on`), to take back, or, with None, whichever of the two changes something."""

    reaction: str
    on: bool | None


class Reading(msgspec.Struct, kw_only=True):
    """How far the caller has read: a message, or all. The action fills in what that came to."""

    channel_id: str
    up_to: str | None
    unread: int = 0
    marked: int = 0


class Following(msgspec.Struct, frozen=True, kw_only=True):
    """Whether to be told of replies in the thread of a message; None as if nothing was said, unset for the other than
    now."""

    channel_id: str
    message_id: str
    subscribed: bool | msgspec.UnsetType | None = msgspec.UNSET


class Thread(msgspec.Struct, frozen=True):
    """A thread as one user stands to it: what was said about following it, and why it is followed else."""

    root: str
    author: str | None
    explicit: bool | None
    reason: Reason | None

    @property
    def subscribed(self) -> bool:
        return self.reason is not None if self.explicit is None else self.explicit


def get_channel(tx: Read, principal: Principal, channel_id: str) -> Channel:
    """A channel that the caller may read. Raises NotFound: the same for hidden and absent ones."""
    return found(find_channel(tx, principal, channel_id), MISSING_CHANNEL, code="channel_not_found")


def post_message(tx: Tx, principal: Principal, wish: Post) -> Sequence[Draft]:
    """Post in a channel. Raises NotFound for a channel not the caller's, InvalidRequest for a foreign parent."""
    channel = get_channel(tx, principal, wish.channel_id)
    # Only here is it known that this is no repetition, whose time may be over by now.
    expires = wish.lifespan.end(tx.now_ms, tx.now_ms)
    parent, root = _thread(tx, channel.id, wish.parent_id)
    called = resolve(tx, principal, channel, wish.content)
    body = MessagePosted(
        content=wish.content,
        parent=parent,
        root=root,
        client_id=wish.client_id,
        mentions=called.pairs,
        everyone=called.everyone,
        via=principal.key_name if principal.account_type == "human" else "",
    )
    return [Draft(scope=channel.scope, user=principal.user, body=body, expires=expires)]


def _thread(tx: Read, channel: str, parent_id: str | None) -> tuple[bytes | None, bytes | None]:
    """Parent and root of a reply: a reply to a reply joins the root's thread. Raises InvalidRequest."""
    if parent_id is None:
        return None, None
    parent = find_message(tx, channel, parent_id)
    if parent is None:
        raise InvalidRequest(
            "The message that this answers is not in this channel.",
            code="parent_not_found",
            errors=[{"field": "parent_message_id", "code": "not_found"}],
        )
    root = find_message(tx, channel, parent.root)
    return parent.event, root.event if root else parent.event


def edit_message(tx: Tx, principal: Principal, wish: Edit) -> Sequence[Draft]:
    """New words for one's own message. What would change nothing is no event.

    Raises NotFound, Forbidden for somebody else's, PreconditionFailed.
    """
    channel = get_channel(tx, principal, wish.channel_id)
    message = _living(tx, channel.id, wish.message_id)
    if message.author != principal.user_id:
        raise Forbidden("Only its author may edit a message.", code="not_author")
    check_version(wish.expected, version_of(tx, message, principal.node))
    written = found(find_written(tx, channel.id, message.id))
    expires = _end_of(tx, written, wish.lifespan)
    content = written.content if wish.content is None else wish.content
    if (content, expires) == (written.content, written.expires):
        return []
    if 0 < expires < (written.expires or expires + 1) or has_ending(tx, written.event):
        set_ending(tx, written.event, principal.user, expires)
    called = _still_called(written) if content == written.content else resolve(tx, principal, channel, content)
    body = MessageEdited(
        message=written.event,
        content=content,
        parent=written.parent_event,
        root=written.root_event,
        mentions=called.pairs,
        everyone=called.everyone,
        via=written.via,
    )
    return [Draft(scope=channel.scope, user=principal.user, body=body, expires=expires)]


def _still_called(written: Written) -> Called:
    """Words that stay call whom they called, whatever those are named now."""
    return Called(unpack_pairs(written.mentions), written.everyone)


def _end_of(tx: Read, written: Written, lifespan: Lifespan | None) -> int:
    if lifespan is None:
        return written.expires
    return lifespan.end(milliseconds_of(written.time), tx.now_ms)


def _living(tx: Read, channel: str, message_id: str) -> Message:
    """A message whose words can be read. Raises NotFound for what is deleted too."""
    message = find_message(tx, channel, message_id)
    return found(message if message and message.deleted is None else None, MISSING, code="message_not_found")


def delete_message(tx: Tx, principal: Principal, wish: Change) -> Sequence[Draft]:
    """Take a message back: its author may, and the owner of the node that it was written on; or take somebody's
    away, as an admin of the channel. Once is enough.

    Raises NotFound, Forbidden, PreconditionFailed.
    """
    channel = get_channel(tx, principal, wish.channel_id)
    message = find_message(tx, channel.id, wish.message_id)
    written = find_written(tx, channel.id, wish.message_id)
    if written is None or not (_may_delete(principal, written) or moderates(tx, principal, channel)):
        found(message, MISSING, code="message_not_found")
        raise Forbidden("Only its author, or an admin of the channel, may delete a message.", code="not_author")
    if written.deleted is not None:
        return []
    check_version(wish.expected, version_of(tx, found(message), principal.node))
    return [Draft(scope=channel.scope, user=principal.user, body=_deletion(principal, channel, written))]


def _deletion(principal: Principal, channel: Channel, written: Written) -> Body:
    """By its author's node for good; else by the channel's authority, which is asked where that is another node."""
    if _may_delete(principal, written):
        return MessageDeleted(message=written.event)
    if channel.node == principal.node:
        return MessageRemoved(message=written.event)
    return ChannelAsked(message=written.event)


def asks_elsewhere(tx: Read, principal: Principal, wish: Change) -> bool:
    """Whether a deletion is a moderator's wish, which the channel's authority on another node answers."""
    channel = get_channel(tx, principal, wish.channel_id)
    written = find_written(tx, channel.id, wish.message_id)
    if written is None or written.deleted is not None or _may_delete(principal, written):
        return False
    return channel.node != principal.node and moderates(tx, principal, channel)


def _may_delete(principal: Principal, written: Written) -> bool:
    return written.author == principal.user_id or (principal.owner and written.node == principal.node)


def set_reaction(tx: Tx, principal: Principal, wish: Reaction) -> Sequence[Draft]:
    """Show a reaction in place of any other of one's own, or take it back. Raises NotFound."""
    channel = get_channel(tx, principal, wish.channel_id)
    message = _living(tx, channel.id, wish.message_id)
    have = reaction_by(tx, message.event, principal.node, principal.user)
    on = have != wish.reaction if wish.on is None else wish.on
    want = wish.reaction if on else "" if have == wish.reaction else have
    if want == have:
        return []
    # As long as any edit may let the message live, so that it never goes before the message does.
    longest = max(message.expires, milliseconds_of(message.time) + LONGEST_MS) if message.expires else 0
    body = ReactionSet(message=message.event, reaction=want)
    return [Draft(scope=channel.scope, user=principal.user, body=body, expires=longest)]


def mark_read(tx: Tx, principal: Principal, wish: Reading) -> Sequence[Draft]:
    """Move one's marker forward, never back, and tell one's other tabs. Raises NotFound."""
    channel = get_channel(tx, principal, wish.channel_id)
    place = newest_place(tx, channel.id)
    if wish.up_to is not None:
        written = found(find_written(tx, channel.id, wish.up_to), MISSING, code="message_not_found")
        place = written.time, wish.up_to
    before = count_unread(tx, principal, channel.id)
    wish.unread = before
    if place is not None and place > marker_of(tx, principal, channel.id):
        set_marker(tx, principal, channel.id, place)
        wish.unread = count_unread(tx, principal, channel.id)
        write_notice(tx, _read_notice(principal, channel, place[1], wish.unread))
    wish.marked = before - wish.unread
    return []


def mark_unread(tx: Tx, principal: Principal, wish: Reading) -> Sequence[Draft]:
    """Put one's marker right before a message, wherever it was, and tell one's other tabs. Raises NotFound."""
    channel = get_channel(tx, principal, wish.channel_id)
    written = found(find_written(tx, channel.id, wish.up_to or ""), MISSING, code="message_not_found")
    set_marker(tx, principal, channel.id, (written.time, ""))
    wish.unread = count_unread(tx, principal, channel.id)
    write_notice(tx, _read_notice(principal, channel, wish.up_to or "", wish.unread))
    return []


def _read_notice(principal: Principal, channel: Channel, message_id: str, unread: int) -> Notice:
    return Notice(
        event_type=READ,
        visibility="user",
        actor_user_id=principal.user_id,
        target_user_id=principal.user_id,
        channel_id=channel.id,
        message_id=message_id,
        payload={"unread_count": unread},
    )


def follow_thread(tx: Tx, principal: Principal, wish: Following) -> Sequence[Draft]:
    """Follow the thread of a message, or do not, or take back what was said of it. Raises NotFound."""
    thread = thread_of(tx, principal, wish.channel_id, wish.message_id)
    subscribed = not thread.subscribed if isinstance(wish.subscribed, msgspec.UnsetType) else wish.subscribed
    set_subscription(tx, principal.user, thread.root, subscribed)
    return []


def thread_of(tx: Read, principal: Principal, channel_id: str, message_id: str) -> Thread:
    """The thread that a message belongs to, and whether the caller follows it. Raises NotFound."""
    channel = get_channel(tx, principal, channel_id)
    message = found(find_message(tx, channel.id, message_id), MISSING, code="message_not_found")
    root = find_written(tx, channel.id, message.root)
    author = None if root is None else root.author
    said = find_subscription(tx, principal.user, message.root)
    return Thread(message.root, author, said, reason_to_follow(tx, principal, message.root, author))


def end_shortened(tx: Tx, node: NodeId) -> Sequence[Draft]:
    """Delete what an edit gave less time than other words of it have, which late nodes would show instead."""
    drafts = []
    for event, user in take_endings(tx, SLICE):
        place = store.FIND_PLACE.row(tx, id=event)
        if place is not None:
            drafts.append(
                Draft(scope=ScopeId(header_of(place[3]).scope), user=user, body=MessageDeleted(message=event))
            )
    return drafts
