"""Frames to the 90-day document, against DuckDB, pandas, a Python loop and a bare polars query; one run, ratios.

    python tests/benchmark/bench_engine.py [--memory 1000000] [--parquet 10000000] [--rounds 5]

First against those that give the document and nothing else, then against those that do the same work: judge the rows
and give the extras, too. All but the bare query are compared with ours. Every round runs each contender once, in turn;
what is shown are medians, and the median of the rounds' ratios to ours, for wall and CPU time (of all threads).
"""

from __future__ import annotations

import argparse
import gc
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import contenders  # type: ignore[import-not-found]  # a script's folder is its path
import duckdb
import pandas as pd
import polars as pl
import whole_work  # type: ignore[import-not-found]
from contenders import Document, bare
from event_data import NOW, event_frame, peak_mb, write_parquet  # type: ignore[import-not-found]

from usagestats.summary import summarize

if TYPE_CHECKING:
    from collections.abc import Callable


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("--memory", type=int, default=1_000_000, help="rows in memory (0: none)")
    arguments.add_argument("--parquet", type=int, default=10_000_000, help="rows in Parquet (0: none)")
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.child:
        summarize(pl.scan_parquet(given.child), period="90d", now=NOW)
        print(peak_mb())
        return
    print(f"polars {pl.__version__}, duckdb {duckdb.__version__}, pandas {pd.__version__}")
    if given.memory:
        in_memory(given.memory, given.rounds)
    if given.parquet:
        with tempfile.TemporaryDirectory() as folder:
            in_parquet(Path(folder) / "events.parquet", given.parquet, given.rounds)


def in_memory(height: int, rounds: int) -> None:
    all_agree(twice_as_old(event_frame(20_000)))
    frame = event_frame(height)
    connection = in_duckdb(frame)
    table = frame.to_pandas()
    dicts = frame.to_dicts()
    for work, does in (("the document alone", contenders), ("the same work", whole_work)):
        found = compare(
            f"{height:,} events in memory, {work}",
            {
                "ours": lambda: whole_work.of_ours(frame),
                **{f"DuckDB, {name}": bound(query, connection, "events") for name, query in does.DUCKDB.items()},
                "pandas": bound(does.of_pandas, table),
                "Python loop over dicts": bound(does.of_loop, dicts),
                "bare polars": lambda: bare(frame.lazy(), "in-memory"),
                "bare polars, streaming": lambda: bare(frame.lazy(), "streaming"),
            },
            rounds,
        )
        judge(found, "DuckDB", 1.5)
        judge(found, "pandas", 4)
        judge(found, "Python loop", 12)
        judge(found, "bare polars", 1 / 4)


def in_duckdb(frame: pl.DataFrame) -> Any:  # noqa: ANN401
    connection = duckdb.connect()
    connection.register("arrow", frame.to_arrow())
    connection.execute("create table events as select * replace (timestamp at time zone 'UTC' as timestamp) from arrow")
    connection.unregister("arrow")
    return connection


def twice_as_old(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows so far back that there is a period before, some of them against the rules."""
    row, instant = pl.int_range(pl.len()), pl.col("timestamp")
    wrong = {"output_tokens": -1, "latency_ms": -0.5, "active_time_seconds": -1.0, "cache_read_tokens": 2**40}
    flaws = [
        pl.when(row % 1000 == place).then(value).otherwise(pl.col(name)).alias(name)
        for place, (name, value) in enumerate(wrong.items())
    ]
    return frame.with_columns(instant - (pl.lit(NOW) - instant), *flaws)


def all_agree(frame: pl.DataFrame) -> None:
    wanted = whole_work.of_ours(frame)
    if wanted["before"] is None or not wanted["refused"]:
        raise AssertionError
    connection = in_duckdb(frame)
    found = [query(connection, "events") for query in whole_work.DUCKDB.values()]
    found += [whole_work.of_pandas(frame.to_pandas()), whole_work.of_loop(frame.to_dicts())]
    for one in found:
        if one | {"refused": 0} != wanted | {"refused": 0} or not 0 < one["refused"] <= wanted["refused"]:
            message = f"not the same: {[key for key in wanted if one[key] != wanted[key]]}"
            raise AssertionError(message)


def in_parquet(path: Path, height: int, rounds: int) -> None:
    write_parquet(path, height)
    connection = duckdb.connect()
    source = f"read_parquet('{path}')"
    for work, does in (("the document alone", contenders), ("the same work", whole_work)):
        found = compare(
            f"{height:,} events in Parquet ({path.stat().st_size / 1e6:.0f} MB), {work}",
            {
                "ours": lambda: whole_work.of_ours(pl.scan_parquet(path)),
                **{f"DuckDB, {name}": bound(query, connection, source) for name, query in does.DUCKDB.items()},
                "bare polars, streaming": lambda: bare(pl.scan_parquet(path), "streaming"),
            },
            rounds,
        )
        judge(found, "DuckDB", 1)
        judge(found, "bare polars", 1 / 3.5)
    said = subprocess.run([sys.executable, __file__, "--child", str(path)], capture_output=True, text=True, check=True)
    print(f"  peak memory of ours, alone in a process: {int(said.stdout)} MB (at most 1200)")


def compare(title: str, runs: dict[str, Callable[[], Any]], rounds: int) -> dict[str, tuple[float, float]]:
    """Prints wall and CPU medians; gives each contender's ratios to ours."""
    wanted = runs["ours"]()
    for name, run in runs.items():
        found = run()
        if isinstance(found, dict) and found != (wanted if "stats" in found else wanted["stats"]):
            message = f"{name} gives another document"
            raise AssertionError(message)
    times: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for _ in range(rounds):
        for name, run in runs.items():
            gc.collect()
            wall, cpu = time.perf_counter(), time.process_time()
            run()
            times[name].append((time.perf_counter() - wall, time.process_time() - cpu))
    print(f"\n{title}, medians of {rounds}\n  {'':32}    wall     cpu   wall/ours  cpu/ours")
    ratios = {}
    for name, each in times.items():
        walls, cpus = zip(*each, strict=True)
        pairs = [(a / c, b / d) for (a, b), (c, d) in zip(each, times["ours"], strict=True)]
        ratios[name] = (median(one for one, _ in pairs), median(one for _, one in pairs))
        print(
            f"  {name:32}{median(walls) * 1000:8.0f}{median(cpus) * 1000:8.0f} ms"
            f"{ratios[name][0]:9.2f}{ratios[name][1]:10.2f}"
        )
    return ratios


def judge(ratios: dict[str, tuple[float, float]], name: str, least: float) -> None:
    """The nearest contender of that kind against the number to reach."""
    near = [min(each) for each in zip(*(ratio for key, ratio in ratios.items() if key.startswith(name)), strict=True)]
    verdict = "reached" if near[0] >= least else "reached in CPU" if near[1] >= least else "NOT reached"
    print(f"  {name}: {near[0]:.2f} x ours in wall, {near[1]:.2f} in CPU; at least {least:.2f} wanted: {verdict}")


def bound(run: Callable[..., Document], *given: object) -> Callable[[], Document]:
    return lambda: run(*given)


if __name__ == "__main__":
    main()
