"""What reading Claude Code's transcripts costs, against a bare loop over their lines.

    python tests/benchmark/bench_claude_code.py DIR [--rounds 5]

DIR is what `claude_code_logs.py` wrote. Each measure runs in a process of its own, in turn with the others, so that a
noisy machine disturbs all alike; CPU is user and system time of the process and those it spawns, less that of an empty
one.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

from usagestats.events import Reject
from usagestats.sources.claude_code import SOURCE


def loop(folder: Path) -> dict[str, float]:
    """The bare loop, as anybody would write it."""
    count = 0
    for path in SOURCE.files(folder):
        with path.open("rb") as file:
            for _ in file:
                count += 1
    return {"lines": count}


def buffered(folder: Path) -> dict[str, float]:
    """The bare loop with a read-ahead of 1 MiB."""
    count = 0
    for path in SOURCE.files(folder):
        with path.open("rb", buffering=1 << 20) as file:
            for _ in file:
                count += 1
    return {"lines": count}


def reader(folder: Path) -> dict[str, float]:
    """Our reader: every record, by column."""
    names = ("input_tokens", "output_tokens", "commits", "lines_of_code", "active_time_seconds")
    totals: dict[str, float] = dict.fromkeys(("requests", "rejects", *names), 0)
    for one in SOURCE.tables(SOURCE.files(folder)):
        if isinstance(one, Reject):
            totals["rejects"] += 1
            continue
        totals["requests"] += len(one.columns["timestamp"]) if one.kind == "request" else 0
        for name in names:
            totals[name] += sum(one.columns.get(name, ()))
    return totals


def command(folder: Path, jobs: int = 1) -> dict[str, float]:
    """The whole command: logs in, the 90-day JSON out."""
    from usagestats.cli import main as usagestats

    target = folder.parent / "answer.json"
    words = ["summary", str(folder), "--period", "90d", "--now", "2026-11-22T23:59:59Z", "-o", str(target)]
    usagestats([*words, "--jobs", str(jobs)], standalone_mode=False)
    stats = json.loads(target.read_text())["stats"]
    target.unlink()
    return {"requests": stats["total_events"], "commits": stats["total_commits"]}


def shared(folder: Path) -> dict[str, float]:
    """The same by two processes."""
    return command(folder, jobs=2)


def empty(_folder: Path) -> dict[str, float]:
    """Nothing but the start of Python and the imports."""
    return {}


MEASURES = {one.__name__: one for one in (empty, loop, buffered, reader, command, shared)}


def child(measure: str, folder: Path) -> None:
    """Runs one measure and prints what it found, its CPU and its peak."""
    found = MEASURES[measure](folder)
    cpu = os.times()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"found": found, "cpu": sum(cpu[:4]), "peak": peak}))


def measured(measure: str, folder: Path) -> dict[str, float]:
    """CPU seconds, wall seconds and peak MiB of one measure in a process of its own."""
    begin = time.perf_counter()
    command = [sys.executable, __file__, str(folder), "--measure", measure]
    answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return {**json.loads(answer), "wall": time.perf_counter() - begin}


def main() -> None:
    """Reads the command line; measures, or is measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--measure", choices=MEASURES, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        child(given.measure, given.folder)
        return
    report(given.folder, [{name: measured(name, given.folder) for name in MEASURES} for _ in range(given.rounds)])


def report(folder: Path, rounds: list[dict[str, dict[str, float]]]) -> None:
    """Prints medians and their ratios; the command's with its own start, as its user has it."""
    size = sum(path.stat().st_size for path in SOURCE.files(folder))
    start = statistics.median(one["empty"]["cpu"] for one in rounds)
    print(f"{size / 1e6:.0f} MB, {rounds[0]['loop']['found']}, {rounds[0]['reader']['found']}")
    for name in MEASURES:
        cpu = statistics.median(one[name]["cpu"] for one in rounds) - (start if name != "empty" else 0)
        wall = statistics.median(one[name]["wall"] for one in rounds)
        peak = max(one[name]["peak"] for one in rounds)
        print(f"{name:9} cpu {cpu:6.3f} s   wall {wall:6.3f} s   peak {peak:5.0f} MiB")
    for base in ("loop", "buffered"):
        ratios = [(one["reader"]["cpu"] - start) / (one[base]["cpu"] - start) for one in rounds]
        spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
        print(f"reader / {base}: {statistics.median(ratios):.2f} (median of {len(ratios)}; {spread})")
    over = [one["command"]["cpu"] - 2.5 * (one["loop"]["cpu"] - start) for one in rounds]
    for what in ("cpu", "wall"):
        ratios = [one["shared"][what] / one["command"][what] for one in rounds]
        print(f"shared / command, {what}: {statistics.median(ratios):.2f}")
    print(f"command - 2.5 x loop: {statistics.median(over):.2f} s")


if __name__ == "__main__":
    main()
