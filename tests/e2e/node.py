"""A real node in its own process, for black-box tests, browser tests and benchmarks.

It knows the contract of running.md and nothing of the code behind it. Every wait is bounded and polls for a
state; what the node printed is kept in a file and shown when something fails.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import TracebackType
from typing import Any, Self

START_SECONDS = 15.0
STOP_SECONDS = 5.0
POLL_SECONDS = 0.01
PASSWORD = "correct horse battery staple 7"
GENERAL = "general"


class NodeFailed(AssertionError):
    """The node did not do what running.md says; the text ends with what it printed."""


@dataclass(frozen=True)
class Answer:
    """One HTTP answer; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Finished:
    """A command that ran to its end."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    def states(self) -> list[str]:
        """Of a `doctor --json`: ok, warn or fail, one per check."""
        found = [str(check["state"]) for check in self.json["checks"]]
        assert found, "the doctor checked nothing"
        return found


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Ours without any setting of the person who runs the tests. Limits are off unless a test wants them."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CANOPY_")}
    return {**kept, "CANOPY_RATE_LIMITS": "off", "CANOPY_KEY_STORAGE": "file", **(extra or {})}


def canopy(
    *arguments: str,
    env: Mapping[str, str] | None = None,
    seconds: float = 15.0,
    prefix: Sequence[str] = (),
) -> Finished:
    """Run one command line to its end; `prefix` is a command that runs it."""
    done = subprocess.run(
        [*prefix, sys.executable, "-m", "canopy", *arguments],
        env=environment(env),
        capture_output=True,
        text=True,
        timeout=seconds,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    return Finished(done.returncode, done.stdout, done.stderr)


class Node:
    """`with Node(root) as node:` starts it and kills what is left of it at the end."""

    def __init__(
        self,
        root: Path,
        *,
        port: int = 0,
        mesh_port: int = 0,
        env: Mapping[str, str] | None = None,
        options: Sequence[str] = ("--no-lan-discovery",),
    ) -> None:
        self.root = root
        self.wanted_port = port
        self.env = dict(env or {})
        self.options = tuple(options)
        self.port = port
        self.wanted_mesh_port = self.mesh_port = mesh_port
        self.process: subprocess.Popen[bytes] | None = None
        self.log = root.parent / f"{root.name}.log"
        self.key = ""

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            error.add_note(self.printed())
        self.kill()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self.process is not None, "the node is not running"
        return self.process.pid

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def arguments(self) -> list[str]:
        addresses = ["--host", "127.0.0.1", "--port", str(self.wanted_port)]
        addresses += ["--mesh-port", str(self.wanted_mesh_port)]
        return ["run", "--data-root", str(self.root), *addresses, *self.options]

    def start(self) -> Self:
        """Returns when the node says that it is ready."""
        assert not self.running, "the node is running already"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "canopy", *self.arguments()],
                env=environment(self.env),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._await("publish node.json", self._published)
        self._await("become ready", self._ready)
        return self

    def _await(self, what: str, reached: Callable[[], bool]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not reached():
            if not self.running:
                assert self.process is not None
                raise NodeFailed(f"exit {self.process.returncode} before it could {what}\n{self.printed()}")
            if time.monotonic() > deadline:
                self.kill()
                raise NodeFailed(f"did not {what} within {START_SECONDS} s\n{self.printed()}")
            time.sleep(POLL_SECONDS)

    def _published(self) -> bool:
        """node.json of this very process: a killed one leaves its file behind."""
        try:
            found = json.loads((self.root / "node.json").read_bytes())
        except (FileNotFoundError, ValueError):
            return False
        if found["pid"] != self.pid:
            return False
        self.port, self.mesh_port = int(found["port"]), int(found["mesh_port"])
        return True

    def _ready(self) -> bool:
        try:
            return self.request("GET", "/readyz", seconds=2).status == 200
        except (OSError, HTTPException):
            return False

    def kill(self) -> None:
        """kill -9, as a power cut looks to the process."""
        if self.process is None:
            return
        self.process.kill()
        self.process.wait(timeout=10)

    def stop(self, *, interrupt: bool = False) -> float:
        """SIGTERM (or SIGINT); the seconds it took. Anything but exit 0 in time is a failure."""
        assert self.process is not None, "the node is not running"
        begun = time.monotonic()
        self.process.send_signal(signal.SIGINT if interrupt else signal.SIGTERM)
        try:
            code = self.process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise NodeFailed(f"did not stop within {STOP_SECONDS} s\n{self.printed()}") from None
        if code != 0:
            raise NodeFailed(f"exit {code} after SIGTERM\n{self.printed()}")
        return time.monotonic() - begun

    def restart(self, *, same_port: bool = True) -> Self:
        """Stop it if it runs, and start it again; clients that remember the address find it there."""
        if self.running:
            self.stop()
        self.wanted_port = self.port if same_port else 0
        self.wanted_mesh_port = self.mesh_port if same_port else 0
        return self.start()

    def doctor(self) -> Finished:
        """Its opinion of the data root, whether the node runs or not."""
        return canopy("doctor", "--json", "--data-root", str(self.root), env=self.env, seconds=60)

    def printed(self) -> str:
        """The last of what the node wrote."""
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return f"--- {self.log} ---\n{text[-8000:]}"

    def request(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        key: str | None = None,
        headers: Mapping[str, str] | None = None,
        seconds: float = 10.0,
    ) -> Answer:
        """One call on its own connection; `body` is sent as JSON, bytes as they are."""
        sent = {"Connection": "close", **(headers or {})}
        if key:
            sent["X-API-Key"] = key
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
        raw = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        connection = HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        try:
            connection.request(method, path, raw, sent)
            answer = connection.getresponse()
            return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def call(self, method: str, path: str, body: object = None, *, key: str | None = None) -> Any:
        """A call of the API that has to succeed; its JSON. Without `key`: as the owner."""
        answer = self.request(method, f"/api/v1{path}", body, key=self.key if key is None else key)
        if not 200 <= answer.status < 300:
            raise NodeFailed(f"{method} {path}: {answer.status} {answer.body!r}")
        return answer.json

    def setup(self, username: str = "owner", password: str = PASSWORD, display_name: str = "The Owner") -> str:
        """Make the first account; its key, which `call` uses from now on."""
        claim = (self.root / "setup-token").read_text().strip()
        body = {"claim": claim, "username": username, "password": password, "display_name": display_name}
        self.key = str(self.call("POST", "/setup", body, key="")["api_key"])
        return self.key

    def register(self, username: str, password: str = PASSWORD) -> str:
        """Make another account; its key."""
        made = self.call("POST", "/register", {"username": username, "password": password}, key="")
        return str(made["api_key"])

    def post(self, content: str, *, key: str | None = None) -> str:
        """Say something in #general; the message id."""
        body = {"channel_id": GENERAL, "content": content}
        return str(self.call("POST", "/channels/messages", body, key=key)["message"]["id"])

    def messages(self, *, key: str | None = None) -> list[dict[str, Any]]:
        """All of #general, oldest first, through the cursors."""
        found: list[dict[str, Any]] = []
        path = f"/channels/{GENERAL}/messages?order=created&limit=200"
        cursor = ""
        for _ in range(1_000):
            page = self.call("GET", path + cursor, key=key)
            found = page["messages"] + found
            if not page["has_more"]:
                return found
            cursor = f"&cursor={page['next_cursor']}"
        raise NodeFailed("the cursors of #general never end")
