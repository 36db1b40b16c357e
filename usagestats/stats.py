"""The documented numbers of one period, from a tally: every formula stands here, in integers.

Means and rates are rounded half up by integer division, so that every engine gives the same digits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from usagestats.columns import REQUEST
from usagestats.errors import NumberTooBig
from usagestats.events import MAX_COUNT
from usagestats.tallies import COMMON_SUMS, REQUEST_SUMS, SUMS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from usagestats.periods import Period
    from usagestats.tallies import LazyTally

WEEK_HOURS: Final = 168
TABLES: Final = 6
"""How many `queries` there are."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the time series."""

    date: str
    """The day, ``YYYY-MM-DD``. Docs: time_series[].date."""
    tokens: int
    """Input and output tokens of that day. Docs: time_series[].tokens."""
    tokens_by_model: dict[str, int]
    """The same by model: every model of the period, in the order of `Stats.tokens_by_model`, zeros included."""
    coding_sessions: int
    """Sessions whose first counted record in the period lies on that day. Docs: time_series[].coding_sessions."""


@dataclass(frozen=True, slots=True)
class Stats:
    """The documented numbers of one period, in the documented order."""

    total_events: int
    """Counted requests. Docs: stats.total_events."""
    total_tokens: int
    """``input_tokens + output_tokens``. Docs: stats.total_tokens."""
    input_tokens: int
    """Prompt tokens, cached ones included. Docs: stats.input_tokens."""
    output_tokens: int
    """Generated tokens, reasoning included. Docs: stats.output_tokens."""
    avg_latency_ms: int
    """Mean latency of the requests that report one, in ms, half up; 0 if none does. Docs: stats.avg_latency_ms."""
    success_rate: float
    """Succeeded of all with a known outcome, 0 to 100, one decimal, half up; 0.0 if none. Docs: stats.success_rate."""
    events_by_model: dict[str, int]
    """Counted requests by model, biggest first, ties by name. Docs: stats.events_by_model."""
    tokens_by_model: dict[str, int]
    """Tokens by model, biggest first, ties by name. Docs: stats.tokens_by_model."""
    events_by_provider: dict[str, int]
    """Counted requests by provider, biggest first, ties by name. Docs: stats.events_by_provider."""
    events_by_application: dict[str, int]
    """Counted requests by application, biggest first, ties by name; null makes no key."""
    time_series: tuple[Day, ...]
    """One entry a day, ascending, every day of the period present. Docs: stats.time_series."""
    sessions_count: int
    """The sum of `Day.coding_sessions`. Docs: stats.sessions_count."""
    weekly_avg_sessions: int
    """``sessions_count * 7 / days``, half up. Docs: stats.weekly_avg_sessions."""
    total_commits: int
    """Commits of all counted records. Docs: stats.total_commits."""
    total_active_time_seconds: int
    """Active time of all counted records, in s, half up. Docs: stats.total_active_time_seconds."""
    total_lines_of_code: int
    """Lines added, over all counted records. Docs: stats.total_lines_of_code."""
    cache_efficiency: float
    """Cached part of the input tokens, 0 to 100, one decimal, half up; 0.0 without. Docs: stats.cache_efficiency."""


@dataclass(frozen=True, slots=True)
class Before:
    """Totals of the period just before, where the data reach back to its start."""

    total_events: int
    total_tokens: int
    sessions_count: int
    total_commits: int
    total_active_time_seconds: int
    total_lines_of_code: int
    tokens_by_day: tuple[int, ...]
    """Tokens of each day, ascending; as many as the period has days."""


@dataclass(frozen=True, slots=True)
class ModelUse:
    """What cards show of one model besides its totals."""

    input_tokens: int
    cache_read_tokens: int
    """The cached part of ``input_tokens``."""
    avg_latency_ms: int | None
    """Mean latency in ms, half up; None where no request reports one."""


@dataclass(frozen=True, slots=True)
class Extras:
    """Numbers for cards that the documented answer does not hold. Provisional: may change between versions."""

    before: Before | None
    """The period before, None where the data do not reach back to its start: then no change can be told."""
    hours: tuple[tuple[int, ...], ...]
    """Counted requests by weekday (Monday first) and local hour: 7 rows of 24."""
    models: dict[str, ModelUse]
    """By model, in the order of `Stats.tokens_by_model`."""
    succeeded: int = 0
    """Counted requests that are known to have succeeded."""
    failed: int = 0
    """Counted requests that are known to have failed; with no `succeeded` either, no outcome is known."""
    days_before: tuple[int, ...] = ()
    """Tokens of each day before the period, ascending up to it: as far as ``weeks`` asks and the data reach back."""


def half_up(numerator: int, denominator: int) -> int:
    """The quotient of two integers, halves up; 0 where there is nothing to divide by.

    >>> half_up(5, 2), half_up(7, 3), half_up(1, 0)
    (3, 2, 0)
    """
    return (2 * numerator + denominator) // (2 * denominator) if denominator else 0


