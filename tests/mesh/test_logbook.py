"""What happened to links: in order, within bounds."""

from canopy.ground.clock import ManualClock
from canopy.ground.ids import NodeId
from canopy.mesh.logbook import MOST_ATTEMPTS, MOST_HAPPENINGS, MOST_NODES, Logbook

A, B = (NodeId(bytes([number]) * 32) for number in (1, 2))


def test_happenings_are_told_since_an_instant_newest_last() -> None:
    clock = ManualClock()
    book = Logbook(clock)
    book.note(A, "attempt", address="ws://x:1")
    clock.advance(1.0)
    since = clock.now_ms()
    book.note(A, "connected", address="ws://x:1")
    book.note(None, "failed", "nobody")
    told = book.happenings(since, 10)
    assert [(one.status, one.detail, one.address, one.node) for one in told] == [
        ("connected", "", "ws://x:1", A),
        ("failed", "nobody", "", None),
    ]
    assert [one.number for one in book.happenings(0, 2)] == [2, 3]
    assert len(book.happenings(0, 100)) == 3


def test_the_history_is_bounded() -> None:
    book = Logbook(ManualClock())
    for _ in range(MOST_HAPPENINGS + 5):
        book.note(A, "attempt")
    assert len(book.happenings(0, 10_000)) == MOST_HAPPENINGS
    assert book.happenings(0, 1)[0].number == MOST_HAPPENINGS + 5


def test_of_each_address_the_newest_attempt_is_kept() -> None:
    book = Logbook(ManualClock())
    book.tried(A, "ws://x:1", "timeout", "Nothing answered.")
    book.tried(A, "ws://x:2", "refused", "Nobody listens.")
    book.tried(A, "ws://x:1", "connected", "Connected.")
    assert [(one.address, one.outcome) for one in book.attempts(A)] == [
        ("ws://x:2", "refused"),
        ("ws://x:1", "connected"),
    ]
    assert [one.status for one in book.happenings(0, 10)] == ["failed", "failed"]
    assert book.attempts(B) == []


def test_attempts_are_bounded_by_address_and_by_node() -> None:
    book = Logbook(ManualClock())
    for number in range(MOST_ATTEMPTS + 3):
        book.tried(A, f"ws://x:{number}", "timeout", "")
    assert [one.address for one in book.attempts(A)] == [f"ws://x:{number}" for number in range(3, MOST_ATTEMPTS + 3)]
    for number in range(MOST_NODES):
        book.tried(NodeId(number.to_bytes(32, "big")), "ws://x:1", "timeout", "")
    assert book.attempts(A) == []


def test_a_forgotten_peer_leaves_one_line() -> None:
    book = Logbook(ManualClock())
    book.tried(A, "ws://x:1", "timeout", "")
    book.forget(A)
    book.forget(B)
    assert book.attempts(A) == []
    assert [one.status for one in book.happenings(0, 10)] == ["failed", "forgotten", "forgotten"]
