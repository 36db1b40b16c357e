"""The overview: who, how much, how it went day by day, what came of it, and by which models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from usagestats.cards import charts, legend
from usagestats.cards.change import Pill, at_right, change_in_tokens, pill
from usagestats.cards.columns import between, spread
from usagestats.cards.facts import facts, supporting
from usagestats.cards.heading import (
    BETWEEN,
    LEFT,
    WHAT,
    dates_of,
    idle_sentence,
    idle_texts,
    in_sentences,
    is_idle,
    last_days,
    title_of,
    tokens_by_model,
    who,
)
from usagestats.cards.shares import Segment, segments, shares
from usagestats.cards.sheet import NARROW, PADDING, WIDE, Sheet
from usagestats.cards.texts import Span, Text, ended, figures, line
from usagestats.cards.written import hero, lead_label, with_room, words
from usagestats.languages import SHORT
from usagestats.templating import clean, number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from usagestats.cards.charts import Chart
    from usagestats.cards.facts import Fact, Write
    from usagestats.cards.legend import Legend
    from usagestats.cards.shares import Share
    from usagestats.cards.told import Told

HERO = (56, 32)
"""Font sizes of the big figure and its unit."""
FACT = (20, 13)
"""Font sizes of a fact and its unit."""
SMALLEST_LABEL = 8.0
CLOSE = 8
"""The least room between columns of facts."""
APART = 24
"""The room between columns of facts with every digit."""
BAND = 46
"""How high the row of facts is with the air above it: what the shares move up where there are none."""
DATES = 246
"""The base line of the dates of the cut for a page."""
PLOT = 318
"""Where the plot of the cut for a page begins."""


@dataclass(frozen=True, slots=True)
class ShareBar:
    """The bar of shares."""

    x: float
    y: float
    width: float
    height: float
    segments: Sequence[Segment]


@dataclass(frozen=True, slots=True)
class Body:
    """Everything on the card, placed."""

    texts: Sequence[Text]
    chart: Chart
    pills: Sequence[Pill] = ()
    rules: str = ""
    bar: ShareBar | None = None
    legend: Legend | None = None


# -------------------------------------------------------------------------------------------------- the cut for a page


def wide(summary: Told, write: Write = SHORT) -> Sheet:
    """The cut for a page: 840 × 400, or less high where it has no facts."""
    if is_idle(summary):
        return sheet(summary, WIDE, 400, wide_idle(summary, write), write)
    counted = shown_facts(summary, WIDE - 2 * PADDING, 6, 12, write)
    ranked = shares(summary.stats.tokens_by_model, say=summary.say)
    height = 400 if counted else 400 - BAND if ranked else DATES + PADDING
    return sheet(summary, WIDE, height, wide_body(summary, counted, ranked, write), write)


def wide_body(summary: Told, counted: Sequence[Fact], ranked: Sequence[Share], write: Write) -> Body:
    """A period in which something happened."""
    right = WIDE - PADDING
    told = pill_of(summary, 199, 12)
    room = PLOT - LEFT - max(60, charts.gutter(summary, charts.SMALL) + 16)
    leading = [
        hero(summary, (LEFT, 140), HERO, room, write),
        line(LEFT, 166, lead_label(summary, 14, 12, room, write)),
        line(LEFT, 224 if told else 190, aside(summary, 12, room, write).within(room, 10)),
    ]
    place = charts.plot(PLOT, 88, right, 228, summary.period.days)
    lowered = 0 if ranked else 24
    fact_texts, separators = fact_row(counted, right, 290 + lowered)
    rules = f"M{LEFT} 266.5H{right}" if counted or ranked else ""
    rules += "".join(f"M{number(x)} {282 + lowered}v38" for x in separators)
    bar, models = wide_models(ranked, right, 0 if counted else BAND) if ranked else (None, None)
    return Body(
        texts=[*wide_head(summary, right), *leading, *fact_texts],
        chart=charts.chart(summary, place, (place.left, 63), DATES, charts.SMALL, write),
        pills=told,
        rules=rules,
        bar=bar,
        legend=models,
    )


def wide_idle(summary: Told, write: Write) -> Body:
    """A period without activity: an empty chart beside a word."""
    right, days = WIDE - PADDING, summary.period.days
    place = charts.blank(PLOT, 100, right, 334, days)
    texts = [*wide_head(summary, right), *idle_texts(summary, 208, PLOT - LEFT - 48, write=write)]
    return Body(texts, charts.idle(place, summary.period.dates, 352, charts.SMALL, summary.say))


def wide_head(summary: Told, right: float) -> list[Text]:
    """Who and what at the left, when at the right."""
    active = active_days(summary)
    when = ended(right, 44, Span(dates_of(summary), 12.5))
    last = last_days(summary)
    if active:
        last += BETWEEN + summary.say.counted("{count} active", "{count} active", active)
    room = right - LEFT - when.width - 32
    what = [line(LEFT, 63, Span(summary.say(WHAT), 12.5))] if clean(summary.name) else []
    return [line(LEFT, 44, who(summary, room)), *what, when, ended(right, 63, Span(last, tone="t3"))]


def wide_models(ranked: Sequence[Share], right: float, raised: float) -> tuple[ShareBar, Legend]:
    """The shares; where the names are too long for one row, two of them and a little less air."""
    one_row = legend.fits(ranked, right - LEFT, 12)
    bar = ShareBar(LEFT, (338 if one_row else 334) - raised, right - LEFT, 10, segments(ranked, LEFT, right))
    if one_row:
        return bar, legend.row(ranked, LEFT, right, 374 - raised, 12)
    return bar, legend.rows(ranked, LEFT, right, (363 - raised, 383 - raised), 12)


def fact_row(given: Sequence[Fact], right: float, y: float) -> tuple[list[Text], list[float]]:
    """Facts side by side, and where hairlines keep them apart."""
    small = label_size(given, right - LEFT, 6, 12)
    widths = [fact_width(fact, small) for fact in given]
    starts = spread(widths, LEFT, right, 132)
    texts = [text for fact, x in zip(given, starts, strict=True) for text in fact_texts(fact, x, y, 27, small)]
    return texts, between(starts, widths)


# ------------------------------------------------------------------------------------------------- the cut for a phone


def narrow(summary: Told, write: Write = SHORT) -> Sheet:
    """The cut for a phone: 412 wide, as high as its list of models, with larger small print."""
    if is_idle(summary):
        return sheet(summary, NARROW, 394, narrow_idle(summary, write), write)
    body = narrow_body(summary, write)
    lowest = max(text.y for text in (*body.texts, *body.chart.texts, *(body.legend.texts if body.legend else ())))
    return sheet(summary, NARROW, round(lowest) + PADDING, body, write)


def narrow_body(summary: Told, write: Write) -> Body:
    """A period in which something happened."""
    right = NARROW - PADDING
    beside = aside(summary, 13, (right - LEFT) / 2, write)
    pills = [at_right(told, right) for told in pill_of(summary, 132, 13)]
    room = min([right, *(told.x - 16 for told in pills)]) - LEFT
    leading = [
        hero(summary, (LEFT, 142), HERO, room, write),
        line(LEFT, 168, lead_label(summary, 14, 11, right - LEFT - beside.width - 16, write)),
        ended(right, 168, beside),
    ]
    place = charts.plot(LEFT + charts.gutter(summary, 12), 232, right, 344, summary.period.days)
    below = fact_grid(shown_facts(summary, right - LEFT, 3, 13, write), right, 416)
    lowest = max((text.y for text in below), default=390)
    ranked = shares(summary.stats.tokens_by_model, say=summary.say)
    return Body(
        texts=[*narrow_head(summary, right), *leading, *below],
        chart=charts.chart(summary, place, (LEFT, 206), 366, 12, write),
        pills=pills,
        rules=f"M{LEFT} 386.5H{right}" if below or ranked else "",
        bar=ShareBar(LEFT, lowest + 24, right - LEFT, 10, segments(ranked, LEFT, right)) if ranked else None,
        legend=legend.column(ranked, LEFT, right, lowest + 62, 13, write) if ranked else None,
    )


def narrow_idle(summary: Told, write: Write) -> Body:
    """A period without activity: a word over an empty chart."""
    right, days = NARROW - PADDING, summary.period.days
    place = charts.blank(LEFT, 220, right, 344, days)
    texts = [*narrow_head(summary, right), *idle_texts(summary, 134, right - LEFT, write=write)]
    return Body(texts, charts.idle(place, summary.period.dates, 366, 12, summary.say))


def narrow_head(summary: Told, right: float) -> list[Text]:
    """Who over when."""
    return [
        line(LEFT, 44, who(summary, right - LEFT)),
        line(LEFT, 67, Span(dates_of(summary), 13)),
        ended(right, 67, Span(last_days(summary), 13, tone="t3")),
    ]


def fact_grid(given: Sequence[Fact], right: float, y: float) -> list[Text]:
    """Facts in rows of three, in common columns."""
    small = label_size(given, right - LEFT, 3, 13)
    starts = spread(columns_of(given, 3, small), LEFT, right, 100)
    placed = [(fact, starts[place % 3], y + 58 * (place // 3)) for place, fact in enumerate(given)]
    return [text for fact, x, top in placed for text in fact_texts(fact, x, top, 26, small)]


# -------------------------------------------------------------------------------------------------------------- pieces


def sheet(summary: Told, width_px: int, height_px: int, body: Body, write: Write) -> Sheet:
    """The sheet of either cut."""
    return Sheet("overview", width_px, height_px, title_of(summary), description(summary, write), {"body": body})


def shown_facts(summary: Told, room: float, across: int, small: float, write: Write) -> list[Fact]:
    """The facts that do not lead already, with every digit if that is asked for and they have room side by side."""

    def fits(given: Sequence[Fact]) -> bool:
        columns = columns_of(given, across, small)
        return sum(columns) + APART * (len(columns) - 1) <= room

    return with_room(write, lambda way: supporting(summary, write=way), fits)


def columns_of(given: Sequence[Fact], across: int, small: float) -> list[float]:
    """How wide the columns are when so many facts stand in a row."""
    widths = [fact_width(fact, small) for fact in given]
    return [max(widths[place::across]) for place in range(min(across, len(given)))]


def label_size(given: Sequence[Fact], room: float, across: int, most: float) -> float:
    """The largest font size, in halves, at which labels leave room between the columns."""
    for halves in range(int(2 * most), int(2 * SMALLEST_LABEL), -1):
        columns = columns_of(given, across, halves / 2)
        if sum(columns) + CLOSE * (len(columns) - 1) <= room:
            return halves / 2
    return SMALLEST_LABEL


def aside(summary: Told, size: float, room: float, write: Write) -> Span:
    """What the change is measured against; where there is none to tell, what a day brings."""
    told, days, say = change_in_tokens(summary), active_days(summary), summary.say
    if told or days <= 1:
        said = told.against if told else say("all on one day") if days else say("no tokens recorded")
    else:
        mean = round(summary.stats.total_tokens / days)
        said = words(write, lambda way: say("{tokens} an active day", tokens=way.text(mean)), size, room)
    return Span(said, size, tone="t3")


def pill_of(summary: Told, y: float, size: float) -> list[Pill]:
    """The change, where there is one to tell."""
    told = change_in_tokens(summary)
    return [pill(told, LEFT, y, size)] if told and told.mark else []


def fact_texts(fact: Fact, x: float, y: float, step: float, small: float) -> list[Text]:
    """A label over its number."""
    return [line(x, y, Span(fact.label, small)), figures(x, y + step, fact.parts, FACT)]


def fact_width(fact: Fact, small: float) -> float:
    """How wide a fact's column is."""
    return max(text.width for text in fact_texts(fact, 0, 0, 0, small))


