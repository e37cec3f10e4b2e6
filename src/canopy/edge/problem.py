"""Errors as callers get them: an RFC 9457 object that also carries `error` (REST section 0.5)."""

from http import HTTPStatus
from typing import Any

from starlette.responses import Response

from canopy.ground.codec import to_json
from canopy.ground.errors import CanopyError

PLAIN = "application/json"
PROBLEM = "application/problem+json"


def problem(error: CanopyError, path: str, request_id: str, accept: str = "", **headers: str) -> Response:
    """The response to an error. `details` of the error become members; `retry_after` becomes a header."""
    details = dict(error.details)
    if (seconds := details.pop("retry_after", None)) is not None:
        headers["Retry-After"] = str(seconds)
    elif error.retryable:
        headers["Retry-After"] = "1"
    if error.status in (401, 403):
        headers["WWW-Authenticate"] = 'Bearer realm="canopy"'
    if (allowed := details.pop("allow", None)) is not None:
        headers["Allow"] = allowed
    media = PROBLEM if PROBLEM in accept else PLAIN
    return Response(to_json(members(error, details, path, request_id)), error.status, headers, media)


def members(error: CanopyError, details: dict[str, Any], path: str, request_id: str) -> dict[str, Any]:
    """The body of a problem."""
    found = {
        "error": error.sentence,
        "message": error.sentence,
        "type": "about:blank",
        "title": HTTPStatus(error.status).phrase,
        "status": error.status,
        "detail": error.sentence,
        "code": error.actual_code,
        "instance": path,
        "request_id": request_id,
        **details,
    }
    if error.actual_code == "account_pending":
        # Clients test for this text where everybody else has a number.
        found["status"], found["http_status"] = "pending_approval", error.status
    return found
