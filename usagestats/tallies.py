"""Frames → the tally of one period: four tables of integer sums, counts and firsts that add up in any order.

*cells* are the sums by (day, kind, provider, model), *hours* and *applications* the counted requests by local hour and
by application, *sessions* the first hour of each session. Days and hours are numbered from the period's first day on;
those of the period before are negative. Means and rates are never stored. Records are grouped here and, for rollups
that any period can be tallied from, in `slots`.

Fewer groups take less time than fewer groupings: applications among the keys of the cells would cost twice as much as
a table of their own.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from usagestats.columns import INSTANT
from usagestats.periods import DAY_US, HOUR_US

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from usagestats.periods import Period

INSTANT_COLUMN: Final = pl.col("timestamp")
SAFE_SUM: Final = 2.0**62
DAY: Final = (pl.col("hour") // 24).alias("day")
FIRST: Final = pl.when(pl.col("hour") >= 0).then("hour").alias("first")
"""The hour, if it lies in the period."""
FIRSTS: Final = (pl.col("first").min(), pl.col("hour").min().alias("first_ever"))
"""Of a session's hours the first one in the period, and in either."""
KEYS: Final = ("day", "kind", "provider", "model")
REQUEST_SUMS: Final = (
    "events",
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "latency_us",
    "latency_events",
    "succeeded",
    "failed",
)
"""Sums that only requests count in."""
COMMON_SUMS: Final = ("commits", "lines_of_code", "active_time_ms")
"""Sums that activities count in, too."""
SUMS: Final = (*REQUEST_SUMS, *COMMON_SUMS)


@dataclass(frozen=True, slots=True)
class Tally:
    """The counted records of a period and of the one before."""

    cells: pl.DataFrame
    """`KEYS` → `SUMS`, 128 bits wide; a key may stand in it more than once."""
    hours: pl.DataFrame
    """``hour`` (of the period's local hours) → ``events``."""
    applications: pl.DataFrame
    """``application`` → ``events`` of the period itself."""
    sessions: pl.DataFrame
    """``session_id`` → ``first`` (its first hour in the period, if any), ``first_ever`` (in either period)."""

    @property
    def height(self) -> int:
        """The rows of all tables."""
        return self.cells.height + self.hours.height + self.applications.height + self.sessions.height

    def lazy(self) -> LazyTally:
        """The same as the start of queries."""
        return LazyTally(self.cells.lazy(), self.hours.lazy(), self.applications.lazy(), self.sessions.lazy())


@dataclass(frozen=True, slots=True)
class LazyTally:
    """The tables of a `Tally` before they are collected; keys may stand more than once but in its sessions."""

    cells: pl.LazyFrame
    hours: pl.LazyFrame
    applications: pl.LazyFrame
    sessions: pl.LazyFrame


@dataclass(frozen=True, slots=True)
class Extent:
    """How far rows reach: what is known of them spares work, and nothing need be."""

    earliest_us: int | None = None
    """The earliest instant, in µs since 1970."""
    latest_us: int | None = None
    """The latest one."""
    most: float = math.inf
    """What no sum of a measure can exceed."""

    def inside(self, first_us: int, last_us: int) -> bool:
        """Whether no row lies outside of these instants, so that none need be left out."""
        if self.earliest_us is None or self.latest_us is None:
            return False
        return first_us <= self.earliest_us and self.latest_us <= last_us

    @property
    def sum_type(self) -> type[pl.DataType]:
        """As wide as sums must be: polars' own wrap silently, and 128 bits cost a third more than 64."""
        return pl.Int64 if self.most < SAFE_SUM else pl.Int128


@dataclass(frozen=True, slots=True)
class Unknown:
    """The names in the data that mean no model or no provider: blank or ``unknown``, in any case."""

    models: Sequence[str] = ()
    providers: Sequence[str] = ()


NONE_UNKNOWN: Final = Unknown()
Collect = Callable[["list[pl.LazyFrame]"], "list[pl.DataFrame]"]
"""Runs queries over the same rows: together, or one after the other."""


def is_unknown(name: str) -> bool:
    """Whether a model or provider of that name is not known.

    >>> is_unknown(" Unknown "), is_unknown(""), is_unknown("unknown-7b")
    (True, True, False)
    """
    return name.strip().lower() in ("", "unknown")


