from __future__ import annotations

from typing import Any

import pytest

from tests.cards.geometry import faults
from tests.cards.people import ada, made
from tests.cards.reading import said, texts
from usagestats.cards import card
from usagestats.summary import Before, Summary

CUTS = pytest.mark.parametrize("compact", [False, True], ids=["wide", "compact"])
NOBODY = made([{}] * 7)
BEFORE = Before(9, 1_100_000_000, 1, 1, 1, 1, (0,) * 7)


def quiet(**changed: Any) -> Summary:  # noqa: ANN401
    """Seven days of a record that holds requests and nothing else."""
    nothing = dict.fromkeys(("sessions_count", "total_commits", "total_active_time_seconds", "total_lines_of_code"), 0)
    return made([{"gpt-5.1": 1_000_000}] * 7, **{**nothing, "success_rate": 0.0, "cache_efficiency": 0.0, **changed})


# ------------------------------------------------------------------------------------------------------ what it says


def test_the_card_names_who_when_and_how_much() -> None:
    shown = texts(card(made([{"gpt-5.1": 34_500_000}] * 30, name="Ada Lovelace")))
    assert {"Ada Lovelace", "24 Oct – 22 Nov 2026", "last 30 days · 30 active", "1.04B"} <= set(shown)


def test_without_a_name_the_card_says_what_it_is_about() -> None:
    svg = card(made([{"gpt-5.1": 1}] * 7, name="\u202e \t"))
    assert texts(svg)[0] == "AI coding activity"
    assert said(svg, "title") == "AI coding activity, 16 – 22 Nov 2026"


def test_the_description_holds_every_number() -> None:
    days = [{"claude-opus-4-5": 600_000_000, "gpt-5.1-codex": 400_000_000}, *[{}] * 6]
    before = Before(1, 800_000_000, 1, 1, 1, 1, (0,) * 7)
    assert said(card(made(days, before=before)), "desc") == (
        "1B tokens in 25,002 requests, up 25% on the previous 7 days. "
        "412 sessions, 268 commits, 186 h of active time, 48,200 lines added, "
        "91.3% of the input from cache and 98.7% of the requests succeeded. "
        "Tokens by model: claude-opus-4-5 60%, gpt-5.1-codex 40%. "
        "Active on 1 of 7 days, most on 16 November 2026 with 1B tokens."
    )


def test_the_description_has_a_long_name_in_full() -> None:
    name = "openrouter/" + "very-" * 30 + "long"
    svg = card(made([{name: 10, **{f"another-long-model-{n}": 9 for n in range(9)}}] * 7))
    assert name in said(svg, "desc")
    assert name not in texts(svg)


@pytest.mark.parametrize(
    ("before", "mark", "against"),
    [
        (500, "▲ 40%", "vs previous 7 days"),
        (1400, "▼ 50%", "vs previous 7 days"),
        (700, "= 0%", "vs previous 7 days"),
        (7, "▲ 100×", "vs previous 7 days"),
        (0, None, "none in the previous 7 days"),
    ],
)
@CUTS
def test_the_change_is_told_against_the_period_before(
    before: int,
    mark: str | None,
    against: str,
    compact: bool,  # noqa: FBT001
) -> None:
    summary = made([{"gpt-5.1": 100}] * 7, before=Before(1, before, 1, 1, 1, 1, (0,) * 7))
    svg = card(summary, compact=compact)
    assert against in texts(svg)
    assert mark is None or mark in texts(svg)
    assert ('class="ub"' in svg) == (before in {500, 7}), "only a rise has the colour of one"
    assert faults(svg) == []


@CUTS
def test_without_a_period_before_no_change_is_claimed(compact: bool) -> None:  # noqa: FBT001
    svg = card(made([{"gpt-5.1": 1000}, {}, {"gpt-5.1": 2000}, *[{}] * 4]), compact=compact)
    assert "previous" not in svg
    assert "1.5K an active day" in texts(svg)


@CUTS
def test_a_period_without_activity_is_no_row_of_zeros(compact: bool) -> None:  # noqa: FBT001
    svg = card(NOBODY, compact=compact)
    assert {"No activity", "in these 7 days"} <= set(texts(svg))
    assert said(svg, "desc") == "No activity in these 7 days."
    assert not [text for text in texts(svg) if text.startswith("0")]


def test_a_quiet_period_remembers_the_one_before() -> None:
    svg = card(made([{}] * 7, before=BEFORE))
    assert "1.1B tokens in the 7 days before" in texts(svg)
    assert said(svg, "desc") == "No activity in these 7 days, 1.1B tokens in the 7 days before."


@CUTS
def test_activity_without_tokens_leads_with_what_there_is(compact: bool) -> None:  # noqa: FBT001
    svg = card(made([{}] * 30, sessions_count=12, total_commits=3), compact=compact)
    assert {"12", "sessions", "no tokens recorded", "Commits", "3"} <= set(texts(svg))
    assert "Sessions" not in texts(svg)
    assert "Tokens by model" not in said(svg, "desc")
    assert faults(svg) == []


@CUTS
def test_requests_lead_where_they_used_no_tokens(compact: bool) -> None:  # noqa: FBT001
    svg = card(made([{}] * 30, total_events=1), compact=compact)
    assert {"1", "request"} <= set(texts(svg))
    assert said(svg, "desc") == "0 tokens in 1 request."
    assert faults(svg) == []


def test_a_single_token_is_no_plural() -> None:
    svg = card(made([{"gpt-5.1": 1}, *[{}] * 6], total_events=1))
    assert "token in 1 request" in texts(svg)
    assert said(svg, "desc").startswith("1 token in 1 request")


@CUTS
def test_facts_that_nobody_recorded_are_left_out(compact: bool) -> None:  # noqa: FBT001
    two = {"gpt-5.1": 1, "claude-opus-4-5": 1}
    shown = texts(card(quiet(avg_latency_ms=1240, events_by_model=two, events_by_provider=two), compact=compact))
    assert not {"Sessions", "Commits", "Active time", "Lines added", "Cache hits", "Success rate"} & set(shown)
    assert {"Mean latency", "1.24s", "Output tokens", "140K", "Models", "Providers"} <= set(shown)


def test_a_single_model_and_a_single_day_are_not_counted_up() -> None:
    svg = card(quiet(output_tokens=0))
    assert not {"Models", "Providers"} & set(texts(svg))
    assert "all on one day" in texts(card(made([{"gpt-5.1": 42}, *[{}] * 6])))
    assert faults(svg) == []


def test_models_beyond_four_are_others_and_a_fifth_goes_by_its_name() -> None:
    many = {f"m{n}": 100 - n for n in range(7)}
    assert "3 others42%" in texts(card(made([many] * 7)))
    five = {f"m{n}": 100 - n for n in range(5)}
    assert "m419%" not in texts(card(made([five] * 7)))
    assert "m420%" in texts(card(made([five] * 7)))


def test_a_week_shows_its_numbers_and_longer_periods_a_mean_and_a_peak() -> None:
    week, month = texts(card(ada("7d"))), texts(card(ada("30d")))
    assert "7-day mean" not in week
    assert "Mon 16" in week
    assert "7-day mean" in month
    assert any(text.startswith("Peak") for text in month)
