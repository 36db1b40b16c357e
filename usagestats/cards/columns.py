"""Columns by content: as wide as what stands in them, with equal room between."""

from __future__ import annotations

from itertools import accumulate, pairwise
from math import fsum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def gap_between(widths: Sequence[float], room: float, widest: float) -> float:
    """The room between neighbours when they fill ``room``, at most ``widest``."""
    return min(widest, (room - fsum(widths)) / max(1, len(widths) - 1))


def spread(widths: Sequence[float], left: float, right: float, widest: float) -> list[float]:
    """Where each column begins so that the last one ends at ``right``, or earlier with the widest gap.

    >>> spread([10, 20, 10], 0, 100, 50), spread([10, 20, 10], 0, 100, 5)
    ([0, 40.0, 90.0], [0, 15, 40])
    """
    gap = gap_between(widths, right - left, widest)
    return list(accumulate((width + gap for width in widths[:-1]), initial=left))[: len(widths)]


def between(starts: Sequence[float], widths: Sequence[float]) -> list[float]:
    """The middle of every gap, on a half pixel so that a hairline is sharp.

    >>> between([0, 40.0, 90.0], [10, 20, 10])
    [25.5, 75.5]
    """
    ends = [start + width for start, width in zip(starts, widths, strict=True)]
    return [int((end + start) / 2) + 0.5 for end, (_, start) in zip(ends, pairwise(starts), strict=False)]


def levelled(widths: Sequence[float], room: float) -> list[float]:
    """The widths, the widest ones lowered to one level, so that together they take no more than ``room``.

    >>> levelled([10, 50, 90], 100), levelled([10, 20], 100)
    ([10, 45.0, 45.0], [10, 20])
    """
    left, level = room, float("inf")
    for place, width in enumerate(sorted(widths)):
        share = left / (len(widths) - place)
        if width > share:
            level = share
            break
        left -= width
    return [min(width, level) for width in widths]
