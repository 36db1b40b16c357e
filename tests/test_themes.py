from __future__ import annotations

import re
from dataclasses import fields, replace
from importlib.resources import files
from itertools import combinations, pairwise
from math import dist
from typing import TYPE_CHECKING

import pytest

from usagestats.errors import InputError, InvalidTheme, UnknownTheme
from usagestats.themes import (
    ALIASES,
    BUILT_IN,
    THEMES,
    Palette,
    Theme,
    built_in,
    contrast,
    css,
    faint,
    load,
    palettes,
    shades,
)

if TYPE_CHECKING:
    from pathlib import Path

BUILT_IN_PALETTES = [
    pytest.param(palette, id=f"{theme.name}-{half}")
    for theme in map(built_in, BUILT_IN)
    for half, palette in (("light", theme.light), ("dark", theme.dark))
]
GITHUB = built_in("github")
SEEN_BY = {
    "all three cones": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.01182, 0.04294, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.3039)),
}
"""Machado, Oliveira and Fernandes 2009, severity 1: linear sRGB to what is seen of it, in linear sRGB."""
TOLD_APART = {"all three cones": 0.1, "protanopia": 0.08, "deuteranopia": 0.08, "tritanopia": 0.08}
"""The least distance of two series in OKLab; 0.02 can just be noticed side by side."""


# ---------------------------------------------------------------------------------------------------------- seen by all


@pytest.mark.parametrize("name", BUILT_IN)
def test_texts_have_a_contrast_of_four_and_a_half_and_series_of_three(name: str) -> None:
    assert faint(built_in(name)) == []


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


@pytest.mark.parametrize("eyes", SEEN_BY)
@pytest.mark.parametrize("palette", BUILT_IN_PALETTES)
def test_series_are_told_apart_by_eyes_that_lack_a_kind_of_cones(palette: Palette, eyes: str) -> None:
    found = {pair: dist(*(seen(colour, eyes) for colour in pair)) for pair in combinations(palette.series, 2)}
    assert {pair: far for pair, far in found.items() if far < TOLD_APART[eyes]} == {}


def seen(colour: str, eyes: str) -> tuple[float, ...]:
    """The colour in OKLab (Ottosson 2020) as those eyes see it."""
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    red, green, blue = (min(1, max(0, n)) for n in times(SEEN_BY[eyes], linear))
    cones = times(
        (
            (0.4122214708, 0.5363325363, 0.0514459929),
            (0.2119034982, 0.6806995451, 0.1073969566),
            (0.0883024619, 0.2817188376, 0.6299787005),
        ),
        [red, green, blue],
    )
    return times(
        (
            (0.2104542553, 0.7936177850, -0.0040720468),
            (1.9779984951, -2.4285922050, 0.4505937099),
            (0.0259040371, 0.7827717662, -0.8086757660),
        ),
        [cone ** (1 / 3) for cone in cones],
    )


def times(matrix: tuple[tuple[float, ...], ...], vector: list[float]) -> tuple[float, ...]:
    return tuple(sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix)


def test_the_eyes_of_the_test_confuse_what_such_eyes_confuse() -> None:
    red, green = "#a06a00", "#6a8a00"
    assert dist(seen(red, "all three cones"), seen(green, "all three cones")) > 0.1
    assert dist(seen(red, "deuteranopia"), seen(green, "deuteranopia")) < 0.08
    assert seen("#ffffff", "tritanopia") == pytest.approx((1, 0, 0), abs=1e-3)


def test_high_contrast_reaches_the_next_level_and_print_needs_no_colour() -> None:
    for palette in palettes("high-contrast"):
        texts = (palette.strong, palette.plain, palette.quiet)
        assert min(contrast(colour, palette.paper) for colour in texts) >= 7
        assert min(contrast(colour, palette.paper) for colour in palette.series) >= 4.5
    assert re.fullmatch(r"(\W|[a-z0-9]*\{|(fill|stroke):|#([0-9a-f]{2})\3\3)+", css("print-light").replace("}", ""))


# ---------------------------------------------------------------------------------------------------------------- names


def test_there_is_a_file_for_every_name_and_no_other() -> None:
    lying = {path.name for path in (files("usagestats") / "palettes").iterdir()}
    assert lying == {f"{name}.toml" for name in BUILT_IN}
    first, *others = BUILT_IN
    assert (first, others) == ("github", sorted(set(BUILT_IN) - {"github"}))
    assert len(BUILT_IN) >= 12


def test_the_short_names_mean_github() -> None:
    assert palettes("auto") == palettes("github") == (GITHUB.light, GITHUB.dark)
    assert palettes("light") == palettes("github-light") == (GITHUB.light,)
    assert palettes("dark") == palettes("github-dark") == (GITHUB.dark,)


@pytest.mark.parametrize("name", BUILT_IN)
def test_the_light_half_is_light_and_the_dark_one_dark(name: str) -> None:
    light, dark = palettes(name)
    assert contrast(light.paper, "#000000") > 15
    assert contrast(dark.paper, "#ffffff") > 11
    assert contrast(light.strong, "#000000") < 4
    assert contrast(dark.strong, "#000000") > 12


def test_every_name_has_rules_and_only_one_without_a_half_follows_the_reader() -> None:
    for name in THEMES:
        fixed = ALIASES.get(name, name).endswith(("-light", "-dark"))
        assert css(name).count("@media(prefers-color-scheme:dark)") == (not fixed)


def test_a_theme_has_three_shades() -> None:
    assert shades("light") == shades("auto")
    assert shades("nord-dark") == shades("nord")
    own = Theme("own", GITHUB.light, built_in("nord").dark)
    assert [palettes(shade) for shade in shades(own)] == [(own.light, own.dark), (own.light,), (own.dark,)]


