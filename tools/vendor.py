"""Makes the vendored browser libraries: one file each, with its licence and its hash.

Run by hand, with Node.js and npm on the machine, when a version changes: `python tools/vendor.py`.
Nobody else needs it: the result is committed, and a test re-hashes it. The npm packages and esbuild
live in a temporary directory only, and the manifest names packages and versions, never an address.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

VENDOR = Path(__file__).resolve().parent.parent / "src" / "canopy" / "web" / "vendor"
ESBUILD = "0.28.2"

# What our modules import. A directive that nobody uses is weight that everybody loads.
LIT_ENTRY = """
export { LitElement, html, svg, render, nothing, noChange } from "lit";
export { repeat } from "lit/directives/repeat.js";
export { classMap } from "lit/directives/class-map.js";
export { styleMap } from "lit/directives/style-map.js";
export { live } from "lit/directives/live.js";
export { ifDefined } from "lit/directives/if-defined.js";
"""


@dataclass(frozen=True)
class Library:
    """One npm package that becomes one file."""

    name: str
    version: str
    file: str
    licence: str
    entry: str


LIBRARIES = [Library("lit", "3.3.3", "lit.js", "BSD-3-Clause", LIT_ENTRY)]


def main() -> None:
    """Build every library and write the manifest."""
    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        packages = [f"{lib.name}@{lib.version}" for lib in LIBRARIES]
        npm(work, "install", "--no-save", "--no-package-lock", f"esbuild@{ESBUILD}", *packages)
        for library in LIBRARIES:
            rows.append(build(work, library))
    (VENDOR / "VENDOR.toml").write_text(manifest(rows), encoding="utf-8")


def npm(work: Path, *arguments: str) -> None:
    """Run npm in the temporary directory."""
    (work / "package.json").write_text(json.dumps({"private": True}), encoding="utf-8")
    subprocess.run(["npm", *arguments, "--no-audit", "--no-fund"], cwd=work, check=True)


def build(work: Path, library: Library) -> dict[str, str]:
    """Bundle one library into the vendor directory and return its manifest row."""
    source = work / f"{library.name}-entry.js"
    source.write_text(library.entry, encoding="utf-8")
    target = VENDOR / library.file
    esbuild = work / "node_modules" / ".bin" / "esbuild"
    subprocess.run(
        [
            str(esbuild),
            str(source),
            "--bundle",
            "--format=esm",
            "--minify",
            "--target=es2022",
            "--legal-comments=none",
            f"--banner:js=/* {library.name} {library.version}, {library.licence}, see {library.file}.LICENSE */",
            f"--outfile={target}",
        ],
        cwd=work,
        check=True,
    )
    shutil.copyfile(work / "node_modules" / library.name / "LICENSE", VENDOR / f"{library.file}.LICENSE")
    return {
        "name": library.name,
        "version": library.version,
        "file": library.file,
        "licence": library.licence,
        "licence_file": f"{library.file}.LICENSE",
        "sha256": hashlib.sha256(target.read_bytes()).hexdigest(),
    }


def manifest(rows: list[dict[str, str]]) -> str:
    """The manifest as TOML text."""
    head = "# Made by tools/vendor.py; a test re-hashes the files.\n"
    blocks = ["[[library]]\n" + "".join(f'{key} = "{value}"\n' for key, value in row.items()) for row in rows]
    return head + "\n" + "\n".join(blocks)


if __name__ == "__main__":
    main()
