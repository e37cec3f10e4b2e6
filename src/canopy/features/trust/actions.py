"""What a person decides about peers; local rows, in the transaction of the request."""

from collections.abc import Callable

import msgspec

from canopy.crypto.keys import SigningKey
from canopy.edge.ask import found
from canopy.edge.principal import Principal
from canopy.features.trust import tables
from canopy.ground.errors import Conflict
from canopy.log.db import Read, Tx
from canopy.log.local import set_fact
from canopy.mesh import invites, peerbook
from canopy.mesh.invite import InviteCode, decode
from canopy.mesh.invites import LIFETIME_MS, Invitation
from canopy.mesh.peerbook import Level, Peer

MISSING = "This node knows no such peer."
BLOCKED = "This peer is blocked. Unblock it first, if that is what you want."

Change = Callable[[Tx, Peer], None]


class InviteWish(msgspec.Struct, frozen=True, kw_only=True):
    """What a new code of this node shall say."""

    key: SigningKey
    static: bytes
    endpoints: tuple[str, ...]
    name: str = ""
    lifetime_ms: int = LIFETIME_MS

    def __repr__(self) -> str:
        return "InviteWish(key hidden)"


def get_peer(tx: Read, shown: str) -> Peer:
    """The peer with this id. Raises NotFound."""
    return found(peerbook.find_by_shown(tx, shown), MISSING, "peer_not_found")


def approve(tx: Tx, peer: Peer) -> None:
    """Exchange events with this peer."""
    peerbook.set_level(tx, peer.node, Level.TRUSTED)


def block(tx: Tx, peer: Peer) -> None:
    """Exchange nothing with this peer, and let no invite change that."""
    peerbook.set_level(tx, peer.node, Level.BLOCKED)
    peerbook.drop_join(tx, peer.node)


def unblock(tx: Tx, peer: Peer) -> None:
    """A blocked peer is as one that nobody has judged yet; others stay as they are."""
    if peer.level is Level.BLOCKED:
        peerbook.set_level(tx, peer.node, Level.UNKNOWN)


def merge(tx: Tx, peer: Peer) -> None:
    """Let open channels flow on links with this peer. Raises Conflict for one that is not trusted."""
    if peer.level is not Level.TRUSTED:
        raise Conflict("Approve this peer first: open channels flow among trusted peers only.", code="peer_not_trusted")
    peerbook.set_merged(tx, peer.node, True)


def take_invite(tx: Tx, code: InviteCode) -> None:
    """Trust the maker of a code, and note where and with which secret to meet it. Raises Conflict when blocked."""
    peer = peerbook.meet(tx, code.node)
    if peer.level is Level.BLOCKED:
        raise Conflict(BLOCKED, code="peer_blocked")
    for address in code.endpoints:
        peerbook.remember_endpoint(tx, code.node, address, "invite")
    peerbook.remember_join(tx, code.node, code)
    if code.name and not peer.name:
        peerbook.set_card(tx, code.node, code.name, peer.version)
    peerbook.set_level(tx, code.node, Level.TRUSTED)


def make_invite(tx: Tx, principal: Principal, wish: InviteWish, *, with_secret: bool) -> Invitation:
    """A new code. Without a name of its own it carries the node's."""
    name = wish.name or tables.name_of(tx, principal.node)
    return invites.make(tx, wish.key, wish.static, name, wish.endpoints, principal.user, wish.lifetime_ms, with_secret)


def current_invite(tx: Tx, principal: Principal, wish: InviteWish) -> Invitation:
    """The newest code that nobody spent, if it says where this node can be reached now; else a new one."""
    newest = invites.newest_open(tx)
    if newest is not None and decode(newest.code, tx.now_ms).endpoints == wish.endpoints:
        return newest
    return make_invite(tx, principal, wish, with_secret=True)


def remember_public(tx: Tx, address: str) -> None:
    """Put this address first in all later codes; an empty one takes it away."""
    set_fact(tx, tables.PUBLIC, address.encode())
