from __future__ import annotations

import pytest

from usagestats.cards import curves

TOKENS = [0, 4, 4, *[0] * 7]
PLACE = curves.span_of_days(0, 0, 90, 100, 10)


def test_the_first_and_the_last_day_lie_at_the_ends() -> None:
    assert (PLACE.middle(0), PLACE.middle(9), PLACE.right) == (0, 90, 90)


def test_the_highest_day_of_both_periods_is_as_high_as_the_plot() -> None:
    drawn = curves.curve(PLACE, [5, *[0] * 9], [5, *[0] * 9], [10, *[0] * 9], 0.5)
    assert drawn.line.startswith("M0 50 10 100")
    assert drawn.before.startswith("M0 0 10 100")
    assert drawn.area == f"M0 100 {drawn.line[1:]} 90 100z"


def test_the_first_of_equal_peaks_is_marked_and_the_mean_is_sharp() -> None:
    drawn = curves.curve(PLACE, TOKENS, TOKENS, [], 2)
    assert {dots.path for dots in drawn.dots} == {"M10 0h0"}
    assert drawn.mean == "M0 50.5H90"


@pytest.mark.parametrize("before", [(), (0,) * 10])
def test_without_tokens_in_the_period_before_it_has_no_line(before: tuple[int, ...]) -> None:
    assert curves.curve(PLACE, TOKENS, TOKENS, before, 1).before == ""


def test_a_mean_of_next_to_nothing_stays_on_the_plot() -> None:
    assert curves.curve(PLACE, TOKENS, TOKENS, [], 0.0).mean == "M0 100H90"


def test_days_that_are_not_known_have_no_corner() -> None:
    drawn = curves.curve(PLACE, TOKENS, [None] * 8 + [4.0, 2.0], [None] * 9 + [7.5], 1)
    assert drawn.line == "M80 50 90 75"
    assert drawn.before == "M90 6.2"
