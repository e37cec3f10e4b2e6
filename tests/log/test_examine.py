"""What doctor finds inside a database: nothing in a healthy one, and each damage by its own check."""

import logging
from collections.abc import Callable
from typing import Any

import pytest

from canopy.features.messages.events import MessageDeleted, MessageEdited, MessagePosted
from canopy.ground.clock import ManualClock
from canopy.log.db import Tx
from canopy.log.examine import LONGEST_SECONDS, Finding, examine
from tests.log.authors import Author, StrangeThing
from tests.log.test_door import do, give, say
from tests.log.world import World

CODES = ["database", "heads", "rows", "waiting", "refused", "clock", "forks", "replay"]
HOUR = 3600


def findings(world: World) -> dict[str, Finding]:
    return {finding.code: finding for finding in examine(world.database, world.door.judge)}


def states(world: World) -> dict[str, str]:
    """The checks that are not ok."""
    return {code: finding.state for code, finding in findings(world).items() if finding.state != "ok"}


def damage(world: World, *statements: str) -> None:
    def job(tx: Tx) -> None:
        for statement in statements:
            tx.execute(statement)

    world.database.write(job)


@pytest.fixture
def lively(world: World, author: Author, clock: ManualClock) -> World:
    """A log with everything that a healthy one may hold."""
    do(world, say("own words"))
    first = author.write(MessagePosted(content="first"))
    gone = author.write(MessagePosted(content="deleted"))
    mortal = author.write(MessagePosted(content="mortal"), expires=clock.now_ms() + 60_000)
    outlived = author.write(MessagePosted(content="outlived"), expires=clock.now_ms() + 60_000)
    shortened = author.write(MessagePosted(content="shortened"))
    lasting = author.write(MessagePosted(content="lasting"), expires=clock.now_ms() + 60_000)
    for event in (
        first,
        gone,
        mortal,
        outlived,
        shortened,
        lasting,
        author.write(MessageEdited(message=first.id, content="edited")),
        author.write(MessageDeleted(message=gone.id)),
        author.write(MessageEdited(message=outlived.id, content="stays")),
        author.write(MessageEdited(message=lasting.id, content="stays too")),
        author.write(MessageEdited(message=shortened.id, content="goes"), expires=clock.now_ms() + 60_000),
    ):
        give(world, event)
    return world


def test_an_empty_database_is_healthy(world: World) -> None:
    found = findings(world)
    assert list(found) == CODES
    assert {finding.state for finding in found.values()} == {"ok"}


def test_a_lively_one_is_healthy_before_and_after_its_words_expire(lively: World, clock: ManualClock) -> None:
    assert states(lively) == {}
    assert findings(lively)["rows"].sentence == "All 6 messages have their rows."
    clock.advance(60)
    lively.settle()
    assert states(lively) == {}
    # "mortal" and "shortened" are gone, "outlived" and "lasting" are shown by their edits.
    assert findings(lively)["rows"].sentence == "All 4 messages have their rows."


def test_examining_changes_nothing(lively: World) -> None:
    before = (lively.tables(), lively.fates(), lively.announced(), lively.counted())
    findings(lively)
    assert (lively.tables(), lively.fates(), lively.announced(), lively.counted()) == before
    do(lively, say("it can still be written"))


def test_examining_repairs_nothing(lively: World) -> None:
    """What is wrong must still be there for whoever looks at it next."""
    damage(lively, "UPDATE messages SET content = 'tampered' WHERE content = 'own words'")
    before = lively.tables()
    assert states(lively) == {"replay": "fail"}
    assert lively.tables() == before
    assert states(lively) == {"replay": "fail"}


def test_every_finding_is_a_sentence(lively: World) -> None:
    for finding in findings(lively).values():
        assert finding.sentence[0].isupper() or finding.sentence[0].isdigit()
        assert finding.sentence.endswith(".")


DAMAGES: dict[str, tuple[str, dict[str, str], str]] = {
    "a chain that claims more than is held": (
        "UPDATE chains SET height = height + 1 WHERE chain = 1",
        {"heads": "fail"},
        "1 chains do not end where",
    ),
    "a chain with a gap": (
        "DELETE FROM events WHERE height = 6",
        {"heads": "fail"},
        "1 chains do not end where",
    ),
    "a chain without events": (
        "INSERT INTO chains (scope, node, run, height, head, time) VALUES (x'00', x'00', 1, 0, x'00', 0)",
        {"heads": "fail"},
        "1 chains do not end where",
    ),
    "a message without its row": (
        "DELETE FROM messages WHERE content = 'own words'",
        {"rows": "fail", "replay": "fail"},
        "6 messages in the log, but 5 rows",
    ),
    "a row without its message": (
        "INSERT INTO messages SELECT x'00', 'M00', channel, node, author, time, content, parent, root, client_id, "
        "edited, expires, deleted, moderated, activity, reacted, parent_event, root_event, mentions, everyone, via "
        "FROM messages LIMIT 1",
        {"rows": "fail"},
        "6 messages in the log, but 7 rows",
    ),
    "a row that says something else": (
        "UPDATE messages SET content = 'tampered' WHERE content = 'own words'",
        {"replay": "fail"},
        "1 rows change when made again",
    ),
    "an event that is blamed": (
        "UPDATE events SET fate = 2, reason = 'projector' WHERE height = 1",
        {"waiting": "fail"},
        "2 events made a projector fail",
    ),
}


