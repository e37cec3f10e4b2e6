"""Real nodes that are linked with each other, for black-box tests, browser tests and benchmarks."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tests.e2e.node import Node

WAIT_SECONDS = 10.0


def wait_until(reached: Callable[[], bool], what: str, seconds: float = WAIT_SECONDS, poll: float = 0.02) -> float:
    """The seconds that it took; an assertion with `what` when it did not come."""
    begun = time.monotonic()
    while not reached():
        assert time.monotonic() - begun < seconds, f"not within {seconds} s: {what}"
        time.sleep(poll)
    return time.monotonic() - begun


def invite_of(node: Node) -> str:
    """A code that one other node may use."""
    return str(node.call("GET", "/p2p/invite")["invite_code"])


def link(one: Node, other: Node) -> Any:
    """`other` imports a code of `one`; the answer."""
    return other.call("POST", "/p2p/invite/import", {"invite_code": invite_of(one)})


def peers(node: Node) -> list[dict[str, Any]]:
    """The peers of a node, with their states."""
    found: list[dict[str, Any]] = node.call("GET", "/p2p/peers")["peers"]
    return found


def syncing(node: Node) -> int:
    """With how many others events flow."""
    return sum(peer["state"] == "connected_syncing" for peer in peers(node))


def is_level(node: Node) -> bool:
    """Whether all links that stand were seen to hold the same."""
    linked = [peer for peer in peers(node) if peer["state"] == "connected_syncing"]
    return bool(linked) and all(peer["level_with_us"] for peer in linked)


def words(node: Node) -> list[str]:
    """What #general shows, oldest first."""
    return [message["content"] for message in node.messages()]


@contextmanager
def nodes(folder: Path, *names: str, env: dict[str, str] | None = None) -> Iterator[list[Node]]:
    """Nodes that run and are set up."""
    with ExitStack() as stack:
        started = [stack.enter_context(Node(folder / name, env=env)) for name in names]
        for node in started:
            node.setup(node.root.name)
        yield started
