"""Summaries at the ends of everything, for the tests of cards."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.cards.people import LAST, ada, made, office_hours

if TYPE_CHECKING:
    from usagestats.summary import Summary

HOSTILE = "\"><b>Ada</b> & 'co' \u202eevil\x00\x1b ]]> {{ 7 * 7 }}"


def looking_back(summary: Summary, weeks: int, share: float = 0.8) -> Summary:
    """The same with so many calendar weeks before its last day, of which that share of days was active."""
    days = random.Random(weeks)
    count = max(0, 7 * weeks - 6 + LAST.weekday() - summary.period.days)
    before = tuple(int(days.uniform(1e6, 3e7)) * (days.random() < share) for _ in range(count))
    return replace(summary, extras=replace(summary.extras, days_before=before))


SHOWN = {
    "7d": ada("7d"),
    "30d": ada("30d"),
    "90d": ada("90d"),
    "year": looking_back(ada("90d"), 53),
    "nobody": made([{}] * 7),
    "hostile": made([{HOSTILE: 10**6, "漢字モデル": 10**5, "نموذج": 10**4}] * 7, name=HOSTILE, hours=office_hours()),
    "long-names": made([{f"openrouter/anthropic/claude-opus-4.{n}-thinking": 10**7 >> n for n in range(9)}] * 30),
}
