"""Summaries of every extreme, for tests of what no data may break."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from tests.cards.extremes import looking_back
from tests.cards.people import made
from usagestats.summary import Before, ModelUse

if TYPE_CHECKING:
    from usagestats.summary import Extras, Summary

NAMES = st.one_of(
    st.text(st.characters(), max_size=30),
    st.sampled_from(
        [
            "",
            " ",
            "i",
            "W" * 10_000,
            "openrouter/anthropic/claude-opus-4.5-thinking-high",
            "山田太郎" * 9,
            "한국어 모델 이름 " * 9,
            "👩\u200d💻" * 20,
            "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f🇩🇪👨\u200d👩\u200d👧" * 9,
            "مرحبا بالعالم " * 9,
            "שלום 123 abc",
            "a\u0301\u0302\u0303\u0304" * 99,
            "क्षि" * 40,
            "\u202e<svg onload='x'>&amp;]]>",
            "\u2066\u2067\u2069\u200f{{ 7 * 7 }}",
            "\x00\x1b[31m\r\n\t\x7f\ud800\ufffe",
            "﷽" * 9,
            "i l",
        ]
    ),
)
"""Names in many scripts, very long, hostile, unseen."""
TOKENS = st.one_of(st.just(0), st.integers(1, 50), st.integers(0, 10**9), st.integers(10**14, 10**15))
COUNTS = st.one_of(st.just(0), st.just(1), st.integers(0, 10**6), st.integers(0, 10**15))
TENTHS = st.one_of(st.sampled_from([0, 1, 999, 1000]), st.integers(0, 1000))
SCALARS = (
    *("sessions_count", "weekly_avg_sessions", "total_commits", "total_active_time_seconds", "total_lines_of_code"),
    "avg_latency_ms",
)


@st.composite
def summaries(draw: st.DrawFn) -> Summary:
    """Summaries of every extreme: nothing, one token, 300 models, numbers of sixteen digits, names of any kind."""
    length = draw(st.sampled_from([7, 30, 90]))
    models = named(draw, draw(st.sampled_from([0, 1, 2, 3, 4, 5, 6, 40] if length > 7 else [1, 3, 5, 300])))
    shape = random.Random(draw(st.integers(0, 9)))
    levels = {model: draw(TOKENS) for model in models}
    days = [{model: level * shape.randrange(9) // 8 for model, level in levels.items()} for _ in range(length)]
    changed: dict[str, Any] = {name: draw(COUNTS) for name in SCALARS}
    changed |= {name: draw(TENTHS) / 10 for name in ("success_rate", "cache_efficiency")}
    summary = made(days, name=draw(NAMES), before=before(draw, length), **changed, **requests(draw))
    weeks = draw(st.sampled_from([0, 0, 0, 2, 15, 16, 17, 19, 36, 37, 53]))
    return looking_back(replace(summary, extras=extras(draw, summary)), weeks, draw(st.sampled_from([0, 0.5, 1])))


def widest(length: int, count: int) -> Summary:
    """A summary whose every number has the most digits and whose every name is too long."""
    number = 888_888_888_888_888
    many = {f"{'W' * 10_000}-{place}": number - place for place in range(count)}
    told: dict[str, Any] = dict.fromkeys(SCALARS, number) | {"success_rate": 99.9, "cache_efficiency": 88.8}
    told |= {"events_by_provider": many, "events_by_application": many, "total_events": number * 2 * count}
    most = 88 * number
    then = Before(most, most, most, most, most, most, (number,) * length)
    summary = made([many] * length, name="W" * 10_000, before=then, **told)
    uses = summary.stats.tokens_by_model.items()
    models = {model: ModelUse(tokens - tokens // 50, tokens * 9 // 10, number) for model, tokens in uses}
    week = ((number,) * 24,) * 7
    kept = replace(summary.extras, models=models, hours=week, succeeded=number, failed=88)
    return looking_back(replace(summary, extras=kept), 53, 1)


def named(draw: st.DrawFn, count: int) -> list[str]:
    """So many names, the first six of them extreme."""
    return [f"{draw(NAMES) if place < 6 else 'name'}-{place}" for place in range(count)]


def ranked(draw: st.DrawFn) -> dict[str, int]:
    """Requests by name, biggest first."""
    found = {name: draw(COUNTS) + 1 for name in named(draw, draw(st.sampled_from([0, 1, 2, 3, 4, 5, 6, 40])))}
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def before(draw: st.DrawFn, length: int) -> Before | None:
    """The period before, if the data reach back."""
    return draw(st.none() | st.builds(Before, *[COUNTS] * 6, st.just((1,) * length)))


def requests(draw: st.DrawFn) -> dict[str, Any]:
    """Requests by provider, and by application as far as they name one."""
    providers, applications = ranked(draw), ranked(draw)
    total = max(sum(providers.values()), sum(applications.values()))
    if providers:
        providers[next(iter(providers))] += total - sum(providers.values())
    told = {"events_by_provider": providers, "events_by_application": applications if providers else {}}
    return told | {"total_events": total if providers else 0}


def extras(draw: st.DrawFn, summary: Summary) -> Extras:
    """Cache and latency by model, outcomes and hours, or none of it."""
    kept = summary.extras
    if draw(st.booleans()):
        kept = replace(kept, succeeded=draw(COUNTS), failed=draw(COUNTS))
    cache, latency = draw(st.sampled_from([0, 1, 999, 1000])), draw(st.sampled_from([None, 0, 1, 10**3, 10**12]))
    models = {
        model: ModelUse(tokens, tokens * cache // 1000, latency if place % 3 else None)
        for place, (model, tokens) in enumerate(summary.stats.tokens_by_model.items())
    }
    week = tuple(tuple(draw(COUNTS) if hour % 8 == day else 0 for hour in range(24)) for day in range(7))
    return replace(kept, models=models if draw(st.booleans()) else {}, hours=week)
