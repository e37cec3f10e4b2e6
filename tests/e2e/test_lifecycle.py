"""Starting, stopping, and refusing to start: running.md, with the exit codes and the sentences."""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.e2e.node import PASSWORD, Finished, Node, canopy
from tests.e2e.wire import Stream, run

HARMLESS = {"node.lock", "node.json"}


def hashes(root: Path) -> dict[str, str]:
    """What must not change when a start is refused: everything but the lock and the log files."""
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file() and path.name not in HARMLESS and "logs" not in path.parts
    }


def only(root: Path, pattern: str) -> Path:
    found = sorted(root.rglob(pattern))
    assert len(found) == 1, found
    return found[0]


def refused(node: Node, *more: str) -> Finished:
    """Run a second process like this node's; it has to end by itself, with a sentence and no traceback."""
    done = canopy(*node.arguments(), *more, env=node.env)
    said = done.out + done.err
    assert done.code != 0, said
    assert "Traceback" not in said, said
    assert any(len(line.split()) >= 4 for line in said.splitlines()), f"no sentence: {said!r}"
    return done


def test_stops_in_time_with_streams_open(owned: Node) -> None:
    async def stop_under_listeners() -> None:
        streams = [await Stream.open(owned.port, owned.key) for _ in range(20)]
        await asyncio.to_thread(owned.stop)
        async with asyncio.timeout(5):
            await asyncio.gather(*(stream.closed for stream in streams))

    run(stop_under_listeners())
    assert not owned.running


def test_stops_on_an_interrupt_too(fresh: Node) -> None:
    fresh.stop(interrupt=True)


def test_what_was_said_is_there_after_a_stop_and_a_start(owned: Node) -> None:
    said = owned.post("still here")
    owned.restart()
    assert [message["id"] for message in owned.messages()] == [said]


def test_one_data_root_serves_one_process(owned: Node) -> None:
    assert refused(owned).code == 5
    assert owned.request("GET", "/readyz").status == 200


def test_a_taken_port_is_named(fresh: Node, tmp_path: Path) -> None:
    other = Node(tmp_path / "other", port=fresh.port)
    done = refused(other)
    assert done.code == 5
    assert str(fresh.port) in done.out + done.err


def test_a_port_taken_by_another_program_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = int(taken.getsockname()[1])
        done = refused(Node(tmp_path / "root", port=port))
    assert done.code == 5
    assert str(port) in done.out + done.err


def test_a_killed_node_leaves_no_lock_behind(owned: Node) -> None:
    owned.kill()
    assert (owned.root / "node.lock").exists()
    owned.restart()
    assert owned.request("GET", "/readyz").status == 200


def put_foreign_key(node: Node, tmp_path: Path) -> None:
    with Node(tmp_path / "foreign") as foreign:
        foreign.stop()
    shutil.copy2(only(foreign.root, "keys/master"), only(node.root, "keys/master"))


def cut_in_half(node: Node, _: Path) -> None:
    database = only(node.root, "canopy.db")
    with database.open("r+b") as file:
        file.truncate(database.stat().st_size // 2)


def cut_within_a_page(node: Node, _: Path) -> None:
    with only(node.root, "canopy.db").open("r+b") as file:
        file.truncate(1_000)


def empty(node: Node, _: Path) -> None:
    only(node.root, "canopy.db").write_bytes(b"")


def overwrite_the_start(node: Node, _: Path) -> None:
    with only(node.root, "canopy.db").open("r+b") as file:
        file.write(b"This is a text file, not a database.\n" * 200)


@pytest.mark.parametrize("damage", [put_foreign_key, cut_in_half, cut_within_a_page, empty, overwrite_the_start])
def test_a_damaged_root_is_refused_and_left_alone(
    damage: Callable[[Node, Path], None], owned: Node, tmp_path: Path
) -> None:
    owned.post("precious")
    owned.stop()
    untouched = tmp_path / "untouched"
    shutil.copytree(owned.root, untouched)
    damage(owned, tmp_path)
    before = hashes(owned.root)
    refused(owned)
    assert {name: now for name, now in hashes(owned.root).items() if name in before} == before
    shutil.rmtree(owned.root)
    shutil.copytree(untouched, owned.root)
    owned.restart()
    assert [message["content"] for message in owned.messages()] == ["precious"]


@contextmanager
def without_overriding_permissions(folder: Path) -> Iterator[Sequence[str]]:
    """Make a folder read-only, and yield the prefix with which even root has to respect that."""
    prefix: Sequence[str] = ()
    if os.geteuid() == 0:
        prefix = ("setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner")
        if shutil.which("setpriv") is None:
            pytest.skip("as root, a read-only folder needs setpriv (util-linux)")
    modes = {path: path.stat().st_mode for path in (folder, *folder.rglob("*"))}
    for path, mode in modes.items():
        path.chmod(mode & ~0o222)
    try:
        yield prefix
    finally:
        for path, mode in modes.items():
            path.chmod(mode)


def test_a_read_only_root_is_refused_and_left_alone(owned: Node) -> None:
    owned.post("precious")
    owned.stop()
    before = hashes(owned.root)
    with without_overriding_permissions(owned.root) as prefix:
        done = canopy(*owned.arguments(), env=owned.env, prefix=prefix)
    assert done.code not in {0, 5}, done
    assert "Traceback" not in done.out + done.err
    assert str(owned.root) in done.out + done.err, "the sentence must name the folder"
    assert hashes(owned.root) == before
    owned.restart()
    assert [message["content"] for message in owned.messages()] == ["precious"]


def test_a_root_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "root").write_text("in the way")
    assert refused(Node(tmp_path / "root")).code not in {0, 5}
    assert (tmp_path / "root").read_text() == "in the way"


def test_an_unknown_setting_in_the_file_is_an_error(tmp_path: Path) -> None:
    node = Node(tmp_path / "root")
    node.root.mkdir()
    (node.root / "config.toml").write_text("prot = 7770\n")
    done = refused(node)
    assert done.code == 2
    assert "prot" in done.out + done.err


def test_an_unknown_name_in_the_environment_is_told(tmp_path: Path) -> None:
    with Node(tmp_path / "root", env={"CANOPY_PROT": "7770"}) as node:
        node.stop()
        assert "CANOPY_PROT" in node.printed()


def test_an_unknown_option_is_an_error(tmp_path: Path) -> None:
    assert canopy(*Node(tmp_path / "root").arguments(), "--prot", "7770").code == 2


def test_the_setup_code_opens_once(fresh: Node) -> None:
    token = fresh.root / "setup-token"
    assert token.stat().st_mode & 0o777 == 0o600
    assert f"/setup?claim={token.read_text().strip()}" in fresh.printed()
    body = {"claim": "wrong", "username": "owner", "password": PASSWORD}
    wrong = fresh.request("POST", "/api/v1/setup", body)
    assert (wrong.status, wrong.json["code"]) == (403, "bad_claim")
    claim = token.read_text().strip()
    fresh.setup()
    assert not token.exists()
    again = fresh.request("POST", "/api/v1/setup", {**body, "claim": claim, "username": "second"})
    assert (again.status, again.json["code"]) == (409, "already_set_up")


def test_the_node_says_where_it_is(fresh: Node) -> None:
    health = fresh.request("GET", "/api/v1/health")
    assert health.status == 200
    assert health.json["status"] == "healthy"
    assert health.json["ready"] is True
    assert set(health.json["checks"]) >= {"db", "mesh", "storage"}
    assert fresh.request("GET", "/livez").status == 200
