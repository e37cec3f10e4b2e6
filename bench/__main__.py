"""`python -m bench [names] [--json FILE]`: see README.md beside this file."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bench.deep import deep_channel
from bench.linking import burst, catch_up, delivery, idle_pair
from bench.listening import live, streams
from bench.measure import Figure, machine
from bench.scrolling import long_list
from bench.starting import cold_start, idle
from bench.talking import post_alone, post_together, read_newest

Benchmark = Callable[[Path], Iterator[Figure]]
BENCHMARKS: dict[str, Benchmark] = {
    "start": cold_start,
    "post1": post_alone,
    "post16": post_together,
    "read": read_newest,
    "deep": deep_channel,
    "scroll": long_list,
    "live": live,
    "streams": streams,
    "idle": idle,
    "delivery": delivery,
    "burst": burst,
    "catchup2k": catch_up(2_000, 2),
    "catchup10k": catch_up(10_000, 6),
    "idle-pair": idle_pair,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure a node on this machine.")
    parser.add_argument("names", nargs="*", metavar="names", help=", ".join(BENCHMARKS))
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there as well")
    chosen = parser.parse_args()
    if unknown := set(chosen.names) - set(BENCHMARKS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(BENCHMARKS)}")
    report: dict[str, Any] = {"machine": machine(), "figures": [], "failed": {}}
    print(f"machine: {report['machine']}", flush=True)
    print_line("figure", "measured", "target", "", "")
    for name in chosen.names or BENCHMARKS:
        measure(name, report)
    report["machine_afterwards"] = machine()
    if chosen.json:
        chosen.json.write_text(json.dumps(report, indent=2) + "\n")


def measure(name: str, report: dict[str, Any]) -> None:
    """One benchmark in a directory of its own; one that fails is reported and harms no other."""
    try:
        with tempfile.TemporaryDirectory(prefix=f"canopy-bench-{name}-") as work:
            for figure in BENCHMARKS[name](Path(work)):
                report["figures"].append({"benchmark": name, **figure.as_json()})
                print_figure(figure)
    except Exception as problem:  # noqa: BLE001 - a benchmark reports and goes on; its exit code is always 0
        report["failed"][name] = str(problem)
        print(f"{name}: FAILED", flush=True)
        traceback.print_exception(problem, file=sys.stderr)


def print_figure(figure: Figure) -> None:
    bound = "" if figure.target is None else f"{'>=' if figure.more_is_better else '<='} {figure.target:g}"
    print_line(figure.name, f"{rounded(figure.value)} {figure.unit}", bound, figure.verdict, figure.note)


def rounded(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def print_line(name: str, measured: str, target: str, verdict: str, note: str) -> None:
    print(f"{name:<48} {measured:>12} {target:>9} {verdict:<5} {note}".rstrip(), flush=True)


if __name__ == "__main__":
    main()
