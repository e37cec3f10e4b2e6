"""Where lives are lived: in memory where there is such a place, because the checks really sync what they write."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

MEMORY = Path("/dev/shm")


def _folder(beside: Path) -> Path:
    return Path(tempfile.mkdtemp(prefix="canopy-crash-", dir=MEMORY if MEMORY.is_dir() else beside))


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Path]:
    folder = _folder(tmp_path)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def module_work(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = _folder(tmp_path_factory.getbasetemp())
    yield folder
    shutil.rmtree(folder)
