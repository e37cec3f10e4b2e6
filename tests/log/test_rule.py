"""Authority through the door: whatever the order of arrival, fates are those of the rule, read word by word."""

import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from canopy.crypto.keys import SigningKey
from canopy.ground.clock import ManualClock
from canopy.ground.errors import Forbidden
from canopy.ground.ids import EventId, NodeId, ScopeId
from canopy.log import scope
from canopy.log.authority import judge_all
from canopy.log.catalog import Draft, Entry, Fate, Ruling
from canopy.log.cuts import Chain, CutHead
from canopy.log.event import Event, body_hash, compose, encode_body, header_of, parse
from canopy.log.line import Ruling as LineRuling
from canopy.log.rule import Rulebook, link_of
from tests.log.governed import CLUB, ClubOpened, MemberRuled, WishSaid, WordSaid, fold
from tests.log.world import Sent, Template, World

NONCE = bytes(16)


class Club:
    """A founder and two others who write through real doors, hear of each other at random, and sometimes fork."""

    def __init__(self, folder: Path, seed: int, *, members: int = 3, steps: int = 40) -> None:
        self.rng = random.Random(seed)
        self.clock = ManualClock()
        self.template = Template(folder, [CLUB], self.clock)
        self.keys = [SigningKey(bytes([number + 1]) * 32) for number in range(members)]
        self.worlds = [self.template.world(self.clock, bytes([number + 1]) * 32) for number in range(members)]
        self.founder = self.worlds[0]
        self.scope = ScopeId(scope.of_channel(self.keys[0].node, NONCE))
        self.said: dict[EventId, Event] = {}
        self._write(self.founder, ClubOpened(nonce=NONCE))
        for _ in range(steps):
            self._step()

    def _step(self) -> None:
        self.clock.advance(self.rng.uniform(0, 5))
        self.rng.choices([self._speak, self._rule, self._hear, self._fork, self._fresh_run], [8, 4, 8, 1, 0.5])[0]()

    def _write(self, world: World, body: Any) -> None:
        try:
            entry = world.database.write(
                lambda tx: world.door.do(tx, Draft(scope=self.scope, body=body, user="00112233445566aa"))  # type: ignore[arg-type]
            )
        except Forbidden:
            return
        for event in events_of(world):
            self.said.setdefault(event.id, event)
        assert entry.id in self.said

    def _speak(self) -> None:
        self._write(self.rng.choice(self.worlds), WordSaid(word=str(self.rng.random())))

    def _rule(self) -> None:
        node = self.rng.choice(self.keys[1:]).node
        self._write(self.founder, MemberRuled(node=node, stays=self.rng.random() < 0.6))

    def _hear(self) -> None:
        world = self.rng.choice(self.worlds)
        some = [event for event in self.said.values() if self.rng.random() < 0.5]
        world.receive(sent(some))

    def _fork(self) -> None:
        """A member's node was copied: a second event of a height that was used."""
        number = self.rng.randrange(1, len(self.keys))
        mine = [event for event in self.said.values() if event.node == self.keys[number].node]
        if mine:
            event = twin_of(self.rng.choice(mine), self.keys[number], self.rng.randbytes(16))
            self.said[event.id] = event

    def _fresh_run(self) -> None:
        world = self.rng.choice(self.worlds)
        world.database.write(world.door.draw_run)

    def close(self) -> None:
        for world in self.worlds:
            world.close()


def twin_of(event: Event, key: SigningKey, salt: bytes) -> Event:
    """Another event in the place of one: a fork."""
    body = encode_body(WordSaid(word="forked"), salt)
    return compose(msgspec.structs.replace(event.header, kind="word.said", body=body_hash(body)), body, key)


def work(world: World) -> None:
    """Do what was left to do."""
    while world.database.write(world.door.work):
        pass


def events_of(world: World) -> list[Event]:
    with world.database.read() as tx:
        rows: list[Any] = tx.execute("SELECT header, signature, body FROM events ORDER BY position").fetchall()
    return [parse(*row) for row in rows]


