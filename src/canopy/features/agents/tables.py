"""What an agent is told of the node's own business."""

from sqlalchemy import func, select

from canopy.log import store
from canopy.log.db import Read, prepare

_LEFT = prepare(select(func.count()).select_from(store.todo))


def count_left(tx: Read) -> int:
    """How many tasks earlier transactions left to do."""
    count: int = _LEFT.value(tx)
    return count
