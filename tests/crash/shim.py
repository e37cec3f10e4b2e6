"""Fails on command, at every call by which SQLite touches the disk.

This file decides what happens; `patch.py` carries it out in C.
"""

from __future__ import annotations

import enum
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.crash import native
from tests.crash.disk import Change, Disk, Inode


class Call(enum.Enum):
    OPEN = "xOpen"
    READ = "xRead"
    WRITE = "xWrite"
    SYNC = "xSync"
    TRUNCATE = "xTruncate"
    DELETE = "xDelete"


CHANGES = frozenset({Call.OPEN, Call.WRITE, Call.SYNC, Call.TRUNCATE, Call.DELETE})
GROWS = frozenset({Call.OPEN, Call.WRITE})
_EIO = {
    Call.OPEN: native.CANTOPEN,
    Call.READ: native.IOERR_READ,
    Call.WRITE: native.IOERR_WRITE,
    Call.SYNC: native.IOERR_FSYNC,
    Call.TRUNCATE: native.IOERR_TRUNCATE,
    Call.DELETE: native.IOERR_DELETE,
}


class Fault(enum.Enum):
    KILL = "kill"
    ENOSPC = "disk full"
    EIO = "input/output error"


@dataclass(frozen=True)
class Plan:
    """Fail the `at`-th call among `calls`; `lasting`: and every such call after it."""

    fault: Fault
    at: int
    calls: frozenset[Call] = CHANGES
    lasting: bool = False


@dataclass
class Run:
    """One life of a process over one directory. Dead, it reads and writes nothing more."""

    root: Path
    plan: Plan | None = None
    disk: Disk = field(default_factory=Disk)
    seen: int = 0
    fired: Call | None = None
    dead: bool = False
    victim: tuple[Inode, Change] | None = None
    on_death: Callable[[], None] = lambda: None
    numbers: dict[str, int] = field(default_factory=dict)
    """Inode numbers by name, of files and of their folders: a folder may be renamed while its files live."""
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def covers(self, name: str) -> bool:
        return Path(name).is_relative_to(self.root) and not name.endswith("-shm")

    def enter(self, call: Call, inode: Inode | None = None, change: Change | None = None) -> int:
        """Before each call: 0 lets it pass, anything else is what SQLite gets instead."""
        with self._lock:
            if self.dead:
                return _EIO[call]
            if self.plan is None or call not in self.plan.calls:
                return native.OK
            self.seen += 1
            if self.seen != self.plan.at and not (self.plan.lasting and self.fired is not None):
                return native.OK
            return self._fail(self.plan.fault, call, inode, change)

    def _fail(self, fault: Fault, call: Call, inode: Inode | None, change: Change | None) -> int:
        self.fired = self.fired or call
        if fault is Fault.KILL:
            self.dead = True
            self.victim = None if inode is None or change is None else (inode, change)
            self.on_death()
        elif call is Call.SYNC and inode is not None:
            inode.lose_pending()
        elif fault is Fault.ENOSPC and call is Call.WRITE:
            return native.FULL
        return _EIO[call]

    def open(self, name: str) -> tuple[int, Inode | None]:
        """What an open finds; making a new file is a change of the disk, opening one that exists is not."""
        if self.dead:
            return _EIO[Call.OPEN], None
        existing = Path(name).read_bytes() if Path(name).exists() else None
        if existing is None and (code := self.enter(Call.OPEN)) != native.OK:
            return code, None
        with self._lock:
            if existing is not None:
                self._follow(name)
            return native.OK, self.disk.open(name, existing, journal=name.endswith(("-wal", "-journal")))

    def opened(self, name: str) -> None:
        for path in (Path(name), Path(name).parent):
            self.numbers[str(path)] = path.stat().st_ino

    def _follow(self, name: str) -> None:
        """Recognise a file that was opened before in a folder of another name."""
        number = Path(name).stat().st_ino
        for known in tuple(self.disk.now):
            if known != name and self.numbers.get(known) == number and not Path(known).exists():
                self.disk.rename_folder(str(Path(known).parent), str(Path(name).parent))

    def change(self, call: Call, inode: Inode, change: Change) -> int:
        with self._lock:
            if (code := self.enter(call, inode, change)) == native.OK:
                inode.change(change)
            return code

    def sync(self, inode: Inode) -> int:
        """Only the model is synced: the real file serves this process, which never loses power."""
        with self._lock:
            if (code := self.enter(Call.SYNC, inode)) == native.OK:
                self.disk.sync(inode)
            return code

    def delete(self, name: str, sync_directory: bool) -> int:
        with self._lock:
            if (code := self.enter(Call.DELETE)) == native.OK:
                self.disk.delete(name, sync_directory=sync_directory)
                self.numbers.pop(name, None)
            return code
