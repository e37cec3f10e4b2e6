"""What the contract says of who may do what, told a second time. Shares nothing with the code that it judges.

Written from rest-chat.md 0-3, 8, 12, 13, 17 and the decisions 5, 6, 23, 48, 52, 56: the key first, then path and
body, then what there is and who belongs there.
"""

from dataclasses import dataclass, field

READS, WRITES = ("GET", "HEAD"), ("POST", "PUT", "PATCH", "DELETE")
IMPLIED = {"read_feed": "read_channels", "write_feed": "write_channels"}
GENERAL = "general"


@dataclass
class User:
    """An account of the node, or a user of another node."""

    identity: str
    status: str = "active"
    owner: bool = False
    local: bool = True


@dataclass
class Credential:
    """What a request shows: nothing, a key, or a cookie with or without its token."""

    kind: str
    user: User | None = None
    permissions: frozenset[str] = frozenset()
    state: str = "good"
    limit: frozenset[str] | None = None
    """The only channels that there are for a key; it never stands for the owner of the node."""

    @property
    def owns(self) -> bool:
        return self.user is not None and self.user.owner and self.limit is None

    def reaches(self, channel: str) -> bool:
        return self.limit is None or channel in self.limit


@dataclass
class Channel:
    """A channel that everybody belongs to who has not left."""

    identity: str
    admins: set[str] = field(default_factory=set)
    absent: set[str] = field(default_factory=set)
    ruled_here: bool = True
    archived: bool = False


@dataclass
class Message:
    """A message; `replies` counts those that can be read."""

    identity: str
    channel: str
    author: User
    state: str = "living"
    root: str | None = None


@dataclass
class World:
    """Everything that decides."""

    users: dict[str, User] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    messages: dict[str, Message] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    """By key id the user whose it is."""

    def replies_to(self, message: Message) -> int:
        living = (one for one in self.messages.values() if one.state == "living")
        return sum(1 for one in living if one.root == message.identity)


@dataclass(frozen=True)
class Asked:
    """One request: a row of the table of routes, and what its parts name."""

    method: str
    path: str
    channel: str = ""
    message: str = ""
    user: str = ""
    key: str = ""
    role: str = ""
    malformed: bool = False


@dataclass(frozen=True)
class Verdict:
    """The status, and for a refusal its code."""

    status: int
    code: str = ""


@dataclass(frozen=True)
class Row:
    """A row of the contract: what a key needs, and which rule says the rest."""

    needs: str
    rule: str
    takes_body: bool = False


NOTHING, ANYBODY, EVEN_PENDING = "", "any", "pending"

