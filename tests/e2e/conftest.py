"""Nodes for the tests of this folder. Each test owns its data root, but for those that leave nothing behind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.e2e.node import Node


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Node]:
    """A started node without accounts."""
    with Node(tmp_path / "root") as node:
        yield node


@pytest.fixture
def owned(fresh: Node) -> Node:
    """A started node whose owner is set up."""
    fresh.setup()
    return fresh


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """One node for a module of tests that only ask and leave nothing behind."""
    with Node(tmp_path_factory.mktemp("shared") / "root") as node:
        node.setup()
        yield node
