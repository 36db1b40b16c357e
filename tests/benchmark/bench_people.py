"""Everybody's 90-day summary from one Parquet file, against one call each; the figures of one run.

    python tests/benchmark/bench_people.py [--people 100000] [--events 10000000] [--sampled 20]

One call each is timed for a few people in two ways, and multiplied: a filter of the scan, and a frame of that
person's rows alone, which somebody must have cut out before. Their summaries are compared with ours.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from event_data import NOW, event_frame, peak_mb  # type: ignore[import-not-found]  # a script's folder is its path

from usagestats.summary import summarize, summarize_many

if TYPE_CHECKING:
    from usagestats.summary import Summary

PERIOD = "90d"
PARTS = 10
SESSION = 20
"""Events of a session; each belongs to one person."""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("--people", type=int, default=100_000)
    arguments.add_argument("--events", type=int, default=10_000_000)
    arguments.add_argument("--sampled", type=int, default=20)
    arguments.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.child:
        everybody(given.child)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.parquet"
        write(path, given.events, given.people)
        print(f"{given.events:,} events of {given.people:,} people, {path.stat().st_size / 1e6:.0f} MB of Parquet")
        said = subprocess.run(
            [sys.executable, __file__, "--child", str(path)], capture_output=True, text=True, check=True
        )
        print(said.stdout, end="")
        one_call_each(path, given.sampled, float(said.stdout.split()[0]))


def everybody(path: Path) -> None:
    """Prints the seconds of the queries and of the handing out, and the peak memory of this process."""
    start = time.perf_counter()
    found = summarize_many(pl.scan_parquet(path), period=PERIOD, now=NOW)
    queried = time.perf_counter() - start
    memory = peak_mb()
    count = sum(1 for _ in found)
    handed = time.perf_counter() - start - queried
    print(f"{queried:.1f} s for all queries, {handed:.1f} s for handing out {count:,} summaries")
    print(f"peak memory: {memory} MB after the queries, {peak_mb()} MB at the end")


def one_call_each(path: Path, sampled: int, queried: float) -> None:
    scan = pl.scan_parquet(path)
    count = scan.select(pl.col("public_id").n_unique()).collect().item()
    ids = scan.select(pl.col("public_id").unique().sort()).collect()["public_id"].gather_every(count // sampled)
    chosen = scan.filter(pl.col("public_id").is_in(ids.implode())).collect()
    ours = dict(summarize_many(chosen, period=PERIOD, now=NOW))
    start = time.perf_counter()
    filtered = {one: of(scan.filter(pl.col("public_id") == one)) for one in ids}
    each = (time.perf_counter() - start) / len(ids)
    frames = {one: chosen.filter(pl.col("public_id") == one) for one in ids}
    start = time.perf_counter()
    framed = {one: of(frame) for one, frame in frames.items()}
    cut = (time.perf_counter() - start) / len(ids)
    for one in ids:
        if not ours[one] == filtered[one] == framed[one]:
            sys.exit(f"not the same for {one}")
    print(
        f"one call each: {each * 1e3:.0f} ms with a filter of the scan = {each * count / queried:,.0f} times as long,"
    )
    print(
        f"  {cut * 1e3:.1f} ms with a frame cut out before = {cut * count / queried:,.0f} times as long as all queries"
    )


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
