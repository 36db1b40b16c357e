from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from usagestats.errors import NumberTooBig
from usagestats.events import MAX_COUNT, MAX_NUMBER
from usagestats.stats import ModelUse, half_up, percentage
from usagestats.summary import Summary, summarize

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def request(**fields: object) -> dict[str, Any]:
    return {"timestamp": NOW, "provider": "openai", "model": "gpt-4"} | fields


def summary(*events: dict[str, Any], period: str = "7d") -> Summary:
    found = summarize(events, now=NOW, period=period)
    assert found.rejects.count == 0
    return found


def test_no_events_give_zeros_and_every_day() -> None:
    stats = summary().stats
    assert (stats.total_events, stats.avg_latency_ms, stats.success_rate, stats.cache_efficiency) == (0, 0, 0.0, 0.0)
    assert (stats.events_by_model, stats.tokens_by_model, stats.weekly_avg_sessions) == ({}, {}, 0)
    assert [day.date for day in stats.time_series] == [f"2026-11-{n}" for n in range(16, 23)]
    assert {(day.tokens, day.coding_sessions) for day in stats.time_series} == {(0, 0)}


@pytest.mark.parametrize(
    ("numerator", "denominator", "rounded"),
    [(1, 2, 1), (3, 2, 2), (2, 3, 1), (1, 3, 0), (0, 5, 0), (7, 0, 0), (2**200, 2, 2**199)],
)
def test_a_quotient_is_rounded_half_up_in_integers(numerator: int, denominator: int, rounded: int) -> None:
    assert half_up(numerator, denominator) == rounded


@pytest.mark.parametrize(
    ("part", "whole", "percent"),
    [(9, 11, 81.8), (1, 2000, 0.1), (1, 2001, 0.0), (1, 3, 33.3), (2, 3, 66.7), (1, 1, 100.0), (0, 0, 0.0)],
)
def test_a_percentage_has_one_decimal_half_up(part: int, whole: int, percent: float) -> None:
    assert percentage(part, whole) == percent


def test_latency_is_the_mean_over_those_that_know_it_half_up() -> None:
    assert summary(request(latency_ms=1), request(latency_ms=2), request()).stats.avg_latency_ms == 2
    assert summary(request(latency_ms=1), request(latency_ms=1.998)).stats.avg_latency_ms == 1
    assert summary(request(latency_ms=0), request(latency_ms=0)).stats.avg_latency_ms == 0


def test_success_is_the_share_of_the_known_outcomes() -> None:
    events = [request(success=True), request(success=True), request(success=False), request(success=None)]
    assert summary(*events).stats.success_rate == 66.7


def test_cache_efficiency_is_the_cached_share_of_the_input() -> None:
    assert summary(request(input_tokens=7118, cache_read_tokens=1666)).stats.cache_efficiency == 23.4
    assert summary(request(input_tokens=5, cache_read_tokens=5)).stats.cache_efficiency == 100.0
    assert summary(request(output_tokens=5)).stats.cache_efficiency == 0.0


def test_maps_are_ordered_biggest_first_and_ties_by_name() -> None:
    events = [
        request(model="b", provider="y", application="n", input_tokens=1),
        request(model="a", provider="z", application="m", input_tokens=1),
        request(model="Z", provider="x", application=None, input_tokens=1),
        request(model="é", provider="x", application="m", input_tokens=9),
    ]
    stats = summary(*events).stats
    assert list(stats.tokens_by_model.items()) == [("é", 9), ("Z", 1), ("a", 1), ("b", 1)]
    assert list(stats.events_by_model) == ["Z", "a", "b", "é"]
    assert list(stats.events_by_provider.items()) == [("x", 2), ("y", 1), ("z", 1)]
    assert list(stats.events_by_application.items()) == [("m", 2), ("n", 1)]
    for day in stats.time_series:
        assert list(day.tokens_by_model) == ["é", "Z", "a", "b"]


def test_a_session_starts_on_the_day_of_its_first_counted_record_in_the_period() -> None:
    events = [
        request(session_id="s", timestamp=NOW - timedelta(days=9)),
        request(session_id="s", timestamp=NOW - timedelta(days=2)),
        request(session_id="s"),
        request(session_id="t", model="unknown", timestamp=NOW - timedelta(days=3)),
        request(session_id="t", timestamp=NOW - timedelta(days=1)),
        request(session_id="u", provider=None),
        request(session_id=None),
        {"timestamp": NOW, "kind": "activity", "session_id": "v"},
    ]
    stats = summary(*events).stats
    assert [day.coding_sessions for day in stats.time_series] == [0, 0, 0, 0, 1, 1, 1]
    assert stats.sessions_count == 3


@pytest.mark.parametrize(
    ("period", "sessions", "weekly"), [("7d", 8, 8), ("30d", 15, 4), ("30d", 2, 0), ("90d", 45, 4), ("90d", 7, 1)]
)
def test_sessions_a_week_are_rounded_half_up(period: str, sessions: int, weekly: int) -> None:
    assert (
        summary(*(request(session_id=str(n)) for n in range(sessions)), period=period).stats.weekly_avg_sessions
        == weekly
    )


