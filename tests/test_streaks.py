from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from usagestats.streaks import Streak, known_tokens_by_day, streaks
from usagestats.summary import summarize

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("tokens", "current", "longest"),
    [
        ([], "0", "0"),
        ([0], "0", "0"),
        ([0, 0, 0], "0", "0"),
        ([1], "1+", "1+"),
        ([0, 1], "1", "1"),
        ([1, 0], "1+", "1+"),
        ([1, 0, 0], "0", "1+"),
        ([1, 1, 0, 1], "1", "2+"),
        ([1, 1, 0, 1, 1], "2", "2"),
        ([0, 1, 1, 1, 0, 0, 1, 0], "1", "3"),
        ([1, 1, 1], "3+", "3+"),
    ],
)
def test_a_streak_is_counted_back_from_the_last_day_or_the_one_before(
    tokens: list[int], current: str, longest: str
) -> None:
    found = streaks(tokens)
    assert (found.current.figure, found.longest.figure) == (current, longest)


@given(st.lists(st.sampled_from([0, 1, 10**15]), max_size=40))
def test_streaks_are_what_counting_day_by_day_gives(tokens: list[int]) -> None:
    found = streaks(tokens)
    text = "".join("x" if day else " " for day in tokens)
    assert found.active_days == text.count("x")
    assert found.days_known == len(tokens)
    assert found.longest.days == max(map(len, text.split(" ")))
    assert found.current.days == len(text.removesuffix(" ").rpartition(" ")[2])
    assert found.longest.days >= found.current.days


def test_one_token_makes_a_day_active_and_a_request_without_any_does_not() -> None:
    used = {"timestamp": NOW, "provider": "openai", "model": "gpt-5.1", "output_tokens": 1}
    unused = used | {"timestamp": NOW - timedelta(days=1), "output_tokens": 0}
    summary = summarize([used, unused], now=NOW)
    assert streaks(known_tokens_by_day(summary)).current == Streak(1, is_open=False)


def test_days_of_earlier_weeks_lengthen_a_streak() -> None:
    request = {"provider": "openai", "model": "gpt-5.1", "input_tokens": 5}
    events = [request | {"timestamp": NOW - timedelta(days=day)} for day in range(10)]
    week, month = (streaks(known_tokens_by_day(summarize(events, now=NOW, weeks=weeks))) for weeks in (None, 5))
    assert (week.current.figure, month.current.figure) == ("7+", "10+")
    assert month.active_days == month.days_known == 10