def percentage(part: int, whole: int) -> float:
    """100 × part / whole with one decimal, halves up; 0.0 of nothing.

    >>> percentage(9, 11)
    81.8
    """
    return half_up(1000 * part, whole) / 10


def computed(tally: LazyTally, period: Period, *, reaches_back: bool) -> tuple[Stats, Extras]:
    """The documented numbers and the extra ones of a period.

    Args:
        tally: The counted records of the period and of the one before.
        period: The window.
        reaches_back: Whether there are records as old as the first day of the period before.

    Raises:
        NumberTooBig: if a number is beyond 2**63 - 1.
    """
    wanted = queries(tally.cells, tally.hours, tally.applications, tally.sessions)
    return numbers(Sums.of([rows_of(one) for one in pl.collect_all(wanted)]), period, reaches_back=reaches_back)


def numbers(found: Sums, period: Period, *, reaches_back: bool) -> tuple[Stats, Extras]:
    """The same from a tally's sums.

    Raises:
        NumberTooBig: if a number is beyond 2**63 - 1.
    """
    now = found.totals(inside=True)
    sessions = _sessions(found, period)
    started = sum(sessions)
    stats = Stats(
        total_events=now["events"],
        total_tokens=now["tokens"],
        input_tokens=now["input_tokens"],
        output_tokens=now["output_tokens"],
        avg_latency_ms=half_up(now["latency_us"], 1000 * now["latency_events"]),
        success_rate=percentage(now["succeeded"], now["succeeded"] + now["failed"]),
        events_by_model=_ranked({name: use["events"] for name, use in found.models.items()}),
        tokens_by_model={name: use["tokens"] for name, use in found.models.items()},
        events_by_provider=_ranked(found.providers),
        events_by_application=_ranked(found.applications),
        time_series=_time_series(found, period, sessions),
        sessions_count=started,
        weekly_avg_sessions=half_up(started * 7, period.days),
        total_commits=now["commits"],
        total_active_time_seconds=half_up(now["active_time_ms"], 1000),
        total_lines_of_code=now["lines_of_code"],
        cache_efficiency=percentage(now["cache_read_tokens"], now["input_tokens"]),
    )
    before = _before(found, period) if reaches_back else None
    return _checked(stats), Extras(before, _week(found, period), _uses(found), now["succeeded"], now["failed"])


def tokens_by_day(tally: LazyTally, period: Period) -> list[int]:
    """The tokens of each day of the period, ascending."""
    tokens = [0] * period.days
    by_day = tally.cells.filter(_IS_INSIDE, REQUEST).group_by("day").agg(_TOKENS)
    for day, count in by_day.collect().iter_rows():
        tokens[day] = count
    return tokens


def queries(
    cells: pl.LazyFrame,
    hours: pl.LazyFrame,
    applications: pl.LazyFrame,
    sessions: pl.LazyFrame,
    who: Sequence[str] = (),
) -> list[pl.LazyFrame]:
    """What sums up a tally's tables, or those of many people at once, to what the formulas need: see `Sums`.

    A query costs more than the few rows that most have: there are as few as leave tables small.

    Args:
        cells: ``day, kind, provider, model`` and `SUMS`; a key may stand in it more than once.
        hours: ``hour, events``; the same.
        applications: ``application, events`` inside the period; the same.
        sessions: ``first, first_ever`` of each session.
        who: The column of all four that tells people apart, if any.
    """
    requests = cells.filter(REQUEST)
    return [
        cells.group_by(*who, _INSIDE, _REQUEST, _MODEL_OF_REQUEST).agg(_EACH),
        requests.filter(_IS_INSIDE).group_by(*who, "provider").agg(_EVENTS),
        applications.drop_nulls("application").group_by(*who, "application").agg(_EVENTS),
        requests.group_by(*who, "day", _MODEL_OF_DAY).agg(_TOKENS),
        hours.filter(pl.col("hour") >= 0).group_by(*who, _HOUR_OF_WEEK).agg(_EVENTS),
        sessions.group_by(*who, _FIRST_DAY).agg(pl.len(), _EARLIER),
    ]


