"""Records of any kind → frames with the columns of `SCHEMA`; dicts, objects, frames and scans keep the same rules.

Measures are integers from here on: latency in µs, active time in ms, the nearest one, halves away from zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import islice
from operator import itemgetter
from typing import Any, Final, TypeVar

import msgspec
import polars as pl

from usagestats.errors import InvalidEvents
from usagestats.events import (
    BATCH,
    CACHED_ALLOWED,
    COUNTS,
    FIELDS,
    MAX_COUNT,
    MAX_NUMBER,
    NUMBERS,
    PERSON_ALLOWED,
    RFC_3339,
    TEXTS,
    Batch,
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

SeriesOrExpr = TypeVar("SeriesOrExpr", pl.Series, pl.Expr)

INSTANT: Final = pl.Datetime("us", "UTC")
SCHEMA: Final[dict[str, pl.DataType]] = {
    "timestamp": INSTANT,
    "kind": pl.String(),
    "application": pl.String(),
    "provider": pl.String(),
    "model": pl.String(),
    "session_id": pl.String(),
    "input_tokens": pl.Int64(),
    "output_tokens": pl.Int64(),
    "cache_read_tokens": pl.Int64(),
    "cache_creation_tokens": pl.Int64(),
    "latency_us": pl.Int64(),
    "success": pl.Boolean(),
    "commits": pl.Int64(),
    "lines_of_code": pl.Int64(),
    "active_time_ms": pl.Int64(),
    "event_id": pl.String(),
    "public_id": pl.String(),
}
"""The columns of every frame inside; null where the record has none."""

THOUSANDTHS: Final = {"latency_ms": "latency_us", "active_time_seconds": "active_time_ms"}
"""The record's measures and the columns that hold their thousandths."""

PLAIN_INSTANT: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-5][0-9](\.[0-9]{1,6})?(Z|[+-]00:00)$"
"""Text of which msgspec's own reader makes the same instant as `_read_instant`, three times as fast, or none."""

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
        return pl.DataFrame(events).lazy()
    except Exception as error:  # whatever the foreign library raises
        message = f"this {type(events).__name__} cannot be read over the Arrow PyCapsule interface: {error}"
        raise InvalidEvents(message) from error


def by_rows(schema: Mapping[str, pl.DataType]) -> bool:
    """Whether a frame with that schema is read row by row: for columns that no expression judges exactly."""
    return any(isinstance(schema.get(name), pl.Object | pl.Decimal) for name in FIELDS)


def conformed(frame: pl.LazyFrame, schema: Mapping[str, pl.DataType]) -> pl.LazyFrame:
    """The frame with the columns of `SCHEMA`; a value that `flaws` names comes out null or wrong."""
    return frame.select(_column(name, schema.get(name, pl.Null())) for name in FIELDS)


def instant_column(schema: Mapping[str, pl.DataType]) -> pl.Expr:
    """The instants of a frame with that schema, as `conformed` gives them."""
    return _column("timestamp", schema.get("timestamp", pl.Null()))


def greatest(schema: Mapping[str, pl.DataType]) -> pl.Expr:
    """A bound for every measure of a frame with that schema or `SCHEMA`, as `conformed` gives them."""
    names = {*COUNTS, *NUMBERS, *THOUSANDTHS.values()} & schema.keys()
    values = [pl.col(name).max().cast(pl.Float64) * 1000 for name in sorted(names) if schema[name].is_numeric()]
    return pl.max_horizontal(values) if values else pl.lit(0.0)


def flaws(schema: Mapping[str, pl.DataType], *, by_person: bool = False) -> list[pl.Expr]:
    """The conditions under each of which a row of a frame with that schema is refused."""
    nobody = [_nobody(schema)] if by_person else []
    return [*(_flaw(name, schema.get(name, pl.Null())) for name in FIELDS), _cached(schema), *nobody]


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
    nobody = _nobody(SCHEMA) if by_person else pl.lit(value=False)
    bad = frame.select(instant=pl.col("timestamp").is_null(), cached=_cached(SCHEMA), nobody=nobody)
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
    if name not in NUMBERS:
        return pl.Series(name, values, dtype=SCHEMA[name])
    return _thousandths(pl.Series(THOUSANDTHS[name], values, dtype=pl.Float64))


def _thousandths(values: SeriesOrExpr) -> SeriesOrExpr:
    return (values * 1000).round(0, mode="half_away_from_zero").cast(pl.Int64)


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
    return texts.to_frame().select(_read_instant(pl.col("timestamp"))).to_series()


def _since(values: Iterable[datetime]) -> pl.Series:
    return pl.Series("timestamp", [value - EPOCH for value in values], dtype=pl.Duration("us"))


