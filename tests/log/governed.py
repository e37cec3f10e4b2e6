"""A room with an authority, as small as one can be: who is a member may speak."""

from typing import Annotated, Any, ClassVar

import msgspec

from canopy.edge.rooms import Room
from canopy.ground.ids import EventId
from canopy.log import scope
from canopy.log.catalog import DONE, Body, Charter, Draft, Entry, Kind, Notice, Ruling, Verdict, hidden, waiting
from canopy.log.db import Read
from canopy.log.event import Header

Members = frozenset[bytes]


class ClubOpened(Ruling, frozen=True, kw_only=True, omit_defaults=True):
    """The founder is the first member."""

    KIND: ClassVar[str] = "club.opened"

    nonce: Annotated[bytes, msgspec.Meta(min_length=16, max_length=16)]


class MemberRuled(Ruling, frozen=True, kw_only=True, omit_defaults=True):
    """A node comes in or goes."""

    KIND: ClassVar[str] = "member.ruled"

    node: bytes
    stays: bool

    def takes(self) -> bool:
        return not self.stays


class ClubResumed(Ruling, frozen=True, kw_only=True, omit_defaults=True):
    """The founder goes on in another run."""

    KIND: ClassVar[str] = "club.resumed"
    RESUMES: ClassVar[bool] = True


class WishSaid(Body, frozen=True, kw_only=True, omit_defaults=True):
    """A member asks the founder for another; a wish for oneself is one that no founder can grant."""

    KIND: ClassVar[str] = "wish.said"

    node: bytes


class WordSaid(Body, frozen=True, kw_only=True, omit_defaults=True):
    """What members do."""

    KIND: ClassVar[str] = "word.said"

    word: str


def fold(members: Members, entry: Entry) -> Members:
    """The members after an authority event."""
    match entry.body:
        case ClubOpened():
            return frozenset({bytes(entry.node)})
        case MemberRuled(node=node, stays=stays):
            return members | {node} if stays else members - {node}
    return members


def admit_word(tx: Read, entry: Entry, members: Members | None) -> Verdict:
    if members is None:
        return waiting("club", awaits=entry.scope)
    return DONE if bytes(entry.node) in members else hidden("no_member")


def announce(tx: Read, entry: Entry) -> list[Notice]:
    return [Notice(event_type="wish.said", visibility="public")]


def admit_ruling(tx: Read, entry: Entry, members: Members | None) -> Verdict:
    return waiting("club", awaits=entry.scope) if members is None else DONE


def answer(tx: Read, entry: Entry, members: Members) -> list[Draft]:
    """What the founder says to a wish."""
    body: Body = MemberRuled(node=entry.body.node, stays=True)
    return [Draft(scope=entry.scope, body=WordSaid(word="refused") if entry.body.node == entry.node else body)]


def _founds(header: Header, body: Any) -> bool:
    return header.scope == scope.of_channel(header.node, body.nonce)  # type: ignore[arg-type]


def _scope_of(header: Header, event_id: EventId, body: Any) -> bytes:
    return header.scope


def _itself(header: Header, event_id: EventId, body: Any) -> bytes:
    return event_id


CLUB = Room(
    name="club",
    kinds=(
        Kind(body=ClubOpened, object_of=_scope_of, admit=admit_ruling, founds=_founds),
        Kind(body=MemberRuled, object_of=_scope_of, admit=admit_ruling),
        Kind(body=ClubResumed, object_of=_scope_of, admit=admit_ruling),
        Kind(body=WishSaid, object_of=_itself, admit=admit_word, answers=answer, announce=announce),
        Kind(body=WordSaid, object_of=_itself, admit=admit_word),
    ),
    charter=Charter(first=frozenset(), fold=fold, resume=ClubResumed),
)
