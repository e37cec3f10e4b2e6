"""One node for the whole module, whose loop runs on a thread, so that tests may ask it without being coroutines."""

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest

from canopy.ground.clock import ManualClock
from canopy.ground.settings import load
from canopy.log.home import open_home
from canopy.node import Node
from tests.edge.client import Local
from tests.edge.conftest import empty_root, stage
from tests.edge.mesh import Recorded

__all__ = ["empty_root", "stage"]


class Living:
    """A node on a thread of its own."""

    def __init__(self, root: Path) -> None:
        self.home = open_home(root, ManualClock(), "file")
        self.home.database.connection.execute("PRAGMA synchronous = OFF")
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name="node")
        self._thread.start()
        node = Node(load({"data_root": str(root), "rate_limits": "off"}, {}), self.home)
        node.core.mesh = Recorded(self.home.key)
        self.local = self.run(self._enter(node))

    async def _enter(self, node: Node) -> Local:
        local = Local(node)
        await local.__aenter__()
        await local.set_up()
        return local

    def run(self, what: Coroutine[Any, Any, Any]) -> Any:
        """Let the node's loop do it, and wait."""
        return asyncio.run_coroutine_threadsafe(what, self.loop).result(30)

    def close(self) -> None:
        self.run(self.local.__aexit__(None, None, None))
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()
        self.home.close()


@pytest.fixture(scope="module")
def living(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Living]:
    node = Living(tmp_path_factory.mktemp("contract") / "root")
    yield node
    node.close()
