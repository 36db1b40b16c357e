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
from usagestats.cards.heading import BETWEEN, LEFT, byline, idle_sentence, idle_texts, in_sentences, title_of, who
from usagestats.cards.sheet import NARROW, PADDING, WIDE, Sheet
from usagestats.cards.texts import BOLD, Span, Text, ended, figures, line
from usagestats.cards.written import with_room
from usagestats.formats import Part
from usagestats.languages import SHORT, Writing
from usagestats.lettering import width
from usagestats.streaks import Streak, Streaks, known_tokens_by_day, streaks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from usagestats.cards.facts import Write
    from usagestats.cards.told import Told
    from usagestats.languages import Language

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
    say: Language

    @classmethod
    def of(cls, summary: Told) -> Days:
        """Those that the summary knows."""
        tokens = known_tokens_by_day(summary)
        first = summary.period.last - timedelta(len(tokens) - 1)
        return cls(first, tokens, grids.steps(tokens), streaks(tokens), summary.say)

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
        return self.say.date_range(self.first, self.last)

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
        return Days(first, self.tokens[begin:stop], self.steps[begin:stop], self.streaks, self.say)


@dataclass(frozen=True, slots=True)
class Body:
    """Everything on the card, placed."""

    texts: Sequence[Text]
    grids: Sequence[Grid]


# -------------------------------------------------------------------------------------------------- the cut for a page


def wide(summary: Told, write: Write = SHORT) -> Sheet:
    """The cut for a page: 840 × 222."""
    days = Days.of(summary)
    body = beside(summary, days, write) if days.weeks <= MOST_BESIDE else below(summary, days)
    return sheet(summary, days, WIDE, 222, body, write)


def beside(summary: Told, days: Days, write: Write) -> Body:
    """Large figures at the left, up to sixteen weeks at the right."""
    way = beside_cells(days, 12, write)
    place = at_right(days, WIDE - PADDING, 56, 20, way)
    labels = place.left - grids.weekdays_width(11, summary.say)
    left = labels - 44
    shown, drawn = block(days, place, labels, 11, way)
    head = [line(LEFT, 44, who(summary, left - LEFT)), line(LEFT, 65, when(days, 12.5).within(left - LEFT, 10))]
    if not days.streaks.active_days:
        return Body([*head, *idle_texts(summary, 122, left - LEFT, write=write), *shown], [drawn])
    legend_texts, legend = grids.legend(LEFT, 193, 11, summary.say)
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


def below(summary: Told, days: Days) -> Body:
    """A line of figures over up to 53 weeks."""
    right, start = WIDE - PADDING, round(LEFT + grids.weekdays_width(11, summary.say))
    across = min(40, int(2 * (right + GAP - start) / days.weeks) / 2)
    place = Weeks(right + GAP - across * days.weeks, 82, across, 14, days.weeks, across - GAP)
    shown, drawn = block(days, place, LEFT, 11, Writing(days.say))
    legend_texts, legend = grids.legend(LEFT, 202, 11, summary.say)
    by = byline(summary, right - legend_texts[-1].right - 40, 11.5, days.dates)
    texts = [active_text(days, 44), *streak_texts(days, right, 44), *shown, *legend_texts, ended(right, 202, by)]
    return Body(texts, [drawn, legend])


# ------------------------------------------------------------------------------------------------- the cut for a phone


def narrow(summary: Told, write: Write = SHORT) -> Sheet:
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
    legend_texts, legend = grids.legend(LEFT, bottom + 28, 12, summary.say)
    body = Body([*head, *told, *shown, *legend_texts], [*drawn, legend])
    return sheet(summary, days, NARROW, round(bottom) + 28 + 26, body, write)


