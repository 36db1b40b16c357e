"""Active time out of instants: gaps up to a pause are joined, what lies between is active.

The rule is WakaTime's: instants no further apart than 15 minutes (its published default) belong together; a lone one
adds nothing. The union is cut at the full hours of UTC, so that an hour's share can be told, and replaced, on its own.
All numbers are microseconds since 1970.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from usagestats.events import Table
from usagestats.sources.instants import moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

HOUR_US = 3_600_000_000
PAUSE_US = 15 * 60 * 1_000_000
"""The longest gap that still counts as activity."""


def active_table(
    application: str, sessions: Iterable[tuple[str | None, Iterable[int]]], pause_us: int = PAUSE_US
) -> Table:
    """The active hours of sessions, a record each, with an id of its own; instants of no session say nothing."""
    hours = [
        (begin, name, active_us / 1_000_000, f"{application}:active:{name}:{hour_name(hour)}")
        for name, instants in sessions
        if name is not None
        for hour, (begin, active_us) in active_hours(instants, pause_us).items()
    ]
    names = ("timestamp", "session_id", "active_time_seconds", "event_id")
    columns = zip(*hours, strict=True) if hours else ((),) * len(names)
    return Table("activity", application, dict(zip(names, columns, strict=True)))


def hour_name(hour: int) -> str:
    """An hour, since 1970, as ids have it.

    >>> hour_name(10)
    '1970-01-01T10'
    """
    return moment(hour * HOUR_US).isoformat()[: len("1970-01-01T10")]


def active_hours(instants: Iterable[int], pause_us: int = PAUSE_US) -> dict[int, tuple[int, int]]:
    """The active hours, ascending: hour (since 1970) → (the instant at which its activity begins, active microseconds).

    Instants may come in any order and more than once.

    >>> active_hours([0, 600_000_000, 9_000_000_000])
    {0: (0, 600000000)}
    """
    hours: dict[int, tuple[int, int]] = {}
    for start, end in _stretches(sorted(instants), pause_us):
        _spread(hours, start, end)
    return hours


def _stretches(instants: list[int], pause_us: int) -> Iterator[tuple[int, int]]:
    """First and last instant of each run without a longer pause: what lies within one pause need not be looked at."""
    at = 0
    while at < len(instants):
        start = instants[at]
        while (last := bisect_right(instants, instants[at] + pause_us, at) - 1) > at:
            at = last
        yield start, instants[at]
        at += 1


def _spread(hours: dict[int, tuple[int, int]], start: int, end: int) -> None:
    """Adds the stretch to the hours it touches."""
    while start < end:
        hour = start // HOUR_US
        stop = min(end, (hour + 1) * HOUR_US)
        begin, active = hours.get(hour, (start, 0))
        hours[hour] = (begin, active + stop - start)
        start = stop
