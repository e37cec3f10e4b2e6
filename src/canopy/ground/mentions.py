"""Whom a text calls by `@handle` (REST section 8.4). Pure: who bears a handle is asked elsewhere."""

import re

from canopy.ground.text import HANDLE

HANDLES = 100
"""Different handles of one text that count; those after them are plain words."""

_CALL = re.compile(rf"(?<![A-Za-z0-9_.@-])@({HANDLE.pattern})(?![A-Za-z0-9])")
_FENCE = re.compile(r"[ \t>]*(`{3,}|~{3,})(.*)")
_TICKS = re.compile(r"`+|\n[ \t]*\n")
"""What begins or ends a code span, and what no span reaches across: an empty line."""


def called_in(text: str) -> list[str]:
    """The handles as they are written, each once, in the order of the text. What stands in code calls nobody."""
    prose = _outside_spans(_outside_fences(text)) if "`" in text or "~" in text else text
    return list(dict.fromkeys(_CALL.findall(prose)))[:HANDLES]


def _outside_fences(text: str) -> str:
    """The lines that lie in no fenced block; one that is not closed reaches to the end."""
    kept: list[str] = []
    opened = ""
    for line in text.splitlines():
        fence = _FENCE.match(line)
        if opened:
            closes = fence is not None and fence[1].startswith(opened) and not fence[2].strip()
            opened = "" if closes else opened
        elif fence is not None and not (fence[1][0] == "`" and "`" in fence[2]):
            opened = fence[1]
            kept.append("")
        else:
            kept.append(line)
    return "\n".join(kept)


def _outside_spans(text: str) -> str:
    """What no code span holds: it ends with as many signs as it began with, or is none."""
    ticks = list(_TICKS.finditer(text))
    ends: dict[int, re.Match[str]] = {}
    closing: list[re.Match[str] | None] = []
    for tick in reversed(ticks):
        if tick[0][0] == "\n":
            ends = {}
            closing.append(None)
        else:
            closing.append(ends.get(len(tick[0])))
            ends[len(tick[0])] = tick
    kept: list[str] = []
    at = 0
    for tick, end in zip(ticks, reversed(closing), strict=True):
        if end is not None and tick.start() >= at:
            kept.append(text[at : tick.start()])
            at = end.end()
    return " ".join([*kept, text[at:]])


def spell(name: str) -> str:
    """How a display name is called: with `_` for its blanks."""
    return "_".join(name.split())
