from __future__ import annotations

import pytest

from tests.cards.people import made
from usagestats.cards import CARDS, card
from usagestats.errors import UnknownCard, UnknownTheme
from usagestats.themes import THEMES

WEEK = made([{"gpt-5.1": 1000}] * 7)


@pytest.mark.parametrize("name", CARDS)
@pytest.mark.parametrize("theme", THEMES)
def test_every_card_is_drawn_in_every_theme(name: str, theme: str) -> None:
    assert card(WEEK, name, theme=theme).startswith("<svg ")


def test_an_unknown_card_is_refused_with_a_suggestion() -> None:
    with pytest.raises(UnknownCard, match="did you mean 'overview'"):
        card(WEEK, "overveiw")


def test_an_unknown_theme_is_refused() -> None:
    with pytest.raises(UnknownTheme, match="theme must be one of auto, light, dark"):
        card(WEEK, theme="}*{fill:red")


def test_auto_is_light_with_a_block_for_the_dark() -> None:
    light, auto = card(WEEK, theme="light"), card(WEEK, theme="auto")
    start = auto.index("@media(prefers-color-scheme:dark)")
    assert auto.startswith(light[:start])
    assert auto.endswith(light[start:])
