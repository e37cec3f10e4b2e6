"""The composition root: settings -> home -> log -> edge; one task group. It wires, it never behaves."""

import asyncio
import contextlib
import gc
import logging
import os
import secrets
import signal
import socket
import sys
import time
from collections.abc import Awaitable, Callable

import msgspec
import uvicorn

from canopy import __version__, installed
from canopy.crypto.sealing import token_digest
from canopy.edge import accounts, answers, resets, sessions
from canopy.edge.core import Claim, Core
from canopy.edge.guard import Limits
from canopy.edge.health import Health
from canopy.edge.http import Application
from canopy.edge.metrics import Metrics
from canopy.edge.presence import store_check_ins
from canopy.edge.protocol import BoundedProtocol
from canopy.edge.rooms import Rooms
from canopy.edge.routes import ROUTES
from canopy.edge.serving import Server, bind
from canopy.edge.stream import Streams
from canopy.features.channels.tables import open_scopes
from canopy.features.people.tables import card_of
from canopy.ground.instants import instant
from canopy.ground.settings import Settings
from canopy.log import replay, retention, store, todo
from canopy.log.append import Door
from canopy.log.bus import Bus
from canopy.log.catalog import Catalog
from canopy.log.db import Read, Tx, Writer
from canopy.log.home import Home, Running, open_home, place_warning, write_atomically
from canopy.log.local import get_fact, set_fact
from canopy.mesh import peerbook
from canopy.mesh.handshake import Identity
from canopy.mesh.mesh import Mesh, discovers
from canopy.mesh.noise import KeyPair
from canopy.mesh.pump import Stock

SWEEP_SECONDS = 30.0
STOP_SECONDS = 3
TODO = "todo"
"""The source of the writer's jobs for what earlier ones left, so that local work goes before them."""
LINK_KEY = "link key"
"""The fact that holds the secret of the static key of links."""

_log = logging.getLogger(__name__)


class SystemClock:
    """The machine's time; the only place that reads it."""

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        return time.monotonic()


