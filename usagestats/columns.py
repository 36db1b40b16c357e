"""The columns of any frame → those of `SCHEMA`, and the conditions under which a row is refused.

Measures are integers from here on: latency in µs, active time in ms, the nearest one, halves away from zero.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, TypeVar

import polars as pl

from usagestats.events import COUNTS, FIELDS, MAX_COUNT, MAX_NUMBER, NUMBERS, RFC_3339, TEXTS

if TYPE_CHECKING:
    from collections.abc import Mapping

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

REQUEST: Final = pl.col("kind").ne_missing("activity")
"""Whether a row is of a request: no kind means one."""

THOUSANDTHS: Final = {"latency_ms": "latency_us", "active_time_seconds": "active_time_ms"}
"""The record's measures and the columns that hold their thousandths."""

EXACT_FLOAT: Final = 2.0**52
"""Below it floats hold every sum of whole numbers exactly, in any order, also if each was rounded up before."""

DOUBTFUL: Final = 1000 * 2.0**62
"""What `greatest` is at least if a count of 64 bits is negative."""


def conformed(frame: pl.LazyFrame, schema: Mapping[str, pl.DataType], most: float = math.inf) -> pl.LazyFrame:
    """The frame with the columns of `SCHEMA`; a value that `flaws` names comes out null or wrong.

    Args:
        frame: The rows.
        schema: Their columns.
        most: What no sum of a measure exceeds, if that is known. Where floats hold it exactly, thousandths of floats
            stay such, each a whole number: making them integers takes longer than adding them up.
    """
    columns = {name: _column(name, schema.get(name, pl.Null())) for name in FIELDS}
    if most < EXACT_FLOAT:
        columns |= {name: _milli(pl.col(name)).alias(THOUSANDTHS[name]) for name in NUMBERS if _is_float(name, schema)}
    return frame.select(columns.values())


def instant_column(schema: Mapping[str, pl.DataType]) -> pl.Expr:
    """The instants of a frame with that schema, as `conformed` gives them."""
    return _column("timestamp", schema.get("timestamp", pl.Null()))


def read_instant(text: pl.Expr) -> pl.Expr:
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


def thousandths(values: SeriesOrExpr) -> SeriesOrExpr:
    """Measures as the integers that they are inside."""
    return _milli(values).cast(pl.Int64)


def greatest(schema: Mapping[str, pl.DataType]) -> pl.Expr:
    """A bound for every measure of a frame with that schema or `SCHEMA`, as `conformed` gives them.

    A negative count of 64 bits stands in it as the greatest of all: see `doubts`.
    """
    names = {*COUNTS, *NUMBERS, *THOUSANDTHS.values()} & schema.keys()
    values = [_most(name, schema[name]) * 1000 for name in sorted(names) if schema[name].is_numeric()]
    return pl.max_horizontal(values) if values else pl.lit(0.0)


def doubts(schema: Mapping[str, pl.DataType], *, by_person: bool = False) -> list[pl.Expr]:
    """Conditions that take half the time of the `flaws`, and less.

    If no row meets one, and `greatest` is below `DOUBTFUL`, no row is refused; else one may be.
    """
    asked = [name for name in FIELDS if not _is_plain_count(name, schema.get(name, pl.Null()))]
    judged = [_flaw(name, schema.get(name, pl.Null())) for name in asked]
    return [*judged, _more_cached(schema), *([nobody(schema)] if by_person else [])]


def flaws(schema: Mapping[str, pl.DataType], *, by_person: bool = False) -> list[pl.Expr]:
    """The conditions under each of which a row of a frame with that schema is refused."""
    judged = [_flaw(name, schema.get(name, pl.Null())) for name in FIELDS]
    return [*judged, too_much_cached(schema), *([nobody(schema)] if by_person else [])]


def too_much_cached(schema: Mapping[str, pl.DataType]) -> pl.Expr:
    """Whether a request has more cached tokens than tokens."""
    return _more_cached(schema) & _column("kind", schema.get("kind", pl.Null())).ne_missing("activity")


def nobody(schema: Mapping[str, pl.DataType]) -> pl.Expr:
    """Whether a row lacks the person whose it is."""
    return _column("public_id", schema.get("public_id", pl.Null())).is_null()


def _milli(values: SeriesOrExpr) -> SeriesOrExpr:
    return (values * 1000).round(0, mode="half_away_from_zero")


def _is_float(name: str, schema: Mapping[str, pl.DataType]) -> bool:
    return schema.get(name) == pl.Float64


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
        return thousandths(column.cast(pl.Float64)).alias(target)
    if dtype in (wanted, pl.Categorical):
        return column
    return column.cast(wanted, strict=False)


def _instant_column(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    if not isinstance(dtype, pl.Datetime):
        return read_instant(column.cast(pl.String))
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


def _is_plain_count(name: str, dtype: pl.DataType) -> bool:
    return name in COUNTS and dtype == pl.Int64


def _most(name: str, dtype: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    bits = column.reinterpret(signed=False) if _is_plain_count(name, dtype) else column
    return bits.max().cast(pl.Float64)


def _more_cached(schema: Mapping[str, pl.DataType]) -> pl.Expr:
    def count(name: str) -> pl.Expr:
        return _column(name, schema.get(name, pl.Null())).fill_null(0)

    return count("cache_creation_tokens") > count("input_tokens") - count("cache_read_tokens")
