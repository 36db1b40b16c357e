"""Cuts: the files that a card has, by width, theme and shade, and what they are called.

A file is called ``NAME-PERIOD[-compact][-THEME][-light|-dark]``; the first theme of a site and github's in a README go
without their name, and without a shade it is the picture that follows light and dark.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from zlib import crc32

from usagestats.cards import Look, Svg, card
from usagestats.cards.look import PLAIN
from usagestats.themes import ALIASES, Theme, css, palettes, shades

if TYPE_CHECKING:
    from collections.abc import Iterator

    from usagestats.summary import Summary

UNSAFE: Final = re.compile(r"[^\w-]+", re.ASCII)
"""What the name of a file does not take over from the name of a theme."""
SHADES: Final = ("", "-light", "-dark")
"""The endings of a theme's names: what follows its reader, and its two fixed sides."""


@dataclass(frozen=True, slots=True)
class Cut:
    """One picture of a card."""

    card: str
    theme: str | Theme
    """As `usagestats.card` takes it."""
    theme_name: str
    """What the theme is called, with its shade; one's own also by its colours, which may change."""
    compact: bool
    suffix: str
    """What its file's name ends with, before the dot."""
    look: Look = PLAIN

    def stem(self, period: str) -> str:
        """The name of its file, without what follows the dot."""
        return f"{self.card}-{period}{self.suffix}"

    def drawn(self, summary: Summary) -> Svg:
        """The picture."""
        return card(summary, self.card, theme=self.theme, compact=self.compact, look=self.look)


@dataclass(slots=True)
class Drawings:
    """The cards of a summary, each laid out once: in another theme only its colours change."""

    summary: Summary
    made: dict[tuple[str, bool], tuple[str, str, bool]] = field(default_factory=dict)
    """By card and whether it is compact: what stands before and after its theme's rules; whether these have a ramp."""

    def of(self, cut: Cut) -> Svg:
        """The picture, the same as `Cut.drawn`."""
        kind = cut.card, cut.compact
        if kind not in self.made:
            drawn = cut.drawn(self.summary)
            ramp = css(cut.theme, ramp=True) in drawn
            before, found, after = drawn.partition(css(cut.theme, ramp=ramp))
            assert found, "the rules of its theme stand in every card"  # noqa: S101
            self.made[kind] = before, after, ramp
        before, after, ramp = self.made[kind]
        return Svg(f"{before}{css(cut.theme, ramp=ramp)}{after}")


def pair(theme: str | Theme) -> tuple[str, str]:
    """A theme's own name and its shade, which is empty for one that follows light and dark.

    >>> pair("auto"), pair("dark"), pair("nord-light")
    (('github', ''), ('github', '-dark'), ('nord', '-light'))

    Raises:
        UnknownTheme: There is no theme of that name.
    """
    palettes(theme)
    if isinstance(theme, Theme):
        return theme.name, ""
    full = ALIASES.get(theme, theme)
    shade = next((shade for shade in SHADES[1:] if full.endswith(shade)), "")
    return full.removesuffix(shade), shade


def called(theme: str | Theme) -> str:
    """The name of a whole theme, as it stands in the names of files.

    >>> called("dark"), called("tokyo-night-light")
    ('github', 'tokyo-night')

    Raises:
        UnknownTheme: There is no theme of that name.
    """
    return UNSAFE.sub("-", pair(theme)[0])


def cuts(card_name: str, theme: str | Theme, label: str = "", look: Look = PLAIN) -> Iterator[Cut]:
    """Every picture of a card in one theme: wide and compact, each following its reader, light and dark.

    Args:
        card_name: One of `usagestats.CARDS`.
        theme: Any name of the theme, whose fixed halves mean the whole of it, or one's own.
        label: What stands for the theme in the files' names, such as ``-nord``.
        look: How it looks besides.

    Raises:
        UnknownTheme: There is no theme of that name.
    """
    name = called(theme)
    colours = f"#{crc32(css(theme).encode()):08x}" if isinstance(theme, Theme) else ""
    for compact in (False, True):
        for shade, half in zip(SHADES, shades(theme), strict=True):
            suffix = f"{'-compact' if compact else ''}{label}{shade}"
            yield Cut(card_name, half, f"{name}{shade}{colours}", compact, suffix, look)
