"""Records with the same (``public_id``, ``event_id``) are one event: merged column by column, before any roll-up.

The greatest number and instant, ``true`` over ``false``, the least text by code point, ``request`` over ``activity``;
nulls say nothing. So it does not matter in which order, how often, or in how many parts the copies come.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from usagestats.columns import REQUEST

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from polars._typing import EngineType

KEY: Final = ("public_id", "event_id")
REQUEST_MEASURES: Final = (
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "cache_creation_tokens",
    "latency_us",
    "success",
)
"""What an activity's record does not say, whatever stands in it."""
NUMBERS: Final = ("timestamp", "commits", "lines_of_code", "active_time_ms")
TEXTS: Final = ("application", "provider", "model", "session_id")
HELD_TEXTS: Final = (*TEXTS, "public_id")
HASH: Final = ("hash", "hash_2")
BUCKETS: Final = 32
SMALL: Final = 16_384
"""Rows that a bucket may gain before its copies are merged again."""


def said() -> list[pl.Expr]:
    """What a record says, one way: its kind, and the measures of requests only if it is one."""
    kind = pl.when(REQUEST).then(pl.lit("request")).otherwise(pl.lit("activity")).alias("kind")
    return [kind, *(pl.when(REQUEST).then(pl.col(name)).alias(name) for name in REQUEST_MEASURES)]


def merged(frame: pl.LazyFrame, engine: EngineType, beside: Iterable[pl.Expr] = ()) -> pl.LazyFrame:
    """The frame with each event once; ``beside`` says how copies agree on columns that no record has.

    Rows whose id shares its hash with another row's are grouped by the id itself; all others pass as they are. So ids
    that never repeat cost a hash each, and two that only share a hash stay two.
    """
    frame = frame.with_columns(pl.col("kind", *TEXTS).cast(pl.String))
    number = pl.when(pl.col("event_id").is_not_null()).then(pl.struct(KEY).hash())
    numbers = frame.select(number.alias("number")).drop_nulls().collect(engine=engine)["number"].sort()
    twice = numbers.filter(numbers == numbers.shift()).unique()  # sorting takes half the time of `is_duplicated`
    if twice.is_empty():
        return frame
    may_repeat = number.is_in(twice.implode()).fill_null(value=False)
    copies = frame.filter(may_repeat).with_columns(REQUEST.alias("request"), *said())
    once = copies.group_by(KEY).agg(*_once(), *beside).select(frame.collect_schema().names())
    return pl.concat([frame.filter(~may_repeat), once.collect(engine=engine).lazy()])


class Held:
    """Records with ids of a long iterable, kept small until the last copy has been seen: under 100 bytes an id.

    Ids are held as 128 bits of hash, names as codes, numbers as narrow as they are.
    """

    def __init__(self) -> None:
        self._buckets: list[list[pl.DataFrame]] = [[] for _ in range(BUCKETS)]
        self._once = [0] * BUCKETS

    def add(self, frame: pl.DataFrame) -> None:
        """Keep the rows of a frame of `SCHEMA`; all must have an ``event_id``."""
        small = frame.select(
            pl.struct(KEY).hash(1).alias("hash"),
            pl.struct(KEY).hash(2).alias("hash_2"),
            REQUEST.alias("request"),
            pl.col(HELD_TEXTS).cast(pl.Categorical),
            pl.col(*NUMBERS, *REQUEST_MEASURES),
        ).with_columns(
            (pl.col("hash") % BUCKETS).alias("bucket"),
            *(pl.when("request").then(pl.col(name)).alias(name) for name in REQUEST_MEASURES),
        )
        for (bucket,), part in small.partition_by("bucket", as_dict=True, include_key=False).items():
            self._keep(bucket, part)

    def drain(self) -> Iterator[pl.DataFrame]:
        """Frames in which each event stands once, a part of the ids in each; what was given is forgotten."""
        for bucket, parts in enumerate(self._buckets):
            if parts:
                frame = _merged_small(parts)
                self._buckets[bucket] = []
                kind = pl.when("request").then(pl.lit("request")).otherwise(pl.lit("activity"))
                yield frame.with_columns(kind.alias("kind"))

    def _keep(self, bucket: int, part: pl.DataFrame) -> None:
        parts = self._buckets[bucket]
        parts.append(_narrow(part))
        if sum(frame.height for frame in parts) > 2 * self._once[bucket] + SMALL:
            self._buckets[bucket] = [_merged_small(parts)]
            self._once[bucket] = self._buckets[bucket][0].height


def _once() -> list[pl.Expr]:
    kind = pl.when(pl.col("request").any()).then(pl.lit("request")).otherwise(pl.lit("activity"))
    return [
        kind.alias("kind"),
        *(pl.col(name).max() for name in (*NUMBERS, *REQUEST_MEASURES)),
        *(pl.col(name).min() for name in TEXTS),
    ]


def _merged_small(parts: list[pl.DataFrame]) -> pl.DataFrame:
    frame = pl.concat(parts, how="vertical_relaxed", rechunk=True)
    if not frame.select(HASH).is_duplicated().any():
        return frame
    texts = [pl.col(name).cast(pl.String).min().cast(pl.Categorical) for name in HELD_TEXTS]
    numbers = [pl.col(name).max() for name in ("request", *NUMBERS, *REQUEST_MEASURES)]
    return frame.group_by(HASH).agg(*numbers, *texts).select(frame.columns)


def _narrow(frame: pl.DataFrame) -> pl.DataFrame:
    wide = [name for name, dtype in frame.schema.items() if dtype == pl.Int64]
    return frame.with_columns(frame[name].shrink_dtype() for name in wide)
