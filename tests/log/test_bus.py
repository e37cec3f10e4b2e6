"""The doorbell: one ring for many, none that is lost while somebody listens, none that hurts afterwards."""

import asyncio
import threading
from collections.abc import Awaitable, Callable

from canopy.log.bus import Bus


async def _settle() -> None:
    """Let the loop run what was put on it."""
    for _ in range(3):
        await asyncio.sleep(0)


def _run(work: Callable[[Bus, list[str]], Awaitable[None]]) -> list[str]:
    heard: list[str] = []

    async def main() -> None:
        bus = Bus()
        bus.attach(asyncio.get_running_loop())
        bus.listen(lambda: heard.append("first"))
        await work(bus, heard)

    asyncio.run(main())
    return heard


def test_a_ring_wakes_every_listener() -> None:
    async def work(bus: Bus, heard: list[str]) -> None:
        bus.listen(lambda: heard.append("second"))
        bus.ring()
        assert heard == []
        await _settle()

    assert _run(work) == ["first", "second"]


def test_rings_before_the_listeners_ran_are_one() -> None:
    async def work(bus: Bus, heard: list[str]) -> None:
        for _ in range(5):
            bus.ring()
        await _settle()
        assert heard == ["first"]
        bus.ring()
        await _settle()

    assert _run(work) == ["first", "first"]


def test_a_ring_while_the_listeners_run_is_heard() -> None:
    """What was written after a listener looked must wake it once more."""

    async def work(bus: Bus, heard: list[str]) -> None:
        def once() -> None:
            bus.forget(once)
            bus.ring()

        bus.listen(once)
        bus.ring()
        await _settle()

    assert _run(work) == ["first", "first"]


def test_a_ring_from_another_thread_is_heard() -> None:
    async def work(bus: Bus, heard: list[str]) -> None:
        threads: list[int] = []
        arrived = asyncio.Event()
        bus.listen(lambda: threads.append(threading.get_ident()))
        bus.listen(arrived.set)
        writer = threading.Thread(target=bus.ring)
        writer.start()
        await asyncio.wait_for(arrived.wait(), 5)
        writer.join()
        assert threads == [threading.get_ident()]

    assert _run(work) == ["first"]


def test_who_forgot_is_not_called() -> None:
    async def work(bus: Bus, heard: list[str]) -> None:
        def second() -> None:
            heard.append("second")

        bus.listen(second)
        bus.forget(second)
        bus.forget(second)
        bus.ring()
        await _settle()

    assert _run(work) == ["first"]


def test_who_forgets_during_a_ring_disturbs_no_other() -> None:
    async def work(bus: Bus, heard: list[str]) -> None:
        def leaving() -> None:
            heard.append("leaving")
            bus.forget(leaving)

        bus.listen(leaving)
        bus.listen(lambda: heard.append("last"))
        bus.ring()
        await _settle()

    assert _run(work) == ["first", "leaving", "last"]


def test_a_ring_before_anybody_can_hear_is_no_error_and_not_kept() -> None:
    heard: list[str] = []
    bus = Bus()
    bus.listen(lambda: heard.append("early"))
    bus.ring()

    async def main() -> None:
        bus.attach(asyncio.get_running_loop())
        await _settle()
        assert heard == []
        # It blocks none of those that come after it.
        bus.ring()
        await _settle()

    asyncio.run(main())
    assert heard == ["early"]


def test_a_ring_after_the_loop_has_gone_is_no_error() -> None:
    heard: list[str] = []
    bus = Bus()
    bus.listen(lambda: heard.append("late"))

    async def main() -> None:
        bus.attach(asyncio.get_running_loop())

    asyncio.run(main())
    bus.ring()
    bus.ring()
    assert heard == []
