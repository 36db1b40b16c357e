"""Many people's records → the sums of each, by one set of queries over all: a group-by a table, not a reading a person.

What each person's records come to is then a slice of the tables, which are sorted by person. By one run of
``tests/benchmark/bench_people.py``, ten million events of a hundred thousand people take 19 s of CPU time and 1.05 GB;
a call each takes 549 times as long on filters of the scan, and 36 times, with 6 GB, on frames cut out of it first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from usagestats.columns import REQUEST
from usagestats.counting import rows
from usagestats.errors import InvalidEvents
from usagestats.slots import PERSON, Rollup
from usagestats.stats import Sums, queries, rows_of
from usagestats.tallies import DAY, FIRST, FIRSTS, Unknown, hour_of, is_counted, is_within, unknown_names, weighed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from usagestats.counting import Rows
    from usagestats.events import Rejects
    from usagestats.periods import Period

SLICE: Final = 1024
"""People whose rows are taken out of the tables together."""


@dataclass(frozen=True, slots=True)
class People:
    """What the records of each person come to."""

    ids: list[str]
    """Their ids, ascending."""
    earliest_us: list[int]
    """The instant of each one's earliest event, in µs since 1970."""
    tables: list[pl.DataFrame]
    """What the `queries` gave, sorted by ``person``, the place in ``ids``."""

    def sums(self) -> Iterator[tuple[str, int, Sums]]:
        """Each person's id, earliest instant and sums, in order."""
        parts = zip(*(_slices(table, len(self.ids)) for table in self.tables), strict=True)
        for public_id, earliest_us, part in zip(self.ids, self.earliest_us, parts, strict=True):
            yield public_id, earliest_us, Sums.of(part)


def people(events: object, period: Period, rejects: Rejects) -> People:
    """Everybody in any records, or in a rollup by person.

    Raises:
        InvalidEvents: if there are no records at all, or a rollup does not tell people apart.
        InvalidEvent: on the first reject of a strict reading.
        InvalidTime: if a rollup knows no such ``now`` or zone.
    """
    if isinstance(events, Rollup):
        return _of_rollup(events, period)
    return _of_rows(rows(events, rejects), period)


def _of_rows(found: Rows, period: Period) -> People:
    ids, earliest_us = _everybody(found.once.select(PERSON, pl.col("timestamp").to_physical().alias("since")))
    near = found.once.filter(is_within(period, period.before.start_us)).with_columns(hour_of(period).alias("hour"))
    near = near.filter(pl.col("hour") < 24 * period.days)
    names = near.select("model", "provider").unique().collect(engine="streaming")
    unknown = Unknown(*(unknown_names(names[name].cast(pl.String)) for name in ("model", "provider")))
    known = near.filter(is_counted(unknown)).with_columns(_person(ids))
    cells = known.select("person", "hour", "kind", "application", "provider", "model", *weighed(found.extent.sum_type))
    return People(ids, earliest_us, _collected(cells, known, found.engine))


def _of_rollup(rollup: Rollup, period: Period) -> People:
    if not rollup.by_person:
        message = "the rollup must have been made by person"
        raise InvalidEvents(message)
    ids, earliest_us = _everybody(rollup.cells.lazy().select(PERSON, pl.col("slot").to_physical().alias("since")))
    cells, sessions = (table.with_columns(_person(ids)) for table in rollup.near(period, period.before.start_us))
    return People(ids, earliest_us, _collected(cells.filter(is_counted()), sessions, "in-memory"))


def _everybody(seen: pl.LazyFrame) -> tuple[list[str], list[int]]:
    people = seen.drop_nulls(PERSON).with_columns(pl.col(PERSON).cast(pl.String))  # a frame without columns has a null
    named = people.group_by(PERSON).agg(pl.col("since").min())
    found = named.sort(PERSON).collect(engine="streaming")
    return found[PERSON].to_list(), found["since"].to_list()


def _person(ids: list[str]) -> pl.Expr:
    """The place of a row's person: a number groups faster, and takes less, than an id."""
    return pl.col(PERSON).cast(pl.String).cast(pl.Enum(ids)).to_physical().cast(pl.UInt32).alias("person")


def _collected(cells: pl.LazyFrame, named: pl.LazyFrame, engine: Any) -> list[pl.DataFrame]:  # noqa: ANN401 - polars keeps the type to itself
    """The tables, one query after the other: what they share would be held in memory."""
    cells = cells.with_columns(DAY)
    requests = cells.filter(REQUEST)
    sessions = (
        named.filter(pl.col("session_id").is_not_null())
        .select("person", "session_id", "hour", FIRST)
        .group_by("person", "session_id")
        .agg(FIRSTS)
        .select("person", "first", "first_ever")
        .collect(engine=engine)
    )
    applications = requests.filter(pl.col("day") >= 0).select("person", "application", "events")
    wanted = queries(cells, requests.select("person", "hour", "events"), applications, sessions.lazy(), ["person"])
    return [query.sort("person").collect(engine=engine) for query in wanted]


def _slices(table: pl.DataFrame, count: int) -> Iterator[list[Any]]:
    """The rows of each person, some people's at a time."""
    places = pl.Series(range(count + 1), dtype=pl.UInt32)
    borders = table["person"].search_sorted(places, side="left").to_list()
    rest = table.drop("person")
    for low in range(0, count, SLICE):
        high = min(low + SLICE, count)
        start = borders[low]
        some = rows_of(rest[start : borders[high]])
        for place in range(low, high):
            yield some[borders[place] - start : borders[place + 1] - start]
