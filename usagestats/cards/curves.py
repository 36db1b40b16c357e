"""Lines over days: a period as an area, the one before as a dotted line on the same scale, the mean and the peak."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from usagestats.cards.charts import Plot
from usagestats.templating import number

if TYPE_CHECKING:
    from collections.abc import Sequence

PEAK = 10
"""How wide the mark of the peak is, with its halo."""


@dataclass(frozen=True, slots=True)
class Dots:
    """Discs of one size and tone, as a single path of strokes without length."""

    tone: str
    """A class that colours lines."""
    across: float
    path: str


@dataclass(frozen=True, slots=True)
class Curve:
    """Everything within a plot of lines, ready to be placed."""

    grid: str
    area: str
    line: str
    mean: str
    before: str
    """Empty where the period before is not known."""
    dots: Sequence[Dots]


def span_of_days(left: float, top: float, right: float, bottom: float, days: int) -> Plot:
    """A plot whose first day lies at ``left`` and whose last one at ``right``."""
    return Plot(left, top, bottom, (right - left) / (days - 1), 0, days)


def points(place: Plot, values: Sequence[float | None], peak: int) -> str:
    """The corners of the line through the values that are known."""
    return " ".join(
        f"{number(place.middle(day))} {number(place.bottom - place.height * value / peak)}"
        for day, value in enumerate(values)
        if value is not None
    )


def curve(
    place: Plot, tokens: Sequence[int], line: Sequence[float | None], before: Sequence[float | None], mean: float
) -> Curve:
    """The lines of a period with tokens.

    Args:
        place: Where they run.
        tokens: Of each day of the period, for the area and the peak.
        line: What the line shows of each day: the same, or a running mean.
        before: The same of the period before; empty where that is not known.
        mean: Tokens a day.
    """
    peak = max(*tokens, *(math.ceil(value) for value in before if value is not None))
    left, right, bottom = (number(value) for value in (place.left, place.right, place.bottom))
    highest = tokens.index(max(tokens))
    at_peak = f"M{number(place.middle(highest))} {number(place.bottom - place.height * max(tokens) / peak)}h0"
    level = int(place.bottom - place.height * mean / peak) + 0.5
    return Curve(
        grid=f"M{left} {bottom}H{right}",
        area=f"M{left} {bottom} {points(place, tokens, peak)} {right} {bottom}z",
        line=f"M{points(place, line, peak)}",
        mean=f"M{left} {number(min(level, place.bottom))}H{right}",
        before=f"M{points(place, before, peak)}" if any(before) else "",
        dots=[Dots("bs", PEAK, at_peak), Dots("k0", PEAK - 4, at_peak)],
    )
