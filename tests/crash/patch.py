"""Puts a `shim.Run` beneath the cipher.

For the length of one `living` block this patches `xOpen` and `xDelete` of SQLite's own "unix" VFS, and the
method table of every file that is opened under the given directory. The cipher layer of sqlite3mc
("multipleciphers-unix") calls through that VFS, so what is seen here is ciphertext, in the order and sizes in
which the file system gets it. The code under test opens its files as always: it needs no parameter for us.

Why not an `apsw.VFS` in Python: it stacks beneath the cipher too ("multipleciphers-<name>"), but an error
there must be a Python exception, and apsw raises it again at the end of the outer call even where SQLite had
dealt with it (a failed automatic checkpoint after a good commit, a failed one at close), in groups when there
were several. A store would be tested against errors that no machine shows it. Here errors are result codes.

WAL needs no special mode: the shared-memory methods of the real table stay in place. The -shm file is left
out of the model, because SQLite rebuilds it after a crash.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate

from tests.crash import native
from tests.crash.disk import Inode, Truncate, Write
from tests.crash.shim import Call, Plan, Run


@dataclass(frozen=True)
class Handle:
    """One open file: who is told about it, and the table of the real VFS."""

    run: Run
    inode: Inode
    real: native.Methods


Callback = Callable[Concatenate["Patch", ...], int]


def guarded(code: int) -> Callable[[Callback], Callback]:
    """No exception may leave a callback, ctypes would print it and answer OK: it is kept for `living`."""

    def decorate(callback: Callback) -> Callback:
        @wraps(callback)
        def call(self: Patch, *arguments: Any) -> int:
            try:
                return callback(self, *arguments)
            except BaseException as defect:  # noqa: BLE001 - see above
                self.defects.append(defect)
                return code

        return call

    return decorate


class Patch:
    """The callbacks and what they replace. One per process; it keeps every C function pointer alive."""

    def __init__(self) -> None:
        self.vfs = native.unix_vfs()
        self.real_open = native.OpenFn.from_buffer_copy(self.vfs.xOpen)
        self.real_delete = native.DeleteFn.from_buffer_copy(self.vfs.xDelete)
        self.run: Run | None = None
        self.defects: list[BaseException] = []
        self.handles: dict[int, Handle] = {}
        self.tables: dict[int, native.Methods] = {}
        self.open = native.OpenFn(self.on_open)
        self.delete = native.DeleteFn(self.on_delete)
        self.close = native.CloseFn(self.on_close)
        self.read = native.ReadFn(self.on_read)
        self.write = native.WriteFn(self.on_write)
        self.truncate = native.TruncateFn(self.on_truncate)
        self.sync = native.SyncFn(self.on_sync)

    def install(self, run: Run) -> None:
        self.run = run
        self.vfs.xOpen, self.vfs.xDelete = self.open, self.delete

    def remove(self) -> None:
        """Files still open keep their tapped table until they are closed."""
        self.vfs.xOpen, self.vfs.xDelete = self.real_open, self.real_delete
        self.run = None

    @guarded(native.CANTOPEN)
    def on_open(self, vfs: int, place: int | None, file: int, flags: int, out: int | None) -> int:
        run = self.run
        name = "" if place is None else os.fsdecode(ctypes.string_at(place))
        if run is None or not run.covers(name):
            return int(self.real_open(vfs, place, file, flags, out))
        code, inode = run.open(name)
        if inode is None:
            return code
        code = int(self.real_open(vfs, place, file, flags, out))
        if code == native.OK:
            run.opened(name)
            self.tap(file, run, inode)
        return code

    def tap(self, file: int, run: Run, inode: Inode) -> None:
        real = native.methods_of(file)
        address = ctypes.addressof(real)
        if address not in self.tables:
            table = native.copy_of(real)
            table.xClose, table.xRead, table.xWrite = self.close, self.read, self.write
            table.xTruncate, table.xSync = self.truncate, self.sync
            self.tables[address] = table
        self.handles[file] = Handle(run, inode, real)
        native.replace_methods(file, self.tables[address])

    @guarded(native.IOERR_DELETE)
    def on_delete(self, vfs: int, name: bytes, sync_directory: int) -> int:
        run, path = self.run, os.fsdecode(name)
        if run is not None and run.covers(path) and (code := run.delete(path, bool(sync_directory))):
            return code
        return int(self.real_delete(vfs, name, sync_directory))

    @guarded(native.OK)
    def on_close(self, file: int) -> int:
        return int(self.handles.pop(file).real.xClose(file))

    @guarded(native.IOERR_READ)
    def on_read(self, file: int, into: int, amount: int, offset: int) -> int:
        handle = self.handles[file]
        return handle.run.enter(Call.READ) or int(handle.real.xRead(file, into, amount, offset))

    @guarded(native.IOERR_WRITE)
    def on_write(self, file: int, data: int, amount: int, offset: int) -> int:
        handle = self.handles[file]
        change = Write(offset, ctypes.string_at(data, amount))
        code = handle.run.change(Call.WRITE, handle.inode, change)
        return code or int(handle.real.xWrite(file, data, amount, offset))

    @guarded(native.IOERR_TRUNCATE)
    def on_truncate(self, file: int, size: int) -> int:
        handle = self.handles[file]
        code = handle.run.change(Call.TRUNCATE, handle.inode, Truncate(size))
        return code or int(handle.real.xTruncate(file, size))

    @guarded(native.IOERR_FSYNC)
    def on_sync(self, file: int, flags: int) -> int:
        handle = self.handles[file]
        return handle.run.sync(handle.inode)


_patch: list[Patch] = []


@contextmanager
def living(root: Path, plan: Plan | None = None, on_death: Callable[[], None] = lambda: None) -> Iterator[Run]:
    """What SQLite opens under `root` inside this block lives, and dies, as `plan` says.

    `on_death` is called at the instant of a kill: the code under test runs on, and must not be seen to.
    """
    if not _patch:
        _patch.append(Patch())
    patch = _patch[0]
    run = Run(root.resolve(), plan, on_death=on_death)
    patch.install(run)
    try:
        yield run
    finally:
        patch.remove()
        defects, patch.defects = patch.defects, []
    if defects:
        raise BaseExceptionGroup("the shim itself failed", defects)
