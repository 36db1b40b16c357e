from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from usagestats.cards.columns import between, levelled, spread

WIDTHS = st.lists(st.floats(1, 100), max_size=8)


@given(WIDTHS)
def test_columns_fill_the_room_with_equal_gaps(widths: list[float]) -> None:
    starts = spread(widths, 0, 1000, 2000)
    assert len(starts) == len(widths)
    if len(widths) > 1:
        assert starts[-1] + widths[-1] == pytest.approx(1000)


@given(WIDTHS)
def test_a_hairline_stands_in_each_gap(widths: list[float]) -> None:
    starts = spread(widths, 0, 2000, 2000)
    lines = between(starts, widths)
    assert len(lines) == max(0, len(widths) - 1)
    for line, start, width, following in zip(lines, starts, widths, starts[1:], strict=False):
        assert start + width < line < following


@given(WIDTHS, st.floats(10, 500))
def test_only_the_widest_columns_are_lowered(widths: list[float], room: float) -> None:
    lowered = levelled(widths, room)
    assert sum(lowered) <= max(room, sum(widths)) + 1e-6
    assert sum(lowered) == pytest.approx(min(room, sum(widths)))
    assert max(lowered, default=0) == max((low for low, width in zip(lowered, widths, strict=True)), default=0)
    assert all(low == width or low == max(lowered) for low, width in zip(lowered, widths, strict=True))
