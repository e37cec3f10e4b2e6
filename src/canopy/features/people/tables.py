"""The directory: one row for each user of whom a card is held."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    Text,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    or_,
    select,
    text,
)

from canopy.crypto.sealing import digest
from canopy.edge.accounts import accounts
from canopy.features.people.events import UserRetired
from canopy.ground.ids import NodeId, UserKey
from canopy.ground.mentions import spell
from canopy.ground.text import fold_handle
from canopy.log import scope
from canopy.log.catalog import DONE, Entry, Verdict, hidden
from canopy.log.db import Read, Tx, prepare, projected, row_of
from canopy.log.shown import device_id, handle_here, user_id, user_object

user_cards = projected(
    "people",
    "user_cards",
    Column("object", LargeBinary, primary_key=True),
    Column("user_id", Text, nullable=False, unique=True),
    Column("node", LargeBinary, nullable=False),
    Column("user", Text, nullable=False),
    Column("handle", Text, nullable=False),
    Column("folded", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("spelled", Text, nullable=False, comment="the name as a text calls it, folded"),
    Column("account_type", Text, nullable=False),
    Column("bio", Text, nullable=False),
    Column("retired", Integer, nullable=False),
    Column("created", BigInteger, nullable=False, comment="stamp of the first card held"),
    Column("updated", BigInteger, nullable=False, comment="stamp of the newest card"),
    Column("avatar", Text, nullable=False, comment="digest of its picture, or empty"),
)
Index("user_cards_folded", user_cards.c.folded, user_cards.c.user_id)
Index("user_cards_spelled", user_cards.c.spelled)

user_avatars = projected(
    "people",
    "user_avatars",
    Column("user_object", LargeBinary, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("image", LargeBinary, nullable=False),
)
Index("user_avatars_digest", user_avatars.c.digest)

node_cards = projected(
    "people",
    "node_cards",
    Column("node_key", LargeBinary, primary_key=True),
    Column("node_name", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("updated", BigInteger, nullable=False, comment="stamp of the newest card"),
)


class NodeCard(msgspec.Struct, frozen=True):
    """What a node calls itself."""

    name: str
    description: str


class Card(msgspec.Struct, frozen=True):
    """One row of the directory."""

    user_id: str
    node: NodeId
    user: UserKey
    handle: str
    name: str
    account_type: str
    bio: str
    retired: int
    created: int
    updated: int
    avatar: str


_CARD = [user_cards.c[name] for name in Card.__struct_fields__]
_DELETE = prepare(delete(user_cards).where(user_cards.c.object == bindparam("which")))
_INSERT = prepare(insert(user_cards).values(row_of(user_cards)))
_DELETE_AVATAR = prepare(delete(user_avatars).where(user_avatars.c.user_object == bindparam("which")))
_INSERT_AVATAR = prepare(insert(user_avatars).values(row_of(user_avatars)))
_AVATAR = prepare(
    select(user_avatars.c.image).where(user_avatars.c.digest == bindparam("digest")).limit(literal_column("1"))
)
_BY_ID = prepare(select(*_CARD).where(user_cards.c.user_id == bindparam("user_id")))
_PAGE = prepare(
    select(*_CARD)
    .where(
        user_cards.c.retired == 0,
        (user_cards.c.folded > bindparam("folded"))
        | ((user_cards.c.folded == bindparam("folded")) & (user_cards.c.user_id > bindparam("after"))),
        user_cards.c.account_type.like(bindparam("kind")),
        (func.instr(user_cards.c.folded, bindparam("q")) > 0) | (func.instr(user_cards.c.spelled, bindparam("q")) > 0),
    )
    .order_by(user_cards.c.folded, user_cards.c.user_id)
    .limit(bindparam("most"))
)
_CALLED = prepare(
    select(*_CARD).where(
        user_cards.c.retired == 0,
        or_(
            user_cards.c.folded.in_([bindparam("whole"), bindparam("stem")]),
            user_cards.c.spelled == bindparam("whole"),
            user_cards.c.user_id == bindparam("whole"),
        ),
    )
)
_AGENTS = prepare(
    select(*_CARD)
    .join_from(
        user_cards,
        accounts,
        (user_cards.c.node == bindparam("here")) & (accounts.c.user == user_cards.c.user),
        isouter=True,
    )
    .where(
        user_cards.c.retired == 0,
        text("(:humans OR user_cards.account_type = 'agent') AND (:remote OR node = :here)"),
        text("(NOT :active OR coalesce(accounts.status, 'active') = 'active')"),
        text("(instr(user_cards.folded, :q) OR instr(spelled, :q) OR instr(lower(bio), :q))"),
    )
    .order_by(
        text("user_cards.account_type = 'agent' DESC, coalesce(accounts.status, 'active') = 'active' DESC"),
        user_cards.c.spelled,
        user_cards.c.user_id,
    )
    .limit(bindparam("most"))
    .offset(bindparam("skipped"))
)
_GONE = prepare(
    select(user_cards.c.user_id).where(
        user_cards.c.folded == bindparam("folded"), user_cards.c.node == bindparam("here"), user_cards.c.retired == 1
    )
)
_COUNT = prepare(select(func.count()).select_from(user_cards).where(user_cards.c.retired == 0))
_DELETE_NODE = prepare(delete(node_cards).where(node_cards.c.node_key == bindparam("which")))
_INSERT_NODE = prepare(insert(node_cards).values(row_of(node_cards)))
_NODE = prepare(
    select(node_cards.c.node_name, node_cards.c.description).where(node_cards.c.node_key == bindparam("which"))
)


def admit_node(tx: Read, entry: Entry, state: object) -> Verdict:
    """A node's card stands in its own scope, and is no user's."""
    if entry.scope != scope.of_node(entry.node):
        return hidden("wrong_scope")
    return DONE


def project_node(tx: Tx, key: bytes, history: Sequence[Entry]) -> None:
    """The newest card counts."""
    _DELETE_NODE.run(tx, which=key)
    cards = [entry for entry in history if entry.body is not None]
    if cards:
        body = cards[-1].body
        _INSERT_NODE.run(tx, node_key=key, node_name=body.name, description=body.description, updated=cards[-1].time)


def find_node(tx: Read, node: NodeId) -> NodeCard | None:
    """The card of a node."""
    row = _NODE.row(tx, which=node)
    return NodeCard(*row) if row else None


def card_of(tx: Read, node: NodeId) -> NodeCard:
    """The card of a node; without one it has a neutral name: host names tell strangers too much."""
    return find_node(tx, node) or NodeCard(f"node-{device_id(node)}", "")


def admit(tx: Read, entry: Entry, state: object) -> Verdict:
    """A card is written by its own node, in that node's scope, for one of its users."""
    if entry.scope != scope.of_node(entry.node):
        return hidden("wrong_scope")
    return DONE if entry.user else hidden("no_user")


