"""What people and agents do with mentions."""

from collections.abc import Sequence

import msgspec

from canopy.edge.ask import found, invalid
from canopy.edge.principal import Principal
from canopy.features.mentions.tables.lists import MentionList, drop_list, find_list, new_list_id, store_list
from canopy.features.mentions.tables.rows import ACKNOWLEDGED, find_mention, notice_of, set_acknowledged
from canopy.features.people.tables import find_card
from canopy.log.catalog import Draft
from canopy.log.db import Tx
from canopy.log.journal import write_notice

MISSING_LIST = "You have no such list."


class Acknowledging(msgspec.Struct, kw_only=True):
    """Mentions that are dealt with. The action fills in how many were not before."""

    mention_ids: Sequence[str]
    acknowledged: int = 0


class ListWish(msgspec.Struct, kw_only=True):
    """A list to make, or with an id to change; None keeps what is. The action fills in what it came to."""

    list_id: str = ""
    name: str | None = None
    user_ids: Sequence[str] | None = None
    kept: MentionList | None = None


def keep_list(tx: Tx, principal: Principal, wish: ListWish) -> Sequence[Draft]:
    """Make a list or change one's own. Raises NotFound, Conflict for a name that is taken, InvalidRequest."""
    before = found(find_list(tx, principal.user, wish.list_id), MISSING_LIST) if wish.list_id else None
    users = tuple(dict.fromkeys(wish.user_ids)) if wish.user_ids is not None else before.users if before else ()
    if wish.user_ids is not None and any(find_card(tx, user) is None for user in users):
        raise invalid("user_ids", "unknown_user", "One of these users is not known here.", code="user_not_found")
    name = wish.name if wish.name is not None else before.name if before else ""
    wish.kept = MentionList(before.id if before else new_list_id(), principal.user, name, users, tx.now_ms)
    store_list(tx, wish.kept)
    return []


def forget_list(tx: Tx, principal: Principal, list_id: str) -> Sequence[Draft]:
    """Forget one's own list. Raises NotFound."""
    found(drop_list(tx, principal.user, list_id) or None, MISSING_LIST)
    return []


def acknowledge(tx: Tx, principal: Principal, wish: Acknowledging) -> Sequence[Draft]:
    """Acknowledge one's own mentions; others' and unknown ones are passed over."""
    for identity in dict.fromkeys(wish.mention_ids):
        row = find_mention(tx, identity)
        if row is None or not principal.reaches(row.channel):
            continue
        if set_acknowledged(tx, principal.user_id, identity):
            wish.acknowledged += 1
            write_notice(tx, notice_of(ACKNOWLEDGED, row, principal.user_id))
    return []
