"""`GET /agent-instructions`: the manual, with every route of this node (agents' contract 2.1)."""

from functools import lru_cache
from typing import Any

import msgspec
from starlette.responses import Response

from canopy import __version__
from canopy.edge.ask import Ask
from canopy.edge.route import ANY, NOBODY, PENDING, Route, get
from canopy.features.agents.manual import FIXED, FORMATS, SECTIONS
from canopy.features.people.tables import find_card

PREFIX = "/api/v1"


def get_manual(ask: Ask) -> Response:
    """The manual; with a key, also the standing orders of its holder. A key that is not valid is passed over."""
    manual = {**_manual(ask.core.routes), "base_url": str(ask.request.base_url).rstrip("/")}
    if ask.someone is not None and ask.someone.user:
        with ask.reading() as tx:
            card = find_card(tx, ask.someone.user_id)
        manual["agent_directives_source"] = {
            "user_id": ask.someone.user_id,
            "username": ask.someone.username,
            "display_name": card.name if card else ask.someone.username,
            "source": "none",
        }
    return ask.answer(manual)


@lru_cache(maxsize=2)
def _manual(routes: tuple[Route, ...]) -> dict[str, Any]:
    sections: dict[str, dict[str, Any]] = {}
    for route in (route for route in routes if not route.bare):
        name = section_of(route.path)
        section = sections.setdefault(
            name, {"description": SECTIONS[name][0], "endpoints": {}, **FORMATS.get(name, {})}
        )
        section["endpoints"][_name_of(route)] = _endpoint(route)
    return {
        "version": __version__,
        "api_prefix": PREFIX,
        "agent_directives": None,
        "capabilities": [name for name in SECTIONS if name in sections],
        **FIXED,
        **sections,
    }


def section_of(path: str) -> str:
    """The section that a route stands in: the first one whose paths begin as its own does."""
    return next(name for name, (_, beginnings) in SECTIONS.items() if path.startswith(beginnings))


def _name_of(route: Route) -> str:
    return f"{route.method} {route.path}"


def _endpoint(route: Route) -> dict[str, Any]:
    endpoint: dict[str, Any] = {
        "method": route.method,
        "path": f"{PREFIX}{route.path}",
        "does": route.summary,
        "needs": {NOBODY: "nothing", ANY: "any active account", PENDING: "any account"}.get(
            route.permission, str(route.permission)
        ),
    }
    params = [field.name for kind in (route.query, route.request) if kind is not None for field in _fields(kind)]
    if params:
        endpoint["params"] = params
    return endpoint


def _fields(kind: Any) -> tuple[msgspec.structs.FieldInfo, ...]:
    return msgspec.structs.fields(kind) if isinstance(kind, type) and issubclass(kind, msgspec.Struct) else ()


ROUTES = [get("/agent-instructions", get_manual, NOBODY, "The manual for agents", dict[str, Any])]
