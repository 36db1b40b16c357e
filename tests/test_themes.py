from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import pytest

from usagestats.errors import UnknownTheme
from usagestats.themes import ALIASES, BUILT_IN, GITHUB, THEMES, Palette, contrast, css, palettes

BUILT_IN_PALETTES = [
    pytest.param(palette, id=f"{theme.name}-{half}")
    for theme in BUILT_IN.values()
    for half, palette in (("light", theme.light), ("dark", theme.dark))
]


@pytest.mark.parametrize("palette", BUILT_IN_PALETTES)
def test_every_text_has_a_contrast_of_four_and_a_half(palette: Palette) -> None:
    pairs = {
        "strong": (palette.strong, palette.paper),
        "plain": (palette.plain, palette.paper),
        "quiet": (palette.quiet, palette.paper),
        "up": (palette.up, palette.up_ground),
        "down": (palette.down, palette.down_ground),
        "plain on the track": (palette.plain, palette.track),
    }
    assert {name: contrast(*pair) for name, pair in pairs.items() if contrast(*pair) < 4.5} == {}


@pytest.mark.parametrize("palette", BUILT_IN_PALETTES)
def test_every_series_has_a_contrast_of_three(palette: Palette) -> None:
    assert [colour for colour in palette.series if contrast(colour, palette.paper) < 3] == []


@pytest.mark.parametrize("palette", BUILT_IN_PALETTES)
def test_a_bar_is_seen_on_its_track(palette: Palette) -> None:
    assert [colour for colour in palette.series if contrast(colour, palette.track) < 2.5] == []


@pytest.mark.parametrize("palette", BUILT_IN_PALETTES)
def test_the_steps_of_the_ramp_are_told_apart_by_their_lightness_alone(palette: Palette) -> None:
    ratios = [contrast(one, palette.paper) for one in palette.ramp]
    assert len(ratios) == 5
    assert ratios[-1] >= contrast(palette.series[0], palette.paper)
    assert [after / before for before, after in pairwise(ratios) if after / before < 1.25] == []


def test_the_ramp_is_only_there_for_those_who_ask() -> None:
    assert ".g0" not in css("auto")
    assert re.findall(r"\.(g\d)\{fill:(#\w{6});stroke:\2\}", css("auto", ramp=True)) == [
        (f"g{step}", value) for palette in palettes("auto") for step, value in enumerate(palette.ramp)
    ]


def test_the_short_names_mean_github() -> None:
    assert palettes("auto") == palettes("github") == (GITHUB.light, GITHUB.dark)
    assert palettes("light") == palettes("github-light") == (GITHUB.light,)
    assert palettes("dark") == palettes("github-dark") == (GITHUB.dark,)


def test_every_name_has_rules_and_only_one_without_a_half_follows_the_reader() -> None:
    for name in THEMES:
        fixed = ALIASES.get(name, name).endswith(("-light", "-dark"))
        assert css(name).count("@media(prefers-color-scheme:dark)") == (not fixed)


def test_rules_hold_nothing_but_classes_and_six_digit_colours() -> None:
    assert re.fullmatch(r"(\.[a-z0-9]+\{((fill|stroke):#[0-9a-f]{6};?){1,2}\})+", css("light"))


def test_an_unknown_theme_is_refused_with_a_suggestion() -> None:
    with pytest.raises(UnknownTheme, match="did you mean 'github-dark'"):
        css("github-drak")


@pytest.mark.parametrize("given", ["red", "#12345", "#ffffff}*{display:none", "#fff\n", "#１２３", ""])
def test_what_is_no_colour_never_gets_into_a_palette(given: str) -> None:
    with pytest.raises(ValueError, match="a colour is"):
        replace(GITHUB.light, paper=given)


def test_colours_are_written_anew() -> None:
    palette = replace(GITHUB.light, paper="#FFF", series=("#ABC", "#abc", "#aabbcc", "#AABBCC", "#abc"))
    assert palette.paper == "#ffffff"
    assert set(palette.series) == {"#aabbcc"}
