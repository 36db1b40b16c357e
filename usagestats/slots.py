"""Rollups: two small tables by quarter-hour, of which every period in every zone can be tallied without them.

A *slot* is a quarter-hour of UTC, named by the first instant in it; what happened in the very first microsecond of a
quarter-hour has a slot of its own, so that a ``now`` on a border tells exactly what was until then. A clock whose
distance from UTC is no whole number of quarter-hours cuts through slots, and is refused: those of local mean time, and
a few that were changed at odd minutes, before 2012.

Hours would not serve India's zone, nor Nepal's. What quarter-hours cost against them, by one run of
``tests/benchmark/bench_engines.py``: in the rollup of ten million events twice the rows (1.86 and 0.92 million), three
times the file (22.1 and 7.5 MB) and twice the CPU time of loading it for a 90-day summary (345 and 174 ms); in that of
a person's ten thousand events a third more rows (16,687 and 12,662) and a tenth more file (0.20 and 0.18 MB).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Final

import polars as pl

from usagestats.columns import INSTANT
from usagestats.errors import InvalidEvents, InvalidTime
from usagestats.periods import EPOCH
from usagestats.tallies import DAY, FIRST, FIRSTS, KEYS, SUMS, Extent, LazyTally, hour_of, is_counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from polars._typing import EngineType

    from usagestats.periods import Period

SLOT_US: Final = 900_000_000
PERSON: Final = "public_id"
TEXTS: Final = ("kind", "application", "provider", "model")
COUNTED: Final = is_counted()
REQUEST: Final = pl.col("kind") == "request"
WIDE_SUMS: Final = pl.col(SUMS).cast(pl.Int128)
NOT_BY_PERSON: Final = "the rollup must have been made by person"
UNCODED_CELLS: Final = 20_000
"""Cells in reach up to which grouping them by their texts is as cheap as by codes."""
UNCODED_TALLIES: Final = 4
"""Tallies of more cells before these get codes: that costs as much as it saves in about so many."""


@dataclass(frozen=True, eq=False)
class Rollup:
    """All that every summary of some records needs, in far fewer rows."""

    cells: pl.DataFrame
    """``[public_id,] slot, kind, application, provider, model`` → `SUMS`, sorted, each key once. Records that are not
    counted have a cell without texts and sums: it tells how far the data reach back."""
    sessions: pl.DataFrame
    """``slot, session_id[, public_id]`` of the counted records, sorted, each once."""
    since: datetime | None = None
    """The instant of the earliest record, counted or not, in UTC; None without any. Of one person's part: its slot."""
    until: datetime | None = None
    """The instant of the latest counted record, in UTC; None without any. A ``now`` before it must lie on the border of
    a quarter-hour."""
    refused: int = 0
    """How many records were refused."""
    _asked: list[int] = field(default_factory=lambda: [0], init=False, repr=False)
    """How many tallies of many cells there were."""

    def __eq__(self, other: object) -> bool:
        """Whether they say the same."""
        if not isinstance(other, Rollup):
            return NotImplemented
        mine, theirs = ((one.since, one.until, one.refused, one.cells.schema) for one in (self, other))
        return mine == theirs and self.cells.equals(other.cells) and self.sessions.equals(other.sessions)

    __hash__ = None  # type: ignore[assignment]  # frames have none

    @property
    def height(self) -> int:
        """The rows of both tables."""
        return self.cells.height + self.sessions.height

    @property
    def by_person(self) -> bool:
        """Whether it tells people apart."""
        return PERSON in self.cells.columns

    @property
    def earliest_us(self) -> int | None:
        """The same as `since`, in µs since 1970."""
        return None if self.since is None else _since_1970(self.since)

    def person(self, public_id: str) -> Rollup:
        """The rollup of one person's records; nothing, if there are none.

        Raises:
            InvalidEvents: if the rollup does not tell people apart.
        """
        if not self.by_person:
            raise InvalidEvents(NOT_BY_PERSON)
        mine = pl.col(PERSON) == public_id
        cells, sessions = (table.filter(mine).drop(PERSON) for table in (self.cells, self.sessions))
        return Rollup(cells, sessions, next(iter(cells["slot"]), None), self.until)

    def people(self) -> People:
        """Everybody's part, cut once for many askings.

        Raises:
            InvalidEvents: if the rollup does not tell people apart.
        """
        if not self.by_person:
            raise InvalidEvents(NOT_BY_PERSON)
        cells, sessions = (table.sort(PERSON, maintain_order=True) for table in (self.cells, self.sessions))
        borders = {key: (*span, 0, 0) for key, span in _spans(cells[PERSON])}
        for key, span in _spans(sessions[PERSON]):
            borders[key] = (*borders[key][:2], *span)
        return People(cells.drop(PERSON), sessions.drop(PERSON), borders, self.until)

    def told(self, now: datetime) -> datetime:
        """The latest instant up to ``now`` of which the rollup can tell: ``now``, or the border before it."""
        now_us = _since_1970(now)
        if self.until is None or now >= self.until or _is_border(now_us):
            return now
        return now - timedelta(microseconds=now_us % SLOT_US)

    def tally(self, period: Period) -> LazyTally:
        """The tally of a period and the one before.

        Few cells are handed on as they are, to be grouped once by whoever collects them.

        Raises:
            InvalidTime: if ``now`` or the zone's changes lie within slots.
        """
        start_us = period.reach_us(self.earliest_us)
        self._check(period, start_us)
        reach = _slice(self.cells, period, start_us)
        if reach.height > UNCODED_CELLS:
            self._asked[0] += 1
            if self._asked[0] > UNCODED_TALLIES:
                return self._tally_of_codes(period, start_us)
            return self._tally_of_texts(period, start_us, sum_type(reach))
        cells = _timed(reach, period).filter(COUNTED)
        requests = cells.filter(REQUEST)
        return LazyTally(
            cells.select(DAY, *KEYS[1:], WIDE_SUMS),
            requests.select("hour", "events"),
            requests.filter(pl.col("hour") >= 0).select("application", "events"),
            _firsts(_within(self.sessions, period, start_us)),
        )

    def _tally_of_texts(self, period: Period, start_us: int, sum_type: type[pl.DataType]) -> LazyTally:
        cells = _within(self.cells, period, start_us).filter(COUNTED)
        sums = pl.col(SUMS).cast(sum_type).sum().cast(pl.Int128)
        days, hours = cells.group_by(DAY, *TEXTS).agg(sums), _hours(cells.filter(REQUEST))
        return _collected(days, hours, _firsts(_within(self.sessions, period, start_us)), "streaming")

    def _tally_of_codes(self, period: Period, start_us: int) -> LazyTally:
        known = self._coded
        reach = _within(known.cells, period, start_us)
        code = DAY.cast(pl.Int64) * known.what.height + pl.col("code")
        by_day = reach.group_by(code.alias("code")).agg(pl.col(SUMS).cast(known.sum_type).sum())
        firsts = _firsts(_within(known.sessions, period, start_us))
        return _collected(_decoded(by_day, known.what), _hours(reach.filter("request")), firsts, "auto")

    def near(self, period: Period, start_us: int) -> tuple[pl.LazyFrame, pl.LazyFrame]:
        """The cells and the sessions from an instant until ``now``, each with its local ``hour``.

        Raises:
            InvalidTime: if ``now`` or the zone's changes lie within slots.
        """
        self._check(period, start_us)
        cells = self.cells.with_columns(pl.col(SUMS).cast(sum_type(self.cells)))
        return _within(cells, period, start_us), _within(self.sessions, period, start_us)

    def _check(self, period: Period, start_us: int) -> None:
        if self.told(period.now) != period.now:
            message = f"now must be {self.until} or later, or the border of a quarter-hour, not {period.now}"
            raise InvalidTime(message)
        _check_zone(period, start_us)

    @cached_property
    def _coded(self) -> _Coded:
        """The tables for tallies; cells of what is not counted are left out."""
        counted = self.cells.filter(COUNTED)
        what = counted.select(TEXTS).unique().with_row_index("code")
        cells = counted.join(what, on=TEXTS, nulls_equal=True, maintain_order="left")
        request = REQUEST.alias("request")
        codes = pl.col("session_id").rank("dense").alias("session_id")
        return _Coded(
            what, cells.select("slot", "code", request, *SUMS), self.sessions.select("slot", codes), sum_type(counted)
        )


