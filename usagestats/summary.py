"""Summary: the documented JSON as a frozen dataclass; `summarize` makes one from any event records."""

from __future__ import annotations

import heapq
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from usagestats.counting import Counted, counted
from usagestats.errors import check_type, shown
from usagestats.events import Records, Rejects
from usagestats.fields import selected
from usagestats.periods import calendar_weeks, stamp, window
from usagestats.stats import TABLES, Before, Day, Extras, ModelUse, Stats, Sums, computed, numbers, tokens_by_day
from usagestats.tallies import InPeriod, InWeeks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import tzinfo

    from usagestats.events import Reject
    from usagestats.people import People
    from usagestats.periods import Period
    from usagestats.printing import Table
    from usagestats.slots import Rollup
    from usagestats.tallies import LazyTally

__all__ = ["Before", "Day", "Extras", "ModelUse", "Refused", "Stats", "Summary", "summarize", "summarize_many"]


@dataclass(frozen=True, slots=True)
class Refused:
    """The records that were not taken."""

    count: int = 0
    """How many."""
    first: tuple[Reject, ...] = ()
    """The first hundred: place, field, what is allowed, what came."""


@dataclass(frozen=True, slots=True, repr=False)
class Summary:
    """A person's usage in one period: the documented document, typed; prints as a table, also in a notebook."""

    name: str
    """Whose numbers these are; any text. Docs: name."""
    stats: Stats
    """The numbers. Docs: stats."""
    generated_at: str
    """``now`` in UTC, ``YYYY-MM-DDTHH:MM:SSZ``. Docs: generated_at."""
    period: Period
    """The window; not in the document."""
    extras: Extras
    """What cards need besides; not in the document."""
    rejects: Refused = field(default_factory=Refused)
    """The records that were refused; not in the document."""

    def __repr__(self) -> str:
        """Whose, when and how much: all of it would be thousands of lines."""
        told = f"name={shown(self.name)}, period={self.period.name!r}, generated_at={self.generated_at!r}"
        return f"<Summary {told}, total_tokens={self.stats.total_tokens}, total_events={self.stats.total_events}>"

    def __str__(self) -> str:
        """The numbers in full, one a line, and the biggest models; numbers that nobody recorded are left out."""
        return _table(self).text

    def _repr_html_(self) -> str:
        """The same as a table, for a notebook."""
        return _table(self).html

    def to_dict(self, fields: str = "") -> dict[str, Any]:
        """The documented document, or the part of it that ``fields`` selects, such as ``name,stats.total_tokens``.

        Raises:
            TypeError: if ``fields`` is no text.
        """
        check_type("fields", str, fields)
        stats = {key: getattr(self.stats, key) for key in Stats.__slots__}
        stats["time_series"] = [{key: getattr(day, key) for key in Day.__slots__} for day in self.stats.time_series]
        document = {"name": self.name, "stats": stats, "generated_at": self.generated_at}
        return selected(document, fields)

    def to_json(self, fields: str = "", *, indent: int | None = None) -> str:
        """The same as JSON text, one line unless ``indent`` is given.

        Raises:
            TypeError: if ``fields`` is no text, or ``indent`` no whole number.
        """
        check_type("indent", int | None, indent)
        separators = (",", ":") if indent is None else (",", ": ")
        text = json.dumps(self.to_dict(fields), ensure_ascii=False, indent=indent, separators=separators)
        return text.encode("utf-8", "backslashreplace").decode()


def _table(summary: Summary) -> Table:
    from usagestats.printing import table

    return table(summary.name, summary.stats, summary.extras, summary.period)


def summarize(
    events: object,
    *,
    name: str = "",
    period: str = "7d",
    now: datetime | None = None,
    tz: str | tzinfo = "UTC",
    weeks: int | None = None,
    strict: bool = False,
) -> Summary:
    """The documented usage stats of event records.

    >>> from datetime import UTC, datetime
    >>> request = {"timestamp": "2026-11-22T08:00:00Z", "provider": "anthropic", "model": "claude-opus-4-5",
    ...            "input_tokens": 7118, "output_tokens": 2978}
    >>> summarize([request], now=datetime(2026, 11, 22, 12, tzinfo=UTC)).stats.total_tokens
    10096

    Args:
        events: Any iterable of mappings, of `Event`, or of objects with those attributes; a polars ``DataFrame`` or
            ``LazyFrame``; any frame that speaks the Arrow PyCapsule interface; a `usagestats.rollup.Rollup` of any of
            these. Of a ``LazyFrame`` only the rows in reach of the window are read, and so judged.
        name: Whose numbers these are; any text.
        period: ``7d``, ``30d`` or ``90d``.
        now: The instant of the summary, without offset in UTC; None reads the clock.
        tz: The zone whose days are counted: an IANA name, or a ``tzinfo``.
        weeks: How many calendar weeks back, 1 to 53, the tokens of each day are kept for the calendar card; None keeps
            the period's days only.
        strict: Raise on the first record that breaks a rule instead of counting it in ``rejects``.

    Raises:
        InvalidPeriod: if there is no such period, or ``weeks`` are not 1 to 53.
        InvalidTime: if the zone is unknown, ``now`` is too far from today, or a rollup knows no such ``now`` or zone.
        InvalidEvents: if ``events`` holds no records at all.
        InvalidEvent: on the first reject, if ``strict``.
        NumberTooBig: if a number of the document is beyond 2**63 - 1.
        TypeError: if ``name`` is no text, or ``strict`` neither True nor False.
    """
    return summaries(events, [period], name=name, now=now, tz=tz, weeks=weeks, rejects=Rejects(strict=strict))[0]


