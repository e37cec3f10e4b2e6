"""Logs on stderr, for people or as JSON lines; what looks like a secret is not written.

The standard library's logging, because structlog imports rich whole (decision 0003).
"""

import logging
import re
import sys
from typing import Any

import msgspec

_SECRET = re.compile(r"\b[A-Za-z0-9_-]{43}\b|(?<=claim=)[A-Za-z0-9_-]+")
HIDDEN = "[hidden]"


def configure(form: str, level: str) -> None:
    """Set up the root logger."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if form == "json" else Lines())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    logging.getLogger("uvicorn").setLevel(logging.WARNING)


def redact(text: str) -> str:
    """Hide keys, tokens and claims."""
    return _SECRET.sub(HIDDEN, text)


class Lines(logging.Formatter):
    """`time LEVEL logger: message` and the traceback below it."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": self.formatTime(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": redact(record.getMessage()),
        }
        if record.exc_info:
            line["error"] = redact(self.formatException(record.exc_info))
        return msgspec.json.encode(line).decode()
