from __future__ import annotations

import re

import pytest

from tests.cards.geometry import faults
from tests.cards.people import ada, made
from tests.cards.reading import said, texts
from usagestats.cards import card
from usagestats.summary import Before

CUTS = pytest.mark.parametrize("compact", [False, True], ids=["page", "phone"])


def before(tokens: int) -> Before:
    return Before(1, tokens, 1, 1, 1, 1, (tokens, *[0] * 6))


def test_the_cards_size_is_that_of_the_family() -> None:
    assert card(ada(), "trend").size_px == (412, 220)
    assert card(ada(), "trend", compact=True).size_px[0] == 412


@CUTS
def test_the_card_has_total_mean_peak_and_change(compact: bool) -> None:  # noqa: FBT001
    svg = card(made([{"gpt-5.1": 70}, *[{}] * 6], before=before(50)), "trend", compact=compact)
    wanted = {"Tokens per day", "70", "Mean 10", "Peak 70 · 16 Nov", "▲ 40%", "Previous 7 days", "Mon 16", "Sun 22"}
    assert wanted <= set(texts(svg))
    assert said(svg, "desc") == (
        "70 tokens in 7 days, up 40% on the previous 7 days. Mean 10 a day, peak 70 on 16 November 2026."
    )


@CUTS
def test_without_a_period_before_nothing_is_claimed_of_it(compact: bool) -> None:  # noqa: FBT001
    svg = card(made([{"gpt-5.1": 70}, *[{}] * 6]), "trend", compact=compact)
    assert "tokens" in texts(svg)
    assert "revious" not in svg
    assert "stroke-dasharray" not in svg


@CUTS
@pytest.mark.parametrize("then", [0, 70, 10**15, 700])
def test_any_change_has_room(then: int, compact: bool) -> None:  # noqa: FBT001
    svg = card(made([{"gpt-5.1": 70}, *[{}] * 6], before=before(then), name="W" * 99), "trend", compact=compact)
    assert faults(svg) == []
    assert ("none in the previous 7 days" in texts(svg)) == (then == 0)
    assert ("stroke-dasharray" in svg) == (then > 0)


def test_the_period_before_may_have_been_busier() -> None:
    svg = card(made([{"gpt-5.1": 70}, *[{}] * 6], before=before(700)), "trend")
    assert "▼ 90%" in texts(svg)
    assert said(svg, "desc").startswith("70 tokens in 7 days, down 90% on the previous 7 days.")


@CUTS
def test_weekdays_stand_under_few_days_and_dates_under_many(compact: bool) -> None:  # noqa: FBT001
    week, month = (texts(card(ada(length), "trend", compact=compact)) for length in ("7d", "30d"))
    assert next(text for text in week if text[:3] in {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}) == "Mon 16"
    assert {"24 Oct", "22 Nov"} <= set(month)


@CUTS
def test_a_period_without_tokens_says_so(compact: bool) -> None:  # noqa: FBT001
    svg = card(made([{}] * 30, before=Before(1, 9, 1, 1, 1, 1, (9, *[0] * 29))), "trend", compact=compact)
    assert {"No activity", "in these 30 days", "9 tokens in the 30 days before"} <= set(texts(svg))
    assert faults(svg) == []


def test_a_single_token_is_no_plural_and_no_mean_of_nothing() -> None:
    svg = card(made([{"gpt-5.1": 1}, *[{}] * 6]), "trend")
    assert said(svg, "desc") == "1 token in 7 days. Mean <1 a day, peak 1 on 16 November 2026."


def test_the_area_rises_and_the_dots_do_not() -> None:
    svg = card(ada(), "trend")
    assert svg.index('class="rise"') < svg.index('fill-opacity=".15"') < svg.index("h0")


@CUTS
def test_over_many_days_the_lines_are_running_means_and_say_so(compact: bool) -> None:  # noqa: FBT001
    days = [{"gpt-5.1": 70}, *[{}] * 89]
    known = Before(1, 70, 1, 1, 1, 1, (*[0] * 89, 70))
    with_before, without = (card(made(days, before=before), "trend", compact=compact) for before in (known, None))
    assert "Tokens per day, 7-day mean" in texts(with_before)
    assert "Peak 70 · 25 Aug" in texts(with_before)
    heights = [re.findall(r'class="k0" d="M([^"h]+)"', svg)[0].split(" ") for svg in (with_before, without)]
    assert (len(heights[0]), len(heights[1])) == (2 * 90, 2 * (90 - 6))
    assert "7-day mean" not in " ".join(texts(card(ada("30d"), "trend", compact=compact)))
