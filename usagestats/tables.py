"""Tables of text: a period as lines of a fixed-width face, with bars of blocks.

No date stands in them, so that a night without activity leaves them as they are.
"""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Final

from usagestats.cards.facts import facts
from usagestats.cards.texts import isolated
from usagestats.cards.told import Told
from usagestats.formats import compact, half_up, listed, percent, plural
from usagestats.printing import columns
from usagestats.templating import clean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from usagestats.summary import Stats, Summary

BAR: Final = 25
"""Blocks of a full bar: four per cent each."""
NAME: Final = 32
"""Columns of the longest name."""
LINE: Final = 76
"""Columns of the sentence below the bars."""
ROWS: Final = 5
"""Names of their own; all others are told together, in one row more."""


def text_table(summary: Summary, by: str = "model") -> str:
    """Totals and the biggest models, providers or applications of a period, each with a bar and its share.

    Args:
        summary: Whose numbers.
        by: ``model`` ranks by tokens, ``provider`` and ``application`` rank by requests.
    """
    return "\n\n".join([_headline(summary), *_bars(*COLUMNS[by](summary.stats)), *_rest(summary)])


def _headline(summary: Summary) -> str:
    stats = summary.stats
    tokens = "1 token" if stats.total_tokens == 1 else f"{compact(stats.total_tokens)} tokens"
    return f"Last {summary.period.days} days: {tokens} in {plural(stats.total_events, 'request')}"


def _bars(counts: Mapping[str, int], unit: str) -> list[str]:
    ranked = [(clean(name) or "unnamed", count) for name, count in counts.items() if count]
    if not ranked:
        return []
    named, others = (ranked, []) if len(ranked) <= ROWS + 1 else (ranked[:ROWS], ranked[ROWS:])
    if others:
        named = [*named, (f"{len(others)} others", sum(count for _, count in others))]
    total = sum(counts.values())
    names = [_cut(name) for name, _ in named]
    figures = [f"{compact(count)} {unit if count > 1 else unit.removesuffix('s')}" for _, count in named]
    name_width, figure_width = max(map(columns, names)), max(map(len, figures))
    rows = (
        f"{isolated(name)}{' ' * (name_width - columns(name))}   {figure:{figure_width}}   "
        f"{_bar(count, total)}  {percent(count, total):>4}"
        for name, figure, (_, count) in zip(names, figures, named, strict=True)
    )
    return ["\n".join(rows)]


def _rest(summary: Summary) -> list[str]:
    said = [fact.sentence for fact in facts(Told.of(summary))]
    return ["\n".join(wrap(f"{listed(said)}.", LINE))] if said else []


def _bar(part: int, whole: int) -> str:
    full = half_up(BAR * part, whole)
    return "█" * full + "░" * (BAR - full)


def _cut(name: str) -> str:
    if columns(name) <= NAME:
        return name
    while columns(name) >= NAME:
        name = name[:-1]
    return name + "…"


def _models(stats: Stats) -> tuple[Mapping[str, int], str]:
    return stats.tokens_by_model, "tokens"


def _providers(stats: Stats) -> tuple[Mapping[str, int], str]:
    return stats.events_by_provider, "requests"


def _applications(stats: Stats) -> tuple[Mapping[str, int], str]:
    return stats.events_by_application, "requests"


COLUMNS: Final = {"model": _models, "provider": _providers, "application": _applications}
"""What a table can rank."""
