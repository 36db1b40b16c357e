"""Any records → their tallies or their rollup, by the plan that suits what holds them.

A frame takes one query that says what is in it and one for its tables. A scan is taken part by part, each like a
frame; if it has ids, table by table, since rows that queries share are all held in memory. An iterable is
counted piece by piece: in memory are one piece, the sessions, and what has an ``event_id``. All use the definitions in
`tallies` and `slots`, and read once for all that is wanted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Final, Generic, Protocol, TypeVar

import polars as pl

from usagestats.columns import DOUBTFUL, INSTANT, SCHEMA, conformed, doubts, flaws, greatest, instant_column
from usagestats.copies import Held, merged
from usagestats.errors import InvalidEvent
from usagestats.events import FIELDS, Records, Rejects
from usagestats.events import Table as Columns
from usagestats.frames import as_polars, batches, by_rows, chunks, judged
from usagestats.merging import Merging, Sized
from usagestats.tallies import Extent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from polars._typing import EngineType

    from usagestats.events import Batch
    from usagestats.tallies import Collect

STREAMING_HEIGHT: Final = 100_000
"""Rows from which on the streaming engine is the faster one."""
SCANNED_ROWS: Final = 500_000
"""Rows of a part of a scan: a million take a fifth less wall time and 300 MB more."""
NOTHING_SHARED: Final = pl.QueryOptFlags(comm_subplan_elim=False)

Table = TypeVar("Table", bound=Sized)
Whole = TypeVar("Whole")


class Aim(Protocol[Table]):
    """What to count: a period (`InPeriod`), or everything (`Slots`)."""

    @property
    def border_us(self) -> int | None:
        """From this instant on it makes no difference when the earliest record was; None if it never does."""

    def reach_us(self, earliest_us: int | None) -> int:
        """The first instant that matters, in µs since 1970, where the earliest record is known."""

    def near(self, first_us: int, instant: pl.Expr) -> pl.Expr:
        """Whether a row matters, from an instant on."""

    def of(self, rows: pl.LazyFrame, earliest_us: int | None, extent: Extent, collect: Collect) -> Table:
        """What is counted of rows with the columns of `SCHEMA`, each event once."""

    def merge(self, parts: list[Table]) -> Table:
        """The whole from disjoint parts."""


@dataclass(frozen=True, slots=True)
class Counted(Generic[Whole]):
    """What was counted of some records."""

    tables: list[Whole]
    """One an aim."""
    earliest_us: int | None
    """The instant of the earliest event, in µs since 1970; None without any. Of a scan, that of another one where it
    makes no difference. What copies of an event say of other instants is not asked: an archive has forgotten it."""


def counted(events: object, aims: Sequence[Aim[Table]], rejects: Rejects) -> Counted[Table]:
    """What is wanted of any records, read once.

    Raises:
        InvalidEvents: if ``events`` holds no records at all.
        InvalidEvent: on the first reject of a strict reading.
    """
    if isinstance(events, Records):
        return of_pieces(chunks(map(_without_needless_ids, events.read(rejects)), rejects), aims)
    frame = as_polars(events)
    if frame is None:
        return of_pieces(chunks(batches(events), rejects), aims)
    if by_rows(frame.collect_schema()):
        rows = frame.collect().iter_rows(named=True)
        return of_pieces(chunks(batches(rows), rejects), aims)
    if isinstance(events, pl.LazyFrame):
        return _of_scan(frame, aims, rejects)
    return _of_frame(frame, aims, rejects)


def _without_needless_ids(read: Batch | Columns | pl.DataFrame) -> Batch | Columns | pl.DataFrame:
    return read.without_ids() if isinstance(read, Columns) and read.is_once else read


def of_pieces(pieces: Iterator[pl.DataFrame], aims: Sequence[Aim[Table]]) -> Counted[Table]:
    """What is wanted of frames of `SCHEMA` that come one after the other."""
    first = next(pieces, pl.DataFrame(schema=SCHEMA))
    second = next(pieces, None)
    if second is None:
        return _of_only(first, aims)
    folds: _Fold[Table] = _Fold.of(aims)
    for piece in chain((first, second), pieces):
        folds.add(piece, aims)
    return folds.done(aims)


@dataclass(frozen=True, slots=True)
class Rows:
    """Any records as one frame with the columns of `SCHEMA`."""

    once: pl.LazyFrame
    """Each event once."""
    extent: Extent
    """What is known of them."""
    engine: EngineType
    """The faster one for so many."""


def rows(events: object, rejects: Rejects) -> Rows:
    """Any records, for what cannot be counted piece by piece: a scan stays one, all else is held in memory.

    Raises:
        InvalidEvents: if ``events`` holds no records at all.
        InvalidEvent: on the first reject of a strict reading.
    """
    frame = None if isinstance(events, Records) else as_polars(events)
    if frame is None or by_rows(frame.collect_schema()):
        taken = events if frame is None else frame.collect().iter_rows(named=True)
        pieces = chunks(taken.read(rejects) if isinstance(taken, Records) else batches(taken), rejects)
        frame = pl.concat([pl.DataFrame(schema=SCHEMA), *pieces]).lazy()
        schema: Mapping[str, pl.DataType] = SCHEMA
        read = frame
    else:
        schema = frame.collect_schema()
        read = sound(frame, rejects, _position)
    *reach, ids = frame.select(*_reach(schema), _ids(schema)).collect(engine="streaming").row(0)
    engine: EngineType = "streaming" if isinstance(events, pl.LazyFrame) else _engine(reach[-1])
    return Rows(merged(read, engine) if ids else read, _extent(*reach), engine)


def sound(frame: pl.LazyFrame, rejects: Rejects, place: Callable[[int], str]) -> pl.LazyFrame:
    """The rows of any frame that keep the rules, with the columns of `SCHEMA`; the others are named and counted."""
    schema = frame.collect_schema()
    flawed = _is_flawed(frame, schema, rejects, "streaming")
    return conformed(_without_flaws(frame, schema, rejects, place) if flawed else frame, schema)


@dataclass(slots=True)
class _Fold(Generic[Table]):
    """What is counted of pieces."""

    wholes: list[Merging[Table]]
    """One an aim."""
    found: bool = False
    """Whether there was anything to count."""
    held: Held = field(default_factory=Held)
    earliest_us: int | None = None

    @classmethod
    def of(cls, aims: Sequence[Aim[Table]]) -> _Fold[Table]:
        """With nothing counted."""
        return cls([Merging(aim.merge) for aim in aims])

    def add(self, piece: pl.DataFrame, aims: Sequence[Aim[Table]]) -> None:
        """Count what cannot repeat, hold the rest."""
        named = piece["event_id"].is_not_null()
        if named.any():
            self.held.add(piece.filter(named))
        if not named.all():
            self._add_once(piece.filter(~named), aims)

    def take(self, found: Counted[Table]) -> None:
        """Take what was counted of a part without ids."""
        self._reach(found.earliest_us)
        self._take(found.tables)

    def done(self, aims: Sequence[Aim[Table]]) -> Counted[Table]:
        """What is wanted of everything."""
        for piece in self.held.drain():
            self._add_once(piece, aims)
        return Counted([one.whole() for one in self.wholes], self.earliest_us)

    def _add_once(self, piece: pl.DataFrame, aims: Sequence[Aim[Table]]) -> None:
        self._reach(_earliest_us(piece.lazy()))
        self._take(_of_once(piece, aims))

    def _reach(self, earliest_us: int | None) -> None:
        if earliest_us is not None and (self.earliest_us is None or earliest_us < self.earliest_us):
            self.earliest_us = earliest_us

    def _take(self, tables: Sequence[Table]) -> None:
        self.found = True
        for whole, part in zip(self.wholes, tables, strict=True):
            whole.add(part)


@dataclass(frozen=True, slots=True)
class _Content:
    """What is in a frame."""

    extent: Extent
    ids: int
    """Rows with an ``event_id``."""
    flawed: bool

    @classmethod
    def of(
        cls, frame: pl.LazyFrame, schema: Mapping[str, pl.DataType], rejects: Rejects, engine: EngineType
    ) -> _Content:
        """Asked in one query, and in a second one about flaws if there may be some."""
        doubtful = _any(doubts(schema, by_person=rejects.by_person))
        questions = [*_reach(schema), _ids(schema), *doubtful]
        earliest_us, latest_us, most, height, ids, *doubted = frame.select(questions).collect(engine=engine).row(0)
        flawed = (any(doubted) or (most or 0) >= DOUBTFUL) and _is_flawed(frame, schema, rejects, engine)
        return cls(_extent(earliest_us, latest_us, most, height), ids, flawed)


def _of_only(piece: pl.DataFrame, aims: Sequence[Aim[Table]]) -> Counted[Table]:
    once = piece
    if piece["event_id"].null_count() < piece.height:
        once = merged(piece.lazy(), _engine(piece.height)).collect()
    earliest_us = _earliest_us(once.lazy())
    return Counted(_of_once(once, aims, earliest_us), earliest_us)


def _earliest_us(once: pl.LazyFrame, engine: EngineType = "in-memory") -> int | None:
    """The instant of the earliest event, of rows in which each stands once."""
    return once.select(pl.col("timestamp").min().to_physical()).collect(engine=engine).item()  # type: ignore[no-any-return]


def _of_once(piece: pl.DataFrame, aims: Sequence[Aim[Table]], earliest_us: int | None = None) -> list[Table]:
    """What is wanted of rows in which each event stands once; of a part it is not known how far the whole reaches."""
    collect = _together(_engine(piece.height))
    extent = _extent(*piece.select(_reach(piece.schema)).row(0))  # what was held is narrower
    return [aim.of(piece.lazy(), earliest_us, extent, collect) for aim in aims]


def _together(engine: EngineType) -> Collect:
    """Queries side by side; what they share is cheaper done again than kept."""
    return lambda queries: pl.collect_all(queries, engine=engine, optimizations=NOTHING_SHARED)


def _one_by_one(queries: list[pl.LazyFrame]) -> list[pl.DataFrame]:
    return [query.collect(engine="streaming") for query in queries]


def _of_frame(
    frame: pl.LazyFrame,
    aims: Sequence[Aim[Table]],
    rejects: Rejects,
    *,
    reaches_us: int | None = None,
    number: str | None = None,
) -> Counted[Table]:
    """What is wanted of a frame in memory; of a part of a whole it is known how far that one reaches, and its rows."""
    schema = frame.collect_schema()
    engine = _engine(frame.select(pl.len()).collect().item())
    content = _Content.of(frame, schema, rejects, engine)
    if content.flawed:
        frame = _without_flaws(frame, schema, rejects, _position, number)
        content = _Content.of(frame, schema, rejects, engine)
    once, extent = conformed(frame, schema, content.extent.most), content.extent
    earliest_us = extent.earliest_us
    if content.ids:
        once = merged(once, engine)
        earliest_us = _earliest_us(once, engine)
    known_us = earliest_us if reaches_us is None else reaches_us
    return Counted([aim.of(once, known_us, extent, _together(engine)) for aim in aims], earliest_us)


def _of_scan(frame: pl.LazyFrame, aims: Sequence[Aim[Table]], rejects: Rejects) -> Counted[Table]:
    """Of a scan only the rows in reach are read and judged, unless ids ask for copies elsewhere.

    Rows are numbered, which takes time, only where one is to be named.
    """
    schema = frame.collect_schema()
    instant = instant_column(schema)
    if "event_id" in schema and frame.select(_ids(schema)).collect(engine="streaming").item():
        return _of_copies(frame, aims, rejects)
    borders = {aim.border_us for aim in aims if aim.border_us is not None}
    early_us = _early_us(frame, instant, borders)
    earliest_us = max(borders, default=None) if early_us is None else early_us
    first_us = min(aim.reach_us(earliest_us) for aim in aims)
    beyond_us = early_us if early_us is None or early_us < first_us else _early_us(frame, instant, {first_us})
    wanted = aims[0].near(first_us, instant) | instant.is_null()
    known = [name for name in FIELDS if name in schema and name != "event_id"] or list(schema)
    try:
        once = Rejects(strict=True, by_person=rejects.by_person)
        found = _of_parts(frame.filter(wanted).select(known), aims, once, earliest_us)
    except InvalidEvent:
        number = _row_column(schema)
        numbered = frame.with_row_index(number).filter(wanted).select(number, *known)
        found = _of_parts(numbered, aims, rejects, earliest_us, number)
    return found if beyond_us is None else Counted(found.tables, beyond_us)


def _early_us(frame: pl.LazyFrame, instant: pl.Expr, borders: set[int]) -> int | None:
    """The instant of a row before the border, if any: where borders differ, that of the earliest.

    Statistics of a file tell which parts of it need not be read, and the first row that is found is enough.
    """
    if not borders:
        return None
    early = frame.filter(instant < pl.lit(max(borders)).cast(INSTANT)).select(instant)
    found = early.head(1) if len(borders) == 1 else early.min()
    return next(iter(found.collect(engine="streaming").to_series().to_physical()), None)


def _of_parts(
    frame: pl.LazyFrame,
    aims: Sequence[Aim[Table]],
    rejects: Rejects,
    reaches_us: int | None,
    number: str | None = None,
) -> Counted[Table]:
    """Of a scan whose events each stand once, part by part: each column is read once, and few rows are in memory."""
    fold: _Fold[Table] = _Fold.of(aims)
    parts = frame.collect_batches(chunk_size=SCANNED_ROWS, maintain_order=number is not None, engine="streaming")
    for part in parts:
        fold.take(_of_frame(part.lazy(), aims, rejects, reaches_us=reaches_us, number=number))
    if not fold.found:
        return _of_frame(frame.head(0), aims, rejects)
    return fold.done(aims)


def _of_copies(frame: pl.LazyFrame, aims: Sequence[Aim[Table]], rejects: Rejects) -> Counted[Table]:
    """Of a scan whose events may repeat: its tables one after the other, since shared rows are all held in memory."""
    schema = frame.collect_schema()
    content = _Content.of(frame, schema, rejects, "streaming")
    if content.flawed:
        frame = _without_flaws(frame, schema, rejects, _position)
        content = _Content.of(frame, schema, rejects, "streaming")
    once = merged(conformed(frame, schema), "streaming")
    earliest_us = _earliest_us(once, "streaming")
    return Counted([aim.of(once, earliest_us, content.extent, _one_by_one) for aim in aims], earliest_us)


def _reach(schema: Mapping[str, pl.DataType]) -> list[pl.Expr]:
    """What `_extent` is made of."""
    instant = instant_column(schema)
    ends = [instant.min().to_physical().alias("earliest"), instant.max().to_physical().alias("latest")]
    return [*ends, greatest(schema).alias("greatest"), pl.len().alias("height")]


def _extent(earliest_us: int | None, latest_us: int | None, most: float | None, height: int) -> Extent:
    return Extent(earliest_us, latest_us, (most or 0) * height)


def _ids(schema: Mapping[str, pl.DataType]) -> pl.Expr:
    return (pl.col("event_id").count() if "event_id" in schema else pl.lit(0)).alias("ids")


def _is_flawed(frame: pl.LazyFrame, schema: Mapping[str, pl.DataType], rejects: Rejects, engine: EngineType) -> bool:
    found = _any(flaws(schema, by_person=rejects.by_person))
    return any(frame.select(found).collect(engine=engine).row(0))


def _any(conditions: list[pl.Expr]) -> list[pl.Expr]:
    return [one.any().alias(f"condition {number}") for number, one in enumerate(conditions)]


def _without_flaws(
    frame: pl.LazyFrame,
    schema: Mapping[str, pl.DataType],
    rejects: Rejects,
    place: Callable[[int], str],
    number: str | None = None,
) -> pl.LazyFrame:
    """The rows that keep the rules; the others are counted, the first of them with their words.

    Milliseconds reach further than Python's datetimes: rows are told with the bare numbers.
    """
    wrong = pl.any_horizontal(flaw.fill_null(value=False) for flaw in flaws(schema, by_person=rejects.by_person))
    row = number or _row_column(schema)
    numbered = frame if number else frame.with_row_index(row)
    far = [name for name, dtype in schema.items() if isinstance(dtype, pl.Datetime) and dtype.time_unit == "ms"]
    for record in (
        numbered.filter(wrong).with_columns(pl.col(far).to_physical()).collect(engine="streaming").iter_rows(named=True)
    ):
        rejects.add(judged(record, by_person=rejects.by_person).at(place(record[row])))
    return frame.filter(~wrong)


def _row_column(schema: Mapping[str, pl.DataType]) -> str:
    """A name for the rows' numbers that no column has."""
    return max((*schema, "row"), key=len) + "_"


def _position(row: int) -> str:
    return f"events[{row}]"


def _engine(height: int) -> EngineType:
    return "streaming" if height >= STREAMING_HEIGHT else "in-memory"
