"""The same contenders, each doing all that `usagestats.summarize` does: rules, document, extras.

They count the rows that break a rule of the event record and leave them out, look whether the data reach back to the
period before, count that, too, and give `Summary.extras`. They judge only rows in reach, and the Parquet file's types
are taken for granted: less than ours does.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from math import floor
from typing import TYPE_CHECKING, Any

import pandas as pd
from contenders import DAYS, PERIOD, SUMS, Document, document, half_up, sums_of  # type: ignore[import-not-found]
from event_data import DAY_US, NOW  # type: ignore[import-not-found]

from usagestats.events import COUNTS, MAX_COUNT, MAX_NUMBER
from usagestats.periods import EPOCH, HOUR_US
from usagestats.summary import summarize

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

TOTALS = ("total_events", "total_tokens", "total_commits", "total_active_time_seconds", "total_lines_of_code")
LEFT_OUT = {None, "", "unknown"}
TEXTS = ("application", "provider", "model", "session_id")
TEXT = (str, type(None))


def of_ours(events: object) -> Document:
    found = summarize(events, period="90d", now=NOW)
    extras, before = found.extras, found.extras.before
    return {
        "stats": found.to_dict()["stats"],
        "before": before and (*(getattr(before, name) for name in TOTALS), before.sessions_count, before.tokens_by_day),
        "hours": [count for row in extras.hours for count in row],
        "models": {
            name: (use.input_tokens, use.cache_read_tokens, use.avg_latency_ms) for name, use in extras.models.items()
        },
        "outcomes": (extras.succeeded, extras.failed),
        "refused": found.rejects.count,
    }


def start_us(earliest_us: int | None) -> int:
    """From when on rows matter: the period before only where the data reach back to its first day."""
    since_us: int = PERIOD.reach_us(MAX_COUNT if earliest_us is None else earliest_us)
    return since_us


def whole(
    sums: Mapping[bool, Sequence[int | None]],
    by_model: Sequence[tuple[int, str, int, int]],
    uses: Iterable[tuple[str, int, int, int, int]],
    named: tuple[Iterable[tuple[str, int]], Iterable[tuple[str, int]]],
    hours: Iterable[tuple[int, int]],
    sessions: tuple[Iterable[tuple[int, int]], int],
    refused: int,
    earliest_us: int | None,
) -> Document:
    """What `of_ours` gives, from sums inside and before the period, by day and model, by model, and by hour."""
    starts, earlier = sessions
    inside = [one for one in by_model if one[0] >= 0]
    stats = document(sums.get(True, [0] * len(SUMS)), inside, *named, starts)
    week = [0] * 168
    for hour, count in hours:
        week[(hour + 24 * PERIOD.first.weekday()) % 168] += count
    known = {
        name: (int(inputs), int(cached), half_up(int(latency), 1000 * latencies) if latencies else None)
        for name, inputs, cached, latency, latencies in uses
    }
    now = dict(zip(SUMS, (int(one or 0) for one in sums.get(True, [0] * len(SUMS))), strict=True))
    before = None
    if earliest_us is not None and PERIOD.reaches_back(earliest_us):
        then = dict(zip(SUMS, (int(one or 0) for one in sums.get(False, [0] * len(SUMS))), strict=True))
        tokens = [0] * DAYS
        for day, _, _, count in by_model:
            if day < 0:
                tokens[day + DAYS] += int(count)
        totals = (then["events"], then["inputs"] + then["outputs"], then["commits"], half_up(then["active"], 1000))
        before = (*totals, then["lines"], earlier, tuple(tokens))
    return {
        "stats": stats,
        "before": before,
        "hours": week,
        "models": {name: known[name] for name in stats["tokens_by_model"]},
        "outcomes": (now["succeeded"], now["failed"]),
        "refused": refused,
    }


# ---- DuckDB

BROKEN = f"""(coalesce(kind not in ('request', 'activity'), false)
    or least(input_tokens, output_tokens, cache_read_tokens, cache_creation_tokens, commits, lines_of_code) < 0
    or coalesce(not latency_ms between 0 and {MAX_NUMBER}, false)
    or coalesce(not active_time_seconds between 0 and {MAX_NUMBER}, false)
    or (kind = 'request' and cache_read_tokens + cache_creation_tokens > input_tokens))"""
AGGREGATES = {
    "events": "count(*) filter (request)",
    "inputs": "sum(input_tokens) filter (request)",
    "outputs": "sum(output_tokens) filter (request)",
    "cached": "sum(cache_read_tokens) filter (request)",
    "latency": "sum(round(latency_ms * 1000)::bigint) filter (request)",
    "latencies": "count(latency_ms) filter (request)",
    "succeeded": "count(*) filter (request and success)",
    "failed": "count(*) filter (request and not success)",
    "commits": "sum(commits)",
    "lines": "sum(lines_of_code)",
    "active": "sum(round(active_time_seconds * 1000)::bigint)",
}
NAMED = ", ".join(f"{what} as {name}" for name, what in AGGREGATES.items())
ADDED = ", ".join(f"sum({name})" for name in SUMS)


def near(source: str, since_us: int, *, sound: bool) -> str:
    """The counted rows in reach; instants are told from the period before on, since ``//`` cuts towards zero."""
    origin = PERIOD.before.start_us
    return f"""with counted as (
        select kind = 'request' as request, application, provider, model, session_id, {BROKEN} as broken,
            (epoch_us(timestamp) - {origin}) // {HOUR_US} - {24 * DAYS} as hour,
            (epoch_us(timestamp) - {origin}) // {DAY_US} - {DAYS} as day,
            input_tokens, output_tokens, cache_read_tokens, latency_ms, success, commits, lines_of_code,
            active_time_seconds
        from {source}
        where epoch_us(timestamp) between {since_us} and {PERIOD.now_us} {"and not " + BROKEN if sound else ""}
            and (kind = 'activity' or (model not in ('', 'unknown') and provider not in ('', 'unknown'))
                {"" if sound else "or " + BROKEN})
    )"""


