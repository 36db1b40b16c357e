from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from usagestats.cards import grids
from usagestats.cards.grids import Weeks

MONDAY = date(2026, 11, 16)


def weeks(count: int) -> Weeks:
    return Weeks(60, 50, 20, 20, count, 17)


@given(st.lists(st.integers(0, 10**15), max_size=60))
def test_steps_rise_with_the_tokens_and_the_busiest_days_have_the_last_one(tokens: list[int]) -> None:
    found = grids.steps(tokens)
    ranked = sorted(zip(tokens, found, strict=True))
    assert all(before[1] <= after[1] for before, after in pairwise(ranked))
    assert all((step == 0) == (count == 0) for count, step in ranked)
    if any(tokens):
        assert ranked[-1][1] == 4


def test_each_step_holds_a_quarter_of_the_active_days() -> None:
    found = grids.steps([0] * 50 + list(range(1, 101)))
    assert [found.count(step) for step in range(5)] == [50, 25, 25, 25, 25]


def test_days_lie_in_the_column_of_their_week_and_the_row_of_their_weekday() -> None:
    drawn = grids.grid(weeks(2), MONDAY + timedelta(5), [1, 1, 2])
    assert drawn.border == 6
    assert [(cells.step, cells.path) for cells in drawn.cells] == [
        (1, "M63 153h11v11h-11zM63 173h11v11h-11z"),
        (2, "M83 53h11v11h-11z"),
    ]


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 400))
def test_a_week_begins_on_monday(first: date, length: int) -> None:
    last = first + timedelta(length)
    mondays = {grids.monday_of(first + timedelta(n)) for n in range(length + 1)}
    assert {monday.weekday() for monday in mondays} == {0}
    assert grids.weeks_between(first, last) == len(mondays)


def test_a_month_is_named_over_the_week_in_which_it_begins() -> None:
    texts = grids.month_texts(weeks(14), date(2026, 8, 25), date(2026, 11, 22), 40, 11)
    assert [(text.spans[0].text, text.x) for text in texts] == [("Sep", 80), ("Oct", 160), ("Nov", 240)]


def test_a_month_that_begins_after_the_last_day_is_not_named() -> None:
    texts = grids.month_texts(weeks(3), date(2026, 9, 14), date(2026, 9, 30), 40, 11)
    assert [text.spans[0].text for text in texts] == ["Sep"]


@pytest.mark.parametrize("size", [11, 20])
@given(first=st.dates(date(2020, 1, 1), date(2030, 1, 1)), days=st.integers(7, 371))
def test_months_never_touch_and_keep_to_the_grid(size: float, first: date, days: int) -> None:
    last = first + timedelta(days - 1)
    place = weeks(grids.weeks_between(first, last))
    texts = grids.month_texts(place, first, last, 40, size)
    assert texts
    assert all(before.right < after.left for before, after in pairwise(texts))
    assert texts[0].left >= place.left
    assert texts[-1].right <= max(place.right, place.left + texts[-1].width)


def test_the_legend_shows_every_step_between_its_words() -> None:
    texts, drawn = grids.legend(28, 200, 11)
    assert [text.spans[0].text for text in texts] == ["Less", "More"]
    assert [cells.step for cells in drawn.cells] == [0, 1, 2, 3, 4]
