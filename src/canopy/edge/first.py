"""What a page is given with its first byte: the answers that it would ask for at once, so that it need not.

Each is made by the very route that answers it, for the caller of the page, with all that is asked of a caller there. A
page that nobody signed in for gets none.
"""

import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

from canopy.ground.errors import CanopyError

if TYPE_CHECKING:
    from starlette.types import Scope

MOST_BYTES = 256 * 1024
"""Above this a page asks for itself: it must be small to be quick."""
SESSION = "/session"
_PATHS = ("/events?limit=1", "/channels?limit=100", "/admin/users")
_CHANNEL = re.compile(r"/c/([A-Za-z0-9_-]{1,100})(?:/|$)")
_DROPPED = (b"if-none-match", b"if-modified-since", b"range")

Answer = Callable[[Request], Awaitable[Response]]


async def first_answers(request: Request, answer: Answer) -> bytes:
    """JSON of path -> body, in the order in which a page reads it; empty when nobody is signed in."""
    if "cookie" not in request.headers:
        return b""
    found: dict[str, bytes] = {}
    for path in (SESSION, *_PATHS, *_of_channel(request.url.path)):
        body = await _body_of(request, path, answer)
        if body is not None:
            found[path] = body
        elif path == SESSION:
            return b""
    data = b"{" + b",".join(b'"%s":%s' % (path.encode(), body) for path, body in found.items()) + b"}"
    # Within a script element nothing may look like its end.
    return data.replace(b"<", b"\\u003c") if len(data) <= MOST_BYTES else b""


def _of_channel(path: str) -> tuple[str, ...]:
    match = _CHANNEL.match(path)
    return (f"/channels/{match[1]}/members?limit=200",) if match else ()


async def _body_of(request: Request, path: str, answer: Answer) -> bytes | None:
    """What the route at a path says to the caller of the page; None for a refusal, which the page then hears itself."""
    try:
        response = await answer(_asking(request, path))
    except CanopyError:
        return None
    return bytes(response.body) if response.status_code == 200 else None


def _asking(request: Request, target: str) -> Request:
    path, _, query = target.partition("?")
    full = f"/api/v1{path}"
    scope: Scope = {
        **request.scope,
        "path": full,
        "raw_path": full.encode(),
        "query_string": query.encode(),
        "headers": [(name, value) for name, value in request.scope["headers"] if name not in _DROPPED],
    }
    return Request(scope)
