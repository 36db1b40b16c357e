"""The rollup of one Parquet file by a single process, DuckDB and Spark, and what a saved one saves; one run, compared.

    python tests/benchmark/bench_engines.py [--events 10000000] [--ids] [--memory 200MB] [--rounds 2]

Every contender has a process of its own, in which the last of the rounds is timed: Spark is warm by then. With
``--ids`` every record has an ``event_id``, and one in twenty is a copy of another.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl
from event_data import NOW, event_frame, peak_mb  # type: ignore[import-not-found]  # a script's folder is its path

from usagestats.engines import duckdb_rollup, spark_rollup
from usagestats.rollup import Rollup, load, roll_up, save
from usagestats.summary import summarize

if TYPE_CHECKING:
    from collections.abc import Callable

PARTS = 10


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("--events", type=int, default=10_000_000)
    arguments.add_argument("--ids", action="store_true", help="with event ids")
    arguments.add_argument("--memory", default="200MB", help="DuckDB's memory limit")
    arguments.add_argument("--rounds", type=int, default=2)
    arguments.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.child:
        contend(given.child[0], Path(given.child[1]), given.memory, given.rounds)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.parquet"
        write(path, given.events, ids=given.ids)
        print(f"{given.events:,} events, {path.stat().st_size / 1e6:.0f} MB of Parquet, ids: {given.ids}")
        for name in ("events", "rollup", "duckdb", "spark"):
            options = ["--memory", given.memory, "--rounds", str(given.rounds), "--child", name, str(path)]
            subprocess.run([sys.executable, __file__, *options], check=True)
        saved = [load(path.with_suffix(f".{name}")) for name in ("rollup", "duckdb", "spark")]
        print("the same rollup by all of them:", saved[0] == saved[1] == saved[2])
        print(f"  {path.with_suffix('.rollup').stat().st_size / 1e6:.1f} MB of Parquet")
        summed(path)


def contend(name: str, path: Path, memory: str, rounds: int) -> None:
    start = time.perf_counter()
    make = CONTENDERS[name](path, memory)
    started = time.perf_counter() - start
    for _ in range(rounds):
        start, cpu = time.perf_counter(), time.process_time()
        made = make()
        took = time.perf_counter() - start
    words = f"{name}: {took:.1f} s, {time.process_time() - cpu:.1f} s CPU of this process, peak {peak_mb()} MB"
    print(f"{words}, start {started:.1f} s", flush=True)
    if isinstance(made, Rollup):
        save(made, path.with_suffix(f".{name}"))


def of_events(path: Path, _: str) -> Callable[[], object]:
    return lambda: summarize(pl.scan_parquet(path), period="90d", now=NOW)


def of_one_process(path: Path, _: str) -> Callable[[], object]:
    return lambda: roll_up(pl.scan_parquet(path))


def of_duckdb(path: Path, memory: str) -> Callable[[], object]:
    connection = duckdb.connect(config={"memory_limit": memory, "temp_directory": ""})
    return lambda: duckdb_rollup(rows(connection.sql(f"from '{path}'")))


def of_spark(path: Path, _: str) -> Callable[[], object]:
    os.environ |= {"PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1", "PYTHONWARNINGS": "ignore"}
    from pyspark.sql import SparkSession

    quiet = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false", "spark.log.level": "ERROR"}
    session = SparkSession.builder.master("local[2]").config(map=quiet).getOrCreate()
    return lambda: spark_rollup(session.read.parquet(str(path)))


def rows(found: Any) -> Any:  # noqa: ANN401 - a relation, or nothing for what is no query
    return found


CONTENDERS = {"events": of_events, "rollup": of_one_process, "duckdb": of_duckdb, "spark": of_spark}


def summed(path: Path) -> None:
    """Prints the CPU time that a summary of the saved rollup takes, and whether it is that of the events."""
    wanted = summarize(pl.scan_parquet(path), period="90d", now=NOW)
    start = time.process_time()
    saved = load(path.with_suffix(".rollup"))
    loaded = time.process_time() - start
    found = summarize(saved, period="90d", now=NOW)
    first = time.process_time() - start - loaded
    start = time.process_time()
    summarize(saved, period="90d", now=NOW)
    again = time.process_time() - start
    print(f"a saved rollup, CPU: loaded in {loaded:.2f} s, first summary {first:.2f} s, the next {again * 1e3:.0f} ms")
    print("the same 90-day document:", found.to_json() == wanted.to_json())


def write(path: Path, height: int, *, ids: bool) -> None:
    pieces = [path.with_suffix(f".{part}.parquet") for part in range(PARTS)]
    for part, piece in enumerate(pieces):
        frame = event_frame(height // PARTS, part=part, parts=PARTS)
        if ids:
            row = pl.int_range(pl.len()) + part * (height // PARTS)
            one = pl.when(row % 20 == 0).then(row // 2).otherwise(row)
            frame = frame.with_columns(event_id=pl.format("request-{}", one.hash(1)))
        frame.write_parquet(piece)
    pl.scan_parquet(pieces).sink_parquet(path, row_group_size=262_144, maintain_order=True)
    for piece in pieces:
        piece.unlink()


if __name__ == "__main__":
    main()
