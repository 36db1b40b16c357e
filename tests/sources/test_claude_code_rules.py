"""Small rules below the reader of Claude Code's transcripts: instants, active hours, providers, families."""

from __future__ import annotations

import pytest

from usagestats.sources.active_time import HOUR_US, active_hours
from usagestats.sources.instants import microseconds, moment
from usagestats.sources.providers import provider
from usagestats.sources.settling import families


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2026-11-18T09:00:00.000Z", "2026-11-18T09:00:00+00:00"),
        ("2026-11-18T09:00:00.123Z", "2026-11-18T09:00:00.123000+00:00"),
        ("2026-11-18T09:00:00Z", "2026-11-18T09:00:00+00:00"),
        ("2026-11-18t09:00:00z", "2026-11-18T09:00:00+00:00"),
        ("2026-11-18 09:00:00", "2026-11-18T09:00:00+00:00"),
        ("2026-11-18T09:00:00.1234569+02:00", "2026-11-18T07:00:00.123456+00:00"),
        ("2026-12-31T23:59:60.500Z", "2026-12-31T23:59:59.999999+00:00"),
        ("1969-12-31T23:59:59.500Z", "1969-12-31T23:59:59.500000+00:00"),
    ],
)
def test_an_instant_is_text_with_date_and_time(text: str, found: str) -> None:
    microsecond = microseconds(text)
    assert microsecond is not None
    assert moment(microsecond).isoformat() == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-11-18",
        "1794992400",
        "2026-13-18T09:00:00.000Z",
        "2026-11-18T09:00:61.000Z",
        "yesterday, at nine       Z",
        "2026-11-18T09:00+01:00xxZ",
        "2026-11-18T09:00:00+0100Z",
        "2026-11-18Tx9:00:00.000Z",
        "٢٠٢٦-11-18T09:00:00Z",
        "2026-11-18T09:00:00Z\n",
    ],
)
def test_anything_else_is_no_instant(text: str) -> None:
    assert microseconds(text) is None


def test_active_hours_are_the_same_in_any_order_and_with_repetitions() -> None:
    minute = 60_000_000
    wanted = {0: (50 * minute, 10 * minute), 1: (HOUR_US, 5 * minute), 3: (3 * HOUR_US, minute)}
    instants = [50 * minute, 65 * minute, 180 * minute, 181 * minute, 300 * minute]
    assert active_hours(instants) == active_hours(instants[::-1] * 2) == wanted
    assert active_hours([]) == active_hours([7]) == active_hours([7, 7]) == {}


def test_a_gap_as_long_as_the_pause_is_joined() -> None:
    assert active_hours([0, 10], pause_us=10) == {0: (0, 10)}
    assert active_hours([0, 11], pause_us=10) == {}


def test_active_hours_before_1970_are_hours_too() -> None:
    assert active_hours([-10, 10]) == {-1: (-10, 10), 0: (0, 10)}


@pytest.mark.parametrize(
    ("model", "house"),
    [
        ("claude-opus-4-5", "anthropic"),
        ("Claude-3", "anthropic"),
        ("us.anthropic.claude-sonnet-4-5-v1:0", "anthropic"),
        ("openrouter/anthropic/claude-3.5", "anthropic"),
        ("gpt-5.2", "openai"),
        ("o3-mini", "openai"),
        ("codex-mini", "openai"),
        ("gemini-3-pro", "google"),
        ("models/gemini-3-pro", "google"),
        ("qwen3-coder-plus", "alibaba"),
        ("grok-4", "xai"),
        ("open-mixtral-8x22b", "mistral_ai"),
        ("devstral-medium", "mistral_ai"),
        ("pixtral-large-latest", "mistral_ai"),
        ("hf:zai-org/GLM-4.6", "zhipu"),
        ("zai-glm-4.6", "zhipu"),
        ("accounts/fireworks/models/kimi-k2", "moonshot_ai"),
        ("computer-use-preview", "openai"),
        ("MiniMaxAI/MiniMax-M2", "minimax"),
        ("cohere.command-r-v1:0", "cohere"),
        ("perplexity/sonar-pro", "perplexity"),
        ("us.amazon.nova-premier-v1:0", "amazon"),
        ("microsoft/phi-4", "microsoft"),
        ("nvidia/llama-3.3-nemotron-super-49b-v1", "nvidia"),
        ("meta.llama3-1-70b-instruct-v1:0", "meta"),
        ("opus", "house"),
        ("", "house"),
        (None, "house"),
    ],
)
def test_a_provider_is_known_by_the_models_name_else_by_the_agents_house(model: str | None, house: str) -> None:
    assert provider(model, "house") == house


def test_groups_with_a_common_member_are_one_family() -> None:
    groups = [frozenset({1, 2}), frozenset({5, 6}), frozenset({3, 4}), frozenset({2, 3})]
    assert {tuple(sorted(family)) for family in families(groups)} == {(1, 2, 3, 4), (5, 6)}