def is_within(period: Period, start_us: int, instant: pl.Expr = INSTANT_COLUMN) -> pl.Expr:
    """Whether a row lies between an instant and ``now``. A scan skips what does not."""
    first, last = (pl.lit(border).cast(INSTANT) for border in (start_us, period.now_us))
    return (instant >= first) & (instant <= last)


def tallied(frame: pl.LazyFrame, period: Period, start_us: int, extent: Extent, collect: Collect) -> Tally:
    """The tally of rows with the columns of `SCHEMA`, each event once.

    The cells come first: their few names tell which of them mean no model or no provider.

    Args:
        frame: The rows.
        period: The window.
        start_us: The first instant that counts: that of the period before, or of the period (`Period.reach_us`).
        extent: What is known of the rows.
        collect: Runs the queries.
    """
    rows = frame if extent.inside(start_us, period.now_us) else frame.filter(is_within(period, start_us))
    rows = rows.with_columns(hour_of(period).alias("hour"))
    if len(period.offsets) > 1:  # a clock that was set back past midnight showed the day after that of ``now``
        rows = rows.filter(pl.col("hour") < 24 * period.days)
    (found,) = collect([_cells(rows, extent.sum_type)])
    cells = found.select(*_told(), pl.col(KEYS[2:]).cast(pl.String), pl.col(SUMS).cast(pl.Int128))
    unknown = Unknown(unknown_names(cells["model"]), unknown_names(cells["provider"]))
    requests = rows.filter(is_counted_request(unknown))
    counted = rows.filter(is_counted(unknown))
    hours, applications, sessions = collect([_hours(requests), _applications(requests), _sessions(counted)])
    return Tally(
        cells.filter(is_counted(unknown)),
        hours,
        applications.with_columns(pl.col("application").cast(pl.String)),
        sessions.with_columns(pl.col("session_id").cast(pl.String)),
    )


@dataclass(frozen=True, slots=True)
class InPeriod:
    """What to count: the records of a period and of the one before."""

    period: Period

    @property
    def border_us(self) -> int:
        """From this instant on it makes no difference when the earliest record was: it is too late for a change."""
        return self.period.before.start_us + DAY_US

    def reach_us(self, earliest_us: int | None) -> int:
        """The first instant that matters, in µs since 1970, where the earliest record is known."""
        return self.period.reach_us(earliest_us)

    def near(self, first_us: int, instant: pl.Expr) -> pl.Expr:
        """Whether a row matters, from an instant on."""
        return is_within(self.period, first_us, instant)

    def of(self, rows: pl.LazyFrame, earliest_us: int | None, extent: Extent, collect: Collect) -> Tally:
        """The tally of rows with the columns of `SCHEMA`, each event once."""
        return tallied(rows, self.period, self.reach_us(earliest_us), extent, collect)

    def merge(self, parts: Iterable[Tally]) -> Tally:
        """The tally of the whole from those of disjoint parts."""
        return merge(parts)


@dataclass(frozen=True, slots=True)
class InWeeks(InPeriod):
    """What to count: the records of a period, whatever was before."""

    @property
    def border_us(self) -> int:
        """From this instant on the earliest record is read."""
        return self.period.start_us + DAY_US

    def reach_us(self, earliest_us: int | None) -> int:  # noqa: ARG002 - it matters to changes
        """The first instant that matters."""
        return self.period.start_us


def merge(parts: Iterable[Tally]) -> Tally:
    """The tally of the whole from those of disjoint parts, in any order and bracketing."""
    many = list(parts)
    if len(many) == 1:
        return many[0]
    tables = [
        pl.concat(one.cells for one in many).lazy().group_by(KEYS).agg(pl.col(SUMS).sum()),
        pl.concat(one.hours for one in many).lazy().group_by("hour").agg(pl.col("events").sum()),
        pl.concat(one.applications for one in many).lazy().group_by("application").agg(pl.col("events").sum()),
        pl.concat(one.sessions for one in many).lazy().group_by("session_id").agg(pl.col("first", "first_ever").min()),
    ]
    return Tally(*pl.collect_all(tables))


def _cells(rows: pl.LazyFrame, sum_type: type[pl.DataType]) -> pl.LazyFrame:
    day_and_kind = pl.col("hour") // 24 * 2 + is_activity().cast(pl.Int32)
    return rows.group_by(day_and_kind.alias("day_and_kind"), *KEYS[2:]).agg(sums_of(sum_type))


