"""Tokens by model: ranked bars, the cached part of each pale; where there are few models, what the tokens were."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from usagestats.cards.facts import cached
from usagestats.cards.halves import PAGE, PHONE, RIGHT, Cut, head
from usagestats.cards.heading import idle_sentence, idle_texts, title_of
from usagestats.cards.legend import INDENT
from usagestats.cards.ranking import Entry, Meter, Ranking, Rows, has_room, ranking
from usagestats.cards.shares import HUES, shares
from usagestats.cards.sheet import NARROW, PADDING, Sheet
from usagestats.cards.texts import Span, Text, line
from usagestats.cards.written import with_room
from usagestats.formats import compact_parts, percent
from usagestats.lettering import width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from usagestats.cards.facts import Write
    from usagestats.summary import Summary

WHAT = "AI coding tokens by model"
SHORT = "Tokens by model"
FEW = 2
"""Up to so many models leave room for the parts of all tokens."""
NOTED = 3
"""So many leave room for a note each."""
KEYS = ("Cached input", "Fresh input and output")


@dataclass(frozen=True, slots=True)
class Key:
    """A square that explains the pale part of a bar, or the full one."""

    x: float
    y: float
    pale: bool


@dataclass(frozen=True, slots=True)
class Body:
    """Everything on the card, placed."""

    texts: Sequence[Text]
    ranking: Ranking
    keys: Sequence[Key] = ()


def wide(summary: Summary, write: Write = compact_parts) -> Sheet:
    """The cut for a page: 412 × 344."""
    entries = told(summary, 13, write)
    rows = Rows(PADDING, RIGHT, 96, 220 // max(4 if len(entries) != NOTED else NOTED, len(entries)))
    return sheet(summary, 344, body(summary, PAGE, entries, rows, 318, write), write)


def narrow(summary: Summary, write: Write = compact_parts) -> Sheet:
    """The cut for a phone: 412 wide, as high as its rows, in larger letters."""
    entries = told(summary, 14.5, write)
    rows = Rows(PADDING, RIGHT, 108, 76 if len(entries) == NOTED else 52, 14.5, 9, 10)
    key_y = rows.base(len(entries) or 4) + 2
    return sheet(summary, round(key_y) + PADDING, body(summary, PHONE, entries, rows, key_y, write), write)


def sheet(summary: Summary, height_px: int, placed: Body, write: Write) -> Sheet:
    """The sheet of either cut."""
    return Sheet("models", NARROW, height_px, title_of(summary, WHAT), description(summary, write), {"body": placed})


def body(summary: Summary, cut: Cut, entries: Sequence[Entry], rows: Rows, key_y: float, write: Write) -> Body:
    """The card with its bars, or a word where there are no tokens."""
    if not entries:
        return without_tokens(summary, cut, rows, write)
    part = cached(summary)
    figure = (part.figure + part.unit, "of input cached") if summary.stats.cache_efficiency else ()
    keys, words = key(cut, key_y) if any(entry.pale for entry in entries) else ([], [])
    drawn = ranking(entries, rows)
    above = with_room(
        write,
        lambda way: head(cut, summary, f"{''.join(way(summary.stats.total_tokens))} {SHORT.lower()}", *figure),
        lambda texts: texts[0].spans[0].size == cut.title,
    )
    return Body([*above, *words], drawn, keys)


def without_tokens(summary: Summary, cut: Cut, rows: Rows, write: Write) -> Body:
    """A word over empty tracks."""
    y, room = rows.top + 18, RIGHT - PADDING
    tracks = [Meter(PADDING, y + 84 + 30 * place, room, rows.thick, ()) for place in range(4)]
    return Body([*head(cut, summary, SHORT), *idle_texts(summary, y, room, write=write)], Ranking([], tracks))


def key(cut: Cut, y: float) -> tuple[list[Key], list[Text]]:
    """What the pale part of a bar is, and what the full one."""
    cached_words = line(PADDING + INDENT, y, Span(KEYS[0], cut.small, tone="t3"))
    second = round(cached_words.right) + 22
    fresh_words = line(second + INDENT, y, Span(KEYS[1], cut.small, tone="t3"))
    return [Key(PADDING, y - 8, pale=True), Key(second, y - 8, pale=False)], [cached_words, fresh_words]


def told(summary: Summary, size: float, write: Write) -> list[Entry]:
    """The lines of the ranking; of three models there is a note below each."""
    room = RIGHT - PADDING
    entries = with_room(write, lambda way: listed(summary, way), lambda given: has_room(given, room, size))
    if len(entries) != NOTED or not summary.extras.models:
        return entries
    notes = with_room(
        write,
        lambda way: [parted(entry, way) for entry in entries],
        lambda said: all(width(note, size - 1) <= room for note in said),
    )
    return [replace(entry, note=note) for entry, note in zip(entries, notes, strict=True)]


def listed(summary: Summary, write: Write) -> list[Entry]:
    """The models and the others; of one or two models also what their tokens were."""
    models = by_model(summary, write)
    return models + parts(summary, write) if 0 < len(models) <= FEW and summary.extras.models else models


def by_model(summary: Summary, write: Write) -> list[Entry]:
    """The models and the others, each with its cached part."""
    given = shares(summary.stats.tokens_by_model)
    return [
        Entry(f"s{share.rank}", share.label, "".join(write(share.amount)), share.percent, share.amount, pale)
        for share, pale in zip(given, cached_by_rank(summary), strict=False)
    ]


def cached_by_rank(summary: Summary) -> list[int]:
    """Cached tokens of the models with a hue, then of all others."""
    uses = summary.extras.models
    read = [uses[model].cache_read_tokens if model in uses else 0 for model in summary.stats.tokens_by_model]
    return [*read[:HUES], sum(read[HUES:])]


def parts(summary: Summary, write: Write) -> list[Entry]:
    """Cached and fresh input and output of all models, in no model's hue."""
    stats = summary.stats
    read = sum(cached_by_rank(summary))
    amounts = {"Cached input": read, "Fresh input": stats.input_tokens - read, "Output": stats.output_tokens}
    return [
        Entry("t3", label, "".join(write(n)), percent(n, stats.total_tokens), n, read if label == "Cached input" else 0)
        for label, n in amounts.items()
    ]


def parted(entry: Entry, write: Write) -> str:
    """What the tokens of a model were."""
    pale, fresh = ("".join(write(amount)) for amount in (entry.pale, entry.amount - entry.pale))
    return f"{pale} cached input, {fresh} fresh input and output"


def description(summary: Summary, write: Write) -> str:
    """Every number of the card in sentences."""
    stats, days = summary.stats, summary.period.days
    if not stats.total_tokens:
        return idle_sentence(summary, write)
    tokens = f"{''.join(write(stats.total_tokens))} token{'s' if stats.total_tokens != 1 else ''} in {days} days"
    part = cached(summary)
    hits = f", {part.figure}{part.unit} of the input from cache" if stats.cache_efficiency else ""
    models = [
        f"{share.sentence} with {entry.value}" + (f" ({parted(entry, write)})" if entry.pale else "")
        for share, entry in zip(shares(stats.tokens_by_model), by_model(summary, write), strict=True)
    ]
    fresh = [f"{entry.label} {entry.value} ({entry.percent})" for entry in listed(summary, write)[len(models) :]]
    return ". ".join([tokens + hits, "; ".join(models), *([", ".join(fresh)] if fresh else [])]) + "."
