"""What a moderator takes away: hidden at once and everywhere, dropped 30 days later, and never by who may not."""

import random
from collections.abc import Iterable, Sequence

import msgspec
import pytest

from canopy import installed
from canopy.crypto.keys import SigningKey
from canopy.features.channels.events import ChannelOpened, MessageRemoved
from canopy.features.messages.events import MessageDeleted, MessageEdited, MessagePosted
from canopy.ground.clock import ManualClock
from canopy.ground.errors import Forbidden
from canopy.ground.ids import EventId, ScopeId, UserKey
from canopy.log import scope
from canopy.log.catalog import Body, Draft
from canopy.log.event import Event, body_hash, compose, encode_body
from canopy.log.judge import REMOVED_KEPT_MS
from tests.log.test_rule import events_of, sent
from tests.log.world import Template, World

NONCE = bytes(16)
ADA, BEN = UserKey("00112233445566aa"), UserKey("00112233445566bb")
MARKER = "something that nobody should read"


class Pair:
    """The founder of a channel and a member, each with a log of its own."""

    def __init__(self, template: Template) -> None:
        self.clock = ManualClock()
        self.template = template
        self.founder, self.member = (template.world(self.clock, bytes([number]) * 32) for number in (1, 2))
        self.scope = ScopeId(scope.of_channel(SigningKey(bytes([1]) * 32).node, NONCE))
        self.said: list[Event] = []
        """All events as they were written, with the bodies that may be gone by now."""
        self.say(self.founder, ChannelOpened(nonce=NONCE, name="plans"), ADA)
        self.meet()

    def say(self, world: World, body: Body, user: UserKey = BEN, where: ScopeId | None = None) -> EventId:
        self.clock.advance(1)
        draft = Draft(scope=where or self.scope, body=body, user=user)
        entry = world.database.write(lambda tx: world.door.do(tx, draft))
        self.said += [event for event in events_of(world) if event.id == entry.id]
        return entry.id

    def meet(self) -> None:
        for world in (self.founder, self.member):
            world.receive(sent(self.said))
            world.work_off()

    def shown(self, world: World) -> list[tuple[str, bool, bool]]:
        """Words, whether deleted, whether by a moderator."""
        with world.database.read() as tx:
            rows = tx.execute("SELECT content, deleted IS NOT NULL, moderated FROM messages ORDER BY time").fetchall()
        return [(str(row[0]), bool(row[1]), bool(row[2])) for row in rows]

    def close(self) -> None:
        self.founder.close()
        self.member.close()


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return Template(tmp_path_factory.mktemp("log"), installed.ROOMS, ManualClock())


@pytest.fixture
def pair(template: Template) -> Iterable[Pair]:
    both = Pair(template)
    yield both
    both.close()


def _bytes_of(world: World) -> bytes:
    return b"".join(body or b"" for body in world.bodies().values())


@pytest.mark.parametrize("writer", ["founder", "member"])
def test_what_is_removed_is_hidden_on_both_and_dropped_after_thirty_days(pair: Pair, writer: str) -> None:
    author = getattr(pair, writer)
    post = pair.say(author, MessagePosted(content=MARKER))
    pair.say(author, MessageEdited(message=post, content=MARKER + " again"))
    pair.meet()
    pair.say(pair.founder, MessageRemoved(message=post), ADA)
    pair.meet()
    for world in (pair.founder, pair.member):
        assert pair.shown(world) == [("", True, True)]
        assert MARKER.encode() in _bytes_of(world), "the premise: the words are kept for a while"
    assert pair.founder.tables() == pair.member.tables()
    pair.clock.advance(REMOVED_KEPT_MS / 1000 - 60)
    for world in (pair.founder, pair.member):
        world.settle()
        assert MARKER.encode() in _bytes_of(world)
    pair.clock.advance(120)
    for world in (pair.founder, pair.member):
        world.settle()
        assert MARKER.encode() not in _bytes_of(world)
        assert pair.shown(world) == [("", True, True)]
        before = world.tables()
        world.rebuild()
        assert world.tables() == before
    assert pair.founder.fates() == pair.member.fates()