ROWS: dict[str, Row] = {
    # System and accounts.
    "GET /info": Row(NOTHING, "fine"),
    "GET /agent-instructions": Row(NOTHING, "fine"),
    "GET /openapi.json": Row(NOTHING, "fine"),
    "GET /setup": Row(NOTHING, "fine"),
    "GET /p2p/status": Row(NOTHING, "fine"),
    "GET /auth/status": Row(EVEN_PENDING, "fine"),
    "GET /profile": Row(ANYBODY, "fine"),
    "PATCH /profile": Row(ANYBODY, "fine", True),
    "POST /profile": Row(ANYBODY, "fine", True),
    "GET /avatars/{digest}": Row(ANYBODY, "absent"),
    "POST /render": Row(ANYBODY, "fine", True),
    "GET /agents": Row("read_feed", "fine"),
    "GET /agents/me": Row("read_feed", "fine"),
    "GET /agents/system-health": Row("read_feed", "fine"),
    "GET /users": Row("read_feed", "fine"),
    "GET /users/{user_id}": Row("read_feed", "known user"),
    "GET /keys": Row("manage_keys", "fine"),
    "PATCH /keys/{key_id}": Row("manage_keys", "own key", True),
    "DELETE /keys/{key_id}": Row("manage_keys", "foreign key"),
    "GET /sessions": Row("manage_keys", "fine"),
    "GET /events": Row("read_feed", "fine"),
    "GET /events/diagnostics": Row(ANYBODY, "owner"),
    # Channels.
    "GET /channels": Row("read_channels", "fine"),
    "POST /channels": Row("write_channels", "opens", True),
    "GET /channels/{channel_id}": Row("read_channels", "member"),
    "PATCH /channels/{channel_id}": Row("write_channels", "admin", True),
    "DELETE /channels/{channel_id}": Row("delete_data", "end"),
    "PATCH /channels/{channel_id}/lifecycle": Row("write_channels", "admin", True),
    "GET /channels/{channel_id}/members": Row("read_channels", "member"),
    "POST /channels/{channel_id}/members": Row("write_channels", "join", True),
    "DELETE /channels/{channel_id}/members/{user_id}": Row("write_channels", "leave"),
    "PUT /channels/{channel_id}/members/{user_id}/role": Row("write_channels", "role", True),
    "POST /channels/{channel_id}/read": Row("read_channels", "read up to", True),
    "POST /channels/{channel_id}/unread": Row("read_channels", "read up to", True),
    # Messages.
    "POST /channels/messages": Row("write_channels", "post", True),
    "GET /channels/{channel_id}/messages": Row("read_channels", "member"),
    "GET /channels/{channel_id}/messages/{message_id}": Row("read_channels", "visible"),
    "GET /channels/{channel_id}/messages/{message_id}/replies": Row("read_channels", "visible"),
    "GET /channels/{channel_id}/messages/{message_id}/history": Row("read_channels", "visible"),
    "PATCH /channels/{channel_id}/messages/{message_id}": Row("write_channels", "author", True),
    "PUT /channels/{channel_id}/messages/{message_id}": Row("write_channels", "author", True),
    "DELETE /channels/{channel_id}/messages/{message_id}": Row("write_channels", "delete"),
    "POST /channels/{channel_id}/messages/{message_id}/like": Row("write_messages", "living", True),
    "PUT /channels/{channel_id}/messages/{message_id}/reactions/{reaction_type}": Row("write_messages", "living"),
    "DELETE /channels/{channel_id}/messages/{message_id}/reactions/{reaction_type}": Row("write_messages", "living"),
    "GET /channels/{channel_id}/search": Row("read_channels", "member"),
    "GET /channels/threads/subscription": Row("read_channels", "visible"),
    "POST /channels/threads/subscription": Row("write_channels", "visible", True),
    # Mentions.
    "GET /mentions": Row("read_feed", "fine"),
    "POST /mentions/ack": Row("read_feed", "fine", True),
    "POST /ack": Row("read_feed", "fine", True),
    "GET /mention-suggestions": Row("read_feed", "member"),
    "GET /mention-lists": Row("read_feed", "fine"),
    "POST /mention-lists": Row("write_feed", "created", True),
    "PATCH /mention-lists/{list_id}": Row("write_feed", "absent", True),
    "DELETE /mention-lists/{list_id}": Row("write_feed", "absent"),
    # Bookmarks: none is kept in these worlds, so none is found.
    "GET /bookmarks": Row("read_feed", "fine"),
    "POST /bookmarks": Row("read_feed", "saves", True),
    "GET /bookmarks/{bookmark_id}": Row("read_feed", "absent"),
    "PATCH /bookmarks/{bookmark_id}": Row("read_feed", "absent", True),
    "DELETE /bookmarks/{bookmark_id}": Row("read_feed", "absent"),
    # The mesh: reading for everybody, changing for the owner. No peer is known, so nothing is found.
    "GET /p2p/peers": Row(ANYBODY, "fine"),
    "GET /p2p/known_peers": Row(ANYBODY, "fine"),
    "GET /p2p/introduced": Row(ANYBODY, "fine"),
    "GET /p2p/activity": Row(ANYBODY, "fine"),
    "GET /p2p/diagnostics": Row(ANYBODY, "fine"),
    "GET /p2p/invite": Row(ANYBODY, "fine"),
    "POST /p2p/invite": Row(ANYBODY, "owner creates", True),
    "POST /p2p/peers/{peer_id}/approve": Row(ANYBODY, "owner of nothing"),
    "POST /p2p/peers/{peer_id}/block": Row(ANYBODY, "owner of nothing"),
    "POST /p2p/peers/{peer_id}/unblock": Row(ANYBODY, "owner of nothing"),
    "POST /p2p/peers/{peer_id}/merge": Row(ANYBODY, "owner of nothing"),
    "POST /p2p/reconnect_all": Row(ANYBODY, "owner schedules"),
    "POST /p2p/resync": Row(ANYBODY, "owner", True),
    "GET /trust": Row("view_trust", "fine"),
    "GET /trust/{peer_id}": Row("view_trust", "fine"),
    "GET /device/profile": Row(ANYBODY, "fine"),
    "POST /device/profile": Row(ANYBODY, "owner", True),
    # Administration.
    "GET /admin/users": Row(ANYBODY, "owner"),
    "POST /admin/users/{user_id}/approve": Row(ANYBODY, "administers"),
    "POST /admin/users/{user_id}/suspend": Row(ANYBODY, "administers"),
    "GET /admin/users/{user_id}/keys": Row(ANYBODY, "reads accounts"),
    "DELETE /admin/users/{user_id}/keys/{key_id}": Row(ANYBODY, "owner of nothing"),
}

FINE = Verdict(200)
HIDDEN = Verdict(404)


