"""The door: what is taken, parked, refused or known, and what is never left behind."""

import random
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canopy.crypto.keys import SigningKey
from canopy.features.messages.events import MessageDeleted, MessageEdited, MessagePosted
from canopy.features.messages.feature import FEATURE as MESSAGES
from canopy.features.people.events import UserCarded
from canopy.features.people.feature import FEATURE as PEOPLE
from canopy.ground.clock import COUNTER_BITS, ManualClock
from canopy.ground.codec import pack
from canopy.ground.errors import ContentTooLarge, Forbidden, Malformed, NotFound, ProjectionFailed, StorageFailed
from canopy.ground.ids import NO_EVENT, EventId, UserKey
from canopy.log import parking, scope, store
from canopy.log.append import Absence, Receipt, Taking
from canopy.log.catalog import Catalog, Draft, DuplicateName, Entry, Fate
from canopy.log.db import Tx
from canopy.log.db.connection import Tx as Transaction
from canopy.log.event import BODY_LIMIT, SIGNATURE_LABEL, Event, Header, body_hash, compose, event_id
from tests.log.authors import Author, StrangeThing
from tests.log.world import Sent, Template, World

ME = UserKey("00112233445566aa")
ONE_HOUR = 3600
EDITED = MessageEdited.KIND


def sent(event: Event) -> Sent:
    return event.header_bytes, event.signature, event.body


def say(words: str = "hello", where: Any = scope.GENERAL) -> Draft:
    return Draft(scope=where, user=ME, body=MessagePosted(content=words))


def do(world: World, draft: Draft) -> Entry:
    return world.database.write(lambda tx: world.door.do(tx, draft))


def give(world: World, event: Event, absence: Absence = Absence.NONE, *, body: bool = True) -> Receipt:
    parts = (event.header_bytes, event.signature, event.body if body else None)
    return world.database.write(lambda tx: world.door.receive(tx, *parts, "peer", absence))


def altered(event: Event, key: SigningKey, **fields: Any) -> Event:
    """The same event with other header fields, signed by whoever likes."""
    return compose(msgspec.structs.replace(event.header, **fields), event.body or b"", key)


# Local drafts.


def test_local_events_make_one_chain_in_each_scope(world: World) -> None:
    first, second = do(world, say("one")), do(world, say("two"))
    card = do(world, Draft(scope=scope.of_node(first.node), user=ME, body=UserCarded(handle="ada", name="Ada")))
    assert (first.header.height, second.header.height, card.header.height) == (1, 2, 1)
    assert second.header.prev == first.id
    assert first.header.prev == NO_EVENT
    assert second.time > first.time
    assert first.header.run == second.header.run == card.header.run


def test_a_local_action_that_is_not_admissible_leaves_nothing(world: World, author: Author) -> None:
    foreign = author.write(MessagePosted(content="mine"))
    world.receive([sent(foreign)])
    before = (world.tables(), world.fates(), world.announced())
    with pytest.raises(Forbidden) as refusal:
        do(world, Draft(scope=scope.GENERAL, user=ME, body=MessageDeleted(message=foreign.id)))
    assert refusal.value.actual_code == "not_author"
    with pytest.raises(NotFound):
        do(world, Draft(scope=scope.GENERAL, user=ME, body=MessageDeleted(message=bytes(32))))
    assert (world.tables(), world.fates(), world.announced()) == before


def test_a_body_beyond_the_limit_is_not_signed(world: World) -> None:
    with pytest.raises(ContentTooLarge):
        do(world, say("x" * BODY_LIMIT))
    assert world.fates() == {}


def test_the_clock_takes_over_the_times_of_done_events(world: World, author: Author, clock: ManualClock) -> None:
    ahead = author.write(MessagePosted(content="my clock is four minutes ahead"), skew_ms=240_000)
    world.receive([sent(ahead)])
    assert do(world, say()).time > ahead.header.time


