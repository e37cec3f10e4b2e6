"""What `doctor` finds about peers: what they did wrong, who waits for a person, and whether others reach this node."""

import http.client
from collections.abc import Iterator

from sqlalchemy import text

from canopy.ground.errors import LinkBroken
from canopy.ground.ids import NodeId
from canopy.log import store
from canopy.log.db import Database, Read, prepare
from canopy.log.examine import Finding
from canopy.log.shown import peer_id
from canopy.mesh import peerbook
from canopy.mesh.link import PATH
from canopy.mesh.peerbook import Level, Peer

SECONDS = 5.0
MOST_NAMED = 8
"""Peers that a sentence names; of more it says how many."""

_AHEAD = prepare(
    text(
        "SELECT chains.node, count(*) FROM events JOIN chains USING (chain) "
        "WHERE events.fate = 2 AND events.reason = 'clock' GROUP BY chains.node"
    )
)


def examine(database: Database) -> Iterator[Finding]:
    """All checks of the peer book and of what was counted by peer."""
    with database.read() as tx:
        names = {peer.node: _name(peer) for peer in peerbook.list_peers(tx)}
        yield _events(tx, names)
        yield _links(tx, names)
        yield _approval(tx)
        yield _clocks(tx, names)


def examine_port(host: str, port: int) -> Finding:
    """Whether the door for peers answers, from this machine; whether others get through is for them to say."""
    where = host if host not in ("0.0.0.0", "::", "") else "127.0.0.1"  # noqa: S104 - compared, not bound
    connection = http.client.HTTPConnection(where, port, timeout=SECONDS)
    try:
        connection.request("GET", PATH)
        connection.getresponse()
    except (OSError, http.client.HTTPException) as error:
        return Finding("fail", "mesh_port", f"Port {port} for peers does not answer ({error}). Restart the node.")
    finally:
        connection.close()
    return Finding("ok", "mesh_port", f"Port {port} for peers answers on this machine.")


def _events(tx: Read, names: dict[NodeId, str]) -> Finding:
    wrong = _counted(tx, names, of_links=False)
    if wrong:
        return Finding("warn", "peers", f"Peers sent events that were not taken at once: {wrong}.")
    return Finding("ok", "peers", "No peer sent events that were refused or put off.")


def _links(tx: Read, names: dict[NodeId, str]) -> Finding:
    wrong = _counted(tx, names, of_links=True)
    if wrong:
        return Finding("warn", "links", f"Links were ended because the other side broke a rule: {wrong}.")
    return Finding("ok", "links", "No link was ended because a rule was broken.")


def _approval(tx: Read) -> Finding:
    waiting = [_name(peer) for peer in peerbook.list_peers(tx) if peer.level is Level.UNKNOWN]
    if waiting:
        return Finding("ok", "approval", f"Not reviewed yet, so nothing is exchanged with: {_list(waiting)}.")
    return Finding("ok", "approval", "No node waits for approval.")


def _clocks(tx: Read, names: dict[NodeId, str]) -> Finding:
    ahead = [names.get(NodeId(node), peer_id(NodeId(node))) for node, _ in _AHEAD.rows(tx)]
    if ahead:
        return Finding("warn", "peer_clocks", f"Clocks that are more than five minutes ahead of ours: {_list(ahead)}.")
    return Finding("ok", "peer_clocks", "No clock of a peer is known to be ahead; how far one is behind is unknown.")


def _counted(tx: Read, names: dict[NodeId, str], *, of_links: bool) -> str:
    """What was counted of events, or of links, by peer."""
    faults = {LinkBroken.code, *(fault.code for fault in LinkBroken.__subclasses__())}
    found: dict[str, list[str]] = {}
    for source, reason, count in store.LIST_SOURCES.rows(tx):
        if (reason in faults) is of_links:
            found.setdefault(_source(source, names), []).append(f"{count} {reason}")
    return _list([f"{name} {', '.join(reasons)}" for name, reasons in found.items()], "; ")


def _source(source: str, names: dict[NodeId, str]) -> str:
    """The peer that a source names; all whom nobody trusts share one that is no id."""
    try:
        node = NodeId(bytes.fromhex(source))
    except ValueError:
        return source
    return names.get(node, peer_id(node))


def _name(peer: Peer) -> str:
    return f"{peer.name} ({peer.peer_id})" if peer.name else peer.peer_id


def _list(items: list[str], between: str = ", ") -> str:
    more = len(items) - MOST_NAMED
    return between.join(items[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
