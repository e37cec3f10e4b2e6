"""Promise P2: the same set of events gives the same tables, whatever the order, the repetition and the batching.

Each sabotage is a way in which such a program goes wrong; the suite must see every one of them.
"""

import contextlib
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec
import pytest

from canopy.features.messages.feature import FEATURE as MESSAGES
from canopy.features.messages.tables import project_message
from canopy.features.people.feature import FEATURE as PEOPLE
from canopy.features.search.feature import FEATURE as SEARCH
from canopy.ground.clock import ManualClock
from canopy.log import held, judge, store, todo
from canopy.log.catalog import Entry, Feature, Projection, Verdict, hidden
from canopy.log.db import Tx, prepare
from canopy.log.held import Held
from canopy.log.judge import Judge
from canopy.log.todo import What
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


_BROKEN = tuple(
    msgspec.structs.replace(projection, project=_broken) if projection.project is project_message else projection
    for projection in MESSAGES.projections
)
ROOMS: Sequence[Feature] = (PEOPLE, msgspec.structs.replace(MESSAGES, projections=_BROKEN), SEARCH)


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


def _deliver(
    template: Template, seed: int, batches: Iterator[list[Sent]], clock: ManualClock, *, at_once: bool = True
) -> World:
    world = template.world(clock)
    for batch in batches:
        world.receive(batch)
        if not at_once:
            world.work_off()
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


def _in_slices(template: Template, seed: int, clock: ManualClock, sent: list[Sent], noted: set[str]) -> World:
    """Slices of one or a few events, done at any time or not for long, undone in the middle, and restarts."""
    rng = random.Random(seed)
    todo.SLICE, todo.PORTION, held.MANY = rng.randrange(5), rng.randrange(1, 4), rng.randrange(3)
    world = template.world(clock)
    for batch in _shuffled(sent, rng):
        world.receive(batch)
        todo.SLICE = rng.randrange(1, 5)
        with world.database.read() as tx:
            rows: list[Any] = tx.execute("SELECT what FROM todo").fetchall()
            noted |= {row[0] for row in rows}
        while rng.random() < 0.4 and world.database.write(world.door.work):
            pass
        if rng.random() < 0.2:
            _break_off(world)
        if rng.random() < 0.1:
            world = world.restarted()
    # Before time goes on: what expires before its turn comes is lost for another reason, which is recorded.
    world.work_off()
    clock.advance(HOURS)
    world.settle()
    return world


def _break_off(world: World) -> None:
    def job(tx: Tx) -> None:
        world.door.work(tx)
        raise Poisoned

    with contextlib.suppress(Poisoned):
        world.database.write(job)


def _differs_in_slices(template: Template, seed: int, noted: set[str]) -> list[str]:
    """Where a history that is done in slices ends otherwise than one that is done at once."""
    history = History(seed, ManualClock(), length=36)
    sent, now = history.sent(), history.clock.now_ms()
    with _limits(10**6, 10**6, 10**6):
        at_once = _deliver(template, seed, iter([[one] for one in sent]), ManualClock(now))
    with _limits(1, 1, 1):
        sliced = _in_slices(template, seed, ManualClock(now), sent, noted)
        found = [name for name in ("fates", "tables", "bodies") if getattr(at_once, name)() != getattr(sliced, name)()]
        before = sliced.tables()
        sliced.rebuild()
        found += ["rebuilt"] if before != sliced.tables() else []
    created = [line for line in sliced.announced() if line[0] == "channel.message.created"]
    found += ["twice"] if len(set(created)) != len(created) else []
    at_once.close()
    sliced.close()
    return found


@contextlib.contextmanager
def _limits(*limits: int) -> Iterator[None]:
    before = todo.SLICE, todo.PORTION, held.MANY
    todo.SLICE, todo.PORTION, held.MANY = limits
    yield
    todo.SLICE, todo.PORTION, held.MANY = before


def _differing(template: Template, seeds: range) -> tuple[dict[int, list[str]], set[str]]:
    noted: set[str] = set()
    found = {seed: differing for seed in seeds if (differing := _differs_in_slices(template, seed, noted))}
    return found, noted


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


def test_histories_converge_in_slices(template: Template) -> None:
    found, noted = _differing(template, GATE)
    assert found == {}
    assert noted == set(What) - {What.ANSWER}


@pytest.mark.slow
@pytest.mark.timeout(180)
@pytest.mark.parametrize("part", range(3))
def test_a_thousand_histories_converge_in_slices(template: Template, part: int) -> None:
    seeds = range(ALL.start + part * 340, ALL.start + (part + 1) * 340)
    assert _differing(template, seeds)[0] == {}


def test_what_is_done_in_slices_is_announced_as_if_it_were_not(template: Template) -> None:
    """Where a deletion comes later than its words, for want of room, it says no more than that."""
    for seed in GATE:
        history = History(seed, ManualClock(), length=36)
        order = [[one] for one in random.Random(seed).sample(history.sent(), len(history.events))]
        now = history.clock.now_ms()
        with _limits(10**6, 10**6, 10**6):
            at_once = _deliver(template, seed, iter(order), ManualClock(now))
        with _limits(2, 2, 1):
            sliced = _deliver(template, seed, iter(order), ManualClock(now), at_once=False)
        deleted = {message for kind, message in at_once.announced() if kind == "channel.message.deleted"}
        missing = Counter(at_once.announced()) - Counter(sliced.announced())
        surplus = Counter(sliced.announced()) - Counter(at_once.announced())
        assert not missing, seed
        assert {message for _, message in surplus} <= deleted, seed
        at_once.close()
        sliced.close()


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


def test_sabotage_forgetting_what_was_left(template: Template, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judge, "note", lambda *arguments: None)
    assert any(_differs_in_slices(template, seed, set()) for seed in GATE)


def test_sabotage_going_on_one_event_too_late(template: Template, monkeypatch: pytest.MonkeyPatch) -> None:
    def hasty(tx: Tx, what: What, key: bytes, position: int, height: int = 0, below: int = 0) -> None:
        todo.note(tx, what, key, position + 1, height, below)

    monkeypatch.setattr(judge, "note", hasty)
    assert any(_differs_in_slices(template, seed, set()) for seed in range(60))


def test_sabotage_forgetting_what_was_parked(template: Template, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(todo, "note", lambda *arguments: None)
    assert any(_differs_in_slices(template, seed, set()) for seed in GATE)


def test_sabotage_last_write_by_arrival(template: Template, monkeypatch: pytest.MonkeyPatch) -> None:
    def by_arrival(events: Iterable[Held]) -> list[Held]:
        return sorted(events, key=lambda event: event.position)

    monkeypatch.setattr(held, "in_order", by_arrival)
    assert _sees(template, range(60))


def test_sabotage_refusing_what_should_wait(template: Template, monkeypatch: pytest.MonkeyPatch) -> None:
    def impatient(reason: str, awaits: bytes | None = None, due: int | None = None) -> Verdict:
        return hidden(reason)

    monkeypatch.setattr(judge, "waiting", impatient)
    assert _sees(template, range(60))


def test_sabotage_a_projectors_error_rolls_back_its_neighbours(
    template: Template, monkeypatch: pytest.MonkeyPatch
) -> None:
    def careless(self: Judge, tx: Tx, key: bytes, rooms: Sequence[Projection], shown: Sequence[Held]) -> bool:
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
