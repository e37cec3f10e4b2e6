"""Under which addresses others may reach a node."""

import ifaddr
import pytest

from canopy.mesh import reach
from canopy.mesh.reach import addresses, candidates, is_loopback


def told(host: str, interfaces: list[str] | None = None) -> list[tuple[str, str]]:
    return [(one.address, one.kind) for one in candidates(host, 7771, interfaces)]


@pytest.mark.parametrize("host", ["0.0.0.0", "::", ""])
def test_a_node_bound_to_all_tells_all_but_loopback(host: str) -> None:
    assert told(host, ["127.0.0.1", "192.168.1.7", "10.0.0.2"]) == [
        ("ws://192.168.1.7:7771", "lan"),
        ("ws://10.0.0.2:7771", "lan"),
    ]


def test_a_machine_without_a_network_tells_loopback() -> None:
    assert told("0.0.0.0", ["127.0.0.1"]) == told("0.0.0.0", []) == [("ws://127.0.0.1:7771", "loopback")]


@pytest.mark.parametrize(
    ("host", "address", "kind"),
    [
        ("192.168.1.7", "ws://192.168.1.7:7771", "lan"),
        ("127.0.0.1", "ws://127.0.0.1:7771", "loopback"),
        ("localhost", "ws://localhost:7771", "loopback"),
        ("::1", "ws://[::1]:7771", "loopback"),
        ("fd00::7", "ws://[fd00::7]:7771", "lan"),
        ("node.example", "ws://node.example:7771", "lan"),
    ],
)
def test_a_node_bound_to_one_tells_that(host: str, address: str, kind: str) -> None:
    assert told(host, ["10.0.0.2"]) == [(address, kind)]
    assert is_loopback(host) is (kind == "loopback")


def test_addresses_are_those_of_the_machine_without_link_local_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    def adapter(*ips: object) -> ifaddr.Adapter:
        return ifaddr.Adapter("eth", "eth", [ifaddr.IP(ip, 24, "eth") for ip in ips])  # type: ignore[arg-type]

    found = [adapter("192.168.1.7", ("fe80::1", 0, 2)), adapter("8.8.8.8", "169.254.3.4", "192.168.1.7")]
    monkeypatch.setattr(ifaddr, "get_adapters", lambda: found)
    assert addresses() == ["8.8.8.8", "192.168.1.7"]
    assert [one.address for one in reach.candidates("0.0.0.0", 1)] == ["ws://8.8.8.8:1", "ws://192.168.1.7:1"]