def active_days(summary: Told) -> int:
    """On how many days there were tokens."""
    return sum(1 for day in summary.stats.time_series if day.tokens)


# --------------------------------------------------------------------------------------------------------------- words


def description(summary: Told, write: Write) -> str:
    """Every number of the card in sentences."""
    if is_idle(summary):
        return idle_sentence(summary, write)
    counted = [fact.sentence for fact in facts(summary, write=write)]
    say = summary.say
    return in_sentences(
        say, [used(summary, write), *([say.listed(counted)] if counted else []), *by_model(summary, write)]
    )


def used(summary: Told, write: Write) -> str:
    """Tokens and requests, with the change."""
    stats, told, say = summary.stats, change_in_tokens(summary), summary.say
    requests = say.counted("{count} request", "{count} requests", stats.total_events)
    tokens = say.counted(
        "{count} token in {requests}",
        "{count} tokens in {requests}",
        stats.total_tokens,
        write,
        requests=requests,
    )
    return say(", ").join([tokens, *([told.sentence] if told else [])])


def by_model(summary: Told, write: Write) -> list[str]:
    """The shares and the days, where there were tokens."""
    stats, period, say = summary.stats, summary.period, summary.say
    if not stats.total_tokens:
        return []
    busiest = max(range(period.days), key=lambda day: stats.time_series[day].tokens)
    most = write.text(stats.time_series[busiest].tokens)
    return [
        tokens_by_model(summary),
        say(
            "Active on {active} of {days} days, most on {day} with {tokens} tokens",
            active=say.grouped(active_days(summary)),
            days=say.grouped(period.days),
            day=say.long_date(period.dates[busiest]),
            tokens=most,
        ),
    ]