def judge(world: World, who: Credential, asked: Asked) -> Verdict:
    """What must be answered."""
    row = ROWS[f"{asked.method} {asked.path}"]
    refused = _by_key(who, asked, row)
    if refused is not None:
        return refused
    owns = who.owns or "manage_node" in who.permissions
    if row.rule in _OWNERS and not owns:
        return Verdict(403, "owner_required")
    if asked.malformed and row.takes_body:
        return Verdict(400)
    if row.rule in _OWNERS:
        return _for_owner(world, asked, row.rule)
    return _RULES[row.rule](world, who, asked)


_OWNERS = {
    *("owner", "owner creates", "owner schedules", "owner of nothing", "administers", "reads accounts"),
}


def _by_key(who: Credential, asked: Asked, row: Row) -> Verdict | None:
    """Decision 5 and the pending account; where nothing is needed, what is shown does not matter."""
    if row.needs == NOTHING:
        return None
    if who.kind == "none":
        return Verdict(401)
    if who.state in ("unknown", "revoked", "expired"):
        # A cookie of nobody is as good as none.
        return Verdict(401) if who.kind == "cookie" else Verdict(403, "invalid_key")
    assert who.user is not None
    if who.user.status == "suspended":
        return Verdict(403, "account_suspended")
    if who.state == "no token" and asked.method in WRITES:
        return Verdict(403, "bad_csrf_token")
    if who.user.status == "pending_approval" and row.needs != EVEN_PENDING:
        return Verdict(403, "account_pending")
    held = who.permissions | {IMPLIED[name] for name in who.permissions if name in IMPLIED}
    if row.needs not in (ANYBODY, EVEN_PENDING) and row.needs not in held:
        return Verdict(403, "insufficient_scope")
    return None


def _for_owner(world: World, asked: Asked, rule: str) -> Verdict:
    if rule == "owner of nothing":
        return HIDDEN
    if rule == "owner creates":
        return Verdict(201)
    if rule == "owner schedules":
        return Verdict(202)
    user = world.users.get(asked.user)
    if rule in ("administers", "reads accounts") and (user is None or not user.local):
        return HIDDEN
    if rule == "administers" and user is not None and user.owner:
        return Verdict(409, "owner_account")
    return FINE


def _channel(world: World, who: Credential, asked: Asked) -> Channel | None:
    """The channel, if the caller may know of it."""
    channel = world.channels.get(asked.channel)
    assert who.user is not None
    if not who.reaches(asked.channel):
        return None
    return None if channel is None or who.user.identity in channel.absent else channel


def _message(world: World, who: Credential, asked: Asked) -> Message | None:
    """The message in this channel, whatever became of it, if the caller may know of it."""
    channel = _channel(world, who, asked)
    message = world.messages.get(asked.message)
    return message if channel is not None and message is not None and message.channel == channel.identity else None


def _shown(world: World, message: Message | None) -> bool:
    """Whether something is shown in a message's place: itself, or a tombstone while replies live."""
    if message is None or message.state == "expired":
        return False
    return message.state == "living" or world.replies_to(message) > 0


def _fine(world: World, who: Credential, asked: Asked) -> Verdict:
    return FINE


def _created(world: World, who: Credential, asked: Asked) -> Verdict:
    return Verdict(201)


def _opens(world: World, who: Credential, asked: Asked) -> Verdict:
    return Verdict(201) if who.limit is None else Verdict(403, "channel_limit")


def _absent(world: World, who: Credential, asked: Asked) -> Verdict:
    return HIDDEN


def _known_user(world: World, who: Credential, asked: Asked) -> Verdict:
    return FINE if asked.user in world.users else HIDDEN


def _own_key(world: World, who: Credential, asked: Asked) -> Verdict:
    assert who.user is not None
    return FINE if world.keys.get(asked.key) == who.user.identity else HIDDEN


def _member(world: World, who: Credential, asked: Asked) -> Verdict:
    return HIDDEN if _channel(world, who, asked) is None else FINE


def _post(world: World, who: Credential, asked: Asked) -> Verdict:
    return HIDDEN if _channel(world, who, asked) is None else Verdict(201)


def _saves(world: World, who: Credential, asked: Asked) -> Verdict:
    """Any message that lives in a channel which the caller may know of."""
    message = world.messages.get(asked.message)
    assert who.user is not None
    if message is None or message.state != "living":
        return HIDDEN
    channel = world.channels.get(message.channel) if who.reaches(message.channel) else None
    return HIDDEN if channel is None or who.user.identity in channel.absent else Verdict(201)


def _admin(world: World, who: Credential, asked: Asked) -> Verdict:
    channel = _channel(world, who, asked)
    assert who.user is not None
    if channel is None:
        return HIDDEN
    if channel.identity == GENERAL:
        return Verdict(403, "general")
    if who.user.identity not in channel.admins:
        return Verdict(403, "not_admin")
    return FINE if channel.ruled_here else Verdict(202)


