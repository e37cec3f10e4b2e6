"""What people and agents do with mentions."""

from collections.abc import Sequence

import msgspec

from canopy.edge.principal import Principal
from canopy.features.mentions.tables import ACKNOWLEDGED, find_mention, notice_of, set_acknowledged
from canopy.log.catalog import Draft
from canopy.log.db import Tx
from canopy.log.journal import write_notice


class Acknowledging(msgspec.Struct, kw_only=True):
    """Mentions that are dealt with. The action fills in how many were not before."""

    mention_ids: Sequence[str]
    acknowledged: int = 0


def acknowledge(tx: Tx, principal: Principal, wish: Acknowledging) -> Sequence[Draft]:
    """Acknowledge one's own mentions; others' and unknown ones are passed over."""
    for identity in dict.fromkeys(wish.mention_ids):
        if set_acknowledged(tx, principal.user_id, identity):
            wish.acknowledged += 1
            row = find_mention(tx, identity)
            if row is not None:
                write_notice(tx, notice_of(ACKNOWLEDGED, row, principal.user_id))
    return []
