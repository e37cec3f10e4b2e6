"""The verbs as people and scripts call them: with a running node, without one, and with the wrong words."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from canopy import __version__
from canopy.cli import logs
from canopy.cli.main import run_command_line
from tests.e2e.node import PASSWORD as NODE_PASSWORD
from tests.e2e.node import Node

PASSWORD = "correct horse battery staple"


class Shell:
    """Runs verbs in this process and keeps what they print."""

    def __init__(self, root: Path, capture: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = root
        self._capture = capture
        self._monkeypatch = monkeypatch

    def run(self, *words: str, stdin: str = "") -> tuple[int, str, str]:
        """Exit code, stdout and stderr of one verb on the data root."""
        self._monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        self._capture.readouterr()
        code = run_command_line([*words, "--data-root", str(self.root)])
        said = self._capture.readouterr()
        return code, said.out, said.err

    def json(self, *words: str, stdin: str = "", code: int = 0) -> Any:
        """One JSON document and nothing else on stdout."""
        got, out, err = self.run(*words, "--json", stdin=stdin)
        assert got == code, err
        return json.loads(out)


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    return Shell(tmp_path / "root", capsys, monkeypatch)


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    running = Node(tmp_path_factory.mktemp("cli") / "root")
    running.start()
    yield running
    running.kill()


@pytest.fixture
def online(node: Node, shell: Shell) -> Shell:
    shell.root = node.root
    return shell


# Without a node.


def test_the_owner_can_be_made_before_the_first_start(shell: Shell) -> None:
    made = shell.json("setup", "--username", "ada", "--password-stdin", stdin=PASSWORD + "\n")
    assert set(made) == {"user_id", "username", "api_key", "permissions"}
    assert not (shell.root / "setup-token").exists()
    code, _, err = shell.run("setup", "--username", "bob", "--password-stdin", stdin=PASSWORD)
    assert (code, "set up already" in err) == (4, True)


@pytest.mark.parametrize(
    ("username", "password", "code"),
    [("a", PASSWORD, 2), ("ada", "short", 2), ("ada", "ada-ada-ada-ada-ada", 2)],
)
def test_setup_says_what_is_wrong(shell: Shell, username: str, password: str, code: int) -> None:
    got, out, err = shell.run("setup", "--username", username, "--password-stdin", stdin=password)
    assert (got, out) == (code, "")
    assert err.startswith("canopy: ")


def test_a_password_is_not_taken_from_a_pipe_unasked(shell: Shell) -> None:
    assert shell.run("setup", "--username", "ada")[0] == 2


def test_the_doctor_looks_at_a_root_that_nobody_uses(shell: Shell) -> None:
    assert shell.run("doctor")[0] == 1
    shell.run("setup", "--username", "ada", "--password-stdin", stdin=PASSWORD)
    code, out, _ = shell.run("doctor")
    assert code == 0
    lines = [line.split(maxsplit=2) for line in out.splitlines()]
    assert {state for state, _, _ in lines} == {"ok", "warn"}
    found = shell.json("doctor", "--fix")
    assert found["ok"] is True
    assert [c["code"] for c in found["checks"] if c["state"] == "warn"] == ["backup"]


def test_the_doctor_says_when_the_key_is_gone(shell: Shell) -> None:
    shell.run("setup", "--username", "ada", "--password-stdin", stdin=PASSWORD)
    next(shell.root.glob("devices/*/keys/master")).unlink()
    code, out, _ = shell.run("doctor")
    assert (code, out.split()[:2]) == (1, ["fail", "key"])


def test_verbs_that_need_a_node_say_that_none_runs(shell: Shell) -> None:
    assert shell.run("status")[0] == 3
    assert shell.json("status", code=3) == {"running": False}
    code, _, err = shell.run("user", "list")
    assert (code, "canopy run" in err) == (3, True)


def test_the_node_that_died_is_not_taken_for_running(shell: Shell) -> None:
    shell.run("setup", "--username", "ada", "--password-stdin", stdin=PASSWORD)
    (next(shell.root.glob("devices/*/keys")) / "cli").write_text("x" * 43)
    (shell.root / "node.json").write_text(json.dumps({"pid": 2**22 - 1, "port": 1}))
    assert shell.run("status")[0] == 3


@pytest.mark.parametrize("words", [("fly",), ("key", "create"), ("status", "--nonsense"), ("run", "--port", "many")])
def test_wrong_words_are_usage_errors(shell: Shell, words: tuple[str, ...]) -> None:
    assert shell.run(*words)[0] == 2


def test_settings_that_are_wrong_are_told_before_anything_starts(shell: Shell) -> None:
    assert shell.run("run", "--port", "70000")[0] == 2
    assert shell.run("--log-format", "xml")[0] == 2
    shell.root.mkdir()
    (shell.root / "config.toml").write_text("prot = 7770\n")
    code, _, err = shell.run("run")
    assert (code, "prot" in err) == (2, True)


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["--version"]) == 0
    assert capsys.readouterr().out == f"canopy {__version__}\n"


# With a running node.


def test_a_node_is_set_up_and_run_from_the_shell(online: Shell) -> None:
    status = online.json("status")
    assert (status["running"], status["status"]) == (True, "healthy")
    made = online.json("setup", "--username", "ada", "--display-name", "Ada", "--password-stdin", stdin=PASSWORD)
    assert len(made["api_key"]) == 43
    code, _, err = online.run("setup", "--username", "bob", "--password-stdin", stdin=PASSWORD)
    assert (code, "already" in err) == (4, True)
    assert online.run("status")[1].startswith("Canopy ")
    assert online.run("doctor")[0] == 0

    scout = online.json("user", "create", "scout", "--agent", "--password-stdin", stdin=PASSWORD)
    assert scout["status"] == "pending_approval"
    assert "scout" in online.run("user", "list")[1]
    assert online.json("user", "approve", "scout")["user"]["status"] == "active"
    assert "suspended" in online.run("user", "suspend", "scout")[1]
    assert online.run("user", "approve", "nobody")[0] == 3
    assert online.run("user", "suspend", "ada")[0] == 4

    key = online.json("key", "create", "--user", "ada", "--permissions", "read_feed,write_feed", "--expires-days", "3")
    assert set(key) == {"id", "api_key", "permissions"}
    assert key["permissions"] == ["read_feed", "write_feed"]
    assert len(online.json("key", "create", "--user", "ada", "--permissions", "all")["permissions"]) == 14
    assert key["id"] in online.run("key", "list", "--user", "ada")[1]
    assert online.run("key", "revoke", key["id"], "--user", "ada")[0] == 0
    assert online.run("key", "revoke", "0000", "--user", "ada")[0] == 3
    assert online.run("key", "create", "--user", "ada", "--permissions", "fly")[0] == 2
    assert online.run("user", "create", "ADA", "--password-stdin", stdin=PASSWORD)[0] == 4


def test_who_is_locked_out_gets_in_again_from_the_shell(tmp_path: Path, shell: Shell) -> None:
    with Node(tmp_path / "root") as node:
        node.setup("ada")
        node.register("mira")
        shell.root = node.root

        def signs_in(username: str, password: str) -> bool:
            answer = node.request("POST", "/api/v1/session", {"username": username, "password": password}, key="")
            return bool(answer.status == 200)

        assert shell.run("user", "reset-password", "nobody")[0] == 3
        said = shell.run("user", "reset-password", "ada")[1]
        assert said.splitlines()[-1].startswith(f"http://localhost:{node.port}/reset#")
        link = shell.json("user", "reset-password", "ada")
        assert link["url"] == f"http://localhost:{node.port}{link['path']}"
        code, _, err = shell.run("user", "reset-password", "ada", "--password-stdin", stdin="short\n")
        assert (code, "not accepted" in err) == (2, True)
        assert signs_in("ada", NODE_PASSWORD)
        code, out, _ = shell.run("user", "reset-password", "ada", "--password-stdin", stdin="an entirely new one\n")
        assert (code, out) == (0, "@ada has a new password. Browsers signed out: 1.\n")
        assert signs_in("ada", "an entirely new one") and not signs_in("ada", NODE_PASSWORD)

        assert shell.run("user", "make-owner", "nobody")[0] == 3
        assert shell.json("user", "make-owner", "mira")["user"]["is_owner"] is True
        code, _, err = shell.run("user", "make-owner", "mira")
        assert (code, "owns the node already" in err) == (4, True)
        assert {u["username"] for u in shell.json("user", "list")["users"] if u["is_owner"]} == {"mira"}


# Logs.


def test_logs_hide_what_looks_like_a_key(capsys: pytest.CaptureFixture[str]) -> None:
    import logging

    token = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ"
    root = logging.getLogger()
    before = root.handlers[:], root.level
    try:
        for form in ("text", "json"):
            logs.configure(form, "info")
            logging.getLogger("canopy").info("the key %s and claim=%s", token, "abc")
            try:
                raise ValueError(token)
            except ValueError:
                logging.getLogger("canopy").exception("failed")
        said = capsys.readouterr().err
    finally:
        root.handlers[:], root.level = before
    assert token not in said
    assert "claim=[hidden]" in said
    assert json.loads(said.splitlines()[-2])["message"].startswith("the key")
