"""What a badge says of a summary: a label, a message and a colour for every number there is.

Rates are coloured by how good they are, all else by the first hue of the cards; what is nothing, or was not recorded,
is grey. Every colour carries white text with a contrast of at least 4.5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from usagestats.formats import change, compact, duration, grouped, latency_parts, plural, rate_parts
from usagestats.streaks import known_tokens_by_day, streaks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from usagestats.summary import Summary

NUMBER = "#4c63d9"
NOTHING = "#6a737d"
STEPS = ("#1a7f37", "#4d7c0f", "#8f6500", "#b04a00", "#c21c2c")
"""From very good to bad."""
SUCCESS = (98, 95, 90, 80)
"""The success rates, in percent, at which each step of `STEPS` but the last begins."""
CACHE = (75, 50, 25, 10)
"""The same for the part of the input that came from a cache."""
NO_DATA = "no data"


class Reading(NamedTuple):
    """A badge's words and colour."""

    label: str
    message: str
    """Never empty."""
    color: str
    """``#rrggbb``."""


def reading(summary: Summary, stat: str) -> Reading:
    """What a badge says of a stat, one of `STATS`."""
    label, told = STATS[stat]
    return Reading(label, *told(summary))


def _count(field: str) -> Callable[[Summary], tuple[str, str]]:
    def told(summary: Summary) -> tuple[str, str]:
        number: int = getattr(summary.stats, field)
        return compact(number), NUMBER if number else NOTHING

    return told


def _success(summary: Summary) -> tuple[str, str]:
    rate, extras = summary.stats.success_rate, summary.extras
    return _graded(rate, SUCCESS) if rate or extras.failed else (NO_DATA, NOTHING)


def _cache(summary: Summary) -> tuple[str, str]:
    """None of the input: nothing came from a cache, or nobody recorded it."""
    if rate := summary.stats.cache_efficiency:
        return _graded(rate, CACHE)
    return "0%" if summary.stats.input_tokens else NO_DATA, NOTHING


def _graded(rate: float, begins: tuple[int, ...]) -> tuple[str, str]:
    step = next((step for step, least in enumerate(begins) if rate >= least), len(begins))
    return "".join(rate_parts(rate)), STEPS[step]


def _biggest(field: str) -> Callable[[Summary], tuple[str, str]]:
    def told(summary: Summary) -> tuple[str, str]:
        by_name: Mapping[str, int] = getattr(summary.stats, field)
        return next(iter(by_name), NO_DATA), NUMBER if by_name else NOTHING

    return told


def _latency(summary: Summary) -> tuple[str, str]:
    milliseconds = summary.stats.avg_latency_ms
    return (" ".join(latency_parts(milliseconds)), NUMBER) if milliseconds else (NO_DATA, NOTHING)


def _active_time(summary: Summary) -> tuple[str, str]:
    seconds = summary.stats.total_active_time_seconds
    return duration(seconds), NUMBER if seconds else NOTHING


def _change(summary: Summary) -> tuple[str, str]:
    """The tokens against those of the period before; a fall is no fault: it is told, not coloured."""
    before, now = summary.extras.before, summary.stats.total_tokens
    if before is None or not before.total_tokens:
        return NO_DATA, NOTHING
    then = before.total_tokens
    if now == then:
        return "= 0%", NUMBER
    return (f"▲ {change(now, then)}", STEPS[0]) if now > then else (f"▼ {change(now, then)}", NUMBER)


def _active_days(summary: Summary) -> tuple[str, str]:
    days = sum(1 for day in summary.stats.time_series if day.tokens)
    return f"{days} of {summary.period.days}", NUMBER if days else NOTHING


def _streak(which: str) -> Callable[[Summary], tuple[str, str]]:
    def told(summary: Summary) -> tuple[str, str]:
        found = getattr(streaks(known_tokens_by_day(summary)), which)
        words = f"{grouped(found.days)}+ days" if found.is_open else plural(found.days, "day")
        return words, NUMBER if found.days else NOTHING

    return told


STATS: dict[str, tuple[str, Callable[[Summary], tuple[str, str]]]] = {
    "total_tokens": ("tokens", _count("total_tokens")),
    "input_tokens": ("input tokens", _count("input_tokens")),
    "output_tokens": ("output tokens", _count("output_tokens")),
    "total_events": ("requests", _count("total_events")),
    "success_rate": ("success rate", _success),
    "avg_latency_ms": ("mean latency", _latency),
    "cache_efficiency": ("cache hits", _cache),
    "sessions_count": ("sessions", _count("sessions_count")),
    "weekly_avg_sessions": ("sessions a week", _count("weekly_avg_sessions")),
    "total_commits": ("commits", _count("total_commits")),
    "total_lines_of_code": ("lines added", _count("total_lines_of_code")),
    "total_active_time_seconds": ("active time", _active_time),
    "change": ("token trend", _change),
    "active_days": ("active days", _active_days),
    "streak": ("streak", _streak("current")),
    "longest_streak": ("longest streak", _streak("longest")),
    "top_model": ("top model", _biggest("tokens_by_model")),
    "top_provider": ("top provider", _biggest("events_by_provider")),
    "top_application": ("top application", _biggest("events_by_application")),
}
"""By name, the label of a stat and what tells its message and its colour: the documented ones, then derived ones."""
