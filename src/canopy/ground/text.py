"""What text people may write: handles, names, trimmed content. Pure; raises InvalidText with a code."""

import re
import unicodedata

HANDLE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,47}[A-Za-z0-9])")
"""2..49 characters, beginning and ending alphanumeric (REST section 8.4, decision 26)."""
TOKEN = re.compile(r"[A-Za-z0-9_-]{1,100}")
"""What an id in a path or a body may look like (REST section 0.3)."""

_INVISIBLE = {"Cc", "Cf", "Cs", "Co"}
"""Categories of characters that show nothing; the direction overrides are among them (Cf)."""
_JOINERS = "\u200c\u200d"
"""Scripts and emoji need them between visible characters."""


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
    """A one-line name: NFC, blanks folded, controls and direction overrides removed; joiners only inside it.

    Cleaning a clean name changes nothing, which is how a card is checked: so what is removed goes first, and
    only what is left is composed and folded. A character that this Python does not know yet stays: a node that
    knows it would otherwise be called malformed for a new emoji in a name.
    """
    one_line = " ".join(text.split())
    visible = (c for c in one_line if c in _JOINERS or not _is_invisible(c))
    composed = unicodedata.normalize("NFC", "".join(visible))
    return " ".join(composed.split()).strip(_JOINERS + " ")


def _is_invisible(character: str) -> bool:
    # Noncharacters are the same in each version of Unicode (its standard, section 23.7).
    code = ord(character)
    return unicodedata.category(character) in _INVISIBLE or 0xFDD0 <= code <= 0xFDEF or code & 0xFFFE == 0xFFFE


def fold_handle(text: str) -> str:
    """The form in which two handles are compared."""
    return text.casefold()
