"""Tokens by model: ranked bars, the cached part of each pale; where there are few models, what the tokens were."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import fsum
from typing import TYPE_CHECKING

from usagestats.cards.facts import cached
from usagestats.cards.halves import PAGE, PHONE, RIGHT, Cut, head
from usagestats.cards.heading import idle_sentence, idle_texts, in_days, in_sentences, title_of
from usagestats.cards.legend import INDENT
from usagestats.cards.ranking import Entry, Meter, Ranking, Rows, has_room, ranking
from usagestats.cards.shares import HUES, shares
from usagestats.cards.sheet import NARROW, PADDING, Sheet
from usagestats.cards.texts import Span, Text, isolated, line, scaled
from usagestats.cards.written import with_room
from usagestats.languages import SHORT
from usagestats.lettering import width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from usagestats.cards.facts import Write
    from usagestats.cards.shares import Share
    from usagestats.cards.told import Told
    from usagestats.languages import Language

WHAT = "AI coding tokens by model"
SHORT_TITLE = "Tokens by model"
FEW = 2
"""Up to so many models leave room for the parts of all tokens."""
APART = 22
"""Between the two keys."""
NOTED = 3
"""So many leave room for a note each."""


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


def wide(summary: Told, write: Write = SHORT) -> Sheet:
    """The cut for a page: 412 × 344."""
    entries = told(summary, 13, write)
    rows = Rows(PADDING, RIGHT, 96, 220 // max(4 if len(entries) != NOTED else NOTED, len(entries)))
    return sheet(summary, 344, body(summary, PAGE, entries, rows, 318, write), write)


def narrow(summary: Told, write: Write = SHORT) -> Sheet:
    """The cut for a phone: 412 wide, as high as its rows, in larger letters."""
    entries = told(summary, 14.5, write)
    rows = Rows(PADDING, RIGHT, 108, 76 if len(entries) == NOTED else 52, 14.5, 9, 10)
    key_y = rows.base(len(entries) or 4) + 2
    return sheet(summary, round(key_y) + PADDING, body(summary, PHONE, entries, rows, key_y, write), write)


def sheet(summary: Told, height_px: int, placed: Body, write: Write) -> Sheet:
    """The sheet of either cut."""
    title = title_of(summary, summary.say(WHAT))
    return Sheet("models", NARROW, height_px, title, description(summary, write), {"body": placed})


def body(summary: Told, cut: Cut, entries: Sequence[Entry], rows: Rows, key_y: float, write: Write) -> Body:
    """The card with its bars, or a word where there are no tokens."""
    if not entries:
        return without_tokens(summary, cut, rows, write)
    part = cached(summary)
    total, say = summary.stats.total_tokens, summary.say
    figure = ("".join(part), say("of input cached")) if summary.stats.cache_efficiency else ()
    keys, words = key(cut, key_y, say) if any(entry.pale for entry in entries) else ([], [])
    drawn = ranking(entries, rows)
    above = with_room(
        write,
        lambda way: head(
            cut, summary, say.counted("{count} tokens by model", "{count} tokens by model", total, way), *figure
        ),
        lambda texts: texts[0].spans[0].size == cut.title,
    )
    return Body([*above, *words], drawn, keys)


def without_tokens(summary: Told, cut: Cut, rows: Rows, write: Write) -> Body:
    """A word over empty tracks."""
    y, room = rows.top + 18, RIGHT - PADDING
    tracks = [Meter(PADDING, y + 84 + 30 * place, room, rows.thick, ()) for place in range(4)]
    return Body(
        [*head(cut, summary, summary.say(SHORT_TITLE)), *idle_texts(summary, y, room, write=write)], Ranking([], tracks)
    )


def key(cut: Cut, y: float, say: Language) -> tuple[list[Key], list[Text]]:
    """What the pale part of a bar is, and what the full one."""
    words = say("Cached input"), say("Fresh input and output")
    spans = [Span(said, cut.small, tone="t3") for said in words]
    room = RIGHT - PADDING - 2 * INDENT - APART
    pale, full = scaled(spans, (room - 1) / fsum(span.width for span in spans), 8)
    cached_words = line(PADDING + INDENT, y, pale)
    second = round(cached_words.right) + APART
    fresh_words = line(second + INDENT, y, full)
    return [Key(PADDING, y - 8, pale=True), Key(second, y - 8, pale=False)], [cached_words, fresh_words]


def told(summary: Told, size: float, write: Write) -> list[Entry]:
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


def listed(summary: Told, write: Write) -> list[Entry]:
    """The models and the others; of one or two models also what their tokens were."""
    models = by_model(summary, write)
    return models + parts(summary, write) if 0 < len(models) <= FEW and summary.extras.models else models


def by_model(summary: Told, write: Write) -> list[Entry]:
    """The models and the others, each with its cached part."""
    given = shares(summary.stats.tokens_by_model, say=summary.say)
    return [
        Entry(f"s{share.rank}", share.label, write.text(share.amount), share.percent, share.amount, pale, say=share.say)
        for share, pale in zip(given, cached_by_rank(summary), strict=False)
    ]


def cached_by_rank(summary: Told) -> list[int]:
    """Cached tokens of the models with a hue, then of all others."""
    uses = summary.extras.models
    read = [uses[model].cache_read_tokens if model in uses else 0 for model in summary.stats.tokens_by_model]
    return [*read[:HUES], sum(read[HUES:])]


def parts(summary: Told, write: Write) -> list[Entry]:
    """Cached and fresh input and output of all models, in no model's hue."""
    stats, say = summary.stats, summary.say
    read = sum(cached_by_rank(summary))
    amounts = [
        (say("Cached input"), read, read),
        (say("Fresh input"), stats.input_tokens - read, 0),
        (say("Output"), stats.output_tokens, 0),
    ]
    return [
        Entry("t3", label, write.text(n), say.percent(n, stats.total_tokens), n, pale, say=say)
        for label, n, pale in amounts
    ]


def parted(entry: Entry, write: Write) -> str:
    """What the tokens of a model were."""
    pale, fresh = write.text(entry.pale), write.text(entry.amount - entry.pale)
    return write.say("{cached} cached input, {fresh} fresh input and output", cached=pale, fresh=fresh)


def description(summary: Told, write: Write) -> str:
    """Every number of the card in sentences."""
    if not summary.stats.total_tokens:
        return idle_sentence(summary, write)
    say, named = summary.say, by_model(summary, write)
    models = say("; ").join(
        told_model(share, entry, write)
        for share, entry in zip(shares(summary.stats.tokens_by_model, say=say), named, strict=True)
    )
    fresh = [told_part(entry, say) for entry in listed(summary, write)[len(named) :]]
    return in_sentences(say, [used(summary, write), models, *([say(", ").join(fresh)] if fresh else [])])


def used(summary: Told, write: Write) -> str:
    """All tokens, and how many of them came from the cache."""
    stats, say = summary.stats, summary.say
    tokens = say.counted("{count} token", "{count} tokens", stats.total_tokens, write)
    told = in_days(summary, tokens)
    if not stats.cache_efficiency:
        return told
    return say(", ").join([told, say("{share} of the input from cache", share="".join(cached(summary)))])


def told_model(share: Share, entry: Entry, write: Write) -> str:
    """A model in words."""
    tokens = write.say("{model} with {tokens}", model=share.sentence, tokens=entry.value)
    return f"{tokens} ({parted(entry, write)})" if entry.pale else tokens


def told_part(entry: Entry, say: Language) -> str:
    """A name and its numbers in words."""
    return f"{isolated(entry.label, say)} {entry.value} ({entry.percent})"
