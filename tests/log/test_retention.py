"""What time does to the log, slice by slice."""

import pytest

from canopy.features.messages.events import MessageEdited, MessagePosted
from canopy.ground.clock import ManualClock
from canopy.ground.ids import ScopeId
from canopy.log import retention
from canopy.log.catalog import Fate
from tests.log.authors import Author, StrangeThing
from tests.log.test_door import give
from tests.log.world import World

MINUTE = 60_000


def expire(world: World) -> int:
    return world.database.write(lambda tx: retention.expire(tx, world.door))


def catch_up(world: World) -> int:
    return world.database.write(lambda tx: retention.catch_up_clock(tx, world.door))


def contents(world: World) -> list[str]:
    return sorted(row[6] for row in world.tables()["messages"])


def test_words_go_when_their_time_comes_and_not_before(world: World, author: Author, clock: ManualClock) -> None:
    post = author.write(MessagePosted(content="mortal"), expires=clock.now_ms() + MINUTE)
    give(world, post)
    clock.advance(59.999)
    assert expire(world) == 0
    assert contents(world) == ["mortal"]
    clock.advance(0.001)
    assert expire(world) == 1
    assert contents(world) == []
    assert world.bodies() == {post.id: None}
    assert world.fates()[post.id] == (Fate.DONE, "", "expired")
    assert expire(world) == 0


def test_expiry_is_announced_once(world: World, author: Author, clock: ManualClock) -> None:
    give(world, author.write(MessagePosted(content="mortal"), expires=clock.now_ms() + MINUTE))
    before = world.announced()
    clock.advance(60)
    expire(world)
    expire(world)
    assert len(world.announced()) == len(before) + 1


def test_expiry_of_what_waits_is_not_announced(world: World, author: Author, clock: ManualClock) -> None:
    """Nobody saw it come, so nobody is told that it goes."""
    nowhere = ScopeId(bytes(16))
    post = author.write(MessagePosted(content="mortal"), nowhere, expires=clock.now_ms() + MINUTE)
    give(world, post)
    assert world.fates()[post.id][:2] == (Fate.WAITING, "channel")
    clock.advance(60)
    assert expire(world) == 1
    assert world.announced() == []


def test_expiry_goes_in_slices_those_first_that_expired_first(
    world: World, author: Author, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "SLICE", 2)
    for minutes in (3, 1, 4, 2, 5):
        body = MessagePosted(content=f"{minutes} minutes")
        give(world, author.write(body, expires=clock.now_ms() + minutes * MINUTE))
    give(world, author.write(MessagePosted(content="for ever")))
    clock.advance(600)
    assert expire(world) == 2
    assert contents(world) == ["3 minutes", "4 minutes", "5 minutes", "for ever"]
    assert [expire(world), expire(world), expire(world)] == [2, 1, 0]
    assert contents(world) == ["for ever"]


def test_what_nobody_understands_expires_too(world: World, author: Author, clock: ManualClock) -> None:
    strange = author.write(StrangeThing(words="?"), expires=clock.now_ms() + MINUTE)
    give(world, strange)
    clock.advance(60)
    assert expire(world) == 1
    assert world.bodies() == {strange.id: None}
    assert world.fates()[strange.id] == (Fate.WAITING, "kind", "expired")
    assert world.announced() == []


def test_an_edit_that_expires_takes_the_message_away(world: World, author: Author, clock: ManualClock) -> None:
    post = author.write(MessagePosted(content="first"))
    edit = author.write(MessageEdited(message=post.id, content="second"), expires=clock.now_ms() + MINUTE)
    give(world, post)
    give(world, edit)
    clock.advance(60)
    assert expire(world) == 1
    assert contents(world) == []
    assert world.bodies()[post.id] is not None


def test_early_events_are_judged_when_their_time_comes(
    world: World, author: Author, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "SLICE", 2)
    for number in range(3):
        give(world, author.write(MessagePosted(content=f"{number}"), skew_ms=60 * MINUTE))
    assert contents(world) == []
    clock.advance(55 * 60 - 1)
    assert catch_up(world) == 0
    clock.advance(1.001)
    assert [catch_up(world), catch_up(world), catch_up(world)] == [2, 1, 0]
    assert contents(world) == ["0", "1", "2"]