def summarize_many(
    events: object,
    *,
    names: Mapping[str, str] | None = None,
    period: str = "7d",
    now: datetime | None = None,
    tz: str | tzinfo = "UTC",
    strict: bool = False,
) -> Iterator[tuple[str, Summary]]:
    """Everybody's summary, by ``public_id``: the same as `summarize` for each one's records, from one set of queries.

    >>> events = [{"timestamp": "2026-11-22T08:00:00Z", "kind": "activity", "commits": 2, "public_id": "alex"}]
    >>> many = summarize_many(events, names={"sam": "Sam"}, now=datetime(2026, 11, 22, 12))
    >>> [(public_id, summary.stats.total_commits) for public_id, summary in many]
    [('alex', 2), ('sam', 0)]

    The records are read and the queries run by the call itself; each summary is made when it is asked for.

    Args:
        events: What `summarize` takes, or a rollup by person. A record without ``public_id`` is refused.
        names: ``public_id`` → name. Who has no records gets an empty summary; who has no name, an empty one.
        period: ``7d``, ``30d`` or ``90d``.
        now: The instant of the summaries, without offset in UTC; None reads the clock.
        tz: The zone whose days are counted: an IANA name, or a ``tzinfo``.
        strict: Raise on the first record that breaks a rule. Otherwise each ``rejects`` tells of the whole reading.

    Returns:
        (``public_id``, summary), ascending by ``public_id``.

    Raises:
        UsageStatsError: as `summarize` does; NumberTooBig when that person's summary is asked for.
        TypeError: if ``names`` is no mapping of text to text, or ``strict`` neither True nor False.
    """
    check_type("names", Mapping | None, names)
    for public_id, name in (names or {}).items():
        check_type("a public_id of names", str, public_id)
        check_type(f"names[{shown(public_id)}]", str, name)
    from usagestats.people import people

    rejects = Rejects(strict=strict, by_person=True)
    when = window(period, datetime.now(UTC) if now is None else now, tz)
    found = people(events, when, rejects)
    if rollup := _rollup(events):
        rejects.count += rollup.refused
    return _handed_out(found, names or {}, when, Refused(rejects.count, tuple(rejects.first)))


def _handed_out(
    found: People, names: Mapping[str, str], period: Period, refused: Refused
) -> Iterator[tuple[str, Summary]]:
    silent = ((public_id, None, Sums.of([[]] * TABLES)) for public_id in sorted(names.keys() - set(found.ids)))
    for public_id, earliest_us, sums in heapq.merge(found.sums(), silent, key=itemgetter(0)):
        reaches_back = earliest_us is not None and period.reaches_back(earliest_us)
        stats, extras = numbers(sums, period, reaches_back=reaches_back)
        name = names.get(public_id, "")
        yield public_id, Summary(name, stats, stamp(period.now), period, extras, refused)


def summaries(
    events: object,
    periods: Sequence[str],
    *,
    name: str,
    now: datetime | None,
    tz: str | tzinfo,
    rejects: Rejects,
    weeks: int | None = None,
) -> list[Summary]:
    """The same for several periods, from one reading of the records; what is refused goes to ``rejects``.

    Raises:
        UsageStatsError: as `summarize` does.
        TypeError: if ``name`` is no text.
    """
    check_type("name", str, name)
    instant = datetime.now(UTC) if now is None else now
    windows = [window(period, instant, tz) for period in periods]
    past = None if weeks is None else calendar_weeks(windows[0], weeks)
    found = _counted(events, windows, past, rejects)
    refused = Refused(rejects.count, tuple(rejects.first))
    made = [_summary(name, *one, found, refused) for one in zip(windows, found.tables, strict=False)]
    if past is None:
        return made
    known = past.days_known(found.earliest_us)
    tokens = tokens_by_day(found.tables[-1], past)[past.days - known :]
    return [_looking_back(one, tokens) for one in made]


def _counted(events: object, windows: Sequence[Period], past: Period | None, rejects: Rejects) -> Counted[LazyTally]:
    weeks = [] if past is None else [past]
    rollup = _rollup(events)
    if rollup is None:
        found = counted(events, [*map(InPeriod, windows), *map(InWeeks, weeks)], rejects)
        return Counted([tally.lazy() for tally in found.tables], found.earliest_us)
    rejects.count += rollup.refused
    return Counted([rollup.tally(one) for one in [*windows, *weeks]], rollup.earliest_us)


def _rollup(events: object) -> Rollup | None:
    """The events if they are a rollup; what agents' logs tell is none, and needs no module that knows rollups."""
    if isinstance(events, Records):
        return None
    from usagestats.slots import Rollup

    return events if isinstance(events, Rollup) else None


def _summary(name: str, period: Period, tally: LazyTally, found: Counted[LazyTally], refused: Refused) -> Summary:
    reaches_back = found.earliest_us is not None and period.reaches_back(found.earliest_us)
    stats, extras = computed(tally, period, reaches_back=reaches_back)
    return Summary(name, stats, stamp(period.now), period, extras, refused)


def _looking_back(summary: Summary, tokens: Sequence[int]) -> Summary:
    return replace(summary, extras=replace(summary.extras, days_before=tuple(tokens[: -summary.period.days])))