@pytest.mark.parametrize(("statement", "expected", "words"), DAMAGES.values(), ids=DAMAGES)
def test_each_damage_is_found(lively: World, statement: str, expected: dict[str, str], words: str) -> None:
    damage(lively, statement)
    found = findings(lively)
    first = next(iter(expected))
    # What is damaged may show in more places, but it shows where it belongs.
    assert found[first].state == expected[first]
    assert words in found[first].sentence
    assert {code: found[code].state for code in expected} == expected


def test_an_event_that_made_a_projector_raise_is_found(
    world: World, author: Author, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)

    def raising(*args: Any) -> None:
        raise RuntimeError("a defect")

    with monkeypatch.context() as patch:
        patch.setattr(world.door.judge, "_make", raising)
        give(world, author.write(MessagePosted(content="hello")))
        assert states(world) == {"waiting": "fail"}
    # Once the projector is repaired, making the rows again would change them.
    assert states(world) == {"waiting": "fail", "replay": "fail"}


def test_events_that_wait_long_are_found(world: World, author: Author, clock: ManualClock) -> None:
    give(world, author.write(StrangeThing(words="?")))
    give(world, author.write(StrangeThing(words="?")))
    clock.advance(HOUR)
    assert states(world) == {}
    clock.advance(0.001)
    assert states(world) == {"waiting": "warn"}
    assert findings(world)["waiting"].sentence == "Events have waited longer than an hour: 2 for kind."


def test_waiting_for_a_target_or_the_clock_is_ordinary(world: World, author: Author, clock: ManualClock) -> None:
    missing = author.write(MessagePosted(content="never sent"))
    other = Author(8, clock, author.rng)
    give(world, other.write(MessageEdited(message=missing.id, content="x")))
    give(world, Author(9, clock, author.rng).write(MessagePosted(content="early"), skew_ms=4 * HOUR * 1000))
    clock.advance(3 * HOUR)
    assert "waiting" not in states(world)
    clock.advance(3 * HOUR)
    assert states(world) == {}


def test_what_was_refused_or_parked_is_told(world: World, author: Author) -> None:
    author.write(MessagePosted(content="never sent"))
    give(world, author.write(MessagePosted(content="second")))
    honest = Author(8, world.clock, author.rng).write(MessagePosted(content="x"))
    world.receive([(honest.header_bytes, bytes(64), honest.body)], "mallory")
    assert states(world) == {"refused": "warn"}
    sentence = findings(world)["refused"].sentence
    assert "1 parked from peer" in sentence
    assert "1 bad_signature from mallory" in sentence


def test_a_clock_behind_the_log_is_found(world: World, clock: ManualClock) -> None:
    do(world, say())
    clock.set_back(300)
    assert states(world) == {}
    clock.set_back(1)
    assert states(world) == {"clock": "warn"}
    assert "301 s ahead" in findings(world)["clock"].sentence


def test_forks_are_told(world: World, author: Author) -> None:
    give(world, author.write(MessagePosted(content="one")))
    give(world, author.fork(MessagePosted(content="the other")))
    assert states(world) == {"forks": "warn"}
    assert findings(world)["forks"].sentence.startswith("1 chains are forked")


def test_a_broken_rule_of_the_schema_is_damage(lively: World) -> None:
    """quick_check asks the declared columns: a NULL where none may be."""
    damage(
        lively,
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_schema SET sql = replace(sql, 'object BLOB', 'object BLOB NOT NULL') WHERE name = 'events'",
        "UPDATE events SET object = NULL WHERE height = 1",
        "PRAGMA writable_schema = RESET",
    )
    found = findings(lively)["database"]
    assert found.state == "fail"
    assert "NULL value in events.object" in found.sentence


@pytest.mark.parametrize("first", [2, 40])
def test_pages_that_were_overwritten_are_found(lively: World, first: int) -> None:
    """Also those that say which tables there are: then no reader can be opened any more."""
    lively.database.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    pages = lively.path.stat().st_size // 4096
    assert pages > 42
    with lively.path.open("r+b") as file:
        for page in range(first, pages):
            file.seek(page * 4096 + 100)
            file.write(b"scratch" * 20)
    found = list(examine(lively.database, lively.door.judge))
    assert [(finding.code, finding.state) for finding in found] == [("database", "fail")]
    assert "malformed" in found[-1].sentence
    assert found[-1].sentence.endswith("Restore a backup.")


def test_a_disk_that_refuses_the_last_check_is_told(lively: World, monkeypatch: pytest.MonkeyPatch) -> None:
    import apsw

    def full(*args: Any) -> None:
        raise apsw.FullError("database or disk is full")

    monkeypatch.setattr("canopy.log.replay.changed_by_replay", full)
    found = list(examine(lively.database, lively.door.judge))
    assert [finding.code for finding in found] == [*CODES[:-1], "database"]
    assert found[-1].state == "fail"


def test_a_large_database_may_take_its_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other readers are interrupted after five seconds."""
    given: list[float] = []
    real: Callable[..., Any] = world.database.read

    def watched(seconds: float = 0.0) -> Any:
        given.append(seconds)
        return real(seconds)

    monkeypatch.setattr(world.database, "read", watched)
    assert states(world) == {}
    assert given == [LONGEST_SECONDS]
