"""Kinds of other shapes than those of the installed rooms."""

from collections.abc import Iterator
from typing import ClassVar

import msgspec
import pytest

from canopy.features.messages.events import MessageEdited, MessagePosted
from canopy.features.messages.feature import FEATURE as MESSAGES
from canopy.ground.clock import ManualClock
from canopy.log.catalog import DONE, Body, Catalog, Fate, Kind, Notice
from tests.log.authors import Author
from tests.log.test_door import do, give, say
from tests.log.world import Template, World


class HandWaved(Body, frozen=True, kw_only=True, omit_defaults=True):
    """A kind that changes no object's rows: it is announced, and that is all."""

    KIND: ClassVar[str] = "hand.waved"

    at: bytes


class Waves(msgspec.Struct, frozen=True):
    """The room of that kind."""

    name: str
    kinds: tuple[Kind, ...]
    projections: tuple[()] = ()
    charter: None = None
    deliveries: tuple[()] = ()


WAVES = Waves(
    "waves",
    (
        Kind(
            body=HandWaved,
            object_of=lambda header, identity, body: None,
            admit=lambda tx, entry, state: DONE,
            target=lambda body: body.at,
            announce=lambda tx, entry: [Notice(event_type="hand.waved", visibility="public")],
        ),
    ),
)


@pytest.fixture
def waving(template: Template, clock: ManualClock) -> Iterator[World]:
    world = template.world(clock)
    world.door.catalog = world.door.judge.catalog = Catalog([MESSAGES, WAVES])
    yield world
    world.close()


def test_an_event_without_an_object_waits_for_its_target(waving: World, author: Author) -> None:
    post = author.write(MessagePosted(content="hello"))
    friend = Author(8, waving.clock, author.rng)
    wave = friend.write(HandWaved(at=post.id))
    give(waving, wave)
    assert waving.fates()[wave.id][:2] == (Fate.WAITING, "target")
    give(waving, post)
    assert waving.fates()[wave.id][:2] == (Fate.DONE, "")
    assert [kind for kind, _ in waving.announced()].count("hand.waved") == 1


def test_an_event_without_an_object_is_done_at_once(waving: World, author: Author) -> None:
    post = author.write(MessagePosted(content="hello"))
    give(waving, post)
    wave = author.write(HandWaved(at=post.id))
    give(waving, wave)
    assert waving.fates()[wave.id][:2] == (Fate.DONE, "")
    assert [kind for kind, _ in waving.announced()].count("hand.waved") == 1
    give(waving, wave)
    assert [kind for kind, _ in waving.announced()].count("hand.waved") == 1


def test_its_time_is_taken_over(waving: World, author: Author, clock: ManualClock) -> None:
    """A local event comes after every done event that is held, whatever that changes."""
    post = author.write(MessagePosted(content="hello"))
    wave = author.write(HandWaved(at=post.id), skew_ms=60_000)
    give(waving, post)
    do(waving, say("before"))
    give(waving, wave)
    assert do(waving, say("after")).header.time > wave.header.time > clock.now_ms() << 16


def test_a_change_that_expired_before_it_came_changes_nothing(
    waving: World, author: Author, clock: ManualClock
) -> None:
    """Without its words nobody can say what it would have changed."""
    post = author.write(MessagePosted(content="hello"))
    edit = author.write(MessageEdited(message=post.id, content="x"), expires=clock.now_ms() - 1)
    give(waving, post)
    before = waving.tables()
    give(waving, edit, body=False)
    assert waving.fates()[edit.id] == (Fate.HIDDEN, "expired", "expired")
    assert waving.tables() == before
