"""What people do with messages; the same for a button, a route and an agent's tool."""

from collections.abc import Sequence

import msgspec

from canopy.edge.principal import Principal
from canopy.features.channels.tables import find_channel
from canopy.features.messages.events import MessagePosted
from canopy.features.messages.tables import find_message
from canopy.ground.errors import InvalidRequest, NotFound
from canopy.log.catalog import Draft
from canopy.log.db import Read, Tx


class Post(msgspec.Struct, frozen=True, kw_only=True):
    """A message to post; `expires` in Unix milliseconds."""

    channel_id: str
    content: str
    expires: int
    parent_id: str | None = None
    client_id: str = ""


def post_message(tx: Tx, principal: Principal, wish: Post) -> Sequence[Draft]:
    """Post in a channel. Raises NotFound for a channel not the caller's, InvalidRequest for a foreign parent."""
    channel = find_channel(tx, principal, wish.channel_id)
    if channel is None:
        raise NotFound("There is no such channel, or you are not a member.", code="channel_not_found")
    parent, root = _thread(tx, channel.id, wish.parent_id)
    body = MessagePosted(content=wish.content, parent=parent, root=root, client_id=wish.client_id)
    return [Draft(scope=channel.scope, user=principal.user, body=body, expires=wish.expires)]


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
