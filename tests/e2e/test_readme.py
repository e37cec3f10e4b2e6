"""The README's curl lines work as written, from top to bottom, on a fresh node.

A block counts when it is fenced as sh and follows the comment `<!-- test: curl -->` directly. Only the address and the
data root are replaced. Every curl has to succeed; `curl -N` listens for a few seconds and is then hung up.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from tests.e2e.node import Node

README = Path(__file__).parents[2] / "README.md"
ADDRESS = "http://localhost:7770"
ROOTS = ("~/.local/share/canopy", "$HOME/.local/share/canopy")
_BLOCK = re.compile(r"^<!-- test: curl -->\n+```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LISTENING_SECONDS = 2
PREAMBLE = f"""set -euo pipefail
curl() {{
  for word in "$@"; do
    if [ "$word" = -N ]; then
      timeout {LISTENING_SECONDS} curl --fail-with-body -sS "$@" || [ $? = 124 ]
      return
    fi
  done
  command curl --fail-with-body -sS "$@"
}}
"""


def blocks(markdown: str) -> list[str]:
    return _BLOCK.findall(markdown)


def script(markdown: str, url: str, root: Path) -> str:
    text = "\n".join(blocks(markdown)).replace(ADDRESS, url)
    for written in ROOTS:
        text = text.replace(written, str(root))
    return PREAMBLE + text


def run(text: str, node: Node, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", text],
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(tmp_path), "CANOPY_DATA_ROOT": str(node.root)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_readme_works_as_written(fresh: Node, tmp_path: Path) -> None:
    text = script(README.read_text(), fresh.url, fresh.root)
    for path in ("/setup", "/channels/messages", "/channels/general/messages", "/events/stream", "/keys"):
        assert path in text, f"the README shows no call of {path}"
    assert ":7770" not in text
    done = run(text, fresh, tmp_path)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert "event: channel.message.created" in done.stdout, "the stream shows nothing"


@pytest.mark.parametrize(
    ("line", "works"),
    [
        ("curl http://localhost:7770/readyz", True),
        ("curl http://localhost:7770/nowhere", False),
        ("curl -N http://localhost:7770/readyz", True),
        ("curl -N http://localhost:7770/nowhere", False),
        ("false\ncurl http://localhost:7770/readyz", False),
        ("cat ~/.local/share/canopy/node.json", True),
    ],
)
def test_the_extractor_notices_a_line_that_fails(line: str, works: bool, fresh: Node, tmp_path: Path) -> None:
    markdown = f"Text\n\n<!-- test: curl -->\n```sh\n{line}\n```\n\n```sh\nnot run\n```\n"
    assert blocks(markdown) == [f"{line}\n"]
    assert (run(script(markdown, fresh.url, fresh.root), fresh, tmp_path).returncode == 0) is works