def _told() -> list[pl.Expr]:
    """What one number has said: it is grouped by faster than a number and a text."""
    code = pl.col("day_and_kind")
    kind = pl.when(code % 2 == 1).then(pl.lit("activity")).otherwise(pl.lit("request"))
    return [(code // 2).alias("day"), kind.alias("kind")]


def _hours(requests: pl.LazyFrame) -> pl.LazyFrame:
    return requests.group_by("hour").agg(pl.len().cast(pl.Int64).alias("events"))


def _applications(requests: pl.LazyFrame) -> pl.LazyFrame:
    inside = requests.filter(pl.col("hour") >= 0)
    return inside.group_by("application").agg(pl.len().cast(pl.Int64).alias("events"))


def _sessions(rows: pl.LazyFrame) -> pl.LazyFrame:
    """The first hours of each session; rows that only repeat the row before need not be grouped."""
    named = rows.filter(pl.col("session_id").is_not_null()).select("session_id", "hour")
    told = pl.all_horizontal(pl.col(name) == pl.col(name).shift() for name in ("session_id", "hour"))
    changes = named.filter(~told.fill_null(value=False)).with_columns(FIRST)
    return changes.group_by("session_id").agg(FIRSTS)


def unknown_names(names: pl.Series) -> tuple[str, ...]:
    """Those of the names that mean nothing."""
    return tuple(filter(is_unknown, names.unique().drop_nulls()))


def is_counted(unknown: Unknown = NONE_UNKNOWN) -> pl.Expr:
    """Whether a row is a counted record."""
    return is_activity() | _known(unknown)


def is_counted_request(unknown: Unknown = NONE_UNKNOWN) -> pl.Expr:
    """Whether a row is a counted request."""
    return ~is_activity() & _known(unknown)


def is_activity() -> pl.Expr:
    """Whether a row is of activity: no kind means a request."""
    return (pl.col("kind") == "activity").fill_null(value=False)


def _known(unknown: Unknown) -> pl.Expr:
    return _named("model", unknown.models) & _named("provider", unknown.providers)


def _named(column: str, unknown: Sequence[str]) -> pl.Expr:
    return pl.all_horizontal(pl.col(column).is_not_null(), *(pl.col(column) != name for name in unknown))


def hour_of(period: Period, instant: pl.Expr = INSTANT_COLUMN) -> pl.Expr:
    """The local hour of the instant, from the period's first midnight on; wrong for those 200,000 years away."""
    (_, offset_us), *changes = period.offsets
    since_us: pl.Expr = pl.lit(offset_us - period.local_start_us)
    for start_us, offset_us in changes:
        later = instant >= pl.lit(start_us).cast(INSTANT)
        since_us = pl.when(later).then(pl.lit(offset_us - period.local_start_us)).otherwise(since_us)
    wall_us = instant.to_physical() + since_us
    return (wall_us // HOUR_US).cast(pl.Int32, wrap_numerical=True)  # which takes a third of the time of a strict cast


def weighed(sum_type: type[pl.DataType]) -> list[pl.Expr]:
    """`SUMS` of each row with the columns of `SCHEMA`, as if it were a cell."""
    known = pl.col("success").is_not_null()
    counts = {
        "events": pl.lit(1),
        "latency_events": pl.col("latency_us").is_not_null(),
        "succeeded": known & pl.col("success"),
        "failed": known & ~pl.col("success"),
    }
    return [counts.get(name, pl.col(name)).cast(sum_type).fill_null(0).alias(name) for name in SUMS]


def sums_of(sum_type: type[pl.DataType]) -> list[pl.Expr]:
    """`SUMS` of rows with the columns of `SCHEMA`."""
    counts = {
        "events": pl.len(),
        "latency_events": pl.col("latency_us").count(),
        "succeeded": pl.col("success").sum(),
        "failed": pl.col("success").count() - pl.col("success").sum(),
    }
    wide = sum_type != pl.Int64
    sums = {name: (pl.col(name).cast(sum_type) if wide else pl.col(name)).sum() for name in SUMS if name not in counts}
    return [expression.cast(sum_type).alias(name) for name, expression in (counts | sums).items()]
