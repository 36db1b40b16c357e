"""How well it went: what came from the cache and what succeeded as rings, the mean latency of each model as bars.

What nobody recorded is said to be so: an empty ring with a dash, never 0 %. Agents' own logs often hold no latency;
then the bars tell how much of each model's input came from the cache.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from usagestats.cards.facts import cached, succeeded
from usagestats.cards.halves import PAGE, PHONE, RIGHT, Cut, head
from usagestats.cards.heading import idle_sentence, in_sentences, in_these_days, is_idle, title_of
from usagestats.cards.ranking import Entry, Ranking, Rows, ranking
from usagestats.cards.rings import Ring, ring, within
from usagestats.cards.shares import HUES
from usagestats.cards.sheet import NARROW, PADDING, Sheet
from usagestats.cards.texts import BOLD, Span, Text, centred, isolated, line
from usagestats.cards.written import with_room
from usagestats.languages import SHORT, Writing
from usagestats.lettering import width
from usagestats.templating import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from usagestats.cards.facts import Write
    from usagestats.cards.told import Told
    from usagestats.formats import Part
    from usagestats.languages import Language

WHAT = "AI coding efficiency"
SHORT_TITLE = "Efficiency"
MOST = 4
"""So many models are listed."""
FULL = 10_000
"""All of it, for bars that show a part."""
UNKNOWN = "not recorded"


class Rate(NamedTuple):
    """A share of a whole, if it is known."""

    label: str
    part: Part | None
    filled: int
    whole: int
    """What `filled` is a part of."""
    of: str
    sentence: str


class Bars(NamedTuple):
    """A number of each model."""

    label: str
    entries: Sequence[Entry]
    names: int
    """How many models have that number; the first of them are listed."""
    whole: int
    """What the longest bar there could be stands for, 0 for the longest that there is."""


@dataclass(frozen=True, slots=True)
class Body:
    """Everything on the card, placed."""

    texts: Sequence[Text]
    rings: Sequence[Ring]
    ranking: Ranking
    rules: str = ""


# ---------------------------------------------------------------------------------------------------------------- cuts


def wide(summary: Told, write: Write = SHORT) -> Sheet:
    """The cut for a page, 412 × 240: rings at the left, models at the right."""
    left, room = 216, RIGHT - 216
    placed = [(one, x) for one, x in zip(fitting(summary, PAGE, 86, write), (71.0, 161.0), strict=True)]
    rings = [filled(one, x, 128, 33, 7, 16) for one, x in placed]
    words = [text for one, x in placed for text in labels(one, x, 190, PAGE, 86)]
    listed = bars(summary)
    drawn = ranking(listed.entries, Rows(left, RIGHT, 112, 29, 12, 7, 4), listed.whole)
    said = [line(left, 90, Span(header(listed, summary.say), 11, tone="t3").within(room, 8))]
    if not listed.entries:
        said = nothing_here(summary, left + 20, 124, room - 20)
    texts = [*head(PAGE, summary, summary.say(SHORT_TITLE), *latency(summary)), *words, *said]
    return sheet(summary, 240, Body(texts, rings, drawn), write)


def narrow(summary: Told, write: Write = SHORT) -> Sheet:
    """The cut for a phone: rings side by side, models below them, as high as they are many."""
    given = fitting(summary, PHONE, 164, write)
    placed = [(one, x) for one, x in zip(given, (PADDING + 84.0, RIGHT - 84.0), strict=True)]
    rings = [filled(one, x, 148, 46, 9, 22) for one, x in placed]
    words = [text for one, x in placed for text in labels(one, x, 228, PHONE, 164)]
    listed = bars(summary)
    rows = Rows(PADDING, RIGHT, 326, 42, 14, 8, 6)
    said = [line(PADDING, 298, Span(header(listed, summary.say), PHONE.small, tone="t3").within(RIGHT - PADDING, 8))]
    height = rows.base(len(listed.entries) - 1) + rows.drop + rows.thick + PADDING
    if not listed.entries:
        said, height = nothing_here(summary, PADDING, 310, RIGHT - PADDING), 336 + PADDING
    texts = [*head(PHONE, summary, summary.say(SHORT_TITLE), *latency(summary)), *words, *said]
    return sheet(
        summary,
        round(height),
        Body(texts, rings, ranking(listed.entries, rows, listed.whole), f"M{PADDING} 270.5H{RIGHT}"),
        write,
    )


def sheet(summary: Told, height_px: int, body: Body, write: Write) -> Sheet:
    """The sheet of either cut."""
    title = title_of(summary, summary.say(WHAT))
    return Sheet("efficiency", NARROW, height_px, title, description(summary, write), {"body": body})


def filled(rate: Rate, x: float, y: float, radius: float, thick: float, size: float) -> Ring:
    """The ring of a rate, its figure in the middle."""
    figure = Span(rate.part.figure + rate.part.unit, size, BOLD, "t1") if rate.part else Span("–", size, BOLD, "t3")
    return within(ring(x, y, radius, thick, rate.filled, rate.whole), figure)


def labels(rate: Rate, x: float, y: float, cut: Cut, room: float) -> list[Text]:
    """What a ring shows, and of what, below it."""
    name, of = Span(rate.label, cut.body, tone="t1"), Span(rate.of, cut.small - 1, tone="t3")
    return [centred(x, y, name.within(room, 9)), centred(x, y + cut.body + 4, of.within(room, 8))]


def header(listed: Bars, say: Language) -> str:
    """What the bars are, and of how many models there is room for."""
    if listed.names > len(listed.entries):
        return say.counted(
            "{label}, {shown} of {count} models",
            "{label}, {shown} of {count} models",
            listed.names,
            Writing(say),
            label=listed.label,
            shown=say.grouped(len(listed.entries)),
        )
    return say("{label} by model", label=listed.label)


def nothing_here(summary: Told, x: float, y: float, room: float) -> list[Text]:
    """Two quiet lines where no model has a number."""
    if is_idle(summary):
        first, second = summary.say("No activity"), in_these_days(summary)
    else:
        first, second = summary.say("Latency"), summary.say(UNKNOWN)
    return [
        line(x, y, Span(first, 16, BOLD, "t1").within(room, 10)),
        line(x, y + 22, Span(second, 13).within(room, 10)),
    ]


# ------------------------------------------------------------------------------------------------------------- numbers


def rates(summary: Told, write: Write) -> tuple[Rate, Rate]:
    """Cache hits and success."""
    return cache_rate(summary, write), success_rate(summary, write)


def fitting(summary: Told, cut: Cut, room: float, write: Write) -> tuple[Rate, Rate]:
    """The same; what they are of is written as the room below the rings lets it, a pixel smaller if it must be."""

    def fits(rate: Rate) -> bool:
        return width(rate.of, cut.small - 2) <= room

    cache = with_room(write, lambda way: cache_rate(summary, way), fits)
    return cache, with_room(write, lambda way: success_rate(summary, way), fits)


def cache_rate(summary: Told, write: Write) -> Rate:
    """The cached part of the input; none at all cannot be told from none recorded."""
    say, uses = summary.say, summary.extras.models.values()
    label = say("Cache hits")
    known = summary.stats.cache_efficiency or any(use.cache_read_tokens for use in uses)
    if not (known and summary.stats.input_tokens):
        return Rate(label, None, 0, 1, say(UNKNOWN), say("Cache hits not recorded"))
    part = cached(summary)
    read, given = sum(use.cache_read_tokens for use in uses), sum(use.input_tokens for use in uses)
    filled, whole = (read, given) if given else (round(10 * summary.stats.cache_efficiency), 1000)
    tokens = write.text(summary.stats.input_tokens)
    told = say("{share} of {tokens} input tokens from cache", share="".join(part), tokens=tokens)
    return Rate(label, part, filled, whole, say("of {tokens} input", tokens=tokens), told)


def success_rate(summary: Told, write: Write) -> Rate:
    """The requests that succeeded, of those whose outcome is known."""
    part, extras, say = succeeded(summary), summary.extras, summary.say
    label = say("Success rate")
    if part is None:
        return Rate(label, None, 0, 1, say(UNKNOWN), say("success not recorded"))
    known = extras.succeeded + extras.failed
    filled, whole = (extras.succeeded, known) if known else (round(10 * summary.stats.success_rate), 1000)
    share = "".join(part)
    if not known:
        return Rate(
            label, part, filled, whole, say("of the requests"), say("{share} of the requests succeeded", share=share)
        )
    of = say.counted("of {count} request", "of {count} requests", known, write)
    told = say.counted(
        "{share} of {count} request succeeded",
        "{share} of {count} requests succeeded",
        known,
        write,
        share=share,
    )
    return Rate(label, part, filled, whole, of, told)


def latency(summary: Told) -> tuple[str, str] | tuple[()]:
    """The mean latency of all requests, if any reports one."""
    milliseconds, say = summary.stats.avg_latency_ms, summary.say
    return (" ".join(say.latency_parts(milliseconds)), say("mean latency")) if milliseconds else ()


def bars(summary: Told) -> Bars:
    """The mean latency of each model that has one; where none has, how much of its input was cached."""
    uses, say = summary.extras.models, summary.say
    slow = [(model, use.avg_latency_ms) for model, use in uses.items() if use.avg_latency_ms is not None]
    if slow:
        told = [entry(summary, model, " ".join(say.latency_parts(mean)), mean) for model, mean in slow[:MOST]]
        return Bars(say("Mean latency"), told, len(slow), 0)
    hits = [(model, use.cache_read_tokens, use.input_tokens) for model, use in uses.items() if use.cache_read_tokens]
    told = [
        entry(summary, model, say.percent(read, given), FULL * read // given or 1) for model, read, given in hits[:MOST]
    ]
    return Bars(say("Cache hits"), told, len(hits), FULL)


def entry(summary: Told, model: str, value: str, amount: int) -> Entry:
    """The line of a model, in its hue."""
    rank = min(list(summary.stats.tokens_by_model).index(model), HUES)
    return Entry(f"s{rank}", clean(model) or summary.say("unnamed"), value, "", amount, say=summary.say)


# --------------------------------------------------------------------------------------------------------------- words


def description(summary: Told, write: Write) -> str:
    """Every number of the card in sentences."""
    if is_idle(summary):
        return idle_sentence(summary, write)
    say, mean, listed = summary.say, latency(summary), bars(summary)
    last = say("mean latency {time}", time=mean[0]) if mean else say("latency not recorded")
    told = [say("; ").join([*(rate.sentence for rate in rates(summary, write)), last])]
    if listed.entries:
        told.append(by_model(listed, say))
    return in_sentences(say, told)


def by_model(listed: Bars, say: Language) -> str:
    """The bars in words, and how many models have none."""
    each = say(", ").join(f"{isolated(one.label, say)} {one.value}" for one in listed.entries)
    said = say("{label} by model: {models}", label=listed.label, models=each)
    if listed.names <= MOST:
        return said
    return say.counted(
        "{models} and {count} more model", "{models} and {count} more models", listed.names - MOST, models=said
    )
