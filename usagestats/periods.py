"""7d, 30d, 90d: windows of whole days of a zone, UTC unless asked, the last one being the day of ``now``.

A window is half open and ends with ``now``: what is later does not count. A record lies on the local date of its
instant, so a day of 23 or 25 hours is a day like any other. A zone is used as what it is within a window: a handful of
instants at which its offset from UTC changes. That makes the local hours of a million records a matter of additions.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cached_property, lru_cache
from typing import Final

from usagestats.errors import InvalidPeriod, InvalidTime, check_one_of, shown

PERIODS: Final = {"7d": 7, "30d": 30, "90d": 90}
"""The documented periods and their number of days."""

WEEKS: Final = range(1, 54)
"""How many calendar weeks can be looked back on: up to a year, whatever its weekdays."""

HOUR_US: Final = 3_600_000_000
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
DAY_US: Final = 24 * HOUR_US
YEARS: Final = range(1900, 9990)
"""Where ``now`` may lie: everything around it can still be counted in datetimes."""


@dataclass(frozen=True)
class Period:
    """A window of whole days that ends with the day of ``now``."""

    name: str
    """``7d``, ``30d`` or ``90d``."""
    days: int
    """How many days the window has."""
    now: datetime
    """The instant of the summary, aware, in UTC; records after it do not count."""
    first: date
    """The first day, in the window's zone."""
    last: date
    """The last day, in the window's zone: the day of ``now``."""
    zone: tzinfo = field(default=UTC, repr=False)
    """The zone whose days these are."""

    @cached_property
    def dates(self) -> tuple[date, ...]:
        """Every day of the window, ascending."""
        return tuple(self.first + timedelta(days=n) for n in range(self.days))

    @cached_property
    def iso_dates(self) -> tuple[str, ...]:
        """The same as text, ``YYYY-MM-DD``."""
        return tuple(day.isoformat() for day in self.dates)

    @cached_property
    def before(self) -> Period:
        """The window of as many days just before this one; ``now`` stays."""
        length = timedelta(days=self.days)
        return replace(self, first=self.first - length, last=self.last - length)

    def reaches_back(self, earliest_us: int) -> bool:
        """Whether data that begin then cover the period before: they have its first day, or an earlier one."""
        return earliest_us < self.before.start_us + DAY_US

    def reach_us(self, earliest_us: int | None) -> int:
        """The first instant that matters: the period before is left out where the data do not reach back.

        Args:
            earliest_us: The instant of the earliest record; None where it is not known.
        """
        return self.before.start_us if earliest_us is None or self.reaches_back(earliest_us) else self.start_us

    def days_known(self, earliest_us: int | None) -> int:
        """How many of the days, counted from the last one back, are not older than the data.

        Args:
            earliest_us: The instant of the earliest record; None without any.
        """
        if earliest_us is None or earliest_us > self.now_us:
            return 0
        if earliest_us < self.start_us + DAY_US:
            return self.days
        earliest = (EPOCH + timedelta(microseconds=earliest_us)).astimezone(self.zone).date()
        return max(0, (self.last - earliest).days + 1)

    @cached_property
    def offsets(self) -> tuple[tuple[int, int], ...]:
        """The zone around this period and the one before: (from this instant on, the offset), both in µs."""
        margin = timedelta(days=1)
        return _offsets(self.zone, self.before.first - margin, self.now.date() + 2 * margin)

    @property
    def local_start_us(self) -> int:
        """Midnight of the first day as the clock on its wall says it, in µs since 1970."""
        return _wall_us(self.first)

    @property
    def start_us(self) -> int:
        """The first instant of the first day, in µs since 1970."""
        return _first_instant(self.local_start_us, self.offsets)

    @property
    def now_us(self) -> int:
        """``now`` in µs since 1970."""
        return (self.now - EPOCH) // timedelta(microseconds=1)


