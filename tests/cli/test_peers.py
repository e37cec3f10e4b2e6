"""The verbs of the peer network, against a node that answers over HTTP and whose mesh is a stand-in."""

import asyncio
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from canopy.edge.http import Application
from canopy.edge.serving import bind
from canopy.ground.clock import ManualClock
from canopy.ground.ids import NodeId
from canopy.ground.settings import load
from canopy.log.db import Tx
from canopy.log.home import Home, open_home
from canopy.log.shown import peer_id
from canopy.mesh import invite, peerbook
from canopy.mesh.peerbook import Level
from canopy.node import Node
from tests.cli.test_verbs import Shell
from tests.edge.client import Local
from tests.edge.mesh import Recorded, link_to
from tests.mesh.ends import ADA, BOB, EVE

NODES = {"ada": ADA.key.node, "bob": BOB.key.node, "eve": EVE.key.node}


class Served:
    """A node that answers in a thread of its own."""

    def __init__(self, home: Home) -> None:
        self.node = Node(load({"data_root": str(home.root), "rate_limits": "off"}, {}), home)
        self.node.sockets = [bind("127.0.0.1", 0, "--port")]
        core: Any = self.node.core
        core.mesh = self.mesh = Recorded(home.key)
        config = uvicorn.Config(Application(self.node.core), lifespan="off", log_config=None, ws="none")
        self._server = uvicorn.Server(config)
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))
        self._thread.start()
        assert self._ready.wait(10)

    async def _serve(self) -> None:
        async with Local(self.node) as local:
            self.message = await self._begin(local)
            self.node._announce()
            self._loop = asyncio.get_running_loop()
            self._ready.set()
            await self._server.serve(self.node.sockets)

    async def _begin(self, local: Local) -> str:
        await local.set_up()
        return str((await local.say("the words"))["id"])

    def write(self, job: Callable[[Tx], Any]) -> None:
        """Change the tables as the mesh would."""
        asyncio.run_coroutine_threadsafe(self.node.writer.write(job), self._loop).result(10)

    def know(self, name: str, level: Level = Level.TRUSTED, called: str = "") -> str:
        node = NODES[name]

        def job(tx: Tx) -> None:
            peerbook.set_level(tx, node, level)
            peerbook.set_card(tx, node, called or name, "1")

        self.write(job)
        return peer_id(node)

    def level(self, node: NodeId) -> str | None:
        with self.node.home.database.read() as tx:
            peer = peerbook.find_peer(tx, node)
        return None if peer is None else peer.level.name.lower()

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(10)
        assert not self._thread.is_alive()


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("peers") / "root"
    open_home(root, ManualClock(), "file").close()
    return root


@pytest.fixture
def served(empty: Path, tmp_path: Path) -> Iterator[Served]:
    shutil.copytree(empty, tmp_path / "root")
    home = open_home(tmp_path / "root", ManualClock(), "file")
    home.database.connection.execute("PRAGMA synchronous = OFF")
    running = Served(home)
    yield running
    running.stop()
    home.close()


