"""The rhythm: requests by weekday and hour as discs, the larger and the darker the more; the busiest hour in words."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

from usagestats.cards.curves import Dots
from usagestats.cards.grids import Weeks, weekday_texts, weekdays_width
from usagestats.cards.heading import LEFT, half_head, idle_texts, title_of
from usagestats.cards.sheet import NARROW, PADDING, Sheet
from usagestats.cards.texts import Span, Text, centred
from usagestats.formats import WEEKDAYS, compact_parts, plural
from usagestats.lettering import cut as shortened
from usagestats.templating import clean, number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from usagestats.cards.facts import Write
    from usagestats.summary import Summary

WHAT = "AI coding rhythm"
HEADLINE = "Requests by hour"
RIGHT = NARROW - PADDING
HOURS = 24
LEVELS = 8
"""Sizes of discs, by area."""
EMPTY = 2.5
"""How wide the disc of an hour without requests is."""
NAMED_HOURS = (0, 6, 12, 18, 23)
PARTS = {"night": (0, 6), "morning": (6, 12), "afternoon": (12, 18), "evening": (18, 24)}
ZONE_ROOM = 110


@dataclass(frozen=True, slots=True)
class Cut:
    """The measures in which the two cuts differ."""

    height: int
    top: float
    down: float
    """From a weekday to the next."""
    small: float


PAGE = Cut(height=240, top=82, down=17, small=11)
PHONE = Cut(height=288, top=88, down=22, small=12.5)


@dataclass(frozen=True, slots=True)
class Body:
    """Everything on the card, placed."""

    texts: Sequence[Text]
    dots: Sequence[Dots]


def wide(summary: Summary, write: Write = compact_parts) -> Sheet:
    """The cut for a page: 412 × 240."""
    return sheet(summary, PAGE, write)


def narrow(summary: Summary, write: Write = compact_parts) -> Sheet:
    """The cut for a phone: 412 × 288, with larger small print."""
    return sheet(summary, PHONE, write)


def sheet(summary: Summary, cut: Cut, write: Write) -> Sheet:
    """The sheet of either cut."""
    body = drawn(summary, cut) if any(map(any, summary.extras.hours)) else idle(summary, cut, write)
    title, desc = title_of(summary, WHAT), description(summary, write)
    return Sheet("rhythm", NARROW, cut.height, title, desc, {"body": body}, ramp=True)


def drawn(summary: Summary, cut: Cut) -> Body:
    """A period with requests."""
    day, hour = busiest(summary.extras.hours)
    zone = shortened(zone_of(summary), ZONE_ROOM, cut.small)
    figure = f"{WEEKDAYS[day][:3]} {clock(hour)}"
    head = half_head(summary, HEADLINE, figure, f"busiest hour, {zone}", RIGHT, cut.small)
    return Body([*head, *axes(cut)], discs(summary.extras.hours, place_of(cut)))


def idle(summary: Summary, cut: Cut, write: Write) -> Body:
    """A period without requests: a word in the place of the discs."""
    head = half_head(summary, HEADLINE, "", "", RIGHT, cut.small)
    return Body([*head, *idle_texts(summary, 132, RIGHT - LEFT, NOTHING, write)], [])


NOTHING = "No requests"


def place_of(cut: Cut) -> Weeks:
    """A row a weekday, a column an hour."""
    left = LEFT + weekdays_width(cut.small)
    across = (RIGHT - left) / HOURS
    return Weeks(left, cut.top, across, cut.down, HOURS, across)


def axes(cut: Cut) -> list[Text]:
    """Weekdays and hours."""
    place = place_of(cut)
    y = place.top + 7 * place.down + cut.small + 5
    hours = [
        centred(place.x(hour) + place.across / 2, y, Span(f"{hour:02}", cut.small, tone="t3")).kept(place.left, RIGHT)
        for hour in NAMED_HOURS
    ]
    return [*weekday_texts(place, LEFT, cut.small, range(7)), *hours]


def discs(hours: Sequence[Sequence[int]], place: Weeks) -> list[Dots]:
    """The discs, a path for each size; their area grows with the requests."""
    most = max(map(max, hours))
    widest = min(place.across, place.down) - 0.6
    paths: dict[int, list[str]] = {}
    for day, row in enumerate(hours):
        y = number(place.top + place.down * (day + 0.5) - 1.5)
        for hour, count in enumerate(row):
            level = -(-LEVELS * count // most)
            paths.setdefault(level, []).append(f"M{number(place.x(hour) + place.across / 2)} {y}h0")
    return [
        Dots(f"g{-(-level // 2)}", round(widest * sqrt(level / LEVELS), 1) if level else EMPTY, "".join(path))
        for level, path in sorted(paths.items())
    ]


def busiest(hours: Sequence[Sequence[int]]) -> tuple[int, int]:
    """Weekday and hour with most requests, the first of equals."""
    most = max(map(max, hours))
    return next((day, hour) for day, row in enumerate(hours) for hour, count in enumerate(row) if count == most)


def clock(hour: int) -> str:
    """From an hour to the next: ``14–15``."""
    return f"{hour:02}–{hour + 1:02}"


def zone_of(summary: Summary) -> str:
    """The name of the zone whose hours these are."""
    zone = summary.period.zone
    return clean(getattr(zone, "key", None) or zone.tzname(None) or "local time")


def description(summary: Summary, write: Write) -> str:
    """Every number of the card in sentences."""
    hours = summary.extras.hours
    total = sum(map(sum, hours))
    if not total:
        return f"{NOTHING} in these {summary.period.days} days."
    day, hour = busiest(hours)
    days = ", ".join(f"{name} {''.join(write(sum(row)))}" for name, row in zip(WEEKDAYS, hours, strict=True))
    parts = ", ".join(
        f"{name} {''.join(write(sum(sum(row[start:end]) for row in hours)))}" for name, (start, end) in PARTS.items()
    )
    most = "".join(write(hours[day][hour]))
    return (
        f"{plural(total, 'request')}, busiest on {WEEKDAYS[day]}s from {hour:02}:00 to {hour + 1:02}:00 "
        f"({zone_of(summary)}) with {most}. By weekday: {days}. By part of the day: {parts}."
    )
