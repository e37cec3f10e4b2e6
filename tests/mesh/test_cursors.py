"""How far each peer's log is held."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from canopy.ground.clock import ManualClock
from canopy.ground.ids import NodeId
from canopy.mesh import cursors
from canopy.mesh.cursors import NONE, Cursor
from tests.mesh.meeting import Member

A, B = (NodeId(bytes([number]) * 32) for number in (1, 2))


@pytest.fixture
def member(tmp_path: Path) -> Iterator[Member]:
    one = Member(tmp_path, ManualClock(), 1)
    yield one
    one.close()


def found(member: Member, node: NodeId) -> Cursor:
    with member.database.read() as tx:
        return cursors.find(tx, node)


def test_a_cursor_moves_as_it_is_told(member: Member) -> None:
    assert found(member, A) == NONE
    for cursor in (Cursor(5, 10, False), Cursor(5, 11, True), Cursor(6, 1, False)):
        member.database.write(lambda tx, cursor=cursor: cursors.advance(tx, A, cursor))  # type: ignore[misc]
        assert found(member, A) == cursor
    assert found(member, B) == NONE
