"""The archive: one Parquet file that grows and forgets only what it was told to, for agents delete their logs.

A row is an event record whose ``session_id`` and ``event_id`` are 128-bit hashes (people publish archives), with its
``origin`` (events, telemetry, transcript) and its ``reader`` (``claude_code/1``). The metadata say the version of this
layout, and what was forgotten: logs may still hold it, so it is left out of everything that is read along with it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from usagestats.errors import DamagedArchive, InputError

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

VERSION: Final = 1
"""The layout that is written."""
MARK: Final = "usagestats.archive"
"""The key of the file's metadata that says what it is."""
BESIDE: Final = ("origin", "reader")
"""The columns that a row has besides those of a record."""
SUFFIX: Final = ".parquet"
MAGIC: Final = b"PAR1"
TAIL_BYTES: Final = 8
"""The length of the metadata, and `MAGIC`, at the end of every Parquet file."""
LEVEL: Final = 2
"""Of zstd: hashes do not shrink, and higher levels take up to three times as long for a larger file."""


GROUP_ROWS: Final = 1 << 15
"""Rows that are encoded at once: eight times as many take 30 MB more, for a file that is 3 % smaller."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What must not come back: by hash, and by day."""

    sessions: frozenset[str] = frozenset()
    events: frozenset[str] = frozenset()
    """The events of these sessions: a fork that repeats them is no way back."""
    before_us: int | None = None
    """All that is older, in µs since 1970."""

    def __or__(self, other: Forgotten) -> Forgotten:
        """What either forgot."""
        before = [one for one in (self.before_us, other.before_us) if one is not None]
        return Forgotten(self.sessions | other.sessions, self.events | other.events, max(before, default=None))

    def without(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows that may stay; their ids are hashes."""
        import polars as pl

        if self == Forgotten():
            return rows
        named = [("session_id", self.sessions), ("event_id", self.events)]
        gone = [pl.col(name).is_in(sorted(hashes)).fill_null(value=False) for name, hashes in named]
        if self.before_us is not None:
            gone.append(pl.col("timestamp").to_physical() < self.before_us)
        return rows.filter(~pl.any_horizontal(gone))


@dataclass(frozen=True, slots=True)
class Archive:
    """What an archive holds."""

    rows: pl.DataFrame
    """The columns of `columns.SCHEMA` and `BESIDE`; each event once."""
    forgotten: Forgotten = field(default_factory=Forgotten)


@dataclass(frozen=True, slots=True)
class Archives:
    """The source of archives."""

    name: str = "archive"
    version: int = VERSION

    def matches(self, path: Path) -> bool:
        """Whether the file is an archive: a Parquet file that says so in its metadata.

        Raises:
            OSError: the file cannot be read.
        """
        if path.suffix != SUFFIX:
            return False
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - TAIL_BYTES))
            tail = file.read()
            file.seek(max(0, size - TAIL_BYTES - int.from_bytes(tail[:4], "little")))
            return tail.endswith(MAGIC) and MARK.encode() in file.read()


SOURCE: Final = Archives()


def empty() -> Archive:
    """An archive that holds nothing yet."""
    import polars as pl

    return Archive(pl.DataFrame(schema=_schema()))


def opened(content: bytes, path: Path) -> Archive:
    """The archive whose file has this content.

    Raises:
        DamagedArchive: it cannot be read, or breaks a rule of the record.
        InputError: it is no archive, or one of a newer version.
    """
    import polars as pl

    try:
        metadata = pl.read_parquet_metadata(BytesIO(content))
        about = json.loads(metadata.get(MARK, '{"version": 0}'))
        version = int(about["version"])
        if version in _READERS:
            return _READERS[version](content, about)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError, ValueError, TypeError, KeyError) as error:
        message = f"{path} is a damaged archive"
        raise DamagedArchive(message) from error
    message = f"{path} is no archive of usagestats"
    if version > VERSION:
        message = f"{path} must be an archive of at most version {VERSION}, not {version}: a newer usagestats wrote it"
    raise InputError(message)


def written(archive: Archive) -> bytes:
    """The file that holds the archive: the same bytes for the same rows, whatever their order.

    The archive gives its rows up for that, and has none any more: twice would be too much.
    """
    forgotten = archive.forgotten
    about = {
        "version": VERSION,
        "sessions": sorted(forgotten.sessions),
        "events": sorted(forgotten.events),
        "before_us": forgotten.before_us,
    }
    file = BytesIO()
    rows = _ordered(archive.rows)
    rows.write_parquet(
        file,
        compression="zstd",
        compression_level=LEVEL,
        row_group_size=GROUP_ROWS,
        metadata={MARK: json.dumps(about)},
    )
    return file.getvalue()


def _ordered(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows by their instants; each column is taken out of the frame for it.

    It is made in pieces, as it was before: memory that was given up is taken again only for what has its size.
    """
    import polars as pl

    order = rows.select(pl.arg_sort_by("timestamp", "event_id", "public_id")).to_series()
    parts = [order.slice(start, GROUP_ROWS) for start in range(0, max(1, len(order)), GROUP_ROWS)]

    def ordered(column: pl.Series) -> pl.Series:
        whole = column.rechunk()
        return pl.concat([whole.gather(part) for part in parts], rechunk=False)

    return pl.DataFrame([ordered(rows.drop_in_place(name)) for name in rows.columns])


def _of_version_1(content: bytes, about: Mapping[str, Any]) -> Archive:
    import polars as pl

    from usagestats.columns import flaws

    rows = pl.read_parquet(BytesIO(content)).select(list(_schema()))
    wrong = rows.select(flaw.any().alias(str(number)) for number, flaw in enumerate(flaws(rows.schema)))
    if rows.schema != pl.Schema(_schema()) or any(wrong.row(0)):
        raise ValueError
    return Archive(rows, Forgotten(frozenset(about["sessions"]), frozenset(about["events"]), about["before_us"]))


def _schema() -> dict[str, pl.DataType]:
    import polars as pl

    from usagestats.columns import SCHEMA

    return SCHEMA | dict.fromkeys(BESIDE, pl.String())


_Reader: TypeAlias = Callable[[bytes, Mapping[str, Any]], Archive]
_READERS: Final[Mapping[int, _Reader]] = {1: _of_version_1}
"""Version → what reads it; older layouts are turned into today's here, and written as that."""
