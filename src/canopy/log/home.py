"""The data root: its folders, its lock, its key, its database (running.md, Data root).

A new device is made beside and renamed into place when it is whole, so that a start which was cut off leaves
nothing half. What exists is never overwritten.
"""

import fcntl
import os
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import IO, Literal

import msgspec

from canopy.crypto import vault
from canopy.crypto.keys import SEED_BYTES, SigningKey
from canopy.crypto.sealing import Label, derive
from canopy.ground.clock import Clock
from canopy.ground.errors import AlreadyRunning, DamagedDatabase, UnusableFolder
from canopy.log.db import Database
from canopy.log.db.database import check_whole
from canopy.log.local import get_fact, set_fact
from canopy.log.migrate import migrate
from canopy.log.shown import device_id

IDENTITY = "identity"
"""The fact that holds the seed of the node's signing key."""
DATABASE = "canopy.db"
FOLDERS = ("keys", "blobs", "logs", "backups")
_SYNCED = ("Dropbox", "OneDrive", "Google Drive", "iCloud", "Nextcloud", "Syncthing")

KeyStorage = Literal["auto", "file", "passphrase", "keyring"]


class Running(msgspec.Struct, kw_only=True):
    """`node.json`: where the running node answers."""

    pid: int
    host: str
    port: int
    mesh_host: str
    mesh_port: int
    version: str
    started_at: str


class Home:
    """One open data root."""

    def __init__(self, root: Path, device: Path, database: Database, key: SigningKey, lock: IO[str]) -> None:
        self.root = root
        self.device = device
        self.database = database
        self.key = key
        self._lock = lock

    @property
    def token_file(self) -> Path:
        """Where the setup token stands until the first account exists."""
        return self.root / "setup-token"

    @property
    def running_file(self) -> Path:
        """Where the running node says how to reach it."""
        return self.root / "node.json"

    @property
    def cli_file(self) -> Path:
        """The key that the CLI verbs use; renewed at each start."""
        return self.device / "keys" / "cli"

    def close(self) -> None:
        """Close the database and let another process in."""
        self.database.close()
        self._lock.close()


def open_home(
    root: Path,
    clock: Clock,
    storage: KeyStorage = "auto",
    passphrase: Callable[[], str] = str,
) -> Home:
    """Open the data root, or make it. Raises a StartFailed whose sentence says what to do."""
    _make_root(root)
    lock = _lock(root)
    try:
        device = find_device(root)
        if device is None:
            device = _create(root, clock, storage, passphrase)
        database = open_database(device, clock, passphrase)
        try:
            key = _identity(database, device)
        except BaseException:
            database.close()
            raise
    except BaseException:
        lock.close()
        raise
    return Home(root, device, database, key, lock)


def _identity(database: Database, device: Path) -> SigningKey:
    """The node's key, once the database has today's schema."""
    migrate(database, device / "backups")
    with database.read() as tx:
        seed = get_fact(tx, IDENTITY)
    if seed is None or len(seed) != SEED_BYTES:
        raise DamagedDatabase(f"{device / DATABASE} holds no identity. Restore a backup.")
    return SigningKey(seed)


def open_database(device: Path, clock: Clock, passphrase: Callable[[], str] = str) -> Database:
    """Open the database of a device folder with the key beside it."""
    key = vault.load(device / "keys" / "master", passphrase)
    check_whole(device / DATABASE)
    return Database(device / DATABASE, derive(key.secret, Label.DATABASE), key.id, clock)


def find_device(root: Path) -> Path | None:
    """The device folder of a data root, if there is one. Raises UnusableFolder when there are several."""
    found = sorted(path for path in (root / "devices").glob("[!.]*") if path.is_dir())
    if len(found) > 1:
        names = ", ".join(path.name for path in found)
        raise UnusableFolder(f"{root / 'devices'} holds several devices ({names}). Keep one and move the others away.")
    return found[0] if found else None


def write_atomically(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Replace a small file whole."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        beside.replace(path)
    except OSError:
        # It may hold a token.
        beside.unlink(missing_ok=True)
        raise


def place_warning(root: Path) -> str | None:
    """A sentence about a folder in which a data root should not lie, or None."""
    place = root.resolve()
    for folder in (place, *place.parents):
        if (folder / ".git").exists():
            return f"The data root {root} lies inside the git repository {folder}: keys and messages may be committed."
        if folder.name in _SYNCED:
            return f"The data root {root} lies in the synced folder {folder}: two copies of one node would fork."
    return None


def _make_root(root: Path) -> None:
    try:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        (root / "devices").mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise UnusableFolder(f"The data root {root} cannot be made or written: {error.strerror}.") from error


def _lock(root: Path) -> IO[str]:
    path = root / "node.lock"
    try:
        lock = path.open("a+")
    except OSError as error:
        raise UnusableFolder(f"The data root {root} cannot be written to: {error.strerror}.") from error
    try:
        path.chmod(0o600)
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        raise AlreadyRunning(f"Another process is using the data root {root}.") from error
    except OSError as error:
        lock.close()
        raise UnusableFolder(f"The data root {root} cannot be locked: {error.strerror}.") from error
    return lock


def _create(root: Path, clock: Clock, storage: KeyStorage, passphrase: Callable[[], str]) -> Path:
    """Make a device beside the others and rename it when it is whole."""
    for left_over in (root / "devices").glob(".new-*"):
        shutil.rmtree(left_over, ignore_errors=True)
    fresh = root / "devices" / f".new-{secrets.token_hex(4)}"
    try:
        for name in FOLDERS:
            (fresh / name).mkdir(mode=0o700, parents=True)
        fresh.chmod(0o700)
        master = vault.create(fresh / "keys" / "master", _storage(storage), passphrase)
        key = _fill(fresh, clock, master)
        device = root / "devices" / device_id(key.node)
        for folder in (fresh / "keys", fresh):
            _sync_folder(folder)
        fresh.rename(device)
        _sync_folder(device.parent)
    except OSError as error:
        raise UnusableFolder(f"The data root {root} cannot be written to: {error.strerror}.") from error
    return device


def _fill(device: Path, clock: Clock, master: vault.MasterKey) -> SigningKey:
    """Make the database of a new device, with an identity in it."""
    database = Database.create(device / DATABASE, derive(master.secret, Label.DATABASE), master.id, clock)
    try:
        migrate(database, device / "backups")
        key, seed = SigningKey.generate()
        database.write(lambda tx: set_fact(tx, IDENTITY, seed))
    finally:
        database.close()
    return key


def _storage(wanted: KeyStorage) -> vault.Storage:
    if wanted == "auto":
        return "keyring" if vault.keyring_present() else "file"
    return wanted


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
