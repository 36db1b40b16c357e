"""Frames → rollups, and rollups → one: records grouped by quarter-hour, and what several groupings found laid together.

A rollup is told in `slots`. Rollups of disjoint records merge exactly, in any order and bracketing; the empty one
changes nothing. Records that may repeat are merged before.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import polars as pl

from usagestats.columns import INSTANT
from usagestats.errors import InvalidEvents, check_type
from usagestats.slots import PERSON, SLOT_US, TEXTS, Rollup, empty, greatest, sum_type
from usagestats.tallies import INSTANT_COLUMN, REQUEST_SUMS, SUMS, Unknown, is_counted, sums_of, unknown_names

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from usagestats.tallies import Collect, Extent

FIT: Final = 2**63 - 1
SPAN_ROWS: Final = 131_072
"""Rows that are merged at a time."""


@dataclass(frozen=True, slots=True)
class Slots:
    """What to count: everything, by quarter-hour."""

    by_person: bool = False

    @property
    def border_us(self) -> int | None:
        """From when on it makes no difference when the earliest record was: it never does."""
        return None

    def reach_us(self, earliest_us: int | None) -> int:  # noqa: ARG002 - it matters to periods
        """The first instant that matters: all do."""
        return -FIT

    def near(self, first_us: int, instant: pl.Expr) -> pl.Expr:  # noqa: ARG002 - the same
        """Whether a row matters: each does that has an instant."""
        return instant.is_not_null()

    def of(self, rows: pl.LazyFrame, earliest_us: int | None, extent: Extent, collect: Collect) -> Rollup:  # noqa: ARG002 - they matter to periods
        """The rollup of rows with the columns of `SCHEMA`, each event once."""
        who = [PERSON] if self.by_person else []
        slotted = rows.with_columns(_slot().alias("slot"))
        (found,) = collect([slotted.group_by(*who, "slot", *TEXTS).agg(sums_of(extent.sum_type))])
        cells = found.with_columns(pl.col(*who, *TEXTS).cast(pl.String))
        cells = cells.with_columns(pl.col("kind").fill_null("request"))
        unknown = Unknown(unknown_names(cells["model"]), unknown_names(cells["provider"]))
        counted = slotted.filter(is_counted(unknown))
        named = counted.filter(pl.col("session_id").is_not_null()).select(*who, "slot", "session_id").unique()
        sessions, latest = collect([named, counted.select(pl.col("timestamp").max())])
        return Rollup(_summed([_blanked(cells, unknown)]), _once([sessions]), until=latest.item())

    def merge(self, parts: Sequence[Rollup]) -> Rollup:
        """The rollup of the whole from those of disjoint parts."""
        return merge(parts or [empty(by_person=self.by_person)])


def merge(parts: Iterable[Rollup]) -> Rollup:
    """The rollup of the whole from those of disjoint parts, in any order and bracketing.

    >>> merge([]) == empty()
    True

    Raises:
        InvalidEvents: if some tell people apart and some do not.
        TypeError: if these are no rollups.
    """
    check_type("parts", Iterable, parts)
    many = list(parts)
    for place, one in enumerate(many):
        check_type(f"parts[{place}]", Rollup, one)
    if len(many) == 1:
        return many[0]
    if len({one.by_person for one in many}) > 1:
        message = "rollups must all be by person, or none of them"
        raise InvalidEvents(message)
    if not many:
        return empty()
    since = min((one.since for one in many if one.since is not None), default=None)
    until = max((one.until for one in many if one.until is not None), default=None)
    refused = sum(one.refused for one in many)
    return Rollup(_summed([one.cells for one in many]), _once([one.sessions for one in many]), since, until, refused)


def _slot() -> pl.Expr:
    """The first instant of the slot: the quarter-hour's, or the next microsecond."""
    instant = INSTANT_COLUMN.to_physical()
    start = instant // SLOT_US * SLOT_US
    return (start + (instant > start)).cast(INSTANT)


def _blanked(cells: pl.DataFrame, unknown: Unknown) -> pl.DataFrame:
    """The cells, those of records that are not counted without texts and sums."""
    counted = is_counted(unknown)
    requests = dict.fromkeys(REQUEST_SUMS[1:], counted & (pl.col("kind") == "request"))
    blank = {name: pl.lit(None, pl.String) for name in TEXTS[1:]} | {name: pl.lit(0) for name in SUMS}
    kept = [
        pl.when(requests.get(name, counted)).then(pl.col(name)).otherwise(other).alias(name)
        for name, other in blank.items()
    ]
    return cells.with_columns(kept)


def _summed(tables: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Cells with each key once, sorted, as narrow as they are."""
    about = [name for name in tables[0].columns if name not in SUMS]
    keys = sorted(about, key="slot".__ne__)
    sums = pl.col(SUMS).cast(sum_type(*tables)).sum()
    summed = _by_span(tables, lambda rows: rows.group_by(keys).agg(sums).sort(keys).select(*about, *SUMS))
    narrow = [name for name, most in greatest(summed).items() if most <= FIT]
    return summed.with_columns(pl.col(narrow).cast(pl.Int64))


def _once(tables: Sequence[pl.DataFrame]) -> pl.DataFrame:
    texts = ["session_id", *({PERSON} & set(tables[0].columns))]
    keys = ["slot", *texts]
    return _by_span(tables, lambda rows: rows.select("slot", pl.col(texts).cast(pl.String)).unique().sort(keys))


def _by_span(tables: Sequence[pl.DataFrame], query: Callable[[pl.LazyFrame], pl.LazyFrame]) -> pl.DataFrame:
    """What a query that tells slots apart gives of all tables, some slots after the others: a group-by takes memory."""
    slots = pl.concat([table["slot"].to_physical() for table in tables]).sort()
    starts = slots.gather_every(SPAN_ROWS).unique(maintain_order=True)[1:]
    slot = pl.col("slot").to_physical()
    spans = [slot.is_between(start, end, closed="left") for start, end in pairwise([-FIT, *starts, FIT])]
    return pl.concat(
        query(pl.concat([table.lazy().filter(span) for table in tables], how="vertical_relaxed")).collect()
        for span in spans
    )
