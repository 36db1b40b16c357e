"""The poster: a picture to share. Who, how much, three facts, and the days as bars or, of many weeks, as a calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from math import fsum
from typing import TYPE_CHECKING

from usagestats.cards import charts, grids
from usagestats.cards.change import Pill, at_right, change_in_tokens, pill
from usagestats.cards.charts import Chart, Plot
from usagestats.cards.columns import gap_between, spread
from usagestats.cards.curves import Dots
from usagestats.cards.facts import Fact, lead, supporting
from usagestats.cards.grids import GAP, Grid, Weeks
from usagestats.cards.heading import (
    WHAT,
    dates_of,
    idle_sentence,
    in_sentences,
    in_these_days,
    is_idle,
    last_days,
    title_of,
    tokens_by_model,
)
from usagestats.cards.shares import HUES, ROUNDING_PX, shares, stacked
from usagestats.cards.sheet import Sheet
from usagestats.cards.texts import BOLD, Span, Text, ended, figures, isolated, line
from usagestats.cards.written import hero, lead_label, with_room
from usagestats.languages import SHORT
from usagestats.lettering import cut as shortened
from usagestats.streaks import known_tokens_by_day
from usagestats.templating import clean, number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from usagestats.cards.facts import Write
    from usagestats.cards.shares import Share
    from usagestats.cards.told import Told

FACTS = 3
SMALLEST = 0.4
"""The share of its size that the big figure has at least: still bigger than a fact."""


@dataclass(frozen=True, slots=True)
class Cut:
    """The measures in which the two cuts differ."""

    width: int
    height: int
    padding: int
    name: tuple[float, float]
    """Base line and font size of the name."""
    small: tuple[float, float]
    """Base line and font size of what stands below it."""
    hero: tuple[float, float, float]
    """Base line, font size and that of the unit."""
    label: tuple[float, float]
    facts: tuple[float, float]
    """Base lines of the facts' numbers and labels."""
    facts_left: float
    gap: float
    """The widest gap between two facts."""
    fact: tuple[float, float, float]
    """Font sizes of a fact, its unit and its label."""
    band: tuple[float, float]
    """Top and bottom of the days."""
    dates: tuple[float, float]
    legend: tuple[float, float]


PAGE = Cut(
    width=1200,
    height=630,
    padding=72,
    name=(106, 44),
    small=(146, 24),
    hero=(302, 150, 72),
    label=(358, 28),
    facts=(302, 358),
    facts_left=640,
    gap=64,
    fact=(50, 30, 24),
    band=(404, 510),
    dates=(542, 20),
    legend=(590, 21),
)
SQUARE = Cut(
    width=630,
    height=630,
    padding=44,
    name=(82, 36),
    small=(116, 20),
    hero=(240, 114, 56),
    label=(286, 22),
    facts=(352, 382),
    facts_left=44,
    gap=200,
    fact=(36, 22, 20),
    band=(420, 520),
    dates=(548, 17),
    legend=(594, 18),
)


@dataclass(frozen=True, slots=True)
class Band:
    """The days, and what their colours mean."""

    texts: Sequence[Text]
    chart: Chart | None = None
    dots: Sequence[Dots] = ()
    grids: Sequence[Grid] = ()


@dataclass(frozen=True, slots=True)
class Body:
    """Everything on the poster, placed."""

    texts: Sequence[Text]
    band: Band
    pills: Sequence[Pill] = ()


def wide(summary: Told, write: Write = SHORT) -> Sheet:
    """The cut for link previews: 1200 × 630."""
    return sheet(summary, PAGE, write)


def narrow(summary: Told, write: Write = SHORT) -> Sheet:
    """The square cut: 630 × 630."""
    return sheet(summary, SQUARE, write)


def sheet(summary: Told, cut: Cut, write: Write) -> Sheet:
    """The sheet of either cut: without round corners, since it is shown in frames of others."""
    middle, pills = idle(summary, cut) if is_idle(summary) else told(summary, cut, write)
    below = calendar_band(summary, cut) if summary.extras.days_before else bar_band(summary, cut)
    body = Body([*head(summary, cut), *middle], below, pills)
    title, desc = title_of(summary), description(summary, write)
    return Sheet("poster", cut.width, cut.height, title, desc, {"body": body}, ramp=bool(below.grids), radius=0)


def head(summary: Told, cut: Cut) -> list[Text]:
    """Who, what, when; the dates at the right where there is room for them, else below."""
    left, right = cut.padding, cut.width - cut.padding
    name = clean(summary.name)
    (name_y, name_size), (small_y, small) = cut.name, cut.small
    when = Span(dates_of(summary), small)
    last = Span(last_days(summary), small, tone="t3")
    beside = cut is PAGE
    room = right - left - (when.width + 40 if beside else 0)
    what = Span(name or summary.say(WHAT), name_size, BOLD, "t1").within(room, name_size / 2)
    first = line(left, name_y, what)
    if not beside:
        return [first, line(left, small_y, when), ended(right, small_y, last)]
    below = [line(left, small_y, Span(summary.say(WHAT), small))] if name else []
    return [first, *below, ended(right, name_y, when), ended(right, small_y, last)]


