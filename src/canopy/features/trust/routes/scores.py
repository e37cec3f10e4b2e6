"""Trust as the number that older clients know (REST section 13): 100 for a peer that a person trusts, else 0."""

from typing import Any

import msgspec
from starlette.responses import Response

from canopy.edge.ask import Ask
from canopy.edge.principal import Permission
from canopy.edge.route import get
from canopy.ground.instants import instant
from canopy.mesh import peerbook
from canopy.mesh.peerbook import Level, Peer

HIGHEST = 100


class Score(msgspec.Struct, kw_only=True):
    """How far a node is trusted; `explicit` when somebody decided it."""

    peer_id: str
    trust_score: int
    is_trusted: bool
    explicit: bool
    reviewed_at: str | None


class Scores(msgspec.Struct, kw_only=True):
    """All scores, and figures about them."""

    trust_scores: dict[str, Score]
    statistics: dict[str, Any]


def list_scores(ask: Ask) -> Response:
    """All peers with their scores."""
    with ask.reading() as tx:
        scores = {peer.peer_id: _score(peer.peer_id, peer) for peer in peerbook.list_peers(tx)}
    return ask.answer(Scores(trust_scores=scores, statistics=_statistics([s.trust_score for s in scores.values()])))


def get_score(ask: Ask) -> Response:
    """The score of one node; one that nobody knows has none."""
    shown = ask.token("peer_id")
    with ask.reading() as tx:
        peer = peerbook.find_by_shown(tx, shown)
    return ask.answer(_score(shown, peer))


def _score(shown: str, peer: Peer | None) -> Score:
    level = Level.UNKNOWN if peer is None else peer.level
    explicit = level in (Level.TRUSTED, Level.BLOCKED)
    return Score(
        peer_id=shown,
        trust_score=HIGHEST if level is Level.TRUSTED else 0,
        is_trusted=level is Level.TRUSTED,
        explicit=explicit,
        reviewed_at=instant(peer.changed) if peer is not None and explicit else None,
    )


def _statistics(scores: list[int]) -> dict[str, Any]:
    """Figures in the form of the contract; there are no delete signals to comply with yet."""
    return {
        "total_peers": len(scores),
        "trusted_peers": sum(score >= HIGHEST // 2 for score in scores),
        "average_score": sum(scores) / len(scores) if scores else 0,
        "min_score": min(scores, default=0),
        "max_score": max(scores, default=0),
        "total_compliance": 0,
        "total_violations": 0,
        "compliance_rate": 0,
        "total_signals": 0,
        "pending_signals": 0,
        "complied_signals": 0,
        "violated_signals": 0,
    }


ROUTES = [
    get("/trust", list_scores, Permission.VIEW_TRUST, "Trust scores of all peers", Scores),
    get("/trust/{peer_id}", get_score, Permission.VIEW_TRUST, "The trust score of a node", Score),
]
