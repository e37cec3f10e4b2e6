"""A simulation that sees nothing proves nothing: each way to break the program makes a history end badly."""

from pathlib import Path

import pytest
from tests.simulation.mesh.history import play, template
from tests.simulation.mesh.node import Poisoned
from tests.simulation.mesh.sabotage import SABOTAGES, Sabotage

SEEDS = range(200)
"""As many as every change is run against; mostly one of the first shows it."""
SHOWN_BY = {
    "last_write_by_arrival": 1,
    "an_error_takes_its_neighbours_along": 6,
    "advancing_before_the_commit": 13,
    "cursors_kept_across_incarnations": 8,
    "digests_without_heads": 6,
}
"""Which history is known to show it, where that is not the first: it is lived first, and all others if it does not."""


@pytest.mark.slow
@pytest.mark.timeout(180)
@pytest.mark.parametrize("sabotage", SABOTAGES, ids=lambda sabotage: sabotage.__name__)
def test_sabotage_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, sabotage: Sabotage
) -> None:
    caplog.set_level("CRITICAL")
    empty = template(tmp_path)
    sabotage(monkeypatch)
    known = SHOWN_BY.get(sabotage.__name__, 0)
    seeds = sorted(SEEDS, key=lambda seed: seed != known)
    assert any(ends_badly(seed, tmp_path / str(seed), empty) for seed in seeds)


def ends_badly(seed: int, folder: Path, empty: Path) -> bool:
    try:
        return bool(play(seed, folder, empty).problems)
    except (Poisoned, TypeError):
        # It does not even come to the end: a chain, say, ends in an event that is not held.
        return True
