"""Worlds for tests of the log."""

import random
from collections.abc import Iterator

import pytest

from canopy import installed
from canopy.ground.clock import ManualClock
from tests.log.authors import Author
from tests.log.world import Template, World


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """An empty database with all installed rooms, to copy from."""
    return Template(tmp_path_factory.mktemp("log"), installed.ROOMS, ManualClock())


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def world(template: Template, clock: ManualClock) -> Iterator[World]:
    world = template.world(clock)
    yield world
    world.close()


@pytest.fixture
def author(clock: ManualClock) -> Author:
    return Author(7, clock, random.Random(7))
