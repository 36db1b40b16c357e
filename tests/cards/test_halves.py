from __future__ import annotations

import pytest

from tests.cards.people import made
from usagestats.cards.halves import PAGE, PHONE, RIGHT, Cut, head


@pytest.mark.parametrize("cut", [PAGE, PHONE])
def test_what_is_at_the_left_keeps_clear_of_the_figure(cut: Cut) -> None:
    what, note, figure, of = head(cut, made([{}] * 90, name="w" * 80), "W" * 40, "91.3%", "of input cached")
    assert what.right < figure.left
    assert note.right < of.left
    assert figure.right == of.right == RIGHT


def test_without_a_figure_the_words_have_all_the_room() -> None:
    what, note = head(PAGE, made([{}] * 7), "W" * 40)
    assert RIGHT - 20 < what.right <= RIGHT
    assert note.spans[0].text == "Ada Lovelace · 16 – 22 Nov 2026"