def test_a_restart_forgets_no_time_and_no_height(world: World, author: Author, template: Template) -> None:
    mine = do(world, say("before"))
    ahead = author.write(MessagePosted(content="ahead"), skew_ms=240_000)
    world.receive([sent(ahead)])
    world.close()
    again = World(world.path.parent, PEOPLE_AND_MESSAGES, world.clock)
    late = author.write(MessagePosted(content="old"), where=scope.GENERAL, skew_ms=-ONE_HOUR * 1000)
    again.receive([sent(late)])
    after = do(again, say("after"))
    assert after.time > ahead.header.time
    assert (after.header.height, after.header.prev, after.header.run) == (2, mine.id, mine.header.run)
    again.close()


PEOPLE_AND_MESSAGES = (PEOPLE, MESSAGES)


def test_a_clock_set_back_begins_a_new_run(world: World, clock: ManualClock) -> None:
    before = do(world, say("before"))
    clock.set_back(299)
    same = do(world, say("a little back"))
    assert (same.header.run, same.header.height) == (before.header.run, 2)
    assert same.time > before.time
    clock.set_back(300)
    after = do(world, say("far back"))
    assert after.header.run != before.header.run
    assert (after.header.height, after.time >> COUNTER_BITS) == (1, clock.now_ms())


def test_an_unknown_event_of_our_own_run_begins_a_new_run(world: World) -> None:
    mine = do(world, say("one"))
    twin = altered(event_of(world, mine.id), SigningKey(bytes(32)), height=2, prev=mine.id, time=mine.time + 1)
    assert give(world, event_of(world, mine.id)).taking is Taking.KNOWN
    assert do(world, say("two")).header.run == mine.header.run
    assert give(world, twin).taking is Taking.TAKEN
    assert do(world, say("three")).header.run != mine.header.run


def event_of(world: World, identity: EventId) -> Event:
    with world.database.read() as tx:
        row: Any = tx.execute("SELECT header, signature, body FROM events WHERE id = ?", (identity,)).fetchone()
    return Event(identity, msgspec.msgpack.decode(row[0], type=Header), *row)


# What is refused, and counted.


def small_order(event: Event) -> Event:
    return msgspec.structs.replace(
        altered(event, SigningKey(bytes(32)), node=bytes([1] + [0] * 31)), signature=bytes(64)
    )


BAD: list[tuple[str, str, Callable[[Event, SigningKey], Sent]]] = [
    ("no msgpack", "malformed", lambda e, k: (b"\xc1", e.signature, e.body)),
    ("no array", "malformed", lambda e, k: (pack({"v": 1}), e.signature, e.body)),
    ("an empty array", "malformed", lambda e, k: (pack([]), e.signature, e.body)),
    ("trailing bytes", "malformed", lambda e, k: (e.header_bytes + b"\x00", e.signature, e.body)),
    ("a field too many", "malformed", lambda e, k: (pack([*_fields(e), 1]), e.signature, e.body)),
    ("a version below ours", "malformed", lambda e, k: sent(altered(e, k, v=0))),
    ("a short scope", "malformed", lambda e, k: sent(altered(e, k, scope=b"x"))),
    ("a negative run", "malformed", lambda e, k: sent(altered(e, k, run=-1))),
    ("height zero", "malformed", lambda e, k: sent(altered(e, k, height=0))),
    ("height two without a predecessor", "malformed", lambda e, k: sent(altered(e, k, height=2))),
    ("a predecessor at height one", "malformed", lambda e, k: sent(altered(e, k, prev=bytes([1]) * 32))),
    ("a counter of 1000", "malformed", lambda e, k: sent(altered(e, k, time=(e.header.time >> 16 << 16) + 1000))),
    ("a time beyond 2^63", "malformed", lambda e, k: sent(altered(e, k, time=1 << 63))),
    ("a kind without a dot", "malformed", lambda e, k: sent(altered(e, k, kind="messageposted"))),
    ("a user that is no key", "malformed", lambda e, k: sent(altered(e, k, user="G" * 16))),
    ("a negative expiry", "malformed", lambda e, k: sent(altered(e, k, expires=-1))),
    ("a short epoch", "malformed", lambda e, k: sent(altered(e, k, epoch=b"1"))),
    ("a short cause", "malformed", lambda e, k: sent(altered(e, k, cause=b"1"))),
    ("a short body hash", "malformed", lambda e, k: sent(altered(e, k, body=b"1"))),
    ("another body", "malformed", lambda e, k: (e.header_bytes, e.signature, b"another body")),
    ("a flipped signature bit", "bad_signature", lambda e, k: (e.header_bytes, _flipped(e.signature), e.body)),
    ("a short signature", "bad_signature", lambda e, k: (e.header_bytes, e.signature[:63], e.body)),
    ("somebody else's key", "bad_signature", lambda e, k: sent(altered(e, SigningKey(b"\x09" * 32), height=1))),
    ("the identity point as a key", "bad_signature", lambda e, k: sent(small_order(e))),
    ("a header above its limit", "too_large", lambda e, k: (b"\x00" * 1025, e.signature, e.body)),
    ("a body above its limit", "too_large", lambda e, k: (e.header_bytes, e.signature, b"x" * (BODY_LIMIT + 1))),
]


