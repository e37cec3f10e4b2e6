"""Links over real sockets: invites, live delivery, reconnecting."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from canopy.ground.errors import Busy, CanopyError, StorageFailed
from tests.mesh.housed import Housed, until

Make = Callable[[int], Housed]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def one(number: int) -> Housed:
        folder = tmp_path / str(number)
        folder.mkdir()
        return Housed(folder, number)

    return one


@contextlib.asynccontextmanager
async def all_running(*nodes: Housed) -> AsyncIterator[None]:
    async with contextlib.AsyncExitStack() as stack:
        for node in nodes:
            await stack.enter_async_context(node.running())
        yield
    for node in nodes:
        node.close()


def test_an_invite_links_two_nodes_and_words_cross(make: Make) -> None:
    async def story() -> None:
        one, two = make(1), make(2)
        async with all_running(one, two):
            await one.say("before")
            assert await two.import_(await one.make_invite()) == "connected"
            await until(lambda: two.words() == ["before"])
            await two.say("back")
            await until(lambda: one.words() == ["before", "back"])
            await until(lambda: one.level_with(two) and two.level_with(one))

    asyncio.run(story())


def test_a_code_without_a_secret_waits_for_approval(make: Make) -> None:
    async def story() -> None:
        one, two = make(1), make(2)
        async with all_running(one, two):
            await one.say("not yet")
            assert await two.import_(await one.make_invite(secret=False)) == "connected"
            await until(lambda: one.mesh.link(two.node) is not None)
            await two.say("mine")
            link = one.mesh.link(two.node)
            assert link is not None and not link.syncing
            assert two.words() == ["mine"]
            one.trust(two)
            one.mesh.level_changed(two.node)
            await until(lambda: two.words() == ["not yet", "mine"] == one.words())

    asyncio.run(story())


def test_a_spent_code_lets_nobody_else_in(make: Make) -> None:
    async def story() -> None:
        one, two, three = make(1), make(2), make(3)
        async with all_running(one, two, three):
            await one.say("for one guest")
            code = await one.make_invite()
            await two.import_(code)
            await until(lambda: one.level_with(two))
            await three.import_(code)
            await until(lambda: three.mesh.refused_invite(one.node))
            link = one.mesh.link(three.node)
            assert link is not None and not link.syncing
            assert three.words() == []

    asyncio.run(story())


def test_a_link_comes_back_by_itself(make: Make, tmp_path: Path) -> None:
    async def story() -> None:
        one, two = make(1), make(2)
        async with two.running():
            async with one.running():
                await two.import_(await one.make_invite())
                await until(lambda: one.level_with(two))
            one.close()
            await until(lambda: two.mesh.link(one.node) is None)
            await two.say("while away")
            again = Housed(tmp_path / "1", 1, port=one.port)
            async with again.running():
                await until(lambda: again.words() == ["while away"])
            again.close()
        two.close()

    asyncio.run(story())


@pytest.mark.parametrize(("host", "twin"), [(1, 2), (2, 1)])
def test_a_copy_that_is_turned_away_waits_ever_longer(make: Make, tmp_path: Path, host: int, twin: int) -> None:
    """The host has dialled one copy; where its id is the smaller, its link stays and the other copy is closed."""

    async def story() -> None:
        one, two = make(host), make(twin)
        (tmp_path / "copy").mkdir()
        copy = Housed(tmp_path / "copy", twin)
        async with all_running(one, two, copy):
            await one.import_(await two.make_invite())
            await until(lambda: one.level_with(two))
            await copy.import_(await one.make_invite())
            if one.node < two.node:
                await until(lambda: ends(copy) >= 3)
                wish = copy.mesh._schedule._wishes[one.node]
                assert wish.failures >= ends(copy) - 1
                assert one.level_with(two)
            else:
                await until(lambda: copy.mesh.link(one.node) is not None and ends(two) == 1)
                assert two.mesh.next_try(one.node) is None

    asyncio.run(story())


def ends(node: Housed) -> int:
    """How many links ended."""
    return sum(one.status == "disconnected" for one in node.mesh.happenings(0, 500))


@pytest.mark.parametrize("fault", [Busy, StorageFailed])
def test_a_node_that_cannot_write_for_a_while_keeps_its_mesh(make: Make, fault: type[CanopyError]) -> None:
    """A full disk, or too much to do: links may end, but neither the door nor the dialling does."""

    async def story() -> None:
        one, two, three = make(1), make(2), make(3)
        async with all_running(one, two, three):
            await two.import_(await one.make_invite())
            await until(lambda: one.level_with(two))
            code = await one.make_invite()
            write, tried = one.writer.write, 0

            async def refuse(*_: object) -> object:
                nonlocal tried
                tried += 1
                raise fault

            one.writer.write = refuse  # type: ignore[assignment]
            await three.import_(code)
            await until(lambda: ends(one) >= 1)
            await until(lambda: tried >= 3)
            assert one.mesh.listening
            two.mesh.disconnect(one.node)
            await until(lambda: one.mesh.link(two.node) is None)
            one.mesh._links._note(SimpleNamespace(peer=two.node, trusted=True))  # type: ignore[arg-type]
            await one.mesh.connect(two.node, [two.address])
            one.writer.write = write  # type: ignore[method-assign]
            assert one.mesh.listening
            two.mesh._schedule.off.clear()
            await two.mesh.connect(one.node, [one.address])
            await three.mesh.connect(one.node, [one.address])
            await two.say("afterwards")
            await until(lambda: three.words() == ["afterwards"])

    asyncio.run(story())
