"""Whatever a stranger does with HTTP itself, the node says no in its own words and goes on."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator

import pytest
from tests.e2e.hostile import LIST, POST, assert_problem, head, raw
from tests.e2e.node import PASSWORD, Node

MOST_BYTES = 16 * 2**20
LIMIT_BYTES = 2**20


def test_an_oversize_body_is_refused_unread(shared: Node) -> None:
    body = json.dumps({"channel_id": "general", "content": "x" * LIMIT_BYTES}).encode()
    announced = head(shared, "POST", POST, "Content-Type: application/json", f"Content-Length: {len(body)}")
    assert_problem(raw(shared, [announced, body]), 413)
    assert_problem(raw(shared, [head(shared, "POST", POST, "Content-Length: 99999999999")]), 413)


def test_an_endless_chunked_body_is_cut_off(shared: Node) -> None:
    def endless() -> Iterator[bytes]:
        yield head(shared, "POST", POST, "Content-Type: application/json", "Transfer-Encoding: chunked")
        for _ in range(MOST_BYTES // 65_536):
            yield b"10000\r\n" + b" " * 65_536 + b"\r\n"
        raise AssertionError(f"the node read {MOST_BYTES} bytes of a body")

    assert_problem(raw(shared, endless()), 413)
    assert shared.request("GET", "/readyz").status == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "localhost.evil.example", "127.0.0.1.evil.example", "", "a b"]
)
def test_a_foreign_host_is_not_served(host: str, shared: Node) -> None:
    answer = raw(shared, [head(shared, "GET", LIST, host=host)])
    assert_problem(answer, 400, 421)
    if host and " " not in host:
        assert_problem(answer, 421, code="host_not_allowed")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:1", "[::1]:7770", "box.local", "192.168.7.7:80", "LOCALHOST"])
def test_the_hosts_of_a_home_are_served(host: str, shared: Node) -> None:
    assert raw(shared, [head(shared, "GET", LIST, host=host)]).status == 200


def signed_in(node: Node) -> tuple[str, str]:
    """Cookie and CSRF token of a browser session."""
    answer = node.request("POST", "/api/v1/session", {"username": "owner", "password": PASSWORD, "remember": False})
    assert answer.status == 200, answer.body
    return answer.headers["set-cookie"].split(";")[0], str(answer.json["csrf_token"])


def test_a_cookie_serves_its_own_origin_only(shared: Node) -> None:
    cookie, token = signed_in(shared)
    own = f"http://127.0.0.1:{shared.port}"
    body = {"channel_id": "general", "content": "from the browser"}
    good = {"Cookie": cookie, "X-CSRFToken": token, "Origin": own}
    assert shared.request("POST", POST, body, headers=good).status == 201
    for origin in (
        "http://evil.example",
        "null",
        f"http://localhost:{shared.port}",
    ):
        answer = shared.request("POST", POST, body, headers={**good, "Origin": origin})
        assert_problem(answer, 403, code="bad_origin")
    for bad in ({**good, "X-CSRFToken": "x"}, {name: value for name, value in good.items() if name != "X-CSRFToken"}):
        assert_problem(shared.request("POST", POST, body, headers=bad), 403)


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/nowhere",
        "/api/nowhere",
        "/api/v1/channels/",
        f"{LIST}/",
        "/api/v1/../../etc/passwd",
        "/api/v1/%00",
        "/api/v1/channels/%2e%2e/messages",
    ],
)
def test_an_unknown_path_is_a_json_404(path: str, shared: Node) -> None:
    assert_problem(shared.request("GET", path, key=shared.key), 404, 400)


@pytest.mark.parametrize(
    ("method", "path"),
    [("DELETE", "/api/v1/health"), ("PUT", POST), ("TRACE", LIST), ("PROPFIND", LIST), ("POST", "/api/v1/health")],
)
def test_an_unknown_method_is_a_json_405(method: str, path: str, shared: Node) -> None:
    answer = shared.request(method, path, key=shared.key)
    assert_problem(answer, 405)
    assert answer.headers["allow"]


@pytest.mark.parametrize(
    "media", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
def test_another_media_type_is_refused(media: str, shared: Node) -> None:
    answer = shared.request(
        "POST", POST, b"channel_id=general&content=x", key=shared.key, headers={"Content-Type": media}
    )
    assert_problem(answer, 400, 415)


def test_missing_and_wrong_keys_are_told_apart(shared: Node) -> None:
    assert_problem(shared.request("GET", LIST), 401)
    for key in ("x", "a" * 43, "a" * 5_000, "é"):
        answer = raw(shared, [head(shared, "GET", LIST).replace(shared.key.encode(), key.encode("latin-1"))])
        assert_problem(answer, 403, code="invalid_key")
        assert "www-authenticate" in answer.headers


@pytest.mark.parametrize(
    "noise",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/9.9\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"x" * 200_000 + b"\r\n\r\n",
        b"GET /" + b"x" * 200_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"\r\n" * 1_000,
        b"BREW / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    ],
    ids=lambda noise: repr(noise[:50]),
)
def test_noise_on_the_wire_never_fells_the_node(noise: bytes, shared: Node) -> None:
    """Some of it never reaches our code; then the connection may close without a problem body."""
    with socket.create_connection(("127.0.0.1", shared.port), timeout=5) as wire:
        wire.sendall(noise)
        wire.shutdown(socket.SHUT_WR)
        wire.settimeout(5)
        try:
            answer = wire.recv(65_536)
        except ConnectionError:
            answer = b""
    assert not answer.startswith(b"HTTP/1.1 5"), answer
    assert shared.request("GET", "/readyz").status == 200