@pytest.fixture
def shell(served: Served, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    return Shell(served.node.home.root, capsys, monkeypatch)


def test_an_invite_is_shown_and_another_made(served: Served, shell: Shell) -> None:
    shown = shell.json("invite", "show")
    code, out, _ = shell.run("invite", "show")
    assert code == 0
    assert out.splitlines()[0] == shown["invite_code"]
    assert "ws://192.168.1.20:7771 (lan)" in out
    assert " ".join(shown["words"]) in out
    made = shell.json("invite", "create", "--expires-in", "60", "--name", "studio")
    assert made["name"] == "studio"
    assert made["invite_code"] != shown["invite_code"]
    assert shell.run("invite", "create")[0] == 0
    assert shell.run("invite", "create", "--expires-in", "1")[0] == 2
    served.mesh.places = []
    assert "nowhere" in shell.run("invite", "show")[1]


def test_a_code_is_imported(served: Served, shell: Shell) -> None:
    now = served.node.core.clock.now_ms()
    spelled = invite.encode(
        BOB.key, BOB.static.public, ("ws://b:1", "ws://b:2"), expires=now // 1000 + 60, name="bob", secret=b"s" * 16
    )
    code, out, _ = shell.run("invite", "import", spelled)
    assert (code, served.level(BOB.key.node)) == (0, "trusted")
    assert "ws://b:2: It is refused." in out
    assert "Saved." in out
    served.mesh.answers = {"ws://b:2"}
    assert shell.json("invite", "import", "-", stdin=spelled + "\n")["status"] == "connected"
    code, out, err = shell.run("invite", "import", spelled[:50])
    assert (code, out) == (2, "")
    assert "cut off" in err
    own = shell.json("invite", "show")["invite_code"]
    assert shell.run("invite", "import", own)[0] == 2
    served.know("bob", Level.BLOCKED)
    assert shell.run("invite", "import", spelled)[0] == 4


def test_peers_are_listed(served: Served, shell: Shell) -> None:
    assert shell.run("peers", "list")[1] == "No peers yet.\n"
    bob, eve = served.know("bob"), served.know("eve", Level.UNKNOWN)
    served.mesh.open[BOB.key.node] = link_to(BOB.key.node)
    lines = [line.split() for line in shell.run("peers", "list")[1].splitlines()]
    known = {peer["peer_id"]: peer["words"] for peer in shell.json("peers", "list")["peers"]}
    assert len(known[bob]) == 6
    of_bob, of_eve = (f"({'-'.join(known[identity])})" for identity in (bob, eve))
    assert lines == [[bob, "trusted", "syncing", "bob", of_bob], [eve, "not", "reviewed", "offline", "eve", of_eve]]
    assert [peer["peer_id"] for peer in shell.json("peers", "list")["peers"]] == [bob, eve]


def test_a_peer_is_meant_by_id_beginning_or_name(served: Served, shell: Shell) -> None:
    bob = served.know("bob", Level.UNKNOWN)
    for words, level in (
        (("approve", bob), "trusted"),
        (("block", bob[:6]), "blocked"),
        (("approve", "BOB"), "trusted"),
    ):
        assert shell.json("peers", *words)["peer"]["level"] == level
        assert served.level(BOB.key.node) == level
    served.know("eve", called="Bob")
    code, _, err = shell.run("peers", "block", "bob")
    assert (code, "Several peers" in err, peer_id(EVE.key.node) in err) == (2, True, True)
    assert served.level(EVE.key.node) == "trusted"
    for unknown in ("nobody", ""):
        assert shell.run("peers", "block", unknown)[0] == 3
    assert shell.run("peers", "forget", bob)[0] == 0
    assert served.level(BOB.key.node) is None
    assert served.mesh.asked[-1] == ("forgotten", BOB.key.node)


def test_how_far_the_peers_are(served: Served, shell: Shell) -> None:
    for name in ("ada", "bob", "eve"):
        served.know(name)
    ada, bob = ADA.key.node, BOB.key.node
    served.mesh.open = {ada: link_to(ada, done=1, total=3), bob: link_to(bob)}
    lines = shell.run("sync", "status")[1].splitlines()
    assert [line.split("  ")[-1].strip() for line in lines[:3]] == ["1 of 3", "up to date", "eve"]
    held = shell.json("sync", "status")["events"]
    assert lines[3] == f"{held} events held here."


def test_a_message_is_explained(served: Served, shell: Shell) -> None:
    bob = served.know("bob")
    served.mesh.held = {BOB.key.node: False}
    code, out, _ = shell.run("sync", "explain", served.message)
    assert code == 0
    assert out.splitlines()[0].endswith(": done")
    assert "message.posted in general" in out
    assert f"{bob} does not hold it" in " ".join(out.split())
    assert "the words" not in out
    assert shell.json("sync", "explain", served.message)["fate"] == "done"
    assert shell.run("sync", "explain", "00112233")[0] == 3
    assert shell.run("sync", "explain", "M1")[0] == 2
