from __future__ import annotations

from math import pi

import pytest
from hypothesis import given
from hypothesis import strategies as st

from usagestats.cards.rings import LEAST, SEAM, donut, ring, within
from usagestats.cards.shares import shares
from usagestats.cards.texts import Span

AROUND = 2 * pi * 50


def test_a_ring_is_closed_only_by_all_and_empty_only_for_nothing() -> None:
    assert ring(80, 80, 50, 10, 0, 9).arcs == []
    assert ring(80, 80, 50, 10, 9, 9).arcs[0].length > AROUND
    assert not ring(80, 80, 50, 10, 9, 9).round_ends
    assert ring(80, 80, 50, 10, 10**18 - 1, 10**18).arcs[0].length < AROUND


@given(st.integers(1, 10**6 - 1))
def test_a_ring_is_as_long_as_its_part_and_its_round_ends_belong_to_it(part: int) -> None:
    drawn = ring(80, 80, 50, 10, part, 10**6)
    (arc,) = drawn.arcs
    begin = (arc.turn + 90) / 360 * AROUND - 5
    assert begin == pytest.approx(0)
    assert arc.length + 10 == pytest.approx(min(max(10.1, AROUND * part / 10**6), AROUND - LEAST))
    assert drawn.round_ends
    assert drawn.around >= AROUND, "no second dash"


def test_a_half_ring_ends_below() -> None:
    (arc,) = ring(80, 80, 50, 10, 1, 2).arcs
    assert arc.turn + 360 * (arc.length + 5) / AROUND == pytest.approx(90)


@given(st.lists(st.integers(1, 10**15), min_size=2, max_size=5))
def test_arcs_of_a_donut_go_round_once_with_seams_between(amounts: list[int]) -> None:
    given_shares = shares({str(place): amount for place, amount in enumerate(sorted(amounts, reverse=True))})
    drawn = donut(80, 80, 50, 10, given_shares)
    begins = [(arc.turn + 90) / 360 * AROUND for arc in drawn.arcs]
    ends = [begin + arc.length for begin, arc in zip(begins, drawn.arcs, strict=True)]
    assert begins[0] == pytest.approx(SEAM / 2)
    assert [begin - end for begin, end in zip(begins[1:], ends, strict=False)] == pytest.approx(
        [SEAM] * (len(ends) - 1)
    )
    assert ends[-1] == pytest.approx(AROUND - SEAM / 2, abs=0.26)
    assert min(arc.length for arc in drawn.arcs) >= LEAST - 0.5
    assert [arc.ink for arc in drawn.arcs] == [f"k{share.rank}" for share in given_shares]


def test_a_donut_of_one_is_a_ring_without_a_seam_and_of_none_is_empty() -> None:
    assert [arc.length > AROUND for arc in donut(80, 80, 50, 10, shares({"a": 3})).arcs] == [True]
    assert donut(80, 80, 50, 10, ()).arcs == []


@pytest.mark.parametrize("figure", ["–", "91.3%", ">99.9%", "1.31Qi", "W" * 40])
def test_words_stay_in_the_hole(figure: str) -> None:
    drawn = within(ring(80, 80, 50, 10, 1, 2), Span(figure, 22, 600), Span("requests", 12))
    for text in drawn.texts:
        assert text.left > 80 - 45
        assert text.right < 80 + 45
    assert drawn.texts[0].y < drawn.texts[1].y


def test_a_lone_figure_stands_in_the_middle() -> None:
    (text,) = within(ring(80, 80, 50, 10, 1, 2), Span("50%", 20, 600)).texts
    assert text.y == pytest.approx(80 + 0.36 * 20)
