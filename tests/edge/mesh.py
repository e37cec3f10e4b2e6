"""A stand-in for the mesh on its boundary, sockets: answers what a test says, and notes what it was asked to do."""

from typing import Any

from canopy.crypto.keys import SigningKey
from canopy.ground.ids import EventId, NodeId
from canopy.mesh.view import Attempt, Discovered, Happening, LinkView, Reach

NOW = 1_700_000_000_000


def link_to(node: NodeId, address: str = "ws://b:1", **fields: Any) -> LinkView:
    """An idle link that syncs, unless told otherwise."""
    said = {"outward": True, "syncing": True, "level": True, "done": 0, "total": 0, "since": NOW, "last_in": NOW}
    return LinkView(node=node, address=address, **{**said, "last_out": NOW + 500, **fields})


def attempt(address: str, outcome: str = "refused") -> Attempt:
    return Attempt(address=address, outcome=outcome, sentence=f"It is {outcome}.", at=NOW)


class Recorded:
    """What the mesh would say; `asked` is what it was told to do."""

    static_public = bytes(range(32))

    def __init__(self, key: SigningKey) -> None:
        self.key = key
        self.asked: list[tuple[Any, ...]] = []
        self.open: dict[NodeId, LinkView] = {}
        self.answers: set[str] = set()
        """The addresses that answer."""
        self.tried: dict[NodeId, list[Attempt]] = {}
        self.tries: dict[NodeId, int] = {}
        self.near: list[Discovered] = []
        self.places = [Reach(address="ws://192.168.1.20:7771", kind="lan")]
        self.history: list[Happening] = []
        self.held: dict[NodeId, bool] = {}

    def links(self) -> list[LinkView]:
        return list(self.open.values())

    def link(self, node: NodeId) -> LinkView | None:
        return self.open.get(node)

    def attempts(self, node: NodeId) -> list[Attempt]:
        return self.tried.get(node, [])

    def next_try(self, node: NodeId) -> int | None:
        return self.tries.get(node)

    def discovered(self) -> list[Discovered]:
        return self.near

    def reach(self) -> list[Reach]:
        return self.places

    async def connect(self, node: NodeId, addresses: list[str], seconds: float = 5.0) -> list[Attempt]:
        self.asked.append(("connect", node, addresses))
        good = next((address for address in addresses if address in self.answers), None)
        if good is not None:
            self.open[node] = link_to(node, good)
        return [attempt(address, "connected" if address == good else "refused") for address in addresses]

    async def connect_discovered(self, key: str) -> list[Attempt]:
        self.asked.append(("connect_discovered", key))
        (item,) = (item for item in self.near if item.key == key)
        if item.node is None:
            return [attempt(item.address)]
        return await self.connect(item.node, [f"ws://{item.address}:{item.port}"])

    def disconnect(self, node: NodeId) -> bool:
        self.asked.append(("disconnect", node))
        return self.open.pop(node, None) is not None

    def reconnect_all(self) -> int:
        self.asked.append(("reconnect_all",))
        return 3

    def resync(self) -> int:
        self.asked.append(("resync",))
        return len(self.open)

    def level_changed(self, node: NodeId) -> None:
        self.asked.append(("level_changed", node))

    def forgotten(self, node: NodeId) -> None:
        self.asked.append(("forgotten", node))

    def happenings(self, since_ms: int, limit: int) -> list[Happening]:
        return [one for one in self.history if one.at >= since_ms][-limit:]

    def holders(self, event_id: EventId) -> dict[NodeId, bool]:
        self.asked.append(("holders", event_id))
        return self.held
