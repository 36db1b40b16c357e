"""Summaries made up for the tests of cards: the same on every run."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from usagestats.cards.told import Told
from usagestats.periods import PERIODS, Period
from usagestats.summary import Before, Day, Extras, ModelUse, Stats

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MODELS = {
    "claude-opus-4-5": 54,
    "gpt-5.1-codex": 21,
    "gemini-3-pro": 13,
    "claude-haiku-4-5": 7,
    **{f"small-{n}": 0.42 for n in range(12)},
}
LAST = date(2026, 11, 22)


def period(name: str = "90d", last: date = LAST) -> Period:
    """The window that ends with ``last``."""
    days = PERIODS[name]
    now = datetime(last.year, last.month, last.day, 18, 30, tzinfo=UTC)
    return Period(name, days, now, last - timedelta(days - 1), last)


def made(
    days: Sequence[Mapping[str, int]],
    *,
    name: str = "Ada Lovelace",
    last: date = LAST,
    before: Before | None = None,
    hours: tuple[tuple[int, ...], ...] = ((0,) * 24,) * 7,
    **changed: Any,  # noqa: ANN401
) -> Told:
    """A summary of these tokens by model and day, any of its stats changed."""
    window = period(f"{len(days)}d", last)
    totals: Counter[str] = Counter()
    for day in days:
        totals.update(day)
    by_model = dict(sorted(totals.items(), key=lambda item: (-item[1], item[0])))
    total = sum(by_model.values())
    fields: dict[str, Any] = {
        "total_events": total // 40_000 + len(by_model),
        "total_tokens": total,
        "input_tokens": total - total // 50,
        "output_tokens": total // 50,
        "avg_latency_ms": 0,
        "success_rate": 98.7 if total else 0.0,
        "events_by_model": dict.fromkeys(by_model, 1),
        "tokens_by_model": by_model,
        "events_by_provider": {"anthropic": 1} if total else {},
        "events_by_application": {},
        "time_series": tuple(
            Day(str(date), sum(day.values()), {model: day.get(model, 0) for model in by_model}, 0)
            for date, day in zip(window.dates, days, strict=True)
        ),
        "sessions_count": 412 if total else 0,
        "weekly_avg_sessions": 32 if total else 0,
        "total_commits": 268 if total else 0,
        "total_active_time_seconds": 669_600 if total else 0,
        "total_lines_of_code": 48_200 if total else 0,
        "cache_efficiency": 91.3 if total else 0.0,
    }
    uses = {model: ModelUse(tokens, tokens * 913 // 1000, None) for model, tokens in by_model.items() if total}
    extras = Extras(before=before, hours=hours, models=uses)
    return Told(name, Stats(**fields | changed), "2026-11-22T18:30:00Z", window, extras)


def ada(length: str = "90d", **changed: Any) -> Told:  # noqa: ANN401
    """A lively person with sixteen models, quiet weekends and a holiday."""
    random = Random(1815)
    window = period("90d")
    days = []
    for number, day in enumerate(window.dates):
        level = 20e6 * random.uniform(0.6, 1.3)
        level *= 0.25 if day.weekday() >= 5 else 1
        level *= 1.6 if 40 < number < 60 else 0.03 if 60 < number < 65 else 1
        days.append({model: int(level / 100 * share * random.uniform(0.5, 1.5)) for model, share in MODELS.items()})
    kept = days[-PERIODS[length] :]
    earlier = tuple(sum(day.values()) for day in [*days, *days][-2 * PERIODS[length] : -PERIODS[length]])
    total = sum(sum(day.values()) for day in kept)
    before = Before(30_000, round(total / 1.184), 380, 240, 600_000, 40_000, earlier)
    return made(kept, **{"before": before, "hours": office_hours(), **changed})


def office_hours() -> tuple[tuple[int, ...], ...]:
    """Requests of somebody who works by day, pauses at noon and comes back in the evening."""
    random = Random(1843)
    shape = [0, 0, 0, 0, 0, 0, 1, 3, 12, 24, 30, 26, 9, 18, 32, 30, 24, 14, 5, 3, 9, 12, 6, 2]
    week = (1.0, 1.2, 1.1, 1.0, 0.8, 0.2, 0.15)
    return tuple(tuple(int(count * level * random.uniform(0.4, 1.4)) for count in shape) for level in week)
