"""Emoji: the list that people choose from, and the form that every node accepts.

The list grows with Unicode, so two versions of the program may hold different ones. What nodes must agree on is
therefore the form alone, which never changes; the list is asked where a person says something new.
"""

import re
from functools import lru_cache
from importlib.resources import files

LIST = "emoji-rgi.txt"
LENGTH = 14
"""Code points of the longest sequence that is taken; the longest of today has ten."""

_PICTURES = "\u00a9\u00ae\u203c\u2049\u2100-\u214f\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
_TAGS = "\U000e0020-\U000e007f"
_FORM = re.compile(rf"[#*0-9]\ufe0f?\u20e3|[{_PICTURES}][{_PICTURES}{_TAGS}\u200d\ufe0f]{{0,{LENGTH - 1}}}")
_STYLE = "\ufe0f"
"""Asks for the picture; many keyboards leave it out."""


def is_emoji_form(text: str) -> bool:
    """Whether a text is built as an emoji is: a few pictures, joined; no letters, nothing that turns directions."""
    return _FORM.fullmatch(text) is not None


def find_emoji(text: str) -> str | None:
    """The listed emoji that is meant, with all its style marks; None for what is not exactly one."""
    return _listed().get(text.replace(_STYLE, ""))


@lru_cache(maxsize=1)
def _listed() -> dict[str, str]:
    lines = files("canopy.ground").joinpath(LIST).read_text("utf-8").splitlines()
    return {line.replace(_STYLE, ""): line for line in lines if not line.startswith(";")}
