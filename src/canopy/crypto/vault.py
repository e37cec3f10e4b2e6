"""The master key of a data root at rest: in a 0600 file, wrapped by a passphrase, or in the OS keyring.

`keys/master` is a small JSON document that says which. The master key only unlocks the database; identity keys
lie inside it. Nothing here overwrites an existing document.
"""

import base64
import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import msgspec
from argon2.exceptions import HashingError
from argon2.low_level import Type, hash_secret_raw
from nacl.utils import random as random_bytes

from canopy.crypto.sealing import KEY_BYTES, OpenFailed, digest, seal, unseal
from canopy.ground.errors import StartFailed, UnusableFolder, WrongKey

Storage = Literal["file", "passphrase", "keyring"]

_SERVICE = "canopy"
_CONTEXT = b"canopy-master-1"
_ARGON = {"time_cost": 3, "memory_cost": 65_536, "parallelism": 1}
"""RFC 9106's second recommendation, with one lane; a start may take a tenth of a second."""


class MasterKey:
    """32 random bytes that never print themselves."""

    __slots__ = ("secret",)

    def __init__(self, secret: bytes) -> None:
        self.secret = secret

    @property
    def id(self) -> str:
        """A name that tells two keys apart without telling anything of them."""
        return digest(b"canopy-key-id-1", self.secret)[:8].hex()

    def __repr__(self) -> str:
        return f"MasterKey({self.id}, secret hidden)"


class _Document(msgspec.Struct):
    v: int
    storage: Storage
    id: str
    key: str = ""
    salt: str = ""
    box: str = ""

    def __repr__(self) -> str:
        return f"_Document({self.storage}, {self.id}, secret hidden)"


def create(path: Path, storage: Storage, passphrase: Callable[[], str]) -> MasterKey:
    """Draw a master key and keep it at `path`, whose folder exists. Raises UnusableFolder."""
    key = MasterKey(random_bytes(KEY_BYTES))
    document = _Document(v=1, storage=storage, id=key.id)
    if storage == "file":
        document.key = _text(key.secret)
    elif storage == "passphrase":
        salt = random_bytes(16)
        document.salt = _text(salt)
        document.box = _text(seal(_stretch(passphrase(), salt), key.secret, _CONTEXT))
    else:
        _keyring_set(key)
    write_private(path, msgspec.json.encode(document))
    return key


def load(path: Path, passphrase: Callable[[], str]) -> MasterKey:
    """The master key kept at `path`. Raises WrongKey with a sentence that says what to do."""
    try:
        document = msgspec.json.decode(path.read_bytes(), type=_Document)
        key = MasterKey(_secret_of(document, passphrase))
    except FileNotFoundError as error:
        raise WrongKey(f"{path} is missing, and without it the database stays closed. Put it back.") from error
    except OSError as error:
        raise UnusableFolder(f"{path} cannot be read: {error.strerror}.") from error
    except (msgspec.MsgspecError, HashingError, ValueError) as error:
        raise WrongKey(f"{path} is damaged. Put back the copy that belongs to this data root.") from error
    except OpenFailed as error:
        raise WrongKey("The passphrase is wrong.") from error
    if key.id != document.id:
        raise WrongKey(f"{path} is damaged. Put back the copy that belongs to this data root.")
    return key


def keyring_present() -> bool:
    """Whether an OS keyring can be used: the extra is installed and finds a backend that stores."""
    try:
        import keyring  # noqa: PLC0415 - start-up time: an optional extra
        from keyring.backends.fail import Keyring as NoKeyring  # noqa: PLC0415 - the same
    except ImportError:
        return False
    return not isinstance(keyring.get_keyring(), NoKeyring)


def write_private(path: Path, content: bytes) -> None:
    """Write a new file of mode 0600 durably. Raises UnusableFolder."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise UnusableFolder(f"{path} cannot be written: {error.strerror}.") from error


def _secret_of(document: _Document, passphrase: Callable[[], str]) -> bytes:
    if document.storage == "file":
        return _bytes(document.key)
    if document.storage == "passphrase":
        return unseal(_stretch(passphrase(), _bytes(document.salt)), _bytes(document.box), _CONTEXT)
    return _keyring_get(document.id)


def _stretch(passphrase: str, salt: bytes) -> bytes:
    return hash_secret_raw(passphrase.encode(), salt, hash_len=KEY_BYTES, type=Type.ID, **_ARGON)


def _keyring_set(key: MasterKey) -> None:
    with _keyring() as keyring:
        keyring.set_password(_SERVICE, key.id, _text(key.secret))


def _keyring_get(key_id: str) -> bytes:
    with _keyring() as keyring:
        kept = keyring.get_password(_SERVICE, key_id)
    if kept is None:
        raise WrongKey("The OS keyring does not hold the key of this data root. Sign in as the user who made it.")
    return _bytes(kept)


@contextlib.contextmanager
def _keyring() -> Iterator[Any]:
    """The OS keyring. Raises StartFailed with a sentence when it is absent, locked or refuses."""
    try:
        import keyring  # noqa: PLC0415 - start-up time: an optional extra
        from keyring.errors import KeyringError  # noqa: PLC0415 - the same
    except ImportError as error:
        raise StartFailed("The OS keyring needs the extra: `pip install canopy[keyring]`.") from error
    try:
        yield keyring
    except KeyringError as error:
        raise StartFailed(f"The OS keyring cannot be used: {error}. Unlock it, or choose another storage.") from error


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
