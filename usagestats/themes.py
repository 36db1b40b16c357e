"""Themes: pairs of a light and a dark palette, written out as plain class rules.

A colour is parsed when a palette is made and written out again as ``#rrggbb``, so nothing that came from outside gets
into CSS as it came. A theme ``NAME`` follows light and dark; ``NAME-light`` and ``NAME-dark`` are fixed; ``auto``,
``light`` and ``dark`` mean github's. Every theme is a TOML file, the built-in ones in ``palettes/`` too; one is read
when it is first used.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from functools import cache, lru_cache
from importlib.resources import files
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from usagestats.errors import InputError, InvalidTheme, UnknownTheme, check_one_of, check_type, one_of, shown
from usagestats.formats import listed

if TYPE_CHECKING:
    from collections.abc import Mapping

SERIES = 5
"""Hues of a palette: the four biggest by rank, then the grey of the others."""
STEPS = 4
"""Steps of the ramp above the empty one."""
BEYOND = 0.3
"""How far the ramp's last step goes from the first hue on to the colour of figures."""
TEXT = 4.5
"""The least contrast of text, WCAG 2.2 AA."""
BAR = 3.0
"""The least contrast of what is not text, WCAG 2.2 AA."""
LINEAR = 0.04045
"""Up to this share of full light, sRGB is a straight line."""
HEX = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one scheme, each ``#rrggbb``."""

    paper: str
    """The card's ground. Class ``bg``, with `edge` as its border; as a line, ``bs``."""
    edge: str
    strong: str
    """Names and figures. Class ``t1``; as a line, ``av``."""
    plain: str
    """Labels. Class ``t2``."""
    quiet: str
    """Axes and asides. Class ``t3``."""
    rule: str
    """Hairlines. Class ``ln``."""
    track: str
    """The empty part of a bar. Class ``tr``; as a line, ``kt``."""
    up: str
    """Text of a rise on `up_ground`. Classes ``up`` and ``ub``."""
    up_ground: str
    down: str
    """Text of a fall on `down_ground`. Classes ``dn`` and ``db``."""
    down_ground: str
    series: tuple[str, str, str, str, str]
    """By rank, the last one for the others. Classes ``s0`` … ``s4``; as lines, ``k0`` … ``k4``."""

    def __post_init__(self) -> None:
        """Write every colour anew."""
        for field in fields(self):
            value = getattr(self, field.name)
            parsed = colour(value) if isinstance(value, str) else tuple(map(colour, value))
            object.__setattr__(self, field.name, parsed)

    @property
    def css(self) -> str:
        """The class rules, fills and strokes."""
        fills = {"t1": self.strong, "t2": self.plain, "t3": self.quiet, "tr": self.track}
        fills |= {"up": self.up, "ub": self.up_ground, "dn": self.down, "db": self.down_ground}
        fills |= {f"s{rank}": value for rank, value in enumerate(self.series)}
        strokes = {"bs": self.paper, "av": self.strong, "ln": self.rule, "kt": self.track}
        strokes |= {f"k{rank}": value for rank, value in enumerate(self.series)}
        return "".join(
            [
                f".bg{{fill:{self.paper};stroke:{self.edge}}}",
                *(f".{name}{{fill:{value}}}" for name, value in fills.items()),
                *(f".{name}{{stroke:{value}}}" for name, value in strokes.items()),
            ]
        )

    @property
    def ramp(self) -> tuple[str, ...]:
        """Five colours from the empty track to beyond the first hue, each as far from the next in contrast."""
        top = mixed(self.series[0], self.strong, BEYOND)
        low, high = contrast(self.track, self.paper), contrast(top, self.paper)
        wanted = [low * (high / low) ** (step / STEPS) for step in range(1, STEPS)]
        return (self.track, *(self._of_contrast(ratio, top) for ratio in wanted), top)

    @property
    def ramp_css(self) -> str:
        """The ramp's rules, for fills with a border of the same colour. Classes ``g0`` … ``g4``."""
        return "".join(f".g{step}{{fill:{value};stroke:{value}}}" for step, value in enumerate(self.ramp))

    def _of_contrast(self, ratio: float, top: str) -> str:
        """The colour of that contrast on the way from the paper to the first hue, or from there on to ``top``."""
        hue = self.series[0]
        ends = (self.paper, hue) if contrast(hue, self.paper) >= ratio else (hue, top)
        low, high = 0.0, 1.0
        for _ in range(10):  # finer than the 256 shades of a colour
            middle = (low + high) / 2
            low, high = (middle, high) if contrast(mixed(*ends, middle), self.paper) < ratio else (low, middle)
        return mixed(*ends, high)


