"""The rhythm: requests by weekday and hour as discs, the larger and the darker the more; the busiest hour in words."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

from usagestats.cards.curves import Dots
from usagestats.cards.grids import Weeks, weekday_texts, weekdays_width
from usagestats.cards.heading import LEFT, half_head, idle_texts, in_sentences, nothing_in, title_of
from usagestats.cards.sheet import NARROW, PADDING, Sheet
from usagestats.cards.texts import Span, Text, centred, isolated
from usagestats.languages import ENGLISH, SHORT, Language
from usagestats.lettering import cut as shortened
from usagestats.templating import clean, number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from usagestats.cards.facts import Write
    from usagestats.cards.told import Told

WHAT = "AI coding rhythm"
HEADLINE = "Requests by hour"
RIGHT = NARROW - PADDING
HOURS = 24
LEVELS = 8
"""Sizes of discs, by area."""
EMPTY = 2.5
"""How wide the disc of an hour without requests is."""
NAMED_HOURS = (0, 6, 12, 18, 23)
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


def wide(summary: Told, write: Write = SHORT) -> Sheet:
    """The cut for a page: 412 × 240."""
    return sheet(summary, PAGE, write)


def narrow(summary: Told, write: Write = SHORT) -> Sheet:
    """The cut for a phone: 412 × 288, with larger small print."""
    return sheet(summary, PHONE, write)


def sheet(summary: Told, cut: Cut, write: Write) -> Sheet:
    """The sheet of either cut."""
    body = drawn(summary, cut) if any(map(any, summary.extras.hours)) else idle(summary, cut, write)
    title, desc = title_of(summary, summary.say(WHAT)), description(summary, write)
    return Sheet("rhythm", NARROW, cut.height, title, desc, {"body": body}, ramp=True)


def drawn(summary: Told, cut: Cut) -> Body:
    """A period with requests."""
    day, hour = busiest(summary.extras.hours)
    zone = shortened(zone_of(summary), ZONE_ROOM, cut.small)
    say = summary.say
    figure = f"{say.short_weekday(day)} {say.digits(clock(hour))}"
    label = say("busiest hour, {zone}", zone=isolated(zone, say))
    head = half_head(summary, say(HEADLINE), figure, label, RIGHT, cut.small)
    return Body([*head, *axes(cut, say)], discs(summary.extras.hours, place_of(cut, say)))


def idle(summary: Told, cut: Cut, write: Write) -> Body:
    """A period without requests: a word in the place of the discs."""
    head = half_head(summary, summary.say(HEADLINE), "", "", RIGHT, cut.small)
    return Body([*head, *idle_texts(summary, 132, RIGHT - LEFT, summary.say(NOTHING), write)], [])


NOTHING = "No requests"


def place_of(cut: Cut, say: Language = ENGLISH) -> Weeks:
    """A row a weekday, a column an hour."""
    left = LEFT + weekdays_width(cut.small, say)
    across = (RIGHT - left) / HOURS
    return Weeks(left, cut.top, across, cut.down, HOURS, across)


def axes(cut: Cut, say: Language) -> list[Text]:
    """Weekdays and hours."""
    place = place_of(cut, say)
    y = place.top + 7 * place.down + cut.small + 5
    hours = [
        centred(place.x(hour) + place.across / 2, y, Span(say.digits(f"{hour:02}"), cut.small, tone="t3")).kept(
            place.left, RIGHT
        )
        for hour in NAMED_HOURS
    ]
    return [*weekday_texts(place, LEFT, cut.small, range(7), say), *hours]


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


def zone_of(summary: Told) -> str:
    """The name of the zone whose hours these are."""
    zone = summary.period.zone
    return clean(getattr(zone, "key", None) or zone.tzname(None) or summary.say("local time"))


def description(summary: Told, write: Write) -> str:
    """Every number of the card in sentences."""
    hours, say = summary.extras.hours, summary.say
    total = sum(map(sum, hours))
    if not total:
        return in_sentences(say, [nothing_in(summary, say(NOTHING))])
    days = say(", ").join(f"{say.weekday(day)} {write.text(sum(row))}" for day, row in enumerate(hours))
    requests = say.counted("{count} request", "{count} requests", total)
    return in_sentences(
        say,
        [
            say(", ").join([requests, busiest_told(summary, write)]),
            say("By weekday: {days}", days=days),
            say("By part of the day: {parts}", parts=by_part(hours, write)),
        ],
    )


def busiest_told(summary: Told, write: Write) -> str:
    """The busiest hour in words."""
    say, (day, hour) = summary.say, busiest(summary.extras.hours)
    return say(
        "busiest on {weekday}s from {start} to {end} ({zone}) with {requests}",
        weekday=say.weekday(day),
        start=say.digits(f"{hour:02}:00"),
        end=say.digits(f"{hour + 1:02}:00"),
        zone=isolated(zone_of(summary), say),
        requests=write.text(summary.extras.hours[day][hour]),
    )


def by_part(hours: Sequence[Sequence[int]], write: Write) -> str:
    """The requests of each part of the day in words."""
    say = write.say
    parts = [(say("night"), 0), (say("morning"), 6), (say("afternoon"), 12), (say("evening"), 18)]
    return say(", ").join(
        f"{name} {write.text(sum(sum(row[start : start + 6]) for row in hours))}" for name, start in parts
    )
