from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from usagestats import formats

BIG = st.integers(0, 2**63 - 1)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (999, "999"),
        (1000, "1K"),
        (1005, "1.01K"),
        (9994, "9.99K"),
        (9995, "10K"),
        (99_949, "99.9K"),
        (99_950, "100K"),
        (999_499, "999K"),
        (999_500, "1M"),
        (999_950, "1M"),
        (12_340_000, "12.3M"),
        (999_500_000, "1B"),
        (10**15, "1Qa"),
        (2**63 - 1, "9.22Qi"),
        (-1500, "−1.5K"),
    ],
)
def test_a_compact_number_has_three_significant_digits_and_never_a_thousand_of_a_unit(number: int, text: str) -> None:
    assert formats.compact(number) == text


@given(BIG)
def test_a_compact_number_is_never_longer_than_six_letters(number: int) -> None:
    assert len(formats.compact(number)) <= 6


@given(BIG)
def test_a_compact_number_is_within_half_a_percent(number: int) -> None:
    figure, unit = formats.compact_parts(number)
    assert float(figure) * 1000 ** formats.UNITS.index(unit) == pytest.approx(number, rel=0.0051)


@given(BIG, st.integers(1, 2**63 - 1), st.integers(0, 1))
def test_nought_percent_is_none_and_a_hundred_percent_is_all(part: int, whole: int, digits: int) -> None:
    part = min(part, whole)
    text = formats.percent(part, whole, digits)
    assert (text == "0%") == (part == 0)
    assert (text == "100%") == (part == whole)


def test_a_part_of_nothing_is_nought_percent() -> None:
    assert formats.percent(0, 0) == "0%"


@pytest.mark.parametrize(
    ("now", "before", "text"),
    [
        (1184, 1000, "18.4%"),
        (0, 10, "100%"),
        (1, 10**9, ">99.9%"),
        (300, 100, "200%"),
        (1000, 100, "10×"),
        (1240, 100, "12.4×"),
        (10**15, 1, "1Qa×"),
        (10**9 + 1, 10**9, "<0.1%"),
        (7, 7, "0%"),
    ],
)
def test_a_change_is_a_percentage_up_to_tenfold_and_then_a_factor(now: int, before: int, text: str) -> None:
    assert formats.change(now, before) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (59, "59 s"), (60, "1 min"), (3569, "59 min"), (3570, "1 h"), (35_999, "10 h"), (10**12, "278M h")],
)
def test_a_duration_never_shows_sixty_of_anything(seconds: int, text: str) -> None:
    assert formats.duration(seconds) == text


@pytest.mark.parametrize(("ms", "text"), [(12_345, "12.3s"), (123_456, "123s"), (1, "1ms")])
def test_a_latency_is_in_seconds_from_one_second_on(ms: int, text: str) -> None:
    assert "".join(formats.latency_parts(ms)) == text


def test_a_range_of_one_day_is_that_day() -> None:
    assert formats.date_range(date(2026, 11, 22), date(2026, 11, 22)) == "22 Nov 2026"


def test_a_range_over_a_new_year_names_both() -> None:
    assert formats.date_range(date(2025, 12, 29), date(2026, 1, 4)) == "29 Dec 2025 – 4 Jan 2026"


def test_dates_are_written_in_full_for_sentences() -> None:
    assert formats.long_date(date(2026, 5, 1)) == "1 May 2026"
    assert formats.weekday(date(2026, 11, 22)) == "Sunday"
