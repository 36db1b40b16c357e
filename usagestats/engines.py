"""Records in an engine that people already run → their rollup, digit for digit the one that a single machine makes.

The engine reads, shares out and, where memory ends, writes to disk; batches of Arrow go through the one definition of
what is counted (`usagestats.rollup.roll_up`), and the parts are merged exactly. Records with an ``event_id`` are
brought together before, by a hash of the pair that makes them one event, so that each is merged in one place.

For any other engine (Ray, Dask, Flink, processes of your own) the same holds: share the records out so that no
``event_id`` lies in two parts, roll up each part, and `usagestats.rollup.merge` what comes back.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from usagestats.copies import KEY
from usagestats.counting import sound
from usagestats.errors import InvalidEvent, InvalidEvents, MissingPackage
from usagestats.events import FIELDS, Records, Rejects
from usagestats.frames import batches, by_rows, chunks
from usagestats.merging import Merging
from usagestats.rolling import Slots
from usagestats.rollup import Rollup, packed, roll_up, unpacked
from usagestats.slots import empty

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from duckdb import DuckDBPyRelation
    from pyarrow import RecordBatch
    from pyspark.sql import DataFrame

    from usagestats.events import Batch

WEEK_US: Final = 604_800_000_000
HELD_IDS: Final = 4_000_000
"""Ids whose copies are merged at a time."""
WIRE: Final = "week long, part binary, refusal string"
"""What goes between Spark and its workers: a week of a rollup as a file holds it, or why a record was refused."""
SPREAD: Final = "usagestats_spread"
"""A column that no record has: by which rows are shared out."""


def spark_rollup(events: DataFrame, *, by_person: bool = False, strict: bool = False) -> Rollup:
    """The rollup of a Spark DataFrame with the columns of the event record, made by its workers.

    They need this package, too. What reaches the driver is the rollup, merged by week before.

    Args:
        events: The records. With a column ``event_id`` they are shuffled once.
        by_person: Tell people apart by ``public_id``; a record without one is refused.
        strict: Raise on a record that breaks a rule instead of counting it.

    Raises:
        InvalidEvents: if ``events`` is no Spark DataFrame.
        InvalidEvent: on a reject, if ``strict``; its number counts the rows of a partition.
        InputError: if the workers have a version of this package that makes newer rollups.
        TypeError: if ``by_person`` or ``strict`` is neither True nor False.
    """
    Rejects(strict=strict, by_person=by_person)
    if not hasattr(events, "mapInArrow"):
        message = f"events must be a DataFrame of Spark, not {type(events).__name__}"
        raise InvalidEvents(message)
    names = _known(events.columns)
    alone = f"if(event_id is null, {names[0]}, null)" if "event_id" in names else "0"
    rows = events.selectExpr(*names, f"{alone} as {SPREAD}")
    if "event_id" in names:  # rows without one go wherever their instant says
        rows = rows.repartition(*(name for name in KEY if name in names), SPREAD)
    parts = rows.mapInArrow(partial(spark_parts, by_person=by_person, strict=strict), WIRE)
    weeks = parts.repartition("week").mapInArrow(partial(spark_weeks, by_person=by_person), WIRE)
    return spark_whole([row.asDict() for row in weeks.collect()], by_person=by_person)


def duckdb_rollup(events: DuckDBPyRelation, *, by_person: bool = False, strict: bool = False) -> Rollup:
    """The rollup of a DuckDB relation with the columns of the event record.

    In memory are what DuckDB's ``memory_limit`` allows it, 131,072 rows, up to 4 million ids (under 100 bytes each) and
    the rollup, a few times over while parts are merged. The relation is asked for its number of ids, then for its rows:
    once, or for every 4 million ids.

    Args:
        events: The records, such as ``connection.sql("from 'events/*.parquet'")``.
        by_person: Tell people apart by ``public_id``; a record without one is refused.
        strict: Raise on the first record that breaks a rule instead of counting it.

    Raises:
        InvalidEvents: if ``events`` is no DuckDB relation.
        InvalidEvent: on the first reject, if ``strict``; its number counts the rows that were asked for together.
        MissingPackage: without the extra ``duckdb``.
        TypeError: if ``by_person`` or ``strict`` is neither True nor False.
    """
    Rejects(strict=strict, by_person=by_person)
    try:
        from pyarrow import RecordBatchReader
    except ModuleNotFoundError as error:
        message = f"duckdb_rollup needs {error.name}, which the extra 'duckdb' brings"
        raise MissingPackage(message) from error
    if not hasattr(events, "project"):
        message = f"events must be a relation of DuckDB, not {type(events).__name__}"
        raise InvalidEvents(message)
    names = _known(events.columns)
    keys = ", ".join(name for name in KEY if name in names)
    ids = events.aggregate("count(event_id)").fetchall()[0][0] if "event_id" in names else 0
    count = ids // HELD_IDS + 1
    rows = events.project(", ".join([*names, f"0 as {SPREAD}"]))
    shares = [rows.filter(f"hash({keys}) % {count} = {share}") for share in range(count)] if count > 1 else [rows]
    read = (_records(_frames(RecordBatchReader.from_stream(share))) for share in shares)
    return _merged((roll_up(one, by_person=by_person, strict=strict) for one in read), by_person=by_person)


def spark_parts(read: Iterator[RecordBatch], *, by_person: bool, strict: bool) -> Iterator[RecordBatch]:
    """What a worker makes of a partition of records: its rollup by week, or why the first one was refused."""
    try:
        whole = roll_up(_records(_frames(read)), by_person=by_person, strict=strict)
    except InvalidEvent as error:
        yield _sent([{"refusal": str(error)}])
        return
    for week, part in _by_week(whole):
        yield _sent([{"week": week, "part": packed(part)}])


def spark_weeks(sent: Iterator[RecordBatch], *, by_person: bool) -> Iterator[RecordBatch]:
    """What a worker makes of parts: one of them all, and what was refused."""
    rows = [row for batch in sent for row in batch.to_pylist()]
    yield _sent([row for row in rows if row["refusal"]])
    yield _sent([{"part": packed(_merged(_parts(rows), by_person=by_person))}])


def spark_whole(rows: list[dict[str, Any]], *, by_person: bool) -> Rollup:
    """What the driver makes of the rows that it collects.

    Raises:
        InvalidEvent: if a record was refused, and the reading is strict.
        InputError: if a part is that of a newer version.
    """
    refusals = [row["refusal"] for row in rows if row["refusal"]]
    if refusals:
        message = f"in a partition, {min(refusals)}"
        raise InvalidEvent(message)
    return _merged(_parts(rows), by_person=by_person)


def _known(columns: Sequence[str]) -> list[str]:
    return [name for name in FIELDS if name in columns]


def _frames(read: Iterable[RecordBatch]) -> Iterator[pl.DataFrame]:
    """Batches of any size as frames of a good one."""
    return chunks(map(pl.DataFrame, read), Rejects())


def _records(frames: Iterator[pl.DataFrame]) -> Records:
    """The records of frames that come one after the other, all with the same columns."""

    def read(rejects: Rejects) -> Iterator[Batch | pl.DataFrame]:
        first = next(frames, None)
        if first is None:
            return
        whole = chain([first], frames)
        if by_rows(first.schema):
            yield from batches(row for frame in whole for row in frame.iter_rows(named=True))
            return
        start = 0
        for frame in whole:
            yield _sound(frame, rejects, start)
            start += frame.height

    return Records(read)


def _sound(frame: pl.DataFrame, rejects: Rejects, start: int) -> pl.DataFrame:
    return sound(frame.lazy(), rejects, lambda row: f"events[{start + row}]").collect()


def _by_week(rollup: Rollup) -> Iterator[tuple[int, Rollup]]:
    """What is known of the whole, then its weeks."""
    nothing = empty(by_person=rollup.by_person)
    yield 0, replace(nothing, since=rollup.since, until=rollup.until, refused=rollup.refused)
    week = (pl.col("slot").to_physical() // WEEK_US).alias("week")
    cells, sessions = (
        table.with_columns(week).partition_by("week", as_dict=True, include_key=False)
        for table in (rollup.cells, rollup.sessions)
    )
    for (number,), mine in cells.items():
        yield number, Rollup(mine, sessions.get((number,), nothing.sessions))


def _merged(parts: Iterator[Rollup], *, by_person: bool) -> Rollup:
    whole: Merging[Rollup] = Merging(Slots(by_person=by_person).merge)
    for part in parts:
        whole.add(part)
    return whole.whole()


def _parts(rows: Iterable[dict[str, Any]]) -> Iterator[Rollup]:
    return (unpacked(row["part"], "a worker's part") for row in rows if row["part"])


def _sent(rows: list[dict[str, Any]]) -> RecordBatch:
    import pyarrow as pa

    return pa.RecordBatch.from_pylist(
        rows, pa.schema({"week": pa.int64(), "part": pa.binary(), "refusal": pa.string()})
    )
