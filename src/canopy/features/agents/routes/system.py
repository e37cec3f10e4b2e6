"""`GET /agents/system-health`: what an agent should know of the node before it asks for more (agents' contract 3.3)."""

import msgspec
from starlette.responses import Response

from canopy.edge import accounts
from canopy.edge.ask import Ask
from canopy.edge.core import Core
from canopy.edge.principal import Permission
from canopy.edge.route import get
from canopy.edge.routes.system import network
from canopy.features.agents.tables import count_left
from canopy.features.mentions.tables.rows import count_all_new
from canopy.ground.instants import instant
from canopy.log.db import Read
from canopy.mesh import peerbook

MANY_MENTIONS = 1_000
MANY_LEFT = 100
SOON, LATER = 5, 30


class Users(msgspec.Struct, kw_only=True):
    """Accounts of this node, and agents among them that may act."""

    total: int
    active_agents: int


class Queues(msgspec.Struct, kw_only=True):
    """What waits. Peers are read from the log, so nothing waits for them in a queue of its own."""

    unacked_mentions: int
    pending_inbox: int
    pending_p2p_messages: int
    sync_queue_depth: int


class Peers(msgspec.Struct, kw_only=True):
    """Nodes that this one is linked with, or knows."""

    connected_count: int
    connected_peers: list[str]
    known_peers_count: int


class Database(msgspec.Struct, kw_only=True):
    """The size of what is kept."""

    size_bytes: int


class SystemHealth(msgspec.Struct, kw_only=True):
    """How busy the node is, and when to ask again."""

    timestamp: str
    started_at: str
    uptime_seconds: int
    db: Database
    users: Users
    queues: Queues
    peers: Peers
    needs_attention: bool
    poll_hint_seconds: int


def get_system(ask: Ask) -> Response:
    """How busy the node is."""
    with ask.reading() as tx:
        return ask.answer(_health(ask.core, tx))


def _health(core: Core, tx: Read) -> SystemHealth:
    people = accounts.list_accounts(tx)
    agents = sum(1 for account in people if account.account_type == "agent" and account.status == "active")
    mentions, left = count_all_new(tx), count_left(tx)
    busy = mentions > MANY_MENTIONS or left > MANY_LEFT
    now = core.clock.now_ms()
    return SystemHealth(
        timestamp=instant(now),
        started_at=instant(core.started_ms),
        uptime_seconds=max(0, now - core.started_ms) // 1000,
        db=Database(size_bytes=core.database.path.stat().st_size),
        users=Users(total=len(people), active_agents=agents),
        queues=Queues(unacked_mentions=mentions, pending_inbox=0, pending_p2p_messages=0, sync_queue_depth=left),
        peers=_peers(core, tx),
        needs_attention=busy,
        poll_hint_seconds=SOON if busy else LATER,
    )


def _peers(core: Core, tx: Read) -> Peers:
    linked: list[str] = network(core)["connected_peers_list"]
    known = len(peerbook.list_peers(tx))
    return Peers(connected_count=len(linked), connected_peers=linked, known_peers_count=known)


ROUTES = [get("/agents/system-health", get_system, Permission.READ_FEED, "How busy the node is", SystemHealth)]