def _end(world: World, who: Credential, asked: Asked) -> Verdict:
    """An admin, or the owner of the node that rules over the channel."""
    channel = _channel(world, who, asked)
    assert who.user is not None
    ends = who.owns and channel is not None and channel.identity != GENERAL and channel.ruled_here
    return FINE if ends else _admin(world, who, asked)


def _role(world: World, who: Credential, asked: Asked) -> Verdict:
    allowed = _admin(world, who, asked)
    if allowed.status >= 400:
        return allowed
    channel = world.channels[asked.channel]
    if asked.user not in world.users or asked.user in channel.absent:
        return HIDDEN
    if asked.role == "member" and channel.admins == {asked.user}:
        return Verdict(409, "last_admin")
    return allowed


def _join(world: World, who: Credential, asked: Asked) -> Verdict:
    """Who left may come back, which is the one thing that a stranger to a channel may do; nobody leaves #general."""
    known = asked.channel in world.channels and who.reaches(asked.channel)
    return FINE if known and asked.user in world.users else HIDDEN


def _leave(world: World, who: Credential, asked: Asked) -> Verdict:
    assert who.user is not None
    channel = world.channels.get(asked.channel)
    if asked.user != who.user.identity:
        allowed = _admin(world, who, asked)
        return allowed if allowed.status >= 400 else Verdict(403, "open_channel")
    if channel is None or not who.reaches(asked.channel):
        return HIDDEN
    if channel.identity == GENERAL:
        return Verdict(403, "general")
    if channel.admins == {who.user.identity} and who.user.identity not in channel.absent:
        return Verdict(409, "last_admin")
    return FINE


def _read_up_to(world: World, who: Credential, asked: Asked) -> Verdict:
    message = _message(world, who, asked)
    return HIDDEN if message is None or message.state == "expired" else FINE


def _visible(world: World, who: Credential, asked: Asked) -> Verdict:
    return FINE if _shown(world, _message(world, who, asked)) else HIDDEN


def _living(world: World, who: Credential, asked: Asked) -> Verdict:
    message = _message(world, who, asked)
    return FINE if message is not None and message.state == "living" else HIDDEN


def _author(world: World, who: Credential, asked: Asked) -> Verdict:
    message = _message(world, who, asked)
    if message is None or message.state != "living":
        return HIDDEN
    return FINE if message.author is who.user else Verdict(403, "not_author")


def _delete(world: World, who: Credential, asked: Asked) -> Verdict:
    message = _message(world, who, asked)
    assert who.user is not None
    if message is None or message.state == "expired":
        return HIDDEN
    channel = world.channels[message.channel]
    own = message.author is who.user or (who.owns and message.author.local)
    if own:
        return FINE
    if who.user.identity in channel.admins:
        return FINE if channel.ruled_here or message.state == "deleted" else Verdict(202)
    return Verdict(403, "not_author") if _shown(world, message) else HIDDEN


_RULES = {
    "fine": _fine,
    "created": _created,
    "opens": _opens,
    "absent": _absent,
    "known user": _known_user,
    "own key": _own_key,
    "foreign key": _absent,
    "member": _member,
    "post": _post,
    "saves": _saves,
    "admin": _admin,
    "end": _end,
    "role": _role,
    "join": _join,
    "leave": _leave,
    "read up to": _read_up_to,
    "visible": _visible,
    "living": _living,
    "author": _author,
    "delete": _delete,
}


def remember(world: World, who: Credential, asked: Asked, verdict: Verdict) -> None:
    """What an answer changed in the world."""
    if verdict.status not in (200, 201):
        return
    row = f"{asked.method} {asked.path}"
    assert who.user is not None or ROWS[row].needs == NOTHING
    mine = "" if who.user is None else who.user.identity
    if row == "DELETE /channels/{channel_id}/messages/{message_id}":
        world.messages[asked.message].state = "deleted"
    elif row == "POST /channels/messages":
        world.channels[asked.channel].archived = False
    elif row == "DELETE /channels/{channel_id}":
        del world.channels[asked.channel]
    elif row == "POST /channels/{channel_id}/members" and asked.user == mine:
        world.channels[asked.channel].absent.discard(mine)
    elif row == "DELETE /channels/{channel_id}/members/{user_id}":
        world.channels[asked.channel].absent.add(mine)
    elif row == "PUT /channels/{channel_id}/members/{user_id}/role":
        admins = world.channels[asked.channel].admins
        (admins.add if asked.role == "admin" else admins.discard)(asked.user)
    elif row == "POST /admin/users/{user_id}/approve":
        world.users[asked.user].status = "active"
    elif row == "POST /admin/users/{user_id}/suspend":
        world.users[asked.user].status = "suspended"


def readable(world: World, channel: str) -> set[str]:
    """The messages of a channel that a member's list shows."""
    return {one.identity for one in world.messages.values() if one.channel == channel and _shown(world, one)}