def bands(days: Days, right: float, top: float, write: Write) -> tuple[list[Text], list[Grid], float]:
    """The weeks in as few bands as have room, one below the other, and where they end."""
    columns = -(-days.weeks // -(-days.weeks // MOST_ACROSS))
    left: float = round(LEFT + grids.weekdays_width(12, days.say))
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


def sheet(summary: Told, days: Days, width_px: int, height_px: int, body: Body, write: Write) -> Sheet:
    """The sheet of either cut."""
    title = title_of(summary, summary.say(WHAT), days.dates)
    return Sheet("calendar", width_px, height_px, title, description(summary, days, write), {"body": body}, ramp=True)


def block(days: Days, place: Weeks, labels: float, size: float, write: Write) -> tuple[list[Text], Grid]:
    """Cells with their weekdays and months; of one or two weeks with dates, and a number beside each day."""
    drawn = grids.grid(place, days.first, days.steps)
    y = place.top - 9
    if days.weeks > FEW:
        months = grids.month_texts(place, days.first, days.last, y, size, days.say)
        return [*months, *grids.weekday_texts(place, labels, size, say=days.say)], drawn
    dated = [
        line(place.x(week), y, Span(without_year(days.between(week, week + 1)), size, tone="t3"))
        for week in range(place.count)
    ]
    return [
        *dated,
        *grids.weekday_texts(place, labels, size, range(7), days.say),
        *number_texts(days, place, size, write),
    ], drawn


def without_year(days: Days) -> str:
    """From the first to the last day, in as few words as a column has room for."""
    return days.say.short_range(days.first, days.last)


def number_texts(days: Days, place: Weeks, size: float, write: Write) -> list[Text]:
    """The tokens of each day beside its cell, the busiest one's in bold."""
    busiest, _ = days.busiest
    texts = []
    for at, tokens in enumerate(days.tokens):
        week, weekday = divmod(at + days.first.weekday(), 7)
        bold = days.first + timedelta(at) == busiest
        figure = write.text(tokens)
        span = Span(figure, size, BOLD, "t1") if bold else Span(figure, size)
        y = place.top + place.down * weekday + (place.down - GAP) / 2 + 0.36 * size
        texts += [line(place.x(week) + place.wide + NUMBER_GAP, y, span)] if tokens else []
    return texts


def beside_cells(days: Days, size: float, write: Write) -> Write:
    """How the numbers beside cells are written: with every digit where that leaves the cells most of the room."""
    return with_room(write, lambda way: way, lambda way: number_room(days, size, way) <= MOST_ROOM)


def number_room(days: Days, size: float, write: Write) -> float:
    """The room that numbers beside cells need."""
    return max(NUMBER_GAP + width(write.text(tokens), size, BOLD) if tokens else 0 for tokens in days.tokens)


def when(days: Days, size: float) -> Span:
    """The days that are drawn."""
    say, count = days.say, len(days.tokens)
    if days.weeks > FEW:
        return Span(f"{days.dates}{BETWEEN}{say.counted('last {count} days', 'last {count} days', count)}", size)
    return Span(f"{days.dates}{BETWEEN}{say.counted('{count} day', '{count} days', count)}", size)


def figure_row(days: Days, right: float, ys: tuple[float, float], small: float, write: Write) -> list[Text]:
    """Figures over their labels, the active days largest; as many as have room, with every digit only if all have."""
    return with_room(
        write,
        lambda way: some_figures(days, right, ys, small, way),
        lambda texts: len(texts) == 2 * FIGURES,
    )


def some_figures(days: Days, right: float, ys: tuple[float, float], small: float, write: Write) -> list[Text]:
    """The figures, written in one way."""
    say, told = days.say, days.streaks
    active = say.counted("active day", "active days", told.active_days)
    of = say("of {days}", days=say.grouped(told.days_known))
    given = [(Part(say.grouped(told.active_days), ""), f"{active} {of}")]
    given += [
        streak_part(told.current, say("current streak"), say),
        streak_part(told.longest, say("longest streak"), say),
    ]
    busiest, most = days.busiest
    given.append((write(most), say("on {day}", day=say.short_date(busiest))))
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


def streak_part(streak: Streak, label: str, say: Language) -> tuple[Part, str]:
    """A streak's length and its label."""
    return Part(say.digits(streak.figure), say.counted("day", "days", streak.days + streak.is_open)), label


def active_text(days: Days, y: float) -> Text:
    """The active days in one line."""
    say, told = days.say, days.streaks
    first = say.counted("{count} active day", "{count} active days", told.active_days)
    of = say("of {days}", days=say.grouped(told.days_known))
    return Text(LEFT, y, (Span(first, 18, BOLD, "t1"), Span(of, 12.5, gap=7)))


def streak_texts(days: Days, right: float, y: float) -> list[Text]:
    """Both streaks in one line that ends at ``right``: each word ends where the next one begins, in any typeface."""
    current, longest = days.streaks.current.figure, days.streaks.longest.figure
    words = days.say("current streak"), days.say("· longest")
    spans = [
        *(Span(words[0], 12.5), figure_span(current, days.say)),
        *(Span(words[1], 12.5), figure_span(longest, days.say)),
    ]
    texts: list[Text] = []
    for span in reversed(spans):
        texts.insert(0, ended(right, y, span))
        right -= span.width + WORD_GAP
    return texts


def figure_span(figure: str, say: Language) -> Span:
    """Days within a line."""
    return Span(say("{days} d", days=say.digits(figure)), 12.5, BOLD, "t1")


# --------------------------------------------------------------------------------------------------------------- words


def description(summary: Told, days: Days, write: Write) -> str:
    """Every number of the card in sentences."""
    told, say = days.streaks, days.say
    if not told.active_days:
        return idle_sentence(summary, write)
    busiest, most = days.busiest
    active = say.counted("{count} active day", "{count} active days", told.active_days)
    said = [
        f"{active} {say('of {days}', days=say.grouped(told.days_known))}",
        say(
            "Current streak {current}, longest streak {longest}",
            current=spoken(told.current, say),
            longest=spoken(told.longest, say),
        ),
        say("Most on {day} with {tokens} tokens", day=say.long_date(busiest), tokens=write.text(most)),
    ]
    if days.weeks <= FEW:
        said.append(say("Tokens by day: {days}", days=say(", ").join(by_day(days, write))))
    return in_sentences(say, said)


def spoken(streak: Streak, say: Language) -> str:
    """A streak in words."""
    if streak.is_open:
        return say.counted("at least {count} day", "at least {count} days", streak.days)
    return say.counted("{count} day", "{count} days", streak.days)


def by_day(days: Days, write: Write) -> list[str]:
    """The tokens of each day in words."""
    named = [(days.first + timedelta(at), tokens) for at, tokens in enumerate(days.tokens)]
    return [f"{days.say.day(day)} {write.text(tokens)}" for day, tokens in named]
