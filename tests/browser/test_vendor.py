"""What is vendored is what was vendored: the files, their licences and their hashes."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path

VENDOR = Path(__file__).resolve().parents[2] / "src" / "canopy" / "web" / "vendor"


def test_every_vendored_file_has_its_hash_and_its_licence() -> None:
    libraries = tomllib.loads((VENDOR / "VENDOR.toml").read_text())["library"]
    assert libraries
    for library in libraries:
        assert hashlib.sha256((VENDOR / library["file"]).read_bytes()).hexdigest() == library["sha256"], library["file"]
        assert len((VENDOR / library["licence_file"]).read_text()) > 500
    named = {name for library in libraries for name in (library["file"], library["licence_file"])}
    present = {path.name for path in VENDOR.iterdir()} - {"VENDOR.toml", "lit.d.ts"}
    assert present == named
