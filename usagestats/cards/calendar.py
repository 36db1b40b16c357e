"""The calendar: a week a column, each day as dark as it was busy; the active days and their streaks.

A few weeks stand beside large figures, a year below one line of them. On a phone many weeks are folded into bands.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from usagestats.cards import grids
from usagestats.cards.columns import spread
from usagestats.cards.grids import GAP, Grid, Weeks
from usagestats.cards.heading import LEFT, byline, idle_sentence, idle_texts, title_of, who
from usagestats.cards.sheet import NARROW, PADDING, WIDE, Sheet
from usagestats.cards.texts import BOLD, Span, Text, ended, figures, line
from usagestats.cards.written import with_room
from usagestats.formats import Part, compact_parts, date_range, long_date, plural, short_date, weekday
from usagestats.lettering import width
from usagestats.streaks import Streak, Streaks, known_tokens_by_day, streaks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from usagestats.cards.facts import Write
    from usagestats.summary import Summary

WHAT = "AI coding calendar"
MOST_BESIDE = 16
"""Up to so many weeks stand beside the figures."""
MOST_ACROSS = 18
"""Weeks in a band on a phone."""
FEW = 2
"""Up to so many weeks have room for a number beside each day."""
BAND = 30
"""Between two bands: the months of the lower one."""
ONE_WEEK, TWO_WEEKS = 132, 84
"""How wide cells are where a number stands beside each."""
NUMBER_GAP = 8
MOST_ROOM = 96
"""The room that numbers beside cells take at most, if they have every digit."""
WORD_GAP = 4
COLUMN_GAP = 28
FIGURES = 4
"""Active days, the two streaks, the busiest day."""
HERO = (44, 20)
FIGURE = (20, 13)
"""Font sizes of the active days, of the other figures, and of their units."""
LEAST_GAP, WIDEST_GAP = 22, 60


@dataclass(frozen=True, slots=True)
class Days:
    """The days that are drawn, and what is told of them."""

    first: date
    tokens: Sequence[int]
    steps: Sequence[int]
    streaks: Streaks

    @classmethod
    def of(cls, summary: Summary) -> Days:
        """Those that the summary knows."""
        tokens = known_tokens_by_day(summary)
        first = summary.period.last - timedelta(len(tokens) - 1)
        return cls(first, tokens, grids.steps(tokens), streaks(tokens))

    @property
    def last(self) -> date:
        """The last day."""
        return self.first + timedelta(len(self.tokens) - 1)

    @property
    def weeks(self) -> int:
        """How many calendar weeks they touch."""
        return grids.weeks_between(self.first, self.last)

    @property
    def dates(self) -> str:
        """From the first to the last."""
        return date_range(self.first, self.last)

    @property
    def busiest(self) -> tuple[date, int]:
        """The day with most tokens, the first of equals, and their number."""
        most = max(self.tokens)
        return self.first + timedelta(self.tokens.index(most)), most

    def between(self, start: int, end: int) -> Days:
        """Those of the weeks from ``start`` up to ``end``."""
        monday = self.first.weekday()
        begin, stop = max(0, 7 * start - monday), min(len(self.tokens), 7 * end - monday)
        first = self.first + timedelta(begin)
        return Days(first, self.tokens[begin:stop], self.steps[begin:stop], self.streaks)


@dataclass(frozen=True, slots=True)
class Body:
    """Everything on the card, placed."""

    texts: Sequence[Text]
    grids: Sequence[Grid]


# -------------------------------------------------------------------------------------------------- the cut for a page


def wide(summary: Summary, write: Write = compact_parts) -> Sheet:
    """The cut for a page: 840 × 222."""
    days = Days.of(summary)
    body = beside(summary, days, write) if days.weeks <= MOST_BESIDE else below(summary, days)
    return sheet(summary, days, WIDE, 222, body, write)


def beside(summary: Summary, days: Days, write: Write) -> Body:
    """Large figures at the left, up to sixteen weeks at the right."""
    way = beside_cells(days, 12, write)
    place = at_right(days, WIDE - PADDING, 56, 20, way)
    labels = place.left - grids.weekdays_width(11)
    left = labels - 44
    shown, drawn = block(days, place, labels, 11, way)
    head = [line(LEFT, 44, who(summary, left - LEFT)), line(LEFT, 65, when(days, 12.5).within(left - LEFT, 10))]
    if not days.streaks.active_days:
        return Body([*head, *idle_texts(summary, 122, left - LEFT, write=write), *shown], [drawn])
    legend_texts, legend = grids.legend(LEFT, 193, 11)
    told = figure_row(days, left, (124, 146), 12, write)
    return Body([*head, *told, *shown, *legend_texts], [drawn, legend])


def at_right(days: Days, right: float, top: float, down: float, write: Write) -> Weeks:
    """The place of a few weeks that end at ``right``: cells up to twice as wide as high, wider with numbers beside."""
    if days.weeks <= FEW:
        room = number_room(days, 12, write)
        cell = ONE_WEEK if days.weeks == 1 else TWO_WEEKS
        across = cell + room + COLUMN_GAP
        left = round(right + COLUMN_GAP - across * days.weeks)
        return Weeks(left, top, across, down, days.weeks, cell)
    across = max(down, min(2 * down, 300 // days.weeks))
    return Weeks(right + GAP - across * days.weeks, top, across, down, days.weeks, across - GAP)


def below(summary: Summary, days: Days) -> Body:
    """A line of figures over up to 53 weeks."""
    right, start = WIDE - PADDING, round(LEFT + grids.weekdays_width(11))
    across = min(40, int(2 * (right + GAP - start) / days.weeks) / 2)
    place = Weeks(right + GAP - across * days.weeks, 82, across, 14, days.weeks, across - GAP)
    shown, drawn = block(days, place, LEFT, 11, compact_parts)
    legend_texts, legend = grids.legend(LEFT, 202, 11)
    by = byline(summary, right - legend_texts[-1].right - 40, 11.5, days.dates)
    texts = [active_text(days, 44), *streak_texts(days, right, 44), *shown, *legend_texts, ended(right, 202, by)]
    return Body(texts, [drawn, legend])


# ------------------------------------------------------------------------------------------------- the cut for a phone


def narrow(summary: Summary, write: Write = compact_parts) -> Sheet:
    """The cut for a phone: 412 wide, the weeks in bands, as high as these."""
    days, right = Days.of(summary), NARROW - PADDING
    active = days.streaks.active_days
    told = idle_texts(summary, 122, right - LEFT, write=write)
    if active:
        told = figure_row(days, right, (132, 155), 13, write)
    shown, drawn, bottom = bands(days, right, 197 if active else 212, beside_cells(days, 12, write))
    head = [line(LEFT, 44, who(summary, right - LEFT)), line(LEFT, 67, when(days, 13).within(right - LEFT, 11))]
    if not active:
        return sheet(summary, days, NARROW, round(bottom) + PADDING, Body([*head, *told, *shown], drawn), write)
    legend_texts, legend = grids.legend(LEFT, bottom + 28, 12)
    body = Body([*head, *told, *shown, *legend_texts], [*drawn, legend])
    return sheet(summary, days, NARROW, round(bottom) + 28 + 26, body, write)


def bands(days: Days, right: float, top: float, write: Write) -> tuple[list[Text], list[Grid], float]:
    """The weeks in as few bands as have room, one below the other, and where they end."""
    columns = -(-days.weeks // -(-days.weeks // MOST_ACROSS))
    left: float = round(LEFT + grids.weekdays_width(12))
    room = number_room(days, 12, write) if days.weeks <= FEW else 0
    across = int(2 * (right + GAP - left) / columns) / 2
    left = max(left, right + GAP - across * columns) if days.weeks > FEW else left
    down = min(22, int(across))
    texts: list[Text] = []
    drawn: list[Grid] = []
    for start in range(0, days.weeks, columns):
        part = days.between(start, start + columns)
        place = Weeks(left, top, across, down, part.weeks, across - (room + GAP if room else GAP))
        shown, cells = block(part, place, LEFT, 12, write)
        texts += shown
        drawn.append(cells)
        top = place.bottom + BAND
    return texts, drawn, top - BAND


# -------------------------------------------------------------------------------------------------------------- pieces


def sheet(summary: Summary, days: Days, width_px: int, height_px: int, body: Body, write: Write) -> Sheet:
    """The sheet of either cut."""
    title = title_of(summary, WHAT, days.dates)
    return Sheet("calendar", width_px, height_px, title, description(summary, days, write), {"body": body}, ramp=True)


def block(days: Days, place: Weeks, labels: float, size: float, write: Write) -> tuple[list[Text], Grid]:
    """Cells with their weekdays and months; of one or two weeks with dates, and a number beside each day."""
    drawn = grids.grid(place, days.first, days.steps)
    y = place.top - 9
    if days.weeks > FEW:
        months = grids.month_texts(place, days.first, days.last, y, size)
        return [*months, *grids.weekday_texts(place, labels, size)], drawn
    dated = [
        line(place.x(week), y, Span(without_year(days.between(week, week + 1)), size, tone="t3"))
        for week in range(place.count)
    ]
    return [*dated, *grids.weekday_texts(place, labels, size, range(7)), *number_texts(days, place, size, write)], drawn


def without_year(days: Days) -> str:
    """From the first to the last day, in as few words as a column has room for."""
    if days.first == days.last:
        return short_date(days.last)
    first = str(days.first.day) if days.first.month == days.last.month else short_date(days.first)
    return f"{first} – {short_date(days.last)}"


def number_texts(days: Days, place: Weeks, size: float, write: Write) -> list[Text]:
    """The tokens of each day beside its cell, the busiest one's in bold."""
    busiest, _ = days.busiest
    texts = []
    for at, tokens in enumerate(days.tokens):
        week, weekday = divmod(at + days.first.weekday(), 7)
        bold = days.first + timedelta(at) == busiest
        figure = "".join(write(tokens))
        span = Span(figure, size, BOLD, "t1") if bold else Span(figure, size)
        y = place.top + place.down * weekday + (place.down - GAP) / 2 + 0.36 * size
        texts += [line(place.x(week) + place.wide + NUMBER_GAP, y, span)] if tokens else []
    return texts


