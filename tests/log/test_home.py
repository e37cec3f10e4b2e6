"""The data root: made whole or not at all, locked, never overwritten, and opened with its own key only."""

import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from canopy.crypto import vault
from canopy.ground.clock import ManualClock
from canopy.ground.errors import AlreadyRunning, CanopyError, DamagedDatabase, UnusableFolder, WrongKey
from canopy.log import home as homes
from canopy.log.home import FOLDERS, Home, find_device, open_database, open_home, place_warning, write_atomically
from canopy.log.local import get_fact, set_fact
from canopy.log.migrate import SCHEMA, NewerDatabase, migrate
from canopy.log.shown import device_id

CLOCK = ManualClock()


def start(root: Path, **options: Any) -> Home:
    return open_home(root, CLOCK, **{"storage": "file", **options})


def files(root: Path) -> dict[str, bytes]:
    """Every file with its bytes."""
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data root that was started once and stopped."""
    root = tmp_path_factory.mktemp("home") / "root"
    start(root).close()
    return root


@pytest.fixture
def root(original: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    copied = tmp_path / "root"
    shutil.copytree(original, copied)
    return copied


@pytest.fixture
def device(root: Path) -> Path:
    found = find_device(root)
    assert found is not None
    return found


def no_space(*args: Any, **options: Any) -> None:
    raise OSError(28, "No space left on device")


# Making one.


def test_the_first_start_makes_everything(tmp_path: Path) -> None:
    root = tmp_path / "deep" / "root"
    home = start(root)
    assert home.device == root / "devices" / device_id(home.key.node)
    assert {path.name for path in home.device.iterdir()} >= {*FOLDERS, "canopy.db", "canopy.json"}
    assert {path.name for path in root.iterdir()} == {"devices", "node.lock"}
    assert [path.name for path in (root / "devices").iterdir()] == [home.device.name]
    assert home.token_file == root / "setup-token"
    assert home.running_file == root / "node.json"
    assert home.cli_file == home.device / "keys" / "cli"
    home.close()


def test_nobody_else_may_look_inside(root: Path, device: Path) -> None:
    for folder in (root, root / "devices", device, *(device / name for name in FOLDERS)):
        assert mode(folder) == 0o700, folder
    assert mode(device / "keys" / "master") == 0o600
    assert mode(root / "node.lock") == 0o600


def test_the_second_start_finds_the_same_node(root: Path, device: Path) -> None:
    first = start(root)
    node = first.key.node
    first.close()
    second = start(root)
    assert (second.key.node, second.device) == (node, device)
    assert second.key.sign(b"x") == first.key.sign(b"x")
    second.close()


def test_two_roots_are_two_nodes(root: Path, tmp_path: Path) -> None:
    one, two = start(root), start(tmp_path / "other")
    assert one.key.node != two.key.node
    one.close()
    two.close()


def test_a_device_appears_only_when_it_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Path | None] = []
    real = migrate

    def watching(*args: Any) -> int:
        seen.append(find_device(tmp_path))
        return real(*args)

    monkeypatch.setattr(homes, "migrate", watching)
    home = start(tmp_path)
    assert seen == [None, home.device]
    home.close()


@pytest.mark.parametrize("cut_at", ["vault.create", "migrate", "set_fact", "_sync_folder"])
def test_a_start_that_was_cut_off_is_made_good_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut_at: str
) -> None:
    class Cut(BaseException):
        """The power goes."""

    def cut(*args: Any, **options: Any) -> None:
        raise Cut

    with monkeypatch.context() as patch:
        patch.setattr(f"canopy.log.home.{cut_at}", cut)
        with pytest.raises(Cut):
            start(tmp_path)
    left = find_device(tmp_path)
    assert left is None
    home = start(tmp_path)
    assert left in (None, home.device)
    assert [path.name for path in (tmp_path / "devices").iterdir()] == [home.device.name]
    home.close()


def test_leftovers_are_removed_and_devices_are_not(root: Path, tmp_path: Path) -> None:
    fresh = tmp_path / "fresh"
    (fresh / "devices" / ".new-0badc0de" / "keys").mkdir(parents=True)
    (fresh / "devices" / ".new-0badc0de" / "keys" / "master").write_text("half")
    home = start(fresh)
    assert [path.name for path in (fresh / "devices").iterdir()] == [home.device.name]
    home.close()


def test_the_storage_that_was_asked_for_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def passphrase() -> str:
        asked.append("?")
        return "correct horse"

    start(tmp_path, storage="passphrase", passphrase=passphrase).close()
    assert len(asked) == 2
    with pytest.raises(WrongKey, match="passphrase is wrong"):
        start(tmp_path, passphrase=lambda: "wrong horse")
    # What the document says decides, not what is asked for now.
    start(tmp_path, storage="keyring", passphrase=passphrase).close()


@pytest.mark.parametrize(("present", "storage"), [(True, "keyring"), (False, "file")])
def test_left_to_itself_it_takes_the_keyring_when_there_is_one(
    present: bool, storage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vault, "keyring_present", lambda: present)
    assert homes._storage("auto") == storage
    assert homes._storage("passphrase") == "passphrase"


# One process at a time.


def test_a_root_in_use_is_refused_and_untouched(root: Path) -> None:
    home = start(root)
    with pytest.raises(AlreadyRunning) as caught:
        start(root)
    assert str(root) in caught.value.sentence
    assert caught.value.exit_code == 5
    home.close()
    start(root).close()


def test_another_process_is_kept_out_too(root: Path) -> None:
    code = (
        "import sys, pathlib\n"
        "from canopy.ground.clock import ManualClock\n"
        "from canopy.ground.errors import AlreadyRunning\n"
        "from canopy.log.home import open_home\n"
        "try:\n"
        "    open_home(pathlib.Path(sys.argv[1]), ManualClock(), 'file').close()\n"
        "except AlreadyRunning:\n"
        "    sys.exit(5)\n"
    )

    def other() -> int:
        return subprocess.run([sys.executable, "-c", code, str(root)], check=False, timeout=15).returncode

    home = start(root)
    assert other() == 5
    home.close()
    assert other() == 0


@pytest.mark.parametrize("damage", ["keys/master", "canopy.db"])
def test_a_start_that_fails_lets_the_next_one_in(root: Path, device: Path, damage: str) -> None:
    kept = device / damage
    kept.rename(kept.with_name("aside"))
    with pytest.raises(CanopyError):
        start(root)
    kept.with_name("aside").rename(kept)
    start(root).close()


def test_a_folder_that_cannot_be_locked_says_so(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks(*args: Any) -> None:
        raise OSError(37, "No locks available")

    monkeypatch.setattr("fcntl.flock", no_locks)
    with pytest.raises(UnusableFolder, match="cannot be locked: No locks available"):
        start(root)


# Folders that cannot be used. (Tests may run as root, whom no permission stops.)


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "root").write_text("mine")
    with pytest.raises(UnusableFolder, match="cannot be made or written"):
        start(tmp_path / "root")
    assert (tmp_path / "root").read_text() == "mine"


def test_a_file_in_the_way_of_the_devices_is_named(tmp_path: Path) -> None:
    (tmp_path / "devices").write_text("mine")
    with pytest.raises(UnusableFolder, match="cannot be made or written"):
        start(tmp_path)
    assert files(tmp_path) == {"devices": b"mine"}


def test_a_lock_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "node.lock").mkdir()
    with pytest.raises(UnusableFolder, match="cannot be written to: Is a directory"):
        start(tmp_path)


@pytest.mark.parametrize("failing", ["pathlib.Path.chmod", "os.fsync", "pathlib.Path.rename"])
def test_a_full_disk_is_named_and_leaves_no_device(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    """The key, the sidecar, the last step: whatever the disk refuses."""
    (tmp_path / "node.lock").touch()
    with monkeypatch.context() as patch:
        patch.setattr(failing, no_space)
        with pytest.raises(UnusableFolder, match="No space left"):
            start(tmp_path)
    assert find_device(tmp_path) is None
    start(tmp_path).close()


def test_several_devices_are_a_question_for_a_person(root: Path, device: Path) -> None:
    shutil.copytree(device, device.with_name("zz-copy"))
    before = files(root)
    with pytest.raises(UnusableFolder, match="several devices") as caught:
        start(root)
    assert device.name in caught.value.sentence
    assert "zz-copy" in caught.value.sentence
    assert files(root) == before


def test_files_beside_the_device_are_no_devices(root: Path, device: Path) -> None:
    (device.parent / "notes.txt").write_text("mine")
    (device.parent / ".hidden").mkdir()
    assert find_device(root) == device
    assert find_device(root / "absent") is None


# Keys and databases that do not fit.


def test_without_its_key_nothing_is_made_anew(root: Path, device: Path) -> None:
    (device / "keys" / "master").unlink()
    before = files(root)
    with pytest.raises(WrongKey, match="is missing"):
        start(root)
    assert files(root) == before


def test_another_key_is_told_from_damage(root: Path, device: Path, tmp_path: Path) -> None:
    other = start(tmp_path / "other")
    other.close()
    shutil.copy(other.device / "keys" / "master", device / "keys" / "master")
    before = files(root)
    with pytest.raises(WrongKey, match="Put back its `keys` folder"):
        start(root)
    assert files(root) == before


@pytest.mark.parametrize("size", [0, 1, 4095, 5000])
def test_a_database_that_was_cut_short_is_left_alone(root: Path, device: Path, size: int) -> None:
    os.truncate(device / "canopy.db", size)
    before = files(root)
    with pytest.raises(DamagedDatabase, match="was cut short"):
        start(root)
    assert files(root) == before


def test_a_database_that_was_overwritten_is_left_alone(root: Path, device: Path) -> None:
    (device / "canopy.db").write_bytes(b"x" * 8192)
    before = files(root)
    with pytest.raises(DamagedDatabase, match="is damaged"):
        start(root)
    assert files(root) == before


def test_a_missing_database_is_not_made_anew(root: Path, device: Path) -> None:
    (device / "canopy.db").unlink()
    before = files(root)
    with pytest.raises(DamagedDatabase, match="is missing"):
        start(root)
    assert files(root) == before


@pytest.mark.parametrize("seed", [None, b"short"])
def test_a_database_without_an_identity_is_damaged(root: Path, seed: bytes | None) -> None:
    home = start(root)

    def damage(tx: Any) -> None:
        tx.execute("DELETE FROM facts WHERE name = 'identity'")
        if seed is not None:
            set_fact(tx, homes.IDENTITY, seed)

    home.database.write(damage)
    home.close()
    with pytest.raises(DamagedDatabase, match="holds no identity"):
        start(root)


def test_a_newer_database_is_left_to_the_newer_program(root: Path) -> None:
    home = start(root)
    home.database.write(lambda tx: set_fact(tx, SCHEMA, b"999"))
    home.close()
    with pytest.raises(NewerDatabase):
        start(root)
    # It was closed again: no write-ahead log is left open.
    assert [name for name in files(root) if name.endswith(("-wal", "-shm"))] == []


def test_a_database_can_be_opened_beside_the_lock(root: Path, device: Path) -> None:
    """As `doctor` does, also while the node runs."""
    home = start(root)
    database = open_database(device, CLOCK)
    with database.read() as tx:
        assert get_fact(tx, homes.IDENTITY) is not None
    database.close()
    home.close()


# Small files.


def test_a_small_file_is_replaced_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "node.json"
    write_atomically(path, b"one")
    write_atomically(path, b"two", 0o644)
    assert path.read_bytes() == b"two"
    assert mode(path) == 0o644
    write_atomically(path, b"three")
    assert mode(path) == 0o600
    monkeypatch.setattr("pathlib.Path.replace", no_space)
    with pytest.raises(OSError, match="No space"):
        write_atomically(path, b"four")
    assert path.read_bytes() == b"three"


def test_what_could_not_be_replaced_leaves_nothing_beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pathlib.Path.replace", no_space)
    with pytest.raises(OSError, match="No space"):
        write_atomically(tmp_path / "token", b"secret")
    assert list(tmp_path.iterdir()) == []


def test_the_running_file_can_be_read_by_who_loads_no_store() -> None:
    running = homes.Running(
        pid=1, host="::", port=2, mesh_host="::", mesh_port=3, version="1", started_at="1970-01-01T00:00:00"
    )
    import msgspec

    assert json.loads(msgspec.json.encode(running)) == {
        "pid": 1,
        "host": "::",
        "port": 2,
        "mesh_host": "::",
        "mesh_port": 3,
        "version": "1",
        "started_at": "1970-01-01T00:00:00",
    }


# Where a data root should not lie.


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[Path]:
    """A folder above which nothing is to be warned of."""
    assert place_warning(tmp_path) is None
    yield tmp_path


def test_an_ordinary_place_gets_no_warning(plain: Path) -> None:
    assert place_warning(plain / "a" / "b") is None
    assert place_warning(plain / "my Dropbox copy") is None


@pytest.mark.parametrize("git", ["folder", "file"])
def test_a_git_repository_gets_a_warning(plain: Path, git: str) -> None:
    (plain / "work").mkdir()
    # A work tree of a repository that lies elsewhere has a file there.
    (plain / "work" / ".git").mkdir() if git == "folder" else (plain / "work" / ".git").write_text("gitdir: x")
    for inside in (plain / "work", plain / "work" / "a" / "root"):
        warning = place_warning(inside)
        assert warning is not None
        assert f"git repository {plain / 'work'}" in warning


@pytest.mark.parametrize("name", ["Dropbox", "OneDrive", "Google Drive", "iCloud", "Nextcloud", "Syncthing"])
def test_a_synced_folder_gets_a_warning(plain: Path, name: str) -> None:
    warning = place_warning(plain / name / "root")
    assert warning is not None
    assert f"synced folder {plain / name}" in warning


def test_a_relative_or_linked_place_is_seen_through(plain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (plain / "Dropbox" / "deep").mkdir(parents=True)
    monkeypatch.chdir(plain / "Dropbox" / "deep")
    assert place_warning(Path("root")) is not None
    (plain / "link").symlink_to(plain / "Dropbox" / "deep")
    assert place_warning(plain / "link" / "root") is not None
