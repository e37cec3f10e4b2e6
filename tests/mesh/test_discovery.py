"""What is announced, who is recognised by it, and what is taken from others who announce."""

from types import SimpleNamespace
from typing import Any

import pytest
from blake3 import blake3

from canopy.ground.clock import ManualClock
from canopy.ground.ids import NodeId
from canopy.mesh.discovery import DAY_MS, MOST, SERVICE, Discovery, announced, recognises

HERE, OTHER = (NodeId(bytes([number]) * 32) for number in (1, 2))
DAY = 20_000
NOON = DAY * DAY_MS + DAY_MS // 2


class Told:
    """How often something changed."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> None:
        self.times += 1


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def discovery(told: Told) -> Discovery:
    return Discovery(HERE, ["10.0.0.1"], 7771, ManualClock(NOON), told)


def info(key: str, *, address: str | None = "10.0.0.2", port: int | None = 7771, **properties: Any) -> Any:
    """What the library tells of an announcement."""
    return SimpleNamespace(
        properties={b"v": b"1", b"h": key.encode(), **properties},
        parsed_addresses=lambda: [] if address is None else [address],
        port=port,
    )


def test_what_is_announced_is_a_hash_of_the_node_and_the_day() -> None:
    assert announced(OTHER, DAY) == blake3(OTHER + DAY.to_bytes(8, "big")).hexdigest()[:16]
    keys = {announced(node, day) for node in (HERE, OTHER) for day in range(DAY, DAY + 5)}
    assert len(keys) == 10
    assert all(len(key) == 16 and OTHER.hex()[:8] not in key for key in keys)


def test_a_node_is_recognised_within_a_day_of_clocks() -> None:
    key = announced(OTHER, DAY)
    assert [recognises(key, OTHER, NOON + days * DAY_MS) for days in (-2, -1, 0, 1, 2)] == [
        False,
        True,
        True,
        True,
        False,
    ]
    assert not recognises(key, HERE, NOON)


def test_what_others_announce_is_found(discovery: Discovery) -> None:
    key = announced(OTHER, DAY)
    assert discovery._take(info(key))
    (found,) = discovery.found()
    assert (found.key, found.address, found.port, found.seen, found.node) == (key, "10.0.0.2", 7771, NOON, None)
    assert discovery._take(info(key, address="10.0.0.3"))
    assert [one.address for one in discovery.found()] == ["10.0.0.3"]


def test_our_own_announcement_is_not_a_neighbour(discovery: Discovery) -> None:
    for day in (DAY - 1, DAY, DAY + 1):
        assert not discovery._take(info(announced(HERE, day)))
    assert discovery.found() == []


@pytest.mark.parametrize(
    "wrong",
    [
        info(""),
        info("short"),
        info("0" * 17),
        info("0" * 16, address=None),
        info("0" * 16, port=None),
        info("0" * 16, port=0),
        SimpleNamespace(properties=None, parsed_addresses=lambda: ["10.0.0.2"], port=1),
        SimpleNamespace(properties={b"h": None}, parsed_addresses=lambda: ["10.0.0.2"], port=1),
        SimpleNamespace(properties={b"h": b"\xff" * 15}, parsed_addresses=lambda: ["10.0.0.2"], port=1),
    ],
)
def test_what_cannot_be_dialled_is_not_taken(discovery: Discovery, wrong: Any) -> None:
    assert not discovery._take(wrong)
    assert discovery.found() == []


def test_a_key_that_is_no_hash_is_not_taken(discovery: Discovery) -> None:
    """It is shown to people, and stands in a path of the API."""
    for key in ("/../../admin/xyz", "<script>alert(1)", "ABCDEF0123456789", "ÿ" * 8, "z" * 16):
        assert not discovery._take(info(key)), key


def test_neighbours_have_a_bound_and_known_ones_stay(discovery: Discovery) -> None:
    for number in range(MOST):
        assert discovery._take(info(f"{number:016x}"))
    assert not discovery._take(info("f" * 16))
    assert discovery._take(info(f"{3:016x}", address="10.0.0.9"))
    assert len(discovery.found()) == MOST


def test_a_proof_is_kept_while_the_node_announces_itself(discovery: Discovery, told: Told) -> None:
    key = announced(OTHER, DAY)
    discovery.proven(key, OTHER)
    assert told.times == 0
    discovery._take(info(key))
    discovery.proven(key, OTHER)
    assert told.times == 1
    assert [one.node for one in discovery.found()] == [OTHER]
    discovery._take(info(key, address="10.0.0.3"))
    assert [(one.node, one.address) for one in discovery.found()] == [(OTHER, "10.0.0.3")]


def test_what_is_heard_waits_in_a_bounded_queue(discovery: Discovery) -> None:
    for number in range(MOST + 10):
        discovery._hear(None, SERVICE, f"{number:016x}.{SERVICE}", SimpleNamespace(name="Added"))
    assert discovery._heard_of.qsize() == MOST
    assert discovery._heard_of.get_nowait() == (f"{0:016x}.{SERVICE}", False)
    discovery._hear(None, SERVICE, "x", SimpleNamespace(name="Removed"))


def test_the_record_holds_a_hash_a_version_and_a_port(discovery: Discovery) -> None:
    record = discovery._info()
    key = announced(HERE, DAY)
    assert record.name == f"{key}.{SERVICE}"
    assert record.server == f"{key}.local."
    assert record.properties == {b"v": b"1", b"h": key.encode()}
    assert (record.port, record.parsed_addresses()) == (7771, ["10.0.0.1"])
