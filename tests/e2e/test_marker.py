"""P5: nothing that was said touches the disk in clear, in any spelling that a careless program would use."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest
from tests.e2e.node import Node

MARKER = "quokka-lantern-8161-überraschung"


def spellings(phrase: str) -> dict[str, bytes]:
    """UTF-8, UTF-16 in both orders, and base64 in its three alignments, without the bytes that neighbours colour."""
    found = {encoding: phrase.encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be")}
    for encoding in tuple(found):
        for shift in range(3):
            inner = found[encoding][(3 - shift) % 3 :]
            inner = inner[: len(inner) // 3 * 3]
            found[f"base64 of {encoding}, shifted by {shift}"] = base64.b64encode(inner)
            found[f"urlsafe base64 of {encoding}, shifted by {shift}"] = base64.urlsafe_b64encode(inner)
    found["json"] = phrase.encode("ascii", "backslashreplace").replace(b"\\xfc", b"\\u00fc")
    found["hex"] = phrase.encode().hex().encode()
    return found


def hits(phrase: str, *places: Path) -> list[str]:
    """Which files hold the phrase, and how it is spelt; ASCII case does not hide it."""
    wanted = {name: re.compile(re.escape(raw), re.IGNORECASE) for name, raw in spellings(phrase).items()}
    files = [path for place in places for path in (place, *place.rglob("*")) if path.is_file()]
    assert files, "nothing was searched"
    return [f"{path}: {name}" for path in files for name, raw in wanted.items() if raw.search(path.read_bytes())]


@pytest.mark.parametrize("before", ["", "x", "xy"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_the_search_finds_every_spelling(before: str, encoding: str, tmp_path: Path) -> None:
    text = f"{before}{MARKER} and more"
    (tmp_path / "plain").write_bytes(b"\x00\x01" + text.encode(encoding))
    (tmp_path / "base64").write_bytes(base64.b64encode(before.encode() + text.encode(encoding)))
    assert {hit.split(":")[0] for hit in hits(MARKER, tmp_path)} == {
        str(tmp_path / "plain"),
        str(tmp_path / "base64"),
    }
    assert not hits("another phrase altogether", tmp_path)


@pytest.mark.parametrize("level", ["info", "debug"])
def test_what_was_said_lies_nowhere_in_clear(level: str, tmp_path: Path) -> None:
    with Node(tmp_path / "root", env={"CANOPY_LOG_LEVEL": level}) as node:
        node.setup()
        for number in range(5):
            node.post(f"{MARKER} {number}")
        node.request("POST", "/api/v1/channels/messages", f'{{"channel_id": "{MARKER}'.encode(), key=node.key)
        node.request("GET", f"/api/v1/channels/general/messages?cursor={MARKER.encode().hex()}", key=node.key)
        assert len(node.messages()) == 5
        assert not hits(MARKER, node.root, node.log)
        node.stop()
        assert not hits(MARKER, node.root, node.log)


def test_neither_passwords_nor_keys_lie_in_clear(owned: Node) -> None:
    password = "Marmalade-Escapement-99"
    key = owned.register("nadia", password)
    owned.post("hello", key=key)
    owned.stop()
    for secret in (password, key, owned.key):
        assert not hits(secret, owned.root, owned.log)


def test_key_files_are_private(owned: Node) -> None:
    folders = [path for path in owned.root.rglob("keys") if path.is_dir()]
    assert folders
    for folder in folders:
        assert folder.stat().st_mode & 0o777 == 0o700
        files = [path for path in folder.rglob("*") if path.is_file()]
        assert files
        assert {str(path): oct(path.stat().st_mode & 0o777) for path in files} == {str(path): "0o600" for path in files}
