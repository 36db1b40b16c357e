"""Bars over days: heights, hues, grid lines, dates, the running mean and the peak.

All lengths along the axis of tokens are whole half pixels, counted in integers: edges are sharp on a screen of twice
the density, and segments of a bar meet without a seam. The highest bar is as high as the plot.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from usagestats.cards.shares import HUES, stacked
from usagestats.cards.texts import BOLD, Span, Text, centred, ended, line, scaled
from usagestats.cards.written import with_room, words
from usagestats.languages import ENGLISH, SHORT, Language
from usagestats.templating import number

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from usagestats.cards.facts import Write
    from usagestats.cards.told import Told

FEW = 7
"""Up to so many bars have room for a number each."""
WIDEST = 40
"""A bar is no wider than this."""
FILLED = 0.76
"""How much of its day a bar fills, if it may be so wide."""
ROOMY = 10
"""Bars as wide as this show a seam between their segments."""
WINDOW = 7
"""Days of the running mean."""
LEAST_DATES = 2
SMALL = 11
HALO = 2
"""The mean keeps so far within the plot: half the width of its halo."""
TICK_GAP = 8
"""Between the grid's numbers and the grid."""
STEPS = (1, 2, 5)
AIR = 3
"""Between the words of two days."""


@dataclass(frozen=True, slots=True)
class Plot:
    """The place of the bars: one slot a day, the bars side by side up to ``right``."""

    left: float
    top: float
    bottom: float
    pitch: float
    bar: float
    days: int

    @property
    def height(self) -> float:
        """From the base line to the highest bar's top."""
        return self.bottom - self.top

    @property
    def right(self) -> float:
        """Where the last bar ends."""
        return self.left + self.pitch * (self.days - 1) + self.bar

    def middle(self, day: int) -> float:
        """The middle of a day's bar."""
        return self.left + self.pitch * day + self.bar / 2


@dataclass(frozen=True, slots=True)
class Bars:
    """The bars of one hue as a single line path, as wide as a bar."""

    rank: int
    path: str


def plot(left: float, top: float, right: float, bottom: float, days: int) -> Plot:
    """The widest plot whose bars begin on half pixels; it ends at ``right`` and begins at ``left`` or later."""
    pitch = int(2 * (right - left) / (days - 1 + FILLED)) / 2
    room = int(right - left - pitch * (days - 1))
    bar = min(WIDEST, max(1, min(room, round(pitch * FILLED))))
    return Plot(right - pitch * (days - 1) - bar, top, bottom, pitch, bar, days)


