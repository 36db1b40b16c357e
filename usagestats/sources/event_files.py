"""Event files that any program may write: ``.jsonl`` and ``.ndjson`` (one record a line), ``.csv``, ``.parquet``.

The keys and columns are those of the event record. What breaks a rule is refused with its line, or its row in Parquet
(both from 1), and the rest is read.
"""

from __future__ import annotations

import csv
import sys
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import msgspec

from usagestats.errors import InputError
from usagestats.events import BATCH, COUNTS, NUMBERS, Batch, Refusal, Rejects, Row, row
from usagestats.sources.lines import BOM, opened
from usagestats.sources.logs import head_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from polars import DataFrame

    from usagestats.events import Reject

STDIN: Final = Path("-")
LINES: Final = (".jsonl", ".ndjson")
SUFFIXES: Final = (*LINES, ".csv", ".parquet")

_decoded = msgspec.json.Decoder(Row).decode


@dataclass(frozen=True, slots=True)
class EventFiles:
    """The source of event files."""

    name: str = "events"
    version: int = 1
    origin: str = "events"

    def matches(self, path: Path, head: bytes) -> bool:
        """Whether the file holds event records: by its ending, and by a ``timestamp`` in its first bytes."""
        if path.suffix == ".parquet":
            return head.startswith(b"PAR1")
        return path.suffix in SUFFIXES and b"timestamp" in head

    def batches(self, path: Path, rejects: Rejects, *, is_named: bool = True) -> Iterator[Batch | DataFrame]:
        """The records of a file, checked; ``-`` is standard input, lines of JSON.

        Args:
            path: The file.
            rejects: Takes what a frame refuses.
            is_named: Whether somebody said that these are event records. A file that was only recognised may be a log
                that nobody knows, and what is refused of it shows no value.

        Raises:
            InputError: if the file cannot be read, or neither its ending nor its first bytes say how.
        """
        try:
            yield from _read(path, rejects) if is_named else _read_discreetly(path, rejects)
        except OSError as error:
            message = f"{path} cannot be read: {error.strerror or error}"
            raise InputError(message) from error


SOURCE: Final = EventFiles()


def _read(path: Path, rejects: Rejects) -> Iterator[Batch | DataFrame]:
    if path == STDIN:
        yield from _lines("-", sys.stdin.buffer)
        return
    kind = path.suffix if path.suffix in SUFFIXES else _kind(path)
    if kind == ".parquet":
        yield _parquet(path, rejects)
    elif kind == ".csv":
        with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            yield from _cells(str(path), file)
    else:
        with opened(path) as file:
            yield from _lines(str(path), file)


def _read_discreetly(path: Path, rejects: Rejects) -> Iterator[Batch | DataFrame]:
    kept = Rejects(shown=rejects.shown)
    for read in _read(path, kept):
        yield replace(read, is_private=True) if isinstance(read, Batch) else read
    for reject in kept.first:
        rejects.add(reject.discreet())
    rejects.count += kept.count - len(kept.first)


def _kind(path: Path) -> str:
    """The ending that a file of another ending should have, by its first bytes."""
    head = head_of(path).removeprefix(BOM).lstrip()
    if head.startswith(b"PAR1"):
        return ".parquet"
    if not head or head.startswith(b"{"):
        return ".jsonl"
    if b"timestamp" in head.partition(b"\n")[0]:
        return ".csv"
    message = f"an event file ends in one of {', '.join(SUFFIXES)}, or holds what one of these holds, not {path.name!r}"
    raise InputError(message)


def _lines(name: str, file: BinaryIO) -> Iterator[Batch]:
    numbered = ((number, line) for number, line in enumerate(file, 1) if not line.isspace())
    while some := list(islice(numbered, BATCH)):
        yield _batch(name, [(number, _of_line(line)) for number, line in some])


def _of_line(line: bytes) -> Row | Refusal:
    try:
        return _decoded(line)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        pass
    try:
        return row(msgspec.json.decode(line))
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return Refusal("record", "a JSON object", "something that is no JSON")
    except Refusal as refusal:
        return refusal


def _cells(name: str, file: Iterable[str]) -> Iterator[Batch]:
    csv.field_size_limit(sys.maxsize)
    reader = csv.DictReader(file, strict=True)
    numbered = iter(lambda: _next(reader), None)
    while some := list(islice(numbered, BATCH)):
        yield _batch(name, some)


def _next(reader: csv.DictReader[str]) -> tuple[int, Row | Refusal] | None:
    """The next record with its last line; None at the end."""
    try:
        cells = next(reader)
    except StopIteration:
        return None
    except csv.Error as error:
        return reader.line_num, Refusal("record", "a CSV record", str(error))
    return reader.line_num, _of_cells(cells)


def _of_cells(cells: dict[str, Any]) -> Row | Refusal:
    try:
        return row({name: _typed(name, cell) for name, cell in cells.items() if isinstance(cell, str) and cell})
    except Refusal as refusal:
        return refusal


def _typed(name: str, cell: str) -> object:
    """A cell as what its column holds; what cannot be read as that stays text, and is refused as such."""
    if name in COUNTS or name in NUMBERS:
        try:
            return int(cell) if cell.removeprefix("-").isdecimal() else float(cell)
        except ValueError:
            return cell
    if name == "success":
        return {"true": True, "false": False}.get(cell.strip().lower(), cell)
    return cell


def _batch(name: str, read: list[tuple[int, Row | Refusal]]) -> Batch:
    kept: list[Row] = []
    numbers: list[int] = []
    refused: list[tuple[int, Reject]] = []
    for number, one in read:
        if isinstance(one, Refusal):
            refused.append((len(kept), one.at(f"{name}:{number}")))
        else:
            kept.append(one)
            numbers.append(number)
    return Batch(kept, lambda index: f"{name}:{numbers[index]}", tuple(refused))


def _parquet(path: Path, rejects: Rejects) -> DataFrame:
    import polars as pl

    from usagestats.counting import sound

    try:
        return sound(pl.scan_parquet(path), rejects, lambda index: f"{path}:{index + 1}").collect()
    except pl.exceptions.PolarsError as error:
        message = f"{path} is no Parquet file that can be read"
        raise InputError(message) from error
