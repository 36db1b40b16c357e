"""Everybody's 90-day summary from one Parquet file, against one call each; the figures of one run.

    python tests/benchmark/bench_people.py [--people 100000] [--events 10000000] [--sampled 20]

One call each is done in three ways: on a filter of the scan; on frames that are cut out of it first, all at once; and
on such frames where the cutting is not counted, as if somebody had them anyway. The calls are timed for a few people
and multiplied, the cutting is timed whole. Their summaries are compared with ours. CPU times stand beside those of
the wall, since other programs share the machine; the ratios are those of CPU time.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import polars as pl
from event_data import NOW, event_frame, peak_mb  # type: ignore[import-not-found]  # a script's folder is its path

from usagestats.summary import summarize, summarize_many

if TYPE_CHECKING:
    from collections.abc import Callable

    from usagestats.summary import Summary

PERIOD = "90d"
FASTER = 50
"""How many times faster than one call each all queries are to be."""
MOST_MB = 2_000
Result = TypeVar("Result")
PARTS = 10
SESSION = 20
"""Events of a session; each belongs to one person."""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("--people", type=int, default=100_000)
    arguments.add_argument("--events", type=int, default=10_000_000)
    arguments.add_argument("--sampled", type=int, default=20)
    arguments.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.child:
        CHILDREN[given.child[0]](Path(given.child[1]))
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.parquet"
        write(path, given.events, given.people)
        print(f"{given.events:,} events of {given.people:,} people, {path.stat().st_size / 1e6:.0f} MB of Parquet")
        queried = child("everybody", path)
        one_call_each(path, given.sampled, queried, cut=child("cut", path))


def child(name: str, path: Path) -> float:
    """Runs a process of its own; gives the first of the CPU times that it prints."""
    command = [sys.executable, __file__, "--child", name, str(path)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    print(said, end="", flush=True)
    return float(said.split(" s of CPU")[0].split()[-1])


def timed(run: Callable[[], Result]) -> tuple[Result, float, str]:
    """What it gives, its CPU seconds, and both times in words."""
    wall, cpu = time.perf_counter(), time.process_time()
    made = run()
    used = time.process_time() - cpu
    return made, used, f"{used:.1f} s of CPU time ({time.perf_counter() - wall:.1f} s)"


def everybody(path: Path) -> None:
    """Prints the times of the queries and of the handing out, and the peak memory of this process."""
    found, _, queried = timed(lambda: summarize_many(pl.scan_parquet(path), period=PERIOD, now=NOW))
    memory_mb = peak_mb()
    count, _, handed = timed(lambda: sum(1 for _ in found))
    print(f"all queries: {queried}; handing out {count:,} summaries: {handed}")
    verdict = "reached" if peak_mb() < MOST_MB else "NOT reached"
    print(
        f"  peak memory: {memory_mb} MB after the queries, {peak_mb()} MB at the end; below {MOST_MB} wanted: {verdict}"
    )


def cut_out(path: Path) -> None:
    """Prints the time of cutting out everybody's frame, and the peak memory of this process."""
    frames, _, cut = timed(lambda: pl.scan_parquet(path).collect(engine="streaming").partition_by("public_id"))
    print(f"cutting out {len(frames):,} frames: {cut}, peak memory {peak_mb()} MB")


CHILDREN = {"everybody": everybody, "cut": cut_out}


def one_call_each(path: Path, sampled: int, queried: float, cut: float) -> None:
    scan = pl.scan_parquet(path)
    count = scan.select(pl.col("public_id").n_unique()).collect().item()
    ids = scan.select(pl.col("public_id").unique().sort()).collect()["public_id"].gather_every(count // sampled)
    chosen = scan.filter(pl.col("public_id").is_in(ids.implode())).collect()
    ours = dict(summarize_many(chosen, period=PERIOD, now=NOW))
    filtered, of_scan, _ = timed(lambda: {one: of(scan.filter(pl.col("public_id") == one)) for one in ids})
    frames = {one: chosen.filter(pl.col("public_id") == one) for one in ids}
    of(next(iter(frames.values())))
    framed, of_frame, _ = timed(lambda: {one: of(frame) for one, frame in frames.items()})
    for one in ids:
        if not ours[one] == filtered[one] == framed[one]:
            sys.exit(f"not the same for {one}")
    each = of_frame / len(ids)
    print(f"one call each, by {len(ids)} people of {count:,}:")
    told("filters of the scan", of_scan / len(ids) * count, queried, f"{of_scan / len(ids) * 1e3:.0f} ms each")
    told("frames cut out first", cut + each * count, queried, f"{cut:.1f} s and {each * 1e3:.1f} ms each")
    told("the same, cutting not counted", each * count, queried, f"{each * 1e3:.1f} ms each")


def told(way: str, took: float, queried: float, words: str) -> None:
    ratio = took / queried
    verdict = "reached" if ratio >= FASTER else "NOT reached"
    print(f"  {way}: {words}, {took:,.0f} s = {ratio:,.0f} times all queries; at least {FASTER} wanted: {verdict}")


def of(events: pl.DataFrame | pl.LazyFrame) -> Summary:
    return summarize(events, period=PERIOD, now=NOW)


def write(path: Path, height: int, people: int) -> None:
    """The rows of `event_frame`; the sessions belong to people at random."""
    names = pl.Series([f"{n:08x}-41f4-4e5b-8bfc-{n:012x}" for n in range(people)])
    pieces = []
    for part in range(PARTS):
        frame = event_frame(height // PARTS, part=part, parts=PARTS)
        session = np.arange(frame.height) // SESSION
        owner = np.random.default_rng(part).integers(0, people, session.max() + 1)[session]
        pieces.append(path.with_suffix(f".{part}.parquet"))
        frame.with_columns(names.gather(pl.Series(owner.astype(np.uint32))).alias("public_id")).write_parquet(
            pieces[-1]
        )
    pl.scan_parquet(pieces).sink_parquet(path, row_group_size=262_144, maintain_order=True)
    for piece in pieces:
        piece.unlink()


if __name__ == "__main__":
    main()