def of_duckdb(connection: Any, source: str, cells: str) -> Document:  # noqa: ANN401
    """By a table of cells, made in one of several ways; without the rows that break a rule, if there are some."""
    ((earliest_us,),) = connection.execute(f"select epoch_us(min(timestamp)) from {source}").fetchall()
    counted = near(source, start_us(earliest_us), sound=False)
    with_hours = "grouping sets" in cells
    kept = "from cells where hour is null" if with_hours else "from cells where true"
    refused = 0
    connection.execute(f"create or replace temp table cells as {counted} {cells}")
    ((broken,),) = connection.execute(f"select sum(broken) {kept}").fetchall()
    if broken:
        refused = int(broken)
        counted = near(source, start_us(earliest_us), sound=True)
        connection.execute(f"create or replace temp table cells as {counted} {cells}")

    def run(query: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in connection.execute(query).fetchall()]

    if with_hours:
        hours = run("select hour % 168, sum(events)::bigint from cells where hour >= 0 group by 1")
    else:
        hours = run(f"{counted} select hour % 168, count(*) from counted where request and hour >= 0 group by 1")
    firsts = (
        f"{counted}, firsts as (select min(day) filter (day >= 0) as first, min(day) < 0 as earlier from counted"
        " where session_id is not null group by session_id)"
        " select first, count(*), count(*) filter (earlier) from firsts group by first"
    )
    sessions = run(firsts)
    return whole(
        {inside: values for inside, *values in run(f"select day >= 0, {ADDED} {kept} group by 1")},
        run(f"select day, model, sum(events), sum(inputs) + sum(outputs) {kept} and events > 0 group by 1, 2"),
        run(
            "select model, sum(inputs), sum(cached), coalesce(sum(latency), 0), sum(latencies)::bigint"
            f" {kept} and events > 0 and day >= 0 group by 1"
        ),
        (
            run(f"select provider, sum(events) {kept} and events > 0 and day >= 0 group by 1"),
            run(f"select application, sum(events) {kept} and events > 0 and day >= 0 group by 1"),
        ),
        hours,
        ([(first, count) for first, count, _ in sessions if first is not None], sum(one for _, _, one in sessions)),
        refused,
        earliest_us,
    )


