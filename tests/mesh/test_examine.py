"""What doctor says of peers."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from canopy.features.messages.events import MessagePosted
from canopy.ground.clock import ManualClock
from canopy.log import scope, store
from canopy.log.catalog import Draft
from canopy.log.examine import Finding
from canopy.mesh import peerbook
from canopy.mesh.examine import MOST_NAMED, examine, examine_port
from canopy.mesh.links import STRANGERS
from tests.mesh.meeting import USER, Member, shake, talk

CODES = ["peers", "links", "approval", "peer_clocks"]


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[Member, Member]]:
    members = []
    for number in (1, 2):
        (tmp_path / str(number)).mkdir()
        members.append(Member(tmp_path / str(number), ManualClock(), number))
    yield members[0], members[1]
    for member in members:
        member.close()


def findings(member: Member) -> dict[str, Finding]:
    return {finding.code: finding for finding in examine(member.database)}


def test_a_node_without_peers_is_well(pair: tuple[Member, Member]) -> None:
    found = findings(pair[0])
    assert list(found) == CODES
    assert {finding.state for finding in found.values()} == {"ok"}


def test_what_peers_did_wrong_is_told_by_name_and_reason(pair: tuple[Member, Member]) -> None:
    here, other = pair
    here.database.write(lambda tx: peerbook.meet(tx, other.node))
    here.database.write(lambda tx: peerbook.set_card(tx, other.node, "Bob's", "1"))
    counted = [(other.node.hex(), "bad_signature")] * 3 + [(other.node.hex(), "overstepped"), (STRANGERS, "bad_frame")]
    for source, reason in counted:
        here.database.write(lambda tx, s=source, r=reason: store.COUNT_SOURCE.run(tx, source=s, reason=r))  # type: ignore[misc]
    found = findings(here)
    assert found["peers"].state == found["links"].state == "warn"
    assert "Bob's (" in found["peers"].sentence and "3 bad_signature" in found["peers"].sentence
    assert "overstepped" not in found["peers"].sentence
    assert "1 overstepped" in found["links"].sentence and "strangers 1 bad_frame" in found["links"].sentence


def test_who_waits_for_approval_is_named_and_of_many_some(pair: tuple[Member, Member]) -> None:
    here, other = pair
    here.trust(other)
    assert findings(here)["approval"].sentence == "No node waits for approval."
    for number in range(MOST_NAMED + 2):
        node = type(other.node)(number.to_bytes(32, "big"))
        here.database.write(lambda tx, node=node: peerbook.meet(tx, node))  # type: ignore[misc]
    assert findings(here)["approval"].sentence.endswith("and 2 more.")
    assert findings(here)["approval"].state == "ok"


def test_a_peer_whose_clock_is_ahead_is_named(pair: tuple[Member, Member]) -> None:
    here, other = pair
    here.trust(other)
    other.trust(here)
    other.clock.advance(3600.0)
    draft = Draft(scope=scope.GENERAL, user=USER, body=MessagePosted(content="from tomorrow"))
    other.database.write(lambda tx: other.door.do(tx, draft))
    talk(*shake(here, other))
    clocks = findings(here)["peer_clocks"]
    assert clocks.state == "warn"
    assert peerbook_name(here, other) in clocks.sentence


def peerbook_name(here: Member, other: Member) -> str:
    with here.database.read() as tx:
        peer = peerbook.find_peer(tx, other.node)
    assert peer is not None
    return peer.peer_id


def test_a_door_that_does_not_answer_is_found() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    found = examine_port("0.0.0.0", port)
    assert (found.state, found.code) == ("fail", "mesh_port")
    assert str(port) in found.sentence
