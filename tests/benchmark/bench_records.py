"""Iterables of records to the document: records a second, small calls, memory, what merging by event id costs.

    python tests/benchmark/bench_records.py [--height 1000000] [--rounds 5] [--large]

``--large`` also sends a generator of ten million records through, in a process of its own.
"""

from __future__ import annotations

import argparse
import gc
import subprocess
import sys
import time
from datetime import timedelta
from statistics import median
from typing import TYPE_CHECKING, Any

import polars as pl
from event_data import MODELS, NOW, event_frame, peak_mb  # type: ignore[import-not-found]  # a script's folder is its path

from usagestats.events import Event, Rejects
from usagestats.frames import batches, chunks
from usagestats.summary import summarize

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LARGE = 10_000_000
ID_BYTES = 2_000_000


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("--height", type=int, default=1_000_000)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--large", action="store_true")
    arguments.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.child:
        child(int(given.child[0]), given.child[1])
        return
    frame = event_frame(given.height)
    speed(frame, given.rounds)
    small_calls()
    merging(frame, given.rounds)
    memory(large=given.large)


def speed(frame: pl.DataFrame, rounds: int) -> None:
    """Validated records a second, and the way to the document, beside a loop that only touches every field."""
    dicts = frame.to_dicts()
    contenders: dict[str, Callable[[], object]] = {
        "a loop touching the fields": lambda: touched(dicts),
        "dicts, validated": lambda: validated(dicts),
        "dicts, to the document": lambda: document(dicts),
        "Events, validated": lambda: validated(events),
        "Events, to the document": lambda: document(events),
        "text instants, validated": lambda: validated(texts),
        "text instants, to the document": lambda: document(texts),
    }
    events = [Event(**{key: part for key, part in one.items() if part is not None}) for one in dicts]
    texts = [one | {"timestamp": one["timestamp"].isoformat()} for one in dicts]
    print(f"{frame.height:,} records, medians of {rounds}\n  {'':34}  k records/s: wall      cpu")
    for name, (wall, cpu) in compared(contenders, rounds).items():
        print(f"  {name:34}{frame.height / wall / 1000:19.0f}{frame.height / cpu / 1000:9.0f}")
    print("  wanted: at least 400 validated")


def small_calls() -> None:
    """A call from records to the document."""
    print("\nsmall calls, best and median of 100 (wall)")
    for height, most in ((100, 6), (10_000, 40)):
        dicts = event_frame(height).to_dicts()
        times = []
        for _ in range(100):
            start = time.perf_counter()
            summarize(dicts, now=NOW).to_dict()
            times.append((time.perf_counter() - start) * 1000)
        print(f"  {height:6,} dicts: {min(times):6.2f} {median(times):6.2f} ms (at most {most})")


def merging(frame: pl.DataFrame, rounds: int) -> None:
    """What it costs when records have ids: for a frame, and for an iterable."""
    number = pl.int_range(frame.height)
    ids = {
        "no ids": pl.lit(None, dtype=pl.String),
        "all unique": "event-" + number.cast(pl.String).str.zfill(24),
        "a fifth repeated": "event-" + (number % (frame.height * 4 // 5)).cast(pl.String).str.zfill(24),
    }
    frames = {name: frame.with_columns(event_id=one) for name, one in ids.items()}
    for way in ("frame", "dicts"):
        contenders: dict[str, Callable[[], object]] = {}
        for name, one in frames.items():
            given = one if way == "frame" else one.to_dicts()
            contenders[name] = lambda given=given: document(given)  # type: ignore[misc]
        found = compared(contenders, rounds)
        print(f"\nmerging by event id, a {way} of {frame.height:,}, medians of {rounds}")
        print(f"  {'':20}    wall     cpu   cpu/none")
        for name, (wall, cpu) in found.items():
            print(f"  {name:20}{wall * 1000:8.0f}{cpu * 1000:8.0f} ms{cpu / found['no ids'][1]:8.2f}")


def memory(*, large: bool) -> None:
    """Peak memory of a generator's reading, each in a process of its own."""
    print("\npeak memory of a generator, in a process of its own")
    heights = [1_000_000, LARGE] if large else [1_000_000]
    for height in heights:
        print(f"  {height:11,} records without ids, a session each 20: {peak(height, 'none')} MB")
    few, many = (peak(height, "unique") for height in (ID_BYTES // 4, ID_BYTES))
    each = (many - few) * 2**20 / (ID_BYTES * 3 / 4)
    print(f"  {ID_BYTES:11,} records with unique ids: {many} MB; {each:.0f} bytes a distinct id (at most 100)")
    if large:
        print(f"  {LARGE:11,} records, each id five times: {peak(LARGE, 'five times')} MB ({LARGE // 5:,} ids)")


def peak(height: int, ids: str) -> int:
    command = [sys.executable, __file__, "--child", str(height), ids]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def child(height: int, ids: str) -> None:
    """The peak in MB of reading so many records."""
    summarize(generated(height, ids), period="90d", now=NOW)
    print(peak_mb())


def generated(height: int, ids: str) -> Iterator[dict[str, Any]]:
    """Records over 120 days; ids of 36 characters."""
    step = timedelta(days=120) / height
    distinct = height // 5 if ids == "five times" else height
    for number in range(height):
        record = {
            "timestamp": NOW - step * number,
            "application": "claude-code",
            "provider": "anthropic",
            "model": MODELS[number % 12],
            "session_id": f"0b6ab8ef-17c3-4d3c-9f0e-{number // 20 if ids == 'none' else number // 2000:012d}",
            "input_tokens": number * 7919 % 9000,
            "output_tokens": number * 104_729 % 4000,
            "latency_ms": number * 31 % 60_000 / 10,
            "success": number % 33 > 0,
        }
        if ids != "none":
            record["event_id"] = f"0b6ab8ef-17c3-4d3c-9f0e-{number % distinct:012d}"
        yield record


def compared(contenders: dict[str, Callable[[], object]], rounds: int) -> dict[str, tuple[float, float]]:
    """Median wall and CPU seconds, the contenders in turn."""
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, run in contenders.items():
            gc.collect()
            wall, cpu = time.perf_counter(), time.process_time()
            run()
            times[name].append((time.perf_counter() - wall, time.process_time() - cpu))
    return {name: (median(a for a, _ in each), median(b for _, b in each)) for name, each in times.items()}


def touched(dicts: list[dict[str, Any]]) -> int:
    """The floor: every field of every record looked up once."""
    names = tuple(dicts[0])
    found = 0
    for record in dicts:
        for name in names:
            if record[name] is not None:
                found += 1
    return found


def validated(records: list[Any]) -> int:
    return sum(frame.height for frame in chunks(batches(records), Rejects()))


def document(records: object) -> object:
    return summarize(records, period="90d", now=NOW).to_dict()


if __name__ == "__main__":
    main()
