"""A node in this process for tests of the edge and the rooms."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from canopy.ground.clock import ManualClock
from canopy.ground.settings import load
from canopy.log.home import open_home
from canopy.node import Node
from tests.edge.client import Local

Script = Callable[[Local], Awaitable[Any]]


class Stage:
    """Runs a script against a node whose clock stands still unless it is moved."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.clock = ManualClock()
        self.settings: dict[str, Any] = {"rate_limits": "off"}
        self.address = "127.0.0.1"

    def play(self, script: Script, *, set_up: bool = True) -> Any:
        """Open the node, run the script, close the node."""
        home = open_home(self.root, self.clock, "file")
        # What survives a power cut is asked in tests/crash.
        home.database.connection.execute("PRAGMA synchronous = OFF")
        node = Node(load({"data_root": str(self.root), **self.settings}, {}), home)

        async def main() -> Any:
            async with Local(node, address=self.address) as local:
                if set_up:
                    await local.set_up()
                return await script(local)

        try:
            return asyncio.run(main())
        finally:
            home.close()


@pytest.fixture(scope="session")
def empty_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data root that was made once, to copy from."""
    root = tmp_path_factory.mktemp("edge") / "root"
    open_home(root, ManualClock(), "file").close()
    return root


@pytest.fixture
def stage(empty_root: Path, tmp_path: Path) -> Iterator[Stage]:
    shutil.copytree(empty_root, tmp_path / "root")
    yield Stage(tmp_path / "root")
