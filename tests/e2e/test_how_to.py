"""The how-to pages work as written: copies are opened again, and units and proxies are what a node can live with."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.e2e.node import PASSWORD, Node, free_port
from tests.e2e.pair import wait_until
from tests.e2e.walk import Walk
from tests.house.pages import ROOT, blocks

pytestmark = pytest.mark.slow

PAGES = ROOT / "docs" / "how-to"
NAME = "chat.example.org"
KEY_OF_JSON = r"""sed -E 's/.*"api_key": ?"([^"]+)".*/\1/'"""
SAY = r"""say() { curl -f http://localhost:7770/api/v1/channels/messages -H "X-API-Key: $KEY" \
  -H 'Content-Type: application/json' -d "{\"channel_id\": \"general\", \"content\": \"$1\"}"; }"""


def block(page: str, mark: str) -> str:
    (found,) = blocks((PAGES / page).read_text("utf-8"), mark)
    return found.text


@pytest.mark.timeout(90)
def test_a_copy_made_by_hand_is_a_node_again(tmp_path: Path) -> None:
    root = "~/canopy-data"
    walk = Walk("docs/how-to/back-up-by-hand.md", tmp_path, {root: "7770"}, "backup", "restore")
    before = f"""bin/run --data-root {root} --no-lan-discovery &
echo '{PASSWORD}' | .venv/bin/canopy setup --username ada --password-stdin --data-root {root}
KEY=$(.venv/bin/canopy key create --user ada --permissions all --data-root {root} --json | {KEY_OF_JSON})
{SAY}
say 'before the copy'
"""
    lost = f"say 'after the copy'\nkill $(jobs -p); wait\nrm -r {root}\n"
    listed = 'curl -f http://localhost:7770/api/v1/channels/general/messages -H "X-API-Key: $KEY"\n'
    checked = f".venv/bin/canopy doctor --data-root {root}\nstat -c '%a' {root} {root}/devices/*/keys/master\n"
    printed = walk.run(walk.script({2: lost, 3: listed + checked}, before), 80)
    _, copied, tried, restored = walk.parts(printed)
    assert "fail" not in tried + restored, printed
    assert re.search(r"^ok +rows All 1 messages", tried, re.MULTILINE), tried
    assert '"content":"before the copy"' in restored
    assert "after the copy" not in restored
    assert restored.endswith("700\n600")
    assert oct((tmp_path / "canopy-backup.tar").stat().st_mode & 0o777) == "0o600"
    assert "No node runs" not in copied


@pytest.mark.timeout(90)
def test_who_is_locked_out_gets_back_in(tmp_path: Path) -> None:
    root = "~/canopy-data"
    walk = Walk("docs/how-to/get-back-in.md", tmp_path, {root: "7770"}, "locked-out")
    before = f"""bin/run --data-root {root} --no-lan-discovery &
