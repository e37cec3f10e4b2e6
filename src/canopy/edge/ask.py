"""One request as an endpoint sees it: who asks, what they sent, and the node that answers."""

import contextlib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeVar, get_args, get_origin
from urllib.parse import urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from canopy.crypto.passwords import RULES, broken_rules
from canopy.edge import act, identify
from canopy.edge.principal import Principal
from canopy.edge.route import Route
from canopy.ground.codec import from_json, to_json
from canopy.ground.errors import (
    ContentTooLarge,
    InvalidJson,
    InvalidParameter,
    InvalidRequest,
    NotFound,
    PreconditionFailed,
    Unauthenticated,
)
from canopy.ground.instants import parse_instant
from canopy.ground.text import clean_name, is_storable, is_token
from canopy.log.db import Read

if TYPE_CHECKING:
    from canopy.edge.core import Core

T = TypeVar("T")

_SECONDS = re.compile(r"[0-9]{1,12}(\.[0-9]{1,9})?")
_WHOLE = re.compile(r"-?[0-9]{1,100}")

LIMIT = 200
LIMIT_LONG = 500
"""The most rows of a list, and of a list of stream or peer events (REST section 0.6)."""


class Ask:
    """A request on its way through one endpoint."""

    def __init__(
        self,
        core: "Core",
        request: Request,
        route: Route,
        principal: Principal | None,
        body: bytes,
        path: dict[str, str],
    ) -> None:
        self.core = core
        self.request = request
        self.route = route
        self.body = body
        self.path = path
        self._principal = principal

    @property
    def principal(self) -> Principal:
        """Who asks. Raises Unauthenticated on routes that nobody signed."""
        if self._principal is None:
            raise Unauthenticated
        return self._principal

    @property
    def someone(self) -> Principal | None:
        """Who asks, if anybody said."""
        return self._principal

    @property
    def address(self) -> str:
        """From where the request came."""
        return self.request.client.host if self.request.client else ""

    def identify_again(self) -> None:
        """Learn anew who asks, after a wait in which their key may have ended. Raises as for a request made now."""
        self._principal = identify.identify(self.core, self.request, self.address)
        identify.check_permission(self.route, self._principal)

    # What was sent.

    def decode(self, kind: type[T]) -> T:
        """The JSON body as a struct. Raises InvalidJson or InvalidRequest with the fields at fault."""
        try:
            self.body.decode("utf-8")
            return msgspec.json.decode(self.body or b"{}", type=kind)
        except msgspec.ValidationError as error:
            # A field of the wrong type is met before what follows is read, which may be no JSON at all.
            _check_json(self.body or b"{}")
            raise _invalid_field(str(error), kind) from error
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise InvalidJson(f"The body is not valid JSON in UTF-8: {error}.") from error

    def query(self, name: str, default: str = "") -> str:
        """One query parameter. Raises InvalidParameter for text that cannot be stored."""
        value = self.request.query_params.get(name, default)
        if not is_storable(value):
            raise InvalidParameter(f"The parameter {name} holds characters that cannot be stored.", parameter=name)
        return value

    def number(self, name: str, default: int, *, least: int = 0, most: int = 2**63 - 1) -> int:
        """An integer parameter; above `most` it is clamped. Raises InvalidParameter."""
        text = self.request.query_params.get(name)
        if text is None:
            return default
        value = int(text) if _WHOLE.fullmatch(text) else None
        if value is None or value < least:
            raise InvalidParameter(f"The parameter {name} must be a whole number of at least {least}.", parameter=name)
        return min(value, most)

    def limit(self, default: int, most: int = LIMIT) -> int:
        """The `limit` of a list."""
        return self.number("limit", default, least=1, most=most)

    def place(self) -> int:
        """The `cursor` of a list whose places are numbers; 0 for the beginning. Raises InvalidParameter."""
        cursor = self.query("cursor")
        if cursor and not (cursor.isascii() and cursor.isdigit() and len(cursor) < 19):
            raise InvalidParameter("This cursor is not one of ours.", parameter="cursor")
        return int(cursor or 0)

    def since(self) -> int:
        """The parameter `since`, ISO 8601 or Unix seconds, as Unix milliseconds; 0 without. Raises InvalidParameter."""
        text = self.query("since")
        if not text:
            return 0
        if _SECONDS.fullmatch(text):
            return round(float(text) * 1000)
        try:
            return parse_instant(text)
        except (ValueError, OverflowError) as error:
            raise InvalidParameter("since is an ISO 8601 time or Unix seconds.", parameter="since") from error

    def flag(self, name: str, default: bool = False) -> bool:
        """A yes-or-no parameter: 1, true, yes, on are true, anything else is not."""
        text = self.request.query_params.get(name)
        return default if text is None else text.lower() in {"1", "true", "yes", "on"}

    def rendered(self) -> bool:
        """Whether texts are wanted as HTML too (`render=html`). Raises InvalidParameter."""
        wanted = self.query("render")
        if wanted not in ("", "html"):
            raise InvalidParameter("render is html, or left out.", parameter="render", allowed=["html"])
        return bool(wanted)

    def token(self, name: str) -> str:
        """A path parameter that names something. Raises InvalidParameter."""
        value = self.path[name]
        if not is_token(value):
            raise InvalidParameter(f"{name} has characters that no id has.", parameter=name)
        return value

    def text(self, name: str) -> str:
        """A path parameter that is no id. Raises InvalidParameter for text that cannot be stored."""
        value = self.path[name]
        if not is_storable(value):
            raise InvalidParameter(f"{name} holds characters that cannot be stored.", parameter=name)
        return value

    def expected(self) -> frozenset[str] | None:
        """The versions of which If-Match demands one, or None when it demands nothing."""
        header = self.header("if-match")
        return None if header is None else frozenset(_tags(header))

    def header(self, name: str) -> str | None:
        """One header."""
        return self.request.headers.get(name)

    def hang_up(self, *whose: str) -> None:
        """End the streams of keys, sessions or users: their pages and programs learn of it and ask anew."""
        if self.core.streams is not None:
            for who in whose:
                self.core.streams.end_of(who)

    # Answering.

    @contextlib.contextmanager
    def reading(self) -> Iterator[Read]:
        """A snapshot of the database."""
        with self.core.database.read() as tx:
            yield tx

    async def perform(
        self,
        action: act.Action[T],
        wish: T,
        answer: act.Answering,
        *,
        status: int = 201,
        client_id: str | None = None,
        shown_once: bool = False,
    ) -> Response:
        """Let the writer carry out an action and answer after the commit. What is `shown_once` is a secret, which is
        told again to the same key or session alone."""
        repeats = act.Repeats.of(self, client_id, as_it_was=shown_once)
        done = await act.perform(self.core, self.principal, wish, action, answer, repeats, status)
        return respond(done.body, done.status, {"Idempotent-Replay": "true"} if done.replayed else {})

    def answer(self, value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
        """A JSON answer."""
        return respond(to_json(value), status, headers or {})

    def listing(self, key: str, rows: Sequence[Any], next_cursor: str | None, **more: Any) -> Response:
        """A list with its paging keys and Link header (REST section 0.6)."""
        value = {key: rows, "count": len(rows), "next_cursor": next_cursor, "has_more": next_cursor is not None, **more}
        headers = {}
        if next_cursor is not None:
            asked = [(name, text) for name, text in self.request.query_params.multi_items() if name != "cursor"]
            headers["Link"] = f'<{self.request.url.path}?{urlencode([*asked, ("cursor", next_cursor)])}>; rel="next"'
        return self.answer(value, headers=headers)

    def sliced(self, key: str, rows: Sequence[Any], default: int = LIMIT) -> Response:
        """A page of rows that are all at hand; the cursor counts them."""
        limit, start = self.limit(default), self.place()
        end = start + limit
        return self.listing(key, rows[start:end], str(end) if len(rows) > end else None)

    def item(self, value: Any, version: str) -> Response:
        """One item with its ETag; 304 when the caller holds this version."""
        tag = f'"{version}"'
        if not {tag, "*"}.isdisjoint(_tags(self.header("if-none-match"))):
            return Response(status_code=304, headers={"ETag": tag})
        return self.answer(value, headers={"ETag": tag})

    def held(self, data: bytes, media: str, version: str, headers: Mapping[str, str]) -> Response:
        """Bytes that are no JSON, with their ETag; 304 when the caller holds this version."""
        tagged = {**headers, "ETag": f'"{version}"'}
        if not {tagged["ETag"], "*"}.isdisjoint(_tags(self.header("if-none-match"))):
            return Response(status_code=304, headers=tagged)
        return Response(data, 200, tagged, media)


def respond(body: bytes, status: int, headers: Mapping[str, str]) -> Response:
    """A JSON response with a ready body."""
    return Response(body, status, dict(headers), "application/json")


def found(value: T | None, sentence: str | None = None, code: str = "not_found") -> T:
    """The value, or NotFound: the same for absent and hidden things."""
    if value is None:
        raise NotFound(sentence, code=code)
    return value


def check_version(expected: frozenset[str] | None, version: str) -> None:
    """Raise PreconditionFailed when the caller read another version of an item than the one that is to change."""
    if expected is not None and expected.isdisjoint({f'"{version}"', "*"}):
        raise PreconditionFailed


def check_text(value: str, field: str, most: int, *, code: str = "content_too_large") -> str:
    """A text field within its limit and storable. Raises InvalidRequest, or a 413 with `max_chars`."""
    if not is_storable(value):
        raise invalid(field, "invalid_text", f"{field} holds characters that cannot be stored.")
    if len(value) > most:
        raise ContentTooLarge(f"{field} may have at most {most:,} characters.", code=code, max_chars=most, field=field)
    return value


def check_name(value: str, field: str, most: int) -> str:
    """A cleaned one-line name within its limit. Cleaning may lengthen it, so it is measured afterwards too."""
    return check_text(clean_name(check_text(value, field, most)), field, most)


def check_password(password: str, handle: str, field: str) -> None:
    """Whether an account may have this password (decision 25). Raises InvalidRequest with the broken rules."""
    broken = broken_rules(password, handle)
    if broken:
        rules = [rule for rule in RULES if rule["code"] in broken]
        sentence = "This password is not accepted: " + "; ".join(rule["text"] for rule in rules) + "."
        raise invalid(field, broken[0], sentence, code="weak_password", rules=rules)


def invalid(field: str, why: str, sentence: str, **details: Any) -> InvalidRequest:
    """An error about one field."""
    return InvalidRequest(sentence, errors=[{"field": field, "code": why}], **details)


def _tags(header: str | None) -> set[str]:
    return {tag.strip().removeprefix("W/") for tag in (header or "").split(",")}


def _check_json(body: bytes) -> None:
    try:
        from_json(body)
    except (msgspec.DecodeError, RecursionError) as error:
        raise InvalidJson(f"The body is not valid JSON in UTF-8: {error}.") from error


def _invalid_field(message: str, kind: type) -> InvalidRequest:
    """msgspec says `Expected str, got int - at $.name` or `... missing required field `name``."""
    field = message.rpartition("$.")[2].rstrip("`") if "$." in message else ""
    why, code, details = "invalid", "invalid_request", {}
    if "missing required field" in message:
        missing = message.partition("missing required field `")[2].partition("`")[0]
        field, why = (f"{field}.{missing}" if field else missing), "required"
    elif message.startswith("Invalid enum value"):
        details["allowed"] = _allowed(kind, field)
    elif message.startswith(("Expected `int", "Integer value", "Number out of range")):
        why = code = "invalid_parameter"
    return invalid(field, why, f"The request is not of the expected form: {message}.", code=code, **details)


def _allowed(kind: type, field: str) -> list[Any]:
    """The values that a field of a struct takes, or its items if it is a list."""
    name = field.partition("[")[0]
    return [
        value for known in msgspec.structs.fields(kind) if known.encode_name == name for value in _values(known.type)
    ]


def _values(hint: Any) -> list[Any]:
    if get_origin(hint) is Literal:
        return list(get_args(hint))
    return [value for part in get_args(hint) for value in _values(part)]
