"""Before syncing: what may be said in which state, how often, and when open channels flow."""

import pytest

from canopy.ground.errors import Overstepped
from canopy.mesh.contents import Bodies, Card, Content, Events, Heads, Hello, Join, Joined, Later, Level, Want
from canopy.mesh.session import CARDS, JOINS, Agreed, Answered, Asked, Said, Sent, Session, Shown, State, flows

CARD = Card("we", "1")
JOIN = Join(bytes(16), bytes(32))
KEY = (bytes(16), bytes(32), 5)
OF_SYNCING: list[Content] = [
    Heads(True, True, False, []),
    Want(KEY, []),
    Later(KEY),
    Bodies([]),
    Level(bytes(16), False),
    Events(0, []),
]


def hello(position: int = 1, *, alone: bool = False, consents: bool = False) -> Hello:
    return Hello(1, position, bytes(16), bytes(16), 0, 0, False, alone, consents)


def kinds(session: Session) -> list[str]:
    return [envelope.kind for envelope in session.to_send()]


def opened() -> Session:
    session = Session(CARD)
    session.greet(hello())
    session.receive(hello())
    assert session.state is State.OPEN
    session.to_send()
    return session


def test_a_stranger_gets_our_card_and_nothing_else() -> None:
    session = Session(CARD)
    assert kinds(session) == ["card"]
    assert kinds(session) == []
    assert session.receive(hello()) == []
    assert session.state is State.MET
    assert kinds(session) == []


def test_who_holds_an_invite_shows_it_first() -> None:
    assert kinds(Session(CARD, JOIN)) == ["join", "card"]


@pytest.mark.parametrize("content", OF_SYNCING, ids=lambda content: content.KIND)
def test_nothing_of_a_scope_before_both_trust(content: Content) -> None:
    met, greeted, one_sided = Session(CARD), Session(CARD), Session(CARD)
    greeted.greet(hello())
    assert greeted.state is State.GREETED
    one_sided.receive(hello())
    for session in (met, greeted, one_sided):
        with pytest.raises(Overstepped):
            session.receive(content)
    (happened,) = opened().receive(content)
    assert happened == (Sent(content) if isinstance(content, Events) else Said(content))


def test_trust_may_come_from_either_side_first() -> None:
    ours, theirs = hello(3, alone=True), hello(4)
    first = Session(CARD)
    assert first.greet(ours) == []
    assert kinds(first) == ["card", "hello"]
    assert first.receive(theirs) == [Agreed(ours, theirs, merged=True)]
    second = Session(CARD)
    assert second.receive(theirs) == []
    assert second.greet(ours) == [Agreed(ours, theirs, merged=True)]
    assert first.state is second.state is State.OPEN


def test_a_later_hello_agrees_anew() -> None:
    session = opened()
    assert session.receive(hello(9, consents=True)) == [Agreed(hello(), hello(9, consents=True), merged=False)]
    both = session.greet(hello(2, consents=True))
    assert both == [Agreed(hello(2, consents=True), hello(9, consents=True), merged=True)]
    assert kinds(session) == ["hello"]


def test_invites_are_asked_and_answered() -> None:
    session = Session(CARD)
    assert session.receive(JOIN) == [Asked(JOIN)]
    session.answer_join(True)
    session.show(Card("renamed", "1"))
    assert kinds(session) == ["card", "joined", "card"]
    assert session.receive(Joined(False)) == [Answered(False)]
    assert session.receive(Card("they", "2")) == [Shown(Card("they", "2"))]
    assert session.state is State.MET


@pytest.mark.parametrize(("content", "most"), [(JOIN, JOINS), (CARD, CARDS), (hello(), CARDS)])
def test_nobody_repeats_himself_for_ever(content: Content, most: int) -> None:
    session = Session(CARD)
    for _ in range(most):
        session.receive(content)
    with pytest.raises(Overstepped, match="repeats"):
        session.receive(content)


def test_an_answer_to_an_invite_is_not_repeated_for_ever() -> None:
    """Each costs a transaction, also where nobody asked."""
    session = Session(CARD)
    with pytest.raises(Overstepped):
        for _ in range(100):
            session.receive(Joined(True))


def test_in_syncing_nothing_is_counted() -> None:
    session = opened()
    for _ in range(100):
        session.receive(Level(bytes(16), False))


@pytest.mark.parametrize(
    ("one", "other", "merged"),
    [
        ({}, {}, False),
        ({"alone": True}, {}, True),
        ({}, {"alone": True}, True),
        ({"consents": True}, {}, False),
        ({}, {"consents": True}, False),
        ({"consents": True}, {"consents": True}, True),
    ],
)
def test_open_channels_flow_for_newcomers_and_where_both_agreed(
    one: dict[str, bool], other: dict[str, bool], merged: bool
) -> None:
    assert flows(hello(**one), hello(**other)) is merged
