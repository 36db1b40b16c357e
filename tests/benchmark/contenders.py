"""What `bench_engine` compares with: the documented document by DuckDB, pandas and a Python loop; bare sums by polars.

Nothing is judged, and nothing besides the document is counted: `whole_work` has the contenders that do what ours does.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, timedelta
from fractions import Fraction
from math import floor
from typing import TYPE_CHECKING, Any

import pandas as pd
import polars as pl
from event_data import DAY_US, NOW  # type: ignore[import-not-found]  # a script's folder is its path

from usagestats.periods import window

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Document = dict[str, Any]
DAYS = 90
PERIOD = window("90d", NOW)
SUMS = (
    "events",
    "inputs",
    "outputs",
    "cached",
    "latency",
    "latencies",
    "succeeded",
    "failed",
    "commits",
    "lines",
    "active",
)

# ---- the least that any engine has to do


def bare(frame: pl.LazyFrame, engine: Any) -> tuple[object, ...]:  # noqa: ANN401
    """Filter, sums and distinct sessions: no groups, no day, no check."""
    first = pl.lit(PERIOD.start_us).cast(pl.Datetime("us", "UTC"))
    instant = pl.col("timestamp")
    known = (pl.col("kind") == "activity") | (pl.col("model").is_not_null() & pl.col("provider").is_not_null())
    sums = pl.col(
        "input_tokens", "output_tokens", "cache_read_tokens", "latency_ms", "success", "commits", "lines_of_code"
    )
    query = frame.filter(instant >= first, instant <= pl.lit(NOW), known).select(
        pl.len(), sums.sum(), pl.col("active_time_seconds").sum(), pl.col("session_id").n_unique()
    )
    return query.collect(engine=engine).row(0)


# ---- DuckDB

COUNTED = f"""
    select kind = 'request' as request, application, provider, model, session_id,
        (epoch_us(timestamp) - {PERIOD.start_us}) // {DAY_US} as day,
        input_tokens, output_tokens, cache_read_tokens, latency_ms, success, commits, lines_of_code, active_time_seconds
    from {{source}}
    where epoch_us(timestamp) between {PERIOD.start_us} and {PERIOD.now_us}
        and (kind = 'activity' or (model not in ('', 'unknown') and provider not in ('', 'unknown')))
"""
SQL_SUMS = """
    count(*) filter (request), sum(input_tokens) filter (request), sum(output_tokens) filter (request),
    sum(cache_read_tokens) filter (request),
    sum(round(latency_ms * 1000)::bigint) filter (request), count(latency_ms) filter (request),
    count(*) filter (request and success), count(*) filter (request and not success),
    sum(commits), sum(lines_of_code), sum(round(active_time_seconds * 1000)::bigint)
"""
SESSIONS = """
    select day, count(*) from (select min(day) as day from counted where session_id is not null group by session_id)
    group by day
