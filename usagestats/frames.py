"""Records of any kind → frames with the columns of `SCHEMA`; dicts, objects, frames and scans keep the same rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from operator import itemgetter
from typing import Any, Final

import msgspec
import polars as pl

from usagestats.columns import INSTANT, SCHEMA, THOUSANDTHS, nobody, read_instant, thousandths, too_much_cached
from usagestats.errors import InvalidEvents
from usagestats.events import (
    BATCH,
    CACHED_ALLOWED,
    FIELDS,
    NUMBERS,
    PERSON_ALLOWED,
    Batch,
    Coded,
    Refusal,
    Reject,
    Rejects,
    Row,
    Table,
    instant,
    refused,
    row,
)
from usagestats.periods import EPOCH

PLAIN_INSTANT: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-5][0-9](\.[0-9]{1,6})?(Z|[+-]00:00)$"
"""Text of which msgspec's own reader makes the same instant as `read_instant`, three times as fast, or none."""
CHUNK: Final = 131_072
"""Records of one frame of a long iterable: what is in memory at a time."""


def batches(events: object) -> Iterator[Batch]:
    """Records of any iterable, checked field by field.

    Raises:
        InvalidEvents: if ``events`` is no iterable of records.
    """
    if isinstance(events, str | bytes | Mapping) or not isinstance(events, Iterable):
        message = f"events must be an iterable of records or a frame, not {type(events).__name__}"
        raise InvalidEvents(message)
    source = iter(events)
    start = 0
    while items := list(islice(source, BATCH)):
        yield _batch(items, start)
        start += len(items)


def chunks(read: Iterable[Batch | Table | pl.DataFrame], rejects: Rejects) -> Iterator[pl.DataFrame]:
    """The frames of checked records, about `CHUNK` rows each; records whose instant or cache is wrong are refused."""
    waiting: list[pl.DataFrame] = []
    height = 0
    for batch in read:
        waiting.append(framed(batch, rejects))
        height += waiting[-1].height
        if height >= CHUNK:
            yield pl.concat(waiting)
            waiting, height = [], 0
    if waiting:
        yield pl.concat(waiting)


def framed(read: Batch | Table | pl.DataFrame, rejects: Rejects) -> pl.DataFrame:
    """The rows of checked records with the columns of `SCHEMA`; what is refused goes to the rejects."""
    if isinstance(read, Batch):
        return _frame(read, rejects)
    if not isinstance(read, Table):
        return read
    if rejects.by_person:
        return pl.concat([pl.DataFrame(schema=SCHEMA), *(_frame(batch, rejects) for batch in batches(read.records()))])
    return _of_table(read)


def as_polars(events: object) -> pl.LazyFrame | None:
    """The frame behind ``events``: polars' own, or any that speaks the Arrow PyCapsule interface; None if it is none.

    Raises:
        InvalidEvents: if a foreign frame cannot be handed over.
    """
    if isinstance(events, pl.LazyFrame):
        return events
    if isinstance(events, pl.DataFrame):
        return events.lazy()
    if isinstance(events, pl.Series):
        return _struct(events).lazy()
    if not hasattr(events, "__arrow_c_stream__"):
        return None
    try:
        return pl.DataFrame(_Handed(events) if _is_duckdbs(events) else events).lazy()
    except Exception as error:  # whatever the foreign library raises
        message = f"this {type(events).__name__} cannot be read over the Arrow PyCapsule interface: {error}"
        raise InvalidEvents(message) from error


@dataclass(frozen=True, slots=True)
class _Handed:
    """A frame of which polars sees only what it hands over, not its type.

    polars remembers every type that it was given; DuckDB says at the end of the process that those of its own leaked.
    """

    frame: Any

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.frame.__arrow_c_stream__(requested_schema)


def _is_duckdbs(events: object) -> bool:
    return "duckdb" in type(events).__module__


def by_rows(schema: Mapping[str, pl.DataType]) -> bool:
    """Whether a frame with that schema is read row by row: for columns that no expression judges exactly."""
    return any(isinstance(schema.get(name), pl.Object | pl.Decimal) for name in FIELDS)


def judged(record: Mapping[str, Any], *, by_person: bool = False) -> Refusal:
    """What is wrong with a row that `flaws` found: the words that the same record gets in an iterable."""
    try:
        checked = row(record)
    except Refusal as refusal:
        return refusal
    wrong_instant = _instants([checked.timestamp]).null_count() > 0
    return _late(checked, wrong_instant=wrong_instant, by_person=by_person)


def _struct(series: pl.Series) -> pl.DataFrame:
    if isinstance(series.dtype, pl.Struct):
        return series.struct.unnest()
    message = f"events must be an iterable of records or a frame, not a Series of {series.dtype}"
    raise InvalidEvents(message)


def _batch(items: list[Any], start: int) -> Batch:
    try:
        rows = msgspec.convert(items, list[Row], from_attributes=set(map(type, items)) != {dict})
    except (msgspec.ValidationError, AttributeError):
        return _one_by_one(items, start)
    return Batch(rows, lambda index: f"events[{start + index}]")


def _one_by_one(items: list[Any], start: int) -> Batch:
    rows: list[Row] = []
    positions: list[int] = []
    refused: list[tuple[int, Reject]] = []
    for position, item in enumerate(items, start):
        checked = _row(item, position)
        if isinstance(checked, Reject):
            refused.append((len(rows), checked))
        else:
            rows.append(checked)
            positions.append(position)
    return Batch(rows, lambda index: f"events[{positions[index]}]", tuple(refused))