class People(Mapping[str, Rollup]):
    """Each person's part of a rollup, by ``public_id``: what `Rollup.person` gives, without a look at all the others.

    A part is a slice of tables that are sorted by person, so it takes neither time nor memory.
    """

    def __init__(
        self,
        cells: pl.DataFrame,
        sessions: pl.DataFrame,
        borders: Mapping[str, tuple[int, int, int, int]],
        until: datetime | None,
    ) -> None:
        self._cells = cells
        self._sessions = sessions
        self._borders = borders
        self._until = until

    def __getitem__(self, public_id: str) -> Rollup:
        start, height, first, count = self._borders[public_id]
        cells, sessions = self._cells.slice(start, height), self._sessions.slice(first, count)
        return Rollup(cells, sessions, cells["slot"][0], self._until)

    def __contains__(self, public_id: object) -> bool:
        return public_id in self._borders

    def __iter__(self) -> Iterator[str]:
        return iter(self._borders)

    def __len__(self) -> int:
        return len(self._borders)


def _spans(ids: pl.Series) -> Iterator[tuple[str, tuple[int, int]]]:
    """Where each id of a sorted column begins, and how often it stands."""
    start = 0
    for key, height in ids.to_frame().group_by(PERSON, maintain_order=True).len().iter_rows():
        yield key, (start, height)
        start += height


