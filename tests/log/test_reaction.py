"""Reactions in the log: what late nodes make of them, and which are none."""

import random
from typing import Any

import pytest

from canopy.features.messages.events import REACTION_LENGTH, REACTIONS, MessagePosted, ReactionSet
from canopy.features.messages.feature import FEATURE as MESSAGES
from canopy.features.people.feature import FEATURE as PEOPLE
from canopy.ground.clock import ManualClock
from canopy.ground.ids import EventId
from canopy.log.event import Event
from tests.log.authors import Author
from tests.log.world import Sent, Template, World

MINUTE = 60_000


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return Template(tmp_path_factory.mktemp("log"), (PEOPLE, MESSAGES), ManualClock())


def _sent(*events: Event) -> list[Sent]:
    return [(event.header_bytes, event.signature, event.body) for event in events]


def _shown(world: World) -> list[Any]:
    return [row[3] for row in world.tables()["reactions"]]


def test_a_node_that_is_late_shows_what_the_others_show(template: Template) -> None:
    """The newest reaction has expired: those who had it and those who never could have it show the one before."""
    clock = ManualClock()
    author = Author(1, clock, random.Random(1))
    post = author.write(MessagePosted(content="words"))
    like = author.write(ReactionSet(message=post.id, reaction="like"))
    love = author.write(ReactionSet(message=post.id, reaction="love"), expires=clock.now_ms() + MINUTE)
    prompt, late = template.world(clock), template.world(clock)
    prompt.receive(_sent(post, like, love))
    assert _shown(prompt) == ["love"]
    clock.advance(2 * MINUTE / 1000)
    prompt.settle()
    late.receive(_sent(post, like, love))
    late.settle()
    assert _shown(prompt) == _shown(late) == ["like"]
    assert prompt.tables() == late.tables()
    prompt.close()
    late.close()


def test_a_reaction_waits_for_its_message(template: Template) -> None:
    clock = ManualClock()
    writer, reader = (Author(number, clock, random.Random(number)) for number in (1, 2))
    post = writer.write(MessagePosted(content="words"))
    like = reader.write(ReactionSet(message=post.id, reaction="like"))
    stray = reader.write(ReactionSet(message=like.id, reaction="like"))
    world = template.world(clock)
    world.receive(_sent(like, stray))
    assert {reason for _, reason, _ in world.fates().values()} == {"target", "wrong_target"}
    world.receive(_sent(post))
    assert _shown(world) == ["like"]
    assert world.fates()[like.id] == (0, "", "")
    world.close()


@pytest.mark.parametrize("reaction", [*REACTIONS, "", "custom:a_b-9", "🦉", "👨‍👩‍👧‍👦", "🩷", "1️⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"])
def test_what_may_be_a_reaction(reaction: str) -> None:
    ReactionSet(message=EventId(bytes(32)), reaction=reaction).check()
    assert len(reaction) <= REACTION_LENGTH


@pytest.mark.parametrize("reaction", ["Like", "custom:", "custom:A", "custom:" + "x" * 33, "hi", "👍x", " ", "<b>"])
def test_what_is_no_reaction(reaction: str) -> None:
    with pytest.raises(ValueError, match="neither"):
        ReactionSet(message=EventId(bytes(32)), reaction=reaction).check()
