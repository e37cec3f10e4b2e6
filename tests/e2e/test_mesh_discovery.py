"""Nodes on one network find each other, and exchange nothing before people say so."""

from __future__ import annotations

import re
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from blake3 import blake3
from tests.e2e.foreign import base58, read_code
from tests.e2e.network import ADDRESS, Sniffer, in_network
from tests.e2e.node import Node
from tests.e2e.pair import invite_of, peers, syncing, wait_until, words

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

DAY_SECONDS = 86_400


@contextmanager
def neighbours(folder: Path, *, trusting: tuple[str, ...] = ()) -> Iterator[tuple[Node, Node]]:
    """Two nodes that listen on all interfaces and look for others; some trust whom they find."""
    with started(folder / "one", "one" in trusting) as one, started(folder / "two", "two" in trusting) as two:
        yield one, two


@contextmanager
def started(root: Path, trusting: bool) -> Iterator[Node]:
    env = {"CANOPY_LAN_AUTO_TRUST": "true"} if trusting else {}
    with Node(root, env=env, options=("--host", "0.0.0.0")) as node:
        node.setup(f"owner-of-{root.name}", display_name=f"Person {root.name}")
        yield node


def the_other(node: Node) -> dict[str, Any] | None:
    """The only peer that a node knows, if it is linked."""
    linked = [peer for peer in peers(node) if peer["state"] != "offline"]
    return linked[0] if linked else None


def state(node: Node) -> str:
    peer = the_other(node)
    return "" if peer is None else str(peer["state"])


def found(node: Node) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = node.call("GET", "/p2p/peers")["discovered_peers"]
    return rows


def approve(node: Node) -> None:
    peer = the_other(node)
    assert peer is not None
    node.call("POST", f"/p2p/peers/{peer['peer_id']}/approve", {})


def events_held(node: Node) -> int:
    return int(node.call("GET", "/p2p/sync")["events"])


def test_neighbours_meet_and_wait_for_approval(tmp_path: Path) -> None:
    def story() -> None:
        with neighbours(tmp_path) as (one, two):
            one.post("of one")
            two.post("of two")
            before = events_held(one), events_held(two)
            for node in (one, two):
                wait_until(lambda node=node: state(node) == "connected_not_syncing", "the neighbour", 20)  # type: ignore[misc]
            peer = the_other(one)
            assert peer is not None
            assert peer["level"] == "unknown"
            wait_until(lambda: the_other(one)["display_name"].startswith("node-"), "its name")  # type: ignore[index]
            assert peer["words"] == two.call("GET", "/p2p/invite")["words"]
            assert peer["words"] != one.call("GET", "/p2p/invite")["words"]
            wait_until(lambda: [row["peer_id"] for row in found(one)] == [peer["peer_id"]], "who it is")
            one.post("not yet")
            approve(one)
            two.post("not yet either")
            assert state(one) == state(two) == "connected_not_syncing"
            assert words(one) == ["of one", "not yet"]
            assert words(two) == ["of two", "not yet either"]
            assert (events_held(one), events_held(two)) == (before[0] + 1, before[1] + 1)
            approve(two)
            for node in (one, two):
                wait_until(lambda node=node: len(words(node)) == 4, "the words of both")  # type: ignore[misc]
            assert words(one) == words(two)

    in_network(story)


def test_what_is_announced_tells_no_name_and_no_id(tmp_path: Path) -> None:
    def story() -> None:
        with Sniffer() as sniffer, neighbours(tmp_path) as (one, two):
            for node in (one, two):
                wait_until(lambda node=node: len(found(node)) == 1, "the neighbour", 20)  # type: ignore[misc]
            told = b"".join(sniffer.packets)
            day = int(time.time()) // DAY_SECONDS
            nodes = {read_code(invite_of(node)).node: node for node in (one, two)}
            keys = {blake3(node + day.to_bytes(8, "big")).hexdigest()[:16] for node in nodes}
            assert {row.decode() for row in re.findall(rb"h=([0-9a-f]{16})", told)} == keys
            assert {key for node in (one, two) for key in (row["key"] for row in found(node))} == keys
            assert {row["port"] for row in found(one)} == {two.mesh_port}
            assert {row["address"] for row in found(one)} == {ADDRESS}
            secrets = [socket.gethostname(), "Person", "owner-of", "node-", "one", "two", "root"]
            for identity in nodes:
                digest = blake3(identity).digest()
                secrets += [identity.hex(), base58(identity), base58(digest)[:8], digest.hex()[:8]]
                assert identity not in told
            lower = told.lower()
            assert b"_canopy" in lower
            assert [secret for secret in secrets if secret.lower().encode() in lower] == []

    in_network(story)


