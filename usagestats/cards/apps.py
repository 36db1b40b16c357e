"""Where requests went and where they came from: providers as a donut, applications as ranked bars."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from usagestats.cards import legend
from usagestats.cards.halves import PAGE, PHONE, RIGHT, Cut, head
from usagestats.cards.heading import idle_sentence, idle_texts, is_idle, title_of
from usagestats.cards.ranking import Entry, Ranking, Rows, ranking
from usagestats.cards.rings import Ring, donut, within
from usagestats.cards.shares import HUES, Share, shares
from usagestats.cards.sheet import NARROW, PADDING, Sheet
from usagestats.cards.texts import BOLD, Span, Text, isolated, line
from usagestats.formats import compact, percent, plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from usagestats.cards.legend import Legend
    from usagestats.summary import Summary

WHAT = "AI coding providers and applications"
SHORT = "Providers and applications"
BY = "Requests by"
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


def wide(summary: Summary) -> Sheet:
    """The cut for a page, 412 × 260: providers at the left, applications at the right."""
    given = shares(summary.stats.events_by_provider, 2)
    ring = donut(PADDING + 42.0, 140.0, 36, 11, given)
    if not given:
        return empty(summary, 260, PAGE, ring, 178)
    left, middle = PADDING + 148, PADDING + 120
    names = legend.rows(given, PADDING, middle, [204, 221, 238][: len(given)], 12)
    drawn = ranking(applications(summary), Rows(left, RIGHT, 109, 28, 12, 6, 4))
    labels = [label(f"{BY} provider", PADDING, 88, 11), label("By application", left, 88, 11)]
    texts = [*head(PAGE, summary, SHORT), *labels, *unknown(drawn, left, 109, 12)]
    return sheet(summary, 260, Body(texts, within(ring, *total(summary, 17, 10)), names, drawn))


def narrow(summary: Summary) -> Sheet:
    """The cut for a phone: providers over applications, as high as those are many."""
    given = shares(summary.stats.events_by_provider)
    ring = donut(PADDING + 60.0, 156.0, 50, 16, given)
    if not given:
        return empty(summary, 216 + PADDING, PHONE, ring, 172)
    names = legend.column(given, PADDING + 148, RIGHT, 161 - 12 * (len(given) - 1), 14)
    told = applications(summary)
    rows = Rows(PADDING, RIGHT, 302, 44, 14, 8, 6)
    height = rows.base(max(0, len(told) - 1)) + rows.drop + rows.thick + PADDING
    drawn = ranking(told, rows)
    words = [label(f"{BY} application", PADDING, 272, PHONE.small), *unknown(drawn, PADDING, rows.top, rows.size)]
    shown = within(ring, *total(summary, 24, 12))
    body = Body([*head(PHONE, summary, SHORT), *words], shown, names, drawn, f"M{PADDING} 244.5H{RIGHT}")
    return sheet(summary, round(height), body)


def empty(summary: Summary, height_px: int, cut: Cut, ring: Ring, x: float) -> Sheet:
    """A word beside an empty ring."""
    words = idle_texts(summary, ring.y, RIGHT - x, "" if is_idle(summary) else "No requests")
    texts = [*head(cut, summary, SHORT), *(text.moved(x) for text in words)]
    return sheet(summary, height_px, Body(texts, ring, legend.Legend([], []), Ranking([], [])))


def sheet(summary: Summary, height_px: int, body: Body) -> Sheet:
    """The sheet of either cut."""
    return Sheet("apps", NARROW, height_px, title_of(summary, WHAT), description(summary), {"body": body})


def unknown(drawn: Ranking, x: float, y: float, size: float) -> list[Text]:
    """A word in the place of a list without entries."""
    return [] if drawn.texts else [line(x, y, Span(UNNAMED, size))]


def label(words: str, x: float, y: float, size: float) -> Text:
    """A quiet word over a part of the card."""
    return line(x, y, Span(words, size, tone="t3"))


def total(summary: Summary, size: float, small: float) -> tuple[Span, Span]:
    """All requests, for the middle of the donut."""
    events = summary.stats.total_events
    return Span(compact(events), size, BOLD, "t1"), Span("requests" if events != 1 else "request", small)


# ------------------------------------------------------------------------------------------------------------- numbers


def applications(summary: Summary) -> list[Entry]:
    """The biggest ones, the others and the requests that name none, in parts of all; empty if all name none."""
    stats = summary.stats
    if not stats.events_by_application:
        return []
    unnamed = stats.total_events - sum(stats.events_by_application.values())
    most = HUES - 1 if unnamed else HUES
    return [
        bar(share.label, share.amount, stats.total_events) for share in shares(stats.events_by_application, most)
    ] + [bar(UNNAMED, unnamed, stats.total_events)] * bool(unnamed)


def bar(name: str, events: int, total_events: int) -> Entry:
    """A line of the list, in no model's hue."""
    return Entry("t3", name, compact(events), percent(events, total_events), events)


# --------------------------------------------------------------------------------------------------------------- words


def description(summary: Summary) -> str:
    """Every number of the card in sentences."""
    if is_idle(summary):
        return idle_sentence(summary)
    stats, days = summary.stats, summary.period.days
    if not stats.total_events:
        return f"No requests in these {days} days."
    providers = listed([(share.label, compact(share.amount), share.percent) for share in provided(summary)])
    named = listed([(entry.label, entry.value, entry.percent) for entry in applications(summary)]) or UNNAMED
    return f"{plural(stats.total_events, 'request')} in {days} days. By provider: {providers}. By application: {named}."


def provided(summary: Summary) -> tuple[Share, ...]:
    """The providers, as many as either cut names."""
    return shares(summary.stats.events_by_provider)


def listed(given: Sequence[tuple[str, str, str]]) -> str:
    """Names with their numbers."""
    return ", ".join(f"{isolated(name)} {value} ({part})" for name, value, part in given)
