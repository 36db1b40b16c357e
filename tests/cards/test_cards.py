from __future__ import annotations

import gzip
from datetime import date
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cards.extremes import HOSTILE, SHOWN
from tests.cards.geometry import SVG, faults
from tests.cards.people import ada, made
from tests.cards.reading import said, texts
from usagestats.cards import CARDS, card
from usagestats.errors import UnknownCard, UnknownTheme
from usagestats.themes import THEMES

if TYPE_CHECKING:
    from collections.abc import Callable


EVERY = pytest.mark.parametrize("name", CARDS)
CUTS = pytest.mark.parametrize("compact", [False, True], ids=["wide", "compact"])
WEEK = made([{"gpt-5.1": 1000}] * 7)


@EVERY
@pytest.mark.parametrize("theme", THEMES)
def test_every_card_is_drawn_in_every_theme(name: str, theme: str) -> None:
    assert card(WEEK, name, theme=theme).startswith("<svg ")


def test_an_unknown_card_is_refused_with_a_suggestion() -> None:
    with pytest.raises(UnknownCard, match="did you mean 'overview'"):
        card(WEEK, "overveiw")


def test_what_is_no_summary_and_no_look_is_named() -> None:
    nothing: Any = None
    with pytest.raises(TypeError, match=r"^summary must be a Summary, not NoneType$"):
        card(nothing)
    wide: Any = {"width": 300}
    with pytest.raises(TypeError, match=r"^look must be a Look, not dict$"):
        card(WEEK, look=wide)


def test_an_unknown_theme_is_refused() -> None:
    with pytest.raises(UnknownTheme, match="theme must be one of auto, light, dark"):
        card(WEEK, theme="}*{fill:red")


@EVERY
def test_auto_is_light_with_a_block_for_the_dark(name: str) -> None:
    light, auto = card(WEEK, name, theme="light"), card(WEEK, name, theme="auto")
    start = auto.index("@media(prefers-color-scheme:dark)")
    assert auto.startswith(light[:start])
    assert auto.endswith(light[start:])


# ------------------------------------------------------------------------------------------- what holds for every card


@EVERY
@CUTS
@pytest.mark.parametrize("shown", SHOWN)
def test_a_card_is_drawn_as_its_snapshot(
    name: str,
    shown: str,
    compact: bool,  # noqa: FBT001
    same: Callable[[str, str], None],
) -> None:
    same(f"{name}-{shown}{'-compact' * compact}.svg", card(SHOWN[shown], name, compact=compact))


@EVERY
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_card_of_one_side_is_drawn_as_its_snapshot(name: str, theme: str, same: Callable[[str, str], None]) -> None:
    same(f"{name}-90d-{theme}.svg", card(SHOWN["90d"], name, theme=theme))


@EVERY
@CUTS
@pytest.mark.parametrize("shown", SHOWN)
def test_nothing_lies_over_anything_else_or_leaves_the_card(name: str, shown: str, compact: bool) -> None:  # noqa: FBT001
    assert faults(card(SHOWN[shown], name, compact=compact)) == []


@EVERY
@CUTS
@given(last=st.dates(date(2024, 1, 1), date(2028, 12, 31)), length=st.sampled_from([7, 30, 90]))
@settings(max_examples=60, deadline=None)
def test_no_date_can_break_the_layout(name: str, last: date, length: int, compact: bool) -> None:  # noqa: FBT001
    for day in ({}, {"gpt-5.1": 123_456}):
        assert faults(card(made([day] * length, last=last), name, compact=compact)) == []


@EVERY
@CUTS
@pytest.mark.parametrize("theme", ["auto", "light", "dark"])
def test_a_full_card_is_small(name: str, compact: bool, theme: str) -> None:  # noqa: FBT001
    svg = card(SHOWN["year"], name, theme=theme, compact=compact).encode()
    assert len(svg) < 25_000
    assert len(gzip.compress(svg)) < 8_000


@EVERY
def test_the_same_summary_gives_the_same_bytes(name: str) -> None:
    assert card(ada("30d"), name) == card(ada("30d"), name)


@EVERY
def test_a_card_needs_nothing_from_outside(name: str) -> None:
    svg = card(SHOWN["hostile"], name)
    assert svg.count("http") == 1, "the name space is the only address"
    assert not {"script", "image", "foreignObject", "a"} & {
        element.tag.removeprefix(SVG) for element in ET.fromstring(svg).iter()
    }
    assert "<b>" not in svg


@EVERY
@CUTS
def test_motion_is_only_for_those_who_have_nothing_against_it(name: str, compact: bool) -> None:  # noqa: FBT001
    style = said(card(ada("7d"), name, compact=compact), "style")
    assert "animation" not in style.partition("@media(prefers-reduced-motion:no-preference)")[0]
    assert "to{" not in style, "the base state is the final one"


@EVERY
@CUTS
def test_the_title_says_who_what_and_when_and_the_description_is_sentences(name: str, compact: bool) -> None:  # noqa: FBT001
    svg = card(SHOWN["90d"], name, compact=compact)
    assert said(svg, "title").startswith("Ada Lovelace — AI coding ")
    assert said(svg, "title").endswith(", 25 Aug – 22 Nov 2026")
    assert said(svg, "desc").endswith(".")
    nameless = card(made([{}] * 7), name, compact=compact)
    assert said(nameless, "title").endswith("16 – 22 Nov 2026")


@EVERY
@CUTS
@pytest.mark.parametrize("person", [HOSTILE, "W" * 10_000, "山田太郎" * 9, "مرحبا بالعالم", "👩\u200d💻" * 20])
def test_a_name_is_shown_as_far_as_it_fits_and_in_the_title(name: str, compact: bool, person: str) -> None:  # noqa: FBT001
    svg = card(ada("30d", name=person), name, compact=compact)
    assert faults(svg) == []
    assert any(person[:3].strip('"') in text for text in texts(svg))
    assert person[:3] in said(svg, "title")


@EVERY
@CUTS
def test_colours_are_classes_that_the_theme_has(name: str, compact: bool) -> None:  # noqa: FBT001
    for summary in SHOWN.values():
        root = ET.fromstring(card(summary, name, compact=compact))
        style = root.findtext(f"{SVG}style") or ""
        classes = {one for element in root.iter() for one in (element.get("class") or "").split()}
        assert {one for one in classes if f".{one}{{" not in style} == set()
