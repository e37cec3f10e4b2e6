"""Account passwords: which are accepted (decision 25) and how they are kept (Argon2id).

The lists of rules go to people as they are, so that a form can tick them live.
"""

import string
from functools import cache
from importlib.resources import files

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

LONG = 12
SHORT = 8
LONGEST = 1024
"""Hashing cost grows with length, so an unbounded password would be a cheap attack."""

RULES = (
    {
        "code": "length",
        "text": "At least 12 characters, or at least 8 with upper case, lower case, a digit and a symbol",
    },
    {"code": "not_common", "text": "Not one of the 10,000 most common passwords"},
    {"code": "not_handle", "text": "Does not contain your handle"},
)

_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
"""OWASP's 2024 figures for Argon2id: 19 MiB, two passes."""


def broken_rules(password: str, handle: str) -> list[str]:
    """The codes of the rules that `password` breaks; empty when it is accepted."""
    broken: list[str] = []
    if not _is_long_enough(password) or len(password) > LONGEST:
        broken.append("length")
    if password.casefold() in _common():
        broken.append("not_common")
    if handle and handle.casefold() in password.casefold():
        broken.append("not_handle")
    return broken


def hash_password(password: str) -> str:
    """An Argon2id hash with its salt and parameters. Takes tens of milliseconds: not on the event loop."""
    return _HASHER.hash(password)


def verify_password(stored: str | None, password: str) -> bool:
    """Whether the password fits; an absent account costs the same time as a wrong password."""
    try:
        _HASHER.verify(stored or _decoy(), password)
    except (VerificationError, InvalidHashError):
        return False
    # An empty text is an absent one too: else the decoy's own words would open it.
    return bool(stored)


def _is_long_enough(password: str) -> bool:
    if len(password) >= LONG:
        return True
    classes = (str.isupper, str.islower, str.isdigit, _is_symbol)
    return len(password) >= SHORT and all(any(map(test, password)) for test in classes)


def _is_symbol(character: str) -> bool:
    return character in string.punctuation or not character.isalnum()


@cache
def _decoy() -> str:
    return _HASHER.hash("an account that does not exist")


@cache
def _common() -> frozenset[str]:
    text = files("canopy.crypto").joinpath("common-passwords.txt").read_text("utf-8")
    return frozenset(text.split())
