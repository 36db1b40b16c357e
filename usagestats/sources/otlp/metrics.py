"""Counters of activity → how much they grew in each UTC hour of a session.

Points are collected from all files and put in order first, so it matters neither how often nor in which order they
come. A cumulative counter's stream is one start of one process: each point adds what it is above the one before, the
first all of it, and so does one that fell, for then the count began anew. Points of deltas add up; the same interval
told twice is one.
"""

from __future__ import annotations

import math
from array import array
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from usagestats.events import ALLOWED, MAX_COUNT, MAX_NUMBER, Refusal, Table
from usagestats.sources.active_time import HOUR_US, hour_name
from usagestats.sources.lines import type_name
from usagestats.sources.objects import COUNT_ALLOWED
from usagestats.sources.otlp.signals import ACTIVE, COMMITS, LINES, METRICS, NANOS_ALLOWED, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from usagestats.sources.otlp.signals import Point

ADDED: Final = "added"
"""The type of lines that count."""
VALUE: Final = "value"
COUNTED: Final = (COMMITS, LINES)

Session = tuple[str, str | None]
"""Application and session id."""


@dataclass(slots=True)
class Stream:
    """The points of one counter with one set of attributes, 24 bytes each."""

    session: Session
    measure: str
    is_cumulative: bool
    begins: array[int] = field(default_factory=lambda: array("q"))
    ends: array[int] = field(default_factory=lambda: array("q"))
    values: array[float] = field(default_factory=lambda: array("d"))

    def grown(self) -> Iterator[tuple[int, float]]:
        """By how much the counter grew, and until when; only where it did."""
        points: dict[tuple[int, int], float] = {}
        for begin, end, value in zip(self.begins, self.ends, self.values, strict=True):
            points[begin, end] = max(value, points.get((begin, end), 0))
        stream, before = None, 0.0
        for (begin, end), value in sorted(points.items()):
            before = before if self.is_cumulative and begin == stream and before <= value else 0.0
            if value > before:
                yield end, value - before
            stream, before = begin, value


@dataclass(slots=True)
class Hour:
    """What a session did in an hour."""

    timestamp: int = 0
    """When the last of it was reported."""
    measures: dict[str, float] = field(default_factory=dict)

    def add(self, measure: str, end: int, amount: float) -> None:
        """Add what a counter grew by."""
        self.timestamp = max(self.timestamp, end)
        self.measures[measure] = self.measures.get(measure, 0) + amount


@dataclass(slots=True)
class Counters:
    """Every counter of activity that was seen."""

    streams: dict[tuple[str, Session, str], Stream] = field(default_factory=dict)

    def add(self, point: Point) -> None:
        """Take a point.

        Raises:
            Refusal: a field of it is wrong.
        """
        measure = METRICS[point.metric]
        session_id = text(point.attributes, "session.id") or point.origin.session_id
        if measure == LINES and point.attributes.get("type") != ADDED:
            return
        value = _value(measure, point.value)
        if not point.end:
            raise Refusal(field="timeUnixNano", allowed=NANOS_ALLOWED, came="null")
        session = (point.origin.application(point.metric), session_id)
        told = sorted(f"{key}={one}" for key, one in point.attributes.items())
        key = (point.metric, session, "\n".join((f"{point.is_cumulative}", *told)))
        stream = self.streams.setdefault(key, Stream(session, measure, point.is_cumulative))
        stream.begins.append(point.begin)
        stream.ends.append(point.end)
        stream.values.append(value)

    def reported(self) -> set[Session]:
        """The sessions whose active time is reported."""
        return {stream.session for stream in self.streams.values() if stream.measure == ACTIVE}

    def tables(self, told: set[Session]) -> Iterator[Table]:
        """An activity a session and hour, with an id that a later reading gives again.

        Args:
            told: Sessions whose lines of code are told otherwise.
        """
        hours: defaultdict[str, dict[tuple[str | None, int], Hour]] = defaultdict(dict)
        for stream in self.streams.values():
            application, session_id = stream.session
            if stream.measure == LINES and stream.session in told:
                continue
            for end, amount in stream.grown():
                hour = hours[application].setdefault((session_id, end // HOUR_US), Hour())
                hour.add(stream.measure, end, amount)
        for application, found in hours.items():
            yield _table(application, found)


def _table(application: str, hours: dict[tuple[str | None, int], Hour]) -> Table:
    found = hours.values()
    columns: dict[str, list[object]] = {
        "timestamp": [hour.timestamp for hour in found],
        "session_id": [session_id for session_id, _ in hours],
        **{name: [min(round(hour.measures.get(name, 0)), MAX_COUNT) for hour in found] for name in COUNTED},
        ACTIVE: [min(hour.measures.get(ACTIVE, 0.0), MAX_NUMBER) for hour in found],
        "event_id": [f"{application}:reported:{session_id}:{hour_name(hour)}" for session_id, hour in hours],
    }
    return Table("activity", application, columns)


def _value(measure: str, value: object) -> float:
    """What the point says.

    Raises:
        Refusal: it is no number, or out of range.
    """
    allowed, greatest = (COUNT_ALLOWED, MAX_COUNT) if measure in COUNTED else (ALLOWED[measure], MAX_NUMBER)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Refusal(VALUE, allowed, type_name(value))
    if not 0 <= value <= greatest or math.isnan(value):
        raise Refusal(VALUE, allowed, "a number out of range")
    if measure in COUNTED and value != int(value):
        raise Refusal(VALUE, allowed, "number")
    return float(value)