def beside_cells(days: Days, size: float, write: Write) -> Write:
    """How the numbers beside cells are written: with every digit where that leaves the cells most of the room."""
    return with_room(write, lambda way: way, lambda way: number_room(days, size, way) <= MOST_ROOM)


def number_room(days: Days, size: float, write: Write) -> float:
    """The room that numbers beside cells need."""
    return max(NUMBER_GAP + width("".join(write(tokens)), size, BOLD) if tokens else 0 for tokens in days.tokens)


def when(days: Days, size: float) -> Span:
    """The days that are drawn."""
    return Span(f"{days.dates} · {'last' if days.weeks > FEW else ''} {len(days.tokens)} days".replace("  ", " "), size)


def figure_row(days: Days, right: float, ys: tuple[float, float], small: float, write: Write) -> list[Text]:
    """Figures over their labels, the active days largest; as many as have room, with every digit only if all have."""
    return with_room(
        write,
        lambda way: some_figures(days, right, ys, small, way),
        lambda texts: len(texts) == 2 * FIGURES,
    )


def some_figures(days: Days, right: float, ys: tuple[float, float], small: float, write: Write) -> list[Text]:
    """The figures, written in one way."""
    given = [(Part(str(days.streaks.active_days), ""), active_words(days))]
    given += [streak_part(days.streaks.current, "current streak"), streak_part(days.streaks.longest, "longest streak")]
    busiest, most = days.busiest
    given.append((write(most), f"on {short_date(busiest)}"))
    sizes = [HERO, *[FIGURE] * (len(given) - 1)]
    columns = [
        [figures(0, ys[0], [part], size), line(0, ys[1], Span(label, small))]
        for (part, label), size in zip(given, sizes, strict=True)
    ]
    widths = [max(text.width for text in column) for column in columns]
    while sum(widths) + LEAST_GAP * (len(widths) - 1) > right - LEFT:
        widths.pop()
    starts = spread(widths, LEFT, right, WIDEST_GAP)
    return [text.moved(x) for column, x in zip(columns, starts, strict=False) for text in column]