CELLS = f"""select day, application, provider, model, {NAMED}, count(*) filter (broken) as broken
    from counted group by all"""
SETS = f"""select day, application, provider, model, hour, {NAMED}, count(*) filter (broken) as broken
    from counted group by grouping sets ((day, application, provider, model), (hour))"""


def of_cells(connection: Any, source: str) -> Document:  # noqa: ANN401
    """Cells by day and every name, the hours and the sessions in scans of their own."""
    return of_duckdb(connection, source, CELLS)


def of_sets(connection: Any, source: str) -> Document:  # noqa: ANN401
    """Cells and hours in one scan, the sessions in another."""
    return of_duckdb(connection, source, SETS)


DUCKDB: dict[str, Callable[[Any, str], Document]] = {"cells": of_cells, "grouping sets": of_sets}


# ---- pandas and Python


def of_pandas(table: pd.DataFrame) -> Document:
    instant = table["timestamp"]
    earliest_us = int(instant.min().timestamp() * 1_000_000)
    first, since = (pd.Timestamp(us, unit="us", tz="UTC") for us in (PERIOD.start_us, start_us(earliest_us)))
    inside = (instant >= since) & (instant <= NOW)
    is_activity = table["kind"] == "activity"
    broken = ~(is_activity | (table["kind"] == "request"))
    for name in COUNTS:
        broken |= table[name] < 0
    for name in ("latency_ms", "active_time_seconds"):
        broken |= (table[name] < 0) | (table[name] > MAX_NUMBER)
    broken |= ~is_activity & (table["cache_read_tokens"] + table["cache_creation_tokens"] > table["input_tokens"])
    known = table["model"].notna() & table["provider"].notna()
    for name in ("model", "provider"):
        known &= ~table[name].isin(["", "unknown"])
    counted = table[inside & ~broken & (known | is_activity)]
    hour = (counted["timestamp"] - first) // pd.Timedelta(hours=1)
    day = hour // 24
    is_request = counted["kind"] == "request"
    requests, request_day, request_hour = counted[is_request], day[is_request], hour[is_request]
    tokens = requests["input_tokens"] + requests["output_tokens"]
    grouped = tokens.groupby([request_day, requests["model"]]).agg(["size", "sum"])
    now = requests[request_day >= 0]
    latency_us = (now["latency_ms"] * 1000).round()
    uses = (
        now.assign(latency=latency_us)
        .groupby("model")
        .agg(
            inputs=("input_tokens", "sum"),
            cached=("cache_read_tokens", "sum"),
            latency=("latency", "sum"),
            latencies=("latency", "count"),
        )
    )
    started = hour.groupby(counted["session_id"])
    starts = (started.min() if (hour >= 0).all() else hour[hour >= 0].groupby(counted["session_id"]).min()) // 24
    return whole(
        {True: sums_of(counted[day >= 0], now), False: sums_of(counted[day < 0], requests[request_day < 0])},
        [(int(when), model, int(size), int(total)) for (when, model), size, total in grouped.itertuples()],
        [(name, int(a), int(b), int(c), int(d)) for name, a, b, c, d in uses.itertuples()],
        (now["provider"].value_counts().items(), now["application"].value_counts().items()),
        [(int(when), int(count)) for when, count in request_hour[request_hour >= 0].value_counts().items()],
        ([(int(when), int(count)) for when, count in starts.value_counts().items()], int((started.min() < 0).sum())),
        int((inside & broken).sum()),
        earliest_us,
    )


