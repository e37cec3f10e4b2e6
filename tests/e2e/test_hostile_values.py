"""Whatever values a caller sends, the answer is a 4xx that a person and a program understand, never a 5xx."""

from __future__ import annotations

import json

import pytest
from tests.e2e.hostile import LIST, POST, assert_problem, head, raw
from tests.e2e.node import Node

NOT_JSON = [
    b" ",
    b"{",
    b'{"channel_id": "general", "content": "x"',
    b"\xff\xfe\x00",
    b'{"channel_id": "general", "content": "\xc3\x28"}',
    b'{"channel_id": "general", "content": "\xed\xa0\x80"}',
    b'{"channel_id": "general", "content": NaN}',
    b'{"channel_id": "general", "content": "a\nb"}',
    b'{"a":' * 20_000,
    b'{"channel_id": ' + b"[" * 100_000,
    b'{"channel_id": "general"} trailing',
]


@pytest.mark.parametrize("body", NOT_JSON, ids=lambda body: repr(body[:40]))
def test_malformed_json_is_invalid_json(body: bytes, shared: Node) -> None:
    assert_problem(shared.request("POST", POST, body, key=shared.key), 400, code="invalid_json")


def test_no_body_at_all_is_refused(shared: Node) -> None:
    assert_problem(shared.request("POST", POST, b"", key=shared.key), 400)


@pytest.mark.parametrize(
    "body",
    [
        [],
        "text",
        7,
        None,
        {},
        {"channel_id": "general"},
        {"content": "x"},
        {"channel_id": 7, "content": "x"},
        {"channel_id": "general", "content": 7},
        {"channel_id": "general", "content": None},
        {"channel_id": "general", "content": ["x"]},
        {"channel_id": "general", "content": {"$gt": ""}},
        {"channel_id": "../../etc/passwd", "content": "x"},
        {"channel_id": "general\u0000", "content": "x"},
        {"channel_id": "g" * 101, "content": "x"},
        {"channel_id": "", "content": "x"},
        {"channel_id": "general", "content": ""},
        {"channel_id": "general", "content": " \n\t "},
        {"channel_id": "general", "content": "x", "ttl_seconds": "soon"},
        {"channel_id": "general", "content": "x", "ttl_seconds": -1},
        {"channel_id": "general", "content": "x", "ttl_mode": "eternal"},
        {"channel_id": "general", "content": "x", "expires_at": "yesterday"},
        {"channel_id": "general", "content": "x", "expires_at": "2001-01-01T00:00:00Z"},
        {"channel_id": "general", "content": "x", "parent_message_id": 3},
        {"channel_id": "general", "content": "x", "parent_message_id": "../x"},
        {"channel_id": "general", "content": "x", "client_id": "c" * 65},
        {"channel_id": "general", "content": "x", "security": {"unknown": 1}},
        {"channel_id": "general", "content": "x", "attachments": "all"},
    ],
    ids=repr,
)
def test_wrong_types_and_values_are_refused(body: object, shared: Node) -> None:
    raw_body = json.dumps(body).encode()
    before = len(shared.messages())
    assert_problem(shared.request("POST", POST, raw_body, key=shared.key), 400)
    assert len(shared.messages()) == before


@pytest.mark.parametrize("content", ["a\x00b", "\ud800", "x\udc00y", "\udfff\ud800"], ids=repr)
def test_text_that_is_no_text_is_refused(content: str, shared: Node) -> None:
    """NUL, and surrogates that JSON can spell and UTF-8 cannot."""
    answer = shared.request("POST", POST, {"channel_id": "general", "content": content}, key=shared.key)
    assert_problem(answer, 400)


