"""The writer: one commit for whatever queued, each job for itself, bounded, fair, and loud when it dies."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import apsw
import pytest

from canopy.ground.errors import Busy, OurFault, StorageFailed
from canopy.log.db import Database, Tx, Writer
from canopy.log.db import writer as writing
from canopy.log.local import get_fact, set_fact
from tests.log.world import World


class Bench:
    """A writer on a world's database, with what it told."""

    def __init__(self, world: World) -> None:
        self.database: Database = world.database
        self.sizes: list[int] = []
        self.deaths: list[BaseException] = []
        self.writer = Writer(self.database, lambda size, seconds: self.sizes.append(size))

    def run(self, work: Callable[[], Awaitable[Any]]) -> Any:
        async def main() -> Any:
            self.writer.start(self.deaths.append)
            try:
                return await work()
            finally:
                self.writer.stop()

        return asyncio.run(main())

    def fact(self, name: str) -> bytes | None:
        with self.database.read() as tx:
            return get_fact(tx, name)


@pytest.fixture
def bench(world: World) -> Bench:
    return Bench(world)


def put(name: str, value: bytes = b"1") -> Callable[[Tx], str]:
    def job(tx: Tx) -> str:
        set_fact(tx, name, value)
        return name

    return job


def fail(tx: Tx) -> None:
    set_fact(tx, "failed", b"1")
    raise ValueError("not this one")


def test_jobs_that_queue_together_share_a_commit(bench: Bench) -> None:
    async def work() -> list[Any]:
        jobs = [bench.writer.write(put(f"f{n}")) for n in range(100)]
        return await asyncio.gather(*jobs)

    assert bench.run(work) == [f"f{n}" for n in range(100)]
    assert sum(bench.sizes) == 100
    assert max(bench.sizes) <= writing.BATCH


def test_a_job_that_fails_harms_no_other(bench: Bench) -> None:
    async def work() -> Any:
        jobs = [bench.writer.write(put("a")), bench.writer.write(fail), bench.writer.write(put("b"))]
        return await asyncio.gather(*jobs, return_exceptions=True)

    first, failed, last = bench.run(work)
    assert (first, last) == ("a", "b")
    assert isinstance(failed, ValueError)
    assert [bench.fact(name) for name in ("a", "failed", "b")] == [b"1", None, b"1"]


def test_a_full_disk_fails_every_job_of_the_commit(bench: Bench) -> None:
    """SQLite undoes the whole transaction by itself; no earlier job may be acknowledged."""

    def full(tx: Tx) -> None:
        tx.connection.execute("ROLLBACK")
        raise apsw.FullError("the disk is full")

    async def work() -> Any:
        jobs = [bench.writer.write(put("a")), bench.writer.write(full), bench.writer.write(put("b"))]
        return await asyncio.gather(*jobs, return_exceptions=True)

    first, failed, last = bench.run(work)
    assert isinstance(failed, StorageFailed)
    for name, answer in (("a", first), ("b", last)):
        assert (bench.fact(name) is not None) == (answer == name)


def test_a_disk_error_of_one_job_is_its_own(bench: Bench) -> None:
    def broken(tx: Tx) -> None:
        raise apsw.IOError("one page could not be read")

    async def work() -> Any:
        jobs = [bench.writer.write(broken), bench.writer.write(put("b"))]
        return await asyncio.gather(*jobs, return_exceptions=True)

    failed, last = bench.run(work)
    assert isinstance(failed, StorageFailed)
    assert last == "b"


def test_a_commit_that_fails_acknowledges_nobody_and_ends_the_writer(bench: Bench) -> None:
    def job(tx: Tx) -> str:
        set_fact(tx, "a", b"1")
        tx.connection.set_commit_hook(lambda: True)
        return "a"

    async def work() -> Any:
        try:
            return await asyncio.gather(bench.writer.write(job), return_exceptions=True)
        finally:
            bench.database.connection.set_commit_hook(None)

    (failed,) = bench.run(work)
    assert isinstance(failed, Exception)
    assert bench.fact("a") is None
    assert len(bench.deaths) == 1
    assert bench.writer.failure is bench.deaths[0]


def test_a_caller_that_goes_away_does_not_cancel_its_job(bench: Bench) -> None:
    async def work() -> None:
        task = asyncio.ensure_future(bench.writer.write(put("a")))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await bench.writer.write(put("b"))

    bench.run(work)
    assert bench.fact("a") == b"1"


def test_a_full_queue_says_busy(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "QUEUE", 2)

    async def main() -> list[Any]:
        jobs = [bench.writer.write(put(f"f{n}")) for n in range(4)]
        waiting = asyncio.gather(*jobs, return_exceptions=True)
        await asyncio.sleep(0)
        assert bench.writer.waiting == 2
        bench.writer.start(bench.deaths.append)
        answers = await waiting
        bench.writer.stop()
        return answers

    answers = asyncio.run(main())
    assert answers[:2] == ["f0", "f1"]
    assert all(isinstance(answer, Busy) for answer in answers[2:])


def test_local_work_goes_first_and_peers_take_turns(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "BATCH", 2)
    order: list[str] = []

    def note(name: str) -> Callable[[Tx], None]:
        return lambda tx: order.append(name)

    async def main() -> None:
        jobs = [bench.writer.write(note(f"a{n}"), "peer-a") for n in range(3)]
        jobs += [bench.writer.write(note(f"b{n}"), "peer-b") for n in range(3)]
        jobs += [bench.writer.write(note("local"))]
        waiting = asyncio.gather(*jobs)
        await asyncio.sleep(0)
        bench.writer.start(bench.deaths.append)
        await waiting
        bench.writer.stop()

    asyncio.run(main())
    assert order == ["local", "a0", "a1", "b0", "b1", "a2", "b2"]


def test_a_slow_batch_is_cut_and_goes_on_where_it_was(bench: Bench, world: World) -> None:
    order: list[int] = []

    def slow(n: int) -> Callable[[Tx], None]:
        def job(tx: Tx) -> None:
            order.append(n)
            world.clock.advance(0.03)

        return job

    async def main() -> None:
        jobs = [bench.writer.write(slow(n), source) for source in ("", "peer") for n in range(5)]
        waiting = asyncio.gather(*jobs)
        await asyncio.sleep(0)
        bench.writer.start(bench.deaths.append)
        await waiting
        bench.writer.stop()

    asyncio.run(main())
    assert order == [0, 1, 2, 3, 4] * 2
    assert max(bench.sizes) == 2


def test_after_the_end_nothing_is_accepted(bench: Bench) -> None:
    async def work() -> None:
        await bench.writer.write(put("a"))

    bench.run(work)
    with pytest.raises(OurFault, match="stopping"):
        asyncio.run(bench.writer.write(put("b")))


def test_a_writer_that_was_never_started_can_be_stopped(bench: Bench) -> None:
    bench.writer.stop()
    assert bench.writer.waiting == 0


def test_callers_whose_loop_has_gone_are_not_answered(bench: Bench) -> None:
    async def ask() -> None:
        task = asyncio.ensure_future(bench.writer.write(put("a")))
        await asyncio.sleep(0)
        task.cancel()

    asyncio.run(ask())

    async def rest() -> None:
        await bench.writer.write(put("b"))

    bench.run(rest)
    assert bench.fact("a") == b"1"
