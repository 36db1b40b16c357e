"""Grids of days: a week a column, Monday first, each day a cell in one of the five steps of the ramp.

Cells of one step are a single path: each is a small rectangle whose border of the same colour, with round joins, gives
it its round corners. A year is five paths and some six kilobytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from usagestats.cards.texts import Span, Text, line
from usagestats.languages import ENGLISH, Language
from usagestats.lettering import width
from usagestats.templating import number

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

STEPS = 4
"""Steps of active days; a day without tokens is at step 0."""
WEEK = 7
GAP = 3
"""Between two cells."""
NAMED_WEEKDAYS = (0, 2, 4)
SMALL = 16
"""Weekdays as close as this have cells with smaller corners."""
LABEL_GAP = 8
"""Between weekdays and cells, and between the words of the legend and its cells."""


@dataclass(frozen=True, slots=True)
class Cells:
    """All cells of one step."""

    step: int
    path: str


@dataclass(frozen=True, slots=True)
class Grid:
    """Cells with round corners."""

    border: float
    """How wide a cell's border is: twice the radius of its corners."""
    cells: Sequence[Cells]


@dataclass(frozen=True, slots=True)
class Weeks:
    """The place of the cells of consecutive weeks."""

    left: float
    top: float
    across: float
    """From a week to the next."""
    down: float
    """From a weekday to the next."""
    count: int
    wide: float
    """How wide a cell is."""

    @property
    def right(self) -> float:
        """Where the last week's cells end."""
        return self.x(self.count - 1) + self.wide

    @property
    def bottom(self) -> float:
        """Where Sundays end."""
        return self.top + self.down * WEEK - GAP

    @property
    def border(self) -> float:
        """Of small cells the corners are a little less round."""
        return 4 if self.down < SMALL else 6

    def x(self, week: int) -> float:
        """Where a week begins."""
        return self.left + self.across * week


def monday_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(day.weekday())


def weeks_between(first: date, last: date) -> int:
    """How many calendar weeks two days and those between them touch.

    >>> from datetime import date
    >>> weeks_between(date(2026, 11, 16), date(2026, 11, 22)), weeks_between(date(2026, 11, 15), date(2026, 11, 16))
    (1, 2)
    """
    return (monday_of(last) - monday_of(first)).days // WEEK + 1


def steps(tokens: Sequence[int]) -> list[int]:
    """The step of each day: 0 without tokens, else the quarter of the active days it lies in; the busiest is in 4.

    >>> steps([0, 10, 20, 30, 40]), steps([5, 5, 5]), steps([0, 3, 900])
    ([0, 1, 2, 3, 4], [4, 4, 4], [0, 2, 4])
    """
    active = sorted(filter(None, tokens))
    borders = [active[len(active) * quarter // STEPS] for quarter in range(1, STEPS)] if active else []
    return [1 + sum(count >= border for border in borders) if count else 0 for count in tokens]


def corner(edge: float, border: float) -> str:
    """Where the path of a cell begins, in the middle of its border."""
    return number(edge + border / 2)


def round_trip(across: float, down: float, border: float) -> str:
    """The path of a cell from its corner on; with its border it is so wide and high."""
    wide, high = number(across - border), number(down - border)
    return f"h{wide}v{high}h-{wide}z"


def grid(place: Weeks, first: date, given: Sequence[int]) -> Grid:
    """The cells of days from ``first`` on, ``given`` by their steps."""
    border = place.border
    columns = [corner(place.x(week), border) for week in range(place.count)]
    rows = [corner(place.top + place.down * weekday, border) for weekday in range(WEEK)]
    trip = round_trip(place.wide, place.down - GAP, border)
    paths: dict[int, list[str]] = {step: [] for step in sorted(set(given))}
    for day, step in enumerate(given, first.weekday()):
        paths[step].append(f"M{columns[day // WEEK]} {rows[day % WEEK]}{trip}")
    return Grid(border, [Cells(step, "".join(path)) for step, path in paths.items()])


def weekday_texts(
    place: Weeks, left: float, size: float, named: Iterable[int] = NAMED_WEEKDAYS, say: Language = ENGLISH
) -> list[Text]:
    """Weekdays left of their rows."""
    lowered = (place.down - GAP) / 2 + 0.36 * size
    return [
        line(left, place.top + place.down * weekday + lowered, Span(say.short_weekday(weekday), size, tone="t3"))
        for weekday in named
    ]


def weekdays_width(size: float, say: Language = ENGLISH) -> float:
    """How much room weekdays need left of the cells."""
    return max(width(say.short_weekday(weekday), size) for weekday in range(WEEK)) + LABEL_GAP


def month_texts(place: Weeks, first: date, last: date, y: float, size: float, say: Language = ENGLISH) -> list[Text]:
    """Months over the weeks in which they begin, and over the first week; of two too close the later one stays."""
    monday = monday_of(first)
    starts = [0, *(week for week in range(1, place.count) if begins_month(monday + timedelta(WEEK * week), last))]
    texts = []
    for week in starts:
        shown = first if not week else monday + timedelta(WEEK * week + WEEK - 1)
        texts.append(line(place.x(week), y, Span(say.short_month(shown.month), size, tone="t3")))
    free = [text for text, after in pairwise(texts) if text.right + size / 2 <= after.left]
    return [text.kept(place.left, max(place.right, place.left + text.width)) for text in [*free, texts[-1]]]


def begins_month(monday: date, last: date) -> bool:
    """Whether the first of a month lies in the week of that Monday, no later than ``last``."""
    return any(day.day == 1 and day <= last for day in (monday + timedelta(n) for n in range(WEEK)))


def legend(x: float, y: float, size: float, say: Language = ENGLISH) -> tuple[list[Text], Grid]:
    """What the steps mean, from little to much, on a base line."""
    less = line(x, y, Span(say("Less"), size, tone="t3"))
    side = round(size)
    pitch = side + GAP
    at_cells = round(less.right) + LABEL_GAP
    top = round(y - 0.36 * size - side / 2)
    border = GAP + 1
    trip = f"{corner(top, border)}{round_trip(side, side, border)}"
    cells = [Cells(step, f"M{corner(at_cells + pitch * step, border)} {trip}") for step in range(STEPS + 1)]
    more = line(at_cells + pitch * (STEPS + 1) - GAP + LABEL_GAP, y, Span(say("More"), size, tone="t3"))
    return [less, more], Grid(border, cells)