def told(summary: Told, cut: Cut, write: Write) -> tuple[list[Text], list[Pill]]:
    """The leading number with its change, and three facts."""
    change = change_in_tokens(summary)
    (hero_y, *sizes), (label_y, size) = cut.hero, cut.label
    counted = with_room(
        write,
        lambda way: fact_texts(supporting(summary, FACTS, way), cut),
        lambda texts: len(texts) == 2 * len(supporting(summary, FACTS)),
    )
    beside = [text.left for text in counted if text.y == label_y]
    end = min(beside) - 0.8 * size if beside else cut.width - cut.padding
    pills = [pill(change, 0.8 * size, hero_y - 4, round(0.8 * size))] if change and change.mark else []
    room = end - cut.padding - sum(one.x + one.width for one in pills) - (size if beside else 0)
    figure = hero(summary, (cut.padding, hero_y), (sizes[0], sizes[1]), room, write, SMALLEST)
    label = line(cut.padding, label_y, lead_label(summary, size, size * 0.6, end - cut.padding, write))
    pills = [at_right(one, figure.right + one.x + one.width) for one in pills]
    return [figure, label, *counted], [one for one in pills if one.x + one.width <= end]


def fact_texts(given: Sequence[Fact], cut: Cut) -> list[Text]:
    """Facts side by side, each number over its label, as many as have room; the last column ends at the right."""
    (figure_y, label_y), (size, unit, small) = cut.facts, cut.fact
    columns = [
        [figures(0, figure_y, fact.parts, (size, unit)), line(0, label_y, Span(fact.label, small))] for fact in given
    ]
    widths = [max(text.width for text in column) for column in columns]
    right = cut.width - cut.padding
    while fsum(widths) + size / 2 * (len(widths) - 1) > right - cut.facts_left:
        widths.pop()
    gap = gap_between(widths, right - cut.facts_left, cut.gap)
    left = max(cut.facts_left, right - fsum(widths) - gap * (len(widths) - 1))
    starts = spread(widths, left, right, cut.gap)
    return [text.moved(x) for column, x in zip(columns, starts, strict=False) for text in column]


def idle(summary: Told, cut: Cut) -> tuple[list[Text], list[Pill]]:
    """That nothing happened."""
    hero_y, hero, _ = cut.hero
    label_y, size = cut.label
    room = cut.width - 2 * cut.padding
    return [
        line(cut.padding, hero_y, Span(summary.say("No activity"), hero * 0.6, BOLD, "t1").within(room, 20)),
        line(cut.padding, label_y, Span(in_these_days(summary), size)),
    ], []


def bar_band(summary: Told, cut: Cut) -> Band:
    """A bar a day, from edge to edge, in the hues of the models."""
    (top, bottom), (dates_y, size), dates = cut.band, cut.dates, summary.period.dates
    place = wide_plot(cut.padding, top, cut.width - cut.padding, bottom, len(dates))
    texts = charts.date_texts(place, dates, dates_y, size, most=4, say=summary.say)
    peak = max(day.tokens for day in summary.stats.time_series)
    base = charts.grid_path(place, [], 1)
    if not peak:
        return Band(texts, Chart([], place.bar, grid=base))
    models = list(summary.stats.tokens_by_model)[:HUES]
    drawn = charts.bars(place, [stacked(day, models) for day in summary.stats.time_series], peak)
    words, dots = named(shares(summary.stats.tokens_by_model, say=summary.say), cut)
    return Band([*texts, *words], Chart([], place.bar, drawn, base), dots)


def named(given: Sequence[Share], cut: Cut) -> tuple[list[Text], list[Dots]]:
    """Which hue is which model, from the biggest on as many as have room, the first one cut if it must be."""
    y, size = cut.legend
    room = cut.width - 2 * cut.padding
    texts: list[Text] = []
    dots = []
    x = float(cut.padding)
    for share in given:
        at = x + 1.1 * size
        after = Span(share.percent, size, BOLD, "t1", gap=size / 2)
        name = share.label if texts else shortened(share.label, room - 1.1 * size - after.width, size)
        text = Text(at, y, (Span(isolated(name, share.say), size), after))
        if text.right > cut.padding + room + ROUNDING_PX:
            break
        texts.append(text)
        dots.append(Dots(f"k{share.rank}", size * 0.6, f"M{number(x + 0.3 * size)} {number(y - 0.36 * size)}h0"))
        x = text.right + 1.4 * size
    return texts, dots


def wide_plot(left: float, top: float, right: float, bottom: float, days: int) -> Plot:
    """A plot whose bars fill all of its width."""
    pitch = (right - left) / (days - 1 + charts.FILLED)
    return Plot(left, top, bottom, pitch, charts.FILLED * pitch, days)


def calendar_band(summary: Told, cut: Cut) -> Band:
    """A week a column, from edge to edge."""
    tokens, last = known_tokens_by_day(summary), summary.period.last
    first = last - timedelta(len(tokens) - 1)
    weeks = grids.weeks_between(first, last)
    left, right, (top, bottom) = cut.padding, cut.width - cut.padding, cut.band
    across = (right - left + GAP) / weeks
    place = Weeks(left, top, across, (bottom - top + GAP) / grids.WEEK, weeks, across - GAP)
    months = grids.month_texts(place, first, last, *cut.dates, summary.say)
    words, explained = grids.legend(left, *cut.legend, summary.say)
    return Band([*months, *words], grids=[grids.grid(place, first, grids.steps(tokens)), explained])


def description(summary: Told, write: Write) -> str:
    """Every number of the poster in sentences."""
    if is_idle(summary):
        return idle_sentence(summary, write)
    change, led, say = change_in_tokens(summary), lead(summary, write), summary.say
    figure = " ".join("".join(part) for part in led.parts)
    used = say(", ").join([f"{figure} {led.label}", *([change.sentence] if change else [])])
    counted = [fact.sentence for fact in supporting(summary, FACTS, write)]
    models = [tokens_by_model(summary)] if summary.stats.total_tokens else []
    return in_sentences(say, [used, *([say.listed(counted)] if counted else []), *models])