def _mixed_instants(values: list[Any]) -> pl.Series:
    plain = [instant(value) for value in values]
    since = pl.Series("timestamp", [value and value - EPOCH for value in plain], dtype=pl.Duration("us"))
    texts = [value if isinstance(value, str) else None for value in values]
    read = pl.Series("timestamp", texts, dtype=pl.String).to_frame().select(_read_instant(pl.col("timestamp")))
    return _from_epoch(since).to_frame().select(pl.coalesce("timestamp", read["timestamp"])).to_series()


def _from_epoch(since: pl.Series) -> pl.Series:
    return since.cast(pl.Int64).cast(INSTANT)


def _read_instant(text: pl.Expr) -> pl.Expr:
    """RFC 3339 text as an instant: cut beyond µs, second 60 is 59.999999, no offset means UTC; null if it is none."""
    read = pl.when(text.str.contains(RFC_3339)).then(text)
    minutes = _digits(read, 11) * 60 + _digits(read, 14)
    second = _digits(read, 17)
    fraction = read.str.extract(r"\.([0-9]{1,6})", 1).str.pad_end(6, "0").cast(pl.Int64).fill_null(0)
    micros = pl.when(second == 60).then(59_999_999).otherwise(second * 1_000_000 + fraction)  # noqa: PLR2004
    day = read.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False).cast(pl.Int64)
    zone = read.str.extract(r"([+-][0-9:]{5})$", 1)
    east = pl.when(zone.str.starts_with("-")).then(-1).otherwise(1)
    offset = (east * (_digits(zone, 1) * 60 + _digits(zone, 4))).fill_null(0)
    return (day * 86_400_000_000 + (minutes - offset) * 60_000_000 + micros).cast(INSTANT)


def _digits(text: pl.Expr, start: int) -> pl.Expr:
    return text.str.slice(start, 2).cast(pl.Int64, strict=False)


def _column(name: str, dtype: pl.DataType) -> pl.Expr:
    """The column of `SCHEMA` that the record's field becomes."""
    column, target = pl.col(name), THOUSANDTHS.get(name, name)
    wanted = SCHEMA[target]
    if not _fits(name, dtype):
        return pl.lit(None, dtype=wanted).alias(target)
    if name == "timestamp":
        return _instant_column(column, dtype)
    if name in NUMBERS:
        return _thousandths(column.cast(pl.Float64)).alias(target)
    if dtype in (wanted, pl.Categorical):
        return column
    return column.cast(wanted, strict=False)


def _instant_column(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    if not isinstance(dtype, pl.Datetime):
        return _read_instant(column.cast(pl.String))
    if dtype == INSTANT:
        return column
    if dtype.time_unit == "ms":  # which reaches further than µs do
        column = pl.when(column.to_physical().is_between(-MAX_COUNT // 1000, MAX_COUNT // 1000)).then(column)
    zone = getattr(dtype, "time_zone", None)
    aware = column.dt.convert_time_zone("UTC") if zone else column.dt.replace_time_zone("UTC")
    return aware.dt.cast_time_unit("us")


def _fits(name: str, dtype: pl.DataType) -> bool:
    if name == "timestamp":
        return isinstance(dtype, pl.Datetime | pl.String | pl.Categorical | pl.Enum)
    if name in COUNTS or name in NUMBERS:
        return dtype.is_numeric()
    if name == "success":
        return dtype == pl.Boolean
    return isinstance(dtype, pl.String | pl.Categorical | pl.Enum)


def _flaw(name: str, dtype: pl.DataType) -> pl.Expr:
    """Whether a row's value is refused: null where it is null and may be."""
    column = pl.col(name)
    if name == "timestamp":
        return _column(name, dtype).is_null()
    if dtype == pl.Null:
        return pl.lit(value=False)
    if not _fits(name, dtype):
        return column.is_not_null()
    if name == "kind":
        return (column.cast(pl.String) != "request") & (column.cast(pl.String) != "activity")
    if name in TEXTS or name == "success":
        return pl.lit(value=False)
    return _out_of_range(column, dtype, MAX_COUNT if name in COUNTS else MAX_NUMBER, whole=name in COUNTS)


def _out_of_range(column: pl.Expr, dtype: pl.DataType, most: int, *, whole: bool) -> pl.Expr:
    if dtype.is_integer():
        wide = most < MAX_COUNT or dtype in (pl.UInt64, pl.Int128, pl.UInt128)
        return (column < 0) | (column > most) if wide else column < 0
    number = column.cast(pl.Float64)
    inside = (number >= 0) & (number < float(most) if whole else number <= most)
    return ~(inside & (number == number.floor()) if whole else inside)


def _nobody(schema: Mapping[str, pl.DataType]) -> pl.Expr:
    return _column("public_id", schema.get("public_id", pl.Null())).is_null()


def _cached(schema: Mapping[str, pl.DataType]) -> pl.Expr:
    def count(name: str) -> pl.Expr:
        return _column(name, schema.get(name, pl.Null())).fill_null(0)

    more = count("cache_creation_tokens") > count("input_tokens") - count("cache_read_tokens")
    return more & _column("kind", schema.get("kind", pl.Null())).ne_missing("activity")
