from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from usagestats import lettering

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


def test_the_table_holds_what_english_and_european_names_need() -> None:
    needed = "Ada Lovelace 0123456789 ÅßŁőșțЖжΩω – — … · ▲ ▼ − × → “”‘’ €"
    assert set(needed) <= lettering.table()[1].keys() == lettering.outlines().keys()


def test_digits_of_the_two_weights_are_the_widths_of_inter() -> None:
    units, advances = lettering.table()
    assert units == 2048
    assert advances["0"] == (1292, 1351)
    assert lettering.outlines()[" "] == ("", "")


def test_outlines_are_relative_paths() -> None:
    shapes = {shape for pair in lettering.outlines().values() for shape in pair if shape}
    assert all(shape.startswith("m") and shape.endswith("z") for shape in shapes)
    assert set("".join(shapes)) <= set("mlhvqz0123456789- ")


def test_an_east_asian_letter_is_an_em_wide_and_a_mark_takes_no_room() -> None:
    assert lettering.width("漢", 10) == 10
    assert lettering.width("e\u0301\u0302", 10) == lettering.width("e", 10)
    assert lettering.width("👩\u200d💻", 10) == 26
    assert lettering.width("א", 10) == 6.5
    assert lettering.width("क", 10) == 8
    assert lettering.width("\ufdfd", 10) == 100
    assert lettering.width("\U00012000", 10) == 30


@given(TEXT, TEXT)
def test_widths_add_up(left: str, right: str) -> None:
    together = lettering.width(left + right, 12)
    assert together == pytest.approx(lettering.width(left, 12) + lettering.width(right, 12))


@given(TEXT)
def test_graphemes_are_the_text(text: str) -> None:
    assert "".join(lettering.graphemes(text)) == text


def test_graphemes_keep_together_what_is_seen_as_one() -> None:
    pieces = ["🇩🇪", "🇫🇷", "👍🏽", "👨\u200d👩\u200d👧", "e\u0301", "क\u093e", "한", "a"]
    assert lettering.graphemes("".join(pieces)) == pieces


def test_a_joiner_does_not_tie_latin_letters_together() -> None:
    assert lettering.graphemes("👩\u200da") == ["👩\u200d", "a"]


@given(TEXT, st.floats(20, 200))
def test_a_cut_text_fits(text: str, room: float) -> None:
    assert lettering.width(lettering.cut(text, room, 12), 12) <= room


@given(TEXT, st.floats(10, 200))
def test_a_fitted_text_is_whole_or_at_its_smallest(text: str, room: float) -> None:
    shown, size = lettering.fit(text, room, 18, 12)
    assert lettering.width(shown, size) <= room + 1e-9 or shown == "…"
    assert shown == text or size == 12


def test_a_cut_leaves_graphemes_whole() -> None:
    assert lettering.cut("ab👩\u200d💻👩\u200d💻", 50, 10) == "ab👩\u200d💻…"


@pytest.mark.parametrize(
    ("word", "shaped"),
    [("طلب", 2.22), ("أغسطس", 4.05), ("ي", 0.82), ("جلسة", 2.55), ("الاثنين", 2.86), ("مليون", 2.6), ("ذكاء", 1.76)],
)
def test_arabic_words_are_at_least_as_wide_as_noto_shapes_them(word: str, shaped: float) -> None:
    assert shaped <= lettering.width(word, 1, 600) <= 1.2 * shaped


def test_an_arabic_letter_is_narrow_before_one_that_it_joins() -> None:
    assert lettering.width("بب", 1) < 2 * lettering.width("ب", 1)
    assert lettering.width("اا", 1) == 2 * lettering.width("ا", 1)
    assert lettering.width("بَب", 1) == lettering.width("بب", 1)
    assert lettering.width("ب ب", 1) == lettering.width("ب", 1) * 2 + lettering.width(" ", 1)
    assert lettering.width("بء", 1) == lettering.width("ب", 1) + lettering.width("ء", 1)
    assert lettering.width("ب\u06de", 1) > lettering.width("ب", 1)
