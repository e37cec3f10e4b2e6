"""Nodes on the same network find each other by mDNS (protocol section 5, Discovery).

What is announced is a hash that changes each day, never a name or an id. Whoever is found is dialled so that people
see who it is, and nothing more.
"""

import asyncio
import contextlib
import logging
import re
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from blake3 import blake3

from canopy.ground.clock import Clock
from canopy.ground.ids import NodeId
from canopy.mesh.view import Discovered

if TYPE_CHECKING:
    from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

SERVICE = "_canopy._tcp.local."
DAY_MS = 86_400_000
KEY = re.compile(r"[0-9a-f]{16}")
"""How an announcement is called; what else somebody announces is never shown or dialled."""
MOST = 64
REFRESH_SECONDS = 3600.0
AGAIN_SECONDS = 60.0

_log = logging.getLogger(__name__)


def announced(node: NodeId, day: int) -> str:
    """What a node announces on a day: 16 hex characters that only those who know its id recognise."""
    return blake3(node + day.to_bytes(8, "big")).hexdigest()[:16]


def recognises(key: str, node: NodeId, now_ms: int) -> bool:
    """Whether a node may have announced itself so: today, or by a clock that is a little off."""
    day = now_ms // DAY_MS
    return any(announced(node, at) == key for at in (day - 1, day, day + 1))


class Discovery:
    """Announces this node and keeps the list of those found."""

    def __init__(
        self, node: NodeId, addresses: list[str], port: int, clock: Clock, changed: Callable[[], None]
    ) -> None:
        self._node = node
        self._addresses = addresses
        self._port = port
        self._clock = clock
        self._changed = changed
        self._found: dict[str, Discovered] = {}
        self._heard_of: asyncio.Queue[tuple[str, bool]] = asyncio.Queue(maxsize=MOST)

    def found(self) -> list[Discovered]:
        """The nodes that announce themselves now."""
        return list(self._found.values())

    def proven(self, key: str, node: NodeId) -> None:
        """A handshake has told who announced this."""
        known = self._found.get(key)
        if known is not None:
            self._found[key] = Discovered(key=key, address=known.address, port=known.port, seen=known.seen, node=node)
            self._changed()

    async def run(self) -> None:
        """Announce and listen until cancelled. A machine whose network refuses is left without, and told once."""
        from zeroconf import IPVersion  # noqa: PLC0415 - start-up time: imported after the node is ready
        from zeroconf.asyncio import AsyncServiceBrowser, AsyncZeroconf  # noqa: PLC0415 - as above

        try:
            zeroconf = AsyncZeroconf(interfaces=self._addresses, ip_version=IPVersion.V4Only)
        except OSError as error:
            _log.warning("Nodes on this network cannot be found: %s.", error.strerror)
            return
        browser = AsyncServiceBrowser(zeroconf.zeroconf, SERVICE, handlers=[self._hear])
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._look_up(zeroconf))
                group.create_task(self._announce(zeroconf))
        finally:
            await browser.async_cancel()
            await zeroconf.async_close()

    async def _announce(self, zeroconf: "AsyncZeroconf") -> None:
        """Under a new name each day."""
        from zeroconf import Error  # noqa: PLC0415 - start-up time, as in `run`

        before: AsyncServiceInfo | None = None
        while True:
            info = self._info()
            wait = REFRESH_SECONDS
            try:
                if before is None or info.name != before.name:
                    if before is not None:
                        await zeroconf.async_unregister_service(before)
                        before = None
                    await zeroconf.async_register_service(info)
                    before = info
            except (Error, OSError) as error:
                # Somebody else on the network has this name: a copy of this node, or one that means harm.
                _log.warning("This node cannot announce itself on the network: %r.", error)
                wait = AGAIN_SECONDS
            await asyncio.sleep(wait)

    def _info(self) -> "AsyncServiceInfo":
        from zeroconf.asyncio import AsyncServiceInfo  # noqa: PLC0415 - start-up time, as in `run`

        key = announced(self._node, self._clock.now_ms() // DAY_MS)
        return AsyncServiceInfo(
            SERVICE,
            f"{key}.{SERVICE}",
            addresses=[socket.inet_aton(address) for address in self._addresses],
            port=self._port,
            properties={"v": "1", "h": key},
            server=f"{key}.local.",
        )

    def _hear(self, zeroconf: Any, service_type: str, name: str, state_change: Any) -> None:
        """Something came or went; what it is is asked in a task of ours."""
        if not self._heard_of.full():
            self._heard_of.put_nowait((name, state_change.name == "Removed"))

    async def _look_up(self, zeroconf: "AsyncZeroconf") -> None:
        from zeroconf import Error  # noqa: PLC0415 - start-up time, as in `run`

        while True:
            name, gone = await self._heard_of.get()
            with contextlib.suppress(Error, OSError):
                if await self._learn(zeroconf, name, gone=gone):
                    self._changed()

    async def _learn(self, zeroconf: "AsyncZeroconf", name: str, *, gone: bool) -> bool:
        """Whether somebody came or went."""
        if gone:
            return self._found.pop(name.removesuffix(f".{SERVICE}"), None) is not None
        info = await zeroconf.async_get_service_info(SERVICE, name, 3000)
        return info is not None and self._take(info)

    def _take(self, info: "AsyncServiceInfo") -> bool:
        key = ((info.properties or {}).get(b"h") or b"").decode("ascii", "replace")
        addresses = info.parsed_addresses()
        if (
            not KEY.fullmatch(key)
            or not addresses
            or not info.port
            or recognises(key, self._node, self._clock.now_ms())
        ):
            return False
        if key not in self._found and len(self._found) >= MOST:
            return False
        known = self._found.get(key)
        self._found[key] = Discovered(
            key=key,
            address=addresses[0],
            port=info.port,
            seen=self._clock.now_ms(),
            node=known.node if known else None,
        )
        return True
