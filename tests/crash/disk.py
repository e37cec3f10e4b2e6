"""A model of what a disk holds when the power goes: per file what was synced, and what was merely written.

Pure: it sees the calls of SQLite (as ciphertext, see `shim.py`) and answers with images of the directory.
Rules taken from the POSIX contract and from SQLite's own unix VFS:

- A write or truncation is durable after the next successful sync of that file, not before.
- A sync that failed makes nothing durable, and what it covered may never be (Linux marks the pages clean).
- A name (created, deleted) is durable after a sync of the directory. The unix VFS syncs it at the first sync
  of a journal or WAL that it created, and when `xDelete` asks for it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

SECTOR = 512
Image = dict[str, bytes]
"""File name -> content, as found after the crash."""


@dataclass(frozen=True)
class Write:
    offset: int
    data: bytes

    def torn(self, sectors: int) -> Write:
        """The part of this write that reached the platter when the power went in the middle."""
        return Write(self.offset, self.data[: sectors * SECTOR])


@dataclass(frozen=True)
class Truncate:
    size: int


Change = Write | Truncate


def apply(content: bytearray, change: Change) -> None:
    """Do to the bytes what the file system would do, holes included."""
    if isinstance(change, Truncate):
        if change.size < len(content):
            del content[change.size :]
        else:
            content.extend(bytes(change.size - len(content)))
        return
    if change.offset > len(content):
        content.extend(bytes(change.offset - len(content)))
    content[change.offset : change.offset + len(change.data)] = change.data


@dataclass
class Inode:
    """One file: `durable` survives anything, `pending` may survive in part, `current` is what readers see."""

    durable: bytearray
    current: bytearray
    pending: list[Change] = field(default_factory=list)
    syncs_directory: bool = False

    def change(self, change: Change) -> None:
        apply(self.current, change)
        self.pending.append(change)

    def sync(self) -> None:
        for change in self.pending:
            apply(self.durable, change)
        self.pending.clear()

    def lose_pending(self) -> None:
        """A sync failed: what it covered is still read back, and is gone after a crash."""
        self.pending.clear()

    def survivors(self, kept: list[bool]) -> bytes:
        content = bytearray(self.durable)
        for change, keep in zip(self.pending, kept, strict=True):
            if keep:
                apply(content, change)
        return bytes(content)


@dataclass
class Disk:
    """One directory of files that SQLite opened."""

    now: dict[str, Inode] = field(default_factory=dict)
    durable: dict[str, Inode] = field(default_factory=dict)

    def open(self, name: str, existing: bytes | None, *, journal: bool) -> Inode:
        """The inode under that name; a file that lay there before the run is durable as it is."""
        if name in self.now:
            return self.now[name]
        inode = Inode(bytearray(existing or b""), bytearray(existing or b""))
        self.now[name] = inode
        if existing is None:
            inode.syncs_directory = journal
        else:
            self.durable[name] = inode
        return inode

    def rename_folder(self, folder: str, now: str) -> None:
        """Somebody renamed a folder, and synced the one above it: all files in it go on under another name."""
        for names in (self.now, self.durable):
            for name in [name for name in names if name.startswith(f"{folder}/")]:
                names[now + name.removeprefix(folder)] = names.pop(name)

    def sync(self, inode: Inode) -> None:
        inode.sync()
        if inode.syncs_directory:
            inode.syncs_directory = False
            self.sync_directory()

    def sync_directory(self) -> None:
        self.durable = dict(self.now)

    def delete(self, name: str, *, sync_directory: bool) -> None:
        self.now.pop(name, None)
        if sync_directory:
            self.sync_directory()

    def images(self, victim: tuple[Inode, Change] | None, seed: int) -> Iterator[tuple[str, Image]]:
        """What may be found after a crash in the middle of `victim`, each with a name for failure texts."""
        yield "everything unsynced lost", self._lost()
        yield "everything written kept", self._kept()
        rng = random.Random(seed)
        for number in range(2):
            yield f"unsynced writes kept at random ({seed}.{number})", self._scattered(rng)
        if victim is not None and isinstance(victim[1], Write):
            yield from self._torn(victim[0], victim[1], rng)

    def _lost(self) -> Image:
        return {name: bytes(inode.durable) for name, inode in self.durable.items()}

    def _kept(self) -> Image:
        return {name: bytes(inode.current) for name, inode in self.now.items()}

    def _scattered(self, rng: random.Random) -> Image:
        names = rng.choice((self.now, self.durable))
        return {name: inode.survivors([rng.random() < 0.5 for _ in inode.pending]) for name, inode in names.items()}

    def _torn(self, inode: Inode, write: Write, rng: random.Random) -> Iterator[tuple[str, Image]]:
        sectors = -(-len(write.data) // SECTOR)
        for kept in sorted({1, rng.randint(1, sectors), sectors}):
            content = bytearray(inode.current)
            apply(content, write.torn(kept))
            image = self._kept()
            for name, candidate in self.now.items():
                if candidate is inode:
                    image[name] = bytes(content)
            yield f"last write torn after {kept} of {sectors} sectors", image
