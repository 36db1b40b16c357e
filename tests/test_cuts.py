from __future__ import annotations

from dataclasses import replace

import pytest

from tests.cards import people
from usagestats.cards import CARDS, card
from usagestats.cuts import Drawings, cuts, pair
from usagestats.errors import UnknownTheme
from usagestats.themes import BUILT_IN, built_in


@pytest.mark.parametrize("name", CARDS)
def test_a_card_in_another_theme_is_the_same_as_drawn_anew(name: str) -> None:
    summary = people.ada("30d")
    drawings = Drawings(summary)
    for theme in BUILT_IN:
        for cut in cuts(name, theme):
            assert drawings.of(cut) == card(summary, name, theme=cut.theme, compact=cut.compact)


def test_files_are_called_by_card_period_width_theme_and_shade() -> None:
    assert [cut.stem("7d") for cut in cuts("overview", "dark", "-x")] == [
        "overview-7d-x",
        "overview-7d-x-light",
        "overview-7d-x-dark",
        "overview-7d-compact-x",
        "overview-7d-compact-x-light",
        "overview-7d-compact-x-dark",
    ]


def test_a_theme_that_is_not_there_has_no_name_of_its_own() -> None:
    with pytest.raises(UnknownTheme):
        pair("nrod")


def test_a_theme_of_ones_own_is_known_by_its_colours_too() -> None:
    mine = replace(built_in("nord"), name="my theme")
    other = replace(mine, dark=mine.light)
    names = [[cut.theme_name for cut in cuts("overview", theme)] for theme in (mine, other)]
    assert names[0][1].startswith("my-theme-light#")
    assert not set(names[0]) & set(names[1])