def window(name: str, now: datetime, tz: str | tzinfo = "UTC") -> Period:
    """The documented period that ends with the day of ``now``; a ``now`` without offset is in UTC.

    >>> from datetime import UTC, datetime
    >>> str(window("7d", datetime(2026, 11, 22, 23, tzinfo=UTC), "Asia/Tokyo").last)
    '2026-11-23'

    Raises:
        InvalidPeriod: if there is no such period.
        InvalidTime: if the zone is unknown, or ``now`` is no datetime or too far from today.
    """
    check_one_of("period", PERIODS, name, InvalidPeriod)
    place, instant = zone(tz), aware(_judged(now))
    last = instant.astimezone(place).date()
    return Period(name, PERIODS[name], instant, last - timedelta(days=PERIODS[name] - 1), last, place)


def _judged(now: object) -> datetime:
    if not isinstance(now, datetime):
        message = f"now must be a datetime, not {type(now).__name__}"
        raise InvalidTime(message)
    if now.year not in YEARS:
        message = f"now must lie in the years {YEARS[0]} to {YEARS[-1]}, not {now.year}"
        raise InvalidTime(message)
    return now


def calendar_weeks(period: Period, count: int) -> Period:
    """The window of so many calendar weeks, Mondays first, that ends with the period's last day.

    >>> from datetime import UTC, datetime
    >>> str(calendar_weeks(window("7d", datetime(2026, 11, 18, tzinfo=UTC)), 2).first)  # two weeks before a Wednesday
    '2026-11-09'

    Raises:
        InvalidPeriod: if there are not 1 to 53 of them.
    """
    if type(count) is not int or count not in WEEKS:
        message = f"weeks must be a whole number from {WEEKS[0]} to {WEEKS[-1]}, not {shown(count)}"
        raise InvalidPeriod(message)
    days = 7 * count - 6 + period.last.weekday()
    return replace(period, name=f"{count} weeks", days=days, first=period.last - timedelta(days=days - 1))


def aware(now: datetime) -> datetime:
    """An instant in UTC; without offset it is there already."""
    return (now if now.tzinfo else now.replace(tzinfo=UTC)).astimezone(UTC)


def stamp(now: datetime) -> str:
    """An instant as the document writes it.

    >>> stamp(datetime(2026, 1, 8, 17, 25, 24))
    '2026-01-08T17:25:24Z'
    """
    return aware(now).strftime("%Y-%m-%dT%H:%M:%SZ")


def zone(tz: str | tzinfo) -> tzinfo:
    """The zone of an IANA name.

    Raises:
        InvalidTime: if the database has no such name.
    """
    if isinstance(tz, tzinfo):
        return tz
    if tz == "UTC":
        return UTC
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(tz)
    except (OSError, ValueError, TypeError, LookupError) as error:  # no such file, a folder, a path that leads out
        message = f"tz must be a name of the IANA time zone database, such as Europe/Berlin, not {shown(tz)}"
        raise InvalidTime(message) from error


@lru_cache(maxsize=64)
def _offsets(place: tzinfo, first: date, last: date) -> tuple[tuple[int, int], ...]:
    if place is UTC:
        return ((_wall_us(first), 0),)
    pieces = [(_wall_us(first), _offset_us(place, _wall_us(first)))]
    for day in range(_wall_us(first), _wall_us(last), DAY_US):
        offset = _offset_us(place, day + DAY_US)
        if offset != pieces[-1][1]:
            pieces.append((_transition(place, day, day + DAY_US), offset))
    return tuple(pieces)


def _transition(place: tzinfo, low: int, high: int) -> int:
    """The first instant after ``low`` whose offset is that of ``high``."""
    offset = _offset_us(place, high)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _offset_us(place, middle) == offset else (middle, high)
    return high


def _offset_us(place: tzinfo, instant_us: int) -> int:
    offset = (EPOCH + timedelta(microseconds=instant_us)).astimezone(place).utcoffset()
    return (offset or timedelta()) // timedelta(microseconds=1)


def _wall_us(day: date) -> int:
    return (datetime.combine(day, time(), UTC) - EPOCH) // timedelta(microseconds=1)


def _first_instant(wall_us: int, offsets: tuple[tuple[int, int], ...]) -> int:
    """The first instant whose local clock shows ``wall_us`` or later (a gap may leave midnight out)."""
    ends = [start for start, _ in offsets[1:]] + [wall_us + 2 * DAY_US]
    found = (
        max(start, wall_us - offset)
        for (start, offset), end in zip(offsets, ends, strict=True)
        if max(start, wall_us - offset) < end
    )
    return next(found)