@pytest.mark.parametrize(
    "content",
    [
        "\u202egnirts\u202c",
        "\u2066x\u2069",
        "e\u0301" * 50,
        "\U0010ffff",
        "\ufeffx",
        "👩‍👩‍👧‍👦",
        "\u200b\u200bx",
        "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚",
        "\x7f\x01x",
        "\u2028x",
    ],
    ids=ascii,
)
def test_odd_but_legal_text_never_breaks_the_node(content: str, shared: Node) -> None:
    answer = shared.request("POST", POST, {"channel_id": "general", "content": content}, key=shared.key)
    if answer.status == 201:
        kept = answer.json["message"]["content"]
        read = shared.call("GET", f"/channels/general/messages/{answer.json['message']['id']}")
        assert read["message"]["content"] == kept
    else:
        assert_problem(answer, 400)


@pytest.mark.parametrize(
    "value", ["-1", "0", "1.5", "many", "", "1e3", "٣", "9" * 400, "0x10", "%00", "1%202", "1_0", "%201"]
)
@pytest.mark.parametrize("path", [LIST, "/api/v1/channels", "/api/v1/events", "/api/v1/users"])
def test_bad_limits_are_refused(path: str, value: str, shared: Node) -> None:
    quoted = value if value.isascii() else "%D9%A3"
    answer = shared.request("GET", f"{path}?limit={quoted}", key=shared.key)
    if value == "9" * 400:
        assert answer.status in {200, 400}
    else:
        assert_problem(answer, 400, code="invalid_parameter")


@pytest.mark.parametrize(
    "query",
    [
        "order=sideways",
        "cursor=nonsense",
        "cursor=%ff%fe",
        "cursor=" + "A" * 5_000,
        "before=Mffffffffffffffffffffffff",
        "before=../x",
        "after=%00",
        "around=M1&before=M2",
    ],
)
def test_unknown_values_of_parameters_are_refused(query: str, shared: Node) -> None:
    shared.post("so that there is something to page")
    assert_problem(shared.request("GET", f"{LIST}?{query}", key=shared.key), 400)


@pytest.mark.parametrize("query", ["types=no.such.type", "after_seq=-1", "after_seq=x", "after_seq=1_0"])
@pytest.mark.parametrize("path", ["/api/v1/events", "/api/v1/events/stream"])
def test_bad_places_in_the_journal_are_refused(path: str, query: str, shared: Node) -> None:
    assert_problem(shared.request("GET", f"{path}?{query}", key=shared.key), 400)


def test_a_bad_last_event_id_is_refused(shared: Node) -> None:
    for value in ("x", "-5", "1 2", "1_0"):
        headers = {"Last-Event-ID": value}
        assert_problem(shared.request("GET", "/api/v1/events/stream", key=shared.key, headers=headers), 400)


def test_too_long_a_message_is_refused(shared: Node) -> None:
    body = {"channel_id": "general", "content": "x" * 50_001}
    answer = shared.request("POST", POST, body, key=shared.key)
    assert_problem(answer, 413, code="content_too_large")
    assert answer.json["max_chars"] == 50_000


@pytest.mark.parametrize("after", [2**40, 2**63 - 1, 10**40])
def test_a_place_beyond_the_journal_starts_anew(after: int, shared: Node) -> None:
    found = shared.call("GET", f"/events?after_seq={after}")
    assert found["reset"] is True
    assert found["next_after_seq"] == found["latest_seq"]


@pytest.mark.parametrize("value", ["", "k" * 129, "a b", "é", "a\tb"])
def test_a_bad_idempotency_key_is_refused(value: str, shared: Node) -> None:
    body = json.dumps({"channel_id": "general", "content": "x"}).encode()
    lines = ("Content-Type: application/json", f"Content-Length: {len(body)}", f"Idempotency-Key: {value}")
    assert_problem(raw(shared, [head(shared, "POST", POST, *lines) + body]), 400)


def test_one_idempotency_key_means_one_request(shared: Node) -> None:
    headers = {"Idempotency-Key": "means-one"}
    body = {"channel_id": "general", "content": "the first"}
    assert shared.request("POST", POST, body, key=shared.key, headers=headers).status == 201
    other = shared.request("POST", POST, {**body, "content": "another"}, key=shared.key, headers=headers)
    assert_problem(other, 422, code="idempotency_mismatch")
