"""Pages of documentation as tests read them: headings, links, and the blocks that tests carry out.

A block is carried out when it follows a comment such as `<!-- test: file src/canopy/x.py -->` directly.
"""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
_MARKED = re.compile(r"^<!-- test: (\S+)(?: (\S+))? -->\n+```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FENCED = re.compile(r"^(`{3,})[^\n]*\n.*?^\1$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)
_LINK = re.compile(r"(?<!\\)\]\(([^)\s]+)\)")
_CODE = re.compile(r"(`+).+?\1")


@dataclass(frozen=True)
class Block:
    """What a page says to do: how (`verb`), with which file, and the text of the fence."""

    verb: str
    name: str
    language: str
    text: str


def pages() -> list[Path]:
    """Every page that we wrote."""
    found = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "bench").glob("*.md")]
    return sorted(found)


def blocks(page: str, *verbs: str) -> list[Block]:
    """The marked blocks of a page, of some verbs."""
    found = [Block(*(part or "" for part in parts)) for parts in _MARKED.findall(page)]
    return [block for block in found if not verbs or block.verb in verbs]


def prose(page: str) -> str:
    """A page without its fenced blocks."""
    return _FENCED.sub("", page)


def links(page: str) -> list[str]:
    """Where a page leads to within this tree: paths and anchors, no addresses of other hosts."""
    plain = _CODE.sub("", prose(page))
    return [link for link in _LINK.findall(plain) if not re.match(r"[a-z]+:", link)]


def anchors(page: str) -> set[str]:
    """The anchors of its headings, as the usual renderers make them."""
    found: dict[str, int] = {}
    for heading in _HEADING.findall(prose(page)):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        name = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        found[name] = found.get(name, -1) + 1
    return {f"{name}-{n}" if n else name for name, most in found.items() for n in range(most + 1)}
