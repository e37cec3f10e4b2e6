"""Walks every point of a script at which it can be cut, and checks what is left behind.

The script runs once per point, in this process, on the shim. It is told where to work and to whom it
acknowledges; it must not acknowledge what failed. After it ended, every image of the disk
(`disk.Disk.images`) is written to a fresh directory and handed to the check. The number of points is not
known beforehand and not assumed equal between runs: the walk ends at the first run that nothing cut.
"""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.crash.disk import Image
from tests.crash.patch import living
from tests.crash.shim import CHANGES, GROWS, Call, Fault, Plan, Run

Acknowledge = Callable[[str], None]
Script = Callable[[Path, Acknowledge], None]
"""(directory, acknowledge) -> None; raises nothing that it does not consider a defect."""
Check = Callable[[Path, list[str]], None]
"""(directory after the crash, what was acknowledged) -> None; asserts."""

MOST_POINTS = 5_000
OF_SQLITE = ("*.db", "*.db-wal", "*.db-shm", "*.db-journal")


@dataclass(frozen=True)
class Hazard:
    """One way of failing, applied to each point in turn."""

    name: str
    fault: Fault
    calls: frozenset[Call] = CHANGES
    lasting: bool = False

    def at(self, point: int) -> Plan:
        return Plan(self.fault, point, self.calls, self.lasting)


KILL = Hazard("kill", Fault.KILL)
FULL_ONCE = Hazard("disk full once", Fault.ENOSPC, GROWS)
FULL = Hazard("disk full from then on", Fault.ENOSPC, GROWS, lasting=True)
EIO_ONCE = Hazard("i/o error once", Fault.EIO, CHANGES | {Call.READ})
EIO = Hazard("i/o error from then on", Fault.EIO, CHANGES | {Call.READ}, lasting=True)
HAZARDS = (KILL, FULL_ONCE, FULL, EIO_ONCE, EIO)


@dataclass
class Walk:
    """What a walk saw; the figures keep a test from passing by walking nothing."""

    points: int = 0
    images: int = 0
    acknowledged_at_last: int = 0


def walk(hazard: Hazard, work: Path, start: Path | None, script: Script, check: Check) -> Walk:
    """Cut `script` at every point; `start` is a directory that each life begins with (None: an empty one)."""
    seen = Walk()
    for point in itertools.count(1):
        assert point <= MOST_POINTS, "the script never ends"
        root, acknowledged = _fresh(work / "life", start), list[str]()
        with living(root, hazard.at(point), partial(_keep_moment, root, work)) as run:
            script(root, acknowledged.append)
        seen.acknowledged_at_last = len(acknowledged)
        judged: list[Image] = []
        for what, image in run.disk.images(run.victim, seed=point):
            seen.images += 1
            if image in judged:  # often everything was synced; the same disk has the same answer
                continue
            judged.append(image)
            where = f"{hazard.name} at point {point} ({run.fired}), {what}"
            _judge(where, _lay(work, run, image), acknowledged, check)
        if run.fired is None:
            return seen
        seen.points = point
    raise AssertionError("unreachable")


def _fresh(place: Path, start: Path | None) -> Path:
    shutil.rmtree(place, ignore_errors=True)
    if start is None:
        place.mkdir(parents=True)
    else:
        shutil.copytree(start, place)
    return place.resolve()


def _keep_moment(root: Path, work: Path) -> None:
    """What lies beside the files of SQLite when the process dies. What it does afterwards never happened."""
    _copy_others(root, work / "moment")


def _copy_others(source: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, ignore=shutil.ignore_patterns(*OF_SQLITE))


def _lay(work: Path, run: Run, image: Image) -> Path:
    """The directory as the next process finds it: files that SQLite never opened lie there unchanged."""
    after = work / "after"
    _copy_others(work / "moment" if run.dead else run.root, after)
    for name, content in image.items():
        folder = Path(name).parent.relative_to(run.root) if run.dead else _folder_now(run, Path(name).parent)
        (after / folder / Path(name).name).write_bytes(content)
    return after


def _folder_now(run: Run, folder: Path) -> Path:
    """Where a folder is by now, relative to the root: it may have been renamed with its files in it."""
    if not folder.exists():
        number = run.numbers[str(folder)]
        (folder,) = (path for path in run.root.rglob("*") if path.is_dir() and path.stat().st_ino == number)
    return folder.relative_to(run.root)


def _judge(what: str, after: Path, acknowledged: list[str], check: Check) -> None:
    try:
        check(after, list(acknowledged))
    except Exception as problem:
        problem.add_note(f"{what}; acknowledged: {acknowledged}")
        raise
