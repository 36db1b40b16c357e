from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cards.paths import subpaths
from usagestats.cards.ranking import LEAST, SEAM, Entry, Piece, Ranking, Rows, ranking

ROWS = Rows(28, 384, 96, 44)


def entry(amount: int, pale: int = 0, label: str = "opus", note: str = "") -> Entry:
    return Entry("s0", label, str(amount), "9%", amount, pale, note)


@given(st.lists(st.integers(0, 10**15), min_size=1, max_size=6))
def test_bars_are_in_proportion_to_the_biggest_and_none_is_too_short(amounts: list[int]) -> None:
    drawn = ranking([entry(amount) for amount in amounts], ROWS)
    for amount, meter in zip(amounts, drawn.meters, strict=True):
        exact = 356 * amount / max(amounts) if amount else 0
        length = sum(piece.width for piece in meter.pieces)
        assert length == pytest.approx(max(ROWS.thick, exact) if amount else 0, abs=0.25)


def test_a_bar_may_be_a_part_of_a_whole_that_none_reaches() -> None:
    assert ranking([entry(25)], ROWS, 100).meters[0].pieces[0].width == 89


@given(st.integers(2, 10**15), st.data())
def test_the_pale_part_comes_first_and_a_seam_apart(amount: int, data: st.DataObject) -> None:
    pale = data.draw(st.integers(1, amount - 1))
    (meter,) = ranking([entry(amount, pale)], ROWS, 10**15).meters
    first, second = meter.pieces
    assert (first.pale, second.pale) == (True, False)
    assert second.x - (first.x + first.width) == SEAM
    assert second.x + second.width == pytest.approx(meter.x + max(8, 356 * amount / 10**15), abs=0.26)
    assert second.width >= LEAST
    assert first.width >= 2.5


@pytest.mark.parametrize(("pale", "is_pale"), [(0, False), (9, True)])
def test_a_bar_of_one_kind_is_one_piece(pale: int, is_pale: bool) -> None:  # noqa: FBT001
    (piece,) = ranking([entry(9, pale)], ROWS).meters[0].pieces
    assert (piece.width, piece.pale) == (356, is_pale)


def test_nothing_is_a_track_without_a_bar() -> None:
    (meter,) = ranking([entry(0)], ROWS).meters
    assert (meter.room, meter.pieces) == (356, [])


def test_numbers_end_in_columns_and_long_names_are_cut_before_them() -> None:
    drawn = ranking([entry(10**9, label="W" * 99), entry(1)], ROWS)
    names, values, percents = (drawn.texts[place::3] for place in range(3))
    assert {text.right for text in percents} == {384}
    assert len({text.right for text in values}) == 1
    assert names[0].spans[0].text.endswith("W…")
    assert names[0].right <= min(text.left for text in values) - 13


def test_without_percentages_values_end_at_the_right() -> None:
    drawn = ranking([Entry("s0", "opus", "1.2 s", "", 1200)], ROWS)
    assert [text.right for text in drawn.texts[1:]] == [384]


def test_a_note_stands_below_the_bar_and_is_cut_to_its_length() -> None:
    *_, note = ranking([entry(1, note="W" * 99)], ROWS).texts
    assert note.y - note.spans[0].size > 96 + ROWS.drop + ROWS.thick - 1
    assert note.right <= 384


def test_a_name_from_right_to_left_is_kept_apart() -> None:
    assert ranking([entry(1, label="نموذج")], ROWS).texts[0].spans[0].text == "\u2068نموذج\u2069"


def test_no_entries_are_no_rows() -> None:
    assert ranking([], ROWS) == Ranking([], [])


@pytest.mark.parametrize(
    ("piece", "path"),
    [
        (Piece("s0", 28, 96, 40, 8), "M32 96H64a4 4 0 0 1 4 4a4 4 0 0 1 -4 4H32a4 4 0 0 1 -4 -4a4 4 0 0 1 4 -4z"),
        (Piece("s0", 28, 96, 40, 8, ends=False), "M32 96H68v8H32a4 4 0 0 1 -4 -4a4 4 0 0 1 4 -4z"),
        (Piece("s0", 28, 96, 3, 8, begins=False), "M28 96H28a3 3 0 0 1 3 3v2a3 3 0 0 1 -3 3H28z"),
    ],
)
def test_ends_of_a_bar_are_round_and_its_seam_is_straight(piece: Piece, path: str) -> None:
    assert piece.path == path
    ((*points,),) = subpaths(path)
    xs, ys = zip(*points, strict=True)
    assert (min(xs), min(ys), max(xs), max(ys)) == (28, 96, 28 + piece.width, 104)
