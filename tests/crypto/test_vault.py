"""The master key at rest: three storages, and what is said when it does not come back."""

import base64
import json
import sys
import types
from pathlib import Path
from typing import Any

import pytest

from canopy.crypto import vault
from canopy.crypto.sealing import digest
from canopy.crypto.vault import MasterKey, Storage, create, keyring_present, load, write_private
from canopy.ground.errors import StartFailed, UnusableFolder, WrongKey

SECRET = bytes(range(32))
PHRASE = "correct horse"


def phrase() -> str:
    return PHRASE


def never() -> str:
    raise AssertionError("nobody should be asked for a passphrase")


def document(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_bytes())
    return found


def alter(path: Path, **fields: Any) -> None:
    path.write_text(json.dumps({**document(path), **fields}))


class FakeRing:
    """As much of `keyring` as the vault uses."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.locked = False
        self.backend: object = object()

        class KeyringError(Exception):
            """What every failure of the keyring is."""

        class NoKeyring:
            """The backend that stands for none."""

        self.error = KeyringError
        self.nothing = NoKeyring
        modules: dict[str, dict[str, Any]] = {
            "keyring": {
                "get_keyring": lambda: self.backend,
                "set_password": self._set,
                "get_password": self._get,
            },
            "keyring.errors": {"KeyringError": KeyringError},
            "keyring.backends": {},
            "keyring.backends.fail": {"Keyring": NoKeyring},
        }
        for name, content in modules.items():
            module = types.ModuleType(name)
            module.__dict__.update(content)
            monkeypatch.setitem(sys.modules, name, module)

    def _set(self, service: str, name: str, value: str) -> None:
        self._ask()
        self.kept[service, name] = value

    def _get(self, service: str, name: str) -> str | None:
        self._ask()
        return self.kept.get((service, name))

    def _ask(self) -> None:
        if self.locked:
            raise self.error("it is locked")


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> FakeRing:
    return FakeRing(monkeypatch)


@pytest.fixture
def no_ring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "master"


# A key and its name.


def test_the_name_of_a_key_tells_nothing_of_it() -> None:
    assert MasterKey(SECRET).id == "adc3a400956c730f"
    assert MasterKey(SECRET).id == digest(b"canopy-key-id-1", SECRET)[:8].hex()
    assert MasterKey(bytes(32)).id != MasterKey(SECRET).id


def test_each_data_root_has_a_key_of_its_own(tmp_path: Path) -> None:
    one, two = (create(tmp_path / name, "file", never) for name in ("one", "two"))
    assert len(one.secret) == 32
    assert one.secret != two.secret


# In a file.


def test_a_key_in_a_file_comes_back_without_a_question(path: Path) -> None:
    key = create(path, "file", never)
    assert load(path, never).secret == key.secret
    assert document(path)["storage"] == "file"
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_document_of_version_1_still_opens(path: Path) -> None:
    """Frozen: what a data root holds today."""
    text = base64.b64encode(SECRET).decode()
    path.write_text(json.dumps({"v": 1, "storage": "file", "id": "adc3a400956c730f", "key": text}))
    assert load(path, never).secret == SECRET


def test_an_existing_document_is_never_overwritten(path: Path) -> None:
    create(path, "file", never)
    before = path.read_bytes()
    with pytest.raises(UnusableFolder, match="File exists"):
        create(path, "file", never)
    assert path.read_bytes() == before


def test_a_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnusableFolder, match="No such file"):
        write_private(tmp_path / "absent" / "master", b"x")


def test_a_disk_that_fails_is_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(UnusableFolder, match="No space left"):
        create(path, "file", never)


def test_a_missing_document_says_which(path: Path) -> None:
    with pytest.raises(WrongKey, match="is missing") as caught:
        load(path, never)
    assert str(path) in caught.value.sentence


def test_a_document_that_cannot_be_read_says_so(path: Path) -> None:
    path.mkdir()
    with pytest.raises(UnusableFolder, match="cannot be read: Is a directory"):
        load(path, never)


# Behind a passphrase.


def test_a_passphrase_opens_what_it_closed(path: Path) -> None:
    key = create(path, "passphrase", phrase)
    assert base64.b64encode(key.secret) not in path.read_bytes()
    assert document(path)["key"] == ""
    assert load(path, phrase).secret == key.secret
    with pytest.raises(WrongKey, match="passphrase is wrong"):
        load(path, lambda: "correct hors")


def test_a_passphrase_document_of_version_1_still_opens(path: Path) -> None:
    """Frozen: the stretching (Argon2id, 64 MiB, 3 passes), the context and the document."""
    path.write_text(
        json.dumps(
            {
                "v": 1,
                "storage": "passphrase",
                "id": "adc3a400956c730f",
                "salt": "AAECAwQFBgcICQoLDA0ODw==",
                "box": "AAECAwQFBgcICQoLuqinRDwBVGTQSyA8JOzQ54c9jQQqSq2Yu594+u0HZQBbZmaDma1NbjQ0NLbgWn1Y",
            }
        )
    )
    assert load(path, phrase).secret == SECRET


# In the keyring of the system.


def test_a_key_in_the_keyring_stands_in_no_file(path: Path, ring: FakeRing) -> None:
    key = create(path, "keyring", never)
    assert base64.b64encode(key.secret) not in path.read_bytes()
    assert (document(path)["key"], document(path)["box"]) == ("", "")
    assert list(ring.kept) == [("canopy", key.id)]
    assert load(path, never).secret == key.secret


def test_a_keyring_that_lost_the_key_says_so(path: Path, ring: FakeRing) -> None:
    create(path, "keyring", never)
    ring.kept.clear()
    with pytest.raises(WrongKey, match="does not hold the key"):
        load(path, never)


def test_a_keyring_that_holds_nonsense_is_damage(path: Path, ring: FakeRing) -> None:
    key = create(path, "keyring", never)
    ring.kept["canopy", key.id] = "no base64!"
    with pytest.raises(WrongKey, match="damaged"):
        load(path, never)


def test_a_locked_keyring_says_so_and_leaves_no_document(path: Path, ring: FakeRing) -> None:
    ring.locked = True
    with pytest.raises(StartFailed, match="it is locked"):
        create(path, "keyring", never)
    assert not path.exists()
    ring.locked = False
    create(path, "keyring", never)
    ring.locked = True
    with pytest.raises(StartFailed, match="it is locked"):
        load(path, never)


@pytest.mark.usefixtures("no_ring")
def test_without_the_extra_the_sentence_says_how_to_get_it(path: Path) -> None:
    with pytest.raises(StartFailed, match=r"pip install canopy\[keyring\]"):
        create(path, "keyring", never)
    path.write_text(json.dumps({"v": 1, "storage": "keyring", "id": "00"}))
    with pytest.raises(StartFailed, match=r"pip install canopy\[keyring\]"):
        load(path, never)


def test_a_keyring_is_present_when_it_has_a_backend(ring: FakeRing) -> None:
    assert keyring_present()
    ring.backend = ring.nothing()
    assert not keyring_present()


@pytest.mark.usefixtures("no_ring")
def test_a_keyring_is_absent_without_the_extra() -> None:
    assert not keyring_present()


# Damage.


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"{}", b"\xff\xfe", b'{"v":1,"storage":"file","id":"\xff"}'],
)
def test_what_is_no_document_is_damaged(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(WrongKey, match="is damaged"):
        load(path, never)


@pytest.mark.parametrize(
    "fields",
    [
        {"storage": "tpm"},
        {"key": ""},
        {"key": "no base64!"},
        {"key": "\u00e4"},
        {"key": base64.b64encode(bytes(32)).decode()},
        {"key": base64.b64encode(SECRET[:31]).decode()},
        {"id": "0011223344556677"},
    ],
)
def test_a_file_document_that_was_altered_is_damaged(path: Path, fields: dict[str, Any]) -> None:
    create(path, "file", never)
    alter(path, **fields)
    with pytest.raises(WrongKey, match="is damaged"):
        load(path, never)


@pytest.mark.parametrize("fields", [{"salt": ""}, {"salt": "AAAA"}, {"salt": "!"}, {"box": "!"}])
def test_a_passphrase_document_that_was_altered_is_damaged(path: Path, fields: dict[str, Any]) -> None:
    create(path, "passphrase", phrase)
    alter(path, **fields)
    with pytest.raises(WrongKey, match="is damaged"):
        load(path, phrase)


def test_a_box_that_was_altered_looks_like_a_wrong_passphrase(path: Path) -> None:
    create(path, "passphrase", phrase)
    alter(path, box="")
    with pytest.raises(WrongKey, match="passphrase is wrong"):
        load(path, phrase)


@pytest.mark.parametrize("storage", ["file", "passphrase"])
def test_reading_changes_nothing(path: Path, storage: Storage) -> None:
    create(path, storage, phrase)
    before = path.read_bytes()
    load(path, phrase)
    assert path.read_bytes() == before
    assert [entry.name for entry in path.parent.iterdir()] == ["master"]


def test_the_document_does_not_print(path: Path) -> None:
    create(path, "file", never)
    kept = document(path)
    assert kept["key"] not in repr(vault._Document(**kept))
