from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from usagestats.cards import charts

DATES = [date(2026, 8, 25) + timedelta(n) for n in range(90)]


@example(34, 422)
@given(st.integers(2, 90), st.integers(300, 800))
def test_bars_end_at_the_right_begin_on_half_pixels_and_do_not_touch(days: int, room: int) -> None:
    place = charts.plot(28, 0, 28 + room, 100, days)
    assert place.right == 28 + room
    assert place.left >= 28
    assert place.left * 2 == int(place.left * 2)
    assert place.pitch > place.bar


def test_a_day_is_as_high_as_its_tokens_and_the_peak_as_the_plot() -> None:
    place = charts.plot(0, 0, 100, 100, 2)
    assert charts.bars(place, [[10], [5]], 10) == [charts.Bars(0, "M23.5 100v-100M80 100v-50")]


def test_segments_stand_on_each_other_with_a_seam_where_bars_are_wide() -> None:
    roomy, tight = charts.plot(0, 0, 100, 100, 2), charts.plot(0, 0, 4, 100, 2)
    assert [bars.path for bars in charts.bars(roomy, [[5, 5], []], 10)] == ["M23.5 100v-50", "M23.5 49v-49"]
    assert [bars.path for bars in charts.bars(tight, [[5, 5], []], 10)] == ["M1 100v-50", "M1 50v-50"]


def test_the_least_of_tokens_is_seen() -> None:
    place = charts.plot(0, 0, 100, 100, 2)
    assert charts.bars(place, [[10**15], [1, 1]], 10**15)[0].path.endswith("M80 100v-1")


@given(st.integers(1, 2**63))
def test_a_grid_has_one_to_four_round_lines_below_the_peak(peak: int) -> None:
    ticks = charts.grid(peak)
    assert 1 <= len(ticks) <= 4
    assert ticks[-1] <= peak
    assert str(ticks[0]).rstrip("0") in {"1", "2", "5"}


def test_the_mean_is_of_seven_whole_days_or_there_is_none() -> None:
    assert charts.means([7] * 8, [])[5:] == [None, 7.0, 7.0]
    assert charts.means([14], [0] * 6) == [2.0]
    assert charts.means([14], [0] * 5) == [None]
    assert charts.means([14, 0], [7] * 30) == [8.0, 7.0]


def test_a_mean_of_fewer_than_two_days_is_no_line() -> None:
    place = charts.plot(0, 0, 100, 100, 7)
    assert charts.mean_path(place, [None] * 6 + [1.0], 1) == ""


def test_the_line_of_the_mean_and_its_halo_stay_within_the_plot() -> None:
    place = charts.plot(0, 0, 300, 100, 90)
    assert place.bar < 2 * charts.HALO
    assert charts.mean_path(place, [1.0] * 90, 1).startswith(f"M{place.left + 2:g} 0 ")
    assert charts.mean_path(place, [1.0] * 90, 1).endswith(" 298 0")


@pytest.mark.parametrize(("room", "count"), [(784, 5), (240, 4), (180, 3), (80, 2), (40, 2)])
def test_there_are_as_many_dates_as_have_room(room: int, count: int) -> None:
    texts = charts.date_texts(charts.blank(0, 0, room, 100, 90), DATES, 120, 11)
    assert len(texts) == count
    assert [text.spans[0].text for text in texts][:: count - 1] == ["25 Aug", "22 Nov"]


@given(st.integers(0, 89))
def test_the_peak_is_labelled_within_the_plot(day: int) -> None:
    place = charts.plot(318, 88, 812, 228, 90)
    text = charts.peak_text(place, DATES, [*[1] * day, 9, *[1] * (89 - day)], 11)
    assert place.left <= text.left
    assert text.right <= place.right


def test_of_equal_days_the_first_is_the_peak() -> None:
    place = charts.plot(318, 88, 812, 228, 90)
    assert charts.peak_text(place, DATES, [5] * 90, 11).spans[0].text == "Peak 5 · 25 Aug"