def is_broken(record: dict[str, Any], *, request: bool) -> bool:
    """Whether a record with a readable timestamp breaks a rule."""
    cached, written, tokens = record["cache_read_tokens"], record["cache_creation_tokens"], record["input_tokens"]
    latency, success, active = record["latency_ms"], record["success"], record["active_time_seconds"]
    sound = (
        type(tokens) is int
        and type(cached) is int
        and type(written) is int
        and type(record["output_tokens"]) is int
        and type(record["commits"]) is int
        and type(record["lines_of_code"]) is int
        and 0 <= tokens <= MAX_COUNT
        and 0 <= cached <= MAX_COUNT
        and 0 <= written <= MAX_COUNT
        and 0 <= record["output_tokens"] <= MAX_COUNT
        and 0 <= record["commits"] <= MAX_COUNT
        and 0 <= record["lines_of_code"] <= MAX_COUNT
        and (latency is None or (type(latency) is float and 0 <= latency <= MAX_NUMBER))
        and type(active) is float
        and 0 <= active <= MAX_NUMBER
        and (success is None or type(success) is bool)
        and not (request and cached + written > tokens)
    )
    return not (sound and all(type(record[name]) in TEXT for name in TEXTS))


def of_loop(dicts: list[dict[str, Any]]) -> Document:  # noqa: C901, PLR0912, PLR0915 - one pass, written for speed
    earliest = min(record["timestamp"] for record in dicts)
    earliest_us = (earliest - EPOCH) // timedelta(microseconds=1)
    since = EPOCH + timedelta(microseconds=start_us(earliest_us))
    origin = PERIOD.first.toordinal()
    sums = {True: [0] * len(SUMS), False: [0] * len(SUMS)}
    by_model: dict[tuple[int, str], list[int]] = {}
    uses: dict[str, list[int]] = {}
    providers: dict[str, int] = {}
    applications: dict[str, int] = {}
    hours = [0] * 168
    firsts: dict[str, int] = {}
    starts: dict[str, int] = {}
    refused = 0
    for record in dicts:
        timestamp = record["timestamp"]
        if timestamp < since or timestamp > NOW:
            continue
        kind = record["kind"]
        request = kind == "request"
        if (not request and kind != "activity") or is_broken(record, request=request):
            refused += 1
            continue
        model, provider = record["model"], record["provider"]
        if request and (model in LEFT_OUT or provider in LEFT_OUT):
            continue
        day = timestamp.toordinal() - origin
        inside = day >= 0
        session = record["session_id"]
        if session is not None:
            if session not in firsts or day < firsts[session]:
                firsts[session] = day
            if inside and (session not in starts or day < starts[session]):
                starts[session] = day
        total = sums[inside]
        total[8] += record["commits"]
        total[9] += record["lines_of_code"]
        total[10] += floor(record["active_time_seconds"] * 1000 + 0.5)
        if not request:
            continue
        total[0] += 1
        tokens, output, cached = record["input_tokens"], record["output_tokens"], record["cache_read_tokens"]
        total[1] += tokens
        total[2] += output
        total[3] += cached
        one = by_model.get((day, model))
        if one is None:
            one = by_model[day, model] = [0, 0]
        one[0] += 1
        one[1] += tokens + output
        latency = record["latency_ms"]
        latency_us = None if latency is None else floor(latency * 1000 + 0.5)
        if latency_us is not None:
            total[4] += latency_us
            total[5] += 1
        if record["success"]:
            total[6] += 1
        elif record["success"] is not None:
            total[7] += 1
        if not inside:
            continue
        hours[(day * 24 + timestamp.hour) % 168] += 1
        use = uses.get(model)
        if use is None:
            use = uses[model] = [0, 0, 0, 0]
        use[0] += tokens
        use[1] += cached
        if latency_us is not None:
            use[2] += latency_us
            use[3] += 1
        providers[provider] = providers.get(provider, 0) + 1
        application = record["application"]
        applications[application] = applications.get(application, 0) + 1
    started: dict[int, int] = defaultdict(int)
    for day in starts.values():
        started[day] += 1
    return whole(
        sums,
        [(day, model, count, tokens) for (day, model), (count, tokens) in by_model.items()],
        [(name, *use) for name, use in uses.items()],  # type: ignore[misc]
        (providers.items(), applications.items()),
        enumerate(hours),
        (started.items(), sum(1 for day in firsts.values() if day < 0)),
        refused,
        earliest_us,
    )