@dataclass(frozen=True, slots=True)
class Theme:
    """A palette for the day and one for the night."""

    name: str
    light: Palette
    dark: Palette


def colour(text: str) -> str:
    """The colour as ``#rrggbb`` in small letters.

    >>> colour("#FA0"), colour("#1f2328")
    ('#ffaa00', '#1f2328')

    Raises:
        ValueError: It is neither ``#rgb`` nor ``#rrggbb``.
    """
    if not HEX.fullmatch(text):
        msg = f"a colour is #rgb or #rrggbb, not {text!r}"
        raise ValueError(msg)
    digits = text[1:].lower()
    return "#" + (digits if len(text) == len("#rrggbb") else "".join(2 * digit for digit in digits))


def mixed(one: str, other: str, share: float) -> str:
    """The colour between two, ``share`` of the way to the other.

    >>> mixed("#000000", "#ff8000", 0.5)
    '#804000'
    """
    pairs = [(int(one[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5)]
    return "#" + "".join(f"{int(start + share * (end - start) + 0.5):02x}" for start, end in pairs)


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours by WCAG 2, from 1 to 21.

    >>> round(contrast("#ffffff", "#000000"), 6)
    21.0
    """
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def luminance(text: str) -> float:
    """The relative luminance by WCAG 2, from 0 to 1."""
    shares = [int(colour(text)[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (s / 12.92 if s <= LINEAR else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


BUILT_IN = (
    *("github", "ayu", "catppuccin", "dracula", "everforest", "gruvbox", "high-contrast", "kanagawa", "material"),
    *("monokai", "nord", "one", "print", "rose-pine", "solarized", "tokyo-night"),
)
"""The name of every theme that comes with the package: ``palettes/NAME.toml``."""
ALIASES = {"auto": "github", "light": "github-light", "dark": "github-dark"}
THEMES = (*ALIASES, *(f"{name}{suffix}" for name in BUILT_IN for suffix in ("", "-light", "-dark")))
"""The name of every theme and fixed half of one."""
HALVES = ("light", "dark")


@cache
def built_in(name: str) -> Theme:
    """The theme of that name, one of `BUILT_IN`, read from the package."""
    text = (files("usagestats") / "palettes" / f"{name}.toml").read_text("utf-8")
    return parsed(text, name, f"{name}.toml")


def load(path: str | PathLike[str]) -> Theme:
    """The theme of a TOML file, named for the file.

    The tables ``light`` and ``dark`` hold a colour for every field of `Palette`, ``series`` a list of five. What is
    left out comes from the theme that ``base`` names. Without a ``base``, a file with one of the two tables is a theme
    that does not follow its reader.

    Raises:
        InputError: The file cannot be read.
        InvalidTheme: It is no TOML, or a key is missing, unknown or no colour.
        TypeError: What was given is no path.
    """
    check_type("path", str | PathLike, path)
    place = Path(path)
    try:
        text = place.read_text("utf-8")
    except OSError as error:
        msg = f"{place} cannot be read: {error.strerror or error}"
        raise InputError(msg) from error
    except UnicodeDecodeError as error:
        msg = f"{place}: a theme is a TOML file in UTF-8"
        raise InvalidTheme(msg) from error
    return parsed(text, place.stem, str(place))


def parsed(text: str, name: str, place: str) -> Theme:
    """The theme that a TOML text describes; ``place`` is what an error says of where it stands.

    Raises:
        InvalidTheme: It is no TOML, or a key is missing, unknown or no colour.
    """
    import tomllib

    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        msg = f"{place}: {error}"
        raise InvalidTheme(msg) from error
    for key in said:
        if key not in {"base", *HALVES}:
            raise InvalidTheme(f"{place}: " + one_of("a theme's key", ("base", *HALVES), key))
    base = _base(said, place)
    drawn = {
        half: _palette(said.get(half, {}), getattr(base, half, None), f"{place}: {half}")
        for half in HALVES
        if base or half in said
    }
    if not drawn:
        msg = f"{place}: a theme has a table light, a table dark or both"
        raise InvalidTheme(msg)
    first, *others = drawn.values()
    return Theme(name, first, *(others or [first]))


def _base(said: Mapping[str, object], place: str) -> Theme | None:
    name = said.get("base")
    if name is None:
        return None
    if name not in BUILT_IN:
        raise InvalidTheme(f"{place}: " + one_of("base", BUILT_IN, name))
    return built_in(str(name))


def _palette(said: object, base: Palette | None, place: str) -> Palette:
    """The palette of a table over the one that it is based on."""
    names = [field.name for field in fields(Palette)]
    if not isinstance(said, dict):
        msg = f"{place} must be a table of colours, not {shown(said)}"
        raise InvalidTheme(msg)
    for key, value in said.items():
        if key not in names:
            raise InvalidTheme(f"{place}: " + one_of("a colour's key", names, key))
        _check(key, value, place)
    missing = [name for name in names if name not in said]
    if missing and base is None:
        msg = f'{place} lacks {listed(missing)}: give them, or a base, such as base = "nord", that has them'
        raise InvalidTheme(msg)
    given: dict[str, Any] = {key: tuple(value) if key == "series" else value for key, value in said.items()}
    return replace(base, **given) if base else Palette(**given)


def _check(key: str, value: object, place: str) -> None:
    """That the value is the colour, or the colours, that the key stands for."""
    colours = value if key == "series" else [value]
    if not isinstance(colours, list) or len(colours) != (SERIES if key == "series" else 1):
        msg = f"{place}.series must be a list of {SERIES} colours, not {shown(value)}"
        raise InvalidTheme(msg)
    for one in colours:
        if not isinstance(one, str) or not HEX.fullmatch(one):
            msg = f"{place}.{key} must be a colour, #rgb or #rrggbb, not {shown(one)}"
            raise InvalidTheme(msg)


def palettes(theme: str | Theme) -> tuple[Palette, ...]:
    """The palettes of a theme: light and dark of one that follows both, else just the one.

    Raises:
        UnknownTheme: There is no theme of that name.
    """
    if isinstance(theme, Theme):
        return (theme.light,) if theme.light == theme.dark else (theme.light, theme.dark)
    check_one_of("theme", THEMES, theme, UnknownTheme)
    full = ALIASES.get(theme, theme)
    if full in BUILT_IN:
        return palettes(built_in(full))
    base, _, half = full.rpartition("-")
    return (getattr(built_in(base), half),)


def shades(theme: str | Theme) -> tuple[str | Theme, str | Theme, str | Theme]:
    """The whole of a theme that follows its reader, its light half and its dark one, each as a theme.

    >>> shades("dark"), shades("nord")
    (('auto', 'light', 'dark'), ('nord', 'nord-light', 'nord-dark'))
    """
    if isinstance(theme, Theme):
        return theme, replace(theme, dark=theme.light), replace(theme, light=theme.dark)
    if theme in ALIASES:
        return "auto", "light", "dark"
    pair = theme.removesuffix("-light").removesuffix("-dark")
    return pair, f"{pair}-light", f"{pair}-dark"


def faint(theme: Theme) -> list[str]:
    """What is hard to read or to see in a theme, in words: texts below a contrast of 4.5, series below 3.

    >>> faint(built_in("github"))
    []
    """
    return [
        f"{half}.{name} has a contrast of {ratio:.1f}, which should be {least:g}"
        for half, palette in {"light": theme.light, "dark": theme.dark}.items()
        for name, (ratio, least) in _contrasts(palette).items()
        if ratio < least
    ]


def _contrasts(palette: Palette) -> dict[str, tuple[float, float]]:
    """By colour, its contrast with what is behind it and the least that is good enough."""
    texts = {name: contrast(getattr(palette, name), palette.paper) for name in ("strong", "plain", "quiet")}
    texts |= {name: contrast(getattr(palette, name), getattr(palette, f"{name}_ground")) for name in ("up", "down")}
    series = {f"series[{rank}]": contrast(value, palette.paper) for rank, value in enumerate(palette.series)}
    return {name: (ratio, TEXT) for name, ratio in texts.items()} | {name: (r, BAR) for name, r in series.items()}


@lru_cache(maxsize=128)
def css(theme: str | Theme, *, ramp: bool = False) -> str:
    """The rules of a theme: the first palette's and, where it follows light and dark, the other one in a media block.

    Args:
        theme: One of `THEMES`, or one of `load`.
        ramp: Whether the rules of the ramp are wanted too.

    Raises:
        UnknownTheme: There is no theme of that name.
    """
    first, *others = [palette.css + (palette.ramp_css if ramp else "") for palette in palettes(theme)]
    return first + "".join(f"@media(prefers-color-scheme:dark){{{dark}}}" for dark in others)
