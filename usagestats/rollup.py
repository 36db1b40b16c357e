"""Rollups: a person's, or everybody's, records in two small tables of which any period in any zone is summarized.

>>> from datetime import UTC, datetime
>>> from usagestats import summarize
>>> request = {"timestamp": "2026-11-22T08:00:00Z", "provider": "openai", "model": "gpt-5.1", "output_tokens": 21}
>>> whole = merge([roll_up([request]), roll_up([request])])
>>> summarize(whole, period="30d", now=datetime(2026, 11, 22, 12, tzinfo=UTC)).stats.total_tokens
42

A file holds both tables: a row with a ``session_id`` is one of `Rollup.sessions`, every other one of `Rollup.cells`.
"""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import datetime, timedelta
from os import PathLike
from pathlib import Path
from typing import Any, Final

import polars as pl

from usagestats.counting import counted
from usagestats.errors import InputError, check_type
from usagestats.events import Rejects
from usagestats.files import replaced
from usagestats.periods import EPOCH
from usagestats.rolling import Slots, merge
from usagestats.slots import PERSON, Rollup, empty
from usagestats.tallies import SUMS

__all__ = ["Rollup", "load", "merge", "roll_up", "save"]

SCHEMA_VERSION: Final = 1
"""Of the file: a newer one is refused."""
METADATA: Final = "usagestats.rollup"
WIDE: Final = pl.Decimal(38, 0)
"""How sums beyond 64 bits are written, so that other engines can read them."""


def roll_up(events: object, *, by_person: bool = False, strict: bool = False) -> Rollup:
    """The rollup of event records: what `usagestats.summarize` takes instead of them, for every period and zone.

    Args:
        events: What `usagestats.summarize` takes. Records with an ``event_id`` are merged within this call only.
        by_person: Tell people apart by ``public_id``; a record without one is refused.
        strict: Raise on the first record that breaks a rule instead of counting it.

    Raises:
        InvalidEvents: if ``events`` holds no records at all.
        InvalidEvent: on the first reject, if ``strict``.
        TypeError: if ``by_person`` or ``strict`` is neither True nor False.
    """
    rejects = Rejects(strict=strict, by_person=by_person)
    found = counted(events, [Slots(by_person=by_person)], rejects)
    since = None if found.earliest_us is None else EPOCH + timedelta(microseconds=found.earliest_us)
    return replace(found.tables[0], since=since, refused=rejects.count)


def save(rollup: Rollup, path: str | PathLike[str]) -> bool:
    """Write a rollup as Parquet, whole or not at all; says whether the file had to be written.

    Raises:
        InputError: if it cannot be written.
        TypeError: if it is no rollup, or ``path`` no path.
    """
    check_type("rollup", Rollup, rollup)
    check_type("path", str | PathLike, path)
    return replaced(Path(path), packed(rollup))


def load(path: str | PathLike[str]) -> Rollup:
    """The rollup of a file.

    Raises:
        InputError: if there is none, or a newer version of usagestats has written it.
        TypeError: if ``path`` is no path.
    """
    check_type("path", str | PathLike, path)
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror or error}"
        raise InputError(message) from error
    return unpacked(content, str(path))


def packed(rollup: Rollup) -> bytes:
    """What a rollup's file holds."""
    wide = [name for name in SUMS if rollup.cells.schema[name] != pl.Int64]
    rows = pl.concat([rollup.cells.with_columns(pl.col(wide).cast(WIDE)), rollup.sessions], how="diagonal")
    about = {
        "schema": SCHEMA_VERSION,
        "since": rollup.since and rollup.since.isoformat(),
        "until": rollup.until and rollup.until.isoformat(),
        "refused": rollup.refused,
    }
    file = io.BytesIO()
    rows.write_parquet(file, compression="zstd", metadata={METADATA: json.dumps(about)})
    return file.getvalue()


def unpacked(content: bytes, name: str) -> Rollup:
    """The rollup that a file of that name holds.

    Raises:
        InputError: if it holds none, or a newer version of usagestats has written it.
    """
    try:
        about = json.loads(pl.read_parquet_metadata(io.BytesIO(content)).get(METADATA, "null"))
        if about is not None and about["schema"] <= SCHEMA_VERSION:
            return _read(content, about)
    except (pl.exceptions.PolarsError, KeyError, TypeError, ValueError) as error:
        message = f"{name} must be a rollup of usagestats, and is none: {error}"
        raise InputError(message) from error
    found = "none" if about is None else about["schema"]
    message = f"{name}: the schema of a rollup must be at most {SCHEMA_VERSION}, not {found}"
    raise InputError(message)


def _read(content: bytes, about: dict[str, Any]) -> Rollup:
    rows = pl.read_parquet(io.BytesIO(content))
    nothing = empty(by_person=PERSON in rows.columns)
    wide = [name for name in SUMS if rows.schema[name] != pl.Int64]
    is_session = pl.col("session_id").is_not_null()
    cells = rows.filter(~is_session).select(nothing.cells.columns).with_columns(pl.col(wide).cast(pl.Int128))
    sessions = rows.filter(is_session).select(nothing.sessions.columns)
    since, until = (text and datetime.fromisoformat(text) for text in (about["since"], about["until"]))
    return Rollup(cells, sessions, since, until, int(about["refused"]))
