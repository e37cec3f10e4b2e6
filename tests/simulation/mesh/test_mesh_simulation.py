"""After quiet all honest nodes hold and show the same, whatever became of the network; one seed is one history."""

from collections import Counter
from pathlib import Path

import pytest
from tests.simulation.mesh.history import play, seeds, template

GATE = range(10)
PART = 5
"""Small, and the last of the slow tests: so that no worker is left with a long one while the other has none."""
KINDS = {
    *("message.posted", "message.edited", "message.deleted", "strange.thing"),
    *("user.carded", "user.retired", "node.carded", "reaction.set"),
    *("channel.opened", "channel.changed", "channel.archived", "channel.asked", "channel.resumed", "role.set"),
    *("channel.joined", "channel.left", "message.removed", "channel.deleted"),
}
FATES = {"kind", "malformed", "forked", "not_author", "projector", "wrong_scope", "deleted", "expired"}
HAPPENINGS = {"split", "lies", "crashes amid a job", "cursors", "faults", "copied", "restored"}


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("CRITICAL")


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return template(tmp_path_factory.mktemp("mesh"))


def run(some: range, folder: Path, empty: Path) -> Counter[str]:
    """Live through histories; the first that ends badly is the failure."""
    facts: Counter[str] = Counter()
    for seed in some:
        outcome = play(seed, folder / str(seed), empty)
        assert not outcome.problems, (
            f"seed {seed}: {outcome.problems[:5]}; replay with: SEEDS={seed}:{seed + 1} "
            ".venv/bin/python -m pytest tests/simulation/mesh -k many"
        )
        facts += outcome.facts
    return facts


@pytest.mark.timeout(120)
@pytest.mark.parametrize("first", GATE[::5])
def test_nodes_converge(tmp_path: Path, empty: Path, first: int) -> None:
    run(range(first, first + 5), tmp_path, empty)


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_the_histories_hold_everything_that_may_happen(tmp_path: Path, empty: Path) -> None:
    """The premise: the load that is promised, and each kind, fate and mishap, really occur."""
    some = range(1_000, 1_030)
    facts = run(some, tmp_path, empty)
    assert set(facts) >= KINDS | FATES | HAPPENINGS
    assert 4 <= facts["nodes"] / len(some) <= 6
    assert facts["split"] == len(some)
    assert facts["crashes amid a job"] >= len(some)
    assert facts["contents again"] >= facts["contents"] / 10
    assert facts["said"] >= 25 * (facts["nodes"] - len(some) / 3)


@pytest.mark.slow
@pytest.mark.timeout(180)
@pytest.mark.parametrize("part", [seeds()[at : at + PART] for at in range(0, len(seeds()), PART)], ids=str)
def test_nodes_converge_in_many_histories(tmp_path: Path, empty: Path, part: range) -> None:
    run(part, tmp_path, empty)


def test_a_seed_is_one_history(tmp_path: Path, empty: Path) -> None:
    one, again = (play(3, tmp_path / name, empty) for name in ("one", "again"))
    assert one.held == again.held
    assert one.facts == again.facts
