"""Chains: the ends of what each author wrote in each scope and run, and where forks closed them."""

import msgspec

from canopy.ground.ids import NO_EVENT
from canopy.log import store
from canopy.log.db import Read, Tx
from canopy.log.event import Header


class Chain(msgspec.Struct, frozen=True, gc=False):
    """The end of one chain as this node holds it.

    `time` is the greatest stamp of its done events; `closed` the height of its lowest fork.
    """

    chain: int
    height: int
    head: bytes
    time: int
    closed: int | None


def _key(header: Header) -> tuple[bytes, bytes, int]:
    return header.scope, header.node, header.run


def find(tx: Read, header: Header) -> Chain | None:
    """The chain that an event belongs to, if any event of it is held."""
    row = store.FIND_CHAIN.row(tx, scope=header.scope, node=header.node, run=header.run)
    return Chain(*row) if row else None


def remembered(tx: Tx, header: Header) -> Chain | None:
    """As `find`, from the transaction's memory where it is there."""
    found: Chain | None = tx.memory.get(_key(header))
    if found is None:
        found = find(tx, header)
        if found is not None:
            tx.memory.set(_key(header), found)
    return found


def get_or_begin(tx: Tx, header: Header) -> Chain:
    """The chain that an event belongs to; an empty one is begun."""
    found = remembered(tx, header)
    if found is None:
        number = store.INSERT_CHAIN.value(
            tx, scope=header.scope, node=header.node, run=header.run, height=0, head=NO_EVENT, time=0, closed=None
        )
        found = Chain(number, 0, NO_EVENT, 0, None)
        tx.memory.set(_key(header), found)
    return found


def advance(tx: Tx, chain: Chain, header: Header, event_id: bytes, closed: int | None, *, done: bool) -> None:
    """Store the end of the chain after an event of it was taken."""
    higher = header.height > chain.height
    _store(
        tx,
        header,
        Chain(
            chain.chain,
            max(chain.height, header.height),
            event_id if higher else chain.head,
            max(chain.time, header.time) if done else chain.time,
            closed,
        ),
    )


def raise_time(tx: Tx, header: Header) -> None:
    """An event became done after it was taken: its time counts from now on."""
    chain = get_or_begin(tx, header)
    if header.time > chain.time:
        _store(tx, header, Chain(chain.chain, chain.height, chain.head, header.time, chain.closed))


def closed_after(tx: Read, chain: Chain, height: int) -> int | None:
    """The height from which the chain is closed once another event of this height is held."""
    if height > chain.height or store.SIBLINGS.row(tx, chain=chain.chain, height=height) is None:
        return chain.closed
    return height if chain.closed is None else min(height, chain.closed)


def _store(tx: Tx, header: Header, chain: Chain) -> None:
    store.SET_CHAIN.run(
        tx,
        which=chain.chain,
        new_height=chain.height,
        new_head=chain.head,
        new_time=chain.time,
        new_closed=chain.closed,
    )
    tx.memory.set(_key(header), chain)
