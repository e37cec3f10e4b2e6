"""Promise P2: the same set of events gives the same tables, whatever the order, the repetition and the batching.

Each sabotage is a way in which such a program goes wrong; the suite must see every one of them.
"""

import random
from collections.abc import Iterator, Sequence

import msgspec
import pytest
from sqlalchemy import bindparam, select

from canopy.features.messages.feature import FEATURE as MESSAGES
from canopy.features.messages.tables import project_message
from canopy.features.people.feature import FEATURE as PEOPLE
from canopy.ground.clock import ManualClock
from canopy.log import judge, store
from canopy.log.catalog import Entry, Feature, Projection, Verdict, hidden
from canopy.log.db import Tx, prepare
from canopy.log.judge import Judge
from tests.log.authors import History
from tests.log.world import Sent, Template, World

GATE = range(25)
ALL = range(25, 1045)
HOURS = 2 * 3600


class Poisoned(Exception):
    """What a broken projector raises."""


def _broken(tx: Tx, key: bytes, history: Sequence[Entry]) -> None:
    """A defect in the messages room: it cannot show the word POISON, and notices only after it wrote."""
    project_message(tx, key, history)
    if any(getattr(entry.body, "content", "") == "POISON" for entry in history):
        raise Poisoned


_BROKEN = tuple(msgspec.structs.replace(projection, project=_broken) for projection in MESSAGES.projections)
ROOMS: Sequence[Feature] = (PEOPLE, msgspec.structs.replace(MESSAGES, projections=_BROKEN))


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("CRITICAL")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return Template(tmp_path_factory.mktemp("log"), ROOMS, ManualClock())


def _shuffled(sent: list[Sent], rng: random.Random) -> Iterator[list[Sent]]:
    """Any order, some twice, in batches of any size."""
    order = sent + rng.choices(sent, k=len(sent) // 5)
    rng.shuffle(order)
    while order:
        size = rng.randrange(1, 9)
        yield order[:size]
        order = order[size:]


def _deliver(template: Template, seed: int, batches: Iterator[list[Sent]], clock: ManualClock) -> World:
    world = template.world(clock)
    for batch in batches:
        world.receive(batch)
    clock.advance(HOURS)
    world.settle()
    return world


def _problems(template: Template, seed: int) -> list[str]:
    """What is wrong with one history: an empty list when it converges."""
    history = History(seed, ManualClock())
    sent, now = history.sent(), history.clock.now_ms()
    in_order = _deliver(template, seed, iter([[one] for one in sent]), ManualClock(now))
    shuffled = _deliver(template, seed, _shuffled(sent, random.Random(seed)), ManualClock(now))
    found = []
    if set(in_order.fates()) != {event.id for event in history.events}:
        found.append("an event that was sent is not in the log")
    if in_order.fates() != shuffled.fates():
        found.append("fates differ")
    if in_order.tables() != shuffled.tables():
        found.append("tables differ")
    before = shuffled.tables()
    shuffled.rebuild()
    if before != shuffled.tables():
        found.append("a rebuild differs")
    created = [line for line in shuffled.announced() if line[0] == "channel.message.created"]
    if len(set(created)) != len(created):
        found.append("something was announced twice")
    in_order.close()
    shuffled.close()
    return found


def _failing(template: Template, seeds: range) -> dict[int, list[str]]:
    return {seed: problems for seed in seeds if (problems := _problems(template, seed))}


def _sees(template: Template, seeds: range) -> bool:
    """Whether one of the histories shows that something is wrong."""
    return any(_problems(template, seed) for seed in seeds)


def test_histories_converge(template: Template) -> None:
    assert _failing(template, GATE) == {}


@pytest.mark.slow
@pytest.mark.timeout(180)
@pytest.mark.parametrize("part", range(3))
def test_a_thousand_histories_converge(template: Template, part: int) -> None:
    assert _failing(template, range(ALL.start + part * 340, ALL.start + (part + 1) * 340)) == {}


def test_histories_hold_everything_that_may_happen(template: Template) -> None:
    """The premise: each fate and reason really occurs."""
    reasons: set[str] = set()
    for seed in range(40):
        history = History(seed, ManualClock())
        world = _deliver(template, seed, iter([history.sent()]), ManualClock(history.clock.now_ms()))
        reasons |= {reason for _, reason, _ in world.fates().values()}
        reasons |= {gone for _, _, gone in world.fates().values()}
        world.close()
    assert {
        "",
        "kind",
        "malformed",
        "forked",
        "not_author",
        "projector",
        "wrong_scope",
        "deleted",
        "expired",
    } <= reasons


# Sabotage: each must be seen.


def test_sabotage_last_write_by_arrival(template: Template, monkeypatch: pytest.MonkeyPatch) -> None:
    by_arrival = (
        select(*(column for column in store.BY_OBJECT._statement.selected_columns))  # type: ignore[attr-defined]
        .where(store.events.c.object == bindparam("object"))
        .order_by(store.events.c.position)
    )
    monkeypatch.setattr(store, "BY_OBJECT", prepare(by_arrival))
    assert _sees(template, range(60))


def test_sabotage_refusing_what_should_wait(template: Template, monkeypatch: pytest.MonkeyPatch) -> None:
    def impatient(reason: str, awaits: bytes | None = None, due: int | None = None) -> Verdict:
        return hidden(reason)

    monkeypatch.setattr(judge, "waiting", impatient)
    assert _sees(template, range(60))


def test_sabotage_a_projectors_error_rolls_back_its_neighbours(
    template: Template, monkeypatch: pytest.MonkeyPatch
) -> None:
    def careless(self: Judge, tx: Tx, key: bytes, rooms: Sequence[Projection], shown: Sequence[judge.Held]) -> bool:
        self._make(tx, key, rooms, shown)
        return True

    monkeypatch.setattr(Judge, "_attempt", careless)
    with pytest.raises(Poisoned):
        _failing(template, range(30))


def test_sabotage_forks_that_close_nothing(template: Template, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what arrives after the fork is hidden: the order decides."""
    nothing = store.FROM_HEIGHT._statement.where(store.events.c.height < 0)  # type: ignore[attr-defined]
    monkeypatch.setattr(store, "FROM_HEIGHT", prepare(nothing))
    assert _sees(template, range(60))
