"""Health, metrics, version, and the description of the API (running.md, Health)."""

from typing import Any

import msgspec
from starlette.responses import Response

from canopy import __version__
from canopy.edge import openapi
from canopy.edge.ask import Ask
from canopy.edge.core import Core
from canopy.edge.guard import BODY_LIMIT, is_loopback
from canopy.edge.principal import Permission
from canopy.edge.route import NOBODY, get
from canopy.ground.codec import to_json
from canopy.ground.errors import Forbidden
from canopy.ground.instants import instant
from canopy.log import store
from canopy.log.shown import peer_id


class Health(msgspec.Struct, kw_only=True):
    """How the node is."""

    status: str
    version: str
    timestamp: str
    ready: bool
    checks: dict[str, str]


class Info(msgspec.Struct, kw_only=True, omit_defaults=True):
    """The version; with a key, some figures."""

    version: str
    database_stats: dict[str, int] = {}
    trust_stats: dict[str, int] = {}
    p2p_network: dict[str, Any] = {}
    config: dict[str, int] = {}


def get_health(ask: Ask) -> Response:
    """200 while everything works, 503 with the failing checks otherwise."""
    found = ask.core.health()
    ready = all(state == "ok" for state in found.values())
    health = Health(
        status="healthy" if ready else "unhealthy",
        version=__version__,
        timestamp=instant(ask.core.clock.now_ms()),
        ready=ready,
        checks=found,
    )
    return ask.answer(health, 200 if ready else 503)


def get_live(ask: Ask) -> Response:
    """The process answers."""
    return Response("ok\n", media_type="text/plain")


def get_ready(ask: Ask) -> Response:
    """The process can do its work."""
    ready = all(state == "ok" for state in ask.core.health().values())
    return Response("ok\n" if ready else "not ready\n", 200 if ready else 503, media_type="text/plain")


def get_metrics(ask: Ask) -> Response:
    """Prometheus text, for this machine or a key with manage_node."""
    client = ask.request.client
    by_key = ask.someone is not None and ask.someone.may(Permission.MANAGE_NODE)
    if not by_key and not (client and is_loopback(client.host)):
        raise Forbidden("Metrics are for this machine, or a key with manage_node.")
    return Response(ask.core.metrics.render(), media_type="text/plain; version=0.0.4; charset=utf-8")


def get_info(ask: Ask) -> Response:
    """What this node is; more for those who hold a key."""
    if ask.someone is None:
        return ask.answer(Info(version=__version__))
    with ask.reading() as tx:
        counts = {"events": store.COUNT_EVENTS.value(tx), "chains": len(store.LIST_CHAINS.rows(tx))}
    config = {"max_peers": 512, "trust_threshold": 50, "max_message_size": BODY_LIMIT}
    return ask.answer(
        {
            "version": __version__,
            "database_stats": counts,
            "trust_stats": {},
            "p2p_network": network(ask.core),
            "config": config,
        }
    )


def network(core: Core) -> dict[str, Any]:
    """The figures of the mesh (REST section 12, P1); all rest where it does not run."""
    mesh: Any = getattr(core, "mesh", None)
    linked = [] if mesh is None else sorted(peer_id(link.node) for link in mesh.links())
    return {
        "running": mesh is not None,
        "peer_id": peer_id(core.node),
        "connected_peers": len(linked),
        "connected_peers_list": linked,
        "discovered_peers": 0 if mesh is None else len(mesh.discovered()),
        "relay_policy": "off",
        "security": {"allow_unverified_relay_messages": False},
    }


def get_openapi(ask: Ask) -> Response:
    """OpenAPI 3.1, made from the declared routes at first use."""
    return Response(to_json(openapi.describe(ask.core.routes)), media_type="application/json")


ROUTES = [
    get("/health", get_health, NOBODY, "Health of the node", Health, also=(503,), rate="free"),
    get("/info", get_info, NOBODY, "Version and figures", Info),
    get("/openapi.json", get_openapi, NOBODY, "This description", dict[str, Any]),
    get("/livez", get_live, NOBODY, "The process answers", str, bare=True, rate="free", media="text/plain"),
    get(
        "/readyz", get_ready, NOBODY, "The node can work", str, also=(503,), bare=True, rate="free", media="text/plain"
    ),
    get("/metrics", get_metrics, NOBODY, "Prometheus metrics", str, bare=True, rate="free", media="text/plain"),
]
