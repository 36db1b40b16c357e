"""The rollup of Parquet files by a single process, DuckDB and Spark, compared; and what a rollup saves. One run.

    python tests/benchmark/bench_engines.py [--events 1000000 10000000 50000000] [--ids 10000000] [--memory 100MB]

Every contender has a process of its own, and is timed from its first record to its rollup, Spark when its session
has started. CPU time and memory are those of all processes that it starts. With ids every record has an ``event_id``,
and each fifth is a copy of another with other numbers.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl
from event_data import NOW, event_frame  # type: ignore[import-not-found]  # a script's folder is its path
from process_tree import Peaks, cpu_seconds, peaks  # type: ignore[import-not-found]  # the same

from usagestats.engines import duckdb_rollup, spark_rollup
from usagestats.rollup import Rollup, load, merge, roll_up, save
from usagestats.summary import summarize

if TYPE_CHECKING:
    from collections.abc import Callable

PARTS = 10
ROUNDS = 3
CHEAPER = 10
"""How many times cheaper than one of the events a summary of their rollup is to be."""
WANTED_FROM = 10_000_000
"""Events from which on it is."""
PERIODS = ("7d", "90d")
ONE_PERSON = 10_000
"""Events of a person of whom the figures of slots are told."""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("--events", type=int, nargs="*", default=[1_000_000, 10_000_000, 50_000_000])
    arguments.add_argument("--ids", type=int, nargs="*", default=[10_000_000], help="events with ids")
    arguments.add_argument("--memory", default="100MB", help="DuckDB's memory limit")
    arguments.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.child:
        contend(given.child[0], Path(given.child[1]), given.memory)
        return
    print(f"polars {pl.__version__}, duckdb {duckdb.__version__}, {os.cpu_count()} cores")
    for height, ids in [*((height, False) for height in given.events), *((height, True) for height in given.ids)]:
        with tempfile.TemporaryDirectory() as folder:
            of_size(Path(folder) / "events.parquet", height, given.memory, ids=ids)


def of_size(path: Path, height: int, memory: str, *, ids: bool) -> None:
    write(path, height, ids=ids)
    size_mb = path.stat().st_size / 1e6
    print(
        f"\n{height:,} events{' with ids' if ids else ''}, {size_mb:.0f} MB of Parquet, {memory} for DuckDB", flush=True
    )
    for name in CONTENDERS:
        command = [sys.executable, __file__, "--memory", memory, "--child", name, str(path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as running:
            seen = peaks(running)
            said = running.stdout.read() if running.stdout else ""
        if running.returncode:
            sys.exit(f"{name} failed")
        print(f"  {said.strip()}, {memory_of(seen)}", flush=True)
    whole = load(path.with_suffix(".roll_up"))
    for name in ("duckdb_rollup", "spark_rollup"):
        print(f"  {name} equals roll_up: {load(path.with_suffix(f'.{name}')) == whole}")
    if not ids:
        of_rollup(path, whole, height)
        of_slots(path.with_suffix(".hours"), whole)


def memory_of(seen: Peaks) -> str:
    workers = seen.alone_mb["python"] if "java" in seen.alone_mb else []
    words = f"peak {seen.at_once_mb / 1000:.2f} GB"
    if not workers:
        return words
    driver, *rest = workers  # the daemon that starts workers is small
    return f"{words} at once; Python's biggest {driver} and {rest[0]} MB, JVM {seen.alone_mb['java'][0]} MB"


def contend(name: str, path: Path, memory: str) -> None:
    make = CONTENDERS[name](path, memory)
    start, cpu = time.perf_counter(), cpu_seconds(os.getpid())
    made = make()
    took, used = time.perf_counter() - start, cpu_seconds(os.getpid()) - cpu
    if isinstance(made, Rollup):
        save(made, path.with_suffix(f".{name}"))
    print(f"{name:14} {took:6.1f} s wall, {used:6.1f} s CPU")


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


CONTENDERS = {
    "summarize": of_events,
    "roll_up": of_one_process,
    "duckdb_rollup": of_duckdb,
    "spark_rollup": of_spark,
}


def of_rollup(path: Path, whole: Rollup, height: int) -> None:
    """Prints what summaries of the rollup cost against one of the events, and whether they are the same."""
    saved = path.with_suffix(".roll_up")
    memory_mb = (whole.cells.estimated_size() + whole.sessions.estimated_size()) / 1e6
    told = f"{saved.stat().st_size / 1e6:.1f} MB of Parquet, {memory_mb:.0f} MB in memory"
    print(f"  the rollup: {whole.cells.height:,} cells, {whole.sessions.height:,} rows of sessions, {told}")
    for period in PERIODS:
        contenders: dict[str, Callable[[], str]] = {
            "events": partial(document, partial(pl.scan_parquet, path), period),
            "kept": partial(document, lambda: whole, period),
            "saved": partial(document, partial(load, saved), period),
        }
        if len({run() for run in contenders.values()}) > 1:
            sys.exit(f"{period}: not the same document")
        costs: dict[str, list[float]] = {name: [] for name in contenders}
        for _ in range(ROUNDS):
            for name, run in contenders.items():
                start = time.process_time()
                run()
                costs[name].append(time.process_time() - start)
        print(f"  {period}: a summary of the events takes {median(costs['events']):.2f} s of CPU time")
        for name, what in (("kept", "of the rollup in memory"), ("saved", "of the saved rollup, loaded each time")):
            ratio = median(one / mine for one, mine in zip(costs["events"], costs[name], strict=True))
            verdict = f"; at least {CHEAPER} wanted: {'reached' if ratio >= CHEAPER else 'NOT reached'}"
            told = f"{median(costs[name]) * 1e3:.0f} ms, {ratio:.1f} x cheaper"
            print(f"    {what}: {told}{verdict if height >= WANTED_FROM else ''}", flush=True)


def document(events: Callable[[], object], period: str) -> str:
    return summarize(events(), period=period, now=NOW).to_json()


def of_slots(path: Path, whole: Rollup) -> None:
    """Prints what quarter-hours cost against hours, which would not serve zones such as India's."""
    person = roll_up(event_frame(ONE_PERSON))
    for what, quarters in (("of all", whole), (f"of a person with {ONE_PERSON:,} events", person)):
        hours = by_the_hour(quarters)
        figures = []
        for one in (quarters, hours):
            save(one, path)
            used = []
            for _ in range(ROUNDS):
                start = time.process_time()
                document(partial(load, path), "90d")
                used.append(time.process_time() - start)
            size_mb = path.stat().st_size / 1e6
            figures.append(f"{one.height:,} rows, {size_mb:.2f} MB, loaded and 90d in {median(used) * 1e3:.0f} ms CPU")
        print(f"  slots {what}: a quarter-hour {figures[0]}; an hour {figures[1]}")


def by_the_hour(rollup: Rollup) -> Rollup:
    """The same cells and sessions in slots of an hour."""
    hour = pl.col("slot").dt.truncate("1h")
    cells, sessions = (table.with_columns(hour) for table in (rollup.cells, rollup.sessions))
    return merge([Rollup(cells, sessions, rollup.since, rollup.until), Rollup(cells.clear(), sessions.clear())])


def write(path: Path, height: int, *, ids: bool) -> None:
    pieces = [path.with_suffix(f".{part}.parquet") for part in range(PARTS)]
    for part, piece in enumerate(pieces):
        frame = event_frame(height // PARTS, part=part, parts=PARTS)
        if ids:
            row = pl.int_range(pl.len()) + part * (height // PARTS)
            one = pl.when(row % 5 == 0).then(row // 10 * 5 + 1).otherwise(row)
            frame = frame.with_columns(event_id=pl.format("request-{}", one.hash(1)))
        frame.write_parquet(piece)
    pl.scan_parquet(pieces).sink_parquet(path, row_group_size=262_144, maintain_order=True)
    for piece in pieces:
        piece.unlink()


if __name__ == "__main__":
    main()
