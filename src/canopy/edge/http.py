"""The application: finds the route, asks who is there and whether they may, and answers every error as a problem.

One of the three supervised places: what an endpoint raises that is not ours is logged with the request's id and
answered with 500.
"""

import logging
import re
import secrets
from collections.abc import Awaitable, Sequence

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import compile_path
from starlette.types import Message, Receive, Scope, Send

from canopy.edge import identify, pages
from canopy.edge.ask import Ask
from canopy.edge.core import Core
from canopy.edge.first import first_answers
from canopy.edge.guard import BAD_ORIGIN, BODY_LIMIT, check_host, check_origin
from canopy.edge.principal import Principal
from canopy.edge.problem import problem
from canopy.edge.route import NOBODY, Route
from canopy.ground.errors import (
    CanopyError,
    ContentTooLarge,
    InvalidRequest,
    MethodNotAllowed,
    NotFound,
    TheirFault,
    UnsupportedMediaType,
)

PREFIXES = ("/api/v1", "/api")
"""The canonical base and its alias, which answers identically."""

_log = logging.getLogger(__name__)


class Place:
    """One path with its methods."""

    def __init__(self, path: str) -> None:
        self.pattern: re.Pattern[str] = compile_path(path)[0]
        self.methods: dict[str, Route] = {}


class Table:
    """All routes by path. Paths without parameters are found at once, others by their number of parts."""

    def __init__(self, routes: Sequence[Route]) -> None:
        self._fixed: dict[str, Place] = {}
        self._open: dict[int, dict[str, Place]] = {}
        for route in routes:
            for base in ("",) if route.bare else PREFIXES:
                self._add(base + route.path, route)

    def _add(self, path: str, route: Route) -> None:
        places = self._open.setdefault(path.count("/"), {}) if "{" in path else self._fixed
        place = places.setdefault(path, Place(path))
        place.methods[route.method] = route

    def find(self, path: str) -> tuple[Place, dict[str, str]]:
        """The place at a path and its parameters. Raises NotFound."""
        fixed = self._fixed.get(path)
        if fixed is not None:
            return fixed, {}
        for place in self._open.get(path.count("/"), {}).values():
            match = place.pattern.match(path)
            if match:
                return place, match.groupdict()
        raise NotFound("There is no such path.", code="unknown_path")


class Application:
    """The ASGI application of one node."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self._table = Table(core.routes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._respond(scope, receive, send)
        elif scope["type"] == "lifespan":
            await _lifespan(receive, send)
        else:
            await send({"type": "websocket.close", "code": 1000})

    async def _respond(self, scope: Scope, receive: Receive, send: Send) -> None:
        clock = self.core.clock
        began = clock.monotonic()
        request = Request(scope, receive)
        request_id = f"r-{secrets.token_hex(4)}"
        label = "(none)"
        headers: dict[str, str] = {}
        try:
            check_host(request.headers.get("host"), self.core.settings.allowed_hosts)
            if pages.is_page(scope["path"], scope["method"]):
                label, response = "(page)", await self._page(request)
            else:
                route, path = self._route(scope)
                label = route.path
                response = await self._run(request, route, path, headers)
        except CanopyError as error:
            if error.status >= 500:
                _log.error("%s %s %s: %s", request_id, scope["method"], scope["path"], error, exc_info=error)
            response = problem(error, scope["path"], request_id, request.headers.get("accept", ""))
        except ClientDisconnect:
            return
        except Exception:  # noqa: BLE001 - request: the first supervised place
            _log.exception("%s %s %s failed", request_id, scope["method"], scope["path"])
            response = problem(CanopyError(), scope["path"], request_id, request.headers.get("accept", ""))
        for name, value in (*pages.SAFETY.items(), *headers.items(), ("X-Request-Id", request_id)):
            response.headers.setdefault(name, value)
        if scope["method"] == "HEAD":
            response = _without_body(response)
        self.core.metrics.answered(label, response.status_code, clock.monotonic() - began)
        await response(scope, receive, send)

    async def _page(self, request: Request) -> Response:
        if not pages.is_shell(request):
            return pages.serve(request)
        return pages.serve(request, await first_answers(request, self._answer))

    async def _answer(self, request: Request) -> Response:
        """As `_respond` would, without what belongs to a connection. Raises CanopyError."""
        route, path = self._route(request.scope)
        return await self._run(request, route, path, {})

    def _route(self, scope: Scope) -> tuple[Route, dict[str, str]]:
        place, path = self._table.find(scope["path"])
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        route = place.methods.get(method)
        if route is None:
            raise MethodNotAllowed(allow=", ".join(sorted({*place.methods, *_heads(place)})))
        return route, path

    async def _run(self, request: Request, route: Route, path: dict[str, str], headers: dict[str, str]) -> Response:
        address = request.client.host if request.client else ""
        caller = self._identify(request, route, address)
        headers.update(self.core.limits.spend(route.pace, caller, address))
        identify.check_permission(route, caller)
        body = b""
        if request.method not in ("GET", "HEAD"):
            body = await _body(request)
            # A body takes as long as its sender likes, who may lose the key or the node meanwhile.
            caller = self._identify(request, route, address)
            identify.check_permission(route, caller)
        answer = route.endpoint(Ask(self.core, request, route, caller, body, path))
        return await answer if isinstance(answer, Awaitable) else answer

    def _identify(self, request: Request, route: Route, address: str) -> Principal | None:
        """Who asks. A guess that fails costs its address a token, so that inventing keys gains nothing.

        Where no credential is needed, one that cannot be used counts as none: a suspended account's cookie must
        not keep a browser from signing in as somebody else.
        """
        if request.method not in ("GET", "HEAD") and not identify.shows_key(request):
            check_origin(request.headers.get("origin"), request.headers.get("host"))
        try:
            return identify.identify(self.core, request, address)
        except TheirFault as fault:
            if route.permission == NOBODY and fault.actual_code != BAD_ORIGIN:
                return None
            self.core.limits.spend(route.pace, None, address)
            raise


def _heads(place: Place) -> set[str]:
    return {"HEAD"} if "GET" in place.methods else set()


async def _body(request: Request) -> bytes:
    """The whole body, never more than the limit. Raises ContentTooLarge or UnsupportedMediaType."""
    declared = request.headers.get("content-length", "0")
    if not declared.isdigit():
        raise InvalidRequest("Content-Length must be a number.")
    if int(declared) > BODY_LIMIT:
        raise ContentTooLarge(max_bytes=BODY_LIMIT)
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > BODY_LIMIT:
            raise ContentTooLarge(max_bytes=BODY_LIMIT)
        parts.append(part)
    body = b"".join(parts)
    media = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if body and media not in ("application/json", "") and not media.endswith("+json"):
        raise UnsupportedMediaType
    return body


def _without_body(response: Response) -> Response:
    return Response(b"", response.status_code, dict(response.headers))


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message: Message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