def _row(item: object, position: int) -> Row | Reject:
    if isinstance(item, Reject):
        return item
    if type(item) is dict:
        with suppress(msgspec.ValidationError):
            return msgspec.convert(item, Row)
    try:
        return row(item)
    except Refusal as refusal:
        return refusal.at(f"events[{position}]")


def _of_table(table: Table) -> pl.DataFrame:
    columns = dict(table.columns)
    instants = pl.Series("timestamp", columns.pop("timestamp"), dtype=pl.Int64).cast(INSTANT)
    frame = pl.DataFrame([instants, *(_series(name, values) for name, values in columns.items())])
    fixed = {"kind": table.kind, "application": table.application}
    missing = SCHEMA.keys() - set(frame.columns)
    filled = (pl.lit(fixed.get(name), dtype=SCHEMA[name]).alias(name) for name in missing)
    return frame.with_columns(filled).select(list(SCHEMA))


def _frame(batch: Batch, rejects: Rejects) -> pl.DataFrame:
    """The rows of a batch; the rejects are told in the order in which the records came."""
    rows = batch.rows
    try:
        instants = _instants([one.timestamp for one in rows])
        frame = pl.DataFrame([instants, *(_series(name, [getattr(one, name) for one in rows]) for name in FIELDS[1:])])
    except UnicodeEncodeError:
        return _frame(_encodable(batch), rejects)
    by_person = rejects.by_person
    alone = nobody(SCHEMA) if by_person else pl.lit(value=False)
    bad = frame.select(instant=pl.col("timestamp").is_null(), cached=too_much_cached(SCHEMA), nobody=alone)
    wrong = bad["instant"] | bad["cached"] | bad["nobody"]
    late = [
        (index, _late(rows[index], wrong_instant=bad["instant"][index], by_person=by_person).at(batch.place(index)))
        for index in wrong.arg_true()
    ]
    for _, reject in sorted((*batch.refused, *late), key=itemgetter(0)):
        rejects.add(reject.discreet() if batch.is_private else reject)
    return frame.filter(~wrong) if late else frame


def _late(checked: Row, *, wrong_instant: bool, by_person: bool) -> Refusal:
    if wrong_instant:
        return refused("timestamp", checked.timestamp)
    if by_person and checked.public_id is None:
        return Refusal("public_id", PERSON_ALLOWED, "null")
    return Refusal("input_tokens", CACHED_ALLOWED, str(checked.input_tokens or 0))


def _encodable(batch: Batch) -> Batch:
    """The batch without the rows whose text is no Unicode."""
    kept: list[int] = []
    refused: list[tuple[int, Reject]] = []
    told = list(batch.refused)
    for index, one in enumerate(batch.rows):
        while told and told[0][0] <= index:
            refused.append((len(kept), told.pop(0)[1]))
        try:
            row(one)
        except Refusal as refusal:
            refused.append((len(kept), refusal.at(batch.place(index))))
        else:
            kept.append(index)
    refused += [(len(kept), reject) for _, reject in told]
    rows = [batch.rows[index] for index in kept]
    return Batch(rows, lambda index: batch.place(kept[index]), tuple(refused), batch.is_private)


def _series(name: str, values: Sequence[Any]) -> pl.Series:
    if isinstance(values, Coded):
        return pl.Series(name, values.texts, dtype=SCHEMA[name]).gather(pl.Series(values.numbers, dtype=pl.UInt32))
    if name not in NUMBERS:
        return pl.Series(name, values, dtype=SCHEMA[name])
    return thousandths(pl.Series(THOUSANDTHS[name], values, dtype=pl.Float64))


def _instants(values: list[Any]) -> pl.Series:
    kinds = set(map(type, values))
    if kinds <= {str}:
        return _text_instants(values)
    if kinds == {datetime}:
        with suppress(TypeError):  # one has no zone
            return _from_epoch(_since(values))
    return _mixed_instants(values)


def _text_instants(values: list[str]) -> pl.Series:
    texts = pl.Series("timestamp", values, dtype=pl.String)
    if texts.str.contains(PLAIN_INSTANT).all():
        with suppress(msgspec.ValidationError):  # a day that the calendar does not have
            return _from_epoch(_since(msgspec.convert(values, list[datetime])))
    return texts.to_frame().select(read_instant(pl.col("timestamp"))).to_series()


def _since(values: Iterable[datetime]) -> pl.Series:
    return pl.Series("timestamp", [value - EPOCH for value in values], dtype=pl.Duration("us"))


def _mixed_instants(values: list[Any]) -> pl.Series:
    plain = [instant(value) for value in values]
    since = pl.Series("timestamp", [value and value - EPOCH for value in plain], dtype=pl.Duration("us"))
    texts = [value if isinstance(value, str) else None for value in values]
    read = pl.Series("timestamp", texts, dtype=pl.String).to_frame().select(read_instant(pl.col("timestamp")))
    return _from_epoch(since).to_frame().select(pl.coalesce("timestamp", read["timestamp"])).to_series()


def _from_epoch(since: pl.Series) -> pl.Series:
    return since.cast(pl.Int64).cast(INSTANT)
