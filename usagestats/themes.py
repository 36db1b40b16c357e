"""Themes: pairs of a light and a dark palette, written out as plain class rules.

A colour is parsed when a palette is made and written out again as ``#rrggbb``, so nothing that came from outside gets
into CSS as it came. A theme ``NAME`` follows light and dark; ``NAME-light`` and ``NAME-dark`` are fixed; ``auto``,
``light`` and ``dark`` mean github's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from functools import cache

from usagestats.errors import UnknownTheme, one_of

SERIES = 5
"""Hues of a palette: the four biggest by rank, then the grey of the others."""
STEPS = 4
"""Steps of the ramp above the empty one."""
BEYOND = 0.3
"""How far the ramp's last step goes from the first hue on to the colour of figures."""
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
        """The colour of that contrast on the way from the track to the first hue, or from there on to ``top``."""
        hue = self.series[0]
        ends = (self.track, hue) if contrast(hue, self.paper) >= ratio else (hue, top)
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


GITHUB = Theme(
    name="github",
    light=Palette(
        paper="#ffffff",
        edge="#d1d9e0",
        strong="#1f2328",
        plain="#59636e",
        quiet="#6a737d",
        rule="#e4e9ee",
        track="#eaeef2",
        up="#1a7f37",
        up_ground="#dafbe1",
        down="#c21c2c",
        down_ground="#ffebe9",
        series=("#4c63d9", "#12978f", "#d96f12", "#b8458f", "#868f99"),
    ),
    dark=Palette(
        paper="#0d1117",
        edge="#3d444d",
        strong="#f0f6fc",
        plain="#9198a1",
        quiet="#8b949e",
        rule="#212830",
        track="#212830",
        up="#3fb950",
        up_ground="#12261e",
        down="#f85149",
        down_ground="#25171c",
        series=("#7f93ff", "#2cc5b8", "#ff9f4a", "#f07fc4", "#6e7681"),
    ),
)

BUILT_IN = {theme.name: theme for theme in (GITHUB,)}
ALIASES = {"auto": "github", "light": "github-light", "dark": "github-dark"}
THEMES = (*ALIASES, *(f"{name}{suffix}" for name in BUILT_IN for suffix in ("", "-light", "-dark")))
"""The name of every theme and fixed half of one."""


def palettes(name: str) -> tuple[Palette, ...]:
    """The palettes of a theme: light and dark of one that follows both, else just the one.

    Raises:
        UnknownTheme: There is no theme of that name.
    """
    if name not in THEMES:
        raise UnknownTheme(one_of("theme", THEMES, name))
    full = ALIASES.get(name, name)
    if full in BUILT_IN:
        return BUILT_IN[full].light, BUILT_IN[full].dark
    base, _, half = full.rpartition("-")
    return (BUILT_IN[base].light if half == "light" else BUILT_IN[base].dark,)


@cache
def css(name: str, *, ramp: bool = False) -> str:
    """The rules of a theme: the first palette's and, where it follows light and dark, the other one in a media block.

    Args:
        name: One of `THEMES`.
        ramp: Whether the rules of the ramp are wanted too.

    Raises:
        UnknownTheme: There is no theme of that name.
    """
    first, *others = [palette.css + (palette.ramp_css if ramp else "") for palette in palettes(name)]
    return first + "".join(f"@media(prefers-color-scheme:dark){{{dark}}}" for dark in others)