def test_activities_give_commits_lines_and_time_but_no_event() -> None:
    events = [
        request(commits=1, lines_of_code=2, active_time_seconds=0.25),
        {
            "timestamp": NOW,
            "kind": "activity",
            "commits": 3,
            "lines_of_code": 4,
            "active_time_seconds": 0.25,
            "output_tokens": 9,
        },
        request(model=" ", commits=100, lines_of_code=100, active_time_seconds=100),
    ]
    stats = summary(*events).stats
    assert (stats.total_events, stats.total_tokens) == (1, 0)
    assert (stats.total_commits, stats.total_lines_of_code, stats.total_active_time_seconds) == (4, 6, 1)


@pytest.mark.parametrize(("seconds", "rounded"), [(0.4995, 1), (0.4994, 0), (0.5, 1), (1.4, 1)])
def test_active_time_is_rounded_half_up_from_milliseconds(seconds: float, rounded: int) -> None:
    assert summary(request(active_time_seconds=seconds)).stats.total_active_time_seconds == rounded


def test_the_greatest_number_of_the_document_is_exact() -> None:
    stats = summary(request(input_tokens=MAX_COUNT - 1, output_tokens=1, commits=MAX_COUNT)).stats
    assert (stats.total_tokens, stats.total_commits) == (MAX_COUNT, MAX_COUNT)
    halves = [request(output_tokens=2**62, session_id="s"), request(output_tokens=2**62 - 1, session_id="s")]
    assert summary(*halves).stats.total_tokens == MAX_COUNT


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("total_tokens", {"input_tokens": MAX_COUNT}),
        ("total_tokens", {"output_tokens": 2**62, "input_tokens": 2**62}),
        ("total_commits", {"commits": 2**62}),
        ("total_lines_of_code", {"lines_of_code": MAX_COUNT}),
    ],
)
def test_a_number_beyond_the_document_is_an_error_and_never_wraps(name: str, fields: dict[str, int]) -> None:
    events = [request(**fields), request(**fields)]
    for given in (
        events,
        pl.DataFrame(events),
        pl.LazyFrame(events),
        [request(**fields, event_id=str(n)) for n in range(2)],
    ):
        with pytest.raises(NumberTooBig, match=rf"^{name} must be at most 2\*\*63 - 1, not \d+$"):
            summarize(given, now=NOW)


def test_active_time_beyond_the_document_is_an_error_too() -> None:
    many = pl.DataFrame([request(active_time_seconds=MAX_NUMBER)]).select(pl.all().repeat_by(1_100_000).explode())
    with pytest.raises(NumberTooBig, match="total_active_time_seconds"):
        summarize(many, now=NOW)


def test_the_numbers_of_left_out_records_may_be_as_big_as_they_like() -> None:
    events = [request(output_tokens=MAX_COUNT, model=None)] * 3
    events += [{"timestamp": NOW, "kind": "activity", "output_tokens": MAX_COUNT}] * 3
    assert summary(*events).stats.total_tokens == 0


def test_the_mean_of_long_latencies_is_exact() -> None:
    assert summary(*[request(latency_ms=MAX_NUMBER)] * 3).stats.avg_latency_ms == MAX_NUMBER


def test_the_period_before_has_totals_of_its_own() -> None:
    events = [
        request(
            timestamp=NOW - timedelta(days=13), session_id="s", output_tokens=5, commits=2, active_time_seconds=1.5
        ),
        request(timestamp=NOW - timedelta(days=8), session_id="t", output_tokens=6, lines_of_code=3),
        request(session_id="t", output_tokens=7),
        request(session_id="u", timestamp=NOW - timedelta(days=20), output_tokens=100),
    ]
    found = summary(*events)
    before = found.extras.before
    assert before is not None
    assert (before.total_events, before.total_tokens, before.sessions_count) == (2, 11, 2)
    assert (before.total_commits, before.total_lines_of_code, before.total_active_time_seconds) == (2, 3, 2)
    assert before.tokens_by_day == (5, 0, 0, 0, 0, 6, 0)
    assert found.stats.sessions_count == 1


def test_the_hours_of_the_week_are_those_of_the_wall_clock() -> None:
    events = [request(timestamp="2026-11-22T00:30:00Z"), request(timestamp="2026-11-16T23:59:59Z"), request()]
    hours = summarize(events, now=NOW, tz="Asia/Kathmandu").extras.hours
    busy = {(day, hour): count for day, row in enumerate(hours) for hour, count in enumerate(row) if count}
    assert busy == {(6, 6): 1, (1, 5): 1, (6, 17): 1}  # Sunday 06:15, Tuesday 05:44, Sunday 17:45


def test_what_is_known_of_a_model_stands_beside_the_document() -> None:
    events = [
        request(model="a", input_tokens=10, cache_read_tokens=4, latency_ms=3),
        request(model="a", latency_ms=4),
        request(model="b", output_tokens=99),
    ]
    models = summary(*events).extras.models
    assert list(models.items()) == [("b", ModelUse(0, 0, None)), ("a", ModelUse(10, 4, 4))]
