from __future__ import annotations

from usagestats.cards import legend
from usagestats.cards.shares import shares

SHORT = shares({"opus": 3, "codex": 2, "pro": 1})
LONG = shares({f"openrouter/anthropic/claude-opus-4.{n}-thinking-high": 9 - n for n in range(5)})


def words(drawn: legend.Legend) -> list[str]:
    return [text.spans[0].text for text in drawn.texts]


def test_short_names_stand_in_a_row() -> None:
    assert legend.fits(SHORT, 784, 12)
    drawn = legend.row(SHORT, 28, 812, 374, 12)
    assert {text.y for text in drawn.texts} == {374}
    assert words(drawn) == ["opus", "codex", "pro"]


def test_long_names_take_two_rows_and_are_cut_where_that_is_too_little() -> None:
    assert not legend.fits(LONG, 784, 12)
    drawn = legend.rows(LONG, 28, 812, (363, 383), 12)
    assert [text.y for text in drawn.texts] == [363, 363, 363, 383, 383]
    assert [text.x for text in drawn.texts[:2]] == [text.x for text in drawn.texts[3:]]
    assert all(word.endswith("…") and len(word) > 30 for word in words(drawn))


def test_in_a_list_numbers_end_in_columns() -> None:
    drawn = legend.column(LONG, 28, 384, 500, 13)
    assert {text.right for text in drawn.texts[2::3]} == {384}
    assert len({text.right for text in drawn.texts[1::3]}) == 1
    assert [dot.y for dot in drawn.dots] == [492, 516, 540, 564, 588]


def test_nothing_has_no_legend() -> None:
    assert legend.column((), 28, 384, 500, 13) == legend.Legend([], [])
