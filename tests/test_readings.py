from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.cards.people import ada, made
from usagestats.readings import CACHE, NOTHING, NUMBER, STATS, STEPS, SUCCESS, reading
from usagestats.stats import Before, Stats
from usagestats.themes import contrast

if TYPE_CHECKING:
    from usagestats.summary import Summary

NOBODY = made([{}] * 7)
MONTH = ada("30d")


def week(*tokens: int, **changed: Any) -> Summary:  # noqa: ANN401
    return made([{"gpt-5.1": count} if count else {} for count in tokens], **changed)


def before(tokens: int) -> Before:
    return Before(1, tokens, 1, 1, 1, 1, (0,) * 7)


def test_every_documented_number_has_a_reading() -> None:
    numbers = {name for name in Stats.__slots__ if isinstance(getattr(MONTH.stats, name), (int, float))}
    assert numbers <= STATS.keys()
    assert len(numbers) == 12


@pytest.mark.parametrize(
    ("stat", "words"),
    [
        ("total_tokens", ("tokens", "363M")),
        ("total_events", ("requests", "9.09K")),
        ("avg_latency_ms", ("mean latency", "1.24 s")),
        ("success_rate", ("success rate", "98.7%")),
        ("cache_efficiency", ("cache hits", "91.3%")),
        ("sessions_count", ("sessions", "412")),
        ("weekly_avg_sessions", ("sessions a week", "32")),
        ("total_commits", ("commits", "268")),
        ("total_lines_of_code", ("lines added", "48.2K")),
        ("total_active_time_seconds", ("active time", "186 h")),
        ("change", ("token trend", "▲ 18.4%")),
        ("active_days", ("active days", "30 of 30")),
        ("streak", ("streak", "30+ days")),
        ("longest_streak", ("longest streak", "30+ days")),
        ("top_model", ("top model", "claude-opus-4-5")),
        ("top_provider", ("top provider", "anthropic")),
        ("top_application", ("top application", "no data")),
    ],
)
def test_a_number_is_told_as_people_read_it(stat: str, words: tuple[str, str]) -> None:
    told = reading(ada("30d", avg_latency_ms=1240), stat)
    assert (told.label, told.message) == words


@pytest.mark.parametrize("stat", STATS)
def test_where_nothing_was_recorded_a_reading_is_grey_and_claims_nothing(stat: str) -> None:
    told = reading(NOBODY, stat)
    assert told.color == NOTHING
    assert told.message in {"0", "no data", "0 s", "0 days", "0 of 7"}


def test_a_rate_of_none_is_only_a_bad_one_where_outcomes_were_recorded() -> None:
    found = week(*[5] * 7, success_rate=0.0, cache_efficiency=0.0)
    failed = replace(found, extras=replace(found.extras, succeeded=0, failed=3))
    assert reading(found, "success_rate")[1:] == ("no data", NOTHING)
    assert reading(failed, "success_rate")[1:] == ("0%", STEPS[-1])
    assert reading(found, "cache_efficiency")[1:] == ("0%", NOTHING)


@pytest.mark.parametrize(("field", "begins"), [("success_rate", SUCCESS), ("cache_efficiency", CACHE)])
def test_a_rate_is_coloured_by_how_good_it_is(field: str, begins: tuple[int, ...]) -> None:
    reached = [reading(week(*[5] * 7, **{field: float(least)}), field).color for least in begins]
    missed = [reading(week(*[5] * 7, **{field: least - 0.1}), field).color for least in begins]
    assert reached == [*STEPS[:-1]]
    assert missed == [*STEPS[1:]]


@pytest.mark.parametrize("color", [NUMBER, NOTHING, *STEPS])
def test_white_text_can_be_read_on_every_colour(color: str) -> None:
    assert contrast(color, "#ffffff") >= 4.5


@pytest.mark.parametrize(
    ("then", "words", "color"),
    [(100, "▼ 30%", NUMBER), (70, "= 0%", NUMBER), (7, "▲ 10×", STEPS[0]), (0, "no data", NOTHING)],
)
def test_a_change_is_told_with_its_direction(then: int, words: str, color: str) -> None:
    told = reading(week(*[10] * 7, before=before(then)), "change")
    assert (told.message, told.color) == (words, color)


def test_streaks_end_with_today_or_yesterday_and_may_reach_back_before_the_period() -> None:
    found = week(5, 5, 5, 0, 5, 5, 0)
    assert reading(found, "streak").message == "2 days"
    assert reading(found, "longest_streak").message == "3+ days"
    earlier = replace(found, extras=replace(found.extras, days_before=(0, 9)))
    assert reading(earlier, "longest_streak").message == "4 days"
    assert reading(week(0, 0, 0, 0, 0, 0, 1), "streak").message == "1 day"
