"""The one writer: a thread that owns the writing connection and commits whatever queued meanwhile together.

It never waits for company: it commits when its queue is empty, at 64 jobs, or after 50 ms. Local work goes
first, then one batch of each peer in turn. The queue is bounded: local callers get Busy, peers are not read.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from canopy.ground.errors import Busy, OurFault, StorageFailed
from canopy.log.db.connection import StorageError, Tx
from canopy.log.db.database import Database

T = TypeVar("T")

BATCH = 64
BATCH_SECONDS = 0.05
QUEUE = 2_048
LOCAL = ""
"""The source whose work goes first."""


class Outcome(Generic[T]):
    """What became of one job; read only after its batch has ended."""

    __slots__ = ("error", "future", "job", "loop", "result", "source")

    def __init__(
        self, source: str, job: Callable[[Tx], T], loop: asyncio.AbstractEventLoop, future: "asyncio.Future[T]"
    ) -> None:
        self.source = source
        self.job = job
        self.loop = loop
        self.future = future
        self.result: T | None = None
        self.error: BaseException | None = None


class Writer:
    """Runs jobs of `(tx) -> result`, each in its own savepoint, many in one commit."""

    def __init__(self, database: Database, observe: Callable[[int, float], None] | None = None) -> None:
        self._database = database
        self._observe = observe or (lambda size, seconds: None)
        self._queues: dict[str, deque[Outcome[Any]]] = {LOCAL: deque()}
        self._turn: deque[str] = deque()
        self._wake = threading.Condition()
        self._stopping = False
        self._thread: threading.Thread | None = None
        self._died: Callable[[BaseException], None] = lambda error: None
        self.failure: BaseException | None = None
        self.refused = False
        """Whether the disk took nothing of the last batch."""

    def start(self, died: Callable[[BaseException], None]) -> None:
        """Start the thread. `died` is told, on that thread, of an error that the writer does not survive."""
        self._died = died
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish what is queued, then end the thread."""
        with self._wake:
            self._stopping = True
            self._wake.notify()
        if self._thread is not None:
            self._thread.join()

    @property
    def waiting(self) -> int:
        """How many jobs are queued."""
        return sum(map(len, self._queues.values()))

    async def write(self, job: Callable[[Tx], T], source: str = LOCAL) -> T:
        """Run `job` durably and return what it returned. A caller that goes away does not cancel it.

        Raises Busy when the queue is full, StorageFailed when the disk is at fault, and what the job raised.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._enqueue(Outcome(source, job, loop, future))
        return await asyncio.shield(future)

    def _enqueue(self, outcome: Outcome[Any]) -> None:
        source = outcome.source
        with self._wake:
            if self.failure is not None or self._stopping:
                raise OurFault("The node is stopping; nothing was saved.", code="stopping")
            queue = self._queues.get(source)
            if queue is None:
                queue = self._queues[source] = deque()
            if len(queue) >= QUEUE:
                raise Busy
            if source != LOCAL and not queue:
                self._turn.append(source)
            queue.append(outcome)
            self._wake.notify()

    def _run(self) -> None:
        try:
            while batch := self._next_batch():
                self._commit(batch)
        except BaseException as error:  # noqa: BLE001 - background task: the node ends with this sentence
            self.failure = error
            self._abandon()
            self._died(error)

    def _next_batch(self) -> list[Outcome[Any]]:
        """Wait for work; an empty list means that it is time to stop."""
        with self._wake:
            while not self.waiting and not self._stopping:
                self._wake.wait()
            return self._take()

    def _take(self) -> list[Outcome[Any]]:
        local = self._queues[LOCAL]
        if local:
            return _pop(local, BATCH)
        if not self._turn:
            return []
        source = self._turn.popleft()
        queue = self._queues[source]
        batch = _pop(queue, BATCH)
        if queue:
            self._turn.append(source)
        return batch

    def _commit(self, batch: list[Outcome[Any]]) -> None:
        clock = self._database.clock
        began = clock.monotonic()
        done = 0
        try:
            with self._database.batch() as tx:
                while done < len(batch):
                    self._attempt(tx, batch[done])
                    done += 1
                    if not tx.connection.in_transaction:
                        break
                    if clock.monotonic() - began > BATCH_SECONDS:
                        break
                    if done == len(batch) < BATCH:
                        batch += self._more(BATCH - done)
        except OurFault as error:
            for outcome in batch[:done]:
                outcome.error = error
        except BaseException:
            self._put_back(batch)
            raise
        self.refused = any(isinstance(outcome.error, StorageFailed) for outcome in batch[:done])
        self._observe(done, clock.monotonic() - began)
        self._put_back(batch[done:])
        _answer(batch[:done])

    def _abandon(self) -> None:
        """The writer dies: nobody waits for an answer that will not come."""
        with self._wake:
            left = [outcome for queue in self._queues.values() for outcome in _pop(queue, len(queue))]
        for outcome in left:
            outcome.error = OurFault("The node cannot write any more and stops; nothing was saved.", code="stopping")
        _answer(left)

    def _attempt(self, tx: Tx, outcome: Outcome[Any]) -> None:
        try:
            with tx.savepoint():
                outcome.result = outcome.job(tx)
        except StorageError as error:
            outcome.error = StorageFailed()
            outcome.error.__cause__ = error
        except Exception as error:  # noqa: BLE001 - request: the error goes to whoever asked
            outcome.error = error

    def _more(self, room: int) -> list[Outcome[Any]]:
        with self._wake:
            return _pop(self._queues[LOCAL], room)

    def _put_back(self, rest: list[Outcome[Any]]) -> None:
        with self._wake:
            for outcome in reversed(rest):
                queue = self._queues[outcome.source]
                if outcome.source != LOCAL and not queue and outcome.source not in self._turn:
                    self._turn.append(outcome.source)
                queue.appendleft(outcome)


def _pop(queue: deque[Outcome[Any]], most: int) -> list[Outcome[Any]]:
    return [queue.popleft() for _ in range(min(most, len(queue)))]


def _answer(batch: list[Outcome[Any]]) -> None:
    """Tell all callers of a batch with one wake-up of each event loop."""
    loops = {outcome.loop for outcome in batch}
    for loop in loops:
        mine = [outcome for outcome in batch if outcome.loop is loop]
        if not loop.is_closed():
            loop.call_soon_threadsafe(_resolve, mine)


def _resolve(batch: list[Outcome[Any]]) -> None:
    for outcome in batch:
        if outcome.error is not None:
            outcome.future.set_exception(outcome.error)
        else:
            outcome.future.set_result(outcome.result)