def _fields(event: Event) -> list[Any]:
    fields: list[Any] = msgspec.msgpack.decode(event.header_bytes)
    return fields


def _flipped(data: bytes) -> bytes:
    return bytes([data[0] ^ 1]) + data[1:]


@pytest.mark.parametrize(("code", "forge"), [b[1:] for b in BAD], ids=[b[0] for b in BAD])
def test_what_is_not_genuine_is_refused_and_counted(
    world: World, author: Author, code: str, forge: Callable[[Event, SigningKey], Sent]
) -> None:
    honest = author.write(MessagePosted(content="hello"))
    receipt = world.receive([forge(honest, author.key)])[0]
    assert (receipt.taking, receipt.code) == (Taking.REFUSED, code)
    assert world.counted() == {("peer", code): 1}
    assert world.fates() == {}
    # The refusal is of these bytes, never of an id: the true event still comes in.
    assert world.receive([sent(honest)])[0].taking is Taking.TAKEN


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_no_bytes_make_the_door_raise(template: Template, data: st.DataObject) -> None:
    world = _shared(template)
    author = Author(8, world.clock, random.Random(data.draw(st.integers(0, 9))))
    honest = author.write(MessagePosted(content="hello"))
    header = bytearray(honest.header_bytes)
    for _ in range(data.draw(st.integers(0, 4))):
        header[data.draw(st.integers(0, len(header) - 1))] = data.draw(st.integers(0, 255))
    garbage = data.draw(st.one_of(st.just(bytes(header)), st.binary(max_size=300)))
    assert world.receive([(garbage, honest.signature, honest.body)])[0].taking in Taking


_worlds: list[World] = []


def _shared(template: Template) -> World:
    if not _worlds:
        _worlds.append(template.world(ManualClock()))
    return _worlds[0]


