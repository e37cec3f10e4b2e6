"""The shell lines of a tutorial, carried out from top to bottom as a reader would.

Only what is a matter of the machine is replaced: folders, ports, and how the program is started. A line that leaves a
node running is followed by waiting for it, which a reader does by reading on.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.e2e.node import free_port
from tests.house.pages import ROOT, blocks

_PREAMBLE = """set -euo pipefail
curl() { command curl -sS --max-time 20 "$@"; }
ready() { for _ in $(seq 300); do curl -fs -o /dev/null "$1/readyz" 2>/dev/null && return; sleep 0.05; done; return 1; }
trap 'kill $(jobs -p) 2>/dev/null || true; wait' EXIT
"""
_MARK = "-- end of a block --"
_STARTS = re.compile(r"^bin/run (.*) &$", re.MULTILINE)


class Walk:
    """One reader of one page, with folders and ports of their own."""

    def __init__(self, page: str, folder: Path, ports: Mapping[str, str], *marks: str) -> None:
        """`ports` names, for each `--data-root` of the page, the port that its node gets there."""
        self.folder = folder
        self.lines = [block.text for block in blocks((ROOT / page).read_text("utf-8"), *marks)]
        self.ports = {root: (port, free_port(), free_port()) for root, port in ports.items()}
        assert self.lines, f"{page} has no block for {marks}"

    def script(self, after: Mapping[int, str] | None = None, before: str = "") -> str:
        """All blocks as one script; `after` says what a reader does with other means after a block, by its number."""
        parts = [f"{lines}{(after or {}).get(number, '')}\necho {_MARK}" for number, lines in enumerate(self.lines)]
        text = _STARTS.sub(self._start, "\n".join([before, *parts]))
        for root, (written, port, _) in self.ports.items():
            text = text.replace(f"localhost:{written}", f"127.0.0.1:{port}")
            text = text.replace(root, str(self.folder / Path(root).name))
        return _PREAMBLE + text.replace(".venv/bin/canopy", f"{sys.executable} -m canopy")

    def _start(self, found: re.Match[str]) -> str:
        options = found.group(1)
        root = next(root for root in self.ports if f"--data-root {root} " in f"{options} ")
        _, port, mesh_port = self.ports[root]
        plain = re.sub(r" --(?:mesh-)?port \d+", "", f" {options}")
        started = f"{sys.executable} -m canopy run{plain} --host 127.0.0.1 --port {port} --mesh-port {mesh_port} &"
        return f"{started}\nready http://127.0.0.1:{port}"

    @staticmethod
    def parts(printed: str) -> list[str]:
        """What each block printed."""
        return [part.strip() for part in printed.split(_MARK)[:-1]]

    def run(self, script: str, seconds: float) -> str:
        """Run a script; what it printed. An assertion with all of it when a line fails."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CANOPY_")}
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=self.folder,
            env={**kept, "CANOPY_KEY_STORAGE": "file", "HOME": str(self.folder), "NO_COLOR": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=seconds,
            check=False,
        )
        assert done.returncode == 0, f"{script}\n--- printed:\n{done.stdout[-8000:]}"
        return done.stdout