@dataclass(frozen=True, slots=True)
class Sums:
    """What the formulas need of a tally."""

    sums: dict[tuple[bool, bool], dict[str, int]]
    models: dict[str, dict[str, int]]
    providers: dict[str, int]
    applications: dict[str, int]
    days: list[tuple[int, str, int]]
    days_before: list[tuple[int, int]]
    hours: list[tuple[int, int]]
    sessions: list[tuple[int, int]]
    sessions_before: int

    @classmethod
    def of(cls, tables: Sequence[list[Any]]) -> Sums:
        """From the rows that the `queries` gave: mappings of those with all sums, tuples of the others."""
        sums, providers, applications, days, hours, starts = tables
        by_model = {one["model"]: one for one in sums if one["inside"] and one["request"]}
        return cls(
            _added(sums),
            dict(sorted(by_model.items(), key=lambda item: (-item[1]["tokens"], item[0]))),
            dict(providers),
            dict(applications),
            [one for one in days if one[0] >= 0],
            [(day, tokens) for day, _, tokens in days if day < 0],
            hours,
            [(day, count) for day, count, _ in starts if day is not None],
            sum(earlier for _, _, earlier in starts),
        )

    def totals(self, *, inside: bool) -> dict[str, int]:
        """Tokens, latency and outcome of the requests; commits, lines and active time of all counted records."""
        request = self.sums.get((inside, True), {})
        activity = self.sums.get((inside, False), {})
        return {name: request.get(name, 0) for name in _OF_REQUESTS} | {
            name: request.get(name, 0) + activity.get(name, 0) for name in COMMON_SUMS
        }


def rows_of(table: pl.DataFrame) -> list[Any]:
    """The rows of one of the `queries`, as `Sums` takes them."""
    return table.rows(named=True) if "failed" in table.columns else table.rows()


_IS_INSIDE: Final = pl.col("day") >= 0
_INSIDE: Final = _IS_INSIDE.alias("inside")
_REQUEST: Final = REQUEST.alias("request")
_MODEL_OF_REQUEST: Final = pl.when(_IS_INSIDE, REQUEST).then("model").alias("model")
_MODEL_OF_DAY: Final = pl.when(_IS_INSIDE).then("model").alias("model")
_HOUR_OF_WEEK: Final = (pl.col("hour") % WEEK_HOURS).alias("hour")
_FIRST_DAY: Final = (pl.col("first") // 24).alias("day")
_EVENTS: Final = pl.col("events").sum()
_TOKENS: Final = (pl.col("input_tokens").sum() + pl.col("output_tokens").sum()).alias("tokens")
_EACH: Final = (pl.col(SUMS).sum(), _TOKENS)
_EARLIER: Final = (pl.col("first_ever") < 0).sum().alias("earlier")
_OF_REQUESTS: Final = ("tokens", *REQUEST_SUMS)


def _added(rows: Iterable[dict[str, Any]]) -> dict[tuple[bool, bool], dict[str, int]]:
    """The sums of all models together, by whether they lie in the period and are of requests."""
    found: dict[tuple[bool, bool], dict[str, int]] = {}
    for row in rows:
        key = (row["inside"], row["request"])
        before = found.get(key)
        found[key] = row if before is None else {name: before[name] + row[name] for name in ("tokens", *SUMS)}
    return found


def _ranked(counts: dict[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _sessions(found: Sums, period: Period) -> list[int]:
    """How many began on each day of the period."""
    sessions = [0] * period.days
    for day, count in found.sessions:
        sessions[day] = count
    return sessions


def _time_series(found: Sums, period: Period, sessions: list[int]) -> tuple[Day, ...]:
    names = list(found.models)
    rows = {name: [0] * period.days for name in names}
    for day, model, tokens in found.days:
        rows[model][day] = tokens
    columns = zip(*rows.values(), strict=True) if rows else [()] * period.days
    return tuple(
        Day(date, sum(tokens), dict(zip(names, tokens, strict=True)), started)
        for date, tokens, started in zip(period.iso_dates, columns, sessions, strict=True)
    )


def _before(found: Sums, period: Period) -> Before:
    then = found.totals(inside=False)
    tokens = [0] * period.days
    for day, count in found.days_before:
        tokens[max(day, -period.days) + period.days] += count
    return Before(
        total_events=then["events"],
        total_tokens=then["tokens"],
        sessions_count=found.sessions_before,
        total_commits=then["commits"],
        total_active_time_seconds=half_up(then["active_time_ms"], 1000),
        total_lines_of_code=then["lines_of_code"],
        tokens_by_day=tuple(tokens),
    )


def _week(found: Sums, period: Period) -> tuple[tuple[int, ...], ...]:
    hours = [0] * WEEK_HOURS
    monday = 24 * period.first.weekday()
    for hour, count in found.hours:
        hours[(hour + monday) % WEEK_HOURS] = count
    return tuple(tuple(hours[day * 24 : day * 24 + 24]) for day in range(7))


def _uses(found: Sums) -> dict[str, ModelUse]:
    return {name: _use(use) for name, use in found.models.items()}


def _use(sums: dict[str, Any]) -> ModelUse:
    known = sums["latency_events"]
    latency = half_up(sums["latency_us"], 1000 * known) if known else None
    return ModelUse(sums["input_tokens"], sums["cache_read_tokens"], latency)


def _checked(stats: Stats) -> Stats:
    for name in ("total_tokens", "total_commits", "total_active_time_seconds", "total_lines_of_code", "avg_latency_ms"):
        if getattr(stats, name) > MAX_COUNT:
            message = f"{name} must be at most 2**63 - 1, not {getattr(stats, name)}"
            raise NumberTooBig(message)
    return stats