def sent(events: Iterable[Event]) -> list[Sent]:
    return [(event.header_bytes, event.signature, event.body) for event in events]


def expected(club: Club) -> dict[bytes, str]:
    """The fates by the oracle: `judge_all`, the fold, and who is a member."""
    world = club.founder
    entries = {}
    for event in club.said.values():
        body = world.door.judge.decode(event.header, event.body)
        entries[event.id] = (event, body)
    links: list[Any] = []
    for event, body in entries.values():
        link = link_of(event.id, event.header)
        if isinstance(body, Ruling):
            cut = tuple(CutHead(Chain(NodeId(n), r), h, EventId(i)) for n, r, h, i in body.cut)
            links.append(LineRuling(link, EventId(body.line), cut, body.RESUMES, body.takes()))
        else:
            links.append(link)
    judged = judge_all(club.keys[0].node, links)
    states: list[Any] = [frozenset()]
    for step in judged.line:
        event, body = entries[step.id]
        states.append(fold(states[-1], Entry(event.id, event.header, body)))
    fates = {}
    for event, body in entries.values():
        index = judged.index[event.id]
        if index is None:
            fates[bytes(event.id)] = "unruled" if isinstance(body, Ruling) else "forked"
        elif isinstance(body, Ruling) or bytes(event.node) in states[index]:
            fates[bytes(event.id)] = "done"
        else:
            fates[bytes(event.id)] = "no_member"
    return fates


def found(world: World) -> dict[bytes, str]:
    return {
        identity: "done" if fate == int(Fate.DONE) else reason for identity, (fate, reason, _) in world.fates().items()
    }


@pytest.mark.parametrize("seed", range(24))
def test_fates_are_those_of_the_rule_in_any_order(tmp_path: Path, seed: int) -> None:
    club = Club(tmp_path, seed)
    wanted = expected(club)
    batch = sent(club.said.values())
    fresh = club.template.world(club.clock, bytes([99]) * 32)
    for world in (*club.worlds, fresh):
        club.rng.shuffle(batch)
        for start in range(0, len(batch), 7):
            world.receive(batch[start : start + 7])
            if club.rng.random() < 0.2:
                # As after a restart: the judges are made anew from the log.
                world.door.judge.rules = Rulebook(world.door.catalog)
        world.receive(batch)
        world.settle()
        assert found(world) == wanted, f"seed {seed}"
    fresh.close()
    club.close()


def test_only_the_founder_rules(tmp_path: Path) -> None:
    club = Club(tmp_path, 1, steps=0)
    other = club.worlds[1]
    other.receive(sent(club.said.values()))
    draft = Draft(scope=club.scope, body=MemberRuled(node=club.keys[1].node, stays=True))
    with pytest.raises(Forbidden) as refused:
        other.database.write(lambda tx: other.door.do(tx, draft))
    assert refused.value.actual_code == "not_authority"
    club.close()


def test_the_line_goes_on_in_a_new_run(tmp_path: Path) -> None:
    club = Club(tmp_path, 2, steps=0)
    club.founder.database.write(club.founder.door.draw_run)
    club._write(club.founder, MemberRuled(node=club.keys[1].node, stays=True))
    kinds = [header_of(event.header_bytes).kind for event in events_of(club.founder)]
    assert kinds == ["club.opened", "club.resumed", "member.ruled"]
    assert set(found(club.founder).values()) == {"done"}
    club.close()


def test_an_undone_transaction_leaves_no_judgement(tmp_path: Path) -> None:
    """The judge is in memory: what was rolled back must not stay in it."""
    club = Club(tmp_path, 3, steps=0)
    world = club.founder

    def rule_and_fail(tx: Any) -> None:
        world.door.do(tx, Draft(scope=club.scope, body=MemberRuled(node=club.keys[1].node, stays=True)))
        raise RuntimeError("undone")

    with pytest.raises(RuntimeError):
        world.database.write(rule_and_fail)
    club._write(world, MemberRuled(node=club.keys[2].node, stays=True))
    assert world.database.write(lambda tx: world.door.judge.rules.state(tx, club.scope)) == {
        club.keys[0].node,
        club.keys[2].node,
    }
    club.close()