@pytest.mark.parametrize("days", [1, 31])
def test_what_was_removed_before_it_came_rings_nobody_and_is_gone_after_thirty_days(pair: Pair, days: int) -> None:
    post = pair.say(pair.member, MessagePosted(content=MARKER))
    pair.meet()
    pair.say(pair.founder, MessageRemoved(message=post), ADA)
    edit = MessageEdited(message=post, content=MARKER + " again")
    pair.say(pair.member, edit)
    pair.clock.advance(days * 24 * 3600)
    late = pair.template.world(pair.clock, bytes([3]) * 32)
    late.receive(sent(sorted(pair.said, key=lambda event: event.header.user != ADA)))
    late.settle()
    assert pair.shown(late) == [("", True, True)]
    assert (MARKER.encode() in _bytes_of(late)) is (days < 30)
    assert [kind for kind, message in late.announced() if message] == ["channel.message.deleted"], "nobody is rung"
    late.close()


@pytest.mark.parametrize("seed", range(20))
def test_any_order_of_arrival_shows_the_same(pair: Pair, seed: int) -> None:
    rng = random.Random(seed)
    posts = [pair.say(pair.member, MessagePosted(content=f"{MARKER} {number}")) for number in range(3)]
    pair.meet()
    said: Sequence[tuple[World, Body, UserKey]] = [
        (pair.founder, MessageRemoved(message=posts[0]), ADA),
        (pair.member, MessageEdited(message=posts[0], content="too late"), BEN),
        (pair.member, MessageDeleted(message=posts[1]), BEN),
        (pair.founder, MessageRemoved(message=posts[1]), ADA),
        (pair.member, MessagePosted(content="an answer", parent=posts[0], root=posts[0]), BEN),
    ]
    for world, body, user in rng.sample(said, len(said)):
        pair.say(world, body, user)
    pair.meet()
    other = pair.template.world(pair.clock, bytes([3]) * 32)
    for event in rng.sample(pair.said * 2, 2 * len(pair.said)):
        other.receive(sent([event]))
    other.work_off()
    assert other.tables() == pair.founder.tables() == pair.member.tables()
    assert pair.shown(other)[:2] == [("", True, True), ("", True, False)], "what its author took back is deleted"
    other.close()


def test_only_the_authority_removes(pair: Pair) -> None:
    post = pair.say(pair.founder, MessagePosted(content="mine"), ADA)
    pair.meet()
    with pytest.raises(Forbidden) as refused:
        pair.say(pair.member, MessageRemoved(message=post))
    assert refused.value.actual_code == "not_authority"
    with pytest.raises(Forbidden) as refused:
        pair.say(pair.founder, MessageRemoved(message=post), ADA, scope.GENERAL)
    assert refused.value.actual_code == "no_authority"
    assert pair.shown(pair.founder) == [("mine", False, False)]


def test_a_removal_does_not_reach_into_another_channel(pair: Pair) -> None:
    post = pair.say(pair.member, MessagePosted(content="elsewhere"), where=scope.GENERAL)
    pair.meet()
    with pytest.raises(Forbidden) as refused:
        pair.say(pair.founder, MessageRemoved(message=post), ADA)
    assert refused.value.actual_code == "wrong_target"
    assert pair.shown(pair.founder) == [("elsewhere", False, False)]


def test_a_removal_counts_though_the_authority_was_copied(pair: Pair) -> None:
    """Of what stands on a closed branch that counts which only takes away, on every node."""
    post = pair.say(pair.member, MessagePosted(content="words"))
    pair.meet()
    removal = pair.say(pair.founder, MessageRemoved(message=post), ADA)
    pair.meet()
    assert pair.shown(pair.member) == [("", True, True)]
    said = next(event for event in events_of(pair.founder) if event.id == removal)
    body = encode_body(MessagePosted(content="from the copy"), bytes(16))
    header = msgspec.structs.replace(said.header, kind="message.posted", body=body_hash(body))
    fork = compose(header, body, SigningKey(bytes([1]) * 32))
    late = pair.template.world(pair.clock, bytes([3]) * 32)
    pair.member.receive(sent([fork]))
    late.receive(sent([*pair.said[:-1], fork, pair.said[-1]]))
    for world in (pair.member, late):
        assert world.fates()[fork.id][:2] == (1, "forked")
        assert world.fates()[removal][:2] == (0, "")
        assert pair.shown(world) == [("", True, True)]
    late.close()
