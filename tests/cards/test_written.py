from __future__ import annotations

import pytest

from tests.cards.people import ada, made
from usagestats.cards.facts import lead
from usagestats.cards.texts import Span
from usagestats.cards.written import SMALLEST, hero, lead_label, with_room, words
from usagestats.languages import ENGLISH, SHORT, Writing

WEEK = made([{"gpt-5.1": 1_234_567}] * 7)
ROOMY = 10_000.0
FULL = Writing(ENGLISH, full=True)


def test_short_numbers_are_never_asked_whether_they_fit() -> None:
    assert with_room(SHORT, lambda way: way(1_234_567).figure, lambda _: False) == "1.23"


def test_words_have_every_digit_as_soon_as_they_fit() -> None:
    room = Span("Peak 1,234,567", 12).width
    assert words(FULL, lambda way: f"Peak {way.text(1_234_567)}", 12, room) == "Peak 1,234,567"
    assert words(FULL, lambda way: f"Peak {way.text(1_234_567)}", 12, room - 0.1) == "Peak 1.23M"


@pytest.mark.parametrize("share", [1.0, 0.8, SMALLEST + 0.03])
def test_the_big_figure_is_as_small_as_it_has_to_be(share: float) -> None:
    room = share * hero(WEEK, (0, 0), (56, 32), ROOMY, FULL).width
    drawn = hero(WEEK, (0, 0), (56, 32), room, FULL)
    assert drawn.spans[0].text == "8,641,969"
    assert room - 10 < drawn.width <= room
    assert drawn.x == -drawn.spans[0].size / 28


def test_a_big_figure_that_would_be_too_small_is_written_short_and_as_large_as_has_room() -> None:
    room = 0.9 * SMALLEST * hero(WEEK, (0, 0), (56, 32), ROOMY, FULL).width
    short = hero(WEEK, (0, 0), (56, 32), room, FULL)
    assert short == hero(WEEK, (0, 0), (56, 32), room, SHORT)
    assert short.spans[0].text == "8.64"
    assert room - 10 < short.width <= room
    assert hero(WEEK, (0, 0), (56, 32), ROOMY, SHORT).spans[0].size == 56


def test_the_label_below_it_has_every_digit_or_is_short_before_it_is_shrunk() -> None:
    busy = ada("7d", total_events=1_234_567)
    full = Span(lead(busy, FULL).label, 14)
    assert lead_label(busy, 14, 11, full.width, FULL) == full
    assert lead_label(busy, 14, 11, full.width - 1, FULL).text == "tokens in 1.23M requests"