def test_the_founder_answers_wishes_once(tmp_path: Path) -> None:
    club = Club(tmp_path, 6, steps=0)
    member, stranger = club.keys[1].node, club.keys[2].node
    club._write(club.founder, MemberRuled(node=member, stays=True))
    asking = club.worlds[1]
    asking.receive(sent(club.said.values()))
    club._write(asking, WishSaid(node=stranger))
    wish = next(event for event in club.said.values() if event.header.kind == "wish.said")
    assert len(events_of(asking)) == 3, "only the founder answers"
    for _ in range(2):
        club.founder.receive(sent([wish]))
        work(club.founder)
    kinds = [event.header.kind for event in events_of(club.founder)]
    assert kinds == ["club.opened", "member.ruled", "wish.said", "member.ruled"]
    state = club.founder.database.write(lambda tx: club.founder.door.judge.rules.state(tx, club.scope))
    assert state == {club.keys[0].node, member, stranger}
    club.close()


def test_a_wish_that_counts_no_more_is_not_answered(tmp_path: Path) -> None:
    club = Club(tmp_path, 8, steps=0)
    club._write(club.founder, MemberRuled(node=club.keys[1].node, stays=True))
    asking = club.worlds[1]
    asking.receive(sent(club.said.values()))
    club._write(asking, WishSaid(node=club.keys[2].node))
    (wish,) = [event for event in club.said.values() if event.header.kind == "wish.said"]
    club.founder.receive(sent([wish]))
    club.founder.receive(sent([twin_of(wish, club.keys[1], b"0123456789abcdef")]))
    work(club.founder)
    assert len(events_of(club.founder)) == 4
    assert "member.ruled" not in [event.header.kind for event in events_of(club.founder)[2:]]
    club.close()


def test_a_wish_that_cannot_be_granted_is_passed_over(tmp_path: Path) -> None:
    club = Club(tmp_path, 7, steps=0)
    world = club.founder
    member = club.keys[1].node
    club._write(world, MemberRuled(node=member, stays=True))
    asking = club.worlds[1]
    asking.receive(sent(club.said.values()))
    club._write(asking, WishSaid(node=club.keys[2].node))
    wish = [event for event in club.said.values() if event.header.kind == "wish.said"]

    def meanwhile(tx: Any) -> None:
        world.door.receive(tx, *sent(wish)[0], "peer")
        draft = Draft(scope=club.scope, body=MemberRuled(node=member, stays=False))
        world.door.do(tx, draft)

    world.database.write(meanwhile)
    before = len(events_of(world))
    work(world)
    # The cut of the removal names the wish: it counted, and is answered though its author is gone now.
    assert len(events_of(world)) == before + 1
    club.close()


def test_where_nobody_governs_there_is_no_state(tmp_path: Path) -> None:
    club = Club(tmp_path, 5, steps=0)
    assert club.founder.database.write(lambda tx: club.founder.door.judge.rules.state(tx, scope.GENERAL)) is None
    club.close()


def test_what_is_said_before_the_founding_is_known_waits_for_it(tmp_path: Path) -> None:
    club = Club(tmp_path, 4, steps=0)
    club._write(club.founder, MemberRuled(node=club.keys[1].node, stays=True))
    member = club.worlds[1]
    member.receive(sent(club.said.values()))
    club._write(member, WordSaid(word="early"))
    fresh = club.template.world(club.clock, bytes([99]) * 32)
    words = [event for event in club.said.values() if event.header.kind == "word.said"]
    rulings = [event for event in club.said.values() if event.header.kind != "word.said"]
    fresh.receive(sent(words))
    assert set(found(fresh).values()) == {"club"}
    fresh.receive(sent(rulings))
    assert set(found(fresh).values()) == {"done"}
    fresh.close()
    club.close()
