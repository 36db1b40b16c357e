"""Models by rank: the four biggest have a hue each, all others together the grey one, the same on every card."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from math import fsum
from typing import TYPE_CHECKING

from usagestats.cards.texts import isolated
from usagestats.languages import ENGLISH, Language
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
    """What one name, or the others together, have of the whole."""

    rank: int
    label: str
    amount: int
    """Tokens or requests."""
    percent: str
    say: Language = ENGLISH

    @property
    def sentence(self) -> str:
        """Label and percentage."""
        return f"{isolated(self.label, self.say)} {self.percent}"


def shares(amounts: Mapping[str, int], most: int = HUES, say: Language = ENGLISH) -> tuple[Share, ...]:
    """Who has any, biggest first; those beyond ``most`` are the others, but a single one goes by its name.

    >>> [share.sentence for share in shares({"a": 6, "b": 3, "c": 1, "d": 0})]
    ['a 60%', 'b 30%', 'c 10%']

    Args:
        amounts: Tokens or requests by name, biggest first.
        most: How many are named in any case; at most `HUES`, so that each has a hue of its own.
        say: The language of the others, and of the percentages.
    """
    used = [(name, amount) for name, amount in amounts.items() if amount]
    total = sum(amount for _, amount in used)
    named, rest = (used, []) if len(used) == most + 1 else (used[:most], used[most:])
    told = [
        Share(rank, clean(name) or say("unnamed"), amount, say.percent(amount, total), say)
        for rank, (name, amount) in enumerate(named)
    ]
    if rest:
        amount = sum(amount for _, amount in rest)
        label = say.counted("{count} other", "{count} others", len(rest))
        told.append(Share(HUES, label, amount, say.percent(amount, total), say))
    return tuple(told)


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
    total = sum(share.amount for share in given)
    exact = [least + spare * share.amount / total for share in given]
    thin = [max(least, room * share.amount / total) for share in given]
    widths = thin if fsum(thin) <= room + ROUNDING_PX else exact
    starts = list(accumulate((width + gap for width in widths[:-1]), initial=left))
    ends = [*(start - gap for start in starts[1:]), right]
    return [
        Segment(share.rank, round(2 * start) / 2, round(2 * end) / 2 - round(2 * start) / 2)
        for share, start, end in zip(given, starts, ends, strict=True)
    ]
