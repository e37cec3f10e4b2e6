"""The C structures of SQLite's VFS interface, as far as the shim needs them (sqlite3.h, version 3 of each).

Nothing here decides anything. See `shim.py` for why the shim works at this level.
"""

from __future__ import annotations

import ctypes
from ctypes import CFUNCTYPE, POINTER, Structure, c_char_p, c_int, c_int64, c_void_p

import apsw

OK = 0
FULL = 13
IOERR_READ = 266
IOERR_WRITE = 778
IOERR_FSYNC = 1034
IOERR_TRUNCATE = 1546
IOERR_DELETE = 2570
CANTOPEN = 14
_FCNTL_VFS_POINTER = 27

OpenFn = CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_int, c_void_p)
DeleteFn = CFUNCTYPE(c_int, c_void_p, c_char_p, c_int)
CloseFn = CFUNCTYPE(c_int, c_void_p)
ReadFn = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, c_int64)
WriteFn = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, c_int64)
TruncateFn = CFUNCTYPE(c_int, c_void_p, c_int64)
SyncFn = CFUNCTYPE(c_int, c_void_p, c_int)


class Vfs(Structure):
    """`sqlite3_vfs`; what follows `xDelete` is not touched."""

    _fields_ = [
        ("iVersion", c_int),
        ("szOsFile", c_int),
        ("mxPathname", c_int),
        ("pNext", c_void_p),
        ("zName", c_char_p),
        ("pAppData", c_void_p),
        ("xOpen", OpenFn),
        ("xDelete", DeleteFn),
    ]


class Methods(Structure):
    """`sqlite3_io_methods`, version 3; locks, shared memory and mmap are carried along as addresses."""

    _fields_ = [
        ("iVersion", c_int),
        ("xClose", CloseFn),
        ("xRead", ReadFn),
        ("xWrite", WriteFn),
        ("xTruncate", TruncateFn),
        ("xSync", SyncFn),
        ("others", c_void_p * 13),
    ]


class File(Structure):
    """`sqlite3_file`: the first member of whatever the VFS keeps per open file."""

    _fields_ = [("pMethods", POINTER(Methods))]


def unix_vfs() -> Vfs:
    """The process-wide "unix" VFS, in place: the cipher layer calls through this very structure."""
    connection = apsw.Connection(":memory:", vfs="unix")
    try:
        place = c_void_p()
        if not connection.file_control("main", _FCNTL_VFS_POINTER, ctypes.addressof(place)):
            raise RuntimeError("SQLite does not tell its VFS")
    finally:
        connection.close()
    vfs = ctypes.cast(place, POINTER(Vfs)).contents
    if vfs.zName != b"unix" or vfs.iVersion != 3:
        raise RuntimeError(f"not the unix VFS that the shim knows: {vfs.zName!r}, version {vfs.iVersion}")
    return vfs


def methods_of(file: int) -> Methods:
    methods: Methods = ctypes.cast(file, POINTER(File)).contents.pMethods.contents
    return methods


def replace_methods(file: int, methods: Methods) -> None:
    ctypes.cast(file, POINTER(File)).contents.pMethods = ctypes.pointer(methods)


def copy_of(methods: Methods) -> Methods:
    if methods.iVersion != 3:
        raise RuntimeError(f"unknown version {methods.iVersion} of sqlite3_io_methods")
    return Methods.from_buffer_copy(methods)
