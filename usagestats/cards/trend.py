"""The trend: tokens a day as an area, the period before as a dotted line, the mean and the peak.

Over many days the lines are running means: the weekends would hide where it goes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from usagestats.cards import charts, curves
from usagestats.cards.change import Pill, at_right, change_in_tokens, pill
from usagestats.cards.heading import HEADING, LEFT, half_head, idle_sentence, idle_texts, title_of
from usagestats.cards.sheet import NARROW, PADDING, Sheet
from usagestats.cards.texts import Span, Text, centred, ended, line
from usagestats.cards.written import with_room
from usagestats.formats import compact_parts, half_up, long_date, weekday
from usagestats.templating import number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from usagestats.cards.curves import Curve
    from usagestats.cards.facts import Write
    from usagestats.summary import Summary

WHAT = "AI coding trend"
HEADLINE = "Tokens per day"
RIGHT = NARROW - PADDING
SWATCH = 16
MANY = 60
"""From so many days on the lines are running means."""


@dataclass(frozen=True, slots=True)
class Cut:
    """The measures in which the two cuts differ."""

    height: int
    legend: float
    """The base line of the words above the plot."""
    peak: float
    """The base line of the peak's words: that of the others, or the plot's own."""
    top: float
    bottom: float
    dates: float
    small: float


PAGE = Cut(height=220, legend=90, peak=90, top=104, bottom=177, dates=198, small=11)
PHONE = Cut(height=264, legend=95, peak=119, top=129, bottom=220, dates=242, small=12.5)


@dataclass(frozen=True, slots=True)
class Body:
    """Everything on the card, placed."""

    texts: Sequence[Text]
    curve: Curve | None
    rules: str
    """The base line of an empty plot."""
    pills: Sequence[Pill] = ()
    swatches: str = ""
    """The piece of line that explains the mean."""
    dotted: str = ""
    """The piece of line that explains the period before."""


def wide(summary: Summary, write: Write = compact_parts) -> Sheet:
    """The cut for a page: 412 × 220."""
    return sheet(summary, PAGE, write)


def narrow(summary: Summary, write: Write = compact_parts) -> Sheet:
    """The cut for a phone: 412 × 264, with larger small print."""
    return sheet(summary, PHONE, write)


def sheet(summary: Summary, cut: Cut, write: Write) -> Sheet:
    """The sheet of either cut."""
    body = drawn(summary, cut, write) if summary.stats.total_tokens else idle(summary, cut, write)
    return Sheet("trend", NARROW, cut.height, title_of(summary, WHAT), description(summary, write), {"body": body})


def drawn(summary: Summary, cut: Cut, write: Write) -> Body:
    """A period with tokens."""
    stats, told = summary.stats, change_in_tokens(summary)
    tokens = [day.tokens for day in stats.time_series]
    before = summary.extras.before.tokens_by_day if summary.extras.before else ()
    place = place_of(summary, cut)
    pills = [at_right(pill(told, 0, 63, cut.small), RIGHT)] if told and told.mark else []
    label = "" if pills else "tokens" if not told else told.against
    reserved = sum(one.width for one in pills)
    head = with_room(
        write,
        lambda way: half_head(
            summary,
            headline(summary),
            "".join(way(stats.total_tokens)),
            label,
            RIGHT,
            cut.small,
            reserved=reserved,
        ),
        lambda texts: texts[0].spans[0].size == HEADING,
    )
    now, then = lines(tokens, before)
    highest, (swatches, dotted, legend) = words_above(summary, cut, place, write, with_before=any(before))
    return Body(
        [*head, *legend, highest, *below(place, summary, cut)],
        curves.curve(place, tokens, now, then, stats.total_tokens / len(tokens)),
        rules="",
        pills=pills,
        swatches=swatches,
        dotted=dotted,
    )


def lines(tokens: Sequence[int], before: Sequence[int]) -> tuple[Sequence[float | None], Sequence[float | None]]:
    """What the lines of both periods go through: the days, or of many the means of seven."""
    if len(tokens) < MANY:
        return tokens, before
    return charts.means(tokens, before), charts.means(before, ()) if before else ()


def headline(summary: Summary) -> str:
    """What the lines show."""
    return HEADLINE if summary.period.days < MANY else f"{HEADLINE}, 7-day mean"


def words_above(
    summary: Summary, cut: Cut, place: charts.Plot, write: Write, *, with_before: bool
) -> tuple[Text, tuple[str, str, list[Text]]]:
    """The peak and what the lines are; where both stand in one row, the peak has its digits first."""

    def apart(legend: list[Text], highest: Text) -> bool:
        return highest.y != cut.legend or legend[-1].right + cut.small <= highest.left

    short = explained(summary, cut, compact_parts, with_before=with_before)
    highest = with_room(write, lambda way: peak_text(place, summary, cut, way), lambda text: apart(short[2], text))
    told = with_room(
        write,
        lambda way: explained(summary, cut, way, with_before=with_before),
        lambda said: said[2][-1].right <= RIGHT and apart(said[2], highest),
    )
    return highest, told


def explained(summary: Summary, cut: Cut, write: Write, *, with_before: bool) -> tuple[str, str, list[Text]]:
    """What the lines besides the area are: the piece of the mean, that of the period before, and their words."""
    y = number(int(cut.legend - 0.36 * cut.small) + 0.5)
    mean = line(LEFT + SWATCH + 6, cut.legend, Span(f"Mean {mean_of(summary, write)}", cut.small))
    swatches = f"M{LEFT} {y}h{SWATCH}"
    if not with_before:
        return swatches, "", [mean]
    start = round(mean.right) + 18
    said = Span(f"Previous {summary.period.days} days", cut.small)
    return swatches, f"M{start} {y}h{SWATCH}", [mean, line(start + SWATCH + 6, cut.legend, said)]


def place_of(summary: Summary, cut: Cut) -> charts.Plot:
    """The plot; few days keep their names centred below them."""
    inset = cut.small * 1.9 if summary.period.days <= charts.FEW else curves.PEAK / 2
    return curves.span_of_days(LEFT + inset, cut.top, RIGHT - inset, cut.bottom, summary.period.days)


def below(place: charts.Plot, summary: Summary, cut: Cut) -> list[Text]:
    """Weekday and day under each of a few days, else some dates."""
    dates = summary.period.dates
    if len(dates) > charts.FEW:
        return charts.date_texts(place, dates, cut.dates, cut.small)
    spans = [Span(f"{weekday(day)[:3]} {day.day}", cut.small, tone="t3") for day in dates]
    return [centred(place.middle(at), cut.dates, span).kept(LEFT, RIGHT) for at, span in enumerate(spans)]


def peak_text(place: charts.Plot, summary: Summary, cut: Cut, write: Write) -> Text:
    """The highest day: in the row of the other words, or in one of its own over its place."""
    tokens = [day.tokens for day in summary.stats.time_series]
    above = charts.peak_text(place, summary.period.dates, tokens, cut.small, write)
    return ended(RIGHT, cut.peak, above.spans[0]) if cut.peak == cut.legend else replace(above, y=cut.peak)


def idle(summary: Summary, cut: Cut, write: Write) -> Body:
    """A period without tokens: a word over an empty plot."""
    head = half_head(summary, headline(summary), "", "", RIGHT, cut.small)
    place = place_of(summary, cut)
    rules = f"M{LEFT} {number(cut.bottom)}H{RIGHT}"
    return Body([*head, *idle_texts(summary, 108, RIGHT - LEFT, write=write), *below(place, summary, cut)], None, rules)


def mean_of(summary: Summary, write: Write) -> str:
    """Tokens a day over all days of the period, half up; some tokens are never none."""
    mean = half_up(summary.stats.total_tokens, summary.period.days)
    return "".join(write(mean)) if mean else "<1"


def description(summary: Summary, write: Write) -> str:
    """Every number of the card in sentences."""
    total, told, dates = summary.stats.total_tokens, change_in_tokens(summary), summary.period.dates
    if not total:
        return idle_sentence(summary, write)
    tokens = [day.tokens for day in summary.stats.time_series]
    used = "1 token" if total == 1 else f"{''.join(write(total))} tokens"
    peak = f"peak {''.join(write(max(tokens)))} on {long_date(dates[tokens.index(max(tokens))])}"
    return (
        f"{used} in {summary.period.days} days"
        + (f", {told.sentence}" if told else "")
        + f". Mean {mean_of(summary, write)} a day, {peak}."
    )
