"""The trend: tokens a day as an area, the period before as a dotted line, the mean and the peak.

Over many days the lines are running means: the weekends would hide where it goes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from usagestats.cards import charts, curves
from usagestats.cards.change import Pill, at_right, change_in_tokens, pill
from usagestats.cards.heading import (
    HEADING,
    LEFT,
    half_head,
    idle_sentence,
    idle_texts,
    in_days,
    in_sentences,
    title_of,
)
from usagestats.cards.sheet import NARROW, PADDING, Sheet
from usagestats.cards.texts import Span, Text, centred, ended, line
from usagestats.cards.written import with_room
from usagestats.formats import half_up
from usagestats.languages import SHORT
from usagestats.templating import number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from usagestats.cards.curves import Curve
    from usagestats.cards.facts import Write
    from usagestats.cards.told import Told

WHAT = "AI coding trend"
RIGHT = NARROW - PADDING
SWATCH = 16
SMALLEST = 6.0
"""The least font size of the words above the plot."""
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
    rules: str = ""
    """The base line of an empty plot."""
    pills: Sequence[Pill] = ()
    swatches: str = ""
    """The piece of line that explains the mean."""
    dotted: str = ""
    """The piece of line that explains the period before."""


def wide(summary: Told, write: Write = SHORT) -> Sheet:
    """The cut for a page: 412 × 220."""
    return sheet(summary, PAGE, write)


def narrow(summary: Told, write: Write = SHORT) -> Sheet:
    """The cut for a phone: 412 × 264, with larger small print."""
    return sheet(summary, PHONE, write)


def sheet(summary: Told, cut: Cut, write: Write) -> Sheet:
    """The sheet of either cut."""
    body = drawn(summary, cut, write) if summary.stats.total_tokens else idle(summary, cut, write)
    title = title_of(summary, summary.say(WHAT))
    return Sheet("trend", NARROW, cut.height, title, description(summary, write), {"body": body})


def drawn(summary: Told, cut: Cut, write: Write) -> Body:
    """A period with tokens."""
    told = change_in_tokens(summary)
    tokens = [day.tokens for day in summary.stats.time_series]
    before = summary.extras.before.tokens_by_day if summary.extras.before else ()
    place = place_of(summary, cut)
    pills = [at_right(pill(told, 0, 63, cut.small), RIGHT)] if told and told.mark else []
    label = "" if pills else summary.say("tokens") if not told else told.against
    now, then = lines(tokens, before)
    highest, (swatches, dotted, legend) = words_above(summary, cut, place, write, with_before=any(before))
    return Body(
        [*words_at_top(summary, cut, label, pills, write), *legend, highest, *below(place, summary, cut)],
        curves.curve(place, tokens, now, then, summary.stats.total_tokens / len(tokens)),
        pills=pills,
        swatches=swatches,
        dotted=dotted,
    )


def words_at_top(summary: Told, cut: Cut, label: str, pills: Sequence[Pill], write: Write) -> Sequence[Text]:
    """The words at the top, with every digit where the title keeps its size beside them."""
    reserved = sum(one.width for one in pills)
    title, tokens = headline(summary), summary.stats.total_tokens
    return with_room(
        write,
        lambda way: half_head(summary, title, way.text(tokens), label, RIGHT, cut.small, reserved=reserved),
        lambda texts: texts[0].spans[0].size == HEADING,
    )


def lines(tokens: Sequence[int], before: Sequence[int]) -> tuple[Sequence[float | None], Sequence[float | None]]:
    """What the lines of both periods go through: the days, or of many the means of seven."""
    if len(tokens) < MANY:
        return tokens, before
    return charts.means(tokens, before), charts.means(before, ()) if before else ()


def headline(summary: Told) -> str:
    """What the lines show."""
    if summary.period.days < MANY:
        return summary.say("Tokens per day")
    return summary.say("Tokens per day, 7-day mean")


def words_above(
    summary: Told, cut: Cut, place: charts.Plot, write: Write, *, with_before: bool
) -> tuple[Text, tuple[str, str, list[Text]]]:
    """The peak and what the lines are; where both stand in one row, the peak has its digits first."""

    def apart(legend: list[Text], highest: Text) -> bool:
        return highest.y != cut.legend or legend[-1].right + cut.small <= highest.left

    size = row_size(summary, cut, place, write.short, with_before=with_before)
    short = explained(summary, cut, size, write.short, with_before=with_before)
    highest = with_room(
        write, lambda way: peak_text(place, summary, cut, size, way), lambda text: apart(short[2], text)
    )
    told = with_room(
        write,
        lambda way: explained(summary, cut, size, way, with_before=with_before),
        lambda said: said[2][-1].right <= RIGHT and apart(said[2], highest),
    )
    return highest, told


def row_size(summary: Told, cut: Cut, place: charts.Plot, write: Write, *, with_before: bool) -> float:
    """The font size, in halves, at which the words above the plot have room beside each other."""

    def fits(size: float) -> bool:
        legend = explained(summary, cut, size, write, with_before=with_before)[2]
        highest = peak_text(place, summary, cut, size, write)
        return legend[-1].right <= (highest.left - size / 2 if highest.y == cut.legend else RIGHT)

    sizes = (halves / 2 for halves in range(int(2 * cut.small), int(2 * SMALLEST), -1))
    return next(filter(fits, sizes), SMALLEST)


def explained(summary: Told, cut: Cut, size: float, write: Write, *, with_before: bool) -> tuple[str, str, list[Text]]:
    """What the lines besides the area are: the piece of the mean, that of the period before, and their words."""
    y = number(int(cut.legend - 0.36 * cut.small) + 0.5)
    said = summary.say("Mean {tokens}", tokens=mean_of(summary, write))
    mean = line(LEFT + SWATCH + 6, cut.legend, Span(said, size))
    swatches = f"M{LEFT} {y}h{SWATCH}"
    if not with_before:
        return swatches, "", [mean]
    start = round(mean.right) + 18
    said = summary.say.counted("Previous {count} days", "Previous {count} days", summary.period.days)
    return swatches, f"M{start} {y}h{SWATCH}", [mean, line(start + SWATCH + 6, cut.legend, Span(said, size))]


def place_of(summary: Told, cut: Cut) -> charts.Plot:
    """The plot; few days keep their names centred below them."""
    inset = cut.small * 1.9 if summary.period.days <= charts.FEW else curves.PEAK / 2
    return curves.span_of_days(LEFT + inset, cut.top, RIGHT - inset, cut.bottom, summary.period.days)


def below(place: charts.Plot, summary: Told, cut: Cut) -> list[Text]:
    """Weekday and day under each of a few days, else some dates."""
    dates = summary.period.dates
    if len(dates) > charts.FEW:
        return charts.date_texts(place, dates, cut.dates, cut.small, say=summary.say)
    spans = charts.side_by_side([Span(summary.say.day(day), cut.small, tone="t3") for day in dates], place, LEFT)
    return [centred(place.middle(at), cut.dates, span).kept(LEFT, RIGHT) for at, span in enumerate(spans)]


def peak_text(place: charts.Plot, summary: Told, cut: Cut, size: float, write: Write) -> Text:
    """The highest day: in the row of the other words, or in one of its own over its place."""
    tokens = [day.tokens for day in summary.stats.time_series]
    above = charts.peak_text(place, summary.period.dates, tokens, size, write)
    return ended(RIGHT, cut.peak, above.spans[0]) if cut.peak == cut.legend else replace(above, y=cut.peak)


def idle(summary: Told, cut: Cut, write: Write) -> Body:
    """A period without tokens: a word over an empty plot."""
    head = half_head(summary, headline(summary), "", "", RIGHT, cut.small)
    place = place_of(summary, cut)
    rules = f"M{LEFT} {number(cut.bottom)}H{RIGHT}"
    return Body([*head, *idle_texts(summary, 108, RIGHT - LEFT, write=write), *below(place, summary, cut)], None, rules)


def mean_of(summary: Told, write: Write) -> str:
    """Tokens a day over all days of the period, half up; some tokens are never none."""
    mean = half_up(summary.stats.total_tokens, summary.period.days)
    return write.text(mean) if mean else "<" + summary.say.digits("1")


def description(summary: Told, write: Write) -> str:
    """Every number of the card in sentences."""
    total, told, say = summary.stats.total_tokens, change_in_tokens(summary), summary.say
    if not total:
        return idle_sentence(summary, write)
    tokens = [day.tokens for day in summary.stats.time_series]
    used = in_days(summary, say.counted("{count} token", "{count} tokens", total, write))
    mean_and_peak = say(
        "Mean {mean} a day, peak {peak} on {day}",
        mean=mean_of(summary, write),
        peak=write.text(max(tokens)),
        day=say.long_date(summary.period.dates[tokens.index(max(tokens))]),
    )
    return in_sentences(say, [say(", ").join([used, *([told.sentence] if told else [])]), mean_and_peak])
