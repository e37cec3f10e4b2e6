"""Random worlds: a node with people, keys, channels and messages in all their states, and the same for the oracle."""

import random
from typing import Any

from canopy.edge import accounts, sessions
from canopy.edge.identify import cookie_name
from canopy.edge.principal import ALL
from canopy.features.channels.events import ChannelOpened
from canopy.features.messages.events import MessagePosted
from canopy.features.people.events import UserCarded
from canopy.ground.clock import ManualClock
from canopy.ground.ids import EventId, UserKey
from canopy.log import scope
from canopy.log.catalog import Draft
from canopy.log.db import Tx
from canopy.log.event import Event
from canopy.log.shown import channel_id, message_id, user_id
from tests.edge.client import Local
from tests.log.authors import USER, Author
from tests.permissions.oracle import GENERAL, Channel, Credential, Message, User, World

Headers = dict[str, str]
EVERYTHING = frozenset(permission.value for permission in ALL)
SOON_MS = 60_000


class Built:
    """A world, its node, and what its people show of themselves."""

    def __init__(self, local: Local, clock: ManualClock, rng: random.Random) -> None:
        self.local, self.clock, self.rng = local, clock, rng
        self.world = World()
        self.shown: list[tuple[Credential, Headers]] = [
            (Credential("none"), {}),
            (Credential("key", state="unknown"), {"X-API-Key": "x" * 43}),
            (Credential("cookie", state="unknown"), {"Cookie": f"{cookie_name(local.node.core)}={'x' * 43}"}),
        ]
        self._late_keys: list[tuple[User, UserKey]] = []
        self._masters: dict[str, Headers] = {}
        """For building: a key of each account that may do everything."""

    async def build(self) -> None:
        self.world.channels[GENERAL] = Channel(GENERAL)
        await self._people()
        await self._places()
        await self._words()
        await self._limited()
        await self._put_away()
        self.clock.advance(2 * SOON_MS / 1000)
        for user, status in self._late.items():
            await self._write(lambda tx, user=user, status=status: accounts.set_status(tx, user, status))

    async def _write(self, turn: Any) -> Any:
        return await self.local.node.writer.write(turn)

    # People.

    async def _people(self) -> None:
        owner = User(self.local.user_id, owner=True)
        self.world.users[owner.identity] = owner
        self._late: dict[UserKey, Any] = {}
        with self.local.node.home.database.read() as tx:
            account = accounts.find_owner(tx)
        assert account is not None
        await self._credentials(owner, account.user)
        for number in range(self.rng.randint(3, 5)):
            await self._person(number)

    async def _person(self, number: int) -> None:
        kind: Any = self.rng.choice(["human", "agent"])
        status = self.rng.choice(["active", "active", "active", "pending_approval", "suspended"])

        def turn(tx: Tx) -> accounts.Account:
            made = accounts.create_account(tx, f"user{number}", None, kind, "active")
            card = UserCarded(handle=made.username, name=made.username, account_type=kind)
            where = scope.of_node(self.local.node.home.key.node)
            self.local.node.core.door.do(tx, Draft(scope=where, user=made.user, body=card))
            return made

        account = await self._write(turn)
        user = User(user_id(self.local.node.home.key.node, account.user), status)
        self.world.users[user.identity] = user
        self._late[account.user] = status
        await self._credentials(user, account.user)

    async def _credentials(self, user: User, key: UserKey) -> None:
        for state in ("good", "good", "good", "revoked", "expired"):
            some = frozenset(name for name in EVERYTHING if self.rng.random() < self.rng.choice([0.3, 0.9]))
            if "manage_node" in some and self.rng.random() < 0.7:
                some -= {"manage_node"}
            await self._key(user, key, some, state)
        self._late_keys.append((user, key))
        for state in ("good", "no token"):
            token, csrf = await self._write(lambda tx: sessions.open_session(tx, key, remember=True))
            held = EVERYTHING if user.owner else EVERYTHING - {"manage_node"}
            headers = {"Cookie": f"{cookie_name(self.local.node.core)}={token}"}
            headers |= {"X-CSRFToken": csrf} if state == "good" else {}
            self.shown.append((Credential("cookie", user, held, state), headers))
        token, _ = await self._write(lambda tx: accounts.create_key(tx, key, EVERYTHING, "for building"))
        self._masters[user.identity] = {"X-API-Key": token}

    async def _key(self, user: User, key: UserKey, permissions: frozenset[str], state: str) -> None:
        expires = self.clock.now_ms() + SOON_MS if state == "expired" else None
        token, made = await self._write(lambda tx: accounts.create_key(tx, key, permissions, "", expires))
        if state == "revoked":
            await self._write(lambda tx: accounts.revoke_key(tx, key, made.key_id))
        self.world.keys[made.key_id] = user.identity
        self.shown.append((Credential("key", user, permissions, state), {"X-API-Key": token}))

    async def _limited(self) -> None:
        """Keys that are limited to some of the channels, once there are any."""
        managing = {"manage_keys", "manage_node"}
        for user, key in self._late_keys:
            some = frozenset(name for name in EVERYTHING - managing if self.rng.random() < 0.8) | {"read_feed"}
            limit = frozenset(one for one in self.world.channels if self.rng.random() < 0.5) or frozenset({GENERAL})
            for granted in (some, some | managing):
                token, made = await self._write(
                    lambda tx, granted=granted: accounts.create_key(tx, key, granted, "limited", None, limit)  # noqa: B023
                )
                self.world.keys[made.key_id] = user.identity
                self.shown.append((Credential("key", user, some, "good", limit), {"X-API-Key": token}))

    # Channels.

    async def ask(self, method: str, path: str, body: Any, headers: Headers) -> Any:
        answer = await self.local.client.request(method, f"/api/v1{path}", json=body, headers=headers)
        assert answer.status_code < 300, answer.text
        return answer.json()

    async def _places(self) -> None:
        for number in range(2):
            await self._place(number)
        await self._elsewhere()
        for channel in list(self.world.channels.values()):
            for identity, headers in self._masters.items():
                last = channel.admins == {identity}
                if channel.identity != GENERAL and not last and self.rng.random() < 0.3:
                    await self.ask("DELETE", f"/channels/{channel.identity}/members/{identity}", None, headers)
                    channel.absent.add(identity)

    async def _place(self, number: int) -> None:
        founder = self.rng.choice(list(self._masters))
        headers = self._masters[founder]
        made = await self.ask("POST", "/channels", {"name": f"place {number}"}, headers)
        channel = Channel(made["channel"]["id"], {founder})
        self.world.channels[channel.identity] = channel
        for identity in self._masters:
            if identity != founder and self.rng.random() < 0.3:
                path = f"/channels/{channel.identity}/members/{identity}/role"
                await self.ask("PUT", path, {"role": "admin"}, headers)
                channel.admins.add(identity)

    async def _put_away(self) -> None:
        """Some channels, after the last word in them, which would bring them back."""
        for channel in self.world.channels.values():
            ruling = sorted((channel.admins & self._masters.keys()) - channel.absent)
            if channel.ruled_here and ruling and self.rng.random() < 0.4:
                path = f"/channels/{channel.identity}/lifecycle"
                await self.ask("PATCH", path, {"archived": True}, self._masters[ruling[0]])
                channel.archived = True

    async def _elsewhere(self) -> None:
        """A channel of another node, with its founder."""
        author = self.far = Author(9, self.clock, self.rng)
        node = author.key.node
        self.stranger = User(user_id(node, UserKey(USER)), local=False)
        self.world.users[self.stranger.identity] = self.stranger
        await self._give(author.write(UserCarded(handle="far", name="Far"), scope.of_node(node)))
        nonce = self.rng.randbytes(16)
        where = scope.of_channel(node, nonce)
        await self._give(author.write(ChannelOpened(nonce=nonce, name="far away"), where))
        self.far_scope = where
        identity = channel_id(where)
        self.world.channels[identity] = Channel(identity, {self.stranger.identity}, ruled_here=False)

    async def _give(self, event: Event) -> EventId:
        door = self.local.node.core.door
        receipt = await self._write(
            lambda tx: door.receive(tx, event.header_bytes, event.signature, event.body, "peer")
        )
        assert receipt.verdict is not None and receipt.verdict.fate == 0, receipt
        return event.id

    # Messages.

    async def _words(self) -> None:
        for channel in self.world.channels.values():
            for _ in range(self.rng.randint(2, 4)):
                await self._word(channel, None)
            roots = [one for one in self.world.messages.values() if one.channel == channel.identity]
            await self._word(channel, self.rng.choice(roots))
        for message in list(self.world.messages.values()):
            if message.author.local and message.state == "living" and self.rng.random() < 0.25:
                path = f"/channels/{message.channel}/messages/{message.identity}"
                await self.ask("DELETE", path, None, self._masters[message.author.identity])
                message.state = "deleted"

    async def _word(self, channel: Channel, root: Message | None) -> None:
        here = [identity for identity in self._masters if identity not in channel.absent]
        if self.rng.random() < 0.25:
            await self._far_word(channel)
            return
        author = self.world.users[self.rng.choice(here)]
        dies = self.rng.random() < 0.2
        body: dict[str, Any] = {
            "channel_id": channel.identity,
            "content": "word",
            "ttl_seconds": 30 if dies else 86_400,
        }
        if root is not None and root.author.local:
            body["parent_message_id"] = root.identity
        made = (await self.ask("POST", "/channels/messages", body, self._masters[author.identity]))["message"]
        state = "expired" if dies else "living"
        parent = None if made["thread_id"] == made["id"] else made["thread_id"]
        self.world.messages[made["id"]] = Message(made["id"], channel.identity, author, state, parent)

    async def _far_word(self, channel: Channel) -> None:
        with self.local.node.home.database.read() as tx:
            rows: Any = tx.execute("SELECT scope FROM channels WHERE id = ?", (channel.identity,)).fetchall()
        where = rows[0][0] if rows else scope.GENERAL
        event = await self._give(self.far.write(MessagePosted(content="word"), where))
        identity = message_id(event)
        self.world.messages[identity] = Message(identity, channel.identity, self.stranger)
