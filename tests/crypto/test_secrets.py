"""Secrets never print: every type of the program that bears one is printed in every way, and searched for it."""

import importlib
import pkgutil
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

import canopy
from canopy.crypto import vault
from canopy.crypto.keys import SigningKey
from canopy.crypto.sealing import token_digest
from canopy.crypto.vault import MasterKey
from canopy.edge.accounts import Account
from canopy.edge.core import Claim, Core
from canopy.features.people.actions import NewAccount
from canopy.ground.clock import ManualClock
from canopy.ground.ids import UserKey
from canopy.log.append import Door
from canopy.log.catalog import Catalog
from canopy.log.db import Database
from canopy.log.home import Home, open_home

TEXT = "n0body-may-read-this"
BYTES = b"n0body-may-read-this-in-32-bytes"

NAMES = {"api_key", "box", "claim", "cli_digest", "csrf", "csrf_token", "key", "passphrase", "password", "secret"}
NAMES |= {"seed", "token"}
"""Fields that are called so bear a secret, unless they stand below."""
HARMLESS = {
    "MentionJson.claim": "who works on it, for everybody to see",
    "Repeats.key": "the caller's own Idempotency-Key",
    "Discovered.key": "the hash that a node announces to everybody",
    "DiscoveredJson.key": "the same, as JSON",
    "Task.key": "names what is to be done in the log",
    "OneKey.key": "describes a key; holds no secret of it",
}


def spellings(secret: str | bytes) -> list[str]:
    """How a secret may look in a text."""
    if isinstance(secret, str):
        return [secret, repr(secret)[1:-1]]
    import base64

    return [secret.hex(), repr(secret)[2:-1], base64.b64encode(secret).decode(), str(list(secret))[1:-1]]


def printed(bearer: object) -> str:
    """All ways in which an object comes into a log."""
    ways = [repr(bearer), str(bearer), f"{bearer}", f"{bearer!r}", f"{bearer!s}"]
    ways += [repr([bearer]), repr({"it": bearer})]
    try:
        raise ValueError(bearer)
    except ValueError as error:
        ways.append("".join(traceback.format_exception(error)))
    return "\n".join(ways)


def assert_hidden(bearer: object, *secrets: str | bytes) -> None:
    text = printed(bearer)
    for secret in secrets:
        assert secret, "an empty secret is found nowhere"
        for spelling in spellings(secret):
            assert spelling not in text, type(bearer).__name__


def test_the_search_finds_what_is_there() -> None:
    for secret in (TEXT, BYTES):
        with pytest.raises(AssertionError):
            assert_hidden({"secret": secret}, secret)
    with pytest.raises(AssertionError):
        assert_hidden(BYTES.hex(), BYTES)


def test_keys_do_not_print() -> None:
    assert_hidden(MasterKey(BYTES), BYTES)
    key = SigningKey(BYTES)
    assert_hidden(key, BYTES, key._secret, key._secret[:32])
    assert key.node.hex()[:8] in repr(key)
    assert MasterKey(BYTES).id in repr(MasterKey(BYTES))


def test_the_document_of_the_vault_does_not_print() -> None:
    assert_hidden(vault._Document(v=1, storage="file", id="00", key=TEXT, salt="s", box=TEXT + "2"), TEXT, TEXT + "2")


def test_accounts_do_not_print_their_passwords() -> None:
    account = Account(UserKey("00112233445566aa"), "bob", TEXT, "human", "active", False, 0)
    assert_hidden(account, TEXT)
    fresh = NewAccount(username="bob", display_name="Bob", account_type="human", status="active", password=TEXT)
    fresh.api_key = "the-key-" + TEXT
    assert_hidden(fresh, TEXT, fresh.api_key)


def test_the_claim_does_not_print() -> None:
    claim = Claim(TEXT, lambda: None)
    assert claim.fits(TEXT)
    assert_hidden(claim, TEXT, token_digest(TEXT))


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = open_home(tmp_path / "root", ManualClock(), "file")
    yield home
    home.close()


def test_what_holds_a_home_does_not_print(home: Home) -> None:
    master = vault.load(home.device / "keys" / "master", str)
    secrets = (master.secret, home.key._secret[:32], home.database._key)
    door = Door(Catalog(()), home.key)
    for bearer in (home, home.database, door, door.judge):
        assert_hidden(bearer, *secrets)


def test_the_database_does_not_print_its_key(home: Home) -> None:
    assert isinstance(home.database, Database)
    assert "canopy.db" in repr(home.database)


def test_the_core_does_not_print() -> None:
    parts: dict[str, Any] = dict.fromkeys(Core.__dataclass_fields__, TEXT)
    assert_hidden(Core(**{**parts, "cli_digest": BYTES}), TEXT, BYTES)


# Whatever comes later.


def _structs() -> Iterator[type[msgspec.Struct]]:
    for module in pkgutil.walk_packages(canopy.__path__, "canopy."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found: list[type[msgspec.Struct]] = [msgspec.Struct]
    for kind in found:
        found.extend(kind.__subclasses__())
        if kind.__module__.startswith("canopy."):
            yield kind


def _shown_secrets() -> set[str]:
    shown = set()
    for kind in _structs():
        for field in NAMES.intersection(kind.__struct_fields__):
            values: dict[str, Any] = dict.fromkeys(kind.__struct_fields__, "other")
            if TEXT in repr(kind(**{**values, field: TEXT})):
                shown.add(f"{kind.__name__}.{field}")
    return shown


def test_no_struct_shows_a_field_that_is_called_like_a_secret() -> None:
    kinds = {kind.__name__ for kind in _structs()}
    assert {"Account", "NewAccount", "_Document", "Principal"} <= kinds
    assert _shown_secrets() - HARMLESS.keys() == set()
