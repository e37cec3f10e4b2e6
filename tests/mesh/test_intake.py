"""How much of strangers is taken: bursts, rates, fresh runs, and what waits."""

from canopy.mesh import intake
from canopy.mesh.contents import ChainKey
from canopy.mesh.intake import (
    BURST,
    DAY,
    MOST_BUCKETS,
    MOST_POSTPONED,
    RATE,
    RETRY_SECONDS,
    RUN_BURST,
    RUNS_A_DAY,
    Bucket,
    Intake,
)


def chain(author: int, run: int = 0) -> ChainKey:
    return (bytes(16), author.to_bytes(32, "big"), run)


def taken(one: Intake, most: int, now: float) -> int:
    """How many events of a stranger are taken at an instant."""
    return sum(one.admits(chain(1), now, stranger=True, runs_held=None) for _ in range(most))


def begun(one: Intake, most: int, now: float, *, held: int = 0, author: int = 1) -> int:
    """How many fresh runs of an author are begun at an instant."""
    return sum(one.admits(chain(author, run), now, stranger=False, runs_held=held) for run in range(most))


def test_a_bucket_fills_up_to_its_burst() -> None:
    bucket = Bucket(2.0, 3.0, 0.0)
    assert [bucket.take(0.0) for _ in range(4)] == [True, True, True, False]
    assert not bucket.has(0.4)
    assert bucket.has(0.5) and bucket.take(0.5)
    assert not bucket.take(0.9)
    assert [bucket.take(1000.0) for _ in range(4)] == [True, True, True, False]


def test_strangers_have_a_burst_and_then_a_rate() -> None:
    one = Intake(0.0)
    assert taken(one, int(BURST) + 10, 0.0) == BURST
    assert taken(one, 1_000, 10.0) == 10 * RATE


def test_those_whom_we_trust_are_not_counted() -> None:
    one = Intake(0.0)
    taken(one, int(BURST), 0.0)
    assert all(one.admits(chain(2), 0.0, stranger=False, runs_held=None) for _ in range(100))
    assert taken(one, 1, 0.0) == 0


def test_fresh_runs_of_an_author_have_a_burst_and_then_a_few_a_day() -> None:
    one = Intake(0.0)
    assert begun(one, 100, 0.0) == RUN_BURST
    assert begun(one, 100, DAY) == RUNS_A_DAY
    assert begun(one, 100, DAY, author=2) == RUN_BURST


def test_an_author_with_many_runs_has_no_second_burst() -> None:
    """The bucket is not kept over a restart; what is held stands for it."""
    assert begun(Intake(0.0), 100, 0.0, held=int(RUN_BURST)) == RUNS_A_DAY


def test_what_is_not_taken_spends_nothing() -> None:
    """Else a chain that tries again every half minute would use up its runs without beginning one."""
    one = Intake(0.0)
    taken(one, int(BURST), 0.0)
    for _ in range(200):
        assert not one.admits(chain(3), 0.0, stranger=True, runs_held=0)
    assert one.admits(chain(3), 1.0, stranger=True, runs_held=0)
    starved = Intake(0.0)
    assert begun(starved, 100, 0.0, author=4) == RUN_BURST
    for _ in range(int(BURST)):
        assert not starved.admits(chain(4), 0.0, stranger=True, runs_held=0)
    assert taken(starved, 1, 0.0) == 1


def test_authors_are_remembered_within_bounds() -> None:
    one = Intake(0.0)
    for author in range(MOST_BUCKETS + 50):
        begun(one, 1, 0.0, author=author)
    assert len(one._runs) == MOST_BUCKETS


def test_postponed_chains_are_asked_for_again_once() -> None:
    one = Intake(0.0)
    assert one.due() is None
    assert one.postpone(chain(1), 0.0)
    assert not one.postpone(chain(1), 5.0)
    assert one.postpone(chain(2), 10.0)
    assert one.due() == RETRY_SECONDS
    assert one.ready(RETRY_SECONDS - 0.1) == []
    assert one.ready(RETRY_SECONDS) == [chain(1)]
    assert one.ready(RETRY_SECONDS) == []
    assert one.due() == 10.0 + RETRY_SECONDS
    assert one.postpone(chain(1), RETRY_SECONDS)


def test_postponed_chains_have_a_bound() -> None:
    one = Intake(0.0)
    assert all(one.postpone(chain(author), 0.0) for author in range(MOST_POSTPONED))
    assert not one.postpone(chain(MOST_POSTPONED), 0.0)
    assert len(one.postponed) == MOST_POSTPONED


def test_the_figures_are_those_of_the_protocol() -> None:
    figures = (intake.MOST_AUTHORS, intake.RATE, intake.BURST, intake.RUNS_A_DAY, intake.RUN_BURST)
    assert figures == (500, 20, 20_000, 8, 64)