def streak_part(streak: Streak, label: str) -> tuple[Part, str]:
    """A streak's length and its label."""
    return Part(streak.figure, "day" if streak.figure == "1" else "days"), label


def active_words(days: Days) -> str:
    """What the number of active days is of."""
    word = "active day" if days.streaks.active_days == 1 else "active days"
    return f"{word} of {days.streaks.days_known}"


def active_text(days: Days, y: float) -> Text:
    """The active days in one line."""
    figure, words = str(days.streaks.active_days), active_words(days).partition(" of ")
    first = Span(f"{figure} {words[0]}", 18, BOLD, "t1")
    return Text(LEFT, y, (first, Span(f"of {words[2]}", 12.5, gap=7)))


def streak_texts(days: Days, right: float, y: float) -> list[Text]:
    """Both streaks in one line that ends at ``right``: each word ends where the next one begins, in any typeface."""
    current, longest = days.streaks.current.figure, days.streaks.longest.figure
    spans = [Span("current streak", 12.5), figure_span(current), Span("· longest", 12.5), figure_span(longest)]
    texts: list[Text] = []
    for span in reversed(spans):
        texts.insert(0, ended(right, y, span))
        right -= span.width + WORD_GAP
    return texts


def figure_span(figure: str) -> Span:
    """Days within a line."""
    return Span(f"{figure} d", 12.5, BOLD, "t1")


# --------------------------------------------------------------------------------------------------------------- words


def description(summary: Summary, days: Days, write: Write) -> str:
    """Every number of the card in sentences."""
    told = days.streaks
    if not told.active_days:
        return idle_sentence(summary, write)
    busiest, most = days.busiest
    said = [
        f"{told.active_days} {active_words(days)}",
        f"Current streak {spoken(told.current)}, longest streak {spoken(told.longest)}",
        f"Most on {long_date(busiest)} with {''.join(write(most))} tokens",
    ]
    if days.weeks <= FEW:
        said.append("Tokens by day: " + ", ".join(by_day(days, write)))
    return ". ".join(said) + "."


def spoken(streak: Streak) -> str:
    """A streak in words."""
    return ("at least " if streak.is_open else "") + plural(streak.days, "day")


def by_day(days: Days, write: Write) -> list[str]:
    """The tokens of each day in words."""
    named = [(days.first + timedelta(at), tokens) for at, tokens in enumerate(days.tokens)]
    return [f"{weekday(day)[:3]} {day.day} {''.join(write(tokens))}" for day, tokens in named]