class Node:
    """All parts of one node, wired."""

    def __init__(self, settings: Settings, home: Home) -> None:
        self.settings = settings
        self.home = home
        self.bus = Bus()
        self.metrics = Metrics()
        self.door = open_door(home)
        self.catalog = self.door.catalog
        self.writer = Writer(home.database, self.metrics.committed)
        self.sockets: list[socket.socket] = []
        self.mesh_socket: socket.socket | None = None
        self.cli_token = accounts.new_token()
        self.failure: BaseException | None = None
        self.health = Health(home.database, self.writer, home.root, self._mesh_state, self._peers)
        self._left = asyncio.Event()
        self._is_left = False
        home.database.on_commit = self._committed
        self.bus.listen(self._look_for_work)
        self.core = self._core()
        self.core.streams = self.streams = Streams(self.core)
        self.metrics.gauges = self.health.gauges
        self.core.mesh = self.mesh = self._mesh()

    def _core(self) -> Core:
        clock = self.home.database.clock
        rooms = Rooms(installed.ROOMS, self.home.key.node)
        return Core(
            node=self.home.key.node,
            settings=self.settings,
            clock=clock,
            database=self.home.database,
            writer=self.writer,
            door=self.door,
            bus=self.bus,
            rooms=rooms,
            routes=(*ROUTES, *rooms.routes),
            claim=Claim(self._claim_token(), self._discard_claim),
            limits=Limits(clock, off=self.settings.rate_limits == "off"),
            metrics=self.metrics,
            cli_digest=token_digest(self.cli_token),
            ports=lambda: (self.port, self.mesh_port),
            health=self.health.checks,
            started_ms=clock.now_ms(),
        )

    def _mesh(self) -> Mesh:
        stock = Stock(
            database=self.home.database,
            door=self.door,
            here=self.home.key.node,
            version=__version__,
            name=self._name,
            addresses=lambda: [one.address for one in self.mesh.reach()],
            open_scopes=open_scopes,
        )
        return Mesh(
            stock,
            Identity(self.home.key, link_key(self.home)),
            self.writer,
            self.bus,
            self.home.database.clock,
            secrets.SystemRandom().random,
            discoverable=self.settings.lan_discovery and discovers(self.mesh_host),
            trusts_lan=self.settings.lan_auto_trust,
        )

    def _name(self, tx: Read) -> str:
        """What the node calls itself to those who link with it."""
        return card_of(tx, self.home.key.node).name

    @property
    def mesh_host(self) -> str:
        """Where peers are answered."""
        return self.settings.mesh_host or self.settings.host

    @property
    def mesh_port(self) -> int:
        """The port for peers that is really bound."""
        return int(self.mesh_socket.getsockname()[1]) if self.mesh_socket else self.settings.mesh_port

    @property
    def port(self) -> int:
        """The port that is really bound."""
        return int(self.sockets[0].getsockname()[1]) if self.sockets else self.settings.port

    # The setup token.

    def _claim_token(self) -> str | None:
        with self.home.database.read() as tx:
            if accounts.any_account(tx):
                self.home.token_file.unlink(missing_ok=True)
                return None
        with contextlib.suppress(OSError, UnicodeDecodeError):
            kept = self.home.token_file.read_text("ascii").strip()
            if len(kept) >= 20:
                return kept
        token = secrets.token_urlsafe(24)
        write_atomically(self.home.token_file, token.encode() + b"\n")
        return token

    def _discard_claim(self) -> None:
        self.home.token_file.unlink(missing_ok=True)

    def _mesh_state(self) -> str:
        return "ok" if self.mesh.listening or self.mesh_socket is None else "not listening"

    def _peers(self) -> dict[str, float]:
        links = self.mesh.links()
        with self.home.database.read() as tx:
            trusted = float(len(peerbook.trusted(tx)))
        return {
            "trusted": trusted,
            "connected": float(len(links)),
            "syncing": float(sum(link.syncing for link in links)),
        }

    # Running.

    def bind(self) -> None:
        """Take the ports before anything else is promised. Raises PortTaken."""
        self.sockets = [bind(self.settings.host, self.settings.port, "--port")]
        self.mesh_socket = bind(self.mesh_host, self.settings.mesh_port, "--mesh-port")
        self.mesh.bind(self.mesh_socket)

    def rebuild_at_start(self) -> None:
        """Make anew the tables that have not the columns which this program reads; nothing can serve before."""
        with self.home.database.read() as tx:
            stale = replay.stale_rooms(tx, self.catalog)
            fresh = not store.COUNT_EVENTS.value(tx)
            if not stale or (replay.serves_meanwhile(tx, stale) and not fresh):
                return
        self.home.database.write(lambda tx: replay.rebuild(tx, self.door.judge, stale))

    async def _rebuild(self) -> None:
        """Make other stale tables anew while the old ones serve."""
        with self.home.database.read() as tx:
            stale = replay.stale_rooms(tx, self.catalog)
        if not stale:
            return
        work = replay.Rebuild(self.door.judge, stale)
        await self.writer.write(work.begin)
        while await self.writer.write(work.slice):
            pass
        await self.writer.write(work.finish)
        _log.info("The tables of %s were made anew.", ", ".join(sorted(stale)))

    def _committed(self) -> None:
        """On the writer's thread, after each commit."""
        self._is_left = bool(self.home.database.memory.get(todo.LEFT))
        self.bus.ring()

    def _look_for_work(self) -> None:
        if self._is_left:
            self._left.set()

    async def run(self, *, ready: Callable[[], None] | None = None) -> None:
        """Serve until stopped. Raises what the writer died of."""
        loop = asyncio.get_running_loop()
        self.bus.attach(loop)
        self.streams.start()
        self._loop = loop
        self.writer.start(self._died)
        self.server = self._server()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)
        try:
            async with asyncio.TaskGroup() as group:
                sweeping = group.create_task(self._supervise("sweep", self._sweep))
                working = group.create_task(self._supervise("work that was left", self._work_off))
                rebuilding = group.create_task(self._rebuild())
                linking = group.create_task(self.mesh.run())
                watching = group.create_task(self._supervise("watch over the disk", self._watch_storage))
                self._announce()
                gc.collect()
                gc.freeze()
                gc.enable()
                if ready is not None:
                    ready()
                await self.server.serve(self.sockets)
                sweeping.cancel()
                working.cancel()
                rebuilding.cancel()
                linking.cancel()
                watching.cancel()
        finally:
            await asyncio.to_thread(self.writer.stop)
            self.home.running_file.unlink(missing_ok=True)
        if self.failure is not None:
            raise self.failure

    def stop(self) -> None:
        """End all streams, then the server."""
        self.streams.close()
        self.server.stop()

    def _died(self, error: BaseException) -> None:
        """The writer's last words, on its own thread: the node ends loudly."""
        self.failure = error
        self._loop.call_soon_threadsafe(self.stop)

    def _server(self) -> Server:
        config = uvicorn.Config(
            Application(self.core),
            http=BoundedProtocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            timeout_graceful_shutdown=STOP_SECONDS,
            timeout_keep_alive=75,
            backlog=4096,
        )
        return Server(config)

    def _announce(self) -> None:
        write_atomically(self.home.cli_file, self.cli_token.encode())
        running = Running(
            pid=os.getpid(),
            host=self.settings.host,
            port=self.port,
            mesh_host=self.mesh_host,
            mesh_port=self.mesh_port,
            version=__version__,
            started_at=instant(self.core.clock.now_ms()),
        )
        write_atomically(self.home.running_file, msgspec.json.encode(running))
        if self.core.claim.open:
            token = self.home.token_file.read_text("ascii").strip()
            print(f"Open http://localhost:{self.port}/setup?claim={token}", flush=True)  # noqa: T201 - running.md
        else:
            print(f"Canopy {__version__} answers on http://localhost:{self.port}", flush=True)  # noqa: T201

    async def _supervise(self, what: str, step: Callable[[], Awaitable[None]]) -> None:
        """Do a step of a background task for ever. One of the supervised places."""
        while True:
            try:
                await step()
            except Exception:  # noqa: BLE001 - background task: the next round tries again
                _log.exception("The %s failed; it is tried again in %s s.", what, SWEEP_SECONDS)
                await asyncio.sleep(SWEEP_SECONDS)

    async def _watch_storage(self) -> None:
        await self.health.watch_storage(self.streams.tell_storage)

    async def _work_off(self) -> None:
        """Do what the log left to do, slice by slice; then wait until a commit leaves something again."""
        more = await self.writer.write(self.door.begin, TODO)
        while more:
            more = await self.writer.write(self.door.work, TODO)
        await self._left.wait()
        self._left.clear()

    async def _sweep(self) -> None:
        """What time does: expiry, clocks, pruning, times of last use."""
        await self._sweep_once()
        await asyncio.sleep(SWEEP_SECONDS)

    async def _sweep_once(self) -> None:
        while await self.writer.write(self._keep_up):
            pass
        for step in (retention.expire, retention.catch_up_clock):
            while await self.writer.write(lambda tx, step=step: step(tx, self.door)) == retention.SLICE:  # type: ignore[misc]
                pass
        keys, self.core.used_keys = self.core.used_keys, {}
        browsers, self.core.used_sessions = self.core.used_sessions, set()
        await self.writer.write(lambda tx: self._tidy(tx, keys, browsers))
        await self.writer.write(lambda tx: store_check_ins(tx, self.core.check_ins.take()))
        self.core.limits.prune()

    def _keep_up(self, tx: Tx) -> bool:
        """Let the rooms say what time makes them say; whether they said anything."""
        drafts = [draft for upkeep in self.core.rooms.upkeep for draft in upkeep(tx, self.home.key.node)]
        for draft in drafts:
            self.door.do(tx, draft)
        return bool(drafts)

    def _tidy(self, tx: Tx, keys: dict[str, int], browsers: set[str]) -> None:
        self.home.database.fold_soon()
        accounts.touch_keys(tx, keys)
        sessions.touch_sessions(tx, browsers)
        sessions.forget_ended(tx)
        resets.forget_expired(tx)
        answers.forget_old(tx, 1000)
        retention.prune_journal(tx)


def open_door(home: Home) -> Door:
    """The door of a home that no node serves; for verbs that work offline."""
    return Door(Catalog(installed.ROOMS), home.key, home.database.clock)


def link_key(home: Home) -> KeyPair:
    """The static key of this node's links: another than its identity, made once, kept in the encrypted database."""
    with home.database.read() as tx:
        kept = get_fact(tx, LINK_KEY)
    if kept is None:
        kept = KeyPair.generate().private_bytes()
        home.database.write(lambda tx: set_fact(tx, LINK_KEY, kept))
    return KeyPair(kept)


def run(settings: Settings, passphrase: Callable[[], str]) -> None:
    """Open the data root and serve until a signal comes. Raises StartFailed."""
    if warning := place_warning(settings.data_root):
        _log.warning(warning)
    home = open_home(settings.data_root, SystemClock(), settings.key_storage, passphrase)
    try:
        node = Node(settings, home)
        node.bind()
        node.rebuild_at_start()
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(node.run())
    finally:
        home.close()


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    if sys.platform == "win32":
        return asyncio.new_event_loop
    import uvloop  # noqa: PLC0415 - not on Windows

    factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return factory
