"""Summaries at the ends of everything, for the tests of cards."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from tests.cards.people import LAST, ada, made, office_hours
from usagestats.summary import Before

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

NAMES = st.one_of(
    st.text(st.characters(), max_size=30),
    st.sampled_from(
        ["", "W" * 10_000, "山田太郎" * 9, "👩\u200d💻" * 20, "مرحبا بالعالم", "a\u0301" * 99, "\u202e<svg>", "i l"]
    ),
)
TOKENS = st.one_of(st.just(0), st.integers(1, 50), st.integers(0, 10**9), st.integers(10**14, 10**15))
COUNTS = st.one_of(st.just(0), st.just(1), st.integers(0, 10**6), st.integers(0, 10**15))


@st.composite
def summaries(draw: st.DrawFn) -> Summary:
    """Summaries of every extreme: nothing, one token, 300 models, numbers of sixteen digits, names of any kind."""
    length = draw(st.sampled_from([7, 30, 90]))
    count = draw(st.sampled_from([0, 1, 2, 4, 5, 6, 40] if length > 7 else [1, 5, 300]))
    models = [f"{draw(NAMES) if n < 6 else 'model'}-{n}" for n in range(count)]
    levels = [draw(TOKENS) for _ in models]
    shape = random.Random(draw(st.integers(0, 9)))
    days = [{model: level * shape.randrange(9) // 8 for model, level in zip(models, levels, strict=True)}]
    days += [{model: tokens * shape.randrange(9) // 8 for model, tokens in days[0].items()} for _ in range(length - 1)]
    hours = draw(st.sampled_from([((0,) * 24,) * 7, ((10**15,) * 24,) * 7]) | st.just(office_hours()))
    weeks = draw(st.sampled_from([0, 0, 2, 15, 16, 17, 19, 36, 37, 53]))
    before = draw(st.none() | st.builds(Before, *[COUNTS] * 6, st.just((1,) * length)))
    counts = ("sessions_count", "total_commits", "total_active_time_seconds", "total_lines_of_code", "avg_latency_ms")
    changed: dict[str, Any] = {name: draw(COUNTS) for name in counts}
    changed |= {name: draw(st.integers(0, 1000)) / 10 for name in ("success_rate", "cache_efficiency")}
    summary = made(days, name=draw(NAMES), before=before, hours=hours, **changed)
    return looking_back(summary, weeks, draw(st.sampled_from([0, 0.5, 1])))