echo '{PASSWORD}' | .venv/bin/canopy setup --username ada --password-stdin --data-root {root}
echo '{PASSWORD}' | .venv/bin/canopy user create mira --password-stdin --data-root {root}
"""
    link, changed, owned = walk.parts(walk.run(walk.script(before=before), 80))
    assert re.search(r"^http://localhost:\d+/reset#[\w-]{43}$", link, re.MULTILINE), link
    assert changed == "@ada has a new password. Browsers signed out: 0."
    assert owned == "@mira is the owner now."


# The unit.


def unit(tmp_path: Path) -> str:
    """The unit with our program and a folder of ours."""
    program = Path(sys.executable).parent / "canopy"
    text = block("systemd.md", "unit").replace("/opt/canopy/.venv/bin/canopy", str(program))
    return text.replace("/var/lib/canopy", str(tmp_path / "root")).replace("0.0.0.0", "127.0.0.1")


def value(text: str, key: str) -> str:
    return next(line.partition("=")[2] for line in text.splitlines() if line.startswith(f"{key}="))


def test_the_unit_starts_a_node_that_gets_ready_and_stops(tmp_path: Path) -> None:
    text = unit(tmp_path)
    words = value(text, "ExecStart").split()
    assert words[1:4] == ["run", "--data-root", str(tmp_path / "root")]
    with Node(tmp_path / "root", options=words[4:]) as node:
        ready = value(text, "ExecStartPost").removeprefix("/bin/sh -c '").removesuffix("'")
        done = subprocess.run(["/bin/sh", "-c", ready], capture_output=True, text=True, timeout=20, check=False)
        assert (done.returncode, "healthy" in done.stdout) == (0, True), done
        assert node.stop() < 5
    lines = [line for line in node.log.read_text().splitlines() if line.startswith("{")]
    assert all({"at", "level", "logger", "message"} <= json.loads(line).keys() for line in lines)


def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd-analyze on the PATH")
    path = tmp_path / "canopy.service"
    path.write_text(unit(tmp_path))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(path)], capture_output=True, text=True, timeout=20, check=False
    )
    complaints = [line for line in done.stderr.splitlines() if "canopy.service" in line]
    assert complaints == [], done.stderr


# Proxies.


@contextlib.contextmanager
def behind(command: list[str], port: int, log: Path) -> Iterator[None]:
    """A proxy that runs. One that waits for streams which nobody reads any more is not waited for."""
    env = {**os.environ, "HOME": str(log.parent)}
    with log.open("ab") as file, subprocess.Popen(command, stdout=file, stderr=file, env=env) as process:
        try:
            wait_until(lambda: answers(port), f"{command[0]} listens: {log.read_text()}")
            yield
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=2)
            process.kill()


def answers(port: int) -> bool:
    try:
        return ask(port, "/livez")[0] == 200
    except OSError:
        return False


def ask(port: int, path: str, body: object = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """What somebody gets who asks under the public name."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    sent = {"Host": NAME, "Content-Type": "application/json", **headers}
    try:
        connection.request("GET" if body is None else "POST", path, None if body is None else json.dumps(body), sent)
        answer = connection.getresponse()
        return answer.status, {name.lower(): text for name, text in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def settled(tmp_path: Path) -> Node:
    """A node with the settings of the page, but for its addresses."""
    root = tmp_path / "root"
    root.mkdir()
    (root / "config.toml").write_text(block("reverse-proxy.md", "settings").replace("0.0.0.0", "127.0.0.1"))
    return Node(root)


ACCOUNT = {"username": "mira", "password": PASSWORD}


def test_the_settings_behind_a_proxy(tmp_path: Path) -> None:
    with settled(tmp_path) as node:
        node.setup("ada")
        assert ask(node.port, "/livez")[0] == 200
        assert ask(node.port, "/livez", Host="evil.example.org")[0] == 421
        signed_in = {"username": "ada", "password": PASSWORD}
        assert "secure" in ask(node.port, "/api/v1/session", signed_in)[1]["set-cookie"].lower()
        assert json.loads(ask(node.port, "/api/v1/register", ACCOUNT)[2])["status"] == "pending_approval"
        assert ask(node.port, "/metrics")[0] == 200
        assert ask(node.port, "/metrics", **{"X-Forwarded-For": "203.0.113.7"})[0] == 403


def test_nginx_passes_on_what_the_app_needs(tmp_path: Path) -> None:
    nginx = shutil.which("nginx")
    if nginx is None:
        pytest.skip("no nginx on the PATH")
    port = free_port()
    with settled(tmp_path) as node:
        server = re.sub(r"^ *ssl_.*\n", "", block("reverse-proxy.md", "nginx"), flags=re.MULTILINE)
        server = server.replace("listen 443 ssl;", f"listen 127.0.0.1:{port};").replace("7770", str(node.port))
        places = "".join(
            f"{name}_temp_path {tmp_path};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        config = tmp_path / "nginx.conf"
        config.write_text(
            f"daemon off; pid {tmp_path}/pid; error_log {tmp_path}/error.log; events {{}}\n"
            f"http {{ access_log off; {places}\n{server}}}\n"
        )
        with behind([nginx, "-e", f"{tmp_path}/error.log", "-c", str(config)], port, tmp_path / "nginx.log"):
            check(node, port)


def test_caddy_passes_on_what_the_app_needs(tmp_path: Path) -> None:
    caddy = shutil.which("caddy")
    if caddy is None:
        pytest.skip("no caddy on the PATH")
    port = free_port()
    with settled(tmp_path) as node:
        site = block("reverse-proxy.md", "caddy").replace(NAME, f"http://:{port}").replace("7770", str(node.port))
        config = tmp_path / "Caddyfile"
        config.write_text(f"{{\n    admin off\n    auto_https off\n    default_bind 127.0.0.1\n}}\n{site}")
        command = [caddy, "run", "--adapter", "caddyfile", "--config", str(config)]
        with behind(command, port, tmp_path / "caddy.log"):
            check(node, port)


def check(node: Node, port: int) -> None:
    """The app, its live updates, and the shut doors, through a proxy."""
    node.setup("ada")
    assert ask(port, "/metrics")[0] == 403
    origin = {"Origin": f"http://{NAME}"}
    assert ask(port, "/api/v1/session", {"username": "ada", "password": PASSWORD}, **origin)[0] == 200
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/api/v1/events/stream", None, {"Host": NAME, "X-API-Key": node.key})
    stream = connection.getresponse()
    begun = time.monotonic()
    node.post("is it live?")
    while b"channel.message.created" not in (line := stream.readline()):
        assert line, "the stream ended"
    assert time.monotonic() - begun < 2, "the proxy held the stream back"
    stream.close()
    connection.close()
