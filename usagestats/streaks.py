"""Streaks: on how many days something was used, and on how many of them without a break.

An active day is a day of the period's zone with at least one token, counted as `Stats.time_series` counts them. The
current streak ends with the last day; a last day without tokens does not break it, since it is not over yet. The
longest one lies anywhere in the days that are known. No streak is longer than these: one that begins with the first of
them may have begun earlier.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from usagestats.summary import Summary


@dataclass(frozen=True, slots=True)
class Streak:
    """Days without a break."""

    days: int
    is_open: bool
    """Whether it begins with the first day known, so that it may be longer."""

    @property
    def figure(self) -> str:
        """Its length, with a plus where it may be longer.

        >>> Streak(12, is_open=False).figure, Streak(7, is_open=True).figure
        ('12', '7+')
        """
        return f"{self.days}+" if self.is_open else str(self.days)


@dataclass(frozen=True, slots=True)
class Streaks:
    """The active days among those known."""

    active_days: int
    days_known: int
    current: Streak
    longest: Streak
    """Of several equally long ones one that is not open."""


def streaks(tokens_by_day: Sequence[int]) -> Streaks:
    """The streaks in the tokens of consecutive days, ascending.

    >>> found = streaks([5, 0, 1, 1, 1, 0, 7, 7, 0])
    >>> found.active_days, found.current.days, found.longest.days
    (6, 2, 3)
    """
    runs: list[Streak] = []
    start = 0
    for is_active, days in groupby(tokens_by_day, bool):
        length = len(list(days))
        if is_active:
            runs.append(Streak(length, is_open=start == 0))
        start += length
    until = len(tokens_by_day) - (not any(tokens_by_day[-1:]))
    is_running = until > 0 and bool(tokens_by_day[until - 1])
    none = Streak(0, is_open=False)
    longest = max(runs, key=lambda run: (run.days, not run.is_open), default=none)
    return Streaks(sum(map(bool, tokens_by_day)), len(tokens_by_day), runs[-1] if is_running else none, longest)


def known_tokens_by_day(summary: Summary) -> list[int]:
    """The tokens of every day that a summary knows, ascending up to the period's last one."""
    return [*summary.extras.days_before, *(day.tokens for day in summary.stats.time_series)]
