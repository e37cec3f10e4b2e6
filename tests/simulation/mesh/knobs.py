"""Limits of the program made small, so that a short history reaches them; and its dice, so that a seed replays."""

import contextlib
import random
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from canopy.log import append, held, judge, parking, todo
from canopy.mesh import holdings, intake, syncing

_KNOBS: list[tuple[ModuleType, str, list[Any]]] = [
    (todo, "SLICE", [2, 5, 50]),
    (todo, "PORTION", [1, 3, 10]),
    (held, "MANY", [1, 3, 32]),
    (holdings, "BATCH", [9, 16, 64]),
    (holdings, "BATCH_BYTES", [700, 5_000, 192 * 1024]),
    (syncing, "MOST_CHANGES", [10, 20_000]),
    (syncing, "HEADS_AT_ONCE", [2, 2_000]),
    (syncing, "CURSOR_LAG", [3, 500]),
    (syncing, "MOST_SEEN", [4, 4_096]),
    (judge, "REMOVED_KEPT_MS", [1_000, 300_000, 30 * 24 * 3_600_000]),
    (parking, "MOST_EVENTS", [2, 10_000, 10_000]),
    (intake, "MOST_POSTPONED", [4, 4_096]),
    (intake, "BURST", [15.0, 20_000.0, 20_000.0]),
    (intake, "RATE", [2.0]),
    (intake, "RUN_BURST", [4.0, 64.0]),
    (intake, "DAY", [800.0]),
]


@contextlib.contextmanager
def turned(seed: int) -> Iterator[None]:
    """Each limit at one of its values, and every random byte of the program drawn from the seed."""
    rng = random.Random(f"knobs {seed}")
    with pytest.MonkeyPatch.context() as patch:
        for module, name, values in _KNOBS:
            patch.setattr(module, name, rng.choice(values))
        patch.setattr(append, "token_bytes", rng.randbytes)
        yield
