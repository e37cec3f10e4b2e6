"""What text people may write: handles, names, trimmed content. Pure; raises InvalidText with a code."""

import re
import unicodedata

HANDLE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,47}[A-Za-z0-9])")
"""2..49 characters, beginning and ending alphanumeric (REST section 8.4, decision 26)."""
TOKEN = re.compile(r"[A-Za-z0-9_-]{1,100}")
"""What an id in a path or a body may look like (REST section 0.3)."""

_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn"}
_BIDI_CONTROLS = dict.fromkeys(map(ord, "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))


def is_handle(text: str) -> bool:
    """Whether `text` can be a username."""
    return HANDLE.fullmatch(text) is not None


def is_token(text: str) -> bool:
    """Whether `text` has the shape of an id."""
    return TOKEN.fullmatch(text) is not None


def is_storable(text: str) -> bool:
    """Whether `text` can be stored and shown anywhere: no NUL, no lone surrogate."""
    return ("\0" not in text and text.isascii()) or ("\0" not in text and _encodes(text))


def _encodes(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def clean_name(text: str) -> str:
    """A one-line name: NFC, blanks folded, controls and direction overrides removed."""
    folded = " ".join(unicodedata.normalize("NFC", text).split())
    visible = (c for c in folded if c in "\u200c\u200d" or unicodedata.category(c) not in _INVISIBLE)
    return "".join(visible).translate(_BIDI_CONTROLS).strip()


def fold_handle(text: str) -> str:
    """The form in which two handles are compared."""
    return text.casefold()
