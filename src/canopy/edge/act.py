"""The one way in which a request changes anything: a writer's turn, an action, its drafts through the door.

Action, events, local rows and the stored answer share one savepoint; the caller hears of it after the commit.
"""

import hashlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from canopy.edge import accounts, answers
from canopy.edge.principal import Principal
from canopy.ground.codec import to_json
from canopy.ground.errors import IdempotencyMismatch, InvalidKey, InvalidParameter
from canopy.ground.ids import EVENT_BYTES, EventId
from canopy.ground.text import is_storable
from canopy.log.append import Door
from canopy.log.catalog import Draft
from canopy.log.db import Read, Tx

if TYPE_CHECKING:
    from canopy.edge.ask import Ask
    from canopy.edge.core import Core

T = TypeVar("T")
Action = Callable[[Tx, Principal, T], Sequence[Draft]]
Answering = Callable[[Read, Principal, Sequence[EventId]], Any]
"""Makes the answer from the events that an action led to; runs again when the request is repeated."""

KEY_LENGTH = 128
CLIENT_ID_LENGTH = 64


class Repeats(msgspec.Struct, frozen=True):
    """How a repetition of this request would be known."""

    key: str | None
    fingerprint: bytes
    client_id: str | None
    as_it_was: bool = False
    """Whether the answer holds what no table could tell again: a key that is shown once."""

    @classmethod
    def of(cls, ask: "Ask", client_id: str | None, *, as_it_was: bool = False) -> "Repeats":
        """Read the Idempotency-Key. Raises InvalidParameter."""
        key = ask.header("idempotency-key")
        if key is not None and not (1 <= len(key) <= KEY_LENGTH and all("!" <= c <= "~" for c in key)):
            raise InvalidParameter(
                "Idempotency-Key must be 1 to 128 visible ASCII characters.", parameter="Idempotency-Key"
            )
        if client_id is not None and not (1 <= len(client_id) <= CLIENT_ID_LENGTH and is_storable(client_id)):
            raise InvalidParameter("client_id must have 1 to 64 characters, none of them NUL.", parameter="client_id")
        place = f"{ask.route.method} {ask.route.path} {sorted(ask.path.items())}".encode()
        fingerprint = hashlib.sha256(place + b"\0" + ask.body).digest() if key else b""
        whose = _whose(ask, as_it_was=as_it_was)
        return cls(
            f"key:{whose}{key}" if key else None,
            fingerprint,
            f"client:{whose}{client_id}" if client_id else None,
            as_it_was,
        )


def _whose(ask: "Ask", *, as_it_was: bool) -> str:
    """Who is answered again: all keys and sessions of a user alike, or this one alone."""
    if ask.someone is None:
        # Callers without an account are told apart by their address; their password is in the fingerprint.
        return f"{ask.address}:"
    # What another key of the same user was answered may be about channels that this one must not know of, or be the
    # text of a key that may do more than this one.
    return f"{ask.someone.credential}:" if as_it_was or ask.someone.channels is not None else ""


class Done(msgspec.Struct, frozen=True):
    """What to answer once the transaction is durable."""

    status: int
    body: bytes
    replayed: bool = False


async def perform(
    core: "Core",
    principal: Principal,
    wish: T,
    action: Action[T],
    answer: Answering,
    repeats: Repeats,
    status: int,
) -> Done:
    """Carry out an action in the writer. Raises what the action or the door refuses with."""

    def turn(tx: Tx) -> Done:
        return take_turn(tx, core.door, principal, wish, action, answer, repeats, status)

    return await core.writer.write(turn)


def take_turn(
    tx: Tx,
    door: Door,
    principal: Principal,
    wish: T,
    action: Action[T],
    answer: Answering,
    repeats: Repeats,
    status: int,
) -> Done:
    """The writer's part: answer a repetition as before, or act and remember. Raises InvalidKey."""
    # Deleted while the request was on its way: a word or a card of theirs now would bring the account back.
    if principal.user and accounts.find_account(tx, principal.user) is None:
        raise InvalidKey
    before = _repeated(tx, principal, answer, repeats)
    if before is not None:
        return before
    event_ids = [door.do(tx, draft).id for draft in action(tx, principal, wish)]
    body = to_json(answer(tx, principal, event_ids))
    _remember(tx, principal, repeats, status, body, event_ids)
    return Done(status, body)


def _repeated(tx: Tx, principal: Principal, answer: Answering, repeats: Repeats) -> Done | None:
    if repeats.key is not None:
        before = answers.find_answer(tx, principal.user, repeats.key)
        if before is not None:
            if before.fingerprint != repeats.fingerprint:
                raise IdempotencyMismatch
            return Done(before.status, _body_of(tx, principal, answer, before), replayed=True)
    if repeats.client_id is not None:
        before = answers.find_answer(tx, principal.user, repeats.client_id)
        if before is not None:
            return Done(200, _body_of(tx, principal, answer, before), replayed=True)
    return None


def _body_of(tx: Tx, principal: Principal, answer: Answering, before: answers.Answer) -> bytes:
    if before.body is not None:
        return before.body
    joined = before.event_ids or b""
    event_ids = [EventId(joined[at : at + EVENT_BYTES]) for at in range(0, len(joined), EVENT_BYTES)]
    return to_json(answer(tx, principal, event_ids))


def _remember(
    tx: Tx, principal: Principal, repeats: Repeats, status: int, body: bytes, event_ids: Sequence[EventId]
) -> None:
    # What an answer says of events is said again from the tables: a copy kept here would outlive a deletion.
    from_tables = bool(event_ids) and not repeats.as_it_was
    kept = answers.Answer(
        repeats.fingerprint, status, None if from_tables else body, b"".join(event_ids) if from_tables else None
    )
    if repeats.key is not None:
        answers.store_answer(tx, principal.user, repeats.key, kept)
    if repeats.client_id is not None:
        answers.store_answer(tx, principal.user, repeats.client_id, kept)
