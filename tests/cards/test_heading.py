from __future__ import annotations

import pytest

from tests.cards.people import made
from usagestats.cards import heading
from usagestats.lettering import width

WEEK = made([{"gpt-5.1": 1}] * 7)
WHEN = "16 – 22 Nov 2026"


@pytest.mark.parametrize(
    ("name", "room", "said"),
    [
        ("Ada", 300, f"Ada · {WHEN}"),
        ("", 300, WHEN),
        ("\u202e \t", 300, WHEN),
        ("Augusta Ada King", 150, f"August… · {WHEN}"),
        ("Augusta Ada King", 100, WHEN),
        ("Augusta Ada King", 10, "…"),
        ("مرحبا", 300, f"\u2068مرحبا\u2069 · {WHEN}"),
    ],
)
def test_name_and_dates_share_a_line_and_the_name_gives_way(name: str, room: float, said: str) -> None:
    span = heading.byline(made([{"gpt-5.1": 1}] * 7, name=name), room, 11)
    assert span.text == said
    assert span.width <= room


def test_the_head_of_a_half_card_leaves_room_for_what_stands_beside_it() -> None:
    long = made([{"gpt-5.1": 1}] * 7, name="W" * 99)
    texts = heading.half_head(long, "Something that is about to be too long " * 3, "999Qi", "tokens", 384, 11)
    what, figure, by, label = texts
    assert what.right < figure.left
    assert by.right < label.left
    assert (figure.right, label.right) == (384, 384)


def test_without_figure_and_label_the_head_has_all_the_room() -> None:
    what, by = heading.half_head(WEEK, "Tokens per day", "", "", 384, 11)
    assert (what.spans[0].text, by.spans[0].text) == ("Tokens per day", f"Ada Lovelace · {WHEN}")
    short = heading.half_head(made([{}] * 7, name="W" * 99), "Tokens", "", "", 384, 11, reserved=100)[1]
    assert short.right <= 384 - 116 + width("…", 11)


def test_dates_of_ones_own_take_the_place_of_the_periods() -> None:
    assert heading.title_of(WEEK, "AI coding calendar", "2026") == "Ada Lovelace — AI coding calendar, 2026"
    assert heading.title_of(WEEK) == f"Ada Lovelace — AI coding activity, {WHEN}"
