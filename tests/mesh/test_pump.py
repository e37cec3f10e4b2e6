"""The pump: what one fill may hold, what strangers may fill, and that nothing is lost by either."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from canopy.ground.clock import ManualClock
from canopy.ground.codec import pack
from canopy.mesh.pump import FILL_BYTES
from canopy.mesh.wire import CREDIT_LIMIT, GRANT, Class, Envelope
from tests.mesh.meeting import Member, shake, talk

Make = Callable[[int], Member]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def make(tmp_path: Path, clock: ManualClock) -> Iterator[Make]:
    members: list[Member] = []

    def one(number: int) -> Member:
        folder = tmp_path / str(number)
        folder.mkdir()
        members.append(Member(folder, clock, number))
        return members[-1]

    yield one
    for member in members:
        member.close()


def test_a_peer_that_grants_without_end_fills_no_memory(make: Make, clock: ManualClock) -> None:
    one, two = make(1), make(2)
    for _ in range(120):
        one.post("x" * 40_000)
    one.trust(two)
    two.trust(one)
    ends = shake(one, two)
    # The credit of a peer that breaks no rule of the wire, and means harm.
    plenty = CREDIT_LIMIT // 2
    ends[0].pump.wire._obey(Envelope(Class.CONTROL, GRANT, pack([0, plenty, plenty, plenty])))
    for of in (Class.LIVE, Class.SYNC, Class.BULK):
        ends[1].pump.wire._allowed[of] += plenty
    sizes: list[int] = []
    fill = ends[0].pump.fill

    def measured(now: float) -> list[bytes]:
        frames = fill(now)
        sizes.append(sum(map(len, frames)))
        assert ends[0].pump.unfinished == (sizes[-1] >= FILL_BYTES)
        return frames

    ends[0].pump.fill = measured  # type: ignore[method-assign]
    talk(*ends)
    assert sum(sizes) > 4 * FILL_BYTES
    assert max(sizes) < 2 * FILL_BYTES
    assert len(two.words()) == 120
