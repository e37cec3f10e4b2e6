"""Whether an event that a peer sent has its place: its chain up to it, and its body."""

from canopy.crypto.keys import is_identity
from canopy.ground.errors import BadChain, Malformed
from canopy.log import chains, store
from canopy.log.db import Tx
from canopy.log.event import Event
from canopy.log.vector import HEADS_OF_A_FORK


def missing(tx: Tx, event: Event, *, withheld: bool) -> bytes | None:
    """What must come before this event can be taken, or None. Raises Refused when it never can be.

    `withheld` when the sender said why there is no body.
    """
    header = event.header
    if header.height == 1:
        if not is_identity(header.node):
            raise Malformed("The author is not a possible identity.", code="bad_identity")
        chain = chains.remembered(tx, header)
        if chain is not None:
            _check_branches(tx, chain.chain, 1)
    elif (awaits := _missing_predecessor(tx, event)) is not None:
        return awaits
    if event.body is None and not withheld and not 0 < header.expires <= tx.now_ms:
        return event.id
    return None


def _missing_predecessor(tx: Tx, event: Event) -> bytes | None:
    header = event.header
    chain = chains.remembered(tx, header)
    if chain is not None and chain.head == header.prev and chain.height + 1 == header.height:
        _check_time(tx, event)
        return None
    place = store.FIND_PLACE.row(tx, id=header.prev)
    if place is None:
        return header.prev
    if chain is None or place[0] != chain.chain or place[1] + 1 != header.height:
        raise BadChain
    _check_time(tx, event)
    _check_branches(tx, chain.chain, header.height)
    return None


def _check_branches(tx: Tx, chain: int, height: int) -> None:
    if len(store.SIBLINGS.rows(tx, chain=chain, height=height)) >= HEADS_OF_A_FORK:
        raise BadChain("The chain has too many branches already.", code="too_many_branches")


def _check_time(tx: Tx, event: Event) -> None:
    place = store.FIND_PLACE.row(tx, id=event.prev)
    if place is None or place[2] >= event.header.time:
        raise BadChain("Time does not grow along the chain.")
