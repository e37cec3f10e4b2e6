"""The whole node in this process, on a real socket: it starts, says where it is, sweeps, stops, and dies loudly."""

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from canopy.edge.serving import bind
from canopy.ground.errors import PortTaken
from canopy.ground.settings import load
from canopy.log import replay
from canopy.log.home import open_home
from canopy.node import Node, SystemClock, run
from tests.edge.client import PASSWORD

Script = Callable[[Node, httpx.AsyncClient], Awaitable[Any]]


def serve(root: Path, script: Script, **settings: Any) -> None:
    """Run a node until the script ends."""
    options = {"data_root": str(root), "host": "127.0.0.1", "port": 0, "mesh_port": 0, **settings}
    home = open_home(root, SystemClock(), "file")
    node = Node(load(options, {}), home)
    node.bind()
    node.rebuild_at_start()

    async def main() -> None:
        ready = asyncio.Event()
        running = asyncio.ensure_future(node.run(ready=ready.set))
        await ready.wait()
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{node.port}") as client:
            try:
                await script(node, client)
            finally:
                node.stop()
        await running

    try:
        asyncio.run(main())
    finally:
        home.close()


def test_a_node_says_where_it_is_and_takes_it_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async def script(node: Node, client: httpx.AsyncClient) -> None:
        running = json.loads((tmp_path / "node.json").read_bytes())
        assert (running["port"], running["host"]) == (node.port, "127.0.0.1")
        assert {"pid", "mesh_host", "mesh_port", "version", "started_at"} <= set(running)
        assert (await client.get("/api/v1/health")).json()["status"] == "healthy"
        claim = (tmp_path / "setup-token").read_text().strip()
        assert capsys.readouterr().out == f"Open http://localhost:{node.port}/setup?claim={claim}\n"
        body = {"claim": claim, "username": "ada", "password": PASSWORD}
        made = (await client.post("/api/v1/setup", json=body)).raise_for_status().json()
        headers = {"X-API-Key": made["api_key"]}
        for _ in range(3):
            message = {"channel_id": "general", "content": "hello"}
            (await client.post("/api/v1/channels/messages", json=message, headers=headers)).raise_for_status()
        session = await client.post("/api/v1/session", json={"username": "ada", "password": PASSWORD, "remember": True})
        assert f"session_{node.port}=" in session.headers["set-cookie"]
        assert "Max-Age=2592000" in session.headers["set-cookie"]

    serve(tmp_path, script)
    assert not (tmp_path / "node.json").exists()

    async def again(node: Node, client: httpx.AsyncClient) -> None:
        assert "claim" not in capsys.readouterr().out
        assert node.health.checks()["db"] == "ok"

    serve(tmp_path, again)


def test_a_head_without_end_is_cut_off(tmp_path: Path) -> None:
    async def script(node: Node, client: httpx.AsyncClient) -> None:
        for start, wanted in ((b"GET /livez HTTP/1.1\r\nX: ", b"431"), (b"nonsense\r\n\r\n", b"400")):
            reader, writer = await asyncio.open_connection("127.0.0.1", node.port)
            writer.write(start + b"x" * 200_000)
            async with asyncio.timeout(10):
                answer = await reader.read()
            assert answer.startswith(b"HTTP/1.1 " + wanted)
            assert b'"error"' in answer
            writer.close()
        body = "x" * 300_000
        large = await client.post("/api/v1/register", json={"username": "mira", "password": body})
        assert large.status_code == 409

    serve(tmp_path, script)


def test_a_port_that_is_taken_is_said_at_once() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(PortTaken, match="--port"):
            bind("127.0.0.1", taken.getsockname()[1], "--port")
    bind("::1", 0, "--port").close()


def test_a_writer_that_dies_takes_the_node_with_it(tmp_path: Path) -> None:
    async def script(node: Node, client: httpx.AsyncClient) -> None:
        node._died(RuntimeError("the writer died"))
        await asyncio.sleep(0)

    with pytest.raises(RuntimeError, match="the writer died"):
        serve(tmp_path, script)


def test_a_sweep_that_fails_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    tried = asyncio.Event()
    rounds: list[int] = []

    async def failing(self: Node) -> None:
        rounds.append(1)
        if len(rounds) > 2:
            tried.set()
        raise RuntimeError("not today")

    monkeypatch.setattr(Node, "_sweep_once", failing)
    monkeypatch.setattr("canopy.node.SWEEP_SECONDS", 0.0)

    async def script(node: Node, client: httpx.AsyncClient) -> None:
        await tried.wait()

    serve(tmp_path, script)
    assert "The sweep failed" in caplog.text


def test_tables_of_an_older_version_are_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def script(node: Node, client: httpx.AsyncClient) -> None:
        claim = (tmp_path / "setup-token").read_text().strip()
        body = {"claim": claim, "username": "ada", "password": PASSWORD}
        (await client.post("/api/v1/setup", json=body)).raise_for_status()

    serve(tmp_path, script)

    def age(sql: str) -> None:
        home = open_home(tmp_path, SystemClock(), "file")
        home.database.write(lambda tx: tx.execute(sql) and None)
        home.close()

    async def checked(node: Node, client: httpx.AsyncClient) -> None:
        async with asyncio.timeout(10):
            while True:
                with node.home.database.read() as tx:
                    if not replay.stale_rooms(tx, node.catalog):
                        break
                await asyncio.sleep(0)
        with node.home.database.read() as tx:
            assert tx.execute("SELECT name FROM user_cards").fetchall() == [("ada",)]

    # The number changed: made anew beside what serves.
    age("UPDATE facts SET value = x'30' WHERE name = 'projection:people'")
    serve(tmp_path, checked)
    # The columns changed: made anew before anything serves.
    age("UPDATE facts SET value = x'30' WHERE name = 'projection:people'")
    age("ALTER TABLE user_cards DROP COLUMN bio")
    serve(tmp_path, checked)


def test_the_entry_warns_of_folders_that_are_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    (tmp_path / ".git").mkdir()
    monkeypatch.setattr("canopy.node.bind", lambda *address: (_ for _ in ()).throw(PortTaken()))
    with pytest.raises(PortTaken):
        run(load({"data_root": str(tmp_path / "root"), "key_storage": "file", "port": 0, "mesh_port": 0}, {}), str)
    assert "git repository" in caplog.text
