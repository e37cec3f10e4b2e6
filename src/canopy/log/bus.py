"""The doorbell: tells whoever waits that the journal has grown.

The journal is the truth; a ring that is missed loses nothing.
"""

import asyncio
from collections.abc import Callable


class Bus:
    """Rung by the writer's thread after a commit; heard on the event loop."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._listeners: list[Callable[[], None]] = []
        self._scheduled = False

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """Say on which loop the listeners live."""
        self._loop = loop

    def ring(self) -> None:
        """Wake all listeners once; rings that come before they ran are one ring. Safe on any thread."""
        if self._loop is None or self._scheduled or self._loop.is_closed():
            return
        self._scheduled = True
        self._loop.call_soon_threadsafe(self._wake, self._loop)

    def listen(self, listener: Callable[[], None]) -> None:
        """Call `listener` on the loop after each ring."""
        self._listeners.append(listener)

    def forget(self, listener: Callable[[], None]) -> None:
        """Stop calling `listener`."""
        if listener in self._listeners:
            self._listeners.remove(listener)

    def _wake(self, loop: asyncio.AbstractEventLoop) -> None:
        self._scheduled = False
        for listener in tuple(self._listeners):
            # Each by itself, so that one which raises keeps nobody from hearing.
            loop.call_soon(listener)
