"""How a room declares its routes: enough to dispatch, to guard and to describe them. `http` serves what stands here."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Literal

import msgspec
from starlette.responses import Response

if TYPE_CHECKING:
    from canopy.edge.ask import Ask

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Rate = Literal["read", "write", "register", "login", "free"]
Endpoint = Callable[["Ask"], Response | Awaitable[Response]]

NOBODY = ""
"""The permission of a route that needs no credentials."""
ANY = "any"
"""The permission of a route for every active account."""
PENDING = "pending"
"""As ANY, and open to accounts that wait for approval."""


class Answers(msgspec.Struct, frozen=True):
    """Base of all answers of the API; only to tell them from requests in the description."""


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

    @property
    def pace(self) -> Rate:
        """The class of rate limit that it falls under."""
        if self.rate is not None:
            return self.rate
        return "read" if self.method == "GET" else "write"
