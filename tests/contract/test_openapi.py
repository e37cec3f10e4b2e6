"""Every route does what OpenAPI says of it, asked 20 times as described and 20 times otherwise.

No answer of 5xx, no status that is not described, no body of another form.
"""

from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok

from canopy import installed
from canopy.edge import openapi
from canopy.edge.routes import ROUTES as OWN
from tests.contract.conftest import Living

pytestmark = pytest.mark.slow

ROUTES = (*OWN, *(route for room in installed.ROOMS for route in room.routes))
EXAMPLES = 20
ENDLESS = dict.fromkeys(("/api/v1/events/stream", "/api/v1/mentions/stream"), "answers until the caller hangs up")
ALIASES = ("/mentions/acknowledge", "/mentions/acknoledge", "/ack", "/acknowledge", "/acknoledge")
"""Other names of one route, which tests/edge/test_surface.py compares."""

SCHEMA = schemathesis.openapi.from_dict(openapi.describe(ROUTES))
FOUND: list[Any] = [found.ok() for found in SCHEMA.get_all_operations() if isinstance(found, Ok)]
OPERATIONS = [one for one in FOUND if one.path not in ENDLESS and one.path.removeprefix("/api/v1") not in ALIASES]
POSITIVE, NEGATIVE = GenerationMode.POSITIVE, GenerationMode.NEGATIVE
ASKED = [
    pytest.param(operation, mode, id=f"{operation.label} {mode.value}")
    for operation in OPERATIONS
    for mode in (POSITIVE, NEGATIVE)
    # What takes nothing cannot be asked otherwise than as described.
    if mode is POSITIVE or operation.definition.raw["parameters"] or "requestBody" in operation.definition.raw
]
CONFORMS: list[Any] = [
    not_a_server_error,
    *(
        schemathesis.checks.CHECKS.get_one(name)
        for name in ("status_code_conformance", "content_type_conformance", "response_schema_conformance")
    ),
]


class Asked:
    """The node, and ids of things that it has."""

    def __init__(self, living: Living) -> None:
        self.living = living
        local = living.local
        message = living.run(local.say("hello"))
        self.ids = {
            "channel_id": "general",
            "message_id": message["id"],
            "user_id": local.user_id,
            "reaction_type": "like",
            "id": message["id"],
        }

    def ask(self, case: Case[Any]) -> Any:
        sent = requests.Request(
            **{
                name: value
                for name, value in case.as_transport_kwargs(base_url="http://localhost").items()
                if name in ("method", "url", "headers", "data", "json", "params", "cookies")
            }
        ).prepare()
        body = sent.body if sent.body is not None else b""
        return self.living.run(
            self.living.local.client.request(
                sent.method or "GET",
                sent.url or "",
                content=body if isinstance(body, bytes | str) else b"",
                headers={**sent.headers, "X-API-Key": self.living.local.key or ""},
            )
        )


@pytest.fixture(scope="module")
def asked(living: Living) -> Asked:
    return Asked(living)


@pytest.mark.parametrize(("operation", "mode"), ASKED)
def test_a_route_keeps_to_its_description(asked: Asked, operation: Any, mode: GenerationMode) -> None:
    @seed(4)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), known=st.booleans())
    def run(case: Case[Any], known: bool) -> None:
        if known:
            case.path_parameters = {**(case.path_parameters or {}), **_known(asked, operation.path)}
        if case.query and "wait" in case.query:
            case.query = {**case.query, "wait": "0"}
        case.validate_response(asked.ask(case), checks=CONFORMS)

    run()


def _known(asked: Asked, path: str) -> dict[str, str]:
    return {name: value for name, value in asked.ids.items() if f"{{{name}}}" in path}