@pytest.mark.parametrize("trusting", [("one", "two"), ("one",), ("two",)])
def test_a_trusted_network_needs_both_sides(tmp_path: Path, trusting: tuple[str, ...]) -> None:
    def story() -> None:
        with neighbours(tmp_path, trusting=trusting) as (one, two):
            one.post("to all here")
            if len(trusting) == 2:
                wait_until(lambda: syncing(one) == syncing(two) == 1, "the trust of both", 20)
                wait_until(lambda: words(two) == ["to all here"], "the words")
                return
            believer, doubter = (one, two) if trusting == ("one",) else (two, one)
            wait_until(lambda: (the_other(believer) or {}).get("level") == "trusted", "the trust of one", 20)
            assert (the_other(doubter) or {}).get("level") == "unknown"
            assert state(one) == state(two) == "connected_not_syncing"
            assert words(two) == []
            approve(doubter)
            wait_until(lambda: words(two) == ["to all here"], "the words, once a person agreed")

    in_network(story)


def test_a_blocked_neighbour_stays_out(tmp_path: Path) -> None:
    def story() -> None:
        with neighbours(tmp_path, trusting=("one", "two")) as (one, two):
            wait_until(lambda: syncing(one) == syncing(two) == 1, "the trust of both", 20)
            peer = the_other(one)
            assert peer is not None
            one.call("POST", f"/p2p/peers/{peer['peer_id']}/block", {})
            wait_until(lambda: state(two) != "connected_syncing", "the end of the link")
            two.restart()
            two.post("after that")
            wait_until(lambda: len(found(two)) == 1, "the announcement", 20)
            assert [row["level"] for row in peers(one)] == ["blocked"]
            assert words(one) == []

    in_network(story)


def test_a_node_that_announces_itself_stops_in_time_and_says_goodbye(tmp_path: Path) -> None:
    def story() -> None:
        with neighbours(tmp_path) as (one, two):
            wait_until(lambda: len(found(one)) == 1, "the neighbour", 20)
            assert two.stop() < 5
            wait_until(lambda: found(one) == [], "the goodbye")
            two.restart()
            wait_until(lambda: len(found(one)) == 1, "the neighbour again", 20)
            # At once after it is ready, while the announcement is under way.
            one.restart()
            assert one.stop() < 5

    in_network(story)


def test_told_not_to_nobody_announces_anything(tmp_path: Path) -> None:
    """The premise of all other tests here: what the sniffer hears comes from these nodes."""

    def story() -> None:
        options = ("--host", "0.0.0.0", "--no-lan-discovery")
        with (
            Sniffer() as sniffer,
            Node(tmp_path / "quiet", options=options) as quiet,
            started(tmp_path / "loud", False),
        ):
            quiet.setup()
            wait_until(lambda: any(b"_canopy" in packet for packet in sniffer.packets), "the loud one", 20)
            day = int(time.time()) // DAY_SECONDS
            key = blake3(read_code(invite_of(quiet)).node + day.to_bytes(8, "big")).hexdigest()[:16]
            assert not any(key.encode() in packet for packet in sniffer.packets)
            assert found(quiet) == []

    in_network(story)


def test_a_copy_that_announces_the_same_name_takes_nobody_down(tmp_path: Path) -> None:
    """Or whoever wants to: a name on the network belongs to who says it first."""

    def story() -> None:
        with started(tmp_path / "one", False) as one:
            one.stop()
            shutil.copytree(one.root, tmp_path / "copy")
            with (
                Node(tmp_path / "copy", options=("--host", "0.0.0.0")) as copy,
                started(tmp_path / "two", False) as two,
            ):
                copy.key = one.key
                wait_until(lambda: len(found(two)) == 1, "the copy", 20)
                one.restart()
                wait_until(lambda: len(found(one)) == 1, "the neighbour", 20)
                wait_until(lambda: state(two) == "connected_not_syncing", "one of the copies", 20)
                assert one.call("GET", "/health")["status"] == copy.call("GET", "/health")["status"]
                copy.post("still here")
                one.post("here too")
                assert one.stop() < 5
                assert copy.stop() < 5

    in_network(story)
