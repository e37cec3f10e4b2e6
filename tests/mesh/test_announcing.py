"""The life of an announcement: made, renewed each day, refused, taken back; on a network that we play."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from types import SimpleNamespace
from typing import Any

import pytest
import zeroconf
import zeroconf.asyncio

from canopy.ground.clock import ManualClock
from canopy.ground.ids import NodeId
from canopy.mesh import discovery
from canopy.mesh.discovery import DAY_MS, SERVICE, Discovery, announced
from tests.mesh.housed import until

HERE, OTHER = (NodeId(bytes([number]) * 32) for number in (1, 2))


class Network:
    """Stands in for the library: what was announced, and what can be learned of others."""

    def __init__(self) -> None:
        self.announced: list[str] = []
        self.refuses: list[BaseException] = []
        self.known: dict[str, Any] = {}
        self.hears: Callable[..., None] = lambda *_: None
        self.open = 0
        self.closed = False
        self.interfaces: list[str] = []
        self.zeroconf = None

    def __call__(self, *, interfaces: list[str], ip_version: object) -> "Network":
        if self.refuses and isinstance(self.refuses[0], OSError):
            raise self.refuses.pop(0)
        self.interfaces = interfaces
        return self

    def browse(self, _: object, service: str, handlers: list[Callable[..., None]]) -> "Network":
        assert service == SERVICE
        (self.hears,) = handlers
        return self

    async def async_register_service(self, info: Any) -> None:
        if self.refuses:
            raise self.refuses.pop(0)
        self.announced.append(info.name)

    async def async_unregister_service(self, info: Any) -> None:
        self.announced.remove(info.name)

    async def async_get_service_info(self, service: str, name: str, milliseconds: int) -> Any:
        found = self.known.get(name)
        if isinstance(found, BaseException):
            raise found
        return found

    async def async_cancel(self) -> None:
        self.hears = lambda *_: None

    async def async_close(self) -> None:
        self.closed = True

    def say(self, key: str, state: str = "Added", **learned: Any) -> None:
        """Somebody announces itself, or says goodbye."""
        self.known[f"{key}.{SERVICE}"] = SimpleNamespace(
            properties={b"h": key.encode()}, parsed_addresses=lambda: ["10.0.0.2"], port=7771
        )
        self.known |= learned
        self.hears(None, SERVICE, f"{key}.{SERVICE}", SimpleNamespace(name=state))


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Network:
    one = Network()
    monkeypatch.setattr(zeroconf.asyncio, "AsyncZeroconf", one)
    monkeypatch.setattr(zeroconf.asyncio, "AsyncServiceBrowser", one.browse)
    return one


@contextlib.asynccontextmanager
async def running(clock: ManualClock) -> AsyncIterator[Discovery]:
    one = Discovery(HERE, ["10.0.0.1"], 7771, clock, lambda: None)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(one.run())
        yield one
        task.cancel()


def test_it_is_announced_and_taken_back(network: Network) -> None:
    async def story() -> None:
        async with running(ManualClock()):
            await until(lambda: len(network.announced) == 1)
            assert network.interfaces == ["10.0.0.1"]
        assert network.closed

    asyncio.run(story())


def test_each_day_has_its_name(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        clock = ManualClock(20_000 * DAY_MS)
        monkeypatch.setattr(discovery, "REFRESH_SECONDS", 0.001)
        async with running(clock):
            await until(lambda: network.announced == [f"{announced(HERE, 20_000)}.{SERVICE}"])
            clock.advance(DAY_MS / 1000)
            await until(lambda: network.announced == [f"{announced(HERE, 20_001)}.{SERVICE}"])

    asyncio.run(story())


@pytest.mark.parametrize("fault", [zeroconf.NonUniqueNameException(), zeroconf.NotRunningException()])
def test_a_name_that_somebody_else_took_is_tried_again(
    network: Network, monkeypatch: pytest.MonkeyPatch, fault: BaseException
) -> None:
    """A copy of this node, or a stranger who answers to any name: neither may end more than the announcement."""

    async def story() -> None:
        network.refuses = [fault, fault]
        monkeypatch.setattr(discovery, "AGAIN_SECONDS", 0.001)
        async with running(ManualClock()) as one:
            await until(lambda: len(network.announced) == 1)
            network.say(announced(OTHER, 1))
            await until(lambda: len(one.found()) == 1)

    asyncio.run(story())


def test_a_machine_without_multicast_is_told_so_once(
    network: Network, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> None:
        network.refuses = [OSError(1, "not permitted")]
        await Discovery(HERE, ["10.0.0.1"], 7771, ManualClock(), lambda: None).run()

    asyncio.run(story())
    assert [record.message for record in caplog.records] == ["Nodes on this network cannot be found: not permitted."]


def test_neighbours_come_and_go(network: Network) -> None:
    async def story() -> None:
        key, odd = announced(OTHER, 1), f"odd.{SERVICE}"
        async with running(ManualClock()) as one:
            await until(lambda: len(network.announced) == 1)
            network.known[odd] = zeroconf.BadTypeInNameException()
            network.hears(None, SERVICE, odd, SimpleNamespace(name="Added"))
            network.hears(None, SERVICE, f"unknown.{SERVICE}", SimpleNamespace(name="Added"))
            network.hears(None, SERVICE, f"unknown.{SERVICE}", SimpleNamespace(name="Removed"))
            network.say(key)
            await until(lambda: [found.key for found in one.found()] == [key])
            network.say(key, "Removed")
            await until(lambda: one.found() == [])

    asyncio.run(story())
