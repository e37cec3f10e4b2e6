"""OpenAPI 3.1 out of the declared routes: what the document says is what `http` serves, because both read one list."""

import re
from functools import lru_cache
from typing import Any

import msgspec

from canopy import __version__
from canopy.edge.examples import example_of
from canopy.edge.route import NOBODY, Route

REF = "#/components/schemas/{name}"
_ID = {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,100}$"}
_TEXT = {"type": "string", "minLength": 1}
_PARAMETER = re.compile(r"{(\w+)}")


class Problem(msgspec.Struct, kw_only=True):
    """What every error looks like (RFC 9457, plus `error`)."""

    error: str
    message: str
    type: str
    title: str
    status: int | str
    detail: str
    code: str
    instance: str
    request_id: str
    errors: list[dict[str, str]] = []
    allowed: list[str] = []


@lru_cache(maxsize=1)
def describe(routes: tuple[Route, ...]) -> dict[str, Any]:
    """The whole document."""
    models = [model for route in routes for model in (route.request, route.response, route.query) if model is not None]
    schemas, components = msgspec.json.schema_components([*models, Problem], ref_template=REF)
    by_model = {id(model): schema for model, schema in zip([*models, Problem], schemas, strict=True)}
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        path = route.path if route.bare else f"/api/v1{route.path}"
        paths.setdefault(path, {})[route.method.lower()] = _operation(route, by_model)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Canopy",
            "version": __version__,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"key": []}, {"bearer": []}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
                "bearer": {"type": "http", "scheme": "bearer"},
            },
        },
    }


def _operation(route: Route, by_model: dict[int, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": f"{route.method.lower()}{re.sub(r'[^a-z0-9]+', '_', route.path.lower())}",
        "summary": route.summary,
        "parameters": [*_path_parameters(route), *_query_parameters(route)],
        "responses": _responses(route, by_model),
    }
    if route.permission == NOBODY:
        operation["security"] = []
    else:
        operation["x-permission"] = str(route.permission)
    if route.request is not None:
        example = example_of(route.request, request=True)
        content = {"application/json": {"schema": by_model[id(route.request)], "example": example}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _path_parameters(route: Route) -> list[dict[str, Any]]:
    found = []
    for name in _PARAMETER.findall(route.path):
        schema = _TEXT if name in route.texts else _ID
        found.append({"name": name, "in": "path", "required": True, "schema": schema})
    return found


def _query_parameters(route: Route) -> list[dict[str, Any]]:
    if route.query is None:
        return []
    found = []
    for field in msgspec.structs.fields(route.query):
        schema = msgspec.json.schema(field.type)
        found.append({"name": field.name, "in": "query", "required": False, "schema": schema})
    return found


def _responses(route: Route, by_model: dict[int, Any]) -> dict[str, Any]:
    content = {"schema": by_model[id(route.response)]}
    if route.media == "application/json":
        content["example"] = example_of(route.response)
    good = {"description": "Done", "content": {route.media: content}}
    responses: dict[str, Any] = {str(route.status): good}
    for status in route.also:
        responses[str(status)] = (
            {"description": "Not modified"} if status == 304 else {**good, "description": "The same"}
        )
    bad = {"description": "A problem", "content": {"application/json": {"schema": by_model[id(Problem)]}}}
    for status in sorted({*route.errors, 421, 429, 503}):
        responses.setdefault(str(status), bad)
    return responses