def project_card(tx: Tx, key: bytes, history: Sequence[Entry]) -> None:
    """The newest card counts; a retirement after it marks the row."""
    _DELETE.run(tx, which=key)
    _DELETE_AVATAR.run(tx, which=key)
    cards = [entry for entry in history if entry.body is not None and entry.kind == "user.carded"]
    if not cards:
        return
    newest = cards[-1]
    last = history[-1]
    image = newest.body.avatar
    if image:
        _INSERT_AVATAR.run(tx, user_object=key, digest=avatar_digest(image), image=image)
    _INSERT.run(
        tx,
        object=key,
        user_id=user_id(newest.node, newest.user),
        node=newest.node,
        user=newest.user,
        handle=newest.body.handle,
        folded=fold_handle(newest.body.handle),
        name=newest.body.name,
        spelled=fold_handle(spell(newest.body.name)),
        account_type=newest.body.account_type,
        bio=newest.body.bio,
        retired=int(isinstance(last.body, UserRetired)),
        created=cards[0].time,
        updated=newest.time,
        avatar=avatar_digest(image) if image else "",
    )


def avatar_digest(image: bytes) -> str:
    """By which a picture is asked for: 32 hex characters, others for another picture."""
    return digest(b"canopy-avatar-1", image)[:16].hex()


def card_object(node: NodeId, user: UserKey) -> bytes:
    """The object that all cards of one user belong to."""
    return user_object(node, user)


def find_card(tx: Read, shown_id: str) -> Card | None:
    """The card of a user."""
    row = _BY_ID.row(tx, user_id=shown_id)
    return Card(*row) if row else None


class AgentFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which users the directory of agents shows."""

    q: str
    active_only: bool
    include_humans: bool
    include_remote: bool


def list_agents(tx: Read, here: NodeId, wanted: AgentFilter, skipped: int, most: int) -> list[Card]:
    """Agents first, active ones first, then by name."""
    rows = _AGENTS.rows(
        tx,
        here=here,
        humans=wanted.include_humans,
        remote=wanted.include_remote,
        active=wanted.active_only,
        q=fold_handle(spell(wanted.q)),
        skipped=skipped,
        most=most,
    )
    return [Card(*row) for row in rows]


def find_avatar(tx: Read, wanted: str) -> bytes | None:
    """The picture with a digest."""
    image: bytes | None = _AVATAR.value(tx, digest=wanted)
    return image


def list_cards(
    tx: Read, *, q: str = "", account_type: str = "%", after: tuple[str, str] = ("", ""), most: int = 200
) -> list[Card]:
    """Cards by handle, above a cursor of (folded handle, user id)."""
    rows = _PAGE.rows(tx, folded=after[0], after=after[1], kind=account_type, q=fold_handle(spell(q)), most=most)
    return [Card(*row) for row in rows]


def cards_called(tx: Read, called: str, here: NodeId) -> list[Card]:
    """Whom a word after an `@` means, best first: one who bears the handle here, else who is named so.

    A spelling that fits to the letter goes before one that differs in case. All who fit equally well are meant.
    """
    whole = fold_handle(called)
    rows = _CALLED.rows(tx, whole=whole, stem=whole.rpartition(".")[0])
    ranked = [(_fit(Card(*row), called, whole, here), Card(*row)) for row in rows]
    best = min((rank for rank, _ in ranked), default=_UNFIT)
    return [card for rank, card in ranked if rank == best < _UNFIT]


_UNFIT = 4


def _fit(card: Card, called: str, whole: str, here: NodeId) -> int:
    """How well a word means a user: 0 best, 3 worst."""
    handles = [handle_here(card.handle, card.node, here), stable_handle(card), card.user_id]
    names = [card.handle, spell(card.name)]
    for rank, spellings in enumerate((handles, names)):
        if called in spellings:
            return 2 * rank
        if whole in map(fold_handle, spellings):
            return 2 * rank + 1
    return _UNFIT


def stable_handle(card: Card) -> str:
    """The handle that means this user on every node."""
    return f"{card.handle}.{device_id(card.node)}"


def is_gone(tx: Read, handle: str, here: NodeId) -> bool:
    """Whether somebody bore this handle here whose account is deleted: their words still stand under it."""
    return _GONE.row(tx, folded=fold_handle(handle), here=here) is not None


def count_cards(tx: Read) -> int:
    """How many users are known."""
    return int(_COUNT.value(tx))
