"""The summaries of many people, one after the other, so that memory does not grow with their number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from usagestats.columns import SCHEMA
from usagestats.events import Records
from usagestats.frames import chunks
from usagestats.summary import summaries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime, tzinfo
    from pathlib import Path

    from usagestats.events import Rejects
    from usagestats.roster import Person
    from usagestats.summary import Summary


def summaries_of(
    listed: Iterable[Person],
    given: Records | None,
    below: Callable[[Sequence[Path]], Records],
    periods: Sequence[str],
    *,
    now: datetime,
    tz: str | tzinfo,
    weeks: int | None = None,
    rejects: Rejects,
) -> Iterator[tuple[Person, list[Summary]]]:
    """The summaries of everybody who is enabled, one a period.

    Args:
        listed: The people.
        given: The records of those who are told apart by their ``public_id``; read once.
        below: The records of files and folders, for those who have ``inputs``.
        periods: Such as ``7d``.
        now: The instant of the summaries.
        tz: The zone whose days count.
        weeks: How many weeks of days before the period are kept, for the calendar.
        rejects: Is told what was refused.

    Raises:
        UsageStatsError: as `usagestats.summarize` does.
    """
    everybody = list(listed)
    parts = by_person(given, rejects) if given else {}
    for person in everybody:
        if person.enabled:
            events = below(person.inputs) if person.inputs else Records(_frame(parts.pop(person.public_id, None)))
            yield person, summaries(events, periods, name=person.name, now=now, tz=tz, weeks=weeks, rejects=rejects)


def by_person(given: Records, rejects: Rejects) -> dict[str, pl.DataFrame]:
    """The records of each ``public_id``, in small letters; those without one belong to nobody."""
    pieces = list(chunks(given.read(rejects), rejects))
    if not pieces:
        return {}
    frame = pl.concat(pieces).with_columns(pl.col("public_id").str.to_lowercase()).drop_nulls("public_id")
    return {str(key): part for (key,), part in frame.partition_by("public_id", as_dict=True).items()}


def _frame(part: pl.DataFrame | None) -> Callable[[Rejects], Iterator[pl.DataFrame]]:
    def read(_: Rejects) -> Iterator[pl.DataFrame]:
        yield pl.DataFrame(schema=SCHEMA) if part is None else part

    return read
