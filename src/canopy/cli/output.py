"""What the command line prints: one JSON document, or text for people; and which exit code an error has."""

import sys
from typing import Any

import msgspec

from canopy.ground.errors import CanopyError

_CODES = {400: 2, 401: 4, 403: 4, 404: 3, 409: 4, 413: 2, 422: 4, 429: 5, 503: 5}


def say(text: str) -> None:
    """A line on stdout."""
    sys.stdout.write(text + "\n")


def complain(sentence: str) -> None:
    """A line on stderr."""
    sys.stderr.write(f"canopy: {sentence}\n")


def show(document: Any, as_json: bool, text: str) -> None:
    """The document for programs, or the text for people."""
    say(msgspec.json.encode(document).decode() if as_json else text)


def exit_code(error: CanopyError) -> int:
    """0 ok, 1 failed, 2 usage, 3 not found, 4 refused, 5 busy (running.md)."""
    return _CODES.get(error.status, 1)