@dataclass(frozen=True, slots=True)
class _Coded:
    """A rollup's tables with numbers for texts, which are grouped much faster."""

    what: pl.DataFrame
    """``code`` → what cells are about."""
    cells: pl.DataFrame
    sessions: pl.DataFrame
    sum_type: type[pl.DataType]
    """As wide as any sum of cells."""


def empty(*, by_person: bool = False) -> Rollup:
    """The rollup of nothing."""
    who: dict[str, pl.DataType] = {PERSON: pl.String()} if by_person else {}
    texts = dict.fromkeys(TEXTS, pl.String())
    cells = pl.DataFrame(schema={**who, "slot": INSTANT, **texts, **dict.fromkeys(SUMS, pl.Int64())})
    return Rollup(cells, pl.DataFrame(schema={"slot": INSTANT, "session_id": pl.String(), **who}))


def greatest(cells: pl.DataFrame) -> dict[str, int]:
    """The greatest of each sum."""
    return {name: most or 0 for name, most in cells.select(pl.col(SUMS).max()).row(0, named=True).items()}


def sum_type(*tables: pl.DataFrame) -> type[pl.DataType]:
    """As wide as any sum of these cells."""
    most = max(max(greatest(cells).values()) for cells in tables)
    return Extent(most=2.0 * most * sum(cells.height for cells in tables)).sum_type


def _slice(table: pl.DataFrame, period: Period, start_us: int) -> pl.DataFrame:
    """The rows of a table in reach; it is sorted by slot."""
    slots = table["slot"].cast(pl.Int64)
    return table[bisect_left(slots, start_us) : bisect_right(slots, period.now_us)]


def _within(table: pl.DataFrame, period: Period, start_us: int) -> pl.LazyFrame:
    """The same with their local hour."""
    return _timed(_slice(table, period, start_us), period)


def _timed(reach: pl.DataFrame, period: Period) -> pl.LazyFrame:
    timed = reach.lazy().with_columns(hour_of(period, pl.col("slot")).alias("hour"))
    return timed.filter(pl.col("hour") < 24 * period.days) if len(period.offsets) > 1 else timed


def _collected(days: pl.LazyFrame, hours: pl.LazyFrame, sessions: pl.LazyFrame, engine: EngineType) -> LazyTally:
    by_day, by_hour, firsts = pl.collect_all([days, hours, sessions], engine=engine)
    inside = by_day.lazy().filter(pl.col("day") >= 0, REQUEST)
    cells = by_day.lazy().drop("application")
    return LazyTally(cells, by_hour.lazy(), inside.select("application", "events"), firsts.lazy())


def _hours(requests: pl.LazyFrame) -> pl.LazyFrame:
    return requests.group_by("hour").agg(pl.col("events").sum())


def _firsts(named: pl.LazyFrame) -> pl.LazyFrame:
    return named.with_columns(FIRST).group_by("session_id").agg(FIRSTS)


def _decoded(days: pl.LazyFrame, what: pl.DataFrame) -> pl.LazyFrame:
    day = pl.col("code").floordiv(what.height).alias("day")
    code = (pl.col("code") % what.height).cast(pl.UInt32)
    whole = days.with_columns(day, code).join(what.lazy(), on="code")
    return whole.select("day", *TEXTS, WIDE_SUMS)


def _check_zone(period: Period, start_us: int) -> None:
    ends = [start for start, _ in period.offsets[1:]] + [period.now_us + 1]
    for (start, offset), end in zip(period.offsets, ends, strict=True):
        begins = start if start_us < start <= period.now_us else 0
        if end > start_us and start <= period.now_us and (offset % SLOT_US or begins % SLOT_US):
            message = (
                "tz must be quarter-hours from UTC all the time for a rollup (summarize the events instead), "
                f"not {period.zone} around {EPOCH + timedelta(microseconds=start)}"
            )
            raise InvalidTime(message)


def _is_border(now_us: int) -> bool:
    """Whether it is the first or the last instant of a quarter-hour."""
    return now_us % SLOT_US in (0, SLOT_US - 1)


def _since_1970(instant: datetime) -> int:
    return (instant - EPOCH) // timedelta(microseconds=1)
