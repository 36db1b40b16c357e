"""Where requests went and where they came from: providers as a donut, applications as ranked bars."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from usagestats.cards import legend
from usagestats.cards.halves import PAGE, PHONE, RIGHT, Cut, head
from usagestats.cards.heading import idle_sentence, idle_texts, in_days, in_sentences, is_idle, nothing_in, title_of
from usagestats.cards.ranking import Entry, Ranking, Rows, has_room, ranking
from usagestats.cards.rings import Ring, donut, room_in, within
from usagestats.cards.shares import HUES, Share, shares
from usagestats.cards.sheet import NARROW, PADDING, Sheet
from usagestats.cards.texts import BOLD, Span, Text, isolated, line
from usagestats.cards.written import with_room
from usagestats.languages import SHORT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from usagestats.cards.facts import Write
    from usagestats.cards.legend import Legend
    from usagestats.cards.told import Told
    from usagestats.languages import Language

WHAT = "AI coding providers and applications"
SHORT_TITLE = "Providers and applications"
LEAST = 0.7
"""The share of its size that a number in the ring has at least, if it has every digit."""
UNNAMED = "not recorded"
"""The application of requests that name none."""


@dataclass(frozen=True, slots=True)
class Body:
    """Everything on the card, placed."""

    texts: Sequence[Text]
    ring: Ring
    legend: Legend
    ranking: Ranking
    rules: str = ""


# ---------------------------------------------------------------------------------------------------------------- cuts


def wide(summary: Told, write: Write = SHORT) -> Sheet:
    """The cut for a page, 412 × 260: providers at the left, applications at the right."""
    say = summary.say
    given = shares(summary.stats.events_by_provider, 2, say)
    ring = donut(PADDING + 42.0, 140.0, 36, 11, given)
    if not given:
        return empty(summary, 260, PAGE, ring, 178, write)
    left, middle = PADDING + 148, PADDING + 120
    names = legend.rows(given, PADDING, middle, [204, 221, 238][: len(given)], 12)
    told = fitting(summary, RIGHT - left, 12, write)
    drawn = ranking(told, Rows(left, RIGHT, 109, 28, 12, 6, 4))
    labels = [label(say("Requests by provider"), PADDING, 88, 11), label(say("By application"), left, 88, 11)]
    texts = [*head(PAGE, summary, say(SHORT_TITLE)), *labels, *unknown(say, drawn, left, 109, 12)]
    return sheet(summary, 260, Body(texts, within(ring, *total(summary, ring, 17, 10, write)), names, drawn), write)


def narrow(summary: Told, write: Write = SHORT) -> Sheet:
    """The cut for a phone: providers over applications, as high as those are many."""
    say = summary.say
    given = shares(summary.stats.events_by_provider, say=say)
    ring = donut(PADDING + 60.0, 156.0, 50, 16, given)
    if not given:
        return empty(summary, 216 + PADDING, PHONE, ring, 172, write)
    names = legend.column(given, PADDING + 148, RIGHT, 161 - 12 * (len(given) - 1), 14, write)
    told = fitting(summary, RIGHT - PADDING, 14, write)
    rows = Rows(PADDING, RIGHT, 302, 44, 14, 8, 6)
    height = rows.base(max(0, len(told) - 1)) + rows.drop + rows.thick + PADDING
    drawn = ranking(told, rows)
    words = [
        label(say("Requests by application"), PADDING, 272, PHONE.small),
        *unknown(say, drawn, PADDING, rows.top, rows.size),
    ]
    shown = within(ring, *total(summary, ring, 24, 12, write))
    body = Body([*head(PHONE, summary, say(SHORT_TITLE)), *words], shown, names, drawn, f"M{PADDING} 244.5H{RIGHT}")
    return sheet(summary, round(height), body, write)


def empty(summary: Told, height_px: int, cut: Cut, ring: Ring, x: float, write: Write) -> Sheet:
    """A word beside an empty ring."""
    words = idle_texts(summary, ring.y, RIGHT - x, "" if is_idle(summary) else summary.say("No requests"), write)
    texts = [*head(cut, summary, summary.say(SHORT_TITLE)), *(text.moved(x) for text in words)]
    return sheet(summary, height_px, Body(texts, ring, legend.Legend([], []), Ranking([], [])), write)


def sheet(summary: Told, height_px: int, body: Body, write: Write) -> Sheet:
    """The sheet of either cut."""
    title = title_of(summary, summary.say(WHAT))
    return Sheet("apps", NARROW, height_px, title, description(summary, write), {"body": body})


def unknown(say: Language, drawn: Ranking, x: float, y: float, size: float) -> list[Text]:
    """A word in the place of a list without entries."""
    return [] if drawn.texts else [line(x, y, Span(say(UNNAMED), size))]


def label(words: str, x: float, y: float, size: float) -> Text:
    """A quiet word over a part of the card."""
    return line(x, y, Span(words, size, tone="t3"))


def total(summary: Told, ring: Ring, size: float, small: float, write: Write) -> tuple[Span, Span]:
    """All requests, for the middle of the donut."""
    events = summary.stats.total_events
    figure = with_room(
        write,
        lambda way: Span(way.text(events), size, BOLD, "t1"),
        lambda span: span.width * LEAST <= room_in(ring),
    )
    return figure, Span(summary.say.counted("request", "requests", events), small)


# ------------------------------------------------------------------------------------------------------------- numbers


def fitting(summary: Told, room: float, size: float, write: Write) -> list[Entry]:
    """The applications, their numbers written as the room for their names lets them."""
    return with_room(write, lambda way: applications(summary, way), lambda given: has_room(given, room, size))


def applications(summary: Told, write: Write) -> list[Entry]:
    """The biggest ones, the others and the requests that name none, in parts of all; empty if all name none."""
    stats, say = summary.stats, summary.say
    if not stats.events_by_application:
        return []
    unnamed = stats.total_events - sum(stats.events_by_application.values())
    most = HUES - 1 if unnamed else HUES
    named = [
        bar(share.label, share.amount, stats.total_events, write)
        for share in shares(stats.events_by_application, most, say)
    ]
    return named + [bar(say(UNNAMED), unnamed, stats.total_events, write)] * bool(unnamed)


def bar(name: str, events: int, total_events: int, write: Write) -> Entry:
    """A line of the list, in no model's hue."""
    say = write.say
    return Entry("t3", name, write.text(events), say.percent(events, total_events), events, say=say)


# --------------------------------------------------------------------------------------------------------------- words


def description(summary: Told, write: Write) -> str:
    """Every number of the card in sentences."""
    if is_idle(summary):
        return idle_sentence(summary, write)
    stats, say = summary.stats, summary.say
    if not stats.total_events:
        return in_sentences(say, [nothing_in(summary, say("No requests"))])
    providers = [(share.label, write.text(share.amount), share.percent) for share in provided(summary)]
    named = [(entry.label, entry.value, entry.percent) for entry in applications(summary, write)]
    said = [
        in_days(summary, say.counted("{count} request", "{count} requests", stats.total_events)),
        say("By provider: {providers}", providers=listed(providers, say)),
        say("By application: {applications}", applications=listed(named, say) or say(UNNAMED)),
    ]
    return in_sentences(say, said)


def provided(summary: Told) -> tuple[Share, ...]:
    """The providers, as many as either cut names."""
    return shares(summary.stats.events_by_provider, say=summary.say)


def listed(given: Sequence[tuple[str, str, str]], say: Language) -> str:
    """Names with their numbers."""
    return say(", ").join(f"{isolated(name, say)} {value} ({part})" for name, value, part in given)
