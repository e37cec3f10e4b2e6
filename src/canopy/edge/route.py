"""How a room declares its routes: enough to dispatch, to guard and to describe them. `http` serves what stands here."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Literal

import msgspec
from starlette.responses import Response

if TYPE_CHECKING:
    from canopy.edge.ask import Ask

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Rate = Literal["read", "write", "search", "register", "login", "free"]
Endpoint = Callable[["Ask"], Response | Awaitable[Response]]

NOBODY = ""
"""The permission of a route that needs no credentials."""
ANY = "any"
"""The permission of a route for every active account."""
PENDING = "pending"
"""As ANY, and open to accounts that wait for approval."""


class Page(msgspec.Struct, kw_only=True):
    """The parameters of every list."""

    limit: int = 50
    cursor: str = ""


class Rendering(msgspec.Struct, kw_only=True):
    """Whether texts are wanted as HTML too."""

    render: Literal["html"] | None = None


class RenderedPage(Page, kw_only=True):
    """The parameters of a list of texts, which may come as HTML too."""

    render: Literal["html"] | None = None


class LongPage(Page, kw_only=True):
    """The parameters of a list that is mostly read whole."""

    limit: int = 200


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """One method of one path below `/api/v1` (or, with `bare`, of the root)."""

    method: Method
    path: str
    endpoint: Endpoint
    permission: str
    summary: str
    response: Any
    request: Any = None
    query: Any = None
    status: int = 200
    also: tuple[int, ...] = ()
    errors: tuple[int, ...] = ()
    rate: Rate | None = None
    bare: bool = False
    media: str = "application/json"
    texts: tuple[str, ...] = ()
    """Path parameters that are no ids but any text."""

    @property
    def pace(self) -> Rate:
        """The class of rate limit that it falls under."""
        if self.rate is not None:
            return self.rate
        return "read" if self.method == "GET" else "write"


_ASKED = (400, 401, 403, 404)
_CHANGED = (*_ASKED, 409, 412, 413, 415, 422)


def get(path: str, endpoint: Endpoint, permission: str, summary: str, response: Any, **more: Any) -> Route:
    """A route that reads."""
    return _route("GET", path, endpoint, permission, summary, response, errors=_ASKED, **more)


def remove(path: str, endpoint: Endpoint, permission: str, summary: str, response: Any, **more: Any) -> Route:
    """A route that takes something away."""
    return _route("DELETE", path, endpoint, permission, summary, response, errors=_CHANGED, **more)


def post(
    path: str, endpoint: Endpoint, permission: str, summary: str, request: Any, response: Any, **more: Any
) -> Route:
    """A route that makes something."""
    return _route("POST", path, endpoint, permission, summary, response, request=request, errors=_CHANGED, **more)


def put(
    path: str, endpoint: Endpoint, permission: str, summary: str, request: Any, response: Any, **more: Any
) -> Route:
    """A route that sets something to what is given."""
    return _route("PUT", path, endpoint, permission, summary, response, request=request, errors=_CHANGED, **more)


def patch(
    path: str, endpoint: Endpoint, permission: str, summary: str, request: Any, response: Any, **more: Any
) -> Route:
    """A route that changes something."""
    return _route("PATCH", path, endpoint, permission, summary, response, request=request, errors=_CHANGED, **more)


def _route(
    method: Method, path: str, endpoint: Endpoint, permission: str, summary: str, response: Any, **more: Any
) -> Route:
    return Route(
        method=method,
        path=path,
        endpoint=endpoint,
        permission=permission,
        summary=summary,
        response=response,
        **more,
    )