"""


def of_cells(connection: Any, source: str) -> Document:  # noqa: ANN401
    """One wide grouping by every name and day, one of the sessions; the rest is folded from a few thousand rows."""
    counted = f"with counted as ({COUNTED.format(source=source)})"
    cells = connection.execute(
        f"{counted} select day, application, provider, model, {SQL_SUMS} from counted group by all"
    ).fetchall()
    sessions = connection.execute(f"{counted} {SESSIONS}").fetchall()
    return folded(cells, sessions)


def of_grouping_sets(connection: Any, source: str) -> Document:  # noqa: ANN401
    """One query with a grouping set for each map, one of the sessions."""
    counted = f"with counted as ({COUNTED.format(source=source)})"
    rows = connection.execute(
        f"{counted} select grouping(day, application, provider, model), day, application, provider, model, {SQL_SUMS}"
        " from counted group by grouping sets ((), (day, model), (application), (provider))"
    ).fetchall()
    sessions = connection.execute(f"{counted} {SESSIONS}").fetchall()
    return of_sets(rows, sessions)


def of_narrow_queries(connection: Any, source: str) -> Document:  # noqa: ANN401
    """The sums, and a narrow grouping for each map."""
    counted = f"with counted as ({COUNTED.format(source=source)})"

    def run(query: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in connection.execute(f"{counted} {query}").fetchall()]

    (sums,) = run(f"select {SQL_SUMS} from counted")
    tokens = "sum(input_tokens) + sum(output_tokens)"
    by_model = run(f"select day, model, count(*), {tokens} from counted where request group by all")
    providers = run("select provider, count(*) from counted where request group by all")
    applications = run("select application, count(*) from counted where request group by all")
    return document(sums, by_model, providers, applications, run(SESSIONS))


DUCKDB: dict[str, Callable[[Any, str], Document]] = {
    "narrow queries": of_narrow_queries,
    "cells": of_cells,
    "grouping sets": of_grouping_sets,
}


def folded(cells: Iterable[tuple[Any, ...]], sessions: Iterable[tuple[int, int]]) -> Document:
    """The document from sums by (day, application, provider, model)."""
    sums = [0] * len(SUMS)
    by_model: dict[tuple[int, str], list[int]] = defaultdict(lambda: [0, 0])
    providers: dict[str, int] = defaultdict(int)
    applications: dict[str, int] = defaultdict(int)
    for day, application, provider, model, *values in cells:
        for position, value in enumerate(values):
            sums[position] += value or 0
        if values[0]:
            one = by_model[day, model]
            one[0] += values[0]
            one[1] += (values[1] or 0) + (values[2] or 0)
            providers[provider] += values[0]
            applications[application] += values[0]
    days = [(day, model, values[0], values[1]) for (day, model), values in by_model.items()]
    return document(sums, days, providers.items(), applications.items(), sessions)


def of_sets(rows: Iterable[tuple[Any, ...]], sessions: Iterable[tuple[int, int]]) -> Document:
    """The document from grouping sets: bits of (day, application, provider, model), 1 where it is not grouped by."""
    sums: tuple[Any, ...] = ()
    days: list[tuple[int, str, int, int]] = []
    providers: list[tuple[str, int]] = []
    applications: list[tuple[str, int]] = []
    for grouping, day, application, provider, model, *values in rows:
        if grouping == 0b1111:
            sums = tuple(values)
        elif grouping == 0b0110 and values[0]:
            days.append((day, model, values[0], values[1] + values[2]))
        elif grouping == 0b1011:
            applications.append((application, values[0]))
        elif grouping == 0b1101:
            providers.append((provider, values[0]))
    return document(sums, days, providers, applications, sessions)


# ---- pandas and Python


def of_pandas(table: pd.DataFrame) -> Document:
    first = pd.Timestamp(PERIOD.start_us, unit="us", tz="UTC")
    known = table["model"].notna() & table["provider"].notna()
    for name in ("model", "provider"):
        known &= ~table[name].isin(["", "unknown"])
    inside = (table["timestamp"] >= first) & (table["timestamp"] <= NOW)
    counted = table[inside & (known | (table["kind"] == "activity"))]
    day = (counted["timestamp"] - first) // pd.Timedelta(days=1)
    is_request = counted["kind"] == "request"
    requests = counted[is_request]
    tokens = requests["input_tokens"] + requests["output_tokens"]
    grouped = tokens.groupby([day[is_request], requests["model"]]).agg(["size", "sum"])
    sums = sums_of(counted, requests)
    sessions = day.groupby(counted["session_id"]).min().value_counts()
    return document(
        sums,
        [(int(when), model, int(size), int(total)) for (when, model), size, total in grouped.itertuples()],
        requests["provider"].value_counts().items(),
        requests["application"].value_counts().items(),
        [(int(when), int(count)) for when, count in sessions.items()],
    )


def sums_of(counted: pd.DataFrame, requests: pd.DataFrame) -> tuple[int, ...]:
    """`SUMS` of the counted records, of which some are requests."""
    latency, success = requests["latency_ms"].dropna(), requests["success"].dropna().astype(bool)
    return (
        len(requests),
        int(requests["input_tokens"].sum()),
        int(requests["output_tokens"].sum()),
        int(requests["cache_read_tokens"].sum()),
        int((latency * 1000).round().astype("int64").sum()),
        len(latency),
        int(success.sum()),
        len(success) - int(success.sum()),
        int(counted["commits"].sum()),
        int(counted["lines_of_code"].sum()),
        int((counted["active_time_seconds"] * 1000).round().astype("int64").sum()),
    )


def of_loop(dicts: list[dict[str, Any]]) -> Document:  # noqa: C901 - one pass, written for speed
    first = PERIOD.now - timedelta(microseconds=PERIOD.now_us - PERIOD.start_us)
    origin = first.date().toordinal()
    left_out = {None, "", "unknown"}
    events = inputs = outputs = cached = latency = latencies = succeeded = failed = commits = lines = active = 0
    by_model: dict[tuple[int, str], list[int]] = {}
    providers: dict[str, int] = {}
    applications: dict[str, int] = {}
    starts: dict[str, int] = {}
    for record in dicts:
        timestamp = record["timestamp"]
        if timestamp < first or timestamp > NOW:
            continue
        request = record["kind"] == "request"
        model = record["model"]
        provider = record["provider"]
        if request and (model in left_out or provider in left_out):
            continue
        day = timestamp.toordinal() - origin
        session = record["session_id"]
        if session is not None and (session not in starts or day < starts[session]):
            starts[session] = day
        commits += record["commits"]
        lines += record["lines_of_code"]
        active += floor(record["active_time_seconds"] * 1000 + 0.5)
        if not request:
            continue
        events += 1
        tokens = record["input_tokens"]
        inputs += tokens
        outputs += record["output_tokens"]
        cached += record["cache_read_tokens"]
        one = by_model.get((day, model))
        if one is None:
            one = by_model[day, model] = [0, 0]
        one[0] += 1
        one[1] += tokens + record["output_tokens"]
        providers[provider] = providers.get(provider, 0) + 1
        application = record["application"]
        applications[application] = applications.get(application, 0) + 1
        if record["latency_ms"] is not None:
            latencies += 1
            latency += floor(record["latency_ms"] * 1000 + 0.5)
        if record["success"]:
            succeeded += 1
        elif record["success"] is not None:
            failed += 1
    sessions: dict[int, int] = defaultdict(int)
    for day in starts.values():
        sessions[day] += 1
    sums = (events, inputs, outputs, cached, latency, latencies, succeeded, failed, commits, lines, active)
    days = [(day, model, values[0], values[1]) for (day, model), values in by_model.items()]
    return document(sums, days, providers.items(), applications.items(), sessions.items())


def document(
    sums: Iterable[int | None],
    by_model: Iterable[tuple[int, str, int, int]],
    providers: Iterable[tuple[str, int]],
    applications: Iterable[tuple[str, int]],
    sessions: Iterable[tuple[int, int]],
) -> Document:
    """The documented stats from a handful of sums."""
    total = dict(zip(SUMS, (int(value or 0) for value in sums), strict=True))
    events: dict[str, int] = defaultdict(int)
    tokens: dict[str, int] = defaultdict(int)
    by_day: dict[int, dict[str, int]] = defaultdict(dict)
    for day, model, count, some in by_model:
        events[model] += count
        tokens[model] += int(some)
        by_day[day][model] = int(some)
    models = ranked(tokens.items())
    started = dict(sessions)
    origin = (NOW.astimezone(UTC).date() - timedelta(days=DAYS - 1)).toordinal()
    return {
        "total_events": total["events"],
        "total_tokens": total["inputs"] + total["outputs"],
        "input_tokens": total["inputs"],
        "output_tokens": total["outputs"],
        "avg_latency_ms": half_up(total["latency"], 1000 * total["latencies"]),
        "success_rate": half_up(1000 * total["succeeded"], total["succeeded"] + total["failed"]) / 10,
        "events_by_model": ranked(events.items()),
        "tokens_by_model": models,
        "events_by_provider": ranked(providers),
        "events_by_application": ranked((name, count) for name, count in applications if name is not None and count),
        "time_series": [
            {
                "date": date.fromordinal(origin + day).isoformat(),
                "tokens": sum(by_day[day].values()),
                "tokens_by_model": {model: by_day[day].get(model, 0) for model in models},
                "coding_sessions": started.get(day, 0),
            }
            for day in range(DAYS)
        ],
        "sessions_count": sum(started.values()),
        "weekly_avg_sessions": half_up(sum(started.values()) * 7, DAYS),
        "total_commits": total["commits"],
        "total_active_time_seconds": half_up(total["active"], 1000),
        "total_lines_of_code": total["lines"],
        "cache_efficiency": half_up(1000 * total["cached"], total["inputs"]) / 10,
    }


def ranked(counts: Iterable[tuple[str, int]]) -> dict[str, int]:
    return dict(sorted(((name, int(count)) for name, count in counts), key=lambda item: (-item[1], item[0])))


def half_up(numerator: int, denominator: int) -> int:
    return floor(Fraction(numerator, denominator) + Fraction(1, 2)) if denominator else 0
