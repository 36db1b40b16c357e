from __future__ import annotations

from typing import Any

import pytest

from tests.cards import people
from usagestats.tables import BAR, text_table


def table(*tokens: tuple[str, int], by: str = "model", **changed: Any) -> list[str]:  # noqa: ANN401
    days: list[dict[str, int]] = [{}] * 6
    return text_table(people.made([*days, dict(tokens)], **changed), by).splitlines()


def test_a_table_ranks_models_with_bars_and_shares() -> None:
    lines = table(("opus", 600), ("東京", 300), ("a\n b", 99), ("\x00", 1))
    assert lines[:2] == ["Last 7 days: 1K tokens in 4 requests", ""]
    assert [line.split()[-1] for line in lines[2:6]] == ["60%", "30%", "10%", "<1%"]
    assert [line.count("█") for line in lines[2:6]] == [15, 8, 2, 0]
    assert {line.count("█") + line.count("░") for line in lines[2:6]} == {BAR}
    assert lines[3].startswith("東京      300 tokens")
    assert lines[4].startswith("a b ")
    assert lines[5].startswith("unnamed   1 token ")


def test_the_sentence_below_is_no_wider_than_a_screen() -> None:
    lines = table(("opus", 600))
    assert lines[4].startswith("412 sessions, 268 commits, 186 h of active time")
    assert lines[-1].endswith(".")
    assert max(map(len, lines)) <= 76


def test_more_than_six_names_are_five_and_the_others() -> None:
    assert [line.split()[0] for line in table(*[(f"m{n}", 9 - n) for n in range(6)])[2:8]] == [
        f"m{n}" for n in range(6)
    ]
    lines = table(*[(f"m{n}", 9 - n) for n in range(7)])
    assert lines[6].split()[0] == "m4"
    assert lines[7].startswith("2 others")
    assert lines[8] == ""


def test_requests_are_ranked_by_provider_or_application() -> None:
    counts = {"anthropic": 3, "openai": 1}
    lines = table(("a", 4), by="provider", events_by_provider=counts)
    assert [line.split()[:3] for line in lines[2:4]] == [["anthropic", "3", "requests"], ["openai", "1", "request"]]
    assert table(("a", 4), by="application", events_by_application={"codex": 1})[2].startswith("codex")


@pytest.mark.parametrize("name", ["x" * 400, "漢" * 400, "x\u0301" * 400])
def test_a_long_name_is_cut(name: str) -> None:
    row = table((name, 1))[2]
    assert "…" in row
    assert len(row) < 160


def test_a_period_without_anything_says_so() -> None:
    assert table() == ["Last 7 days: 0 tokens in 0 requests"]
    assert table(("a", 1))[0] == "Last 7 days: 1 token in 1 request"


def test_a_name_from_right_to_left_does_not_turn_its_row() -> None:
    assert "\u2068מודל\u2069" in table(("מודל", 2))[2]