def bars(place: Plot, days: Sequence[Sequence[int]], peak: int) -> list[Bars]:
    """The stacked bars, a path for each hue that occurs.

    A day with any tokens at all shows at least a pixel.

    Args:
        place: Where they stand.
        days: Of each day the tokens by rank.
        peak: Tokens of the highest bar.
    """
    columns = [number(place.middle(day)) for day in range(place.days)]
    paths: list[list[str]] = [[] for _ in range(max(map(len, days)))]
    scale, base = round(2 * place.height), round(2 * place.bottom)
    seam = 2 if place.bar >= ROOMY else 0
    halves = half_pixels(base)
    for x, ranks in zip(columns, days, strict=True):
        below = total = 0
        for rank, tokens in enumerate(ranks):
            if not tokens:
                continue
            total += tokens
            above = max(2, (2 * scale * total + peak) // (2 * peak))
            if above > below:
                foot = below + seam if below and above - below > 2 * seam else below
                paths[rank].append(f"M{x} {halves[base - foot]}v-{halves[above - foot]}")
            below = above
    return [Bars(rank, "".join(path)) for rank, path in enumerate(paths) if path]


@cache
def half_pixels(most: int) -> tuple[str, ...]:
    """Numbers of half pixels, up to ``most``, as they are written in pixels."""
    return tuple(number(halves / 2) for halves in range(most + 1))


def grid(peak: int) -> list[int]:
    """Round numbers below or at the peak, two to four of them where it is 2 or more.

    >>> grid(34_500_000), grid(7), grid(1), grid(400)
    ([10000000, 20000000, 30000000], [2, 4, 6], [1], [100, 200, 300, 400])
    """
    power = 10 ** max(0, len(str(peak)) - 2)
    step = next(n * power * ten for ten in (1, 10, 100) for n in STEPS if peak < 5 * n * power * ten)
    return list(range(step, peak + 1, step))


def height_of(tokens: int, place: Plot, peak: int) -> float:
    """The y of a number of tokens, to a tenth."""
    return place.bottom - round(10 * place.height * tokens / peak) / 10


def means(tokens: Sequence[int], before: Sequence[int]) -> list[float | None]:
    """Of each day the mean of the seven days that end with it, None where some of them are not known.

    >>> means([7] * 8, []), means([7], [0] * 6)
    ([None, None, None, None, None, None, 7.0, 7.0], [1.0])
    """
    known = [*before[-(WINDOW - 1) :], *tokens] if len(before) >= WINDOW - 1 else list(tokens)
    missing = len(tokens) - (len(known) - WINDOW + 1)
    sums = [sum(known[end - WINDOW : end]) for end in range(WINDOW, len(known) + 1)]
    return [None] * min(missing, len(tokens)) + [total / WINDOW for total in sums]


def mean_path(place: Plot, values: Sequence[float | None], peak: int) -> str:
    """The line through the means that are known."""
    height = place.height
    least, most = place.left + HALO, place.right - HALO
    xs = [number(min(max(least, place.middle(day)), most)) for day in range(len(values))]
    points = [
        f"{xs[day]} {number(place.bottom - min(height, height * value / peak))}"
        for day, value in enumerate(values)
        if value is not None
    ]
    return "M" + " ".join(points) if len(points) > 1 else ""


def date_texts(
    place: Plot, dates: Sequence[date], y: float, size: float, most: int = 5, say: Language = ENGLISH
) -> list[Text]:
    """Dates under evenly spread bars, from the first to the last, as many as have room."""
    for count in range(most, LEAST_DATES, -1):
        texts = some_dates(place, dates, count, y, size, say)
        if all(after.left - text.right >= 2 * size for text, after in pairwise(texts)):
            return texts
    return some_dates(place, dates, LEAST_DATES, y, size, say)


def some_dates(place: Plot, dates: Sequence[date], count: int, y: float, size: float, say: Language) -> list[Text]:
    """So many dates, the outer ones flush with the plot."""
    days = [round(n * (len(dates) - 1) / (count - 1)) for n in range(count)]
    first, *inner, last = [Span(say.short_date(dates[day]), size, tone="t3") for day in days]
    middle = [centred(place.middle(day), y, span) for day, span in zip(days[1:-1], inner, strict=True)]
    return [line(place.left, y, first), *middle, ended(place.right, y, last)]


def peak_text(place: Plot, dates: Sequence[date], tokens: Sequence[int], size: float, write: Write = SHORT) -> Text:
    """The highest day's label, above its bar and within the plot: nothing else is as high."""
    day = tokens.index(max(tokens))
    room, when = place.right - place.left, write.say.short_date(dates[day])
    said = words(
        write, lambda way: way.say("Peak {tokens} · {day}", tokens=way.text(tokens[day]), day=when), size, room
    )
    return centred(place.middle(day), place.top - 6, Span(said, size)).kept(place.left, place.right)


def gutter(summary: Told, size: float) -> float:
    """The room that the grid's numbers need left of the plot, none where the bars carry their own."""
    peak = max(day.tokens for day in summary.stats.time_series)
    if not peak or summary.period.days <= FEW:
        return 0
    return TICK_GAP + max(Span(summary.say.compact(tick), size).width for tick in grid(peak))


def tick_texts(place: Plot, ticks: Sequence[int], peak: int, size: float, say: Language) -> list[Text]:
    """The grid's numbers, left of it."""
    lowered = 0.36 * size
    spans = [Span(say.compact(tick), size, tone="t3") for tick in ticks]
    ys = [height_of(tick, place, peak) + lowered for tick in ticks]
    return [ended(place.left - TICK_GAP, y, span) for y, span in zip(ys, spans, strict=True)]


def grid_path(place: Plot, ticks: Sequence[int], peak: int) -> str:
    """The grid's lines, sharp, and the base line."""
    ys = [place.bottom, *(int(height_of(tick, place, peak)) + 0.5 for tick in ticks)]
    return "".join(f"M{number(place.left)} {number(y)}H{number(place.right)}" for y in ys)


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything within and around the bars, ready to be placed."""

    texts: Sequence[Text]
    bar_width: float
    bars: Sequence[Bars] = ()
    grid: str = ""
    mean: str = ""
    swatch: str = ""
    """The piece of line that explains the mean."""


def chart(
    summary: Told,
    place: Plot,
    at: tuple[float, float],
    dates_y: float,
    size: float,
    write: Write = SHORT,
) -> Chart:
    """Tokens a day: few bars carry their own numbers, many have a grid, a running mean and a marked peak.

    Args:
        summary: Whose days.
        place: Where the bars stand.
        at: Where the words above them begin.
        dates_y: The base line of the dates.
        size: The font size of all of it.
        write: How numbers are written; those of the grid are round, and short anyhow.
    """
    stats, dates, say = summary.stats, summary.period.dates, summary.say
    header = line(*at, Span(say("Tokens per day"), size, tone="t3"))
    tokens = [day.tokens for day in stats.time_series]
    peak = max(tokens)
    if not peak:
        return idle(blank(at[0], place.top, place.right, place.bottom, place.days), dates, dates_y, size, say)
    models = list(stats.tokens_by_model)[:HUES]
    drawn = bars(place, [stacked(day, models) for day in stats.time_series], peak)
    if len(dates) <= FEW:
        texts = [header, *day_texts(place, dates, dates_y, size, say), *value_texts(place, tokens, peak, size, write)]
        return Chart(texts, place.bar, drawn, grid_path(place, [], peak))
    before = summary.extras.before
    path = mean_path(place, means(tokens, before.tokens_by_day if before else ()), peak)
    ticks = grid(peak)
    texts = [
        header,
        *tick_texts(place, ticks, peak, size, say),
        *date_texts(place, dates, dates_y, size, say=say),
        peak_text(place, dates, tokens, size, write),
    ]
    swatch = header.right + 18
    texts.append(line(swatch + 22, header.y, Span(say("7-day mean"), size, tone="t3")))
    middle = f"M{number(swatch)} {number(int(header.y - 0.36 * size) + 0.5)}h16"
    return Chart(texts, place.bar, drawn, grid_path(place, ticks, peak), path, middle)


def idle(place: Plot, dates: Sequence[date], y: float, size: float, say: Language) -> Chart:
    """The days without a bar."""
    few = len(dates) <= FEW
    texts = day_texts(place, dates, y, size, say) if few else date_texts(place, dates, y, size, say=say)
    return Chart(texts, place.bar, grid=grid_path(place, [1, 2, 3], 3))


def blank(left: float, top: float, right: float, bottom: float, days: int) -> Plot:
    """A plot for days without bars, which fills its room to the last tenth."""
    bar = min(WIDEST, 0.8 * (right - left) / days)
    return Plot(left, top, bottom, (right - left - bar) / (days - 1), bar, days)


def day_texts(place: Plot, dates: Sequence[date], y: float, size: float, say: Language) -> list[Text]:
    """Weekday and day under every bar."""
    spans = side_by_side([Span(say.day(day), size, tone="t3") for day in dates], place, place.left)
    return [centred(place.middle(day), y, span).kept(place.left, place.right) for day, span in enumerate(spans)]


def side_by_side(spans: Sequence[Span], place: Plot, left: float) -> list[Span]:
    """The words of each day as large as have room beside each other, the first ones kept right of ``left``."""
    return scaled(spans, room_of_a_day(place, left) / max(span.width for span in spans), 6)


def room_of_a_day(place: Plot, left: float) -> float:
    """How wide words over or under every bar may be, the first ones being kept right of ``left``."""
    inset = place.middle(0) - left
    return min(place.pitch - AIR, (place.pitch + inset - AIR) / 1.5)


def value_texts(place: Plot, tokens: Sequence[int], peak: int, size: float, write: Write) -> list[Text]:
    """Its number over every bar, the highest one's in bold; with every digit where neighbours leave room."""
    return with_room(
        write,
        lambda way: some_values(place, tokens, peak, size, way),
        lambda texts: all(text.width <= room_of_a_day(place, place.left) for text in texts),
    )


def some_values(place: Plot, tokens: Sequence[int], peak: int, size: float, write: Write) -> list[Text]:
    """The numbers, written in one way."""
    top = tokens.index(peak)
    spans = {
        day: Span(write.text(value), size, BOLD, "t1") if day == top else Span(write.text(value), size)
        for day, value in enumerate(tokens)
        if value
    }
    spans = dict(zip(spans, side_by_side(list(spans.values()), place, place.left), strict=True))
    return [
        centred(place.middle(day), min(place.bottom - 1, height_of(tokens[day], place, peak)) - 6, span).kept(
            place.left, place.right
        )
        for day, span in spans.items()
    ]