def test_rules_hold_nothing_but_classes_and_six_digit_colours() -> None:
    assert re.fullmatch(r"(\.[a-z0-9]+\{((fill|stroke):#[0-9a-f]{6};?){1,2}\})+", css("light"))


def test_an_unknown_theme_is_refused_with_a_suggestion() -> None:
    with pytest.raises(UnknownTheme, match="did you mean 'github-dark'"):
        css("github-drak")
    with pytest.raises(UnknownTheme, match="did you mean 'tokyo-night'"):
        palettes("tokyonight")


@pytest.mark.parametrize("given", ["red", "#12345", "#ffffff}*{display:none", "#fff\n", "#１２３", ""])
def test_what_is_no_colour_never_gets_into_a_palette(given: str) -> None:
    with pytest.raises(ValueError, match="a colour is"):
        replace(GITHUB.light, paper=given)


def test_colours_are_written_anew() -> None:
    palette = replace(GITHUB.light, paper="#FFF", series=("#ABC", "#abc", "#aabbcc", "#AABBCC", "#abc"))
    assert palette.paper == "#ffffff"
    assert set(palette.series) == {"#aabbcc"}


# ------------------------------------------------------------------------------------------------------- one's own file


def written(folder: Path, text: str) -> Path:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_built_in_theme_can_be_loaded_as_a_file_of_ones_own(tmp_path: Path) -> None:
    text = (files("usagestats") / "palettes" / "nord.toml").read_text("utf-8")
    nord = built_in("nord")
    assert load(written(tmp_path, text)) == Theme("mine", nord.light, nord.dark)


def test_what_is_left_out_comes_from_the_base(tmp_path: Path) -> None:
    found = load(str(written(tmp_path, 'base = "nord"\n[dark]\npaper = "#ABC"\n')))
    nord = built_in("nord")
    assert (found.light, found.dark) == (nord.light, replace(nord.dark, paper="#aabbcc"))


def test_a_base_alone_is_that_theme_under_another_name(tmp_path: Path) -> None:
    assert palettes(load(written(tmp_path, 'base = "nord"'))) == palettes("nord")


@pytest.mark.parametrize("half", ["light", "dark"])
def test_one_half_alone_does_not_follow_the_reader(tmp_path: Path, half: str) -> None:
    palette = getattr(GITHUB, half)
    values = {field.name: getattr(palette, field.name) for field in fields(Palette)}
    lines = [f"{key} = {list(value) if isinstance(value, tuple) else repr(value)}" for key, value in values.items()]
    found = load(written(tmp_path, "\n".join([f"[{half}]", *lines])))
    assert palettes(found) == (palette,)
    assert "@media" not in css(found)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("paper = ", "Invalid value (at end of document)"),
        ('bsae = "nord"', "a theme's key must be one of base, light, dark, not 'bsae'; did you mean 'base'?"),
        ('base = "nrod"', "base must be one of github, ayu,"),
        ('base = "nrod"', "not 'nrod'; did you mean 'nord'?"),
        ("base = 3", "print, rose-pine, solarized, tokyo-night, not 3"),
        ("", "a theme has a table light, a table dark or both"),
        ("light = 1", "light must be a table of colours, not 1"),
        ('base = "nord"\n[light]\npapr = "#fff"', "light: a colour's key must be one of paper, edge,"),
        ('base = "nord"\n[light]\npapr = "#fff"', "not 'papr'; did you mean 'paper'?"),
        ('[dark]\npaper = "#000"', "dark lacks edge, strong, plain, quiet, rule, track, up, up_ground, down,"),
        ('[dark]\npaper = "#000"', 'such as base = "nord", that has them'),
        ('base = "nord"\n[dark]\npaper = "red"', "dark.paper must be a colour, #rgb or #rrggbb, not 'red'"),
        ('base = "nord"\n[dark]\npaper = 3', "dark.paper must be a colour, #rgb or #rrggbb, not 3"),
        ('base = "nord"\n[dark]\npaper = ["#000"]', "dark.paper must be a colour, #rgb or #rrggbb, not ['#000']"),
        ('base = "nord"\n[dark]\nseries = "#000"', "dark.series must be a list of 5 colours, not '#000'"),
        ('base = "nord"\n[dark]\nseries = ["#000"]', "dark.series must be a list of 5 colours, not ['#000']"),
        (
            'base = "nord"\n[dark]\nseries = ["#000", "#111", "#222", "#333", "}</style>"]',
            "dark.series must be a colour, #rgb or #rrggbb, not '}</style>'",
        ),
    ],
)
def test_a_broken_file_is_told_by_file_key_what_is_allowed_and_what_came(tmp_path: Path, text: str, words: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(InvalidTheme) as caught:
        load(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert words in str(caught.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone\.toml cannot be read: No such file"):
        load(tmp_path / "gone.toml")
    (tmp_path / "latin.toml").write_bytes(b"# \xe9")
    with pytest.raises(InvalidTheme, match=r"latin\.toml: a theme is a TOML file in UTF-8"):
        load(tmp_path / "latin.toml")


def test_what_is_hard_to_read_is_told() -> None:
    pale = replace(GITHUB, dark=replace(GITHUB.dark, quiet="#444444", series=("#111111", *GITHUB.dark.series[1:])))
    assert faint(pale) == [
        "dark.quiet has a contrast of 1.9, which should be 4.5",
        "dark.series[0] has a contrast of 1.0, which should be 3",
    ]