def test_a_key_of_small_order_is_never_an_identity(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even if a signature check let it through."""
    monkeypatch.setattr("canopy.log.event.verify", lambda node, message, signature: True)
    forged = small_order(Author(7, world.clock, random.Random(1)).write(MessagePosted(content="x")))
    assert give(world, forged).code == "bad_identity"


def test_an_event_must_continue_the_chain_that_it_names(world: World, author: Author) -> None:
    first = author.write(MessagePosted(content="one"))
    card = author.write(UserCarded(handle="bob", name="Bob"), scope.of_node(author.key.node))
    second = author.write(MessagePosted(content="two"))
    world.receive([sent(first), sent(card)])
    elsewhere = altered(second, author.key, prev=card.id)
    skipping = altered(second, author.key, height=3)
    early = altered(second, author.key, time=first.header.time)
    for wrong in (elsewhere, skipping, early):
        assert give(world, wrong).code == "bad_chain"
    assert give(world, second).taking is Taking.TAKEN
    branch = altered(second, author.key, time=second.header.time + 5)
    assert give(world, altered(branch, author.key, time=first.header.time - (1 << COUNTER_BITS))).code == "bad_chain"


# What waits at the door.


def test_a_chain_may_arrive_backwards(world: World, author: Author) -> None:
    events = [author.write(MessagePosted(content=f"{n}")) for n in range(20)]
    for event in reversed(events[1:]):
        assert give(world, event).taking is Taking.PARKED
    assert give(world, events[5]).taking is Taking.PARKED
    assert world.fates() == {}
    assert give(world, events[0]).taking is Taking.TAKEN
    assert len(world.fates()) == 20
    assert world.counted() == {("peer", "parked"): 19}


def test_an_event_waits_for_its_body(world: World, author: Author) -> None:
    event = author.write(MessagePosted(content="hello"))
    assert give(world, event, body=False).taking is Taking.PARKED
    assert give(world, event).taking is Taking.TAKEN
    assert give(world, event).taking is Taking.KNOWN
    assert len(world.tables()["messages"]) == 1


def test_a_parked_header_takes_its_body_over(world: World, author: Author) -> None:
    first, second = (author.write(MessagePosted(content=w)) for w in ("one", "two"))
    assert give(world, second, body=False).taking is Taking.PARKED
    assert give(world, second).taking is Taking.PARKED
    assert give(world, second, body=False).taking is Taking.PARKED
    give(world, first)
    assert len(world.tables()["messages"]) == 2


def test_a_parked_event_may_still_lack_its_body(world: World, author: Author) -> None:
    first, second = (author.write(MessagePosted(content=w)) for w in ("one", "two"))
    give(world, second, body=False)
    give(world, first)
    assert len(world.fates()) == 1
    assert give(world, second).taking is Taking.TAKEN


def test_a_parked_event_may_turn_out_to_be_wrong(world: World, author: Author) -> None:
    first, second = (author.write(MessagePosted(content=w)) for w in ("one", "two"))
    early = altered(second, author.key, time=first.header.time)
    assert give(world, early).taking is Taking.PARKED
    give(world, first)
    assert world.counted() == {("peer", "parked"): 1, ("peer", "bad_chain"): 1}
    assert len(world.fates()) == 1


def test_an_event_of_a_newer_version_is_parked(world: World, author: Author) -> None:
    event = author.write(MessagePosted(content="hello"))
    longer = pack([2, *_fields(event)[1:], "new field"])
    strange = (longer, author.key.sign(SIGNATURE_LABEL + longer), event.body)
    assert [r.taking for r in world.receive([strange, strange])] == [Taking.PARKED] * 2
    same_shape = altered(event, author.key, v=2)
    assert give(world, same_shape).taking is Taking.PARKED
    assert world.counted() == {("peer", "parked"): 2}


def test_parking_is_bounded_and_lets_the_newest_go(
    world: World, author: Author, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parking, "MOST_EVENTS", 3)
    events = [author.write(MessagePosted(content=f"{n}")) for n in range(7)]
    for event in events[1:]:
        give(world, event)
    assert world.counted() == {("peer", "parked"): 6, ("peer", "postponed"): 3}
    give(world, events[0])
    # 1, 2 and the last one were kept; the rest of the chain is asked for again.
    assert len(world.fates()) == 3


def test_one_event_larger_than_the_parking_is_kept_alone(
    world: World, author: Author, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parking, "MOST_BYTES", 10)
    author.write(MessagePosted(content="never sent"))
    assert give(world, author.write(MessagePosted(content="large"))).taking is Taking.PARKED


# Bodies that are gone.


def test_a_deletion_drops_the_words_for_good(world: World, author: Author) -> None:
    post = author.write(MessagePosted(content="secret"))
    edit = author.write(MessageEdited(message=post.id, content="secret, better"))
    deletion = author.write(MessageDeleted(message=post.id))
    world.receive([sent(post), sent(edit), sent(deletion)])
    bodies = world.bodies()
    assert bodies[post.id] is None
    assert bodies[edit.id] is None
    assert bodies[deletion.id] is not None
    assert give(world, post).taking is Taking.KNOWN
    assert world.bodies()[post.id] is None


def test_a_deletion_may_come_first(world: World, author: Author) -> None:
    post = author.write(MessagePosted(content="secret"))
    other = Author(9, world.clock, random.Random(9))
    liar = other.write(MessageDeleted(message=post.id))
    assert give(world, liar).verdict.reason == "target"  # type: ignore[union-attr]
    author.run += 1
    author.ends.clear()
    deletion = author.write(MessageDeleted(message=post.id))
    assert give(world, deletion).verdict.fate is Fate.WAITING  # type: ignore[union-attr]
    give(world, post)
    fates = world.fates()
    assert fates[deletion.id][0] == Fate.DONE
    assert fates[liar.id] == (Fate.HIDDEN, "not_author", "")
    assert world.bodies()[post.id] is None
    assert [row[6] for row in world.tables()["messages"]] == [""]


def test_a_header_may_come_without_the_body_that_was_deleted(world: World, author: Author) -> None:
    post = author.write(MessagePosted(content="secret"))
    deletion = author.write(MessageDeleted(message=post.id))
    assert give(world, post, Absence.DELETED, body=False).verdict.reason == "body"  # type: ignore[union-attr]
    give(world, deletion)
    assert world.fates()[post.id] == (Fate.DONE, "", "deleted")
    assert world.tables()["messages"][0][12] is not None


def test_a_body_that_was_withheld_may_come_later(world: World, author: Author) -> None:
    post = author.write(MessagePosted(content="late"))
    give(world, post, Absence.PRUNED, body=False)
    assert world.tables()["messages"] == []
    assert give(world, post).taking is Taking.KNOWN
    assert [row[6] for row in world.tables()["messages"]] == ["late"]
    assert world.announced() == [("channel.message.created", world.tables()["messages"][0][1])]


def test_an_edit_whose_body_comes_later_finds_its_message(world: World, author: Author) -> None:
    post = author.write(MessagePosted(content="old"))
    edit = author.write(MessageEdited(message=post.id, content="new"))
    world.receive([sent(post)])
    give(world, edit, Absence.PRUNED, body=False)
    give(world, edit)
    assert [row[6] for row in world.tables()["messages"]] == ["new"]


def test_what_has_expired_is_taken_without_its_words(world: World, author: Author, clock: ManualClock) -> None:
    soon = clock.now_ms() + 1000
    shown, unseen = (author.write(MessagePosted(content=w), expires=soon) for w in ("shown", "unseen"))
    give(world, shown)
    clock.advance(2)
    assert give(world, unseen).taking is Taking.TAKEN
    assert world.bodies()[unseen.id] is None
    assert world.bodies()[shown.id] is not None
    world.settle()
    assert world.bodies()[shown.id] is None
    assert world.tables()["messages"] == []
    assert [kind for kind, _ in world.announced()] == ["channel.message.created", "channel.message.deleted"]


def test_expiry_of_what_nobody_saw_is_not_announced(world: World, author: Author, clock: ManualClock) -> None:
    give(world, author.write(StrangeThing(words="?"), expires=clock.now_ms() + 1000))
    card = UserCarded(handle="bob", name="Bob")
    give(world, author.write(card, scope.of_node(author.key.node), expires=clock.now_ms() + 1000))
    clock.advance(2)
    world.settle()
    assert world.announced() == []


def test_a_deletion_that_would_expire_is_malformed(world: World, author: Author, clock: ManualClock) -> None:
    post = author.write(MessagePosted(content="stays"))
    deletion = author.write(MessageDeleted(message=post.id), expires=clock.now_ms() + 1000)
    world.receive([sent(post), sent(deletion)])
    assert world.fates()[deletion.id][:2] == (Fate.HIDDEN, "malformed")


# Forks.


def test_a_fork_closes_the_chain_from_its_height(world: World, author: Author) -> None:
    first = author.write(MessagePosted(content="before"))
    second = author.write(MessagePosted(content="left"))
    rival = author.fork(MessagePosted(content="right"))
    third = author.write(MessagePosted(content="after"))
    deletion = author.write(MessageDeleted(message=first.id))
    world.receive(map(sent, (first, second, third)))
    assert len(world.tables()["messages"]) == 3
    give(world, rival)
    assert [row[6] for row in world.tables()["messages"]] == ["before"]
    assert {e.id for e in (second, rival, third)} == {i for i, f in world.fates().items() if f[1] == "forked"}
    # An author's own deletion holds on a closed branch too.
    give(world, deletion)
    assert world.bodies()[first.id] is None


def test_a_chain_has_at_most_eight_branches(world: World, author: Author) -> None:
    first = author.write(MessagePosted(content="first"))
    give(world, first)
    rivals = [altered(author.write(MessagePosted(content="x")), author.key, height=2, prev=first.id) for _ in range(9)]
    codes = [give(world, rival).code for rival in rivals]
    assert codes == [""] * 8 + ["too_many_branches"]


# Time.


def test_an_event_from_the_future_waits_for_its_time(world: World, author: Author, clock: ManualClock) -> None:
    event = author.write(MessagePosted(content="soon"), skew_ms=ONE_HOUR * 1000)
    assert give(world, event).verdict.reason == "clock"  # type: ignore[union-attr]
    assert do(world, say()).time < event.header.time
    world.settle()
    assert world.fates()[event.id][0] == Fate.WAITING
    clock.advance(ONE_HOUR)
    world.settle()
    assert world.fates()[event.id][0] == Fate.DONE
    assert len(world.announced()) == 2


# All or nothing.


def raising(tx: Tx, key: bytes, history: Sequence[Entry]) -> None:
    raise RuntimeError("a defect")


@pytest.fixture
def broken(template: Template, clock: ManualClock) -> World:
    """A world whose messages room cannot make rows."""
    projections = tuple(msgspec.structs.replace(p, project=raising) for p in MESSAGES.projections)
    world = template.world(clock)
    rooms = (PEOPLE, msgspec.structs.replace(MESSAGES, projections=projections))
    world.door.catalog = world.door.judge.catalog = Catalog(rooms)
    return world


def test_a_local_action_whose_projector_raises_leaves_nothing(broken: World) -> None:
    with pytest.raises(ProjectionFailed):
        do(broken, say())
    assert (broken.fates(), broken.announced()) == ({}, [])


def test_a_received_event_whose_projector_raises_waits(broken: World, author: Author) -> None:
    card = author.write(UserCarded(handle="bob", name="Bob"), scope.of_node(author.key.node))
    post = author.write(MessagePosted(content="hello"))
    receipts = broken.receive([sent(post), sent(card)])
    assert [r.verdict.reason for r in receipts if r.verdict] == ["projector", ""]
    assert len(broken.tables()["user_cards"]) == 1
    assert broken.announced() == []


def test_a_disk_error_in_a_projector_is_nobodys_event(
    world: World, author: Author, monkeypatch: pytest.MonkeyPatch
) -> None:
    import apsw

    def full(self: Any, tx: Tx, key: bytes, projections: Any, shown: Any) -> None:
        raise apsw.FullError("the disk is full")

    monkeypatch.setattr("canopy.log.judge.Judge._make", full)
    with pytest.raises(StorageFailed):
        give(world, author.write(MessagePosted(content="hello")))
    assert world.fates() == {}


def test_nothing_is_told_before_it_is_durable(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _premature(world) == []


def test_sabotage_notices_before_commit(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    genuine = Transaction.savepoint

    def hasty(self: Transaction) -> Any:
        world.database.on_commit()
        return genuine(self)

    monkeypatch.setattr(Transaction, "savepoint", hasty)
    assert _premature(world) != []


def _premature(world: World) -> list[str]:
    """Rings at which the journal did not hold the message yet, or that came for a batch which failed."""
    heard: list[int] = []
    world.database.on_commit = lambda: heard.append(len(world.announced()))
    do(world, say("kept"))
    wrong = [] if heard == [1] else ["rung without its notice"]

    def job(tx: Tx) -> None:
        world.door.do(tx, say("lost"))
        raise RuntimeError("the batch fails")

    with pytest.raises(RuntimeError):
        world.database.write(job)
    if len(heard) != 1:
        wrong.append("rung for a batch that failed")
    return wrong


def test_sabotage_commit_on_error(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The premise of the tests above: a savepoint that keeps what it should undo is seen."""
    import contextlib

    @contextlib.contextmanager
    def forgiving(self: Transaction) -> Any:
        yield

    monkeypatch.setattr(Transaction, "savepoint", forgiving)
    before = world.fates()

    def job(tx: Tx) -> None:
        with contextlib.suppress(NotFound), tx.savepoint():
            world.door.do(tx, Draft(scope=scope.GENERAL, user=ME, body=MessageDeleted(message=bytes(32))))

    world.database.write(job)
    assert world.fates() != before


# The catalog.


def test_two_rooms_cannot_declare_one_kind() -> None:
    with pytest.raises(DuplicateName):
        Catalog((MESSAGES, MESSAGES))


def test_what_an_id_is_made_of() -> None:
    clock = ManualClock()
    event = Author(7, clock, random.Random(1)).write(MessagePosted(content="x"))
    assert event.id == event_id(event.header_bytes)
    assert event.header.body == body_hash(event.body or b"")


def test_a_reply_keeps_its_thread_when_its_own_words_expire(world: World, author: Author, clock: ManualClock) -> None:
    root = author.write(MessagePosted(content="root"))
    soon = clock.now_ms() + 1000
    reply = author.write(MessagePosted(content="old", parent=root.id, root=root.id), expires=soon)
    edit = author.write(MessageEdited(message=reply.id, content="new", parent=root.id, root=root.id))
    world.receive(map(sent, (root, reply, edit)))
    before = world.tables()["messages"]
    clock.advance(2)
    world.settle()
    assert world.bodies()[reply.id] is None
    assert world.tables()["messages"] == before
    assert {row[8] for row in before} == {before[0][8]}


@pytest.mark.parametrize("late", [False, True], ids=["before it expires", "after"])
@pytest.mark.parametrize("delete", [False, True], ids=["edit", "deletion"])
def test_nobody_is_silenced_by_what_expires(
    world: World, author: Author, clock: ManualClock, late: bool, delete: bool
) -> None:
    """A change that is not admissible does not become so when its body is gone."""
    post = author.write(MessagePosted(content="victim"))
    stranger = Author(9, clock, random.Random(9))
    body = MessageDeleted(message=post.id) if delete else MessageEdited(message=post.id, content="not mine")
    attack = stranger.write(body, expires=clock.now_ms() + 60_000)
    give(world, post)
    if late:
        clock.advance(120)
    give(world, attack)
    clock.advance(120)
    world.settle()
    assert [row[6] for row in world.tables()["messages"]] == ["victim"]
    assert world.bodies()[post.id] is not None
    assert world.fates()[attack.id][0] == Fate.HIDDEN


def test_a_header_that_waits_remembers_why_it_came_alone(world: World, author: Author) -> None:
    first, second, third = (author.write(MessagePosted(content=w)) for w in ("one", "two", "three"))
    assert give(world, second, Absence.DELETED, body=False).taking is Taking.PARKED
    give(world, third)
    give(world, first)
    assert len(world.fates()) == 3


def test_a_first_event_has_at_most_eight_rivals(world: World, author: Author) -> None:
    rivals = [altered(author.write(MessagePosted(content="x")), author.key, height=1, prev=NO_EVENT) for _ in range(9)]
    assert [give(world, rival).code for rival in rivals] == [""] * 8 + ["too_many_branches"]


def test_a_strangers_edits_are_not_read_when_a_message_is_made(world: World, author: Author) -> None:
    post = author.write(MessagePosted(content="mine"))
    stranger = Author(9, world.clock, random.Random(9))
    edits = [stranger.write(MessageEdited(message=post.id, content="x")) for _ in range(20)]
    world.receive(map(sent, (post, *edits)))
    with world.database.read() as tx:
        read = [store.DONE_OF_KIND.rows(tx, object=post.id, kind=k) for k in ("message.posted", EDITED)]
        assert [len(rows) for rows in read] == [1, 0]
        assert store.BLAMED_OF_OBJECT.rows(tx, object=post.id) == []


def test_words_that_no_reader_would_accept_are_not_signed(world: World) -> None:
    with pytest.raises(Malformed):
        do(world, say("   "))
    assert world.fates() == {}
