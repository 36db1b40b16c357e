"""Models by rank: the four biggest have a hue each, all others together the grey one, the same on every card."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from math import fsum
from typing import TYPE_CHECKING

from usagestats.cards.texts import isolated
from usagestats.formats import percent
from usagestats.templating import clean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from usagestats.stats import Day

HUES = 4
"""How many models have a hue of their own; it is also the rank of all others."""
ROUNDING_PX = 0.01
"""What a sum of widths may be off."""


@dataclass(frozen=True, slots=True)
class Share:
    """What one model, or the others together, have of the whole."""

    rank: int
    label: str
    tokens: int
    percent: str

    @property
    def sentence(self) -> str:
        """Label and percentage."""
        return f"{isolated(self.label)} {self.percent}"


def shares(tokens_by_model: Mapping[str, int]) -> tuple[Share, ...]:
    """Models that used tokens, biggest first; a fifth goes by its name, more than five are the others.

    >>> [share.sentence for share in shares({"a": 6, "b": 3, "c": 1, "d": 0})]
    ['a 60%', 'b 30%', 'c 10%']
    """
    used = [(model, tokens) for model, tokens in tokens_by_model.items() if tokens]
    total = sum(tokens for _, tokens in used)
    named, rest = used[:HUES], used[HUES:]
    if len(rest) > 1:
        rest = [(f"{len(rest)} others", sum(tokens for _, tokens in rest))]
    return tuple(
        Share(rank, clean(label) or "unnamed", tokens, percent(tokens, total))
        for rank, (label, tokens) in enumerate(named + rest)
    )


def stacked(day: Day, models: Sequence[str]) -> list[int]:
    """A day's tokens by rank: of each of ``models``, which are the biggest four, then of all others."""
    named = [day.tokens_by_model[model] for model in models]
    return [*named, day.tokens - sum(named)]


@dataclass(frozen=True, slots=True)
class Segment:
    """One piece of a share bar."""

    rank: int
    x: float
    width: float


def segments(given: Sequence[Share], left: float, right: float, *, gap: float = 2, least: float = 3) -> list[Segment]:
    """The pieces of a bar from ``left`` to ``right``, in proportion, none too thin to be seen.

    >>> [(s.x, s.width) for s in segments(shares({"a": 999, "b": 1}), 0, 105)]
    [(0.0, 100.0), (102.0, 3.0)]
    """
    if not given:
        return []
    room = right - left - gap * (len(given) - 1)
    spare = room - least * len(given)
    total = sum(share.tokens for share in given)
    exact = [least + spare * share.tokens / total for share in given]
    thin = [max(least, room * share.tokens / total) for share in given]
    widths = thin if fsum(thin) <= room + ROUNDING_PX else exact
    starts = list(accumulate((width + gap for width in widths[:-1]), initial=left))
    ends = [*(start - gap for start in starts[1:]), right]
    return [
        Segment(share.rank, round(2 * start) / 2, round(2 * end) / 2 - round(2 * start) / 2)
        for share, start, end in zip(given, starts, ends, strict=True)
    ]
