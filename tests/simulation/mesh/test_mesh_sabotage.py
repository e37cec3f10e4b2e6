"""A simulation that sees nothing proves nothing: each way to break the program makes a history end badly."""

from pathlib import Path

import pytest
from tests.simulation.mesh.history import play, template
from tests.simulation.mesh.node import Poisoned
from tests.simulation.mesh.sabotage import SABOTAGES, Sabotage

SEEDS = range(200)
"""As many as every change is run against; mostly one of the first shows it."""


@pytest.mark.slow
@pytest.mark.timeout(180)
@pytest.mark.parametrize("sabotage", SABOTAGES, ids=lambda sabotage: sabotage.__name__)
def test_sabotage_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, sabotage: Sabotage
) -> None:
    caplog.set_level("CRITICAL")
    empty = template(tmp_path)
    sabotage(monkeypatch)
    assert any(ends_badly(seed, tmp_path / str(seed), empty) for seed in SEEDS)


def ends_badly(seed: int, folder: Path, empty: Path) -> bool:
    try:
        return bool(play(seed, folder, empty).problems)
    except (Poisoned, TypeError):
        # It does not even come to the end: a chain, say, ends in an event that is not held.
        return True
