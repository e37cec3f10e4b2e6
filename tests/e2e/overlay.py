"""A copy of this tree in which a page of documentation is carried out, block by block."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.house.pages import ROOT, Block

_WITHOUT = shutil.ignore_patterns(
    ".*", "__pycache__", "node_modules", "screenshots", "build", "dist", "*.egg-info", "htmlcov"
)


class Overlay:
    """A tree of its own; the program in it runs with our Python and its own sources."""

    def __init__(self, folder: Path) -> None:
        self.root = folder
        shutil.copytree(ROOT, folder, ignore=_WITHOUT)
        shutil.copytree(ROOT / "docs" / "screenshots", folder / "docs" / "screenshots", copy_function=os.link)
        (folder / ".venv").symlink_to(Path(sys.prefix))
        # Some rules of the house look at the files that git knows.
        subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
        subprocess.run(["git", "add", "src", "tests", "docs"], cwd=folder, check=True)

    @property
    def env(self) -> dict[str, str]:
        """Ours, with the sources of this tree before the installed ones."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CANOPY_")}
        return {**kept, "PYTHONPATH": str(self.root / "src"), "PYTHONDONTWRITEBYTECODE": "1"}

    def apply(self, block: Block) -> None:
        """Do what a block says to a file."""
        path = self.root / block.name
        if block.verb == "file":
            assert not path.exists(), f"{block.name} is there already"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, "utf-8")
        elif block.verb == "append":
            path.write_text(path.read_text("utf-8") + block.text, "utf-8")
        elif block.verb == "change":
            path.write_text(changed(path.read_text("utf-8"), block.text), "utf-8")
        else:
            raise AssertionError(f"nobody knows how to {block.verb} {block.name}")

    def run(self, script: str, *, seconds: float, env: Mapping[str, str] | None = None) -> str:
        """Carry out lines of a shell; what they printed. An assertion with all of it when one fails."""
        done = subprocess.run(
            ["bash", "-c", f"set -euo pipefail\n{script}"],
            cwd=self.root,
            env={**self.env, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=seconds,
            check=False,
        )
        assert done.returncode == 0, f"{script}\n{done.stdout[-8000:]}"
        return done.stdout


def changed(text: str, patch: str) -> str:
    """A text after a small patch without line numbers, which has to fit in exactly one place.

    `...` within a line that goes stands for anything, and comes back where the line instead of it says `...`.
    """
    lines = patch.splitlines()
    before = [line[1:] for line in lines if line[:1] in ("-", " ")]
    after = [line[1:] for line in lines if line[:1] in ("+", " ")]
    pattern = "^" + "\n".join(re.escape(line).replace(r"\.\.\.", "(.*?)") for line in before) + "$"
    found = list(re.finditer(pattern, text, re.MULTILINE))
    assert len(found) == 1, f"this fits in {len(found)} places, not in one:\n{patch}"
    kept = iter(found[0].groups())
    new = re.sub(r"\.\.\.", lambda _: next(kept), "\n".join(after))
    return text[: found[0].start()] + new + text[found[0].end() :]
